"""Who is redrawn as whom."""

import torch

from norface_pl.normalizer.pairs import cross, embed, targets
from tests.helpers.small import small_generator

CPU = torch.device("cpu")


def test_a_clip_has_one_target_of_its_own() -> None:
    """Targets stay within a clip and differ between draws; with self pairs everybody is its own."""
    seen = set()
    for _ in range(10):
        target = targets(3, 12, 0.0, CPU)
        assert (target // 4).tolist() == [0] * 4 + [1] * 4 + [2] * 4
        assert len(target.unique()) == 3
        seen |= set(target.tolist())
    assert len(seen) > 6
    assert (targets(3, 12, 1.0, CPU) == torch.arange(12)).all()


def test_clips_of_one_frame_give_self_pairs() -> None:
    """Data sets without clips have one frame per person."""
    assert (targets(12, 12, 0.0, CPU) == torch.arange(12)).all()


def test_every_face_gets_its_own_code_and_its_targets_tokens() -> None:
    """As if every target were encoded for itself; codes come from the relit originals."""
    net = small_generator().eval()
    images, relit = torch.rand(6, 3, 16, 16), torch.rand(6, 3, 16, 16)
    target = torch.tensor([2, 2, 2, 4, 4, 4])
    faces = embed(net, images, relit, target)
    torch.testing.assert_close(faces.tokens, net.encoder(images)[target])
    torch.testing.assert_close(faces.code, net.read(relit))


def test_crossed_faces_are_redrawn_as_other_people() -> None:
    """As the target of another clip, and the asked share of the batch."""
    net = small_generator()
    images, target = torch.rand(12, 3, 16, 16), targets(3, 12, 0.0, CPU)
    faces = embed(net, images, images, target)
    for _ in range(5):
        crossed = cross(net, faces, images, torch.zeros(12, 3), target, clips=3, share=0.5)
        assert len(crossed.source) == len(crossed.images) == 6
        assert (crossed.source // 4 != crossed.target // 4).all()
        assert set(crossed.target.tolist()) <= set(target.tolist())
