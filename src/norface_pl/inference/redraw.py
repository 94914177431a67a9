"""Fills the caches that stage 2 reads: redrawn pictures, and oracle pictures for comparison."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from norface_pl.data.cache import CacheKey, CacheWriter, NormalizedCache
from norface_pl.data.dataset import FaceDataset, as_batch
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module
from norface_pl.faces.target import read_target
from norface_pl.inference.lists import in_lists
from norface_pl.inference.stages import cache_key, choose_device
from norface_pl.io.background import BackgroundWriter
from norface_pl.io.tensors import to_batch, to_pictures
from norface_pl.normalizer import NormalizerModule
from norface_pl.precision import autocast
from norface_pl.progress import track
from norface_pl.types import FaceBatch

# Kept in the manifest beside the key.
COLUMNS = ("subject", "clip", "frame")

TOGETHER = 4
"""Batches of a training that are redrawn at once: without gradients they take no more memory."""


def cache_normalized(
    datamodule: FaceDataModule,
    checkpoint: Path,
    folder: Path,
    device: str = "auto",
    overwrite: bool = False,
    target: Path | None = None,
    relative: bool = False,
) -> None:
    """Redraws every labelled picture of a data set with a normalizer.

    Faces are redrawn as the target of the training, or as the aligned face ``target``.
    ``overwrite`` replaces the cache of another normalizer, target or data set. With ``relative``,
    what the person's redrawn neutral face shows beyond the target is taken off.

    Raises:
        NorfaceError: the checkpoint is no normalizer's or of another size, or the folder holds
            another cache, or the target is no aligned face.
    """
    where = choose_device(device)
    normalizer = load_module(NormalizerModule, checkpoint).to(where)
    if normalizer.image_size != datamodule.image_size:
        raise NorfaceError(
            f"the normalizer {checkpoint} draws {normalizer.image_size} pixels, the data set has "
            f"{datamodule.image_size}: train one for that size or set --data.image_size"
        )
    if target is not None:
        normalizer.set_target(to_batch([read_target(target, normalizer.image_size)])[0])
    key = cache_key(checkpoint, normalizer, datamodule.fingerprint())
    if relative:
        key = replace(key, normalizer=f"relative {key.normalizer}")

    def drawn(pictures: Tensor) -> Tensor:
        with autocast(where):
            images: Tensor = normalizer.normalize(pictures.to(where).float() / 255)
        return images

    def redraw(batch: FaceBatch) -> Tensor:
        images = drawn(batch["image"])
        return images - drawn(batch["neutral"]) + normalizer.target if relative else images

    _fill(CacheWriter(folder, key, overwrite), datamodule, redraw)


def cache_oracle(datamodule: FaceDataModule, folder: Path) -> None:
    """Draws the true normalized face of every labelled picture; for comparison only.

    Raises:
        NorfaceError: the folder holds another cache.
    """
    _copy("oracle", datamodule, folder, "oracle")


def cache_originals(datamodule: FaceDataModule, folder: Path) -> None:
    """Copies every labelled picture: I_n is I_o, so that a second input says nothing new.

    Raises:
        NorfaceError: the folder holds another cache.
    """
    _copy("original", datamodule, folder, "image")


def cache_neutral(datamodule: FaceDataModule, folder: Path) -> None:
    """Copies the person's neutral face beside every labelled picture: it takes the place of I_n.

    Raises:
        NorfaceError: the folder holds another cache.
    """
    _copy("neutral", datamodule, folder, "neutral")


def _copy(
    kind: str,
    datamodule: FaceDataModule,
    folder: Path,
    source: Literal["oracle", "image", "neutral"],
) -> None:
    writer = CacheWriter(folder, CacheKey(kind, kind, datamodule.fingerprint()))
    _fill(writer, datamodule, lambda batch: batch[source].float() / 255, source == "oracle")


def cache_exchanged(
    datamodule: FaceDataModule, normalized: Path, folder: Path, seed: int = 0
) -> None:
    """Gives every labelled picture the redrawn face of a random other one of its split.

    Raises:
        NorfaceError: there is no such cache ``normalized``, or the folder holds another one.
    """
    cache = NormalizedCache.open(normalized, datamodule.image_size)
    random, other = np.random.default_rng(seed), dict[str, str]()
    for split in datamodule.labelled_splits:
        # Each takes the next one's in a random circle, so that nobody keeps their own.
        circle = random.permutation(datamodule.dataset(split).keys).tolist()
        other |= dict(zip(circle, [*circle[1:], *circle[:1]], strict=True))
    writer = CacheWriter(folder, replace(cache.key, normalizer=f"exchanged {cache.key.normalizer}"))
    _fill(
        writer,
        datamodule,
        lambda batch: to_batch(list(cache.load_all([other[key] for key in batch["key"]]))),
    )


def _fill(
    writer: CacheWriter,
    datamodule: FaceDataModule,
    redraw: Callable[[FaceBatch], Tensor],
    oracle: bool = False,
) -> None:
    """Writes what ``redraw`` makes of each sample, but for pictures that lie there already."""
    faces = [datamodule.dataset(split, oracle=oracle) for split in datamodule.labelled_splits]
    loaders = [_missing(part, writer, datamodule) for part in faces]
    steps = sum(map(len, loaders))
    batches = (batch for loader in loaders for batch in loader)
    with BackgroundWriter(writer.add) as background, torch.inference_mode():
        for batch in track(batches, writer.folder.name, steps, whole=True):
            background.add(batch["key"], list(to_pictures(redraw(batch))))
    writer.finish(pd.concat([_rows(part) for part in faces], ignore_index=True))


def _missing(
    faces: FaceDataset, writer: CacheWriter, datamodule: FaceDataModule
) -> "DataLoader[FaceBatch]":
    """Returns a loader of the samples that have no picture yet, in their order."""
    missing = set(writer.missing(faces.keys))
    indices = (index for index, key in enumerate(faces.keys) if key in missing)
    batches = list(in_lists(indices, TOGETHER * datamodule.batch_size))
    workers = datamodule.num_workers
    return DataLoader(faces, batch_sampler=batches, num_workers=workers, collate_fn=as_batch)


def _rows(faces: FaceDataset) -> pd.DataFrame:
    return pd.DataFrame({"key": faces.keys} | {c: faces.columns[c].numpy() for c in COLUMNS})
