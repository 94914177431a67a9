"""Stage 1 on faces that stand alone: a teacher read them, or what they shall become is known."""

from dataclasses import replace
from pathlib import Path

import lightning as L
import pytest
import torch

from norface_pl.data.dataset import FaceDataset
from norface_pl.datamodules import DrawnClips, DrawnPeople, SyntheticDataModule
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module
from norface_pl.normalizer import NormalizerModule
from norface_pl.normalizer.options import Optimization, Pairing, Pretraining
from norface_pl.normalizer.supervision import Supervision
from norface_pl.types import Split
from tests.helpers.tiny import DRAWN
from tests.normalizer.test_module import ALL, PICTURE, PLAIN, TAUGHT, adam, module, trainer

CHANNELS = ["smileLeft", "smileRight", "jawOpen"]


class Taught(SyntheticDataModule):
    """Drawn faces at 16 px that stand alone, read by a teacher of three channels."""

    def __init__(self, wanted: bool) -> None:
        super().__init__(
            image_size=16,
            people=DrawnPeople(6, train=2, val=2, test=2, recordings_of_target=0),
            clips=DrawnClips(8, train=2),
            batch_size=12,
            frames_per_clip=1,
            target_clips_per_batch=0,
            draw_processes=1,
            cache_dir=Path(DRAWN.name),
        )
        self.wanted = wanted

    def teacher_channels(self) -> list[str]:
        return CHANNELS

    def load(self, split: Split, oracle: bool) -> FaceDataset:
        faces = super().load(split, oracle or split == "unlabelled")
        if split == "unlabelled":
            drawn = faces.pictures.pop("oracle")
            if self.wanted:
                faces.pictures["wanted"] = drawn
            faces.columns["teacher"] = torch.randn(len(faces), len(CHANNELS))
            # Every second face was not read.
            faces.columns["teacher"][::2] = torch.nan
        return faces


SIDES = Supervision(tuple(CHANNELS), wanted=True, alone=True)


def test_a_mirrored_face_takes_along_what_it_becomes_and_what_it_shows() -> None:
    batch = {"image": torch.rand(3, 3, 8, 8), "wanted": torch.rand(3, 3, 8, 8), "key": ["a"] * 3}
    shown = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [torch.nan, 8.0, 9.0]])
    before = {name: batch[name].clone() for name in ("image", "wanted")}
    changed, taught = SIDES.mirror(batch, shown, 1.0)
    for name in ("image", "wanted"):
        assert torch.equal(changed[name], before[name].flip(-1))
        # The batch of the loader stays as it is.
        assert torch.equal(batch[name], before[name])
    expected = torch.tensor([[2.0, 1.0, 3.0], [5.0, 4.0, 6.0], [8.0, torch.nan, 9.0]])
    torch.testing.assert_close(taught, expected, equal_nan=True)
    assert SIDES.mirror(batch, None, 1.0)[1] is None


def test_each_face_is_mirrored_whole_or_not_at_all() -> None:
    torch.manual_seed(0)
    batch = {"image": torch.rand(40, 3, 4, 4), "wanted": torch.rand(40, 3, 4, 4)}
    shown = torch.rand(40, 3)
    changed, taught = SIDES.mirror(batch, shown, 0.5)
    turned = (changed["image"] == batch["image"].flip(-1)).all((1, 2, 3))
    assert 5 < turned.sum() < 35
    where = turned[:, None, None, None]
    for name in ("image", "wanted"):
        assert torch.equal(changed[name], torch.where(where, batch[name].flip(-1), batch[name]))
    assert torch.equal(taught, torch.where(turned[:, None], shown[:, [1, 0, 2]], shown))


def test_pictures_of_the_target_are_learned_to_draw(tmp_path: Path) -> None:
    """The error falls far below that of an untrained normalizer, and all of it is logged."""
    net = module(
        replace(TAUGHT, person=0, head_pose=0),
        generator=PICTURE,
        pairing=Pairing(mirrored=0.5),
        optimization=Optimization(warmup=0.01),
        optimizer_g=adam,
    )
    values: list[float] = []

    class Watch(L.Callback):
        def on_train_batch_end(self, trainer: L.Trainer, *_: object) -> None:
            values.append(float(trainer.logged_metrics["train/reconstruction"]))

    fit = trainer(tmp_path, 10, callbacks=[Watch()], limit_val_batches=0)
    fit.fit(net, Taught(wanted=True))
    assert fit.logged_metrics["train/distillation"].isfinite()
    assert sum(values[-4:]) / 4 < 0.5 * values[0]


@pytest.mark.parametrize("wanted", [True, False])
def test_every_loss_trains_on_faces_that_stand_alone(tmp_path: Path, wanted: bool) -> None:
    """Drawn pictures are judged, whether as the target or as other people."""
    losses = replace(ALL, perceptual=0, identity=0, expression=0, pose=0, consistency=0)
    hiding = replace(PICTURE, hide_expression=not wanted)
    net = module(losses, generator=hiding)
    fit = trainer(tmp_path, limit_train_batches=2, limit_val_batches=1)
    fit.fit(net, Taught(wanted))
    for name in ("reconstruction", "distillation", "adversarial", "discriminator", "head_pose"):
        assert fit.logged_metrics[f"train/{name}"].isfinite(), name
    # A person has one face.
    assert "train/person" not in fit.logged_metrics
    assert net.objective.expression_head.out_features == len(CHANNELS)
    assert all(weight.isfinite().all() for weight in net.generator.parameters())
    fit.save_checkpoint(tmp_path / "n.ckpt")
    images = torch.rand(2, 3, 16, 16)
    again = load_module(NormalizerModule, tmp_path / "n.ckpt")
    assert torch.equal(again.normalize(images), net.eval().normalize(images))


def test_a_resumed_training_goes_on(tmp_path: Path) -> None:
    """Labels of a teacher are read again, not made anew; all batches are of single faces."""
    net = module(TAUGHT, generator=PICTURE, pretraining=Pretraining(0.5, 2))
    fit = trainer(tmp_path, 2, limit_train_batches=1, limit_val_batches=0)
    fit.fit(net, Taught(wanted=True))
    fit.save_checkpoint(tmp_path / "n.ckpt")
    again = module(TAUGHT, generator=PICTURE, pretraining=Pretraining(0.5, 2))
    more = trainer(tmp_path, 4, limit_train_batches=1, limit_val_batches=0)
    more.fit(again, Taught(wanted=True), ckpt_path=tmp_path / "n.ckpt", weights_only=True)
    assert more.fit_loop.total_batch_idx + 1 == 4
    assert again.pseudo_labels.epoch == 0
    assert again.single_frame_epochs == 4


def test_nothing_of_a_teacher_is_needed_where_nothing_is_distilled(tmp_path: Path) -> None:
    net = module(replace(PLAIN, person=0, head_pose=0))
    trainer(tmp_path, fast_dev_run=True).fit(net, Taught(wanted=True))
    assert net.pseudo_labels.current is None
    assert net.supervision == Supervision(tuple(CHANNELS), wanted=True, alone=True)


def test_a_code_that_is_the_reading_has_no_head_and_draws_what_was_read(tmp_path: Path) -> None:
    """Pixels then teach the decoder alone, and the distillation the reader alone."""
    losses = replace(TAUGHT, person=0, head_pose=0, code_is_reading=True)
    net = module(losses, generator=replace(PICTURE, code_dim=len(CHANNELS)))
    fit = trainer(tmp_path, 1, limit_train_batches=1, limit_val_batches=0)
    fit.fit(net, Taught(wanted=True))
    assert list(net.objective.learned()) == []
    code = torch.randn(4, len(CHANNELS))
    assert net.objective.expression_head(code) is code
    read = torch.full_like(code, 2.0)
    known = torch.zeros_like(code)
    terms = net.objective.of_code({}, read, 4, known)
    assert float(terms["distillation"]) == 4.0


def test_a_code_that_is_the_reading_is_refused_without_pictures_of_the_target(
    tmp_path: Path,
) -> None:
    losses = replace(TAUGHT, person=0, head_pose=0, code_is_reading=True)
    hiding = replace(PICTURE, code_dim=len(CHANNELS), hide_expression=True)
    net = module(losses, generator=hiding)
    fit = trainer(tmp_path, 1, limit_train_batches=1, limit_val_batches=0)
    with pytest.raises(NorfaceError, match="code_is_reading needs readings of a teacher"):
        fit.fit(net, Taught(wanted=False))
