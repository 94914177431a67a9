import json
from dataclasses import replace

import pytest

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.record import PEER_WARNING, Record, best_on_the_test_fold
from norface_pl.evaluation.runs import Run
from tests.helpers.records import record, tally


def test_comes_back_whole(tmp_path):
    found = record(Run(2, 1, "original"), peer=record().selected.tally)
    found.save(tmp_path / "run.json")
    again = Record.load(tmp_path / "run.json")
    for name in ("last", "selected", "peer"):
        one, other = getattr(found, name), getattr(again, name)
        assert (one.epoch, one.step, one.threshold) == (other.epoch, other.step, other.threshold)
        assert one.content() == other.content()
    nothing = {"last": None, "selected": None, "peer": None}
    assert replace(found, **nothing) == replace(again, **nothing)


def test_can_be_read_by_people_and_marks_what_was_picked_on_the_test_fold(tmp_path):
    record(peer=record().selected.tally).save(tmp_path / "run.json")
    content = json.loads(
        (tmp_path / "run.json").read_text(encoding="utf-8"), parse_constant=pytest.fail
    )
    assert content["peer"]["warning"] == PEER_WARNING
    assert content["peer"]["threshold"] == 0.25
    assert content["selected"]["threshold"] is None
    assert content["selected"]["tally"]["total"]["AU1"] == {"tp": 2, "fp": 1, "fn": 1, "tn": 0}
    assert content["selected"]["scores"]["f1/AU1"] == pytest.approx(4 / 6)
    assert content["subjects"]["test"] == ["F003"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"run": 3}'])
def test_a_damaged_one_is_named(tmp_path, text):
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NorfaceError, match="run.json is missing or damaged"):
        Record.load(path)


def test_the_best_note_wins_and_the_first_of_equals(tmp_path):
    bad = tally("au_detection", ["AU1"], [[0], [1]], [[1], [1]])
    good = tally("au_detection", ["AU1"], [[1], [1]], [[1], [1]])
    for step, found in enumerate((bad, good, good)):
        note = {"epoch": step, "step": step, "threshold": 0.3, "tally": found.content()}
        (tmp_path / f"{step:08d}.json").write_text(json.dumps(note), encoding="utf-8")
    best = best_on_the_test_fold(tmp_path)
    assert (best.epoch, best.threshold) == (1, 0.3)
    with pytest.raises(NorfaceError, match="validate at least once"):
        best_on_the_test_fold(tmp_path / "nowhere")
