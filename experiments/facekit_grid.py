"""Draws docs/results/facekit.jpg: 3-D people, and the avatar with the same expressions below each.

python -m experiments.facekit_grid data/facekit.npz
"""

import sys
from pathlib import Path

import numpy as np

from norface_pl.facekit.sampler import FaceKitSampler
from norface_pl.io.images import write_image

PAGE = Path(__file__).resolve().parent.parent / "docs" / "results" / "facekit.jpg"
PEOPLE, FRAMES, SIZE = range(1, 8), range(1, 32, 4), 96


def main(shapes: Path) -> None:
    """Write the picture: two rows of frames for every person."""
    sampler = FaceKitSampler(shapes, image_size=SIZE)
    rows = []
    for person in PEOPLE:
        rows.append(np.hstack([sampler.draw(person, 0, frame).image for frame in FRAMES]))
        rows.append(np.hstack([sampler.oracle(person, 0, frame) for frame in FRAMES]))
    write_image(PAGE, np.vstack(rows), quality=80)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
