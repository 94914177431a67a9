"""Stage 1's evidence: what is asked of `norface ablate`, and the page from records alone."""

import subprocess
from types import SimpleNamespace

import pytest
import torch
import yaml

from experiments import evidence_normalizer as command
from experiments import normalizer_page
from experiments.normalizer_page import write_page
from experiments.normalizer_parts import PARTS, ROOT, rows_of
from experiments.shared import gap_closed
from experiments.true_intensities import TrueIntensities
from norface_pl import cli
from norface_pl.datamodules import SyntheticDataModule
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.readings_report import mean_cell, readings_table
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.normalizer import NormalizerModule
from tests.helpers.tiny import CONFIGS, TINY_PEOPLE, tiny_data

OPTIONS = {
    "trainer": {"max_epochs": 8},
    "data": {"init_args": {"people": {"unlabelled": 2400}}},
    "model": {"init_args": {"generator": {"code_dim": 64}}},
}
F1 = {"original": 0.5, "normalized": 0.6, "both": 0.7, "oracle": 0.9}


CURVES = ("epochs", "people", "limits")


def part(name):
    return next(part for part in PARTS if part.name == name)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.config)
def test_every_command_is_understood(part, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    runs = part.runs([4, 5, 6])
    with pytest.raises(SystemExit) as stop:
        cli.main([*part.command(runs)[3:], "--print_config"])
    assert stop.value.code == 0
    config = yaml.safe_load(capsys.readouterr().out)
    assert config["seeds"] == [4, 5, 6][: part.seeds]
    assert config["results"] == str(ROOT / "docs" / "results" / "normalizer" / part.name)
    assert {row["stage"] for row in config["rows"]} == {"normalizer"}
    # Every row has the short budget of the ablation, or that of the default or about it.
    args = config["normalizer"]["args"]
    assert ("--trainer.max_epochs=4" in args) == (part.name == "ablation")


def test_a_single_run_is_asked_for():
    words = part("people").command([Run(None, 7, "0100")])
    assert "--seeds=[7]" in words
    assert "--only=row=0100" in words


def test_more_people_get_as_many_batches():
    data = SyntheticDataModule()
    frames = len(range(0, data.sampler.clip_length, data.casts["unlabelled"].step))
    config = yaml.safe_load((CONFIGS / "normalizer" / "tiny.yaml").read_text(encoding="utf-8"))
    faces = data.clips_per_batch * data.frames_per_clip
    usual = data.casts["unlabelled"].subjects * frames // faces
    default = usual * config["trainer"]["max_epochs"]
    for row in part("people").rows:
        given = dict(word.removeprefix("--").split("=") for word in row.normalizer_args)
        people, epochs, limit, every = (
            int(given[key])
            for key in (
                "data.people.unlabelled",
                "trainer.max_epochs",
                "trainer.limit_train_batches",
                "trainer.check_val_every_n_epoch",
            )
        )
        assert str(people) == row.title
        assert limit <= people * frames // faces
        assert epochs * limit == pytest.approx(default, rel=0.01)
        assert every == epochs // 4


def test_the_default_itself_is_trained_once():
    config = yaml.safe_load((CONFIGS / "normalizer" / "tiny.yaml").read_text(encoding="utf-8"))
    usual = str(config["trainer"]["max_epochs"])
    assert usual not in [row.title for row in part("epochs").rows]
    assert all(row.normalizer_args for name in CURVES for row in part(name).rows)


def test_what_might_limit_the_default_is_taken_away_alone_and_together():
    rows = {row.name: row for row in part("limits").rows}
    assert list(rows) == ["wide", "truth", "wide_truth", "once"]
    both = [*rows["wide"].normalizer_args, *rows["truth"].normalizer_args]
    assert rows["wide_truth"].normalizer_args == both


def test_true_intensities_take_the_place_of_what_the_teacher_saw(tmp_path):
    data = tiny_data(cache_dir=tmp_path, people=TINY_PEOPLE | {"recordings_of_target": 1})
    faces, module = data.dataset("unlabelled"), NormalizerModule(image_size=64)
    module.pseudo_labels.start(torch.full((len(faces), 17), 7.0), torch.device("cpu"))
    TrueIntensities().on_train_start(SimpleNamespace(datamodule=data), module)
    told = module.pseudo_labels.of(torch.arange(len(faces)))
    truth = torch.from_numpy(data.table("unlabelled")["intensity"]).float()
    torch.testing.assert_close(told, 0.4 * truth)
    # From 0 to 2, as the comparison teacher tells them; of the target person as well.
    assert told.min() >= 0
    assert 1 < told.max() <= 2
    assert told[faces.columns["of_target"]].any()


def default(seed, f1=F1, row="default"):
    """A finished run of the default with made-up figures."""
    kinds = {name: {"f1/linear": value, "pose": 0.05} for name, value in f1.items()}
    kinds["chance"] = {"identity": 0.02}
    for kind in kinds.values():
        kind["identity/linear"] = 0.04
    return NormalizerRecord(
        protocol="mine",
        run=Run(None, seed, row),
        data="synthetic",
        options=OPTIONS,
        stamp="",
        seconds={"normalizer": 3600.0, "probes": 1800},
        environment={"commit": "abcdef123456", "torch": "2.15"},
        readings=kinds,
        code={"f1/linear": 0.6},
        people={},
        columns={name: {"test/f1": value, "test/f1/AU1": value} for name, value in f1.items()},
    )


def test_gap_closed_is_the_share_of_the_room_that_both_pictures_fill():
    assert gap_closed(default(0).columns) == pytest.approx(0.5)
    assert gap_closed(default(0).columns, "normalized") == pytest.approx(0.25)
    assert mean_cell([0.5, 0.25]) == "0.375 ± 0.177"
    assert mean_cell([float("nan")]) == "–"


def keep(results, part, record):
    record.keep(record.run.file(results / part))


def test_the_page_comes_from_json_alone_and_says_what_is_missing(tmp_path):
    results = tmp_path / "normalizer"
    page = tmp_path / "normalizer.md"
    write_page(page, results)
    assert page.read_text(encoding="utf-8").count("Not run yet") == 6
    for seed, both in ((0, 0.7), (1, 0.8)):
        keep(results, "main", default(seed, F1 | {"both": both}))
    keep(results, "epochs", default(0, {"both": 0.6, "normalized": 0.6}, "001"))
    (results / "notes.md").write_text("Somebody's reading of it.\n", encoding="utf-8")
    write_page(page, results)
    text = page.read_text(encoding="utf-8")
    assert text.count("Not run yet") == 4
    assert "| both (the measure) | 0.500 | 0.750 | 0.625 ± 0.177 |" in text
    assert "| same labels, no redrawing: linear probe on the code | 0.250 | 0.250 |" in text
    assert "| person, linear probe / chance | ≤ 3 | 2.000 ± 0.000 |" in text
    assert "Somebody's reading of it." in text
    assert "2 runs, 3.0 hours; commit abcdef123" in text
    assert (results / "epochs.png").is_file()
    assert "normalizer/epochs.png" in text
    # The default needs no run of its own to be in the curve, with all of its seeds.
    curve = [line for line in text.splitlines() if line.startswith(("| 1 |", "| 8 |"))]
    assert [line.split(" | ")[:2] for line in curve] == [["| 1", "1"], ["| 8", "2"]]
    assert [line.split(" | ")[-1] for line in curve] == ["0.250 |", "0.625 ± 0.177 |"]
    assert "1 run, 1.5 hours" in text


def test_the_page_that_is_kept_is_that_of_the_records_that_are_kept(tmp_path, monkeypatch):
    """Every figure of it comes from a record beside it."""
    kept, pictures = ROOT / "docs" / "results", []
    monkeypatch.setattr(normalizer_page, "save_curve", lambda path, *_: pictures.append(path.name))
    monkeypatch.setattr(normalizer_page, "make_folder", lambda path: path)
    written = {}
    monkeypatch.setattr(normalizer_page, "write_atomic", written.__setitem__)
    write_page(kept / "normalizer.md", kept / "normalizer")
    text = (kept / "normalizer.md").read_bytes()
    assert list(written.values()) == [text]
    assert pictures == ["epochs.png", "people.png"]


def test_rows_without_a_run_are_left_out_of_the_table():
    rows = [Row(name, name, "normalizer") for name in ("full", "other")]
    table = readings_table("", rows, [default(0, row="full")])
    assert [line[:2] for line in table.rows] == [["full", "1"]]


def test_one_that_fails_does_not_keep_the_others(tmp_path, monkeypatch, capsys):
    tried = []

    def run(words, env, cwd, check):
        tried.append((words[-2], words[-3], env["OMP_NUM_THREADS"]))
        return subprocess.CompletedProcess(words, int("row=full" in words[-2]))

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(command, "RESULTS", tmp_path / "normalizer")
    monkeypatch.setattr(command, "write_page", lambda path: None)
    only = ["--only", "ablation/full", "ablation/deepfn", "--seeds", "5", "--threads", "2"]
    with pytest.raises(SystemExit, match="1 failed: ablation/full, seed 5"):
        command.main(only)
    assert tried == [
        ("--only=row=full", "--seeds=[5]", "2"),
        ("--only=row=deepfn", "--seeds=[5]", "2"),
    ]
    assert "2 runs to do, about 0.7 hours" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        command.main(["--only", "nonsense"])


def test_rows_of_a_part_are_those_of_all_its_configs():
    names = [row.name for row in rows_of("ablation")]
    assert names[0] == "full"
    assert names[-1] == "deepfn"
