"""Weights of shapes are those of the expression: not of where the head is, or how large it is."""

import numpy as np
import pytest

from norface_pl.teachers.canonical import CanonicalFace
from norface_pl.teachers.imitation import imitate, shape_names, upright
from tests.helpers.face_landmarker import CANONICAL
from tests.teachers.test_canonical import turn

# Not all alike, as in MediaPipe's own file.
FACE = CanonicalFace(CANONICAL, np.linspace(0, 1, len(CANONICAL)))
RANDOM = np.random.default_rng(1)
# The mesh has ten points of the irises besides, which no canonical face has.
MESH = np.vstack([CANONICAL + 0.05 * RANDOM.normal(size=CANONICAL.shape), np.ones((10, 3))])
LOGITS = RANDOM.normal(-2, 2, 52)


@pytest.mark.parametrize("angles", [(0, 0, 0), (35, 0, 0), (0, -25, 0), (0, 0, 50), (20, 10, -30)])
@pytest.mark.parametrize("size", [0.01, 1, 250])
def test_turned_moved_and_scaled_meshes_are_the_same_upright(angles, size):
    seen = size * MESH @ turn(*angles).T + [300, -20, 7]
    np.testing.assert_allclose(upright(seen, FACE), upright(MESH, FACE), atol=1e-9)


def test_an_upright_mesh_is_frontal_in_its_middle_and_of_size_1():
    share = FACE.weights / FACE.weights.sum()
    straight = upright(3 * CANONICAL @ turn(30, 10, 5).T + 50, FACE)
    middle = CANONICAL - share @ CANONICAL
    expected = middle / np.sqrt((share @ middle**2).sum())
    np.testing.assert_allclose(straight, expected, atol=1e-9)


def test_points_without_weight_do_not_turn_a_mesh():
    """An open jaw is an expression, and no other place of the head."""
    weights = FACE.weights * (np.arange(len(CANONICAL)) < 400)
    face = CanonicalFace(CANONICAL, weights)
    moved = MESH.copy()
    moved[400:] += [0, 2, 0]
    there = upright(moved, face) - upright(MESH, face)
    assert np.abs(there[:400]).max() < 1e-9
    assert there[400:, 1].min() > 0.5


def test_the_place_of_a_head_does_not_change_its_expression():
    seen = 40 * MESH @ turn(25, -15, 40).T + [100, 200, 0]
    weights = imitate(MESH, LOGITS, FACE)
    np.testing.assert_allclose(imitate(seen, LOGITS, FACE), weights, atol=1e-7)


def test_an_expression_changes_it():
    weights = imitate(MESH, LOGITS, FACE)
    assert np.abs(imitate(MESH, LOGITS + 3, FACE) - weights).max() > 0.1
    moved = MESH.copy()
    moved[:50, 1] += 0.5
    assert np.abs(imitate(moved, LOGITS, FACE) - weights).max() > 1e-4


@pytest.mark.parametrize("value", [-1e4, -20.0, 0.0, 20.0, 1e4])
def test_weights_stay_in_range_whatever_is_read(value):
    """Readings far from all that were seen are taken for mistakes."""
    weights = imitate(MESH, np.full(52, value), FACE)
    assert weights.shape == (len(shape_names()),)
    assert weights.min() >= 0
    assert weights.max() <= 1.5
    assert np.isfinite(weights).all()


def test_shapes_are_those_of_the_release_with_a_twin_for_each_side():
    names = shape_names()
    assert len(names) == len(set(names)) == 57
    assert names == sorted(names)
    assert {"browInnerUp_L", "cheekRaiser_R", "eyeLookIn_L", "jawOpen", "mouthSmile_R"} <= {*names}
    sided = {name[:-2] for name in names if name.endswith(("_L", "_R"))}
    assert all({f"{name}_L", f"{name}_R"} <= {*names} for name in sided)
