import pytest
import yaml

from norface_pl.evaluation.training_options import described_beside, training_options
from norface_pl.io.stamp import stamp

CONFIG = """
# lightning.pytorch==2.6.6
seed_everything: 3
model: {class_path: A, init_args: {dropout: 0.2, weights: null}}
data: {class_path: B, init_args: {cache_dir: somewhere, num_workers: 4, normalized: there, seed: 0}}
trainer:
  max_epochs: 2
  logger: {save_dir: x}
  callbacks: [{class_path: norface_pl.callbacks.PictureGrid, init_args: {faces: 8}}]
  default_root_dir: y
  profiler: null
checkpoint: {dirpath: here, monitor: val/f1, mode: max, save_last: true}
ckpt_path: last.ckpt
"""


def options(text=CONFIG):
    return training_options(yaml.safe_load(text))


def test_places_and_watching_are_left_out():
    assert options() == {
        "seed_everything": 3,
        "model": {"class_path": "A", "init_args": {"dropout": 0.2}},
        "data": {"class_path": "B", "init_args": {"seed": 0}},
        "trainer": {"max_epochs": 2},
        "checkpoint": {"monitor": "val/f1", "mode": "max"},
    }


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("somewhere", "elsewhere", True),
        ("ckpt_path: last.ckpt", "", True),
        ("dropout: 0.2", "dropout: 0.3", False),
        ("val/f1", "val/auc", False),
        ("seed: 0", "seed: 1", False),
        ("faces: 8", "faces: 9", True),
        # Those of others may change the training.
        ("norface_pl.callbacks.PictureGrid", "my.callbacks.Freeze", False),
    ],
)
def test_the_stamp_changes_with_what_decides_the_outcome(old, new, same):
    one, other = (stamp(options(text)) for text in (CONFIG, CONFIG.replace(old, new)))
    assert (one == other) is same


def test_what_lies_beside_a_checkpoint(tmp_path):
    assert described_beside(tmp_path / "best.ckpt") is None
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "config.yaml").write_text(CONFIG, encoding="utf-8")
    assert described_beside(tmp_path / "best.ckpt") == options()
