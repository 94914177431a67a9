"""Trains and probes one row of stage 1's evidence, and keeps a small JSON of it.

That JSON alone says that the row is done, and is enough to make every table again, even when the
checkpoints are gone. It carries a stamp of the options that it was made with: with others it is
made anew.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from experiments import evidence
from experiments.normalizer_rows import MAE, ROOT, Row
from norface_pl.drawn.tables import DRAWING
from norface_pl.environment import environment
from norface_pl.evaluation.phases import Metrics, Phase, PhaseRunner
from norface_pl.evaluation.two_phase import places
from norface_pl.io.files import make_folder, write_json
from norface_pl.io.images import read_image, write_image

RUN = "configs/run/au.yaml"
COLUMNS = ("original", "normalized", "both", "oracle")
Record = dict[str, Any]


@dataclass(frozen=True)
class Workshop:
    """Where trials run and what they all share.

    Attributes:
        out: folder of the checkpoints.
        shared: folder of `make evidence`, whose runs are those of the main part.
        results: folder of the JSON that is kept.
        data: config of the data set.
        more: arguments of norface fit for every row, on top of its own.
        more_stage2: the same for the classifiers of rows that have one.
        steps: of the convolutional probes.
        threads: of every process.
    """

    out: Path = ROOT / "runs/evidence_normalizer"
    shared: Path = ROOT / "runs/evidence"
    results: Path = ROOT / "docs/results/normalizer"
    data: Path = ROOT / "configs/data/synthetic.yaml"
    more: tuple[str, ...] = ()
    more_stage2: tuple[str, ...] = ()
    steps: int = 400
    threads: int = os.cpu_count() or 1

    def file(self, part: str, name: str, seed: int) -> Path:
        """Return the JSON of a finished trial."""
        return self.results / part / f"{name}_seed_{seed}.json"

    def stamp(self, row: Row | None, seed: int) -> str:
        """Return a hash of what decides a trial; None is the shipped default as a whole."""
        if row is None:
            run = _content(RUN)
            stages = [f"configs/run/{run[key]}" for key in ("normalizer", "classifier")]
            configs, decided = [RUN, *stages], {"data": _content(Path("configs/run") / run["data"])}
        else:
            configs, decided = [row.config], {"data": _content(self.data), "row": row.arguments}
            decided |= {"more": self.more, "mae": row.mae}
            configs += [MAE] if row.mae is not None else []
            if row.classifier:
                configs.append(f"configs/run/{_content(RUN)['classifier']}")
                decided["more_stage2"] = self.more_stage2
        decided |= {
            "seed": seed,
            "steps": self.steps,
            "drawing": DRAWING,
            "configs": [_content(path) for path in configs],
        }
        return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()

    def done(self, part: str, name: str, seed: int, stamp: str) -> Record | None:
        """Return what is known of a trial, if it was made with these options."""
        try:
            found: Record = json.loads(self.file(part, name, seed).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if found["stamp"] == stamp else None

    def try_row(self, row: Row, seed: int) -> Record:
        """Train and probe a row, unless it was done.

        Raises:
            subprocess.CalledProcessError: a command failed; output.txt in its folder says why.
        """
        stamp = self.stamp(row, seed)
        if found := self.done(row.part, row.name, seed, stamp):
            return found
        folder, begin = self.out / row.part / row.name / f"seed_{seed}", time.monotonic()
        # A single validation would cost as much as an epoch, and nothing is chosen by it.
        words = [*row.arguments, *self.more, "--trainer.limit_val_batches=0"]
        columns: Record = {}
        if row.classifier:
            checkpoint, columns = self._run(folder, words, seed)
        else:
            checkpoint = self._fit_row(row, folder, words, seed, stamp)
        trained = time.monotonic() - begin
        # What originals and oracles tell is known from the default.
        readings = self._read(checkpoint, folder / "probe", seed, "normalized")
        record = {
            "part": row.part,
            "row": row.name,
            "title": row.title,
            "at": row.at,
            "batches": row.batches,
            "seed": seed,
            "stamp": stamp,
            "arguments": [*row.arguments, *self.more],
            "config": row.config,
            "mae": row.mae,
            "seconds": {"fit": round(trained), "probe": round(time.monotonic() - begin - trained)},
            "environment": environment(),
            **({"columns": columns} if columns else {}),
            **readings,
        }
        return self.keep(row.part, row.name, seed, record)

    def try_default(self, seed: int) -> Record:
        """Run and probe the shipped default as a whole, unless it was done.

        Raises:
            subprocess.CalledProcessError: a command failed; output.txt in its folder says why.
        """
        stamp = self.stamp(None, seed)
        if found := self.done("main", "default", seed, stamp):
            return found
        results = evidence.train(seed, self.shared, self.threads)
        folder, begin = self.shared / f"seed_{seed}", time.monotonic()
        readings = self._read(folder / "normalizer" / "best.ckpt", folder / "probe", seed)
        picture = read_image(folder / "probe" / "probe.png")
        make_folder(self.results)
        write_image(self.results / f"faces_seed_{seed}.jpg", picture, quality=90)
        record = {
            "part": "main",
            "row": "default",
            "seed": seed,
            "stamp": stamp,
            "seconds": {
                **{name: phase["seconds"] for name, phase in results["phases"].items()},
                "probe": round(time.monotonic() - begin),
            },
            "environment": results["environment"],
            "columns": {name: results["columns"].get(name, {}) for name in COLUMNS},
            **readings,
        }
        return self.keep("main", "default", seed, record)

    def fit(self, folder: Path, words: Sequence[str], stamp: str) -> Path:
        """Train in a folder, going on with what lies there from the same options; return it."""

        def work(checkpoint: Path | None) -> Metrics:
            arguments = [*words, *places(folder, checkpoint)]
            self.call(folder.parent, "norface_pl", "fit", *arguments)
            return {}

        result = folder / "best.ckpt"
        PhaseRunner().finish(Phase(str(folder), folder, stamp, work, result))
        return folder

    def _fit_row(self, row: Row, folder: Path, words: Sequence[str], seed: int, stamp: str) -> Path:
        """Train stage 1 of a row, its encoder before if it says so; return the checkpoint."""
        common = ["--data", str(self.data), f"--seed_everything={seed}"]
        words = ["--config", row.config, *common, *words]
        if row.mae is not None:
            before = ["--config", MAE, *common, *row.mae, *self.more]
            before.append("--trainer.limit_val_batches=0")
            words.append(
                f"--model.encoder_weights={self.fit(folder / 'mae', before, stamp) / 'encoder.pt'}"
            )
        return self.fit(folder / "fit", words, stamp) / "best.ckpt"

    def _run(self, folder: Path, words: Sequence[str], seed: int) -> tuple[Path, Record]:
        """Train stage 1 and the classifier of both pictures; return checkpoint and test metrics.

        What a classifier reads from originals and oracles is known from the default.
        """
        out = folder / "run"
        more = {"normalizer_args": list(words), "classifier_args": list(self.more_stage2)}
        arguments = ["--config", RUN, "--data", str(self.data), "--out", str(out)]
        arguments += [f"--seed={seed}", '--compare=["both"]']
        arguments += [f"--{name}={json.dumps(given)}" for name, given in more.items()]
        self.call(folder, "norface_pl", "run", *arguments)
        results = json.loads((out / "results.json").read_text(encoding="utf-8"))
        return out / "normalizer" / "best.ckpt", results["columns"]

    def _read(self, checkpoint: Path, folder: Path, seed: int, *kinds: str) -> Record:
        words = [str(checkpoint), f"--data={self.data}", f"--out={folder}"]
        words += [f"--steps={self.steps}", f"--seed={seed}"]
        words += ["--kinds", *kinds] if kinds else []
        self.call(folder.parent, "experiments.normalizer_readings", *words)
        probe, code = (
            json.loads((folder / n).read_text(encoding="utf-8"))
            for n in ("probe.json", "code.json")
        )
        keys = ("readings", "fitted_on", "read_from", "settings")
        return {key: probe[key] for key in keys} | {"code": code}

    def call(self, folder: Path, *words: str) -> None:
        """Run a module of Python in the root of the repository; its output goes to a file."""
        with (make_folder(folder) / "output.txt").open("a", encoding="utf-8") as output:
            shared = os.environ | {"OMP_NUM_THREADS": str(self.threads)}
            command = [sys.executable, "-m", *words]
            subprocess.run(command, check=True, cwd=ROOT, stdout=output, stderr=output, env=shared)

    def keep(self, part: str, name: str, seed: int, record: Record) -> Record:
        """Write the JSON of a finished trial, numbers with six digits, and return its content."""
        path = self.file(part, name, seed)
        make_folder(path.parent)
        short: Record = rounded(record)
        write_json(path, short)
        return short


def rounded(value: Any) -> Any:  # noqa: ANN401, whatever JSON holds
    """Return a value of JSON with numbers of six digits, which keeps files small."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value


def _content(path: Path | str) -> Any:  # noqa: ANN401, whatever YAML holds
    """Read a YAML in the repository: its comments and its place decide nothing."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
