"""What both stages' LightningModules share: hyperparameters, checkpoint marks and loading."""

from pathlib import Path
from typing import Any, Literal, TypeVar

import lightning as L
import torch

from norface_pl import __version__
from norface_pl.errors import NorfaceError, refusal

MODULE_KEY = "norface_module"
VERSION_KEY = "norface_version"
PEOPLE_KEY = "norface_trained_on"

ModuleT = TypeVar("ModuleT", bound="FaceModule")


class FaceModule(L.LightningModule):
    """Base of all modules.

    Attributes:
        ignore: arguments kept out of the checkpoint's hyperparameters: optimizers and schedulers,
            which would overrule the command line on resume and do not load safely; paths, which
            would be read again on every load; and linked arguments that the class does not have.
        sampling: what the datamodule's training loader should hand out, single frames or the
            pairs of frames of a clip.
    """

    ignore: tuple[str, ...] = ()
    sampling: Literal["clips", "frames"] = "frames"
    _people: dict[str, Any] | None = None

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Mark the checkpoint with the class and version that wrote it, and with its people."""
        checkpoint[MODULE_KEY] = type(self).__name__
        checkpoint[VERSION_KEY] = __version__
        # A protocol has to know whether a normalizer has seen the people it is tested on.
        people = getattr(getattr(self._trainer, "datamodule", None), "trained_on", None)
        if people is not None:
            self._people = self._people or people()
            checkpoint[PEOPLE_KEY] = self._people


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


def load_module(cls: type[ModuleT], path: Path | str) -> ModuleT:
    """Load a checkpoint of this package on the CPU, in evaluation mode, running no code from it.

    Raises:
        NorfaceError: the file is missing, is no checkpoint, or is one of another module.
    """
    content = read_checkpoint(Path(path), cls.__name__)
    try:
        module = cls.load_from_checkpoint(path, map_location="cpu", weights_only=True)
    except (RuntimeError, TypeError) as error:
        raise NorfaceError(
            f"{path} was written by version {content.get(VERSION_KEY)} of this package and does "
            f"not fit version {__version__}: train it again."
        ) from error
    return module.eval()


def trained_on(path: Path) -> dict[str, Any] | None:
    """Return who a checkpoint was trained on: ``population`` and ``subjects``; None if unknown."""
    content = torch.load(path, map_location="cpu", weights_only=True)
    people: dict[str, Any] | None = content.get(PEOPLE_KEY)
    return people
