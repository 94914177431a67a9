import numpy as np

from norface_pl.faces.detect import Face
from norface_pl.prepare.outcome import Journal, Outcome

SEEN = Outcome(
    "detected", Face(np.array([1.1, 2.2, 3.3, 4.47]), 0.9, np.arange(10.0).reshape(5, 2))
)
CENTRE = Outcome("center", Face(np.arange(4.0), np.nan, np.full((5, 2), np.nan)), "no face", "é")
NOTHING = Outcome(None, None, "gone", "really")


def test_outcomes_come_back_exactly(tmp_path):
    journal = Journal(tmp_path / "0.jsonl")
    assert journal.read() == []
    journal.add([SEEN, CENTRE])
    journal.add([NOTHING])
    seen, centre, nothing = Journal(tmp_path / "0.jsonl").read()
    assert seen.found == "detected"
    assert seen.reason == ""
    assert seen.face.score == 0.9
    np.testing.assert_array_equal(seen.face.box, SEEN.face.box)
    np.testing.assert_array_equal(seen.face.landmarks, SEEN.face.landmarks)
    assert (centre.found, centre.reason, centre.detail) == ("center", "no face", "é")
    assert np.isnan(centre.face.score)
    assert np.isnan(centre.face.landmarks).all()
    assert (nothing.found, nothing.face, nothing.detail) == (None, None, "really")


def test_a_torn_line_is_dropped_at_every_length(tmp_path):
    journal = Journal(tmp_path / "0.jsonl")
    journal.add([SEEN])
    first = journal.path.read_bytes()
    journal.add([CENTRE, NOTHING])
    both = journal.path.read_bytes()
    for length in range(len(first), len(both)):
        journal.path.write_bytes(both[:length])
        assert len(journal.read()) == 1
        journal.drop_torn_line()
        assert journal.path.read_bytes() == first
    journal.add([NOTHING])
    assert [outcome.found for outcome in journal.read()] == ["detected", None]
    journal.drop_torn_line()
    assert len(journal.read()) == 2


def test_zeros_of_a_crash_are_dropped(tmp_path):
    journal = Journal(tmp_path / "0.jsonl")
    journal.add([SEEN])
    with journal.path.open("ab") as file:
        file.write(b"\0" * 40 + b"]\n")
    assert len(journal.read()) == 1
