"""The packed file holds what the release's OBJ files say."""

import json

import numpy as np

from experiments.pack_facekit import IDENTITIES, NEUTRAL, pack

SQUARE = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]


def write_obj(path, vertices):
    lines = [f"v {x} {y} {z}" for x, y, z in vertices]
    lines += ["vt 0 0", "f 1/1 2/1 3/1 4/1", "f 1/1 2/1 3/1"]
    path.write_text("\n".join(lines), encoding="utf-8")


def test_differences_faces_and_landmarks(tmp_path):
    folder = tmp_path / "FaceXModel"
    folder.mkdir()
    write_obj(folder / f"{NEUTRAL}.obj", SQUARE)
    for number in range(IDENTITIES):
        write_obj(folder / f"identity{number:03d}.obj", [(x + number, y, z) for x, y, z in SQUARE])
    write_obj(folder / "jawOpen.obj", [(x, y - 0.5, z + 0.00001) for x, y, z in SQUARE])
    landmarks = {"idx_to_landmark_verts": [2, 0]}
    (folder / "vertex_indices.json").write_text(json.dumps(landmarks), encoding="utf-8")
    pack(tmp_path, tmp_path / "facekit.npz")
    with np.load(tmp_path / "facekit.npz", allow_pickle=False) as packed:
        assert packed["neutral"].tolist() == [list(map(float, corner)) for corner in SQUARE]
        assert packed["faces"].tolist() == [[0, 1, 2, 3], [0, 1, 2, 2]]
        assert packed["identity"][:, 0, 0].tolist() == list(range(IDENTITIES))
        assert packed["expression_names"].tolist() == ["jawOpen"]
        assert packed["expression"][0, 0].tolist() == [0, -0.5, 0]
        assert packed["landmark_vertices"].tolist() == [2, 0]
