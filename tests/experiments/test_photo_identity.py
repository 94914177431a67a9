"""Whether two pictures show one person."""

import numpy as np
import pytest
import torch

from experiments.photo_identity import CHIP, SIDE, DlibFaces, filled, two_each, verification
from norface_pl.errors import NorfaceError


def test_people_are_told_apart_by_the_distance_of_their_pictures():
    who = torch.eye(4) * 3
    assert verification(who, who + 0.1) == (1, 0)
    # Everybody looks more like the others than like themselves.
    assert verification(torch.tensor([[0.0], [9.0]]), torch.tensor([[9.0], [0.0]])) == (0, 0)
    # All look the same.
    assert verification(torch.zeros(4, 2), torch.zeros(4, 2)) == (0.5, 0)


def test_the_error_is_that_of_the_mean_over_people():
    first, second = torch.tensor([[0.0], [5.0]]), torch.tensor([[0.0], [90.0]])
    # Own distances 0 and 85, distances of two people 90 and 5: one is told, the other half.
    auc, error = verification(first, second)
    assert auc == 0.75
    assert error == pytest.approx(np.std([1, 0.5], ddof=1) / np.sqrt(2))


def test_the_first_two_pictures_of_everybody_who_has_two():
    assert two_each(torch.tensor([0, 1, 0, 2, 2, 0])).tolist() == [[0, 2], [3, 4]]


def test_missing_points_are_the_usual_ones():
    points = np.stack([np.full((5, 2), value) for value in (1.0, np.nan, 3.0)])
    assert filled(points)[:, 0, 0].tolist() == [1, 2, 3]


def test_the_network_is_shown_an_upright_chip_in_colours_from_0_to_255():
    given = []

    class Network:
        def setInput(self, blob):
            given.append(blob)

        def forward(self):
            return given[-1][:, :, 75, 75]

    faces = object.__new__(DlibFaces)
    faces._net = Network()
    images = torch.zeros(1, 3, 300, 300, dtype=torch.uint8)
    images[0, 0, :150], images[0, 2, 150:] = 200, 100
    # Twice as large as the chip: what is in its middle lies in that of the picture.
    points = CHIP * 2 * SIDE - 0.5
    assert faces.embed(images, points[None]).shape == (1, 3)
    blob = given[0]
    assert blob.shape == (1, 3, SIDE, SIDE)
    assert blob[0, :, 20, 20].tolist() == [200, 0, 0]
    assert blob[0, :, 130, 130].tolist() == [0, 0, 100]


def test_a_file_that_is_missing_or_no_network_is_refused(tmp_path):
    with pytest.raises(NorfaceError, match="give the folder that holds it with --weights"):
        DlibFaces(tmp_path / "dlib_face.onnx")
    (tmp_path / "dlib_face.onnx").write_text("no network", encoding="utf-8")
    with pytest.raises(NorfaceError, match="is no network that OpenCV can read"):
        DlibFaces(tmp_path / "dlib_face.onnx")
