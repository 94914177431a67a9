"""`norface prepare` as Lightning's predict, which brings processes, devices and machines."""

from typing import Any

import cv2
import lightning as L
import torch
from torch.utils.data import DataLoader

from norface_pl.errors import NorfaceError, told
from norface_pl.prepare.preparer import Preparer
from norface_pl.prepare.reading import Chunk, ChunkStream, PrepareTask


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
        return DataLoader(ChunkStream(self._task, mine), batch_size=None, collate_fn=_as_it_is)

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
        # Results depend on the number of threads in the last digit; more cores take more workers.
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        self._preparer = Preparer(self._task, str(self.device))

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
