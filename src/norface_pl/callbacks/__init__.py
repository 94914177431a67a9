"""Lightning callbacks."""

from norface_pl.callbacks.collapse import CollapseGuard
from norface_pl.callbacks.peer_style import PeerStyle
from norface_pl.callbacks.pictures import PictureGrid
from norface_pl.callbacks.progress_lines import ProgressLines
from norface_pl.callbacks.run_config import SaveRunConfig

__all__ = ["CollapseGuard", "PeerStyle", "PictureGrid", "ProgressLines", "SaveRunConfig"]
