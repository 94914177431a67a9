"""Pixel losses for pairs whose truth is known, and for the background of those without."""

from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.nn.regions import expressive_regions
from norface_pl.normalizer.options import Reconstruction


def moving_regions(truth: Tensor, target: Tensor, gain: float) -> Tensor:
    """Weight of every pixel by how much the truth differs from the target, (B, 1, H, W), mean 1.

    Most of a face is the same in two frames of a clip, and the target already shows it; what
    moved is what the expression code has to tell.

    Args:
        truth: (B, 3, H, W) in [0, 1], the frame to draw.
        target: another frame of the same clip.
        gain: how much more a pixel with the mean difference counts than one without any.
    """
    moved = F.avg_pool2d((truth - target).abs().mean(1, keepdim=True), 5, 1, 2)
    weight = 1 + gain * moved / (moved.mean((1, 2, 3), keepdim=True) + 0.02)
    return weight / weight.mean((1, 2, 3), keepdim=True)


class ReconstructionLoss(nn.Module):
    """Error of colours and of their gradients, weighted towards where expressions show.

    The gradient term keeps thin things (lids, folds, lips) from being traded for smooth skin.

    An absolute error is least at the median, so what is present in less than half of the doubtful
    cases is not drawn at all; a squared one is least at the mean, so that it is drawn faintly.

    Args:
        size: side of the face in pixels.
        options: how pixels count.
    """

    def __init__(self, size: int, options: Reconstruction = Reconstruction()) -> None:
        super().__init__()
        weight = expressive_regions(size, options.region_gain)
        self.register_buffer("weight", weight, persistent=False)
        self.weight: Tensor
        self.options = options

    def forward(self, drawn: Tensor, truth: Tensor, target: Tensor) -> Tensor:
        """Compare (B, 3, H, W) pictures in [0, 1]; ``target`` is the frame that was redrawn."""
        return self.of_each(drawn, truth, target).mean()

    def of_each(self, drawn: Tensor, truth: Tensor, target: Tensor) -> Tensor:
        """Return the error of each picture, (B,)."""
        weight = self.weight.expand(len(truth), 1, -1, -1)
        if self.options.motion_gain:
            weight = weight * moving_regions(truth, target, self.options.motion_gain)
        error = drawn.float() - truth.float()
        across = self._size(error[..., :, 1:] - error[..., :, :-1]) * weight[..., :, 1:]
        down = self._size(error[..., 1:, :] - error[..., :-1, :]) * weight[..., 1:, :]
        colour = self._size(error) * weight
        parts = [part.mean((1, 2, 3)) for part in (colour, across, down)]
        return parts[0] + self.options.gradient * (parts[1] + parts[2])

    def _size(self, error: Tensor) -> Tensor:
        return error.square() if self.options.squared else error.abs()


def masked_l1(drawn: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """L1 of (B, 3, H, W) pictures under a mask (H, W), mean over the mask."""
    difference = (drawn.float() - truth.float()).abs() * mask
    return difference.mean() / mask.mean().clamp_min(1e-6)
