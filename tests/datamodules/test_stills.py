"""Stage 1 on single pictures, and on recordings, that a teacher read."""

from importlib import import_module

import pytest

from norface_pl import cli
from norface_pl.data.prepared import PreparedFaces
from norface_pl.lightning_cli import NorfaceCLI
from norface_pl.sources.folder import FolderSource
from norface_pl.sources.source import check_listing
from norface_pl.teachers.labelling import label_prepared
from tests.helpers.faces import write_face
from tests.helpers.fake_teacher import FakeTeacherRecipe
from tests.helpers.prepared import write_prepared
from tests.helpers.tiny import CONFIGS, QUICK

NARROW = [
    "--model.generator.decoder_channels=[16,8,8]",
    "--model.generator.encoder.embed_dim=24",
    "--model.generator.encoder.num_heads=2",
    "--model.generator.encoder.depth=1",
    "--model.generator.merging_depth=1",
]
EMOTIONS = ("neutral", "happiness", "anger")


def read_lfw(root):
    """Ten people as LFW has them, with a table of expressions as people make it for LFW."""
    rows = ["path,expression"]
    for person in range(10):
        for number in (1, 2):
            path = f"Person_{person:02d}/Person_{person:02d}_{number:04d}.jpg"
            write_face(root / path, 2 * person + number, 32)
            rows.append(f"{path},{EMOTIONS[(person + number) % 3]}")
    (root / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    source = FolderSource(root, root / "labels.csv", folders="subject")
    return check_listing(source.listing(), "folder")


def read(name, root):
    if name == "folder":
        return read_lfw(root)
    module = import_module(f"tests.datamodules.test_{name}")
    module.write_lookalike(root)
    return module.read(root)


@pytest.fixture
def prepared(tmp_path):
    """Prepares the look-alike of a data set, flat grey, as whatever it is."""

    def prepare(name, teacher=True, config="stills"):
        root, folder, notes = (tmp_path / part for part in ("raw", "faces", "notes"))
        for path in (root, folder, notes):
            path.mkdir()
        write_prepared(folder, name, read(name, root))
        if teacher:
            label_prepared(PreparedFaces.open(folder, name), FakeTeacherRecipe(notes))
        write_face(tmp_path / "target.png", size=32)
        return [
            *("fit", "--config", str(CONFIGS / "normalizer" / f"{config}.yaml")),
            *("--data", str(CONFIGS / "data" / f"{name}.yaml")),
            f"--data.prepared={folder}",
            *("--data.image_size=32", "--data.num_workers=0", "--data.batch_size=4"),
            f"--model.target_image={tmp_path / 'target.png'}",
            f"--checkpoint.dirpath={tmp_path / 'out'}",
            "--trainer.logger=false",
            *(*QUICK, *NARROW, "--trainer.check_val_every_n_epoch=1"),
        ]

    return prepare


ALONE = ["--data.frames_per_clip=1", "--data.target_clips_per_batch=0"]
OWN = {"rafdb": [], "affectnet": [], "folder": ALONE}


@pytest.mark.parametrize("name", OWN)
def test_single_pictures_that_a_teacher_read_train_stage_1(name, prepared):
    trainer = NorfaceCLI([*prepared(name), *OWN[name]]).trainer
    # Two epochs of two batches, the first of which reads and the second draws.
    assert trainer.fit_loop.total_batch_idx + 1 == 4
    for loss in ("distillation", "reconstruction"):
        assert trainer.callback_metrics[f"train/{loss}"].isfinite()
    assert trainer.callback_metrics["val/spread/normalized"].isfinite()
    said = "stage 1 learns expressions from 2 channels of a teacher, and to draw from the picture"
    assert said in str(trainer.lightning_module.supervision)


def test_it_goes_on_from_its_checkpoint(prepared, tmp_path):
    words = prepared("rafdb")
    NorfaceCLI(words)
    last = f"--ckpt_path={tmp_path / 'out' / 'last.ckpt'}"
    trainer = NorfaceCLI([*words, "--trainer.max_epochs=3", last]).trainer
    assert trainer.current_epoch == 3
    assert trainer.fit_loop.total_batch_idx + 1 == 6


@pytest.mark.parametrize("name", OWN)
def test_single_pictures_without_a_teacher_are_one_sentence(name, prepared, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([*prepared(name, teacher=False), *OWN[name]])
    assert stop.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "norface: error: stage 1 learns expressions from several frames of one person or from a "
        "teacher, and these are single pictures without one: run `norface prepare` again with "
        "--teacher face_landmarker"
    )


def test_single_pictures_are_no_targets_to_copy(prepared, capsys):
    with pytest.raises(SystemExit):
        cli.main(prepared("rafdb", config="tiny"))
    assert capsys.readouterr().err.splitlines()[-1] == (
        "norface: error: Single pictures are their own targets, and would be copied: set "
        "generator.hide_expression to true, as normalizer/stills does."
    )


def test_recordings_learn_from_a_teacher_too(prepared):
    recorded = ["--data.frames_per_clip=2", "--data.clips_per_batch=4", "--data.val_subjects=1"]
    trainer = NorfaceCLI([*prepared("bp4d", config="tiny"), *recorded]).trainer
    net = trainer.lightning_module
    assert net.supervision.channels == ("smile", "frown")
    assert not net.supervision.alone
    assert net.pseudo_labels.current.shape[1] == 2
    for loss in ("distillation", "reconstruction", "person"):
        assert trainer.callback_metrics[f"train/{loss}"].isfinite()
    said = "from 2 channels of a teacher, and to draw from other frames of the same clip"
    assert said in str(trainer.lightning_module.supervision)
