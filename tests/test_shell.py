import io
import os
import subprocess
import sys
import warnings

import pytest

from norface_pl import cli
from norface_pl.shell import expanded, print_any_name, warn_plainly


def test_the_home_folder_is_found_wherever_shells_leave_it(monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    assert expanded(["fit", "--out=~/x", "--data.init_args.root=~", "~/photos", "--a", "~\\b"]) == [
        *("fit", "--out=/home/anna/x", "--data.init_args.root=/home/anna", "/home/anna/photos"),
        *("--a", "/home/anna\\b"),
    ]
    same = ["--pattern=~x", "a~/b", "--out=/a/~", "~other/x", "--only=row=~/x"]
    assert expanded(same) == same


def test_a_terminal_without_the_letters_gets_an_escape(monkeypatch) -> None:
    windows = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\n")
    monkeypatch.setattr(sys, "stdout", windows)
    print_any_name()
    print("é 影 \udce9")
    windows.flush()
    assert windows.buffer.getvalue() == b"\xe9 \\u5f71 \\udce9\n"


def test_a_warning_is_its_sentence(monkeypatch) -> None:
    monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)
    warn_plainly()
    shown = warnings.formatwarning("AU01 is read as AU1", UserWarning, "table.py", 7)
    assert shown == "warning: AU01 is read as AU1\n"


def test_a_reader_who_has_enough_is_told_nothing(monkeypatch, capsys) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", buffering=1, encoding="utf-8") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        with pytest.raises(SystemExit) as stop:
            cli.main(["--help"])
        assert stop.value.code == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_has_enough_is_told_nothing_by_the_whole_command(unbuffered) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "norface_pl", "--help"],
        stdout=write,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        text=True,
        encoding="utf-8",
    )
    os.close(write)
    assert done.stderr == ""
    assert done.returncode != 0
