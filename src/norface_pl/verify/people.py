"""Who is there, in which part, with how many frames; and by what one person can be two."""

from collections.abc import Iterator

import pandas as pd

from norface_pl.sources.people import nameless, spelt_alike
from norface_pl.verify.check import Check, compare, info, judge
from norface_pl.verify.evidence import Evidence

TOPIC = "people"
IDENTITY = "one person, one name, one part"
LEAK = "one person may be trained on and tested"


def check_people(evidence: Evidence) -> Iterator[Check]:
    """Yield checks of the published subjects, parts, sequences and coded frames."""
    facts, coded = evidence.facts, evidence.coded
    part_of = dict(coded[["subject", "part"]].drop_duplicates().to_numpy().tolist())
    why = evidence.why_fewer(len(facts.part_of), len(part_of))
    yield compare(TOPIC, "subjects", len(facts.part_of), len(part_of), why)
    if absent := sorted(set(facts.part_of) - set(part_of)):
        yield compare(TOPIC, "absent subjects", "none", " ".join(absent), why)
    if strange := sorted(set(part_of) - set(facts.part_of)):
        yield compare(TOPIC, "unknown subjects", "none", " ".join(map(repr, strange)))
    yield from _parts(evidence, part_of)
    if facts.sequences is not None:
        yield _fewer(evidence, TOPIC, "sequences", facts.sequences, coded["sequence"].nunique())
    variant = _variant(evidence)
    if facts.total is not None:
        yield _fewer(evidence, TOPIC, "coded frames", facts.total, len(coded), variant)
    counts = coded["subject"].value_counts()
    for subject, expected in facts.frames.items():
        found = int(counts.get(subject, 0))
        why = next((v.why for v in facts.variants if v.frames.get(subject) == found), "")
        if found or not evidence.incomplete:
            yield _fewer(evidence, "frames by subject", subject, expected, found, why)
    task = coded["sequence"].str.extract(r"(T\d+)$", expand=False).value_counts()
    for name, expected in facts.tasks.items():
        yield _fewer(evidence, "frames by task", name, expected, int(task.get(name, 0)), variant)


def check_identity(evidence: Evidence) -> Iterator[Check]:
    """Yield checks that everybody or nobody is named, in one way, and stands in one part."""
    faces = evidence.faces
    subjects, recordings = faces["subject"].fillna(""), faces["sequence"]
    if (subjects == "").all():
        yield info(IDENTITY, "subjects", "nobody is named")
    else:
        unknown = nameless(subjects)
        yield _none("faces without a subject, beside others", list(faces["key"][unknown]))
        alike = [" = ".join(map(repr, names)) for names in spelt_alike(subjects.unique())]
        yield _none("people with two names", alike)
        yield _none("subjects in two parts", _in_two_parts(subjects, faces["part"]))
        yield _none("recordings of two subjects", _in_two_parts(recordings, subjects))
    if (recordings != "").any():
        yield _none("recordings in two parts", _in_two_parts(recordings, faces["part"]))


def _parts(evidence: Evidence, part_of: dict[str, str]) -> Iterator[Check]:
    published = evidence.facts.part_of
    for part in evidence.facts.parts:
        people = [s for s, own in published.items() if own == part and s in part_of]
        moved = {s: part_of[s] for s in people if part_of[s] != part}
        places = sorted(set(moved.values()))
        if moved and len(moved) == len(people) and len(places) == 1:
            why = f"all people of part {part} stand in part {places[0]}: parts are swapped"
        else:
            why = ", ".join(f"{subject} stands in part {at}" for subject, at in moved.items())
        found = f"{len(people) - len(moved)} of {len(people)} subjects"
        expected = f"{len(people)} of {len(people)} subjects"
        yield judge(TOPIC, f"part {part}", expected, found, why)


def _fewer(
    evidence: Evidence, topic: str, name: str, expected: int, found: int, why: str = ""
) -> Check:
    """Compare numbers of which the lower one may have a reason."""
    return compare(topic, name, expected, found, why or evidence.why_fewer(expected, found))


def _variant(evidence: Evidence) -> str:
    """Return which known list of frames has exactly the counts that were found."""
    facts, counts = evidence.facts, evidence.coded["subject"].value_counts().to_dict()
    for variant in facts.variants:
        known = variant.frames and counts == {**facts.frames, **variant.frames}
        if known or (not variant.frames and len(evidence.coded) == variant.total):
            return variant.why
    return ""


def _in_two_parts(names: "pd.Series[str]", parts: "pd.Series[str]") -> list[str]:
    """Return the names that stand beside more than one other word."""
    known = (names != "") & (parts != "")
    count = parts[known].groupby(names[known]).nunique()
    return sorted(map(str, count.index[count > 1]))


def _none(name: str, wrong: list[str]) -> Check:
    shown = ", ".join(wrong[:3]) + (", ..." if len(wrong) > 3 else "")
    found, why = (f"{len(wrong):,}", f"{shown}: {LEAK}") if wrong else ("none", "")
    return judge(IDENTITY, name, "none", found, why)
