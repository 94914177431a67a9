import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest
import yaml

from norface_pl.commands.run import run
from norface_pl.config_files import ClassifierFile, DataFile, NormalizerFile
from norface_pl.data.cache import NormalizedCache
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.fits import training_facts
from norface_pl.evaluation.phases import Done
from norface_pl.evaluation.run_report import RunReport
from norface_pl.io.stamp import stamp
from norface_pl.lightning_cli import resolve
from tests.helpers.tiny import CONFIGS, QUICK, write_data


def arguments(folder, out, **changes):
    data = write_data(folder, image_size=32)
    return {
        "normalizer": NormalizerFile(CONFIGS / "normalizer" / "tiny.yaml"),
        "classifier": ClassifierFile(CONFIGS / "classifier" / "au.yaml"),
        "data": DataFile(data),
        "out": folder / out,
        "compare": ["both"],
        "normalizer_args": [*QUICK, "--model.teachers.comparison_steps=2"],
        "classifier_args": QUICK,
    } | changes


def results(out):
    content = json.loads((out / "results.json").read_text(encoding="utf-8"))
    # Time passes differently, all else is the same.
    del content["seconds"]
    for phase in content["phases"].values():
        del phase["seconds"], phase["result"], phase["stamp"]
    return content


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nobody interrupted, with all four columns."""
    folder = tmp_path_factory.mktemp("whole")
    run(**arguments(folder, "out", compare=["both", "normalized", "original", "oracle"]))
    return folder / "out"


def test_a_run_leaves_the_table_the_pictures_and_a_folder_per_phase(whole):
    content = json.loads((whole / "results.json").read_text(encoding="utf-8"))
    assert content["task"] == "au_detection"
    assert content["metric"] == "f1"
    assert set(content["columns"]) == {"both", "normalized", "original", "oracle"}
    for metrics in content["columns"].values():
        assert 0 <= metrics["test/f1"] <= 1
    assert content["phases"].keys() == {
        "normalizer",
        "normalized",
        "oracle",
        *(f"classifier_{name}" for name in content["columns"]),
    }
    assert content["seconds"] > 0
    assert content["environment"]["torch"]
    for name in ("normalizer", *(f"classifier_{column}" for column in content["columns"])):
        files = {path.name for path in (whole / name).iterdir()}
        assert {"best.ckpt", "last.ckpt", "done.json", "logs"} <= files
        assert list((whole / name / "logs").glob("events*"))
        assert (whole / name / "logs" / "config.yaml").is_file()
    # 3 + 2 x 2 + 3 x 2 clips; every second of the 12 frames, for training people every one.
    assert len(NormalizedCache.open(whole / "normalized")) == 3 * 12 + 2 * 2 * 6 + 3 * 2 * 6
    # Three rows of eight faces of 128 pixels.
    height, width = cv2.imread(str(whole / "grid.png")).shape[:2]
    assert height >= 3 * 128
    assert width >= 8 * 128


def test_the_oracle_column_reads_the_same_face_for_everybody(whole):
    oracle = NormalizedCache.open(whole / "oracle")
    normalized = NormalizedCache.open(whole / "normalized")
    assert oracle.keys == normalized.keys
    pictures = oracle.load_all(oracle.keys).astype(float)
    # Corners show the target's background, whoever it is.
    assert np.ptp(pictures[:, 0, 0].mean(1)) < 30


def test_a_rerun_repeats_no_phase_and_says_so(whole, capsys):
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*.ckpt")}
    expected = results(whole)
    run(**arguments(whole.parent, "out", compare=["both", "normalized", "original", "oracle"]))
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*.ckpt")} == before
    assert results(whole) == expected
    output = capsys.readouterr().out
    assert output.count("finished before, skipped") == 7
    assert "mean f1" in output


def test_in_pieces_it_gives_what_it_gives_at_once(whole, tmp_path):
    for stop_after in ("normalizer", "normalized", None):
        run(**arguments(tmp_path, "out", stop_after=stop_after))
    assert results(tmp_path / "out")["columns"]["both"] == results(whole)["columns"]["both"]


@pytest.mark.slow
def test_killed_in_a_phase_it_goes_on_and_ends_whole(whole, tmp_path):
    out = tmp_path / "out"
    values = arguments(tmp_path, "out")
    config = tmp_path / "run.yaml"
    config.write_text(
        yaml.safe_dump({key: [*v] if isinstance(v, list) else str(v) for key, v in values.items()}),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "norface_pl", "run", "--config", str(config)]
    # Each is the first sign that its phase is under way.
    for sign in ("normalizer/last.ckpt", "normalized/images/*.png", "classifier_both/last.ckpt"):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        deadline = time.monotonic() + 240
        while not list(out.glob(sign)) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        process.kill()
        output = process.communicate()[0]
        assert process.returncode == -signal.SIGKILL, output
        assert list(out.glob(sign)), output
    run(**values)
    cache = NormalizedCache.open(out / "normalized")
    assert cache.keys == NormalizedCache.open(whole / "normalized").keys
    assert len(list((out / "normalized" / "images").iterdir())) == len(cache)
    assert set(results(out)["columns"]["both"]) == set(results(whole)["columns"]["both"])


def test_a_changed_argument_repeats_its_phase_and_what_follows(whole, tmp_path, capsys):
    shutil.copytree(whole, tmp_path / "out")
    run(**arguments(tmp_path, "out", classifier_args=[*QUICK, "--trainer.max_epochs=1"]))
    output = capsys.readouterr().out
    assert "normalizer: finished before, skipped" in output
    assert "normalized: finished before, skipped" in output
    assert "classifier_both: its configuration, data or input changed, starts over" in output


def test_another_task_shares_the_normalizer(whole, tmp_path, capsys):
    shutil.copytree(whole, tmp_path / "out")
    classifier = ClassifierFile(CONFIGS / "classifier" / "intensity.yaml")
    run(
        **arguments(
            tmp_path,
            "out",
            classifier=classifier,
            task="au_intensity",
            name="intensity",
            compare=["original"],
        )
    )
    assert "normalizer: finished before, skipped" in capsys.readouterr().out
    content = results(tmp_path / "out" / "intensity")
    assert (content["task"], content["metric"]) == ("au_intensity", "icc")
    assert "test/mae" in content["columns"]["original"]


def test_an_argument_in_two_words_is_refused(tmp_path):
    with pytest.raises(NorfaceError, match="write each as one --key=value"):
        run(**arguments(tmp_path, "out", classifier_args=["--trainer.max_epochs", "1"]))


def test_the_stamp_depends_on_the_data_and_not_on_where_the_results_go(tmp_path):
    config = str(CONFIGS / "normalizer" / "tiny.yaml")

    def decided(*args, **changes):
        data = str(write_data(tmp_path, **changes))
        resolved = resolve(["--config", config, "--data", data, *args])
        return stamp(training_facts(resolved, resolved.datamodule()))

    assert decided() == decided()
    assert decided("--checkpoint.dirpath=elsewhere", "--trainer.logger=false") == decided()
    assert decided(seed=1) != decided()


METRICS = {"test/f1": 0.5, "test/f1/AU1": 0.25, "test/auc": 0.75, "test/loss": 1.0}


def test_several_tasks_are_one_model_and_one_table(whole, capsys):
    tasks = ["au_detection", "au_intensity", "expression"]
    config = ClassifierFile(CONFIGS / "classifier" / "all.yaml")
    changes = {"classifier": config, "task": tasks, "name": "all", "compare": ["original"]}
    run(**arguments(whole.parent, "out", **changes))
    content = json.loads((whole / "all" / "results.json").read_text(encoding="utf-8"))
    assert (content["task"], content["metric"]) == (tasks, ["f1", "icc", "accuracy"])
    assert 0 <= content["columns"]["original"]["test/score"] <= 1
    printed = capsys.readouterr().out
    assert printed.count("on the test people") == 1
    for words in ("au_detection: f1", "mean icc", "expression: accuracy", "score, mean of tasks"):
        assert words in printed


def test_report_rows_of_several_tasks_are_those_of_each():
    metrics = {"test/au_detection/f1/AU1": 0.5, "test/au_detection/f1": 0.5}
    metrics |= {"test/expression/accuracy": 0.25, "test/expression/f1": 0.125, "test/score": 0.375}
    labels = {"au_detection": ["AU1"], "expression": ["neutral"]}
    report = RunReport(labels, {"both": metrics}, {}, 0)
    assert report.rows("au_detection") == {"AU1": [0.5], "mean f1": [0.5]}
    assert report.rows("expression") == {"mean accuracy": [0.25], "f1": [0.125]}


def test_report_rows_are_labels_mean_and_the_tasks_other_metrics():
    columns = {"both": METRICS, "original": {**METRICS, "test/f1/AU1": 0.125}}
    report = RunReport({"au_detection": ["AU1", "AU2"]}, columns, {}, 0)
    assert report.names == ["original", "both"]
    assert report.rows("au_detection") == {
        "AU1": [0.125, 0.25],
        "mean f1": [0.5, 0.5],
        "auc": [0.75, 0.75],
    }
    labels = {"au_intensity": ["AU1"]}
    intensity = replace(report, labels=labels, columns={"both": {"test/icc": 0.5}})
    assert intensity.rows("au_intensity") == {"mean icc": [0.5]}


def test_report_writes_a_missing_value_as_null(tmp_path):
    probe = {"test/au_probe/original": float("nan"), "test/spread/original": 0.5}
    phases = {"normalizer": Done("a", "b", 1.5, probe), "normalized": Done("c", "d", 2.0, {})}
    columns = {"both": {"test/f1": float("nan")}}
    RunReport({"au_detection": ["AU1"]}, columns, phases, 3).save(tmp_path / "results.json")
    content = json.loads(
        (tmp_path / "results.json").read_text(encoding="utf-8"), parse_constant=pytest.fail
    )
    assert content["columns"] == {"both": {"test/f1": None}}
    assert content["seconds"] == 3.5
    assert content["seed"] == 3
    assert content["phases"]["normalizer"] == {
        "stamp": "a",
        "result": "b",
        "seconds": 1.5,
        "metrics": {"test/au_probe/original": None, "test/spread/original": 0.5},
    }
