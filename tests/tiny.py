"""The embedded default at a size that trains in seconds, with the networks it ships with."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "configs"

TINY_DATA = {
    "num_unlabelled": 8,
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
    config = yaml.safe_load((CONFIGS / "data" / "synthetic.yaml").read_text(encoding="utf-8"))
    cache = {"cache_dir": str(folder / "drawn")}
    config["init_args"] |= TINY_DATA | cache | changes
    path = folder / "data.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path
