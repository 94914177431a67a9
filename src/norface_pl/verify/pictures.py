"""Whether the prepared faces are there and look like faces."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from norface_pl.data.prepared import PICTURES, PreparedFaces
from norface_pl.faces.landmarks import like_a_face
from norface_pl.sources.source import LANDMARKS
from norface_pl.verify.check import Check, info, judge
from norface_pl.verify.evidence import Evidence

TOPIC = "faces"


def check_pictures(prepared: PreparedFaces) -> Iterator[Check]:
    """Yield a check that every picture of the manifest is there."""
    files = Path(prepared.folder, PICTURES).rglob("*")
    wanted = set(prepared.manifest["path"])
    gone = sorted(wanted - {path.relative_to(prepared.folder).as_posix() for path in files})
    why = f"{gone[0]} is not there; run `norface prepare` again" if gone else ""
    found = f"{len(wanted) - len(gone):,}"
    yield judge(TOPIC, "pictures of the manifest", f"{len(wanted):,}", found, why)


def check_faces(evidence: Evidence) -> Iterator[Check]:
    """Yield the share of pictures with a face, and whether landmarks lie as on a face."""
    faces, total = evidence.faces, len(evidence.faces) + len(evidence.failed)
    share = f"{len(faces):,} of {total:,} ({len(faces) / max(1, total):.2%})"
    yield info(TOPIC, "pictures with a face", share, evidence.reasons)
    if "face" in faces:
        for how, count in faces["face"].value_counts().items():
            yield info(TOPIC, f"face {how}", count)
    if set(LANDMARKS) <= set(faces.columns):
        points = faces[list(LANDMARKS)].to_numpy(float).reshape(-1, 5, 2)
        points = points[np.isfinite(points).all((1, 2))]
        good = sum(map(like_a_face, points))
        why = "the weights of the detector are not the right ones: `norface weights check`"
        # Profiles can have a nose outside the pair of eyes; garbage is garbage everywhere.
        enough = good >= 0.99 * len(points)
        found, name = f"{good:,} of {len(points):,}", "landmarks arranged as on a face"
        yield judge(TOPIC, name, "nearly all", found, "" if enough else why)
