"""``norface probe``: what a normalizer keeps of the expression, and what it leaves of the rest."""

from pathlib import Path

from norface_pl.errors import NorfaceError


def probe(
    normalizer: Path,
    data: Path,
    out: Path,
    steps: int = 400,
    faces: int = 4000,
    batch_size: int = 64,
    seed: int = 0,
    device: str = "auto",
) -> None:
    """Measures what can be read from originals, redrawn faces and oracles of unseen people.

    Probes are fitted on the training people of the data set, those of pose and background also on
    the unlabelled people, and read its test people; that the normalizer never saw them is up to
    the data config, which should be the one of its training. The person is read from the second
    half of the test people's clips after seeing the first. Writes probe.json, probe.png and a
    table.

    Args:
        normalizer: Checkpoint of stage 1.
        data: Config of a data set, such as configs/data/synthetic.yaml.
        out: Folder for the results; those of an earlier probe are replaced.
        steps: Training of each convolutional probe in batches of 48 faces; 0 leaves them out,
            and with them the head pose and the distance to the target person.
        faces: At most so many faces of training, unlabelled and test people each, spread evenly.
        batch_size: Faces redrawn together.
        seed: Of the probes.
        device: cpu, cuda, or auto for a GPU where there is one.
    """
    from norface_pl.face_module import load_module
    from norface_pl.inference.probe_measure import measure
    from norface_pl.inference.stages import choose_device
    from norface_pl.normalizer import NormalizerModule

    if min(faces, batch_size) < 1 or steps < 0:
        raise NorfaceError("faces and batch_size must be 1 or more, and steps not below 0")
    where = choose_device(device)
    module = load_module(NormalizerModule, normalizer).to(where)
    measure(module, normalizer, data, out, steps, faces, batch_size, seed)
