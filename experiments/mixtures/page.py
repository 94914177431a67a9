"""docs/results/mixtures.md and its picture, from the records of the settings alone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.mixtures.faces import STATES
from experiments.mixtures.gain import Gain, gain
from experiments.mixtures.lineup import BESIDES, CORE, everybody
from experiments.mixtures.setting import Plan
from experiments.shared import beginning
from norface_pl.evaluation.forest import Bar, forest
from norface_pl.evaluation.formats import markdown
from norface_pl.evaluation.paired import LEVEL, holm
from norface_pl.evaluation.tables import NONE, TextTable
from norface_pl.io.files import write_atomic
from norface_pl.io.images import Picture, write_image
from norface_pl.types import Task

INTRODUCTION = """\
# Where mixtures of experts win

Made by `python -m experiments.mixtures` from the JSON in [mixtures/](mixtures/). Drawn faces. In
each setting two backbones learn from labelled people as those of the default do: each from a
linear head of its own, on AU occurrence, AU intensity and emotions. All candidates below learn
beside them, from the same batches and from their features, and have no say in what the backbones
learn. So candidates differ in nothing else. Each starts {seeds} times; backbones are trained once
a setting. All is read from {people} test people of each style, whom no training saw, after the
last batch. *one task* is AU occurrence alone, *all tasks* are the three at once, by one candidate.

*spoiled*: a third of the faces, in training and test, are turned by 40 degrees, dark or half
covered before they are redrawn, so that I_n is bad there. *two styles*: as many people of the
plain and of the comic style, all redrawn by the normalizer of the plain one.

Numbers are gains over the control, in points (F1 and accuracy in %, ICC times 100); where none is
named, it is an MLP with as many parameters. Intervals hold the chance of people, who are drawn with
replacement, and that of starts; that of the backbones, one training a setting, is not in them.
**Bold** holds at 5 % after Holm's correction for all comparisons of its column.
"""
TITLES: dict[tuple[str, Task], str] = {
    ("one", "au_detection"): "AU occurrence, one task",
    ("all", "au_detection"): "AU occurrence, all tasks",
    ("all", "au_intensity"): "AU intensity, all tasks",
    ("all", "expression"): "emotions, all tasks",
}
PICTURED = "F1 of all tasks minus that of an MLP of the same size"
DRAWN = {
    "Input MoE": ("input_moe", "input_mlp"),
    "Output MoE": ("output_moe", "output_mlp"),
    "both": ("both_moe", "both_mlp"),
    "experts for each picture": ("pictures", "pictures_mlp"),
    "both, 8 experts": ("both_moe_8", "both_mlp_8"),
}


def write_page(results: Path, plan: Plan) -> None:
    """Write the page of the settings that are done, and its picture."""
    records = _records(results, plan)
    if not records:
        return
    said = INTRODUCTION.format(seeds=plan.seeds, people=plan.test_people)
    parts = beginning(said, results)
    parts.append(f"![{PICTURED}]({results.name}/gains.png)\n")
    write_image(results / "gains.png", _picture(records))
    for key, task in TITLES:
        parts.append(markdown(_gains(records, key, task)))
    parts += [markdown(_scores(records)), markdown(_trust(records)), _made(records)]
    write_atomic(results.with_suffix(".md"), "\n".join(parts).encode())


def _records(results: Path, plan: Plan) -> dict[str, dict[str, Any]]:
    paths = {setting.name: results / f"{setting.name}.json" for setting in plan.settings}
    kinds = {setting.name: (setting.spoiled, len(setting.styles)) for setting in plan.settings}
    sizes = {setting.name: (setting.people, setting.seed) for setting in plan.settings}
    names = sorted(paths, key=lambda name: (*kinds[name], *sizes[name]))
    return {name: json.loads(paths[name].read_bytes()) for name in names if paths[name].is_file()}


def _called(record: Mapping[str, Any]) -> str:
    setting = record["setting"]
    marks = ["spoiled"] if setting["spoiled"] else []
    marks += ["two styles"] if len(setting["styles"]) > 1 else []
    marks += ["other people"] if setting["seed"] else []
    return ", ".join([f"{setting['people']} people", *marks])


def _gains(records: Mapping[str, Mapping[str, Any]], key: str, task: Task) -> TextTable:
    table = TextTable(TITLES[key, task], ["candidate", *map(_called, records.values())])
    pairs = [(name, entry.against) for name, entry in everybody().items() if entry.against]
    pairs += BESIDES
    columns = [
        _column([gain(record, key, task, *pair) for pair in pairs]) for record in records.values()
    ]
    for (name, control), *cells in zip(pairs, *columns, strict=True):
        if set(cells) != {NONE}:
            title, other = (everybody()[one].title for one in (name, control))
            named = (name, control) in BESIDES or "_mlp" not in control
            beside = f", against: {other}" if named else ""
            table.rows.append([title + beside, *cells])
    return table


def _column(gains: Sequence[Gain | None]) -> list[str]:
    """Write the gains of a setting; those that hold for all of them together are bold."""
    corrected = iter(holm([one.p for one in gains if one is not None]))
    return [NONE if one is None else _written(one, next(corrected)) for one in gains]


def _written(found: Gain, p: float) -> str:
    value, low, high = (100 * number for number in found[:3])
    text = f"{value:+.1f} [{low:+.1f}, {high:+.1f}]"
    return f"**{text}**" if p <= LEVEL else text


def _scores(records: Mapping[str, Mapping[str, Any]]) -> TextTable:
    """Return what candidates of all tasks score, without any comparison."""
    table = TextTable("AU occurrence, F1 (%)", ["candidate", *map(_called, records.values())])
    for key in ("one", "all"):
        for name, entry in (CORE if key == "one" else everybody()).items():
            place = f"{key}/{name}"
            sizes = [one["parameters"].get(place, 0) for one in records.values()]
            scores = [one["scores"].get(f"{place}/au_detection") for one in records.values()]
            if any(sizes):
                title = f"{entry.title}, {key} ({max(sizes) // 1000} thousand parameters)"
                cells = [NONE if x is None else f"{100 * np.mean(x):.1f}" for x in scores]
                table.rows.append([title, *cells])
    return table


def _picture(records: Mapping[str, Mapping[str, Any]]) -> Picture:
    """Draw the gains in F1 of all tasks, candidate by candidate and from few people to many."""
    shown = []
    for title, (name, control) in DRAWN.items():
        for record in records.values():
            found = gain(record, "all", "au_detection", name, control)
            if found is not None:
                ends = (100 * number for number in found[:3])
                shown.append(Bar(f"{title}: {_called(record)}", *ends))
    return forest(f"{PICTURED} (points), 95 % intervals", shown)


def _trust(records: Mapping[str, Mapping[str, Any]]) -> TextTable:
    """Return how much the parts that see the original alone count, in percent."""
    states = (*STATES, "all spoiled")
    table = TextTable(
        "Gate of the original alone (%), mean over labels", ["setting", "candidate", *states]
    )
    for record in records.values():
        for name in ("pictures", "experts", "readings", "weighed"):
            if len(gates := record["trust"].get(name, {})) > 1:
                cells = [f"{100 * gates[x]:.0f}" if x in gates else NONE for x in states]
                table.rows.append([_called(record), everybody()[name].title, *cells])
    return table


def _made(records: Mapping[str, Mapping[str, Any]]) -> str:
    commits, torch, normalizers = (
        sorted({record[a][b] if b else record[a] for record in records.values()})
        for a, b in (("environment", "commit"), ("environment", "torch"), ("normalizer", ""))
    )
    return (
        f"Commit {', '.join(sorted({x[:9] for x in commits}))}, torch {', '.join(torch)}, "
        f"normalizer (SHA-256) {', '.join(x[:12] for x in normalizers)}.\n"
    )
