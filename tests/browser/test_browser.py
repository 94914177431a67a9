"""The browser of these tests notices what a page does wrong."""


def test_requests_and_errors_of_a_page_are_seen(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<link rel="icon" href="data:,"><img src="missing.png"><script>fail()</script>',
        encoding="utf-8",
    )
    browser.open(page.as_uri())
    assert [url.rpartition("/")[2] for url in browser.requests()] == ["page.html", "missing.png"]
    assert any("fail is not defined" in error for error in browser.errors())
    assert browser.errors() == browser.requests() == []
