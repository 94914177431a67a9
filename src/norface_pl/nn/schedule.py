"""Learning-rate schedule of the fine-tuning recipes: linear warm-up, then a half cosine to zero."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def warmup_cosine(
    optimizer: Optimizer, steps: int, warmup: float, restart: float = 0.0
) -> LambdaLR:
    """Schedule to be stepped after every batch.

    Args:
        optimizer: whose learning rates are scaled.
        steps: of the whole training.
        warmup: share of the steps in which the rate rises.
        restart: share of the steps after which all of it begins anew, for a training in two
            parts; 0: one part.
    """
    first = round(steps * restart)

    def factor(step: int) -> float:
        begin, end = (0, first) if step < first else (first, steps)
        rising = max(1, round((end - begin) * warmup))
        if step - begin < rising:
            return (step - begin + 1) / rising
        progress = min(1.0, (step - begin - rising) / max(1, end - begin - rising))
        return 0.5 * (1 + math.cos(math.pi * progress))

    return LambdaLR(optimizer, factor)
