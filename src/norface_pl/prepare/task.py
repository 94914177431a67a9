"""`norface prepare` as Lightning's predict, which brings processes, devices and machines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import lightning as L
import pandas as pd
import torch
from torch.utils.data import DataLoader, IterableDataset

from norface_pl.errors import NorfaceError, told
from norface_pl.io.frames import FrameReader
from norface_pl.prepare.given import GivenFaces
from norface_pl.prepare.job import JobFolder
from norface_pl.prepare.options import DetectorRecipe, PrepareOptions
from norface_pl.prepare.preparer import Preparer
from norface_pl.prepare.reading import Chunk, read_chunks
from norface_pl.prepare.units import Unit
from norface_pl.sources.source import DataSource


@dataclass(frozen=True, eq=False)
class PrepareTask:
    """What every process has to know.

    Attributes:
        source: the data set as it is distributed.
        listing: its rows.
        units: all pieces of the listing.
        folder: what is filled.
        options: how faces are found and cut out.
        recipe: of the detector.
        batch_size: pictures in a chunk.
        threads: pictures that a process reads, and writes, at once.
    """

    source: DataSource
    listing: pd.DataFrame
    units: Sequence[Unit]
    folder: JobFolder
    options: PrepareOptions
    recipe: DetectorRecipe
    batch_size: int
    threads: int


class ChunkStream(IterableDataset[Chunk]):
    """What is left to do of some units, chunk by chunk."""

    def __init__(self, task: PrepareTask, units: Sequence[Unit]) -> None:
        super().__init__()
        self._task = task
        self._left: list[tuple[Unit, range]] = []
        for unit in units:
            journal = task.folder.journal(unit)
            journal.drop_torn_line()
            done = len(journal.read())
            self._left += [(unit, rows) for rows in unit.chunks(task.batch_size, done)]
        self.pictures = sum(len(rows) for _, rows in self._left)

    def __iter__(self) -> Iterator[Chunk]:
        """Yield the chunks with their pictures, read ahead in threads."""
        reader: FrameReader = self._task.source.reader()
        sources = self._task.listing["source"].tolist()
        return read_chunks(self._left, sources, reader, self._task.threads)


class PrepareData(L.LightningDataModule):
    """Divides the units among the processes."""

    def __init__(self, task: PrepareTask) -> None:
        super().__init__()
        self._task = task
        # All machines share the folder.
        self.prepare_data_per_node = False

    def prepare_data(self) -> None:
        """Make the folder ready, in one process before all others look at it."""
        self._task.folder.begin()

    def predict_dataloader(self) -> DataLoader[Chunk]:
        """Return the chunks of this process; sequences stay whole."""
        assert self.trainer is not None
        mine = self._task.units[self.trainer.global_rank :: self.trainer.world_size]
        stream = ChunkStream(self._task, mine)
        return DataLoader(stream, batch_size=None, collate_fn=_as_it_is)

    def transfer_batch_to_device(
        self, batch: Chunk, device: torch.device, dataloader_idx: int
    ) -> Chunk:
        """Leave the pictures to the detector."""
        return batch


class PrepareModule(L.LightningModule):
    """Prepares a chunk per step."""

    def __init__(self, task: PrepareTask) -> None:
        super().__init__()
        self._task = task
        self._preparer: Preparer | None = None

    def on_predict_start(self) -> None:
        """Build the detector on this process's device."""
        task = self._task
        # Results depend on the number of threads in the last digit; more cores take more workers.
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        if task.options.detector == "given":
            detector: Any = GivenFaces(task.listing, task.source.name)
        else:
            detector = task.recipe.build(str(self.device))
        keys = task.listing["key"].tolist()
        self._preparer = Preparer(task.folder, task.options, keys, detector, task.threads)

    def predict_step(self, batch: Chunk) -> int:
        """Prepare a chunk; return its number of pictures."""
        assert self._preparer is not None
        # Here, since only a sentence finds its way out of another process.
        with told():
            self._preparer.prepare(batch)
        return len(batch.rows)

    def on_predict_end(self) -> None:
        """Wait for the last chunk, and for the other processes."""
        assert self._preparer is not None
        self._preparer.finish()
        self._preparer = None
        try:
            self.trainer.strategy.barrier()
        except RuntimeError as error:
            raise NorfaceError(
                "another machine stopped; see what it printed. What is done stays, the same "
                "command on all of them goes on from there"
            ) from error


def _as_it_is(chunk: Any) -> Any:  # noqa: ANN401
    return chunk
