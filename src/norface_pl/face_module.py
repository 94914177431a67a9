"""What the LightningModules of both stages share: options, marks in checkpoints, and loading."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import lightning as L
import torch
from jsonargparse import ArgumentParser
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor
from torch.optim import Optimizer

from norface_pl import __version__
from norface_pl.errors import NorfaceError, refusal
from norface_pl.nn.schedule import warmup_cosine
from norface_pl.types import FaceData, Sampling

MODULE_KEY = "norface_module"
VERSION_KEY = "norface_version"
PEOPLE_KEY = "norface_trained_on"
OPTIONS_KEY = "norface_options"

ModuleT = TypeVar("ModuleT", bound="FaceModule")
BuiltT = TypeVar("BuiltT")


class FaceModule(L.LightningModule):
    """Base of all modules.

    Attributes:
        sampling: what batches of its training hold.
        training_only: beginnings of the names of weights that only a training needs.
        shipped: beginnings of the names of weights that a trained module works with.
    """

    sampling: Sampling = "frames"
    training_only: tuple[str, ...] = ()
    shipped: tuple[str, ...] = ("",)
    _people: dict[str, Any] | None = None

    @property
    def data(self) -> FaceData:
        """The datamodule that the trainer was given."""
        data: FaceData = self.trainer.datamodule  # type: ignore[attr-defined]
        return data

    @property
    def single_frame_epochs(self) -> int:
        """First epochs that want single faces though ``sampling`` is "clips"."""
        return 0

    def remember(self, **options: object) -> None:
        """Keep, for checkpoints and loggers, what this module has to be built with again.

        Args:
            options: arguments of the constructor; groups of options become plain dictionaries.
        """
        # A subclass takes other arguments, and says so last.
        self.hparams.clear()
        self.save_hyperparameters({name: plain(value) for name, value in options.items()})

    def shipped_state(self) -> dict[str, Tensor]:
        """Return the weights that a trained module works with."""
        return {n: value for n, value in self.state_dict().items() if n.startswith(self.shipped)}

    def load_shipped_state(self, state: dict[str, Tensor]) -> None:
        """Take the weights that `shipped_state` returned.

        Raises:
            RuntimeError: they are those of another network.
        """
        if differing := state.keys() ^ self.shipped_state().keys():
            raise RuntimeError(f"weights of another network: {min(differing)}")
        self.load_state_dict(state, strict=False)

    def warmed_up(self, optimizer: Optimizer, warmup: float) -> OptimizerLRScheduler:
        """Return an optimizer whose rate rises in a share of the training, then falls as a cosine.

        It is scheduled per step; an open-ended training has no point to fall towards.
        """
        steps = self.trainer.estimated_stepping_batches
        if steps == float("inf"):
            return optimizer
        schedule = warmup_cosine(optimizer, int(steps), warmup)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Mark the checkpoint with class, version, options and people."""
        checkpoint[MODULE_KEY] = type(self).__name__
        checkpoint[VERSION_KEY] = __version__
        # Under Lightning's own key they would overrule the command line when a training goes on.
        checkpoint[OPTIONS_KEY] = checkpoint.pop("hyper_parameters", {})
        # A protocol has to know whether a normalizer has seen the people it is tested on.
        data = getattr(self.trainer, "datamodule", None)
        if data is not None and hasattr(data, "trained_on"):
            # Once a training: names of all faces of a large data set take a while.
            self._people = self._people or data.trained_on()
            checkpoint[PEOPLE_KEY] = self._people

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Leave behind what only a training needs where there is none of it."""
        own, state = self.state_dict(), checkpoint["state_dict"]
        for name in [n for n in state if n.startswith(self.training_only) and n not in own]:
            del state[name]


def plain(value: object) -> Any:  # noqa: ANN401, whatever an option holds
    """Return options as what loads safely: numbers, texts, lists and dictionaries."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def read_checkpoint(path: Path, name: str | None = None) -> dict[str, Any]:
    """Read the checkpoint of a module on the CPU, running no code from it.

    Args:
        path: the file.
        name: of the module's class; None takes any.

    Raises:
        NorfaceError: the file is missing, is no checkpoint, or is one of another module.
    """
    wanted = f"give the .ckpt file of a trained {name or 'module'}."
    if not path.is_file():
        raise NorfaceError(f"Checkpoint {path} does not exist: {wanted}")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise refusal(error, "read", path) from error
    except Exception as error:
        raise NorfaceError(f"{path} is not a checkpoint that loads safely: {wanted}") from error
    found = content.get(MODULE_KEY) if isinstance(content, dict) else None
    if found is None:
        raise NorfaceError(f"{path} was not written by this package: {wanted}")
    if name is not None and found != name:
        raise NorfaceError(f"{path} holds a {found}: give the checkpoint of a {name}.")
    checkpoint: dict[str, Any] = content
    return checkpoint


def build(cls: type[BuiltT], options: Mapping[str, Any]) -> BuiltT:
    """Build a module, with new weights, or a group of its options from what `plain` made of it."""
    parser = ArgumentParser(exit_on_error=False)
    parser.add_class_arguments(cls, "built")
    config = parser.parse_object({"built": dict(options)})
    built: BuiltT = parser.instantiate_classes(config).built
    return built


def load_module(cls: type[ModuleT], path: Path | str) -> ModuleT:
    """Load a checkpoint of this package on the CPU, in evaluation mode, running no code from it.

    Raises:
        NorfaceError: the file is missing, is no checkpoint, or is one of another module.
    """
    content = read_checkpoint(Path(path), cls.__name__)
    try:
        module = build(cls, content[OPTIONS_KEY])
        module.on_load_checkpoint(content)
        module.load_state_dict(content["state_dict"])
    except NorfaceError:
        raise
    except Exception as error:
        raise NorfaceError(
            f"{path} was written by version {content.get(VERSION_KEY)} of this package and does "
            f"not fit version {__version__}: train it again."
        ) from error
    return module.eval()


def trained_on(path: Path) -> dict[str, Any] | None:
    """Return who a checkpoint was trained on: ``population`` and ``subjects``; None if unknown."""
    people: dict[str, Any] | None = read_checkpoint(path).get(PEOPLE_KEY)
    return people
