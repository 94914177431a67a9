"""``norface configs list | show | copy``: the configs that come with the package."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from norface_pl.config_names import config_folder, config_names, find_config, named_config
from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder, write_atomic

# A name without its folder is looked for in all of them.
_KINDS = ("run", "protocol", "ablation", "normalizer", "classifier", "mae", "data", "trainer")


def list_configs() -> None:
    """Lists the configs by the names that --config, --data and others take."""
    table = Table("name", "what it is")
    for name in config_names():
        table.add_row(name, Text(_first_sentence(named_config(name))))
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
    copies = {path: to / path.relative_to(shipped) for path in _with_references(source)}
    for path, target in copies.items():
        if target.exists() and target.read_bytes() != path.read_bytes():
            raise NorfaceError(f"{target} is there and differs; move it away, or choose --to")
    for path, target in copies.items():
        make_folder(target.parent)
        write_atomic(target, path.read_bytes())
        print(target)


def _first_sentence(path: Path) -> str:
    """Return what the comment at the top of a config says first."""
    comment = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        comment.append(line.removeprefix("#").strip())
    # Not at the dots of "--root ...", nor at that of a file name.
    return re.split(r"(?<!\.)\.(?: (?=[A-Z])|$)", " ".join(comment))[0]


def _with_references(path: Path) -> list[Path]:
    """Return a config and the files that it and those refer to."""
    found = [path]
    for file in found:
        if file.suffix == ".yaml":
            texts = _texts(yaml.safe_load(file.read_text(encoding="utf-8")))
            named = ((file.parent / text).resolve() for text in texts)
            found += [other for other in named if other.is_file() and other not in found]
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


COMMANDS = {"list": list_configs, "show": show, "copy": copy}
"""What stands behind ``norface configs``."""
