"""Trains the whole system with several seeds; writes docs/results/synthetic_au.md and README.

`make evidence` runs it. Started again it goes on where it stopped: finished phases are skipped.
"""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from experiments.figures import gap_closed
from norface_pl.evaluation.readings_report import mean_cell
from norface_pl.evaluation.runs import Run
from norface_pl.io.images import Picture, read_image, write_image

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "results"
BEGIN, END = "<!-- results: made by make evidence -->", "<!-- end of results -->"
ORDER = ("original", "normalized", "both", "oracle")
PROBES = {
    "au_probe": "AU probe, mean F1",
    "identity_probe": "identity probe, accuracy",
    "spread": "spread of the pictures (0: all alike)",
}


def folder_of(seed: int, out: Path) -> Path:
    """Return the folder of a run: that of the main part of stage 1's evidence, too."""
    return Run(None, seed, "default").folder(out)


def train(seed: int, out: Path, threads: int) -> dict[str, Any]:
    """Run both phases with a seed and return its results."""
    folder = folder_of(seed, out)
    command = [sys.executable, "-m", "norface_pl", "run"]
    command += ["--config", str(ROOT / "configs/run/au.yaml")]
    command += ["--out", str(folder), "--seed", str(seed)]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "output.txt").open("a", encoding="utf-8") as output:
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        subprocess.run(command, check=True, stdout=output, stderr=output, env=environment)
    results: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return results


def row(title: str, runs: list[dict[str, Any]], group: str, metric: str) -> str:
    """Write a row of a Markdown table; ``metric`` has a place for the name of the picture."""
    cells = [title]
    for name in ORDER:
        found = []
        for run in runs:
            metrics = (
                run["phases"]["normalizer"]["metrics"]
                if group == "probes"
                else run["columns"].get(name, {})
            )
            found.append(metrics.get(metric.format(name)))
        cells.append("–" if None in found else mean_cell(found))
    return "| " + " | ".join(cells) + " |"


def page(runs: list[dict[str, Any]]) -> str:
    """Write the tables of all runs in Markdown."""
    labels = [key.split("/")[2] for key in runs[0]["columns"]["original"] if "test/f1/AU" in key]
    lines = [
        _made(runs),
        "",
        "| AU detection, F1 at 0.5 | " + " | ".join(ORDER) + " |",
        "|---|---|---|---|---|",
        row("**mean of 17 AUs**", runs, "columns", "test/f1"),
        row("AUC", runs, "columns", "test/auc"),
        *(row(label, runs, "columns", f"test/f1/{label}") for label in labels),
        "",
        "Gap closed, (both - original) / (oracle - original): "
        + mean_cell(gap_closed(run["columns"]) for run in runs),
        "",
        "| linear probes on the pictures | " + " | ".join(ORDER) + " |",
        "|---|---|---|---|---|",
        *(row(title, runs, "probes", f"test/{probe}/{{}}") for probe, title in PROBES.items()),
    ]
    return "\n".join(lines)


def headline(runs: list[dict[str, Any]]) -> str:
    """Write the four figures of README in Markdown."""
    return "\n".join(
        [
            "| mean F1 of 17 action units | " + " | ".join(ORDER) + " |",
            "|---|---|---|---|---|",
            row("people whom no training saw", runs, "columns", "test/f1"),
            "",
            _made(runs),
        ]
    )


def _made(runs: list[dict[str, Any]]) -> str:
    """Say what made the figures."""
    environment = runs[0]["environment"]
    return (
        f"Drawn faces, {'one seed' if len(runs) == 1 else f'{len(runs)} seeds'} of training"
        f"{', mean ± SD' if len(runs) > 1 else ''}, people that no training saw "
        f"(60); commit {str(environment.get('commit'))[:9]}, torch {environment.get('torch')}."
    )


def write_all(runs: list[dict[str, Any]], pictures: Picture) -> None:
    """Write JSON, page and picture, and the four figures of README."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "synthetic_au.json").write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
    write_image(RESULTS / "grid.jpg", pictures)
    text = page(runs)
    (RESULTS / "synthetic_au.md").write_text(
        f"# AU detection on drawn faces\n\n{text}\n", encoding="utf-8"
    )
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}\n{headline(runs)}\n{END}{after}", encoding="utf-8")
    print(text)


def main() -> None:
    """Train, collect, and write JSON, page, picture and README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--out", type=Path, default=Path("runs/evidence"))
    parser.add_argument("--jobs", type=int, default=1, help="seeds trained side by side")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="per seed")
    arguments = parser.parse_args()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        runs = list(
            pool.map(lambda seed: train(seed, arguments.out, arguments.threads), arguments.seeds)
        )
    pictures = read_image(folder_of(arguments.seeds[0], arguments.out) / "grid.png")
    write_all(runs, pictures)


if __name__ == "__main__":
    main()
