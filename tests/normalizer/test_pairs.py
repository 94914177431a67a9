"""Who is redrawn as whom."""

import torch

from norface_pl.normalizer.pairs import cross, embed, redraw_as_target, redraw_batch, targets
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


def test_faces_that_stand_alone_are_their_own_target() -> None:
    """What is drawn is the picture itself, whatever clip it is of; others are of other faces."""
    net = small_generator().eval()
    images, relit = torch.rand(4, 3, 16, 16), torch.rand(4, 3, 16, 16)
    batch = {"image": images, "pose": torch.zeros(4, 3), "clip": torch.tensor([7, 7, 7, 9])}
    own = targets(4, 4, 0.0, CPU)
    redrawn = redraw_batch(net, batch, relit, images[0], own, 4, 0.5)
    assert torch.equal(redrawn.truth, images)
    assert torch.equal(redrawn.target, images)
    assert len(redrawn.crossed.images) == 2
    assert redrawn.judged is redrawn.crossed.images
    assert redraw_batch(net, batch, relit, images[0], own, 4, 0.0).judged is None


def test_the_target_person_is_encoded_once_and_drawn_with_every_code() -> None:
    """As if it were given with every face, frontal; what is drawn is judged beside the truth."""
    net = small_generator().eval()
    originals, wanted = torch.rand(5, 3, 16, 16), torch.rand(5, 3, 16, 16)
    face = torch.rand(3, 16, 16)
    expected = net(originals, face.expand(5, -1, -1, -1))
    seen: list[int] = []
    net.encoder.register_forward_hook(lambda module, inputs, output: seen.append(len(inputs[0])))
    redrawn = redraw_as_target(net, originals, wanted, face)
    # Codes of these originals are read from tokens, so the encoder sees them too.
    assert seen == [1, 5]
    torch.testing.assert_close(redrawn.drawn, expected)
    assert redrawn.truth is wanted
    assert torch.equal(redrawn.target, face.expand(5, -1, -1, -1))
    assert redrawn.judged is redrawn.drawn
    assert redrawn.crossed is None


def test_known_codes_are_drawn_and_the_read_ones_are_kept() -> None:
    """Where a code is not known, the one that is read takes its place, number by number."""
    net = small_generator().eval()
    originals, wanted = torch.rand(3, 3, 16, 16), torch.rand(3, 3, 16, 16)
    face = torch.rand(3, 16, 16)
    read = net.read(originals)
    known = torch.randn_like(read)
    known[1, 0] = torch.nan
    redrawn = redraw_as_target(net, originals, wanted, face, known)
    assert torch.equal(redrawn.faces.code, read)
    code = known.clone()
    code[1, 0] = read[1, 0]
    frontal = torch.zeros(3, 3)
    expected = net.decode(redrawn.faces.tokens, code, frontal, frontal)
    torch.testing.assert_close(redrawn.drawn, expected)
