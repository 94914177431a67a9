"""docs/results/normalizer.md: its sections and sentences around the tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments import photographs
from experiments.figures import gap_closed
from experiments.normalizer_plan import Plan
from experiments.normalizer_rows import Row
from experiments.normalizer_tables import (
    made_by,
    main_tables,
    row_table,
    save_curve,
    written,
)
from experiments.normalizer_trials import Record, Workshop
from norface_pl.io.files import make_folder, write_atomic

# Written by a person about the figures, and put into the page as it is.
NOTES = "notes.md"
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
default has {default}), so its figures are below those of the default above. Losses
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
NOTHING = "Not run yet with the present options: `make evidence-normalizer` makes it.\n"


def write_page(plan: Plan, workshop: Workshop, path: Path) -> None:
    """Write the page and its curves from the JSON of the finished trials.

    Args:
        plan: all trials.
        workshop: where the JSON of those that are finished lies, below the folder of the page.
        path: of the page.
    """
    found = plan.known(workshop)
    make_folder(workshop.results)
    folder = workshop.results.relative_to(path.parent).as_posix()
    notes = workshop.results / NOTES
    lines = [INTRODUCTION]
    if notes.is_file():
        lines += [notes.read_text(encoding="utf-8").strip(), ""]
    lines += ["## The shipped default", "", *_default(found.get("main", []), workshop, folder)]
    lines += ["## Ablation", "", *_ablation(plan, found.get("ablation", []))]
    lines += ["## Training time and unlabelled people", ""]
    lines += _curve("epochs", "Epochs of training", plan, found, workshop, folder)
    lines += ["Below, every training has as many batches as the default.", ""]
    lines += _curve("people", "Unlabelled people", plan, found, workshop, folder)
    lines += ["## What holds it back", "", LIMITS]
    made, default = _with_default("limits", plan, found)
    lines += _beside("Something taken away", plan.rows["limits"], made, default)
    lines += ["## Real faces", ""]
    london = found.get("photographs", [])
    picture = f"{folder}/photographs.jpg"
    lines += photographs.section(london[0], picture) if london else [NOTHING]
    write_atomic(path, ("\n".join(lines).strip() + "\n").encode())


def _default(records: Sequence[Record], workshop: Workshop, folder: str) -> list[str]:
    if not records:
        return [NOTHING]
    lines = [DEFAULT, *(written(table) for table in main_tables(records))]
    picture = f"faces_seed_{records[0]['seed']}.jpg"
    if (workshop.results / picture).is_file():
        lines += [f"![I_o, I_n and the oracle of unseen people]({folder}/{picture})", ""]
    best = max(records, key=gap_closed)
    return [*lines, f"Best seed: {best['seed']}. {made_by(records)}", ""]


def _ablation(plan: Plan, records: Sequence[Record]) -> list[str]:
    rows = plan.rows["ablation"]
    text = BUDGET.format(epochs=plan.epochs, batches=rows[0].batches, default=plan.default)
    if not records:
        return [text, NOTHING]
    table = row_table("What probes read from I_n", "", rows, records)
    missing = [row.title for row in rows if not any(r["row"] == row.name for r in records)]
    lines = [text, written(table), made_by(records), ""]
    return lines + ([f"Not run: {', '.join(missing)}.", ""] if missing else [])


def _with_default(
    part: str, plan: Plan, found: Mapping[str, Sequence[Record]]
) -> tuple[list[Record], list[Record]]:
    """Return a part's own records, and those of the default that belong beside them."""
    default = {record["seed"]: record for record in found.get("main", [])}
    # Originals and oracles were read once for each seed, by the classifiers of the default.
    made = [
        {**record, "columns": {**default[record["seed"]]["columns"], **record["columns"]}}
        for record in found.get(part, [])
        if record["seed"] in default
    ]
    same = [row.name for row in plan.rows[part] if row.default]
    return made, [{**record, "row": name} for name in same for record in default.values()]


def _beside(
    title: str, rows: Sequence[Row], made: Sequence[Record], default: Sequence[Record]
) -> list[str]:
    if not made:
        return [NOTHING]
    table = row_table(title, "", rows, [*default, *made])
    return [written(table), made_by(made), ""]


def _curve(
    part: str,
    title: str,
    plan: Plan,
    found: Mapping[str, Sequence[Record]],
    workshop: Workshop,
    folder: str,
) -> list[str]:
    rows = plan.rows[part]
    made, default = _with_default(part, plan, found)
    lines = _beside(title, rows, made, default)
    if made:
        picture = workshop.results / f"{part}.png"
        save_curve(picture, f"Unseen people, by {part}", rows, [*default, *made])
        lines += [f"![What is read from I_n, by {part}]({folder}/{part}.png)", ""]
    return lines
