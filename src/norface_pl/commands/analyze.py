"""``norface analyze``: what `Analyzer` reads from pictures, films and cameras, into a folder."""

from pathlib import Path
from typing import Literal


def analyze(
    images: list[str] | str,
    out: Path = Path("analysis"),
    run: Path | None = None,
    pretrained: Path | None = None,
    classifier: Path | None = None,
    normalizer: Path | None = None,
    weights: Path | None = None,
    faces: Literal["largest", "all"] = "largest",
    every: int = 1,
    seconds: float | None = None,
    threshold: float = 0.6,
    max_side: int = 640,
    batch_size: int = 32,
    neutral: str | None = None,
    smooth: float = 0.0,
    format: Literal["csv", "jsonl", "parquet"] = "csv",
    film_faces: bool = False,
    overlay: Path | None = None,
    report: Path | None = None,
    profile: bool = False,
    device: str = "auto",
) -> None:
    """Finds, aligns and redraws faces and reads their action units or emotions.

    Writes aus.csv (a row a face, and one a picture or frame without a face; docs/columns.md),
    failures.csv, aligned/, normalized/ and overview.png. A bad picture stops nothing and is listed
    at the end. Where the whole is stopped, what was done until then stays in the folder unfinished.

    Args:
        images: Pictures, films, folders with them at any depth, patterns such as 'a/*.jpg', or the
            number of a camera.
        out: Folder for the results; those of an earlier analysis are replaced.
        run: Folder of `norface run`, such as runs/synthetic, whose networks read the faces; default
            are the weights that the package ships.
        pretrained: Folder of `norface export`, instead; those of --format onnx are run by
            onnxruntime.
        classifier: Checkpoint of stage 2, instead of that of the run.
        normalizer: Checkpoint of stage 1, instead of that of the run.
        weights: Weight file of the face detector, RetinaFace (.pth) or YuNet (.onnx); default:
            what `norface weights fetch` fetched.
        faces: The largest face of each picture, or all.
        every: Of films and cameras, one frame of so many.
        seconds: Leave a film or a camera after so many seconds.
        threshold: Lowest score at which a detection counts as a face.
        max_side: Larger pictures are shrunk to this for detection; raise it for small faces in
            large pictures only, since portraits then give false faces.
        batch_size: Faces that go through the networks together.
        neutral: Picture of the person's own neutral face, or auto for the low end of each face of a
            film, which is then read twice; values are relative to it (docs/columns.md).
        smooth: Of films, give the mean over so many seconds around each frame.
        format: Of the table: aus.csv, aus.jsonl or aus.parquet.
        film_faces: Write aligned and redrawn faces of films too, two pictures a frame.
        overlay: Write pictures and films with boxes, redrawn faces and bars over them: into this
            folder, or of a single one to this file (.jpg, .mp4).
        report: Write a page (.html) of faces beside redrawn ones, bars, and curves of films.
        profile: Print how long each stage took.
        device: cpu, cuda, or auto for a GPU where there is one.
    """
    from norface_pl.analysis.analyzer import Analyzer
    from norface_pl.analysis.choice import Choice
    from norface_pl.analysis.report import Parts
    from norface_pl.faces.detectors import load_detector
    from norface_pl.inference.named import named_checkpoints
    from norface_pl.inference.stages import Stages, choose_device
    from norface_pl.io.weights import find_detector

    choice = Choice(faces, every, seconds, batch_size, neutral, smooth)
    where = choose_device(device)
    stages = named_checkpoints(run, normalizer, classifier, pretrained)
    detector = load_detector(find_detector(weights), threshold, str(where), max_side)
    if stages is None:
        analyzer = Analyzer.from_pretrained(pretrained, detector, device, choice)
    else:
        analyzer = Analyzer(Stages.load(*stages, where), detector, choice)
    analyzer.save(images, out, Parts(format, film_faces, overlay, report, profile))
