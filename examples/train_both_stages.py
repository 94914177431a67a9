"""Both stages in Python, on a handful of drawn people: a minute, and far too little to be good.

python examples/train_both_stages.py     writes to out/trained

`norface run --config au` does the same at full size, from configs.
"""

from pathlib import Path

import lightning as L

from norface_pl import ClassifierModule, NormalizerModule
from norface_pl.datamodules import DrawnClips, DrawnPeople, SyntheticDataModule
from norface_pl.inference.redraw import cache_normalized
from norface_pl.normalizer.options import TeacherOptions

OUT = Path("out/trained")
SIZE = 32
QUIET = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}


def people(normalized: Path | None = None) -> SyntheticDataModule:
    """Return the data set, with its redrawn faces once there are some."""
    return SyntheticDataModule(
        image_size=SIZE,
        people=DrawnPeople(unlabelled=8, train=4, val=2, test=4, recordings_of_target=4),
        clips=DrawnClips(length=12, train=1),
        batch_size=16,
        draw_processes=0,
        cache_dir=OUT / "drawn",
        normalized=normalized,
    )


def main() -> None:
    """Train stage 1, redraw everybody, train and test stage 2."""
    L.seed_everything(0)
    # The first six of eight epochs learn the expression code, the last two draw.
    few = TeacherOptions(steps=4, comparison_steps=4)
    normalizer = NormalizerModule(SIZE, people().num_labels, teachers=few)
    # It fits probes while it is validated, which takes gradients.
    first = L.Trainer(max_epochs=8, accelerator="cpu", inference_mode=False, **QUIET)
    first.fit(normalizer, datamodule=people())
    first.save_checkpoint(OUT / "normalizer.ckpt")
    cache_normalized(people(), OUT / "normalizer.ckpt", OUT / "normalized", overwrite=True)

    both = people(OUT / "normalized")
    classifier = ClassifierModule("au_detection", both.label_names, SIZE, inputs="both")
    second = L.Trainer(max_epochs=2, accelerator="cpu", **QUIET)
    second.fit(classifier, datamodule=both)
    second.test(classifier, datamodule=both, verbose=False)
    print(f"mean F1 of people whom no training saw: {second.callback_metrics['test/f1']:.2f}")


if __name__ == "__main__":
    main()
