import errno
import subprocess
import sys

import filelock
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io.locks import locked

HOLD = """
import sys, time
from pathlib import Path
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_another_process_is_kept_out_until_it_ends(tmp_path) -> None:
    folder = tmp_path / "runs" / "seed0"
    folder.parent.mkdir()
    command = [sys.executable, "-c", HOLD, str(folder.with_name("seed0.lock"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with locked(folder, wait=False) as mine:
            assert not mine
        other.kill()
    with locked(folder, wait=True) as mine:
        assert mine
        with locked(folder, wait=False) as again:
            assert not again
    with locked(folder, wait=False) as mine:
        assert mine


@pytest.mark.skipif(sys.platform == "win32", reason="locks of Windows never lack")
def test_a_file_system_without_locks_of_its_own_will_do(tmp_path, monkeypatch) -> None:
    import fcntl

    def flock(file, how):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(tmp_path / "a", wait=False) as mine:
        assert mine
        with locked(tmp_path / "a", wait=False) as again:
            assert not again


def test_a_lock_that_cannot_be_written_is_named(tmp_path, monkeypatch) -> None:
    def acquire(self, timeout):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(filelock.FileLock, "acquire", acquire)
    with (
        pytest.raises(NorfaceError, match="cannot lock .*a: Permission denied; give yourself"),
        locked(tmp_path / "a", wait=False),
    ):
        pass
