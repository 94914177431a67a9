"""Candidates for fusion and head, compared on the same features; all of it on very few faces."""

import json

import numpy as np
import pytest
import torch
import yaml

from experiments.mixtures import __main__ as mixtures
from experiments.mixtures.candidate import MixtureHead
from experiments.mixtures.faces import spoil
from experiments.mixtures.gain import gain
from experiments.mixtures.group import TILT, Group
from experiments.mixtures.learning import batches
from experiments.mixtures.lineup import Sizes, everybody, lineup
from experiments.mixtures.setting import Plan, Setting
from experiments.shared import ROOT
from norface_pl.classifier.heads import count_parameters
from tests.helpers.stages import tiny_normalizer, write_checkpoint

SIZES = Sizes(dim=16, places=16, token=8, labels=5)
FACES, SEEDS = 7, 3


@pytest.fixture
def seen():
    torch.manual_seed(0)
    return torch.rand(FACES, 2, 16), torch.rand(FACES, 2, 16, 8)


@pytest.mark.parametrize("name", everybody())
def test_starts_of_a_candidate_differ_and_all_of_it_learns(name, seen):
    group = Group(everybody()[name], SIZES, SEEDS)
    heard = group.hear(*seen, 0.5, training=True)
    assert heard.outputs.shape == (SEEDS, FACES, 5)
    assert not torch.equal(heard.outputs[0], heard.outputs[1])
    (heard.outputs.square().sum() + heard.price.sum()).backward()
    unused = [key for key, value in group.parameters.items() if value.grad is None]
    assert not unused
    told = [group.hear(*seen, 1.0, training=False).outputs for _ in range(2)]
    assert torch.equal(*told)


@pytest.mark.parametrize("name", [name for name, one in everybody().items() if one.against])
def test_a_control_has_as_many_parameters(name):
    entries, sizes = everybody(), Sizes(192, 16, 128, 42)
    entry = entries[name]
    control = entries[entry.against]
    ours, theirs = (count_parameters(one.build(sizes)) for one in (entry, control))
    if name == "weighed":  # its control is the question whether the gate sees anything
        assert ours > theirs
    else:
        assert ours <= 1.01 * theirs


def test_settings_compare_what_they_ask_for():
    assert set(lineup("none")) < set(lineup("designs")) < set(everybody())
    assert "soft" in lineup("literature")
    assert "soft" not in lineup("designs")


def test_gates_without_tricks_are_those_of_the_package(seen):
    head = MixtureHead(16, 5, experts=4, hidden=8).eval()
    features = seen[0][:, 0]
    mixed = head(features, torch.tensor(0.0))
    torch.testing.assert_close(mixed.gates, head.gate(features))


def test_gates_cool_down_and_lose_experts(seen):
    features = seen[0][:, 0]
    cooling = MixtureHead(16, 5, experts=4, hidden=8, cool=True).eval()
    entropies = [
        -torch.special.xlogy(gates, gates).sum(-1).mean()
        for gates in (cooling(features, torch.tensor(done)).gates for done in (0.0, 0.5, 1.0))
    ]
    assert entropies == sorted(entropies, reverse=True)
    dropping = MixtureHead(16, 5, experts=4, hidden=8, drop=0.5).train()
    torch.manual_seed(1)
    shares = torch.stack([dropping(features, torch.tensor(0.0)).gates[0, 0] for _ in range(200)])
    assert 0.3 < (shares == 0).float().mean() < 0.6
    torch.testing.assert_close(shares.sum(-1), torch.ones(200))


def test_biases_move_against_the_load(seen):
    group = Group(everybody()["tilted"], SIZES, SEEDS)
    before = group.buffers["head.bias"].clone()
    load = group.hear(*seen, 0.0, training=True).load
    moved = group.buffers["head.bias"] - before
    assert torch.equal(moved > 0, load < load.mean(-1, keepdim=True))
    torch.testing.assert_close(moved.abs(), torch.full_like(moved, TILT))


def test_faces_are_turned_dark_or_half_covered():
    face = torch.arange(3 * 8 * 8, dtype=torch.uint8).reshape(3, 8, 8)
    assert not torch.equal(spoil(face, 0, True), spoil(face, 0, False))
    assert spoil(face, 1, True).max() == int(191 * 0.15)
    covered = spoil(face, 2, True)
    assert (covered[:, 4:] == 128).all()
    assert torch.equal(covered[:, :4], face[:, :4])


def test_every_face_comes_once_an_epoch():
    order = [part.tolist() for part in batches(100, 5, seed=0)]
    assert [len(part) for part in order] == [48] * 5
    assert len(set(order[0] + order[1])) == 96
    assert order[0] != order[2]


def test_a_gain_has_the_chance_of_people_and_of_starts():
    people = {"difference": 0.03, "low": 0.03 - 1.96 * 0.01, "high": 0.03 + 1.96 * 0.01}
    scores = {"all/ours/t": [0.5, 0.52], "all/theirs/t": [0.48, 0.48]}
    record = {"comparisons": {"all/t/ours/theirs": people}, "scores": scores}
    found = gain(record, "all", "t", "ours", "theirs")
    # Of people 0.01, and of two starts that are 0.02 apart 0.01, too.
    error = 0.01 * 2**0.5
    assert found[:3] == pytest.approx((0.03, 0.03 - 1.96 * error, 0.03 + 1.96 * error))
    assert found.p == pytest.approx(0.0339, abs=1e-4)  # of 2.1213 standard errors
    assert gain(record, "one", "t", "ours", "theirs") is None


def test_the_plan_can_be_read():
    plan = Plan.read(yaml.safe_load((ROOT / mixtures.PLAN).read_text(encoding="utf-8")))
    assert plan.seeds == 5
    assert {setting.people for setting in plan.settings} == {12, 50, 200, 800}
    assert {setting.styles for setting in plan.settings} == {("plain",), ("plain", "comic")}


def test_a_setting_becomes_a_record_and_a_page(tmp_path, monkeypatch):
    checkpoint = write_checkpoint(tiny_normalizer(64), tmp_path / "normalizer.ckpt")
    tiny = Plan(
        2, (Setting("spoiled_2", 2, 1, steps=2, tries="designs", spoiled=0.5),), test_people=2
    )
    monkeypatch.setattr(Plan, "read", lambda said: tiny)
    words = [f"--normalizer={checkpoint}", f"--results={tmp_path / 'mixtures'}"]
    mixtures.main(words)
    record = json.loads((tmp_path / "mixtures" / "spoiled_2.json").read_bytes())
    assert len(record["scores"]["all/both_moe/expression"]) == 2
    assert set(record["trust"]) >= {"pictures", "readings", "weighed"}
    assert "whole" in record["trust"]["pictures"]
    found = record["comparisons"]["all/au_intensity/both_moe/both_mlp"]
    ours, theirs = (record["scores"][f"all/{x}/au_intensity"] for x in ("both_moe", "both_mlp"))
    assert found["difference"] == pytest.approx(np.mean(ours) - np.mean(theirs), abs=1e-4)
    text = (tmp_path / "mixtures.md").read_text(encoding="utf-8")
    assert "| Input MoE |" in text
    assert "2 people, spoiled" in text
    assert (tmp_path / "mixtures" / "gains.png").stat().st_size > 1000
    # Nothing is made again.
    monkeypatch.setattr(mixtures, "made", None)
    mixtures.main(words)
