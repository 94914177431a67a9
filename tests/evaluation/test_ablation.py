"""Rows compared in pairs, with values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.ablation import Ablation
from norface_pl.evaluation.forest import Bar, forest, round_values
from norface_pl.evaluation.paired import BETTER, OPEN, WORSE, Comparison, by_seed, compare, holm
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run, list_runs
from tests.helpers.records import record, tally

EXPRESSIONS = ["neutral", "happiness"]
PEOPLE = ["F001", "F002", "F003", "F004"]


def right(*faces):
    """A tally in which so many of each person's four faces are taken for what they are."""
    parts = [
        tally("expression", EXPRESSIONS, np.eye(2)[[0] * n + [1] * (4 - n)], [0] * 4, person)
        for n, person in zip(faces, PEOPLE, strict=False)
    ]
    found = parts[0]
    for part in parts[1:]:
        found = found + part
    return found


def test_what_everybody_gains_is_better_and_what_one_person_gains_is_open():
    base = right(1, 1, 2, 2)
    everybody = compare({0: right(2, 2, 3, 3)}, {0: base})
    assert (everybody.difference, everybody.low, everybody.high) == (0.25, 0.25, 0.25)
    assert (everybody.other_side, everybody.verdict) == (0, BETTER)
    back = compare({0: base}, {0: right(2, 2, 3, 3)})
    assert (back.difference, back.other_side, back.verdict) == (-0.25, 0, WORSE)
    # One of four people: absent from (3/4)^4 of the draws, in which nothing is gained.
    one = compare({0: right(4, 1, 2, 2)}, {0: base})
    assert one.difference == pytest.approx(3 / 16)
    assert one.low == 0
    assert one.other_side == pytest.approx((3 / 4) ** 4, abs=0.03)
    assert one.verdict == OPEN


def test_differences_are_taken_seed_by_seed():
    ours = {0: right(2, 2), 1: right(4, 4), 7: right(4, 4)}
    theirs = {0: right(1, 1), 1: right(2, 2), 8: right(0, 0)}
    found = compare(ours, theirs)
    assert found.seeds == 2
    assert found.difference == pytest.approx((1 / 4 + 2 / 4) / 2)
    assert found.deviation == pytest.approx(np.std([1 / 4, 2 / 4], ddof=1))


def test_without_shared_seeds_or_people_nothing_is_compared():
    assert compare({0: right(1, 1)}, {1: right(1, 1)}) is None
    assert compare({0: right(1)}, {0: right(1)}) is None
    unknown = tally("expression", EXPRESSIONS, np.eye(2), [0, 1], "")
    assert compare({0: unknown}, {0: unknown}) is None
    with pytest.raises(NorfaceError, match="different people"):
        compare({0: right(1, 1)}, {0: right(1, 1, 1)})


def test_seeds_of_a_row(tmp_path):
    records = [record(Run(None, seed, "a"), selected=right(seed, 1)) for seed in (0, 1)]
    assert {seed: found.total[0, 0] for seed, found in by_seed("a", [], records).items()} == {
        0: 1,
        1: 2,
    }
    assert by_seed("b", [], records) == {}


def test_holm_corrects_for_the_number_of_comparisons():
    # The example of Holm's procedure: 4 x 0.01, 3 x 0.02, 2 x 0.03, 1 x 0.04, never falling.
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.3, 0.6]) == pytest.approx([0.6, 0.6])
    assert holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])
    assert holm([0.02]) == [0.02]
    assert holm([]) == []


def test_a_verdict_that_holds_alone_is_open_among_many():
    found = Comparison(0.1, 0.01, 0.001, 0.2, other_side=0.02, seeds=3)
    assert found.p == pytest.approx(2 * 41 / 2001)
    certain = Comparison(-0.1, 0.01, -0.2, -0.1, other_side=0.0, seeds=3)
    assert certain.p == pytest.approx(2 / 2001)
    assert certain.judged(holm([certain.p] * 20)[0]) == WORSE
    assert certain.judged(holm([certain.p] * 60)[0]) == OPEN
    near = Comparison(0.1, 0.01, 0.001, 0.2, other_side=0.01, seeds=3)
    assert near.verdict == near.judged(near.p) == BETTER
    assert near.judged(holm([near.p, near.p, near.p])[1]) == OPEN


ROWS = [Row("original", inputs="original"), Row("both", "Both", against="moe"), Row("moe", "+ MoE")]


def ablation(folder, **changes):
    runs = list_runs([], [0, 1], [row.name for row in ROWS], called="row")
    given = {"rows": ROWS, "reference": "original", "runs": runs, "out": folder, "results": folder}
    return Ablation(**({"name": "mine", "task": "expression"} | given | changes))


def write(folder, scores, **changes):
    for name, seeds in scores.items():
        for seed, faces in enumerate(seeds):
            found = record(
                Run(None, seed, name), selected=right(*faces), parameters=1500, **changes
            )
            found.keep(found.run.file(folder))


SCORES = {
    "original": [(1, 1), (1, 1)],
    "both": [(2, 2), (3, 3)],
    "moe": [(2, 2), (3, 3)],
}


def test_tables(tmp_path):
    write(tmp_path, SCORES)
    table, pairs = ablation(tmp_path).write()
    assert table.rows == [
        ["original", "2", "2", "25.0 ± 0.0", "–", "–", "–", "–"],
        ["Both", "2", "2", "62.5 ± 17.7", "+37.5 ± 17.7", "[+37.5, +37.5]", "0.002", "better"],
        ["+ MoE", "2", "2", "62.5 ± 17.7", "+37.5 ± 17.7", "[+37.5, +37.5]", "0.002", "better"],
    ]
    assert pairs.rows == [
        ["Both", "+ MoE", "+0.0 ± 0.0", "[+0.0, +0.0]", "1.000", "not told apart"]
    ]
    text = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "6 of 6 runs" in text
    assert "NOT COMPARABLE" not in text
    assert (tmp_path / "results.tex").read_text(encoding="utf-8").count(r"\begin{tabular}") == 2


def test_rows_made_by_different_normalizers_or_options_are_not_comparable(tmp_path):
    write(tmp_path, {"original": SCORES["original"]})
    options = {"seed_everything": 0, "faces": {}, "trainer": {"max_epochs": 3}}
    write(tmp_path, {"both": SCORES["both"]}, options=options, normalizer={"sha256": "a"})
    write(tmp_path, {"moe": SCORES["moe"][:1]}, normalizer={"sha256": "b"})
    lines = "\n".join(ablation(tmp_path).heading(ablation(tmp_path).records()))
    assert "the faces were redrawn by 2 trainings of one normalizer" in lines
    assert "differ in more than the model and the redrawn faces" in lines
    assert "NOT COMPLETE, missing: seed 1, moe" in lines
    assert "different options" not in lines
    other = {"seed_everything": 1, "faces": {"normalizer": {"code_dim": 8}}, "model": 2}
    found = record(
        Run(None, 1, "both"), selected=right(1, 1), options=other, normalizer={"sha256": "c"}
    )
    found.keep(found.run.file(tmp_path))
    lines = "\n".join(ablation(tmp_path).heading(ablation(tmp_path).records()))
    assert "NOT COMPARABLE: the faces were redrawn by different normalizers" in lines
    assert "seeds were made with different options: both" in lines


def test_a_kept_record_adds_up_to_the_same_scores(tmp_path):
    faces = tally("au_detection", ["AU1"], [[0.9], [0.2], [0.4]], [[1], [0], [1]], "F001")
    faces += tally("au_detection", ["AU1"], [[0.3], [0.6]], [[1], [0]], "F002")
    found = record(Run(None, 0, "both"), selected=faces, last=faces, peer=faces)
    found.keep(tmp_path / "deep" / "er.json")
    again = Record.load(tmp_path / "deep" / "er.json")
    # To nine digits.
    assert again.selected.tally.scores() == pytest.approx(faces.scores(), rel=1e-8)
    assert again.last.tally.scores() == pytest.approx(faces.scores(), rel=1e-8)
    assert list(again.last.tally.sums) == [""]
    assert list(again.selected.tally.sums) == ["F001", "F002"]
    assert replace(again, last=None, selected=None, peer=None) == replace(
        found, last=None, selected=None, peer=None
    )
    assert (tmp_path / "deep" / "er.json").read_text(encoding="utf-8").count("\n") == len(
        vars(found)
    ) + 2
    # A pooled AUC needs the histogram.
    assert np.isnan((again.selected.tally + again.selected.tally).scores()["auc"])


def test_intervals_that_hold_zero_have_another_colour():
    picture = forest("gain", [Bar("a", 2, 1, 3), Bar("b", 0.5, -1, 2)])
    first, second = picture[44:70], picture[70:96]
    blue, orange = [0, 114, 178], [230, 159, 0]
    assert (first == blue).all(2).any()
    assert not (first == orange).all(2).any()
    assert (second == orange).all(2).any()
    assert not (second == blue).all(2).any()
    # From 1 to 3 of an axis from -1 to 3: half of its 420 pixels.
    columns = np.flatnonzero((first == blue).all(2).any(0))
    assert np.ptp(columns) == pytest.approx(210, abs=4)


def test_an_axis_has_round_values_that_stand_apart():
    assert round_values(-0.8, 34.4) == [0, 10, 20, 30]
    assert round_values(-1, 3) == [-1, 0, 1, 2, 3]
    assert round_values(-0.07, 0.0) == pytest.approx([-0.06, -0.04, -0.02, 0])
    assert round_values(0, 0) == [0]


def test_a_row_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NorfaceError, match="no row nobody to compare with: original, both, moe"):
        ablation(tmp_path, reference="nobody")
