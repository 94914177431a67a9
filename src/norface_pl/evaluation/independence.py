"""Whether anybody who is tested was seen before."""

from collections.abc import Mapping, Sequence
from typing import Any


def judge(
    population: str,
    tested: Sequence[str],
    classifier: Mapping[str, Any],
    normalizer: Mapping[str, Any] | None,
    redrawn: bool,
) -> tuple[bool | None, str]:
    """Tell whether a result is subject-independent, and why.

    Args:
        population: among whom the names of those who are tested mean one person each; "" where
            the names say it, as "population/name".
        tested: their names; "" where nobody knows.
        classifier: ``population`` and ``subjects`` that trained it or chose its weights.
        normalizer: the same of the normalizer; None if its checkpoint does not say.
        redrawn: whether the classifier reads what the normalizer drew.

    Returns:
        True, False, or None if it cannot be known; and a sentence.
    """
    if not all(tested):
        return None, "the data set does not say who is on its pictures"
    for name, seen in (("classifier", classifier), ("normalizer", normalizer)):
        if name == "normalizer" and not redrawn:
            continue
        if seen is None:
            return None, "the checkpoint of the normalizer does not say whom it was trained on"
        both = sorted(_whole(population, tested) & _whole(seen["population"], seen["subjects"]))
        if both:
            first = (name.rpartition("/")[2] for name in both[:5])
            who = " ".join(first) + (" ..." if len(both) > 5 else "")
            return False, f"the {name} saw {len(both)} of the {len(set(tested))} test people: {who}"
    return True, "nobody who is tested was seen before"


def _whole(population: str, names: Sequence[str]) -> set[str]:
    """Return the names of people with that of their population in front."""
    return {f"{population}/{name}" if population else name for name in names}
