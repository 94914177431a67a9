"""``norface verify``: proves that a prepared data set was read as its users published it."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from norface_pl.data.prepared import PreparedFaces
from norface_pl.sources.published import PublishedFacts, has_published, load_published
from norface_pl.verify import Check, Evidence
from norface_pl.verify import verify as checks_of
from norface_pl.verify.pictures import check_pictures

STYLES = {"ok": "green", "explained": "yellow", "WRONG": "bold red", "info": "dim"}


def verify(name: str, prepared: Path, full: bool = False) -> None:
    """Compares a prepared data set with what is published: people, frames, labels.

    Prints what is expected beside what was found. Exit code 0 if all is as published or
    explained, 1 if something is not.

    Args:
        name: Of the data set, as in `norface prepare <name>`.
        prepared: Folder that `norface prepare` wrote.
        full: Show every row; else rows of a group that are all as published become one.
    """
    faces = PreparedFaces.open(prepared, name)
    facts = load_published(name) if has_published(name) else PublishedFacts(name)
    checks = [*checks_of(Evidence.read(faces, facts)), *check_pictures(faces)]
    console = Console(highlight=False)
    console.print(_table(name, checks, full))
    for check in checks:
        if check.topic == "diagnosis":
            console.print(f"diagnosis: {check.why}", style="bold red", markup=False)
    console.print(_verdict(name, checks, has_published(name)), markup=False)
    if any(check.state == "WRONG" for check in checks):
        raise SystemExit(1)


def _table(name: str, checks: Sequence[Check], full: bool) -> Table:
    table = Table(title=f"{name}: published and found", title_justify="left")
    table.add_column("")
    for column in ("expected", "found"):
        table.add_column(column, justify="right")
    table.add_column("")
    table.add_column("why")
    shown = (check for check in checks if check.topic != "diagnosis")
    for topic, group in groupby(shown, key=lambda check: check.topic):
        rows = list(group)
        table.add_section()
        table.add_row(Text(topic, style="bold"))
        if not full and len(rows) > 4 and all(row.state == "ok" for row in rows):
            rows = [Check(topic, f"all {len(rows)}", "as published", "the same", "ok")]
        for row in rows:
            state = Text(row.state, style=STYLES[row.state])
            cells = (row.name, row.expected, row.found)
            table.add_row(*(Text(cell) for cell in cells), state, Text(row.why))
    return table


def _verdict(name: str, checks: Sequence[Check], published: bool) -> str:
    states = [check.state for check in checks if check.topic != "diagnosis"]
    wrong, explained, good = (states.count(state) for state in ("WRONG", "explained", "ok"))
    if not published:
        return f"nothing is published about {name} to compare with; {wrong} wrong"
    return f"{good} as published, {explained} explained, {wrong} wrong"
