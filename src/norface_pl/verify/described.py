"""Counts with nothing published to compare them with."""

from collections.abc import Iterator

import numpy as np

from norface_pl.sources.source import NOT_CODABLE
from norface_pl.verify.check import Check, info
from norface_pl.verify.evidence import Evidence


def describe(evidence: Evidence) -> Iterator[Check]:
    """Yield what the listing holds where no fact is published about it."""
    facts, coded, topic = evidence.facts, evidence.coded, "labelled pictures"
    if not facts.part_of:
        for name in ("subject", "sequence"):
            yield info(topic, f"{name}s", coded[name][coded[name] != ""].nunique())
    if not facts.frames and not facts.expressions:
        for part, count in coded["part"].value_counts().sort_index().items():
            yield info(topic, f"in part {part}" if part else "in no part", count)
    if not facts.expressions and "expression" in coded:
        for expression, count in coded["expression"].fillna("").value_counts().items():
            yield info("expressions", str(expression) or "none", count)
    for name in () if facts.weights else coded.columns[coded.columns.str.fullmatch(r"AU\d+")]:
        label = coded[name].where(coded[name] != NOT_CODABLE)
        rates = ", ".join(
            f"{rate:.1%}" + (f" in part {part}" if part else "")
            for part, rate in label.groupby(coded["part"]).mean().items()
            if not np.isnan(rate)
        )
        yield info("share of frames with an action unit", name, rates or "none")
