"""What the evidence of both stages shares: options, commands, configs, and pieces of pages."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from norface_pl.evaluation.formats import markdown
from norface_pl.evaluation.readings_report import NAN
from norface_pl.evaluation.tables import TextTable

ROOT = Path(__file__).resolve().parent.parent


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of the options that all evidence has."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    made.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    return made


def norface(command: str, *words: str) -> list[str]:
    """Return a command of ``norface`` for this interpreter."""
    return [sys.executable, "-m", "norface_pl", command, *words]


def succeeds(command: Sequence[str], threads: int) -> bool:
    """Run a command in the root of the repository, and tell whether it did what it should."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    return not subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


@cache
def config(path: str) -> dict[str, Any]:
    """Return what a YAML file below the root says."""
    content: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return content


def beginning(introduction: str, results: Path) -> list[str]:
    """Return how a page begins; what a person wrote about the figures is put in as it is."""
    notes = results / "notes.md"
    written = [notes.read_text(encoding="utf-8").strip() + "\n"] if notes.is_file() else []
    return [introduction, *written]


def put_between(page: Path, begin: str, end: str, text: str) -> None:
    """Put a text between two marks of a page, whose other text stays."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def written(table: TextTable) -> str:
    """Return a table in Markdown, its heading one level lower."""
    return "#" + markdown(table)


def gap_closed(columns: Mapping[str, Mapping[str, Any]], mixed: str = "both") -> float:
    """Return (F1(both) - F1(original)) / (F1(oracle) - F1(original)) of classifiers of a run."""
    f1 = {name: columns[name].get("test/f1") for name in ("original", mixed, "oracle")}
    if None in f1.values():
        return NAN
    return float((f1[mixed] - f1["original"]) / (f1["oracle"] - f1["original"]))
