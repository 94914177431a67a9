"""The table and the picture of `norface probe`."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.table import Column, Table
from torch import Tensor

from norface_pl.io.images import grid, write_image
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
    table = score_table(f"read from {people}", ["", "probe"], columns, caption)
    for reading, title in TITLES.items():
        for kind in ("", "/linear", "/conv"):
            # Chance is the same for every kind of probe.
            keys = {name: reading + (kind if name != "chance" else "") for name in columns}
            row = {name: score_cell(values[name].get(key)) for name, key in keys.items()}
            if any(cell != "-" for name, cell in row.items() if name != "chance"):
                table.add_row(title, kind[1:], *row.values())
    return table


def score_table(
    title: str, before: Sequence[str], columns: Sequence[str], caption: str | None = None
) -> Table:
    """Returns a table without rows: columns of words, then columns of numbers."""
    numbers = (Column(name, justify="right") for name in columns)
    return Table(*before, *numbers, title=title, caption=caption)


def score_cell(value: float | None) -> str:
    """Returns a number with three digits, "-" if there is none."""
    return "-" if value is None or math.isnan(value) else f"{value:.3f}"


def spread_evenly(count: int, faces: int = 8) -> list[int]:
    """Returns the places of some of so many faces."""
    places: list[int] = np.linspace(0, count - 1, min(faces, count)).round().astype(int).tolist()
    return places


def save_faces(path: Path, kinds: Mapping[str, Tensor]) -> None:
    """Writes a row of faces (N, 3, S, S) uint8 for each kind of picture, by its name."""
    titles = {"original": "I_o", "normalized": "I_n", "oracle": "oracle"}
    rows = [list(images.permute(0, 2, 3, 1).numpy()) for images in kinds.values()]
    write_image(path, grid(rows, labels=[titles[name] for name in kinds], cell=128))
