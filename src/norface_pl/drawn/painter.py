"""Paints the projected control points of a face with OpenCV."""

import numpy as np
from numpy.typing import NDArray

from norface_pl.acting.clip import MAX_INTENSITY, Frame
from norface_pl.drawn.anatomy import neutral
from norface_pl.drawn.canvas import Canvas, Flat, smoothing
from norface_pl.drawn.muscles import FOLDS
from norface_pl.drawn.scene import Scene
from norface_pl.drawn.style import Style
from norface_pl.drawn.traits import Color, Person
from norface_pl.labels import SYNTHETIC_AUS

TEETH = (0.95, 0.94, 0.90)
MOUTH_INSIDE = (0.25, 0.07, 0.08)


def _dark(color: Color, amount: float) -> Color:
    """Darken a skin colour towards a reddish brown by a share of 0 to 1."""
    keep = 1 - amount
    return color[0] * keep + 0.10 * amount, color[1] * keep, color[2] * keep


def _mix(first: Color, second: Color, share: float) -> Color:
    red, green, blue = (a * (1 - share) + b * share for a, b in zip(first, second, strict=True))
    return red, green, blue


class FacePainter:
    """Paints a whole picture in the order in which things hide each other."""

    def __init__(self, canvas: Canvas, person: Person, frame: Frame, flat: Flat) -> None:
        self.paint, self.person, self.frame, self.flat = canvas, person, frame, flat
        self.groups = neutral().groups
        self.outline_color = _dark(person.skin, canvas.style.outline)

    def _at(self, *names: str) -> Flat:
        return np.concatenate([self.flat[self.groups[name]] for name in names])

    def background(self, scene: Scene) -> None:
        """Fill the canvas with the scene's gradient and shapes."""
        canvas = self.paint.pixels
        share = np.linspace(0, 1, canvas.shape[0])[:, None]
        rows = np.array(scene.top) * (1 - share) + np.array(scene.bottom) * share
        canvas[:] = (255 * rows[:, None]).astype(np.uint8)
        for (x, y, width, height, turn), color in zip(
            scene.shapes, scene.shape_colors, strict=True
        ):
            corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2)
            cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
            turned = corners @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
            self.paint.fill(turned, (color[0], color[1], color[2]), smooth=False)

    def head(self) -> None:
        """Paint neck, clothes, hair behind the head, ears, face, beard and freckles."""
        person, paint = self.person, self.paint
        left, right = self._at("outline_l"), self._at("outline_r")
        top, chin = self._at("outline_top"), self._at("outline_chin")
        contour = np.concatenate([top, right, chin, left[::-1]])
        centre = (left[4] + right[4]) / 2
        neck = np.concatenate([left[7:8], right[7:8], right[7:8] + (4, 70), left[7:8] + (-4, 70)])
        paint.fill(neck, _dark(person.skin, 0.22), smooth=False)
        shoulders = [(-60, 150), (60, 150), (170, 185), (170, 300), (-170, 300), (-170, 185)]
        paint.fill(np.array(shoulders) + centre * 0.3, person.clothes, smooth=False)
        if person.hair_style:
            volume = 1 + person.hair_volume / 80
            crown = np.concatenate([left[5::-1], top, right[:6]])
            hair = centre + (crown - centre) * volume
            if person.hair_style == 3:
                sides = [
                    right[9] + (34, 40),
                    right[9] + (4, 40),
                    left[9] + (-4, 40),
                    left[9] + (-34, 40),
                ]
                hair = np.concatenate([hair, np.array(sides)])
            paint.fill(hair, person.hair, smooth=False)
        for side in "lr":
            paint.fill(self._at(f"ear_{side}"), _dark(person.skin, 0.12))
        paint.fill(contour, person.skin)
        shade = 0.10 * paint.style.shading
        for edge in (left, right):
            inner = edge + (centre - edge) * 0.16
            strip = np.concatenate([edge[2:9], inner[8:1:-1]])
            paint.fill(strip, _dark(person.skin, shade))
        paint.stroke(contour, self.outline_color, 1.4, closed=True)
        if person.beard:
            inner = chin[0] + (contour[6:17] - chin[0]) * 0.62
            beard = np.concatenate([contour[6:17], inner[::-1]])
            paint.fill(beard, _mix(person.skin, person.hair, person.beard))
        for x, y in person.freckles:
            turned = centre + (x, y + 8) - (0, 0)
            paint.disc(turned, 1.3, _dark(person.skin, 0.35))

    def folds(self) -> None:
        """Paint wrinkles: permanent ones of the person and those of the active AUs."""
        columns = {au: column for column, au in enumerate(SYNTHETIC_AUS)}
        for name, group in self.groups.items():
            fold, _, side = name.rpartition("_")
            if fold not in FOLDS:
                fold, side = name, ""
            causes = FOLDS.get(fold)
            if causes is None:
                continue
            sides = {"l": self.frame.aus[0], "r": self.frame.aus[1]}.get(
                side, self.frame.aus.mean(axis=0)
            )
            depth = self.person.lines.get(fold, 0.0) * 0.6 + sum(
                gain * float(sides[columns[au]]) / MAX_INTENSITY for au, gain in causes.items()
            )
            if depth > 0.05:
                amount = min(depth * self.paint.style.fold, 0.8)
                color = _dark(self.person.skin, amount)
                self.paint.stroke(self.flat[group], color, 1.2 + 1.2 * min(depth, 1.0))

    def eyes(self) -> None:
        """Paint eye whites, irises clipped by the lids, lids, creases and brows."""
        skin, paint = self.person.skin, self.paint
        for side in "lr":
            upper, lower = self._at(f"lid_upper_{side}"), self._at(f"lid_lower_{side}")
            smooth = smoothing(5, False)
            top, bottom = smooth @ upper, smooth @ lower
            paint.fill(np.concatenate([top, bottom[::-1]]), (0.93, 0.92, 0.90), smooth=False)
            iris = self._at(f"iris_{side}")[0]
            for radius, color in ((6.2 * paint.style.iris, self.person.iris), (2.8, (0.04,) * 3)):
                self._clipped_disc(iris, radius, color, top, bottom)
            paint.stroke(top, _dark(skin, 0.75), 1.6, smooth=False)
            paint.stroke(bottom, _dark(skin, 0.35), 1.0, smooth=False)
            paint.stroke(self._at(f"crease_{side}"), _dark(skin, 0.25), 1.0)
            brow = np.concatenate(
                [self._at(f"brow_top_{side}"), self._at(f"brow_bottom_{side}")[::-1]]
            )
            paint.fill(brow, self.person.brow, smooth=False)

    def _clipped_disc(
        self, centre: Flat, radius: float, color: Color, top: Flat, bottom: Flat
    ) -> None:
        angles = np.linspace(0, 2 * np.pi, 17)[:-1]
        circle = centre + radius * np.column_stack([np.cos(angles), np.sin(angles)])
        order = slice(None) if top[0, 0] < top[-1, 0] else slice(None, None, -1)
        x = np.clip(circle[:, 0], top[order][0, 0], top[order][-1, 0])
        low = np.interp(x, bottom[order][:, 0], bottom[order][:, 1])
        high = np.interp(x, top[order][:, 0], top[order][:, 1])
        inside = np.column_stack([x, np.clip(circle[:, 1], np.minimum(high, low), low)])
        self.paint.fill(inside, color, smooth=False)

    def nose(self) -> None:
        """Paint the sides of the nose, its wings and nostrils."""
        skin, paint = self.person.skin, self.paint
        for side in "lr":
            paint.stroke(self._at(f"bridge_{side}"), _dark(skin, 0.14), 1.5)
            paint.stroke(self._at(f"wing_{side}"), _dark(skin, 0.40), 1.3)
            paint.disc(self._at(f"nostril_{side}")[0], 2.1, _dark(skin, 0.65))
        paint.stroke(self._at("nose_base"), _dark(skin, 0.35), 1.3)

    def mouth(self) -> None:
        """Paint moustache, mouth cavity, teeth and both lips."""
        person, paint, at = self.person, self.paint, self._at
        if person.moustache:
            width = np.concatenate([at("nose_base")[:1] + (-8, 1), at("nose_base")[2:] + (8, 1)])
            lower = np.concatenate([at("corner_r"), at("lip_top_m"), at("corner_l")])
            color = _mix(person.skin, person.hair, person.moustache)
            paint.fill(np.concatenate([width, lower]), color, smooth=False)
        left, right = at("corner_l"), at("corner_r")
        inner_top = np.concatenate([left, at("inner_top_l", "inner_top_m", "inner_top_r"), right])
        inner_bottom = np.concatenate(
            [left, at("inner_bottom_l", "inner_bottom_m", "inner_bottom_r"), right]
        )
        top = np.concatenate([left, at("lip_top_l")[::-1], at("lip_top_m"), at("lip_top_r"), right])
        bottom = np.concatenate([left, at("lip_bottom_l", "lip_bottom_m", "lip_bottom_r"), right])
        five, seven = smoothing(5, False), smoothing(7, False)
        inner_top, inner_bottom = five @ inner_top, five @ inner_bottom
        gap = float((inner_bottom - inner_top)[:, 1].max())
        if gap > 2:
            paint.fill(np.concatenate([inner_top, inner_bottom[::-1]]), MOUTH_INSIDE, smooth=False)
            teeth = inner_top.copy()
            teeth[:, 1] += np.minimum(0.55 * (inner_bottom - inner_top)[:, 1], 6.0)
            paint.fill(np.concatenate([inner_top, teeth[::-1]]), TEETH, smooth=False)
        upper_lip = np.concatenate([seven @ top, inner_top[::-1]])
        lower_lip = np.concatenate([five @ bottom, inner_bottom[::-1]])
        paint.fill(upper_lip, _dark(person.lips, 0.10), smooth=False)
        paint.fill(lower_lip, person.lips, smooth=False)
        line = _dark(person.lips, 0.55)
        paint.stroke(inner_top, line, 1.1, smooth=False)
        if gap > 2:
            paint.stroke(inner_bottom, line, 0.9, smooth=False)
        if paint.style.outline > 0.5:
            paint.stroke(seven @ top, self.outline_color, 0.9, smooth=False)
            paint.stroke(five @ bottom, self.outline_color, 0.9, smooth=False)

    def front(self) -> None:
        """Paint the hair line, a fringe and glasses, which hide what lies behind."""
        person, paint = self.person, self.paint
        left, right, top = self._at("outline_l"), self._at("outline_r"), self._at("outline_top")
        if person.hair_style:
            # The hair line runs inside the contour of the head; a fringe comes down further.
            depth = 0.42 if person.hair_style == 2 else 0.16
            crown = np.concatenate([left[3::-1], top, right[:4]])
            centre = (left[4] + right[4]) / 2
            line = crown + (centre - crown) * depth
            line[[0, -1]] = crown[[0, -1]]
            paint.fill(np.concatenate([crown, line[::-1]]), person.hair, smooth=False)
        if person.glasses:
            frame = (0.12, 0.11, 0.12)
            for side in "lr":
                iris = self._at(f"iris_{side}")[0]
                angles = np.linspace(0, 2 * np.pi, 13)[:-1]
                ring = iris + np.column_stack([19 * np.cos(angles), 15 * np.sin(angles) + 2])
                paint.stroke(ring, frame, 1.6, closed=True)
            bridge = [self._at("iris_l")[0] + (19, 0), self._at("iris_r")[0] - (19, 0)]
            paint.stroke(np.array(bridge), frame, 1.6)


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
    canvas = Canvas(matrix.copy(), size, style)
    face = FacePainter(canvas, person, frame, flat)
    face.background(scene)
    face.head()
    face.folds()
    face.nose()
    face.mouth()
    face.eyes()
    face.front()
    return canvas.finish(scene, rng)
