"""A stand-in for ICT-FaceKit's shapes: a coarse head of a few hundred vertices, same arrays."""

import numpy as np

from norface_pl.facekit.shapes import EYE, FACE, SOCKET

# The person's left half of iBUG's 68 points, x to the right of the picture and y up, in cm.
BROW = [(1.2, 5.5), (2.3, 6.0), (3.4, 6.1), (4.6, 5.9), (5.7, 5.2)]
EYES = [(1.9, 3.3), (2.6, 3.9), (3.7, 4.0), (4.5, 3.4), (3.7, 2.9), (2.6, 2.8)]
JAW = [(7.3, 3.6), (7.2, 1.0), (6.9, -1.2), (6.2, -3.2), (5.2, -5.0), (4.0, -6.2), (2.8, -7.0)]
JAW += [(1.4, -7.5)]
LIPS = [(-2.5, -3.5), (-1.6, -2.8), (-0.6, -2.5), (0, -2.6), (0.6, -2.5), (1.6, -2.8), (2.5, -3.5)]
LIPS += [(1.6, -4.2), (0.7, -4.5), (0, -4.5), (-0.7, -4.5), (-1.6, -4.2)]
INNER = [(-2.2, -3.5), (-1, -3.3), (0, -3.3), (1, -3.3), (2.2, -3.5), (1, -3.6), (0, -3.6)]
INNER += [(-1, -3.6)]
# Shape -> (x, y) of its middle in the person's left half, (dx, dy) of the move, reach in cm.
MOVES = {
    "browInnerUp": (1.5, 5.7, 0, 0.6, 1.2),
    "browOuterUp": (4.8, 5.8, 0, 0.8, 1.2),
    "browDown": (2.5, 5.8, -0.2, -0.6, 1.8),
    "eyeWide": (3.2, 4.0, 0, 0.35, 0.7),
    "eyeBlink": (3.2, 4.0, 0, -1.0, 0.7),
    "eyeSquint": (3.2, 2.8, 0, 0.35, 0.7),
    "eyeLookDown": (3.2, 4.0, 0, -0.1, 0.5),
    "eyeLookUp": (3.2, 4.0, 0, 0.1, 0.5),
    "eyeLookIn": (3.2, 3.4, -0.1, 0, 0.5),
    "eyeLookOut": (3.2, 3.4, 0.1, 0, 0.5),
    "cheekRaiser": (5.0, 1.0, 0, 0.6, 1.5),
    "cheekSquint": (5.0, 1.0, 0, 0.5, 1.5),
    "noseSneer": (1.4, -0.5, 0, 0.7, 1.2),
    "mouthUpperUp": (1.6, -2.8, 0, 0.7, 0.8),
    "mouthSmile": (2.5, -3.5, 0.5, 1.0, 1.2),
    "mouthDimple": (2.5, -3.5, 0.5, 0, 1.0),
    "mouthFrown": (2.5, -3.5, 0.1, -0.6, 1.0),
    "mouthStretch": (2.5, -3.5, 0.8, -0.3, 1.0),
    "mouthPress": (1.6, -3.5, 0, 0.3, 0.8),
    "mouthLowerDown": (1.2, -4.3, 0, -0.6, 1.5),
}
WHOLE = {
    "jawOpen": (0, -7.0, 0, -3.0, 2.6),
    "mouthClose": (0, -3.5, 0, 0.1, 1.0),
    "mouthShrugLower": (0, -5.5, 0, 0.8, 1.5),
    "mouthShrugUpper": (0, -2.5, 0, 0.3, 1.0),
    "mouthRollUpper": (0, -2.6, 0, -0.4, 1.0),
    "mouthRollLower": (0, -4.4, 0, 0.5, 1.0),
    "mouthPucker": (0, -3.5, 0, 0.1, 1.5),
}


def _grid(x, y, z):
    """Vertices of a grid and its quads, counter-clockwise as seen by the viewer."""
    rows, columns = x.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    quads = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], -1)
    return np.stack([x, y, z], -1).reshape(-1, 3), quads.reshape(-1, 4)


def _mirrored(points):
    return [(-x, y) for x, y in points]


def _marks():
    eye = _mirrored(EYES)
    right_eye = [eye[3], eye[2], eye[1], eye[0], eye[5], eye[4]]
    nose = [(0, 3.7), (0, 2.6), (0, 1.5), (0, 0.4)]
    base = [(-1.2, -1), (-0.6, -1.1), (0, -1.2), (0.6, -1.1), (1.2, -1)]
    marks = [*_mirrored(JAW), (0, -7.6), *JAW[::-1], *_mirrored(BROW)[::-1], *BROW, *nose, *base]
    return np.array([*marks, *right_eye, *EYES, *LIPS, *INNER])


def write_shapes(path):
    """Writes the stand-in and returns its path."""
    y, x = np.meshgrid(np.linspace(9, -9, 19), np.linspace(-8.4, 8.4, 19), indexing="ij")
    dome = 12 * np.sqrt(np.clip(1.15 - (x / 9.5) ** 2 - (y / 12) ** 2, 0, None)) - 1
    nose = 2.2 * np.exp(-(x**2) / 1.5 - (y - 0.4) ** 2 / 4)
    skin, quads = _grid(x, y, dome + nose)
    # The eyes are holes in the skin with a ball behind each.
    middles = skin[quads].mean(1)
    hole = (np.abs(np.abs(middles[:, 0]) - 3.2) < 0.6) & (np.abs(middles[:, 1] - 3.4) < 0.5)
    vertices, faces, part = [skin], [quads[~hole]], [np.full(len(skin), FACE)]
    for centre, radius, kind in (
        ((-3.2, 3.4), 1.4, EYE),
        ((3.2, 3.4), 1.4, EYE),
        ((0, -3.5), 2, SOCKET),
    ):
        v, u = np.meshgrid(np.linspace(1, -1, 7), np.linspace(-1, 1, 7), indexing="ij")
        depth = np.sqrt(np.clip(2.2 - u**2 - v**2, 0, None))
        ball, of_ball = _grid(centre[0] + radius * u, centre[1] + radius * v, 7.2 + depth)
        faces.append(of_ball + sum(map(len, vertices)))
        vertices.append(ball)
        part.append(np.full(len(ball), kind))
    # Each landmark is a vertex of its own, in no quad but near enough to move with the skin.
    marks = _marks()
    height = np.array([skin[np.hypot(*(skin[:, :2] - mark).T).argmin(), 2] for mark in marks])
    first = sum(map(len, vertices))
    vertices.append(np.column_stack([marks, height]))
    part.append(np.full(len(marks), FACE))
    neutral = np.concatenate(vertices)
    corners = np.arange(first, first + len(marks))
    faces.append(np.stack([corners] * 4, 1))
    shapes = {}
    for name, (cx, cy, dx, dy, reach) in MOVES.items():
        for side, sign in (("L", 1), ("R", -1)):
            shapes[f"{name}_{side}"] = _bump(neutral, sign * cx, cy, sign * dx, dy, reach)
    for name, move in WHOLE.items():
        shapes[name] = _bump(neutral, *move)
    rng = np.random.default_rng(0)
    identity = np.stack(
        [_bump(neutral, *rng.uniform(-6, 6, 2), *rng.normal(0, 0.2, 2), 3) for _ in range(9)]
    )
    np.savez(
        path,
        neutral=neutral.astype(np.float32),
        faces=np.concatenate(faces).astype(np.int32),
        identity=identity.astype(np.float16),
        expression=np.stack(list(shapes.values())).astype(np.float16),
        expression_names=np.array(list(shapes)),
        landmark_vertices=corners.astype(np.int32),
        part=np.concatenate(part).astype(np.uint8),
    )
    return path


def _bump(neutral, x, y, dx, dy, reach):
    gap = np.hypot(neutral[:, 0] - x, neutral[:, 1] - y) / reach
    return np.exp(-gap * gap)[:, None] * np.array([dx, dy, 0.0])
