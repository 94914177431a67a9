"""Writes what `norface prepare` leaves behind, without looking for a face."""

import numpy as np
import yaml

from norface_pl.data.prepared import DESCRIPTION, MANIFEST, PICTURES
from norface_pl.io.files import sha256_file
from norface_pl.io.images import write_image
from norface_pl.sources.source import LANDMARKS, check_listing

from .faces import BOX, POINTS


def write_prepared(folder, name, listing, size=16):
    """Writes the rows of a listing that have a picture, each a flat grey of its own, as PNG.

    Row i of the manifest (failures left out) has the grey value i % 256; returns the manifest.
    """
    manifest = check_listing(listing[listing["source"] != ""], name)
    manifest = manifest.drop(columns=[c for c in manifest if c in (*LANDMARKS, "score", "face")])
    manifest["path"] = [
        f"{PICTURES}/{sequence or 'all'}/{key}.png"
        for sequence, key in zip(manifest["sequence"], manifest["key"], strict=True)
    ]
    for place, value in zip(("left", "top", "right", "bottom"), BOX * size, strict=True):
        manifest[place] = value
    for column, value in zip(LANDMARKS, (POINTS * size).ravel(), strict=True):
        manifest[column] = value
    manifest["score"], manifest["face"] = 0.9, "detected"
    for index, path in enumerate(manifest["path"]):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_image(folder / path, np.full((size, size, 3), index % 256, np.uint8))
    manifest.to_parquet(folder / MANIFEST, index=False)
    description = {"name": name, "manifest_sha256": sha256_file(folder / MANIFEST)}
    description["options"] = {"size": size}
    (folder / DESCRIPTION).write_text(yaml.safe_dump(description), encoding="utf-8")
    return manifest
