"""The rows of stage 1's evidence: what each training changes of the shipped configuration."""

from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from norface_pl.datamodules import SyntheticDataModule

ROOT = Path(__file__).resolve().parent.parent
TINY = "configs/normalizer/tiny.yaml"
MAE = "configs/mae/tiny.yaml"
DEEPFN = "experiments/deepfn.yaml"

# Weights of the losses that the default leaves out, of about the size that the others have once
# weighted. They were not searched.
SWITCHED_ON = {
    "consistency": 0.1,
    "perceptual": 0.5,
    "identity": 0.1,
    "expression": 0.1,
    "pose": 0.1,
    "background": 1.0,
}
# Other arguments that are parts of a loss, each with the name of its row.
PARTS_OF_LOSSES = {
    "gradient": "the errors of gradients",
    "motion_gain": "more weight where pixels moved",
    "region_gain": "more weight where expressions show",
}


@dataclass(frozen=True)
class Row:
    """One training that is probed.

    Attributes:
        part: of the evidence: "ablation", "epochs", "people" or "limits".
        name: unique in its part, for folders and files.
        title: in the table.
        batches: that it trains on.
        arguments: of norface fit, on top of ``config``.
        config: of stage 1.
        at: place on the axis of a curve.
        mae: arguments of the pre-training of its encoder; None for none.
        default: it is the shipped default itself, which the main part trains and probes.
        classifier: that of both pictures is trained too, for the gap that is closed.
    """

    part: str
    name: str
    title: str
    batches: int
    arguments: tuple[str, ...] = ()
    config: str = TINY
    at: int = 0
    mae: tuple[str, ...] | None = None
    default: bool = False
    classifier: bool = False


def batches(data: SyntheticDataModule, people: int | None = None) -> int:
    """Return the batches of an epoch of stage 1, with another number of unlabelled people.

    The target person's recordings join the batches of the others and make none of their own.
    """
    cast = data.casts["unlabelled"]
    frames = len(range(0, data.sampler.clip_length, cast.step))
    count = cast.subjects if people is None else people
    return max(1, count * frames // data.batch_size)


def ablation(data: SyntheticDataModule, epochs: int, limit: int) -> list[Row]:
    """Return the full system, and the system without each of its parts or with one more.

    Which losses are there to be left out or switched on is read from the config, so that the rows
    follow the default.

    Args:
        data: the default data set.
        epochs: of every row.
        limit: batches of an epoch, at most.
    """
    model = yaml.safe_load((ROOT / TINY).read_text(encoding="utf-8"))["model"]["init_args"]
    limit = min(limit, batches(data))
    count = epochs * limit
    budget = (f"--trainer.max_epochs={epochs}", f"--trainer.limit_train_batches={limit}")

    def row(name: str, title: str, *arguments: str) -> Row:
        return Row("ablation", name, title, count, (*budget, *arguments))

    losses = model["losses"]
    # Without the reconstruction nothing is drawn at all.
    left_out = [name for name, weight in losses.items() if weight and name != "reconstruction"]
    rows = [row("full", "the shipped default")]
    for name in left_out:
        # Nobody can be labelled anew by what the distillation has not taught.
        alone = ("--model.rounds=0",) if name == "distillation" else ()
        rows.append(row(f"without_{name}", f"without {name}", f"--model.losses.{name}=0", *alone))
    for name, title in PARTS_OF_LOSSES.items():
        if model[name]:
            rows.append(row(f"without_{name}", f"without {title}", f"--model.{name}=0"))
    rows += [
        row("without_bottleneck", "without the bottleneck (code 512)", "--model.code_dim=512"),
        row("without_pairs", "without same-person pairs", "--model.self_share=1"),
    ]
    if model["reading"]:
        rows.append(row("without_reading", "without learning the code first", "--model.reading=0"))
    if model["rounds"]:
        rows.append(row("without_rounds", "without labelling people anew", "--model.rounds=0"))
    # A face MAE has a patch stem, and a code that is read from its tokens.
    tokens = ("--model.code_from=tokens", "--model.stem=patch", "--model.rounds=0")
    sizes = ("embed_dim", "depth", "num_heads", "patch_size")
    mae = tuple(f"--model.{size}={model[size]}" for size in sizes)
    rows += [
        replace(row("tokens_mae", "code from tokens, with MAE pre-training", *tokens), mae=mae),
        row("tokens", "code from tokens, without MAE pre-training", *tokens),
        replace(row("deepfn", "DeepFN-style control"), config=DEEPFN),
    ]
    for name, weight in losses.items():
        if not weight:
            value = SWITCHED_ON.get(name, 0.1)
            rows.append(
                row(f"with_{name}", f"with {name} ({value})", f"--model.losses.{name}={value}")
            )
    return rows
