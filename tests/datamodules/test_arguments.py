"""What every datamodule's arguments owe: few of its own, all of them described and overridable."""

import inspect

import pytest
import yaml
from jsonargparse import ArgumentParser

from norface_pl import cli, datamodules
from norface_pl.datamodules.prepared import PreparedDataModule
from norface_pl.sources import SOURCES

CLASSES = [getattr(datamodules, name) for name in datamodules.__all__ if "DataModule" in name]
IN_FILES = [one for one in CLASSES if issubclass(one, PreparedDataModule)]


def named(one):
    return one.__name__


@pytest.mark.parametrize("one", CLASSES, ids=named)
def test_a_constructor_has_few_arguments_of_its_own(one):
    assert len(set(inspect.signature(one).parameters) - {"kwargs"}) <= 12


@pytest.mark.parametrize("one", CLASSES, ids=named)
def test_every_argument_is_described_wherever_it_comes_from(one):
    parser = ArgumentParser()
    names = parser.add_class_arguments(one, as_group=True)
    said = {action.dest: action.help for action in parser._actions}
    assert names
    assert [name for name in names if not said[name] or said[name].startswith("(")] == []


@pytest.mark.parametrize("one", IN_FILES, ids=named)
def test_every_source_is_known_to_norface_prepare(one):
    assert SOURCES[one.source.name] is one.source


def test_each_source_has_its_own_datamodule_and_name():
    assert len(IN_FILES) == len({one.source for one in IN_FILES}) == len(SOURCES)
    assert all(source.name == name for name, source in SOURCES.items())


@pytest.mark.parametrize(
    ("option", "keys", "value"),
    [
        ("--data.batch_size=12", ["batch_size"], 12),
        ("--data.people.unlabelled=5", ["people", "unlabelled"], 5),
        ("--data.clips={length: 8}", ["clips", "length"], 8),
        ("--data.clips.length=8", ["clips", "train"], 8),
    ],
)
def test_any_value_is_overridden_from_the_shell(option, keys, value, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["fit", "--config=classifier/au", option, "--print_config"])
    assert stop.value.code == 0
    found = yaml.safe_load(capsys.readouterr().out)["data"]["init_args"]
    for key in keys:
        found = found[key]
    assert found == value


@pytest.mark.parametrize(
    "option", ["--data.batch_sise=12", "--data.people.unlabeled=5", "--data.kwargs.batch_sise=3"]
)
@pytest.mark.parametrize("data", ["synthetic", "disfa"])
def test_a_misspelt_argument_is_refused(option, data, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["fit", "--config=classifier/au", f"--data={data}", option, "--print_config"])
    assert stop.value.code == 2
    wrong = option.removeprefix("--data.").partition("=")[0].rpartition(".")[2]
    assert wrong in capsys.readouterr().err
