"""The embedded default at a size that trains in seconds, with the networks it ships with."""

from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from jsonargparse import ArgumentParser

from norface_pl.datamodules import DrawnClips, DrawnPeople, SyntheticDataModule

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"

# Faces are drawn once in a process of pytest, whichever test asks first: a file of this folder is
# named after all that decides its content.
DRAWN = TemporaryDirectory(prefix="norface-drawn-")

# As many recordings of the target as a batch of stage 1 takes (target_clips_per_batch).
TINY_PEOPLE = {"unlabelled": 8, "train": 3, "val": 2, "test": 3, "recordings_of_target": 4}
TINY_CLIPS = {"length": 12, "train": 1}
TINY_DATA = {
    "people": TINY_PEOPLE,
    "clips": TINY_CLIPS,
    "batch_size": 16,
    "clips_per_batch": 8,
    "frames_per_clip": 2,
    "draw_processes": 0,
}
# A shell's worth of arguments that make any training a matter of two batches on one core.
QUICK = [
    "--trainer.accelerator=cpu",
    "--trainer.max_epochs=2",
    "--trainer.limit_train_batches=2",
    "--trainer.limit_val_batches=1",
    "--trainer.num_sanity_val_steps=0",
    "--trainer.log_every_n_steps=1",
    "--trainer.enable_progress_bar=false",
    "--trainer.enable_model_summary=false",
]


def tiny_data(**changes):
    """Returns the default data set at tiny size."""
    settings = TINY_DATA | {"cache_dir": Path(DRAWN.name)} | changes
    people, clips = DrawnPeople(**settings.pop("people")), DrawnClips(**settings.pop("clips"))
    return SyntheticDataModule(people=people, clips=clips, **settings)


def arguments_of(class_path):
    """Returns the names of all arguments that a class takes, those of its bases among them."""
    module, _, name = class_path.rpartition(".")
    added = ArgumentParser().add_class_arguments(getattr(import_module(module), name))
    return {argument.partition(".")[0] for argument in added}


def write_data(folder, **changes):
    """Writes the default data config at tiny size and returns its path."""
    text = (CONFIGS / "data" / "synthetic.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(text)
    config["init_args"] |= TINY_DATA | {"cache_dir": DRAWN.name} | changes
    path = folder / "data.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path
