"""Convolutional probes: small networks that read faces of people they were not trained on."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from norface_pl.nn.augment import Augmentation, FaceAugment
from norface_pl.nn.convnet import FaceConvNet
from norface_pl.precision import autocast

CPU = torch.device("cpu")


@dataclass(frozen=True)
class ConvTraining:
    """How every convolutional probe is trained; equal settings give equal probes.

    Attributes:
        steps: batches of 48 faces.
        seed: of the first weights, the draw of batches and the augmentation.
        device: where to train and read.
    """

    steps: int = 400
    seed: int = 0
    device: torch.device = CPU


def fit_conv(
    images: Tensor,
    target: Tensor,
    outputs: int,
    loss: Callable[[Tensor, Tensor], Tensor],
    training: ConvTraining,
    mirrored: Tensor | None = None,
    relight: bool = True,
) -> nn.Sequential:
    """Train a network on pictures that are moved a little, mirrored and relit at random.

    Turned they are not: alignment leaves little of the head's roll, which a turn would cover.

    Args:
        images: (N, 3, S, S) uint8.
        target: (N, ...) what it learns of each.
        outputs: numbers that it gives.
        loss: of outputs (B, outputs) and targets (B, ...).
        training: how.
        mirrored: targets of the mirrored pictures, where they differ.
        relight: change light and colours too; not where colours are what is learned.

    Returns:
        The network in evaluation mode; its first part gives an embedding.
    """
    mirrored = target if mirrored is None else mirrored
    augment = FaceAugment(Augmentation(flip=0.0, scale=0.0, rotate=0.0))
    device = training.device
    with torch.random.fork_rng(), torch.enable_grad():
        torch.manual_seed(training.seed)
        body = FaceConvNet()
        head = nn.Linear(body.num_features, outputs)
        # Half the time of the usual layout on CPUs.
        network = nn.Sequential(body, nn.Dropout(0.3), head)
        network = network.to(device).to(memory_format=torch.channels_last)
        optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=training.steps)
        for _ in range(training.steps):
            chosen = torch.randint(len(images), (48,))
            flip = torch.rand(48) < 0.5
            faces = images[chosen]
            faces = torch.where(flip.view(-1, 1, 1, 1), faces.flip(3), faces)
            shape = (-1, *[1] * (target.ndim - 1))
            wanted = torch.where(flip.view(shape), mirrored[chosen], target[chosen]).to(device)
            (faces,) = augment.move([faces.to(device).float() / 255])
            faces = augment.relight(faces) if relight else faces
            with autocast(device):
                told = network(faces.contiguous(memory_format=torch.channels_last))
            value = loss(told.float(), wanted)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            schedule.step()
    return network.eval().requires_grad_(False)


@torch.no_grad()
def read_conv(network: nn.Module, images: Tensor) -> Tensor:
    """Return what a network gives for pictures (N, 3, S, S) uint8, (N, ...) on the CPU."""
    device = next(network.parameters()).device
    with autocast(device):
        told = [network(part.to(device).float() / 255).float().cpu() for part in images.split(256)]
    return torch.cat(told)


class FeatureDistance:
    """Distance of pictures in the feature maps of a network that never learned anything.

    Like LPIPS, maps are scaled to unit length at every place and squared differences averaged over
    places and levels; unlike LPIPS, the weights are random ones of a fixed seed: nothing has to be
    downloaded, and figures of different runs compare. Small is alike.
    """

    def __init__(self) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.layers = FaceConvNet().features.eval().requires_grad_(False)

    @torch.no_grad()
    def __call__(self, images: Tensor, truth: Tensor) -> float:
        """Compare pictures (B, 3, H, W) in [0, 1] with the true ones."""
        both, levels = 4 * (torch.cat([images, truth]) - 0.5), []
        for layer in self.layers:
            both = layer(both)
            if isinstance(layer, nn.ReLU):
                first, second = nn.functional.normalize(both, dim=1).chunk(2)
                levels.append((first - second).square().sum(1).mean())
        return float(torch.stack(levels).mean())
