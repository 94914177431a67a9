import pytest

from norface_pl.faces.sides import twins
from norface_pl.teachers.face_landmarker import facts
from norface_pl.teachers.imitation import shape_names


def test_channels_of_one_side_change_places_in_a_mirror() -> None:
    assert twins(["smileLeft", "jawOpen", "smileRight"]) == [2, 1, 0]
    assert twins(["mouthSmile_R", "mouthSmile_L", "mouthClose"]) == [1, 0, 2]
    # The jaw itself moves to the other side.
    assert twins(["jawLeft", "jawRight"]) == [1, 0]


def test_channels_without_a_twin_stay_where_they_are() -> None:
    assert twins(["smileLeft", "browDown_R", "Lefty", "neutral"]) == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", ["shapes", "channels"])
def test_mirroring_twice_gives_every_real_channel_back(kind: str) -> None:
    names = shape_names() if kind == "shapes" else facts()["channels"]
    found = twins(names)
    assert [found[twin] for twin in found] == list(range(len(names)))
    for name, twin in zip(names, found, strict=True):
        sided = name.endswith(("Left", "Right", "_L", "_R"))
        assert (names[twin] != name) == sided, name
