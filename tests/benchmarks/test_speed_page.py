import json
from pathlib import Path

import pytest
import yaml
from torch.utils.tensorboard import SummaryWriter

from benchmarks import run_times, speed_page
from benchmarks.run_times import measure, within_stage_1
from benchmarks.speed_page import COLUMNS, PARTS, write_page
from norface_pl import cli


def write(folder, name, content):
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


def test_the_page_has_a_column_for_each_run_and_sums_of_faces(tmp_path, monkeypatch):
    monkeypatch.setattr(speed_page, "RESULTS", tmp_path)
    monkeypatch.setattr(speed_page, "PAGE", tmp_path / "speed.md")
    run = {
        "processor": "Abacus",
        "precision": "32-true",
        "threads": 2,
        "seconds": dict.fromkeys(PARTS, 6.4),
        "total": 90.0,
        "processor_seconds": 150.0,
        "memory_gb": 1.25,
        "f1": dict.fromkeys(COLUMNS, 0.5),
        "environment": {"commit": "0123456789abcdef"},
    }
    write(tmp_path, "run_a.json", run)
    write(tmp_path, "run_b.json", run | {"processor": "Slate", "total": 120.0})
    write(tmp_path, "cpu_a.json", [{"measured": "  faces/s", "value": "3", "budget": ""}])
    rows = [{"roll": roll, "faces": 4, "right": 3, "wrong": 1} for roll in (0, 90)]
    rows += [{"side": 32, "faces": 5, "not found": 5}]
    write(tmp_path, "turned_faces.json", [{"detector": "d", "looks": "l"} | row for row in rows])
    target = {"target": "test", "seconds": 90.0, "processor_seconds": 120.0, "last": "5 passed"}
    write(tmp_path, "targets_a.json", {"processor": "Abacus", "cores": 2, "targets": [target]})
    write_page()
    lines = (tmp_path / "speed.md").read_text(encoding="utf-8").splitlines()
    assert "|  | Abacus, 2 threads | Slate, 2 threads |" in lines
    assert "| **all, minutes** | **1.5** | **2.0** |" in lines
    assert "| batches that draw, validation | 6 | 6 |" in lines
    assert "| commit | 012345678 | 012345678 |" in lines
    assert "| Abacus, 2 cores | `make test` | 1.5 | 2.0 | 5 passed |" in lines
    assert "| faces/s | 3 |  |" in lines
    assert "| turned | d | l | 8 | 6 | 0 | 2 | 0 | 0 |" in lines
    assert "| small | d | l | 5 | 0 | 0 | 0 | 0 | 5 |" in lines


def test_stage_1_is_split_where_its_log_says_that_it_drew(tmp_path):
    with SummaryWriter(str(tmp_path)) as log:
        for step in range(5):
            log.add_scalar("train/loss", 1.0, step, walltime=1000.0 + 10 * step)
            if step >= 3:
                log.add_scalar("train/reconstruction", 1.0, step, walltime=1000.0 + 10 * step)
    parts = within_stage_1({"seconds": 100.0}, tmp_path, finished=1060.0)
    # A fifth of the 40 seconds between the first and the last line came before the first one.
    assert parts == {"before": 32.0, "reading": 38.0, "drawing": 10.0, "after": 20.0}


def test_the_run_that_is_timed_writes_where_its_results_are_read(monkeypatch, capsys):
    def fake(command: list[str], folder: str, old: bool) -> dict[str, object]:
        module = command.index("norface_pl") + 1
        with pytest.raises(SystemExit):
            cli.main([*command[module:], "--print_config"])
        out = Path(folder) / yaml.safe_load(capsys.readouterr().out)["out"]
        (out / "normalizer").mkdir(parents=True)
        (out / "normalizer" / "done.json").touch()
        columns = {name: {"test/f1": 0.5} for name in COLUMNS}
        phases = {"normalizer": {"seconds": 40.0}, "oracle": {"seconds": 2.0}}
        write(out, "results.json", {"columns": columns, "phases": phases})
        return {"status": 0, "seconds": 50.0, "processor_seconds": 90.0, "memory_gb": 1.0}

    monkeypatch.setattr(run_times, "timed", fake)
    monkeypatch.setattr(run_times, "within_stage_1", lambda *_: {"before": 40.0})
    measured = measure(old=True)
    assert measured["seconds"] == {"before": 40.0, "oracle": 2.0, "rest": 8.0}
    assert measured["precision"] == "32-true"
