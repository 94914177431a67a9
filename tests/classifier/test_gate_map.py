"""The picture of which experts each label uses."""

import torch

from norface_pl.classifier.gate_map import LEFT, SIDE, TOP, gate_map


def cell(picture, row, expert):
    """The colour of a cell's upper left corner, where no number stands."""
    return picture[TOP + SIDE * row + 2, LEFT + SIDE * expert + 2].tolist()


def test_a_gate_of_one_is_blue_and_a_gate_of_nought_white():
    gates = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
    picture = gate_map(gates, ["AU1", "AU12"], ["o1", "n1", "b1"])
    assert picture.shape == (TOP + 2 * SIDE, LEFT + 3 * SIDE, 3)
    assert cell(picture, 0, 0) == [0, 114, 178]
    assert cell(picture, 0, 1) == [255, 255, 255]
    assert cell(picture, 1, 2) == [128, 184, 216]


def test_the_gate_of_a_fusion_is_one_row():
    gates = torch.tensor([[0.25, 0.75]])
    assert gate_map(gates, ["AU1", "AU12"], ["1", "2"]).shape[0] == TOP + SIDE


def test_experts_are_named_above_their_columns():
    gates = torch.zeros(1, 2)
    named, numbered = (gate_map(gates, ["AU1"], names) for names in (["o1", "n1"], ["o1", "b1"]))
    changed = (named != numbered).any((0, 2)).nonzero()[0]
    assert (named != numbered).any((1, 2)).nonzero()[0].max() < TOP
    assert changed.min() >= LEFT + SIDE
