"""Writes docs/results/speed.md from the JSON of the benchmarks."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
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


def write_page() -> None:
    """Write the page from all files that lie in benchmarks/results."""
    runs = [_read(path) for path in sorted(RESULTS.glob("run_*.json"))]
    benches = {path.stem: _read(path) for path in sorted(RESULTS.glob("cpu_*.json"))}
    turned = RESULTS / "turned_faces.json"
    targets = [_read(path) for path in sorted(RESULTS.glob("targets_*.json"))]
    parts = [run_table(runs), target_table(targets)]
    parts += [*(bench_table(name, rows) for name, rows in benches.items())]
    parts += [turned_table(_read(turned))] if turned.is_file() else []
    text = "\n".join(["# Speed, and faces that are found", *parts])
    PAGE.write_text(text, encoding="utf-8")
    print(text)


def run_table(runs: list[dict[str, Any]]) -> str:
    """Write where the time of each run goes in Markdown, a column each."""
    lines = [
        "",
        "## Where the time of `make train-au` goes",
        "",
        "Made by `make bench-run` from `benchmarks/results/run_*.json`: the default from nothing,",
        "seed 0, seconds by the clock. Columns of different processors do not compare.",
        "",
        _row("", [f"{run['processor']}, {run['threads']} threads" for run in runs]),
        "|---|" + "---|" * len(runs),
        _row("precision", [run["precision"] for run in runs]),
    ]
    lines += [
        _row(title, [f"{run['seconds'][name]:.0f}" for run in runs])
        for name, title in PARTS.items()
    ]
    lines += [
        _row("**all, minutes**", [f"**{run['total'] / 60:.1f}**" for run in runs]),
        _row("processor time, minutes", [f"{run['processor_seconds'] / 60:.1f}" for run in runs]),
        _row("peak memory, GB", [f"{run['memory_gb']:.1f}" for run in runs]),
    ]
    lines += [
        _row(f"mean F1, {name}", [f"{run['f1'][name]:.3f}" for run in runs]) for name in COLUMNS
    ]
    lines += [_row("commit", [run["environment"]["commit"][:9] for run in runs]), ""]
    return "\n".join(lines)


def target_table(runs: list[dict[str, Any]]) -> str:
    """Write how long targets of the Makefile took in Markdown."""
    lines = ["", "## Targets of the Makefile", "", "Made by `python -m benchmarks.targets`.", ""]
    lines += ["| processor | target | minutes | processor time, minutes | said last |"]
    lines += ["|---|---|---|---|---|"]
    for run in runs:
        for row in run["targets"]:
            times = f"{row['seconds'] / 60:.1f} | {row['processor_seconds'] / 60:.1f}"
            where = f"{run['processor']}, {run['cores']} cores"
            lines.append(f"| {where} | `make {row['target']}` | {times} | {row['last']} |")
    return "\n".join([*lines, ""])


def bench_table(name: str, rows: list[dict[str, str]]) -> str:
    """Write what `make bench` measured in one run in Markdown."""
    lines = ["", f"## `make bench`, {name.replace('_', ' ')}", ""]
    lines += ["| measured | value | budget |", "|---|---|---|"]
    lines += [f"| {row['measured'].strip()} | {row['value']} | {row['budget']} |" for row in rows]
    return "\n".join([*lines, ""])


def turned_table(rows: list[dict[str, Any]]) -> str:
    """Write how turned and small faces are found in Markdown.

    Args:
        rows: of `benchmarks.turned`: a roll or a side each, with numbers of faces by outcome.
    """
    lines = [
        "",
        "## Turned faces, and small ones in large pictures",
        "",
        "Made by `python -m benchmarks.turned` on photographs of the Face Research Lab London Set",
        "(DeBruine & Jones 2017, CC BY 4.0): 24 rolls, and faces pasted into 4000 x 3000 pixels.",
        "Landmarks are right up to a tenth of the distance of the eyes from the truth, and wrong",
        "beyond a quarter.",
        "",
        "| | detector | looks | faces | " + " | ".join(OUTCOMES) + " |",
        "|---|---|---|---|" + "---|" * len(OUTCOMES),
    ]
    for kind, title in (("roll", "turned"), ("side", "small")):
        sums: dict[tuple[str, str], Counter[str]] = {}
        for row in (row for row in rows if kind in row):
            counts = sums.setdefault((row["detector"], row["looks"]), Counter())
            counts.update({name: row.get(name, 0) for name in ("faces", *OUTCOMES)})
        for (detector, looks), counts in sums.items():
            cells = " | ".join(str(counts[name]) for name in ("faces", *OUTCOMES))
            lines.append(f"| {title} | {detector} | {looks} | {cells} |")
    return "\n".join([*lines, ""])


def _read(path: Path) -> Any:  # noqa: ANN401, whatever the file holds
    return json.loads(path.read_text(encoding="utf-8"))


def _row(title: str, cells: list[str]) -> str:
    return f"| {title} | " + " | ".join(cells) + " |"
