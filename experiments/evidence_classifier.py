"""Everything about stage 2 that docs/results/classifier.md says, made from nothing.

`make evidence-classifier` runs it. Started again it goes on where it stopped: what a small JSON
below docs/results/classifier/ or mixtures/ says is done with the same options is not done again,
even when its checkpoints are gone. The page is written anew after every part.

    python -m experiments.evidence_classifier --only au controls
    python -m experiments.evidence_classifier --normalizer runs/evidence/seed_0/normalizer/best.ckpt
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.classifier_page import Page
from experiments.classifier_plan import STEPS, Plan, Step
from experiments.shared import ROOT, parser, succeeds

PAGE = ROOT / "docs/results/classifier.md"
# The part that compares fusions and heads on the same features: docs/results/mixtures.md.
CANDIDATES = "candidates"


def main(words: Sequence[str] | None = None) -> None:
    """Make what is missing, and the page."""
    options, names = parser(__doc__), [*(step.name for step in STEPS), CANDIDATES]
    options.add_argument("--only", nargs="+", choices=names, default=names, metavar="PART")
    options.add_argument("--normalizer", type=Path, help="checkpoint for the plain style")
    options.add_argument("--normalizer-comic", type=Path, help="checkpoint for the comic style")
    options.add_argument("--tables-only", action="store_true", help="train nothing")
    given = options.parse_args(words)
    checkpoints = {"synthetic": given.normalizer, "comic": given.normalizer_comic}
    found = {style: path.absolute() for style, path in checkpoints.items() if path is not None}
    plan = Plan(given.seeds, found)
    if not given.tables_only:
        make(plan, [step for step in STEPS if step.name in given.only], given.threads, PAGE)
        if CANDIDATES in given.only:
            compare_candidates(plan)
    Page(plan, PAGE).write()
    print(f"page: {PAGE}")


def make(plan: Plan, steps: Sequence[Step], threads: int, page: Path) -> None:
    """Do the steps one after another; one that fails is named in the end.

    Raises:
        SystemExit: a step failed.
    """
    print(plan.estimate(steps), flush=True)
    failed = []
    for step in steps:
        print(f"{step.name} ...", flush=True)
        failed += [] if succeeds(plan.command(step), threads) else [step.name]
        Page(plan, page).write()
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}; the same command goes on from there")


def compare_candidates(plan: Plan) -> None:
    """Compare fusions and heads on the same features; see `experiments.mixtures`.

    Raises:
        SystemExit: that failed.
    """
    words = f"--normalizer={plan.checkpoint('synthetic')}"
    if not succeeds([sys.executable, "-m", "experiments.mixtures", words], threads=1):
        raise SystemExit(f"failed: {CANDIDATES}; the same command goes on from there")


if __name__ == "__main__":
    main()
