"""By what one person can be two, and so be trained on and tested."""

from collections.abc import Iterator

import pandas as pd

from norface_pl.sources.people import nameless, spelt_alike
from norface_pl.verify.check import Check
from norface_pl.verify.evidence import Evidence

TOPIC = "one person, one name, one part"
LEAK = "one person may be trained on and tested"


def check_identity(evidence: Evidence) -> Iterator[Check]:
    """Yield checks that everybody or nobody is named, in one way, and stands in one part."""
    faces = evidence.faces
    subjects = faces["subject"].fillna("")
    if (subjects == "").all():
        yield Check(TOPIC, "subjects", "", "nobody is named", "info")
    else:
        unknown = nameless(subjects)
        yield _check("faces without a subject, beside others", list(faces["key"][unknown]))
        alike = [" = ".join(map(repr, names)) for names in spelt_alike(subjects.unique())]
        yield _check("people with two names", alike)
        yield _check("subjects in two parts", _in_two_parts(subjects, faces["part"]))
        yield _check("recordings of two subjects", _in_two_parts(faces["sequence"], subjects))
    if (faces["sequence"] != "").any():
        yield _check("recordings in two parts", _in_two_parts(faces["sequence"], faces["part"]))


def _in_two_parts(names: "pd.Series[str]", parts: "pd.Series[str]") -> list[str]:
    """Return the names that stand beside more than one other word."""
    known = (names != "") & (parts != "")
    count = parts[known].groupby(names[known]).nunique()
    return sorted(map(str, count.index[count > 1]))


def _check(name: str, wrong: list[str]) -> Check:
    if not wrong:
        return Check(TOPIC, name, "none", "none", "ok")
    shown = ", ".join(wrong[:3]) + (", ..." if len(wrong) > 3 else "")
    return Check(TOPIC, name, "none", f"{len(wrong):,}", "WRONG", f"{shown}: {LEAK}")
