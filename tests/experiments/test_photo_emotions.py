"""Emotions of unseen people from few labelled ones."""

import math

import pytest
import torch

from experiments import photo_emotions
from experiments.photo_emotions import (
    confusion,
    draw_people,
    few_labelled,
    inputs_of,
    recalls,
    tell,
)
from experiments.photo_faces import EMOTIONS, Photographs, Seen

NEUTRAL, HAPPY, SURPRISED, ANGRY, SAD = range(len(EMOTIONS))


def test_controls_are_beside_the_pictures():
    original, drawn = torch.arange(8.0).view(4, 2), -torch.arange(8.0).view(4, 2)
    found = inputs_of(original, drawn, torch.zeros(4, 3), torch.ones(4, 5))
    assert torch.equal(found["both"], torch.cat([original, drawn], 1))
    assert torch.equal(found["both, I_n := I_o"], torch.cat([original, original], 1))
    other = found["both, I_n of another face"]
    assert torch.equal(other[:, :2], original)
    assert sorted(other[:, 2].tolist()) == sorted(drawn[:, 0].tolist())
    assert not torch.equal(other[:, 2:], drawn)
    assert found["teacher's logits of I_o"].shape == (4, 3)
    assert found["code of stage 1"].shape == (4, 5)


def test_people_are_drawn_in_turn_from_each_emotion():
    # Persons 0 to 3 neutral, 4 and 5 happy, 6 neutral and sad, 7 unknown.
    person = torch.tensor([0, 1, 2, 3, 4, 5, 6, 6, 7])
    emotion = torch.tensor([NEUTRAL] * 4 + [HAPPY] * 2 + [NEUTRAL, SAD, -1])
    drawn = draw_people(person, emotion, 3, seed=0).tolist()
    assert drawn[0] in range(4)
    assert drawn[1] in (4, 5)
    assert drawn[2] == 6
    # Where an emotion has nobody left, the others go on.
    assert sorted(draw_people(person, emotion, 6, seed=0).tolist())[-3:] == [4, 5, 6]
    assert sorted(draw_people(person, emotion, 0, seed=0).tolist()) == list(range(7))
    many = torch.arange(40)
    draws = [draw_people(many, many % 2, 4, seed).tolist() for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_frequent_emotions_are_not_told_for_being_frequent_and_unseen_ones_never():
    emotion = torch.tensor([NEUTRAL] * 30 + [SAD] * 3)
    told = tell(torch.zeros(33, 1), emotion, torch.zeros(2, 1))
    features = (emotion == SAD).float()[:, None]
    assert set(told.tolist()) <= {NEUTRAL, SAD}
    assert tell(features, emotion, torch.tensor([[0.0], [1.0]])).tolist() == [NEUTRAL, SAD]
    # Half way, the prior alone would decide for the frequent one.
    assert tell(features, emotion, torch.tensor([[0.6]])).tolist() == [SAD]


def test_recalls_are_those_of_emotions_that_are_there():
    told = torch.tensor([HAPPY, HAPPY, NEUTRAL, SAD])
    truth = torch.tensor([HAPPY, NEUTRAL, NEUTRAL, SAD])
    count = confusion(told, truth, torch.tensor([7, 7, 9, 9]))
    assert count.shape == (2, 5, 5)
    assert count[0, NEUTRAL, HAPPY] == 1
    found = recalls(count.sum(0)).tolist()
    assert found[:2] == [0.5, 1]
    assert math.isnan(found[ANGRY])
    assert found[SAD] == 1


def people(count, seed):
    """People with a face of each emotion, and their emotions as features."""
    emotion = torch.arange(len(EMOTIONS)).repeat(count)
    person = torch.arange(count).repeat_interleave(len(EMOTIONS))
    nothing = torch.zeros(len(person), 1)
    faces = Photographs(nothing, person, emotion, Seen(nothing, nothing, nothing.numpy()))
    torch.manual_seed(seed)
    truth = torch.eye(len(EMOTIONS))[emotion]
    return faces, {"I_o": torch.randn_like(truth), "I_n": truth}


def test_what_shows_emotions_gains_over_what_does_not(monkeypatch):
    monkeypatch.setattr(photo_emotions, "PEOPLE", (4, 0))
    found = few_labelled(*people(6, 0), *people(30, 1))
    assert found["faces"] == dict.fromkeys(EMOTIONS, 30)
    assert found["people"] == dict.fromkeys(EMOTIONS, 30)
    rows = {(row["labelled"], row["input"]): row for row in found["probes"]}
    assert list(rows) == [(4, "I_o"), (4, "I_n"), (6, "I_o"), (6, "I_n")]
    shown, nothing = rows[4, "I_n"], rows[4, "I_o"]
    assert shown["scores"] == [1] * 10
    assert shown["interval"] == (1, 1)
    assert shown["frequent"] == [1] * 10
    assert shown["gains"] == pytest.approx([1 - score for score in nothing["scores"]])
    assert shown["gain_interval"][0] > 0.5
    assert nothing["gains"] == [0] * 10
    assert nothing["gain_interval"] == (0, 0)
    low, high = nothing["interval"]
    assert low < sum(nothing["scores"]) / 10 < high < 0.5
    # Everybody is drawn once.
    assert len(rows[6, "I_n"]["scores"]) == 1
    assert rows[6, "I_n"]["recall"] == dict.fromkeys(EMOTIONS, 1)
