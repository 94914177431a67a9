"""Debian's chromium without a screen, driven by selenium, and what its pages did."""

import json
import shutil
from importlib.util import find_spec

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # A camera that needs no device and no answer to a question: moving shapes on green.
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    "--window-size=1200,900",
)


def missing():
    """What a browser test needs and is not there; empty where it can run."""
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    absent = [name for name, path in programs.items() if path is None]
    return absent + ["selenium"] * (find_spec("selenium") is None)


class Browser:
    """A window; ``driver`` is selenium's.

    Args:
        profile: an empty folder.
    """

    def __init__(self, profile):
        from selenium import webdriver

        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        # Named, or selenium would look for a driver in the network.
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options, service)

    def open(self, address):
        """Open a page as if it were the first one."""
        self.driver.get("about:blank")
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)
        self.driver.get(address)

    def find(self, selector):
        """All elements that a CSS selector means."""
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector):
        """What they say."""
        return [element.text for element in self.find(selector)]

    def wait(self, until, seconds=60):
        """Wait until a function of no argument returns something true, and return that."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, seconds, 0.1).until(lambda _: until())

    def errors(self):
        """What pages wrote to the console since `open` or the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """The addresses that pages asked for since then, but for what they hold themselves."""
        events = [json.loads(entry["message"]) for entry in self.driver.get_log("performance")]
        sent = [
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in sent if not url.startswith(("data:", "blob:", "about:"))]

    def close(self):
        """End the browser."""
        self.driver.quit()
