import pytest

from norface_pl.errors import NorfaceError
from norface_pl.prepare.job import Job, JobFolder

JOB = Job("tiny", {"format": "jpg"}, "0" * 64)


def test_what_file_managers_leave_is_not_in_the_way(tmp_path):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "lost+found"):
        (tmp_path / name).touch()
    folder = JobFolder(tmp_path, JOB)
    assert not folder.is_finished()
    folder.begin()
    assert not JobFolder(tmp_path, JOB).is_finished()
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(NorfaceError, match=r"holds other files \(thesis.txt\)"):
        folder.is_finished()


def test_a_job_with_letters_of_any_language_is_known_again(tmp_path):
    job = Job("tiny", {"format": "jpg", "weights": "影"}, "0" * 64)
    JobFolder(tmp_path, job).begin()
    assert not JobFolder(tmp_path, job).is_finished()
    with pytest.raises(NorfaceError, match="faces made with format jpg instead of png"):
        JobFolder(tmp_path, Job("tiny", {"format": "png", "weights": "影"}, "0" * 64)).is_finished()


def test_a_folder_that_may_not_be_changed_is_one_sentence(tmp_path, monkeypatch):
    def closed(self, missing_ok=False):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(type(tmp_path), "unlink", closed)
    with pytest.raises(NorfaceError, match="cannot change .*: Permission denied; give yourself"):
        JobFolder(tmp_path, JOB).begin()
