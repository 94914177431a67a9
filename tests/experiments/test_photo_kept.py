"""What is kept of the expression, and what else shows."""

import math

import pytest
import torch

from experiments.photo_kept import (
    correlations,
    found_by_all,
    grey,
    light_read,
    load_networks,
    most_active,
)
from norface_pl.errors import NorfaceError


def test_channels_correlate_over_pictures_that_were_read_in_both():
    one = torch.tensor([[0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [2.0, 2.0, 1.0], [9.0, 9.0, 9.0]])
    other = torch.tensor([[5.0, 4.0, 0.0], [7.0, 2.0, 1.0], [9.0, 0.0, 2.0], [math.nan, 0.0, 0.0]])
    found = correlations(one, other)
    assert found[:2].tolist() == pytest.approx([1, -1])
    # A channel that never moves correlates with nothing.
    assert math.isnan(found[2])


def test_active_is_what_moves_the_coefficient_not_the_logit():
    logits = torch.tensor([[-90.0, 0.0, -1.0], [-20.0, 0.1, 1.0]])
    assert most_active(logits, 2).tolist() == [2, 1]
    assert most_active(logits, 9).tolist() == [2, 1, 0]


def test_grey_is_the_mean_of_the_colours():
    image = torch.tensor([0, 51, 102], dtype=torch.uint8).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    torch.testing.assert_close(grey(image), torch.full((1, 256), 0.2))


def test_light_is_read_from_what_shows_it_and_not_from_one_picture_for_all():
    torch.manual_seed(0)
    left, right = torch.randint(0, 255, (2, 60, 1, 1, 1)).byte()
    halves = [side.expand(60, 3, 16, 8) for side in (left, right)]
    images, person = torch.cat(halves, 3), torch.arange(60)
    assert light_read(images, images, person) > 0.9
    assert light_read(images, torch.full_like(images, 100), person) < 0.01
    # Mirrored pictures show it all the same.
    assert light_read(images, images.flip(3), person) > 0.9


class Network:
    """Finds a face in pictures that are bright at their edge; keeps the sizes that it was shown."""

    def __init__(self, least):
        self.least, self.shapes = least, set()

    def detect(self, image):
        self.shapes.add(image.shape)
        return ["face"] if image[0, 0, 0] >= self.least else []


def test_a_face_counts_that_every_detector_finds():
    images = torch.tensor([0, 100, 200, 250]).byte().view(4, 1, 1, 1).expand(4, 3, 8, 8)
    networks = [Network(50), Network(150)]
    assert found_by_all(networks, images) == 0.5
    assert found_by_all(networks[:1], images) == 0.75
    # A quarter of the side on every side, which continues the picture.
    assert networks[0].shapes == {(12, 12, 3)}


def test_both_detectors_are_needed(tmp_path):
    with pytest.raises(NorfaceError, match="no weights of yunet"):
        load_networks(tmp_path)
