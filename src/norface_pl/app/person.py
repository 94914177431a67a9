"""Another target person than that of the training, where a normalizer can draw one."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor

from norface_pl.analysis.analyzer import Analyzer
from norface_pl.errors import NorfaceError
from norface_pl.faces.extract import align_faces
from norface_pl.io.images import Picture
from norface_pl.io.tensors import to_batch

NEAR = 0.5
"""How near a target comes to itself when it is redrawn: its mean difference from that, as a share
of that from the trained one. Of seven photographs, the normalizer for photographs, which was
trained with one target alone, brought none below 0.97."""


@contextmanager
def redrawn_as(analyzer: Analyzer, picture: Picture | None) -> Iterator[None]:
    """Redraw all faces of the block as the person of a picture; None takes the trained one.

    Raises:
        NorfaceError: there is no face in it, or the normalizer cannot draw that person.
    """
    normalizer = analyzer.stages.normalizer
    trained = normalizer.target.clone()
    try:
        if picture is not None:
            face = _aligned(analyzer, picture).to(trained)
            normalizer.set_target(face)
            _check(normalizer.normalize(face[None])[0], face, trained)
        yield
    finally:
        normalizer.set_target(trained)


def _aligned(analyzer: Analyzer, picture: Picture) -> Tensor:
    size = analyzer.stages.normalizer.image_size
    faces, failures = align_faces(picture, analyzer.detector, size)
    if not faces:
        raise NorfaceError(f"nobody can be redrawn as the other face: {failures[0]}")
    return to_batch([faces[0][1]])[0]


def _check(redrawn: Tensor, face: Tensor, trained: Tensor) -> None:
    away, apart = ((one - face).abs().mean() for one in (redrawn, trained))
    if away > NEAR * apart:
        raise NorfaceError(
            "these networks redraw faces as the person of their training only: the other face does "
            "not come out as itself; go back to the trained one"
        )
