"""Look-alikes of the data sets after `norface prepare`, without weights of a detector."""

from importlib import import_module
from pathlib import Path

import pytest

from norface_pl import cli
from norface_pl.commands import prepare as command
from tests.helpers.faces import FakeDetector


def options(name):
    """Returns the look-alike's options as the command line takes them."""
    chosen = import_module(f"tests.datamodules.test_{name}").OPTIONS
    return [f"--{key}={str(value).lower()}" for key, value in chosen.items()]


def prepare_lookalike(name, folder):
    """Writes the look-alike of a data set as distributed, prepares it, returns where it lies."""
    root, out = folder / f"{name}_raw", folder / name
    root.mkdir(parents=True)
    import_module(f"tests.datamodules.test_{name}").write_lookalike(root)
    arguments = [f"--root={root}", f"--out={out}", "--size=32", *options(name)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "find_weights", lambda *_: Path(__file__))
        patch.setattr(command, "load_detector", lambda *_, **__: FakeDetector())
        cli.main(["prepare", name, *arguments])
    return out
