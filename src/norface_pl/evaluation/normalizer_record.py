"""The small record of a run of stage 1: all that tables need of it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from norface_pl.evaluation.phases import Metrics
from norface_pl.evaluation.record import Record, damaged, write_lines
from norface_pl.evaluation.runs import Run

Readings = dict[str, float | None]
"""Name of a reading -> value, null where there is none."""


@dataclass(frozen=True)
class NormalizerRecord:
    """One finished run of stage 1.

    Attributes:
        data: what was trained on and tested.
        options: all that decided the outcome: those of the trainings, the pictures, the probes.
        seconds: that each step took, if it was not interrupted.
        readings: what probes read from each kind of picture; see ``norface probe``.
        code: what linear probes read from the code itself.
        people: numbers of people and faces that probes were fitted on and read.
        columns: test metrics of the classifiers by what they read.
    """

    protocol: str
    run: Run
    data: str
    options: dict[str, Any]
    stamp: str
    seconds: dict[str, float]
    environment: dict[str, str]
    readings: dict[str, Readings]
    code: Readings
    people: dict[str, Any]
    columns: dict[str, Metrics]

    def keep(self, path: Path) -> None:
        """Write it with a line for each field and numbers of six digits."""
        write_lines(path, short(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> "NormalizerRecord":
        """Read it.

        Raises:
            NorfaceError: it is missing or damaged.
        """
        with damaged(path, "delete it and run the ablation again"):
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(**content | {"run": Run(**content["run"])})


AnyRecord = TypeVar("AnyRecord", Record, NormalizerRecord)


def short(value: Any) -> Any:  # noqa: ANN401, whatever JSON holds
    """Return a value of JSON with numbers of six digits, which keeps files small."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: short(one) for key, one in value.items()}
    return [short(one) for one in value] if isinstance(value, list | tuple) else value
