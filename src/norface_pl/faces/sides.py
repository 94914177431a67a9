"""Left and right in the names of what moves in a face."""

from collections.abc import Sequence

# A movement of one side of the face is called so, and its twin like the other word of the pair.
_SIDES = (("Left", "Right"), ("_L", "_R"))


def twins(names: Sequence[str]) -> list[int]:
    """Return which of the named movements each is in the mirrored face, (N,).

    Args:
        names: as MediaPipe (``mouthSmileLeft``) or ICT-FaceKit (``mouthSmile_L``) call them; what
            has no side, or no twin, stays where it is.
    """
    place = {name: index for index, name in enumerate(names)}
    return [place.get(_twin(name), place[name]) for name in names]


def _twin(name: str) -> str:
    """Return the same movement of the other side of the face, or to the other side."""
    for left, right in _SIDES:
        if name.endswith(left):
            return name.removesuffix(left) + right
        if name.endswith(right):
            return name.removesuffix(right) + left
    return name
