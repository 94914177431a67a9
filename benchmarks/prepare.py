"""Speed and memory of preparing and reading data sets, as ratios taken in one run."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader

from benchmarks.shared import COLUMNS, measured, options, show, timed
from norface_pl.commands.prepare import prepare
from norface_pl.data.dataset import FaceDataset, as_batch
from norface_pl.data.prepared import PreparedFaces
from norface_pl.drawn.sampler import FaceSampler
from norface_pl.errors import NorfaceError
from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face, detect_all
from norface_pl.faces.detectors import load_detector
from norface_pl.io.images import read_image, write_image
from norface_pl.io.weights import find_weights
from norface_pl.prepare.options import PrepareOptions
from norface_pl.prepare.preparer import crop
from norface_pl.sources.folder import FolderSource

SIDE, SIZE = 512, 224


def write_pictures(folder: Path, count: int, side: int = SIDE) -> Path:
    """Write drawn faces as large as photographs."""
    folder.mkdir(parents=True)
    sampler = FaceSampler()
    drawn = [sampler.draw(number, 0, 0).image for number in range(min(count, 32))]
    for number in range(count):
        large = cv2.resize(drawn[number % len(drawn)], (side, side))
        write_image(folder / f"{number:06d}.jpg", np.asarray(large, dtype=np.uint8))
    return folder


def per_second(work: Callable[[], object], count: int) -> float:
    """Return how many of ``count`` pictures a piece of work gets through in a second."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def prepared(root: Path, count: int, weights: Path, workers: int = 1) -> float:
    """Return pictures per second of `norface prepare`, without its imports."""
    with tempfile.TemporaryDirectory() as folder:
        run = partial(prepare, FolderSource(root), Path(folder) / "out", no_face="center")
        detector = "retinaface_mobile0.25" if weights.suffix == ".pth" else "yunet"
        work = partial(run, detector=detector, weights=weights, size=SIZE, workers=workers)
        return per_second(work, count)


def bare(root: Path, count: int, weights: Path) -> dict[str, float]:
    """Return pictures per second of every stage alone, in one thread."""
    files = sorted(root.glob("*.jpg"))[:count]
    pictures = [read_image(file) for file in files]
    chunks = [pictures[start : start + 16] for start in range(0, count, 16)]
    detector, options = load_detector(weights), PrepareOptions(size=SIZE)
    face = Face(np.array([0.0, 0.0, SIDE, SIDE]), 1.0, AU_CROP * SIDE / 2 + SIDE / 4)
    crops = [crop(picture, face, options) for picture in pictures]
    threads = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    try:
        with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
            out = Path(folder) / "face.jpg"
            return {
                "decode": per_second(lambda: [read_image(file) for file in files], count),
                "detect": per_second(lambda: [detect_all(detector, c) for c in chunks], count),
                "align": per_second(lambda: [crop(p, face, options) for p in pictures], count),
                "encode": per_second(lambda: [write_image(out, c) for c in crops], count),
            }
    finally:
        torch.set_num_threads(threads[0])
        cv2.setNumThreads(threads[1])


def peak(root: Path) -> float:
    """Return the peak memory in GB of preparing a folder, in a process of its own."""
    command = [sys.executable, "-m", "norface_pl", "prepare", "folder", f"--root={root}"]
    with tempfile.TemporaryDirectory() as folder:
        words = [f"--out={folder}/out", "--detector=none", "--size=64"]
        spent = timed([*command, *words], quiet=True)
    if spent["status"]:
        raise SystemExit(f"norface prepare failed: {spent['last']}")
    return float(spent["memory_gb"])


def reading(root: Path, count: int) -> tuple[float, float]:
    """Return faces per second of the datamodule, and of bare OpenCV doing the same."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        prepare(FolderSource(root), out, PrepareOptions(detector="none", size=SIZE))
        faces = PreparedFaces.open(out, "folder")
        names = [str(out / path) for path in faces.manifest["path"]]
        table = FaceDataset({"image": faces.pictures(np.arange(count), SIZE)}, {}, names)
        loader = DataLoader(table, batch_size=64, collate_fn=as_batch)

        def plain() -> None:
            for start in range(0, count, 64):
                rows = [cv2.imread(name) for name in names[start : start + 64]]
                colours = [cv2.cvtColor(np.asarray(row), cv2.COLOR_BGR2RGB) for row in rows]
                torch.from_numpy(np.stack(colours)).permute(0, 3, 1, 2)

        return per_second(lambda: list(loader), count), per_second(plain, count)


def median_ratio(pairs: list[tuple[float, float]]) -> str:
    """Return the median of first / second."""
    return f"{statistics.median(first / second for first, second in pairs):.3f}"


def rows(rounds: int, count: int, given: Path | None) -> Iterator[dict[str, str]]:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as folder:
        root = write_pictures(Path(folder) / "raw", count)
        for name in ("retinaface_mobile0.25", "yunet"):
            try:
                weights = find_weights(name, given)
            except NorfaceError as error:
                yield measured(f"prepare with {name}", str(error))
                continue
            pairs = []
            for _ in range(rounds):
                stages = bare(root, count, weights)
                pairs.append((prepared(root, count, weights), stages["detect"]))
            for stage, speed in stages.items():
                yield measured(f"{name}: {stage}, images/s", f"{speed:.0f}")
            speed = statistics.median(first for first, _ in pairs)
            yield measured(f"{name}: prepare, 1 worker, images/s", f"{speed:.1f}")
            yield measured(f"{name}: prepare / bare detector", median_ratio(pairs), ">= 0.85")
            two = prepared(root, count, weights, workers=2)
            yield measured(f"{name}: prepare, 2 workers with their start, images/s", f"{two:.1f}")
        few, many = (
            peak(write_pictures(Path(folder) / str(number), number, 64)) for number in (100, 10_000)
        )
        yield measured("peak memory of prepare, 100 pictures, GB", f"{few:.2f}")
        shown = f"{many / few:.3f}"
        yield measured("peak memory of prepare, 10,000 / 100 pictures", shown, "about 1")
        pairs = [reading(root, count) for _ in range(rounds)]
        yield measured("datamodule / bare OpenCV, samples/s", median_ratio(pairs), ">= 0.9")


def main() -> None:
    """Print the table and, if asked to, write it as JSON."""
    parser = options(__doc__, "rounds", "weights", "json")
    parser.add_argument("--pictures", type=int, default=320, help="pictures per measurement")
    given = parser.parse_args()
    title = f"{torch.get_num_threads()} threads"
    show(title, COLUMNS, rows(given.rounds, given.pictures, given.weights), given.json)


if __name__ == "__main__":
    main()
