"""Bars, reliability, precision-recall curves and charts of what a classifier reads."""

import lightning as L
import numpy as np
import pytest
from lightning.pytorch.loggers import TensorBoardLogger
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.util.tensor_util import make_ndarray

from norface_pl.callbacks import CurveGroups, LabelPlots, label_plots
from norface_pl.callbacks.label_plots import THRESHOLDS
from tests.helpers.stages import tiny_classifier
from tests.helpers.toy import NAMES, ToyDataModule


class Fitted:
    """A classifier of both faces after an epoch, what it logged and which bars it drew."""

    def __init__(self, folder, task, patch):
        self.bars = {}
        drawn = label_plots.level_bars

        def draw(title, labels, series, highest):
            self.bars[title] = series
            return drawn(title, labels, series, highest)

        patch.setattr(label_plots, "level_bars", draw)
        self.trainer = L.Trainer(
            accelerator="cpu",
            max_epochs=1,
            logger=TensorBoardLogger(folder, "", ""),
            callbacks=[LabelPlots(), CurveGroups()],
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        self.trainer.fit(tiny_classifier(task, NAMES).train(), ToyDataModule(task))
        self.metrics = {n: float(value) for n, value in self.trainer.callback_metrics.items()}
        self.log = EventAccumulator(str(folder)).Reload()


@pytest.fixture(scope="module")
def occurrences(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield Fitted(tmp_path_factory.mktemp("logs"), "au_detection", patch)


def test_bars_are_the_scores_logged_beside_those_of_each_picture_alone(occurrences):
    ((title, series),) = occurrences.bars.items()
    assert title == "au_detection: f1"
    assert list(series) == ["all", "original", "normalized"]
    assert series["all"] == pytest.approx([occurrences.metrics[f"val/f1/{n}"] for n in NAMES])


def test_pictures_are_logged(occurrences):
    maps = {f"val/{name}_map" for name in ("input", "output")}
    assert set(occurrences.log.Tags()["images"]) >= {"val/f1_bars", "val/reliability"} | maps


def test_a_precision_recall_curve_goes_through_the_counts_that_f1_is_made_of(occurrences):
    (event,) = occurrences.log.Tensors("val/precision_recall/AU12")
    tp, fp, tn, fn, precision, recall = make_ndarray(event.tensor_proto)
    assert (tp + fp + tn + fn == 15).all()  # one of 16 labels is missing
    assert (np.diff(tp + fp) <= 0).all()
    middle = list(THRESHOLDS).index(0.5)
    found = 2 * tp[middle] / (2 * tp[middle] + fp[middle] + fn[middle])
    assert found == pytest.approx(occurrences.metrics["val/f1/AU12"])
    assert recall[0] == 1
    assert precision[-1] == recall[-1] == tp[-1] == 0


def test_every_label_has_a_chart(occurrences):
    (event,) = occurrences.log.Tensors("custom_scalars__config__")
    layout = layout_pb2.Layout.FromString(event.tensor_proto.string_val[0])
    charts = {
        c.title: {chart.title: list(chart.multiline.tag) for chart in c.chart}
        for c in layout.category
    }
    assert list(charts) == ["Stage 2", "Stage 2, label by label"]
    assert charts["Stage 2"]["scores"] == ["val/score$", "val/f1$"]
    assert "mixtures: likeness of experts" in charts["Stage 2"]
    labels = charts["Stage 2, label by label"]
    assert labels == {f"f1 {name}": [f"val/f1/{name}$"] for name in NAMES}


def test_classes_have_bars_of_their_recall_and_no_precision(tmp_path, monkeypatch):
    fitted = Fitted(tmp_path, "expression", monkeypatch)
    assert list(fitted.bars) == ["expression: recall"]
    assert not [tag for tag in fitted.log.Tags()["tensors"] if "precision_recall" in tag]
