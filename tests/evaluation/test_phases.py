import json

import pytest

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.phases import Phase, PhaseRunner
from norface_pl.progress import restart


class Work:
    """Counts its calls and writes a result; fails on demand after leaving a checkpoint."""

    def __init__(self, folder, content="result", fail=False, checkpoint=False, result="best.ckpt"):
        self.folder, self.content = folder, content
        self.fail, self.checkpoint, self.result = fail, checkpoint, result
        self.calls = []

    def __call__(self, checkpoint):
        self.calls.append(checkpoint)
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.checkpoint:
            (self.folder / "last.ckpt").write_text("half way", encoding="utf-8")
        if self.fail:
            raise KeyboardInterrupt
        (self.folder / self.result).write_text(self.content, encoding="utf-8")
        return {"test/f1": 0.5}


def phase(work, name="one", config="config", **kwargs):
    return Phase(name, work.folder, {"config": config}, work, work.folder / "best.ckpt", **kwargs)


def finish(*phases):
    lines = []
    runner = PhaseRunner(say=lines.append)
    for each in phases:
        runner.finish(each)
    return lines


def test_a_finished_phase_is_skipped_and_gives_its_metrics_again(tmp_path):
    work = Work(tmp_path / "one")
    assert finish(phase(work)) == ["one: starts"]
    runner = PhaseRunner(say=lambda line: None)
    assert runner.finish(phase(work)) == {"test/f1": 0.5}
    assert work.calls == [None]
    assert finish(phase(work)) == ["one: finished before, skipped"]


def test_a_changed_config_starts_over_in_an_empty_folder(tmp_path):
    work = Work(tmp_path / "one", checkpoint=True)
    finish(phase(work))
    (work.folder / "logs").mkdir()
    (work.folder / "logs" / "events").write_text("old", encoding="utf-8")
    lines = finish(phase(work, config="other"))
    assert lines == ["one: its configuration, data or input changed, starts over"]
    assert work.calls == [None, None]
    assert not (work.folder / "logs").exists()


def test_a_change_upstream_repeats_what_comes_after_and_nothing_else(tmp_path):
    first, second, other = (Work(tmp_path / name) for name in ("first", "second", "other"))

    def phases(config):
        upstream = phase(first, "first", config)
        downstream = phase(second, "second", after=(upstream,))
        return upstream, downstream, phase(other, "other")

    finish(*phases("a"))
    lines = finish(*phases("b"))
    # The result of "first" has the same bytes as before; its config alone is enough.
    assert [len(work.calls) for work in (first, second, other)] == [2, 2, 1]
    assert lines[1].startswith("second: its configuration, data or input changed")
    assert lines[2] == "other: finished before, skipped"


def test_an_interrupted_phase_goes_on_from_its_last_checkpoint(tmp_path):
    folder = tmp_path / "one"
    with pytest.raises(KeyboardInterrupt):
        finish(phase(Work(folder, fail=True, checkpoint=True)))
    assert not (folder / "done.json").exists()
    work = Work(folder)
    lines = finish(phase(work))
    assert work.calls == [folder / "last.ckpt"]
    assert lines == [f"one: was interrupted, goes on from {folder / 'last.ckpt'}"]


def test_an_interrupted_phase_of_another_config_starts_over(tmp_path):
    folder = tmp_path / "one"
    with pytest.raises(KeyboardInterrupt):
        finish(phase(Work(folder, fail=True, checkpoint=True)))
    work = Work(folder)
    lines = finish(phase(work, config="other"))
    assert work.calls == [None]
    assert "starts over" in lines[0]


def test_an_interruption_before_the_first_checkpoint_starts_over(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        finish(phase(Work(tmp_path / "one", fail=True)))
    work = Work(tmp_path / "one")
    assert finish(phase(work)) == ["one: was interrupted before its first checkpoint, starts over"]
    assert work.calls == [None]


def test_a_replaced_or_missing_result_is_made_again_and_not_resumed(tmp_path):
    work = Work(tmp_path / "one", checkpoint=True)
    finish(phase(work))
    (work.folder / "best.ckpt").write_text("somebody else's", encoding="utf-8")
    assert "was replaced, starts over" in finish(phase(work))[0]
    (work.folder / "best.ckpt").unlink()
    finish(phase(work))
    assert work.calls == [None, None, None]


def test_a_phase_without_a_result_stops_the_run(tmp_path):
    work = Work(tmp_path / "one", result="something.else")
    with pytest.raises(NorfaceError, match="ended without writing"):
        finish(phase(work))
    assert not (tmp_path / "one" / "done.json").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "thesis.tex").write_text("precious", encoding="utf-8")
    with pytest.raises(NorfaceError, match="not written by norface run"):
        finish(phase(Work(folder)))
    assert (folder / "thesis.tex").read_text(encoding="utf-8") == "precious"


def test_a_phase_that_resumes_keeps_its_files_and_its_notes_lie_outside(tmp_path):
    folder = tmp_path / "cache"
    work = Work(folder, fail=True)
    with pytest.raises(KeyboardInterrupt):
        finish(phase(work, resumes=True))
    (folder / "picture.png").write_text("done", encoding="utf-8")
    again = Work(folder)
    lines = finish(phase(again, resumes=True))
    assert lines == [f"one: was interrupted, goes on from {folder}"]
    assert sorted(path.name for path in folder.iterdir()) == ["best.ckpt", "picture.png"]
    assert json.loads((tmp_path / "cache.done.json").read_text(encoding="utf-8"))["metrics"] == {
        "test/f1": 0.5
    }


def test_a_damaged_note_counts_as_nothing_done(tmp_path):
    work = Work(tmp_path / "one", checkpoint=True)
    finish(phase(work))
    (work.folder / "done.json").write_text('{"stamp": ', encoding="utf-8")
    assert finish(phase(work))[0].startswith("one: was interrupted, goes on")
    assert len(work.calls) == 2


def test_where_all_phases_are_known_each_says_which_it_is(tmp_path):
    restart()
    lines = []
    runner = PhaseRunner(say=lines.append, costs={"one": 3.0, "two": 1.0})
    runner.finish(phase(Work(tmp_path / "one")))
    assert lines == [
        "phase 1 of 2, one: starts",
        "phase 1 of 2, one: done in 0 s; of all 75%, about 0 s left",
    ]
