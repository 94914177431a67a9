"""docs/results/normalizer.md: its sections and sentences around the tables."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments import photographs
from experiments.normalizer_parts import MAIN, RESULTS, finished, rows_of
from experiments.normalizer_tables import gap, made_by, main_tables, save_curve
from experiments.shared import beginning, written
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.readings_report import readings_table
from norface_pl.evaluation.rows import Row
from norface_pl.io.files import make_folder, write_atomic

INTRODUCTION = """\
# What stage 1 does

Made by `make evidence-normalizer` from the JSON in [normalizer/](normalizer/), which holds every
figure and says which options, seed, commit and versions made it. Drawn faces; everything is read
from test people whom no training saw. *I_o* is the original, *I_n* the redrawn face, the *oracle*
draws the true action units on the target person, *target* is the bare picture of the target
person in place of every I_n. Probes and their readings are those of `norface probe`.
"""
DEFAULT = """\
`configs/run/au.yaml` as it is, one run for each seed. **Gap closed** is (F1(both) - F1(original))
/ (F1(oracle) - F1(original)), where *original* and *both* are classifiers that read I_o, or I_o
and I_n, and *oracle* reads the oracle's pictures; all learn from the same few labelled people.

The last row of the first table is a control: a linear probe on the code of stage 1, which learned
from the unlabelled people and the teacher's labels of them. It tells how much of the gap is
closed by these alone, with no picture redrawn.
"""
BUDGET = """\
Every row is trained anew with the same short budget of {batches} batches in {epochs} epochs (the
default has {default} longer ones), so its figures are below those of the default above. Losses
that the default leaves out have one weight each that was not searched. Without the reconstruction
nothing would be drawn, so there is no such row. The DeepFN-style control has a shared encoder, a
decoder for everybody and one for the target person alone
([experiments/deepfn.py](../../experiments/deepfn.py)); what of it is not published is our choice.
"""
LIMITS = """\
The default, trained as long, with something taken away that might hold it back: a code as wide as
what it is read from; the true intensities of the people without labels in place of what a teacher
that learned from the labelled ones tells of them, which nobody has for recordings; and the rounds
in which the reader labels them anew.
"""
NOTHING = "Not run yet: `make evidence-normalizer` makes it.\n"


def write_page(path: Path, results: Path = RESULTS) -> None:
    """Write the page and its curves from the records of the finished runs.

    Args:
        path: of the page.
        results: where the records lie, below the folder of the page.
    """
    folder = make_folder(results).relative_to(path.parent).as_posix()
    london = photographs.record_path(results)
    lines = [
        *beginning(INTRODUCTION, results),
        "## The shipped default\n",
        *_default(results, folder),
        "## Ablation\n",
        *_ablation(results),
        "## Training time and unlabelled people\n",
        *_curve("epochs", "Epochs of training", results, folder),
        "Below, every training has as many batches as the default.\n",
        *_curve("people", "Unlabelled people", results, folder),
        "## What holds it back\n",
        LIMITS,
        *_beside("limits", "Something taken away", results),
        "## Real faces\n",
    ]
    if london.is_file():
        record = NormalizerRecord.load(london)
        lines += photographs.section(record, f"{folder}/photographs.jpg")
    else:
        lines.append(NOTHING)
    write_atomic(path, ("\n".join(lines).strip() + "\n").encode())


def _default(results: Path, folder: str) -> list[str]:
    records = finished(MAIN, results)
    if not records:
        return [NOTHING]
    lines = [DEFAULT, *map(written, main_tables(records))]
    picture = f"faces_seed_{records[0].run.seed}.jpg"
    if (results / picture).is_file():
        lines.append(f"![I_o, I_n and the oracle of unseen people]({folder}/{picture})\n")
    best = max(records, key=gap)
    return [*lines, f"Best seed: {best.run.seed}. {made_by(records)}\n"]


def _ablation(results: Path) -> list[str]:
    rows, records = rows_of("ablation"), finished("ablation", results)
    if not records:
        return [NOTHING]
    trainer, usual = records[0].options["trainer"], finished(MAIN, results)
    epochs = trainer["max_epochs"]
    default = usual[0].options["trainer"]["max_epochs"] if usual else "some"
    batches = epochs * trainer["limit_train_batches"]
    text = BUDGET.format(batches=batches, epochs=epochs, default=default)
    table = readings_table("What probes read from I_n", rows, records)
    done = {record.run.row for record in records}
    missing = ", ".join(row.title for row in rows if row.name not in done)
    lines = [text, written(table), made_by(records) + "\n"]
    return lines + ([f"Not run: {missing}.\n"] if missing else [])


# Where the default belongs in a curve, as its own options tell.
DEFAULT_AT: dict[str, Callable[[Mapping[str, Any]], int]] = {
    "epochs": lambda options: int(options["trainer"]["max_epochs"]),
    "people": lambda options: int(options["data"]["init_args"]["people"]["unlabelled"]),
}


def _with_default(part: str, results: Path) -> tuple[list[Row], list[NormalizerRecord]]:
    """Return the rows of a part and its records, those of the default among them."""
    default = {record.run.seed: record for record in finished(MAIN, results)}
    # Originals and oracles were read once for each seed, by the classifiers of the default.
    made = [
        replace(record, columns={**default[record.run.seed].columns, **record.columns})
        for record in finished(part, results)
        if record.run.seed in default
    ]
    if not made:
        return [], []
    options = next(iter(default.values())).options
    if part in DEFAULT_AT:
        at = DEFAULT_AT[part](options)
        own = [row for row in rows_of(part) if int(row.title) != at]
        rows = sorted([*own, Row("default", str(at))], key=lambda row: int(row.title))
    else:
        code = options["model"]["init_args"]["generator"]["code_dim"]
        rows = [Row("default", f"the shipped default (code {code})"), *rows_of(part)]
    return rows, [*default.values(), *made]


def _beside(part: str, title: str, results: Path) -> list[str]:
    rows, records = _with_default(part, results)
    if not rows:
        return [NOTHING]
    own = [record for record in records if record.run.row != "default"]
    return [written(readings_table(title, rows, records, {"gap closed": gap})), made_by(own) + "\n"]


def _curve(part: str, title: str, results: Path, folder: str) -> list[str]:
    rows, records = _with_default(part, results)
    lines = _beside(part, title, results)
    if rows:
        save_curve(results / f"{part}.png", f"Unseen people, by {part}", rows, records)
        lines += [f"![What is read from I_n, by {part}]({folder}/{part}.png)\n"]
    return lines
