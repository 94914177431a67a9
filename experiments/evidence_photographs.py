r"""Measures a normalizer of photographs and writes docs/results/photographs.md.

`make evidence-photographs` runs it. A JSON below docs/results/photographs/ holds all figures of one
normalizer; what it has of the same checkpoints and pictures is not measured again. The page
compares all of them and shows details of the one called main. Pictures for looking, with originals
that nobody may publish, go to runs/evidence_photographs/.

    python -m experiments.lfw --root lfw --emotions emotions.csv --table lfw.csv
    norface prepare folder --root lfw --table lfw.csv --out data/lfw --teacher face_landmarker
    python -m experiments.evidence_photographs --normalizer best.ckpt --lfw data/lfw \
        --london london --weights weights

The folder of weights holds both face detectors, face_landmarker.task, and dlib_face.onnx.
"""

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.photo_measures import STEPS, Figures, Measured, Step
from experiments.photo_page import RESULTS, load_record, write_page
from experiments.photo_pictures import keep_pictures
from experiments.photograph_pairs import FOLDERS, paired
from experiments.shared import ROOT
from norface_pl.classifier import ClassifierModule
from norface_pl.data.teacher import teacher_stamp
from norface_pl.environment import environment
from norface_pl.evaluation.record import write_lines
from norface_pl.face_module import load_module
from norface_pl.io.files import sha256_file
from norface_pl.io.stamp import stamp
from norface_pl.normalizer import NormalizerModule

PAGE = ROOT / "docs/results/photographs.md"
MAIN = "main"
LOOK = ROOT / "runs/evidence_photographs"
# Counts up when a measure gives other figures of the same pictures.
VERSION = 2


def main(words: Sequence[str] | None = None) -> None:
    """Measure what is missing, and write the page."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--name", default=MAIN, help="of the record, and in tables")
    options.add_argument("--normalizer", type=Path, help="checkpoint; without one, the page alone")
    options.add_argument("--classifier", type=Path, help="checkpoint that reads action units")
    options.add_argument("--lfw", type=Path, help="prepared folder of LFW, read by the teacher")
    options.add_argument("--london", type=Path, help="folder of the London set")
    options.add_argument("--weights", type=Path, help="folder of weight files")
    given = options.parse_args(words)
    if given.normalizer is not None:
        folders = (given.lfw, given.london, given.weights)
        if None in folders:
            options.error("a normalizer is measured with --lfw, --london and --weights")
        files = (given.normalizer, given.classifier)
        kinds = (NormalizerModule, ClassifierModule)
        pairs = zip(kinds, files, strict=True)
        networks = [file and load_module(kind, file) for kind, file in pairs]
        made = Measured(*networks, *folders)
        record = RESULTS / f"{given.name}.json"
        # The page shows the pictures of one normalizer.
        public = RESULTS if given.name == MAIN else LOOK
        shown = (public / f"{given.name}.jpg", LOOK / f"{given.name}.png")
        pictures = partial(keep_pictures, public=shown[0], private=shown[1])
        measure(made, STEPS | {"pictures": pictures}, facts(made, files), record)
    write_page(PAGE)
    print(f"page: {PAGE}")


def facts(made: Measured, checkpoints: Sequence[Path | None]) -> Figures:
    """Return all that decides the figures."""
    london = made.london
    pictures = [london / folder / name for name in paired(london) for folder in FOLDERS]
    return {
        "version": VERSION,
        "image_size": made.normalizer.image_size,
        "checkpoints": [path and sha256_file(path) for path in checkpoints],
        "lfw": [made.faces.hash, teacher_stamp(made.faces.folder)],
        "london": stamp({str(path.relative_to(london)): sha256_file(path) for path in pictures}),
    }


def measure(made: Measured, steps: Mapping[str, Step], known: Figures, path: Path) -> Figures:
    """Measure what a record lacks, and return it; it is written after every step."""
    record: Figures = {"facts": known, "environment": environment(), "seconds": {}}
    if path.is_file() and (earlier := load_record(path))["facts"] == known:
        record = earlier
    for step, find in steps.items():
        if step not in record:
            print(f"{path.stem}: {step} ...", flush=True)
            begin = time.monotonic()
            record[step] = for_json(find(made))
            record["seconds"][step] = round(time.monotonic() - begin)
            write_lines(path, record)
    return record


def for_json(value: Any) -> Any:  # noqa: ANN401, whatever a step finds
    """Return figures with four digits, and with None in place of NaN."""
    if isinstance(value, dict):
        return {name: for_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [for_json(each) for each in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


if __name__ == "__main__":
    main()
