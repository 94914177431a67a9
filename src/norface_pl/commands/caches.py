"""Fills the caches that stage 2 reads: redrawn pictures, and oracle pictures for comparison."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor
from torch.utils.data import DataLoader

from norface_pl.data.cache import CacheKey, CacheWriter
from norface_pl.data.files import sha256_file
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.modules import NormalizerModule
from norface_pl.modules.base import load_module
from norface_pl.types import FaceBatch

# Kept in the manifest beside the key.
COLUMNS = ("subject", "clip", "frame")


def cache_normalized(datamodule: FaceDataModule, checkpoint: Path, folder: Path) -> None:
    """Redraws every labelled picture of a data set with a normalizer, on a GPU if there is one."""
    normalizer = load_module(NormalizerModule, checkpoint).to(_device())
    target = hashlib.sha256(normalizer.target.cpu().numpy().tobytes()).hexdigest()
    key = CacheKey(sha256_file(checkpoint), target, datamodule.fingerprint())
    datamodule.setup("predict")
    loader = datamodule.predict_dataloader()
    fill(CacheWriter(folder, key), datamodule, loader, lambda b: normalizer.normalize(b["image"]))


def cache_oracle(datamodule: FaceDataModule, folder: Path) -> None:
    """Draws the true normalized face of every labelled picture; for evaluation only."""
    key = CacheKey("oracle", "oracle", datamodule.fingerprint())
    loader = datamodule.oracle_dataloader()
    fill(CacheWriter(folder, key), datamodule, loader, lambda batch: batch["oracle"])


def fill(
    writer: CacheWriter,
    datamodule: FaceDataModule,
    loader: "DataLoader[FaceBatch]",
    redraw: Callable[[FaceBatch], Tensor],
) -> None:
    """Writes the picture of each sample of a loader, but for those that an earlier run wrote.

    Args:
        writer: Of the cache folder.
        datamodule: Its hooks bring a batch to the device and into [0, 1].
        loader: All samples, in one order.
        redraw: Turns a batch into pictures (B, 3, H, W) in [0, 1].
    """
    device = _device()
    rows: list[pd.DataFrame] = []
    resuming = True
    with ThreadPoolExecutor(2) as pool:
        for batch in track(loader, description=writer.folder.name):
            keys = batch["key"]
            rows.append(pd.DataFrame({"key": keys} | {c: batch[c].numpy() for c in COLUMNS}))
            missing = set(writer.missing(keys)) if resuming else set(keys)
            # Pictures are written in order, so nothing is left of what comes after a gap.
            resuming = len(missing) < len(keys)
            if missing:
                batch = datamodule.transfer_batch_to_device(batch, device, 0)
                pictures = _bytes(redraw(datamodule.on_after_batch_transfer(batch, 0)))
                pairs = [pair for pair in zip(keys, pictures, strict=True) if pair[0] in missing]
                list(pool.map(writer.add, *zip(*pairs, strict=True)))
    writer.finish(pd.concat(rows, ignore_index=True))


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _bytes(pictures: Tensor) -> NDArray[np.uint8]:
    """(B, 3, H, W) in [0, 1] to (B, H, W, 3) uint8, rounded."""
    scaled = pictures.detach().float().clamp(0, 1).mul(255).round().byte()
    array: NDArray[np.uint8] = scaled.permute(0, 2, 3, 1).cpu().numpy()
    return array
