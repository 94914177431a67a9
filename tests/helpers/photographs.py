"""Writes a prepared folder as that of LFW: people with two pictures, and a teacher's table."""

import numpy as np
import pandas as pd

from norface_pl.data.prepared import TEACHER, PreparedFaces
from norface_pl.data.teacher import LOGIT
from norface_pl.sources.source import LANDMARKS

from .faces import POINTS
from .prepared import write_prepared

CHANNELS = ("mouthSmileLeft", "jawOpen")


def write_photographs(folder, people, unread=(), channels=CHANNELS):
    """Writes pictures of 16 pixels, see `write_prepared`; every other person is of part train.

    The first picture of each has an emotion that is not measured, the second a happy face. In row
    i the logit of channel c is i + c / 2, and the yaw i.
    """
    rows = [
        {
            "key": f"{person}_{frame}",
            "source": f"{person}/{frame}.jpg",
            "subject": str(person),
            "sequence": "",
            "frame": 0,
            "part": ("test", "train")[person % 2],
            "expression": ("disgust", "happiness")[frame],
        }
        for person in range(people)
        for frame in range(2)
    ]
    manifest = write_prepared(folder, "folder", pd.DataFrame(rows), size=16)
    number = np.arange(len(rows), dtype=float)
    table = pd.DataFrame({"key": manifest["key"], "presence": 0.9})
    table["yaw"], table["pitch"], table["roll"] = number, 0.0, 0.0
    for name, value in zip(LANDMARKS, (POINTS * 16).ravel(), strict=True):
        table[name] = value
    for place, name in enumerate(channels):
        table[LOGIT + name] = number + place / 2
    table.loc[list(unread), table.columns[1:]] = np.nan
    faces = PreparedFaces.open(folder, "folder")
    table.attrs["faces"] = faces.hash
    table.to_parquet(folder / TEACHER, index=False)
    return faces
