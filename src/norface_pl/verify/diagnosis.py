"""Which known mistake reproduces the counts that were found."""

from collections.abc import Iterator
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from norface_pl.labels import MAX_INTENSITY, au_name
from norface_pl.verify.evidence import Evidence
from norface_pl.verify.labels import LabelCounts, LabelRule, count_labels, read_columns

Counts = NDArray[np.int64]
UNEXPLAINED = "no known mistake gives these counts; compare the label files with the data set's own"


def diagnose(
    evidence: Evidence, values: NDArray[np.int8], rule: LabelRule, counts: LabelCounts
) -> str:
    """Return the first mistake that reproduces what was found, in a sentence.

    Args:
        evidence: of the data set.
        values: (N, n) labels of its coded frames.
        rule: how they were counted.
        counts: the result.
    """
    facts = evidence.facts
    expected = np.array([facts.positives[part] for part in facts.parts])
    missing = np.maximum(0, [facts.frames_of(part) for part in facts.parts] - counts.rows)
    suspects = (
        _wrong_parts(evidence, values, rule, expected, missing),
        _other_rules(evidence, values, rule),
        _other_intensities(evidence, counts),
        _swapped_parts(evidence, counts.positives, expected, missing),
        _moved_columns(evidence, counts.positives, expected, missing),
        _neighbours(evidence, counts.positives, expected),
    )
    return next((sentence for suspect in suspects for sentence in suspect), UNEXPLAINED)


def _fits(found: Counts, expected: Counts, missing: Counts) -> NDArray[np.bool_]:
    """Tell where absent frames can hold what is lacking."""
    deficit = expected - found
    return (deficit >= 0) & (deficit <= missing)


def _wrong_parts(
    evidence: Evidence,
    values: NDArray[np.int8],
    rule: LabelRule,
    expected: Counts,
    missing: Counts,
) -> Iterator[str]:
    facts, subjects = evidence.facts, evidence.coded["subject"]
    part = subjects.map(dict(facts.part_of)).fillna("").to_numpy(str)
    moved = part != evidence.coded["part"].to_numpy(str)
    right = count_labels(values, part, facts.parts, rule)
    missing = np.maximum(0, [facts.frames_of(name) for name in facts.parts] - right.rows)
    if moved.any() and _fits(right.positives, expected, missing[:, None]).all():
        people = ", ".join(sorted(set(subjects[moved]))[:6])
        yield f"the labels are right, but subjects stand in wrong parts, for example {people}"


def _other_rules(evidence: Evidence, values: NDArray[np.int8], rule: LabelRule) -> Iterator[str]:
    facts = evidence.facts
    part = evidence.coded["part"].to_numpy(str)
    published = np.array([facts.weights[name] for name in facts.parts])
    highest = int(MAX_INTENSITY) if facts.threshold and rule.threshold != 1 else 1
    for threshold in range(1, highest + 1):
        for uncodable in ("masked", "negative", "positive"):
            other = LabelRule(threshold, uncodable)
            if other == rule:
                continue
            if (count_labels(values, part, facts.parts, other).weights() == published).all():
                yield f"the published weights come out {other}; here they are read {rule}"


def _other_intensities(evidence: Evidence, counts: LabelCounts) -> Iterator[str]:
    facts, coded = evidence.facts, evidence.coded
    names = [f"{au_name(number)}_intensity" for number in facts.action_units]
    if not facts.threshold or not set(names) <= set(coded.columns):
        return
    values, part = read_columns(coded, names), coded["part"].to_numpy(str)
    for threshold in range(1, int(MAX_INTENSITY) + 1):
        other = count_labels(values, part, facts.parts, LabelRule(threshold)).positives
        if threshold != facts.threshold and (other == counts.positives).all():
            yield (
                f"action units are taken as there from intensity {threshold}, "
                f"published weights count from {facts.threshold}"
            )


def _swapped_parts(
    evidence: Evidence, found: Counts, expected: Counts, missing: Counts
) -> Iterator[str]:
    parts = evidence.facts.parts
    for order in permutations(range(len(parts))):
        if list(order) == sorted(order):
            continue
        if _fits(found, expected[list(order)], missing[:, None]).all():
            pairs = ", ".join(
                f"part {parts[at]} holds the people of part {parts[of]}"
                for at, of in enumerate(order)
                if at != of
            )
            yield f"parts are swapped: {pairs}"


def _moved_columns(
    evidence: Evidence, found: Counts, expected: Counts, missing: Counts
) -> Iterator[str]:
    numbers = evidence.facts.action_units
    wrong = np.flatnonzero(~_fits(found, expected, missing[:, None]).all(0))
    held = {}
    for column in wrong:
        fitting = _fits(found[:, [column]], expected, missing[:, None]).all(0)
        if fitting.sum() == 1:
            held[numbers[column]] = numbers[int(fitting.argmax())]
    if len(held) >= 2:
        pairs = ", ".join(f"{au_name(at)} holds {au_name(of)}" for at, of in held.items())
        yield f"columns of action units are shifted or exchanged: {pairs}"


def _neighbours(evidence: Evidence, found: Counts, expected: Counts) -> Iterator[str]:
    coded = evidence.coded
    sequences = coded.groupby("part")["sequence"].nunique()
    room = np.array([sequences.get(part, 0) for part in evidence.facts.parts])
    if (np.abs(found - expected) <= room[:, None]).all():
        yield (
            "every count differs by fewer frames than there are sequences: "
            "off-by-one frames, labels of a neighbour"
        )
