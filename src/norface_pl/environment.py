"""What a result was made with: versions of the packages and the commit of the source."""

import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("norface-pl", "torch", "torchvision", "lightning", "timm", "torchmetrics", "numpy")


def environment() -> dict[str, str]:
    """Returns the git commit of the source and the version of each package a result hangs on."""
    facts = {"commit": git_commit()}
    for package in PACKAGES:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = "not installed"
    return facts


def git_commit() -> str:
    """Returns the commit of the checkout this file is in, "+changes" if edited, or "unknown"."""
    folder = Path(__file__).parent

    def git(*args: str) -> str:
        command = ["git", "-C", str(folder), *args]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        # An installed wheel may lie in a checkout of something else, which does not track it.
        git("ls-files", "--error-unmatch", Path(__file__).name)
        return git("rev-parse", "HEAD") + ("+changes" if git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
