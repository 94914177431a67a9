"""Everything about stage 1 that docs/results/normalizer.md says, made from nothing.

`make evidence-normalizer` runs it. Started again it goes on where it stopped: what a small JSON
below docs/results/normalizer/ says is done with the same options is not done again, even when its
checkpoints are gone. The page is written anew after every trial.

    python -m experiments.evidence_normalizer --only ablation/without_person people
"""

import argparse
import os
import subprocess
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from experiments import photographs
from experiments.normalizer_page import write_page
from experiments.normalizer_plan import Plan, Trial
from experiments.normalizer_rows import ROOT
from experiments.normalizer_trials import Record, Workshop

PAGE = ROOT / "docs/results/normalizer.md"
# What comes with every trial, in batches that take as long: teachers and probes; in the main part
# also redrawing and the classifiers. A batch that is only read costs a quarter of one that is
# drawn.
AROUND, AROUND_MAIN, READING, SECONDS = 1500, 5000, 0.25, 0.3


def hours(todo: Sequence[Trial], plan: Plan, done: Sequence[Record]) -> float:
    """Estimate how long trials will take, from those that are done if there are any."""
    drawn = 1 - (1 - READING) * plan.reading
    default = plan.default * drawn + AROUND_MAIN

    def cost(batches: int | None) -> float:
        return default if batches is None else batches * drawn + AROUND

    spent = sum(cost(record.get("batches")) for record in done)
    seconds = sum(sum(record["seconds"].values()) for record in done)
    each = seconds / spent if spent else SECONDS
    return each * sum(cost(row and row.batches) for _, row, _ in todo) / 3600


def main(words: Sequence[str] | None = None) -> None:
    """Make what is missing, and the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shown = "main, ablation, epochs, people, limits, photographs, or one row as ablation/full"
    parser.add_argument("--only", nargs="+", default=[], metavar="PART", help=shown)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    # Four epochs have two rounds of labelling anew, as the default's eight.
    parser.add_argument("--epochs", type=int, default=4, help="of every row of the ablation")
    parser.add_argument("--batches", type=int, default=400, help="of each of these epochs")
    parser.add_argument("--photographs", type=Path, help="folder of the London set")
    parser.add_argument("--weights", type=Path, help="of a face detector, for photographs")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--tables-only", action="store_true", help="train nothing")
    given = parser.parse_args(words)

    workshop = Workshop(threads=given.threads)
    plan = Plan.of(workshop.data, given.seeds, given.epochs, given.batches)
    wanted = [t for t in plan.trials() if _picked(t[0], given.only)]
    if given.only and not wanted and "photographs" not in given.only:
        parser.error(f"--only {' '.join(given.only)} is no part and no row; give {shown}")
    if not given.tables_only:
        _make(plan, workshop, wanted, given)
    write_page(plan, workshop, PAGE)
    print(f"page: {PAGE}")


def _make(
    plan: Plan,
    workshop: Workshop,
    wanted: Sequence[Trial],
    given: argparse.Namespace,
) -> None:
    done = [record for records in plan.known(workshop).values() for record in records]
    stamps = {record["stamp"] for record in done}
    todo = [trial for trial in wanted if workshop.stamp(trial[1], trial[2]) not in stamps]
    timed = [record for record in done if record["part"] != "photographs"]
    print(f"{len(todo)} trials to do, about {hours(todo, plan, timed):.1f} hours")
    failed = []
    for name, row, seed in todo:
        work = partial(workshop.try_row, row, seed) if row else partial(workshop.try_default, seed)
        failed += _attempt(f"{name}, seed {seed}", work)
        write_page(plan, workshop, PAGE)
    if _picked("photographs", given.only):
        if given.photographs is None or given.weights is None:
            print("photographs: left out, give --photographs ROOT and --weights FILE")
        else:
            show = partial(photographs.show, workshop, given.photographs, given.weights)
            failed += _attempt("photographs", partial(show, seed=plan.seeds[0]))
    if failed:
        raise SystemExit(f"{len(failed)} failed: {'; '.join(failed)}")


def _attempt(name: str, work: Callable[[], Record]) -> list[str]:
    """Make one trial; one that fails is named in the end and does not keep the others."""
    print(f"{name} ...", flush=True)
    try:
        work()
    except subprocess.CalledProcessError as error:
        print(f"{name}: failed, {' '.join(map(str, error.cmd))}; see output.txt there", flush=True)
        return [name]
    return []


def _picked(name: str, only: Sequence[str]) -> bool:
    return not only or name in only or name.partition("/")[0] in only


if __name__ == "__main__":
    main()
