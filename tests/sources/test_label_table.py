"""A user's table: what its columns mean, which words stay words, what is refused."""

import numpy as np
import pandas as pd
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.sources.label_table import below_root, read_label_table


def read(folder, text, encoding="utf-8"):
    path = folder / "labels.csv"
    path.write_bytes(text.encode(encoding))
    return read_label_table(path)


@pytest.mark.parametrize("word", ["NA", "nan", "null", "None", "N/A", "-"])
def test_a_person_may_be_called_like_nothing(tmp_path, word):
    table = read(
        tmp_path, f"path,subject,AU12\na.jpg,{word},0\nb.jpg,,{word if word != '-' else ''}\n"
    )
    assert table["subject"].tolist() == [word, ""]
    assert table["AU12"].tolist() == [0, 9]


def test_blanks_around_headers_and_names_do_not_make_two(tmp_path, recwarn):
    text = "path, subject, AU1, AU12\na.jpg, S1, 0, 1\nb.jpg,S1 ,1,9\nc.jpg,\u00a0S  1,,0\n"
    table = read(tmp_path, text)
    assert table["subject"].tolist() == ["S1", "S1", "S 1"]
    assert table["AU1"].tolist() == [0, 1, 9]
    assert table["AU12"].tolist() == [1, 9, 0]
    assert not recwarn.list


def test_an_accent_is_one_letter_however_it_is_encoded(tmp_path):
    table = read(tmp_path, "path,subject\na.jpg,Zo\u00eb\nb.jpg,Zoe\u0308\n")
    assert table["subject"].nunique() == 1


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("AU01", "AU1"),
        ("au1", "AU1"),
        ("AU_12", "AU12"),
        ("AU12_c", "AU12"),
        ("AU06_r", "AU6_intensity"),
        ("au06_Intensity", "AU6_intensity"),
        ("VALENCE", "valence"),
    ],
)
def test_names_without_a_doubt_are_understood_and_said(tmp_path, given, known):
    with pytest.warns(UserWarning, match=f"labels.csv: {given} is read as {known}$"):
        table = read(tmp_path, f"path,{given}\na.jpg,1\n")
    assert table[known].tolist() == [1]


def test_a_table_of_openface_is_understood(tmp_path):
    text = "path,subject, confidence, AU01_r, AU01_c, AU45_c\na.jpg,S1,0.98,0.3,0,1\n"
    with pytest.warns(UserWarning, match="AU01_r is read as AU1_intensity, .*not used: confidence"):
        table = read(tmp_path, text)
    assert table.columns.tolist() == [
        "path",
        "subject",
        "confidence",
        "AU1_intensity",
        "AU1",
        "AU45",
    ]
    assert table.iloc[0].tolist() == ["a.jpg", "S1", "0.98", 0.3, 0, 1]


def test_capitals_in_names_and_words(tmp_path):
    with pytest.warns(UserWarning, match="Subject is read as subject, Expression is read as"):
        table = read(tmp_path, "path,Subject,Expression,part\na.jpg,Anna,Happiness,Train\n")
    assert table.iloc[0].tolist() == ["a.jpg", "Anna", "happiness", "train"]


def test_near_misses_are_named_and_kept(tmp_path):
    with pytest.warns(UserWarning, match="labels.csv: kept and not used: Emotion, AU1_present"):
        table = read(tmp_path, "path,Emotion,AU1_present\na.jpg,joy,1\n")
    assert table["Emotion"].tolist() == ["joy"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,AU1,AU01\na.jpg,1,1\n", "has AU1 twice, as 'AU1' and 'AU01'; keep one"),
        ("path,AU1,AU1_c\na.jpg,1,1\n", "has AU1 twice, as 'AU1' and 'AU1_c'"),
        ("path,face\na.jpg,1\n", "has a column face, as norface writes one itself; rename it"),
        ("path,valence\na.jpg,0,5\n", "cannot be read as CSV: Expected 2 fields in line 2, saw 3"),
        ("path,AU1\na.jpg,inf\n", "AU1 is 'inf'.*give a number"),
        (
            "path,left,top,right,bottom\na.jpg,180,170,60,60\n",
            "right is '60.0' for the picture 'a.jpg' .*widths, give right = left \\+ width",
        ),
        ("path,left,top,right,bottom\na.jpg,1,70,60,60\n", "heights, give bottom = top \\+ height"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, text, said):
    with pytest.raises(NorfaceError, match=said):
        read(tmp_path, text)


def test_semicolons_with_decimal_commas_and_utf16_of_spreadsheets(tmp_path):
    table = read(tmp_path, "path;subject;valence;AU6_intensity\na.jpg;S1;-0,5;2,5\n", "utf-16")
    assert table.iloc[0].tolist() == ["a.jpg", "S1", -0.5, 2.5]


def test_parquet_knows_missing_words_and_numbers(tmp_path):
    path = tmp_path / "t.parquet"
    rows = {"path": ["a.jpg", "b.jpg"], "Subject": ["NA", None], "AU01": [1, np.nan]}
    pd.DataFrame(rows).to_parquet(path)
    with pytest.warns(UserWarning, match="Subject is read as subject, AU01 is read as AU1"):
        table = read_label_table(path)
    assert table["subject"].tolist() == ["NA", ""]
    assert table["AU1"].tolist() == [1, 9]


def test_paths_may_be_absolute_or_as_on_windows(tmp_path):
    root = tmp_path / "photos"
    (root / "sub").mkdir(parents=True)
    (root / "sub/a.jpg").touch()
    (tmp_path / "link").symlink_to(root)
    assert below_root(root, "./sub/a.jpg") == "sub/a.jpg"
    assert below_root(root, str(root / "sub/a.jpg")) == "sub/a.jpg"
    assert below_root(root, str(tmp_path / "link/sub/a.jpg")) == "sub/a.jpg"
    assert below_root(root, "sub\\a.jpg") == "sub/a.jpg"
    (root / "b\\c.jpg").touch()
    assert below_root(root, "b\\c.jpg") == "b\\c.jpg"
    for name in ("/elsewhere/a.jpg", "../a.jpg"):
        with pytest.raises(NorfaceError, match=f"the table names {name}, which is not below"):
            below_root(root, name)
