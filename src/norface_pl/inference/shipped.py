"""Writes both trained stages as a folder to be passed on: weights, options and a model card."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

from norface_pl import __version__
from norface_pl.inference.graphs import NAMES, Graph, write_graphs
from norface_pl.inference.model_card import model_card
from norface_pl.inference.trained import OPTIONS, Trained, of_a_fixed_picture
from norface_pl.io.files import staged_folder, write_atomic, write_json

CARD = "README.md"


def export_stages(trained: Trained, out: Path, half: bool = True) -> None:
    """Write what reading faces needs as safetensors, whole or not at all.

    Args:
        trained: both stages.
        out: folder; an earlier export is replaced.
        half: store numbers in 16 bits; they are computed with in 32 all the same.
    """
    # What they compute is told of the numbers that are stored.
    rounded = Trained(deepcopy(trained.normalizer), deepcopy(trained.classifier), trained.facts)
    contents = {}
    for name, module in (("normalizer", rounded.normalizer), ("classifier", rounded.classifier)):
        state = _stored(module.shipped_state(), half)
        module.load_shipped_state(state)
        contents[f"{name}.safetensors"] = save(state)
    stored = f"stored in {16 if half else 32} bits, computed with in 32"
    _write(rounded, "safetensors", contents, out, stored)


def export_graphs(trained: Trained, out: Path, kind: Graph) -> float:
    """Write normalizer, classifier and both in turn as graphs, whole or not at all.

    Returns:
        The largest difference between what a graph and its network return for some faces.

    Raises:
        NorfaceError: the stages cannot be exported so, or a graph computes something else.
    """
    contents, apart = write_graphs(trained.normalizer.network(), trained.classifier.network(), kind)
    stored = f"32 bits, graphs for {'onnxruntime' if kind == 'onnx' else 'torch.export.load'}"
    _write(trained, kind, contents, out, stored)
    return apart


def _write(
    trained: Trained, kind: str, contents: Mapping[str, bytes], out: Path, stored: str
) -> None:
    facts = {
        **trained.facts,
        "norface_version": __version__,
        "format": kind,
        "thresholds": trained.classifier.thresholds.tolist(),
        "expected": of_a_fixed_picture(trained.normalizer, trained.classifier),
    }
    with staged_folder(out, OPTIONS) as folder:
        for name, content in contents.items():
            write_atomic(folder / name, content)
        write_json(folder / OPTIONS, facts)
        card = model_card(facts, sum(map(len, contents.values())), stored)
        write_atomic(folder / CARD, card.encode())
    # Those of an earlier export in another format.
    for path in out.iterdir():
        if path.name not in {*contents, OPTIONS, CARD} and path.stem in NAMES:
            path.unlink()


def _stored(state: dict[str, Tensor], half: bool) -> dict[str, Tensor]:
    """Copies of weights, in 16 bits where none gets too large for them."""
    stored = {name: value.detach().cpu().clone().contiguous() for name, value in state.items()}
    if half:
        for name, value in stored.items():
            if value.is_floating_point() and value.half().isfinite().all():
                stored[name] = value.half()
    return stored
