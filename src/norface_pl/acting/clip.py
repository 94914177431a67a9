"""What happens in a clip: action units and head pose that change smoothly over its frames.

A clip is one person before one background in one light, the shape of BP4D and DISFA. Its events
are emotions (an AU prototype with variation) and single action units, each with onset, apex and
offset; overlapping events of one AU do not add up, the stronger one is seen.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from norface_pl.labels import EMOTIONS, MAX_INTENSITY, SYNTHETIC_AUS

# Emotion -> {AU: (probability of taking part, mean intensity)}, after the prototypes of EMFACS.
PROTOTYPES: dict[str, dict[int, tuple[float, float]]] = {
    "happiness": {6: (0.9, 3.2), 12: (1.0, 4.0), 25: (0.6, 3.0), 7: (0.2, 2.5)},
    "sadness": {1: (0.9, 3.5), 4: (0.7, 2.8), 15: (0.95, 3.6), 17: (0.5, 3.0)},
    "surprise": {1: (0.95, 4.0), 2: (0.95, 4.0), 5: (0.8, 3.5), 25: (0.6, 3.0), 26: (0.9, 3.5)},
    "fear": {1: (0.9, 3.6), 2: (0.7, 3.0), 4: (0.7, 2.8), 5: (0.9, 3.8)}
    | {20: (0.9, 3.6), 25: (0.7, 3.0)},
    "disgust": {9: (0.95, 4.0), 10: (0.6, 3.2), 15: (0.3, 2.6), 17: (0.5, 3.0)},
    "anger": {4: (1.0, 4.0), 5: (0.4, 2.8), 7: (0.8, 3.2), 23: (0.7, 3.4), 24: (0.6, 3.2)},
    "contempt": {12: (0.7, 2.8), 14: (1.0, 3.8)},
}
EMOTION_LENGTH = (7, 12)
ACTION_LENGTH = (4, 9)
SINGLE_EVENTS_PER_FRAME = 0.022
APEX_SHARE = 0.6


@dataclass(frozen=True)
class Frame:
    """The state of a face in one frame; by default neutral and seen from the front.

    Attributes:
        aus: (2, A) intensities 0-5, left and right half in the picture.
        pose: (3,) yaw, pitch, roll in degrees; positive yaw turns to the right of the picture,
            positive pitch looks up, positive roll is clockwise in the picture.
        emotion: index in ``EMOTIONS``, or -1 where none is expressed clearly.
    """

    aus: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, len(SYNTHETIC_AUS))))
    pose: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    emotion: int = -1


@dataclass(frozen=True)
class Event:
    """One contraction of one AU: centre and length in frames, (2,) peaks left and right."""

    column: int
    centre: float
    length: float
    peaks: NDArray[np.float64]
    emotion: int = -1

    def envelope(self, frame: float) -> float:
        """Share of the peak at a frame: raised-cosine onset, flat apex, raised-cosine offset."""
        distance = abs(frame - self.centre) / (self.length / 2)
        if distance >= 1:
            return 0.0
        if distance <= APEX_SHARE:
            return 1.0
        return 0.5 + 0.5 * float(np.cos(np.pi * (distance - APEX_SHARE) / (1 - APEX_SHARE)))


class Clip:
    """The events and head movement of one clip of ``length`` frames, of the given AUs."""

    def __init__(
        self, rng: np.random.Generator, length: int, aus: tuple[int, ...] = SYNTHETIC_AUS
    ) -> None:
        self.length, self.aus = length, aus
        self.events: list[Event] = []
        self._add_emotions(rng)
        self._add_actions(rng)
        centre = rng.normal(0, (9.0, 6.0, 4.0))
        swing = np.abs(rng.normal(0, (9.0, 5.0, 4.0)))
        self._pose = (centre, swing, rng.uniform(0, 2 * np.pi, 3), rng.uniform(0.5, 2.0, 3))

    def _peaks(self, rng: np.random.Generator, mean: float, one_sided: bool) -> NDArray[np.float64]:
        peak = float(np.clip(rng.normal(mean, 0.7), 1.0, MAX_INTENSITY))
        weaker = rng.uniform(0.0, 0.3) if one_sided else rng.uniform(0.8, 1.0)
        peaks = np.array([peak, peak * weaker])
        return peaks if rng.uniform() < 0.5 else peaks[::-1].copy()

    def _add_emotions(self, rng: np.random.Generator) -> None:
        columns = {au: column for column, au in enumerate(self.aus)}
        start = float(rng.uniform(0, 6))
        while start < self.length:
            name = str(rng.choice(list(PROTOTYPES)))
            length = float(rng.uniform(*EMOTION_LENGTH))
            strength = float(rng.uniform(0.75, 1.15))
            for au, (probability, mean) in PROTOTYPES[name].items():
                if rng.uniform() < probability:
                    peaks = self._peaks(rng, mean * strength, name == "contempt")
                    centre = start + length / 2 + float(rng.normal(0, 0.4))
                    column, emotion = columns[au], EMOTIONS.index(name)
                    self.events.append(Event(column, centre, length, peaks, emotion))
            start += length + float(rng.uniform(1, 7))

    def _add_actions(self, rng: np.random.Generator) -> None:
        for column in range(len(self.aus)):
            for _ in range(rng.poisson(SINGLE_EVENTS_PER_FRAME * self.length)):
                length = float(rng.uniform(*ACTION_LENGTH))
                peaks = self._peaks(rng, 3.3, bool(rng.uniform() < 0.15))
                centre = float(rng.uniform(0, self.length))
                self.events.append(Event(column, centre, length, peaks))

    def frame(self, number: int) -> Frame:
        """State of the face in frame ``number``, 0 to ``length - 1``."""
        aus = np.zeros((2, len(self.aus)))
        clearest, emotion = 0.5, -1
        for event in self.events:
            share = event.envelope(number)
            if share > 0:
                aus[:, event.column] = np.maximum(aus[:, event.column], share * event.peaks)
                if event.emotion >= 0 and share > clearest:
                    clearest, emotion = share, event.emotion
        if emotion < 0 and aus.max() < 1.0:
            emotion = EMOTIONS.index("neutral")
        centre, swing, phase, speed = self._pose
        pose = centre + swing * np.sin(phase + speed * 2 * np.pi * number / self.length)
        return Frame(aus, np.clip(pose, (-30, -20, -20), (30, 20, 20)), emotion)
