"""Compares mixtures of experts with their controls; writes docs/results/mixtures.md.

    python -m experiments.mixtures --normalizer runs/synthetic/normalizer/best.ckpt

Started again it goes on with the setting where it stopped; finished ones are small JSON below
docs/results/mixtures/.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from experiments.mixtures.faces import load
from experiments.mixtures.learning import TASK_SETS, Learning, Tallies
from experiments.mixtures.lineup import BESIDES, everybody
from experiments.mixtures.page import write_page
from experiments.mixtures.setting import Plan, Setting
from experiments.shared import ROOT, config
from norface_pl.environment import environment
from norface_pl.evaluation.paired import compare, main_score
from norface_pl.face_module import load_module
from norface_pl.io.files import make_folder, sha256_file, write_json
from norface_pl.normalizer.module import NormalizerModule

RESULTS = ROOT / "docs/results/mixtures"
PLAN = "experiments/mixtures/plan.yaml"


def main(words: Sequence[str] | None = None) -> None:
    """Compare in all settings that are missing, and write the page."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--normalizer", type=Path, help="checkpoint of the plain style's stage 1")
    options.add_argument("--plan", default=PLAN, help="YAML below the root")
    options.add_argument("--only", nargs="+", help="names of settings; default: all")
    options.add_argument("--results", type=Path, default=RESULTS)
    given = options.parse_args(words)
    plan = Plan.read(config(given.plan))
    make_folder(given.results)
    for setting in plan.settings:
        path = given.results / f"{setting.name}.json"
        asked = not given.only or setting.name in given.only
        if given.normalizer is not None and asked and not path.is_file():
            print(f"{setting.name} ...", flush=True)
            write_json(path, made(setting, plan, given.normalizer))
    write_page(given.results, plan)


def made(setting: Setting, plan: Plan, checkpoint: Path) -> dict[str, Any]:
    """Train in a setting and return its record."""
    normalizer = load_module(NormalizerModule, checkpoint).eval()
    learning = Learning(setting, plan.seeds)
    learning.learn(load(setting, "train", plan.test_people, normalizer))
    tallies, trust = learning.read(load(setting, "test", plan.test_people, normalizer))
    return {
        "setting": vars(setting),
        "parameters": {f"{k}/{name}": group.count for (k, name), group in learning.groups.items()},
        "scores": {
            "/".join(key): [round(main_score(tally), 5) for tally in each]
            for key, each in tallies.items()
        },
        "comparisons": compared(tallies),
        "trust": trust,
        "normalizer": sha256_file(checkpoint),
        "environment": environment(),
    }


def compared(tallies: Tallies) -> dict[str, dict[str, Any]]:
    """Compare each candidate with its control, and both mixtures that ship with `plain`."""
    found: dict[str, dict[str, Any]] = {}
    pairs = [(name, entry.against) for name, entry in everybody().items() if entry.against]
    for name, control in [*pairs, *BESIDES]:
        for key, tasks in TASK_SETS.items():
            for task in tasks:
                ours, theirs = ((key, one, task) for one in (name, control))
                if ours in tallies and theirs in tallies:
                    result = compare(*(dict(enumerate(tallies[x])) for x in (ours, theirs)))
                    assert result is not None
                    facts = {"p": result.p, **vars(result)}
                    found[f"{key}/{task}/{name}/{control}"] = facts
    return found


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
