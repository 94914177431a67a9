"""What benchmarks share: their options, the processor, and tables."""

import argparse
import os
import platform
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from norface_pl.environment import environment
from norface_pl.evaluation.normalizer_record import short
from norface_pl.io.files import write_json

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
OLD = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
COLUMNS = ("measured", "value", "budget")
OPTIONS: dict[str, dict[str, Any]] = {
    "rounds": {"type": int, "default": 3, "help": "pairs per ratio"},
    "weights": {"type": Path, "help": "folder with detectors' weight files"},
    "json": {"type": Path, "help": "file for the table"},
    "name": {"help": "of the JSON in benchmarks/results; default: the kind of processor"},
    "old": {"action": "store_true", "help": "hold the processor to AVX2"},
}


def options(description: str | None, *names: str) -> argparse.ArgumentParser:
    """Return a parser of some of the `OPTIONS`."""
    parser = argparse.ArgumentParser(description=description)
    for name in names:
        parser.add_argument(f"--{name}", **OPTIONS[name])
    return parser


def measured(what: str, value: str, budget: str = "") -> dict[str, str]:
    """Return a row of a table with the columns `COLUMNS`."""
    return dict(zip(COLUMNS, (what, value, budget), strict=True))


def show(
    title: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]], path: Path | None
) -> None:
    """Print a table and, where a file is given, keep it as JSON, row by row."""
    table, found = Table(*columns, title=title), []
    for row in rows:
        table.add_row(*(str(row.get(column, "")) for column in columns))
        found.append(row)
        if path:
            write_json(path, found)
    Console().print(table)


def timed(
    command: Sequence[str], folder: str | Path = ROOT, old: bool = False, quiet: bool = False
) -> dict[str, Any]:
    """Run a command; return seconds by the clock and of the processor, memory, and its last line.

    Args:
        command: its words.
        folder: to run it in.
        old: hold the processor to AVX2.
        quiet: do not print what it says.
    """
    start, last = time.perf_counter(), ""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | (OLD if old else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    for line in process.stdout or ():
        print("" if quiet else line, end="")
        last = line.strip() or last
    _, status, used = os.wait4(process.pid, 0)
    return {
        "seconds": time.perf_counter() - start,
        "processor_seconds": used.ru_utime + used.ru_stime,
        "memory_gb": used.ru_maxrss / 2**20,
        "status": os.waitstatus_to_exitcode(status),
        "last": last.strip("= "),
    }


def keep(kind: str, given: argparse.Namespace, content: dict[str, Any]) -> None:
    """Write benchmarks/results/KIND_NAME.json: what was measured, and on what."""
    name = given.name or ("avx2" if given.old else platform.machine())
    made = {"processor": processor() + (", held to AVX2" if given.old else "")}
    content = short(made | content | {"environment": environment()})
    write_json(RESULTS / f"{kind}_{name}.json", content)


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
