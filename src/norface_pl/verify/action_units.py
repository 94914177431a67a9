"""Positives and class weights of action units against the published ones."""

from collections.abc import Iterator
from itertools import product

from norface_pl.labels import au_name
from norface_pl.sources.source import NOT_CODABLE
from norface_pl.verify.check import Check, State
from norface_pl.verify.diagnosis import diagnose
from norface_pl.verify.evidence import Evidence
from norface_pl.verify.labels import Labels

TOPIC = "action units"


def check_action_units(evidence: Evidence) -> Iterator[Check]:
    """Yield checks of the positives by part, of the weights by fold, and what went wrong."""
    if not evidence.facts.weights:
        return
    labels = Labels(evidence)
    if labels.absent:
        found = f"without {' '.join(labels.absent)}"
        yield Check(TOPIC, "label columns", "all", found, "WRONG")
        return
    uncodable = int((labels.values == NOT_CODABLE).sum())
    state: State = "WRONG" if uncodable else "ok"
    yield Check(TOPIC, "labels of 9, not codable", "0", f"{uncodable:,}", state)
    checks = [*_positives(labels), *_weights(labels)]
    yield from checks
    if any(check.state == "WRONG" for check in checks):
        yield Check("diagnosis", "", "", "", "WRONG", diagnose(labels))


def _positives(labels: Labels) -> Iterator[Check]:
    facts, counts = labels.evidence.facts, labels.counts
    topic = "frames with an action unit (derived from the weights)"
    for (row, part), (column, number) in _cells(labels):
        expected, found = labels.expected[row, column], counts.positives[row, column]
        state, why = _judge(expected - found, counts.missing[row])
        name = f"{au_name(number)} in part {part}"
        published = f"{expected:,} ({expected / facts.frames_of(part):.1%})"
        here = f"{found:,} ({found / max(1, counts.valid[row, column]):.1%})"
        yield Check(topic, name, published, here, state, why)


def _weights(labels: Labels) -> Iterator[Check]:
    counts, weights = labels.counts, labels.counts.weights()
    plausible = bool(counts.fit(labels.expected).all())
    for (row, part), (column, number) in _cells(labels):
        expected, found = labels.evidence.facts.weights[part][column], weights[row, column]
        state, why = _judge(int(expected != found), int(counts.missing.sum()) * plausible)
        name = f"{au_name(number)}, part {part} tested"
        topic = "weights of the action units"
        yield Check(topic, name, f"{expected:.6f}", f"{found:.6f}", state, why)


def _cells(labels: Labels) -> Iterator[tuple[tuple[int, str], tuple[int, int]]]:
    """Places and names of each part and action unit."""
    facts = labels.evidence.facts
    return product(enumerate(facts.parts), enumerate(facts.action_units))


def _judge(deficit: int, missing: int) -> tuple[State, str]:
    """Return "explained" where absent frames can hold what is lacking."""
    if not deficit:
        return "ok", ""
    if 0 < deficit <= missing:
        return "explained", f"labels of {missing:,} frames are not here"
    return "WRONG", ""
