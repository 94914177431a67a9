"""`make evidence`: README and the page show what the JSON holds."""

import json
import re

import numpy as np

from experiments import evidence

RUNS = json.loads((evidence.RESULTS / "synthetic_au.json").read_text(encoding="utf-8"))


def test_readme_and_page_are_made_from_the_json():
    readme = (evidence.ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition(evidence.BEGIN)[2].partition(evidence.END)[0]
    assert shown == f"\n{evidence.headline(RUNS)}\n"
    page = (evidence.RESULTS / "synthetic_au.md").read_text(encoding="utf-8")
    assert page == f"# AU detection on drawn faces\n\n{evidence.page(RUNS)}\n"


def test_readme_has_the_four_mean_figures():
    figures = re.findall(r"\d\.\d{3}(?= ±)", evidence.headline(RUNS))
    means = [np.mean([run["columns"][name]["test/f1"] for run in RUNS]) for name in evidence.ORDER]
    assert figures == [f"{mean:.3f}" for mean in means]


def test_text_around_the_figures_stays(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(evidence, "ROOT", tmp_path)
    monkeypatch.setattr(evidence, "RESULTS", tmp_path / "docs" / "results")
    readme = tmp_path / "README.md"
    readme.write_text(f"above\n{evidence.BEGIN}\nold\n{evidence.END}\nbelow\n", encoding="utf-8")
    evidence.write_all(RUNS[:1], np.zeros((8, 8, 3), np.uint8))
    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"above\n{evidence.BEGIN}\n| mean F1")
    assert text.endswith(f"{evidence.END}\nbelow\n")
    assert "one seed of training, people" in text
    assert (
        json.loads((tmp_path / "docs/results/synthetic_au.json").read_text(encoding="utf-8"))
        == RUNS[:1]
    )
    assert "Gap closed" in capsys.readouterr().out
