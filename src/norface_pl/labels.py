"""Names of action units and emotions; numbers and names follow the FACS manual."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from norface_pl.types import TASKS, Task, TaskOrTasks

if TYPE_CHECKING:
    # Names are needed where no tensor is: torch takes seconds to load.
    from torch import Tensor

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

AFFECT = ("valence", "arousal")
"""How pleasant, and how excited, each from -1 to 1."""

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


def in_one_list(labels: dict[Task, list[str]]) -> list[str]:
    """Return the names of all labels in one list; those of several tasks as "task/name"."""
    if len(labels) == 1:
        return [*next(iter(labels.values()))]
    return [f"{task}/{name}" for task, names in labels.items() for name in names]


def by_task(task: TaskOrTasks, names: list[str]) -> dict[Task, list[str]]:
    """Inverse of `in_one_list`; a name of no task stands nowhere."""
    if not isinstance(task, list):
        return {task: list(names)}
    if len(task) == 1:
        return {task[0]: list(names)}
    return {
        one: [name.removeprefix(f"{one}/") for name in names if name.startswith(f"{one}/")]
        for one in task
    }


def first_labels(known: "Mapping[str, Any]") -> "Tensor":
    """Return the labels of the first task of a batch or a split: what stage 1 learns from."""
    labels: Tensor = next(known[task] for task in TASKS if task in known)
    return labels
