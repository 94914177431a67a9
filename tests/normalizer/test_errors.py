"""How far redrawn faces are from what is wanted, face by face."""

import pytest
import torch

from norface_pl.normalizer.reconstruction import ReconstructionLoss
from tests.helpers.stages import SIZE, tiny_normalizer


def test_with_an_oracle_it_is_the_reconstruction_of_each_face():
    module = tiny_normalizer()
    image, redrawn, oracle = torch.rand(3, 2, 3, SIZE, SIZE)
    errors = module.errors({"image": image, "oracle": oracle}, redrawn)
    loss = ReconstructionLoss(SIZE, module.losses.pixels)
    alone = [
        float(loss(redrawn[i : i + 1], oracle[i : i + 1], module.target[None])) for i in range(2)
    ]
    assert errors.tolist() == pytest.approx(alone)
    assert module.errors({"image": image, "oracle": oracle}, oracle).tolist() == [0, 0]


def test_without_one_it_is_the_distance_of_the_codes():
    module = tiny_normalizer()
    image, redrawn = torch.rand(2, 3, 3, SIZE, SIZE)
    errors = module.errors({"image": image}, redrawn)
    apart = module.code(redrawn) - module.code(image)
    assert errors.tolist() == pytest.approx(apart.square().mean(1).tolist())
    assert module.errors({"image": image}, image).tolist() == [0, 0, 0]
