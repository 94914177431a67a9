"""The configs that come with the package, by short names such as ``run/au`` or ``au``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice, takewhile
from pathlib import Path

import yaml

from norface_pl.errors import NorfaceError

# What may be a name, or was meant as a file: no class path, and no YAML on the command line.
_NAME_OR_FILE = re.compile(r"(?!null$)[a-z0-9_]+(/[a-z0-9_]+)?|.*\.ya?ml")


def config_folder() -> Path:
    """Return the folder of the configs: inside an installed package, at the top of a clone."""
    package = Path(__file__).parent
    installed = package / "configs"
    return installed if installed.is_dir() else package.parents[1] / "configs"


def config_names() -> list[str]:
    """Return all names, each a folder and a file without its suffix."""
    folder = config_folder()
    paths = (path.relative_to(folder) for path in folder.rglob("*.yaml"))
    return sorted(path.with_suffix("").as_posix() for path in paths)


def named_config(name: str) -> Path:
    """Return the file of a whole name."""
    return config_folder() / f"{name}.yaml"


def find_config(given: str | Path, kinds: Sequence[str]) -> Path:
    """Return the file that a path or a name means; a path wins over a name.

    Args:
        given: a path, a name, or a name without its folder.
        kinds: folders in which a name without its folder is looked for.

    Raises:
        NorfaceError: there is neither, or the name is that of several configs.
    """
    path = Path(given).expanduser()
    if path.is_file():
        return path.absolute()
    text, names = path.as_posix(), config_names()
    if text in names:
        return named_config(text)
    found = [f"{kind}/{text}" for kind in kinds if f"{kind}/{text}" in names]
    if len(found) > 1:
        raise NorfaceError(f"{text} is the name of several configs: say {' or '.join(found)}")
    if not found:
        near = ", ".join(_near(text, kinds)) or "none"
        raise NorfaceError(
            f"there is no file '{given}' and no config of that name; near names: {near}; "
            "norface configs list shows all"
        )
    return named_config(found[0])


def resolve_configs(argv: Sequence[str], options: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a command line with the files of all configs that it names; see `find_config`.

    Args:
        argv: the command line; both ``--data NAME`` and ``--data=NAME`` are understood.
        options: those that take a config, each with its kinds.
    """
    resolved: list[str] = []
    for argument in argv:
        option, equals, value = argument.partition("=")
        if equals and option in options:
            resolved.append(f"{option}={_resolve(value, options[option])}")
        elif resolved and resolved[-1] in options:
            resolved.append(_resolve(argument, options[resolved[-1]]))
        else:
            resolved.append(argument)
    return resolved


def configs_first(argv: Sequence[str]) -> list[str]:
    """Return a command line with ``--config`` before all other options, so that those win.

    The parser lets the later win. A config has a value for nearly everything, so that an option
    given before it would be lost without a word.
    """
    if not argv or argv[0].startswith("-"):
        return list(argv)
    words, configs, others = iter(argv), list[str](), list[str]()
    command = list(takewhile(lambda word: not word.startswith("-"), argv))
    for word in islice(words, len(command), None):
        if word == "--config":
            configs += [word, *islice(words, 1)]
        else:
            (configs if word.startswith("--config=") else others).append(word)
    return [*command, *configs, *others]


def first_sentence(path: Path) -> str:
    """Return what the comment at the top of a config says first."""
    comment = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        comment.append(line.removeprefix("#").strip())
    # Not at the dots of "--root ...", nor at that of a file name.
    return re.split(r"(?<!\.)\.(?: (?=[A-Z])|$)", " ".join(comment))[0]


def with_references(path: Path) -> list[Path]:
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


def _resolve(value: str, kinds: Sequence[str]) -> str:
    return str(find_config(value, kinds)) if _NAME_OR_FILE.fullmatch(value) else value


def _near(text: str, kinds: Sequence[str]) -> list[str]:
    """Return whole names that a text may have meant."""
    bare = text.removeprefix("configs/").removesuffix(".yaml").removesuffix(".yml")
    whole = config_names()
    short = {name.split("/")[1]: name for name in whole if name.split("/")[0] in kinds}
    words = get_close_matches(bare, [*short, *whole])
    return list(dict.fromkeys(short.get(word, word) for word in words))
