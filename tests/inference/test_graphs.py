"""Stages as ONNX and torch graphs: what is written, how far it is from eager, and who reads it."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from norface_pl import Analyzer
from norface_pl.commands.export import export
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module
from norface_pl.inference import graphs
from norface_pl.inference.onnx_runtime import open_onnx
from norface_pl.inference.stages import Stages
from norface_pl.inference.trained import load_exported
from norface_pl.normalizer import NormalizerModule
from tests.helpers.analysis import FakeDetector
from tests.helpers.stages import LABELS, SIZE, tiny_classifier, tiny_normalizer, write_run

CPU = torch.device("cpu")
TASKS = ["au_detection", "au_intensity"]
NAMES = [f"{task}/{name}" for task in TASKS for name in LABELS]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Both stages of a run; the classifier reads two tasks and learned thresholds."""
    folder = tmp_path_factory.mktemp("run")
    with torch.no_grad():
        write_run(folder, tiny_classifier(TASKS, NAMES, calibrate=True), population="lfw")
    return folder


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory):
    """Folders of the run's export by their format, and what was printed last."""
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in ("onnx", "torch")}
    for kind, folder in folders.items():
        export(folder, run, format=kind)
    return folders


def faces(count=200):
    return graphs.some_faces(SIZE, count // 2)


def opened(folder, name):
    """The function of a graph that maps pictures by their name to its output."""
    path = next(folder.glob(f"{name}.*"))
    if path.suffix == ".onnx":
        return open_onnx(path.read_bytes())
    module = torch.export.load(path).module()
    return lambda given: module(**given)


@pytest.mark.parametrize("kind", ["onnx", "torch"])
def test_graphs_equal_eager_on_200_faces(run, exported, kind):
    loaded = Stages.load(
        *(run / part / "best.ckpt" for part in ("normalizer", "classifier_both")), CPU
    )
    original = faces()
    redrawn = loaded.normalizer.normalize(original)
    values = loaded.classifier.predict(original, redrawn)
    assert values.std(dim=0).min() > 1e-3, "the faces tell nothing apart"
    normalizer, classifier, chain = (opened(exported[kind], name) for name in graphs.NAMES)
    for count in (200, 1):
        given = {"original": original[:count]}
        both = {**given, "normalized": redrawn[:count]}
        torch.testing.assert_close(normalizer(given), redrawn[:count], atol=1e-4, rtol=0)
        torch.testing.assert_close(classifier(both), values[:count], atol=1e-4, rtol=0)
        torch.testing.assert_close(chain(given), values[:count], atol=1e-4, rtol=0)


@pytest.mark.parametrize(("kind", "suffix"), [("onnx", ".onnx"), ("torch", ".pt2")])
def test_a_folder_holds_three_graphs_the_options_and_a_card(exported, kind, suffix):
    names = {path.name for path in exported[kind].iterdir()}
    assert names == {"README.md", "stages.json", *(name + suffix for name in graphs.NAMES)}
    facts = json.loads((exported[kind] / "stages.json").read_text(encoding="utf-8"))
    assert facts["format"] == kind
    assert facts["thresholds"] == [0.25, 0.375, 0.5, 0.5, 0.5, 0.5]
    card = (exported[kind] / "README.md").read_text(encoding="utf-8")
    assert "| AU4 | 0.375 |" in card
    assert "2 people of lfw" in card
    assert "32 bits, graphs for" in card
    assert "## Misuse" in card


def test_graphs_hold_no_folder_of_whoever_exported_them(exported):
    for folder in exported.values():
        for path in folder.iterdir():
            assert b".py" not in path.read_bytes().replace(b".pytorch", b""), path


def test_torch_graphs_run_without_this_package(exported):
    code = (
        "import sys, torch\n"
        f"chain = torch.export.load({str(exported['torch'] / 'chain.pt2')!r}).module()\n"
        f"print(tuple(chain(original=torch.zeros(3, 3, {SIZE}, {SIZE})).shape))\n"
        "assert not any(name.startswith('norface') for name in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert done.stdout == "(3, 6)\n"


def test_the_largest_difference_is_printed_and_an_earlier_format_goes(run, tmp_path, capsys):
    export(tmp_path, run)
    export(tmp_path, run, format="torch")
    said = capsys.readouterr().out
    assert "largest difference between a graph and its network: " in said
    assert float(said.split("its network: ")[1].split()[0]) <= graphs.LIMIT
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".md", *[".pt2"] * 3]


def test_a_graph_that_computes_something_else_is_refused(run, tmp_path, monkeypatch):
    normalizer = load_module(NormalizerModule, run / "normalizer" / "best.ckpt")

    def off(given):
        return normalizer.normalize(given["original"]) + 2e-4

    monkeypatch.setattr(graphs, "_content", lambda network, given, kind: None)
    monkeypatch.setattr(graphs, "_open_torch", lambda content: off)
    with pytest.raises(
        NorfaceError, match=r"exported normalizer differs .* up to 2.0e-04, .* more than 1e-04"
    ):
        export(tmp_path / "out", run, format="torch")
    assert not (tmp_path / "out").exists()


def test_a_graph_with_values_that_are_no_numbers_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr(graphs, "_content", lambda network, given, kind: None)
    nothing = torch.full((1,), torch.nan)
    monkeypatch.setattr(graphs, "_open_torch", lambda _: lambda given: nothing)
    with pytest.raises(NorfaceError, match="differs from its network by up to nan"):
        export(tmp_path / "out", run, format="torch")


def test_a_network_that_becomes_no_graph_is_one_sentence(run, tmp_path, monkeypatch):
    def refuse(*_):
        raise RuntimeError("no graph\nfor a long reason")

    monkeypatch.setattr(graphs, "_content", refuse)
    with pytest.raises(NorfaceError, match=r"the normalizer does not become .* \(no graph\); exp"):
        export(tmp_path / "out", run, format="onnx")
    assert not (tmp_path / "out").exists()


def test_missing_packages_are_one_sentence(run, exported, tmp_path, monkeypatch):
    present = {"onnx"}
    monkeypatch.setattr(
        "norface_pl.inference.onnx_runtime.find_spec",
        lambda name: name if name in present else None,
    )
    with pytest.raises(
        NorfaceError,
        match=r"onnxruntime and onnxscript, which are not .*pip install 'norface-pl\[export\]'",
    ):
        export(tmp_path / "out", run, format="onnx")
    with pytest.raises(NorfaceError, match=r"onnxruntime, which is not .*norface-pl\[export\]"):
        Stages.load_exported(exported["onnx"], CPU)


def test_the_analyzer_runs_onnx_and_reads_the_same(run, exported, tmp_path, capsys):
    pictures = [np.full((SIZE, SIZE, 3), level, np.uint8) for level in (51, 102)]
    trained = Analyzer.from_run(run, FakeDetector(), "cpu")
    onnx = Analyzer.from_pretrained(exported["onnx"], FakeDetector(), "cpu")
    assert onnx.columns == trained.columns
    assert onnx.thresholds == trained.thresholds == {"AU01": 0.25, "AU04": 0.375, "AU12": 0.5}
    # Where the processor has bf16, torch reads with it.
    pd.testing.assert_frame_equal(onnx(pictures), trained(pictures), atol=5e-2)
    onnx.save(pictures, tmp_path / "out")
    assert "networks run by onnxruntime " in capsys.readouterr().out


def test_graphs_cannot_be_exported_again_and_torch_ones_not_analyzed_with(exported, tmp_path):
    for folder in exported.values():
        with pytest.raises(NorfaceError, match="holds graphs .* and no weights; give"):
            export(tmp_path / "out", pretrained=folder)
        with pytest.raises(NorfaceError, match="holds graphs .* and no weights; give"):
            load_exported(folder)
    with pytest.raises(NorfaceError, match=r"holds graphs \(torch\)"):
        Stages.load_exported(exported["torch"], CPU)


def test_a_damaged_graph_is_one_sentence(exported, tmp_path):
    for path in exported["onnx"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "classifier.onnx").write_bytes(b"x" * 100)
    with pytest.raises(NorfaceError, match="classifier.onnx is damaged"):
        Stages.load_exported(tmp_path, CPU)
    (tmp_path / "classifier.onnx").unlink()
    with pytest.raises(NorfaceError, match="cannot read .*classifier.onnx"):
        Stages.load_exported(tmp_path, CPU)


def test_the_chain_reads_what_the_classifier_is_for():
    """A classifier of redrawn faces alone gets nothing else."""
    normalizer = tiny_normalizer().network()
    seen = []

    class Reader(torch.nn.Module):
        def forward(self, original, normalized):
            seen.append((original, normalized))
            return original

    original = faces(2)
    graphs.Chain(normalizer, Reader())(original)
    assert torch.equal(seen[0][0], original)
    assert torch.equal(seen[0][1], normalizer(original))
