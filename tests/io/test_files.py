import hashlib
from pathlib import Path

import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder, sha256_file, staged_folder, visible, write_atomic


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
    with pytest.raises(NorfaceError, match="a.bin: No space left on device; free some space"):
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


def stop(out: Path, *files: str) -> None:
    with pytest.raises(KeyboardInterrupt), staged_folder(out, "table.csv") as folder:
        for name in files:
            (folder / name).write_text("half", encoding="utf-8")
        raise KeyboardInterrupt


def test_a_failed_block_keeps_earlier_results_and_what_it_did(tmp_path: Path) -> None:
    out = tmp_path / "out"
    stage(out, "a")
    stop(out, "table.csv", "new.txt")
    unfinished = {"unfinished/table.csv": "half", "unfinished/new.txt": "half"}
    assert results(out) == {"table.csv": "a", "faces/a": "a"} | unfinished
    # The next attempt takes its place, and its own success removes it.
    stop(out, "table.csv")
    assert results(out) == {"table.csv": "a", "faces/a": "a", "unfinished/table.csv": "half"}
    stage(out, "b")
    assert results(out) == {"table.csv": "b", "faces/b": "b"}


def test_a_block_that_did_nothing_leaves_nothing(tmp_path: Path) -> None:
    stop(tmp_path / "out", "log.txt")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mine").mkdir()
    stop(tmp_path / "mine", "log.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert results(tmp_path / "mine") == {}


def test_results_may_lie_behind_a_link_on_another_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    out = tmp_path / "out"
    out.symlink_to(disk)
    replace = Path.replace

    def within_the_disk(self: Path, target: Path) -> Path:
        if not self.resolve().is_relative_to(disk) or not target.resolve().is_relative_to(disk):
            raise OSError(18, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", within_the_disk)
    stage(out, "a")
    stage(out, "b")
    assert results(disk) == {"table.csv": "b", "faces/b": "b"}
    assert out.is_symlink()


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(self: Path, *args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    (tmp_path / "out").mkdir()
    monkeypatch.setattr(Path, "mkdir", closed)
    with pytest.raises(NorfaceError, match=r"out: Permission denied; give yourself"):
        stage(tmp_path / "out", "a")
    with pytest.raises(NorfaceError, match=r"cannot create the folder .*new: Permission denied"):
        stage(tmp_path / "new", "a")


def test_what_systems_put_there_is_nobodys(tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "lost+found"):
        (tmp_path / name).touch()
    assert visible(tmp_path) == set()
    stage(tmp_path, "a")
    assert visible(tmp_path) == {"table.csv", "faces"}
    assert visible(tmp_path / "gone") == set()


def test_somebodys_own_folder_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "unfinished" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(NorfaceError, match=r"unfinished holds other files \(thesis.txt\)"):
        stage(tmp_path, "a")
    assert results(tmp_path) == {"unfinished/thesis.txt": "mine"}


def test_a_name_as_long_as_may_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("影" * 85)
    write_atomic(path, b"a")
    assert path.read_bytes() == b"a"


def test_other_peoples_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    for out in (tmp_path, tmp_path / "thesis.txt"):
        with pytest.raises(NorfaceError, match="choose an empty folder"):
            stage(out, "a")
    assert results(tmp_path) == {"thesis.txt": "mine"}
