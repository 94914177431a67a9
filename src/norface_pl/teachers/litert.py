"""Runs networks in TensorFlow Lite files through LiteRT, in one thread."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError

Network = Callable[[NDArray[np.float32]], list[NDArray[np.float32]]]
"""Takes its only input and returns its outputs, in the order of the file."""


def open_network(content: bytes) -> Network:
    """Return the network of a .tflite file.

    Raises:
        NorfaceError: LiteRT is not installed.
        ValueError: the bytes are no network.
    """
    interpreter: Any = interpreter_class()(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    outputs = [output["index"] for output in interpreter.get_output_details()]

    def run(values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        interpreter.set_tensor(given["index"], np.ascontiguousarray(values, np.float32))
        interpreter.invoke()
        return [interpreter.get_tensor(output) for output in outputs]

    return run


def interpreter_class() -> Any:  # noqa: ANN401, its types are not published
    """Return LiteRT's interpreter, which is an optional requirement.

    Raises:
        NorfaceError: it is not installed.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise NorfaceError(
            "a teacher needs LiteRT, which is not installed: run "
            "`pip install 'norface-pl[teachers]'`"
        ) from error
    return Interpreter
