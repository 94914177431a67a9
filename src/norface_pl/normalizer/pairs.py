"""Who is redrawn as whom: a frame of every clip is the target of the others."""

from typing import NamedTuple

import torch
from torch import Tensor

from norface_pl.normalizer.generator import Embedding, Generator
from norface_pl.types import FaceBatch


def targets(clips: int, count: int, self_share: float, device: torch.device) -> Tensor:
    """Choose a target for every frame: one frame of its clip for all, or now and then itself.

    One target for a whole clip is encoded once, which halves the cost of a step.

    Args:
        clips: clips in the batch; the frames of a clip stand next to each other.
        count: frames in the batch.
        self_share: share of the frames that are their own target, besides those chosen.
        device: of the result.

    Returns:
        (count,) index of the target of every frame. Clips of one frame give self pairs.
    """
    frames = count // clips
    places = torch.arange(count, device=device)
    chosen = torch.randint(frames, (clips, 1), device=device).expand(clips, frames)
    own = torch.rand(count, device=device) < self_share
    return torch.where(own, places, places - places % frames + chosen.flatten())


def embed(generator: Generator, images: Tensor, originals: Tensor, target: Tensor) -> Embedding:
    """Read the codes of originals and encode every target once.

    Args:
        generator: its encoder and head are used.
        images: faces (B, 3, H, W) in [0, 1] that targets are taken from.
        originals: (B, 3, H, W) whose codes are read.
        target: (B,) index of the target of every face.

    Returns:
        The tokens of every face's target and the code of the face itself.
    """
    shown, place = target.unique(return_inverse=True)
    return Embedding(generator.see(images[shown])[place], generator.read(originals))


class Crossed(NamedTuple):
    """Some faces of a batch, redrawn as other people.

    Attributes:
        images: (b, 3, H, W) in [0, 1].
        source: (b,) index of the face.
        target: (b,) index of who it was redrawn as.
        shown: picture of the target (b, 3, H, W).
        pose: of the target (b, 3) in degrees.
    """

    images: Tensor
    source: Tensor
    target: Tensor
    shown: Tensor
    pose: Tensor


def cross(
    generator: Generator,
    faces: Embedding,
    shown: Tensor,
    pose: Tensor,
    target: Tensor,
    clips: int,
    share: float,
) -> Crossed:
    """Redraw a share of the faces as the targets of other clips of the batch, in their pose.

    Args:
        generator: draws.
        faces: as `embed` returns them.
        shown: (B, 3, H, W) that targets are taken from.
        pose: (B, 3) of all faces in degrees.
        target: (B,) index of the target of every face.
        clips: clips in the batch.
        share: of the faces that are redrawn.
    """
    count = len(pose)
    source = torch.randperm(count, device=pose.device)[: round(count * share)]
    frames = count // clips
    other = (source + frames * int(torch.randint(1, clips, ()))) % count
    place = target[other]
    images = generator.decode(faces.tokens[other], faces.code[source], pose[place], pose[place])
    return Crossed(images.float(), source, place, shown[place], pose[place])


class Redrawn(NamedTuple):
    """A batch, redrawn.

    Attributes:
        faces: tokens of every face's target, and codes of the faces.
        drawn: every face, drawn from its target, (B, 3, H, W) in [0, 1].
        truth: what should have been drawn, (B, 3, H, W).
        target: of every face, (B, 3, H, W).
        crossed: some of the faces as other people; None if nobody asked for them.
        judged: pictures that a discriminator tells from true ones, if there are any.
    """

    faces: Embedding
    drawn: Tensor
    truth: Tensor
    target: Tensor
    crossed: Crossed | None
    judged: Tensor | None


def redraw_batch(
    generator: Generator,
    batch: FaceBatch,
    originals: Tensor,
    face: Tensor,
    target: Tensor,
    clips: int,
    crossed_ratio: float,
) -> Redrawn:
    """Redraw a batch of clips whose frames stand next to each other.

    The target person is always shown by the one picture that it is shown by later.

    Args:
        generator: draws.
        batch: image, pose, clip and, where the target person is among them, of_target.
        originals: the faces that codes are read from, (B, 3, H, W), relit and moved.
        face: of the target person, (3, H, W).
        target: of every face, as `targets` chose it.
        clips: in the batch; as many as faces where these stand alone.
        crossed_ratio: share of the faces that is also redrawn as other people.
    """
    shown, pose = batch["image"], batch["pose"]
    if "of_target" in batch:
        own = batch["of_target"]
        shown = torch.where(own[:, None, None, None], face.to(shown), shown)
        pose = pose.masked_fill(own[:, None], 0.0)
    faces = embed(generator, shown, originals, target)
    drawn = generator.decode(faces.tokens, faces.code, batch["pose"], pose[target]).float()
    crossed = None
    if crossed_ratio:
        crossed = cross(generator, faces, shown, pose, target, clips, crossed_ratio)
    judged = None if crossed is None else crossed.images
    return Redrawn(faces, drawn, batch["image"], shown[target], crossed, judged)


def redraw_as_target(
    generator: Generator,
    originals: Tensor,
    wanted: Tensor,
    face: Tensor,
    known: Tensor | None = None,
) -> Redrawn:
    """Redraw faces as the target person, where it is known what that looks like.

    Args:
        generator: draws.
        originals: the faces that codes are read from, (B, 3, H, W), relit and moved.
        wanted: what is to be drawn, (B, 3, H, W).
        face: of the target person, (3, H, W).
        known: codes (B, C) of what is to be drawn, NaN where that is not known; None draws from
            the codes that are read.
    """
    count = len(originals)
    tokens = generator.see(face[None].to(originals)).expand(count, -1, -1)
    faces = Embedding(tokens, generator.read(originals))
    frontal = originals.new_zeros(count, 3)
    code = faces.code if known is None else torch.where(known.isnan(), faces.code.float(), known)
    drawn = generator.decode(tokens, code, frontal, frontal).float()
    return Redrawn(faces, drawn, wanted, face.to(wanted).expand_as(wanted), None, drawn)
