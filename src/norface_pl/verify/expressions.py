"""Pictures of each expression against the published counts."""

from collections.abc import Iterator

from norface_pl.verify.check import Check, compare
from norface_pl.verify.evidence import Evidence


def check_expressions(evidence: Evidence) -> Iterator[Check]:
    """Yield checks of the pictures by part and expression."""
    facts, coded = evidence.facts, evidence.coded
    if not facts.expressions:
        return
    if "expression" not in coded:
        yield compare("expressions", "label column", "expression", "none")
        return
    labelled = coded[coded["expression"].fillna("") != ""]
    if strange := sorted(set(labelled["part"]) - set(facts.expressions)):
        yield compare("expressions", "unknown parts", "none", " ".join(map(repr, strange)))
    for part, counts in facts.expressions.items():
        inside = labelled["expression"][labelled["part"] == part]
        found = {str(name): int(count) for name, count in inside.value_counts().items()}
        variant = next((v.why for v in facts.variants if found == {**counts, **v.frames}), "")
        rows = [(name, expected, found.get(name, 0)) for name, expected in counts.items()]
        rows.append(("all", sum(counts.values()), len(inside)))
        checks = [
            compare(f"expressions of {part}", name, a, b, variant or evidence.why_fewer(a, b))
            for name, a, b in rows
        ]
        yield from checks
        if any(check.state == "WRONG" for check in checks):
            yield Check("diagnosis", part, "", "", "WRONG", _diagnose(evidence, part, found))


def _diagnose(evidence: Evidence, part: str, found: dict[str, int]) -> str:
    published = evidence.facts.expressions
    for other, counts in published.items():
        if other != part and found == dict(counts):
            return f"{part} holds the pictures of {other}: parts are swapped"
    expected = published[part]
    if sorted(found.values()) == sorted(expected.values()):
        names = {count: name for name, count in expected.items()}
        moved = [f"{at} holds {names[n]}" for at, n in found.items() if n != expected.get(at)]
        return f"the class numbers were read in another order: {', '.join(moved)}"
    if sum(found.values()) > sum(expected.values()):
        return "there are too many pictures; copies with augmented duplicates go around"
    return "pictures or labels are missing; unpack the data set again and prepare it anew"
