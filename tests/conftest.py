"""One thread, no network, and no cache of the user's in reach of a test."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
import torch

from norface_pl import progress

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def isolated(tmp_path_factory, monkeypatch):
    """Runs each test in an empty folder with empty caches, so that none can lean on another."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "TORCH_HOME", "HF_HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(home))
    work = tmp_path_factory.mktemp("work")
    monkeypatch.chdir(work)


@pytest.fixture(autouse=True)
def no_heartbeat(monkeypatch):
    """A slow machine writes no lines of its own between those that a test reads."""
    monkeypatch.setattr(progress, "LIMIT", float("inf"))


@pytest.fixture(autouse=True)
def fresh_randomness():
    """Starts each test from the same state of torch, whatever ran before."""
    torch.manual_seed(0)
