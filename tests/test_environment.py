import subprocess

from norface_pl import environment as module
from norface_pl.environment import environment, git_commit


def test_environment_names_commit_and_versions(monkeypatch):
    monkeypatch.setattr(module, "PACKAGES", ("torch", "no-such-package"))
    facts = environment()
    assert list(facts) == ["commit", "torch", "no-such-package"]
    assert facts["no-such-package"] == "not installed"
    assert facts["torch"][0].isdigit()


def commit_of(folder, monkeypatch):
    monkeypatch.setattr(module, "__file__", str(folder / "environment.py"))
    return git_commit()


def test_git_commit_is_that_of_the_source_and_tells_of_changes(tmp_path, monkeypatch):
    def git(*args):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        command = ["git", "-C", str(tmp_path), *identity, *args]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    source = tmp_path / "environment.py"
    source.write_text("1", encoding="utf-8")
    git("init", "-q")
    # In a checkout that does not track it, as an installed package in somebody's project.
    assert commit_of(tmp_path, monkeypatch) == "unknown"
    git("add", ".")
    git("commit", "-qm", "first")
    assert commit_of(tmp_path, monkeypatch) == git("rev-parse", "HEAD")
    source.write_text("2", encoding="utf-8")
    assert commit_of(tmp_path, monkeypatch) == git("rev-parse", "HEAD") + "+changes"


def test_git_commit_without_git_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_commit() == "unknown"
