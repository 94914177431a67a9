"""Makes the pictures of docs/tensorboard.md: tabs of TensorBoard, from a short run on drawn faces.

    python -m experiments.tensorboard_screens
    python -m experiments.tensorboard_screens --logs runs/synthetic

It needs Debian's chromium and chromium-driver, and selenium. Without ``--logs`` it first makes a
run of some minutes, too short for good faces. Any folder of `norface run` will do.
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from experiments.shared import ROOT, norface, succeeds

PICTURES = ROOT / "docs" / "tensorboard"
RUN = ROOT / "runs" / "tensorboard"
PEOPLE = "{unlabelled: 48, train: 6, val: 6, test: 6, recordings_of_target: 8}"
DATA = (f"--data.people={PEOPLE}", "--data.clips={length: 16, train: 2}", "--data.batch_size=24")
STAGE_1 = (
    *("--data.clips_per_batch=4", "--data.frames_per_clip=4", "--data.target_clips_per_batch=2"),
    *("--trainer.max_epochs=4", "--model.pretraining.fraction=0.5"),
    *("--model.pretraining.pseudo_label_rounds=0", "--model.teachers.comparison_steps=50"),
)
STAGE_2 = ("--trainer.max_epochs=4",)

WAIT = 300  # seconds, on a machine that has much else to do

# What all elements of a page say, those in shadow roots too.
TEXT = """
const said = [];
const walk = (root) => {
  for (const node of root.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) said.push(node.textContent);
    if (node.shadowRoot) walk(node.shadowRoot);
    if (node.nodeType === Node.ELEMENT_NODE && !/^(STYLE|SCRIPT)$/.test(node.tagName)) walk(node);
  }
};
walk(document);
return said.join(" ").replace(/\\s+/g, " ");
"""
# Colours the projector's points by a column; whether there was such a column yet.
COLOUR = """
const name = arguments[0];
let done = false;
const walk = (root) => root.querySelectorAll("*").forEach((node) => {
  if (node.tagName === "VZ-PROJECTOR-DATA-PANEL" && node.colorOptions &&
      node.colorOptions.some((option) => option.name === name)) {
    node.selectedColorOptionName = name;
    done = true;
  }
  if (node.shadowRoot) walk(node.shadowRoot);
});
walk(document);
return done;
"""


@dataclass(frozen=True)
class Tab:
    """A tab, as a page shows it.

    Attributes:
        address: what stands behind the # of the address.
        says: words that are there once it is ready.
        colour: column to colour the projector's points by.
    """

    address: str
    says: Sequence[str]
    colour: str | None = None


def images(runs: str, *tags: str) -> Tab:
    """Return the tab of pictures with some tags of some runs."""
    return Tab(f"images&tagFilter={'|'.join(tags)}&regexInput={runs}", tags)


TABS = {
    "grid": images("normalizer", "val/original_target_normalized_oracle", "val/worst_faces"),
    "labels": images("both", "val/f1_bars", "val/reliability"),
    "gates": images("both", "val/output_map"),
    "precision_recall": Tab("pr_curves&tagFilter=val", ["val/precision_recall/AU1"]),
    "curves": Tab("custom_scalars", ["Stage 1", "Stage 2", "label by label"]),
    "hparams": Tab("hparams", ["model/inputs", "classifier_both/logs/final"]),
    "people": Tab("projector", ["Points:", "Color by"], "person"),
    "units": Tab("projector", ["Points:", "Color by"], "AU12"),
}


@contextmanager
def tensorboard(logs: Path) -> Iterator[str]:
    """Serve a folder of logs to this machine alone; give the address."""
    words = ["-m", "tensorboard.main", "--logdir", str(logs), "--port", "0", "--host", "localhost"]
    with subprocess.Popen(
        [sys.executable, *words], stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as server:
        assert server.stderr is not None
        try:
            lines = (re.search(r"http://\S+/", line) for line in server.stderr)
            yield next(found[0] for found in lines if found)
        finally:
            server.terminate()


def show(browser: Any, url: str, tab: Tab) -> str:  # noqa: ANN401, a browser of the tests
    """Open a tab and wait until it is ready; return what it says."""
    browser.open(f"{url}#{tab.address}")
    # The projector is a page in a frame that is the plugin's.
    for _ in range(2 if tab.address == "projector" else 0):
        (frame,) = browser.wait(lambda: browser.find("iframe"), WAIT)
        browser.driver.switch_to.frame(frame)

    def ready() -> str:
        text: str = browser.driver.execute_script(TEXT)
        return text if all(word in text for word in tab.says) else ""

    text: str = browser.wait(ready, WAIT)
    if tab.colour:
        browser.wait(lambda: browser.driver.execute_script(COLOUR, tab.colour), WAIT)
    return text


def still(browser: Any, tries: int = 10) -> bytes:  # noqa: ANN401
    """Return a picture of the page once nothing moves any more, as PNG."""
    before, now = b"", browser.driver.get_screenshot_as_png()
    while before != now and (tries := tries - 1):
        time.sleep(2)
        before, now = now, browser.driver.get_screenshot_as_png()
    return bytes(now)


def short_run(out: Path) -> None:
    """Make a run of both stages of some minutes, or go on with it."""
    words = [f"--normalizer_args=[{_listed(DATA + STAGE_1)}]"]
    words += [f"--classifier_args=[{_listed(DATA + STAGE_2)}]"]
    succeeds(norface("run", "--config", "au", "--out", str(out), *words), threads=1)


def _listed(words: Sequence[str]) -> str:
    return ",".join(f"'{word}'" for word in words)


def main() -> None:
    """Write the pictures."""
    from tests.helpers.browser import Browser, missing

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=Path)
    logs = parser.parse_args().logs
    if absent := missing():
        sys.exit(f"screenshots need {', '.join(absent)}")
    if logs is None:
        short_run(logs := RUN)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as profile, tensorboard(logs) as url:
        browser = Browser(profile)
        try:
            for name, tab in TABS.items():
                show(browser, url, tab)
                (PICTURES / f"{name}.png").write_bytes(still(browser))
        finally:
            browser.close()


if __name__ == "__main__":
    main()
