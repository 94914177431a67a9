"""Counts how a checkout is built, the same way for any of them.

`make house` counts this one. With --before FOLDER, docs/results/house.md gets both:

    python -m experiments.house --before ../old
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from experiments.house_counts import Counts, count
from experiments.shared import ROOT, put_between

PAGE = ROOT / "docs/results/house.md"
BEGIN, END = "<!-- counts: made by make house -->", "<!-- end of counts -->"
SPREADS = {
    "files": "lines a file",
    "functions": "lines a function",
    "constructors": "arguments a constructor",
    "dataclasses": "fields a dataclass",
    "datamodules, own": "own arguments a datamodule",
    "datamodules, accepted": "arguments that a datamodule takes",
    "folders": "files a folder",
}
LISTS = {
    "constructors": "largest constructors",
    "dataclasses": "largest dataclasses",
    "folders": "fullest folders",
    "repeated docs": "argument docs that stand most often",
}


def rows(counts: Counts) -> dict[str, str]:
    """Write each count in words."""
    parts = ("median", "p90", "max")
    found = {
        f"{title}, {' / '.join(parts)}": " / ".join(f"{counts[key][part]:g}" for part in parts)
        for key, title in SPREADS.items()
    }
    found["largest room, share of the lines"] = f"{counts['rooms']['share']:.0%}"
    for module, bases in counts["bases"].items():
        found[f"own bases above {module}"] = " -> ".join([str(len(bases)), *bases])
    found["circles of imports"] = _listed(" = ".join(circle) for circle in counts["circles"])
    found["imports that run upward"] = _listed(counts["upward"])
    docs, touched = counts["repeated docs"], counts["data set"]
    title = "argument docs that stand more than once: texts / copies"
    found[title] = f"{docs['texts']} / {docs['copies']}"
    found[f"files that the data set {touched['name']} touches"] = _listed(touched["files"])
    for key, title in LISTS.items():
        found[title] = ", ".join(f"{name} {number}" for name, number in counts[key]["worst"])
    for folder, lines in counts["lines"].items():
        found[f"lines of {folder}/, {' + '.join(lines)}"] = " + ".join(map(str, lines.values()))
    found["files of the package"] = str(counts["files"]["number"])
    for kind, title in (("python", "Python"), ("yaml", "YAML")):
        found[f"**lines of source, {title}**"] = f"**{counts['source'][kind]}**"
    return found


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    return f"{len(known)}: {', '.join(known)}" if known else "0"


def table(columns: dict[str, Counts]) -> str:
    """Write a Markdown table with a column for each checkout."""
    written = {title: rows(counts) for title, counts in columns.items()}
    titles = dict.fromkeys(title for found in written.values() for title in found)
    lines = [f"|  | {' | '.join(written)} |", "|---" * (len(written) + 1) + "|"]
    for title in titles:
        cells = [found.get(title, "–") for found in written.values()]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> None:
    """Count, print, and with --before write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="checkout to count")
    parser.add_argument("--before", type=Path, help="an older checkout; writes the page")
    parser.add_argument("--data-set", default="rafdb", help="whose files are listed")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--page", type=Path, default=PAGE, help="what --before writes")
    given = parser.parse_args(words)
    columns = ({"before": given.before} if given.before else {}) | {"now": given.root}
    counted = {title: count(root, given.data_set) for title, root in columns.items()}
    text = table(counted)
    if given.before:
        if not given.page.is_file():
            given.page.write_text(f"# The house\n\n{BEGIN}\n{END}\n", encoding="utf-8")
        put_between(given.page, BEGIN, END, text)
    print(json.dumps(counted, indent=1) if given.json else text)


if __name__ == "__main__":
    main()
