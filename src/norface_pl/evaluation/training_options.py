"""What decides the outcome of a training, and nothing of where it lies or how it is watched."""

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

SECTIONS = ("seed_everything", "model", "data", "trainer")
ELSEWHERE = {
    "cache_dir",
    "callbacks",
    "default_root_dir",
    "draw_processes",
    "enable_model_summary",
    "enable_progress_bar",
    "log_every_n_steps",
    "logger",
    "normalized",
    "num_workers",
}


def training_options(config: str) -> dict[str, Any]:
    """Return the options of a resolved configuration of ``norface fit``, as YAML.

    Two trainings with the same options are the same training, whatever folders and machines they
    use. Options that are null are left out.
    """
    content = yaml.safe_load(config)
    chosen = {name: content.get("checkpoint", {}).get(name) for name in ("monitor", "mode")}
    kept = {name: content.get(name) for name in SECTIONS} | {"checkpoint": chosen}
    found: dict[str, Any] = _bare(kept)
    return found


def described_beside(checkpoint: Path) -> dict[str, Any] | None:
    """Return the options that a checkpoint was trained with; None if they do not lie beside it."""
    path = checkpoint.parent / "logs" / "config.yaml"
    return training_options(path.read_text(encoding="utf-8")) if path.is_file() else None


def stamp(options: dict[str, Any]) -> str:
    """Return a hash of options."""
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()


def _bare(value: Any) -> Any:  # noqa: ANN401, whatever YAML holds
    if isinstance(value, dict):
        items = {key: _bare(item) for key, item in value.items() if key not in ELSEWHERE}
        return {key: item for key, item in items.items() if item is not None}
    return [_bare(item) for item in value] if isinstance(value, list) else value
