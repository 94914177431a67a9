"""The page of `norface serve`, used as a person uses it."""

import pandas as pd
import pytest

from norface_pl.analysis.report import Parts
from norface_pl.io.images import write_image
from tests.helpers.faces import black, draw_face
from tests.helpers.films import write_film
from tests.helpers.served import served, tiny_analyzer

UNITS = ["AU01", "AU04", "AU12"]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tiny_analyzer(), tmp_path_factory.mktemp("uploads")) as address:
        yield address


def give(browser, path, selector="#file"):
    browser.find(selector)[0].send_keys(str(path))
    browser.wait(lambda: browser.find("#result footer") or browser.find("#status.error"))


def test_an_uploaded_picture_is_read_as_the_command_reads_it(browser, address, tmp_path):
    write_image(tmp_path / "a.png", draw_face())
    tiny_analyzer().save(tmp_path / "a.png", tmp_path / "out", Parts())
    table = pd.read_csv(tmp_path / "out" / "aus.csv")
    browser.open(address)
    give(browser, tmp_path / "a.png")
    assert browser.texts(".card .value") == [f"{value:.2f}" for value in table.loc[0, UNITS]]
    assert browser.texts(".card .source") == ["a.png"]
    assert browser.find("#original img")[0].get_property("naturalWidth") == 96
    assert [image.get_property("naturalWidth") for image in browser.find(".card img")] == [32, 32]
    assert browser.texts(".gates caption")[:2] == ["input", "output"]
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    browser.find("#table")[0].click()
    browser.wait((tmp_path / "aus.csv").is_file)
    saved = pd.read_csv(tmp_path / "aus.csv")
    pd.testing.assert_frame_equal(saved.drop(columns="source"), table.drop(columns="source"))
    assert browser.errors() == []
    assert browser.requests() == [address, f"{address}read"]


def test_an_uploaded_film_has_curves(browser, address, tmp_path):
    film = write_film(tmp_path / "a.mp4", range(20, 220, 20))
    browser.open(address)
    give(browser, film)
    assert browser.texts("h2")[0] == "a.mp4"
    assert len(browser.find(".curve path")) == 3
    assert browser.texts(".when") == ["mean"]
    assert browser.errors() == []


def test_what_cannot_be_read_is_said_on_the_page(browser, address, tmp_path):
    write_image(tmp_path / "b.png", black())
    (tmp_path / "c.png").write_bytes(b"0" * 1_000_001)
    browser.open(address)
    give(browser, tmp_path / "b.png")
    assert browser.texts("#status") == ["b.png: no face found"]
    give(browser, tmp_path / "c.png")
    assert browser.texts("#status") == ["c.png has more than 1 MB; --limit allows more."]
    assert browser.texts("#result") == [""]


def test_another_person_is_asked_for_and_left_again(browser, address, tmp_path):
    write_image(tmp_path / "a.png", draw_face())
    write_image(tmp_path / "b.png", black())
    browser.open(address)
    give(browser, tmp_path / "a.png")
    before = browser.texts(".card .value")
    give(browser, tmp_path / "b.png", "#target")
    browser.wait(lambda: browser.find("#status.error"))
    assert "no face found" in browser.texts("#status")[0]
    assert browser.texts("#whom") == ["b.png"]
    browser.find("#back")[0].click()
    browser.wait(lambda: browser.find("#result footer"))
    assert browser.texts(".card .value") == before
    assert browser.texts("#whom") == ["the person of the training"]


def test_the_camera_is_a_picture(browser, address):
    browser.open(address)
    browser.find("#camera")[0].click()
    browser.wait(lambda: browser.find("#live")[0].get_property("videoWidth"))
    browser.find("#take")[0].click()
    browser.wait(lambda: browser.find("#result footer"))
    assert browser.texts(".card .source") == ["camera.png"]
    browser.find("#camera")[0].click()
    assert not browser.find("#live")[0].is_displayed()
    assert browser.errors() == []
