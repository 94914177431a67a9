import pandas as pd
import pytest
import yaml

from norface_pl import cli
from norface_pl.sources.source import LANDMARKS
from tests.helpers.tables import bp4d
from tests.verify.test_verification import stills


def prepared(folder, name, table, failures=None, landmarks=None, **options):
    """Writes a prepared folder with empty pictures."""
    (folder / "images").mkdir(parents=True)
    if "path" not in table:
        table = table.assign(path="images/" + table["key"].astype(str) + ".jpg")
    table = table.assign(face="detected")
    if landmarks is not None:
        table[list(LANDMARKS)] = landmarks
    for path in set(table["path"]):
        (folder / path).touch()
    table.to_parquet(folder / "manifest.parquet")
    if failures is not None:
        failures.to_csv(folder / "failures.csv", index=False)
    description = {"name": name, "manifest_sha256": "0", "source": options}
    (folder / "dataset.yaml").write_text(yaml.safe_dump(description), encoding="utf-8")
    return folder


def run(name, folder, capsys, *more):
    code = 0
    try:
        cli.main(["verify", name, "--prepared", str(folder), *more])
    except SystemExit as stop:
        code = stop.code
    output = capsys.readouterr()
    return code, " ".join(output.out.replace("│", " ").split()), output.err


def people(count=3):
    """Returns a row for each of some people."""
    rows = {
        "key": [f"p{n}" for n in range(count)],
        "source": [f"p{n}.jpg" for n in range(count)],
        "subject": [f"p{n}" for n in range(count)],
        "sequence": "",
        "frame": 0,
        "part": "",
        "AU12": [0, 1, 9],
    }
    return pd.DataFrame(rows)


FACE = [40, 40, 60, 40, 50, 50, 42, 60, 58, 60]


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")


def test_a_data_set_without_published_facts_is_described(tmp_path, capsys):
    failures = pd.DataFrame({"source": ["p9.jpg"], "key": ["p9"], "reason": ["no face found"]})
    folder = prepared(tmp_path / "a", "folder", people(), failures, FACE)
    code, out, _ = run("folder", folder, capsys)
    assert code == 0
    assert "nothing is published about folder to compare with; 0 wrong" in out
    assert "3 of 4 (75.00%)" in out
    assert "1 x no face found" in out
    assert "50.0%" in out
    assert "3 of 3" in out


def test_absent_pictures_and_impossible_landmarks_are_wrong(tmp_path, capsys):
    upside_down = [*FACE[:4], 50, 20, *FACE[6:]]
    folder = prepared(tmp_path / "a", "folder", people(), None, upside_down)
    (folder / "images" / "p1.jpg").unlink()
    code, out, _ = run("folder", folder, capsys)
    assert code == 1
    assert "images/p1.jpg is not there" in out
    assert "0 of 3" in out
    assert "norface weights check" in out
    assert out.endswith("2 wrong")


def test_faces_in_place_of_missing_ones_are_counted_once(tmp_path, capsys):
    failures = pd.DataFrame({"key": ["p1"], "reason": ["no face found"]})
    folder = prepared(tmp_path / "a", "folder", people(), failures)
    assert "3 of 3 (100.00%)" in run("folder", folder, capsys)[1]


def test_rows_of_a_group_become_one_unless_asked(tmp_path, capsys):
    folder = prepared(tmp_path / "a", "rafdb", stills("rafdb").assign(path="images/0.jpg"))
    code, out, _ = run("rafdb", folder, capsys)
    assert code == 0
    assert out.count("all 8 as published the same ok") == 2
    assert out.endswith("17 as published, 0 explained, 0 wrong")
    assert "1,290" not in out
    assert "surprise 1,290 1,290 ok" in run("rafdb", folder, capsys, "--full=true")[1]


def test_a_part_prepared_on_purpose_is_explained(tmp_path, capsys):
    table = stills("rafdb")
    folder = prepared(tmp_path / "a", "rafdb", table[table.index < 50], incomplete=True)
    code, out, _ = run("rafdb", folder, capsys)
    assert code == 0
    assert "fear 281 0 explained a part of the data set was prepared" in out
    assert out.endswith("1 as published, 16 explained, 0 wrong")


def test_failures_explain_as_many_pictures_as_there_are(tmp_path, capsys):
    table = stills("rafdb").assign(path="images/0.jpg")
    kept, lost = table.drop(index=[0, 12271]), table.loc[[0, 12271]]
    failures = lost[["key"]].assign(reason="no face found")
    folder = prepared(tmp_path / "a", "rafdb", kept, failures)
    code, out, _ = run("rafdb", folder, capsys)
    assert code == 0
    assert "surprise 1,290 1,289 explained 2 pictures gave no face, see failures.csv" in out
    # Failures that know their row of the listing leave nothing to explain.
    lost.assign(reason="no face found", source="").to_csv(folder / "failures.csv", index=False)
    code, out, _ = run("rafdb", folder, capsys)
    assert code == 0
    assert out.endswith("17 as published, 0 explained, 0 wrong")
    (folder / "failures.csv").unlink()
    code, out, _ = run("rafdb", folder, capsys)
    assert code == 1
    assert "diagnosis: pictures or labels are missing" in out


def test_failures_with_labels_prove_the_weights(tmp_path, capsys):
    table = bp4d().assign(path="images/0.jpg")
    lost = table.index % 1000 == 7
    failures = table[lost].drop(columns="path").assign(reason="no face found")
    # Labels that a failure lacks are empty cells.
    failures["AU6_intensity"] = None
    folder = prepared(tmp_path / "a", "bp4d", table[~lost], failures)
    code, out, _ = run("bp4d", folder, capsys)
    assert code == 0
    assert "0 explained, 0 wrong" in out
    assert "146,700 of 146,847 (99.90%) info 147 x no face found" in out
    # Without them the weights are off by what may be lacking.
    failures[["key", "reason"]].to_csv(folder / "failures.csv", index=False)
    code, out, _ = run("bp4d", folder, capsys)
    assert code == 0
    assert "labels of 50 frames are not here" in out or "labels of 51 frames are not here" in out


def test_another_data_set_and_a_damaged_list_of_failures_are_mistakes(tmp_path, capsys):
    folder = prepared(tmp_path / "a", "folder", people())
    code, _, err = run("bp4d", folder, capsys)
    assert code == 2
    assert "holds folder, bp4d is wanted" in err
    (folder / "failures.csv").write_text("what,ever\n1,2\n", encoding="utf-8")
    code, _, err = run("folder", folder, capsys)
    assert code == 2
    assert "failures.csv lacks the columns key and reason" in err
