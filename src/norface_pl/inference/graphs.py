"""Networks as graphs that run without this package: ONNX, or programs of torch.export."""

import warnings
from collections.abc import Mapping
from io import BytesIO
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from norface_pl.classifier.plain import PlainClassifier
from norface_pl.drawn.sampler import FaceSampler
from norface_pl.errors import NorfaceError
from norface_pl.inference.onnx_runtime import Run, open_onnx, require_onnx
from norface_pl.io.tensors import to_batch
from norface_pl.normalizer.plain import PlainNormalizer
from norface_pl.types import PICTURES

Graph = Literal["onnx", "torch"]
NAMES = ("normalizer", "classifier", "chain")
"""What is written: each stage, and both in turn."""
SUFFIX: dict[Graph, str] = {"onnx": ".onnx", "torch": ".pt2"}
LIMIT = 1e-4
"""Largest difference between what a graph and its network return; intensities go up to 5."""


class Chain(nn.Module):
    """Both stages in turn: aligned faces to what is read from them.

    Args:
        normalizer: stage 1.
        classifier: stage 2.
    """

    def __init__(self, normalizer: PlainNormalizer, classifier: PlainClassifier) -> None:
        super().__init__()
        self.normalizer, self.classifier = normalizer, classifier
        self.eval()

    def forward(self, original: Tensor) -> Tensor:
        """Map aligned faces (B, 3, H, W) in [0, 1] to a column (B, L) for each label."""
        values: Tensor = self.classifier(original, self.normalizer(original))
        return values


class Part(NamedTuple):
    """What becomes a graph.

    Attributes:
        name: of the graph; see `NAMES`.
        network: that is traced.
        inputs: names of the pictures that it reads: ``original``, ``normalized``.
    """

    name: str
    network: nn.Module
    inputs: tuple[str, ...]


def parts(normalizer: PlainNormalizer, classifier: PlainClassifier) -> list[Part]:
    """Return both stages and the chain of them."""
    networks = (normalizer, classifier, Chain(normalizer, classifier))
    inputs = (("original",), PICTURES[classifier.inputs], ("original",))
    return [Part(*each) for each in zip(NAMES, networks, inputs, strict=True)]


@torch.no_grad()
def write_graphs(
    normalizer: PlainNormalizer, classifier: PlainClassifier, kind: Graph
) -> tuple[dict[str, bytes], float]:
    """Return files by their name, and by how much they differ from the networks at most.

    Raises:
        NorfaceError: packages are missing, a network does not become a graph, or one that
            computes something else.
    """
    if kind == "onnx":
        require_onnx()
    faces = some_faces(normalizer.image_size)
    pictures = {"original": faces, "normalized": normalizer(faces)}
    contents, differences = dict[str, bytes](), [0.0]
    for name, network, inputs in parts(normalizer, classifier):
        given = {each: pictures[each] for each in inputs}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                content = _content(network, given, kind)
                run = open_graph(content, kind)
        except Exception as error:
            reason = str(error).strip().partition("\n")[0]
            raise NorfaceError(
                f"the {name} does not become a graph for {kind} ({reason}); export it with "
                "--format safetensors, or train another backbone"
            ) from error
        apart = difference(network, run, given)
        if not apart <= LIMIT:
            raise NorfaceError(
                f"the exported {name} differs from its network by up to {apart:.1e}, which is more "
                f"than {LIMIT:.0e}; nothing was written, export it with --format safetensors"
            )
        contents[name + SUFFIX[kind]] = content
        differences.append(apart)
    return contents, max(differences)


def some_faces(size: int, count: int = 4) -> Tensor:
    """Return drawn faces and as many pictures of noise, (2 * count, 3, size, size) in [0, 1]."""
    sampler = FaceSampler(image_size=size)
    faces = to_batch([sampler.draw(subject, 0, 0).image for subject in range(count)])
    noise = torch.rand(faces.shape, generator=torch.Generator().manual_seed(0))
    return torch.cat([faces, noise])


def difference(network: nn.Module, run: Run, given: Mapping[str, Tensor]) -> float:
    """Return by how much a graph differs from its network at most, in a batch and one by one."""
    expected = network(**given)
    single = {name: batch[:1] for name, batch in given.items()}
    found = [(run(given), expected), (run(single), expected[:1])]
    # NumPy's maximum of NaN is NaN.
    return float(np.max([np.abs((one - other).numpy()).max() for one, other in found]))


def _content(network: nn.Module, given: Mapping[str, Tensor], kind: Graph) -> bytes:
    # What does not depend on the faces is computed now: the target becomes a constant.
    network(**given)
    batch = Dim("batch")
    shapes = {name: {0: batch} for name in given}
    program = torch.export.export(network, (), dict(given), dynamic_shapes=shapes)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # names folders of whoever exports
    if kind == "onnx":
        return _onnx(program, list(given))
    file = BytesIO()
    torch.export.save(program, file)
    return file.getvalue()


def _onnx(program: ExportedProgram, names: list[str]) -> bytes:
    shapes = {name: {0: "batch"} for name in names}
    exported = torch.onnx.export(
        program, dynamo=True, verbose=False, dynamic_shapes=shapes, output_names=["output"]
    )
    assert exported is not None
    model = exported.model_proto
    for node in model.graph.node:
        node.ClearField("metadata_props")  # as above
    content: bytes = model.SerializeToString()
    return content


def open_graph(content: bytes, kind: Graph) -> Run:
    """Return what a graph computes."""
    if kind == "onnx":
        return open_onnx(content)
    module = torch.export.load(BytesIO(content)).module()

    def run(given: Mapping[str, Tensor]) -> Tensor:
        found: Tensor = module(**given)
        return found

    return run
