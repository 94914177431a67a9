"""Which of torch's implementations of attention computes it."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel


def short_attention(device: torch.device) -> AbstractContextManager[None]:
    """Let attention between some dozens of tokens be computed plainly on CPUs.

    There the backward pass of the fused implementation costs four times as much, a sixth of a
    training step of the small normalizer; on other devices nothing changes.
    """
    if device.type != "cpu":
        return nullcontext()
    plain: AbstractContextManager[None] = sdpa_kernel(SDPBackend.MATH)
    return plain
