"""Writes docs/results/speed.md from the JSON of the benchmarks."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from benchmarks.shared import RESULTS, ROOT

PAGE = ROOT / "docs" / "results" / "speed.md"
COLUMNS = ("original", "normalized", "both", "oracle")
PARTS = {
    "before": "before the first batch: drawing people, comparison teacher",
    "reading": "batches that only read, labelling anew",
    "drawing": "batches that draw, validation",
    "after": "test of the normalizer",
    "normalized": "redrawing into the cache",
    "oracle": "oracle pictures into their cache",
    **{f"classifier_{name}": f"classifier of {name}" for name in COLUMNS},
    "rest": "starting, table and picture",
}
OUTCOMES = ("right", "nearly right", "wrong", "refused", "not found")
LONDON = """\
Made by `python -m benchmarks.turned` on photographs of the Face Research Lab London Set
(DeBruine & Jones 2017, CC BY 4.0): 24 rolls, and faces pasted into 4000 x 3000 pixels.
Landmarks are right up to a tenth of the distance of the eyes from the truth, and wrong
beyond a quarter.
"""
RUNS = """\
Made by `make bench-run` from `benchmarks/results/run_*.json`: the default from nothing,
seed 0, seconds by the clock. Columns of different processors do not compare.
"""


def write_page() -> None:
    """Write the page from all files that lie in benchmarks/results."""
    found = {path.stem: json.loads(path.read_bytes()) for path in sorted(RESULTS.glob("*.json"))}
    runs, targets, benches = (
        {name: one for name, one in found.items() if name.startswith(start)}
        for start in ("run_", "targets_", "cpu_")
    )
    parts = [run_table([*runs.values()]), target_table([*targets.values()])]
    parts += [bench_table(name, rows) for name, rows in benches.items()]
    parts += [turned_table(found["turned_faces"])] if "turned_faces" in found else []
    text = "\n".join(["# Speed, and faces that are found", *parts])
    PAGE.write_text(text, encoding="utf-8")
    print(text)


def section(title: str, text: str, header: str, rows: Iterable[Iterable[object]]) -> str:
    """Write a heading, a text and a table in Markdown."""
    lines = ["", f"## {title}", "", *([text] if text else []), header]
    lines += ["|" + "---|" * (header.count("|") - 1), *map(_row, rows), ""]
    return "\n".join(lines)


def run_table(runs: list[dict[str, Any]]) -> str:
    """Write where the time of each run goes, a column each."""
    first = _row(["", *(f"{run['processor']}, {run['threads']} threads" for run in runs)])
    rows = [
        ["precision", *(run["precision"] for run in runs)],
        *([title, *(f"{run['seconds'][x]:.0f}" for run in runs)] for x, title in PARTS.items()),
        ["**all, minutes**", *(f"**{run['total'] / 60:.1f}**" for run in runs)],
        ["processor time, minutes", *(f"{run['processor_seconds'] / 60:.1f}" for run in runs)],
        ["peak memory, GB", *(f"{run['memory_gb']:.1f}" for run in runs)],
        *([f"mean F1, {name}", *(f"{run['f1'][name]:.3f}" for run in runs)] for name in COLUMNS),
        ["commit", *(run["environment"]["commit"][:9] for run in runs)],
    ]
    return section("Where the time of `make train-au` goes", RUNS, first, rows)


def target_table(runs: list[dict[str, Any]]) -> str:
    """Write how long targets of the Makefile took."""
    rows = [
        [
            f"{run['processor']}, {run['cores']} cores",
            f"`make {row['target']}`",
            f"{row['seconds'] / 60:.1f}",
            f"{row['processor_seconds'] / 60:.1f}",
            row["last"],
        ]
        for run in runs
        for row in run["targets"]
    ]
    header = "| processor | target | minutes | processor time, minutes | said last |"
    text = "Made by `python -m benchmarks.targets`.\n"
    return section("Targets of the Makefile", text, header, rows)


def bench_table(name: str, rows: list[dict[str, str]]) -> str:
    """Write what `make bench` measured in one run."""
    cells = [[row["measured"].strip(), row["value"], row["budget"]] for row in rows]
    title = f"`make bench`, {name.replace('_', ' ')}"
    return section(title, "", "| measured | value | budget |", cells)


def turned_table(rows: list[dict[str, Any]]) -> str:
    """Write how turned and small faces are found.

    Args:
        rows: of `benchmarks.turned`: a roll or a side each, with numbers of faces by outcome.
    """
    sums: dict[tuple[str, str, str], Counter[str]] = {}
    for kind, title in (("roll", "turned"), ("side", "small")):
        for row in (row for row in rows if kind in row):
            counts = sums.setdefault((title, row["detector"], row["looks"]), Counter())
            counts.update({name: row.get(name, 0) for name in ("faces", *OUTCOMES)})
    header = "| | detector | looks | faces | " + " | ".join(OUTCOMES) + " |"
    cells = [[*names, *(counts[x] for x in ("faces", *OUTCOMES))] for names, counts in sums.items()]
    return section("Turned faces, and small ones in large pictures", LONDON, header, cells)


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
