"""What stage 1 asks of a data set before its first batch."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from norface_pl.data.dataset import FaceDataset
from norface_pl.types import FaceData


def two_splits(
    labelled: FaceDataset, unlabelled: FaceDataset, cache: Path | None = None, fingerprint: str = ""
) -> FaceData:
    """A data set of training and of unlabelled people."""
    splits = {"train": labelled, "unlabelled": unlabelled}
    data = SimpleNamespace(
        dataset=splits.__getitem__, cache_dir=cache, fingerprint=lambda: fingerprint
    )
    return cast(FaceData, data)
