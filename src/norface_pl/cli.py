"""The ``norface`` command: own commands are typed functions, the rest goes to LightningCLI."""

import sys
from collections.abc import Sequence
from importlib import import_module
from inspect import signature
from itertools import takewhile
from typing import Any

from norface_pl import __version__
from norface_pl.allocator import keep_freed_memory
from norface_pl.config_names import configs_first, resolve_configs
from norface_pl.errors import NorfaceError, refusal
from norface_pl.shell import expanded, print_any_name, reader_left, warn_plainly

# Name, "module:function" and a line for --help. Imported only when called, since torch and
# lightning cost seconds that --help, --version and a mistyped command need not pay.
COMMANDS = {
    "run": ("norface_pl.commands.run:run", "both phases, then the comparison table and picture"),
    "evaluate": ("norface_pl.commands.evaluate:evaluate", "folds x seeds of a protocol, tables"),
    "ablate": ("norface_pl.commands.ablate:ablate", "rows x seeds, compared in pairs"),
    "prepare": ("norface_pl.commands.prepare:main", "a data set as distributed to aligned faces"),
    "verify": ("norface_pl.commands.verify:verify", "a prepared data set against published counts"),
    "weights": ("norface_pl.commands.weights:COMMANDS", "list, fetch and check weight files"),
    "normalize": ("norface_pl.commands.normalize:normalize", "redraw faces as the target person"),
    "probe": ("norface_pl.commands.probe:probe", "what unseen people's redrawn faces still tell"),
    "target": ("norface_pl.commands.target:COMMANDS", "rank faces as target person"),
    "analyze": (
        "norface_pl.commands.analyze:analyze",
        "pictures and films to a table of action units",
    ),
    "serve": ("norface_pl.commands.serve:serve", "a page in the browser to try networks with"),
    "export": ("norface_pl.commands.export:export", "both stages as weights that can be shipped"),
    "configs": ("norface_pl.commands.configs:COMMANDS", "the package's configs: list, show, copy"),
}

LIGHTNING_COMMANDS = {
    "fit": "train a module on a data set",
    "validate": "evaluate a checkpoint on the validation people",
    "test": "evaluate a checkpoint on the test people",
    "predict": "give what a checkpoint predicts for a data set",
}

# What may stand behind the command without its name.
FIRST_OPTION = {
    **dict.fromkeys(("verify", "weights", "configs"), "--name"),
    "normalize": "--images",
}

# Of which there may be several.
FIRST_LIST = {"analyze": "--images"}

# Commands of commands: the first argument comes one word later.
GROUPS = ("weights", "configs")

# Options that take a config, and the kind whose short names they take.
_PARTS = ("data", "classifier", "normalizer")
_TRAINER = {"--trainer": ("trainer",)}
_STAGES = {**_TRAINER, **{f"--{kind}.config": (kind,) for kind in _PARTS}, "--data.test": ("data",)}
CONFIG_OPTIONS = {
    "run": {**_TRAINER, "--config": ("run",), **{f"--{kind}": (kind,) for kind in _PARTS}},
    "evaluate": {**_STAGES, "--config": ("protocol",)},
    "ablate": {**_STAGES, "--config": ("ablation",)},
}

HELP = """\
usage: norface COMMAND [options]

Identity normalization for facial expression analysis.

{commands}

norface COMMAND --help lists the options of a command, norface --version says which this is.
Configs are given as files, or by the short names that norface configs list shows:
  norface run --config au                 train and compare on drawn faces
  norface fit --config normalizer/tiny    stage 1 alone"""


def main(args: Sequence[str] | None = None) -> None:
    """Run one command; mistakes in the input end in one line on stderr and exit code 2.

    ``args`` has no name of a program; None reads the command line of the shell.
    """
    argv = configs_first(expanded(sys.argv[1:] if args is None else args))
    print_any_name()
    warn_plainly()
    keep_freed_memory()
    try:
        _dispatch(argv)
        # Else a reader who has left is noticed by Python itself, in the very end.
        sys.stdout.flush()
    except (NorfaceError, OSError, ValueError) as error:
        if isinstance(error, BrokenPipeError) and reader_left():
            raise SystemExit(1) from error
        mistake = _mistake(error)
        if mistake is None:
            raise
        print(f"norface: error: {mistake}", file=sys.stderr)
        raise SystemExit(2) from error
    except KeyboardInterrupt as error:
        raise _interrupted() from error
    except SystemExit as error:
        # Lightning turns Ctrl-C during a fit into exit code 1.
        if isinstance(error.__context__, KeyboardInterrupt):
            raise _interrupted() from error
        raise


def _mistake(error: BaseException | None) -> NorfaceError | None:
    """Finds the mistake in the input behind an error; jsonargparse wraps those of constructors."""
    while error is not None and not isinstance(error, NorfaceError | OSError):
        error = error.__cause__
    return refusal(error) if isinstance(error, OSError) else error


def _interrupted() -> SystemExit:
    print("norface: interrupted", file=sys.stderr)
    return SystemExit(130)


def _dispatch(argv: list[str]) -> None:
    if argv[:1] in ([], ["-h"], ["--help"]):
        print(_help())
    elif argv[:1] == ["--version"]:
        print(f"norface {__version__}")
    elif argv[0] in COMMANDS or argv[0] in LIGHTNING_COMMANDS or argv[0].startswith("-"):
        from norface_pl.progress import at_work

        with at_work():
            _run(argv)
    else:
        known = ", ".join([*LIGHTNING_COMMANDS, *COMMANDS])
        raise NorfaceError(f"there is no command {argv[0]!r}; it is one of {known}")


def _run(argv: list[str]) -> None:
    if argv[0] == "prepare":
        # Its options depend on the data set.
        _load(COMMANDS["prepare"][0])(argv[1:])
    elif argv[0] in COMMANDS:
        from jsonargparse import auto_cli

        argv = resolve_configs(_name_first(argv), CONFIG_OPTIONS.get(argv[0], {}))
        # as_positional=False: required arguments are --options too, as in the YAML.
        prog, command = f"norface {argv[0]}", _load(COMMANDS[argv[0]][0])
        auto_cli(command, as_positional=False, args=_switched_on(argv[1:], command), prog=prog)
    else:
        from norface_pl.lightning_cli import NorfaceCLI

        NorfaceCLI(argv)


def _name_first(argv: list[str]) -> list[str]:
    """Lets the first arguments of a command stand without the name of their option."""
    if argv[0] in FIRST_LIST:
        words = list(takewhile(lambda word: not word.startswith("-"), argv[1:]))
        named = [f"{FIRST_LIST[argv[0]]}+={word}" for word in words]
        return [argv[0], *named, *argv[1 + len(words) :]]
    option, at = FIRST_OPTION.get(argv[0]), 2 if argv[0] in GROUPS else 1
    if option is not None and len(argv) > at and not argv[at].startswith("-"):
        return [*argv[:at], option, *argv[at:]]
    return argv


def _switched_on(words: list[str], command: Any) -> list[str]:  # noqa: ANN401  as `_load`
    """Lets an option that is true or false stand alone, for true."""
    given = signature(command).parameters.values() if callable(command) else ()
    switches = {f"--{parameter.name}" for parameter in given if parameter.annotation is bool}
    return [
        f"{word}=true" if word in switches and after.startswith("-") else word
        for word, after in zip(words, [*words[1:], "-"], strict=False)
    ]


def _load(target: str) -> Any:  # noqa: ANN401  a function, or several by name
    module, function = target.split(":")
    return getattr(import_module(module), function)


def _help() -> str:
    own = {name: line for name, (_, line) in COMMANDS.items()}
    commands = "\n".join(f"  {name:10}{line}" for name, line in (own | LIGHTNING_COMMANDS).items())
    return HELP.format(commands=commands)
