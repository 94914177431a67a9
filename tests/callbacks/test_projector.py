"""Original and normalized faces as points."""

from types import SimpleNamespace

import torch
from lightning.pytorch.loggers import TensorBoardLogger

from norface_pl.callbacks import Projector
from norface_pl.callbacks.projector import projected
from tests.helpers.stages import tiny_classifier, tiny_normalizer
from tests.helpers.watched import batch, trainer


class Data:
    """Eight validation faces of four people."""

    labels_by_task = {"au_detection": ["AU1", "AU12"]}  # noqa: RUF012, as a datamodule's

    def dataset(self, split):
        return {"val": range(8)}[split]

    def called(self, subject):
        return f"P{subject}"


def write(tmp_path, module, outputs, shown, loader=0, **settings):
    """The files that a fit of one validation leaves."""
    logger = TensorBoardLogger(tmp_path, name="", version="")
    running = trainer(datamodule=Data())
    running.loggers = [logger]
    callback = Projector(**settings)
    callback.on_validation_batch_end(running, module, outputs, shown, 0, loader)
    callback.on_train_end(running, module)
    return tmp_path / "00007" / "faces"


def test_stage_1_has_a_point_for_each_picture_of_every_second_face(tmp_path):
    faces = batch(8, size=32)
    found = write(tmp_path, tiny_normalizer(), faces["image"] / 2, faces, loader=1, faces=4)
    lines = (found / "metadata.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == ["picture", "person", "AU1", "AU12", "face"]
    assert lines[1:3] == ["I_o\tP0\t0\t0\tface_0", "I_o\tP1\t0\t0\tface_2"]
    assert [line.split("\t")[0] for line in lines[1:]] == ["I_o"] * 4 + ["I_n"] * 4
    points = (found / "tensors.tsv").read_text(encoding="utf-8").splitlines()
    assert len(points) == 8
    assert (found / "sprite.png").is_file()
    settings = (tmp_path / "projector_config.pbtxt").read_text(encoding="utf-8")
    assert 'tensor_name: "faces:00007"' in settings


def test_stage_2_has_what_the_backbone_sees(tmp_path):
    faces = batch(8, size=32) | {"normalized": torch.rand(8, 3, 32, 32)}
    features = torch.rand(8, 2, 5)
    found = write(tmp_path, tiny_classifier(), features, faces, faces=8)
    points = torch.tensor(
        [
            [float(value) for value in line.split("\t")]
            for line in (found / "tensors.tsv").read_text(encoding="utf-8").splitlines()
        ]
    )
    given = features.transpose(0, 1).flatten(0, 1)
    # Principal components turn the points and scale them all alike.
    ratio = torch.cdist(points, points)[0, 1:] / torch.cdist(given, given)[0, 1:]
    assert torch.allclose(ratio, ratio[0].expand(15), rtol=1e-2)


def test_people_that_are_trained_on_are_no_points(tmp_path):
    faces = batch(8, size=32)
    assert not write(tmp_path, tiny_normalizer(), faces["image"], faces, loader=0).exists()
    assert not write(tmp_path, tiny_normalizer(), None, faces, loader=1).exists()


def test_points_keep_their_distances_in_shares_of_the_spread():
    points = torch.tensor([[3.0, 4.0], [-3.0, -4.0], [0.0, 0.0]]) + 7
    found = projected(points)
    # Two points at a distance of 5 from the middle: a root mean square of 5 sqrt(2 / 3).
    assert found[0].norm().item() == (round((3 / 2) ** 0.5, 4))
    assert found[2].abs().max().item() == 0


def test_a_fit_without_validation_writes_nothing(tmp_path):
    Projector().on_train_end(SimpleNamespace(), None)
