"""Both trained stages as a folder to be shipped: safetensors, plain options and a model card."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from norface_pl import __version__
from norface_pl.classifier import ClassifierModule
from norface_pl.errors import NorfaceError, told
from norface_pl.face_module import FaceModule, ModuleT, build_module, load_module, trained_on
from norface_pl.inference.model_card import model_card
from norface_pl.io.files import staged_folder, write_atomic, write_json
from norface_pl.normalizer import NormalizerModule

OPTIONS = "stages.json"
CARD = "README.md"


def own_folder() -> Path:
    """Return where the package's own weights for photographs lie, if this build ships them."""
    return Path(str(files("norface_pl"))) / "pretrained" / "photo"


def export_stages(
    normalizer: Path, classifier: Path, out: Path, half: bool = True, about: str = ""
) -> None:
    """Write what reading faces needs of two checkpoints, whole or not at all.

    Args:
        normalizer: checkpoint of stage 1.
        classifier: checkpoint of stage 2.
        out: folder; an earlier export is replaced.
        half: store numbers in 16 bits; they are computed with in 32 all the same.
        about: Markdown for the model card: people, data, terms and figures.

    Raises:
        NorfaceError: not such checkpoints, or the two were trained at different sizes.
    """
    first, second = (
        load_module(NormalizerModule, normalizer),
        load_module(ClassifierModule, classifier),
    )
    check_sizes(first, second, normalizer, classifier)
    modules: dict[str, FaceModule] = {"normalizer": first, "classifier": second}
    facts: dict[str, Any] = {"norface_version": __version__}
    for name, path in (("normalizer", normalizer), ("classifier", classifier)):
        people = trained_on(path) or {"population": "not known", "subjects": []}
        # Their number only: names of people are nobody's business.
        who = {"population": people["population"], "people": len(people["subjects"])}
        facts[name] = {"options": dict(modules[name].hparams), "trained_on": who}
    facts["expected"] = of_a_fixed_picture(first, second)
    with staged_folder(out, OPTIONS) as folder:
        size = 0
        for name, module in modules.items():
            content = save(_stored(module.shipped_state(), half))
            write_atomic(folder / f"{name}.safetensors", content)
            size += len(content)
        write_json(folder / OPTIONS, facts)
        card = model_card(facts, second.thresholds.tolist(), size, half, about)
        write_atomic(folder / CARD, card.encode())


def _stored(state: dict[str, Tensor], half: bool) -> dict[str, Tensor]:
    """Copies of weights, in 16 bits where none gets too large for them."""
    stored = {name: value.detach().cpu().clone().contiguous() for name, value in state.items()}
    if half:
        for name, value in stored.items():
            if value.is_floating_point() and value.half().isfinite().all():
                stored[name] = value.half()
    return stored


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


def load_exported(folder: Path) -> tuple[NormalizerModule, ClassifierModule, str]:
    """Load both stages from an exported folder on the CPU, running no code from it.

    Returns:
        Stage 1, stage 2, and whom the latter learned from.

    Raises:
        NorfaceError: there is no such folder, or a file in it is missing, damaged or of another
            version of this package.
    """
    if not (folder / OPTIONS).is_file():
        raise NorfaceError(
            f"{folder} holds no exported stages (no {OPTIONS}); make it with `norface export`"
        )
    try:
        facts = json.loads((folder / OPTIONS).read_text(encoding="utf-8"))
        version, people = facts["norface_version"], facts["classifier"]["trained_on"]["population"]
    except (ValueError, KeyError, TypeError) as error:
        raise NorfaceError(f"{folder / OPTIONS} is damaged; export the stages again") from error
    normalizer = _load(NormalizerModule, folder / "normalizer.safetensors", facts, version)
    classifier = _load(ClassifierModule, folder / "classifier.safetensors", facts, version)
    return normalizer, classifier, people


def _load(cls: type[ModuleT], path: Path, facts: dict[str, Any], version: str) -> ModuleT:
    with told("read", path):
        try:
            state = load_file(path)
        except SafetensorError as error:
            raise NorfaceError(f"{path} is damaged; export the stages again") from error
    try:
        module = build_module(cls, facts[path.stem]["options"])
        module.load_shipped_state(state)
    except NorfaceError:
        raise
    except Exception as error:
        raise NorfaceError(
            f"{path} was written by version {version} of this package and does not fit version "
            f"{__version__}: export the stages again."
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
