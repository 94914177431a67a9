"""The page that `norface analyze --report` writes, opened from the disk."""

import pandas as pd
import pytest

from norface_pl.analysis.report import Parts
from norface_pl.io.images import write_image
from tests.helpers.faces import draw_face
from tests.helpers.films import write_film
from tests.helpers.served import tiny_analyzer

UNITS = ["AU01", "AU04", "AU12"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A picture and a film, analyzed: the page's file and the table."""
    folder = tmp_path_factory.mktemp("results")
    write_image(folder / "a.png", draw_face())
    film = write_film(folder / "b.mp4", range(20, 220, 20))
    page = folder / "report.html"
    tiny_analyzer().save([folder / "a.png", film], folder / "out", Parts(report=page))
    return page, pd.read_csv(folder / "out" / "aus.csv")


def test_bars_say_what_the_table_says_and_nothing_is_asked_of_the_network(browser, results):
    page, table = results
    browser.open(page.as_uri())
    picture, film = browser.find("section")
    assert picture.find_element("tag name", "h2").text == "Pictures"
    shown = [each.text for each in picture.find_elements("css selector", ".card .value")]
    assert shown == [f"{value:.2f}" for value in table.loc[0, UNITS]]
    bars = picture.find_elements("css selector", ".card .bar")
    wide = picture.find_element("css selector", ".card .track").size["width"]
    for bar, value in zip(bars, table.loc[0, UNITS], strict=True):
        assert bar.size["width"] == pytest.approx(value * wide, abs=1)
    sizes = [image.get_property("naturalWidth") for image in browser.find(".card img")]
    assert sizes == [32] * 22
    assert len(film.find_elements("css selector", ".card")) == 10
    assert browser.errors() == []
    assert browser.requests() == [page.as_uri()]


def test_pointing_at_curves_shows_the_values_of_that_moment(browser, results):
    from selenium.webdriver import ActionChains, Keys

    page, table = results
    rows = table[table["frame"].notna() & table["source"].str.endswith("b.mp4")].reset_index()
    browser.open(page.as_uri())
    assert browser.texts(".when") == ["mean"]
    assert browser.texts(".curves .value") == [f"{rows[name].mean():.2f}" for name in UNITS]
    (plot, *_), (curves,) = browser.find(".curve svg"), browser.find(".curves")
    browser.driver.execute_script("arguments[0].scrollIntoView()", curves)
    # Three tenths of the way from the left, of ten frames: the nearest is the fourth.
    across = round(plot.size["width"] * (0.32 - 0.5))
    ActionChains(browser.driver).move_to_element_with_offset(plot, across, 0).perform()
    assert browser.texts(".when") == ["0.30 s"]
    assert browser.texts(".curves .value") == [f"{value:.2f}" for value in rows.loc[3, UNITS]]
    cards = browser.find("section:nth-of-type(2) .card .aligned")
    (seen,) = browser.find(".moment .aligned")
    assert seen.get_property("src") == cards[3].get_property("src")
    left = browser.find(".cursor")[0].rect["x"]
    assert left == pytest.approx(plot.rect["x"] + plot.size["width"] / 3, abs=2)
    curves.send_keys(Keys.ARROW_RIGHT)
    assert browser.texts(".when") == ["0.40 s"]
    title = browser.find("h1")[0]
    ActionChains(browser.driver).move_to_element(title).perform()
    assert browser.texts(".when") == ["mean"]
    assert browser.errors() == []
