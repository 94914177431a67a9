"""Reduces a checkpoint of stage 1 to its averaged generator in 16 bits, still a checkpoint."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from norface_pl.face_module import MODULE_KEY, OPTIONS_KEY, PEOPLE_KEY, VERSION_KEY, read_checkpoint
from norface_pl.normalizer import NormalizerModule
from norface_pl.normalizer.module import PSEUDO_LABELS

AVERAGED, TRAINED = "redrawer.averaged.module.", "generator."


def lean(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """Return what redrawing needs of a checkpoint of stage 1.

    Weights are in 16 bits where none gets too large for them. The trained generator becomes the
    averaged one, so that a file holds its numbers once; a training cannot go on from it.
    """
    kept = {name: checkpoint[name] for name in (MODULE_KEY, VERSION_KEY, OPTIONS_KEY)}
    kept |= {PEOPLE_KEY: checkpoint.get(PEOPLE_KEY), PSEUDO_LABELS: {}}
    state = {
        name: halved(value)
        for name, value in checkpoint["state_dict"].items()
        if not name.startswith((*NormalizerModule.training_only, TRAINED))
    }
    averaged = {name: value for name, value in state.items() if name.startswith(AVERAGED)}
    twins = {TRAINED + name.removeprefix(AVERAGED): value for name, value in averaged.items()}
    return {**kept, "state_dict": {**state, **twins}}


def halved(value: Tensor) -> Tensor:
    """Return floating-point numbers in 16 bits if all of them fit."""
    fits = value.is_floating_point() and bool(value.half().isfinite().all())
    return value.half() if fits else value


def write_lean(path: Path, out: Path) -> float:
    """Write the lean twin of a checkpoint, which loads like any other; return its size in MB.

    Raises:
        NorfaceError: there is no such checkpoint of stage 1.
    """
    torch.save(lean(read_checkpoint(path, NormalizerModule.__name__)), out)
    return out.stat().st_size / 1e6
