"""The worked example of CONTRIBUTING.md, done to a copy of the package as it is written there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.faces import write_face
from tests.helpers.tiny import QUICK

ROOT = Path(__file__).parents[1]
# Where the folders of a clone lie in an installed package.
PLACES = {"src/norface_pl": "", "datamodules": "datamodules", "configs": "configs"}
BLOCK = re.compile(r"^```(?:python|yaml)\n# (\S+\.(?:py|yaml))(.*?)\n(.*?)^```$", re.M | re.S)


def blocks():
    """Path, remark and text of each block that names a file."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text[text.index("## A new data set") : text.index("## Style")]
    return BLOCK.findall(section)


def gain(path, added):
    """Adds imports behind the imports of a file, and entries at the end of its list or dict."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in added.splitlines():
        if line.startswith("from "):
            place = max(n for n, old in enumerate(lines) if old.startswith("from ")) + 1
        else:
            place = next(n for n, old in enumerate(lines) if old in ("]", "}"))
        lines.insert(place, line)
    path.write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A folder with the package as it is installed, and the five files of the example."""
    site = tmp_path_factory.mktemp("site")
    for folder, inside in PLACES.items():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, site / "norface_pl" / inside, ignore=ignored)
    for name, remark, text in blocks():
        folder = next(folder for folder in PLACES if name.startswith(folder))
        path = site / "norface_pl" / PLACES[folder] / Path(name).relative_to(folder)
        if "gains" in remark:
            gain(path, text)
        else:
            assert not path.exists()
            path.write_text(text, encoding="utf-8")
    return site


def norface(package, folder, *args):
    command = [sys.executable, "-m", "norface_pl", *map(str, args)]
    environment = os.environ | {"PYTHONPATH": str(package)}
    return subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )


def write_smiles(root):
    """Sixteen faces of two expressions in two parts."""
    rows = [
        {
            "file": f"{number:02d}.png",
            "part": "test" if number % 8 < 2 else "train",
            "expression": "neutral" if number % 2 else "happiness",
        }
        for number in range(16)
    ]
    for seed, row in enumerate(rows):
        write_face(root / row["file"], seed, 32)
    pd.DataFrame(rows).to_csv(root / "labels.csv", index=False)


def test_the_example_touches_five_files():
    assert [name for name, _, _ in blocks()] == [
        "src/norface_pl/sources/smiles.py",
        "src/norface_pl/sources/__init__.py",
        "datamodules/smiles.py",
        "datamodules/__init__.py",
        "configs/data/smiles.yaml",
    ]


def test_a_wrong_root_is_one_sentence(package, tmp_path):
    done = norface(package, tmp_path, "prepare", "smiles", f"--root={tmp_path}", "--out=out")
    assert done.returncode == 2
    assert done.stderr.startswith("norface: error: ")
    assert "labels.csv" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_the_example_is_prepared_and_trains(package, tmp_path):
    write_smiles(tmp_path / "raw")
    out = ["--out=data/smiles", "--detector=none", "--size=32", "--device=cpu"]
    done = norface(package, tmp_path, "prepare", "smiles", "--root=raw", *out)
    assert done.returncode == 0, done.stderr
    assert len(pd.read_parquet(tmp_path / "data/smiles/manifest.parquet")) == 16
    own = ["--data.image_size=32", "--data.batch_size=4", "--data.num_workers=0"]
    stage = ["--config", "classifier/expression", "--data", "smiles", *own]
    done = norface(package, tmp_path, "fit", *stage, "--model.inputs=original", *QUICK)
    assert done.returncode == 0, done.stderr
    # One of each expression in training chooses checkpoints instead.
    assert "smiles train: 10 faces" in done.stdout + done.stderr
    assert "smiles val: 2 faces" in done.stdout + done.stderr
    assert "smiles test: 4 faces" in done.stdout + done.stderr
