"""Does the runs of ``norface evaluate`` and ``norface ablate``, one after another."""

from collections.abc import Sequence

from norface_pl.evaluation.classifier_runs import ClassifierRun
from norface_pl.evaluation.evaluation import Evaluation
from norface_pl.evaluation.heading import people
from norface_pl.evaluation.normalized_faces import NormalizedFaces
from norface_pl.evaluation.normalizer_runs import NormalizerRun
from norface_pl.evaluation.options import checked
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.progress import part, restart


def finish_all(evaluation: Evaluation, runs: Sequence[Run], rows: Sequence[Row]) -> None:
    """Bring runs to their end, each from wherever an earlier attempt left it."""
    by_name = {row.name: row for row in rows}
    for row in rows:
        checked([*row.classifier_args, *row.normalizer_args])
    faces = NormalizedFaces(evaluation)
    restart()
    for number, run in enumerate(runs):
        row, title = by_name[run.row], f"run {number + 1} of {len(runs)}, {run}"
        with part(title, number / len(runs), (number + 1) / len(runs)):
            if row.stage == "normalizer":
                NormalizerRun(evaluation, run, row).finish()
                continue
            record = ClassifierRun(evaluation, faces, run, row).finish()
        if record is not None:
            for line in people(record):
                evaluation.say(f"{run}: {line}")
            found = f"subject-independent: {record.independent}, {record.reason}"
            evaluation.say(f"{run}: {found}")
