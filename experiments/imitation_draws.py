"""Random weights of ICT-FaceKit's shapes, of which a network learns what a landmarker reads."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Share of the shapes that take part, one of these for each face.
SHARES = (0.08, 0.15, 0.3)


def random_weights(
    count: int, names: Sequence[str], random: np.random.Generator
) -> NDArray[np.float32]:
    """Return weights (count, S), the first row at rest: mostly alike on both sides, as in life."""
    place = {name: index for index, name in enumerate(names)}
    rows = np.zeros((count, len(names)), np.float32)
    for row in rows[1:]:
        share = float(random.choice(SHARES))
        for name in names:
            if "eyeLook" in name or name.endswith("_R") or random.uniform() >= share:
                continue
            if name.endswith("_L"):
                sides = _both_sides(random)
                row[place[name]], row[place[f"{name[:-2]}_R"]] = sides
            else:
                row[place[name]] = random.beta(1, 1.5)
        if random.uniform() < 0.45:
            row[place["jawOpen"]] = random.beta(1, 2)
        closed, opened = place["mouthClose"], place["jawOpen"]
        row[closed] = min(row[closed], 0.8 * row[opened])
        _look(row, place, random)
    return rows


def _both_sides(random: np.random.Generator) -> tuple[float, float]:
    stronger = 1.1 * random.beta(1.1, 1.1)
    alike = random.uniform() < 0.75
    weaker = stronger * (random.uniform(0.8, 1.0) if alike else random.uniform(0, 1))
    return (stronger, weaker) if random.uniform() < 0.5 else (weaker, stronger)


def _look(row: NDArray[np.float32], place: dict[str, int], random: np.random.Generator) -> None:
    """Let both eyes look the same way."""
    if random.uniform() < 0.3:
        return
    across, up = random.normal(0, 0.4, 2)
    left, right = ("Out", "In") if across > 0 else ("In", "Out")
    row[place[f"eyeLook{left}_L"]] = row[place[f"eyeLook{right}_R"]] = abs(across)
    for side in "LR":
        row[place[f"eyeLook{'Up' if up > 0 else 'Down'}_{side}"]] = abs(up)
