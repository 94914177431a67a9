"""Pictures and texts reach each logger that can show them, and no other minds."""

from types import SimpleNamespace
from unittest.mock import Mock, create_autospec

import numpy as np
import pytest
from lightning.pytorch.loggers import CometLogger, CSVLogger, MLFlowLogger, WandbLogger
from lightning.pytorch.loggers import TensorBoardLogger as Board
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from norface_pl.loggers import log_picture, log_text, tensorboards

PICTURE = np.full((4, 6, 3), 200, np.uint8)


class MlflowClient:
    """The methods that are used, as MLflow documents them."""

    def log_image(
        self,
        run_id,
        image,
        artifact_file=None,
        key=None,
        step=None,
        timestamp=None,
        synchronous=None,
    ): ...

    def log_text(self, run_id, text, artifact_file): ...


class CometExperiment:
    """The methods that are used, as Comet documents them."""

    def log_image(self, image_data, name=None, overwrite=False, image_format="png", step=None): ...

    def log_text(self, text, step=None, metadata=None): ...


def trainer(*loggers, **changes):
    """A trainer after 7 batches."""
    settings = {"loggers": list(loggers), "is_global_zero": True, "sanity_checking": False}
    return SimpleNamespace(**settings | changes, fit_loop=SimpleNamespace(total_batch_idx=6))


def stand_in(kind, client=None):
    """A logger whose methods take what those of its kind do."""
    logger = create_autospec(kind, instance=True)
    if client is not None:
        logger.experiment = create_autospec(client, instance=True)
        logger.run_id = "run"
    return logger


def show(*loggers, **changes):
    log_picture(trainer(*loggers, **changes), "val/faces", PICTURE)
    log_text(trainer(*loggers, **changes), "data/splits", "a  \nb")


def test_tensorboard_gets_both_at_the_step_of_the_metrics(tmp_path):
    logger = Board(tmp_path, name="", version="")
    show(logger)
    logger.finalize("success")
    log = EventAccumulator(str(tmp_path)).Reload()
    (image,) = log.Images("val/faces")
    assert (image.step, image.width, image.height) == (7, 6, 4)
    (text,) = log.Tensors("data/splits/text_summary")
    assert (text.step, text.tensor_proto.string_val[0]) == (7, b"a  \nb")


def test_wandb_gets_both():
    logger = stand_in(WandbLogger)
    show(logger)
    logger.log_image.assert_called_once_with("val/faces", [PICTURE], 7)
    logger.log_text.assert_called_once_with("data/splits", ["text"], [["a  \nb"]], step=7)


def test_mlflow_gets_both():
    logger = stand_in(MLFlowLogger, MlflowClient)
    show(logger)
    logger.experiment.log_image.assert_called_once_with("run", PICTURE, key="val/faces", step=7)
    logger.experiment.log_text.assert_called_once_with("run", "a  \nb", "data/splits.md")


def test_comet_gets_both():
    logger = stand_in(CometLogger, CometExperiment)
    show(logger)
    logger.experiment.log_image.assert_called_once_with(PICTURE, name="val/faces", step=7)
    logger.experiment.log_text.assert_called_once_with(
        "a  \nb", step=7, metadata={"name": "data/splits"}
    )


def test_a_logger_of_numbers_is_left_alone(tmp_path):
    logger = CSVLogger(tmp_path)
    show(logger, stand_in(WandbLogger))
    logger.finalize("success")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("changes", [{"sanity_checking": True}, {"is_global_zero": False}])
def test_nothing_is_shown_before_training_or_by_a_second_process(changes):
    logger = stand_in(WandbLogger)
    show(logger, **changes)
    assert logger.mock_calls == []


def test_only_tensorboards_are_written_to_directly(tmp_path):
    board = Board(tmp_path, name="", version="")
    given = trainer(CSVLogger(tmp_path), board, Mock(spec=WandbLogger))
    assert list(tensorboards(given)) == [board.experiment]
