"""How many turned and small faces are found, and how many of them with wrong landmarks.

The photographs are those of the Face Research Lab London Set; see experiments/photographs.py. What
decides when to look again was chosen on the first half of its people; the others are counted here.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.shared import options, show
from benchmarks.speed_page import OUTCOMES
from experiments.photograph_pairs import FOLDERS
from norface_pl.faces.detect import Face, FaceNetwork
from norface_pl.faces.detectors import load_detector
from norface_pl.faces.landmarks import landmarks_in_order, like_a_face
from norface_pl.faces.searching import SearchingDetector
from norface_pl.io.images import Picture, read_image
from norface_pl.io.weights import find_weights

DETECTORS = ("retinaface_mobile0.25", "yunet")
ROLLS = range(0, 360, 15)
LARGE = (4000, 3000)
SIDES = (24, 32, 48, 64, 96, 128, 192)
"""Sides of faces in pixels of the large picture."""
OFF = (0.1, 0.25)
"""Distances from the truth, in distances of the eyes, beyond which landmarks count as wrong."""

Counts = dict[str, str | int]
Truth = tuple[Picture, NDArray[np.float64]]
"""A picture and the landmarks of its face."""


class FirstLook(SearchingDetector):
    """Looks once, as detectors did before they searched."""

    def _settle(self, image: Picture, faces: list[Face]) -> list[Face]:
        return faces


def photographs(root: Path, people: int, network: FaceNetwork) -> list[Truth]:
    """Return photographs of people of the second half, with what the network sees upright."""
    names = sorted(path.name for path in (root / FOLDERS[0]).glob("*.jpg"))
    half = names[len(names) // 2 :]
    chosen = [half[index * len(half) // people] for index in range(people)]
    pictures = [read_image(root / folder / name) for name in chosen for folder in FOLDERS]
    return [(picture, network.detect(picture)[0].landmarks) for picture in pictures]


def turned(truth: Truth, roll: float) -> Truth:
    """Turn a picture clockwise about its middle; corners are filled with what lies beside them."""
    picture, landmarks = truth
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -roll, 1)
    image = cv2.warpAffine(
        picture, matrix, (width, height), None, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
    )
    return np.asarray(image, np.uint8), landmarks @ matrix[:, :2].T + matrix[:, 2]


def pasted(truths: list[Truth], side: int) -> tuple[Picture, list[NDArray[np.float64]]]:
    """Return a large grey picture of photographs whose faces are ``side`` pixels high."""
    large = np.full((LARGE[1], LARGE[0], 3), 150, np.uint8)
    landmarks = []
    for index, (picture, points) in enumerate(truths):
        # From the eyes to the mouth is four tenths of a face.
        ratio = 0.4 * side / float(np.linalg.norm(points[3:].mean(0) - points[:2].mean(0)))
        size = (round(picture.shape[1] * ratio), round(picture.shape[0] * ratio))
        left, top = 300 + 900 * (index % 4), 300 + 900 * (index // 4)
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        large[top : top + size[1], left : left + size[0]] = small
        landmarks.append((points + 0.5) * ratio - 0.5 + [left, top])
    return large, landmarks


def judged(faces: list[Face], truth: NDArray[np.float64], searches: bool) -> str:
    """Tell what becomes of the face whose landmarks are known: right, off, wrong or a failure."""
    eyes = float(np.linalg.norm(truth[1] - truth[0]))
    away = [(face.box[:2] + face.box[2:]) / 2 - truth.mean(axis=0) for face in faces]
    near = [face for face, by in zip(faces, away, strict=True) if np.abs(by).max() < 2 * eyes]
    if not near:
        return "not found"
    if not (like_a_face if searches else landmarks_in_order)(near[0].landmarks):
        return "refused"
    off = float(np.linalg.norm(near[0].landmarks - truth, axis=1).max()) / eyes
    return "right" if off <= OFF[0] else "nearly right" if off <= OFF[1] else "wrong"


def rows(weights: Path, root: Path, people: int, name: str) -> Iterator[Counts]:
    """Count what the first look and the search make of turned and of small faces."""
    searching = load_detector(find_weights(name, weights))
    truths = photographs(root, max(people, 6), searching.network)
    few = truths[: 2 * people]
    for detector in (FirstLook(searching.network, searching.max_side), searching):
        searches = detector is searching
        same: Counts = {"detector": name, "looks": "searching" if searches else "first only"}
        for roll in ROLLS:
            seen = [turned(truth, roll) for truth in few]
            tally = Counter(judged(detector.detect(x), known, searches) for x, known in seen)
            yield same | {"roll": roll, "faces": len(few)} | tally
        for side in SIDES:
            large, places = pasted(truths[:12], side)
            faces = detector.detect(large)
            tally = Counter(judged(faces, landmarks, searches) for landmarks in places)
            yield same | {"side": side, "faces": len(places), "reported": len(faces)} | tally


def main() -> None:
    """Print the table and, if asked to, write it as JSON."""
    parser = options(__doc__, "weights", "json")
    parser.add_argument("--photographs", type=Path, help="the London set: neutral/ and smiling/")
    parser.add_argument("--people", type=int, default=8, help="people who are turned")
    given = parser.parse_args()
    if given.photographs is None:
        print("turned and small faces: not measured, give --photographs")
        return
    found = (rows(given.weights, given.photographs, given.people, name) for name in DETECTORS)
    columns = ["detector", "looks", "roll", "side", "faces", "reported", *OUTCOMES]
    show("turned and small faces", columns, chain.from_iterable(found), given.json)


if __name__ == "__main__":
    main()
