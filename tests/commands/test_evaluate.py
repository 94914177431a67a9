"""`norface evaluate`: what is skipped, resumed, refused, and what tables can do without."""

import shutil
import subprocess
import sys

import pytest
import torch

from norface_pl.callbacks.select_on_test import SelectOnTest
from norface_pl.evaluation.record import Record
from norface_pl.face_module import PEOPLE_KEY, trained_on
from norface_pl.io.locks import locked
from norface_pl.lightning_cli import NorfaceCLI
from tests.helpers.protocols import evaluate, records
from tests.helpers.tiny import CONFIGS

TWO_EPOCHS = ["--trainer.max_epochs=2"]
ORIGINAL = "--inputs=[original]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Drawn faces, and finished runs of two seeds in ``out``."""
    folder = tmp_path_factory.mktemp("evaluate")
    again(folder, folder / "out", "--seeds=[0,1]")
    return folder


def again(folder, out, *more, classifier_args=()):
    arguments = [*TWO_EPOCHS, *classifier_args]
    evaluate(folder, "synthetic_au", out, ORIGINAL, *more, classifier_args=arguments)


def weights(run, name):
    return torch.load(run / name, weights_only=True)["state_dict"]


def seed(out, number):
    return out / "all" / f"seed_{number}" / "original"


def test_a_run_leaves_its_people_and_its_scores(folder):
    found = Record.load(seed(folder / "out", 0) / "run.json")
    assert found.subjects["test"] == ["S200000", "S200001", "S200002"]
    assert found.faces == {"train": 36, "val": 24, "test": 36}
    assert set(found.selected.tally.sums) == set(found.subjects["test"])
    assert (found.independent, found.normalizer) == (True, None)
    assert found.last.epoch == 1
    assert found.last.tally.total.sum() == 36 * 17
    assert found.environment["torch"]
    # What was selected are the weights of that very checkpoint.
    best = torch.load(seed(folder / "out", 0) / "best.ckpt", weights_only=True)
    assert (found.selected.epoch, found.selected.step) == (best["epoch"], best["global_step"])
    assert found.peer.tally.scores()["f1"] >= found.selected.tally.scores()["f1"]


def test_scores_are_those_of_norface_test(folder):
    run = seed(folder / "out", 0)
    arguments = ["--config", str(run / "logs" / "config.yaml"), f"--ckpt_path={run / 'best.ckpt'}"]
    metrics = NorfaceCLI(["test", *arguments, "--trainer.limit_test_batches=1.0"]).trainer
    found = Record.load(run / "run.json").selected.tally.scores()
    for name in ("f1", "f1/AU12", "auc", "auc/AU1", "accuracy"):
        logged = float(metrics.callback_metrics[f"test/{name}"])
        assert logged == pytest.approx(found[name], abs=1e-6), name


def test_runs_share_a_recipe_and_nothing_else(folder):
    one, two = records(folder / "out")
    assert one.recipe == two.recipe
    assert one.stamp != two.stamp


def test_what_is_finished_is_skipped_and_a_change_repeats_it(folder, tmp_path, capsys):
    out = shutil.copytree(folder / "out", tmp_path / "out")
    before = (seed(out, 0) / "run.json").read_bytes()
    again(folder, out, "--only=seed=0")
    assert "seed 0, original: finished before, skipped" in capsys.readouterr().out
    assert (seed(out, 0) / "run.json").read_bytes() == before
    both = ["--seeds=[0,1]", "--only=seed=0"]
    again(folder, out, *both, classifier_args=["--model.head.dropout=0.5"])
    assert "configuration, data or input changed, starts over" in capsys.readouterr().out
    assert "NOT COMPARABLE" in (out / "results.md").read_text(encoding="utf-8")


def test_tables_come_from_the_json_alone(folder, tmp_path):
    for path in (folder / "out").rglob("run.json"):
        copy = tmp_path / "out" / path.relative_to(folder / "out")
        copy.parent.mkdir(parents=True)
        shutil.copy(path, copy)
    again(folder, folder / "out", "--seeds=[0,1]", "--tables_only=true")
    config = str(CONFIGS / "protocol" / "synthetic_au.yaml")
    arguments = ["--config", config, f"--out={tmp_path / 'out'}", "--seeds=[0,1]", ORIGINAL]
    # No network can be built and no data set be opened without Lightning.
    code = (
        "import sys; sys.modules['lightning'] = None; from norface_pl.cli import main;"
        f"main(['evaluate', *{arguments!r}, '--tables_only=true'])"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    for name in ("results.md", "results.tex", "results.csv", "labels.png"):
        made = (tmp_path / "out" / name).read_bytes()
        assert made == (folder / "out" / name).read_bytes()


def test_reading_the_test_fold_changes_no_weight_and_no_selection(folder, tmp_path):
    again(folder, tmp_path / "out", "--classifier.select_on_test=false")
    with_it, without = (seed(out, 0) for out in (folder / "out", tmp_path / "out"))
    for name in ("best.ckpt", "last.ckpt"):
        one, other = weights(with_it, name), weights(without, name)
        assert all(torch.equal(one[key], other[key]) for key in one)
    one, other = (Record.load(run / "run.json") for run in (with_it, without))
    assert other.peer is None
    assert one.selected.content() == other.selected.content()
    assert one.last.content() == other.last.content()
    assert not (without / "epochs").exists()
    summary = (tmp_path / "out" / "results.md").read_text(encoding="utf-8")
    assert "peer-style best:" not in summary


def test_an_interrupted_training_goes_on(folder, tmp_path, monkeypatch, capsys):
    watch, run = SelectOnTest.on_validation_end, seed(tmp_path / "out", 0)

    def stop(self, trainer, module):
        if trainer.current_epoch == 1 and not trainer.sanity_checking:
            raise RuntimeError("the power went off")
        watch(self, trainer, module)

    monkeypatch.setattr(SelectOnTest, "on_validation_end", stop)
    with pytest.raises(RuntimeError, match="power"):
        again(folder, tmp_path / "out")
    monkeypatch.undo()
    (first,) = (path for path in (run / "epochs").rglob("*") if path.is_file())
    written = first.stat().st_mtime_ns
    assert not (run / "run.json").exists()
    again(folder, tmp_path / "out")
    assert "was interrupted, goes on from" in capsys.readouterr().out
    assert first.stat().st_mtime_ns == written
    assert sum(path.is_file() for path in (run / "epochs").rglob("*")) == 2
    assert Record.load(run / "run.json").last.epoch == 1


def test_interrupted_before_its_json_it_does_not_train_again(folder, tmp_path, capsys):
    out = shutil.copytree(folder / "out", tmp_path / "out")
    run = seed(out, 0)
    expected = Record.load(run / "run.json")
    for name in ("run.json", "done.json"):
        (run / name).unlink()
    again(folder, out, "--only=seed=0")
    assert "goes on from" in capsys.readouterr().out
    found = Record.load(run / "run.json")
    assert found.last.content() == expected.last.content()
    assert found.selected.content() == expected.selected.content()
    assert found.peer.content() == expected.peer.content()


def test_what_another_process_does_is_left_to_it(folder, tmp_path, capsys):
    out = shutil.copytree(folder / "out", tmp_path / "out")
    (seed(out, 0) / "run.json").unlink()
    with locked(seed(out, 0), wait=False) as mine:
        assert mine
        again(folder, out, "--seeds=[0,1]")
    printed = capsys.readouterr().out
    assert "seed 0, original: another process is at it, left to that" in printed
    assert "NOT COMPLETE, missing: seed 0, original" in (out / "results.md").read_text(
        encoding="utf-8"
    )


def heading(out):
    return (out / "results.md").read_text(encoding="utf-8").split("## ")[0]


def test_a_normalizer_that_saw_test_people_is_told_on_the_table(folder, tmp_path, capsys):
    both = ["--inputs=[both]"]
    evaluate(folder, "synthetic_au", tmp_path / "own", *both)
    assert "subject-independent (both): yes" in heading(tmp_path / "own")
    path = tmp_path / "own" / "stage1" / "all" / "normalizer" / "best.ckpt"
    # 8 people and the target person of stage 1, and 3 labelled ones.
    assert len(trained_on(path)["subjects"]) == 8 + 1 + 3
    found = torch.load(path, weights_only=True)
    external = ["--normalizer.people=external", "--normalizer.config=null"]
    for name, people, answer in (
        ("saw", ["S200001"], "NO, the normalizer saw 1 of the 3 test people: S200001"),
        ("mute", None, "UNKNOWN, the checkpoint of the normalizer does not say"),
    ):
        found[PEOPLE_KEY] = people and {"population": "synthetic, seed 0", "subjects": people}
        torch.save(found, tmp_path / f"{name}.ckpt")
        given = [f"--normalizer.checkpoint={tmp_path / name}.ckpt", *external]
        evaluate(folder, "synthetic_au", tmp_path / name, *both, *given)
        assert f"subject-independent (both): {answer}" in heading(tmp_path / name)
        (record,) = records(tmp_path / name)
        assert record.independent is (False if people else None)


def fails(capsys, *arguments, **more):
    with pytest.raises(SystemExit) as stop:
        again(*arguments, **more)
    assert stop.value.code == 2
    return capsys.readouterr().err


def test_mistakes_are_one_sentence(folder, tmp_path, capsys):
    error = fails(capsys, folder, tmp_path, "--normalizer.people=external")
    assert "give normalizer.config with per_fold, and only then" in error
    none = ["--normalizer.people=external", "--normalizer.config=null", "--inputs=[both]"]
    assert "the normalizer (none) does not exist" in fails(capsys, folder, tmp_path, *none)
    error = fails(capsys, folder, tmp_path, "--data.labels=[AU1]")
    assert "data.labels, train_people and test_people need data.test" in error
    assert "has no finished run" in fails(capsys, folder, tmp_path, "--tables_only=true")


def test_data_that_choose_checkpoints_on_the_test_fold_are_refused(tmp_path, capsys):
    more = ['--data.options={"select_on_test": true}', "--inputs=[original]"]
    with pytest.raises(SystemExit):
        evaluate(tmp_path, "rafdb", tmp_path / "out", *more)
    assert "select_on_test true, so that the test fold would choose" in capsys.readouterr().err
