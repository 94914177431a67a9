"""``norface normalize``: redraw a data set, or a folder of pictures, as the target person."""

from pathlib import Path

from rich.console import Console

from norface_pl.errors import NorfaceError
from norface_pl.faces.detectors import load_detector
from norface_pl.inference.failures import FAILURES, tell_failures
from norface_pl.io.files import sha256_file
from norface_pl.io.images import find_images


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
    from norface_pl.datamodules.load import load_datamodule
    from norface_pl.face_module import load_module
    from norface_pl.inference.redraw import cache_normalized
    from norface_pl.inference.redraw_folder import cache_pictures
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
