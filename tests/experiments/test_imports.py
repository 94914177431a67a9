"""Every script of experiments/ and benchmarks/ can be opened: what it imports is still there."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    f"{folder}.{path.stem}"
    for folder in ("experiments", "benchmarks")
    for path in (ROOT / folder).glob("*.py")
    if path.stem != "__init__"
)


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_script_imports_is_there(name):
    importlib.import_module(name)
