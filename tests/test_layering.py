import ast
import subprocess
import sys
from pathlib import Path

from norface_pl.cli import COMMANDS

ROOT = Path(__file__).parents[1]

# Lower layers first. A unit may import what stands before its own line, and itself.
LAYERS = [
    # Words that everybody shares.
    {
        "__init__",
        "allocator",
        "card",
        "config_names",
        "environment",
        "errors",
        "labels",
        "precision",
        "progress",
        "shell",
        "types",
    },
    {"io", "nn", "metrics"},
    {"faces", "acting"},
    {"sources"},
    {"drawn", "facekit", "data"},
    {"prepare", "teachers", "verify", "probes", "face_module", "loggers"},
    {"normalizer", "classifier", "datamodules"},
    {"callbacks", "config_files"},
    {"lightning_cli"},
    {"inference"},
    {"evaluation", "analysis"},
    {"app"},
    {"commands"},
    {"cli"},
    {"__main__"},
]
# All others know neither Lightning nor the command line's parser.
WITH_LIGHTNING = {
    "callbacks",
    "classifier",
    "cli",
    "commands",
    "config_files",
    "datamodules",
    "evaluation",
    "face_module",
    "inference",
    "lightning_cli",
    "loggers",
    "normalizer",
    "prepare",
}
LEVEL = {unit: level for level, units in enumerate(LAYERS) for unit in units}


def files():
    for folder in (ROOT / "src" / "norface_pl", ROOT / "datamodules"):
        for path in sorted(folder.rglob("*.py")):
            inside = path.relative_to(folder).with_suffix("").parts
            yield path, "datamodules" if folder.name == "datamodules" else inside[0]


def imports(path):
    """Names of the modules that a file imports, also inside functions and TYPE_CHECKING."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            if node.module == "norface_pl":
                yield from (f"norface_pl.{alias.name}" for alias in node.names)
            else:
                yield node.module


def unit_of(module):
    """First part below norface_pl; what is imported from norface_pl itself is its version."""
    parts = module.split(".")
    if parts[0] != "norface_pl":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in LEVEL else "__init__"


def test_every_file_belongs_to_a_layer():
    assert {unit for _, unit in files()} <= set(LEVEL)


def test_lower_layers_import_no_higher_and_siblings_not_each_other():
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path, unit in files()
        # The package itself hands on names of higher rooms, imported when they are asked for.
        if unit != "__init__"
        for module in imports(path)
        if (other := unit_of(module)) and other != unit and LEVEL[other] >= LEVEL[unit]
        # The lowest layer holds plain names and one error.
        if LEVEL[unit] > 0 or other not in LAYERS[0]
    ]
    assert wrong == []


def test_lightning_stays_in_modules_and_above():
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path, unit in files()
        for module in imports(path)
        if module.split(".")[0] in {"lightning", "pytorch_lightning", "jsonargparse"}
        if unit not in WITH_LIGHTNING
    ]
    assert wrong == []


def test_networks_know_no_lightning():
    """In the rooms of both stages only the modules do."""
    modules = {"module.py", "mae.py", "optimization.py"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path, unit in files()
        if unit in {"normalizer", "classifier"} and path.name not in modules
        for module in imports(path)
        if module.split(".")[0] == "lightning"
    ]
    assert wrong == []


def test_every_file_of_commands_is_a_command():
    names = {path.stem for path in (ROOT / "src/norface_pl/commands").glob("*.py")}
    assert names - {"__init__"} == set(COMMANDS)


def test_the_command_line_starts_without_torch():
    code = "import sys, norface_pl.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
