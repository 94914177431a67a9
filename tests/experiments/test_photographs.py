"""Photographs among drawn faces, and what is read from a neutral and a smiling picture each."""

import numpy as np
import pandas as pd
import pytest
import torch

from experiments.mixed_faces import FIRST_PHOTOGRAPHED, MixedFaces
from experiments.photograph_pairs import Pairs, identity, load_pairs, smile_auc, write_table
from experiments.photographs import section
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.runs import Run
from norface_pl.io.images import write_image
from tests.helpers.prepared import write_prepared
from tests.helpers.tiny import tiny_data

PEOPLE = 4


def listing():
    """The listing that `norface prepare folder` has of four people with two pictures each."""
    rows = [
        {
            "key": f"{folder}_{person}",
            "source": f"{folder}/{person}.jpg",
            "subject": str(person),
            "sequence": str(person),
            "frame": frame,
            "part": ("train", "test")[person % 2],
        }
        for person in range(PEOPLE)
        for frame, folder in enumerate(("neutral", "smiling"))
    ]
    return pd.DataFrame(rows)


def mixed(tmp_path, copies):
    write_prepared(tmp_path, "folder", listing(), size=16)
    drawn = tiny_data(image_size=16, batch_size=12, clips_per_batch=4, frames_per_clip=3)
    return MixedFaces(drawn, tmp_path, copies)


def test_people_of_the_training_part_join_those_of_stage_1_and_nobody_else(tmp_path):
    module = mixed(tmp_path, copies=2)
    drawn = module.drawn.dataset("unlabelled")
    joined = module.dataset("unlabelled")
    added = {name: column[len(drawn) :] for name, column in joined.columns.items()}
    # Two people, two clips each; two pictures fill three frames.
    assert len(joined) - len(drawn) == 2 * 2 * 3
    assert added["subject"].unique().tolist() == [FIRST_PHOTOGRAPHED, FIRST_PHOTOGRAPHED + 1]
    assert not set(added["clip"].tolist()) & set(drawn.columns["clip"].tolist())
    assert len(added["clip"].unique()) == 4
    assert len(set(joined.keys)) == len(joined)
    batch = joined.__getitems__(list(range(len(drawn), len(joined))))
    # Rows 0, 1 (person 0) and 4, 5 (person 2) of the manifest are of the training part.
    assert batch["image"][:, 0, 0, 0].tolist() == [0, 1, 0] * 2 + [4, 5, 4] * 2
    assert batch["pose"].isfinite().all()
    assert torch.equal(module.target_clips(), module.drawn.target_clips())
    for split in ("train", "val", "test"):
        assert module.dataset(split).keys == module.drawn.dataset(split).keys


def test_other_photographs_are_another_data_set(tmp_path):
    prints = {mixed(tmp_path, copies).fingerprint() for copies in (2, 3)}
    assert len(prints | {mixed(tmp_path, 2).fingerprint()}) == 2


def test_pairs_are_those_of_a_part_in_both_pictures(tmp_path):
    write_prepared(tmp_path, "folder", listing().drop(index=7), size=16)
    pairs = load_pairs(tmp_path, "test", 16)
    # Person 3 has lost a picture.
    assert pairs.images[:, 0, 0, 0].tolist() == [2, 3]
    assert pairs.smiling.tolist() == [False, True]
    assert pairs.person.tolist() == [0, 0]


def test_every_other_person_trains(tmp_path):
    for folder in ("neutral", "smiling"):
        (tmp_path / folder).mkdir()
        for person in range(5 if folder == "neutral" else 4):
            write_image(tmp_path / folder / f"{person:03d}.jpg", np.zeros((8, 8, 3), np.uint8))
    assert write_table(tmp_path, tmp_path / "out" / "table.csv") == 4
    table = pd.read_csv(tmp_path / "out" / "table.csv", dtype=str)
    assert table["path"].tolist()[:3] == ["neutral/000.jpg", "smiling/000.jpg", "neutral/001.jpg"]
    assert table.groupby("part")["subject"].unique().map(list).to_dict() == {
        "train": ["000", "002"],
        "test": ["001", "003"],
    }
    with pytest.raises(NorfaceError, match="has 0 people"):
        write_table(tmp_path / "out", tmp_path / "table.csv")


def test_a_smile_is_read_over_people_and_a_person_from_the_other_picture():
    torch.manual_seed(0)
    person = torch.arange(20).repeat_interleave(2)
    smiling = torch.arange(40) % 2 == 1
    pairs = Pairs(torch.zeros(40, 3, 8, 8, dtype=torch.uint8), person, smiling)
    who = torch.eye(20)[person]
    smile = smiling.float()[:, None]
    assert smile_auc(torch.cat([who, smile], 1), pairs) == 1
    # Nothing that a person alone shows tells of the smile, and the other way round.
    assert smile_auc(torch.zeros(40, 3), pairs) == 0.5
    assert identity(torch.cat([who, smile], 1), pairs) == 1
    assert identity(smile, pairs) == pytest.approx(1 / 20)


def test_the_page_names_source_people_and_gap():
    reading = {"smile_auc": 0.75, "identity": 0.25, "spread": 0.125}
    record = NormalizerRecord(
        protocol="mine",
        run=Run(None, 0, "london"),
        data="synthetic",
        options={},
        stamp="",
        seconds={"all": 3600},
        environment={"commit": "abcdef123456", "torch": "2.15"},
        readings={"original": reading, "drawn": reading},
        code={},
        people={"people": 62, "trained_on": 31, "read_from": 30},
        columns={},
    )
    text = "\n".join(section(record, "faces.jpg"))
    assert "| I_n, trained on drawn faces only | 0.750 | 0.250 | 0.125 |" in text
    assert "| chance | 0.500 | 0.033 |" in text
    assert "CC BY 4.0" in text
    assert "of the 30 others" in text
    assert "domain gap" in text
