"""Trains the whole system with several seeds; writes docs/results/synthetic_au.md and README.

`make evidence` runs it. Started again it goes on where it stopped: finished phases are skipped.
"""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from experiments.shared import ROOT, gap_closed, norface, parser, put_between
from norface_pl.evaluation.readings_report import mean_cell
from norface_pl.evaluation.runs import Run
from norface_pl.io.files import make_folder, write_json
from norface_pl.io.images import Picture, read_image, write_image

RESULTS = ROOT / "docs" / "results"
BEGIN, END = "<!-- results: made by make evidence -->", "<!-- end of results -->"
ORDER = ("original", "normalized", "both", "oracle")
PROBES = {
    "AU probe, mean F1": "test/au_probe",
    "identity probe, accuracy": "test/identity_probe",
    "spread of the pictures (0: all alike)": "test/spread",
}


def folder_of(seed: int, out: Path) -> Path:
    """Return the folder of a run: that of the main part of stage 1's evidence, too."""
    return Run(None, seed, "default").folder(out)


def train(seed: int, out: Path, threads: int) -> dict[str, Any]:
    """Run both phases with a seed and return its results."""
    folder = make_folder(folder_of(seed, out))
    words = [f"--config={ROOT / 'configs/run/au.yaml'}", f"--out={folder}", f"--seed={seed}"]
    with (folder / "output.txt").open("a", encoding="utf-8") as output:
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        command = norface("run", *words)
        subprocess.run(command, check=True, stdout=output, stderr=output, env=environment)
    results: dict[str, Any] = json.loads((folder / "results.json").read_bytes())
    return results


def metrics(run: dict[str, Any], name: str) -> dict[str, float | None]:
    """Return what probes and a classifier read from one kind of picture."""
    probes = run["phases"]["normalizer"]["metrics"].items()
    found = {key.removesuffix(f"/{name}"): x for key, x in probes if key.endswith(f"/{name}")}
    return found | run["columns"].get(name, {})


def table(title: str, rows: dict[str, str], runs: list[dict[str, Any]]) -> str:
    """Write a Markdown table of metrics, by the titles of the rows, for all kinds of pictures."""
    lines = [f"| {title} | {' | '.join(ORDER)} |", "|---|---|---|---|---|"]
    for shown, metric in rows.items():
        found = [[metrics(run, name).get(metric) for run in runs] for name in ORDER]
        cells = ["–" if None in values else mean_cell(values) for values in found]
        lines.append(f"| {shown} | {' | '.join(cells)} |")
    return "\n".join(lines)


def page(runs: list[dict[str, Any]]) -> str:
    """Write the tables of all runs in Markdown."""
    rows = {"**mean of 17 AUs**": "test/f1", "AUC": "test/auc"}
    labels = [key.split("/")[2] for key in runs[0]["columns"]["original"] if "test/f1/AU" in key]
    rows |= {label: f"test/f1/{label}" for label in labels}
    closed = mean_cell(gap_closed(run["columns"]) for run in runs)
    parts = [
        _made(runs),
        table("AU detection, F1 at 0.5", rows, runs),
        f"Gap closed, (both - original) / (oracle - original): {closed}",
        table("linear probes on the pictures", PROBES, runs),
    ]
    return "\n\n".join(parts)


def headline(runs: list[dict[str, Any]]) -> str:
    """Write the four figures of README in Markdown."""
    title = "mean F1 of 17 action units"
    return f"{table(title, {'people whom no training saw': 'test/f1'}, runs)}\n\n{_made(runs)}"


def _made(runs: list[dict[str, Any]]) -> str:
    """Say what made the figures."""
    facts = runs[0]["environment"]
    seeds = (
        "one seed of training" if len(runs) == 1 else f"{len(runs)} seeds of training, mean ± SD"
    )
    return (
        f"Drawn faces, {seeds}, people that no training saw (60); commit "
        f"{str(facts.get('commit'))[:9]}, torch {facts.get('torch')}."
    )


def write_all(runs: list[dict[str, Any]], pictures: Picture) -> None:
    """Write JSON, page and picture, and the four figures of README."""
    make_folder(RESULTS)
    write_json(RESULTS / "synthetic_au.json", runs)
    write_image(RESULTS / "grid.jpg", pictures)
    text = page(runs)
    content = f"# AU detection on drawn faces\n\n{text}\n"
    (RESULTS / "synthetic_au.md").write_text(content, encoding="utf-8")
    put_between(ROOT / "README.md", BEGIN, END, headline(runs))
    print(text)


def main() -> None:
    """Train, collect, and write JSON, page, picture and README."""
    options = parser(__doc__)
    options.add_argument("--out", type=Path, default=Path("runs/evidence"))
    options.add_argument("--jobs", type=int, default=1, help="seeds trained side by side")
    given = options.parse_args()
    with ThreadPoolExecutor(given.jobs) as pool:
        runs = list(pool.map(partial(train, out=given.out, threads=given.threads), given.seeds))
    write_all(runs, read_image(folder_of(given.seeds[0], given.out) / "grid.png"))


if __name__ == "__main__":
    main()
