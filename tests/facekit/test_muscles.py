"""Action units become weights of shapes, and weights are explained by action units."""

import numpy as np
import pytest

from norface_pl.facekit.muscles import COLUMN, intensities, shape_weights
from norface_pl.facekit.shapes import load_shapes
from norface_pl.labels import FACEKIT_AUS
from tests.helpers.facekit import write_shapes


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    return load_shapes(write_shapes(tmp_path_factory.mktemp("shapes") / "facekit.npz"))


def explained(shapes, aus):
    names = sorted(shapes.expression)
    weights = shape_weights(aus)
    row = np.array([[weights.get(name, 0.0) for name in names]])
    return intensities(shapes, row, names)[0]


# Lips are told by how far they stand apart, which most units change a little.
OTHERS = [column for column, au in enumerate(FACEKIT_AUS) if au != 25]


@pytest.mark.parametrize("acting", [{12: 4.0, 6: 3.0}, {4: 5.0, 9: 2.0}, {1: 3.0}, {}])
def test_units_explain_their_own_weights(shapes, acting):
    aus = np.zeros((2, len(FACEKIT_AUS)))
    for number, amount in acting.items():
        aus[:, COLUMN[number]] = amount
    np.testing.assert_allclose(explained(shapes, aus)[OTHERS], aus[0, OTHERS], atol=0.35)


def test_the_stronger_side_counts(shapes):
    aus = np.zeros((2, len(FACEKIT_AUS)))
    aus[:, COLUMN[12]] = 1.0, 4.0
    assert explained(shapes, aus)[COLUMN[12]] == pytest.approx(4, abs=0.2)


def test_lips_are_parted_by_whatever_parts_them(shapes):
    names = sorted(shapes.expression)
    rows = np.zeros((3, len(names)))
    rows[0, [names.index("mouthLowerDown_L"), names.index("mouthLowerDown_R")]] = 0.5
    rows[1, names.index("jawOpen")] = 0.3
    parted = intensities(shapes, rows, names)[:, COLUMN[25]]
    assert parted[0] > 1
    assert parted[1] > 1
    assert parted[2] == 0
