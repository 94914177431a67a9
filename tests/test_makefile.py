import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def make(*args):
    # A make that runs these tests must not hand its own options on.
    own = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "DATA", "ARGS", "LONG", "OUT")
    environment = {name: value for name, value in os.environ.items() if name not in own}
    command = ["make", "-C", str(ROOT), "--no-print-directory", *args]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def planned(*args):
    """The last command that make would run, in an environment that is not made yet."""
    return make("-n", f"PYTHON={sys.executable}", "VENV=no-such-venv", *args).stdout.splitlines()[
        -1
    ]


def test_help_lists_every_target():
    text = make("help").stdout
    for target in (
        "setup",
        "test",
        "test-minimum",
        "test-slow",
        "test-browser",
        "coverage",
        "lint",
        "train-normalizer",
        "train-au",
        "train-intensity",
        "train-fer",
        "evaluate",
        "tensorboard",
        "bench",
        "bench-run",
        "house",
        "evidence",
        "evidence-normalizer",
        "evidence-classifier",
        "evidence-photographs",
        "clean",
    ):
        assert f"\n  {target} " in "\n" + text


def test_stage_1_alone_is_the_first_phase_of_the_whole_run():
    alone = planned("train-normalizer", "DATA=disfa", "ARGS=--seed=3").split()
    whole = planned("train-au", "DATA=disfa", "ARGS=--seed=3").split()
    assert [word for word in alone if word not in ("--stop_after", "normalizer")] == whole
    assert "configs/data/disfa.yaml" in whole
    assert "runs/disfa" in whole
    assert whole[-1] == "--seed=3"


def test_a_protocol_is_picked_by_its_name():
    words = planned("evaluate", "PROTOCOL=disfa_au", "ARGS=--only=fold=1").split()
    assert words[1:] == [
        "-m",
        "norface_pl",
        "evaluate",
        "--config",
        "configs/protocol/disfa_au.yaml",
        "--only=fold=1",
    ]


def test_folders_are_options_of_the_evidence_of_photographs():
    command = planned("evidence-photographs", "LFW=my lfw", "NORMALIZER=n.ckpt", "ARGS=--name=x")
    words = shlex.split(command)[1:]
    options = ["--normalizer=n.ckpt", "--lfw=my lfw", "--name=x"]
    assert words == ["-m", "experiments.evidence_photographs", *options]


def test_long_runs_have_their_own_config_and_folder():
    command = planned("train-au", "LONG=1")
    assert "--config configs/run/au.yaml --config configs/run/long.yaml" in command
    assert command.endswith("--out runs/synthetic_long ")


def test_an_old_python_is_refused_with_what_to_type(tmp_path):
    python = tmp_path / "python3"
    python.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.8.1 && exit 0\nexit 1\n', encoding="utf-8"
    )
    python.chmod(0o755)
    result = make("setup", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}")
    assert result.returncode != 0
    assert "needs Python >= 3.11" in result.stderr
    assert "make PYTHON=python3.12 setup" in result.stderr
    assert not (tmp_path / "venv").exists()


def test_the_oldest_versions_have_an_environment_of_their_own():
    commands = make("-n", "PYTHON=python3.12", "test-minimum").stdout
    assert "test PYTHON=python3.11 VENV=.venv-minimum MINIMUM=1" in commands
    assert ".venv-minimum/bin/python -m pytest" in commands
    new = make("-n", f"PYTHON={sys.executable}", "VENV=no-such-venv", "MINIMUM=1", "setup").stdout
    assert "no-such-venv/bin/python tests/minimum.py > no-such-venv/minimum.txt" in new
    assert "pip install -e '.[dev]' -c no-such-venv/minimum.txt" in new


def test_the_active_interpreter_is_used_when_no_environment_is_wanted():
    commands = make("-n", f"PYTHON={sys.executable}", "VENV=", "train-fer").stdout
    assert f"{sys.executable} -m norface_pl run --config configs/run/expression.yaml" in commands
    assert "-m venv" not in commands


def test_every_test_is_run_by_one_of_the_three_targets():
    quick, slow = (planned(target, "ARGS=-x") for target in ("test", "test-slow"))
    assert quick.replace("-m 'not slow and not browser'", "-m slow") == slow
    assert "-m slow" in slow
    # One process, which starts one browser.
    pages = planned("test-browser", "ARGS=-x")
    assert pages.endswith("-m pytest -m browser -x")
    assert "slow" not in planned("coverage")
