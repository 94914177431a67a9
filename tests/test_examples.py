"""The scripts and notebooks of examples/ run, offline and small."""

import json
import runpy
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest

from norface_pl import ClassifierModule, NormalizerModule, load_module
from norface_pl.data.cache import NormalizedCache
from norface_pl.face_module import trained_on
from norface_pl.io.images import read_image
from tests.helpers.tiny import ROOT

EXAMPLES = ROOT / "examples"
SCRIPTS = [
    "analyze_a_picture",
    "choose_your_target",
    "own_data_set",
    "read_a_table",
    "train_both_stages",
]
NOTEBOOKS = ["a_film_to_curves", "what_stage_1_does"]


@pytest.fixture
def script(monkeypatch, tmp_path):
    """Runs a script as a shell does, in an empty folder, which it returns."""

    def run(name):
        monkeypatch.chdir(tmp_path)
        path = str(EXAMPLES / f"{name}.py")
        monkeypatch.setattr(sys, "argv", [path])
        runpy.run_path(path, run_name="__main__")
        return tmp_path / "out"

    return run


@pytest.fixture
def notebook():
    """Runs the code of a notebook, cell by cell, and returns its names; plots open no windows."""

    def run(name):
        known, book = {}, json.loads((EXAMPLES / f"{name}.ipynb").read_text(encoding="utf-8"))
        for number, cell in enumerate(book["cells"]):
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), f"{name}, cell {number}", "exec"), known)
        return known

    mpl.use("Agg")
    yield run
    plt.close("all")


def test_every_example_is_known_here_and_short():
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == SCRIPTS
    assert sorted(path.stem for path in EXAMPLES.glob("*.ipynb")) == NOTEBOOKS
    texts = [path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.py")]
    assert max(len(text.splitlines()) for text in texts) <= 60


def test_a_picture_is_read_with_the_weights_that_ship(script, capsys):
    script("analyze_a_picture")
    first, *strongest = capsys.readouterr().out.splitlines()
    assert first.startswith("picture_0: no doubt, yaw -0.")
    assert len(strongest) == 5
    assert all(line.endswith(" of 5") for line in strongest)


def test_doubtful_faces_are_left_out_of_the_summary(script):
    out = script("read_a_table")
    summary = pd.read_csv(out / "table" / "summary.csv", index_col=[0, 1, 2])
    # Frames 51 to 109 of 250, and 111 to 169 of the 201 before the second turns away.
    smiles = summary["share_of_frames"].xs("AU12_intensity", level=2)
    assert smiles.tolist() == pytest.approx([59 / 250, 59 / 201])
    assert summary["mean"].xs("AU04_intensity", level=2).tolist() == [0.5, 1.5]
    assert read_image(out / "table" / "curves.png").ndim == 3


def test_a_folder_and_a_table_become_a_classifier(script):
    checkpoint = script("own_data_set") / "own" / "classifier.ckpt"
    assert load_module(ClassifierModule, checkpoint).label_names == ["AU1", "AU4", "AU12"]
    # Of ten people two are tested, and one chooses checkpoints.
    assert len(set(trained_on(checkpoint)["subjects"])) == 7


@pytest.mark.slow
def test_both_stages_are_trained(script):
    out = script("train_both_stages") / "trained"
    assert load_module(NormalizerModule, out / "normalizer.ckpt").image_size == 32
    # 4 clips of 12 frames, and two clips of every second frame of 2 and 4 people.
    assert len(NormalizedCache.open(out / "normalized")) == 4 * 12 + 2 * 2 * 6 + 4 * 2 * 6


@pytest.mark.slow
def test_the_best_ranked_face_becomes_the_target(script):
    out = script("choose_your_target") / "target"
    best = pd.read_csv(out / "ranked" / "rank.csv")["name"].iloc[0]
    chosen = read_image(out / "people" / f"{best}.png")
    assert (read_image(out / "ranked" / "target.png") == chosen).all()
    assert read_image(out / "redrawn.png").shape[0] >= 2 * 128


def test_stage_1_takes_a_part_of_the_person_out_of_a_picture(notebook):
    known = notebook("what_stage_1_does")
    assert known["shares"]["originals"] > 0.7
    assert known["shares"]["redrawn"] < known["shares"]["originals"] - 0.05
    smiles, others = known["read"][known["true"] > 2], known["read"][known["true"] == 0]
    assert smiles.min() > others.mean() + others.std()


def test_a_film_becomes_a_table_with_a_row_for_every_frame(notebook):
    table = notebook("a_film_to_curves")["table"]
    assert table["frame"].tolist() == list(range(32))
    assert table.index[table["face"].isna()].tolist() == [20]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_are_kept_without_what_they_printed(name):
    text = (EXAMPLES / f"{name}.ipynb").read_text(encoding="utf-8")
    book = json.loads(text)
    assert text == json.dumps(book, indent=1, ensure_ascii=False) + "\n"
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
