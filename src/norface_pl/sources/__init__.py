"""Data sets as their authors distribute them, and what is published about them."""

from norface_pl.sources.affectnet import AffectNetSource
from norface_pl.sources.bp4d import BP4DSource
from norface_pl.sources.bp4dplus import BP4DPlusSource
from norface_pl.sources.disfa import DISFASource
from norface_pl.sources.fer2013 import FER2013Source
from norface_pl.sources.ferplus import FERPlusSource
from norface_pl.sources.folder import FolderSource
from norface_pl.sources.rafdb import RAFDBSource
from norface_pl.sources.source import DataSource

SOURCES: dict[str, type[DataSource]] = {
    "affectnet": AffectNetSource,
    "bp4d": BP4DSource,
    "bp4dplus": BP4DPlusSource,
    "disfa": DISFASource,
    "fer2013": FER2013Source,
    "ferplus": FERPlusSource,
    "folder": FolderSource,
    "rafdb": RAFDBSource,
}
"""What `norface prepare` reads, by the word on its command line."""
