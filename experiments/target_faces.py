"""Draws the target faces of configs/ablation: neutral, frontal frames of unlabelled people."""

from pathlib import Path

import numpy as np

from norface_pl.drawn.sampler import FaceSampler
from norface_pl.io.images import write_image

FOLDER = Path(__file__).resolve().parent.parent / "configs" / "ablation" / "targets"
# Unlabelled people, who train stage 1: nobody who is tested is a target.
PEOPLE, FACES = range(300_000, 300_060), 3


def stillness(sampler: FaceSampler, person: int, number: int) -> float:
    """Return how far a frame is from a neutral face that looks into the camera."""
    frame = sampler.state(person, 0, number)
    return float(np.abs(frame.intensity).max() + np.abs(frame.pose).max() / 5)


def main() -> None:
    """Write the pictures of the people with the stillest frames."""
    sampler = FaceSampler()
    frames = [(person, number) for person in PEOPLE for number in range(sampler.clip_length)]
    found: dict[int, int] = {}
    for person, number in sorted(frames, key=lambda frame: stillness(sampler, *frame)):
        found.setdefault(person, number)
    FOLDER.mkdir(parents=True, exist_ok=True)
    faces = [sampler.draw(person, 0, found[person]).image for person in list(found)[:FACES]]
    for place, face in enumerate(faces):
        write_image(FOLDER / f"person_{place + 1}.png", face)


if __name__ == "__main__":
    main()
