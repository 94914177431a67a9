"""Fits the network of `norface_pl.teachers.imitation`.

A first network learns from avatars what the landmarker reads of weights (the judge). The imitator
then learns weights of photographs, of which the judge reads what the landmarker read from the
photograph, each channel moved from a photographed face at rest and at its most to the avatar's.
Few and small weights are preferred, both sides alike, and those that the landmarker does not see
are told by action units that were learned on the meshes of 3-D people.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from experiments.imitation_wanted import UNITS, Wanted, wanted
from norface_pl.labels import FACEKIT_AUS

Floats = NDArray[np.floating]
FACES = 256
JUDGE_STEPS, STEPS = 4000, 5000
LITTLE, ALIKE, TOLD, AT_REST = 0.6, 2.0, 2.0, 2.0
"""Weights of the terms beside the judge's."""
FAR, FAR_UNIT = 5.0, 4.0


@dataclass(frozen=True, eq=False)
class Photographs:
    """What the landmarker read of N photographs.

    Attributes:
        mesh, logits, pose: (N, 1434), (N, 52), (N, 3).
        train: which of them teach.
        neutral: which show a face at rest.
    """

    mesh: Floats
    logits: Floats
    pose: Floats
    train: NDArray[np.bool_]
    neutral: NDArray[np.bool_]

    @property
    def rest(self) -> NDArray[np.bool_]:
        """Those that teach what a face at rest, seen from the front, looks like."""
        frontal: NDArray[np.bool_] = np.abs(self.pose[:, :2]).max(1) < 18
        return self.train & frontal & self.neutral


@dataclass(frozen=True, eq=False)
class Avatars:
    """Avatars with weights (N, S), the first at rest, and what was read of them."""

    mesh: Floats
    logits: Floats
    pose: Floats
    weights: Floats


@dataclass(frozen=True, eq=False)
class People:
    """3-D people with intensities (N, A) of `FACEKIT_AUS`, and what was read of them."""

    mesh: Floats
    logits: Floats
    pose: Floats
    aus: Floats


def layers(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Return a network of two hidden layers."""
    return nn.Sequential(
        *(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU()),
        nn.Linear(hidden, outputs),
    )


def learn(network: nn.Module, loss: Callable[[], Tensor], steps: int, decay: float) -> None:
    """Train a network in place on a loss that draws its own batches, then freeze it."""
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    for _ in range(steps):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
    network.requires_grad_(False)


def ridge(features: Floats, values: Floats, penalty: float = 0.03) -> tuple[Floats, ...]:
    """Return mean and deviation of features, weights and bias of a ridge regression."""
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    far = ((features - mean) / deviation).clip(-FAR, FAR)
    bias = values.mean(0)
    square = far.T @ far / len(far) + penalty * np.eye(far.shape[1])
    return mean, deviation, np.linalg.solve(square, far.T @ (values - bias) / len(far)), bias


def fit(
    photographs: Photographs, avatars: Avatars, people: People, names: list[str]
) -> dict[str, NDArray[np.generic]]:
    """Return the content of ``imitation.npz``; prints what the judge reads on unseen people."""
    torch.manual_seed(0)
    unit = people.aus[:, [FACEKIT_AUS.index(number) for number in UNITS]]
    both = ridge(np.hstack([people.mesh, people.logits]), unit)
    mesh = ridge(people.mesh, unit)
    read = np.hstack([photographs.mesh, photographs.logits])
    far = ((read - both[0]) / both[1]).clip(-FAR, FAR)
    told = np.hstack([far @ both[2] + both[3], far[:, : len(mesh[0])] @ mesh[2] + mesh[3]])
    train = photographs.train
    mean, deviation = told[train].mean(0), told[train].std(0)
    units = ((told - mean) / deviation).clip(-FAR_UNIT, FAR_UNIT)
    middle, spread = photographs.logits[train].mean(0), photographs.logits[train].std(0)
    known = ((photographs.logits - middle) / spread).clip(-FAR, FAR)
    goal = wanted(photographs, avatars, units, names)
    judge = learn_judge(avatars, goal)
    inputs = torch.tensor(np.hstack([known, units]), dtype=torch.float32)
    imitator = learn_imitator(inputs, judge, goal, photographs)
    _report(goal.limit(imitator(inputs)), judge, goal, photographs)
    linear = [layer for layer in imitator if isinstance(layer, nn.Linear)]
    content: dict[str, NDArray[np.generic]] = {
        "logit_mean": middle,
        "logit_std": spread,
        "ridge_mean": both[0],
        "ridge_std": both[1],
        "both": both[2],
        "both_bias": both[3],
        "mesh": mesh[2],
        "mesh_bias": mesh[3],
        "au_mean": mean,
        "au_std": deviation,
        "top": goal.top.numpy(),
    }
    for place, layer in enumerate(linear):
        content[f"w{place}"], content[f"b{place}"] = layer.weight.T.numpy(), layer.bias.numpy()
    # Half precision is a tenth of what two readings of one face differ by.
    small = {n: v.astype(np.float16 if n[0] == "w" else np.float32) for n, v in content.items()}
    return {**small, "names": np.array(names)}


def learn_judge(avatars: Avatars, goal: Wanted) -> nn.Module:
    """Return a network from weights (B, S) to standardized logits (B, 52)."""
    weights = torch.tensor(avatars.weights, dtype=torch.float32)
    truth = goal.standardized(torch.tensor(avatars.logits, dtype=torch.float32))
    judge = layers(weights.shape[1], 384, truth.shape[1])

    def loss() -> Tensor:
        rows = torch.randint(len(weights), (FACES,))
        given = weights[rows] + 0.02 * torch.randn(FACES, weights.shape[1])
        return (judge(given) - truth[rows]).square().mean()

    learn(judge, loss, JUDGE_STEPS, 1e-3)
    return judge


def learn_imitator(
    inputs: Tensor, judge: nn.Module, goal: Wanted, photographs: Photographs
) -> nn.Sequential:
    """Return a network from readings to weights before `Wanted.limit`."""
    imitator = layers(inputs.shape[1], 256, len(goal.top))
    teaching = torch.tensor(np.flatnonzero(photographs.train))
    rest = inputs[torch.tensor(photographs.rest)].median(0).values

    def loss() -> Tensor:
        rows = teaching[torch.randint(len(teaching), (FACES,))]
        noise = 0.1 * torch.randn(FACES, inputs.shape[1])
        weights = goal.limit(imitator(inputs[rows] + noise))
        error = (judge(weights) - goal.logits[rows]) / goal.spread
        # Huber's, since some photographs are read wrongly.
        size = torch.where(error.abs() < 1.5, error.square(), 3 * error.abs() - 2.25)
        at_rest = goal.limit(imitator(rest + 0.1 * torch.randn(32, inputs.shape[1])))
        return (
            (size * goal.importance).mean()
            + LITTLE * (weights.mean() + goal.opposed(weights))
            + ALIKE * goal.lopsided(weights)
            + TOLD * (weights[:, goal.told_places] - goal.told[rows]).square().mean()
            + AT_REST * at_rest.mean()
        )

    learn(imitator, loss, STEPS, 1e-4)
    return imitator


def _report(weights: Tensor, judge: nn.Module, goal: Wanted, photographs: Photographs) -> None:
    unseen = ~photographs.train
    read = goal.standardized_back(judge(weights)).numpy()[unseen]
    both = zip(read.T, photographs.logits[unseen].T, strict=True)
    kept = np.array([np.corrcoef(found, original)[0, 1] for found, original in both])
    active = np.argsort(-(1 / (1 + np.exp(-photographs.logits))).var(0))[:25]
    print(
        "judge on unseen people: median correlation of the 25 most active channels "
        f"{np.median(kept[active]):.3f}, of all {np.median(kept):.3f}"
    )
