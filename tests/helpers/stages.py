"""Two tiny stages with random weights, as checkpoints of trainings that never were."""

from types import SimpleNamespace

import torch

from norface_pl.classifier import ClassifierModule
from norface_pl.classifier.options import BackboneOptions, FusionOptions, HeadOptions
from norface_pl.normalizer import NormalizerModule
from norface_pl.normalizer.options import EncoderOptions, GeneratorOptions

SIZE = 32
LABELS = ["AU1", "AU4", "AU12"]
ENCODER = EncoderOptions(embed_dim=24, depth=1, num_heads=2)


def tiny_normalizer(size=SIZE):
    """A normalizer whose averaged generator is not the one that was trained."""
    torch.manual_seed(1)
    module = NormalizerModule(
        size, generator=GeneratorOptions(ENCODER, 1, "tokens", 4, 2, (16, 8, 8))
    )
    for value in module.redrawer.averaged.module.parameters():
        value.add_(0.05 * torch.randn_like(value))
    module.set_target(torch.rand(3, size, size))
    return module.eval()


def tiny_classifier(task="au_detection", names=LABELS, size=SIZE, calibrate=False):
    """A classifier of both faces; its thresholds differ where it is calibrated."""
    torch.manual_seed(2)
    module = ClassifierModule(
        task,
        list(names),
        size,
        "both",
        BackboneOptions("test_byobnet"),
        FusionOptions("moe", 2, 8),
        HeadOptions("moe", 2, 8),
        calibrate=calibrate,
    )
    if calibrate:
        learned = module.evaluator.calibration.threshold
        learned.copy_(torch.linspace(0.25, 0.5, len(learned)))
    return module.eval()


def write_checkpoint(module, path, population="synthetic, seed 0", people=("S1", "S2")):
    """Writes what a training of these people would leave of a module."""
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoint = {"state_dict": module.state_dict(), "hyper_parameters": dict(module.hparams)}
    who = {"population": population, "subjects": list(people)}
    module.trainer = SimpleNamespace(datamodule=SimpleNamespace(trained_on=lambda: who))
    module.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, path)
    return path


def write_run(folder, classifier=None, normalizer=None, **people):
    """Writes both stages where `norface run` leaves them; returns their checkpoints."""
    first, second = normalizer or tiny_normalizer(), classifier or tiny_classifier()
    return (
        write_checkpoint(first, folder / "normalizer" / "best.ckpt", **people),
        write_checkpoint(second, folder / "classifier_both" / "best.ckpt", **people),
    )
