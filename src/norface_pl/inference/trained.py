"""Both trained stages and what is known about them, from checkpoints or an exported folder."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from norface_pl import __version__
from norface_pl.classifier import ClassifierModule
from norface_pl.errors import NorfaceError, told
from norface_pl.face_module import FaceModule, ModuleT, build, load_module, trained_on
from norface_pl.normalizer import NormalizerModule

OPTIONS = "stages.json"
"""File beside exported weights that holds what is known about them."""
OWN = Path(str(files("norface_pl"))) / "pretrained" / "photo"
"""Where the package's own weights lie, if this build ships them."""


class Trained(NamedTuple):
    """Both stages, and what is known about them.

    Attributes:
        normalizer: stage 1.
        classifier: stage 2.
        facts: what `OPTIONS` holds: the version, options of both, whom they learned from, and
            Markdown on people, data, terms and figures.
    """

    normalizer: NormalizerModule
    classifier: ClassifierModule
    facts: Mapping[str, Any]


def shipped_folder(given: Path | None = None) -> Path:
    """Return a folder of exported stages: the given one, or the package's own for photographs.

    Raises:
        NorfaceError: none is given, and this build ships none.
    """
    if given is None and not (OWN / OPTIONS).is_file():
        raise NorfaceError(
            "this build of norface-pl ships no weights; give a run of yours (--run, or "
            "Analyzer.from_run), or a folder that `norface export` wrote"
        )
    return given or OWN


def load_trained(normalizer: Path, classifier: Path) -> Trained:
    """Load two checkpoints that belong together on the CPU.

    Args:
        normalizer: checkpoint of stage 1.
        classifier: checkpoint of stage 2.

    Raises:
        NorfaceError: not such checkpoints, or the two were trained at different sizes.
    """
    first = load_module(NormalizerModule, normalizer)
    second = load_module(ClassifierModule, classifier)
    check_sizes(first, second, normalizer, classifier)
    modules: dict[str, FaceModule] = {"normalizer": first, "classifier": second}
    facts: dict[str, Any] = {"norface_version": __version__, "about": ""}
    for name, path in (("normalizer", normalizer), ("classifier", classifier)):
        people = trained_on(path) or {"population": "not known", "subjects": []}
        # Their number only: names of people are nobody's business.
        who = {"population": people["population"], "people": len(people["subjects"])}
        facts[name] = {"options": dict(modules[name].hparams), "trained_on": who}
    return Trained(first, second, facts)


def of_a_fixed_picture(
    normalizer: NormalizerModule, classifier: ClassifierModule
) -> dict[str, float]:
    """Return what both stages read from a picture of three ramps, label by label.

    It is no face: the values tell whether weights compute what they did when they were exported.
    """
    ramp = torch.linspace(0, 1, normalizer.image_size)
    across = ramp.expand(len(ramp), -1)
    picture = torch.stack([across, across.T, torch.outer(ramp, ramp)])[None]
    values = classifier.predict(picture, normalizer.normalize(picture))[0]
    return dict(zip(classifier.label_names, values.tolist(), strict=True))


def read_facts(folder: Path) -> dict[str, Any]:
    """Read what is known about exported stages.

    Raises:
        NorfaceError: there is no such folder, or the file is damaged.
    """
    path = folder / OPTIONS
    if not path.is_file():
        raise NorfaceError(
            f"{folder} holds no exported stages (no {OPTIONS}); make it with `norface export`"
        )
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if missing := {"norface_version", "format", "normalizer", "classifier"} - facts.keys():
            raise KeyError(min(missing))
    except (ValueError, KeyError, AttributeError) as error:
        raise NorfaceError(f"{path} is damaged; export the stages again") from error
    return facts


def load_exported(folder: Path) -> Trained:
    """Load both stages from safetensors on the CPU, running no code from the folder.

    Raises:
        NorfaceError: there is no such folder, it holds graphs, or a file in it is missing, damaged
            or of another version of this package.
    """
    facts = read_facts(folder)
    if facts["format"] != "safetensors":
        raise NorfaceError(
            f"{folder} holds graphs ({facts['format']}) and no weights; give the folder or the "
            "checkpoints that they were exported from"
        )
    return Trained(
        _load(NormalizerModule, folder / "normalizer.safetensors", facts),
        _load(ClassifierModule, folder / "classifier.safetensors", facts),
        facts,
    )


def _load(cls: type[ModuleT], path: Path, facts: Mapping[str, Any]) -> ModuleT:
    with told("read", path):
        try:
            state = load_file(path)
        except SafetensorError as error:
            raise NorfaceError(f"{path} is damaged; export the stages again") from error
    try:
        module = build(cls, facts[path.stem]["options"])
        module.load_shipped_state(state)
    except NorfaceError:
        raise
    except Exception as error:
        raise NorfaceError(
            f"{path} was written by version {facts['norface_version']} of this package and does "
            f"not fit version {__version__}: export the stages again."
        ) from error
    return module.eval()


def check_sizes(
    normalizer: NormalizerModule, classifier: ClassifierModule, first: Path, second: Path
) -> None:
    """Refuse two stages that were trained at different sizes; the paths say which they are."""
    if normalizer.image_size != classifier.image_size:
        raise NorfaceError(
            f"the normalizer {first} draws {normalizer.image_size} pixels, the classifier "
            f"{second} reads {classifier.image_size}; give two checkpoints of one size"
        )
