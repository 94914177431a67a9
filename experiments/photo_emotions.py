"""Emotions of unseen people, read by a linear probe that learned from a few labelled ones.

Happy and neutral faces are far more frequent than others, so what the logistic regression tells is
corrected for how often it saw each emotion, and scored by the mean recall.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, zip_longest
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.photo_faces import EMOTIONS, Photographs
from norface_pl.evaluation.paired import interval
from norface_pl.probes.linear import logistic

PEOPLE = (50, 200, 0)
"""How many people are labelled; 0 is everybody."""
SEEDS = range(10)
# The penalty reads I_o of other training people best, of 50 and of 200.
PENALTY, DRAWS, FREQUENT = 0.03, 1000, 20
Features = Mapping[str, Tensor]
"""Name of what a probe sees -> (N, D)."""


def inputs_of(original: Tensor, drawn: Tensor, logits: Tensor, code: Tensor) -> dict[str, Tensor]:
    """Return what probes see: features (N, D) of I_o and I_n, and controls.

    Args:
        original: features of I_o.
        drawn: features of I_n.
        logits: of the teacher, from I_o.
        code: of the normalizer.
    """
    other = drawn[torch.randperm(len(drawn), generator=torch.Generator().manual_seed(0))]
    return {
        "I_o": original,
        "I_n": drawn,
        "both": torch.cat([original, drawn], 1),
        "both, I_n of another face": torch.cat([original, other], 1),
        "both, I_n := I_o": torch.cat([original, original], 1),
        "teacher's logits of I_o": logits,
        "code of stage 1": code,
    }


def draw_people(person: Tensor, emotion: Tensor, count: int, seed: int) -> Tensor:
    """Return people, drawn in turn from those of each emotion as long as there are any.

    Somebody with several emotions counts as one of the rarest; whoever has none is not drawn.
    """
    often = emotion[emotion >= 0].bincount(minlength=len(EMOTIONS))
    generator = torch.Generator().manual_seed(seed)
    groups: list[list[int]] = [[] for _ in EMOTIONS]
    for one in person[emotion >= 0].unique():
        own = emotion[(person == one) & (emotion >= 0)]
        groups[int(own[often[own].argmin()])].append(int(one))
    mixed = [[g[x] for x in torch.randperm(len(g), generator=generator)] for g in groups]
    turns = chain.from_iterable(zip_longest(*mixed))
    return torch.tensor([one for one in turns if one is not None][: count or None])


def tell(fit: Tensor, emotion: Tensor, seen: Tensor) -> Tensor:
    """Fit a probe to features and emotions; return what it tells of others, (M,)."""
    logits = logistic(fit, emotion, seen, len(EMOTIONS), PENALTY)
    often = emotion.bincount(minlength=len(EMOTIONS)).float()
    # An emotion that it never saw is never told.
    return (logits - often.log()).masked_fill(often == 0, -torch.inf).argmax(1)


def confusion(told: Tensor, emotion: Tensor, person: Tensor) -> Tensor:
    """Count faces of every person by true (rows) and told emotion, (P, E, E)."""
    people, place = person.unique(return_inverse=True)
    count = torch.zeros(len(people), len(EMOTIONS), len(EMOTIONS))
    return count.index_put_((place, emotion, told), torch.ones(len(told)), accumulate=True)


def recalls(count: Tensor) -> Tensor:
    """Return the recall (..., E) of each emotion of counts (..., E, E); NaN where there is none."""
    return count.diagonal(dim1=-2, dim2=-1) / count.sum(-1)


def few_labelled(
    fit: Photographs, fit_inputs: Features, seen: Photographs, seen_inputs: Features
) -> dict[str, Any]:
    """Read emotions of people with probes that learned from 50, 200 and all others.

    Returns:
        ``faces``, ``people``: how many of each emotion are read;
        ``probes``: for each number of labelled people and each input the mean recall with every
        draw (``scores``), how much more than from I_o (``gains``), and over the ``frequent``
        emotions alone; intervals hold 95 % of draws of those who are read.
    """
    faces = seen.emotion.bincount(minlength=len(EMOTIONS))
    people = [len(seen.person[seen.emotion == place].unique()) for place in range(len(EMOTIONS))]
    rows = []
    for count in PEOPLE:
        # Everybody is everybody, whatever the seed.
        seeds = SEEDS if count else SEEDS[:1]
        drawn = [draw_people(fit.person, fit.emotion, count, seed) for seed in seeds]
        masks = [torch.isin(fit.person, each) for each in drawn]
        counts = {
            name: [
                confusion(
                    tell(fit_inputs[name][mask], fit.emotion[mask], read), seen.emotion, seen.person
                )
                for mask in masks
            ]
            for name, read in seen_inputs.items()
        }
        labelled = {"labelled": len(drawn[0])}
        rows += [labelled | row for row in summaries(counts, faces >= FREQUENT)]
    return {
        "faces": dict(zip(EMOTIONS, faces.tolist(), strict=True)),
        "people": dict(zip(EMOTIONS, people, strict=True)),
        "probes": rows,
    }


def summaries(counts: Mapping[str, Sequence[Tensor]], frequent: Tensor) -> Iterable[dict[str, Any]]:
    """Yield the scores of every input from its counts (P, E, E) of each draw, I_o's first."""
    first: tuple[Tensor, Tensor] | None = None
    for name, own in counts.items():
        recall = torch.stack([recalls(one.sum(0)) for one in own])
        scores, many = recall.nanmean(1), _resampled(own)
        first = first or (scores, many)
        yield {
            "input": name,
            "scores": scores.tolist(),
            "interval": interval(many.numpy()),
            "gains": (scores - first[0]).tolist(),
            "gain_interval": interval((many - first[1]).numpy()),
            "frequent": recall[:, frequent].mean(1).tolist(),
            "recall": dict(zip(EMOTIONS, recall.mean(0).tolist(), strict=True)),
        }


def _resampled(counts: Sequence[Tensor]) -> Tensor:
    """Mean recall of people drawn with replacement, mean over probes, (DRAWS,)."""
    people = len(counts[0])
    times = np.random.default_rng(0).multinomial(people, np.full(people, 1 / people), DRAWS)
    drawn = [torch.tensordot(torch.from_numpy(times).float(), one, dims=1) for one in counts]
    return torch.stack([recalls(one).nanmean(1) for one in drawn]).mean(0)
