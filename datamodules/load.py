"""Builds the datamodule that a config describes."""

from pathlib import Path

import yaml
from jsonargparse import ArgumentParser

from norface_pl.config_names import find_config
from norface_pl.errors import NorfaceError, told
from norface_pl.types import Task

from .base import FaceDataModule


def load_datamodule(path: Path, task: Task | None = None) -> FaceDataModule:
    """Build the datamodule of a config with ``class_path`` and ``init_args``.

    Another ``task`` replaces that of the config. A `NorfaceError` says where the file is missing or
    does not describe a datamodule.
    """
    path = find_config(path, ["data"])
    try:
        with told("read", path):
            described = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise NorfaceError(f"cannot read the data config {path}: {error}") from error
    parser = ArgumentParser(exit_on_error=False)
    parser.add_subclass_arguments(FaceDataModule, "data", required=True)
    if task is not None and isinstance(described, dict):
        described["init_args"] = (described.get("init_args") or {}) | {"task": task}
    try:
        config = parser.parse_object({"data": described})
    except Exception as error:
        reason = " ".join(str(error).split())
        raise NorfaceError(f"{path} does not describe a data set: {reason}") from error
    datamodule: FaceDataModule = parser.instantiate_classes(config).data
    return datamodule
