import numpy as np
import pandas as pd
import pytest

from norface_pl.analysis import neutral
from norface_pl.analysis.neutral import low_ends
from norface_pl.analysis.relative import taken_off
from norface_pl.analysis.thinned import Thinned
from norface_pl.errors import NorfaceError
from norface_pl.io.images import write_image
from tests.helpers.analysis import fake_analyzer
from tests.helpers.films import write_film


def grey(level):
    return np.full((32, 32, 3), level, np.uint8)


def logit(p):
    return np.log(p / (1 - p))


def off(task, values, rest, usual):
    names = ["a", "b", "c"][: len(values)]
    given = (np.array(each, np.float32) for each in (values, rest, usual))
    return taken_off(*given, {task: names}).tolist()


def test_action_units_move_by_what_lies_between_both_rests():
    # At rest a face reads what any face does; the same distance above it stays the same.
    assert off("au_detection", [0.6, 0.9], [0.6, 0.6], [0.02, 0.02]) == pytest.approx(
        [0.02, 1 / (1 + np.exp(-(logit(0.9) - logit(0.6) + logit(0.02))))], abs=1e-6
    )
    # Far below any probability that has a meaning, nothing is gained.
    low = off("au_detection", [0.01], [1e-9], [0.02])
    assert low == off("au_detection", [0.01], [1e-3], [0.02])
    assert off("au_intensity", [1.5, 1.0, 5.0], [0.5, 2.0, 0.0], [9, 9, 9]) == [1.0, 0.0, 5.0]


def test_emotions_and_affect_are_relative_too():
    found = off("expression", [0.2, 0.8], [0.2, 0.8], [0.9, 0.1])
    assert found == pytest.approx([0.9, 0.1], abs=1e-6)
    assert sum(off("expression", [0.5, 0.5], [0.2, 0.8], [0.9, 0.1])) == pytest.approx(1)
    assert off("valence_arousal", [0.5, -0.9], [0.25, 0.5], [0, 0]) == [0.25, -1.0]


def test_a_task_whose_rest_is_not_known_stays():
    assert off("expression", [0.25, 0.75], [np.nan] * 2, [0.5, 0.5]) == [0.25, 0.75]


def test_a_picture_of_the_neutral_face_makes_all_values_relative(tmp_path):
    write_image(tmp_path / "rest.png", grey(102))
    analyzer = fake_analyzer(neutral=tmp_path / "rest.png")
    with pytest.warns(UserWarning, match="1 times no face was read"):
        table = analyzer([grey(102), grey(153), grey(0)])
    assert list(table) == analyzer.columns
    assert list(table)[-1] == "neutral"
    # The target face, at rest, reads 0.1 and 0.9.
    assert table["AU01"].tolist()[0] == pytest.approx(0.1, abs=2e-3)
    assert table["AU12"].tolist()[0] == pytest.approx(0.9, abs=2e-3)
    more = logit(0.6) - logit(0.4) + logit(0.1)
    assert logit(table["AU01"][1]) == pytest.approx(more, abs=0.03)
    assert table["neutral"].tolist() == [str(tmp_path / "rest.png")] * 2 + [pd.NA]


def test_the_low_end_of_a_film_is_taken_face_by_face(tmp_path, monkeypatch):
    monkeypatch.setattr(neutral, "LEAST", 10)
    levels = [60] * 4 + [100] * 6
    write_film(tmp_path / "a.mp4", levels)
    write_film(tmp_path / "b.mp4", [160] * 10)
    write_film(tmp_path / "short.mp4", [160] * 9)
    films = [tmp_path / name for name in ("a.mp4", "b.mp4", "short.mp4")]
    raw = fake_analyzer(task="au_intensity")(films)["AU01_intensity"].to_numpy()
    table = fake_analyzer(task="au_intensity", neutral="auto", batch_size=3)(films)
    found = table["AU01_intensity"].to_numpy()
    assert found[:10] == pytest.approx((raw[:10] - np.quantile(raw[:10], 0.1)).clip(0), abs=1e-6)
    assert found[10:20] == pytest.approx(0, abs=0.02)
    # Too short to have a low end: as it was read, and the table says so.
    assert found[20:].tolist() == raw[20:].tolist()
    assert table["neutral"].notna().tolist() == [True] * 20 + [False] * 9
    assert set(table["neutral"].dropna()) == {"auto"}


def test_only_action_units_have_a_low_end():
    class Reading:
        owners, values = [("film", 0)], np.ones((1, 4), np.float32)

    labels = {"au_detection": ["AU1"], "au_intensity": ["AU1"], "expression": ["a", "b"]}
    (rest,) = low_ends([Reading] * 20, labels).values()
    assert np.isnan(rest).tolist() == [False, False, True, True]


def test_a_long_film_keeps_few_rows_and_no_batch(monkeypatch):
    """A rising curve: however many of its rows are kept, they are spread over all of it."""
    kept = []

    class Watched(Thinned):
        def __init__(self, most):
            super().__init__(most)
            kept.append(self)

    class Reading:
        def __init__(self, first):
            self.values = np.arange(first, first + 50, dtype=np.float32)[:, None]
            self.owners = [("film", 0)] * 50

    monkeypatch.setattr(neutral, "Thinned", Watched)
    readings = [Reading(first) for first in range(0, 50_000, 50)]
    (low,) = low_ends(readings, {"au_detection": ["AU1"]}).values()
    (sample,) = kept
    assert 512 <= len(sample.kept) <= 1024
    assert not any(
        np.shares_memory(row, each.values) for row in sample.kept[:9] for each in readings
    )
    assert low == pytest.approx(5000, abs=100)


def test_what_is_no_neutral_face_is_one_sentence(tmp_path):
    write_image(tmp_path / "black.png", grey(0))
    film = write_film(tmp_path / "a.mp4", [60] * 3)
    for given, source, task, reason in (
        (tmp_path / "black.png", film, "au_detection", "black.png, which cannot be read: no face"),
        (film, film, "au_detection", "a.mp4, which is no picture; give one, or auto"),
        (tmp_path, film, "au_detection", "which is no picture"),
        ("auto", grey(51), "au_detection", "reads films twice, and picture_0 is none; give a pict"),
        ("auto", 0, "au_detection", "reads films twice, and camera_0 is none"),
        ("auto", film, "expression", "the model reads no action units; give a picture"),
    ):
        with pytest.raises(NorfaceError, match=reason):
            fake_analyzer(neutral=given, task=task)(source)
