"""Whether what was hoped for holds, worked out from the records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from norface_pl.evaluation.paired import BETTER, WORSE, by_seed, compare, main_score
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.tables import NAMES, NONE, cell, with_range
from norface_pl.metrics.tallies import TALLIES
from norface_pl.metrics.tally import Tally
from norface_pl.types import Task

TIMES = 2
HEADER = ["statement", "first", "second", "difference [95 % of people]", "holds"]
Seeds = Mapping[int, Tally]


@dataclass(frozen=True)
class Statement:
    """A statement about two rows of one table.

    Attributes:
        statement: in words.
        protocol: whose records.
        rows: the one that is said to be more (or not), and the other.
        kind: ``deviations``: more by over `TIMES` of the larger SD over seeds; ``better``: 95 % of
            the draws of people are above 0; ``not_better``: they are not; ``not_worse``: 95 % are
            not below 0.
        task: whose scores.
    """

    statement: str
    protocol: str
    rows: tuple[str, str]
    kind: Literal["deviations", "better", "not_better", "not_worse"] = "better"
    task: Task = "au_detection"

    def line(self, records: Sequence[Record]) -> list[str]:
        """Return its line of a table with the columns `HEADER`, from those of its protocol."""
        records = [record for record in records if record.task == self.task]
        ours, theirs = (by_seed(row, [], records) for row in self.rows)
        score = TALLIES[records[0].task].main if records else "f1"
        cells = [f"{self.statement} ({NAMES[score]})" if records else self.statement]
        cells += [_spread(score, part) if part else NONE for part in (ours, theirs)]
        found = compare(ours, theirs)
        if found is None:
            return [*cells, NONE, "not run yet"]
        gain = with_range(score, found.difference, found.low, found.high, "+")
        if self.kind == "deviations":
            holds = exceeds(ours, theirs)
        elif self.kind == "not_worse":
            holds = found.verdict != WORSE
        else:
            holds = (found.verdict == BETTER) is (self.kind == "better")
        answer = "unknown, one seed" if holds is None else "yes" if holds else "**no**"
        return [*cells, gain, answer]


def exceeds(ours: Seeds, theirs: Seeds) -> bool | None:
    """Tell whether a mean is larger by over `TIMES` the larger SD; None without two seeds."""
    one, other = ([main_score(tally) for tally in part.values()] for part in (ours, theirs))
    if min(len(one), len(other)) < 2:
        return None
    largest = max(np.std(one, ddof=1), np.std(other, ddof=1))
    return bool(np.mean(one) - np.mean(other) > TIMES * largest)


def _spread(score: str, tallies: Seeds) -> str:
    found = [main_score(tally) for tally in tallies.values()]
    deviation = float(np.std(found, ddof=1)) if len(found) > 1 else float("nan")
    return cell(score, float(np.mean(found)), deviation)


FIRST = f"both > original by more than {TIMES} SD"
ABLATION = "ablation_synthetic_au"
MIXTURES = "ablation_mixtures"
SINGLE: dict[Task, str] = {
    "au_detection": "synthetic_au",
    "au_intensity": "synthetic_intensity",
    "expression": "synthetic_expression",
}
CALLED: dict[Task, str] = {
    "au_detection": "AU detection",
    "au_intensity": "AU intensity",
    "expression": "expression",
}
CHECKS = (
    *(
        Statement(f"{CALLED[task]}: {FIRST}", name, ("both", "original"), "deviations", task)
        for task, name in SINGLE.items()
    ),
    Statement("both > original + identity adversary 0.1", ABLATION, ("both", "adversary_10")),
    Statement("both > original + identity adversary 0.03", ABLATION, ("both", "adversary_03")),
    Statement(
        "both with I_n of a random other picture is not above original",
        ABLATION,
        ("random", "original"),
        "not_better",
    ),
    Statement("both > both with I_n := I_o", ABLATION, ("both", "twice")),
    *(
        Statement(
            f"{CALLED[task]}: the mixture loses nothing to {what}",
            MIXTURES,
            ("both", control),
            "not_worse",
            task,
        )
        for control, what in (("plain", "concatenation and linear"), ("both_mlp", "an MLP"))
        for task in SINGLE
    ),
    Statement("the mixture > an MLP of its size", MIXTURES, ("both", "both_mlp")),
    Statement(
        "Input MoE, then Output MoE > MLPs of their size", MIXTURES, ("separate", "separate_mlp")
    ),
    Statement(
        "normalized > original + the person's neutral face",
        "ablation_neutral",
        ("normalized", "original_neutral"),
    ),
)
