"""Which trained networks the options of a command name."""

from pathlib import Path

from norface_pl.errors import NorfaceError


def named_checkpoints(
    run: Path | None, normalizer: Path | None, classifier: Path | None, pretrained: Path | None
) -> tuple[Path, Path] | None:
    """Return the checkpoints of both stages; None where exported ones are meant.

    Args:
        run: folder of `norface run`.
        normalizer: checkpoint of stage 1, instead of that of the run.
        classifier: checkpoint of stage 2, instead of that of the run.
        pretrained: folder of exported stages, instead.

    Raises:
        NorfaceError: too much is named or too little, or the run is not finished.
    """
    if pretrained is not None and (run or normalizer or classifier):
        raise NorfaceError("give either --pretrained, or --run with or without checkpoints")
    if run is not None and not (normalizer and classifier):
        first, second = checkpoints(run)
        normalizer, classifier = normalizer or first, classifier or second
    if normalizer is None and classifier is None:
        return None
    if normalizer is None or classifier is None:
        raise NorfaceError("give --normalizer and --classifier together, or --run beside one")
    return normalizer, classifier


def checkpoints(run: Path) -> tuple[Path, Path]:
    """Return the checkpoints of the normalizer and the classifier of a run.

    Raises:
        NorfaceError: there is no such run, or it is not finished.
    """
    paths = run / "normalizer" / "best.ckpt", run / "classifier_both" / "best.ckpt"
    for path in paths:
        if not path.is_file():
            raise NorfaceError(
                f"{run} holds no finished run ({path.relative_to(run)} is missing); make one with "
                f"`norface run --out {run}`"
            )
    return paths
