"""Learning-rate schedule of the fine-tuning recipes: linear warm-up, then a half cosine to zero."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def warmup_cosine(optimizer: Optimizer, steps: int, warmup: float) -> LambdaLR:
    """Schedule to be stepped after every batch.

    Args:
        optimizer: whose learning rates are scaled.
        steps: of the whole training.
        warmup: share of the steps in which the rate rises.
    """
    rising = max(1, round(steps * warmup))

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        progress = min(1.0, (step - rising) / max(1, steps - rising))
        return 0.5 * (1 + math.cos(math.pi * progress))

    return LambdaLR(optimizer, factor)
