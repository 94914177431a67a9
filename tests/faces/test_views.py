import numpy as np
import pytest

from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.faces.views import View
from tests.helpers.drawn_faces import UprightNetwork, draw


def face(box: list[float]) -> Face:
    return Face(np.array(box), 0.9, AU_CROP * 10)


@pytest.mark.parametrize("roll", [0, 30, 90, 200])
def test_what_was_turned_stands_upright_and_its_place_is_found_again(roll: int) -> None:
    image = np.zeros((200, 260, 3), np.uint8)
    points = draw(image, 150, 90, 100, roll)
    view = View.whole(image, roll, 640)
    (seen,) = UprightNetwork(blind=True).detect(view.of(image))
    assert seen.score == pytest.approx(0.95, abs=0.01)
    np.testing.assert_allclose(view.back(seen).landmarks, points, atol=1)
    np.testing.assert_allclose(view.back(seen).box, [100, 40, 200, 140], atol=3)


def test_a_whole_view_holds_every_corner_at_the_scale_of_the_first_look() -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    assert View.whole(image, 90, 200).size == (150, 200)
    assert View.whole(image, 0, 200).scale == 0.5
    view = View.whole(image, 45, 1000)
    assert view.scale == 1
    assert view.size == (495, 495)  # (300 + 400) / sqrt(2)


def test_a_quarter_turn_moves_pixels_exactly() -> None:
    image = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    # What is turned clockwise is turned back.
    np.testing.assert_array_equal(View.whole(image, 90, 10).of(image), np.rot90(image, 1))


def test_a_view_of_a_face_is_centred_and_scaled_at_most_twice() -> None:
    view = View.around(face([10, 20, 110, 60]), 30, 300, 1.5)
    assert (view.centre, view.scale, view.size) == ((60, 40), 2, (300, 300))
    assert View.around(face([0, 0, 400, 400]), 0, 300, 1.5).scale == 0.5
    middle = view.matrix @ [60, 40, 1]
    np.testing.assert_allclose(middle, [149.5, 149.5])


def test_the_box_of_a_turned_face_is_no_larger_than_the_face() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    round_one = face([30, 30, 70, 70])
    for roll in (0, 45, 90):
        box = View.whole(image, roll, 100).back(round_one).box
        np.testing.assert_allclose(box[2:] - box[:2], 40)
    tall = View.whole(image, 90, 100).back(face([40, 20, 60, 80])).box
    np.testing.assert_allclose(tall[2:] - tall[:2], [60, 20])
