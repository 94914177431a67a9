"""Puts the journals together: manifest, failures, contact sheet and, last, the description."""

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
from norface_pl.prepare.units import Unit
from norface_pl.sources.source import BOX, LANDMARKS

_TILES, _TILES_A_ROW, _TILE = 100, 10, 112


@dataclass(frozen=True)
class PictureCounts:
    """How many pictures were prepared.

    Attributes:
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

    Unfinished units, faces that are gone, or none at all are a `NorfaceError`.
    """
    outcomes = _outcomes(folder, units, listing)
    counts = _count(outcomes)
    _write_failures(folder.out / FAILURES, listing, outcomes)
    if not counts.prepared:
        reason = max(counts.reasons, key=counts.reasons.__getitem__)
        raise NorfaceError(
            f"none of the {counts.listed} pictures of {folder.job.name} gave a face, "
            f"{counts.reasons[reason]} for the reason {reason!r}; see {folder.out / FAILURES}"
        )
    manifest = _manifest(listing, outcomes)
    write_atomic(folder.out / MANIFEST, manifest.to_parquet(index=False))
    _write_contact_sheet(folder.out, manifest["path"].tolist())
    description = {
        "name": folder.job.name,
        "source": {
            name: value if isinstance(value, bool | int | float | str | None) else str(value)
            for name, value in source_options.items()
        },
        "options": folder.job.options,
        "listing_sha256": folder.job.listing,
        "versions": {
            "norface_pl": __version__,
            "torch": str(torch.__version__),
            "opencv": cv2.__version__,
        },
        "counts": dict(vars(counts)),
        "manifest_sha256": sha256_file(folder.out / MANIFEST),
    }
    text = yaml.safe_dump(description, sort_keys=False, allow_unicode=True)
    write_atomic(folder.out / DESCRIPTION, text.encode())
    folder.clean()
    return counts


def _outcomes(folder: JobFolder, units: Sequence[Unit], listing: pd.DataFrame) -> pd.DataFrame:
    """What became of each row of the listing, and where its face is, which was looked for."""
    keys, parts = listing["key"].tolist(), []
    for unit in units:
        journal = folder.journal(unit)
        done = journal.read()
        if len(done) != len(unit):
            raise NorfaceError(
                f"{len(done)} of {len(unit)} pictures of {unit.folder} are done in {folder.out}; "
                "run the same command again to go on"
            )
        part = pd.DataFrame(list(map(vars, done)))
        part["path"] = [folder.face(unit, key) for key in keys[unit.start : unit.stop]]
        there = folder.out / Path(folder.face(unit, "any")).parent
        names = {path.name for path in there.iterdir()} if there.is_dir() else set()
        if lost := {Path(path).name for path in part["path"][part["found"].notna()]} - names:
            journal.path.unlink()
            raise NorfaceError(
                f"{len(lost)} faces are gone from {there}, the first is {min(lost)}; run the same "
                "command again to make them anew"
            )
        for name in names:
            if name.endswith(TEMPORARY):
                (there / name).unlink(missing_ok=True)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _count(outcomes: pd.DataFrame) -> PictureCounts:
    prepared, missed = outcomes["found"].notna(), outcomes["reason"] != ""
    found = outcomes["reason"][missed].value_counts().sort_index()
    reasons = {str(reason): int(number) for reason, number in found.items()}
    failed, replaced = int((~prepared).sum()), int((prepared & missed).sum())
    return PictureCounts(len(outcomes), int(prepared.sum()), failed, replaced, reasons)


def _manifest(listing: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    prepared = outcomes["found"].notna()
    faces = outcomes["face"][prepared]
    # What the data set gave is replaced by what was used.
    known = listing.drop(columns=[*BOX, *LANDMARKS], errors="ignore")[prepared]
    values = np.array([[*face.box, *face.landmarks.ravel(), face.score] for face in faces])
    measured = pd.DataFrame(values, faces.index, [*BOX, *LANDMARKS, "score"])
    found = outcomes["found"][prepared].rename("face")
    table = pd.concat([known, outcomes["path"][prepared], measured, found], axis=1)
    return table.reset_index(drop=True)


def _write_failures(path: Path, listing: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    # With its labels a picture without a face still counts for `norface verify`.
    table = listing.assign(
        reason=outcomes["reason"],
        action=outcomes["found"].fillna("skip"),
        detail=outcomes["detail"],
    )
    first = ["source", "key", "reason", "action", "detail"]
    write_frame(path, table[[*first, *listing.columns.drop(first[:2])]][table["reason"] != ""])


def _write_contact_sheet(out: Path, paths: Sequence[str]) -> None:
    chosen = np.linspace(0, len(paths) - 1, min(len(paths), _TILES)).round().astype(int)
    faces = [read_image(out / paths[row]) for row in chosen]
    rows = [faces[start : start + _TILES_A_ROW] for start in range(0, len(faces), _TILES_A_ROW)]
    write_image(out / CONTACT_SHEET, grid(rows, cell=min(_TILE, faces[0].shape[0])))
