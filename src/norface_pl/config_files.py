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


class DataFile(ConfigFile):
    """Config of a data set."""

    kind = "data"


class NormalizerFile(ConfigFile):
    """Config of stage 1."""

    kind = "normalizer"


class ClassifierFile(ConfigFile):
    """Config of stage 2."""

    kind = "classifier"


class PretrainingFile(ConfigFile):
    """Config of the pre-training of an encoder."""

    kind = "mae"


class TrainerFile(ConfigFile):
    """Config of the trainer."""

    kind = "trainer"


for _type in (DataFile, NormalizerFile, ClassifierFile, PretrainingFile, TrainerFile):
    register_type(_type, str)
