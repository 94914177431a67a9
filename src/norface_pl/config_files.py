"""Types of options that take a config: a path, or the short name of one in the package."""

from os import PathLike, fspath
from pathlib import Path
from typing import ClassVar

from jsonargparse.typing import register_type

from norface_pl.config_names import find_config


class ConfigFile:
    """A config file that exists.

    A relative path in a YAML file is relative to that file, one on the command line to the working
    folder.

    Attributes:
        kind: folder of ``configs`` in which a short name is looked for.
        absolute: path of the file.
    """

    kind: ClassVar[str]

    def __init_subclass__(cls, kind: str) -> None:
        """Make the class known to the parser."""
        cls.kind = kind
        register_type(cls, str)

    def __init__(self, given: str | PathLike[str]) -> None:
        """Find the file.

        Raises:
            NorfaceError: there is none.
        """
        self.absolute = str(find_config(fspath(given), [self.kind]))

    @property
    def path(self) -> Path:
        """Path of the file."""
        return Path(self.absolute)

    def __str__(self) -> str:
        """Return the path, for ``--print_config``."""
        return self.absolute


class DataFile(ConfigFile, kind="data"):
    """Config of a data set."""


class NormalizerFile(ConfigFile, kind="normalizer"):
    """Config of stage 1."""


class ClassifierFile(ConfigFile, kind="classifier"):
    """Config of stage 2."""


class PretrainingFile(ConfigFile, kind="mae"):
    """Config of the pre-training of an encoder."""


class TrainerFile(ConfigFile, kind="trainer"):
    """Config of the trainer."""
