import numpy as np
import torch

from norface_pl.io.tensors import to_batch, to_pictures


def test_every_byte_survives_the_round_trip() -> None:
    pictures = np.arange(2 * 8 * 16 * 3).astype(np.uint8).reshape(2, 8, 16, 3)
    batch = to_batch(list(pictures))
    assert batch.shape == (2, 3, 8, 16)
    assert batch.dtype == torch.float32
    assert batch[1, 2, 3, 4] == pictures[1, 3, 4, 2] / np.float32(255)
    np.testing.assert_array_equal(to_pictures(batch), pictures)


def test_values_are_clipped_and_rounded() -> None:
    batch = torch.tensor([-0.5, 0.4 / 255, 0.6 / 255, 1.5]).view(1, 1, 2, 2).repeat(1, 3, 1, 1)
    assert to_pictures(batch.bfloat16().float())[0, :, :, 1].tolist() == [[0, 0], [1, 255]]
