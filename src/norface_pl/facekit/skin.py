"""The colour of every vertex of a person, painted on the mean head."""

from dataclasses import dataclass

import numpy as np

from norface_pl.facekit.eyes import paint_eye
from norface_pl.facekit.fields import Floats, clouds, distance, mouth_distances, soft
from norface_pl.facekit.shapes import (
    EYE,
    EYE_SOCKET,
    FACE,
    GUMS,
    HEAD,
    SOCKET,
    TEETH,
    Shapes,
    Vertices,
)
from norface_pl.facekit.traits import Color, Person

INSIDE = {
    SOCKET: (0.22, 0.07, 0.07),
    EYE_SOCKET: (0.55, 0.30, 0.27),
    GUMS: (0.62, 0.30, 0.30),
    TEETH: (0.80, 0.77, 0.71),
    EYE: (0.86, 0.84, 0.82),
}


@dataclass(frozen=True)
class Coat:
    """What covers a person's vertices.

    Attributes:
        color: (V, 3) sRGB in [0, 1].
        gloss: (V,) strength of highlights.
        lift: (V,) cm by which hair stands off the skin.
    """

    color: Floats
    gloss: Floats
    lift: Floats


class Painter:
    """Mixes colours over the outside of a head; the order of the steps matters."""

    def __init__(self, shapes: Shapes, person: Person) -> None:
        self.person, self.at = person, shapes.neutral
        self.marks = shapes.neutral[shapes.landmarks]
        self.outside = (shapes.part == FACE) | (shapes.part == HEAD)
        self.rng = np.random.default_rng(person.texture)
        self.color: Floats = np.empty((len(self.at), 3), np.float32)
        self.color[:] = person.skin
        self.lips, self.mouth = mouth_distances(shapes)

    def mix(self, amount: Floats, paint: Color | Floats) -> None:
        """Put a colour (3,) or (V, 3) over the head with an amount (V,) of 0 to 1."""
        share = np.where(self.outside, amount, 0)[:, None]
        self.color[:] = self.color * (1 - share) + np.asarray(paint, np.float32) * share

    def round(self, centre: Vertices, radius: float) -> Floats:
        """Soft ball of about ``radius`` cm, (V,)."""
        gap = np.linalg.norm(self.at - centre, axis=1) / radius
        ball: Floats = np.exp(-gap * gap).astype(np.float32)
        return ball

    def skin(self) -> None:
        """Red where blood is near, dark around the eyes, patches and pores."""
        person, marks = self.person, self.marks
        red = person.skin * np.array((1.0, 0.78, 0.76))
        cheeks = [marks[eye] * 0.55 + marks[mouth] * 0.45 for eye, mouth in ((36, 48), (45, 54))]
        for centre, radius in (*((c, 2.2) for c in cheeks), (marks[30], 1.3), (marks[8], 1.6)):
            self.mix(0.6 * person.blush * self.round(centre, radius), red)
        for eye in (slice(36, 42), slice(42, 48)):
            around = marks[eye].mean(0) + np.array((0, 0.35, 0), np.float32)
            dark = (0.2 + 0.25 * person.age) * self.round(around, 1.5)
            self.mix(dark, person.skin * (0.80, 0.68, 0.66))
        self.color *= 1 + person.blotches * clouds(self.at, 2.0, self.rng)[:, None]
        fine = clouds(self.at, 0.5, self.rng)[:, None]
        self.color *= 1 + 0.5 * person.blotches * fine * (0.5, 1.0, 1.0)
        grain = self.rng.standard_normal(len(self.at), dtype=np.float32)
        self.color *= 1 + person.pores * grain[:, None]

    def beard(self) -> None:
        """Beard and moustache, with a rough edge towards the cheeks."""
        person, at, marks = self.person, self.at, self.marks
        rough = clouds(at, 0.35, self.rng)
        edge = at[:, 1] - 0.28 * np.abs(at[:, 0]) + 0.15 * rough
        jaw = soft(edge, marks[33, 1] + 0.6, marks[48, 1]) * soft(at[:, 2], 0.0, 2.0)
        below = soft(at[:, 1], marks[51, 1], marks[54, 1] + 0.3)
        jaw *= np.maximum(below, soft(np.abs(at[:, 0]), 2.5, 3.6))
        upper = self.round((marks[33] + marks[51]) / 2, 1.0)
        upper += self.round(marks[48], 0.9) + self.round(marks[54], 0.9)
        above = np.clip(upper * 1.4, 0, 1) * soft(at[:, 1], marks[54, 1] + 0.9, marks[54, 1] + 0.3)
        bare = soft(self.lips, 0.0, -0.25) * np.clip(0.9 + 0.12 * rough, 0.5, 1)
        self.mix(person.beard * jaw * bare, person.hair * 0.85)
        self.mix(person.moustache * above * bare, person.hair * 0.85)
        # Lips with a dark line where they meet.
        self.mix(soft(self.lips, -0.10, 0.10), person.lips * (1 + 0.04 * rough[:, None]))
        self.mix(0.7 * soft(self.mouth, -0.12, 0.0), person.lips * 0.45)

    def eyes(self) -> None:
        """Lashes, the crease of the lid and brows of single hairs."""
        person, at, marks = self.person, self.at, self.marks
        for side in (slice(36, 40), slice(42, 46)):
            near = distance(at, marks[side])
            lid = at[:, 2] > marks[side, 2].min() - 0.7
            self.mix(person.lashes * soft(near, 0.14, 0.05) * lid, person.brow * 0.35)
            above = lid & (at[:, 1] < marks[side, 1].min() + 0.1)
            self.mix(0.35 * soft(np.abs(near - 0.42), 0.14, 0.03) * above, person.skin * 0.6)
        for side in (slice(17, 22), slice(22, 27)):
            line = marks[side] + np.array((0, person.brow_shift + 0.15, 0), np.float32)
            width = person.brow_width * (1 - 0.35 * soft(np.abs(at[:, 0]), 3.0, 5.6))
            hairs = np.clip(0.85 + 0.2 * clouds(at * (3, 1, 1), 0.4, self.rng), 0.4, 1)
            edge = soft(distance(at, line) / width, 1.35, 0.6)
            self.mix(edge * hairs * (at[:, 2] > 4), person.brow)

    def hair(self) -> Floats:
        """Hair from a wavy line on; returns where it is, (V,) of 0 to 1."""
        person, at = self.person, self.at
        height = self.marks[36:48, 1].mean() - at[:, 1]
        wave = 0.35 * clouds(at, 1.2, self.rng) - 0.05 * at[:, 0] ** 2 / 4
        top = soft(height - (person.hairline + wave - person.fringe), -0.25, 0.25)
        temple = soft(at[:, 2], 4.5, 2.5) * soft(height, -2.0, 0.5)
        behind = soft(at[:, 2], 0.5, -1.0) * soft(height, -9.0, -7.0)
        ear = soft(np.abs(at[:, 0]), 6.9, 7.3) * soft(height, 1.8, 0.8) * (height > -9)
        hair: Floats = np.maximum(np.maximum(top, temple), behind) * (1 - ear)
        shade = 1 + 0.22 * clouds(at * (4, 0.7, 4), 0.8, self.rng)
        self.mix(hair, person.hair * shade[:, None])
        return hair


def paint(shapes: Shapes, person: Person) -> Coat:
    """Paint a person; a tenth of a second, once a person."""
    painter = Painter(shapes, person)
    painter.skin()
    painter.beard()
    painter.eyes()
    hair, color, at = painter.hair(), painter.color, painter.at
    for part, inner in INSIDE.items():
        color[shapes.part == part] = inner
    teeth = shapes.part == TEETH
    color[teeth] *= (1 - 0.10 * np.abs(at[teeth, :1])).clip(0.6, 1)
    gloss = np.full(len(at), person.gloss, np.float32)
    gloss[(painter.lips > 0) & painter.outside] += 0.08
    gloss[hair > 0.5] = 0.05
    gloss[teeth] = 0.15
    for sign in (-1, 1):
        paint_eye(shapes, person, sign, color, gloss)
    gloss[shapes.part == SOCKET] = 0
    lift = np.where(painter.outside, 0.35 * hair, 0).astype(np.float32)
    return Coat(color.clip(0.01, 1), gloss, lift)
