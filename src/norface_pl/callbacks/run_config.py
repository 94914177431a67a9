"""Writes down what a run was: configuration, versions and git commit, and how it ended."""

from textwrap import indent

import yaml
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.cli import SaveConfigCallback

from norface_pl.callbacks.final_metrics import write_metrics, write_options
from norface_pl.environment import environment
from norface_pl.loggers import log_text

COMPARED = ("seed_everything", "model", "data")
"""Parts of a configuration that trainings are compared by."""


class SaveRunConfig(SaveConfigCallback):
    """Saves ``config.yaml`` beside the logs of a fit, and the same with versions to the loggers.

    Loggers also get the options as hyperparameters. TensorBoard shows them beside the final metrics
    of validation and test.
    """

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Saves on fit only: a later test must not replace what the training ran with."""
        if stage == "fit" and trainer.loggers:
            super().setup(trainer, pl_module, stage)

    def save_config(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Writes the resolved configuration, package versions and git commit."""
        config = self.parser.dump(self.config)
        facts = "\n".join(f"{name}: {value}" for name, value in environment().items())
        # Texts are shown as Markdown; four spaces keep the line breaks.
        log_text(trainer, "config", indent(config, "    "))
        log_text(trainer, "environment", indent(facts, "    "))
        content = yaml.safe_load(config)
        options = {name: content[name] for name in COMPARED if name in content}
        for logger in trainer.loggers:
            logger.log_hyperparams(options)
        # Not for all: a training that goes on may be longer, and MLflow refuses what changes.
        write_options(trainer, options | {"max_epochs": trainer.max_epochs})

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Writes what the last validation and the checkpoint tell."""
        write_metrics(trainer)

    def on_test_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Writes what a test tells of the training before it."""
        if self.already_saved:
            write_metrics(trainer)
