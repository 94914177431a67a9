"""Writes down what a run was: configuration, versions and git commit."""

import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.cli import SaveConfigCallback
from lightning.pytorch.loggers import TensorBoardLogger

PACKAGES = ("norface-pl", "torch", "torchvision", "lightning", "timm", "torchmetrics", "numpy")


class SaveRunConfig(SaveConfigCallback):
    """Saves ``config.yaml`` beside the logs of a fit, and the same with versions to TensorBoard."""

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Saves on fit only: a later test must not replace what the training ran with."""
        if stage == "fit" and trainer.loggers:
            super().setup(trainer, pl_module, stage)

    def save_config(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Writes the resolved configuration, package versions and git commit as text."""
        config = self.parser.dump(self.config)
        facts = "\n".join(f"{name}: {value}" for name, value in environment().items())
        for logger in trainer.loggers:
            if isinstance(logger, TensorBoardLogger):
                # TensorBoard shows text as Markdown; four spaces keep the line breaks.
                logger.experiment.add_text("config", _as_code(config))
                logger.experiment.add_text("environment", _as_code(facts))


def environment() -> dict[str, str]:
    """Returns the git commit of the source and the version of each package a result hangs on."""
    facts = {"commit": git_commit()}
    for package in PACKAGES:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = "not installed"
    return facts


def git_commit() -> str:
    """Returns the commit of the checkout this file is in, "+changes" if edited, or "unknown"."""
    folder = Path(__file__).parent

    def git(*args: str) -> str:
        command = ["git", "-C", str(folder), *args]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        # An installed wheel may lie in a checkout of something else, which does not track it.
        git("ls-files", "--error-unmatch", Path(__file__).name)
        return git("rev-parse", "HEAD") + ("+changes" if git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _as_code(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
