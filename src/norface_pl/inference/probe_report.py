"""The table and the picture of `norface probe`."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rich.table import Table
from torch import Tensor

from norface_pl.io.images import Picture, grid, write_image
from norface_pl.probes.faces import Faces
from norface_pl.probes.picture_readings import Readings

# Reading -> row of the table; those of both kinds of probe have the kind behind their name.
TITLES = {
    "f1": "AU, mean F1",
    "auc": "AU, AUC",
    "icc": "AU, ICC(3,1)",
    "accuracy": "expression, accuracy",
    "identity": "person, accuracy",
    "pose": "pose, mean R2",
    "pose/yaw": "  yaw, R2",
    "pose/pitch": "  pitch, R2",
    "pose/roll": "  roll, R2",
    "background": "background, R2",
    "target_distance": "target distance",
    "spread": "spread",
    "sharpness": "sharpness",
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
    "feature_distance": "feature distance",
}
COLUMNS = ("chance", "original", "normalized", "oracle", "target")


def probe_table(values: Mapping[str, Readings], people: str) -> Table:
    """Returns the table for the terminal: a row per reading, a column per kind of picture."""
    columns = [name for name in COLUMNS if name in values]
    caption = (
        "target distance: 1 - cosine to the target person; spread 0: all faces alike; sharpness 1: "
        "as the target; PSNR, SSIM, feature distance: to the oracle"
    )
    table = Table(title=f"read from {people}", caption=caption)
    for name in ("", "probe", *columns):
        table.add_column(name, justify="right" if name in columns else "left")
    for reading, title in TITLES.items():
        for kind in ("", "/linear", "/conv"):
            # Chance is the same for every kind of probe.
            keys = [reading if name == "chance" else reading + kind for name in columns]
            row = [_cell(values[name].get(k)) for name, k in zip(columns, keys, strict=True)]
            if any(
                cell != "-" for cell, name in zip(row, columns, strict=True) if name != "chance"
            ):
                table.add_row(title, kind[1:], *row)
    return table


def _cell(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.3f}"


def save_rows(seen: Faces, path: Path, faces: int = 8) -> None:
    """Writes a picture of test faces: a row of originals, one of normalized, one of oracles."""
    picked = np.linspace(0, len(seen.subject) - 1, min(faces, len(seen.subject))).round()
    titles = {"original": "I_o", "normalized": "I_n", "oracle": "oracle"}
    rows = [_pictures(images[picked.astype(int)]) for images in seen.pictures.values()]
    write_image(path, grid(rows, labels=[titles[name] for name in seen.pictures], cell=128))


def _pictures(images: Tensor) -> list[Picture]:
    return list(images.permute(0, 2, 3, 1).numpy())
