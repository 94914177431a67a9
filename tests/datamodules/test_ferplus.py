"""FER+: ten votes a picture, row by row beside FER2013."""

import numpy as np
import pytest

from norface_pl.datamodules import FERPlusDataModule
from norface_pl.errors import NorfaceError
from norface_pl.labels import EMOTIONS
from norface_pl.sources.ferplus import VOTES, FERPlusSource
from norface_pl.sources.source import check_listing
from tests.datamodules import test_fer2013
from tests.helpers.prepared import write_prepared

OPTIONS = {"incomplete": True}
ORDER = [
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "NF",
]
HEADER = f"Usage,Image name,{','.join(ORDER)}"


def write_lookalike(root):
    """Four training and two validation and test pictures of every expression."""
    test_fer2013.write_lookalike(root, labels=8)
    write_votes(root, [votes(number % 8) for number in range(64)])


def votes(winner, count=8):
    """Returns ten votes: so many for one, the others one by one for those after it."""
    found = [0] * 10
    found[winner] = count
    for other in range(10 - count):
        found[(winner + 1 + other) % 10] += 1
    return found


def write_votes(root, rows, without_name=()):
    usage = [name for name, count in test_fer2013.PER_LABEL.items() for _ in range(8 * count)]
    lines = [HEADER]
    for number, found in enumerate(rows):
        name = "" if number in without_name else f"fer{number:07d}.png"
        lines.append(f"{usage[number]},{name},{','.join(map(str, found))}")
    (root / "fer2013new.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(root):
    return check_listing(FERPlusSource(root, **OPTIONS).listing(), "ferplus")


@pytest.fixture
def root(tmp_path):
    write_lookalike(tmp_path)
    return tmp_path


def test_votes_give_the_expression_and_stay_as_columns(root):
    assert VOTES == ORDER
    listing = read(root)
    assert listing["part"].value_counts().to_dict() == {"train": 32, "val": 16, "test": 16}
    assert listing["expression"].tolist()[:8] == ORDER[:8]
    first = listing[[f"votes_{name}" for name in ORDER]].iloc[0].tolist()
    assert first == [8, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_only_a_majority_of_the_votes_without_single_ones_counts(root):
    rows = [votes(number % 8) for number in range(64)]
    rows[0] = [5, 5, 0, 0, 0, 0, 0, 0, 0, 0]  # a tie
    rows[1] = [0, 4, 3, 3, 0, 0, 0, 0, 0, 0]  # most, but not half
    rows[2] = [0, 0, 4, 3, 1, 1, 1, 0, 0, 0]  # 4 of the 7 that are left
    rows[3] = [0, 0, 0, 3, 1, 0, 0, 0, 6, 0]  # unknown
    rows[4] = [0, 0, 0, 0, 2, 0, 0, 0, 0, 8]  # no face
    rows[5] = [1] * 10
    write_votes(root, rows, without_name=[6])
    listing = read(root)
    assert listing["key"].tolist()[:2] == ["fer0000002", "fer0000007"]
    assert listing["expression"].tolist()[:2] == ["surprise", "contempt"]
    assert len(listing) == 64 - 6
    picture = FERPlusSource(root).reader().read(listing["source"].iloc[1])
    assert np.array_equal(picture[..., 0], test_fer2013.pixels(7))


def test_files_that_do_not_belong_together_are_named(root):
    rows = [votes(number % 8) for number in range(64)]
    write_votes(root, rows[:-1])
    with pytest.raises(NorfaceError, match=r"rows of .*fer2013new.csv \(63\) .*fer2013.csv \(64\)"):
        read(root)
    write_votes(root, rows)
    path = root / "fer2013new.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Training", "PublicTest", 1), encoding="utf-8"
    )
    with pytest.raises(NorfaceError, match="by number or by Usage"):
        read(root)


def test_mistakes_are_named(root, tmp_path_factory):
    write_votes(root, [votes(0), [0] * 9 + [11], *[votes(0)] * 62])
    with pytest.raises(NorfaceError, match="row 1 of .* has the NF '11' instead of 0 to 10 votes"):
        read(root)
    path = root / "fer2013new.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("contempt", "pride"), encoding="utf-8")
    with pytest.raises(NorfaceError, match="lacks the columns contempt"):
        read(root)
    (root / "fer2013.csv").unlink()
    write_votes(root, [votes(0)] * 64)
    with pytest.raises(NorfaceError, match="looked for fer2013.csv or .*, found fer2013new.csv"):
        read(root)
    with pytest.raises(NorfaceError, match=r"looked for fer2013new.csv or .*, found nothing"):
        read(tmp_path_factory.mktemp("empty"))


def test_class_indices_are_those_of_all_data_sets(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    write_prepared(folder, "ferplus", read(root))
    faces = FERPlusDataModule(prepared=folder, image_size=16, num_workers=0)
    assert faces.label_names == list(EMOTIONS)
    # neutral happiness surprise sadness anger disgust fear contempt
    assert faces.dataset("test").columns["expression"].tolist()[:8] == [0, 1, 3, 2, 6, 5, 4, 7]
    assert faces.dataset("val").keys[0] == "fer0000032"
