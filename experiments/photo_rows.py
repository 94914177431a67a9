r"""Trains and measures the rows of experiments/photo_rows.yaml: short trainings that compare.

    python -m experiments.photo_rows --data data.yaml --lfw data/lfw --london london \
        --weights weights --out runs/photo_rows --threads 1

Started again it goes on where it stopped: a training from its last checkpoint, a measured row not
at all. Figures go onto the page of results; see `experiments.evidence_photographs`.
"""

import argparse
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments import evidence_photographs
from experiments.photo_page import ROWS
from experiments.shared import ROOT, config, norface, succeeds
from norface_pl.io.files import make_folder, write_atomic
from norface_pl.io.stamp import stamp

CONFIG = ROOT / "configs/normalizer/photo.yaml"
# Says in the folder of a row what its finished training was made of.
DONE = "done.txt"


def main(words: Sequence[str] | None = None) -> None:
    """Train what is missing, and measure it.

    Raises:
        subprocess.CalledProcessError: a training failed.
    """
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, required=True, help="YAML of a PhotoDataModule")
    options.add_argument("--out", type=Path, required=True, help="folder of the checkpoints")
    options.add_argument("--rows", nargs="+", help="names of rows; default: all")
    options.add_argument("--threads", type=int, default=1)
    for name in ("lfw", "london", "weights"):
        options.add_argument(f"--{name}", type=Path, required=True)
    given = options.parse_args(words)
    plan = config(ROWS)
    for row in plan["rows"]:
        if not given.rows or row["name"] in given.rows:
            print(f"{row['name']}: {row['title']}", flush=True)
            folder = make_folder((given.out / row["name"]).resolve())
            train(folder, command_of(row, plan["epochs"], given.data), given.threads)
            places = [f"--{name}={getattr(given, name)}" for name in ("lfw", "london", "weights")]
            best = f"--normalizer={folder / 'best.ckpt'}"
            evidence_photographs.main([f"--name={row['name']}", best, *places])


def command_of(row: Mapping[str, Any], epochs: int, data: Path) -> list[str]:
    """Return the words of `norface fit` that decide what a row is."""
    length = [f"--trainer.{name}={epochs}" for name in ("max_epochs", "check_val_every_n_epoch")]
    # Nothing is chosen by a validation, and probes would take their time.
    quiet = ["--trainer.limit_val_batches=0", "--trainer.num_sanity_val_steps=0"]
    words = [f"--config={CONFIG}", f"--data={data.resolve()}", "--trainer.callbacks=[]"]
    return [*words, *length, *quiet, *row.get("options", [])]


def train(folder: Path, words: Sequence[str], threads: int) -> None:
    """Train a row into its folder, unless that is done; an interrupted training goes on."""
    made_of, done, last = stamp({"words": list(words)}), folder / DONE, folder / "last.ckpt"
    if done.is_file() and done.read_text(encoding="utf-8") == made_of:
        return
    resume = [f"--ckpt_path={last}"] if last.is_file() else []
    places = [f"--checkpoint.dirpath={folder}", f"--trainer.logger.init_args.save_dir={folder}"]
    command = norface("fit", *words, *places, *resume)
    if not succeeds(command, threads):
        raise subprocess.CalledProcessError(1, command)
    write_atomic(done, made_of.encode())


if __name__ == "__main__":
    main()
