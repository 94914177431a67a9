"""Who is redrawn as whom."""

import torch

from norface_pl.nn.pairs import cross, partners
from tests.nn.small import small_generator

CPU = torch.device("cpu")


def test_partners_are_frames_of_the_same_person() -> None:
    """Pairs stay within a clip; without self pairs nobody is paired with itself."""
    for _ in range(5):
        partner = partners(3, 12, 0.0, CPU)
        assert (partner // 4).tolist() == [0] * 4 + [1] * 4 + [2] * 4
        assert (partner != torch.arange(12)).all()
    assert (partners(3, 12, 1.0, CPU) == torch.arange(12)).all()


def test_clips_of_one_frame_give_self_pairs() -> None:
    """Data sets without clips have one frame per person."""
    assert (partners(12, 12, 0.0, CPU) == torch.arange(12)).all()


def test_crossed_faces_are_redrawn_as_other_people() -> None:
    """Never as somebody of the same clip, and the asked share of the batch."""
    net = small_generator()
    faces = net.embed(torch.rand(12, 3, 16, 16))
    for _ in range(5):
        crossed = cross(net, faces, torch.zeros(12, 3), clips=3, share=0.5)
        assert len(crossed.source) == len(crossed.images) == 6
        assert (crossed.source // 4 != crossed.target // 4).all()
