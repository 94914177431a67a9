"""What `norface serve` answers, what it refuses, and what it leaves behind."""

import io
import re
from types import SimpleNamespace

import cv2
import numpy as np
import pandas as pd
import pytest
import torch
import urllib3

from norface_pl.analysis.analyzer import Analyzer
from norface_pl.analysis.choice import Choice
from norface_pl.analysis.report import Parts
from norface_pl.app import reader
from norface_pl.classifier.moe import Mixed
from norface_pl.inference.stages import Stages
from norface_pl.io.images import write_image
from tests.helpers.analysis import FakeClassifier, FakeNormalizer
from tests.helpers.faces import FakeDetector, black, draw_face
from tests.helpers.films import write_film
from tests.helpers.served import served, tiny_analyzer, upload


def png(picture):
    return cv2.imencode(".png", picture[..., ::-1])[1].tobytes()


def frame_of(table):
    return pd.read_csv(io.StringIO(table))


class TargetNormalizer(FakeNormalizer):
    """Redraws everybody as its target, or, where it knows one alone, as that of its training."""

    def __init__(self, alone):
        super().__init__()
        self.target, self.alone = torch.zeros(3, 16, 16), alone

    def set_target(self, face):
        self.target = face

    def normalize(self, images):
        shown = torch.zeros(3, 16, 16) if self.alone else self.target
        return shown.expand_as(images)


class PlainClassifier(FakeClassifier):
    """One without experts."""

    def forward(self, image, normalized):
        return SimpleNamespace(mixtures={"input": Mixed(image)})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


def test_a_picture_is_read_as_the_command_reads_it_and_nothing_stays(folder, tmp_path):
    analyzer = tiny_analyzer()
    write_image(tmp_path / "a.png", draw_face())
    analyzer.save(tmp_path / "a.png", tmp_path / "out", Parts())
    with served(analyzer, folder) as address:
        status, answer = upload(address, file=("a.png", png(draw_face())))
    assert status == 200
    expected = pd.read_csv(tmp_path / "out" / "aus.csv")
    found = frame_of(answer["table"])
    assert found["source"].tolist() == ["a.png"]
    pd.testing.assert_frame_equal(found.drop(columns="source"), expected.drop(columns="source"))
    shown = re.findall(r'class="value probability"[^>]*>([\d.]+)<', answer["body"])
    assert shown == [f"{expected.loc[0, name]:.2f}" for name in ("AU01", "AU04", "AU12")]
    assert list(folder.iterdir()) == []


def test_gates_are_shown_of_models_that_have_some(folder):
    with served(tiny_analyzer(), folder) as address:
        _, answer = upload(address, file=("a.png", png(draw_face())))
    assert re.findall(r"<caption>([\w ]+)<", answer["body"]) == [
        *("input", "output", "output original", "output normalized"),
    ]
    units = ["AU1", "AU4", "AU12"]
    heads = re.findall(r"<th>([\w ]*)<", answer["body"])
    assert heads == ["", "1", "2", "all labels", *["", "1", "2", *units] * 3]
    rows = re.findall(r"<tr>(<th>\w.*?)</tr>", answer["body"], re.S)
    assert len(rows) == 10
    for row in rows:
        percent = [int(text) for text in re.findall(r">(\d+)</td>", row)]
        assert len(percent) == 2
        assert sum(percent) in (99, 100, 101)


def test_a_film_is_read_in_steps_that_bound_it(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "FRAMES", 4)
    film = write_film(tmp_path / "a.mp4", [100] * 10)
    with served(tiny_analyzer(), folder) as address:
        status, answer = upload(address, file=("a.mp4", film.read_bytes()))
    assert status == 200
    assert frame_of(answer["table"])["frame"].tolist() == [0, 3, 6, 9]
    assert "One frame of 3 was read." in answer["body"]
    assert 'class="curves"' in answer["body"]
    assert list(folder.iterdir()) == []


def test_a_film_whose_length_nobody_knows_is_left_at_some_time(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "FRAMES", 4)
    film = write_film(tmp_path / "a.webm", [100] * 10)
    with served(tiny_analyzer(batch_size=2), folder) as address:
        _, answer = upload(address, file=("a.webm", film.read_bytes()))
    assert frame_of(answer["table"])["frame"].tolist() == [0, 1, 2, 3]
    assert "At most the first 4 frames were read." in answer["body"]


def test_what_cannot_be_read_is_one_sentence_with_the_name_that_its_owner_knows(folder):
    with served(tiny_analyzer(), folder) as address:
        refusals = [
            upload(address, file=("b.png", png(black()))),
            upload(address, file=("c.png", b"no picture")),
            upload(address, file=("../../d.txt", b"no picture")),
            upload(address, file=("e.mp4", b"no film")),
            upload(address, other=("f.png", b"")),
        ]
    assert [status for status, _ in refusals] == [400] * 5
    sentences = [answer["error"] for _, answer in refusals]
    assert sentences[0] == "b.png: no face found"
    assert sentences[1].startswith("c.png: c.png is truncated or not a picture")
    assert sentences[2].endswith("d.txt is no picture and no film that can be read")
    assert "e.mp4 holds no video that OpenCV can read" in sentences[3]
    assert sentences[4] == "there is no picture or film in what was sent"
    assert not any(str(folder) in sentence for sentence in sentences)
    assert list(folder.iterdir()) == []


def test_large_uploads_are_refused_before_they_are_taken(folder):
    with served(tiny_analyzer(), folder) as address:
        status, answer = upload(address, file=("a.png", b"0" * 1_000_001))
    assert status == 413
    assert answer["error"] == "an upload may have 1 MB; --limit sets it"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("alone", [False, True])
def test_another_target_person_is_taken_where_the_networks_can_draw_one(folder, alone):
    normalizer = TargetNormalizer(alone)
    stages = Stages(normalizer, PlainClassifier(), torch.device("cpu"))
    with served(Analyzer(stages, FakeDetector(), Choice()), folder) as address:
        files = {"file": ("a.png", png(draw_face())), "target": ("b.png", png(draw_face(1)))}
        status, answer = upload(address, **files)
        _, again = upload(address, file=files["file"])
    # The second value is how light the redrawn face is; the trained target is black.
    assert frame_of(again["table"]).loc[0, "AU12"] == 0
    assert not normalizer.target.any()
    if alone:
        assert status == 400
        assert "redraw faces as the person of their training only" in answer["error"]
    else:
        assert frame_of(answer["table"]).loc[0, "AU12"] > 0.2
        assert "<caption>" not in answer["body"]


def test_a_target_without_a_face_is_refused(folder):
    with served(tiny_analyzer(), folder) as address:
        files = {"file": ("a.png", png(draw_face())), "target": ("b.png", png(black()))}
        status, answer = upload(address, **files)
    assert (status, answer["error"]) == (
        400,
        "nobody can be redrawn as the other face: no face found",
    )


def test_the_page_answers_to_its_own_name_only_and_asks_nothing_of_others(folder):
    with served(tiny_analyzer(), folder) as address:
        page = urllib3.request("GET", address)
        other = urllib3.request("GET", address, headers={"Host": "example.org"})
    assert other.status == 400
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "://" not in page.data.decode()
    assert set(re.findall(r'(?:src|href)="(\w*:?)', page.data.decode())) == {"data:"}
    assert np.frombuffer(page.data, np.uint8).size < 100_000
