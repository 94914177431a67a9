"""Which of torch and onnxruntime redraws and reads faces faster here, and how far they are apart.

For example ``python -m benchmarks.backends --aligned out/aligned`` with the folder of aligned faces
that `norface analyze` wrote; without it, faces are drawn. The weights are those that ship, or of
``--pretrained``, an export as safetensors. Times are taken in turn, A B A B; medians are shown.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import torch

from benchmarks.shared import COLUMNS, measured, options, show
from norface_pl.drawn.sampler import FaceSampler
from norface_pl.inference.graphs import LIMIT, SUFFIX, Graph, difference, open_graph, parts
from norface_pl.inference.lists import in_lists
from norface_pl.inference.shipped import export_graphs
from norface_pl.inference.stages import Stages
from norface_pl.inference.trained import Trained, load_exported, shipped_folder
from norface_pl.io.images import Picture, read_image, scale_to
from norface_pl.io.tensors import to_batch

FACES, BATCHES = 200, (1, 32)
CPU = torch.device("cpu")


def some_faces(folder: Path | None, size: int) -> list[Picture]:
    """Return up to `FACES` faces: the first of a folder of aligned ones, or drawn ones."""
    if folder is None:
        sampler = FaceSampler(image_size=size)
        return [sampler.draw(subject, 0, 0).image for subject in range(FACES)]
    return [scale_to(read_image(path), size) for path in sorted(folder.glob("*.png"))[:FACES]]


def seconds(stages: Stages, faces: Sequence[Picture], size: int) -> float:
    """Return how long redrawing and reading takes, in batches of a size."""
    start = time.perf_counter()
    for batch in in_lists(faces, size):
        stages.run(batch)
    return time.perf_counter() - start


@torch.no_grad()
def furthest(trained: Trained, folder: Path, kind: Graph, faces: Sequence[Picture]) -> float:
    """Return by how much the graphs of a folder differ from their networks in fp32 at most."""
    normalizer, classifier = trained.normalizer.network(), trained.classifier.network()
    apart = 0.0
    for name, network, inputs in parts(normalizer, classifier):
        run = open_graph((folder / f"{name}{SUFFIX[kind]}").read_bytes(), kind)
        for batch in in_lists(faces, 25):
            original = to_batch(batch)
            pictures = {"original": original, "normalized": normalizer(original)}
            apart = max(apart, difference(network, run, {each: pictures[each] for each in inputs}))
    return apart


def rows(trained: Trained, faces: Sequence[Picture], rounds: int) -> Iterator[dict[str, str]]:
    """Yield what is measured, a row a line."""
    with tempfile.TemporaryDirectory() as temporary:
        folders = {kind: Path(temporary) / kind for kind in get_args(Graph)}
        for kind, folder in folders.items():
            export_graphs(trained, folder, kind)
            apart = furthest(trained, folder, kind, faces)
            what = f"{kind}: largest difference from eager, {len(faces)} faces"
            yield measured(what, f"{apart:.1e}", f"{LIMIT:.0e}")
        torch_, onnx = Stages.of(trained, CPU), Stages.load_exported(folders["onnx"], CPU)
        for size in BATCHES:
            times = [
                (seconds(torch_, faces, size), seconds(onnx, faces, size)) for _ in range(rounds)
            ]
            for stages, taken in zip((torch_, onnx), zip(*times, strict=True), strict=True):
                rate = len(faces) / statistics.median(taken)
                yield measured(f"{stages.runtime}, batches of {size}", f"{rate:.0f} faces/s")


def main() -> None:
    """Measure and print."""
    parser = options(__doc__, "rounds", "json")
    parser.add_argument(
        "--pretrained", type=Path, help="export as safetensors; default: what ships"
    )
    parser.add_argument("--aligned", type=Path, help="folder of aligned faces; default: drawn ones")
    given = parser.parse_args()
    trained = load_exported(shipped_folder(given.pretrained))
    faces = some_faces(given.aligned, trained.normalizer.image_size)
    title = f"{torch.get_num_threads()} threads"
    show(title, COLUMNS, rows(trained, faces, given.rounds), given.json)


if __name__ == "__main__":
    main()
