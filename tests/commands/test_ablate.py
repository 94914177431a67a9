"""`norface ablate`: what rows read, what is done once, and what is left of it for good."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml

from norface_pl import cli
from norface_pl.config_files import DataFile
from norface_pl.data.cache import NormalizedCache
from norface_pl.datamodules.load import load_datamodule
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.run_data import RunData
from norface_pl.evaluation.training_options import training_options
from norface_pl.inference.redraw import cache_exchanged, cache_oracle, cache_originals
from norface_pl.lightning_cli import resolve
from tests.helpers.protocols import ablate, evaluate, records, write_small
from tests.helpers.tiny import CONFIGS

ROWS = ["original", "both", "oracle", "random", "twice", "same", "wider", "target_1"]
ONLY = "--only=" + ",".join(f"row={name}" for name in ROWS)


def shipped_and_two_more():
    """The rows that ship, one with the options of another, and one with a larger network."""
    folder = CONFIGS / "ablation"
    rows = yaml.safe_load((folder / "synthetic_au.yaml").read_text(encoding="utf-8"))["rows"]
    for row in rows:
        if "target" in row:
            row["target"] = str(folder / row["target"])
    same = {"name": "same", "classifier_args": ["--model.fusion.kind=experts"]}
    wider = {"name": "wider", "classifier_args": ["--model.fusion.hidden=128"]}
    return f"--rows={json.dumps([*rows, same, wider])}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Finished runs in ``out``, their records in ``kept/mine``."""
    folder = tmp_path_factory.mktemp("ablate")
    again(folder, folder / "out")
    return folder


def again(folder, out, *more, classifier_args=()):
    arguments = [f"--results={folder / 'kept' / 'mine'}", shipped_and_two_more(), ONLY, *more]
    ablate(folder, out, *arguments, classifier_args=classifier_args)


def kept(folder, row, seed=0):
    return Record.load(folder / "kept" / "mine" / f"{row}_seed_{seed}.json")


def test_rows_read_what_they_say(folder):
    found = {name: kept(folder, name) for name in ROWS}
    assert {
        name: record.options["model"]["init_args"]["inputs"] for name, record in found.items()
    } == {
        **dict.fromkeys(ROWS, "both"),
        "original": "original",
        "oracle": "normalized",
    }
    faces = {name: record.options["faces"] for name, record in found.items()}
    assert faces["original"] == {}
    assert faces["oracle"] == {"from": "oracle"}
    assert faces["twice"] == {"from": "original"}
    assert faces["random"] == {**faces["both"], "from": "random"}
    assert faces["target_1"].keys() == {"from", "target", "normalizer"}
    shipped = yaml.safe_load((CONFIGS / "normalizer/tiny.yaml").read_text(encoding="utf-8"))
    width = shipped["model"]["init_args"]["generator"]["code_dim"]
    assert faces["both"]["normalizer"]["model"]["init_args"]["generator"]["code_dim"] == width
    # Those that read redrawn faces share one normalizer.
    drew = {record.normalizer["sha256"] for record in found.values() if record.normalizer}
    assert len(drew) == 1
    assert found["twice"].normalizer is None
    assert found["both"].seconds > 0
    assert found["wider"].parameters > found["both"].parameters


def test_what_is_kept_is_small_and_scores_the_same(folder):
    run = Record.load(folder / "out" / "all" / "seed_0" / "both" / "run.json")
    small = kept(folder, "both")
    assert (small.stamp, small.options, small.environment) == (
        run.stamp,
        run.options,
        run.environment,
    )
    for one, other in ((run.last, small.last), (run.selected, small.selected)):
        assert other.tally.scores() == pytest.approx(one.tally.scores(), nan_ok=True)
    assert small.selected.tally.sums.keys() == run.selected.tally.sums.keys()
    path = folder / "kept" / "mine" / "both_seed_0.json"
    assert path.stat().st_size < 20_000 < (folder / "out/all/seed_0/both/run.json").stat().st_size


def test_a_row_with_the_options_of_another_is_not_trained_again(folder):
    assert kept(folder, "same").stamp == kept(folder, "both").stamp
    assert kept(folder, "same").run.row == "same"
    assert not (folder / "out" / "all" / "seed_0" / "same").exists()
    assert kept(folder, "random").stamp != kept(folder, "both").stamp


def test_with_the_records_alone_nothing_is_done_again(folder, tmp_path, capsys):
    shutil.copytree(folder / "kept", tmp_path / "kept")
    again(tmp_path, tmp_path / "out")
    printed = capsys.readouterr().out
    assert printed.count("finished before, skipped") == len(ROWS)
    assert not (tmp_path / "stage1").exists()
    assert not (tmp_path / "out" / "all").exists()
    assert "difference to: original" in (tmp_path / "out" / "results.md").read_text(
        encoding="utf-8"
    )


def test_a_protocol_takes_over_what_an_ablation_has_trained(folder, tmp_path, capsys):
    shutil.copytree(folder / "kept", tmp_path / "kept")
    results = tmp_path / "kept" / "protocol"
    more = [
        "--inputs=[original,both,oracle]",
        "--classifier.select_on_test=false",
        f"--results={results}",
    ]
    evaluate(tmp_path, "synthetic_au", tmp_path / "out", *more)
    printed = capsys.readouterr().out
    assert printed.count(" of ablation_synthetic_au, taken over") == 3
    assert "starts" not in printed
    assert Record.load(results / "oracle_seed_0.json").protocol == "synthetic_au"
    assert "3 of 3 runs" in (tmp_path / "out" / "results.md").read_text(encoding="utf-8")
    # With the peer-style column it is another run.
    evaluate(tmp_path, "synthetic_au", tmp_path / "out", "--inputs=[original]", *more[2:])
    assert "seed 0, original: starts" in capsys.readouterr().out


def test_other_options_are_not_mixed_with_these(folder, tmp_path, capsys):
    for name in ("kept", "stage1"):
        shutil.copytree(folder / name, tmp_path / name)
    again(
        tmp_path,
        tmp_path / "out",
        "--only=row=original",
        classifier_args=["--model.head.dropout=0.5"],
    )
    assert "seed 0, original: starts" in capsys.readouterr().out
    assert kept(tmp_path, "original").options["model"]["init_args"]["head"]["dropout"] == 0.5
    assert kept(folder, "original").options["model"]["init_args"]["head"]["dropout"] == 0.2


def test_a_given_normalizer_that_was_trained_alike_is_the_same(folder, tmp_path, capsys):
    shutil.copytree(folder / "kept", tmp_path / "kept")
    path = folder / "stage1" / "all" / "normalizer" / "best.ckpt"
    external = ["--normalizer.people=external", "--normalizer.config=null"]
    again(tmp_path, tmp_path / "out", f"--normalizer.checkpoint={path}", *external)
    assert capsys.readouterr().out.count("finished before, skipped") == len(ROWS)


def test_norface_run_trains_the_same_normalizer():
    """Its folder is what `--normalizer` is given most often."""
    config, data = CONFIGS / "normalizer" / "tiny.yaml", CONFIGS / "data" / "synthetic.yaml"
    used = RunData(DataFile(data), "au_intensity")
    ours = resolve(["--config", str(config), "--seed_everything=0", *used.stage1(None)])
    theirs = resolve(["--config", str(config), "--data", str(data), "--seed_everything=0"])
    assert training_options(ours.config) == training_options(theirs.config)


def test_tables_come_from_the_records_alone(folder, tmp_path):
    again(folder, folder / "out", "--tables_only=true")
    config = str(CONFIGS / "ablation" / "synthetic_au.yaml")
    arguments = ["--config", config, f"--out={tmp_path / 'out'}", "--seeds=[0]"]
    arguments += [f"--results={folder / 'kept' / 'mine'}", "--tables_only=true"]
    arguments.append(shipped_and_two_more())
    # No network can be built and no data set be opened without Lightning.
    code = (
        "import sys; sys.modules['lightning'] = None; from norface_pl.cli import main;"
        f"main(['ablate', *{arguments!r}])"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    for name in ("results.md", "results.tex", "results.csv", "differences.png"):
        made = (tmp_path / "out" / name).read_bytes()
        assert made == (folder / "out" / name).read_bytes()
    text = (tmp_path / "out" / "results.md").read_text(encoding="utf-8")
    assert "NOT COMPARABLE" not in text
    assert "NOT COMPLETE, missing: seed 0, normalized" in text


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """A data set with a cache that has another picture for every face."""
    folder = tmp_path_factory.mktemp("faces")
    faces = load_datamodule(write_small(folder, "synthetic"))
    cache_oracle(faces, folder / "drawn_oracle")
    return faces, folder


def test_the_original_twice(faces):
    data, folder = faces
    cache_originals(data, folder / "originals")
    cache = NormalizedCache.open(folder / "originals")
    for split in data.labelled_splits:
        own = data.dataset(split)
        everything = own.pictures["image"][list(range(len(own)))]
        assert np.array_equal(cache.load_all(own.keys), everything)


def test_exchanged_faces_are_those_of_others_of_the_split(faces):
    data, folder = faces
    cache_originals(data, folder / "own")
    cache_exchanged(data, folder / "own", folder / "exchanged")
    exchanged, own = (NormalizedCache.open(folder / name) for name in ("exchanged", "own"))
    assert exchanged.keys == own.keys
    assert exchanged.key != own.key
    for split in data.labelled_splits:
        keys = data.dataset(split).keys
        before, after = own.load_all(keys), exchanged.load_all(keys)
        assert not any(np.array_equal(x, y) for x, y in zip(before, after, strict=True))
        rows = [sorted(picture.tobytes() for picture in some) for some in (before, after)]
        assert rows[0] == rows[1]


def test_the_own_neutral_face_takes_the_place_of_the_redrawn_one(folder):
    out, spared = folder / "neutral", ["--data.spare=neutral"]
    only = "--only=row=original_neutral,row=both_relative,row=original"
    ablate(folder, out, only, classifier_args=spared, config="neutral")
    found = {one.run.row: one for one in records(out)}
    assert found["original_neutral"].options["faces"] == {"from": "neutral"}
    assert found["both_relative"].options["faces"]["from"] == "relative"
    # The normalizer is that of the other rows, and all are read from the same faces.
    assert found["both_relative"].normalizer == kept(folder, "both").normalizer
    faces = {row: one.faces for row, one in found.items()}
    assert faces["original"] == faces["original_neutral"] == faces["both_relative"]
    before = kept(folder, "original")
    people = {split: len(names) for split, names in before.subjects.items()}
    assert {split: before.faces[split] - n for split, n in people.items()} == faces["original"]
    data = load_datamodule(folder / "synthetic.yaml")
    data.spare = "neutral"
    caches = folder / "stage1" / "all" / "neutral"
    neutral, relative = (NormalizedCache.open(caches / x) for x in ("neutral", "relative"))
    plain = NormalizedCache.open(folder / "stage1" / "all" / "normalized")
    assert set(neutral.keys) == set(relative.keys) < set(plain.keys)
    batch = data.dataset("test").__getitems__([0, 5])
    assert np.array_equal(
        neutral.load_all(batch["key"]), batch["neutral"].permute(0, 2, 3, 1).numpy()
    )


def test_rows_that_read_a_neutral_face_need_one(folder, capsys):
    only = "--only=row=original_neutral"
    with pytest.raises(SystemExit):
        ablate(folder, folder / "none", only, config="neutral")
    assert "original_neutral reads neutral faces, and the data set gives" in capsys.readouterr().err


def test_another_target_is_another_face(folder):
    caches = folder / "stage1" / "all"
    plain, other = (NormalizedCache.open(caches / f"normalized{x}") for x in ("", "_person_1"))
    assert plain.key.normalizer == other.key.normalizer
    assert plain.key.target != other.key.target
    assert not np.array_equal(plain[plain.keys[0]], other[other.keys[0]])


def fails(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        cli.main(
            ["ablate", "--config", str(CONFIGS / "ablation" / "synthetic_au.yaml"), *arguments]
        )
    assert stop.value.code == 2
    return capsys.readouterr().err


def test_mistakes_are_one_sentence(tmp_path, capsys):
    out = f"--out={tmp_path}"
    assert "there is no row nobody to compare with" in fails(capsys, out, "--reference=nobody")
    assert "write fold=1,seed=0 or row=both" in fails(capsys, out, "--only=input=both")
    assert "has no finished run" in fails(capsys, out, "--tables_only=true")

    def rows(**changes):
        return "--rows=" + json.dumps([{"name": "original"} | changes])

    assert "name it with lower-case letters" in fails(capsys, out, rows(name="A b"))
    target = str(CONFIGS / "ablation" / "targets" / "person_1.png")
    error = fails(capsys, out, rows(inputs="original", target=target))
    assert "has a target but reads no normalizer's faces" in error
    error = fails(capsys, out, rows(classifier_args=["--model.head"]))
    assert "write each as one --key=value" in error


def test_rows_that_ship_differ_in_one_thing_each():
    config = yaml.safe_load(
        (CONFIGS / "ablation" / "synthetic_au.yaml").read_text(encoding="utf-8")
    )
    rows = {row["name"]: row for row in config["rows"]}
    assert [row["name"] for row in config["rows"][:4]] == [
        "original",
        "both",
        "normalized",
        "oracle",
    ]
    assert len([row for row in rows.values() if row.get("target")]) == 3
    assert config["reference"] == "original"
