"""Stage 1 as a LightningModule."""

from dataclasses import replace
from pathlib import Path

import lightning as L
import numpy as np
import pytest
import torch

from norface_pl.datamodules import DrawnClips, DrawnPeople, SyntheticDataModule
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module
from norface_pl.io.images import write_image
from norface_pl.nn.augment import Augmentation
from norface_pl.normalizer import NormalizerModule
from norface_pl.normalizer.options import (
    EncoderOptions,
    GeneratorOptions,
    ObjectiveOptions,
    Optimization,
    Pretraining,
    TeacherOptions,
)
from tests.helpers.tiny import DRAWN

ALL = ObjectiveOptions(
    reconstruction=1,
    person=1,
    head_pose=1,
    distillation=0.1,
    consistency=0.1,
    adversarial=0.1,
    perceptual=0.1,
    identity=0.1,
    expression=0.1,
    pose=0.1,
    background=0.1,
    adversarial_start=0.0,
)
PLAIN = ObjectiveOptions(1, 1, 1, distillation=0, adversarial=0)
TAUGHT = ObjectiveOptions(1, 1, 1, distillation=1, adversarial=0)
SMALL = GeneratorOptions(
    EncoderOptions(embed_dim=24, depth=1, num_heads=2), 1, "tokens", 4, 2, (16, 8, 8)
)
PICTURE = replace(SMALL, code_from="picture")


def module(objective: ObjectiveOptions = PLAIN, **changes: object) -> NormalizerModule:
    """A normalizer for 16 px faces that draws from the first batch."""
    settings = {
        "image_size": 16,
        "num_labels": 17,
        "generator": SMALL,
        "objective": objective,
        "teachers": TeacherOptions(steps=2, comparison_steps=2),
        "pretraining": Pretraining(0.0, 0),
        "augment": None,
    }
    return NormalizerModule(**(settings | changes))


def data() -> SyntheticDataModule:
    """Six unlabelled people and a few labelled ones at 16 px."""
    return SyntheticDataModule(
        image_size=16,
        people=DrawnPeople(6, train=2, val=2, test=2, recordings_of_target=4),
        clips=DrawnClips(8, train=2),
        batch_size=12,
        clips_per_batch=3,
        frames_per_clip=4,
        draw_processes=1,
        cache_dir=Path(DRAWN.name),
    )


def trainer(folder: Path, epochs: int = 1, **changes: object) -> L.Trainer:
    """A quiet trainer on the CPU."""
    settings = {
        "max_epochs": epochs,
        "accelerator": "cpu",
        "logger": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "default_root_dir": folder,
        "num_sanity_val_steps": 0,
        "log_every_n_steps": 1,
    }
    return L.Trainer(**(settings | changes))


def test_fit_with_every_loss_logs_every_term_and_probe(tmp_path: Path) -> None:
    """All losses are finite and logged; both networks and the average move."""
    net, before = module(ALL), {}

    class Watch(L.Callback):
        def on_train_start(self, *_: object) -> None:
            before.update({name: value.clone() for name, value in net.state_dict().items()})

    fit = trainer(tmp_path, callbacks=[Watch()])
    fit.fit(net, data())
    others = ("adversarial_start", "pixels", "code_is_reading")
    terms = [name for name in vars(ALL) if name not in others]
    for name in (*terms, "loss", "discriminator"):
        assert fit.logged_metrics[f"train/{name}"].isfinite(), name
    for probe in ("au_probe", "identity_probe", "spread"):
        for picture in ("original", "normalized", "oracle"):
            assert fit.logged_metrics[f"val/{probe}/{picture}"].isfinite()
    after = net.state_dict()
    for part in ("generator.head", "discriminator.judges.0", "redrawer.averaged.module.head"):
        names = [name for name in before if name.startswith(part) and "weight" in name]
        assert any(not torch.equal(before[name], after[name]) for name in names), part
    assert torch.equal(net.target, torch.from_numpy(data().target()).permute(2, 0, 1) / 255)


def test_reading_comes_first_and_draws_nothing(tmp_path: Path) -> None:
    """Up to its share of the training only what reads the code is trained."""
    net = module(TAUGHT, generator=PICTURE, pretraining=Pretraining(1.0, 0), augment=Augmentation())
    before = {name: value.clone() for name, value in net.generator.state_dict().items()}
    fit = trainer(tmp_path)
    fit.fit(net, data())
    after = net.generator.state_dict()
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"head"}
    assert "train/distillation" in fit.logged_metrics
    assert "train/reconstruction" not in fit.logged_metrics


def test_the_reading_part_has_whole_epochs_of_single_faces(tmp_path: Path) -> None:
    """A share of the epochs is rounded down; then batches hold several frames of every clip."""
    net = module(TAUGHT, generator=PICTURE, pretraining=Pretraining(0.6, 0))
    batches: list[tuple[bool, int, int]] = []

    class Watch(L.Callback):
        def on_train_batch_start(self, trainer: L.Trainer, _: object, batch: dict, __: int) -> None:
            clips = batch["clip"]
            batches.append((net.draws_now(), len(clips), len(clips.unique())))

    trainer(tmp_path, 3, callbacks=[Watch()], limit_val_batches=0).fit(net, data())
    # 6 people with 4 frames each make 2 batches of 3 clips, and 4 clips of the target person.
    assert {(draws, size) for draws, size, _ in batches} == {(False, 28), (True, 28)}
    assert [draws for draws, _, _ in batches] == 2 * [False] + 4 * [True]
    assert all(clips == 7 for draws, _, clips in batches if draws)


def test_every_epoch_has_other_batches_also_after_a_resume(tmp_path: Path) -> None:
    """Lightning tells batch samplers nothing; epochs showed the same frames again once."""
    shown: dict[int, list[str]] = {}

    class Watch(L.Callback):
        def on_train_batch_start(self, trainer: L.Trainer, _: object, batch: dict, __: int) -> None:
            shown.setdefault(trainer.current_epoch, []).extend(batch["key"])

    fit = trainer(tmp_path, 2, callbacks=[Watch()], limit_val_batches=0)
    fit.fit(module(), data())
    fit.save_checkpoint(tmp_path / "n.ckpt")
    assert shown[0] != shown[1]
    kept = dict(shown)
    trainer(tmp_path, 3, callbacks=[Watch()], limit_val_batches=0).fit(module(), data())
    again = shown.pop(2)
    more = trainer(tmp_path, 3, callbacks=[Watch()], limit_val_batches=0)
    more.fit(module(), data(), ckpt_path=tmp_path / "n.ckpt", weights_only=True)
    assert shown[2] == again
    assert again not in kept.values()


def test_lightning_still_draws_the_batches_of_another_epoch_when_it_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, pytorch-lightning 21938 is mended: remove `on_train_start` of the module."""
    shown: dict[int, list[str]] = {}

    class Watch(L.Callback):
        def on_train_batch_start(self, trainer: L.Trainer, _: object, batch: dict, __: int) -> None:
            shown.setdefault(trainer.current_epoch, []).extend(batch["key"])

    monkeypatch.delattr(NormalizerModule, "on_train_start")
    fit = trainer(tmp_path, 1, callbacks=[Watch()], limit_val_batches=0)
    fit.fit(module(), data())
    fit.save_checkpoint(tmp_path / "n.ckpt")
    more = trainer(tmp_path, 2, callbacks=[Watch()], limit_val_batches=0)
    more.fit(module(), data(), ckpt_path=tmp_path / "n.ckpt", weights_only=True)
    assert shown[1] == shown[0]


def test_people_are_labelled_anew_and_a_resumed_training_knows(tmp_path: Path) -> None:
    """Labels change once in each round, are in the checkpoint, and are not made again."""
    twice = {"generator": PICTURE, "pretraining": Pretraining(1.0, 2)}
    net, faces = module(TAUGHT, **twice), data()
    seen: list[torch.Tensor] = []

    class Watch(L.Callback):
        def on_train_epoch_end(self, trainer: L.Trainer, _: object) -> None:
            seen.append(net.pseudo_labels.current.clone())

    fit = trainer(tmp_path, 3, callbacks=[Watch()], limit_val_batches=0)
    fit.fit(net, faces)
    assert not torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[1], seen[2])
    torch.testing.assert_close(seen[2].std(0, correction=0), torch.ones(17), atol=1e-3, rtol=0)
    fit.save_checkpoint(tmp_path / "n.ckpt")
    again, same = module(TAUGHT, **twice), data()
    more = trainer(tmp_path, 4, limit_val_batches=0, limit_train_batches=1)
    more.fit(again, same, ckpt_path=tmp_path / "n.ckpt", weights_only=True)
    assert torch.equal(again.pseudo_labels.current, seen[2])
    assert "changes" not in same.dataset("unlabelled").columns


LABELLED_TWICE = {"generator": PICTURE, "pretraining": Pretraining(0.75, 2)}
TWICE_AN_EPOCH = {"val_check_interval": 1, "limit_val_batches": 1, "enable_checkpointing": False}


class Labellings(L.Callback):
    """Notes the epochs whose labels were seen; kills the training after some validations."""

    def __init__(self, kept: Path | None = None, stop: int = 0) -> None:
        self.kept, self.stop, self.validations = kept, stop, 0
        self.seen: list[int] = []

    def on_train_batch_start(self, trainer: L.Trainer, net: L.LightningModule, *_: object) -> None:
        epoch = net.pseudo_labels.epoch  # type: ignore[union-attr]
        if epoch not in self.seen:
            self.seen.append(epoch)

    def on_validation_end(self, trainer: L.Trainer, _: L.LightningModule) -> None:
        self.validations += 1
        if self.validations == self.stop:
            trainer.save_checkpoint(self.kept)
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def labelled_whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[int], int]:
    """Epochs of the labels that an uninterrupted training saw, and its number of batches."""
    watch = Labellings()
    whole = trainer(tmp_path_factory.mktemp("whole"), 4, callbacks=[watch], **TWICE_AN_EPOCH)
    whole.fit(module(TAUGHT, **LABELLED_TWICE), data())
    return watch.seen, whole.fit_loop.total_batch_idx


@pytest.mark.parametrize("halves", [1, 2, 3, 4, 6, 7])
def test_a_training_killed_while_it_reads_labels_as_one_that_was_not(
    tmp_path: Path, halves: int, labelled_whole: tuple[list[int], int]
) -> None:
    """Checkpoints are written in the middle and at the end of epochs; no round is lost."""
    half = tmp_path / "half.ckpt"
    killed, after = Labellings(half, halves), Labellings()
    with pytest.raises(SystemExit):
        trainer(tmp_path, 4, callbacks=[killed], **TWICE_AN_EPOCH).fit(
            module(TAUGHT, **LABELLED_TWICE), data()
        )
    more = trainer(tmp_path, 4, callbacks=[after], **TWICE_AN_EPOCH)
    more.fit(module(TAUGHT, **LABELLED_TWICE), data(), ckpt_path=half, weights_only=True)
    seen = list(dict.fromkeys(killed.seen + after.seen))
    assert seen == labelled_whole[0] == [0, 1, 2]
    assert more.fit_loop.total_batch_idx == labelled_whole[1]


def test_labelling_anew_needs_a_reader_of_pictures(tmp_path: Path) -> None:
    """The sentence names both keys."""
    for net in (
        module(TAUGHT, pretraining=Pretraining(0.5, 1)),
        module(PLAIN, generator=PICTURE, pretraining=Pretraining(0.5, 1)),
    ):
        with pytest.raises(NorfaceError, match=r"code_from to picture and objective\.distillation"):
            trainer(tmp_path, fast_dev_run=True).fit(net, data())


def test_the_code_of_a_picture_is_read_without_the_encoder(tmp_path: Path) -> None:
    """Then the tokens of originals are not computed when faces are redrawn."""
    net = module(generator=PICTURE, augment=Augmentation())
    fit = trainer(tmp_path)
    fit.fit(net, data())
    fit.save_checkpoint(tmp_path / "n.ckpt")
    images = torch.rand(5, 3, 16, 16)
    loaded = load_module(NormalizerModule, tmp_path / "n.ckpt")
    seen: list[int] = []
    encoder = loaded.redrawer.generator.encoder
    encoder.register_forward_hook(lambda module, inputs, output: seen.append(len(inputs[0])))
    assert torch.equal(loaded.normalize(images), net.eval().normalize(images))
    assert seen == [1]


def test_without_a_loss_its_network_is_not_built(tmp_path: Path) -> None:
    """Reconstruction alone needs no discriminator and no teacher."""
    net = module(replace(PLAIN, person=0, head_pose=0))
    trainer(tmp_path, fast_dev_run=True).fit(net, data())
    assert net.discriminator is None
    assert net.objective.expression_head is None
    assert len(net.objective.teachers) == 0


def test_checkpoint_redraws_the_same(tmp_path: Path) -> None:
    """A reloaded normalizer needs neither teachers nor discriminator and draws the same."""
    net = module(ALL)
    fit = trainer(tmp_path)
    fit.fit(net, data())
    fit.save_checkpoint(tmp_path / "n.ckpt")
    again = load_module(NormalizerModule, tmp_path / "n.ckpt")
    assert again.discriminator is None
    assert again.objective is None
    images = torch.rand(3, 3, 16, 16)
    assert torch.equal(again.normalize(images), net.eval().normalize(images))
    assert again.normalize(images).shape == images.shape


def test_resume_equals_an_uninterrupted_run(tmp_path: Path) -> None:
    """Two epochs at once and one after the other end in the same weights."""
    states = []
    for stop in (None, 1):
        L.seed_everything(1)
        net, start = module(ALL), None
        if stop:
            first = trainer(tmp_path, 2)
            first.fit_loop.max_epochs = 2
            half = trainer(tmp_path, 2, callbacks=[StopAfter(stop)])
            half.fit(net, data())
            start = tmp_path / "half.ckpt"
            half.save_checkpoint(start)
            net = module(ALL)
        fit = trainer(tmp_path, 2)
        if start:
            L.seed_everything(1)
        fit.fit(net, data(), ckpt_path=start, weights_only=True)
        states.append(fit.fit_loop.total_batch_idx)
        assert fit.current_epoch == 2
    assert states[0] == states[1]


class StopAfter(L.Callback):
    """Ends a training after some epochs, as an interruption would."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Stop when enough epochs were seen."""
        trainer.should_stop = trainer.current_epoch + 1 >= self.epochs


@pytest.mark.slow
def test_learns_to_tell_expressions_from_the_target_alone(tmp_path: Path) -> None:
    """On one batch the reconstruction falls far below that of an untrained normalizer."""
    torch.manual_seed(0)
    net = module(
        replace(PLAIN, person=0, head_pose=0),
        optimization=Optimization(warmup=0.01),
        optimizer_g=adam,
    )
    fit = trainer(tmp_path, 60, overfit_batches=1, limit_val_batches=0, enable_checkpointing=False)
    values: list[float] = []

    class Watch(L.Callback):
        def on_train_batch_end(self, trainer: L.Trainer, *_: object) -> None:
            values.append(float(trainer.logged_metrics["train/reconstruction"]))

    fit.callbacks.append(Watch())  # type: ignore[attr-defined]
    fit.fit(net, data())
    # Pairs are drawn anew in every step, so single values scatter.
    assert sum(values[-10:]) / 10 < 0.6 * values[0]


def adam(parameters: object) -> torch.optim.Optimizer:
    """Adam at a rate for tiny networks."""
    return torch.optim.Adam(parameters, lr=3e-3)


def test_target_image(tmp_path: Path) -> None:
    """A square file becomes the target; another shape is refused with its path."""
    face = np.zeros((32, 32, 3), np.uint8)
    face[..., 0] = 255
    write_image(tmp_path / "t.png", face)
    net = module(target_image=tmp_path / "t.png")
    trainer(tmp_path, fast_dev_run=True).fit(net, data())
    assert net.target[0].unique().tolist() == [1.0]
    assert net.target[1:].max() == 0
    write_image(tmp_path / "wide.png", face[:16])
    with pytest.raises(NorfaceError, match=r"wide\.png has 32 x 16 pixels"):
        trainer(tmp_path, fast_dev_run=True).fit(module(target_image=tmp_path / "wide.png"), data())


def test_decoder_that_draws_another_size_is_refused() -> None:
    """The sentence names the key."""
    with pytest.raises(NorfaceError, match="decoder_channels"):
        module(generator=replace(SMALL, decoder_channels=(16, 8)))
