"""Label tables of full size with the published counts, in which mistakes can be planted."""

import numpy as np
import pandas as pd

from norface_pl.labels import au_name
from norface_pl.sources.published import load_published
from norface_pl.verify import Evidence, verify

NO_FAILURES = pd.DataFrame({"key": [], "reason": []}, dtype=str)


def bp4d(labels=True):
    """Returns 146,847 rows: people, tasks and parts as published, positives as derived."""
    facts = load_published("bp4d")
    people = sorted(facts.frames, key=lambda subject: (facts.part_of[subject], subject))
    lengths = two_way([facts.frames[s] for s in people], list(facts.tasks.values()))
    runs = [
        (subject, task, count)
        for subject, row in zip(people, lengths, strict=True)
        for task, count in zip(facts.tasks, row, strict=True)
    ]
    subject, task, count = (np.array(column) for column in zip(*runs, strict=True))
    table = frames(subject, np.char.add(np.char.add(subject, "_"), task), count, 731)
    table["part"] = table["subject"].map(facts.part_of)
    folder = table["sequence"].str.replace("_", "/")
    table["source"] = folder + "/" + table["frame"].map("{:04d}.jpg".format)
    if labels:
        for name, positive in positives(facts, table["part"]).items():
            table[name] = positive.astype(np.int8)
    return table


def disfa():
    """Returns 130,814 rows: at intensity >= 2 as many as published, at >= 1 many more."""
    facts = load_published("disfa")
    subject = np.array(sorted(facts.frames))
    table = frames(subject, subject, np.array([facts.frames[s] for s in subject]), 1)
    table["part"] = table["subject"].map(facts.part_of)
    index = (table["frame"] - 1).astype(str)
    table["source"] = "Videos_LeftCamera/LeftVideo" + table["subject"] + "_comp.avi#" + index
    random = np.random.default_rng(1)
    for name, positive in positives(facts, table["part"]).items():
        weak, strong = random.integers(0, 2, len(table)), random.integers(2, 6, len(table))
        table[f"{name}_intensity"] = np.where(positive, strong, weak).astype(np.int8)
    return table


def frames(subject, sequence, count, first):
    """Returns a row per frame of some runs that start at frame ``first``."""
    table = pd.DataFrame({"subject": subject, "sequence": sequence})
    table = table.loc[table.index.repeat(count)].reset_index(drop=True)
    table["frame"] = table.groupby("sequence").cumcount() + first
    table["key"] = table["sequence"] + "_" + table["frame"].astype(str)
    return table


def positives(facts, part):
    """Yields the name of each action unit and where it is there, as often as derived."""
    random, part = np.random.default_rng(0), part.to_numpy(str)
    rows = {name: np.flatnonzero(part == name) for name in facts.parts}
    there = {au_name(number): np.zeros(len(part), bool) for number in facts.action_units}
    for column, mask in enumerate(there.values()):
        for name, inside in rows.items():
            mask[random.permutation(inside)[: facts.positives[name][column]]] = True
    return there


def two_way(rows, columns):
    """Returns whole numbers above 0 with given sums of rows and columns."""
    rows, columns = np.array(rows), np.array(columns)
    table = np.outer(rows, columns) // rows.sum()
    left, right = rows - table.sum(1), columns - table.sum(0)
    for row, column in np.ndindex(table.shape):
        step = min(left[row], right[column])
        table[row, column] += step
        left[row] -= step
        right[column] -= step
    return table


def evidence(name, table, failed=NO_FAILURES, incomplete=False):
    """Returns a table as `verify` takes it."""
    return Evidence(table, failed, load_published(name), incomplete)


def wrong(name, table, **more):
    """Returns the checks that went wrong, and the diagnosis of the action units."""
    checks = [c for c in verify(evidence(name, table, **more)) if c.state == "WRONG"]
    named = [check.why for check in checks if check.topic == "diagnosis"]
    return [check for check in checks if check.topic != "diagnosis"], " ".join(named)
