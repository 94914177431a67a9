"""`make house`: exact counts of a made-up checkout, and the page that shows two of them."""

import json

import pytest

from experiments import house
from experiments.house_counts import argument_docs, count, spread
from experiments.house_tree import circles

FILES = {
    "src/norface_pl/__init__.py": '"""A house."""\n',
    "src/norface_pl/types.py": """\
        from dataclasses import dataclass
        from typing import ClassVar

        @dataclass
        class Options:
            kind: ClassVar[str]
            a: int
            b: int = 2
        """,
    "src/norface_pl/nn/__init__.py": "from .layer import Layer\n",
    "src/norface_pl/nn/layer.py": """\
        from norface_pl.types import Options

        class Layer:
            def __init__(self, a, *, b, **kwargs):
                pass

            def forward(self, faces):
                def inner():
                    return faces
                return inner()
        """,
    "src/norface_pl/nn/up.py": """\
        from importlib.util import find_spec

        def look():
            from norface_pl.nn import down
            return find_spec("norface_pl.task")
        """,
    "src/norface_pl/nn/down.py": "import norface_pl.nn.up\n",
    "src/norface_pl/task.py": """\
        from lightning import LightningModule
        from norface_pl.nn import Layer

        class Base(LightningModule):
            def __init__(self, one, two, three):
                pass

        class Task(Base, Layer):
            pass
        """,
    "src/norface_pl/published/rafdb.yaml": "people: 1\nfaces: 2\n",
    "datamodules/__init__.py": "from .rafdb import RAFDBDataModule\n",
    "datamodules/base.py": '''\
        from lightning import LightningDataModule

        class Folds(LightningDataModule):
            """Splits.

            Args:
                fold: which one.
                side: of a face,
                    in pixels.
            """

            def __init__(self, fold, side):
                pass
        ''',
    "datamodules/rafdb.py": '''\
        from .base import Folds

        class RAFDBDataModule(Folds):
            """Faces.

            Args:
                root: folder.
                side: of a face, in pixels.
            """

            def __init__(self, root, **kwargs):
                super().__init__(**kwargs)
        ''',
    "benchmarks/bench.py": "1\n2\n",
    "configs/data/rafdb.yaml": "root: x\n",
    "tests/datamodules/test_rafdb.py": "3\n",
    "tests/datamodules/test_other.py": "rafdb = 1\n",
    "tests/test_layering.py": (
        'LAYERS = [{"__init__", "types"}, {"nn"}, {"task", "datamodules"}]\n'
    ),
    "README.md": "| `rafdb` |\n",
}


def lines(text):
    """Without the indentation that the texts above have for the sake of reading."""
    return "\n".join(line.removeprefix(" " * 8) for line in text.split("\n"))


@pytest.fixture
def checkout(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(lines(text), encoding="utf-8")
    return tmp_path / "checkout"


@pytest.fixture
def counts(checkout):
    return count(checkout)


def test_lines_of_files_and_functions(counts):
    assert counts["files"] == {"number": 10, "median": 6.5, "p90": 12, "max": 13}
    # look 3, Layer.__init__ 2, forward 4, inner 2, Base.__init__ 2, Folds 2, RAFDB 2.
    assert counts["functions"] == {"number": 7, "median": 2, "p90": 4, "max": 4}
    assert counts["folders"]["worst"] == [
        ["src/norface_pl/nn", 4],
        ["datamodules", 3],
        ["src/norface_pl", 3],
    ]
    assert counts["lines"] == {
        "src": {"python": 35, "yaml": 2},
        "datamodules": {"python": 26, "yaml": 0},
        "experiments": {"python": 0, "yaml": 0},
        "benchmarks": {"python": 2, "yaml": 0},
        "configs": {"yaml": 1},
    }
    assert counts["source"] == {"python": 63, "yaml": 2}


def test_arguments_without_self_and_without_stars(counts):
    worst = [["Base", 3], ["Folds", 2], ["Layer", 2], ["RAFDBDataModule", 1]]
    assert counts["constructors"] == {"number": 4, "median": 2, "p90": 3, "max": 3, "worst": worst}
    assert counts["dataclasses"]["worst"] == [["Options", 2]]
    assert counts["datamodules, own"] == {"number": 2, "median": 1.5, "p90": 2, "max": 2}
    # What **kwargs hands on to the base counts for the user.
    assert counts["datamodules, accepted"] == {"number": 2, "median": 2.5, "p90": 3, "max": 3}


def test_own_bases_of_what_is_trained(counts):
    assert counts["bases"] == {"Task": ["Base", "Layer"]}


def test_imports(counts):
    assert counts["circles"] == [["norface_pl.nn.down", "norface_pl.nn.up"]]
    assert counts["upward"] == ["norface_pl.nn.up -> norface_pl.task"]


def test_docs_of_arguments_that_stand_twice(counts):
    assert counts["repeated docs"] == {
        "texts": 1,
        "copies": 1,
        "worst": [["side: of a face, in pixels.", 2]],
    }


def test_files_of_a_data_set(counts):
    assert counts["data set"]["files"] == [
        "src/norface_pl/published/rafdb.yaml",
        "datamodules/__init__.py",
        "datamodules/rafdb.py",
        "configs/data/rafdb.yaml",
        "tests/datamodules/test_rafdb.py",
        "README.md",
    ]


def test_docs_end_with_their_section():
    text = "One.\n\nArgs:\n    a: first\n        line.\n    b (int): two.\n\nReturns:\n    c: no.\n"
    assert argument_docs(text) == ["a: first line.", "b (int): two."]


def test_a_circle_is_found_once_and_a_chain_is_none():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_percentiles_are_values_that_occur():
    assert spread(range(1, 11)) == {"number": 10, "median": 5.5, "p90": 9, "max": 10}
    assert spread([]) == {"number": 1, "median": 0, "p90": 0, "max": 0}


def test_json_and_table(checkout, capsys):
    house.main(["--root", str(checkout), "--json"])
    assert json.loads(capsys.readouterr().out)["now"] == count(checkout)
    house.main(["--root", str(checkout)])
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "|  | now |"
    assert "| own bases above Task | 2 -> Base -> Layer |" in table
    assert "| imports that run upward | 1: norface_pl.nn.up -> norface_pl.task |" in table


def test_before_and_now_stand_side_by_side_and_other_text_stays(checkout, tmp_path, capsys):
    page = tmp_path / "house.md"
    page.write_text(f"above\n{house.BEGIN}\nold\n{house.END}\nbelow\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    house.main(["--before", str(tmp_path / "empty"), "--root", str(checkout), "--page", str(page)])
    text = page.read_text(encoding="utf-8")
    assert text == f"above\n{house.BEGIN}\n{capsys.readouterr().out}{house.END}\nbelow\n"
    assert "| lines a file, median / p90 / max | 0 / 0 / 0 | 6.5 / 12 / 13 |" in text
    assert "| own bases above Task | – | 2 -> Base -> Layer |" in text
