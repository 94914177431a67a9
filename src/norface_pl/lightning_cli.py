"""``fit | validate | test | predict`` for any module on any datamodule, from YAML and the shell."""

import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from jsonargparse import ArgumentParser, Namespace
from lightning.pytorch.cli import ArgsType, LightningArgumentParser, LightningCLI
from lightning.pytorch.utilities import rank_zero_info

# Importing the packages makes their classes known by their bare names in YAML.
import norface_pl.callbacks
import norface_pl.classifier
import norface_pl.datamodules
import norface_pl.normalizer  # noqa: F401
from norface_pl.callbacks.checkpoint import BestAndLast
from norface_pl.callbacks.curve_groups import CurveGroups
from norface_pl.callbacks.label_plots import LabelPlots
from norface_pl.callbacks.progress_lines import ProgressLines
from norface_pl.callbacks.run_config import SaveRunConfig
from norface_pl.config_names import resolve_configs
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.face_module import FaceModule, read_checkpoint
from norface_pl.precision import choose_precision
from norface_pl.progress import on_terminal

# Attributes of the datamodule that set the module's argument of the same name. A module without
# the argument is left alone, but must name it in its list of ignored hyperparameters, since
# Lightning writes every link target into the checkpoint.
LINKED = ("task", "num_labels", "label_names", "image_size")

# Options that take a config, and the kinds of configs whose short names they take.
CONFIGS: dict[str, Sequence[str]] = {
    "--config": ("normalizer", "classifier", "mae"),
    "--data": ("data",),
    "--trainer": ("trainer",),
}

# Said by lightning on every run and of no use to anybody here.
NOISE = (
    # Meant for scripts that mix both by mistake; here args are always given.
    "LightningCLI's args parameter",
    # Resuming means exactly that.
    "Checkpoint directory .* exists and is not empty",
    # `norface test` needs no callback that saves checkpoints.
    "Be aware that when using `ckpt_path`, callbacks",
    # Lightning's own use of torch.
    ".*treespec, LeafSpec.*",
)
# What Lightning takes for a checkpoint beside the path of a file.
NO_FILE = re.compile(r"(best|last|hpc|registry(:.*)?)$|\w+://")
ADVERTISEMENT = "Tip: For seamless cloud logging"


def _silence() -> None:
    for message in NOISE:
        warnings.filterwarnings("ignore", message=message)
    logger = logging.getLogger("lightning.pytorch.utilities.rank_zero")
    if not logger.filters:
        logger.addFilter(lambda record: ADVERTISEMENT not in record.getMessage())


class NorfaceCLI(LightningCLI):
    """LightningCLI with this project's base classes, links, checkpoint rule and logger.

    With ``run`` its subcommand is run; otherwise there is none, and the options stand alone.
    """

    def __init__(self, args: Sequence[str], run: bool = True) -> None:
        _silence()
        super().__init__(
            FaceModule,
            FaceDataModule,
            run=run,
            subclass_mode_model=True,
            subclass_mode_data=True,
            # The modules write configure_optimizers themselves, one of them for two.
            auto_configure_optimizers=False,
            seed_everything_default=0,
            save_config_callback=SaveRunConfig,
            save_config_kwargs={"overwrite": True},
            trainer_defaults={
                "logger": {
                    "class_path": "lightning.pytorch.loggers.TensorBoardLogger",
                    "init_args": {"save_dir": "runs", "default_hp_metric": False},
                },
                "callbacks": [ProgressLines(), CurveGroups(), LabelPlots()],
                # The normalizer fits probes while it is validated; a fit validates like this too.
                "inference_mode": False,
            },
            parser_kwargs={
                "prog": "norface",
                "description": "Identity normalization for facial expression analysis.",
                # Else --trainer.max_epoch is taken for --trainer.max_epochs, today.
                "allow_abbrev": False,
                **{name: {"allow_abbrev": False} for name in self.subcommands()},
            },
            args=list(_whole_data_sets(resolve_configs(args, CONFIGS))),
        )

    def before_instantiate_classes(self) -> None:
        """Chooses what depends on the machine, unless it was asked for: precision and bars."""
        trainer: Namespace = self.config[str(self.subcommand)].trainer
        if trainer.precision is None and not trainer.plugins:
            trainer.precision = choose_precision(_device(trainer.accelerator))
            rank_zero_info(f"precision: {trainer.precision}, chosen for {trainer.accelerator}")
        if trainer.enable_progress_bar is None:
            trainer.enable_progress_bar = on_terminal()

    def parse_arguments(self, parser: LightningArgumentParser, args: ArgsType) -> None:
        """Parses the command line and refuses a checkpoint before anything is made of it."""
        super().parse_arguments(parser, args)
        options = self.config.get(self.config.get("subcommand") or "")
        given, model = (options and options.get(name) for name in ("ckpt_path", "model"))
        if given and not NO_FILE.match(str(given)):
            read_checkpoint(Path(given), model and model.class_path.rpartition(".")[2])

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Adds ``--checkpoint.*`` and the links from data to model."""
        parser.add_lightning_class_args(BestAndLast, "checkpoint")
        parser.set_defaults(
            {
                "checkpoint.filename": "best",
                "checkpoint.save_last": True,
                # Lightning would call the second run's file best-v1.ckpt.
                "checkpoint.enable_version_counter": False,
            }
        )
        for name in LINKED:
            parser.link_arguments(f"data.{name}", f"model.init_args.{name}", apply_on="instantiate")


@dataclass(frozen=True)
class Resolved:
    """What a command line of ``norface fit`` means.

    Attributes:
        args: The command line, without "fit".
        config: Every option with its value, as in YAML.
    """

    args: Sequence[str]
    config: dict[str, Any]

    def datamodule(self) -> FaceDataModule:
        """Builds the data set."""
        parser = ArgumentParser()
        parser.add_subclass_arguments(FaceDataModule, "data")
        # The parser turns dictionaries in lists into objects of its own, in place.
        config = parser.parse_object({"data": deepcopy(self.config["data"])})
        datamodule: FaceDataModule = parser.instantiate_classes(config).data
        return datamodule


class _Resolver(NorfaceCLI):
    """Parses a command line and builds nothing of it."""

    def parse_arguments(self, parser: LightningArgumentParser, args: ArgsType) -> None:
        super().parse_arguments(parser, args)
        self.plain: dict[str, Any] = yaml.safe_load(parser.dump(self.config, skip_unset=False))
        # Random numbers of whoever asks stay as they are.
        self.config["seed_everything"] = False

    def before_instantiate_classes(self) -> None:
        pass

    def instantiate_classes(self) -> None:
        pass


def resolve(args: Sequence[str]) -> Resolved:
    """Returns what a command line of ``norface fit`` means; nothing is trained or printed.

    Raises:
        SystemExit: An option does not exist or has no such value.
    """
    return Resolved(list(args), _Resolver(args, run=False).plain)


def _whole_data_sets(args: Sequence[str]) -> Iterator[str]:
    """Let ``--data`` replace the data set of a config, where jsonargparse would keep arguments."""
    for argument in args:
        if argument == "--data" or argument.startswith("--data="):
            yield "--data=null"
        yield argument


def _device(accelerator: object) -> torch.device:
    """Return the kind of device that a value of ``--trainer.accelerator`` stands for."""
    on_gpu = accelerator in ("auto", "gpu", "cuda") and torch.cuda.is_available()
    return torch.device("cuda" if on_gpu else "cpu")
