"""A data set of your own: a folder of pictures and a table of labels become a trained classifier.

python examples/own_data_set.py     writes to out/own

It draws the pictures and writes the table first; with yours, start at `prepare`.
"""

from pathlib import Path

import lightning as L
import pandas as pd

from norface_pl import ClassifierModule
from norface_pl.cli import main as norface
from norface_pl.datamodules import FolderDataModule
from norface_pl.drawn.sampler import FaceSampler
from norface_pl.io.images import write_image
from norface_pl.labels import SYNTHETIC_AUS

OUT = Path("out/own")


def write_pictures() -> None:
    """Write pictures/ and labels.csv: who is on a picture, and which action units."""
    (OUT / "pictures").mkdir(parents=True, exist_ok=True)
    sampler, rows = FaceSampler(image_size=64), []
    for person in range(10):
        for frame in range(0, 32, 4):
            drawn, file = sampler.draw(person, 0, frame), f"p{person}_{frame:02d}.png"
            write_image(OUT / "pictures" / file, drawn.image)
            present = dict(zip(SYNTHETIC_AUS, (drawn.intensity >= 2).astype(int), strict=True))
            labels = {f"AU{unit:02d}": present[unit] for unit in (1, 4, 12)}
            rows.append({"path": file, "subject": f"p{person}", **labels})
    pd.DataFrame(rows).to_csv(OUT / "labels.csv", index=False)


def main() -> None:
    """Prepare the pictures, train on most people, test on the others."""
    write_pictures()
    where = [f"--root={OUT / 'pictures'}", f"--table={OUT / 'labels.csv'}", f"--out={OUT / 'data'}"]
    # These are aligned already; photographs need a detector in place of none.
    norface(["prepare", "folder", *where, "--detector=none", "--size=64"])

    data = FolderDataModule(
        task="au_detection", prepared=OUT / "data", image_size=64, batch_size=16, num_workers=0
    )
    classifier = ClassifierModule("au_detection", data.label_names, data.image_size)
    trainer = L.Trainer(max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False)
    trainer.fit(classifier, datamodule=data)
    trainer.test(classifier, datamodule=data)
    trainer.save_checkpoint(OUT / "classifier.ckpt")
    print(f"trained: {OUT / 'classifier.ckpt'}, for load_module(ClassifierModule, ...)")


if __name__ == "__main__":
    main()
