"""Puts the journals together: manifest, failures, contact sheet and, last, the description."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import torch
import yaml

from norface_pl import __version__
from norface_pl.data.prepared import CONTACT_SHEET, DESCRIPTION, FAILURES, MANIFEST
from norface_pl.errors import NorfaceError
from norface_pl.io.csv_table import write_frame
from norface_pl.io.files import TEMPORARY, sha256_file, write_atomic
from norface_pl.io.images import grid, read_image, write_image
from norface_pl.prepare.job import JobFolder
from norface_pl.prepare.outcome import Outcome
from norface_pl.prepare.units import Unit
from norface_pl.sources.source import BOX, LANDMARKS

_TILES, _TILES_A_ROW, _TILE = 100, 10, 112


@dataclass(frozen=True)
class PictureCounts:
    """How many pictures were prepared.

    Attributes:
        listed: rows of the listing.
        prepared: faces written.
        failed: rows without a face; listed = prepared + failed.
        replaced: of the prepared ones, those whose own face was not found.
        reasons: rows of `failures.csv` by reason.
    """

    listed: int
    prepared: int
    failed: int
    replaced: int
    reasons: dict[str, int]


def finish(
    folder: JobFolder,
    listing: pd.DataFrame,
    units: Sequence[Unit],
    source_options: Mapping[str, Any],
) -> PictureCounts:
    """Write everything but the faces, which makes the folder a prepared data set.

    Raises:
        NorfaceError: units are unfinished, faces are missing, or there is none at all.
    """
    outcomes = _outcomes(folder, units, listing)
    counts = _count(outcomes)
    _write_failures(folder.out / FAILURES, listing, outcomes)
    if not counts.prepared:
        reason, number = max(counts.reasons.items(), key=lambda item: item[1])
        raise NorfaceError(
            f"none of the {counts.listed} pictures of {folder.job.name} gave a face, {number} for "
            f"the reason {reason!r}; see {folder.out / FAILURES}"
        )
    manifest = _manifest(folder, listing, units, outcomes)
    buffer = io.BytesIO()
    manifest.to_parquet(buffer, index=False)
    write_atomic(folder.out / MANIFEST, buffer.getvalue())
    _write_contact_sheet(folder.out, manifest["path"].tolist())
    description = {
        "name": folder.job.name,
        "source": {name: _plain(value) for name, value in source_options.items()},
        "options": folder.job.options,
        "listing_sha256": folder.job.listing,
        "versions": {
            "norface_pl": __version__,
            "torch": str(torch.__version__),
            "opencv": cv2.__version__,
        },
        "counts": {**vars(counts)},
        "manifest_sha256": sha256_file(folder.out / MANIFEST),
    }
    text = yaml.safe_dump(description, sort_keys=False, allow_unicode=True)
    write_atomic(folder.out / DESCRIPTION, text.encode())
    folder.clean()
    return counts


def _outcomes(folder: JobFolder, units: Sequence[Unit], listing: pd.DataFrame) -> list[Outcome]:
    """All outcomes in the order of the listing, each face of which is on disk."""
    keys, outcomes = listing["key"].tolist(), []
    for unit in units:
        journal = folder.journal(unit)
        done = journal.read()
        if len(done) != len(unit):
            raise NorfaceError(
                f"{len(done)} of {len(unit)} pictures of {unit.folder} are done in {folder.out}; "
                "run the same command again to go on"
            )
        wanted = {
            Path(folder.face(unit, keys[unit.start + place])).name
            for place, outcome in enumerate(done)
            if outcome.found
        }
        there = folder.out / Path(folder.face(unit, "any")).parent
        names = {path.name for path in there.iterdir()} if there.is_dir() else set()
        if lost := wanted - names:
            journal.path.unlink()
            raise NorfaceError(
                f"{len(lost)} faces are gone from {there}, the first is {min(lost)}; run the same "
                "command again to make them anew"
            )
        for name in names:
            if name.endswith(TEMPORARY):
                (there / name).unlink(missing_ok=True)
        outcomes += done
    return outcomes


def _count(outcomes: Sequence[Outcome]) -> PictureCounts:
    prepared = sum(outcome.found is not None for outcome in outcomes)
    replaced = sum(outcome.found is not None and bool(outcome.reason) for outcome in outcomes)
    reasons = Counter(outcome.reason for outcome in outcomes if outcome.reason)
    return PictureCounts(
        len(outcomes), prepared, len(outcomes) - prepared, replaced, dict(sorted(reasons.items()))
    )


def _manifest(
    folder: JobFolder,
    listing: pd.DataFrame,
    units: Sequence[Unit],
    outcomes: Sequence[Outcome],
) -> pd.DataFrame:
    keys = listing["key"].tolist()
    paths = [folder.face(unit, keys[row]) for unit in units for row in range(unit.start, unit.stop)]
    rows = [place for place, outcome in enumerate(outcomes) if outcome.face is not None]
    faces = [face for outcome in outcomes if (face := outcome.face) is not None]
    found = [outcome.found for outcome in outcomes if outcome.face is not None]
    # What the data set gave is replaced by what was used.
    manifest = listing.drop(columns=[*BOX, *LANDMARKS], errors="ignore").iloc[rows]
    manifest = manifest.reset_index(drop=True)
    values = np.array([[*face.box, *face.landmarks.ravel(), face.score] for face in faces])
    measured = pd.DataFrame(values, columns=[*BOX, *LANDMARKS, "score"])
    path = pd.DataFrame({"path": [paths[row] for row in rows]})
    return pd.concat([manifest, path, measured, pd.DataFrame({"face": found})], axis=1)


def _write_failures(path: Path, listing: pd.DataFrame, outcomes: Sequence[Outcome]) -> None:
    rows = [place for place, outcome in enumerate(outcomes) if outcome.reason]
    failed = [outcomes[row] for row in rows]
    first = {
        "source": listing["source"].iloc[rows].tolist(),
        "key": listing["key"].iloc[rows].tolist(),
        "reason": [outcome.reason for outcome in failed],
        "action": [outcome.found or "skip" for outcome in failed],
        "detail": [outcome.detail for outcome in failed],
    }
    # With its labels a picture without a face still counts for `norface verify`.
    known = listing.drop(columns=["source", "key"]).iloc[rows].reset_index(drop=True)
    table = pd.concat([pd.DataFrame(first), known], axis=1)
    write_frame(path, table)


def _write_contact_sheet(out: Path, paths: Sequence[str]) -> None:
    chosen = np.linspace(0, len(paths) - 1, min(len(paths), _TILES)).round().astype(int)
    faces = [read_image(out / paths[row]) for row in chosen]
    rows = [faces[start : start + _TILES_A_ROW] for start in range(0, len(faces), _TILES_A_ROW)]
    write_image(out / CONTACT_SHEET, grid(rows, cell=min(_TILE, faces[0].shape[0])))


def _plain(value: object) -> object:
    """A value as YAML writes it."""
    return value if isinstance(value, bool | int | float | str | None) else str(value)
