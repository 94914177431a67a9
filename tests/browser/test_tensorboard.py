"""Each tab of TensorBoard shows what a short run logged."""

import pytest

from experiments.tensorboard_screens import TABS, Tab, show, still, tensorboard
from norface_pl.commands.run import run
from norface_pl.config_files import ClassifierFile, DataFile, NormalizerFile
from tests.helpers.tiny import CONFIGS, QUICK, write_data

RUNS = ("normalizer/logs/final", "classifier_both/logs/final")


@pytest.fixture(scope="module")
def board(started, tmp_path_factory):
    """The address of the logs of both stages, served to a browser that is there."""
    folder = tmp_path_factory.mktemp("run")
    run(
        NormalizerFile(CONFIGS / "normalizer" / "tiny.yaml"),
        ClassifierFile(CONFIGS / "classifier" / "au.yaml"),
        DataFile(write_data(folder, image_size=32)),
        folder / "out",
        compare=["both"],
        normalizer_args=[*QUICK, "--model.teachers.comparison_steps=2"],
        classifier_args=QUICK,
    )
    with tensorboard(folder / "out") as url:
        yield url


@pytest.mark.parametrize("name", TABS)
def test_a_tab_shows_what_was_logged(browser, board, name):
    text = show(browser, board, TABS[name])
    assert "No dashboards are active" not in text
    assert [error for error in browser.errors() if "Uncaught" in error] == []
    assert len(still(browser)) > 20_000  # an empty page has less


def test_every_picture_is_drawn(browser, board):
    tags = ("worst_faces", "f1_bars", "reliability", "output_map")
    show(browser, board, Tab("images&tagFilter=val/", [f"val/{tag}" for tag in tags]))
    drawn = """
      const found = [];
      const walk = (root) => root.querySelectorAll("*").forEach((node) => {
        if (node.tagName === "IMG" && node.src.includes("plugin/images")) found.push(node);
        if (node.shadowRoot) walk(node.shadowRoot);
      });
      walk(document);
      return found.map((image) => image.complete && image.naturalWidth);
    """
    widths = browser.wait(lambda: browser.driver.execute_script(drawn))
    browser.wait(lambda: all(browser.driver.execute_script(drawn)))
    assert len(widths) >= len(tags) + 1


def test_the_table_of_runs_has_options_and_final_metrics(browser, board):
    text = show(browser, board, TABS["hparams"])
    assert [
        name for name in (*RUNS, "ClassifierModule", "final/best/val/f1") if name not in text
    ] == []


def test_the_points_are_coloured_by_person_and_by_action_unit(browser, board):
    pictures = []
    for name in ("people", "units"):
        text = show(browser, board, TABS[name])
        assert "Points: " in text
        pictures.append(still(browser))
    assert pictures[0] != pictures[1]
