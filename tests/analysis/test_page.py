"""The page about what was read: what it shows, and what it leaves out."""

import re

import numpy as np
import pytest

from norface_pl.analysis.cards import bar
from norface_pl.analysis.measures import Scale, measures_of
from norface_pl.analysis.page import Page
from norface_pl.analysis.report import Parts
from norface_pl.analysis.sources import find_sources
from norface_pl.errors import NorfaceError
from norface_pl.io.images import write_image
from tests.helpers.analysis import fake_analyzer
from tests.helpers.films import write_film


def grey(level, side=32):
    return np.full((side, side, 3), level, np.uint8)


def page_of(given, analyzer=None):
    analyzer = analyzer or fake_analyzer()
    page = analyzer.page()
    for reading in analyzer.stream(find_sources(given)):
        page.add(reading)
    return page


def texts(body, name):
    """What elements of a class say."""
    return re.findall(rf'class="{name}"[^>]*>([^<]*)<', body)


def test_measures_are_in_the_order_of_the_table_and_columns_of_one_stand_together():
    columns = ["AU01", "AU43", "emotion", "p_anger", "valence", "AU01_intensity"]
    found = measures_of(columns, {"AU01": 0.3})
    assert [(each.name, each.title) for each in found] == [
        ("AU01", "Inner Brow Raiser"),
        ("AU43", "Eyes Closed"),
        ("anger", ""),
        ("valence", ""),
    ]
    assert found[0].scales == (
        Scale("AU01", "probability", 0, 1, 0.3),
        Scale("AU01_intensity", "intensity", 0, 5),
    )
    assert [each.scales[0].kind for each in found[2:]] == ["probability", "affect"]


def test_bars_begin_at_zero_and_reach_their_threshold_or_not():
    chance = Scale("AU01", "probability", 0, 1, 0.3)
    assert bar(chance, 0.3).present
    assert not bar(chance, 0.299).present
    assert (bar(chance, 0.25).left, bar(chance, 0.25).width, bar(chance, 0.25).text) == (
        0,
        25,
        "0.25",
    )
    affect = Scale("valence", "affect", -1, 1)
    assert [(b.left, b.width) for b in (bar(affect, -0.5), bar(affect, 1))] == [(25, 25), (50, 50)]
    unknown = bar(chance, np.nan)
    assert (unknown.width, unknown.text, unknown.present) == (0, "–", False)


def test_faces_of_pictures_have_bars_and_frames_without_one_are_told():
    body = page_of([grey(51), grey(0), grey(204)]).body()
    assert texts(body, "value probability") == ["0.20", "0.80", "0.80", "0.20"]
    assert body.count("<article") == 2
    assert "3 pictures,\n2 faces</p>" in body
    assert "<li>picture_1: no face found</li>" in body
    assert 'class="curves"' not in body


def test_emotions_and_doubts_are_words():
    body = page_of(grey(51), fake_analyzer(task="expression")).body()
    assert texts(body, "emotion") == ["anger"]
    # The fake's face is as large as an aligned one, so half of it is large enough.
    assert texts(body, "doubt") == []
    small = fake_analyzer()
    small.stages.normalizer.image_size = 128
    assert texts(page_of(grey(51), small).body(), "doubt") == ["doubtful: small"]


def test_a_film_has_curves_of_the_faces_that_were_seen_longest(tmp_path):
    film = write_film(tmp_path / "a.mp4", [80, 120, 0, 160, 200])
    body = page_of(film).body()
    assert body.count('class="curves"') == 1
    assert '"times": [0.0, 0.1, 0.3, 0.4]' in body
    assert re.search(r'class="probability" d="M0\.0 6\d\.\dL250\.0 5\d\.\dL750\.0 3', body)
    assert "<li>frame 2: no face found</li>" in body
    assert "frame 3, 0.30 s" in body
    # One moment is no curve.
    assert 'class="curves"' not in page_of(write_film(tmp_path / "b.mp4", [80])).body()


def test_a_long_film_makes_no_larger_page(tmp_path):
    film = write_film(tmp_path / "a.mp4", [100] * 500)
    page = page_of(film)
    body = page.body()
    assert "500 frames,\n500 faces, of which one of 32 is shown below" in body
    assert body.count("<article") == 16
    assert "One of 2 moments is drawn." in body
    assert len(body) < 100_000


def test_films_that_are_not_shown_are_counted(tmp_path):
    films = [write_film(tmp_path / f"{n:02}.mp4", [100]) for n in range(14)]
    body = page_of(films).body()
    assert body.count("<section>") == 12
    assert "2 more films were read, and are not shown." in body


def test_names_cannot_write_html(tmp_path):
    path = tmp_path / "<script>alert(1)<"
    write_image(tmp_path / "a.png", grey(51))
    (tmp_path / "a.png").rename(path.with_suffix(".png"))
    body = page_of(path.with_suffix(".png")).body()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)&lt;.png" in body


def test_the_file_holds_all_that_it_needs(tmp_path):
    page_of([grey(51)]).write(tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "function activate(root)" in text
    assert "default-src 'none'" in text
    assert set(re.findall(r'(?:src|href)="(\w+:)', text)) == {"data:"}
    assert "://" not in text


def test_a_report_is_written_beside_the_results(tmp_path, capsys):
    report = tmp_path / "new" / "report.html"
    fake_analyzer("synthetic, seed 0").save(grey(51), tmp_path / "out", Parts(report=report))
    assert f"page: {report}\n" in capsys.readouterr().out
    assert "These networks were trained on drawn faces" in report.read_text(encoding="utf-8")
    with pytest.raises(NorfaceError, match=r"out is a folder; give the file of the page, .html"):
        Parts(report=tmp_path / "out")


def test_a_page_without_faces_says_why():
    page = page_of([grey(0)])
    assert page.faces == 0
    assert page.reasons == [("picture_0", "no face found")]
    assert isinstance(page, Page)
