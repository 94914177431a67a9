"""Protocols of configs/ at a size that runs in seconds, on look-alikes."""

import json
from pathlib import Path

import yaml

from norface_pl import cli
from norface_pl.evaluation.record import Record
from tests.helpers.lookalikes import prepare_lookalike
from tests.helpers.tiny import CONFIGS, DRAWN, TINY_DATA, arguments_of

SMALL = {
    "image_size": 32,
    "num_workers": 0,
    "batch_size": 8,
    "clips_per_batch": 4,
    "frames_per_clip": 2,
}
QUICK = [
    "--trainer.accelerator=cpu",
    "--trainer.max_epochs=1",
    "--trainer.limit_train_batches=1",
    "--trainer.limit_val_batches=1",
    "--trainer.limit_test_batches=1",
    "--trainer.num_sanity_val_steps=0",
    "--trainer.log_every_n_steps=1",
    "--trainer.enable_progress_bar=false",
    "--trainer.enable_model_summary=false",
]


def read_config(name):
    return yaml.safe_load((CONFIGS / "protocol" / f"{name}.yaml").read_text(encoding="utf-8"))


def make_small(folder, name, config):
    """Makes the description of a data set, or of each in it, small."""
    known = arguments_of(config["class_path"])
    small = {}
    if "parts" in known:
        for part, described in config["init_args"]["parts"].items():
            make_small(folder, part, described)
    elif "prepared" in known:
        if not (folder / name).is_dir():
            prepare_lookalike(name, folder)
        small = {"prepared": str(folder / name), "val_subjects": 1, "val_share": 0.3}
    else:
        small = TINY_DATA | {"cache_dir": DRAWN.name}
    config["init_args"] |= {key: value for key, value in (small | SMALL).items() if key in known}


def write_small(folder, name):
    """Writes a data config of configs/ at small size, after preparing its look-alike if needed."""
    config = yaml.safe_load((CONFIGS / "data" / f"{name}.yaml").read_text(encoding="utf-8"))
    make_small(folder, name, config)
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def evaluate(folder, name, out, *more, normalizer_args=(), classifier_args=()):
    """Runs `norface evaluate` on look-alikes below a folder, with one seed unless more says so."""
    config = read_config(name)
    arguments = ["--config", str(CONFIGS / "protocol" / f"{name}.yaml"), f"--out={out}"]
    for key in ("config", "test"):
        if key in config["data"]:
            stem = Path(config["data"][key]).stem
            arguments += [f"--data.{key}", str(write_small(folder, stem))]
    stage1 = [*QUICK, "--model.teachers.comparison_steps=1", *normalizer_args]
    arguments += [f"--normalizer.args={json.dumps(stage1)}"]
    arguments += [f"--classifier.args={json.dumps([*QUICK, *classifier_args])}"]
    arguments += ["--trainer", str(CONFIGS / "trainer" / "cpu.yaml"), "--seeds=[0]"]
    arguments += [f"--normalizer.folder={out / 'stage1'}"]
    cli.main(["evaluate", *arguments, *more])


def records(out):
    """All run.json below a folder."""
    return [Record.load(path) for path in sorted(out.rglob("run*.json"))]


def ablate(folder, out, *more, classifier_args=(), config="synthetic_au"):
    """Runs `norface ablate` on few drawn faces, with one seed unless more says so."""
    arguments = ["--config", str(CONFIGS / "ablation" / f"{config}.yaml"), f"--out={out}"]
    arguments += ["--data.config", str(write_small(folder, "synthetic"))]
    stage1 = [*QUICK, "--model.teachers.comparison_steps=1"]
    arguments += [f"--normalizer.args={json.dumps(stage1)}"]
    arguments += [f"--classifier.args={json.dumps([*QUICK, *classifier_args])}"]
    arguments += ["--trainer", str(CONFIGS / "trainer" / "cpu.yaml")]
    cli.main(
        ["ablate", *arguments, f"--normalizer.folder={folder / 'stage1'}", "--seeds=[0]", *more]
    )
