import subprocess
import sys

import numpy as np
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.sources.published import class_weights, has_published, load_published


def by_part(facts):
    return [[s for s, p in facts.part_of.items() if p == part] for part in facts.parts]


def test_bp4d_people_and_frames():
    facts = load_published("bp4d")
    women, men = (
        [f"{sex}{n:03d}" for n in range(1, last + 1)] for sex, last in (("F", 23), ("M", 18))
    )
    assert sorted(facts.part_of) == women + men
    assert [len(people) for people in by_part(facts)] == [14, 14, 13]
    assert [facts.frames_of(part) for part in facts.parts] == [50631, 50182, 46034]
    assert sum(facts.tasks.values()) == facts.total == 146847
    assert (facts.part_of["F001"], facts.part_of["M018"], facts.part_of["M015"]) == ("1", "2", "3")
    assert facts.threshold == 0


def test_disfa_people_and_frames():
    facts = load_published("disfa")
    absent = {14, 15, 19, 20, 22}
    assert sorted(facts.part_of) == [f"SN{n:03d}" for n in range(1, 33) if n not in absent]
    assert [len(people) for people in by_part(facts)] == [9, 9, 9]
    assert [facts.frames_of(part) for part in facts.parts] == [43604, 43605, 43605]
    assert facts.total == 130814
    assert facts.frames["SN010"] == 4844
    assert facts.threshold == 2


def test_bp4dplus_people():
    facts = load_published("bp4dplus")
    women, men = (
        [f"{sex}{n:03d}" for n in range(1, last + 1)] for sex, last in (("F", 82), ("M", 58))
    )
    assert sorted(facts.part_of) == women + men
    assert [len(people) for people in by_part(facts)] == [35] * 4
    assert facts.total == 197756
    assert facts.frames == {}


@pytest.mark.parametrize(
    ("name", "pictures"),
    [
        ("rafdb", {"train": 12271, "test": 3068}),
        ("affectnet", {"train": 287651, "test": 4000}),
        ("fer2013", {"train": 28709, "val": 3589, "test": 3589}),
    ],
)
def test_pictures_of_the_official_parts(name, pictures):
    facts = load_published(name)
    assert {part: sum(counts.values()) for part, counts in facts.expressions.items()} == pictures
    assert facts.total == sum(pictures.values())


@pytest.mark.parametrize("name", ["bp4d", "disfa"])
def test_derived_positives_give_the_published_weights_to_the_last_digit(name):
    facts = load_published(name)
    assert list(facts.weights) == facts.parts
    for tested, published in facts.weights.items():
        rows = [row for part, row in facts.positives.items() if part != tested]
        assert np.round(class_weights(np.sum(rows, 0)), 6).tolist() == list(published)
        assert sum(published) == pytest.approx(len(facts.action_units), abs=1e-5)


def test_facts_are_read_without_lightning():
    code = (
        "import sys; from norface_pl.sources.published import load_published;"
        "load_published('bp4d'); sys.exit('lightning' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_data_set_without_facts_says_so():
    assert not has_published("folder")
    with pytest.raises(NorfaceError, match="nothing is published about folder"):
        load_published("folder")
