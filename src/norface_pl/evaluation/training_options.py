"""What decides the outcome of a training, and nothing of where it lies or how it is watched."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

SECTIONS = ("seed_everything", "model", "data", "trainer")
ELSEWHERE = {
    "cache_dir",
    "default_root_dir",
    "draw_processes",
    "enable_model_summary",
    "enable_progress_bar",
    "log_every_n_steps",
    "logger",
    "normalized",
    "num_workers",
}
# Callbacks of this package watch a training; those of others may change it.
WATCHING = "norface_pl.callbacks."


def training_options(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides the outcome of a resolved configuration of ``norface fit``.

    Two trainings with the same options are the same training, whatever folders and machines they
    use. Options that are null are left out.
    """
    checkpoint = config.get("checkpoint") or {}
    chosen = {name: checkpoint.get(name) for name in ("monitor", "mode")}
    found: dict[str, Any] = _bare(
        {name: config.get(name) for name in SECTIONS} | {"checkpoint": chosen}
    )
    return found


def described_beside(checkpoint: Path) -> dict[str, Any] | None:
    """Return the options that a checkpoint was trained with; None if they do not lie beside it."""
    path = checkpoint.parent / "logs" / "config.yaml"
    if not path.is_file():
        return None
    return training_options(yaml.safe_load(path.read_text(encoding="utf-8")))


def _bare(value: Any) -> Any:  # noqa: ANN401, whatever YAML holds
    if isinstance(value, dict):
        items = {
            key: _bare(_without_watchers(item) if key == "callbacks" else item)
            for key, item in value.items()
            if key not in ELSEWHERE
        }
        return {key: item for key, item in items.items() if item is not None}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _without_watchers(callbacks: Any) -> list[Any] | None:  # noqa: ANN401, one, several or none
    given = callbacks if isinstance(callbacks, list) else [callbacks]
    return [one for one in given if one and not one["class_path"].startswith(WATCHING)] or None
