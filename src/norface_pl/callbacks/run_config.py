"""Writes down what a run was: configuration, versions and git commit."""

from textwrap import indent

from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.cli import SaveConfigCallback
from lightning.pytorch.loggers import TensorBoardLogger

from norface_pl.environment import environment


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
                logger.experiment.add_text("config", indent(config, "    "))
                logger.experiment.add_text("environment", indent(facts, "    "))
