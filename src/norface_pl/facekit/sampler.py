"""3-D people by (subject, clip, frame): deterministic in the seed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from norface_pl.acting.clip import Frame
from norface_pl.acting.tables import TARGET_SUBJECT, DrawnFace
from norface_pl.facekit.avatar import draw_avatar
from norface_pl.facekit.body import body_of
from norface_pl.facekit.camera import five_points, pose_head
from norface_pl.facekit.clip import Recording
from norface_pl.facekit.glasses import put_on
from norface_pl.facekit.muscles import express, shape_weights
from norface_pl.facekit.render import render
from norface_pl.facekit.scene import Scene, sample_scene, studio
from norface_pl.facekit.shapes import Shapes, load_shapes
from norface_pl.faces.align import AU_CROP, similarity

RENDERING = 2
"""Version of the pictures. Raise it when they change, or kept ones of before are used."""

# Streams of random numbers; the first is that of people.
CLIP, SCENE, FRAME = range(1, 4)


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

    def weights(self, subject: int, clip: int, frame: int) -> dict[str, float]:
        """Weights of the shapes that make a frame's expression, gaze included."""
        recording = _recording(self.seed, self.clip_length, subject, clip)[0]
        return shape_weights(recording.frame(frame).aus, recording.gaze(frame))

    def oracle(self, subject: int, clip: int, frame: int) -> NDArray[np.uint8]:
        """Draw the frame's expression on the avatar, frontal: what a perfect normalizer gives."""
        return self.avatar(self.weights(subject, clip, frame))

    def target(self) -> NDArray[np.uint8]:
        """Draw the neutral avatar, RGB (S, S, 3) uint8."""
        return self.avatar({})

    def avatar(self, weights: Mapping[str, float]) -> NDArray[np.uint8]:
        """Draw an expression on the avatar, RGB (S, S, 3) uint8."""
        return draw_avatar(self.shapes, weights, self.image_size)

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
        body = body_of(self.shapes, self.seed, subject)
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
