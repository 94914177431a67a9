"""Text files in marked encodings, with any line ends and separators; no guess at the others."""

import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io.text import read_cells, read_text
from norface_pl.sources.coding import read_intensities

TEXT = "path,subject\na.jpg,Zo\u00eb\nb.jpg,NA\n"


def write(folder, text, encoding="utf-8", end="\n"):
    path = folder / "t.csv"
    path.write_bytes(text.replace("\n", end).encode(encoding))
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marked_encodings_and_all_line_ends_are_read(tmp_path, encoding, end):
    path = write(tmp_path, TEXT, encoding, end)
    assert read_text(path) == TEXT
    table = read_cells(path)
    assert table.columns.tolist() == ["path", "subject"]
    assert table.to_numpy().tolist() == [["a.jpg", "Zo\u00eb"], ["b.jpg", "NA"]]


def test_other_encodings_are_named_and_not_guessed(tmp_path):
    path = write(tmp_path, TEXT, "cp1252")
    with pytest.raises(
        NorfaceError, match=r"t.csv is not UTF-8 text \(it has the byte 0xeb\); save"
    ):
        read_cells(path)
    path.write_bytes(b"\xff\xfea")
    with pytest.raises(NorfaceError, match="is no utf-16 text"):
        read_text(path)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_that_of_the_header(tmp_path, separator):
    path = write(tmp_path, 'path,subject,x\n"a.jpg", S 1 ,\n'.replace(",", separator))
    assert read_cells(path).to_numpy().tolist() == [["a.jpg", "S 1", ""]]


def test_words_stay_words_and_short_rows_end_empty(tmp_path):
    path = write(tmp_path, "a,b,c\nNA,null,nan\n007\n")
    assert read_cells(path).to_numpy().tolist() == [["NA", "null", "nan"], ["007", "", ""]]


def test_columns_without_a_name_are_left_out(tmp_path):
    path = write(tmp_path, ",a,b,\n0,x,y,\n")
    assert read_cells(path).to_dict("list") == {"a": ["x"], "b": ["y"]}
    assert read_cells(path, ["b"]).to_dict("list") == {"b": ["y"]}


def test_what_is_no_table_is_named(tmp_path):
    with pytest.raises(NorfaceError, match="two columns 'a'; keep one"):
        read_cells(write(tmp_path, "a,b,a\n1,2,3\n"))
    with pytest.raises(
        NorfaceError, match="cannot be read as CSV: Expected 2 fields in line 2, saw 3"
    ):
        read_cells(write(tmp_path, "a,b\n1,2,3\n"))
    with pytest.raises(NorfaceError, match="cannot be read as CSV: No columns"):
        read_cells(write(tmp_path, ""))
    with pytest.raises(NorfaceError, match="there is no file"):
        read_cells(tmp_path / "none.csv")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_label_files_of_coders_are_read_alike(tmp_path, encoding, end):
    path = write(tmp_path, "1,0\n2,5\n", encoding, end)
    assert read_intensities({1: path}, range(6))["AU1_intensity"].tolist() == [0, 5]
    path = write(tmp_path, "1,0\n2,7\n", encoding, end)
    with pytest.raises(NorfaceError, match="line 2: AU1_intensity is 7"):
        read_intensities({1: path}, range(6))
