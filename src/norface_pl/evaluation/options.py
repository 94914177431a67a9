"""Options that ``norface evaluate`` and ``norface ablate`` share, as groups of their YAML."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from norface_pl.config_files import ClassifierFile, ConfigFile, NormalizerFile
from norface_pl.errors import NorfaceError


@dataclass(frozen=True)
class NormalizerOptions:
    """Where redrawn faces come from.

    Attributes:
        checkpoint: Of stage 1, trained elsewhere.
        people: Whether the normalizer comes from elsewhere, or is trained for every fold on its
            training people.
        config: Of stage 1, for per_fold.
        args: More arguments of norface fit for stage 1, each as --key=value.
        folder: Of normalizers and redrawn faces, which protocols on the same data can share;
            default: stage1 in out.
    """

    checkpoint: Path | None = None
    people: Literal["external", "per_fold"] = "external"
    config: NormalizerFile | None = None
    args: Sequence[str] = ()
    folder: Path | None = None

    def __post_init__(self) -> None:
        """Refuse a missing config, and one that nothing needs."""
        if (self.people == "per_fold") != (self.config is not None):
            raise NorfaceError(
                f"normalizer.people is {self.people}: give normalizer.config with per_fold, and "
                "only then"
            )


TRAINED_ELSEWHERE = NormalizerOptions()
"""A normalizer from elsewhere, which only rows that read redrawn faces need."""


@dataclass(frozen=True)
class ClassifierOptions:
    """How stage 2 is trained and read.

    Attributes:
        config: Of stage 2.
        args: More arguments of norface fit for stage 2, each as --key=value.
        select_on_test: Read the test fold after every validation, for the column that published
            figures compare with; costs a pass over the test fold each.
    """

    config: ClassifierFile
    args: Sequence[str] = ()
    select_on_test: bool = True


def fit_arguments(config: ConfigFile, common: Sequence[str], args: Sequence[str]) -> list[str]:
    """Return arguments of ``norface fit``: the config of a stage, what is common, the last word.

    Raises:
        NorfaceError: one of ``args`` is not --key=value.
    """
    return ["--config", config.absolute, *common, *checked(args)]


def checked(args: Sequence[str]) -> Sequence[str]:
    """Refuse ``--key value``, which could not be told from a value that starts with dashes."""
    for arg in args:
        if not arg.startswith("--") or "=" not in arg:
            raise NorfaceError(
                f"an argument for norface fit is {arg!r}; write each as one --key=value"
            )
    return args
