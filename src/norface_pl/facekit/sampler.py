"""3-D people by (subject, clip, frame): deterministic in the seed."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from norface_pl.acting.clip import Frame
from norface_pl.acting.tables import TARGET_SUBJECT, DrawnFace
from norface_pl.facekit.camera import five_points, pose_head
from norface_pl.facekit.clip import Recording
from norface_pl.facekit.glasses import put_on
from norface_pl.facekit.muscles import express, shape_weights
from norface_pl.facekit.render import render
from norface_pl.facekit.scene import Scene, sample_scene, studio
from norface_pl.facekit.shapes import Shapes, Vertices, load_shapes
from norface_pl.facekit.skin import Coat, paint
from norface_pl.facekit.traits import Person, avatar, sample_person
from norface_pl.faces.align import AU_CROP, similarity
from norface_pl.labels import FACEKIT_AUS

RENDERING = 1
"""Version of the pictures. Raise it when they change, or kept ones of before are used."""

# Streams of random numbers, so that a person stays the same whatever happens to clips.
PERSON, CLIP, SCENE, FRAME = range(4)
STRAIGHT = (0.0, 0.0)


@dataclass(frozen=True)
class Body:
    """A person with the mesh and its colours.

    Attributes:
        person: who it is.
        head: (V, 3) neutral vertices in cm.
        coat: what covers them.
    """

    person: Person
    head: Vertices
    coat: Coat


def _closing(mesh: Shapes, head: Vertices) -> np.float32:
    """Weight of the shape that closes a neutral mouth; the release's are a little open."""
    upper, lower = mesh.landmarks[[62, 66]]
    closes = mesh.expression["mouthClose"][[upper, lower], 1]
    way = closes[0] - closes[1]
    gap = head[lower, 1] - head[upper, 1]
    return np.float32(np.clip(gap / way, -0.05, 0.05)) if abs(way) > 0.1 else np.float32(0)


@lru_cache(maxsize=16)
def _body(shapes: Path, seed: int, subject: int) -> Body:
    mesh = load_shapes(shapes)
    rng = np.random.default_rng((seed, PERSON, subject))
    person = avatar() if subject == TARGET_SUBJECT else sample_person(rng)
    weights = person.identity[: len(mesh.identity)].astype(np.float32)
    coat = paint(mesh, person)
    head = mesh.neutral + np.tensordot(weights, mesh.identity, 1)
    head += _closing(mesh, head) * mesh.expression["mouthClose"]
    # Hair stands off the skull, away from its middle.
    outwards = head - head.mean(0)
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    return Body(person, head + coat.lift[:, None] * outwards, coat)


@lru_cache(maxsize=64)
def _recording(seed: int, length: int, subject: int, clip: int) -> tuple[Recording, Scene]:
    recording = Recording(np.random.default_rng((seed, CLIP, subject, clip)), length)
    if subject == TARGET_SUBJECT:
        return recording, studio()
    return recording, sample_scene(np.random.default_rng((seed, SCENE, subject, clip)))


@dataclass(frozen=True)
class FaceKitSampler:
    """Draws 3-D people, aligned by five noisy landmarks as photographs are.

    Attributes:
        shapes: the packed shapes of ICT-FaceKit.
        content: hash of that file.
        seed: of the whole data set.
        image_size: side of the crop in pixels.
        clip_length: frames per clip.
        landmark_noise: standard deviation of the detector's error, of the eye distance.
    """

    shapes: Path
    content: str = ""
    seed: int = 0
    image_size: int = 64
    clip_length: int = 32
    landmark_noise: float = 0.015

    def facts(self) -> dict[str, object]:
        """Return everything that decides the pictures; where the file lies does not."""
        own = asdict(self)
        del own["shapes"]
        return {"rendering": RENDERING, "facekit": own}

    def state(self, subject: int, clip: int, frame: int) -> Frame:
        """Action units, pose and emotion of a frame without drawing it."""
        return _recording(self.seed, self.clip_length, subject, clip)[0].frame(frame)

    def draw(self, subject: int, clip: int, frame: int) -> DrawnFace:
        """Draw and align one frame."""
        recording, scene = _recording(self.seed, self.clip_length, subject, clip)
        rng = np.random.default_rng((self.seed, FRAME, subject, clip, frame))
        return self.portray(subject, recording.frame(frame), recording.gaze(frame), scene, rng)

    def oracle(self, subject: int, clip: int, frame: int) -> NDArray[np.uint8]:
        """Draw the frame's AUs on the avatar, frontal: what a perfect normalizer gives."""
        return self.avatar(self.state(subject, clip, frame).aus)

    def target(self) -> NDArray[np.uint8]:
        """Draw the neutral avatar, RGB (S, S, 3) uint8."""
        return self.avatar(np.zeros((2, len(FACEKIT_AUS))))

    def avatar(self, aus: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Draw action units (2, A) of 0-5 on the avatar, RGB (S, S, 3) uint8."""
        still = Frame(aus, np.zeros(3), -1)
        return self.portray(TARGET_SUBJECT, still, STRAIGHT, studio(), None).image

    def portray(
        self,
        subject: int,
        frame: Frame,
        gaze: tuple[float, float],
        scene: Scene,
        rng: np.random.Generator | None,
    ) -> DrawnFace:
        """Draw anybody in any state; without ``rng`` there is no noise."""
        shapes: Shapes = load_shapes(self.shapes)
        body = _body(self.shapes, self.seed, subject)
        head = express(shapes, body.head, shape_weights(frame.aus, gaze))
        posed = pose_head(head, frame.pose, scene.distance)
        points = five_points(posed.flat, shapes.landmarks)
        if rng is not None:
            distance = float(np.hypot(*(points[1] - points[0])))
            points = points + rng.normal(0, self.landmark_noise * distance, points.shape)
        matrix = similarity(points, AU_CROP, self.image_size)
        glasses = put_on(body.person, body.head[shapes.landmarks], frame.pose, scene.distance)
        image = render(shapes, body.coat, posed, scene, matrix, self.image_size, rng, glasses)
        return DrawnFace(
            image=image,
            intensity=np.rint(frame.aus.max(axis=0)).astype(np.float32),
            pose=frame.pose.astype(np.float32),
            emotion=frame.emotion,
            landmarks=points,
        )
