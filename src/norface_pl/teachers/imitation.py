"""What a Face Landmarker reads, as weights of ICT-FaceKit's expression shapes.

An avatar with these weights shows the expression: read by the landmarker in turn, it gives the same
logits. The file beside this module holds a small network that was trained for that, see
`experiments/imitation.py` for how, and on whom. Action units that the logits do not tell (6, 9, 15,
17) are read from the mesh, by regressions that were fitted on rendered people.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from norface_pl.teachers.canonical import CanonicalFace, rotation

_FILE = "imitation.npz"
# Beyond these many standard deviations a reading is taken for a mistake.
_FAR_LOGIT, _FAR_UNIT = 5.0, 4.0
# The last layer is steep and starts near 0, where a face at rest is.
_SLOPE, _REST = 2.0, 2.5


def shape_names() -> list[str]:
    """Return the names of the shapes, ``_L`` and ``_R`` for the person's own sides."""
    return [str(name) for name in _content()["names"]]


def imitate(
    points: NDArray[np.floating], logits: NDArray[np.floating], canonical: CanonicalFace
) -> NDArray[np.float64]:
    """Return the weight of every shape, (S,), 0 at rest and about 1 at most.

    Args:
        points: (478, 3) of the mesh; axes as those of ``canonical``, in any unit.
        logits: (52,) of the channels.
        canonical: the mean face.
    """
    content = _content()
    mesh = upright(points, canonical).ravel()
    both = np.concatenate([mesh, logits])
    far = ((both - content["ridge_mean"]) / content["ridge_std"]).clip(-_FAR_LOGIT, _FAR_LOGIT)
    units = np.concatenate(
        [
            far @ content["both"] + content["both_bias"],
            far[: len(mesh)] @ content["mesh"] + content["mesh_bias"],
        ]
    )
    units = ((units - content["au_mean"]) / content["au_std"]).clip(-_FAR_UNIT, _FAR_UNIT)
    known = (logits - content["logit_mean"]) / content["logit_std"]
    hidden = np.concatenate([known.clip(-_FAR_LOGIT, _FAR_LOGIT), units])
    for layer in range(2):
        hidden = hidden @ content[f"w{layer}"] + content[f"b{layer}"]
        hidden = hidden * _sigmoid(hidden)
    last = hidden @ content["w2"] + content["b2"]
    weights: NDArray[np.float64] = content["top"] * _sigmoid(_SLOPE * last - _REST)
    return weights


def upright(points: NDArray[np.floating], canonical: CanonicalFace) -> NDArray[np.float64]:
    """Return a mesh (478, 3) turned to the front, in its middle, of the size of all others."""
    rigid = len(canonical.points)
    share = canonical.weights / canonical.weights.sum()
    turn = rotation(canonical.points, points[:rigid], canonical.weights)
    turned = (points - share @ points[:rigid]) @ turn
    size = np.sqrt((share @ turned[:rigid] ** 2).sum())
    straight: NDArray[np.float64] = turned / size
    return straight


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 / (1 + np.exp(-values.clip(-60, 60)))
    return result


@cache
def _content() -> Mapping[str, NDArray[np.float64]]:
    with as_file(files("norface_pl.teachers") / _FILE) as path, np.load(path) as content:
        return {
            name: content[name] if name == "names" else content[name].astype(np.float64)
            for name in content.files
        }
