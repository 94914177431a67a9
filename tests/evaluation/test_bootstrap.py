import numpy as np
import pytest

from norface_pl.evaluation.paired import interval, people_table, resample
from norface_pl.evaluation.runs import Run
from tests.helpers.records import record, tally

EXPRESSIONS = ["neutral", "happiness"]


def expressions(right, subject="F001", faces=4):
    """A tally in which so many of a person's faces are taken for what they are."""
    guess = np.eye(2)[[0] * right + [1] * (faces - right)]
    return tally("expression", EXPRESSIONS, guess, [0] * faces, subject)


def test_draws_are_of_people_and_not_of_faces():
    found = expressions(4, "F001") + expressions(0, "F002")
    draws = resample([found], draws=4000)
    # Twice the one, one of each, twice the other; never a share of a person's faces.
    values, counts = np.unique(draws, return_counts=True)
    assert values.tolist() == [0, 0.5, 1]
    assert counts / 4000 == pytest.approx([0.25, 0.5, 0.25], abs=0.03)
    assert interval(draws) == (0, 1)
    assert np.array_equal(draws, resample([found], draws=4000))


def test_seeds_are_averaged():
    first = expressions(4, "F001") + expressions(4, "F002")
    second = expressions(2, "F001") + expressions(2, "F002")
    assert np.unique(resample([first, second])).tolist() == [0.75]


@pytest.mark.parametrize("task", ["au_detection", "au_intensity", "expression"])
def test_many_totals_score_as_one_by_one(task):
    random = np.random.default_rng(0)
    names = ["a", "b", "c"]
    found = None
    for person in range(5):
        if task == "expression":
            guess, label = random.dirichlet(np.ones(3), 20), random.integers(0, 3, 20)
        else:
            guess, label = random.random((20, 3)), random.integers(0, 2, (20, 3))
        part = tally(task, names, guess, label, f"F{person}")
        found = part if found is None else found + part
    totals = np.stack([found.total, *found.sums.values()])
    scores = found.main_scores(totals)
    assert scores[0] == pytest.approx(found.scores()[found.main], abs=1e-12)
    for score, sums in zip(scores[1:], found.sums.values(), strict=True):
        alone = type(found)(names)
        alone.sums = {"": sums}
        assert score == pytest.approx(alone.scores()[found.main], abs=1e-12)


def runs(name, *tallies):
    return [record(Run(None, seed, name), selected=found) for seed, found in enumerate(tallies)]


def test_table_of_paired_differences():
    # Everybody gains a quarter, so that the difference knows no interval though the scores do.
    first = expressions(1, "F001") + expressions(2, "F002")
    second = expressions(2, "F001") + expressions(3, "F002")
    records = [*runs("original", first, first), *runs("both", second)]
    table = people_table("expression", ["original", "both"], [], records)
    assert table.rows == [
        ["original", "37.5 [25.0, 50.0]", "–"],
        ["both", "62.5 [50.0, 75.0]", "+25.0 [+25.0, +25.0]"],
    ]


def test_without_people_there_is_no_table():
    assert people_table("expression", ["both"], [], runs("both", expressions(1, ""))) is None
    assert people_table("expression", ["both"], [], runs("both", expressions(1))) is None


def test_folds_are_pooled_once_all_are_there():
    parts = [expressions(1, "F001"), expressions(3, "F002")]
    records = [
        record(Run(fold, 0, "both"), selected=part)
        for fold, part in zip((1, 2), parts, strict=True)
    ]
    table = people_table("expression", ["both"], [1, 2], records)
    assert table.rows[0][1].startswith("50.0 [25.0, 75.0]")
    assert people_table("expression", ["both"], [1, 2, 3], records) is None
