"""Counts that say how a checkout is built."""

import ast
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from experiments.house_tree import FOLDERS, Function, Tree, circles, last_name, short

Counts = dict[str, Any]


def spread(values: Iterable[int]) -> Counts:
    """Return number, median, 90th percentile (nearest rank) and maximum."""
    known = sorted(values) or [0]
    return {
        "number": len(known),
        "median": statistics.median(known),
        "p90": known[math.ceil(0.9 * len(known)) - 1],
        "max": known[-1],
    }


def worst(values: dict[str, int], most: int = 10) -> list[list[Any]]:
    """Return the largest values with their names, of equal ones the first by name."""
    return [list(pair) for pair in sorted(values.items(), key=lambda p: (-p[1], p[0]))[:most]]


def init(node: ast.ClassDef) -> Function | None:
    """Return the constructor that a class defines itself."""
    return next((f for f in node.body if isinstance(f, Function) and f.name == "__init__"), None)


def arguments(function: Function) -> int:
    """Count the named arguments after self."""
    given = function.args
    return len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs) - 1


def fields(node: ast.ClassDef) -> int | None:
    """Count the fields of a dataclass or named tuple; None: it is neither."""
    marks = {last_name(mark) for mark in [*node.decorator_list, *node.bases]}
    if not marks & {"dataclass", "NamedTuple"}:
        return None
    own = [field for field in node.body if isinstance(field, ast.AnnAssign)]
    return sum(last_name(field.annotation) != "ClassVar" for field in own)


def accepted(tree: Tree, name: str) -> int:
    """Count what a user can give a class: its own arguments, and those ``**kwargs`` hands on."""
    total = 0
    for one in [name, *(base for base in tree.bases(name) if base in tree.classes)]:
        own = init(tree.classes[one])
        total += arguments(own) if own else 0
        if own and own.args.kwarg is None:
            break
    return total


def argument_docs(text: str) -> list[str]:
    """List the descriptions of arguments in a docstring, each as ``name: text`` in one line."""
    found: list[str] = []
    inside = False
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z]\w+:", line):
            inside = line in {"Args:", "Attributes:"}
        elif inside and re.match(r"    \w+( \(.*?\))?: ", line):
            found.append(line.strip())
        elif inside and line.startswith("      ") and found:
            found[-1] += " " + line.strip()
    return found


def repeated(tree: Tree) -> dict[str, int]:
    """Count the docstrings in which each description of an argument stands, where more than one."""
    nodes = [node for file in tree.files for node in (*file.functions, *file.classes)]
    counts = Counter(one for node in nodes for one in argument_docs(ast.get_docstring(node) or ""))
    return {text: number for text, number in counts.items() if number > 1}


def upward(tree: Tree) -> list[str]:
    """List the imports that tests/test_layering.py of the checkout does not allow."""
    unit = {file.module: file.unit for file in tree.files}
    level = {module: tree.levels[name] for module, name in unit.items() if name in tree.levels}
    pairs = [(a, b) for a, found in tree.imports.items() for b in sorted(found)]
    return [
        f"{a} -> {b}"
        for a, b in pairs
        if unit[a] != unit[b] and a in level and b in level
        if level[b] > level[a] or level[b] == level[a] > 0
    ]


def count(root: Path, data_set: str = "rafdb") -> Counts:
    """Count everything about the checkout in a folder."""
    tree = Tree(root)
    classes = tree.classes.items()
    inits = {name: arguments(own) for name, node in classes if (own := init(node))}
    plain = {name: found for name, node in classes if (found := fields(node)) is not None}
    data = tree.subclasses("LightningDataModule")
    modules = tree.subclasses("LightningModule")
    leaves = [name for name in modules if not any(name in tree.bases(m) for m in modules)]
    folders = Counter(f.path.parent.relative_to(root).as_posix() for f in tree.files)
    sizes = {file.module: len(file.text.splitlines()) for file in tree.files}
    rooms: Counter[str] = Counter()
    for file in tree.files:
        rooms[file.unit] += sizes[file.module]
    texts = repeated(tree)
    lines = {
        f: {"python": tree.lines(f, ".py"), "yaml": tree.lines(f, ".yaml", ".yml")} for f in FOLDERS
    }
    return {
        "files": spread(sizes.values()),
        "functions": spread(
            (node.end_lineno or 0) - node.lineno + 1 for f in tree.files for node in f.functions
        ),
        "constructors": spread(inits.values()) | {"worst": worst(largest(inits))},
        "dataclasses": spread(plain.values()) | {"worst": worst(largest(plain), 3)},
        "datamodules, own": spread(inits[name] for name in data if name in inits),
        "datamodules, accepted": spread(accepted(tree, name) for name in data),
        "bases": {short(m): [short(b) for b in tree.bases(m) if b in tree.classes] for m in leaves},
        "circles": circles(tree.imports),
        "upward": upward(tree),
        "repeated docs": {
            "texts": len(texts),
            "copies": sum(texts.values()) - len(texts),
            "worst": worst(texts, 3),
        },
        "data set": {"name": data_set, "files": tree.about(data_set)},
        "folders": spread(folders.values()) | {"worst": worst(folders, 3)},
        "rooms": spread(rooms.values())
        | {"share": round(max(rooms.values(), default=0) / max(rooms.total(), 1), 3)},
        "lines": lines | {"configs": {"yaml": tree.lines("configs", ".yaml", ".yml")}},
        "source": {
            kind: sum(found[kind] for found in lines.values()) for kind in ("python", "yaml")
        },
    }


def largest(values: dict[str, int]) -> dict[str, int]:
    """Name classes without their file; of two with one name, the larger counts."""
    return {short(name): value for name, value in sorted(values.items(), key=lambda p: p[1])}
