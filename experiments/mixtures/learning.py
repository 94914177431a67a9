"""Backbones and all candidates learn from the same batches; then unseen people are read."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from experiments.mixtures.faces import STATES, TASKS, Faces
from experiments.mixtures.group import Group
from experiments.mixtures.lineup import Sizes, lineup
from experiments.mixtures.setting import Setting
from norface_pl.classifier.module import ClassifierModule
from norface_pl.classifier.options import HeadOptions, ObjectiveOptions
from norface_pl.classifier.task_losses import TaskLosses
from norface_pl.datamodules.synthetic import SyntheticDataModule
from norface_pl.metrics.tallies import TALLIES
from norface_pl.metrics.tally import Tally
from norface_pl.nn.schedule import warmup_cosine
from norface_pl.precision import autocast
from norface_pl.progress import track
from norface_pl.types import Task

BATCH = 48
# Of the default of stage 2.
RATE, DECAY, WARMUP = 2e-3, 0.05, 0.1
TASK_SETS: dict[str, list[Task]] = {"one": ["au_detection"], "all": TASKS}


def equal(tasks: list[Task]) -> ObjectiveOptions:
    """Return options that weigh tasks alike: the first settings were run before the default did."""
    return ObjectiveOptions(task_weights=dict.fromkeys(tasks, 1.0))


class Learning:
    """Backbones and the candidates that read their features.

    Args:
        setting: what they learn from.
        seeds: starts of each candidate.
    """

    def __init__(self, setting: Setting, seeds: int) -> None:
        torch.manual_seed(setting.seed)
        data = SyntheticDataModule(task=TASKS)
        self.setting, self.seeds = setting, seeds
        self.names = {task: data.names_of(task) for task in TASKS}
        flat = [f"{task}/{name}" for task in TASKS for name in self.names[task]]
        self.module = ClassifierModule(
            TASKS, flat, data.image_size, "both", head=HeadOptions("linear"), objective=equal(TASKS)
        )
        self.losses = {
            key: TaskLosses({task: self.names[task] for task in tasks}, equal(tasks))
            for key, tasks in TASK_SETS.items()
        }
        with torch.no_grad():
            sources, places = self.see([torch.zeros(2, 3, *[data.image_size] * 2)] * 2)
        dim, (count, token) = sources.shape[-1], places.shape[-2:]
        self.groups = {
            (key, name): Group(entry, Sizes(dim, count, token, self._labels(key)), seeds)
            for key in TASK_SETS
            for name, entry in lineup(setting.tries if key == "all" else "none").items()
        }

    def _labels(self, key: str) -> int:
        return sum(len(self.names[task]) for task in TASK_SETS[key])

    def see(self, pictures: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Return features (B, 2, D) and places (B, 2, N, T) of originals and normalized faces."""
        seen = [
            backbone.forward_tokens(picture)
            for backbone, picture in zip(self.module.net.backbones, pictures, strict=True)
        ]
        features, places = zip(*seen, strict=True)
        return torch.stack(features, 1).float(), torch.stack(places, 1).float()

    def learn(self, faces: Faces) -> None:
        """Learn from labelled people."""
        own = [*self.module.parameters()]
        stacked = [p for group in self.groups.values() for p in group.parameters.values()]
        optimizer = torch.optim.AdamW(own + stacked, lr=RATE, weight_decay=DECAY, fused=True)
        schedule = warmup_cosine(optimizer, self.setting.steps, WARMUP)
        order = batches(len(faces.original), self.setting.steps, self.setting.seed)
        self.module.train()
        assert self.module.augment is not None
        for step, chosen in enumerate(track(order, "candidates", self.setting.steps)):
            labels = {task: known[chosen] for task, known in faces.labels.items()}
            images = [rows[chosen] / 255 for rows in (faces.original, faces.normalized)]
            pictures = self.module.augment(images[0], [images[1]])
            with autocast(pictures[0].device):
                sources, places = self.see(pictures)
            loss = self._backbone_loss(sources, labels)
            done = step / self.setting.steps
            for (key, _), group in self.groups.items():
                heard = group.hear(sources.detach(), places.detach(), done, training=True)
                loss = loss + self.seeds * self.losses[key](
                    heard.outputs.flatten(0, 1), self._repeated(labels)
                )
                loss = loss + heard.price.sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()

    def _backbone_loss(self, sources: Tensor, labels: Mapping[Task, Tensor]) -> Tensor:
        net = self.module.net
        heads = zip(net.alone.values(), sources.unbind(1), strict=True)
        readings = [head(net.dropout(source)).output for head, source in heads]
        return torch.stack([self.losses["all"](reading, labels) for reading in readings]).sum()

    def _repeated(self, labels: Mapping[Task, Tensor]) -> dict[Task, Tensor]:
        return {t: x.repeat(self.seeds, *[1] * (x.ndim - 1)) for t, x in labels.items()}

    @torch.no_grad()
    def read(self, faces: Faces) -> tuple["Tallies", dict[str, dict[str, float]]]:
        """Read unseen people.

        Returns:
            What each start got right, and how far each candidate that weighs pictures trusts the
            original alone, by the state of the face.
        """
        self.module.eval()
        tallies: Tallies = {
            (key, name, task): [TALLIES[task](self.names[task]) for _ in range(self.seeds)]
            for key, name in self.groups
            for task in TASK_SETS[key]
        }
        trust: dict[str, list[Tensor]] = {}
        for chosen in torch.arange(len(faces.original)).split(256):
            pictures = [rows[chosen] / 255 for rows in (faces.original, faces.normalized)]
            with autocast(chosen.device):
                sources, places = self.see(pictures)
            subjects = [faces.subjects[place] for place in chosen.tolist()]
            for (key, name), group in self.groups.items():
                heard = group.hear(sources, places, 1.0, training=False)
                if key == "all" and heard.trust.numel():
                    trust.setdefault(name, []).append(heard.trust.mean(0))
                losses = self.losses[key]
                for seed, outputs in enumerate(losses.read(heard.outputs)):
                    for task, span in losses.spans.items():
                        known = faces.labels[task][chosen].numpy()
                        told = outputs[:, span].numpy()
                        tallies[key, name, task][seed].update(told, known, subjects)
        gates = {name: torch.cat(parts) for name, parts in trust.items()}
        return tallies, {name: by_state(x, faces.states) for name, x in gates.items()}


def by_state(gates: Tensor, states: Tensor) -> dict[str, float]:
    """Return the mean gate of the faces in each state that there is."""
    parts = {name: gates[states == place] for place, name in enumerate(STATES)}
    return {name: round(float(x.mean()), 4) for name, x in parts.items() if len(x)}


Tallies = dict[tuple[str, str, Task], list[Tally]]


def batches(count: int, steps: int, seed: int) -> Iterator[Tensor]:
    """Yield the places of the faces of each batch, epoch by epoch in another order."""
    random, left = torch.Generator().manual_seed(seed), torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        if len(left) < BATCH:
            left = torch.randperm(count, generator=random)
        chosen, left = left[:BATCH], left[BATCH:]
        yield chosen
