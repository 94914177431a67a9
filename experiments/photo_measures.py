"""All that is measured of one normalizer, step by step; what steps share is made once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments import photo_kept, photo_units
from experiments.photo_emotions import few_labelled, inputs_of
from experiments.photo_faces import Photographs, Seen, load_avatars, load_photographs, see
from experiments.photo_identity import FILE, DlibFaces, two_each, verification
from experiments.photograph_pairs import Pairs
from experiments.photographs import redraw
from norface_pl.classifier import ClassifierModule
from norface_pl.data.prepared import PreparedFaces
from norface_pl.faces.detectors import load_detector
from norface_pl.io.weights import find_weights
from norface_pl.normalizer import NormalizerModule
from norface_pl.probes.picture_readings import sharpness
from norface_pl.teachers.choose import teacher_recipe
from norface_pl.teachers.teacher import ExpressionTeacher

Figures = dict[str, Any]
"""What a step found, as JSON takes it; most have a part of I_o and one of I_n."""


@dataclass(frozen=True)
class Measured:
    """A normalizer, and what it makes of pictures of unseen people.

    Attributes:
        classifier: of action units, or None.
        lfw: prepared folder with a teacher's table.
        london: folder with neutral/ and smiling/.
        weights: folder of weight files.
    """

    normalizer: NormalizerModule
    classifier: ClassifierModule | None
    lfw: Path
    london: Path
    weights: Path

    @cached_property
    def faces(self) -> PreparedFaces:
        """Prepared pictures of LFW."""
        return PreparedFaces.open(self.lfw, "folder")

    @cached_property
    def teacher(self) -> ExpressionTeacher:
        """The one that read the prepared pictures."""
        return teacher_recipe("face_landmarker", self.weights).build()

    @cached_property
    def people(self) -> Photographs:
        """People of LFW whom no training saw."""
        return load_photographs(self.faces, "test", self.normalizer.image_size)

    @cached_property
    def drawn(self) -> Tensor:
        """I_n of them."""
        return redraw(self.normalizer, self.people.images)

    @cached_property
    def drawn_seen(self) -> Seen:
        """What the teacher reads from these I_n."""
        return see(self.teacher, self.drawn)

    @cached_property
    def avatars(self) -> tuple[Tensor, Seen]:
        """What stage 1 was to draw of them, and what the teacher reads from it."""
        images = load_avatars(self.faces, "test", self.normalizer.image_size)
        return images, see(self.teacher, images)

    @cached_property
    def kinds(self) -> dict[str, tuple[Tensor, Seen]]:
        """Return I_o and I_n, and what the teacher reads from them."""
        return {"I_o": (self.people.images, self.people.seen), "I_n": (self.drawn, self.drawn_seen)}

    @cached_property
    def pairs(self) -> Pairs:
        """People of the London set."""
        detector = load_detector(find_weights("retinaface_mobile0.25", self.weights))
        return photo_units.london(self.london, detector, self.normalizer.image_size)

    @cached_property
    def pairs_drawn(self) -> Tensor:
        """I_n of them."""
        return redraw(self.normalizer, self.pairs.images)

    def inputs(self, people: Photographs) -> dict[str, Tensor]:
        """Return what probes see of some people."""
        parts = people.images.split(64)
        code = torch.cat([self.normalizer.code(part.float() / 255) for part in parts])
        drawn = photo_kept.grey(redraw(self.normalizer, people.images))
        return inputs_of(photo_kept.grey(people.images), drawn, people.seen.logits, code)

    def readers(
        self, original: Tensor, drawn: Tensor, seen: tuple[Seen, Seen]
    ) -> dict[str, photo_units.Units]:
        """Return who tells action units from I_o and I_n, and what the teacher reads from both."""
        found: dict[str, photo_units.Units] = {
            f"landmarker, {name}": photo_units.units_of_teacher(one.logits, self.teacher.channels)
            for name, one in zip(("I_o", "I_n"), seen, strict=True)
        }
        if self.classifier is not None:
            shown = {"original": "I_o", "normalized": "I_n", "both": "I_o and I_n"}
            name = f"classifier, {shown[self.classifier.inputs]}"
            found[name] = photo_units.units_of_classifier(self.classifier, original, drawn)
        return found


def expression(made: Measured) -> Figures:
    """Correlation of the teacher's logits of I_n and I_o; the most active channels come first.

    The avatars that stage 1 was to draw say what is lost by reading and drawing, and what before.
    """
    logits, names = made.people.seen.logits, made.teacher.channels
    found, active = (
        photo_kept.correlations(logits, made.drawn_seen.logits),
        photo_kept.most_active(logits),
    )
    wanted = photo_kept.correlations(logits, made.avatars[1].logits)
    order = active.tolist() + sorted(set(range(len(names))) - set(active.tolist()))
    return {
        "active": float(found[active].nanmedian()),
        "all": float(found.nanmedian()),
        "avatar": {"active": float(wanted[active].nanmedian()), "all": float(wanted.nanmedian())},
        "read": float(made.drawn_seen.logits.isfinite().all(1).float().mean()),
        "channels": {names[place]: float(found[place]) for place in order},
    }


def identity(made: Measured) -> Figures:
    """Whether two pictures show one person: AUC and its standard error.

    Nothing of a person passes to the avatars but the expression that the teacher reads.
    """
    network, found = DlibFaces(made.weights / FILE), two_each(made.people.person)
    each, figures = found.flatten(), Figures(people=len(found))
    for name, (images, seen) in {**made.kinds, "avatar": made.avatars}.items():
        embedded = network.embed(images[each], seen.landmarks[each.numpy()])
        figures[name] = verification(embedded[::2], embedded[1::2])
    return figures


def remains(made: Measured) -> Figures:
    """Head pose in degrees, light, sharpness, and whether detectors find a face."""
    networks, people, figures = photo_kept.load_networks(made.weights), made.people, Figures()
    for name, (images, seen) in made.kinds.items():
        pose = seen.pose[seen.pose.isfinite().all(1)].std(0).tolist()
        figures[name] = {
            **dict(zip(("yaw", "pitch", "roll"), pose, strict=True)),
            "light": photo_kept.light_read(people.images, images, people.person),
            "sharpness": float(torch.cat([sharpness(x / 255) for x in images.split(256)]).mean()),
            "found": photo_kept.found_by_all(networks, images),
        }
    return figures


def smiles(made: Measured) -> Figures:
    """Smiling or neutral, people of the London set: AUC of every reader."""
    original, drawn = made.pairs.images, made.pairs_drawn
    seen = see(made.teacher, original), see(made.teacher, drawn)
    readers = made.readers(original, drawn, seen).items()
    return {
        name: photo_units.smile_auc(units, made.pairs) for name, units in readers if 12 in units
    }


def prototypes(made: Measured) -> Figures:
    """Action units against emotions: AUC of every reader."""
    people = made.people
    readers = made.readers(people.images, made.drawn, (people.seen, made.drawn_seen))
    return {
        name: photo_units.by_prototype(units, people.emotion) for name, units in readers.items()
    }


def emotions(made: Measured) -> Figures:
    """Emotions, from few labelled people."""
    train = load_photographs(made.faces, "train", made.normalizer.image_size)
    fit, seen = (each.pick(each.emotion >= 0) for each in (train, made.people))
    return few_labelled(fit, made.inputs(fit), seen, made.inputs(seen))


Step = Callable[[Measured], Figures]
STEPS: dict[str, Step] = {
    each.__name__: each for each in (expression, identity, remains, smiles, prototypes, emotions)
}
