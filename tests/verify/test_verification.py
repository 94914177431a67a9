"""Full-size tables with one planted mistake each: verify names it."""

import numpy as np
import pandas as pd
import pytest

from norface_pl.labels import au_name
from norface_pl.sources.published import load_published
from norface_pl.verify import verify
from tests.helpers.tables import bp4d, disfa, evidence, wrong

AUS = [au_name(number) for number in load_published("bp4d").action_units]
WEIGHTS = "weights of the action units"


@pytest.fixture(scope="module")
def tables():
    return {"bp4d": bp4d(), "disfa": disfa()}


@pytest.fixture
def bp4d_table(tables):
    return tables["bp4d"].copy()


@pytest.fixture
def disfa_table(tables):
    return tables["disfa"].copy()


@pytest.mark.parametrize(("name", "weights"), [("bp4d", 36), ("disfa", 24)])
def test_a_table_that_was_read_right_reproduces_everything(tables, name, weights):
    checks = list(verify(evidence(name, tables[name])))
    assert {check.state for check in checks} == {"ok", "info"}
    found = [check for check in checks if check.topic == WEIGHTS]
    assert len(found) == weights
    assert all(check.found == check.expected for check in found)


def test_six_digits_of_a_weight(tables):
    found = {c.name: c.found for c in verify(evidence("bp4d", tables["bp4d"]))}
    assert found["AU1, part 3 tested"] == "1.342985"
    assert found["AU24, part 1 tested"] == "1.698632"


def test_one_label_of_one_frame_is_noticed(bp4d_table):
    bp4d_table.loc[bp4d_table["AU12"].idxmax(), "AU12"] = 0
    checks, diagnosis = wrong("bp4d", bp4d_table)
    assert any(check.name.startswith("AU12 in part 1") for check in checks)
    assert any(check.topic == WEIGHTS for check in checks)
    assert diagnosis


def test_swapped_parts_are_named(bp4d_table):
    bp4d_table["part"] = bp4d_table["part"].map({"1": "3", "2": "2", "3": "1"})
    checks, diagnosis = wrong("bp4d", bp4d_table)
    assert "all people of part 1 stand in part 3: parts are swapped" in [c.why for c in checks]
    assert "subjects stand in wrong parts" in diagnosis


def test_swapped_labels_of_parts_are_named(disfa_table):
    # Part 2 and 3 have the same number of frames, so their labels can change places.
    labels = disfa_table.columns[disfa_table.columns.str.endswith("_intensity")]
    second, third = (np.flatnonzero(disfa_table["part"] == part) for part in "23")
    values = disfa_table[labels].to_numpy(copy=True)
    values[np.r_[second, third]] = values[np.r_[third, second]]
    disfa_table[labels] = values
    _, diagnosis = wrong("disfa", disfa_table)
    assert "part 2 holds the people of part 3, part 3 holds the people of part 2" in diagnosis


def test_one_subject_in_a_wrong_part_is_named(bp4d_table):
    bp4d_table.loc[bp4d_table["subject"] == "M004", "part"] = "2"
    checks, diagnosis = wrong("bp4d", bp4d_table)
    assert "M004 stands in part 2" in [check.why for check in checks]
    assert "for example M004" in diagnosis


@pytest.mark.parametrize(
    ("label", "reading"), [(0, "9 counts as absent"), (1, "9 counts as present")]
)
def test_uncodable_labels_are_counted_and_the_wrong_reading_is_named(bp4d_table, label, reading):
    # The published weights come out only when the 9s are read as 0 (or 1), instead of masked.
    for step, name in enumerate(AUS, 2):
        # Unequal numbers of 9s, for equal ones change no weight.
        rows = np.flatnonzero(bp4d_table[name] == label)[: step * 100]
        bp4d_table.loc[rows, name] = 9
    checks, diagnosis = wrong("bp4d", bp4d_table)
    uncodable = next(check for check in checks if "not codable" in check.name)
    assert (uncodable.expected, uncodable.found) == ("0", "9,000")
    assert reading in diagnosis


def test_occurrence_from_intensity_1_is_named(disfa_table):
    for name in [name for name in disfa_table.columns if name.endswith("_intensity")]:
        disfa_table[name.removesuffix("_intensity")] = (disfa_table[name] >= 1).astype(int)
    checks, diagnosis = wrong("disfa", disfa_table)
    assert sum(check.topic == WEIGHTS for check in checks) == 24
    assert "from intensity 1, published weights count from 2" in diagnosis


def test_occurrence_from_intensity_2_is_right(disfa_table):
    for name in [name for name in disfa_table.columns if name.endswith("_intensity")]:
        disfa_table[name.removesuffix("_intensity")] = (disfa_table[name] >= 2).astype(int)
    assert wrong("disfa", disfa_table) == ([], "")


def test_intensities_that_are_one_too_low_are_named(disfa_table):
    names = [name for name in disfa_table.columns if name.endswith("_intensity")]
    disfa_table[names] = (disfa_table[names] - 1).clip(lower=0)
    _, diagnosis = wrong("disfa", disfa_table)
    assert "come out from label 1 on" in diagnosis


def test_shifted_columns_are_named(bp4d_table):
    # Column 1 more to the right: AU1 reads AU2, AU6 reads AU7; others read unpublished ones.
    after = {"AU1": "AU2", "AU6": "AU7", "AU14": "AU15", "AU23": "AU24"}
    moved = bp4d_table[list(after.values())].to_numpy()
    rest = [name for name in AUS if name not in after]
    bp4d_table[list(after)] = moved
    bp4d_table[rest] = np.roll(bp4d_table[rest].to_numpy() & 1, 1, axis=0) * 0
    _, diagnosis = wrong("bp4d", bp4d_table)
    for at, of in after.items():
        assert f"{at} holds {of}" in diagnosis


def test_exchanged_columns_are_named(disfa_table):
    names = ["AU25_intensity", "AU26_intensity"]
    disfa_table[names] = disfa_table[names[::-1]].to_numpy()
    checks, diagnosis = wrong("disfa", disfa_table)
    assert "AU25 holds AU26, AU26 holds AU25" in diagnosis
    assert {check.name.split(" ")[0].rstrip(",") for check in checks} == {"AU25", "AU26"}


@pytest.mark.parametrize("shift", [-1, 1])
def test_off_by_one_pictures_are_named(bp4d_table, shift):
    stem = bp4d_table["frame"].add(shift).map("{:04d}.jpg".format)
    bp4d_table["source"] = bp4d_table["source"].str.replace(r"\d+\.jpg$", "", regex=True) + stem
    checks, _ = wrong("bp4d", bp4d_table)
    assert [check.name for check in checks] == ["number of the picture in its folder - frame"]
    assert checks[0].found == f"{shift:+d} in 146,847"
    assert checks[0].why.startswith("off-by-one frames: label 731 of F001_T1 is put on F001/T1/")


def test_video_frames_counted_from_1_are_named(disfa_table):
    video = disfa_table["source"].str.rpartition("#")[0]
    disfa_table["source"] = video + "#" + disfa_table["frame"].astype(str)
    checks, _ = wrong("disfa", disfa_table)
    assert [check.name for check in checks] == ["number of the picture in its video - frame"]
    assert "off-by-one frames" in checks[0].why


def test_labels_of_a_neighbouring_frame_are_named(bp4d_table):
    for name in AUS:
        bp4d_table[name] = bp4d_table.groupby("sequence")[name].shift(-1).fillna(0).astype(np.int8)
    _, diagnosis = wrong("bp4d", bp4d_table)
    assert "off-by-one frames, labels of a neighbour" in diagnosis


def test_extracted_frames_from_0_and_from_1_are_both_right(disfa_table):
    for shift in (-1, 0):
        number = (disfa_table["frame"] + shift).astype(str)
        disfa_table["source"] = disfa_table["subject"] + "/" + number + ".png"
        assert wrong("disfa", disfa_table) == ([], "")


def test_a_first_picture_that_is_absent_everywhere_is_off_by_one(disfa_table):
    disfa_table["source"] = disfa_table["subject"] + "/" + disfa_table["frame"].astype(str) + ".png"
    first = disfa_table["frame"] == 1
    disfa_table.loc[first, "source"] = ""
    failed = disfa_table[first].assign(reason="no picture")
    checks, _ = wrong("disfa", disfa_table[~first], failed=failed)
    assert [check.name for check in checks] == ["sequences without their first picture"]
    assert checks[0].found == "27 of 27"


def jaanet(table):
    """Marks the 271 frames that JAA-Net's lists leave out, by subject."""
    less = {"F017": 131, "F021": 5, "F023": 30, "M003": 78, "M009": 11, "M010": 16}
    place = table.groupby("subject").cumcount()
    return place < table["subject"].map(less).fillna(0)


def test_frames_without_a_face_explain_what_is_lacking(bp4d_table):
    gone = jaanet(bp4d_table)
    # A list of failures that knows the labels leaves nothing to explain.
    failed = bp4d_table[gone].assign(reason="no face found")
    checks = list(verify(evidence("bp4d", bp4d_table[~gone], failed)))
    assert {check.state for check in checks} == {"ok", "info"}
    faces = next(check for check in checks if check.name == "pictures with a face")
    assert faces.found == "146,576 of 146,847 (99.82%)"
    assert faces.why == "271 x no face found"
    # One without labels explains every lower count, but no count that is too high.
    states = {
        c.state for c in verify(evidence("bp4d", bp4d_table[~gone], failed.drop(columns=AUS)))
    }
    assert states == {"ok", "info", "explained"}
    more = bp4d_table[~gone].copy()
    more.loc[more.index[more["AU2"] == 0][:400], "AU2"] = 1
    checks, _ = wrong("bp4d", more, failed=failed.drop(columns=AUS))
    assert "AU2 in part 1" in [check.name for check in checks]


def test_other_known_lists_of_frames_are_named(bp4d_table):
    checks = list(verify(evidence("bp4d", bp4d_table[~jaanet(bp4d_table)])))
    total = next(check for check in checks if check.name == "coded frames")
    assert (total.state, total.found) == ("explained", "146,576")
    assert "271 frames without landmarks" in total.why
    fewer = bp4d_table.drop(bp4d_table.index[1000:1193])
    total = next(c for c in verify(evidence("bp4d", fewer)) if c.name == "coded frames")
    assert (total.state, total.found) == ("explained", "146,654")
    assert "FMAE" in total.why


def test_absent_people_are_wrong_unless_they_were_left_out_on_purpose(bp4d_table):
    table = bp4d_table[~bp4d_table["subject"].isin(["F003", "M015"])]
    checks, _ = wrong("bp4d", table)
    assert ("absent subjects", "F003 M015") in [(check.name, check.found) for check in checks]
    checks = list(verify(evidence("bp4d", table, incomplete=True)))
    assert {check.state for check in checks} == {"ok", "info", "explained"}


def test_a_lost_label_column_is_wrong(bp4d_table):
    checks, _ = wrong("bp4d", bp4d_table.drop(columns="AU10"))
    assert [check.found for check in checks] == ["without AU10"]


def stills(name, changes=()):
    """Returns a table with the published pictures of each part and expression."""
    rows = [
        (part, expression)
        for part, counts in load_published(name).expressions.items()
        for expression, count in (dict(counts) | dict(changes)).items()
        for _ in range(count)
    ]
    table = pd.DataFrame(rows, columns=["part", "expression"])
    key = table.index.astype(str)
    return table.assign(subject="", sequence="", frame=0, key=key, source=key + ".jpg")


def test_rafdb_counts_and_a_wrong_class_order():
    table = stills("rafdb")
    assert wrong("rafdb", table) == ([], "")
    table["expression"] = table["expression"].replace({"fear": "anger", "anger": "fear"})
    checks, diagnosis = wrong("rafdb", table)
    assert ("fear", "281", "705") in [(c.name, c.expected, c.found) for c in checks]
    assert "read in another order" in diagnosis
    assert "fear holds anger" in diagnosis


def test_augmented_copies_of_rafdb_are_suspected():
    table = stills("rafdb")
    table = pd.concat([table, table[table["part"] == "test"].assign(part="train")])
    checks, diagnosis = wrong("rafdb", table)
    assert ("all", "12,271", "15,339") in [(c.name, c.expected, c.found) for c in checks]
    assert "duplicates" in diagnosis


def test_affectnet_of_2021_is_explained():
    table = stills("affectnet")
    assert wrong("affectnet", table) == ([], "")
    last = table.index[(table["part"] == "test") & (table["expression"] == "contempt")][-1]
    checks = list(verify(evidence("affectnet", table.drop(last))))
    contempt = [check for check in checks if check.state == "explained"]
    assert [(check.name, check.found) for check in contempt] == [
        ("contempt", "499"),
        ("all", "3,999"),
    ]
    assert "2021" in contempt[0].why
