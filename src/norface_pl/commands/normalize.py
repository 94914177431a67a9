"""``norface normalize``: redraw a data set, or a folder of pictures, as the target person."""

from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from jsonargparse import ArgumentParser
from rich.console import Console

from norface_pl.config_names import find_config
from norface_pl.errors import NorfaceError, told
from norface_pl.faces.detectors import load_detector
from norface_pl.inference.failures import FAILURES, tell_failures
from norface_pl.io.files import sha256_file
from norface_pl.io.images import find_images
from norface_pl.types import Task

if TYPE_CHECKING:
    from norface_pl.datamodules.base import FaceDataModule


def normalize(
    normalizer: Path,
    out: Path,
    data: Path | None = None,
    images: Path | None = None,
    weights: Path | None = None,
    threshold: float = 0.6,
    max_side: int = 640,
    batch_size: int = 64,
    overwrite: bool = False,
    device: str = "auto",
) -> None:
    """Redraws faces as the target person into a folder of pictures with a manifest.

    Either a data set, whose folder is then given to training as --data.normalized, or pictures.
    The same command again goes on where it was interrupted.

    Args:
        normalizer: Checkpoint of stage 1.
        out: Folder of the redrawn faces.
        data: Config of a data set, such as configs/data/synthetic.yaml.
        images: A picture or a folder of them, instead of a data set.
        weights: Weight file of a face detector, for images; without it they must be aligned.
        threshold: Lowest score at which a detection counts as a face.
        max_side: Larger pictures are shrunk to this for detection; raise it for small faces in
            large pictures only, since portraits then give false faces.
        batch_size: Faces redrawn together, for images; a data set has its own.
        overwrite: Replace faces made by another normalizer or from other pictures.
        device: cpu, cuda, or auto for a GPU where there is one.
    """
    from norface_pl.face_module import load_module
    from norface_pl.inference.pictures import cache_pictures
    from norface_pl.inference.redraw import cache_normalized
    from norface_pl.inference.stages import choose_device
    from norface_pl.normalizer import NormalizerModule

    if (data is None) == (images is None):
        raise NorfaceError("give either a data set (--data) or pictures (--images) to normalize")
    if batch_size < 1:
        raise NorfaceError(f"batch_size is {batch_size}; give 1 or more")
    where = choose_device(device)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    if data is not None:
        cache_normalized(load_datamodule(data), normalizer, out, device, overwrite)
        console.print(f"normalized faces: {out}")
        return
    assert images is not None
    detector, options = None, "aligned"
    if weights is not None:
        detector = load_detector(weights, threshold, str(where), max_side)
        options = f"{sha256_file(weights)} {threshold} {max_side}"
    module = load_module(NormalizerModule, normalizer).to(where)
    found = find_images(images)
    cache, failures = cache_pictures(
        images, found, module, normalizer, out, detector, options, batch_size, overwrite
    )
    tell_failures(console, failures, found)
    console.print(
        f"{len(cache)} normalized faces: {out}, {len(failures)} failures: {out / FAILURES}"
    )


def load_datamodule(path: Path, task: Task | None = None) -> "FaceDataModule":
    """Build the datamodule of a config with ``class_path`` and ``init_args``.

    Args:
        path: The config.
        task: Replaces that of the config.

    Raises:
        NorfaceError: the file is missing or does not describe a datamodule.
    """
    from norface_pl.datamodules.base import FaceDataModule

    path = find_config(path, ["data"])
    try:
        with told("read", path):
            described = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise NorfaceError(f"cannot read the data config {path}: {error}") from error
    parser = ArgumentParser(exit_on_error=False)
    parser.add_subclass_arguments(FaceDataModule, "data", required=True)
    if task is not None and isinstance(described, dict):
        described["init_args"] = (described.get("init_args") or {}) | {"task": task}
    try:
        config = parser.parse_object({"data": described})
    except Exception as error:
        reason = " ".join(str(error).split())
        raise NorfaceError(f"{path} does not describe a data set: {reason}") from error
    datamodule: FaceDataModule = parser.instantiate_classes(config).data
    return datamodule
