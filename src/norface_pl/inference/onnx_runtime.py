"""Both stages run by onnxruntime, from graphs that `norface export --format onnx` wrote."""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from norface_pl.errors import NorfaceError, told
from norface_pl.labels import by_task, in_one_list
from norface_pl.types import PICTURES, Inputs

Run = Callable[[Mapping[str, Tensor]], Tensor]
"""Takes batches by the name of a graph's inputs and returns its only output."""
_FOLDED = (
    "a graph hides its target face, which is needed here: give checkpoints, or stages that were "
    "exported with --format safetensors"
)


def require_onnx(packages: Sequence[str] = ("onnx", "onnxruntime", "onnxscript")) -> None:
    """Refuse where packages for ONNX are missing.

    Raises:
        NorfaceError: one is missing.
    """
    if missing := [name for name in packages if find_spec(name) is None]:
        raise NorfaceError(
            f"ONNX needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not "
            "installed: run `pip install 'norface-pl[export]'`"
        )


def open_onnx(content: bytes) -> Run:
    """Return the network of an .onnx file, run on the CPU with as many threads as torch takes.

    Raises:
        NorfaceError: onnxruntime is not installed.
        RuntimeError: the bytes are no network.
    """
    require_onnx(["onnxruntime"])
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def run(given: Mapping[str, Tensor]) -> Tensor:
        (found,) = session.run(None, {name: batch.numpy() for name, batch in given.items()})
        return torch.from_numpy(found)

    return run


class OnnxNormalizer:
    """Stage 1 as a graph; see `norface_pl.inference.stages.Normalizer`."""

    def __init__(self, run: Run, image_size: int) -> None:
        self.run, self.image_size = run, image_size

    def normalize(self, images: Tensor) -> Tensor:
        """Redraw aligned faces (B, 3, H, W) in [0, 1]; returns I_n of the same shape and range."""
        return self.run({"original": images})

    @property
    def target(self) -> Tensor:
        """Refuse: the target is folded into the graph."""
        raise NorfaceError(_FOLDED)

    def set_target(self, face: Tensor) -> None:
        """Refuse: the target is folded into the graph."""
        raise NorfaceError(_FOLDED)


class OnnxClassifier:
    """Stage 2 as a graph; see `norface_pl.inference.stages.Classifier`.

    Args:
        run: the graph.
        facts: what is known about it; see `norface_pl.inference.trained.Trained`.
    """

    def __init__(self, run: Run, facts: Mapping[str, Any]) -> None:
        options = facts["classifier"]["options"]
        self.run = run
        self.inputs: Inputs = options["inputs"]
        self.labels = by_task(options["task"], options["label_names"])
        self.label_names = in_one_list(self.labels)
        self.thresholds = torch.tensor(facts["thresholds"])

    def predict(self, image: Tensor | None, normalized: Tensor | None = None) -> Tensor:
        """Return a column (B, L) for each of ``label_names``; see `ClassifierModule.predict`."""
        pictures = {"original": image, "normalized": normalized}
        given = {name: batch for name, batch in pictures.items() if batch is not None}
        return self.run({name: given[name] for name in PICTURES[self.inputs]})


def load_onnx(folder: Path, facts: Mapping[str, Any]) -> tuple[OnnxNormalizer, OnnxClassifier]:
    """Load both stages of an exported folder.

    Raises:
        NorfaceError: onnxruntime is not installed, or a file is missing or damaged.
    """
    require_onnx(["onnxruntime"])
    first, second = (_open(folder / f"{name}.onnx") for name in ("normalizer", "classifier"))
    size = facts["normalizer"]["options"]["image_size"]
    return OnnxNormalizer(first, size), OnnxClassifier(second, facts)


def _open(path: Path) -> Run:
    with told("read", path):
        content = path.read_bytes()
    try:
        return open_onnx(content)
    except Exception as error:  # onnxruntime's own kinds, which have no common one
        raise NorfaceError(f"{path} is damaged; export the stages again") from error
