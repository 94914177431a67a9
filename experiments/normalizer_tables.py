"""The tables and curves of docs/results/normalizer.md, from the JSON of the trials."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from experiments.figures import NAN, cell, gap_closed, moments
from experiments.normalizer_rows import Row
from experiments.normalizer_trials import COLUMNS, Record
from norface_pl.evaluation.formats import markdown
from norface_pl.evaluation.plots import curves
from norface_pl.evaluation.tables import NONE, TextTable
from norface_pl.io.images import write_image

Measure = Callable[[Record], float]
KINDS = ("chance", "original", "normalized", "oracle", "target")
# What the goals of stage 1 are about: title, limit as text, and the figure of a record.
READINGS = {
    "f1/linear": "AU F1, linear probe",
    "f1/conv": "AU F1, convolutional probe",
    "auc/conv": "AU AUC, convolutional probe",
    "icc/conv": "AU ICC(3,1), convolutional probe",
    "identity/linear": "person, linear probe",
    "identity/conv": "person, convolutional probe",
    "pose": "head pose, R2",
    "background/linear": "background, R2, linear probe",
    "background/conv": "background, R2, convolutional probe",
    "target_distance": "distance to the target person",
    "spread": "spread (0: all alike)",
    "sharpness": "sharpness (1: as the target)",
    "psnr": "PSNR to the oracle, dB",
    "ssim": "SSIM to the oracle",
    "feature_distance": "feature distance to the oracle",
}
# Columns of the ablation: reading -> short title.
SHORT = {
    "f1/linear": "AU F1, linear",
    "f1/conv": "AU F1, conv",
    "identity/linear": "person, linear",
    "identity/conv": "person, conv",
    "pose": "pose R2",
    "background/conv": "background R2",
    "spread": "spread",
    "sharpness": "sharpness",
    "psnr": "PSNR, dB",
}


def reading(record: Record, name: str, kind: str = "normalized") -> float:
    """Return what probes read of one kind of picture; NaN if nothing."""
    found = record["readings"].get(kind, {})
    # Chance is the same for every kind of probe.
    value = found.get(name.partition("/")[0] if kind == "chance" else name)
    return NAN if value is None else float(value)


CURVES: dict[str, Measure] = {
    "AU F1, conv": partial(reading, name="f1/conv"),
    "AU F1, linear": partial(reading, name="f1/linear"),
    "person, linear": partial(reading, name="identity/linear"),
    "gap closed": gap_closed,
}


def code_gap(record: Record) -> float:
    """Return the share of the gap that a linear probe on the code closes, with nothing redrawn."""
    f1 = {name: record["columns"][name].get("test/f1", NAN) for name in ("original", "oracle")}
    return (record["code"]["f1/linear"] - f1["original"]) / (f1["oracle"] - f1["original"])


def main_tables(records: Sequence[Record]) -> list[TextTable]:
    """Return classifiers, gap closed, goals and probes of the default, over its seeds."""
    labels = [name for name in records[0]["columns"]["original"] if name.startswith("test/f1/AU")]
    wanted = {"F1, mean": "test/f1", "AUC": "test/auc"}
    wanted |= {name.rpartition("/")[2]: name for name in labels}
    classifiers = TextTable("Classifiers of unseen people", ["", *COLUMNS])
    for title, metric in wanted.items():
        found = [
            cell(_number(record["columns"][column].get(metric)) for record in records)
            for column in COLUMNS
        ]
        classifiers.rows.append([title, *found])
    seeds = [f"seed {record['seed']}" for record in records]
    gap = TextTable("Gap closed", ["", *seeds, "mean ± SD"])
    measured: dict[str, Measure] = {
        "both (the measure)": gap_closed,
        "normalized alone": lambda record: gap_closed(record, "normalized"),
        "same labels, no redrawing: linear probe on the code": code_gap,
    }
    for title, measure in measured.items():
        values = [measure(record) for record in records]
        gap.rows.append([title, *(cell([value]) for value in values), cell(values)])
    kinds = [kind for kind in KINDS if kind in records[0]["readings"]]
    probes = TextTable("What probes read from unseen people", ["", *kinds, "the code itself"])
    for name, title in READINGS.items():
        row = [cell(reading(record, name, kind) for record in records) for kind in kinds]
        of_code = cell(_number(record["code"].get(name)) for record in records)
        probes.rows.append([title, *row, of_code])
    return [gap, goals(records), classifiers, probes]


def goals(records: Sequence[Record]) -> TextTable:
    """Return what stage 1 is meant to reach, beside the same figure of the original."""

    def times_chance(kind: str, probe: str) -> list[float]:
        name = f"identity/{probe}"
        return [reading(r, name, kind) / reading(r, name, "chance") for r in records]

    def of_oracle(kind: str, probe: str) -> list[float]:
        name = f"f1/{probe}"
        return [reading(r, name, kind) / reading(r, name, "oracle") for r in records]

    table = TextTable("Goals", ["", "wanted", "I_o", "I_n", "oracle"])
    gaps = cell(gap_closed(record) for record in records)
    table.rows.append(["gap closed", "≥ 0.5", NONE, gaps, NONE])
    kinds = ("original", "normalized", "oracle")
    for probe in ("linear", "conv"):
        row = [cell(times_chance(kind, probe)) for kind in kinds]
        table.rows.append([f"person, {probe} probe / chance", "≤ 3", *row])
    for probe in ("linear", "conv"):
        row = [cell(of_oracle(kind, probe)) for kind in kinds]
        table.rows.append([f"AU F1, {probe} probe / oracle's", "≥ 0.9", *row])
    pose = [cell(reading(record, "pose", kind) for record in records) for kind in kinds]
    table.rows.append(["head pose, R2", "≤ 0.1", *pose])
    return table


def row_table(title: str, first: str, rows: Sequence[Row], records: Sequence[Record]) -> TextTable:
    """Return what was read from I_n of every row that has a finished trial."""
    measures: dict[str, Measure] = {
        short: partial(reading, name=name) for name, short in SHORT.items()
    }
    measures["F1 of the code"] = lambda record: _number(record["code"].get("f1/linear"))
    if all("columns" in record for record in records):
        measures["gap closed"] = gap_closed
    table = TextTable(title, [first, "seeds", *measures])
    for row in rows:
        mine = [record for record in records if record["row"] == row.name]
        if mine:
            cells = [cell(map(measure, mine)) for measure in measures.values()]
            table.rows.append([row.title, str(len(mine)), *cells])
    return table


def save_curve(path: Path, title: str, rows: Sequence[Row], records: Sequence[Record]) -> None:
    """Draw how the readings of I_n change along the rows; those not tried yet are left out."""
    shown = [row for row in rows if any(record["row"] == row.name for record in records)]
    series = {
        name: [
            moments(measure(record) for record in records if record["row"] == row.name)
            for row in shown
        ]
        for name, measure in CURVES.items()
    }
    write_image(path, curves(title, [str(row.at) for row in shown], series))


def made_by(records: Sequence[Record]) -> str:
    """Say which commits and versions made some records, and how long it took."""
    commits = sorted({record["environment"]["commit"][:9] for record in records})
    versions = sorted({record["environment"]["torch"] for record in records})
    hours = sum(sum(record["seconds"].values()) for record in records) / 3600
    runs = "1 run" if len(records) == 1 else f"{len(records)} runs"
    return f"{runs}, {hours:.1f} hours; commit {', '.join(commits)}, torch {', '.join(versions)}."


def written(table: TextTable) -> str:
    """Return a table in Markdown, its heading one level lower."""
    return "#" + markdown(table)


def _number(value: float | None) -> float:
    return NAN if value is None else float(value)
