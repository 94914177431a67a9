"""Every file in configs/protocol runs on look-alikes, and says on whom."""

import functools
import operator
from dataclasses import replace

import cv2
import numpy as np
import pytest

from norface_pl import labels
from norface_pl.io.images import write_image
from tests.helpers.faces import draw_face
from tests.helpers.protocols import evaluate, read_config, records
from tests.helpers.tiny import CONFIGS

NAMES = sorted(path.stem for path in CONFIGS.glob("protocol/*.yaml"))
# One of each kind: folds, a fixed split, another data set's people, drawn faces.
FIRST = {"bp4d_au", "rafdb", "cross_rafdb_affectnet", "synthetic_au"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Look-alikes, each prepared once, and a target face."""
    folder = tmp_path_factory.mktemp("protocols")
    write_image(folder / "target.png", draw_face(seed=7, size=32))
    return folder


@pytest.fixture(scope="module")
def normalizer(folder):
    """A normalizer of the first part of BP4D's people, as that protocol leaves it."""
    given = [f"--model.target_image={folder / 'target.png'}"]
    more = ["--only=fold=1,input=both", f"--normalizer.folder={folder / 'stage1'}"]
    evaluate(folder, "bp4d_au", folder / "b", *more, normalizer_args=given)
    return folder / "stage1" / "fold_1" / "normalizer" / "best.ckpt"


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in FIRST else [pytest.mark.slow]) for name in NAMES],
)
def test_runs_and_prints_whom_it_used(name, folder, normalizer, capsys):
    config, out = read_config(name), folder / f"run_{name}"
    # Those that are left out take seconds and no other way.
    inputs = ["original", "both"] if name == "synthetic_au" else ["both"]
    more = [f"--inputs=[{','.join(inputs)}]"]
    if "synthetic" not in name:
        # Training one for each fold is what the fixture did, and what drawn faces do.
        more += [f"--normalizer.checkpoint={normalizer}", "--normalizer.people=external"]
        more += ["--normalizer.config=null"]
    folds = config["data"].get("folds", [])
    if "intensity" in name and folds:
        # All folds of these people are run for the other task.
        folds, more = folds[:1], [*more, f"--only=fold={folds[0]}"]
    if "folder" in config.get("normalizer", {}):
        more += [f"--normalizer.folder={folder / config['normalizer']['folder']}"]
    evaluate(folder, name, out, *more)
    printed, found = capsys.readouterr().out, records(out)
    tasks = config["data"]["task"]
    tasks = tasks if isinstance(tasks, list) else [tasks]
    assert len(found) == len(inputs) * max(1, len(folds)) * len(tasks)
    tested = {}
    for record in found:
        assert record.task in tasks
        said = record.run if len(tasks) == 1 else replace(record.run, task=None)
        assert record.faces["train"] > 0 < record.faces["test"]
        for split, people in record.subjects.items():
            who = f", {len(people)} subjects: {' '.join(people)}" if people else ""
            assert f"{said}: {split} {record.faces[split]} faces{who}" in printed
        tested[record.run.part] = record.subjects["test"]
        train, val, test = (set(record.subjects[split]) for split in ("train", "val", "test"))
        if record.test_data is None:
            assert not (train & val)
            assert not (train & test)
            assert not (val & test)
    if name == "bp4d_au":
        # That normalizer was trained for the first fold, on those whom the others test.
        assert [record.independent for record in found] == [True, False, False]
        assert "subject-independent (both): NO, the normalizer saw" in (
            out / "results.md"
        ).read_text(encoding="utf-8")
    people = functools.reduce(operator.iadd, tested.values(), [])
    assert len(people) == len(set(people))
    for folder in [out] if len(tasks) == 1 else [out / task for task in tasks]:
        assert (folder / "results.md").read_text(encoding="utf-8").count("## ") >= 4
        tex = (folder / "results.tex").read_text(encoding="utf-8")
        assert tex.count(r"\begin{tabular}") >= 4
        height, width = cv2.imread(str(folder / "labels.png")).shape[:2]
        assert min(height, width) > 200


@pytest.mark.parametrize("name", NAMES)
def test_keeps_to_its_name_and_its_labels(name):
    config = read_config(name)
    assert config["name"] == name
    assert config["out"] == f"runs/protocol/{name}"
    data = config["data"]
    if "test" in data and "bp4d" in name:
        assert data["labels"] == [f"AU{number}" for number in labels.SHARED_AUS]
    if "test" in data and "rafdb" in name:
        assert data["labels"] == [
            name for name in labels.EMOTIONS if name in labels.RAFDB_EXPRESSIONS
        ]


@pytest.mark.parametrize("name", NAMES)
def test_published_labels_agree_with_their_mean(name):
    sets = {"bp4d_au": labels.BP4D_AUS, "bp4dplus_au": labels.BP4DPLUS_AUS}
    for other in read_config(name).get("published", []):
        if found := other.get("labels"):
            numbers = sets.get(name, labels.DISFA_AUS)
            assert list(found) == [f"AU{number}" for number in numbers]
            assert np.mean(list(found.values())) == pytest.approx(other["mean"]["f1"], abs=0.06)
