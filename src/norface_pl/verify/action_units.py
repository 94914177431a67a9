"""Positives and class weights of action units against the published ones."""

from collections.abc import Iterator

import numpy as np

from norface_pl.labels import au_name
from norface_pl.sources.source import NOT_CODABLE
from norface_pl.verify.check import Check, State
from norface_pl.verify.diagnosis import diagnose
from norface_pl.verify.evidence import Evidence
from norface_pl.verify.labels import LabelCounts, LabelRule, columns, count_labels, read_columns

TOPIC = "action units"


def check_action_units(evidence: Evidence) -> Iterator[Check]:
    """Yield checks of the positives by part, of the weights by fold, and what went wrong."""
    facts, coded = evidence.facts, evidence.coded
    if not facts.weights:
        return
    names = columns(facts, coded)
    absent = [name for name in names if name not in coded]
    if absent:
        yield Check(TOPIC, "label columns", "all", f"without {' '.join(absent)}", "WRONG")
        return
    values = read_columns(coded, names)
    # Occurrences are 0 and 1, also those that were derived from intensities.
    rule = LabelRule(facts.threshold if names[0].endswith("_intensity") else 1)
    counts = count_labels(values, coded["part"].to_numpy(str), facts.parts, rule)
    uncodable = int((values == NOT_CODABLE).sum())
    yield Check(
        TOPIC, "labels of 9, not codable", "0", f"{uncodable:,}", "WRONG" if uncodable else "ok"
    )
    checks = [*_positives(evidence, counts), *_weights(evidence, counts)]
    yield from checks
    if any(check.state == "WRONG" for check in checks):
        yield Check("diagnosis", "", "", "", "WRONG", diagnose(evidence, values, rule, counts))


def _positives(evidence: Evidence, counts: LabelCounts) -> Iterator[Check]:
    facts = evidence.facts
    for row, part in enumerate(facts.parts):
        frames = facts.frames_of(part)
        missing = max(0, frames - int(counts.rows[row]))
        for column, number in enumerate(facts.action_units):
            expected = facts.positives[part][column]
            found, valid = int(counts.positives[row, column]), int(counts.valid[row, column])
            state, why = _judge(expected - found, missing)
            yield Check(
                "frames with an action unit (derived from the weights)",
                f"{au_name(number)} in part {part}",
                f"{expected:,} ({expected / frames:.1%})",
                f"{found:,} ({found / max(1, valid):.1%})",
                state,
                why,
            )


def _weights(evidence: Evidence, counts: LabelCounts) -> Iterator[Check]:
    facts, weights = evidence.facts, counts.weights()
    deficit = np.array([facts.positives[part] for part in facts.parts]) - counts.positives
    frames = np.array([facts.frames_of(part) for part in facts.parts])
    missing = np.maximum(0, frames - counts.rows)
    plausible = bool(((deficit >= 0) & (deficit <= missing[:, None])).all())
    for row, part in enumerate(facts.parts):
        for column, number in enumerate(facts.action_units):
            expected, found = facts.weights[part][column], float(weights[row, column])
            state, why = _judge(0 if expected == found else 1, int(missing.sum()) * plausible)
            name = f"{au_name(number)}, part {part} tested"
            topic = "weights of the action units"
            yield Check(topic, name, f"{expected:.6f}", f"{found:.6f}", state, why)


def _judge(deficit: int, missing: int) -> tuple[State, str]:
    """Return "explained" where absent frames can hold what is lacking."""
    if not deficit:
        return "ok", ""
    if 0 < deficit <= missing:
        return "explained", f"labels of {missing:,} frames are not here"
    return "WRONG", ""
