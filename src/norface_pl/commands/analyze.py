"""``norface analyze``: photographs to a table of action units, through both stages."""

from pathlib import Path

from norface_pl.errors import NorfaceError
from norface_pl.faces.detectors import load_detector
from norface_pl.faces.extract import Which, faces_in_files, sample_names
from norface_pl.inference.analysis import TABLE, AnalysisReport
from norface_pl.io.files import staged_folder
from norface_pl.io.images import find_images
from norface_pl.io.weights import find_weights
from norface_pl.progress import track


def analyze(
    images: Path,
    out: Path,
    weights: Path | None = None,
    classifier: Path = Path("runs/synthetic/classifier_both/best.ckpt"),
    normalizer: Path = Path("runs/synthetic/normalizer/best.ckpt"),
    faces: Which = "largest",
    threshold: float = 0.6,
    max_side: int = 640,
    batch_size: int = 32,
    device: str = "auto",
) -> None:
    """Finds, aligns and redraws the faces of photographs and reads their action units.

    Writes aus.csv (a row per face: file, face, box, score, a column per label), failures.csv,
    aligned/, normalized/ and overview.png. A bad picture stops nothing and is listed at the end.
    Where the whole is stopped, what was done until then stays in the folder unfinished.

    Args:
        images: A picture, or a folder with pictures at any depth.
        out: Folder for the results; those of an earlier analysis are replaced.
        weights: Weight file of the face detector, RetinaFace (.pth) or YuNet (.onnx); default:
            what `norface weights fetch retinaface_mobile0.25` fetched.
        classifier: Checkpoint of stage 2.
        normalizer: Checkpoint of stage 1.
        faces: The largest face of each picture, or all.
        threshold: Lowest score at which a detection counts as a face.
        max_side: Larger pictures are shrunk to this for detection; raise it for small faces in
            large pictures only, since portraits then give false faces.
        batch_size: Faces that go through the networks together.
        device: cpu, cuda, or auto for a GPU where there is one.
    """
    from norface_pl.inference.stages import Stages, choose_device

    if batch_size < 1:
        raise NorfaceError(f"batch_size is {batch_size}; give 1 or more")
    if out.resolve().is_relative_to(images.resolve()):
        raise NorfaceError(f"{out} lies in {images}, so results would be read as pictures; move it")
    where = choose_device(device)
    pictures = find_images(images)
    weights = find_weights("retinaface_mobile0.25", weights)
    detector = load_detector(weights, threshold, str(where), max_side)
    stages = Stages.load(normalizer, classifier, where)
    with staged_folder(out, TABLE) as folder:
        found = faces_in_files(pictures.files, detector, stages.normalizer.image_size, faces)
        bar = track(found, description="analyze", total=len(pictures.files))
        names = sample_names(pictures.files, images)
        labels = stages.classifier.label_names
        report = AnalysisReport(folder, labels, pictures, names, faces)
        try:
            for batch in report.batches(bar, batch_size):
                report.add(batch, *stages.run([sample.crop for sample in batch]))
            report.finish(images)
        except BaseException:
            report.tell_unfinished()
            raise
    report.summarize(out)
