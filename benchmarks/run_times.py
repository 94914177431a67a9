"""Times `make train-au` from nothing and writes where the time goes, one JSON a processor.

`make bench-run` runs it: in an empty folder, so that nothing is found done. ``--old`` makes a new
processor choose the instructions of one with AVX2 only. ``--page`` alone writes
docs/results/speed.md. Nothing else should run meanwhile.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from benchmarks.speed_page import COLUMNS, RESULTS, ROOT, write_page
from norface_pl.environment import environment
from norface_pl.precision import choose_precision

OLD = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


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
    """Run both phases in an empty folder; return seconds by part, memory and the main figures."""
    limits = OLD if old else {}
    command = [sys.executable, "-m", "norface_pl", "run"]
    command += ["--config", str(ROOT / "configs/run/au.yaml"), "--out", "run"]
    with tempfile.TemporaryDirectory() as folder:
        start = time.time()
        subprocess.run(command, check=True, cwd=folder, env=os.environ | limits)
        total = time.time() - start
        out = Path(folder) / "run"
        results = json.loads((out / "results.json").read_text(encoding="utf-8"))
        phases = results["phases"]
        done = (out / "normalizer" / "done.json").stat().st_mtime
        seconds = within_stage_1(phases["normalizer"], out / "normalizer" / "logs", done)
    seconds |= {name: phase["seconds"] for name, phase in phases.items() if name != "normalizer"}
    seconds["rest"] = total - sum(seconds.values())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    precision = "32-true" if old else choose_precision(torch.device("cpu"))
    return {
        "processor": processor() + (", held to AVX2" if old else ""),
        "precision": precision,
        "threads": torch.get_num_threads(),
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "total": round(total, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "memory_gb": round(used.ru_maxrss / 2**20, 2),
        "f1": {name: results["columns"][name]["test/f1"] for name in COLUMNS},
        "environment": environment(),
    }


def main() -> None:
    """Measure, unless only the page is asked for, and write JSON and page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", help="of the file: benchmarks/results/run_NAME.json")
    parser.add_argument("--old", action="store_true", help="hold the processor to AVX2")
    parser.add_argument("--page", action="store_true", help="write the page only")
    arguments = parser.parse_args()
    if not arguments.page:
        run = measure(arguments.old)
        name = arguments.name or ("avx2" if arguments.old else platform.machine())
        path = RESULTS / f"run_{name}.json"
        path.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    write_page()


if __name__ == "__main__":
    main()
