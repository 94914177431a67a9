import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import norface_pl
from norface_pl import cli
from norface_pl.face_module import MODULE_KEY, load_module
from norface_pl.lightning_cli import NorfaceCLI
from tests.helpers.fakes import LinkedModule, UnlinkedModule

CPU = [
    "--trainer.accelerator=cpu",
    "--trainer.enable_progress_bar=false",
    "--trainer.enable_model_summary=false",
    "--trainer.logger.save_dir=logs",
    "--checkpoint.dirpath=out",
    "--checkpoint.monitor=val/loss",
]


def fit(module=LinkedModule, *more):
    name = f"tests.helpers.fakes.{module.__name__}"
    args = [
        "--model",
        name,
        "--data",
        "tests.helpers.fakes.FakeDataModule",
        *CPU,
        "--trainer.max_epochs=1",
    ]
    return NorfaceCLI(["fit", *args, *more])


def end(args, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(args)
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


def test_version(capsys):
    cli.main(["--version"])
    assert capsys.readouterr().out == f"norface {norface_pl.__version__}\n"


@pytest.mark.parametrize("args", [[], ["-h"], ["--help"]])
def test_help_is_a_line_for_each_command_own_ones_first(args, capsys):
    cli.main(args)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "usage: norface COMMAND [options]"
    rows = [line.split(maxsplit=1) for line in lines if line.startswith("  ")]
    commands = [*cli.COMMANDS, "fit", "validate", "test", "predict"]
    assert [command for command, _ in rows[: len(commands)]] == commands
    assert all(what for _, what in rows)
    assert max(map(len, lines)) <= 100


def test_help_needs_neither_torch_nor_lightning():
    # Prepare reads its options from the data modules, which are Lightning's.
    light = sorted(set(cli.COMMANDS) - {"prepare"})
    code = (
        "import sys; from norface_pl import cli\n"
        f"for command in [None, *{light}]:\n"
        "    try: cli.main([command, '--help'] if command else ['--help'])\n"
        "    except SystemExit as end: assert end.code == 0, command\n"
        "    loaded = {'torch', 'lightning'} & set(sys.modules)\n"
        "    assert not loaded, (command, loaded)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_own_commands_have_help_and_take_a_config(command, capsys):
    code, out, _ = end([command, "--help"], capsys)
    assert code == 0
    assert out.startswith(f"usage: norface {command} ")
    assert "--config" in out
    assert "--print_config" in out


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--out=here", "--config=au"],
        ["fit", "--trainer.default_root_dir=here", "--config=normalizer/tiny"],
    ],
)
def test_an_option_before_the_config_wins_as_well(words, capsys):
    code, out, _ = end([*words, "--print_config"], capsys)
    assert code == 0
    config = yaml.safe_load(out)
    found = config["out"] if words[0] == "run" else config["trainer"]["default_root_dir"]
    assert found == "here"


def test_an_unknown_command_names_the_known_ones(capsys):
    code, _, err = end(["analyse"], capsys)
    assert code == 2
    assert err == (
        "norface: error: there is no command 'analyse'; it is one of "
        f"fit, validate, test, predict, {', '.join(cli.COMMANDS)}\n"
    )


def test_an_unknown_key_is_an_error_that_names_it(tmp_path, capsys):
    args = [
        "fit",
        "--model",
        "tests.helpers.fakes.LinkedModule",
        "--data",
        "tests.helpers.fakes.FakeDataModule",
    ]
    code, _, err = end([*args, "--trainer.max_epoch=3"], capsys)
    assert code != 0
    assert "max_epoch" in err
    (tmp_path / "run.yaml").write_text("outt: x\n", encoding="utf-8")
    code, _, err = end(["run", "--config", str(tmp_path / "run.yaml")], capsys)
    assert code != 0
    assert "outt" in err


def test_a_mistake_in_the_input_is_one_line_and_exit_code_2(capsys):
    args = [
        "fit",
        "--model",
        "tests.helpers.fakes.LinkedModule",
        "--data",
        "tests.helpers.fakes.FakeDataModule",
    ]
    code, _, err = end([*args, "--data.root=nowhere", "--trainer.accelerator=cpu"], capsys)
    assert code == 2
    assert err.splitlines()[-1] == ("norface: error: no data set in nowhere; give --data.root")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(13, "Permission denied", "/data/a.jpg"),
        OSError(28, "No space left on device", "/data/a.jpg"),
    ],
)
def test_any_os_error_is_one_line_and_exit_code_2(monkeypatch, capsys, error):
    def fail(argv):
        raise error

    def wrapped(argv):
        raise ValueError("as jsonargparse says it") from error

    for dispatch in (fail, wrapped):
        monkeypatch.setattr(cli, "_dispatch", dispatch)
        code, _, err = end(["analyze"], capsys)
        assert code == 2
        assert err.startswith(f"norface: error: cannot use /data/a.jpg: {error.strerror}; ")
        assert err.count("\n") == 1


def test_the_home_folder_is_expanded_for_every_command(monkeypatch, capsys):
    seen = []
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setattr(cli, "_dispatch", seen.append)
    cli.main(["fit", "--out=~/x", "--ckpt_path=~/a.ckpt"])
    assert seen == [["fit", "--out=/home/anna/x", "--ckpt_path=/home/anna/a.ckpt"]]


def test_an_option_that_is_true_or_false_stands_alone_for_true(monkeypatch):
    seen = {}

    def command(images: list[str], overlay: bool = False, profile: bool = True) -> None:
        seen.update(images=images, overlay=overlay, profile=profile)

    monkeypatch.setattr(cli, "_load", lambda target: command)
    cli.main(["analyze", "a.png", "--overlay", "--profile", "false"])
    assert seen == {"images": ["a.png"], "overlay": True, "profile": False}
    cli.main(["analyze", "a.png", "--profile=false", "--overlay"])
    assert seen == {"images": ["a.png"], "overlay": True, "profile": False}
    cli.main(["analyze", "a.png"])
    assert seen == {"images": ["a.png"], "overlay": False, "profile": True}


class Planted:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return open, ("planted.txt", "w")


@pytest.mark.parametrize("command", ["fit", "validate", "test", "predict"])
def test_a_checkpoint_that_is_refused_is_one_sentence(command, capsys):
    torch.save({"state_dict": {}, "hyper_parameters": {}}, "other.ckpt")
    torch.save({MODULE_KEY: "UnlinkedModule", "state_dict": {}}, "unlinked.ckpt")
    torch.save({"state_dict": {}, "code": Planted()}, "planted.ckpt")
    Path("text.ckpt").write_text("no checkpoint", encoding="utf-8")
    args = [
        "--model",
        "tests.helpers.fakes.LinkedModule",
        "--data",
        "tests.helpers.fakes.FakeDataModule",
        *CPU,
    ]
    give = "give the .ckpt file of a trained LinkedModule."
    for file, sentence in (
        ("other.ckpt", f"other.ckpt was not written by this package: {give}"),
        ("planted.ckpt", f"planted.ckpt is not a checkpoint that loads safely: {give}"),
        ("text.ckpt", f"text.ckpt is not a checkpoint that loads safely: {give}"),
        ("gone.ckpt", f"Checkpoint gone.ckpt does not exist: {give}"),
        (
            "unlinked.ckpt",
            "unlinked.ckpt holds a UnlinkedModule: give the checkpoint of a LinkedModule.",
        ),
    ):
        code, _, err = end([command, *args, f"--ckpt_path={file}"], capsys)
        assert (code, err.splitlines()[-1]) == (2, f"norface: error: {sentence}")
        assert "Traceback" not in err
    assert not Path("planted.txt").exists()


def test_ctrl_c_is_exit_code_130_also_when_lightning_caught_it(monkeypatch, capsys):
    def interrupted(argv):
        raise KeyboardInterrupt

    def caught(argv):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            sys.exit(1)

    for stop in (interrupted, caught):
        monkeypatch.setattr(cli, "_dispatch", stop)
        assert end(["fit"], capsys)[0] == 130


def test_other_exits_keep_their_code(monkeypatch, capsys):
    monkeypatch.setattr(cli, "_dispatch", lambda argv: sys.exit(3))
    assert end(["fit"], capsys)[0] == 3


def test_the_data_decides_the_linked_arguments():
    model = fit(LinkedModule, "--data.image_size=6", "--data.task=au_intensity").model
    assert (model.task, model.label_names, model.image_size) == ("au_intensity", ["AU1", "AU2"], 6)
    assert model.net.weight.shape == (2, 3 * 36)


@pytest.mark.parametrize("module", [LinkedModule, UnlinkedModule])
def test_a_checkpoint_loads_and_goes_on_whether_or_not_the_module_has_the_links(module, capsys):
    trained = fit(module).model
    # The file name is the checkpoint rule: no version counter, no epoch in it.
    loaded = load_module(module, "out/best.ckpt")
    assert torch.equal(loaded.net.weight, trained.net.weight)
    again = fit(module, "--trainer.max_epochs=2", "--ckpt_path=out/last.ckpt", "--model.rate=0.5")
    assert again.trainer.current_epoch == 2
    # Hyperparameters in the checkpoint would overrule the command line.
    assert again.model.rate == 0.5
    args = [
        "--model",
        f"tests.helpers.fakes.{module.__name__}",
        "--data",
        "tests.helpers.fakes.FakeDataModule",
    ]
    cli.main(["test", *args, *CPU, "--ckpt_path=out/best.ckpt"])
    assert "test/f1" in capsys.readouterr().out


def test_a_fit_leaves_two_checkpoints_its_config_and_no_hp_metric():
    run = fit()
    assert sorted(p.name for p in run_files("out")) == ["best.ckpt", "last.ckpt"]
    config = yaml.safe_load(
        (run_files(run.trainer.log_dir, "config.yaml")[0]).read_text(encoding="utf-8")
    )
    assert config["data"]["init_args"]["image_size"] == 8
    assert config["seed_everything"] == 0
    log = EventAccumulator(run.trainer.log_dir).Reload()
    assert "val/loss" in log.Tags()["scalars"]
    assert "hp_metric" not in log.Tags()["scalars"]
    texts = {
        tag: log.Tensors(tag)[0].tensor_proto.string_val[0].decode()
        for tag in ("config/text_summary", "environment/text_summary")
    }
    assert "class_path: tests.helpers.fakes.LinkedModule" in texts["config/text_summary"]
    assert f"torch: {torch.__version__.split('+')[0]}" in texts["environment/text_summary"]
    assert "commit: " in texts["environment/text_summary"]


def test_loggers_get_the_options_and_tensorboard_the_final_metrics():
    csv = {"class_path": "CSVLogger", "init_args": {"save_dir": "numbers"}}
    run = fit(LinkedModule, f"--trainer.logger+={json.dumps(csv)}")
    run.trainer.test(run.model, run.datamodule, verbose=False)
    (told,) = run_files("numbers", "hparams.yaml")
    options = yaml.safe_load(told.read_text(encoding="utf-8"))
    assert options["model"]["init_args"]["rate"] == 0.1
    log = EventAccumulator(f"{run.trainer.loggers[0].log_dir}/final").Reload()
    assert set(log.Tags()["scalars"]) == {"final/val/loss", "final/best/val/loss", "final/test/f1"}
    assert b"max_epochs" in log.SummaryMetadata("_hparams_/session_start_info").SerializeToString()


def test_a_test_run_saves_no_config():
    fit()
    args = [
        "--model",
        "tests.helpers.fakes.LinkedModule",
        "--data",
        "tests.helpers.fakes.FakeDataModule",
    ]
    before = run_files("logs", "config.yaml")
    NorfaceCLI(["test", *args, *CPU, "--ckpt_path=out/best.ckpt"])
    assert run_files("logs", "config.yaml") == before


def test_the_saved_config_runs_again():
    folder = fit().trainer.log_dir
    NorfaceCLI(["fit", "--config", f"{folder}/config.yaml", "--trainer.max_epochs=1"])


def test_the_seed_decides_the_weights():
    first, same, other = (
        fit(LinkedModule, f"--seed_everything={seed}").model.net.weight for seed in (0, 0, 1)
    )
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def run_files(folder, name="*"):
    return sorted(path for path in Path(folder).rglob(name) if path.is_file())
