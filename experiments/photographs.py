"""What a normalizer of drawn faces makes of photographs: part of stage 1's evidence.

The photographs are those of the Face Research Lab London Set (DeBruine and Jones 2017, CC BY 4.0,
https://doi.org/10.6084/m9.figshare.5047666): a neutral and a smiling picture of each person, in the
folders neutral/ and smiling/ under the same name. They are not part of this repository, and no
picture of them is written into it: only faces that were redrawn as the drawn target person are.
"""

import subprocess
import time
from pathlib import Path

import numpy as np
import torch
import yaml
from torch import Tensor

from experiments.evidence import folder_of
from experiments.normalizer_parts import RESULTS
from experiments.normalizer_tables import made_by
from experiments.photograph_pairs import FOLDERS, FOLDS, Pairs, load_pairs, read, write_table
from experiments.shared import ROOT, norface, written
from norface_pl.environment import environment
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.readings_report import mean_cell, number
from norface_pl.evaluation.run_data import describe
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.tables import TextTable
from norface_pl.face_module import load_module
from norface_pl.io.files import make_folder, sha256_file
from norface_pl.io.images import grid, write_image
from norface_pl.io.stamp import stamp
from norface_pl.normalizer import NormalizerModule

OUT = ROOT / "runs" / "evidence_normalizer" / "photographs"
RUN = ("run", f"--config={ROOT / 'configs/run/au.yaml'}", "--stop_after=normalizer")
SOURCE = (
    "Face Research Lab London Set, DeBruine and Jones 2017, CC BY 4.0, "
    "https://doi.org/10.6084/m9.figshare.5047666"
)
TITLES = {
    "original": "I_o",
    "drawn": "I_n, trained on drawn faces only",
    "mixed": "I_n, photographs among the unlabelled people",
    "drawn_as_photograph": "I_n, drawn faces only, a photograph as target",
    "mixed_as_photograph": "I_n, with photographs, a photograph as target",
}


TEXT = """\
{people} people of the {source}, a neutral and a smiling picture of each. {trained_on} people are \
among the unlabelled ones of the second normalizer, without any label; all figures are of the \
{read_from} others, whom neither saw. *Smiling* is read by a logistic regression on pictures \
pooled to 16 x 16, {folds}-fold over people; the person by one that has seen the neutral picture \
of each and is shown the smiling one.

![Photographs of unseen people redrawn as the drawn target]({picture})

**The domain gap.** Expression teacher, code and decoder learned action units from drawn faces. \
Nothing tells the normalizer what an action unit looks like on skin, and two pictures a person \
teach it little; a smile is the coarsest of expressions. These figures say how much of one \
survives, and nothing about action units on photographs.
"""


def redraw(module: NormalizerModule, images: Tensor) -> Tensor:
    """Return I_n (N, 3, S, S) uint8 of pictures."""
    drawn = torch.cat([module.normalize(part.float() / 255) for part in images.split(64)])
    return drawn.clamp(0, 1).mul(255).round().byte()


def record_path(results: Path = RESULTS, seed: int = 0) -> Path:
    """Return where the record of a seed is kept."""
    return Run(None, seed, "london").file(results / "photographs")


def show(root: Path, weights: Path, seed: int = 0) -> NormalizerRecord:
    """Train on drawn faces with and without photographs, and read unseen photographed people.

    Args:
        root: folder with neutral/ and smiling/.
        weights: file of a face detector, or a folder with it.
        seed: of both trainings.

    Raises:
        NorfaceError: the folder or the weights are not what they should be.
        subprocess.CalledProcessError: a command failed.
    """
    begin, prepared = time.monotonic(), OUT / "prepared"
    people = write_table(root, OUT / "table.csv")
    drawn = describe(ROOT / "configs/data/synthetic.yaml", {}, {})
    size = drawn["init_args"]["image_size"]
    words = [f"--root={root.resolve()}", f"--table={OUT / 'table.csv'}", f"--size={size}"]
    words += [f"--weights={weights.resolve()}", f"--out={prepared}", "--format=png"]
    call("prepare", "folder", *words)
    given = {"drawn": drawn, "prepared": str(prepared)}
    mixed = {"class_path": "experiments.mixed_faces.MixedFaces", "init_args": given}
    data = OUT / "data.yaml"
    data.write_text(yaml.safe_dump(mixed), encoding="utf-8")
    folders = {"drawn": folder_of(seed, ROOT / "runs/evidence"), "mixed": OUT / f"seed_{seed}"}
    # Nothing is chosen by a validation.
    more = [f"--data={data}", '--normalizer_args=["--trainer.limit_val_batches=0"]']
    for name, folder in folders.items():
        call(*RUN, f"--out={folder}", f"--seed={seed}", *(more if name == "mixed" else []))

    checkpoints = {name: path / "normalizer" / "best.ckpt" for name, path in folders.items()}
    options = {name: sha256_file(path) for name, path in checkpoints.items()}
    pairs, known = (load_pairs(prepared, part, size) for part in ("test", "train"))
    pictures = {"original": pairs.images}
    for name, checkpoint in checkpoints.items():
        module = load_module(NormalizerModule, checkpoint)
        pictures[name] = redraw(module, pairs.images)
        module.set_target(known.images[int((~known.smiling).nonzero()[0])].float() / 255)
        pictures[f"{name}_as_photograph"] = redraw(module, pairs.images)
    _save(pairs, pictures)
    known_people, read_from = (len(part.person.unique()) for part in (known, pairs))
    record = NormalizerRecord(
        protocol="normalizer_photographs",
        run=Run(None, seed, "london"),
        data="synthetic",
        options=options,
        stamp=stamp(options),
        seconds={"all": round(time.monotonic() - begin)},
        environment=environment(),
        readings={name: dict(read(images, pairs)) for name, images in pictures.items()},
        code={},
        people={"people": people, "trained_on": known_people, "read_from": read_from},
        columns={},
    )
    record.keep(record_path(seed=seed))
    return record


def call(*words: str) -> None:
    """Run a command of ``norface`` in the root of the repository."""
    subprocess.run(norface(*words), check=True, cwd=ROOT)


def _save(pairs: Pairs, pictures: dict[str, Tensor]) -> None:
    """Write the redrawn faces for the page, and everything for whoever has the photographs."""
    rows = {
        f"{name}, {FOLDERS[smiling]}": [
            np.ascontiguousarray(image.permute(1, 2, 0))
            for image in images[pairs.smiling == smiling][:8]
        ]
        for name, images in pictures.items()
        for smiling in (False, True)
    }
    write_image(OUT / "all.png", grid(list(rows.values()), list(rows), cell=128))
    public = {n: r for n, r in rows.items() if n.partition(",")[0] in ("drawn", "mixed")}
    path = make_folder(RESULTS) / "photographs.jpg"
    write_image(path, grid(list(public.values()), list(public), cell=128), quality=85)


def section(record: NormalizerRecord, picture: str) -> list[str]:
    """Return the part of the page about photographs."""
    table = TextTable("Photographs", ["", "smiling, AUC", "person, accuracy", "spread"])
    for name, title in TITLES.items():
        if found := record.readings.get(name):
            values = (found[key] for key in ("smile_auc", "identity", "spread"))
            table.rows.append([title, *(mean_cell([number(value)]) for value in values)])
    people = record.people
    table.rows.append(["chance", mean_cell([0.5]), mean_cell([1 / people["read_from"]]), "–"])
    text = TEXT.format(**people, source=SOURCE, folds=FOLDS, picture=picture)
    return [written(table), text, made_by([record]) + "\n"]
