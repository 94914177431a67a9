"""Pictures of what a normalizer makes of unseen people, for the page and for whoever looks."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from experiments.photo_emotions import draw_people
from experiments.photo_measures import Figures, Measured
from norface_pl.io.files import make_folder
from norface_pl.io.images import grid, write_image

SHOWN, IN_A_ROW, CELL = 24, 8, 96


def keep_pictures(made: Measured, public: Path, private: Path) -> Figures:
    """Show 24 people of LFW and eight of London.

    Args:
        made: the normalizer and its people.
        public: JPEG to write: I_n of LFW, London's originals and their I_n.
        private: PNG with LFW's originals as well, which nobody may publish.

    Returns:
        How many people of LFW are shown.
    """
    places, london = shown(made.people.person, made.people.emotion), []
    for smiling, name in ((False, "neutral"), (True, "smiling")):
        these = (made.pairs.smiling == smiling) & (made.pairs.person % 2 == 1)
        for kind, images in (("I_o", made.pairs.images), ("I_n", made.pairs_drawn)):
            london.append((f"London, {name}, {kind}", images[these][:IN_A_ROW]))
    drawn = [("LFW, I_n", made.drawn[part]) for part in places.split(IN_A_ROW)]
    original = [("LFW, I_o", made.people.images[part]) for part in places.split(IN_A_ROW)]
    both = [row for pair in zip(original, drawn, strict=True) for row in pair]
    for path, rows in ((public, drawn + london), (private, both + london)):
        make_folder(path.parent)
        pictures = [[_picture(image) for image in images] for _, images in rows]
        write_image(path, grid(pictures, [name for name, _ in rows], cell=CELL), quality=85)
    return {"people": len(places)}


def shown(person: Tensor, emotion: Tensor) -> Tensor:
    """Return the places of a picture each of `SHOWN` people, in turn of each emotion."""
    often, found = emotion[emotion >= 0].bincount(), []
    for one in draw_people(person, emotion, SHOWN, seed=0):
        own = ((person == one) & (emotion >= 0)).nonzero().flatten()
        found.append(own[often[emotion[own]].argmin()])
    return torch.stack(found)


def _picture(image: Tensor) -> np.ndarray:
    return np.ascontiguousarray(image.permute(1, 2, 0).numpy())
