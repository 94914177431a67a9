"""Which face of a film is which: boxes that overlap from frame to frame are one person."""

from collections.abc import Sequence

from norface_pl.faces.detect import Face, overlap

SAME = 0.3
"""Overlap of two boxes, as a part of the area of both, from which they are one face."""

PATIENCE = 1.0
"""Seconds after which a face that was not seen is forgotten."""


class Tracks:
    """Numbers the faces of one film, from 0 in the order in which they appear."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[float, Face]] = {}
        self._next = 0
        self._last = 0.0

    def number(self, faces: Sequence[Face], moment: float) -> list[int]:
        """Return the number of each face of a frame.

        Args:
            faces: the largest first.
            moment: of the frame, in seconds.
        """
        # Of a film of which few frames are looked at, the last one counts however long ago it was.
        since = min(self._last, moment - PATIENCE)
        self._seen = {n: seen for n, seen in self._seen.items() if seen[0] >= since}
        self._last = moment
        pairs = [
            (overlap(face, before), number, place)
            for place, face in enumerate(faces)
            for number, (_, before) in self._seen.items()
        ]
        chosen: dict[int, int] = {}
        for shared, number, place in sorted(pairs, key=lambda pair: -pair[0]):
            if shared >= SAME and place not in chosen and number not in chosen.values():
                chosen[place] = number
        for place, face in enumerate(faces):
            if place not in chosen:
                chosen[place] = self._next
                self._next += 1
            self._seen[chosen[place]] = (moment, face)
        return [chosen[place] for place in range(len(faces))]
