"""Tables of what probes read from the faces that normalizers draw, from the records alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from norface_pl.evaluation.formats import write_tables
from norface_pl.evaluation.heading import commits, finished
from norface_pl.evaluation.normalizer_record import NormalizerRecord, Readings
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.tables import TextTable, cell
from norface_pl.evaluation.values import moments

Measure = Callable[[NormalizerRecord], float]
NAN = float("nan")
# Reading of I_n -> column.
SHORT = {
    "f1/linear": "AU F1, linear",
    "f1/conv": "AU F1, conv",
    "accuracy/linear": "expression, linear",
    "accuracy/conv": "expression, conv",
    "identity/linear": "person, linear",
    "identity/conv": "person, conv",
    "pose": "pose R2",
    "background/conv": "background R2",
    "spread": "spread",
    "sharpness": "sharpness",
    "psnr": "PSNR, dB",
}
CSV = ("row", "seed", "picture", "reading", "value")


@dataclass(frozen=True)
class ReadingsReport:
    """What is written of the rows of an ablation that train stage 1.

    Attributes:
        rows: those rows, in their order.
        runs: each of them with every seed.
        results: folder of the runs' records, if they are kept for good.
    """

    name: str
    rows: Sequence[Row]
    runs: Sequence[Run]
    out: Path
    results: Path | None = None

    def write(self) -> list[TextTable]:
        """Write readings.md, .tex and .csv; return the table.

        Raises:
            NorfaceError: no run is finished, or a record is damaged.
        """
        load = NormalizerRecord.load
        records = [*finished(load, self.name, self.runs, self.out, self.results).values()]
        title = "What probes read from I_n of unseen people, mean ± SD over seeds"
        made = [readings_table(title, self.rows, records)]
        line = f"{len(records)} of {len(self.runs)} runs, {commits(records, 9)}"
        write_tables(self.out, "readings", self.name, [line], made, all_values(records))
        return made


def readings_table(
    title: str,
    rows: Sequence[Row],
    records: Sequence[NormalizerRecord],
    more: Mapping[str, Measure] | None = None,
) -> TextTable:
    """Return what was read from I_n of every row that has a finished run.

    Columns are those of `SHORT` that any record has, the code, and ``more``.
    """
    measures: dict[str, Measure] = {
        shown: partial(reading, name=name)
        for name, shown in SHORT.items()
        if any(name in record.readings.get("normalized", {}) for record in records)
    }
    measures["F1 of the code"] = lambda record: number(record.code.get("f1/linear"))
    measures |= more or {}
    table = TextTable(title, ["", "seeds", *measures])
    for row in rows:
        if mine := [record for record in records if record.run.row == row.name]:
            cells = [mean_cell(map(measure, mine)) for measure in measures.values()]
            table.rows.append([row.shown, str(len(mine)), *cells])
    return table


def reading(record: NormalizerRecord, name: str, kind: str = "normalized") -> float:
    """Return what probes read from one kind of picture; NaN if nothing."""
    # Chance is the same for every kind of probe.
    key = name.partition("/")[0] if kind == "chance" else name
    return number(record.readings.get(kind, {}).get(key))


def number(value: float | None) -> float:
    """Return a value of JSON, which has no NaN."""
    return NAN if value is None else float(value)


def mean_cell(values: Iterable[float]) -> str:
    """Write mean and standard deviation over seeds."""
    return cell("reading", *moments(values))


def all_values(records: Sequence[NormalizerRecord]) -> pd.DataFrame:
    """Return every reading as one long table, code and classifiers among the pictures."""
    rows: list[tuple[object, ...]] = []
    for record in records:
        parts: dict[str, Readings] = {**record.readings, "code": record.code}
        parts |= {f"classifier_{name}": dict(found) for name, found in record.columns.items()}
        for kind, found in parts.items():
            own = (record.run.row, record.run.seed, kind)
            rows += [(*own, name, number(value)) for name, value in found.items()]
    return pd.DataFrame(rows, columns=list(CSV))
