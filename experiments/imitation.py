r"""Makes the network that turns what a Face Landmarker reads into weights of ICT-FaceKit's shapes.

    python -m experiments.imitation --photographs lfw.csv --root lfw --shapes facekit.npz \\
        --weights face_landmarker.task --out runs/imitation

Photographs of the table's part ``train`` teach, those of ``test`` are measured; a column
``expression`` says which are neutral. Every step is kept and done once: `read` lets the landmarker
read the photographs, `avatars` and `people` render and read avatars with random weights and 3-D
people with known action units, and what comes out of `fit` is written to ``imitation.npz``, which
lies in `src/norface_pl/teachers/`.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.imitation_draws import random_weights
from experiments.imitation_fit import Avatars, People, Photographs, fit
from norface_pl.facekit.avatar import draw_avatar
from norface_pl.facekit.sampler import FaceKitSampler
from norface_pl.facekit.shapes import load_shapes
from norface_pl.io.images import Picture, read_image
from norface_pl.progress import track
from norface_pl.teachers.face_landmarker import FaceLandmarker, Mesh, Networks
from norface_pl.teachers.imitation import upright
from norface_pl.teachers.processes import mapped
from norface_pl.teachers.teacher import Unread

AVATARS, PEOPLE, FRAMES = 6000, 1000, 6
SIZE = 128
# Others than any data set draws.
FIRST_PERSON = 500_000

Table = dict[str, NDArray[np.generic]]


@cache
def landmarker(file: Path) -> FaceLandmarker:
    """Return the landmarker of this process."""
    return FaceLandmarker(Networks.open(file))


def look(file: Path, picture: Picture) -> Mesh | None:
    """Return what the landmarker sees; None without a face."""
    seen = landmarker(file).look(picture)
    return None if isinstance(seen, Unread) else seen


def look_at_file(file: Path, path: Path) -> Mesh | None:
    """As `look`, at a picture file."""
    return look(file, read_image(path))


def look_at_avatar(
    file: Path, shapes: Path, names: Sequence[str], weights: NDArray[np.floating]
) -> Mesh | None:
    """As `look`, at an avatar with weights (S,)."""
    given = {name: float(w) for name, w in zip(names, weights, strict=True) if w}
    return look(file, draw_avatar(shapes, given, SIZE))


def look_at_person(file: Path, shapes: Path, where: tuple[int, int, int]) -> Mesh | None:
    """As `look`, at a frame of a 3-D person."""
    return look(file, FaceKitSampler(shapes, image_size=SIZE).draw(*where).image)


def kept(path: Path, make: Callable[[], Table]) -> Table:
    """Return a table that is made once."""
    if not path.is_file():
        table = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, allow_pickle=False, **table)
    with np.load(path) as content:
        return dict(content)


def seen_by(
    title: str, work: Callable[..., Mesh | None], jobs: Sequence[object], workers: int, file: Path
) -> tuple[NDArray[np.intp], Table]:
    """Return which jobs showed a face; their meshes (N, 1434), upright, logits and poses."""
    with mapped(workers) as run:
        found = list(track(run(work, jobs), title, total=len(jobs)))
    places = np.array([place for place, mesh in enumerate(found) if mesh is not None])
    canonical = Networks.open(file).canonical
    points = [found[place].points for place in places]
    rigid = len(canonical.points)
    seen = {
        "mesh": [upright(each, canonical).ravel() for each in points],
        "logits": [found[place].logits for place in places],
        "pose": [canonical.pose(each[:rigid]) for each in points],
    }
    return places, {name: np.array(values, np.float32) for name, values in seen.items()}


def main() -> None:
    """Make the file."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("photographs", "root", "shapes", "weights", "out"):
        options.add_argument(f"--{name}", type=Path, required=True)
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    file, shapes, out, workers = given.weights, given.shapes, given.out, given.workers
    names = sorted(load_shapes(shapes).expression)
    table = pd.read_csv(given.photographs, dtype=str, keep_default_na=False)

    def read() -> Table:
        paths = [given.root / path for path in table["path"]]
        places, seen = seen_by("photographs", partial(look_at_file, file), paths, workers, file)
        return {**seen, "row": places}

    def avatars() -> Table:
        weights = random_weights(AVATARS, names, np.random.default_rng(1))
        work = partial(look_at_avatar, file, shapes, names)
        places, seen = seen_by("avatars", work, list(weights), workers, file)
        return {**seen, "weights": weights[places]}

    def people() -> Table:
        random, sampler = np.random.default_rng(3), FaceKitSampler(shapes)
        clips = [(FIRST_PERSON + person, clip) for person in range(PEOPLE) for clip in range(2)]
        draws = [random.choice(sampler.clip_length, FRAMES // 2, replace=False) for _ in clips]
        jobs = [
            (*clip, int(frame)) for clip, some in zip(clips, draws, strict=True) for frame in some
        ]
        work = partial(look_at_person, file, shapes)
        places, seen = seen_by("3-D people", work, jobs, workers, file)
        aus = [sampler.state(*jobs[place]).aus.max(0) for place in places]
        return {**seen, "aus": np.array(aus, np.float32)}

    photographs = kept(out / "read.npz", read)
    rows = table.iloc[photographs.pop("row")]
    made = fit(
        Photographs(
            **photographs,
            train=(rows["part"] == "train").to_numpy(),
            neutral=(rows["expression"] == "neutral").to_numpy(),
        ),
        Avatars(**kept(out / "avatars.npz", avatars)),
        People(**kept(out / "people.npz", people)),
        names,
    )
    np.savez(out / "imitation.npz", allow_pickle=False, **made)
    print(f"{out / 'imitation.npz'}: copy it to src/norface_pl/teachers/")


if __name__ == "__main__":
    main()
