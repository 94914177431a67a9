"""Names of action units and emotions; numbers and names follow the FACS manual."""

ACTION_UNITS: dict[int, str] = {
    1: "Inner Brow Raiser",
    2: "Outer Brow Raiser",
    4: "Brow Lowerer",
    5: "Upper Lid Raiser",
    6: "Cheek Raiser",
    7: "Lid Tightener",
    9: "Nose Wrinkler",
    10: "Upper Lip Raiser",
    11: "Nasolabial Deepener",
    12: "Lip Corner Puller",
    13: "Sharp Lip Puller",
    14: "Dimpler",
    15: "Lip Corner Depressor",
    16: "Lower Lip Depressor",
    17: "Chin Raiser",
    18: "Lip Pucker",
    20: "Lip Stretcher",
    22: "Lip Funneler",
    23: "Lip Tightener",
    24: "Lip Pressor",
    25: "Lips Part",
    26: "Jaw Drop",
    27: "Mouth Stretch",
    28: "Lip Suck",
    43: "Eyes Closed",
}

SYNTHETIC_AUS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26)
"""The action units of the drawn faces, in the order of their label columns."""

FACEKIT_AUS = (*SYNTHETIC_AUS, 43)
"""The action units of the 3-D people, in the order of their label columns."""

BP4D_AUS = (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)
"""Occurrences that are scored on BP4D, in the order of their label columns."""

BP4D_INTENSITY_AUS = (6, 10, 12, 14, 17)
"""Intensities that BP4D and BP4D+ are coded for."""

BP4DPLUS_AUS = BP4D_AUS
"""Occurrences that are scored on BP4D+."""

DISFA_AUS = (1, 2, 4, 6, 9, 12, 25, 26)
"""Occurrences that are scored on DISFA; it is coded by intensity only."""

DISFA_INTENSITY_AUS = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)
"""Intensities that DISFA is coded for."""

SHARED_AUS = tuple(number for number in BP4D_AUS if number in DISFA_AUS)
"""Occurrences scored on BP4D and on DISFA: what a model of one can be tested for on the other."""

EMOTIONS = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
"""The basic emotions in the order of their class index."""

RAFDB_EXPRESSIONS = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
"""RAF-DB's expressions in its own order, which counts from 1."""

AFFECTNET_EXPRESSIONS = EMOTIONS
"""AffectNet's eight expressions in its own order, counted from 0."""

FER2013_EXPRESSIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""FER2013's expressions in its own order, counted from 0."""

FERPLUS_EXPRESSIONS = (
    *("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"),
)
"""FER+'s expressions in the order of its vote columns."""

MAX_INTENSITY = 5.0
"""FACS intensities run from 0 (absent) over 1 (A, trace) to 5 (E, maximum)."""


def au_name(number: int) -> str:
    """Column and log name of an action unit: ``au_name(12) == "AU12"``."""
    return f"AU{number}"


def au_number(name: str) -> int:
    """Inverse of `au_name`; ValueError for anything else."""
    if not name.startswith("AU") or not name[2:].isdecimal():
        raise ValueError(f"not an action unit name: {name!r}")
    return int(name[2:])
