"""Which known mistake reproduces the counts that were found."""

from collections.abc import Iterator
from itertools import permutations
from typing import get_args

import numpy as np

from norface_pl.labels import MAX_INTENSITY, au_name
from norface_pl.verify.labels import LabelCounts, LabelRule, Labels, Uncodable

UNEXPLAINED = "no known mistake gives these counts; compare the label files with the data set's own"


def diagnose(labels: Labels) -> str:
    """Return the first mistake that reproduces what was found, in a sentence."""
    suspects = (
        _wrong_parts,
        _other_rules,
        _other_intensities,
        _swapped_parts,
        _moved_columns,
        _neighbours,
    )
    return next((sentence for suspect in suspects for sentence in suspect(labels)), UNEXPLAINED)


def _wrong_parts(labels: Labels) -> Iterator[str]:
    subjects = labels.evidence.coded["subject"]
    part = subjects.map(dict(labels.evidence.facts.part_of)).fillna("").to_numpy(str)
    moved = part != labels.part
    if moved.any() and labels.count(labels.rule, part=part).fit(labels.expected).all():
        people = ", ".join(sorted(set(subjects[moved]))[:6])
        yield f"the labels are right, but subjects stand in wrong parts, for example {people}"


def _other_rules(labels: Labels) -> Iterator[str]:
    facts, rule = labels.evidence.facts, labels.rule
    published = np.array([facts.weights[name] for name in facts.parts])
    highest = int(MAX_INTENSITY) if facts.threshold and rule.threshold != 1 else 1
    thresholds = range(1, highest + 1)
    for other in (LabelRule(least, nine) for least in thresholds for nine in get_args(Uncodable)):
        if other != rule and (labels.count(other).weights() == published).all():
            yield f"the published weights come out {other}; here they are read {rule}"


def _other_intensities(labels: Labels) -> Iterator[str]:
    facts = labels.evidence.facts
    names = [f"{au_name(number)}_intensity" for number in facts.action_units]
    if not facts.threshold or not set(names) <= set(labels.evidence.coded.columns):
        return
    values = labels.read(names)
    for threshold in range(1, int(MAX_INTENSITY) + 1):
        other = labels.count(LabelRule(threshold), values).positives
        if threshold != facts.threshold and (other == labels.counts.positives).all():
            yield (
                f"action units are taken as there from intensity {threshold}, "
                f"published weights count from {facts.threshold}"
            )


def _swapped_parts(labels: Labels) -> Iterator[str]:
    parts = labels.evidence.facts.parts
    # The first order is that of the parts themselves.
    for order in list(permutations(range(len(parts))))[1:]:
        if labels.counts.fit(labels.expected[list(order)]).all():
            pairs = ", ".join(
                f"part {parts[at]} holds the people of part {parts[of]}"
                for at, of in enumerate(order)
                if at != of
            )
            yield f"parts are swapped: {pairs}"


def _moved_columns(labels: Labels) -> Iterator[str]:
    numbers, counts = labels.evidence.facts.action_units, labels.counts
    held = {}
    for column in np.flatnonzero(~counts.fit(labels.expected).all(0)).tolist():
        one = LabelCounts(counts.positives[:, [column]], counts.valid, counts.missing)
        fitting = one.fit(labels.expected).all(0)
        if fitting.sum() == 1:
            held[numbers[column]] = numbers[int(fitting.argmax())]
    if len(held) >= 2:
        pairs = ", ".join(f"{au_name(at)} holds {au_name(of)}" for at, of in held.items())
        yield f"columns of action units are shifted or exchanged: {pairs}"


def _neighbours(labels: Labels) -> Iterator[str]:
    sequences = labels.evidence.coded.groupby("part")["sequence"].nunique()
    room = np.array([sequences.get(part, 0) for part in labels.evidence.facts.parts])
    if (np.abs(labels.counts.positives - labels.expected) <= room[:, None]).all():
        yield (
            "every count differs by fewer frames than there are sequences: "
            "off-by-one frames, labels of a neighbour"
        )
