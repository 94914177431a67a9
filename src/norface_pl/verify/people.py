"""Subjects, parts, sequences and coded frames against the published ones."""

from collections.abc import Iterator

from norface_pl.verify.check import Check, compare
from norface_pl.verify.evidence import Evidence

TOPIC = "people"
FRAMES = "frames by subject"


def check_people(evidence: Evidence) -> Iterator[Check]:
    """Yield checks of who is there, in which part, with how many sequences and frames."""
    facts, coded = evidence.facts, evidence.coded
    part_of = dict(coded[["subject", "part"]].drop_duplicates().to_numpy().tolist())
    absent = sorted(set(facts.part_of) - set(part_of))
    why = evidence.why_fewer(len(facts.part_of), len(part_of))
    yield compare(TOPIC, "subjects", len(facts.part_of), len(part_of), why)
    if absent:
        yield compare(TOPIC, "absent subjects", "none", " ".join(absent), why)
    strange = sorted(set(part_of) - set(facts.part_of))
    if strange:
        yield Check(TOPIC, "unknown subjects", "none", " ".join(map(repr, strange)), "WRONG")
    yield from _parts(evidence, part_of)
    if facts.sequences is not None:
        found = coded["sequence"].nunique()
        why = evidence.why_fewer(facts.sequences, found)
        yield compare(TOPIC, "sequences", facts.sequences, found, why)
    variant = _variant(evidence)
    if facts.total is not None:
        why = variant or evidence.why_fewer(facts.total, len(coded))
        yield compare(TOPIC, "coded frames", facts.total, len(coded), why)
    yield from _frames(evidence, variant)


def _parts(evidence: Evidence, part_of: dict[str, str]) -> Iterator[Check]:
    published = evidence.facts.part_of
    by_part: dict[str, list[str]] = {part: [] for part in evidence.facts.parts}
    for subject in published:
        if subject in part_of:
            by_part[published[subject]].append(subject)
    for part, people in by_part.items():
        moved = {s: part_of[s] for s in people if part_of[s] != part}
        places = sorted(set(moved.values()))
        if moved and len(moved) == len(people) and len(places) == 1:
            why = f"all people of part {part} stand in part {places[0]}: parts are swapped"
        else:
            why = ", ".join(f"{subject} stands in part {at}" for subject, at in moved.items())
        found = f"{len(people) - len(moved)} of {len(people)} subjects"
        expected = f"{len(people)} of {len(people)} subjects"
        yield Check(TOPIC, f"part {part}", expected, found, "WRONG" if moved else "ok", why)


def _frames(evidence: Evidence, variant: str) -> Iterator[Check]:
    facts, coded = evidence.facts, evidence.coded
    counts = coded["subject"].value_counts()
    for subject, expected in facts.frames.items():
        found = int(counts.get(subject, 0))
        why = next((v.why for v in facts.variants if v.frames.get(subject) == found), "")
        if found or not evidence.incomplete:
            why = why or evidence.why_fewer(expected, found)
            yield compare(FRAMES, subject, expected, found, why)
    task = coded["sequence"].str.extract(r"(T\d+)$", expand=False).value_counts()
    for name, expected in facts.tasks.items():
        found = int(task.get(name, 0))
        why = variant or evidence.why_fewer(expected, found)
        yield compare("frames by task", name, expected, found, why)


def _variant(evidence: Evidence) -> str:
    """Return which known list of frames has exactly the counts that were found."""
    facts, counts = evidence.facts, evidence.coded["subject"].value_counts().to_dict()
    for variant in facts.variants:
        known = variant.frames and counts == {**facts.frames, **variant.frames}
        if known or (not variant.frames and len(evidence.coded) == variant.total):
            return variant.why
    return ""
