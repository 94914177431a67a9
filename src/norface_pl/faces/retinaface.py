"""RetinaFace with facexlib's network; loading, decoding and prior boxes are our own."""

import pickle
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import torchvision
from torch import Tensor, nn

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face, faces_from_rows
from norface_pl.io.images import Picture
from norface_pl.io.weights import how_to_get

Size = Literal["mobile0.25", "resnet50"]

# Anchors, variances and means of the published networks (Deng et al., CVPR 2020).
_STRIDES = {8: (16, 32), 16: (64, 128), 32: (256, 512)}
_VARIANCES = (0.1, 0.2)
_MEAN_BGR = (104.0, 117.0, 123.0)
_NMS = 0.4  # overlap above which the weaker of two boxes is dropped
_CPU = torch.device("cpu")


class RetinaFaceDetector:
    """Find faces with RetinaFace; the network size is read from the weights when not given.

    facexlib's own loading functions are left alone: they download what they miss, and its
    ``detect_faces`` builds the prior boxes anew for every picture in pure Python.

    Args:
        weights: a ``.pth`` file of facexlib's detection networks.
        size: which network; None looks at the names in the file.
        threshold: lowest score of a face.
        device: where the network runs.

    Raises:
        NorfaceError: the file is damaged or belongs to another network.
    """

    # Upright faces of photographs score 0.996 and more; of those that are turned so far that their
    # landmarks are wrong, none did that seemed to be upright (benchmarks/turned.py).
    sure = 0.995

    def __init__(
        self, weights: Path, size: Size | None = None, threshold: float = 0.6, device: str = "cpu"
    ) -> None:
        self.threshold = threshold
        self.device = torch.device(device)
        # Pictures of one size that go through the network at once. On a CPU more are no faster,
        # and the last digits of a face would depend on its neighbours.
        self.together = 1 if self.device.type == "cpu" else 32
        self._net = _load_network(weights, size).to(self.device)
        self._mean = torch.tensor(_MEAN_BGR, device=self.device).view(1, 3, 1, 1)

    def detect(self, image: Picture) -> list[Face]:
        """Return the faces of an (H, W, 3) RGB uint8 picture, the largest first."""
        return self.detect_batch([image])[0]

    @torch.inference_mode()
    def detect_batch(self, images: Sequence[Picture]) -> list[list[Face]]:
        """Return the faces of pictures; those of one size go through the network together."""
        same: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for index, image in enumerate(images):
            same[image.shape].append(index)
        faces: list[list[Face]] = [[] for _ in images]
        for shape, indices in same.items():
            for start in range(0, len(indices), self.together):
                part = indices[start : start + self.together]
                pixels = torch.from_numpy(np.stack([images[index] for index in part]))
                pixels = pixels.to(self.device).flip(3).permute(0, 3, 1, 2).float()
                outputs = self._net(pixels - self._mean)
                for index, output in zip(part, zip(*outputs, strict=True), strict=True):
                    faces[index] = self._decode(output, shape)
        return faces

    def _decode(self, output: Sequence[Tensor], shape: tuple[int, ...]) -> list[Face]:
        height, width = shape[:2]
        offsets, scores, points = output
        likely = torch.nonzero(scores[:, 1] > self.threshold).squeeze(1)
        priors = prior_boxes(height, width, self.device)[likely]
        extent = torch.tensor([width, height], dtype=torch.float32, device=self.device)
        boxes = _decode_boxes(offsets[likely], priors) * extent.repeat(2)
        landmarks = _decode_points(points[likely], priors) * extent
        certain = scores[likely, 1]
        kept = torchvision.ops.nms(boxes, certain, _NMS)
        return faces_from_rows(*(rows[kept].cpu().numpy() for rows in (boxes, certain, landmarks)))


@lru_cache(maxsize=16)
def prior_boxes(height: int, width: int, device: torch.device = _CPU) -> Tensor:
    """Prior boxes (P, 4) as centre x, y, width, height in fractions of the picture."""
    extent = np.array([width, height, width, height])
    levels = []
    for stride, sides in _STRIDES.items():
        y, x = np.mgrid[: ceil(height / stride), : ceil(width / stride)]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) * stride
        side = np.tile(sides, len(centres))
        levels.append(np.column_stack([centres.repeat(2, axis=0), side, side]) / extent)
    return torch.from_numpy(np.concatenate(levels)).float().to(device)


def _decode_boxes(offsets: Tensor, priors: Tensor) -> Tensor:
    centres = priors[:, :2] + offsets[:, :2] * _VARIANCES[0] * priors[:, 2:]
    sides = priors[:, 2:] * torch.exp(offsets[:, 2:] * _VARIANCES[1])
    return torch.cat([centres - sides / 2, centres + sides / 2], dim=1)


def _decode_points(offsets: Tensor, priors: Tensor) -> Tensor:
    shifts = offsets.view(-1, 5, 2) * _VARIANCES[0] * priors[:, None, 2:]
    return priors[:, None, :2] + shifts


def _load_network(weights: Path, size: Size | None) -> nn.Module:
    try:
        state = torch.load(weights, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        raise NorfaceError(
            f"{weights} is damaged or holds no plain weights; {how_to_get()}"
        ) from error
    if not isinstance(state, Mapping) or not all(isinstance(name, str) for name in state):
        raise NorfaceError(f"{weights} holds no table of weights; {how_to_get()}")
    plain = {name.removeprefix("module."): value for name, value in state.items()}
    if size is None:
        size = "resnet50" if any(name.startswith("body.layer") for name in plain) else "mobile0.25"
    network = _build_network(size)
    try:
        network.load_state_dict(plain, strict=True)
    except (RuntimeError, TypeError, AttributeError) as error:
        raise NorfaceError(
            f"{weights} is not a RetinaFace {size} network; {how_to_get()}"
        ) from error
    return network.eval()


def _build_network(size: Size) -> nn.Module:
    with warnings.catch_warnings():
        # facexlib still speaks torchvision's old ``pretrained=False`` and old syntax.
        warnings.simplefilter("ignore")
        from facexlib.detection.retinaface import RetinaFace

        network: nn.Module = RetinaFace(size, device=torch.device("cpu"))
    return network
