"""A trainer without a training, and what callbacks show of a batch."""

from types import SimpleNamespace

import torch


def trainer(**more):
    """A trainer after 7 batches, without a logger."""
    return SimpleNamespace(
        loggers=[],
        is_global_zero=True,
        sanity_checking=False,
        fit_loop=SimpleNamespace(total_batch_idx=6),
        **more,
    )


def batch(count, oracle=True, size=8):
    """Faces of the shades 0, 1/10, 2/10 ..."""
    shades = torch.arange(count).view(-1, 1, 1, 1) / 10
    found = {
        "image": shades.expand(count, 3, size, size),
        "key": [f"face_{number}" for number in range(count)],
        "index": torch.arange(count),
        "subject": torch.arange(count) // 2,
        "au_detection": torch.stack([torch.arange(count) % 2] * 2, 1).float(),
    }
    return found | ({"oracle": found["image"] / 2} if oracle else {})


class Shown:
    """Takes the place of `log_picture` in a module."""

    def __init__(self, monkeypatch, module):
        self.pictures = {}
        monkeypatch.setattr(module, "log_picture", self.take)

    def take(self, trainer, name, picture):
        self.pictures[name] = picture
