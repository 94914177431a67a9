"""Paints the projected control points of a face with OpenCV."""

import numpy as np
from numpy.typing import NDArray

from norface_pl.acting.clip import Frame
from norface_pl.drawn.anatomy import neutral
from norface_pl.drawn.canvas import Canvas, Flat, Style, smoothing
from norface_pl.drawn.muscles import FOLDS
from norface_pl.drawn.scene import Scene
from norface_pl.drawn.traits import Color, Person, as_color
from norface_pl.labels import MAX_INTENSITY, SYNTHETIC_AUS

TEETH = (0.95, 0.94, 0.90)
MOUTH_INSIDE = (0.25, 0.07, 0.08)


def _dark(color: Color, amount: float) -> Color:
    """Darken a skin colour towards a reddish brown by a share of 0 to 1."""
    return _mix(color, (0.10, 0.0, 0.0), amount)


def _mix(first: Color, second: Color, share: float) -> Color:
    return as_color(a * (1 - share) + b * share for a, b in zip(first, second, strict=True))


def _circle(count: int) -> Flat:
    """Return points on the unit circle, (count, 2)."""
    angles = np.linspace(0, 2 * np.pi, count + 1)[:-1]
    return np.column_stack([np.cos(angles), np.sin(angles)])


class FacePainter:
    """Paints a whole picture in the order in which things hide each other."""

    def __init__(self, canvas: Canvas, person: Person, frame: Frame, flat: Flat) -> None:
        self.paint, self.person, self.frame, self.flat = canvas, person, frame, flat
        self.groups = neutral().groups
        self.outline_color = self._skin(canvas.style.outline)
        self.left, self.right = self._at("outline_l"), self._at("outline_r")
        self.top, self.chin = self._at("outline_top"), self._at("outline_chin")
        self.centre = (self.left[4] + self.right[4]) / 2

    def _at(self, *names: str) -> Flat:
        return np.concatenate([self.flat[self.groups[name]] for name in names])

    def _skin(self, darkness: float) -> Color:
        return _dark(self.person.skin, darkness)

    def background(self, scene: Scene) -> None:
        """Fill the canvas with the scene's gradient and shapes."""
        canvas = self.paint.pixels
        share = np.linspace(0, 1, canvas.shape[0])[:, None]
        rows = np.array(scene.top) * (1 - share) + np.array(scene.bottom) * share
        canvas[:] = (255 * rows[:, None]).astype(np.uint8)
        for shape, color in zip(scene.shapes, scene.shape_colors, strict=True):
            x, y, width, height, turn = shape
            corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2)
            cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
            turned = corners @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
            self.paint.fill(as_color(color), turned)

    def head(self) -> None:
        """Paint neck, clothes, hair behind the head, ears, face, beard and freckles."""
        person, paint, left, right = self.person, self.paint, self.left, self.right
        contour = np.concatenate([self.top, right, self.chin, left[::-1]])
        jaw = np.stack([left[7], right[7]])
        paint.fill(self._skin(0.22), jaw, jaw[::-1] + [(4, 70), (-4, 70)])
        shoulders = [(-60, 150), (60, 150), (170, 185), (170, 300), (-170, 300), (-170, 185)]
        paint.fill(person.clothes, np.array(shoulders) + self.centre * 0.3)
        if person.hair_style:
            crown = np.concatenate([left[5::-1], self.top, right[:6]])
            hair = [self.centre + (crown - self.centre) * (1 + person.hair_volume / 80)]
            if person.hair_style == 3:
                hair += [right[9] + [(34, 40), (4, 40)], left[9] + [(-4, 40), (-34, 40)]]
            paint.fill(person.hair, *hair)
        for side in "lr":
            paint.fill(self._skin(0.12), self._at(f"ear_{side}"), smooth=True)
        paint.fill(person.skin, contour, smooth=True)
        for edge in (left, right):
            inner = edge + (self.centre - edge) * 0.16
            shade = self._skin(0.10 * paint.style.shading)
            paint.fill(shade, edge[2:9], inner[8:1:-1], smooth=True)
        paint.stroke(contour, self.outline_color, 1.4, closed=True)
        if person.beard:
            edge, chin = contour[6:17], self.chin[0]
            beard = _mix(person.skin, person.hair, person.beard)
            paint.fill(beard, edge, (chin + (edge - chin) * 0.62)[::-1], smooth=True)
        for x, y in person.freckles:
            paint.disc(self.centre + (x, y + 8), 1.3, self._skin(0.35))

    def folds(self) -> None:
        """Paint wrinkles: permanent ones of the person and those of the active AUs."""
        sides = {"l": self.frame.aus[0], "r": self.frame.aus[1]}
        for name, group in self.groups.items():
            fold, _, side = name.rpartition("_")
            fold = fold if fold in FOLDS else name
            if fold not in FOLDS:
                continue
            aus = self.frame.aus.mean(axis=0) if fold == name else sides[side]
            depth = self.person.lines.get(fold, 0.0) * 0.6 + sum(
                gain * float(aus[SYNTHETIC_AUS.index(au)]) / MAX_INTENSITY
                for au, gain in FOLDS[fold].items()
            )
            if depth > 0.05:
                color = self._skin(min(depth * self.paint.style.fold, 0.8))
                self.paint.stroke(self.flat[group], color, 1.2 + 1.2 * min(depth, 1.0))

    def eyes(self) -> None:
        """Paint eye whites, irises clipped by the lids, lids, creases and brows."""
        paint, smooth = self.paint, smoothing(5, False)
        for side in "lr":
            top, bottom = (smooth @ self._at(f"lid_{lid}_{side}") for lid in ("upper", "lower"))
            paint.fill((0.93, 0.92, 0.90), top, bottom[::-1])
            iris = self._at(f"iris_{side}")[0]
            for radius, color in ((6.2 * paint.style.iris, self.person.iris), (2.8, (0.04,) * 3)):
                self._clipped_disc(iris, radius, color, top, bottom)
            paint.stroke(top, self._skin(0.75), 1.6, smooth=False)
            paint.stroke(bottom, self._skin(0.35), 1.0, smooth=False)
            paint.stroke(self._at(f"crease_{side}"), self._skin(0.25), 1.0)
            brow = self._at(f"brow_top_{side}"), self._at(f"brow_bottom_{side}")[::-1]
            paint.fill(self.person.brow, *brow)

    def _clipped_disc(
        self, centre: Flat, radius: float, color: Color, top: Flat, bottom: Flat
    ) -> None:
        circle = centre + radius * _circle(16)
        if top[0, 0] >= top[-1, 0]:
            top, bottom = top[::-1], bottom[::-1]
        x = np.clip(circle[:, 0], top[0, 0], top[-1, 0])
        low, high = (np.interp(x, lid[:, 0], lid[:, 1]) for lid in (bottom, top))
        inside = np.column_stack([x, np.clip(circle[:, 1], np.minimum(high, low), low)])
        self.paint.fill(color, inside)

    def nose(self) -> None:
        """Paint the sides of the nose, its wings and nostrils."""
        for side in "lr":
            self.paint.stroke(self._at(f"bridge_{side}"), self._skin(0.14), 1.5)
            self.paint.stroke(self._at(f"wing_{side}"), self._skin(0.40), 1.3)
            self.paint.disc(self._at(f"nostril_{side}")[0], 2.1, self._skin(0.65))
        self.paint.stroke(self._at("nose_base"), self._skin(0.35), 1.3)

    def mouth(self) -> None:
        """Paint moustache, mouth cavity, teeth and both lips."""
        person, paint, at = self.person, self.paint, self._at
        if person.moustache:
            wide = (at("nose_base")[:1] + (-8, 1), at("nose_base")[2:] + (8, 1))
            color = _mix(person.skin, person.hair, person.moustache)
            paint.fill(color, *wide, at("corner_r", "lip_top_m", "corner_l"))
        left, right, five = at("corner_l"), at("corner_r"), smoothing(5, False)
        inner_top, inner_bottom, bottom = (
            five @ at("corner_l", f"{lip}_l", f"{lip}_m", f"{lip}_r", "corner_r")
            for lip in ("inner_top", "inner_bottom", "lip_bottom")
        )
        arch = (left, at("lip_top_l")[::-1], at("lip_top_m"), at("lip_top_r"), right)
        top = smoothing(7, False) @ np.concatenate(arch)
        height = (inner_bottom - inner_top)[:, 1]
        is_open = height.max() > 2
        if is_open:
            paint.fill(MOUTH_INSIDE, inner_top, inner_bottom[::-1])
            teeth = inner_top.copy()
            teeth[:, 1] += np.minimum(0.55 * height, 6.0)
            paint.fill(TEETH, inner_top, teeth[::-1])
        paint.fill(_dark(person.lips, 0.10), top, inner_top[::-1])
        paint.fill(person.lips, bottom, inner_bottom[::-1])
        line = _dark(person.lips, 0.55)
        paint.stroke(inner_top, line, 1.1, smooth=False)
        if is_open:
            paint.stroke(inner_bottom, line, 0.9, smooth=False)
        if paint.style.outline > 0.5:
            paint.stroke(top, self.outline_color, 0.9, smooth=False)
            paint.stroke(bottom, self.outline_color, 0.9, smooth=False)

    def front(self) -> None:
        """Paint the hair line, a fringe and glasses, which hide what lies behind."""
        person, paint = self.person, self.paint
        if person.hair_style:
            # The hair line runs inside the contour of the head; a fringe comes down further.
            depth = 0.42 if person.hair_style == 2 else 0.16
            crown = np.concatenate([self.left[3::-1], self.top, self.right[:4]])
            line = crown + (self.centre - crown) * depth
            line[[0, -1]] = crown[[0, -1]]
            paint.fill(person.hair, crown, line[::-1])
        if person.glasses:
            frame, (left, right) = (0.12, 0.11, 0.12), self._at("iris_l", "iris_r")
            for iris in (left, right):
                ring = iris + (_circle(12) * (19, 15) + (0, 2))
                paint.stroke(ring, frame, 1.6, closed=True)
            paint.stroke(np.stack([left + (19, 0), right - (19, 0)]), frame, 1.6)


def paint_face(
    person: Person,
    frame: Frame,
    flat: Flat,
    scene: Scene,
    matrix: NDArray[np.float64],
    size: int,
    style: Style,
    rng: np.random.Generator | None,
) -> NDArray[np.uint8]:
    """Paint a projected face (N, 2) in mm as an RGB crop (size, size, 3) uint8.

    ``matrix`` (2, 3) leads from millimetres to pixels of the crop; without ``rng`` there is no
    sensor noise.
    """
    canvas = Canvas(matrix, size, style)
    face = FacePainter(canvas, person, frame, flat)
    face.background(scene)
    for paint in (face.head, face.folds, face.nose, face.mouth, face.eyes, face.front):
        paint()
    return canvas.finish(scene, rng)
