"""Which experts a classifier used for the faces on the page, where it has some."""

import torch

from norface_pl.analysis.reading import Reading
from norface_pl.app.templates import render
from norface_pl.classifier import ClassifierModule
from norface_pl.inference.stages import Stages
from norface_pl.io.tensors import to_batch

_FACES = 32


@torch.inference_mode()
def mean_gates(stages: Stages, reading: Reading) -> str:
    """Return tables of HTML, one a mixture with gates, of the first faces; "" without any.

    Args:
        stages: both networks.
        reading: what they read.
    """
    crops = [crop for seen in reading.seen for _, _, crop in seen.faces][:_FACES]
    classifier = stages.classifier
    # Graphs do not tell what is inside of them.
    if not crops or not isinstance(classifier, ClassifierModule):
        return ""
    pairs = crops, list(reading.redrawn[:_FACES])
    originals, redrawn = (to_batch(faces).to(stages.device) for faces in pairs)
    labels = classifier.label_names
    tables = []
    for name, mixed in classifier(originals, redrawn).mixtures.items():
        if mixed.gates is not None:
            mean = mixed.gates.float().mean(dim=0).tolist()
            rows = labels if len(mean) == len(labels) else ["all labels"]
            experts = classifier.net.expert_names(name, len(mean[0]))
            tables.append((name, experts, list(zip(rows, mean, strict=True))))
    return render("gates.html", tables=tables) if tables else ""
