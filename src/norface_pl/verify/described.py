"""Counts with nothing published to compare them with."""

from collections.abc import Iterator

import numpy as np

from norface_pl.sources.source import NOT_CODABLE
from norface_pl.verify.check import Check
from norface_pl.verify.evidence import Evidence


def describe(evidence: Evidence) -> Iterator[Check]:
    """Yield what the listing holds where no fact is published about it."""
    facts, coded = evidence.facts, evidence.coded
    if not facts.part_of:
        for name in ("subject", "sequence"):
            yield _info("labelled pictures", f"{name}s", coded[name][coded[name] != ""].nunique())
    if not facts.frames and not facts.expressions:
        for part, count in coded["part"].value_counts().sort_index().items():
            yield _info("labelled pictures", f"in part {part}" if part else "in no part", count)
    if not facts.expressions and "expression" in coded:
        counts = coded["expression"].fillna("").value_counts()
        for expression, count in counts.items():
            yield _info("expressions", str(expression) or "none", count)
    if not facts.weights:
        yield from _rates(evidence)


def _rates(evidence: Evidence) -> Iterator[Check]:
    coded = evidence.coded
    for name in coded.columns[coded.columns.str.fullmatch(r"AU\d+")]:
        label = coded[name].where(coded[name] != NOT_CODABLE)
        by_part = label.groupby(coded["part"]).mean()
        rates = ", ".join(
            f"{rate:.1%}" + (f" in part {part}" if part else "")
            for part, rate in by_part.items()
            if not np.isnan(rate)
        )
        yield Check("share of frames with an action unit", name, "", rates or "none", "info")


def _info(topic: str, name: str, count: int) -> Check:
    return Check(topic, name, "", f"{count:,}", "info")
