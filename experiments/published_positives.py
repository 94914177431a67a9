"""Derives how many frames show each action unit from the published weights of the folds.

A weight is w = (1 / rate) / sum(1 / rate) * n over the training frames of a fold, printed with six
digits. So w * positives is the same number K for all action units, and K / w is a whole number for
all of them at once: that leaves few K, mostly one. The positives of the parts follow from those of
the pairs of parts, p1 = (p12 + p13 - p23) / 2, and have to be whole, too. A multiple of a solution
gives the same weights; counts that all share a factor are left out, at a chance of one in millions.

    python experiments/published_positives.py bp4d
"""

import itertools
import sys

import numpy as np

from norface_pl.sources.published import PublishedFacts, class_weights, load_published

HALF_DIGIT = 0.5000001e-6


def fits(weights: np.ndarray, frames: int) -> list[tuple[int, ...]]:
    """Return all positives up to ``frames`` that give the printed weights to the last digit."""
    rarest = int(weights.argmax())
    found = []
    for first in range(1, frames + 1):
        low, high = first * (weights[rarest] - HALF_DIGIT), first * (weights[rarest] + HALF_DIGIT)
        least = np.ceil(low / (weights + HALF_DIGIT) - 1e-9)
        most = np.floor(high / (weights - HALF_DIGIT) + 1e-9)
        if least.max() > frames:
            break
        if (least > most).any():
            continue
        ranges = [range(int(a), int(b) + 1) for a, b in zip(least, most, strict=True)]
        found += [
            candidate
            for candidate in itertools.product(*ranges)
            if np.abs(class_weights(np.array(candidate)) - weights).max() <= HALF_DIGIT
        ]
    return found


def derive(facts: PublishedFacts) -> list[dict[str, tuple[int, ...]]]:
    """Return all positives by part that give the published weights of all folds."""
    frames = {part: facts.frames_of(part) for part in facts.parts}
    pairs = {
        tested: fits(np.array(row), sum(frames.values()) - frames[tested])
        for tested, row in facts.weights.items()
    }
    for tested, candidates in pairs.items():
        print(f"tested part {tested}: {len(candidates)} fit", *candidates[:4], sep="\n  ")
    solutions = []
    for choice in itertools.product(*pairs.values()):
        without = dict(zip(pairs, np.array(choice), strict=True))
        doubled = sum(without.values())
        parts = {part: doubled / 2 - without[part] for part in pairs}
        counts = np.array(list(parts.values()))
        room = np.array([[frames[part]] for part in parts])
        if (counts != counts.round()).any() or (counts < 0).any() or (counts > room).any():
            continue
        if np.gcd.reduce(counts.astype(int), axis=None) == 1:
            solutions.append({part: tuple(map(int, row)) for part, row in parts.items()})
    return solutions


def main() -> None:
    """Prints what fits, in the notation of the YAML."""
    facts = load_published(sys.argv[1])
    solutions = derive(facts)
    print(f"{len(solutions)} solutions")
    for solution in solutions:
        print("positives:")
        for part, row in solution.items():
            rates = np.array(row) / facts.frames_of(part)
            print(f'  "{part}": {list(row)}  # rates {rates.round(3).tolist()}')


if __name__ == "__main__":
    main()
