"""``norface export``: both stages as a folder of plain weights or graphs to be passed on."""

from pathlib import Path
from typing import Literal


def export(
    out: Path,
    run: Path | None = None,
    pretrained: Path | None = None,
    normalizer: Path | None = None,
    classifier: Path | None = None,
    format: Literal["safetensors", "onnx", "torch"] = "safetensors",
    numbers: Literal["float16", "float32"] = "float16",
    about: Path | None = None,
) -> None:
    """Writes what reading faces needs of both stages, with their options and a model card.

    The folder holds no code and nothing that only a training needs. `norface analyze --pretrained`
    and `Analyzer.from_pretrained` take safetensors and onnx. Graphs (onnx, torch) are three: the
    normalizer with its target, the classifier, and the chain of both, each for any number of
    aligned faces. They are compared with the networks, and refused where they differ.

    Args:
        out: Folder; an earlier export in it is replaced.
        run: Folder of `norface run`, such as runs/synthetic; default are the weights that the
            package ships.
        pretrained: Folder of an earlier export with safetensors, instead.
        normalizer: Checkpoint of stage 1, instead of that of the run.
        classifier: Checkpoint of stage 2, instead of that of the run.
        format: safetensors are read by this package, onnx also by onnxruntime, torch (.pt2) by
            torch.export.load.
        numbers: How safetensors store weights; they are computed with in float32 all the same.
            Graphs hold float32.
        about: Markdown for the model card: people, data, their terms, and figures.
    """
    from norface_pl.inference.named import named_checkpoints
    from norface_pl.inference.shipped import CARD, export_graphs, export_stages
    from norface_pl.inference.trained import load_exported, load_trained, shipped_folder
    from norface_pl.io.text import read_text

    stages = named_checkpoints(run, normalizer, classifier, pretrained)
    trained = load_trained(*stages) if stages else load_exported(shipped_folder(pretrained))
    if about is not None:
        trained = trained._replace(facts={**trained.facts, "about": read_text(about)})
    if format == "safetensors":
        export_stages(trained, out, numbers == "float16")
    else:
        apart = export_graphs(trained, out, format)
        print(f"largest difference between a graph and its network: {apart:.1e}")
    size = sum(path.stat().st_size for path in out.iterdir())
    print(f"exported stages: {out}, {size / 1e6:.1f} MB; read {out / CARD} before you pass it on")
