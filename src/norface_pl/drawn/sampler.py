"""Drawn faces by (subject, clip, frame): deterministic in the seed, no files needed."""

from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from norface_pl.acting.clip import Clip, Frame
from norface_pl.acting.tables import TARGET_SUBJECT, DrawnFace
from norface_pl.drawn.canvas import STYLES
from norface_pl.drawn.geometry import face_points, landmarks, project
from norface_pl.drawn.painter import paint_face
from norface_pl.drawn.scene import Scene, sample_scene
from norface_pl.drawn.traits import Person, sample_person
from norface_pl.faces.align import AU_CROP, similarity

# Streams of random numbers, so that a person stays the same whatever happens to clips.
PERSON, CLIP, SCENE, FRAME = range(4)
DRAWING = 1
"""Version of the drawings. Raise it when drawn pictures change, or kept ones of before are used."""


@lru_cache(maxsize=256)
def _cast(seed: int, clip_length: int, subject: int, clip: int) -> tuple[Person, Clip, Scene]:
    recording = Clip(np.random.default_rng((seed, CLIP, subject, clip)), clip_length)
    if subject == TARGET_SUBJECT:
        return Person(), recording, Scene()
    person = sample_person(np.random.default_rng((seed, PERSON, subject)))
    return person, recording, sample_scene(np.random.default_rng((seed, SCENE, subject, clip)))


@dataclass(frozen=True)
class FaceSampler:
    """Draws faces that were aligned by five noisy landmarks, as photographs are.

    Attributes:
        seed: of the whole data set.
        image_size: side of the crop in pixels.
        clip_length: frames per clip.
        landmark_noise: standard deviation of the detector's error, of the eye distance.
        style: ``plain`` or ``comic``.
    """

    seed: int = 0
    image_size: int = 64
    clip_length: int = 32
    landmark_noise: float = 0.015
    style: str = "plain"

    def facts(self) -> dict[str, object]:
        """Return everything that decides the pictures."""
        return {"drawing": DRAWING, "sampler": asdict(self)}

    def state(self, subject: int, clip: int, frame: int) -> Frame:
        """Action units, pose and emotion of a frame without drawing it."""
        return _cast(self.seed, self.clip_length, subject, clip)[1].frame(frame)

    def draw(self, subject: int, clip: int, frame: int) -> DrawnFace:
        """Draw and align one frame."""
        person, recording, scene = _cast(self.seed, self.clip_length, subject, clip)
        rng = np.random.default_rng((self.seed, FRAME, subject, clip, frame))
        return self._draw(person, recording.frame(frame), scene, rng)

    def oracle(self, subject: int, clip: int, frame: int) -> NDArray[np.uint8]:
        """Draw the frame's AUs on the target person, frontal: what a perfect normalizer gives."""
        aus = self.state(subject, clip, frame).aus
        return self._draw(Person(), Frame(aus), Scene(), None).image

    def target(self) -> NDArray[np.uint8]:
        """Draw the neutral target face, RGB (S, S, 3) uint8."""
        return self._draw(Person(), Frame(), Scene(), None).image

    def _draw(
        self, person: Person, frame: Frame, scene: Scene, rng: np.random.Generator | None
    ) -> DrawnFace:
        flat = project(face_points(person, frame), frame.pose)
        points = landmarks(flat) * scene.size + scene.offset
        if rng is not None:
            distance = float(np.hypot(*(points[1] - points[0])))
            points = points + rng.normal(0, self.landmark_noise * distance, points.shape)
        matrix = similarity(points, AU_CROP, self.image_size)
        matrix[:, 2] += matrix[:, :2] @ scene.offset
        matrix[:, :2] *= scene.size
        style = STYLES[self.style]
        image = paint_face(person, frame, flat, scene, matrix, self.image_size, style, rng)
        # The stronger half of the face counts, as FACS scores it.
        intensity = np.rint(frame.aus.max(axis=0)).astype(np.float32)
        return DrawnFace(image, intensity, frame.pose.astype(np.float32), frame.emotion, points)


def draw_portrait(size: int = 320) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Draw the neutral target from the front, with a whole head that detectors of real faces find.

    Returns:
        RGB (size, size, 3) uint8 and the five landmarks (5, 2) in pixels.
    """
    person, still = Person(), Frame()
    flat = project(face_points(person, still), still.pose)
    points = landmarks(flat)
    # Detectors want the hair and the chin: 320 mm fill the picture.
    scale = size / 320
    matrix = np.column_stack([np.eye(2) * scale, size / 2 - scale * points.mean(0)])
    picture = paint_face(person, still, flat, Scene(), matrix, size, STYLES["plain"], None)
    return picture, points @ matrix[:, :2].T + matrix[:, 2]
