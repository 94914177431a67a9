"""``norface target rank``: choose the face that all others are redrawn as."""

from pathlib import Path

from rich.console import Console

from norface_pl.errors import NorfaceError
from norface_pl.faces.detectors import load_detector
from norface_pl.inference.failures import tell_failures
from norface_pl.io.images import find_images


def rank(
    out: Path,
    data: Path | None = None,
    images: Path | None = None,
    mean: bool = False,
    weights: Path | None = None,
    size: int = 224,
    device: str = "auto",
) -> None:
    """Ranks faces as target: frontal, neutral, mouth closed and eyes open, typical, sharp.

    Writes rank.csv (all faces, the best first), failures.csv, best.png (the best face of each of
    12 people) and target.png, which training takes as --model.target_image. What is judged depends
    on what is known: pose from landmarks, expression, mouth and eyes from labels. Of a data set
    only training people are ranked. Look at best.png before you trust it: glasses, hair and light
    are not judged.

    Args:
        out: Folder for the results; those of an earlier ranking are replaced.
        data: Config of a data set, such as configs/data/disfa.yaml.
        images: A picture folder instead of a data set.
        mean: Make target.png the mean of the best faces of all people: a soft face that is
            nobody's, where no good or no free one is at hand.
        weights: Weight file of a face detector, for images; without it they must be aligned.
        size: Side of the faces in pixels, for images; a data set has its own.
        device: Where to detect: cpu, cuda, or auto for a GPU where there is one.
    """
    from norface_pl.datamodules.load import load_datamodule
    from norface_pl.inference.candidates import from_data, from_images
    from norface_pl.inference.ranking import Ranking
    from norface_pl.inference.stages import choose_device

    if (data is None) == (images is None):
        raise NorfaceError("give either a data set (--data) or pictures (--images) to rank")
    found = None
    if data is not None:
        faces = from_data(load_datamodule(data))
    else:
        assert images is not None
        where = str(choose_device(device))
        detector = None if weights is None else load_detector(weights, device=where)
        found = find_images(images)
        faces = from_images(images, found, detector, size)
    ranking = Ranking.of(faces)
    ranking.write(out, mean)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    tell_failures(console, faces.failures, found)
    for line in ranking.summary(out):
        console.print(line)


COMMANDS = {"rank": rank}
"""What stands behind ``norface target``."""
