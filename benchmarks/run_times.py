"""Times `make train-au` from nothing and writes where the time goes, one JSON a processor.

`make bench-run` runs it: in an empty folder, so that nothing is found done. ``--old`` makes a new
processor choose the instructions of one with AVX2 only. ``--page`` alone writes
docs/results/speed.md. Nothing else should run meanwhile.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from benchmarks.shared import ROOT, keep, options, timed
from benchmarks.speed_page import COLUMNS, write_page
from norface_pl.precision import choose_precision


def within_stage_1(phase: dict[str, Any], logs: Path, finished: float) -> dict[str, float]:
    """Split the seconds of stage 1 by the times of its log.

    Args:
        phase: as ``results.json`` tells of it.
        logs: TensorBoard folder of its training.
        finished: time at which it was done.
    """
    events = EventAccumulator(str(logs), size_guidance={"scalars": 0})
    events.Reload()
    steps = events.Scalars("train/loss")
    drawn = events.Scalars("train/reconstruction")
    every = (steps[-1].wall_time - steps[0].wall_time) / len(steps)
    first, draws, last = steps[0].wall_time - every, drawn[0].wall_time, steps[-1].wall_time
    start = finished - phase["seconds"]
    return {
        "before": first - start,
        "reading": draws - first,
        "drawing": last - draws,
        "after": finished - last,
    }


def measure(old: bool) -> dict[str, Any]:
    """Run both phases in an empty folder; return seconds by part, memory and the main figures.

    Raises:
        SystemExit: the command failed.
    """
    config = ROOT / "configs/run/au.yaml"
    command = [sys.executable, "-m", "norface_pl", "run", f"--config={config}", "--out=run"]
    with tempfile.TemporaryDirectory() as folder:
        spent = timed(command, folder, old)
        if spent["status"]:
            raise SystemExit(f"norface run ended with status {spent['status']}: {spent['last']}")
        out = Path(folder) / "run"
        results = json.loads((out / "results.json").read_bytes())
        phases, done = results["phases"], (out / "normalizer" / "done.json").stat().st_mtime
        first = phases.pop("normalizer")
        seconds = within_stage_1(first, out / "normalizer" / "logs", done)
    seconds |= {name: phase["seconds"] for name, phase in phases.items()}
    return {
        "precision": "32-true" if old else choose_precision(torch.device("cpu")),
        "threads": torch.get_num_threads(),
        "seconds": seconds | {"rest": spent["seconds"] - sum(seconds.values())},
        "total": spent["seconds"],
        "processor_seconds": spent["processor_seconds"],
        "memory_gb": spent["memory_gb"],
        "f1": {name: results["columns"][name]["test/f1"] for name in COLUMNS},
    }


def main() -> None:
    """Measure, unless only the page is asked for, and write JSON and page."""
    parser = options(__doc__, "name", "old")
    parser.add_argument("--page", action="store_true", help="write the page only")
    given = parser.parse_args()
    if not given.page:
        keep("run", given, measure(given.old))
    write_page()


if __name__ == "__main__":
    main()
