"""``norface export``: both stages as a folder of plain weights that can be shipped."""

from pathlib import Path
from typing import Literal


def export(
    normalizer: Path,
    classifier: Path,
    out: Path,
    about: Path | None = None,
    numbers: Literal["float16", "float32"] = "float16",
) -> None:
    """Writes what reading faces needs of both stages: safetensors, options and a model card.

    The folder is what `norface analyze --pretrained` and `Analyzer.from_pretrained` take. It holds
    no code and nothing that only a training needs.

    Args:
        normalizer: Checkpoint of stage 1.
        classifier: Checkpoint of stage 2.
        out: Folder; an earlier export in it is replaced.
        about: Markdown for the model card: people, data, their terms, and figures.
        numbers: How weights are stored; they are computed with in float32 all the same.
    """
    from norface_pl.inference.shipped import CARD, export_stages
    from norface_pl.io.text import read_text

    text = "" if about is None else read_text(about)
    export_stages(normalizer, classifier, out, numbers == "float16", text)
    size = sum(path.stat().st_size for path in out.glob("*.safetensors"))
    print(f"exported stages: {out}, {size / 1e6:.1f} MB; read {out / CARD} before you pass it on")
