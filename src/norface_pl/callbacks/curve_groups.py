"""Groups the curves of a training in TensorBoard's tab of custom scalars."""

import lightning as L

from norface_pl.classifier import ClassifierModule
from norface_pl.loggers import tensorboards
from norface_pl.normalizer import NormalizerModule

Charts = dict[str, list[str]]
"""Title of a chart -> patterns of the curves in it."""

MAIN = "(f1|icc|accuracy|ccc)"
GROUPS: dict[type[L.LightningModule], tuple[str, Charts]] = {
    NormalizerModule: (
        "Stage 1",
        {
            "action units, read by probes": ["val/au_probe/"],
            "people, recognized by probes": ["val/identity_probe/"],
            "spread of the pictures": ["val/spread/"],
            "losses": ["train/"],
        },
    ),
    ClassifierModule: (
        "Stage 2",
        {
            "scores": ["val/score$", f"val/(\\w+/)?{MAIN}$"],
            "losses": ["train/loss$", "val/loss$"],
            "each label": [f"val/(\\w+/)?{MAIN}/"],
            "mixtures: 0 one expert, 1 all alike": ["val/.*_entropy$"],
            "mixtures: load of the busiest expert": ["val/.*_busiest$"],
            "likeness of experts": ["val/.*_similarity$"],
        },
    ),
}


class CurveGroups(L.Callback):
    """Lay out the charts of a stage when its fit starts; costs nothing."""

    def on_fit_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Write the layout."""
        for kind, (title, charts) in GROUPS.items():
            if isinstance(pl_module, kind):
                layout = {name: ["Multiline", tags] for name, tags in charts.items()}
                for writer in tensorboards(trainer):
                    writer.add_custom_scalars({title: layout})
