"""A checkout, read without running it: its files, classes, imports and layers."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import resolve_name
from pathlib import Path

PACKAGE = "norface_pl"
FOLDERS = ("src", "datamodules", "experiments", "benchmarks")
# Where a data set may be named.
PLACES = (*FOLDERS[:2], "configs/data", "tests/datamodules", "README.md", "docs/data_sets.md")
LOOKUPS = ("find_spec", "import_module")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class File:
    """A Python file of the package: its path, and the name it is imported by."""

    path: Path
    module: str

    @cached_property
    def text(self) -> str:
        """What stands in it."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All parts of its code, also those inside others."""
        return list(ast.walk(ast.parse(self.text)))

    @property
    def unit(self) -> str:
        """The room it lies in, as tests/test_layering.py calls it."""
        return (self.module.split(".") + ["__init__"])[1]

    @property
    def functions(self) -> list[Function]:
        """All functions and methods."""
        return [node for node in self.nodes if isinstance(node, Function)]

    @property
    def classes(self) -> list[ast.ClassDef]:
        """All classes."""
        return [node for node in self.nodes if isinstance(node, ast.ClassDef)]

    @cached_property
    def imported(self) -> list[str]:
        """Names that are imported anywhere, ``find_spec("name")`` included."""
        # The package itself hands names on, and imports them when they are asked for.
        return [] if self.module == PACKAGE else list(self._imported())

    def _imported(self) -> Iterator[str]:
        package = self.module if self.path.name == "__init__.py" else self.module.rpartition(".")[0]
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = resolve_name("." * node.level + (node.module or ""), package)
                yield from (f"{start}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Call) and last_name(node.func) in LOOKUPS:
                yield from (a.value for a in node.args if isinstance(a, ast.Constant))


@dataclass(frozen=True)
class Tree:
    """The checkout in a folder."""

    root: Path

    @cached_property
    def files(self) -> list[File]:
        """The Python files of the package, datamodules/ included."""
        places = {f"src/{PACKAGE}": PACKAGE, "datamodules": f"{PACKAGE}.datamodules"}
        return [
            File(path, ".".join([name, *inside.parts]).removesuffix(".__init__"))
            for folder, name in places.items()
            for path in sorted((self.root / folder).rglob("*.py"))
            for inside in [path.relative_to(self.root / folder).with_suffix("")]
        ]

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Classes by file and name: ``norface_pl.types.FaceBatch``."""
        return {f"{file.module}.{node.name}": node for file in self.files for node in file.classes}

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """For each file, what it imports by the names it uses."""
        return {file.module: {short(name): name for name in file.imported} for file in self.files}

    def full_name(self, module: str, name: str) -> str:
        """Return what a file calls by a name, also where a package hands it on."""
        if (own := f"{module}.{name}") in self.classes:
            return own
        wanted = self.names[module].get(name, name)
        start, _, last = wanted.rpartition(".")
        return self.full_name(start, last) if start in self.names else wanted

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """The files of the package that each file imports, by the names of both."""
        found = {}
        for file in self.files:
            wanted = {x if x in self.names else x.rpartition(".")[0] for x in file.imported}
            found[file.module] = wanted & self.names.keys() - {file.module}
        return found

    @cached_property
    def levels(self) -> dict[str, int]:
        """The layer of each room, from the checkout's own tests/test_layering.py."""
        table = self.root / "tests/test_layering.py"
        code = ast.parse(table.read_text(encoding="utf-8") if table.is_file() else "")
        for node in code.body:
            if isinstance(node, ast.Assign) and last_name(node.targets[0]) == "LAYERS":
                layers = ast.literal_eval(node.value)
                return {unit: level for level, units in enumerate(layers) for unit in units}
        return {}

    def bases(self, name: str) -> list[str]:
        """All classes above one, nearest first, own and foreign ones."""
        if name not in self.classes:
            return []
        module = name.rpartition(".")[0]
        above = [self.full_name(module, last_name(node)) for node in self.classes[name].bases]
        return list(dict.fromkeys(above + [far for near in above for far in self.bases(near)]))

    def subclasses(self, base: str) -> list[str]:
        """Own classes below a foreign one."""
        return [name for name in self.classes if base in map(short, self.bases(name))]

    def lines(self, folder: str, *endings: str) -> int:
        """Lines of all files below a folder whose names end so."""
        paths = [path for path in (self.root / folder).rglob("*.*") if path.suffix in endings]
        return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)

    def about(self, name: str) -> list[str]:
        """Files of code and configs that are named after a data set or say its name."""
        word = re.compile(rf"(?<![a-z0-9]){name}(?![a-z0-9]|plus)|{name}datamodule", re.IGNORECASE)
        found = []
        for place in PLACES:
            start = self.root / place
            for path in [start] if start.is_file() else sorted(start.rglob("*.*")):
                named = path.stem in {name, f"test_{name}"}
                read = path.suffix in {".py", ".yaml", ".md"} and place != "tests/datamodules"
                if named or (read and word.search(path.read_text(encoding="utf-8"))):
                    found.append(path.relative_to(self.root).as_posix())
        return found


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Groups of files that import each other, directly or through others."""
    reached = {name: set(found) for name, found in imports.items()}
    for middle in imports:
        for found in reached.values():
            found |= reached[middle] if middle in found else set()
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in imports
    }
    return [list(group) for group in sorted(groups) if len(group) > 1]


def short(name: str) -> str:
    """The last part of a name."""
    return name.rpartition(".")[2]


def last_name(node: ast.AST) -> str:
    """The last part of a name in code, without what stands in brackets behind it."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
