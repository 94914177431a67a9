"""``norface configs list | show | copy``: the configs that come with the package."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from norface_pl.config_names import (
    config_folder,
    config_names,
    find_config,
    first_sentence,
    named_config,
    with_references,
)
from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder, write_atomic

# A name without its folder is looked for in all of them.
_KINDS = ("run", "protocol", "ablation", "normalizer", "classifier", "mae", "data", "trainer")


def list_configs() -> None:
    """Lists the configs by the names that --config, --data and others take."""
    table = Table("name", "what it is")
    for name in config_names():
        table.add_row(name, Text(first_sentence(named_config(name))))
    Console(highlight=False).print(table)


def show(name: str) -> None:
    """Prints a config.

    Args:
        name: As `norface configs list` gives it.
    """
    print(find_config(name, _KINDS).read_text(encoding="utf-8"), end="")


def copy(name: str, to: Path = Path("configs")) -> None:
    """Copies a config with all that it refers to, to be changed.

    Args:
        name: As `norface configs list` gives it.
        to: Folder for the copies, which keep their own folders, so that references hold.
    """
    shipped = config_folder()
    source = find_config(name, _KINDS)
    if not source.is_relative_to(shipped):
        raise NorfaceError(f"{name} is a file of yours; give a name of norface configs list")
    copies = {path: to / path.relative_to(shipped) for path in with_references(source)}
    for path, target in copies.items():
        if target.exists() and target.read_bytes() != path.read_bytes():
            raise NorfaceError(f"{target} is there and differs; move it away, or choose --to")
    for path, target in copies.items():
        make_folder(target.parent)
        write_atomic(target, path.read_bytes())
        print(target)


COMMANDS = {"list": list_configs, "show": show, "copy": copy}
"""What stands behind ``norface configs``."""
