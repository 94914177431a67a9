"""The tables and curves of docs/results/normalizer.md, from the records of the runs."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from experiments.shared import gap_closed
from norface_pl.evaluation.heading import commits
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.readings_report import (
    Measure,
    mean_cell,
    number,
    reading,
)
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.tables import NONE, TextTable
from norface_pl.evaluation.values import moments
from norface_pl.io.images import write_image
from norface_pl.io.plots import curves

COLUMNS = ("original", "normalized", "both", "oracle")
KINDS = ("chance", "original", "normalized", "oracle", "target")
# Reading of probes -> row.
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
    return gap_closed(record.columns | {"code": {"test/f1": record.code["f1/linear"]}}, "code")


def main_tables(records: Sequence[NormalizerRecord]) -> list[TextTable]:
    """Return classifiers, gap closed, goals and probes of the default, over its seeds."""
    labels = [name for name in records[0].columns["original"] if name.startswith("test/f1/AU")]
    wanted = {"F1, mean": "test/f1", "AUC": "test/auc"}
    wanted |= {name.rpartition("/")[2]: name for name in labels}
    classifiers = TextTable("Classifiers of unseen people", ["", *COLUMNS])
    for title, metric in wanted.items():
        found = [[number(record.columns[x].get(metric)) for record in records] for x in COLUMNS]
        classifiers.rows.append([title, *map(mean_cell, found)])
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
    gaps = mean_cell(map(gap, records))
    table = TextTable("Goals", ["", "wanted", "I_o", "I_n", "oracle"])
    table.rows.append(["gap closed", "≥ 0.5", NONE, gaps, NONE])
    # Title, limit, reading, and the kind of picture whose reading counts as 1.
    measured = [
        ("person, linear probe / chance", "≤ 3", "identity/linear", "chance"),
        ("person, conv probe / chance", "≤ 3", "identity/conv", "chance"),
        ("AU F1, linear probe / oracle's", "≥ 0.9", "f1/linear", "oracle"),
        ("AU F1, conv probe / oracle's", "≥ 0.9", "f1/conv", "oracle"),
        ("head pose, R2", "≤ 0.1", "pose", None),
    ]
    for title, limit, name, one in measured:
        ones = [reading(record, name, one) if one else 1.0 for record in records]
        found = [
            [reading(r, name, kind) / unit for r, unit in zip(records, ones, strict=True)]
            for kind in ("original", "normalized", "oracle")
        ]
        table.rows.append([title, limit, *map(mean_cell, found)])
    return table


def save_curve(
    path: Path, title: str, rows: Sequence[Row], records: Sequence[NormalizerRecord]
) -> None:
    """Draw how the readings of I_n change along the rows; those not tried yet are left out."""
    of_row = {row.shown: [one for one in records if one.run.row == row.name] for row in rows}
    shown = {title: found for title, found in of_row.items() if found}
    series = {
        name: [moments(map(measure, found)) for found in shown.values()]
        for name, measure in CURVES.items()
    }
    write_image(path, curves(title, list(shown), series))


def made_by(records: Sequence[NormalizerRecord]) -> str:
    """Say which commits and versions made some records, and how long it took."""
    versions = sorted({record.environment["torch"] for record in records})
    hours = sum(sum(record.seconds.values()) for record in records) / 3600
    runs = "1 run" if len(records) == 1 else f"{len(records)} runs"
    made = f"{commits(records, 9)}, torch {', '.join(versions)}"
    return f"{runs}, {hours:.1f} hours; {made}."
