"""Rows of `norface ablate` that train stage 1, at tiny size: trained, read, kept and skipped."""

import json

import pytest
import torch
import yaml

from norface_pl import cli
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.normalizer_record import NormalizerRecord, short
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.face_module import OPTIONS_KEY
from norface_pl.lightning_cli import resolve
from tests.helpers.tiny import CONFIGS, QUICK, ROOT, TINY_PEOPLE, write_data

FAST = [*QUICK, "--trainer.max_epochs=1", "--trainer.limit_train_batches=1"]
TEACHERS = ["--model.teachers.comparison_steps=1", "--model.teachers.steps=1"]
NARROW = "--model.generator.code_dim=8"
PLAIN = {"name": "no_person", "normalizer_args": ["--model.objective.person=0"]}


def ablate(folder, row, *more, seed=0, args=(*FAST, *TEACHERS), **data):
    """Runs one row, on data whose config lies in the folder."""
    row = {"stage": "normalizer", "probe_steps": 0} | row
    words = ["ablate", "--config", str(CONFIGS / "ablation" / "normalizer.yaml")]
    words += [f"--data.config={write_data(folder, image_size=32, **data)}"]
    words += [f"--normalizer.args={json.dumps(list(args))}", f"--rows={json.dumps([row])}"]
    words += [f"--classifier.args={json.dumps(FAST)}", f"--seeds=[{seed}]"]
    cli.main([*words, f"--out={folder / 'out'}", f"--results={folder / 'kept' / 'mine'}", *more])
    run = Run(None, seed, row["name"])
    record = NormalizerRecord.load(run.file(folder / "kept" / "mine"))
    return record, run.folder(folder / "out")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished run of a row without a classifier."""
    folder = tmp_path_factory.mktemp("normalizer")
    ablate(folder, PLAIN, seed=3)
    return folder


def test_a_row_is_trained_probed_and_kept_and_its_json_alone_says_so(folder, capsys):
    record, run = ablate(folder, PLAIN, seed=3)
    printed = capsys.readouterr().out
    assert "seed 3, no_person: finished before, skipped" in printed
    assert "starts" not in printed
    assert "| no_person | 1 |" in printed
    assert record.options["model"]["init_args"]["objective"]["person"] == 0
    assert record.options["seed_everything"] == 3
    assert set(record.readings) == {"chance", "normalized", "target"}
    assert record.readings["chance"]["identity"] == pytest.approx(1 / 3, abs=1e-6)
    assert set(record.code) == {
        *("f1/linear", "auc/linear", "icc/linear", "identity/linear", "pose/linear")
    }
    assert set(record.seconds) == {"normalizer", "probes"}
    assert record.columns == {}
    # Nothing is read from checkpoints that are gone.
    run.rename(folder / "gone")
    assert ablate(folder, PLAIN, seed=3)[0] == record
    assert not run.exists()
    (folder / "gone").rename(run)


def test_without_its_record_only_the_record_is_written_anew(folder, capsys):
    (folder / "kept" / "mine" / "no_person_seed_3.json").unlink()
    record, _ = ablate(folder, PLAIN, seed=3)
    printed = capsys.readouterr().out
    assert printed.count("finished before, skipped") == 2
    assert record.run == Run(None, 3, "no_person")


def test_killed_between_training_and_probes_it_is_only_read_again(folder, capsys):
    record, run = ablate(folder, PLAIN, seed=3)
    (folder / "kept" / "mine" / "no_person_seed_3.json").unlink()
    for name in ("done.json", "code.json"):
        (run / "probes" / name).unlink()
    trained = (run / "normalizer" / "best.ckpt").stat().st_mtime_ns
    capsys.readouterr()
    again, _ = ablate(folder, PLAIN, seed=3)
    printed = capsys.readouterr().out
    assert "normalizer: finished before, skipped" in printed
    assert "seed 3, no_person: probes: was interrupted" in printed
    assert (run / "normalizer" / "best.ckpt").stat().st_mtime_ns == trained
    assert again.readings == record.readings
    assert again.code == record.code


def test_tables_of_a_row(folder):
    ablate(folder, PLAIN, "--tables_only=true", seed=3)
    text = (folder / "out" / "readings.md").read_text(encoding="utf-8")
    assert "1 of 1 runs" in text
    assert r"\begin{tabular}" in (folder / "out" / "readings.tex").read_text(encoding="utf-8")
    lines = (folder / "out" / "readings.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "row,seed,picture,reading,value"
    assert any(line.startswith("no_person,3,code,f1/linear,") for line in lines)


@pytest.mark.parametrize(
    ("row", "args", "data"),
    [
        ({"normalizer_args": ["--model.objective.person=0.1"]}, (), {}),
        ({"probe_steps": 1}, (), {}),
        ({"normalizer_args": [*PLAIN["normalizer_args"], NARROW]}, (), {}),
        ({}, [NARROW], {}),
        ({}, (), {"people": TINY_PEOPLE | {"test": 4}}),
    ],
)
def test_other_options_make_a_row_anew(folder, monkeypatch, row, args, data):
    class Started(Exception):
        pass

    def start(*_):
        raise Started

    monkeypatch.setattr("norface_pl.evaluation.fits.BothStages.train", start)
    ablate(folder, PLAIN, seed=3)
    with pytest.raises(Started):
        ablate(folder, PLAIN | row, seed=3, args=(*FAST, *TEACHERS, *args), **data)


def test_a_row_with_a_classifier_has_its_scores_and_is_that_of_norface_run(tmp_path, capsys):
    row = {
        "name": "small",
        "normalizer_args": [NARROW],
        "compare": ["both"],
    }
    record, run = ablate(tmp_path, row, seed=2)
    assert set(record.columns) == {"both"}
    assert "test/f1" in record.columns["both"]
    assert "auc/linear" in record.code
    assert set(record.seconds) == {"normalizer", "normalized", "classifier_both", "probes"}
    stage1 = torch.load(run / "normalizer" / "best.ckpt", weights_only=True)
    assert stage1[OPTIONS_KEY]["generator"]["code_dim"] == 8
    capsys.readouterr()
    words = ["run", "--config", "au", "--data", str(tmp_path / "data.yaml"), f"--out={run}"]
    words += ["--seed=2", '--compare=["both"]', f"--classifier_args={json.dumps(FAST)}"]
    stage1_args = [*FAST, *TEACHERS, *row["normalizer_args"]]
    cli.main([*words, f"--normalizer_args={json.dumps(stage1_args)}"])
    assert capsys.readouterr().out.count("finished before, skipped") == 3
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    assert record.columns == short(results["columns"])


def test_the_encoder_is_pretrained_where_the_row_says_so(tmp_path):
    sizes = {"embed_dim": 32, "depth": 1, "num_heads": 2}
    narrow, wanted = (
        [f"--model.{group}.{key}={value}" for key, value in sizes.items()]
        for group in ("encoder", "generator.encoder")
    )
    mae = {
        "config": str(CONFIGS / "mae" / "tiny.yaml"),
        "given_as": "--model.generator.encoder.weights",
        "args": [*FAST, *narrow, "--model.encoder.patch_size=8"],
    }
    tokens = [
        "--model.generator.encoder.stem=patch",
        "--model.generator.code_from=tokens",
        "--model.pretraining.pseudo_label_rounds=0",
    ]
    row = {"name": "mae", "normalizer_args": [*tokens, *wanted], "encoder": mae}
    record, run = ablate(tmp_path, row)
    weights = run / "encoder" / "encoder.pt"
    assert weights.is_file()
    logged = (run / "normalizer" / "logs" / "config.yaml").read_text(encoding="utf-8")
    found = yaml.safe_load(logged)["model"]["init_args"]["generator"]["encoder"]["weights"]
    assert found == str(weights)
    # Where it lies decides nothing, how it was trained does.
    assert str(weights) not in json.dumps(record.options)
    assert record.options["encoder"]["model"]["init_args"]["encoder"]["embed_dim"] == 32


def test_the_control_with_two_decoders_needs_recordings_of_the_target(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(ROOT)
    row = {"name": "deepfn", "normalizer": str(ROOT / "experiments" / "deepfn.yaml")}
    record, _ = ablate(tmp_path, row, args=FAST)
    assert record.readings["normalized"]["psnr"] > 0
    (tmp_path / "none").mkdir()
    with pytest.raises(SystemExit):
        ablate(tmp_path / "none", row, args=FAST, people=TINY_PEOPLE | {"recordings_of_target": 0})
    assert "recordings_of_target" in capsys.readouterr().err


def test_options_of_the_other_stage_are_refused():
    with pytest.raises(NorfaceError, match="trains a classifier and has options of the other"):
        Row("a", normalizer_args=[NARROW])
    with pytest.raises(NorfaceError, match="trains a normalizer and has options of the other"):
        Row("a", stage="normalizer", against="b")


def test_numbers_of_the_json_are_short():
    assert short({"a": [1 / 3, 2], "b": None}) == {"a": [0.333333, 2], "b": None}


def test_a_damaged_record_is_named(tmp_path):
    (tmp_path / "a_seed_0.json").write_text("{}", encoding="utf-8")
    with pytest.raises(NorfaceError, match=r"a_seed_0.json is missing or damaged"):
        NormalizerRecord.load(tmp_path / "a_seed_0.json")


def test_rows_that_ship_leave_out_or_switch_on_every_loss():
    path = CONFIGS / "ablation" / "normalizer.yaml"
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["rows"]
    shipped = resolve(["--config", "normalizer/tiny"]).config["model"]["init_args"]["objective"]
    names = [row["name"] for row in rows]
    for loss, weight in shipped.items():
        if loss not in ("reconstruction", "adversarial_start", "pixels", "code_is_reading"):
            assert (f"without_{loss}" in names) == bool(weight)
            assert (f"with_{loss}" in names) == (not weight)
    assert {"full", "without_bottleneck", "without_pairs", "tokens", "tokens_mae"} <= {*names}
    assert len({*names}) == len(names)


STAGES = {"normalizer": "normalizer/tiny", "classifier": "classifier/au"}


@pytest.mark.parametrize("name", ["normalizer", "synthetic_au"])
def test_arguments_of_every_row_are_understood(name):
    path = CONFIGS / "ablation" / f"{name}.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    for row in config["rows"]:
        for stage, base in STAGES.items():
            common = config[stage].get("args", [])
            resolve(["--config", base, *common, *row.get(f"{stage}_args", [])])
