"""Which people or pictures train, which are watched, which are tested."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError

Rows = NDArray[np.intp]
Division = dict[Literal["train", "val", "test"], Rows]


def split_subjects(
    manifest: pd.DataFrame,
    test: "pd.Series[bool]",
    val_subjects: int,
    peer_style: bool,
    seed: int,
) -> Division:
    """Divide faces by subject: validation people are drawn from the training people.

    Args:
        manifest: a row per face with its ``subject``.
        test: which rows are tested.
        val_subjects: how many training people are watched instead of trained on.
        peer_style: watch the test people, as published figures do; nobody is taken from training.
        seed: of the draw of the validation people.

    Raises:
        NorfaceError: a subject would be trained and tested, or nobody is left on one side.
    """
    subjects, tested = manifest["subject"], test.to_numpy(bool)
    both = sorted(set(subjects[tested]) & set(subjects[~tested]))
    if both:
        raise NorfaceError(f"subject {both[0]} would train and be tested; prepare the data anew")
    people = sorted(set(subjects[~tested]))
    wanted = 0 if peer_style else val_subjects
    if not tested.any() or len(people) <= wanted:
        raise NorfaceError(
            f"{len(set(subjects[tested]))} test people and {len(people)} others are too few for "
            f"{wanted} validation people; prepare all of the data or lower --data.val_subjects"
        )
    watched = set(np.random.default_rng(seed).permutation(people)[:wanted].tolist())
    val = tested if peer_style else subjects.isin(watched).to_numpy(bool)
    return {
        "train": np.flatnonzero(~tested & ~(val & ~tested)),
        "val": np.flatnonzero(val),
        "test": np.flatnonzero(tested),
    }


def split_pictures(
    manifest: pd.DataFrame, val_share: float, peer_style: bool, seed: int
) -> Division:
    """Divide single pictures by their official part; validation comes out of the training part.

    Args:
        manifest: a row per face with its ``part``, "train" or "test" (and "val", if official),
            and its ``expression``.
        val_share: share of each expression's training pictures to be watched; unused where the
            data set has a validation part of its own.
        peer_style: watch the test pictures, as published figures do.
        seed: of the draw.

    Raises:
        NorfaceError: no training or no test pictures.
    """
    part = manifest["part"]
    train, test = (np.flatnonzero(part == name) for name in ("train", "test"))
    if not len(train) or not len(test):
        raise NorfaceError(
            f"{len(train)} training and {len(test)} test pictures are prepared; prepare both parts"
        )
    if peer_style:
        return {"train": train, "val": test, "test": test}
    if (part == "val").any():
        return {"train": train, "val": np.flatnonzero(part == "val"), "test": test}
    random, watched = np.random.default_rng(seed), []
    expression = manifest["expression"].to_numpy()[train]
    for name in np.unique(expression.astype(str)):
        members = random.permutation(train[expression == name])
        watched.append(members[: max(1, round(len(members) * val_share))])
    val = np.sort(np.concatenate(watched))
    return {"train": np.setdiff1d(train, val), "val": val, "test": test}
