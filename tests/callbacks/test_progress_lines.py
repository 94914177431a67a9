import pytest

from norface_pl import progress
from norface_pl.lightning_cli import NorfaceCLI
from norface_pl.progress import part, reporter, restart
from tests.callbacks.test_checkpoint import ARGS
from tests.helpers.fakes import LinkedModule


class Uneven(LinkedModule):
    """Half of a fit comes before its first batch, and its work is half done by then."""

    work_before = 0.5

    def work_done(self):
        return 0.5


@pytest.fixture
def always(monkeypatch):
    """Writes a line after every batch, as if each took half a minute."""
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    monkeypatch.setattr(progress, "on_terminal", lambda: False)
    restart()
    yield
    restart()


def fit(capsys, *args):
    cli = NorfaceCLI(["fit", *ARGS, "--trainer.num_sanity_val_steps=0", *args])
    return cli, [line.split(",") for line in capsys.readouterr().err.splitlines() if "%" in line]


def test_lines_name_epoch_and_share(always, capsys):
    # Eight faces in batches of four, three epochs.
    _, lines = fit(capsys)
    assert [",".join(line[:2]) for line in lines if line[0] == "training"] == [
        "training, epoch 1 of 3: 17%",
        "training, epoch 1 of 3: 33%",
        "training, epoch 2 of 3: 50%",
        "training, epoch 2 of 3: 67%",
        "training, epoch 3 of 3: 83%",
        "training, epoch 3 of 3: 100%",
    ]
    assert [line[0] for line in lines if line[0].startswith("validating")][:2] == [
        "validating: 50%",
        "validating: 100%",
    ]


def test_a_module_may_know_better_than_the_number_of_batches(always, capsys, monkeypatch):
    monkeypatch.setattr("tests.helpers.fakes.Uneven", Uneven, raising=False)
    with part("a phase", 0.0, 0.8):
        _, lines = fit(capsys, "--model=tests.helpers.fakes.Uneven")
    assert {",".join(line[:2]) for line in lines if "training" in line[0]} == {
        "a phase: training, epoch 1 of 3: 50%; of all 60%",
        "a phase: training, epoch 2 of 3: 50%; of all 60%",
        "a phase: training, epoch 3 of 3: 50%; of all 60%",
    }


def test_testing_is_told_as_well(always, capsys):
    cli, _ = fit(capsys)
    cli.trainer.test(cli.model, datamodule=cli.datamodule, verbose=False)
    assert "testing: 100%" in capsys.readouterr().err
    assert reporter().done == pytest.approx(1.0)


def test_lightning_draws_its_bar_on_a_terminal_only(monkeypatch, capsys):
    args = [arg for arg in ARGS if "progress_bar" not in arg]
    for terminal in (True, False):
        monkeypatch.setattr("norface_pl.lightning_cli.on_terminal", lambda shown=terminal: shown)
        cli = NorfaceCLI(["fit", *args, "--trainer.fast_dev_run=true"])
        assert (cli.trainer.progress_bar_callback is not None) is terminal
