"""Table of an LFW folder for `norface prepare folder`: who trains, and who is measured.

Labeled Faces in the Wild (Huang et al. 2007): a folder of news photographs for each person, for
research; none is part of this repository. Emotions are noisy and of single pictures, as those of
https://github.com/muxspace/facial_expressions.

    python -m experiments.lfw --root lfw --emotions emotions.csv --table lfw.csv
"""

import argparse
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.csv_table import write_frame
from norface_pl.io.text import read_cells

TEST, VAL = 500, 200
"""People who are measured, and people who may choose an epoch; all others train."""


def parts(people: Iterable[str], test: int = TEST, val: int = VAL) -> dict[str, str]:
    """Return the part of every person: the lowest MD5 sums of names test, the next ones validate.

    Whoever joins or leaves changes the part of hardly anybody else.
    """
    ordered = sorted(set(people), key=lambda name: hashlib.md5(name.encode()).hexdigest())  # noqa: S324
    names = ["test"] * test + ["val"] * val + ["train"] * len(ordered)
    return dict(zip(ordered, names, strict=False))


def table(root: Path, emotions: Mapping[str, str]) -> pd.DataFrame:
    """Return a row per picture: path, subject, expression ("" where unknown) and part.

    Args:
        root: folder with a folder of pictures for each person.
        emotions: path below the root -> name of the emotion.

    Raises:
        NorfaceError: there is no picture.
    """
    paths = pd.Series([path.relative_to(root).as_posix() for path in sorted(root.glob("*/*.jpg"))])
    if paths.empty:
        raise NorfaceError(
            f"{root} has no picture NAME/NAME_0001.jpg; give the unpacked folder of LFW with --root"
        )
    people = paths.str.partition("/")[0]
    rows = {"path": paths, "subject": people, "expression": paths.map(emotions).fillna("")}
    return pd.DataFrame({**rows, "part": people.map(parts(people))})


def main(words: Sequence[str] | None = None) -> None:
    """Write the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--root", type=Path, required=True, help="folder of LFW")
    options.add_argument("--emotions", type=Path, required=True, help="CSV with path and emotion")
    options.add_argument("--table", type=Path, required=True, help="CSV to write")
    given = options.parse_args(words)
    cells = read_cells(given.emotions, columns=("path", "emotion"))
    made = table(given.root, dict(zip(cells["path"], cells["emotion"], strict=True)))
    write_frame(given.table, made)
    people = made.groupby("part")["subject"].nunique().to_dict()
    print(f"{given.table}: {len(made)} pictures; people: {people}")


if __name__ == "__main__":
    main()
