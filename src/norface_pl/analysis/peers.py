"""Tables under the names that users of other programs know."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from norface_pl.analysis.columns import POSE
from norface_pl.faces.pose import rotation
from norface_pl.labels import MAX_INTENSITY

_INTENSITY = "_intensity"
_TRACE = 1.0
"""Intensity from which an action unit counts as present: FACS calls it A."""


def to_openface(table: pd.DataFrame, thresholds: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return a table of `Analyzer` under the names of OpenFace 2 (its wiki, "Output Format").

    Frames count from 1, angles are in radians about OpenFace's axes. ``AU45`` is our ``AU43``, as
    OpenFace calls closed eyes. A frame without a face has confidence and success 0; its other cells
    are missing, where OpenFace writes zeros.

    Args:
        table: with a row a face.
        thresholds: probability from which an action unit counts as present, by its column, see
            `Analyzer.thresholds`; 0.5 for those that are not named.
    """
    face = table["face"].notna()
    found = {
        "frame": table["frame"] + 1,
        "face_id": table["face"],
        "timestamp": table["time_s"],
        "confidence": table["score"].fillna(0.0),
        "success": face.astype(int),
    }
    turns = [_openface_angles(pose) for pose in table[list(POSE)].to_numpy(float)]
    names = ["pose_Rx", "pose_Ry", "pose_Rz"]
    angles = pd.DataFrame(turns, index=table.index, columns=names, dtype=float)
    found |= {name: angles[name] for name in names}
    for name in _units(table):
        values, unit = table[name], name.removesuffix(_INTENSITY)
        unit = {"AU43": "AU45"}.get(unit, unit)
        least = (thresholds or {}).get(name, 0.5)
        if name.endswith(_INTENSITY):
            found[f"{unit}_r"], least = values, _TRACE
        found[f"{unit}_c"] = (values >= least).astype(float).where(values.notna())
    return pd.DataFrame(found)


def to_pyfeat(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of `Analyzer` under the names of py-feat (its ``feat/utils/__init__.py``).

    Action units are from 0 to 1, intensities too. Angles are in degrees and have our signs.
    """
    found = {"input": table["source"], "frame": table["frame"], "approx_time": table["time_s"]}
    found |= {
        "FaceRectX": table["x0"],
        "FaceRectY": table["y0"],
        "FaceRectWidth": table["x1"] - table["x0"],
        "FaceRectHeight": table["y1"] - table["y0"],
        "FaceScore": table["score"],
    }
    found |= {name.capitalize(): table[name] for name in ("pitch", "roll", "yaw")}
    for name in _units(table):
        scale = MAX_INTENSITY if name.endswith(_INTENSITY) else 1.0
        found[name.removesuffix(_INTENSITY)] = table[name] / scale
    emotions = [name for name in map(str, table) if name.startswith("p_")]
    return pd.DataFrame(found | {name.removeprefix("p_"): table[name] for name in emotions})


def _units(table: pd.DataFrame) -> list[str]:
    return [name for name in map(str, table) if name.startswith("AU")]


def _openface_angles(pose: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> tuple[float, ...]:
    """Yaw, pitch, roll in degrees to OpenFace's x, y, z: R = Rx Ry Rz, with z away from the camera.

    There, a positive x looks down and a positive y to the left of the picture.
    """
    away = np.diag([1.0, 1.0, -1.0])
    turned = away @ rotation(pose) @ away
    x = np.arctan2(-turned[1, 2], turned[2, 2])
    z = np.arctan2(-turned[0, 1], turned[0, 0])
    return float(x), float(np.arcsin(np.clip(turned[0, 2], -1, 1))), float(z)
