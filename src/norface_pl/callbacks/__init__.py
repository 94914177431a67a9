"""Lightning callbacks."""

from norface_pl.callbacks.collapse import CollapseGuard
from norface_pl.callbacks.curve_groups import CurveGroups
from norface_pl.callbacks.label_plots import LabelPlots
from norface_pl.callbacks.picture_grid import PictureGrid
from norface_pl.callbacks.progress_lines import ProgressLines
from norface_pl.callbacks.projector import Projector
from norface_pl.callbacks.run_config import SaveRunConfig
from norface_pl.callbacks.select_on_test import SelectOnTest
from norface_pl.callbacks.worst_faces import WorstFaces

__all__ = [
    "CollapseGuard",
    "CurveGroups",
    "LabelPlots",
    "PictureGrid",
    "ProgressLines",
    "Projector",
    "SaveRunConfig",
    "SelectOnTest",
    "WorstFaces",
]
