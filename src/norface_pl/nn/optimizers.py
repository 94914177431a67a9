"""The optimizer of the modules' defaults."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class PlainAdamW(torch.optim.AdamW):
    """AdamW whose arguments are numbers, since jsonargparse reads no tuple out of a default.

    Args:
        params: what is trained.
        lr: learning rate.
        beta1: decay of the mean gradient.
        beta2: decay of the mean squared gradient.
        weight_decay: decoupled from the gradient; with 0 this is Adam.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, lr=lr, betas=(beta1, beta2), weight_decay=weight_decay)
