import threading

import numpy as np
import pytest

from norface_pl.io.background import BackgroundWriter

PICTURES = list(np.zeros((3, 2, 2, 3), np.uint8))


def test_everything_is_written_when_the_block_ends() -> None:
    done: list[str] = []
    with BackgroundWriter(lambda name, picture: done.append(name)) as writer:
        writer.add(["a", "b", "c"], PICTURES)
        writer.add(["d"], PICTURES[:1])
    assert sorted(done) == ["a", "b", "c", "d"]


def test_the_caller_does_not_wait_for_the_batch_it_adds() -> None:
    gate = threading.Event()
    with BackgroundWriter(lambda name, picture: gate.wait(30)) as writer:
        writer.add(["a"], PICTURES[:1])
        assert not gate.is_set()
        gate.set()


@pytest.mark.parametrize("later", [True, False])
def test_a_failed_write_is_raised(later: bool) -> None:
    def fail(name: str, picture: np.ndarray) -> None:
        raise OSError(name)

    with pytest.raises(OSError, match="first"), BackgroundWriter(fail) as writer:
        writer.add(["first"], PICTURES[:1])
        if later:
            writer.add(["second"], PICTURES[:1])


def test_the_error_of_the_block_wins() -> None:
    with (
        pytest.raises(KeyError, match="mine"),
        BackgroundWriter(lambda name, picture: 1 / 0) as writer,
    ):
        writer.add(["a"], PICTURES[:1])
        raise KeyError("mine")
