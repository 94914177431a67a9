"""A data set of drawn faces whose table is its listing, for tests of `norface prepare`."""

from pathlib import Path

import pandas as pd

from norface_pl.io.images import write_image
from norface_pl.sources.source import DataSource
from tests.helpers.faces import FakeDetector, black, write_face

SIZE = 64


class TinySource(DataSource):
    """A table beside its pictures."""

    name = "tiny"

    def __init__(self, root: Path, table: str = "table.csv"):
        """Reads a table.

        Args:
            root: Folder of the table and the pictures.
            table: Name of the table.
        """
        self.root, self.table = root, table

    def listing(self):
        words = dict.fromkeys(("key", "source", "subject", "sequence", "part"), str)
        table = pd.read_csv(self.root / self.table, dtype=words)
        return table.fillna(dict.fromkeys(words, ""))


def fake_recipe(device):
    """Builds the detector of drawn faces in any process."""
    return FakeDetector()


def rows_of(sequence, count):
    """Rows of a sequence with a label each."""
    return [
        {
            "key": f"{sequence or 'still'}_{index}",
            "source": f"{sequence or 'stills'}/{index}.png",
            "subject": sequence[:1],
            "sequence": sequence,
            "frame": index if sequence else 0,
            "part": "1",
            "AU1": index % 2,
        }
        for index in range(count)
    ]


def write_tiny(root, rows, without_face=()):
    """Writes the table and a picture per row; some of them black."""
    root.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(root / "table.csv", index=False)
    for seed, row in enumerate(rows):
        path = root / row["source"]
        if row["key"] in without_face:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_image(path, black(SIZE))
        else:
            write_face(path, seed, SIZE)
    return TinySource(root)
