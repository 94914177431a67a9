"""Stage 1's evidence at tiny size: what is trained, skipped, made anew and written."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
import yaml

from experiments import evidence_normalizer as command
from experiments import normalizer_readings
from experiments.figures import cell, gap_closed
from experiments.normalizer_curves import TRUTH, limits, over_people, over_time
from experiments.normalizer_page import write_page
from experiments.normalizer_plan import Plan
from experiments.normalizer_rows import ROOT, Row, ablation, batches
from experiments.normalizer_tables import row_table
from experiments.normalizer_trials import Workshop, rounded
from experiments.true_intensities import TrueIntensities
from norface_pl import cli
from norface_pl.datamodules import DrawnPeople, SyntheticDataModule
from tests.helpers.tiny import QUICK, TINY_PEOPLE, tiny_data, write_data

FAST = (*QUICK, "--trainer.max_epochs=1", "--trainer.limit_train_batches=1")
TEACHERS = ("--model.teachers.comparison_steps=1", "--model.teachers.steps=1")
F1 = {"original": 0.5, "normalized": 0.6, "both": 0.7, "oracle": 0.9}


def workshop(tmp_path, **changes):
    """A workshop on tiny data, all of whose folders are the test's own."""
    data = changes.pop("data", None) or write_data(tmp_path, image_size=32)
    folders = {"out": tmp_path / "runs", "shared": tmp_path / "shared"}
    results = tmp_path / "results" / "normalizer"
    return Workshop(**folders, results=results, data=data, steps=0, threads=1, **changes)


@pytest.fixture
def calls(monkeypatch):
    """Commands run in this process, from the root of the repository as always; their words."""
    found = []

    def call(self, folder, *words):
        found.append(words)
        run = {"norface_pl": cli.main, "experiments.normalizer_readings": normalizer_readings.main}
        run[words[0]](list(words[1:]))

    monkeypatch.setattr(Workshop, "call", call)
    monkeypatch.chdir(ROOT)
    return found


def test_a_row_is_trained_probed_and_kept_and_its_json_alone_says_so(tmp_path, calls):
    here = workshop(tmp_path, more=(*FAST, *TEACHERS))
    row = Row("ablation", "no_person", "without person", 1, ("--model.losses.person=0",))
    record = here.try_row(row, 3)
    assert [words[:2] for words in calls] == [
        ("norface_pl", "fit"),
        ("experiments.normalizer_readings", calls[1][1]),
    ]
    assert "--seed_everything=3" in calls[0]
    assert "--model.losses.person=0" in calls[0]
    assert json.loads(here.file("ablation", "no_person", 3).read_text(encoding="utf-8")) == record
    assert set(record["readings"]) == {"chance", "normalized", "target"}
    assert record["readings"]["chance"]["identity"] == pytest.approx(1 / 3, abs=1e-6)
    assert set(record["code"]) == {
        *("f1/linear", "auc/linear", "icc/linear", "identity/linear", "pose/linear")
    }
    # Nothing is read from checkpoints that are gone.
    (here.out / "ablation").rename(tmp_path / "gone")
    assert here.try_row(row, 3) == record
    assert len(calls) == 2


def test_a_row_of_a_curve_has_the_classifier_of_both_pictures(tmp_path, calls):
    here = workshop(tmp_path, more=(*FAST, *TEACHERS), more_stage2=FAST)
    row = Row("epochs", "001", "1", 1, ("--model.code_dim=8", *TRUTH), at=1, classifier=True)
    record = here.try_row(row, 2)
    assert calls[0][:2] == ("norface_pl", "run")
    assert "auc/linear" in record["code"]
    assert "normalized" in record["readings"]
    folder = here.out / "epochs" / "001" / "seed_2" / "run"
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert set(record["columns"]) == {"both"}
    assert "test/f1" in record["columns"]["both"]
    assert record["columns"] == rounded(results["columns"])
    # The classifier's checkpoint is chosen on validation people, so these are not left out.
    stage2 = next(word for word in calls[0] if word.startswith("--classifier_args"))
    assert "--trainer.limit_val_batches=0" not in stage2
    stage1 = torch.load(folder / "normalizer" / "best.ckpt", weights_only=True)
    assert stage1["hyper_parameters"]["code_dim"] == 8
    # Options of the classifier decide such a row, and no row without one.
    other = workshop(tmp_path, more=here.more)
    assert other.stamp(row, 2) != here.stamp(row, 2)
    plain = replace(row, classifier=False)
    assert other.stamp(plain, 2) == here.stamp(plain, 2)


def test_other_options_make_a_row_anew(tmp_path):
    here = workshop(tmp_path)
    row = Row("ablation", "full", "full", 1)
    here.keep("ablation", "full", 0, {"stamp": here.stamp(row, 0)})
    assert here.done("ablation", "full", 0, here.stamp(row, 0)) is not None
    other = Row("ablation", "full", "full", 1, ("--trainer.max_epochs=2",))
    stamps = {here.stamp(row, 0), here.stamp(row, 1), here.stamp(other, 0), here.stamp(None, 0)}
    stamps.add(workshop(tmp_path, more=("--model.code_dim=8",)).stamp(row, 0))
    write_data(tmp_path, image_size=32, seed=1)
    stamps.add(here.stamp(row, 0))
    assert len(stamps) == 6
    assert here.done("ablation", "full", 0, here.stamp(other, 0)) is None


def test_the_encoder_is_pretrained_where_the_row_says_so(tmp_path, calls):
    narrow = ("--model.embed_dim=32", "--model.depth=1", "--model.num_heads=2")
    here = workshop(tmp_path, more=(*FAST, *narrow))
    tokens = ("--model.stem=patch", "--model.code_from=tokens", "--model.rounds=0")
    more = ("--model.code_dim=8", *TEACHERS)
    here.try_row(Row("ablation", "mae", "mae", 1, (*tokens, *more), mae=()), 0)
    encoder = here.out / "ablation" / "mae" / "seed_0" / "mae" / "encoder.pt"
    assert encoder.is_file()
    assert f"--model.encoder_weights={encoder}" in calls[1]


def test_the_control_with_two_decoders_needs_recordings_of_the_target(tmp_path, calls, capsys):
    row = Row("ablation", "deepfn", "DeepFN", 1, config="experiments/deepfn.yaml")
    record = workshop(tmp_path, more=FAST).try_row(row, 0)
    assert record["readings"]["normalized"]["psnr"] > 0
    data = write_data(tmp_path, image_size=32, people=TINY_PEOPLE | {"recordings_of_target": 0})
    with pytest.raises(SystemExit):
        workshop(tmp_path / "none", data=data, more=FAST).try_row(row, 0)
    assert "recordings_of_target" in capsys.readouterr().err


def drawn(people):
    return SyntheticDataModule(people=DrawnPeople(people, recordings_of_target=0))


def test_rows_follow_the_losses_of_the_default():
    rows = ablation(drawn(800), 3, 100)
    model = yaml.safe_load((ROOT / "configs/normalizer/tiny.yaml").read_text(encoding="utf-8"))[
        "model"
    ]
    names = {row.name for row in rows}
    for loss, weight in model["init_args"]["losses"].items():
        if loss != "reconstruction":
            assert (f"without_{loss}" in names) == bool(weight)
            assert (f"with_{loss}" in names) == (not weight)
    assert {"full", "without_bottleneck", "without_pairs", "tokens", "tokens_mae"} <= names
    assert len(names) == len(rows)
    # One budget for all.
    assert {row.batches for row in rows} == {3 * 100}
    budget = ("--trainer.max_epochs=3", "--trainer.limit_train_batches=100")
    assert {row.arguments[:2] for row in rows} == {budget}
    # 800 clips of 16 frames in batches of 48 are no more than 266 an epoch.
    assert ablation(drawn(800), 3, 400)[0].batches == 3 * 266


def test_more_people_get_as_many_batches():
    data = drawn(800)
    assert [batches(data, people) for people in (10, 800, 2400)] == [3, 266, 800]
    found = {row.at: row for row in over_people(data, (10, 100, 800, 2400), 4)}
    assert all(abs(row.batches / (4 * 266) - 1) < 0.01 for row in found.values())
    assert found[2400].arguments == (
        "--data.people.unlabelled=2400",
        "--trainer.max_epochs=2",
        "--trainer.limit_train_batches=532",
        "--trainer.val_check_interval=1.0",
        "--trainer.check_val_every_n_epoch=1",
    )
    # 4 * 266 batches of 3 an epoch.
    assert found[10].arguments[-1] == "--trainer.check_val_every_n_epoch=88"


def test_the_default_itself_is_a_point_of_both_curves():
    found = [*over_time(drawn(800), (4, 8), 8), *over_people(drawn(800), (100, 800), 8)]
    assert [(row.name, row.default) for row in found] == [
        ("004", False),
        ("008", True),
        ("0100", False),
        ("0800", True),
    ]


def test_what_might_limit_the_default_is_taken_away_alone_and_together():
    rows = limits(drawn(800), 8, 64)
    names = ("default", "wide", "truth", "wide_truth", "once")
    assert [(row.name, row.default, row.batches) for row in rows] == [
        (name, name == "default", 8 * 266) for name in names
    ]
    assert rows[3].arguments == (*rows[1].arguments, *rows[2].arguments)


def test_true_intensities_take_the_place_of_what_the_teacher_saw(tmp_path):
    data = tiny_data(cache_dir=tmp_path, people=TINY_PEOPLE | {"recordings_of_target": 1})
    faces = data.dataset("unlabelled")
    faces.annotate("changes", torch.full((len(faces), 17), 7.0))
    TrueIntensities().on_train_start(SimpleNamespace(datamodule=data), None)
    told = faces.columns["changes"]
    truth = torch.from_numpy(data.table("unlabelled")["intensity"]).float()
    torch.testing.assert_close(told, 0.4 * truth)
    # From 0 to 2, as the comparison teacher tells them; of the target person as well.
    assert told.min() >= 0
    assert 1 < told.max() <= 2
    assert told[faces.columns["of_target"]].any()


def default(seed, f1=F1):
    """A finished run of the default with made-up figures."""
    kinds = {name: {"f1/linear": value, "pose": 0.05} for name, value in f1.items()}
    kinds["chance"] = {"identity": 0.02}
    for kind in kinds.values():
        kind["identity/linear"] = 0.04
    return {
        "seed": seed,
        "columns": {name: {"test/f1": value, "test/f1/AU1": value} for name, value in f1.items()},
        "readings": kinds,
        "code": {"f1/linear": 0.6},
        "seconds": {"normalizer": 3600.0, "probe": 1800},
        "environment": {"commit": "abcdef123456", "torch": "2.15"},
    }


def test_gap_closed_is_the_share_of_the_room_that_both_pictures_fill():
    assert gap_closed(default(0)) == pytest.approx(0.5)
    assert gap_closed(default(0), "normalized") == pytest.approx(0.25)
    assert cell([0.5, 0.25]) == "0.375 ± 0.177"
    assert cell([float("nan")]) == "–"


def test_the_page_comes_from_json_alone_and_says_what_is_missing(tmp_path):
    here = workshop(tmp_path)
    plan = Plan.of(here.data, (0, 1), 1, 1)
    page = tmp_path / "results" / "normalizer.md"
    write_page(plan, here, page)
    assert page.read_text(encoding="utf-8").count("Not run yet") == 6
    for seed, both in ((0, 0.7), (1, 0.8)):
        record = default(seed, F1 | {"both": both}) | {"stamp": here.stamp(None, seed)}
        here.keep("main", "default", seed, record)
    row = plan.rows["epochs"][0]
    found = default(0) | {"stamp": here.stamp(row, 0), "row": row.name, "part": "epochs"}
    found["columns"] = {"both": {"test/f1": 0.6}}
    here.keep("epochs", row.name, 0, found)
    (here.results / "notes.md").write_text("Somebody's reading of it.\n", encoding="utf-8")
    write_page(plan, here, page)
    text = page.read_text(encoding="utf-8")
    assert text.count("Not run yet") == 4
    assert "| both (the measure) | 0.500 | 0.750 | 0.625 ± 0.177 |" in text
    assert "| same labels, no redrawing: linear probe on the code | 0.250 | 0.250 |" in text
    assert "| person, linear probe / chance | ≤ 3 | 2.000 ± 0.000 |" in text
    assert "Somebody's reading of it." in text
    assert "2 runs, 3.0 hours; commit abcdef123" in text
    assert (here.results / "epochs.png").is_file()
    assert "normalizer/epochs.png" in text
    # The default needs no trial of its own to be in the curve, with all of its seeds.
    assert "epochs/008" not in {name for name, _, _ in plan.trials()}
    curve = [line for line in text.splitlines() if line.startswith(("| 1 |", "| 8 |"))]
    assert [line.split(" | ")[:2] for line in curve] == [["| 1", "1"], ["| 8", "2"]]
    assert [line.split(" | ")[-1] for line in curve] == ["0.250 |", "0.625 ± 0.177 |"]
    assert "1 run, 1.5 hours" in text


def test_rows_without_a_trial_are_left_out_of_the_table():
    rows = [Row("ablation", name, name, 1) for name in ("full", "other")]
    table = row_table("", "", rows, [default(0) | {"row": "full"}])
    assert [line[:2] for line in table.rows] == [["full", "1"]]


def test_one_that_fails_does_not_keep_the_others(tmp_path, monkeypatch, capsys):
    import subprocess

    here, tried = workshop(tmp_path), []
    monkeypatch.setattr(command, "Workshop", lambda threads: here)
    monkeypatch.setattr(command, "PAGE", tmp_path / "results" / "normalizer.md")

    def try_row(self, row, seed):
        tried.append((row.name, seed))
        if row.name == "full":
            raise subprocess.CalledProcessError(1, ["norface", "fit"])
        return {}

    monkeypatch.setattr(Workshop, "try_row", try_row)
    with pytest.raises(SystemExit, match="1 failed: ablation/full, seed 5"):
        command.main(["--only", "ablation/full", "ablation/deepfn", "--seeds", "5"])
    assert tried == [("full", 5), ("deepfn", 5)]
    assert "2 trials to do, about" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        command.main(["--only", "nonsense"])


def test_numbers_of_the_json_are_short():
    assert rounded({"a": [1 / 3, 2], "b": None}) == {"a": [0.333333, 2], "b": None}
