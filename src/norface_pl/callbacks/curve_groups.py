"""Groups the curves of a training in TensorBoard's tab of custom scalars."""

import re

import lightning as L

from norface_pl.classifier import ClassifierModule
from norface_pl.loggers import tensorboards
from norface_pl.metrics.tallies import TALLIES
from norface_pl.normalizer import NormalizerModule

Groups = dict[str, dict[str, list[str]]]
"""Title of a group -> title of a chart -> patterns of its curves."""

MIXTURES = {"experts", "moe", "ple", "soft"}
"""Kinds of fusions and heads that have gates."""
STAGE_1: Groups = {
    "Stage 1": {
        "action units, read by probes": ["val/au_probe/"],
        "people, recognized by probes": ["val/identity_probe/"],
        "spread of the pictures": ["val/spread/"],
        "losses": ["train/"],
    }
}


class CurveGroups(L.Callback):
    """Lay out the charts of a stage when its fit starts; costs nothing.

    Labels have a chart each, in which runs lie over each other: which labels gain?
    """

    def on_fit_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Write the layout."""
        layout = {
            group: {title: ["Multiline", curves] for title, curves in charts.items()}
            for group, charts in _groups(pl_module).items()
        }
        for writer in tensorboards(trainer) if layout else ():
            writer.add_custom_scalars(layout)


def _groups(module: L.LightningModule) -> Groups:
    if isinstance(module, ClassifierModule):
        return _stage_2(module)
    return STAGE_1 if isinstance(module, NormalizerModule) else {}


def _stage_2(module: ClassifierModule) -> Groups:
    mains = {
        task: f"val/{module.evaluator.prefix(task)}{TALLIES[task].main}" for task in module.labels
    }
    charts = {
        "scores": ["val/score$", *(f"{main}$" for main in mains.values())],
        "losses": ["train/loss$", "val/loss$"],
    }
    if {module.hparams[part]["kind"] for part in ("fusion", "head")} & MIXTURES:
        charts |= {
            "mixtures: 0 one expert, 1 all alike": ["val/.*_entropy$"],
            "mixtures: load of the busiest expert": ["val/.*_busiest$"],
            "mixtures: likeness of experts": ["val/.*_similarity$"],
        }
    labels = {
        f"{main.removeprefix('val/')} {label}": [f"{re.escape(f'{main}/{label}')}$"]
        for task, main in mains.items()
        for label in module.labels[task]
    }
    return {"Stage 2": charts, "Stage 2, label by label": labels}
