"""Photographed people and what a teacher reads from them."""

import math

import numpy as np
import pandas as pd
import pytest
import torch

from experiments.photo_faces import EMOTIONS, auc, load_avatars, load_photographs, see
from norface_pl.data.avatars import avatar_path, write_stamp
from norface_pl.data.prepared import TEACHER, PreparedFaces
from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder
from norface_pl.io.images import write_image
from norface_pl.sources.source import LANDMARKS
from tests.helpers.fake_teacher import FakeTeacher
from tests.helpers.photographs import write_photographs


def test_pictures_of_a_part_that_the_teacher_could_read(tmp_path):
    faces = write_photographs(tmp_path, people=3, unread=[4])
    found = load_photographs(faces, "test", 8)
    # Rows 0, 1 are of person 0; of 4, 5 (person 2) the teacher could not read the first.
    assert found.images[:, 0, 0, 0].tolist() == [0, 1, 5]
    assert found.images.shape == (3, 3, 8, 8)
    assert found.person.tolist() == [0, 0, 1]
    assert [EMOTIONS[place] for place in found.emotion[1:]] == ["happiness", "happiness"]
    # A word that is none of the five.
    assert found.emotion[0] == -1
    assert found.seen.logits.tolist() == [[0.0, 0.5], [1.0, 1.5], [5.0, 5.5]]
    assert found.seen.pose[2].tolist() == [5.0, 0.0, 0.0]
    picked = found.pick(found.emotion >= 0)
    assert picked.images[:, 0, 0, 0].tolist() == [1, 5]
    assert picked.seen.landmarks.shape == (2, 5, 2)


def test_landmarks_are_in_pixels_of_the_smaller_picture(tmp_path):
    faces = write_photographs(tmp_path, people=1)
    table = pd.read_parquet(tmp_path / TEACHER)
    table[list(LANDMARKS)] = 7.5
    table.to_parquet(tmp_path / TEACHER, index=False)
    # The middle of 16 pixels is the middle of 8, too.
    assert (load_photographs(faces, "test", 8).seen.landmarks == 3.5).all()


def test_without_a_teacher_or_a_part_it_is_refused(tmp_path):
    faces = write_photographs(tmp_path, people=1)
    with pytest.raises(NorfaceError, match="has nobody of the part val"):
        load_photographs(faces, "val", 8)
    (tmp_path / TEACHER).unlink()
    with pytest.raises(NorfaceError, match="has no teacher.parquet: prepare it with --teacher"):
        load_photographs(PreparedFaces.open(tmp_path, "folder"), "test", 8)


def test_avatars_are_those_of_the_pictures(tmp_path):
    faces = write_photographs(tmp_path, people=3, unread=[4])
    with pytest.raises(NorfaceError, match="has no avatars: prepare it with --avatar"):
        load_avatars(faces, "test", 8)
    for place, path in enumerate(faces.manifest["path"]):
        make_folder((tmp_path / avatar_path(path)).parent)
        write_image(tmp_path / avatar_path(path), np.full((16, 16, 3), 10 * place, np.uint8))
    write_stamp(tmp_path, "made")
    found = load_avatars(faces, "test", 8)
    assert found.shape == (3, 3, 8, 8)
    assert found[:, 0, 0, 0].tolist() == [0, 10, 50]


def test_what_a_teacher_cannot_read_is_missing(tmp_path):
    # It reads grey values but every third.
    grey = torch.arange(3, dtype=torch.uint8).view(3, 1, 1, 1).expand(3, 3, 4, 4)
    seen = see(FakeTeacher(tmp_path), grey)
    assert seen.logits[:2].tolist() == [[0, 0], [1, -1]]
    assert seen.pose[0].tolist() == [1, 2, 3]
    assert seen.landmarks[1].ravel().tolist() == list(range(10))
    assert seen.logits[2].isnan().all()
    assert np.isnan(seen.landmarks[2]).all()


def test_auc_leaves_out_what_has_no_score_and_knows_large_scores():
    truth = torch.tensor([True, False, True, False])
    # In single precision, a sigmoid of both is 1.
    assert auc(torch.tensor([31.0, 30.0, math.nan, 0.0]), truth) == 1
    assert auc(torch.tensor([0.0, 1.0, math.nan, 2.0]), truth) == 0
    assert math.isnan(auc(torch.zeros(4), torch.ones(4, dtype=torch.bool)))
