"""What happens in a clip of a 3-D person: emotions, single action units, speech and blinks."""

import numpy as np

from norface_pl.acting.clip import Clip, Event, Frame
from norface_pl.facekit.muscles import COLUMN
from norface_pl.labels import EMOTIONS, FACEKIT_AUS

SPEAKING_CLIPS = 0.3
BLINKS_PER_FRAME = 0.03
# What a mouth does while it speaks: AU -> (probability of taking part in a syllable, intensity).
SYLLABLE = {25: (1.0, 2.6), 26: (0.7, 2.0), 20: (0.2, 1.6), 23: (0.15, 1.6), 17: (0.1, 1.5)}


class Recording(Clip):
    """One clip; opposing action units of a frame do not act together."""

    def __init__(self, rng: np.random.Generator, length: int) -> None:
        super().__init__(rng, length, FACEKIT_AUS)
        if rng.uniform() < SPEAKING_CLIPS:
            self._add_speech(rng)
        for _ in range(rng.poisson(BLINKS_PER_FRAME * length)):
            peaks = rng.uniform(4, 5) * np.ones(2)
            self.events.append(Event(COLUMN[43], float(rng.uniform(0, length)), 3.0, peaks))
        wander = rng.normal(0, 0.3, 2) if rng.uniform() < 0.5 else np.zeros(2)
        self._gaze = wander, rng.uniform(0, 2 * np.pi, 2)

    def _add_speech(self, rng: np.random.Generator) -> None:
        start, end = np.sort(rng.uniform(0, self.length, 2))
        while start < end:
            length = float(rng.uniform(2, 4))
            for au, (probability, mean) in SYLLABLE.items():
                if rng.uniform() < probability:
                    peak = float(np.clip(rng.normal(mean, 0.7), 0.5, 4.5))
                    centre = float(start + length / 2)
                    self.events.append(Event(COLUMN[au], centre, length, np.full(2, peak)))
            start += length * rng.uniform(0.7, 1.4)

    def gaze(self, number: int) -> tuple[float, float]:
        """Where the eyes look in a frame: right of the picture and up, about -1 to 1."""
        wander, phase = self._gaze
        right, up = wander * np.sin(phase + 2 * np.pi * number / self.length)
        return float(right), float(up)

    def frame(self, number: int) -> Frame:
        """State of the face in frame ``number``, 0 to ``length - 1``."""
        frame = super().frame(number)
        aus = frame.aus
        # A dropping jaw parts the lips, parted lips are not pressed, closed eyes are not wide.
        opened = aus[:, COLUMN[26]]
        aus[:, COLUMN[25]] = np.maximum(aus[:, COLUMN[25]], 0.8 * opened)
        for au, against in ((23, 25), (24, 25), (5, 43)):
            aus[:, COLUMN[au]] = (aus[:, COLUMN[au]] - aus[:, COLUMN[against]]).clip(0)
        # Chin and jaw have no halves; nor has what the whole mouth does.
        for au in (17, 23, 25, 26):
            aus[:, COLUMN[au]] = aus[:, COLUMN[au]].mean()
        emotion = frame.emotion
        if emotion == EMOTIONS.index("neutral") and aus.max() >= 1:
            emotion = -1
        return Frame(aus, frame.pose, emotion)
