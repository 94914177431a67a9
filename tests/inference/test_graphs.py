"""Stages as ONNX and torch graphs: what is written, how far it is from eager, and who reads it."""

import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch

from norface_pl import Analyzer, ClassifierModule
from norface_pl.classifier.options import BackboneOptions, FusionOptions, HeadOptions
from norface_pl.commands.export import export
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module
from norface_pl.inference import graphs
from norface_pl.inference.stages import Stages
from norface_pl.inference.trained import load_exported
from norface_pl.normalizer import NormalizerModule
from norface_pl.normalizer.options import GeneratorOptions
from tests.helpers.analysis import FakeDetector
from tests.helpers.stages import ENCODER, LABELS, SIZE, tiny_normalizer, write_run

CPU = torch.device("cpu")
TASKS = ["au_detection", "au_intensity"]
NAMES = [f"{task}/{name}" for task in TASKS for name in LABELS]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Both stages of a run, small; the classifier reads two tasks and learned thresholds."""
    folder = tmp_path_factory.mktemp("run")
    with torch.no_grad():
        write_run(folder, small_classifier(), small_normalizer(), population="lfw")
    return folder


def small_normalizer():
    torch.manual_seed(1)
    options = GeneratorOptions(
        ENCODER, 1, "picture", 4, 2, (16, 8, 8), reader_channels=(8, 8), reader_features=8
    )
    module = NormalizerModule(SIZE, generator=options)
    stirred(module.redrawer.generator, 0.2)
    module.set_target(torch.rand(3, SIZE, SIZE))
    return module.eval()


def stirred(network, amount):
    """Moves weights of an untrained network, which returns the same for all faces."""
    for value in network.parameters():
        value.add_(amount * torch.randn_like(value))


def small_classifier():
    torch.manual_seed(2)
    fusion, head = FusionOptions("concat"), HeadOptions(alone=False)
    module = ClassifierModule(TASKS, NAMES, SIZE, "both", fusion=fusion, head=head, calibrate=True)
    stirred(module.net, 0.05)
    module.net.head[0].bias[3:] = 2.5  # amid the intensities from 0 to 5
    module.evaluator.calibration.threshold.copy_(torch.tensor([0.25, 0.375, 0.5]))
    return module.eval()


class Exported(NamedTuple):
    """An export and what was printed."""

    folder: Path
    said: str


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory):
    """The run's exports by their format, each over an earlier one of safetensors.

    They take most of a minute, so what needs them is slow.
    """
    found = {}
    for kind in ("onnx", "torch"):
        folder, said = tmp_path_factory.mktemp(kind), StringIO()
        export(folder, run)
        with redirect_stdout(said):
            export(folder, run, format=kind)
        found[kind] = Exported(folder, said.getvalue())
    return found


def faces(count=200):
    return graphs.some_faces(SIZE, count // 2)


def opened(folder, name, kind):
    return graphs.open_graph((folder / f"{name}{graphs.SUFFIX[kind]}").read_bytes(), kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["onnx", "torch"])
def test_graphs_equal_eager_on_200_faces(run, exported, kind):
    loaded = Stages.load(
        *(run / part / "best.ckpt" for part in ("normalizer", "classifier_both")), CPU
    )
    original = faces()
    redrawn = loaded.normalizer.normalize(original)
    values = loaded.classifier.predict(original, redrawn)
    assert values.std(dim=0).min() > 1e-2, "the faces tell nothing apart"
    normalizer, classifier, chain = (
        opened(exported[kind].folder, name, kind) for name in graphs.NAMES
    )
    for count in (200, 1):
        given = {"original": original[:count]}
        both = {**given, "normalized": redrawn[:count]}
        torch.testing.assert_close(normalizer(given), redrawn[:count], atol=1e-4, rtol=0)
        torch.testing.assert_close(classifier(both), values[:count], atol=1e-4, rtol=0)
        torch.testing.assert_close(chain(given), values[:count], atol=1e-4, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "suffix"), [("onnx", ".onnx"), ("torch", ".pt2")])
def test_a_folder_holds_three_graphs_the_options_and_a_card(exported, kind, suffix):
    names = {path.name for path in exported[kind].folder.iterdir()}
    assert names == {"README.md", "stages.json", *(name + suffix for name in graphs.NAMES)}
    facts = json.loads((exported[kind].folder / "stages.json").read_text(encoding="utf-8"))
    assert facts["format"] == kind
    assert facts["thresholds"] == [0.25, 0.375, 0.5, 0.5, 0.5, 0.5]
    card = (exported[kind].folder / "README.md").read_text(encoding="utf-8")
    assert "| AU4 | 0.375 |" in card
    assert "2 people of lfw" in card
    assert "32 bits, graphs for" in card
    assert "## Misuse" in card


@pytest.mark.slow
def test_graphs_hold_no_folder_of_whoever_exported_them(exported):
    places = [str(Path(module.__file__).parent).encode() for module in (torch, graphs)]
    for folder, _ in exported.values():
        for path in folder.iterdir():
            assert not any(place in path.read_bytes() for place in places), path


@pytest.mark.slow
def test_torch_graphs_run_without_this_package(exported):
    code = (
        "import sys, torch\n"
        f"chain = torch.export.load({str(exported['torch'].folder / 'chain.pt2')!r}).module()\n"
        f"print(tuple(chain(original=torch.zeros(3, 3, {SIZE}, {SIZE})).shape))\n"
        "assert not any(name.startswith('norface') for name in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert done.stdout == "(3, 6)\n"


@pytest.mark.slow
def test_the_largest_difference_is_printed(exported):
    for _, said in exported.values():
        apart = re.match(r"largest difference between a graph and its network: (\S+)\n", said)
        assert float(apart[1]) <= graphs.LIMIT


def test_a_graph_that_computes_something_else_is_refused(run, tmp_path, monkeypatch):
    normalizer = load_module(NormalizerModule, run / "normalizer" / "best.ckpt")

    def off(given):
        return normalizer.normalize(given["original"]) + 2e-4

    monkeypatch.setattr(graphs, "_content", lambda network, given, kind: None)
    monkeypatch.setattr(graphs, "open_graph", lambda content, kind: off)
    with pytest.raises(
        NorfaceError, match=r"exported normalizer differs .* up to 2.0e-04, .* more than 1e-04"
    ):
        export(tmp_path / "out", run, format="torch")
    assert not (tmp_path / "out").exists()


def test_a_graph_with_values_that_are_no_numbers_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr(graphs, "_content", lambda network, given, kind: None)

    def only_batches(given):
        return torch.full((1,), 0.0 if len(given["original"]) > 1 else torch.nan)

    monkeypatch.setattr(graphs, "LIMIT", 10.0)
    monkeypatch.setattr(graphs, "open_graph", lambda content, kind: only_batches)
    with pytest.raises(NorfaceError, match="differs from its network by up to nan"):
        export(tmp_path / "out", run, format="torch")


def test_a_network_that_becomes_no_graph_is_one_sentence(run, tmp_path, monkeypatch):
    def refuse(*_):
        raise RuntimeError("no graph\nfor a long reason")

    monkeypatch.setattr(graphs, "_content", refuse)
    with pytest.raises(NorfaceError, match=r"the normalizer does not become .* \(no graph\); exp"):
        export(tmp_path / "out", run, format="onnx")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
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
        Stages.load_exported(exported["onnx"].folder, CPU)


@pytest.mark.slow
def test_the_analyzer_runs_onnx_and_reads_the_same(run, exported, tmp_path, capsys):
    pictures = [np.full((SIZE, SIZE, 3), level, np.uint8) for level in (51, 102)]
    trained = Analyzer.from_run(run, FakeDetector(), "cpu")
    onnx = Analyzer.from_pretrained(exported["onnx"].folder, FakeDetector(), "cpu")
    assert onnx.columns == trained.columns
    assert onnx.thresholds == trained.thresholds == {"AU01": 0.25, "AU04": 0.375, "AU12": 0.5}
    # Where the processor has bf16, torch reads with it.
    pd.testing.assert_frame_equal(onnx(pictures), trained(pictures), atol=5e-2)
    onnx.save(pictures, tmp_path / "out")
    assert "networks run by onnxruntime " in capsys.readouterr().out


@pytest.mark.slow
def test_graphs_cannot_be_exported_again_and_torch_ones_not_analyzed_with(exported, tmp_path):
    for folder, _ in exported.values():
        with pytest.raises(NorfaceError, match="holds graphs .* and no weights; give"):
            export(tmp_path / "out", pretrained=folder)
        with pytest.raises(NorfaceError, match="holds graphs .* and no weights; give"):
            load_exported(folder)
    with pytest.raises(NorfaceError, match=r"holds graphs \(torch\)"):
        Stages.load_exported(exported["torch"].folder, CPU)


@pytest.mark.slow
def test_a_damaged_graph_is_one_sentence(exported, tmp_path):
    for path in exported["onnx"].folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "classifier.onnx").write_bytes(b"x" * 100)
    with pytest.raises(NorfaceError, match="classifier.onnx is damaged"):
        Stages.load_exported(tmp_path, CPU)
    (tmp_path / "classifier.onnx").unlink()
    with pytest.raises(NorfaceError, match="cannot read .*classifier.onnx"):
        Stages.load_exported(tmp_path, CPU)


def test_the_chain_shows_the_classifier_originals_and_redrawn_faces():
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


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["onnx", "torch"])
@pytest.mark.parametrize(
    ("backbone", "fusion", "head"),
    [
        ("test_byobnet", "moe", "ple"),
        ("test_vit", "attention", "soft"),
        ("conv_face", "mlp", "moe"),
        ("conv_face", "experts", "linear"),
    ],
)
def test_other_networks_become_graphs(kind, backbone, fusion, head):
    """Mixtures of experts, one backbone for both pictures, and codes read from tokens."""
    torch.manual_seed(2)
    classifier = ClassifierModule(
        "expression",
        ["neutral", "happiness"],
        SIZE,
        "both",
        BackboneOptions(backbone, separate=fusion != "attention"),
        FusionOptions(fusion, 2, 8),
        HeadOptions(head, 2, 8),
    ).eval()
    contents, apart = graphs.write_graphs(tiny_normalizer().network(), classifier.network(), kind)
    assert len(contents) == 3
    assert apart <= 1e-4
