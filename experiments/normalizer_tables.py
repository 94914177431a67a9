"""The tables and curves of docs/results/normalizer.md, from the records of the runs."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from experiments.figures import gap_closed
from norface_pl.evaluation.formats import markdown
from norface_pl.evaluation.heading import commits
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.plots import curves
from norface_pl.evaluation.readings_report import (
    NAN,
    Measure,
    mean_cell,
    number,
    reading,
)
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.tables import NONE, TextTable
from norface_pl.evaluation.values import moments
from norface_pl.io.images import write_image

COLUMNS = ("original", "normalized", "both", "oracle")
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


def gap(record: NormalizerRecord, mixed: str = "both") -> float:
    """Return the share of the gap that a classifier closes."""
    return gap_closed(record.columns, mixed)


CURVES: dict[str, Measure] = {
    "AU F1, conv": partial(reading, name="f1/conv"),
    "AU F1, linear": partial(reading, name="f1/linear"),
    "person, linear": partial(reading, name="identity/linear"),
    "gap closed": gap,
}


def code_gap(record: NormalizerRecord) -> float:
    """Return the share of the gap that a linear probe on the code closes, with nothing redrawn."""
    f1 = {name: record.columns[name].get("test/f1", NAN) for name in ("original", "oracle")}
    return (record.code["f1/linear"] - f1["original"]) / (f1["oracle"] - f1["original"])


def main_tables(records: Sequence[NormalizerRecord]) -> list[TextTable]:
    """Return classifiers, gap closed, goals and probes of the default, over its seeds."""
    labels = [name for name in records[0].columns["original"] if name.startswith("test/f1/AU")]
    wanted = {"F1, mean": "test/f1", "AUC": "test/auc"}
    wanted |= {name.rpartition("/")[2]: name for name in labels}
    classifiers = TextTable("Classifiers of unseen people", ["", *COLUMNS])
    for title, metric in wanted.items():
        found = [
            mean_cell(number(record.columns[column].get(metric)) for record in records)
            for column in COLUMNS
        ]
        classifiers.rows.append([title, *found])
    seeds = [f"seed {record.run.seed}" for record in records]
    gaps = TextTable("Gap closed", ["", *seeds, "mean ± SD"])
    measured: dict[str, Measure] = {
        "both (the measure)": gap,
        "normalized alone": partial(gap, mixed="normalized"),
        "same labels, no redrawing: linear probe on the code": code_gap,
    }
    for title, measure in measured.items():
        values = [measure(record) for record in records]
        gaps.rows.append([title, *(mean_cell([value]) for value in values), mean_cell(values)])
    kinds = [kind for kind in KINDS if kind in records[0].readings]
    probes = TextTable("What probes read from unseen people", ["", *kinds, "the code itself"])
    for name, title in READINGS.items():
        row = [mean_cell(reading(record, name, kind) for record in records) for kind in kinds]
        of_code = mean_cell(number(record.code.get(name)) for record in records)
        probes.rows.append([title, *row, of_code])
    return [gaps, goals(records), classifiers, probes]


def goals(records: Sequence[NormalizerRecord]) -> TextTable:
    """Return what stage 1 is meant to reach, beside the same figure of the original."""

    def times_chance(kind: str, probe: str) -> list[float]:
        name = f"identity/{probe}"
        return [reading(r, name, kind) / reading(r, name, "chance") for r in records]

    def of_oracle(kind: str, probe: str) -> list[float]:
        name = f"f1/{probe}"
        return [reading(r, name, kind) / reading(r, name, "oracle") for r in records]

    table = TextTable("Goals", ["", "wanted", "I_o", "I_n", "oracle"])
    gaps = mean_cell(map(gap, records))
    table.rows.append(["gap closed", "≥ 0.5", NONE, gaps, NONE])
    kinds = ("original", "normalized", "oracle")
    for probe in ("linear", "conv"):
        row = [mean_cell(times_chance(kind, probe)) for kind in kinds]
        table.rows.append([f"person, {probe} probe / chance", "≤ 3", *row])
    for probe in ("linear", "conv"):
        row = [mean_cell(of_oracle(kind, probe)) for kind in kinds]
        table.rows.append([f"AU F1, {probe} probe / oracle's", "≥ 0.9", *row])
    pose = [mean_cell(reading(record, "pose", kind) for record in records) for kind in kinds]
    table.rows.append(["head pose, R2", "≤ 0.1", *pose])
    return table


def save_curve(
    path: Path, title: str, rows: Sequence[Row], records: Sequence[NormalizerRecord]
) -> None:
    """Draw how the readings of I_n change along the rows; those not tried yet are left out."""
    shown = [row for row in rows if any(record.run.row == row.name for record in records)]
    series = {
        name: [
            moments(measure(record) for record in records if record.run.row == row.name)
            for row in shown
        ]
        for name, measure in CURVES.items()
    }
    write_image(path, curves(title, [row.shown for row in shown], series))


def made_by(records: Sequence[NormalizerRecord]) -> str:
    """Say which commits and versions made some records, and how long it took."""
    versions = sorted({record.environment["torch"] for record in records})
    hours = sum(sum(record.seconds.values()) for record in records) / 3600
    runs = "1 run" if len(records) == 1 else f"{len(records)} runs"
    made = f"{commits(records, 9)}, torch {', '.join(versions)}"
    return f"{runs}, {hours:.1f} hours; {made}."


def written(table: TextTable) -> str:
    """Return a table in Markdown, its heading one level lower."""
    return "#" + markdown(table)
