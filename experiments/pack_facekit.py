"""Packs the shapes of ICT-FaceKit (MIT) into the one file that `facekit` reads.

    git clone https://github.com/ICT-VGL/ICT-FaceKit
    python -m experiments.pack_facekit ICT-FaceKit data/facekit.npz

The file has neutral (V, 3) float32; faces (F, 4) int32, where a triangle repeats its last corner;
identity (100, V, 3) and expression (E, V, 3) float16, differences to neutral; expression_names
(E,); landmark_vertices (68,), in the order of iBUG's points. V is 26719.
"""

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

IDENTITIES = 100
NEUTRAL = "generic_neutral_mesh"
# Smaller differences are rounding of the release.
LEAST = 1e-4


def read_vertices(path: Path) -> NDArray[np.float32]:
    """Return the vertices (V, 3) of an OBJ file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return np.array([line.split()[1:4] for line in lines if line.startswith("v ")], np.float32)


def read_faces(path: Path) -> NDArray[np.int32]:
    """Return the faces (F, 4) of an OBJ file, counted from 0."""
    faces = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("f "):
            corners = [int(corner.partition("/")[0]) - 1 for corner in line.split()[1:]]
            faces.append([*corners, corners[-1]][:4])
    return np.array(faces, np.int32)


def pack(release: Path, packed: Path) -> None:
    """Read the folder of the release and write the file."""
    folder = release / "FaceXModel"
    neutral = read_vertices(folder / f"{NEUTRAL}.obj")
    stems = sorted(path.stem for path in folder.glob("*.obj"))
    names = [name for name in stems if not name.startswith("identity") and name != NEUTRAL]
    identities = [f"identity{number:03d}" for number in range(IDENTITIES)]

    def differences(of: list[str]) -> NDArray[np.float16]:
        parts = [(read_vertices(folder / f"{name}.obj") - neutral) for name in of]
        return np.stack([part.astype(np.float16) for part in parts])

    expression = differences(names)
    expression[np.abs(expression) < LEAST] = 0
    indices = json.loads((folder / "vertex_indices.json").read_text(encoding="utf-8"))
    np.savez_compressed(
        packed,
        neutral=neutral,
        faces=read_faces(folder / f"{NEUTRAL}.obj"),
        identity=differences(identities),
        expression=expression,
        expression_names=np.array(names),
        landmark_vertices=np.array(indices["idx_to_landmark_verts"], np.int32),
    )


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]))
