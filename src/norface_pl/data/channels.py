"""Action units that the channels of a teacher of expressions show."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from norface_pl.labels import FACEKIT_AUS

# AU -> beginnings of the names of MediaPipe's channels that show it. Those of AU 9 and 10 do not
# (a wrinkled nose leaves noseSneer still, and mouthUpperUp goes with laughter).
CHANNELS_OF: dict[int, tuple[str, ...]] = {
    1: ("browInnerUp",),
    2: ("browOuterUp",),
    4: ("browDown",),
    5: ("eyeWide",),
    6: ("cheekSquint", "eyeSquint"),
    7: ("eyeSquint",),
    12: ("mouthSmile",),
    15: ("mouthFrown",),
    17: ("mouthShrugLower",),
    20: ("mouthStretch",),
    23: ("mouthRollLower", "mouthRollUpper"),
    24: ("mouthPress",),
    25: ("mouthLowerDown", "jawOpen"),
    26: ("jawOpen",),
    43: ("eyeBlink",),
}


def with_channels(
    explained: NDArray[np.floating], logits: NDArray[np.floating], names: Sequence[str]
) -> NDArray[np.float32]:
    """Return action units (N, A) of 0-5 that two readings of the same faces tell, their mean.

    A channel has no intensity: it puts faces into an order, and as many of them get each intensity
    as have it by the other reading. Units without a channel stay as they are.

    Args:
        explained: intensities (N, A) of `FACEKIT_AUS` that explain the weights of an avatar.
        logits: (N, C) of the channels.
        names: of the channels; those of a teacher that calls them otherwise are not used.
    """
    told = np.array(explained, np.float32)
    for column, au in enumerate(FACEKIT_AUS):
        sides = [_side(logits, names, CHANNELS_OF.get(au, ()), side) for side in ("Left", "Right")]
        known = [values for values in sides if values is not None]
        if known and len(told):
            place = np.argsort(np.argsort(np.max(known, axis=0), kind="stable"), kind="stable")
            told[:, column] = (told[:, column] + np.sort(told[:, column])[place]) / 2
    return told


def _side(
    logits: NDArray[np.floating], names: Sequence[str], begin: Sequence[str], side: str
) -> NDArray[np.floating] | None:
    """Mean (N,) of the channels of a side of the face, and of those of both; None without any."""
    wanted = {name for start in begin for name in (start, start + side)}
    columns = [place for place, name in enumerate(names) if name in wanted]
    return logits[:, columns].mean(1) if columns else None
