"""Everything by which one person can be two is found in a prepared folder."""

import pandas as pd
import pytest

from norface_pl.sources.published import PublishedFacts
from norface_pl.verify.evidence import Evidence
from norface_pl.verify.people import check_identity


def checks(subjects, parts="", sequences=""):
    faces = pd.DataFrame({"subject": subjects})
    faces["key"] = [f"p{n}" for n in range(len(subjects))]
    faces = faces.assign(part=parts, sequence=sequences)
    evidence = Evidence(faces, pd.DataFrame({"key": [], "reason": []}), PublishedFacts("folder"))
    return {check.name: check for check in check_identity(evidence)}


def wrong(found):
    return {name: check.why for name, check in found.items() if check.state == "WRONG"}


def test_everybody_named_once_or_nobody_is_right():
    assert wrong(checks(["S1", "S1", "S2"], ["train", "train", "test"])) == {}
    nobody = checks(["", "", ""])
    assert wrong(nobody) == {}
    assert (nobody["subjects"].found, nobody["subjects"].state) == ("nobody is named", "info")


@pytest.mark.parametrize(
    ("arguments", "name", "why"),
    [
        # What pandas made of a person called NA, before.
        ((["", "S2", "", "S3"],), "faces without a subject, beside others", "p0, p2: one person"),
        ((["S1", " S1", "S2"],), "people with two names", "' S1' = 'S1': one person"),
        ((["S1", "s01", "S2"],), "people with two names", "'S1' = 's01': one person"),
        ((["S1", "S1", "S2"], ["train", "test", "val"]), "subjects in two parts", "S1: one"),
        ((["", ""], ["1", "2"], ["c", "c"]), "recordings in two parts", "c: one person"),
        ((["S1", "S2"], "", ["c", "c"]), "recordings of two subjects", "c: one person"),
    ],
)
def test_every_way_to_be_two_is_wrong_and_named(arguments, name, why):
    found = wrong(checks(*arguments))
    assert list(found) == [name]
    assert found[name].startswith(why)
    assert checks(*arguments)[name].found in {"1", "2"}
