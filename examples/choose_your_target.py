"""Choose whose face the target is, and train stage 1 to redraw faces as that person.

python examples/choose_your_target.py [folder]     writes to out/target

The folder holds aligned faces, as `norface analyze` writes them to aligned/; without one, eight
people are drawn. Take your own face, that of somebody who agreed, or the mean, who is nobody.
"""

import sys
from pathlib import Path

import lightning as L

from norface_pl import NormalizerModule
from norface_pl.commands.target import rank
from norface_pl.datamodules import DrawnClips, DrawnPeople, SyntheticDataModule
from norface_pl.drawn.sampler import FaceSampler
from norface_pl.io.images import grid, write_image
from norface_pl.io.tensors import to_batch, to_pictures
from norface_pl.normalizer.options import TeacherOptions

OUT = Path("out/target")
SIZE = 32


def draw_people() -> Path:
    """Draw a face of each of eight people."""
    folder, sampler = OUT / "people", FaceSampler(image_size=SIZE)
    folder.mkdir(parents=True, exist_ok=True)
    for person in range(8):
        write_image(folder / f"{person}.png", sampler.draw(person, 0, 0).image)
    return folder


def main(given: str | None = None) -> None:
    """Rank the faces, train with the best one, and show who is redrawn."""
    # Look at best.png there: glasses, hair and light are not judged. mean=True: everybody's mean.
    rank(out=OUT / "ranked", images=Path(given) if given else draw_people(), size=SIZE)
    data = SyntheticDataModule(
        image_size=SIZE,
        # The drawn target is recorded, too; yours is not.
        people=DrawnPeople(unlabelled=8, train=4, val=2, test=4, recordings_of_target=0),
        clips=DrawnClips(length=12, train=1),
        draw_processes=0,
        cache_dir=OUT / "drawn",
    )
    few = TeacherOptions(steps=4, comparison_steps=4)
    target = OUT / "ranked" / "target.png"
    normalizer = NormalizerModule(SIZE, data.num_labels, teachers=few, target_image=target)
    # Eight batches, which are far too few; stage 1 fits probes in validation, with gradients.
    short = {"max_epochs": 8, "logger": False, "enable_checkpointing": False}
    L.Trainer(accelerator="cpu", inference_mode=False, **short).fit(normalizer, datamodule=data)
    faces = list(data.dataset("test").pictures["image"][[0, 5, 10, 15]])
    redrawn = list(to_pictures(normalizer.normalize(to_batch(faces))))
    write_image(OUT / "redrawn.png", grid([faces, redrawn], cell=128))
    print(f"originals above, redrawn below: {OUT / 'redrawn.png'}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
