"""The faces that the normalizer draws worst."""

from types import SimpleNamespace

from norface_pl.callbacks import WorstFaces, worst_faces
from tests.helpers.watched import Shown, batch, trainer

# The error of a face is its own shade.
MODULE = SimpleNamespace(errors=lambda faces, redrawn: faces["image"].mean((1, 2, 3)))


def labels_of(monkeypatch, callback, *batches):
    """What stands before the rows, and above the columns."""
    said = []
    monkeypatch.setattr(worst_faces, "grid", lambda rows, *labels: said.append(labels))
    Shown(monkeypatch, worst_faces)
    callback.on_validation_epoch_start(trainer(), MODULE)
    for number, faces in enumerate(batches):
        drawn = 1 - faces["image"]
        callback.on_validation_batch_end(trainer(), MODULE, drawn, faces, number, 1)
    callback.on_validation_epoch_end(trainer(), MODULE)
    return said


def test_the_worst_of_all_batches_stand_first_with_key_and_error(monkeypatch):
    later = batch(4)
    later["key"] = [f"later_{number}" for number in range(4)]
    later["image"] = later["image"] + 0.05
    ((rows, columns, _),) = labels_of(monkeypatch, WorstFaces(faces=3), batch(5), later)
    assert rows == ["face_4  0.4000", "later_3  0.3500", "face_3  0.3000"]
    assert columns == ["I_o", "I_n", "oracle"]


def test_without_an_oracle_there_are_two_columns(monkeypatch):
    ((rows, columns, _),) = labels_of(monkeypatch, WorstFaces(faces=9), batch(2, oracle=False))
    assert (len(rows), columns) == (2, ["I_o", "I_n"])


def test_a_row_holds_original_normalized_and_oracle(monkeypatch):
    shown, faces, callback = Shown(monkeypatch, worst_faces), batch(3), WorstFaces(faces=1)
    callback.on_validation_batch_end(trainer(), MODULE, 1 - faces["image"], faces, 0, 1)
    callback.on_validation_epoch_end(trainer(), MODULE)
    cell, picture = worst_faces.CELL, shown.pictures["val/worst_faces"]
    left, middle = picture.shape[1] - 3 * (cell + 2), picture.shape[0] - cell // 2
    row = [int(picture[middle, left + place * (cell + 2) + 9, 0]) for place in range(3)]
    assert row == [51, 204, 26]


def test_training_people_and_pretraining_show_nothing(monkeypatch):
    shown, faces, callback = Shown(monkeypatch, worst_faces), batch(3), WorstFaces()
    callback.on_validation_batch_end(trainer(), MODULE, faces["image"], faces, 0, 0)
    callback.on_validation_batch_end(trainer(), MODULE, None, faces, 0, 1)
    callback.on_validation_epoch_end(trainer(), MODULE)
    assert shown.pictures == {}
