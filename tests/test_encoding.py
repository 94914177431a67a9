import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "datamodules", "benchmarks", "tests")
TEXT_MODE = re.compile(r"[rwax]t?\+?")


def lacks_encoding(call):
    """Whether a call reads or writes text in whatever encoding the machine has."""
    if any(keyword.arg == "encoding" for keyword in call.keywords):
        return False
    if isinstance(call.func, ast.Attribute):
        if call.func.attr in ("read_text", "write_text"):
            return True
        # Of a path; open of a class or an archive takes more than a mode.
        modes = [str(ast.literal_eval(a)) for a in call.args if isinstance(a, ast.Constant)]
        text = not call.args or any(map(TEXT_MODE.fullmatch, modes))
        return call.func.attr == "open" and text
    if not isinstance(call.func, ast.Name) or call.func.id != "open":
        return False
    return not any(isinstance(a, ast.Constant) and "b" in str(a.value) for a in call.args[1:])


def found(source):
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if lacks_encoding(call)]


@pytest.mark.parametrize(
    "code",
    ["p.read_text()", "p.write_text('a')", "p.open()", "p.open('w')", "open(p)", "open(p, 'r')"],
)
def test_the_rule_finds_what_depends_on_the_machine(code):
    assert found(code) == [1]
    assert found(f'{code[:-1]}{"" if code[-2] == "(" else ", "}encoding="utf-8")') == []


@pytest.mark.parametrize("code", ["open(p, 'rb')", "p.open('rb')", "Faces.open(p, name)"])
def test_the_rule_leaves_bytes_and_other_classes_alone(code):
    assert found(code) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_text_file_is_utf_8_on_every_machine(folder):
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in found(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []
