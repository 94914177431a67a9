"""Lightning callbacks."""

from norface_pl.callbacks.collapse import CollapseGuard
from norface_pl.callbacks.picture_grid import PictureGrid
from norface_pl.callbacks.progress_lines import ProgressLines
from norface_pl.callbacks.run_config import SaveRunConfig
from norface_pl.callbacks.select_on_test import SelectOnTest

__all__ = ["CollapseGuard", "PictureGrid", "ProgressLines", "SaveRunConfig", "SelectOnTest"]
