"""Lightning callbacks."""

from norface_pl.callbacks.run_config import SaveRunConfig

__all__ = ["SaveRunConfig"]
