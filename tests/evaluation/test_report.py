"""Tables from records, with values worked out by hand."""

import cv2
import numpy as np
import pandas as pd
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.formats import latex, markdown
from norface_pl.evaluation.independence import judge
from norface_pl.evaluation.published import PublishedScores
from norface_pl.evaluation.record import RECORD
from norface_pl.evaluation.report import ProtocolReport
from norface_pl.evaluation.runs import Run, list_runs
from norface_pl.evaluation.tables import TextTable, cell, tables
from norface_pl.evaluation.values import over_seeds, values
from tests.helpers.records import record, tally


def counted(hits, errors):
    """A tally of AU1 with so many hits and false alarms: F1 is 2 hits / (2 hits + errors)."""
    rows = hits + errors
    return tally("au_detection", ["AU1"], [[1]] * rows, [[1]] * hits + [[0]] * errors)


# F1 of fold 1: 1 and 2/3; of fold 2: 1/2 and 0.
FOLDS = {(1, 0): (1, 0), (1, 1): (1, 1), (2, 0): (1, 2), (2, 1): (0, 1)}


@pytest.fixture
def records():
    return [
        record(Run(fold, seed, "both"), selected=counted(*counts))
        for (fold, seed), counts in FOLDS.items()
    ]


def test_folds_are_joined_by_their_mean_and_by_their_faces(records):
    table = values(records, [1, 2])

    def score(fold, seed):
        return over_seeds(table[table["seed"] == seed], "both", fold, "selected", "f1", "AU1")[0]

    assert score("1", 1) == pytest.approx(2 / 3)
    assert score("mean of folds", 0) == pytest.approx((1 + 1 / 2) / 2)
    assert score("mean of folds", 1) == pytest.approx((2 / 3 + 0) / 2)
    # 2 hits and 2 errors; 1 hit and 2 errors.
    assert score("pooled", 0) == pytest.approx(4 / 6)
    assert score("pooled", 1) == pytest.approx(2 / 4)
    mean, deviation = over_seeds(table, "both", "pooled", "selected", "f1")
    assert mean == pytest.approx((4 / 6 + 2 / 4) / 2)
    assert deviation == pytest.approx(np.std([4 / 6, 2 / 4], ddof=1))


def test_folds_are_joined_only_when_all_are_there(records):
    table = values(records[:3], [1, 2])
    joined = table[table["fold"] == "pooled"]
    assert set(joined["seed"]) == {0}
    assert set(table["seed"]) == {0, 1}


def test_summary_shows_every_reading_and_published_figures_stand_beside(records):
    peer = [record(r.run, selected=r.selected.tally, peer=counted(1, 0)) for r in records]
    published = [
        PublishedScores("Norface", "T", {"f1": 69.3}),
        PublishedScores("X", "R", {"f1": 1}, {"AU1": 2.5}),
    ]
    found = tables("au_detection", ["AU1"], ["both"], [1, 2], values(peer, [1, 2]), published)
    by_title = {table.title: table for table in found}
    summary = by_title["Summary"]
    assert summary.header[2:] == [
        "F1 (%), last epoch",
        "F1 (%), selected epoch",
        "AUC (%), selected epoch",
        "ECE (%), selected epoch",
        "F1 (%), peer-style best †",
    ]
    assert summary.rows[0][:4] == ["both", "mean of folds", "54.2 ± 29.5", "54.2 ± 29.5"]
    assert summary.rows[1][3] == "58.3 ± 11.8"
    assert summary.rows[1][6] == "100.0 ± 0.0"
    labels = by_title["F1 (%), selected epoch, mean of folds"]
    assert labels.header == ["label", "both", "X [R]"]
    assert [row[2] for row in labels.rows] == ["2.5", "1"]
    folds = by_title["F1 (%), both, selected epoch, fold by fold"]
    assert folds.header == ["label", "fold 1", "fold 2", "mean of folds", "pooled"]
    assert folds.rows[0][1] == "83.3 ± 23.6"
    assert by_title["Published"].rows == [["Norface [T]", "69.3"], ["X [R]", "1"]]


def test_without_the_select_on_test_reading_its_columns_are_empty(records):
    found = tables("au_detection", ["AU1"], ["both"], [1, 2], values(records, [1, 2]), [])
    assert [row[6] for row in found[0].rows] == ["–", "–"]
    assert not any("peer" in table.title for table in found)


def test_cells():
    assert cell("f1", 0.61449, 0.008) == "61.4 ± 0.8"
    assert cell("icc", 0.61449, float("nan")) == "0.614"
    assert cell("f1", float("nan"), float("nan")) == "–"


def test_formats():
    table = TextTable("A_b", ["x", "F1 (%)"], [["AU1", "1.0 ± 0.5"], ["mean", "–"]], last=True)
    assert markdown(table).splitlines() == [
        "## A_b",
        "",
        "| x | F1 (%) |",
        "| --- | ---: |",
        "| AU1 | 1.0 ± 0.5 |",
        "| **mean** | **–** |",
    ]
    text = latex(table)
    assert r"\caption{A\_b}" in text
    assert r"AU1 & 1.0 $\pm$ 0.5 \\" in text
    assert text.index(r"\midrule" + "\nmean & -- \\\\") > 0


def write(folder, records):
    for found in records:
        path = found.run.folder(folder) / RECORD
        path.parent.mkdir(parents=True)
        found.save(path)


def report(folder, folds=(1, 2), **changes):
    runs = list_runs(folds, [0, 1], ["both"])
    values = {"name": "mine", "task": "au_detection", "folds": folds, "runs": runs}
    return ProtocolReport(**(values | {"published": [], "out": folder} | changes))


def test_files_of_a_report(tmp_path, records):
    write(tmp_path, records)
    report(tmp_path).write()
    text = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "trained on bp4d: 4 of 4 runs, mean ± SD over seeds" in text
    assert "NOT COMPLETE" not in text
    assert "subject-independent (both): yes" in text
    assert "fold_1: test 4 faces, 1 subjects: F003" in text
    assert r"\toprule" in (tmp_path / "results.tex").read_text(encoding="utf-8")
    table = pd.read_csv(tmp_path / "results.csv")
    assert set(table["fold"]) == {"1", "2", "mean of folds", "pooled"}
    picture = cv2.imread(str(tmp_path / "labels.png"))
    # A bar of 67.5 % in the first series' colour, blue green red.
    blue = (picture == [178, 114, 0]).all(2)
    assert blue.any(1)[50:350].sum() in range(150, 180)


def test_what_is_missing_or_differs_is_said(tmp_path, records):
    write(tmp_path, [*records[:2], record(records[2].run, recipe="another", independent=None)])
    report(tmp_path).write()
    text = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "NOT COMPLETE, missing: fold 2, seed 1, both" in text
    assert "NOT COMPARABLE" in text
    assert "UNKNOWN" in text


def test_expressions_have_a_confusion_matrix(tmp_path):
    names = ["neutral", "happiness"]
    guess, label = np.eye(2)[[0, 1, 1]], [0, 0, 1]
    found = tally("expression", names, guess, label, subject="")
    write(tmp_path, [record(Run(None, seed, "both"), selected=found) for seed in (0, 1)])
    made = report(tmp_path, (), task="expression").write()
    assert made[-2].rows == [["neutral", "2", "2"], ["happiness", "0", "2"]]
    # All three faces were told with certainty, in both runs, and two of three rightly.
    assert made[-1].rows == [["both", *["–"] * 9, "66.7 (100.0)"]]
    assert (tmp_path / "reliability.png").is_file()
    assert made[0].rows[0][2:6] == ["66.7 ± 0.0", "66.7 ± 0.0", "75.0 ± 0.0", "66.7 ± 0.0"]
    assert (tmp_path / "confusion_both.png").is_file()


def test_mistakes(tmp_path, records):
    with pytest.raises(NorfaceError, match="has no finished run of mine"):
        report(tmp_path).write()
    write(tmp_path, records)
    with pytest.raises(NorfaceError, match="is of the protocol mine"):
        report(tmp_path, name="other").write()
    record(records[0].run, selected=tally("au_detection", ["AU2"], [[1]], [[1]])).save(
        records[0].run.folder(tmp_path) / RECORD
    )
    with pytest.raises(NorfaceError, match="different labels"):
        report(tmp_path).write()


MINE = {"population": "bp4d", "subjects": ["F001", "F002"]}
OTHERS = {"population": "disfa", "subjects": ["F003"]}


@pytest.mark.parametrize(
    ("tested", "classifier", "normalizer", "redrawn", "independent", "reason"),
    [
        (["F003"], MINE, None, False, True, "nobody"),
        (["F003"], MINE, MINE, True, True, "nobody"),
        (["F003"], MINE, OTHERS, True, True, "nobody"),
        (["F003"], MINE, None, True, None, "does not say whom"),
        (["F003", ""], MINE, MINE, True, None, "who is on its pictures"),
        (["F002", "F003"], MINE, None, False, False, "classifier saw 1 of the 2 test people: F002"),
        (
            ["F003"],
            MINE,
            {"population": "bp4d", "subjects": ["F003"]},
            True,
            False,
            "normalizer saw 1 of the 1 test people: F003",
        ),
    ],
)
def test_independence(tested, classifier, normalizer, redrawn, independent, reason):
    found, why = judge("bp4d", tested, classifier, normalizer, redrawn)
    assert found is independent
    assert reason in why
