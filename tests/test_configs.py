"""Every file in configs/ runs, or at least resolves where the machine cannot run it."""

import json
from pathlib import Path

import pytest
import torch
import yaml

from norface_pl import cli
from norface_pl.inference.redraw import cache_oracle
from norface_pl.lightning_cli import NorfaceCLI, resolve
from tests.helpers.tiny import CONFIGS, DRAWN, TINY_DATA, write_data

STAGES = sorted(
    path
    for stage in ("normalizer", "classifier", "mae")
    for path in CONFIGS.glob(f"{stage}/*.yaml")
)
DATA = sorted(CONFIGS.glob("data/*.yaml"))
RUNS = sorted(CONFIGS.glob("run/*.yaml"))
FAST = ["--trainer.fast_dev_run=true", "--trainer.enable_progress_bar=false"]
CPU = ["--trainer.accelerator=cpu", "--trainer.devices=1"]
# Networks of these configs are for GPUs; the tests run them narrow and shallow.
NARROW = {
    "normalizer/small": ["--model.generator.decoder_channels=[32,16,16]"],
    "normalizer/base": ["--model.generator.decoder_channels=[32,16,16,16]"],
}
# No teacher reads the faces of these tests; tests/normalizer/test_taught.py has some that are read.
UNREAD = {
    f"normalizer/{stage}": ["--model.objective.code_is_reading=false"]
    for stage in ("photo", "photo_128")
}
SHALLOW = [
    "--model.generator.encoder.embed_dim=32",
    "--model.generator.encoder.num_heads=4",
    "--model.generator.encoder.depth=1",
    "--model.generator.merging_depth=1",
]


# What says most of each module after a single batch, and the shape of one of its predictions.
FIGURE = {
    "normalizer": "spread/normalized",
    "mae": "loss",
    "au_detection": "f1",
    "au_intensity": "mae",
    "expression": "accuracy",
    "all": "score",
}
PREDICTED = {
    "normalizer": (3, 32, 32),
    "mae": (192,),
    "au_detection": (17,),
    "au_intensity": (17,),
    "expression": (8,),
}


def name(path):
    return "/".join(path.relative_to(CONFIGS).with_suffix("").parts)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A tiny data set with a cache of redrawn faces; stage 2 reads both."""
    folder = tmp_path_factory.mktemp("data")
    first = write_data(folder, image_size=32)
    stage = str(CONFIGS / "classifier" / "au.yaml")
    cache_oracle(resolve(["--config", stage, "--data", str(first)]).datamodule(), folder / "cache")
    return write_data(folder, image_size=32, normalized=str(folder / "cache"))


def task_of(path):
    """The task that a stage's own data section asks for, for it may not be the data set's."""
    section = yaml.safe_load(path.read_text(encoding="utf-8")).get("data") or {}
    arguments = section.get("init_args", {}) if isinstance(section, dict) else {}
    by_name = {"intensity": "au_intensity", "expression": "expression"}
    return arguments.get("task") or by_name.get(path.stem, "au_detection")


@pytest.mark.parametrize("path", STAGES, ids=name)
@pytest.mark.parametrize("command", ["fit", "validate", "test", "predict"])
def test_every_stage_runs(path, command, data):
    task = task_of(path)
    said = json.dumps(task) if isinstance(task, list) else task
    args = [command, "--config", str(path), "--data", str(data), f"--data.task={said}"]
    narrow = NARROW.get(name(path), [])
    changes = [*narrow, *(SHALLOW if narrow else []), *UNREAD.get(name(path), [])]
    trainer = NorfaceCLI([*args, *changes, *CPU, *FAST]).trainer
    learned = "all" if isinstance(task, list) else task
    kind = learned if path.parent.name == "classifier" else path.parent.name
    if command == "predict":
        (faces,) = trainer.predict_loop.predictions
        several = kind == "all"
        shape = (sum(PREDICTED[one][0] for one in task),) if several else PREDICTED[kind]
        assert faces.shape == (TINY_DATA["batch_size"], *shape)
        assert faces.isfinite().all()
        return
    stage = "test" if command == "test" else "val"
    assert trainer.callback_metrics[f"{stage}/{FIGURE[kind]}"].isfinite()
    assert trainer.global_step == (command == "fit")


def keys(value, before=""):
    """The path of every key of a nested config."""
    found = set()
    for key, part in value.items():
        found.add(f"{before}.{key}")
        if isinstance(part, dict):
            found |= keys(part, f"{before}.{key}")
    return found


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("normalizer/*.yaml")), ids=name)
def test_every_normalizer_is_watched(path):
    callbacks = resolve(["--config", str(path)]).config["trainer"]["callbacks"]
    names = [callback["class_path"].rpartition(".")[2] for callback in callbacks]
    assert names == ["PictureGrid", "WorstFaces", "Projector", "CollapseGuard"]


def test_every_normalizer_draws_the_size_of_its_own_data():
    # The constructor refuses a decoder that does not; networks are not built here.
    for path, size in (("tiny", 64), ("photo_128", 128), ("small", 128), ("base", 224)):
        config = resolve(["--config", str(CONFIGS / "normalizer" / f"{path}.yaml")]).config
        generator = config["model"]["init_args"]["generator"]
        assert config["data"]["init_args"]["image_size"] == size
        grid = size // generator["encoder"]["patch_size"]
        assert grid * 2 ** len(generator["decoder_channels"]) == size


def test_what_ships_is_what_the_code_has_by_default():
    """The small configs say what people change, and change nothing themselves."""
    for stage in ("normalizer/tiny", "classifier/au", "mae/tiny"):
        shipped = resolve(["--config", str(CONFIGS / f"{stage}.yaml")]).config["model"]
        bare = resolve(["--model", shipped["class_path"], "--data", "synthetic"]).config["model"]
        assert shipped == bare


@pytest.mark.parametrize("path", STAGES, ids=name)
def test_every_stage_resolves_with_its_own_data(path):
    datamodule = resolve(["--config", str(path)]).datamodule()
    assert yaml.safe_load(path.read_text(encoding="utf-8")).keys() <= {
        "model",
        "data",
        "trainer",
        "checkpoint",
        "seed_everything",
    }
    assert datamodule.image_size > 0


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("data/synthetic*.yaml")), ids=name)
def test_every_drawn_data_set_trains(path):
    drawn = TINY_DATA | {"cache_dir": DRAWN.name}
    tiny = [f"--data.{key}={json.dumps(value)}" for key, value in drawn.items()]
    stage = ["--config", str(CONFIGS / "classifier" / "au.yaml"), "--data", str(path)]
    trainer = NorfaceCLI(["fit", *stage, *tiny, "--model.inputs=original", *CPU, *FAST]).trainer
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))["init_args"]
    side = settings.get("image_size", 64)
    assert trainer.datamodule.dataset("train").pictures["image"].shape == (36, side, side, 3)
    assert trainer.datamodule.sampler.style == settings.get("style", "plain")
    assert trainer.callback_metrics["train/loss"].isfinite()


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("trainer/*.yaml")), ids=name)
def test_every_trainer_trains(path, data):
    stage = ["--config", str(CONFIGS / "classifier" / "au.yaml"), "--data", str(data)]
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    resolved = resolve([*stage, "--trainer", str(path)]).config
    assert settings.items() <= resolved["trainer"].items()
    if settings["accelerator"] == "gpu" and not torch.cuda.is_available():
        return
    trainer = NorfaceCLI(["fit", *stage, "--trainer", str(path), *FAST]).trainer
    assert trainer.global_step == 1
    assert trainer.callback_metrics["train/loss"].isfinite()


def printed(args, capsys):
    """What a command would run with, without running it."""
    with pytest.raises(SystemExit) as stop:
        cli.main([*args, "--print_config"])
    assert stop.value.code == 0
    return yaml.safe_load(capsys.readouterr().out)


def of_data(capsys, *args, stage="classifier/au"):
    """The data section that a stage runs with."""
    return printed(["fit", "--config", stage, *args], capsys)["data"]


@pytest.mark.parametrize("path", DATA, ids=name)
def test_a_data_config_replaces_the_data_set_of_a_stage_with_all_its_arguments(path, capsys):
    asked = ["--data", str(path)]
    found = of_data(capsys, *asked, stage="normalizer/base")
    assert found == of_data(capsys, *asked)
    assert found["class_path"] == yaml.safe_load(path.read_text(encoding="utf-8"))["class_path"]


@pytest.mark.parametrize("path", DATA, ids=name)
def test_a_data_config_differs_from_the_defaults_of_the_code_only_where_its_name_says(path, capsys):
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    own = config["init_args"]
    assert len(own) <= 4
    default = of_data(capsys, f"--data={config['class_path']}")["init_args"]
    if "prepared" in own:
        assert default["prepared"] is None
        assert own["prepared"] == f"data/{path.stem}"
        default["prepared"] = own["prepared"]
    found = of_data(capsys, "--data", str(path))["init_args"]
    assert {key for key in found if found[key] != default.get(key)} == {
        "synthetic_128": {"image_size", "batch_size", "frames_per_clip"},
        "synthetic_224": {"image_size", "batch_size", "frames_per_clip", "people"},
        "synthetic_comic": {"style", "people"},
        "synthetic_others": {"seed", "people"},
        "multi_au": {"parts"},
        "multi_all": {"parts"},
        "photo": {"photographs"},
        "photo_128": {"photographs", "image_size", "batch_size", "num_workers"},
    }.get(path.stem, set())


def test_short_names_stand_for_the_files_of_a_run(capsys):
    config = printed(["run", "--config", "au", "--normalizer", "small", "--trainer=gpu"], capsys)
    chosen = {key: Path(config[key]).resolve() for key in ("normalizer", "classifier", "trainer")}
    assert chosen == {
        "normalizer": CONFIGS / "normalizer" / "small.yaml",
        "classifier": CONFIGS / "classifier" / "au.yaml",
        "trainer": CONFIGS / "trainer" / "gpu.yaml",
    }
    # Results go to the working folder, wherever the config lies.
    assert config["out"] == "runs/synthetic"


def test_short_names_stand_for_the_files_of_a_fit(capsys):
    args = ["--config", "normalizer/tiny", "--data", "synthetic_128", "--trainer", "debug"]
    config = printed(["fit", *args], capsys)
    data = yaml.safe_load((CONFIGS / "data" / "synthetic_128.yaml").read_text(encoding="utf-8"))
    assert config["data"]["init_args"]["image_size"] == 128
    assert config["data"]["init_args"]["frames_per_clip"] == data["init_args"]["frames_per_clip"]
    trainer = yaml.safe_load((CONFIGS / "trainer" / "debug.yaml").read_text(encoding="utf-8"))
    assert {key: config["trainer"][key] for key in trainer} == trainer


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("protocol/*.yaml")), ids=name)
def test_every_protocol_resolves_by_its_name_from_any_folder(path, capsys):
    config = printed(["evaluate", "--config", path.stem], capsys)
    groups = {"data": ("config", "test"), "classifier": ("config",), "normalizer": ("config",)}
    found = [config[group][key] for group, keys in groups.items() for key in keys]
    for file in [*found, config["trainer"]]:
        assert file is None or Path(file).is_file()


COMPARISONS = sorted([*CONFIGS.glob("protocol/*.yaml"), *CONFIGS.glob("ablation/*.yaml")])


@pytest.mark.parametrize("path", COMPARISONS, ids=name)
def test_a_protocol_says_only_what_differs_from_the_defaults(path, capsys):
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    command = "evaluate" if path.parent.name == "protocol" else "ablate"
    usual = printed([command], capsys)
    for key, value in config.items():
        if isinstance(value, dict):
            assert [name for name in value if value[name] == usual[key][name]] == []
        else:
            assert value != usual[key], key


def test_own_configs_may_say_short_names(capsys):
    Path("own.yaml").write_text(
        "normalizer: small\nclassifier: expression\ndata: data/disfa\nout: runs/own\n",
        encoding="utf-8",
    )
    config = printed(["run", "--config", "own.yaml"], capsys)
    assert Path(config["normalizer"]) == CONFIGS / "normalizer" / "small.yaml"
    assert Path(config["classifier"]) == CONFIGS / "classifier" / "expression.yaml"
    assert Path(config["data"]) == CONFIGS / "data" / "disfa.yaml"


@pytest.mark.parametrize(
    "args",
    [
        ["run", "--config", "auu"],
        ["run", "--config", "au", "--data=sinthetic"],
        ["evaluate", "--config", "synthetic_au", "--trainer", "gpuu"],
        ["fit", "--config", "normalizer/tinny"],
    ],
)
def test_an_unknown_name_is_one_sentence(args, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(args)
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("norface: error: there is no file ")


@pytest.mark.parametrize("path", RUNS, ids=name)
def test_every_run_config_resolves_from_any_folder(path, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    base = [] if path.stem != "long" else ["--config", str(CONFIGS / "run" / "au.yaml")]
    with pytest.raises(SystemExit) as stop:
        cli.main(["run", *base, "--config", str(path), "--print_config"])
    assert stop.value.code == 0
    config = yaml.safe_load(capsys.readouterr().out)
    for key in ("normalizer", "classifier", "data"):
        assert Path(path.parent / config[key]).is_file()


def test_building_a_data_set_leaves_its_description_as_it_was():
    """Records keep it as JSON; the parser once put objects of its own into lists."""
    stage, data = CONFIGS / "classifier" / "au.yaml", CONFIGS / "data" / "multi_au.yaml"
    resolved = resolve(["--config", str(stage), "--data", str(data)])
    before = json.dumps(resolved.config)
    resolved.datamodule()
    assert json.dumps(resolved.config) == before
