"""Times targets of the Makefile and writes benchmarks/results/targets_NAME.json.

For example ``python -m benchmarks.targets --old test test-slow`` in a fresh clone; ``--old`` makes
a new processor choose the instructions of one with AVX2 only. Nothing else should run meanwhile.
"""

import argparse
import json
import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.run_times import OLD, processor
from benchmarks.speed_page import RESULTS, ROOT, write_page
from norface_pl.environment import environment


def measure(target: str, old: bool) -> dict[str, Any]:
    """Run a target; return seconds by the clock and of the processor, memory, and its last line."""
    start = time.perf_counter()
    process = subprocess.Popen(
        ["make", target],
        cwd=ROOT,
        env=os.environ | (OLD if old else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    last = ""
    for line in process.stdout:
        print(line, end="")
        last = line.strip() or last
    _, status, used = os.wait4(process.pid, 0)
    return {
        "target": target,
        "seconds": round(time.perf_counter() - start, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "memory_gb": round(used.ru_maxrss / 2**20, 2),
        "status": os.waitstatus_to_exitcode(status),
        "last": last.strip("= "),
    }


def main() -> None:
    """Time the targets, then write JSON and page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="+")
    parser.add_argument("--name", help="of the file: benchmarks/results/targets_NAME.json")
    parser.add_argument("--old", action="store_true", help="hold the processor to AVX2")
    arguments = parser.parse_args()
    name = arguments.name or ("avx2" if arguments.old else platform.machine())
    found = {
        "processor": processor() + (", held to AVX2" if arguments.old else ""),
        "cores": os.cpu_count(),
        "targets": [measure(target, arguments.old) for target in arguments.targets],
        "environment": environment(),
    }
    path = Path(RESULTS / f"targets_{name}.json")
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    write_page()


if __name__ == "__main__":
    main()
