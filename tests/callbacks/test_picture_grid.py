"""The grid of what the normalizer draws."""

from types import SimpleNamespace

import torch

from norface_pl.callbacks import PictureGrid, picture_grid
from tests.helpers.watched import Shown, batch, trainer

MODULE = SimpleNamespace(target=torch.ones(3, 8, 8))


def validate(callback, faces, outputs, loader=1):
    callback.on_validation_epoch_start(trainer(), MODULE)
    callback.on_validation_batch_end(trainer(), MODULE, outputs, faces, 0, loader)
    callback.on_validation_epoch_end(trainer(), MODULE)


def test_rows_are_original_target_normalized_and_oracle(monkeypatch):
    shown, faces = Shown(monkeypatch, picture_grid), batch(6)
    validate(PictureGrid(faces=2), faces, 1 - faces["image"])
    (picture,) = shown.pictures.values()
    cell = picture_grid.CELL
    # Every second face of six, and no more than two of them; pictures are two pixels apart.
    left = picture.shape[1] - 2 * (cell + 2)
    rows = [
        [int(picture[row * (cell + 2) + 9, left + column * (cell + 2) + 9, 0]) for column in (0, 1)]
        for row in range(4)
    ]
    assert rows == [[0, 51], [255, 255], [255, 204], [0, 26]]


def test_nothing_is_shown_of_training_people_or_while_nothing_is_drawn(monkeypatch):
    shown, faces = Shown(monkeypatch, picture_grid), batch(6)
    validate(PictureGrid(), faces, faces["image"], loader=0)
    validate(PictureGrid(), faces, None)
    assert shown.pictures == {}


def test_each_validation_has_its_own_grid(monkeypatch):
    shown, callback = Shown(monkeypatch, picture_grid), PictureGrid(faces=3)
    for count in (6, 3):
        faces = batch(count, oracle=False)
        validate(callback, faces, faces["image"])
    (picture,) = shown.pictures.values()
    assert picture.shape[0] == 3 * (picture_grid.CELL + 2)  # three rows: no oracle
