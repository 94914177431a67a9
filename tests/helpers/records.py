"""Records of runs that nobody trained."""

import numpy as np

from norface_pl.evaluation.record import FoldResult, Record
from norface_pl.evaluation.runs import Run
from norface_pl.metrics.tallies import TALLIES


def tally(task, labels, guess, label, subject="F001"):
    found = TALLIES[task](labels)
    label = np.array(label, np.int64 if task == "expression" else np.float32)
    found.update(np.array(guess, np.float32), label, [subject] * len(label))
    return found


def record(run=None, last=None, peer=None, selected=None, **changes):
    """A record of action unit 1, right twice, wrong once and missed once."""
    selected = selected or tally(
        "au_detection", ["AU1"], [[1], [1], [1], [0]], [[1], [1], [0], [1]]
    )
    values = {
        "protocol": "mine",
        "task": selected.task,
        "run": run or Run(None, 0, "both"),
        "data": "bp4d",
        "test_data": None,
        "subjects": {"train": ["F001"], "val": ["F002"], "test": ["F003"]},
        "faces": {"train": 5, "val": 6, "test": 4},
        "independent": True,
        "reason": "nobody who is tested was seen before",
        "normalizer": None,
        "recipe": "r",
        "options": {"seed_everything": 0, "faces": {}},
        "stamp": "s",
        "parameters": 7,
        "seconds": 1.5,
        "environment": {"commit": "abc"},
        "last": FoldResult(9, 90, last or selected),
        "selected": FoldResult(4, 50, selected),
        "peer": None if peer is None else FoldResult(2, 30, peer, 0.25),
    }
    return Record(**(values | changes))
