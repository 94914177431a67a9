"""A picture to a table of action units, with the weights that the package ships.

python examples/analyze_a_picture.py               reads a drawn face, whose landmarks are known
python examples/analyze_a_picture.py photo.jpg     reads yours; `norface weights fetch yunet` first
"""

import sys

import numpy as np
from numpy.typing import NDArray

from norface_pl import Analyzer
from norface_pl.drawn.sampler import draw_portrait
from norface_pl.faces.detect import Face


class KnownLandmarks:
    """A detector is anything with this method; this one is told where the face is."""

    def __init__(self, landmarks: NDArray[np.float64]) -> None:
        self.landmarks = landmarks

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Return the faces of an RGB picture (H, W, 3)."""
        low, high = self.landmarks.min(axis=0), self.landmarks.max(axis=0)
        margin = high - low
        return [Face(np.concatenate([low - margin, high + margin]), 1.0, self.landmarks)]


def main(photograph: str | None = None) -> None:
    """Print what the networks read from a picture."""
    if photograph is None:
        picture, landmarks = draw_portrait(320)
        table = Analyzer.from_pretrained(detector=KnownLandmarks(landmarks))(picture)
    else:
        table = Analyzer.from_pretrained()(photograph)

    for _, face in table.iterrows():
        print(f"{face['source']}: {face['doubt'] or 'no'} doubt, yaw {face['yaw']:.1f} degrees")
        intensities = face.filter(like="_intensity").astype(float).sort_values(ascending=False)
        for name, value in intensities.head(5).items():
            print(f"  {str(name).removesuffix('_intensity')}  {value:.1f} of 5")


if __name__ == "__main__":
    main(*sys.argv[1:2])
