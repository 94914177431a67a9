"""What weights of an avatar's shapes have to fulfil: what is read of them, and what is likely."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from norface_pl.teachers.face_landmarker import facts

if TYPE_CHECKING:
    from experiments.imitation_fit import Avatars, Photographs

Floats = NDArray[np.floating]
UNITS = (6, 9, 15, 17)
"""Action units that are read from the mesh: with logits, and then without them."""

# Channels that say nothing, and those that say little on news photographs but matter.
DEAD = ("noseSneer", "cheekPuff", "cheekSquint", "jawForward")
RARE = ("mouthFrown", "mouthShrugLower", "mouthPress", "mouthRoll", "eyeWide", "jawOpen")
RARE += ("mouthFunnel", "mouthClose")
# Shapes that are told by one channel of their own: highest weight, and the percentile that has it.
OWN = {"mouthPress": (0.85, 99.0), "mouthDimple": (0.85, 99.0), "eyeSquint": (0.85, 99.0)}
OWN |= {"eyeWide": (0.85, 99.3), "mouthRollLower": (0.8, 99.0), "mouthRollUpper": (0.8, 99.0)}
SQUINTS = ("cheekSquintLeft", "cheekSquintRight", "eyeSquintLeft", "eyeSquintRight")
CONJUGATE = [("Up_L", "Up_R"), ("Down_L", "Down_R"), ("Out_L", "In_R"), ("In_L", "Out_R")]
OPPOSED = [
    ("eyeLookIn|", "eyeLookOut|"),
    ("eyeLookUp|", "eyeLookDown|"),
    ("eyeWide|", "eyeSquint|"),
]
OPPOSED += [("eyeWide|", "eyeBlink|"), ("browDown|", "browInnerUp|"), ("browDown|", "browOuterUp|")]
OPPOSED += [("mouthSmile|", "mouthFrown|"), ("mouthLeft", "mouthRight"), ("jawLeft", "jawRight")]
OPPOSED += [("mouthPucker", "mouthStretch|"), ("mouthPucker", "mouthSmile|")]


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is asked of the weights (N, S) of N photographs.

    Attributes:
        mean, deviation: (52,) of the logits of avatars.
        logits: (N, 52) that are to be read of the avatar, standardized.
        spread: (52,) of these.
        importance: (52,) of the channels.
        top: (S,) highest weight of every shape.
        told_places, told: shapes whose weights (N, T) are known.
        pairs: shapes that are mostly alike, and how much that counts.
        against: shapes that do not act together.
    """

    mean: Tensor
    deviation: Tensor
    logits: Tensor
    spread: Tensor
    importance: Tensor
    top: Tensor
    told_places: list[int]
    told: Tensor
    pairs: list[tuple[int, int, float]]
    against: list[tuple[int, int]]

    def limit(self, values: Tensor) -> Tensor:
        """Return weights between 0 and the highest of each shape, near 0 at first."""
        return self.top * torch.sigmoid(2 * values - 2.5)

    def standardized(self, logits: Tensor) -> Tensor:
        """Return logits (B, 52) in deviations of those of avatars."""
        return (logits - self.mean) / self.deviation

    def standardized_back(self, values: Tensor) -> Tensor:
        """Undo `standardized`."""
        return values * self.deviation + self.mean

    def lopsided(self, weights: Tensor) -> Tensor:
        """Return how much both sides differ."""
        left, right, count = (list(part) for part in zip(*self.pairs, strict=True))
        return (torch.tensor(count) * (weights[:, left] - weights[:, right]).square()).mean()

    def opposed(self, weights: Tensor) -> Tensor:
        """Return how much acts together that does not."""
        one, other = (list(part) for part in zip(*self.against, strict=True))
        return (weights[:, one] * weights[:, other]).mean()


def wanted(
    photographs: "Photographs", avatars: "Avatars", units: Floats, names: list[str]
) -> Wanted:
    """Return what is asked of the weights.

    Args:
        photographs: what was read of them.
        avatars: what was read of these, the first at rest.
        units: (N, 2 * len(UNITS)) standardized action units of the photographs.
        names: of the shapes.
    """
    channels: list[str] = facts()["channels"]
    place = {name: index for index, name in enumerate(names)}
    mean, deviation = avatars.logits.mean(0), avatars.logits.std(0) + 1e-3
    goal = (moved(photographs, avatars) - mean) / deviation
    told = _told(photographs, units, channels, place)
    active = np.argsort(-(1 / (1 + np.exp(-photographs.logits))).var(0))[:25]
    importance = np.array(
        [
            0.0
            if name == "_neutral"
            else 0.02
            if name.startswith(DEAD)
            else 0.8
            if name.startswith(RARE)
            else 1.0
            if number in active
            else 0.4
            for number, name in enumerate(channels)
        ]
    )
    sides = [name for name in names if name.endswith("_L") and "eyeLook" not in name]
    pairs = [(place[name], place[f"{name[:-2]}_R"], 1.0) for name in sides]
    pairs += [(place[f"eyeLook{a}"], place[f"eyeLook{b}"], 3.0) for a, b in CONJUGATE]
    return Wanted(
        mean=_tensor(mean),
        deviation=_tensor(deviation),
        logits=_tensor(goal),
        spread=_tensor(goal[photographs.train].std(0)).clamp_min(0.15),
        importance=_tensor(importance),
        top=_tensor(np.array([_highest(name) for name in names])),
        told_places=sorted(told),
        told=_tensor(np.stack([told[shape] for shape in sorted(told)], 1)),
        pairs=pairs,
        against=[
            (place[a.replace("|", f"_{side}")], place[b.replace("|", f"_{side}")])
            for a, b in OPPOSED
            for side in ("LR" if "|" in a + b else "L")
        ],
    )


def moved(photographs: "Photographs", avatars: "Avatars") -> Floats:
    """Return the logits (N, 52) of photographs, moved to those that avatars have.

    A face at rest becomes the avatar at rest, and the strongest expressions the strongest ones.
    """
    rest, start = np.median(photographs.logits[photographs.rest], 0), avatars.logits[0]
    low, high = np.percentile(avatars.logits, [0.5, 99.6], 0)
    least, most = np.percentile(photographs.logits[photographs.train], [1.5, 98.5], 0)
    up = ((high - start) / np.maximum(most - rest, 0.5)).clip(0.1, 2)
    down = ((start - low) / np.maximum(rest - least, 0.5)).clip(0.1, 2)
    change = photographs.logits - rest
    result: Floats = np.clip(start + np.where(change > 0, up, down) * change, low - 0.5, high + 1)
    return result


def _told(
    photographs: "Photographs", units: Floats, channels: list[str], place: dict[str, int]
) -> dict[int, Floats]:
    """Return the weights (N,) of shapes that channels or the mesh tell, by place."""
    logits, train = photographs.logits, photographs.train
    unit = {("both", number): units[:, index] for index, number in enumerate(UNITS)}
    unit |= {("mesh", number): units[:, len(UNITS) + i] for i, number in enumerate(UNITS)}

    def level(*names: str) -> Floats:
        total = sum(logits[:, channels.index(name)] for name in names)
        result: Floats = (total - total[train].mean()) / total[train].std()
        return result

    def share(values: Floats, percentile: float = 99.7) -> Floats:
        rest = np.median(values[photographs.rest])
        most = np.percentile(values[train], percentile)
        result: Floats = ((values - rest) / (most - rest)).clip(0, 1.1)
        return result

    frown = share(unit["mesh", 15] + level("mouthFrownLeft", "mouthFrownRight"))
    raised = 0.9 * share(unit["both", 6] + level(*SQUINTS))
    sneer = share(unit["both", 9])
    told = {
        place[f"{name}_{side}"]: values
        for name, values in (("mouthFrown", frown), ("cheekRaiser", raised), ("noseSneer", sneer))
        for side in "LR"
    }
    told[place["mouthShrugLower"]] = share(unit["mesh", 17] + level("mouthShrugLower"))
    for name, (most, percentile) in OWN.items():
        for shape, channel in ((f"{name}_L", f"{name}Left"), (f"{name}_R", f"{name}Right")):
            if shape in place:
                told[place[shape]] = most * share(level(channel), percentile)
            else:
                told[place[name]] = most * share(level(name), percentile)
    return told


def _highest(name: str) -> float:
    if name.startswith("PupilDilate"):
        return 0.0
    if name.startswith(("cheekPuff", "jawForward")):
        return 0.4
    return 0.9 if "eyeLook" in name else 1.25


def _tensor(values: Floats) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)
