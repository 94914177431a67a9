r"""Measures what a neutral face does to values, and prints the table of docs/columns.md.

Photographs: the neutral one of a person calibrates the smiling one, and that of the next person.
Rendered people, whom no training saw: a frame at rest in another light calibrates a clip, or the
low end of the clip does.

    python -m experiments.neutral_faces --london london --shapes facekit.npz --weights detector.pth
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

from experiments.photograph_pairs import FOLDERS, paired
from norface_pl.acting.clip import Frame
from norface_pl.analysis.neutral import LOW
from norface_pl.analysis.relative import taken_off
from norface_pl.facekit.sampler import SCENE, FaceKitSampler
from norface_pl.facekit.scene import sample_scene
from norface_pl.faces.detectors import load_detector
from norface_pl.faces.extract import faces_in_files
from norface_pl.inference.lists import in_lists
from norface_pl.inference.stages import Stages, choose_device
from norface_pl.inference.trained import shipped_folder
from norface_pl.io.images import Picture
from norface_pl.labels import FACEKIT_AUS
from norface_pl.metrics.icc import icc

Values = NDArray[np.float32]
PEOPLE, LENGTH, STEP, FIRST = 30, 96, 2, 200_000
DRAWS = 100
PRESENT = 2.0  # intensity
# Units that a smile may come with.
SMILE = (6, 7, 10, 12, 14, 25, 26)


def values(stages: Stages, crops: Sequence[Picture]) -> Values:
    """Return what the networks read of aligned faces (N, L)."""
    return np.concatenate([stages.run(batch)[1] for batch in in_lists(crops, 32)])


def relative(stages: Stages, faces: Values, rests: Values) -> Values:
    """Return values (N, L) relative to a rest each (N, L)."""
    usual, labels = stages.of_target(), stages.classifier.labels
    return np.stack([taken_off(v, r, usual, labels) for v, r in zip(faces, rests, strict=True)])


def photographs(stages: Stages, london: Path, detector: Path) -> None:
    """Print how often units are found in smiling photographs."""
    finder, size = load_detector(detector), stages.normalizer.image_size
    neutral, smiling = (
        values(
            stages,
            [
                found.faces[0][1]
                for found in faces_in_files(
                    [london / each / n for n in paired(london)], finder, size
                )
            ],
        )
        for each in FOLDERS
    )
    others = [place for place, unit in enumerate(FACEKIT_AUS) if unit not in SMILE]
    smile = FACEKIT_AUS.index(12)
    ways = {
        "as read": smiling,
        "picture": relative(stages, smiling, neutral),
        "of somebody else": relative(stages, smiling, np.roll(neutral, 1, axis=0)),
    }
    print(f"{len(smiling)} smiling people: share of units that are no part of it, and of AU12")
    for name, found in ways.items():
        present = found[:, : len(FACEKIT_AUS)] > 0.5
        print(f"{name:18}{present[:, others].mean():8.3f}{present[:, smile].mean():8.3f}")


def rendered(stages: Stages, shapes: Path) -> None:
    """Print scores of clips of rendered people."""
    sampler = FaceKitSampler(shapes, "", 0, stages.normalizer.image_size, LENGTH)
    frames = range(0, LENGTH, STEP)
    drawn = [sampler.draw(FIRST + p, 0, f) for p in range(PEOPLE) for f in frames]
    truth = np.stack([face.intensity for face in drawn])
    who = np.repeat(np.arange(PEOPLE), len(frames))
    resting = [
        sampler.portray(
            FIRST + person,
            Frame(aus=np.zeros((2, len(FACEKIT_AUS)))),
            (0.0, 0.0),
            # That of another clip.
            sample_scene(np.random.default_rng((0, SCENE, FIRST + person, 1))),
            np.random.default_rng(person),
        ).image
        for person in range(PEOPLE)
    ]
    read = values(stages, [face.image for face in drawn])
    low = np.stack([np.quantile(read[who == p], LOW, axis=0) for p in range(PEOPLE)])
    ways = {
        "as read": read,
        "picture": relative(stages, read, values(stages, resting)[who]),
        "auto": relative(stages, read, low.astype(np.float32)[who]),
    }
    print(f"{PEOPLE} rendered people: AUC, F1, ICC, mean error; AUC and F1 gained, 95 % of draws")
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, PEOPLE, PEOPLE) for _ in range(DRAWS)]
    rows = [np.concatenate([np.flatnonzero(who == p) for p in draw]) for draw in draws]
    before = np.array([scores(read[r], truth[r])[:2] for r in rows])
    for name, found in ways.items():
        gained = np.array([scores(found[r], truth[r])[:2] for r in rows]) - before
        ends = np.quantile(gained, [0.025, 0.975], axis=0).T.ravel()
        print(f"{name:10}", *(f"{one:7.3f}" for one in (*scores(found, truth), *ends)))


def scores(found: Values, truth: Values) -> tuple[float, float, float, float]:
    """Return AUC, F1 at 0.5, ICC and the mean error of intensities, means over units."""
    units = len(FACEKIT_AUS)
    present, sure, level = truth >= PRESENT, found[:, :units], found[:, units:]
    # In a draw of people a unit may never be there.
    known = [unit for unit in range(units) if present[:, unit].any()]
    auc = np.mean([roc_auc_score(present[:, unit], sure[:, unit]) for unit in known])
    f1 = np.mean([f1_score(present[:, unit], sure[:, unit] > 0.5) for unit in known])
    pair = torch.from_numpy(np.stack([level, truth])).double()
    count = torch.full((units,), len(truth))
    agree = icc(count, pair.sum(1), pair.square().sum(1), pair.prod(0).sum(0))
    return float(auc), float(f1), float(agree.mean()), float(np.abs(level - truth).mean())


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("london", "shapes", "weights"):
        options.add_argument(f"--{name}", type=Path, required=True)
    given = options.parse_args(words)
    stages = Stages.load_exported(shipped_folder(), choose_device("cpu"))
    photographs(stages, given.london, given.weights)
    rendered(stages, given.shapes)


if __name__ == "__main__":
    main()
