import numpy as np

from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.prepare.options import PrepareOptions
from norface_pl.prepare.preparer import crop
from tests.helpers.faces import POINTS, draw_face

NAN = np.full((5, 2), np.nan)


def test_a_whole_picture_of_that_size_stays_as_it_is():
    picture = draw_face(1, 48)
    face = Face(np.array([0.0, 0, 48, 48]), np.nan, NAN)
    np.testing.assert_array_equal(crop(picture, face, PrepareOptions(size=48)), picture)


def test_a_box_without_landmarks_gives_the_square_around_it():
    picture = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    face = Face(np.array([20.0, 11, 28, 27]), np.nan, NAN)
    found = crop(picture, face, PrepareOptions(size=16))
    np.testing.assert_array_equal(found, picture[11:27, 16:32])


def test_eyes_come_where_the_template_has_them():
    picture = draw_face(0, 200)
    face = Face(np.zeros(4), 1.0, POINTS * 200)
    for x, y in AU_CROP[:2] * 64:
        eye = crop(picture, face, PrepareOptions(size=64))[round(y), round(x)]
        assert eye.max() < 40
