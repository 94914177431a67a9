"""Which people or pictures train, which validate, which are tested."""

from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError
from norface_pl.sources.people import nameless, spelt_alike

Rows = NDArray[np.intp]
Division = dict[Literal["train", "val", "test"], Rows]


def split_subjects(
    manifest: pd.DataFrame,
    test: "pd.Series[bool]",
    val_subjects: int,
    select_on_test: bool,
    seed: int,
) -> Division:
    """Divide faces by subject: validation people are drawn from the training people.

    Args:
        manifest: a row per face with its ``subject``.
        test: which rows are tested.
        val_subjects: how many training people are for validation instead.
        select_on_test: validate on the test people, as published figures do; nobody is taken
            from training.
        seed: of the draw of the validation people.

    Raises:
        NorfaceError: a subject would be trained and tested, under one name or two, or nobody is
            left on one side.
    """
    _refuse_doubles(manifest)
    subjects, tested = manifest["subject"], test.to_numpy(bool)
    both = sorted(set(subjects[tested]) & set(subjects[~tested]))
    if both:
        raise NorfaceError(f"subject {both[0]} would train and be tested; prepare the data anew")
    people = sorted(set(subjects[~tested]))
    wanted = 0 if select_on_test else val_subjects
    if not tested.any() or len(people) <= wanted:
        raise NorfaceError(
            f"{len(set(subjects[tested]))} test people and {len(people)} others are too few for "
            f"{wanted} validation people; prepare all of the data or lower --data.val_subjects"
        )
    validated = set(np.random.default_rng(seed).permutation(people)[:wanted].tolist())
    val = tested if select_on_test else subjects.isin(validated).to_numpy(bool)
    return {
        "train": np.flatnonzero(~tested & ~val),
        "val": np.flatnonzero(val),
        "test": np.flatnonzero(tested),
    }


def split_pictures(
    manifest: pd.DataFrame, val_share: float, select_on_test: bool, seed: int
) -> Division:
    """Divide single pictures by their official part; validation comes out of the training part.

    Args:
        manifest: a row per face with its ``part``, "train" or "test" (and "val", if official),
            and its ``expression``.
        val_share: share of each expression's training pictures for validation; unused where the
            data set has a validation part of its own.
        select_on_test: validate on the test pictures, as published figures do.
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
    if select_on_test:
        return {"train": train, "val": test, "test": test}
    if (part == "val").any():
        return {"train": train, "val": np.flatnonzero(part == "val"), "test": test}
    random, validated = np.random.default_rng(seed), []
    expression = manifest["expression"].to_numpy()[train]
    for name in np.unique(expression.astype(str)):
        members = random.permutation(train[expression == name])
        validated.append(members[: max(1, round(len(members) * val_share))])
    val = np.sort(np.concatenate(validated))
    return {"train": np.setdiff1d(train, val), "val": val, "test": test}


def split_groups(
    manifest: pd.DataFrame,
    fold: int,
    test_share: float,
    val_share: float,
    select_on_test: bool,
    seed: int,
) -> Division:
    """Divide faces so that a subject, or a sequence of an unknown one, stays on one side.

    Args:
        manifest: a row per face with its ``subject``, ``sequence``, ``key`` and ``part``: "train",
            "val" and "test", or numbers, or "" everywhere.
        fold: the part that is tested, where parts are numbers.
        test_share: share of the groups that is tested, where there are no parts.
        val_share: share of the other groups for validation, where no part is "val".
        select_on_test: validate on the test faces; nobody is taken from training.
        seed: of the draw.

    Raises:
        NorfaceError: a share out of range, a face without a part beside others that have one, a
            person with two names, a face without a subject where sides are drawn and others have
            one, a group on two sides, or nobody left on one side.
    """
    for name, share in (("test_share", test_share), ("val_share", val_share)):
        if not 0 < share < 1:
            raise NorfaceError(f"data.{name} is {share}; give a share between 0 and 1")
    part = manifest["part"]
    drawn = (part == "").all() or not (select_on_test or (part == "val").any())
    _refuse_doubles(manifest)
    if drawn:
        _refuse_nameless(manifest)
    group = _groups(manifest)
    random = np.random.default_rng(seed)
    if (part == "").all():
        tested = group.isin(_draw(group, test_share, random))
    elif (part == "").any():
        lost = manifest["key"][part == ""].iloc[0]
        raise NorfaceError(f"{lost} has no part, others have one; give each picture its part")
    else:
        tested = part.isin(["test", str(fold)])
    validated = part == "val"
    if not validated.any() and not select_on_test:
        validated = group.isin(_draw(group[~tested], val_share, random)) & ~tested
    sides = {"train": ~tested & ~validated, "val": validated, "test": tested}
    people = {name: set(group[side]) for name, side in sides.items()}
    for one, other in combinations(people.values(), 2):
        if both := one & other:
            raise NorfaceError(f"{min(both)} is in two of train, val and test; correct its part")
    if not all(who or (name == "val" and select_on_test) for name, who in people.items()):
        count = ", ".join(f"{name} {len(who)}" for name, who in people.items())
        raise NorfaceError(f"a side has nobody ({count} people or recordings); prepare more faces")
    if select_on_test:
        sides["val"] = tested
    return {split: np.flatnonzero(side) for split, side in sides.items()}  # type: ignore[misc]


def _refuse_doubles(manifest: pd.DataFrame) -> None:
    if alike := spelt_alike(manifest["subject"].unique()):
        names = " and ".join(map(repr, alike[0]))
        raise NorfaceError(
            f"{names} are most likely one person, who would be on two sides; spell everybody one "
            "way in the labels and prepare them anew"
        )


def _refuse_nameless(manifest: pd.DataFrame) -> None:
    unknown = nameless(manifest["subject"])
    if unknown.any():
        raise NorfaceError(
            f"{int(unknown.sum())} of {len(manifest)} faces have no subject, the first is "
            f"{manifest['key'][unknown].iloc[0]}; anybody may be on two sides then: name the "
            "subject of all faces or of none, or give every face its part, with train, val and test"
        )


def _groups(manifest: pd.DataFrame) -> "pd.Series[str]":
    single = "picture " + manifest["key"]
    recorded = ("sequence " + manifest["sequence"]).where(manifest["sequence"] != "", single)
    return ("subject " + manifest["subject"]).where(manifest["subject"] != "", recorded)


def _draw(groups: "pd.Series[str]", share: float, random: np.random.Generator) -> list[str]:
    names = random.permutation(np.array(sorted(set(groups)), dtype=object))
    return list(names[: max(1, round(len(names) * share))])
