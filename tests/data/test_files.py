import hashlib
from pathlib import Path

import pytest

from norface_pl.data.files import make_folder, sha256_file, staged_folder, write_atomic
from norface_pl.errors import NorfaceError


def test_write_replaces_the_whole_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_atomic(path, b"long first content")
    write_atomic(path, b"second")
    assert path.read_bytes() == b"second"
    assert [file.name for file in tmp_path.iterdir()] == ["a.bin"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.bin"
    write_atomic(path, b"old")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(NorfaceError, match="a.bin: No space left on device"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.bin"]


def test_no_folder_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NorfaceError, match="cannot create the folder"):
        make_folder(tmp_path / "file" / "below")


def test_sha256(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc")
    assert sha256_file(path) == hashlib.sha256(b"abc").hexdigest()


def results(out: Path) -> dict[str, str]:
    files = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in files}


def stage(out: Path, content: str) -> None:
    with staged_folder(out, "table.csv") as folder:
        (folder / "table.csv").write_text(content, encoding="utf-8")
        (folder / "faces").mkdir()
        (folder / "faces" / content).write_text(content, encoding="utf-8")


def test_staged_results_appear_together_and_replace_older_ones(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    stage(out, "a")
    assert results(out) == {"table.csv": "a", "faces/a": "a"}
    stage(out, "b")
    assert results(out) == {"table.csv": "b", "faces/b": "b"}
    assert list(out.parent.iterdir()) == [out]


def test_a_failed_block_changes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    stage(out, "a")
    with pytest.raises(KeyboardInterrupt), staged_folder(out, "table.csv") as folder:
        (folder / "table.csv").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert results(out) == {"table.csv": "a", "faces/a": "a"}
    assert list(tmp_path.iterdir()) == [out]


def test_other_peoples_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    for out in (tmp_path, tmp_path / "thesis.txt"):
        with pytest.raises(NorfaceError, match="choose an empty folder"):
            stage(out, "a")
    assert results(tmp_path) == {"thesis.txt": "mine"}
