"""The embedded default at a size that trains in seconds, with the networks it ships with."""

from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"

# Faces are drawn once in a process of pytest, whichever test asks first: a file of this folder is
# named after all that decides its content.
DRAWN = TemporaryDirectory(prefix="norface-drawn-")

TINY_DATA = {
    "num_unlabelled": 8,
    # As many as a batch of stage 1 takes (target_clips_per_batch).
    "recordings_of_target": 4,
    "num_train": 3,
    "num_val": 2,
    "num_test": 3,
    "clip_length": 12,
    "train_clips": 1,
    "batch_size": 16,
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


def write_data(folder, **changes):
    """Writes the default data config at tiny size and returns its path."""
    text = (CONFIGS / "data" / "synthetic.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(text)
    config["init_args"] |= TINY_DATA | {"cache_dir": DRAWN.name} | changes
    path = folder / "data.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path
