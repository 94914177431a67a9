"""One browser for all tests of pages; without it they are skipped, and say what is missing."""

import pytest

from tests.helpers.browser import Browser, missing


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def started(tmp_path_factory):
    if absent := missing():
        pytest.skip(f"tests of pages need {', '.join(absent)}")
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture
def browser(started):
    """A `tests.helpers.browser.Browser`, which shows no page of another test."""
    yield started
    started.driver.get("about:blank")
