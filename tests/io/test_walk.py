import os
from pathlib import Path

import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io.walk import Walk, walk


def put(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def look(root: Path) -> Walk:
    return walk(root, {".jpg", ".png"}, "a picture")


def names(found: Walk, root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in found.files]


def closed_to_us(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """As for a user without the permission; tests may run as root, who has it."""
    scan = os.scandir

    def scandir(path):
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_files_come_sorted_from_any_depth_whatever_the_case(tmp_path: Path) -> None:
    put(tmp_path, "b.JPG", "sub/deep/c.png", "a.png")
    assert names(look(tmp_path), tmp_path) == ["a.png", "b.JPG", "sub/deep/c.png"]
    assert look(tmp_path / "b.JPG").files == [tmp_path / "b.JPG"]


def test_hidden_and_system_files_are_never_data(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", "._a.jpg", ".ipynb_checkpoints/a-checkpoint.jpg", ".thumbnails/a.jpg")
    put(tmp_path, "__MACOSX/a.jpg", "@eaDir/a.jpg", "lost+found/b.jpg", "Thumbs.db", "desktop.ini")
    found = look(tmp_path)
    assert names(found, tmp_path) == ["a.jpg"]
    assert found.notes() == []
    # What somebody names is meant, hidden or not.
    assert names(look(tmp_path / ".thumbnails"), tmp_path) == [".thumbnails/a.jpg"]


def test_what_is_left_out_is_counted_by_kind(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", "b.heic", "c.HEIC", "sub/d.heic", "notes.txt", "README")
    found = look(tmp_path)
    assert found.notes() == ["5 files of other kinds left out: .heic 3, .txt 1, no suffix 1"]
    for name in ("c.HEIC", "sub/d.heic", "notes.txt", "README"):
        (tmp_path / name).unlink()
    assert look(tmp_path).left_out() == "1 file of another kind left out: .heic 1"


def test_many_kinds_stay_one_short_sentence(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", *(f"{number}.k{number}" for number in range(9)))
    assert look(tmp_path).left_out().endswith(".k7 1, ...")


def test_links_are_followed_once(tmp_path: Path) -> None:
    put(tmp_path, "photos/a.jpg", "photos/z/b.jpg", "elsewhere/c.jpg")
    root = tmp_path / "photos"
    (root / "more").symlink_to("../elsewhere")
    (root / "again").symlink_to("../elsewhere")
    (root / "loop").symlink_to(".")
    # First by name, but the real folder wins.
    (root / "b_link").symlink_to("z")
    (root / "linked.jpg").symlink_to("a.jpg")
    assert names(look(root), root) == ["a.jpg", "again/c.jpg", "linked.jpg", "z/b.jpg"]


def test_a_link_that_leads_nowhere_is_a_file_that_fails_later(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    (tmp_path / "gone.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "self").symlink_to("self")
    found = look(tmp_path)
    assert names(found, tmp_path) == ["a.jpg", "gone.jpg"]


def test_a_folder_that_cannot_be_entered_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.jpg", "secret/b.jpg")
    closed_to_us(monkeypatch, tmp_path / "secret")
    found = look(tmp_path)
    assert names(found, tmp_path) == ["a.jpg"]
    reason = (
        f"cannot enter {tmp_path / 'secret'}: Permission denied; give yourself the permission, or "
        "choose another place"
    )
    assert found.closed == [(tmp_path / "secret", reason)]
    assert found.notes() == [reason]


def test_nothing_to_take_is_one_sentence_with_all_that_was_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "b.heic", "secret/b.jpg")
    with pytest.raises(NorfaceError, match=r"there is no file or folder .*gone; check the path"):
        look(tmp_path / "gone")
    with pytest.raises(NorfaceError, match=r"b.heic is not a picture; looked for one of .jpg .png"):
        look(tmp_path / "b.heic")
    closed_to_us(monkeypatch, tmp_path / "secret")
    with pytest.raises(
        NorfaceError,
        match=r"holds no picture; looked for .jpg .png in all of it; cannot enter .*secret: "
        r"Permission denied; .*; 1 file of another kind left out: .heic 1$",
    ):
        look(tmp_path)
    closed_to_us(monkeypatch, tmp_path)
    with pytest.raises(NorfaceError, match=r"^cannot read .*: Permission denied; give yourself"):
        look(tmp_path)
