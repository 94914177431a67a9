"""A checkout, read without running it: its files, classes, imports and layers."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = "norface_pl"
FOLDERS = ("src", "datamodules", "experiments", "benchmarks")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class File:
    """A Python file of the package: its path, the name it is imported by, and its code."""

    path: Path
    module: str
    lines: int
    code: ast.Module

    @property
    def unit(self) -> str:
        """The room it lies in, as tests/test_layering.py calls it."""
        return (self.module.split(".") + ["__init__"])[1]

    @property
    def functions(self) -> list[Function]:
        """All functions and methods, also those inside others."""
        return [node for node in ast.walk(self.code) if isinstance(node, Function)]

    @property
    def classes(self) -> list[ast.ClassDef]:
        """All classes."""
        return [node for node in ast.walk(self.code) if isinstance(node, ast.ClassDef)]

    def imported(self) -> Iterator[str]:
        """Names that are imported anywhere, ``find_spec("name")`` included."""
        # The package itself hands names on, and imports them when they are asked for.
        for node in ast.walk(self.code) if self.module != PACKAGE else ():
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = self._start(node)
                yield from (f"{start}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Call) and last_name(node.func) in {
                "find_spec",
                "import_module",
            }:
                yield from (a.value for a in node.args if isinstance(a, ast.Constant))

    def _start(self, node: ast.ImportFrom) -> str:
        package = self.module if self.path.name == "__init__.py" else self.module.rpartition(".")[0]
        for _ in range(node.level - 1):
            package = package.rpartition(".")[0]
        return ".".join(filter(None, [package if node.level else "", node.module]))


@dataclass(frozen=True)
class Tree:
    """The checkout in a folder."""

    root: Path

    @cached_property
    def files(self) -> list[File]:
        """The Python files of the package, datamodules/ included."""
        found = []
        for folder, name in (
            (f"src/{PACKAGE}", PACKAGE),
            ("datamodules", f"{PACKAGE}.datamodules"),
        ):
            for path in sorted((self.root / folder).rglob("*.py")):
                inside = path.relative_to(self.root / folder).with_suffix("").parts
                text = path.read_text(encoding="utf-8")
                parts = inside[:-1] if inside[-1] == "__init__" else inside
                module = ".".join([name, *parts])
                found.append(File(path, module, len(text.splitlines()), ast.parse(text)))
        return found

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Classes by file and name: ``norface_pl.types.FaceBatch``."""
        return {f"{file.module}.{node.name}": node for file in self.files for node in file.classes}

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """For each file, what it imports by the names it uses."""
        return {
            file.module: {name.rpartition(".")[2]: name for name in file.imported()}
            for file in self.files
        }

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
        known = {file.module for file in self.files}
        return {
            file.module: {
                next((name for name in (wanted, wanted.rpartition(".")[0]) if name in known), "")
                for wanted in file.imported()
            }
            - {"", file.module}
            for file in self.files
        }

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
        return [n for n in self.classes if base in {b.rpartition(".")[2] for b in self.bases(n)}]

    def lines(self, folder: str, endings: str) -> int:
        """Lines of all files below a folder whose names end in a pattern of endings."""
        return sum(
            len(path.read_text(encoding="utf-8").splitlines())
            for path in (self.root / folder).rglob("*.*")
            if re.fullmatch(endings, path.suffix)
        )

    def about(self, name: str) -> list[str]:
        """Files of code and configs that are named after a data set or say its name."""
        word = re.compile(rf"(?<![a-z0-9]){name}(?![a-z0-9]|plus)|{name}datamodule", re.IGNORECASE)
        places = (
            *FOLDERS[:2],
            "configs/data",
            "tests/datamodules",
            "README.md",
            "docs/data_sets.md",
        )
        found = []
        for place in places:
            start = self.root / place
            for path in [start] if start.is_file() else sorted(start.rglob("*.*")):
                named = re.fullmatch(rf"(test_)?{name}", path.stem)
                text = path.suffix in {".py", ".yaml", ".md"} and path.read_text(encoding="utf-8")
                if named or (text and place != "tests/datamodules" and word.search(text)):
                    found.append(path.relative_to(self.root).as_posix())
        return found


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Groups of files that import each other, directly or through others."""
    reached = {name: _reached(name, imports) for name in imports}
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in imports
    }
    return [list(group) for group in sorted(groups) if len(group) > 1]


def _reached(name: str, imports: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        for other in imports[todo.pop()] - found:
            found.add(other)
            todo.append(other)
    return found


def last_name(node: ast.AST) -> str:
    """The last part of a name, without what stands in brackets behind it."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
