"""Everything about stage 2 that docs/results/classifier.md says, made from nothing.

`make evidence-classifier` runs it. Started again it goes on where it stopped: what a small JSON
below docs/results/classifier/ says is done with the same options is not done again, even when its
checkpoints are gone. The page is written anew after every part.

    python -m experiments.evidence_classifier --only au controls
    python -m experiments.evidence_classifier --normalizer runs/evidence/seed_0/normalizer/best.ckpt
"""

import argparse
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from experiments.classifier_page import Page
from experiments.classifier_plan import ROOT, STEPS, Plan, Step

PAGE = ROOT / "docs/results/classifier.md"


def main(words: Sequence[str] | None = None) -> None:
    """Make what is missing, and the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [step.name for step in STEPS]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="PART")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--normalizer", type=Path, help="checkpoint for the plain style")
    parser.add_argument("--normalizer-comic", type=Path, help="checkpoint for the comic style")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--tables-only", action="store_true", help="train nothing")
    given = parser.parse_args(words)

    checkpoints = {"synthetic": given.normalizer, "comic": given.normalizer_comic}
    found = {style: path.absolute() for style, path in checkpoints.items() if path is not None}
    plan = Plan(given.seeds, found)
    if not given.tables_only:
        make(plan, [step for step in STEPS if step.name in given.only], given.threads, PAGE)
    Page(plan, PAGE).write()
    print(f"page: {PAGE}")


def make(plan: Plan, steps: Sequence[Step], threads: int, page: Path) -> None:
    """Do the steps one after another; one that fails is named in the end.

    Raises:
        SystemExit: a step failed.
    """
    print(plan.estimate(steps), flush=True)
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    failed = []
    for step in steps:
        print(f"{step.name} ...", flush=True)
        done = subprocess.run(plan.command(step), env=environment, cwd=ROOT, check=False)
        failed += [step.name] if done.returncode else []
        Page(plan, page).write()
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}; the same command goes on from there")


if __name__ == "__main__":
    main()
