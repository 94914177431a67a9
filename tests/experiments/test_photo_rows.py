"""Short trainings that compare what parts of stage 1 for photographs are worth."""

import subprocess

import pytest

from experiments import photo_rows
from experiments.photo_page import ROWS, short_rows
from experiments.shared import config

PLACES = ["--data=data.yaml", "--lfw=l", "--london=o", "--weights=w"]


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Trainings write a checkpoint; returns what was asked of trainings and measurements."""
    asked = {"fit": [], "measure": []}

    def succeeds(command, threads):
        asked["fit"].append(command)
        (folder,) = (w.partition("=")[2] for w in command if w.startswith("--checkpoint.dirpath="))
        (tmp_path / folder / "last.ckpt").write_bytes(b"")
        return asked.get("works", True)

    monkeypatch.setattr(photo_rows, "succeeds", succeeds)
    monkeypatch.setattr(photo_rows.evidence_photographs, "main", asked["measure"].append)
    return asked


def test_each_row_is_trained_once_and_measured(calls, tmp_path):
    words = [*PLACES, f"--out={tmp_path / 'out'}"]
    photo_rows.main(words)
    names = [row["name"] for row in config(ROWS)["rows"]]
    assert [call[0] for call in calls["measure"]] == [f"--name={name}" for name in names]
    assert f"--normalizer={tmp_path / 'out' / 'short' / 'best.ckpt'}" in calls["measure"][0]
    assert "--seed_everything=1" in calls["fit"][1]
    assert "--trainer.max_epochs=9" in calls["fit"][0]
    assert len(calls["fit"]) == len(names)
    photo_rows.main([*words, "--rows", "short", "short_64"])
    assert len(calls["fit"]) == len(names)
    assert len(calls["measure"]) == len(names) + 2


def test_an_interrupted_training_goes_on(calls, tmp_path):
    calls["works"] = False
    words = [*PLACES, f"--out={tmp_path / 'out'}", "--rows", "short"]
    with pytest.raises(subprocess.CalledProcessError):
        photo_rows.main(words)
    assert calls["measure"] == []
    assert not any(word.startswith("--ckpt_path") for word in calls["fit"][0])
    calls["works"] = True
    photo_rows.main(words)
    assert f"--ckpt_path={tmp_path / 'out' / 'short' / 'last.ckpt'}" in calls["fit"][1]
    assert len(calls["measure"]) == 1


def test_the_page_says_what_the_rows_are():
    (text,) = short_rows({"main": {}, "short_64": {}, "short": {}})
    assert text.endswith("* `short`: as it ships\n* `short_64`: faces of 64 pixels\n")
    assert short_rows({"main": {}}) == []


def test_the_page_says_how_far_seeds_lie_apart():
    records = {
        name: {
            "expression": {"active": 0.8 + more, "all": 0.7},
            "smiles": {"landmarker, I_n": {"test": 0.9}},
            "identity": {"I_n": [0.6 + more, 0.02]},
        }
        for name, more in (("short", 0.0), ("short_seed_2", 0.02), ("short_64", 9.0))
    }
    said = short_rows(records)[1].replace("\n", " ")
    assert "of 2 seeds of `short`: expression, active 0.810 ± 0.014; all 0.700 ± 0.000" in said
    assert "identity 0.610 ± 0.014." in said
