"""The Face Landmarker with networks that stand in for its own, and with its own where they are."""

import os
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.faces.sides import twins
from norface_pl.io.images import read_image
from norface_pl.teachers.choose import teacher_recipe
from norface_pl.teachers.detection import anchors, best_face
from norface_pl.teachers.face_landmarker import (
    FaceLandmarker,
    FaceLandmarkerRecipe,
    facts,
    five,
    logits,
)
from norface_pl.teachers.imitation import imitate, shape_names
from norface_pl.teachers.square import Square
from norface_pl.teachers.teacher import Unread
from tests.helpers.face_landmarker import CANONICAL, FakeNetworks

PICTURE = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)


def read(networks, picture=PICTURE, **options):
    return FaceLandmarker(networks.build(), **options).read([picture])[0]


def test_anchors_are_the_centres_of_two_grids():
    centres = anchors()
    assert centres.shape == (896, 2)
    assert centres[:4].tolist() == [[4, 4], [4, 4], [12, 4], [12, 4]]
    assert centres[32].tolist() == [4, 12]
    assert centres[[512, 517, 518]].tolist() == [[8, 8], [8, 8], [24, 8]]
    assert centres[-1].tolist() == [120, 120]


@pytest.mark.parametrize(("eyes", "angle"), [((20, 0), 0), ((0, 20), 90), ((10, -10), -45)])
def test_the_best_face_is_turned_by_its_eyes(eyes, angle):
    boxes, scores = np.zeros((896, 16)), np.full(896, -1.0)
    boxes[600, :4] = 1, 2, 30, 40
    boxes[600, 6:8] = eyes
    scores[600] = 0.5
    face = best_face(boxes, scores, Square(np.array([63.5, 63.5]) * 2 + 0.5, 256))
    x, y = anchors()[600]
    # The detector saw the picture at half its size; both coordinates begin at its edge.
    np.testing.assert_allclose(face.centre, [2 * (x + 1) - 0.5, 2 * (y + 2) - 0.5])
    assert face.side == 2 * 40 * 1.5
    assert np.degrees(face.angle) == pytest.approx(angle)


def test_a_picture_is_read_in_its_own_pixels():
    networks = FakeNetworks()
    found = read(networks)
    # The detector sees 160 pixels as 128: the face has 75 of them, its square 112.5.
    assert networks.given["detector"].shape == (1, 128, 128, 3)
    assert networks.given["mesh"].shape == (1, 256, 256, 3)
    assert networks.given["mesh"].max() <= 1
    scale = 112.5 / 256
    points = CANONICAL[:, :2] * 20 * scale + 47.5
    np.testing.assert_allclose(found.landmarks[2], points[1], atol=1e-4)
    np.testing.assert_allclose(found.landmarks[0], points[[33, 133]].mean(0), atol=1e-4)
    np.testing.assert_allclose(found.landmarks[4], points[291], atol=1e-4)
    np.testing.assert_allclose(found.pose, 0, atol=1e-5)
    assert found.presence == pytest.approx(1 / (1 + np.exp(-4)))
    np.testing.assert_allclose(found.logits[[0, 1, 2, 51]], [-20, 0, -np.log(3), 20], atol=1e-6)
    # The last network counts pixels from the edge of the first one.
    chosen = [point for point in facts()["blendshape_points"] if point < 468]
    given = networks.given["blendshapes"][0, : len(chosen)]
    np.testing.assert_allclose(given, points[chosen] + 0.5, atol=1e-4)


class OneSided(FakeNetworks):
    """Sees no face in mirrored pictures, and left and right unlike in others."""

    def __init__(self, mirrored):
        super().__init__()
        self.times, self.mirrored = 0, mirrored

    def detector(self, picture):
        self.times += 1
        if self.times % 2 == 0 and not self.mirrored:
            self.score = -9.0
        return super().detector(picture)

    def mesh(self, picture):
        self.turned = self.times % 2 == 0
        return super().mesh(picture)

    def blendshapes(self, points):
        smile = [0.2, 0.6] if self.turned else [0.9, 0.1]
        left, right = (facts()["channels"].index(f"mouthSmile{side}") for side in SIDES)
        found = np.full(52, 0.25, np.float32)
        found[[left, right]] = smile
        return [found]


SIDES = ("Left", "Right")


def test_weights_of_shapes_are_the_mean_of_the_picture_and_its_mirror_image():
    """What the mirror image shows on the left is of the right side; logits stay the picture's."""
    found = read(OneSided(mirrored=True))
    alone = read(OneSided(mirrored=False))
    names = shape_names()
    np.testing.assert_array_equal(found.logits, alone.logits)
    seen = FaceLandmarker(OneSided(mirrored=True).build())
    once, again = seen.look(PICTURE), seen.look(PICTURE[:, ::-1].copy())
    canonical = seen._networks.canonical
    one, two = (imitate(each.points, each.logits, canonical) for each in (once, again))
    np.testing.assert_allclose(found.shapes, (one + two[twins(names)]) / 2)
    np.testing.assert_allclose(alone.shapes, one)
    assert not np.allclose(one, two)


def test_the_margin_is_what_the_detector_sees_more():
    networks = FakeNetworks()
    found = read(networks, margin=0)
    scale = 60 * 1.5 * 96 / 128 / 256
    expected = CANONICAL[1, :2] * 20 * scale + 47.5
    np.testing.assert_allclose(found.landmarks[2], expected, atol=1e-4)


def test_detector_and_mesh_see_colours_in_their_own_ranges():
    networks = FakeNetworks()
    read(networks, np.full((50, 50, 3), (0, 51, 255), np.uint8))
    np.testing.assert_allclose(networks.given["detector"][0, 0, 0], [-1, -0.6, 1], atol=1e-6)
    np.testing.assert_allclose(networks.given["mesh"][0, 0, 0], [0, 0.2, 1], atol=1e-6)


@pytest.mark.parametrize(
    ("networks", "reason"),
    [
        (FakeNetworks(score=-0.1), "no face found"),
        (FakeNetworks(presence=-0.1), "no face at a closer look"),
    ],
)
def test_without_a_face_there_is_a_reason(networks, reason):
    assert read(networks) == Unread(reason)


def test_logits_undo_a_sigmoid():
    expected = np.array([-20, -17, -1, 0, 3, 12.0])
    np.testing.assert_allclose(logits(1 / (1 + np.exp(-expected))), expected, atol=1e-9)
    assert logits(np.array([0.0, 1.0])).round(6).tolist() == [-20, 20]


def test_the_facts_fit_the_networks():
    assert len(facts()["channels"]) == len(set(facts()["channels"])) == 52
    assert len(facts()["blendshape_points"]) == len(set(facts()["blendshape_points"])) == 146
    assert max(facts()["blendshape_points"]) == 477
    mesh = np.arange(478)[:, None] * [1.0, 2.0]
    assert five(mesh).tolist() == [[83, 166], [312.5, 625], [1, 2], [61, 122], [291, 582]]


def test_without_litert_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(NorfaceError, match=r"pip install 'norface-pl\[teachers\]'"):
        teacher_recipe("face_landmarker")


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "face_landmarker.task"
    path.write_bytes(b"no archive")
    with pytest.raises(NorfaceError, match="is no Face Landmarker"):
        FaceLandmarkerRecipe(path).build()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.tflite", b"")
    with pytest.raises(NorfaceError, match=r"face_detector.tflite.*weights fetch"):
        FaceLandmarkerRecipe(path).build()


MATERIAL = Path(os.environ.get("NORFACE_TEST_MATERIAL", ""))
MODEL, LONDON = MATERIAL / "weights" / "face_landmarker.task", MATERIAL / "data" / "london"
MISSING = (
    "NORFACE_TEST_MATERIAL names no folder with weights/face_landmarker.task and data/london"
    if "NORFACE_TEST_MATERIAL" not in os.environ or not (MODEL.is_file() and LONDON.is_dir())
    else ("" if find_spec("ai_edge_litert") else "ai-edge-litert is not installed")
)


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_smiles_of_photographs_are_told_from_neutral_faces():
    teacher = FaceLandmarkerRecipe(MODEL).build()
    smiles = [name.startswith("mouthSmile") for name in teacher.channels]

    def smile(kind):
        files = sorted((LONDON / kind).glob("*.jpg"))[:6]
        found = teacher.read([read_image(file) for file in files])
        assert not any(isinstance(each, Unread) for each in found)
        # All of them look into the camera.
        assert max(np.abs(each.pose).max() for each in found) < 20
        assert min(each.presence for each in found) > 0.99
        return [each.logits[smiles].mean() for each in found]

    neutral, smiling = smile("neutral"), smile("smiling")
    pairs = [a < b for a in neutral for b in smiling]
    assert sum(pairs) >= 0.9 * len(pairs)
