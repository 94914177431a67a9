"""How a training is fitted into a span of time, and the whole script on generated faces."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from benchmarks.gpu_run import epochs_within, planned, status_of
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module
from norface_pl.facekit.shapes import load_shapes
from norface_pl.normalizer import NormalizerModule
from tests.benchmarks.test_gpu_pack import write_photographs
from tests.helpers.facekit import write_shapes

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu_photo.sh"


def test_as_many_epochs_as_fit():
    # Of ten epochs six read in 1 s each and four draw in 6 s each.
    assert epochs_within(30.0, 1.0, 6.0, 0.6) == 10
    assert epochs_within(29.9, 1.0, 6.0, 0.6) == 9
    assert epochs_within(1.0, 1.0, 6.0, 0.6) == 3


def test_a_rehearsal_tells_the_seconds_of_an_epoch():
    rows = [
        {"epoch": epoch, "batches": 120, "steps_per_second": speed}
        for epoch, speed in enumerate((60.0, 30.0, 20.0))
    ]
    plan = planned({"status": 0, "epochs": rows}, 400.0)
    # 0.88 x 400 s; six epochs of ten take 2 s each, four take 6 s each.
    assert plan == {"seconds": 400.0, "reading": 2.0, "drawing": 6.0, "epochs": 97}


@pytest.mark.parametrize(
    ("status", "epochs", "told"),
    [(1, 3, "status 1 and timed 3 of 3"), (0, 2, "status 0 and timed 2 of 3")],
)
def test_a_rehearsal_that_failed_plans_nothing(status, epochs, told):
    rows = [{"epoch": e, "batches": 1, "steps_per_second": 1.0} for e in range(epochs)]
    with pytest.raises(NorfaceError, match=told):
        planned({"status": status, "epochs": rows}, 400.0)


def test_a_command_that_outlasts_its_time_is_ended_gently():
    assert status_of([sys.executable, "-S", "-c", "raise SystemExit(3)"], 600.0) == 3
    asleep = "import signal; signal.pause()"
    assert status_of([sys.executable, "-S", "-c", asleep], 1.0) == "out of time"


def script(*words, **variables):
    """Runs the script; returns what it printed."""
    env = os.environ | {"PYTHON": sys.executable, "OMP_NUM_THREADS": "1"} | variables
    command = ["bash", str(SCRIPT), *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.parametrize(
    "words", [(), ("pack", "a", "b"), ("run", "a"), ("wheels", "a"), ("train", "a", "b")]
)
def test_other_words_print_how_it_is_called(words):
    ended = script(*words)
    assert ended.returncode == 2
    assert ended.stderr.startswith("usage: gpu_photo.sh wheels CARRY PYTHON_VERSION | pack ")


def write_wheel(folder):
    """A wheel with one module."""
    folder.mkdir(parents=True)
    about = "carried-1.0.dist-info"
    with zipfile.ZipFile(folder / "carried-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("carried.py", "")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: carried\nVersion: 1.0\n")
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")


NARROW = [
    "--model.init_args.generator.encoder.embed_dim=32",
    "--model.init_args.generator.encoder.num_heads=4",
    "--model.init_args.generator.encoder.depth=1",
    "--model.init_args.generator.encoder.patch_size=8",
    "--model.init_args.generator.merging_depth=1",
    "--model.init_args.generator.decoder_channels=[16,16,16]",
    "--trainer.accelerator=cpu",
    "--trainer.limit_train_batches=2",
    "--data.init_args.image_size=32",
    "--data.init_args.num_workers=0",
    "--data.init_args.draw_processes=0",
]
FIT = [
    *NARROW,
    "--data.init_args.batch_size=4",
    "--data.init_args.people={unlabelled: 4, train: 1, val: 1, test: 1, recordings_of_target: 0}",
    "--data.init_args.clips={length: 4, train: 1}",
]
SHORT = [
    *NARROW,
    "--trainer.max_epochs=2",
    "--data.init_args.people={unlabelled: 72, train: 2, val: 1, test: 1, recordings_of_target: 4}",
    "--data.init_args.clips={length: 4, train: 1}",
    "--data.init_args.frames_per_clip=2",
    "--model.init_args.teachers.steps=2",
    "--model.init_args.teachers.comparison_steps=2",
]


@pytest.mark.slow
def test_packed_faces_become_weights_and_figures(tmp_path):
    carry, out, work = tmp_path / "carry", tmp_path / "out", tmp_path / "work"
    shapes = write_shapes(tmp_path / "shapes.npz")
    names = tuple(load_shapes(shapes).expression)
    write_wheel(carry / "wheels")
    photographs = write_photographs(tmp_path / "prepared", shapes=names)
    ended = script("pack", photographs, shapes, carry)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(f"{carry}: 3 faces at JPEG quality 95")
    code = f"--model.init_args.generator.code_dim={len(names)}"
    options = [f"--fit={option}" for option in (*FIT, code)]
    options += [f"--short={option}" for option in SHORT]
    words = ["run", carry, out, "--warm=0", "--peak=1", "--seconds=1000", *options]
    # The plan is there, so that the training stays short.
    work.mkdir()
    (work / "plan.json").write_text('{"epochs": 3}', encoding="utf-8")
    ended = script(*words, WORK=str(work))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (work / "site" / "carried.py").is_file()
    assert len(list((carry / "faces" / "avatars").rglob("*.jpg"))) == 3
    report = json.loads((out / "gpu_photo.json").read_text(encoding="utf-8"))
    for name, epochs in (("photo", 3), ("small", 2), ("base", 2)):
        rows = report[name]["epochs"]
        assert report[name]["status"] == 0, name
        assert [row["epoch"] for row in rows] == list(range(epochs)), name
        # Drawing costs more than reading.
        assert 0 < rows[0]["flops_per_step"] < rows[-1]["flops_per_step"]
    module = load_module(NormalizerModule, out / "normalizer_photo_128.ckpt")
    assert module.normalize(torch.rand(2, 3, 32, 32)).shape == (2, 3, 32, 32)
    size = (out / "normalizer_photo_128.ckpt").stat().st_size
    assert report["weights_mb"] == pytest.approx(size / 1e6)
