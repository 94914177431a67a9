"""What is measured of a training, and what FLOPs are."""

import json
from types import SimpleNamespace

import lightning as L
import pytest
import torch
from torch.utils.data import DataLoader

from benchmarks.gpu_meter import Meter, counted_flops, utilisation


def test_a_linear_layer_costs_two_operations_a_weight_and_row():
    layer, rows = torch.nn.Linear(5, 7), torch.ones(3, 5)
    assert counted_flops(lambda: layer(rows)) == 2 * 3 * 5 * 7
    # Backwards the gradient of the weights alone, since the rows need none.
    assert counted_flops(lambda: layer(rows).sum().backward()) == 2 * (2 * 3 * 5 * 7)


def test_utilisation_is_a_share_of_the_peak():
    assert utilisation(2e12, 50, 1000) == pytest.approx(0.1)


class Line(L.LightningModule):
    """A layer, learned with two more passes in the second epoch."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 2, bias=False)

    def training_step(self, batch, batch_idx):
        rows = torch.cat([batch] * (1 + 2 * self.current_epoch))
        return self.layer(rows).sum()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)


def measured(path, batches, **options):
    trainer = L.Trainer(
        accelerator="cpu",
        max_epochs=2,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[Meter(path, **options)],
    )
    trainer.fit(Line(), DataLoader(torch.ones(3 * batches, 4), batch_size=3))
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def test_every_epoch_has_a_row(tmp_path):
    first, second = measured(tmp_path / "rows.json", 6, peak_tflops=2.0, warm=2)
    assert (first["epoch"], second["epoch"]) == (0, 1)
    # Of six batches two come before the one that is counted.
    assert (first["batches"], first["steps"]) == (6, 3)
    step = 2 * (2 * 3 * 4 * 2)
    assert (first["flops_per_step"], second["flops_per_step"]) == (step, 3 * step)
    assert first["steps_per_second"] == pytest.approx(3 / first["seconds"])
    assert first["mfu"] == pytest.approx(step * first["steps_per_second"] / 2e12)


def test_an_epoch_without_a_step_to_time_has_no_row_and_no_peak_no_utilisation(tmp_path):
    assert measured(tmp_path / "none.json", 3, warm=2) == []
    assert measured(tmp_path / "rows.json", 4, warm=2)[0]["mfu"] is None


def test_a_training_that_goes_on_keeps_the_rows_of_the_epochs_before(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text('[{"epoch": 0}, {"epoch": 1}, {"epoch": 2}]', encoding="utf-8")
    meter = Meter(path)
    meter.on_train_start(SimpleNamespace(current_epoch=2), None)
    assert meter.rows == [{"epoch": 0}, {"epoch": 1}]
