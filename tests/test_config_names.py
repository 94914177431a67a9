from pathlib import Path

import pytest

from norface_pl.config_names import (
    config_names,
    configs_first,
    find_config,
    named_config,
    resolve_configs,
)
from norface_pl.errors import NorfaceError
from tests.helpers.tiny import CONFIGS

OPTIONS = {"--config": ("normalizer", "classifier", "mae"), "--data": ("data",)}


def test_every_config_has_a_name():
    files = {path.relative_to(CONFIGS).as_posix() for path in CONFIGS.rglob("*.yaml")}
    assert {f"{name}.yaml" for name in config_names()} == files
    assert named_config("run/au").read_bytes() == (CONFIGS / "run" / "au.yaml").read_bytes()


def test_a_name_may_stand_without_its_folder_where_the_kind_is_known():
    assert find_config("au", ["run"]) == named_config("run/au")
    assert find_config("au", ["classifier"]) == named_config("classifier/au")
    assert find_config("trainer/gpu", ["run"]) == named_config("trainer/gpu")


def test_a_path_wins_over_a_name_but_a_folder_is_no_config():
    Path("au").mkdir()
    assert find_config("au", ["run"]) == named_config("run/au")
    Path("gpu").write_text("accelerator: gpu\n", encoding="utf-8")
    assert find_config("gpu", ["trainer"]) == Path("gpu").absolute()


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("auu", "run/au"),
        ("configs/run/au.yaml", "run/au, run/all"),
        ("protocol/disfa", "protocol/disfa_au, protocol/disfa_intensity, protocol/bp4d_au"),
        ("qqqq", "none"),
    ],
)
def test_an_unknown_name_is_one_sentence_with_near_names(given, near):
    with pytest.raises(NorfaceError) as error:
        find_config(given, ["run"])
    assert str(error.value) == (
        f"there is no file '{given}' and no config of that name; near names: {near}; "
        "norface configs list shows all"
    )


def test_a_name_of_several_configs_asks_which():
    with pytest.raises(
        NorfaceError, match=r"^tiny is .* several configs: say normalizer/tiny or m"
    ):
        find_config("tiny", OPTIONS["--config"])


def test_a_command_line_gets_the_files_of_its_configs():
    given = ["fit", "--config", "normalizer/tiny", "--data=synthetic", "--seed", "tiny"]
    assert resolve_configs(given, OPTIONS) == [
        "fit",
        "--config",
        str(named_config("normalizer/tiny")),
        f"--data={named_config('data/synthetic')}",
        "--seed",
        "tiny",
    ]


@pytest.mark.parametrize(
    "value", ["norface_pl.datamodules.DISFADataModule", "DISFADataModule", '{"a": 1}', "null"]
)
def test_what_is_no_config_stays_as_it_is(value):
    assert resolve_configs(["--data", value], OPTIONS) == ["--data", value]
    assert resolve_configs([f"--data={value}"], OPTIONS) == [f"--data={value}"]


@pytest.mark.parametrize(
    ("given", "ordered"),
    [
        ("run --out=here --config au", "run --config au --out=here"),
        ("fit --a 1 --config=x --b --config y", "fit --config=x --config y --a 1 --b"),
        ("analyze a.jpg b.jpg --every 2 --config", "analyze a.jpg b.jpg --config --every 2"),
        # Of Lightning, for all its commands.
        ("--config x fit --a 1", "--config x fit --a 1"),
        ("--version", "--version"),
        ("", ""),
    ],
)
def test_configs_come_first_so_that_other_options_win(given, ordered):
    assert configs_first(given.split()) == ordered.split()
