import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from norface_pl.data.cache import CacheKey, CacheWriter, NormalizedCache
from norface_pl.errors import NorfaceError

KEY = CacheKey("n" * 64, "t" * 64, "source")
NAMES = ["s0_c0_f2", "s0_c0_f1", "s1.5_c0_f1"]


def picture(seed: int, size: int = 16) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)


def fill(folder: Path, key: CacheKey = KEY) -> CacheWriter:
    writer = CacheWriter(folder, key)
    for seed, name in enumerate(NAMES):
        writer.add(name, picture(seed))
    writer.finish(pd.DataFrame({"key": NAMES, "subject": [0, 0, 1]}))
    return writer


def test_round_trip(tmp_path: Path) -> None:
    fill(tmp_path / "cache")
    cache = NormalizedCache.open(tmp_path / "cache", image_size=16)
    assert cache.key == KEY
    assert cache.keys == NAMES
    assert cache.manifest["subject"].tolist() == [0, 0, 1]
    assert NAMES[0] in cache.keys
    assert "other" not in cache.keys
    np.testing.assert_array_equal(cache[NAMES[1]], picture(1))
    loaded = cache.load_all(NAMES[::-1])
    np.testing.assert_array_equal(loaded, np.stack([picture(2), picture(1), picture(0)]))


def test_writer_resumes(tmp_path: Path) -> None:
    first = CacheWriter(tmp_path, KEY)
    first.add(NAMES[1], picture(1))
    second = CacheWriter(tmp_path, KEY)
    assert second.missing(NAMES) == [NAMES[0], NAMES[2]]
    with pytest.raises(NorfaceError, match="2 of 3 pictures are missing"):
        second.finish(pd.DataFrame({"key": NAMES}))


def test_other_key_is_refused_or_overwritten(tmp_path: Path) -> None:
    fill(tmp_path)
    other = CacheKey("m" * 64, KEY.target, "other source")
    with pytest.raises(NorfaceError, match="another normalizer and another data set"):
        CacheWriter(tmp_path, other)
    assert NormalizedCache.open(tmp_path).key == KEY
    writer = CacheWriter(tmp_path, other, overwrite=True)
    assert writer.missing(NAMES) == NAMES
    with pytest.raises(NorfaceError, match="incomplete"):
        NormalizedCache.open(tmp_path)


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(NorfaceError, match="no cache of normalized faces"):
        CacheWriter(tmp_path, KEY, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_incomplete_damaged_and_missing_caches_are_named(tmp_path: Path) -> None:
    with pytest.raises(NorfaceError, match="no cache.json"):
        NormalizedCache.open(tmp_path / "gone")
    folder = tmp_path / "cache"
    CacheWriter(folder, KEY).add(NAMES[0], picture(0))
    with pytest.raises(NorfaceError, match=r"incomplete \(1 pictures"):
        NormalizedCache.open(folder)
    fill(folder)
    victim = folder / "images" / f"{NAMES[1]}.png"
    content = victim.read_bytes()
    victim.write_bytes(content[:-20])
    with pytest.raises(NorfaceError, match=f"1 pictures .* damaged, the first is {NAMES[1]}"):
        NormalizedCache.open(folder)
    victim.unlink()
    with pytest.raises(NorfaceError, match="1 pictures .* missing"):
        NormalizedCache.open(folder)


def test_sizes_are_held(tmp_path: Path) -> None:
    fill(tmp_path)
    with pytest.raises(NorfaceError, match="16 x 16 pixels, 32 x 32 are wanted"):
        NormalizedCache.open(tmp_path, image_size=32)
    writer = CacheWriter(tmp_path, KEY)
    writer.add("a", picture(0))
    with pytest.raises(NorfaceError, match="one cache holds one size"):
        writer.add("b", picture(0, size=8))


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b"])
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NorfaceError, match="cannot be a file name"):
        CacheWriter(tmp_path, KEY).add(name, picture(0))


def test_repeated_names_and_unknown_names_are_refused(tmp_path: Path) -> None:
    writer = fill(tmp_path)
    with pytest.raises(NorfaceError, match="occurs twice"):
        writer.finish(pd.DataFrame({"key": [NAMES[0], NAMES[0]]}))
    cache = NormalizedCache.open(tmp_path)
    with pytest.raises(NorfaceError, match="no picture of ghost"):
        cache.load_all([NAMES[0], "ghost"])


def test_killed_writer_leaves_only_whole_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    program = """
        import sys
        from pathlib import Path
        import numpy as np
        from norface_pl.data.cache import CacheKey, CacheWriter
        writer = CacheWriter(Path(sys.argv[1]), CacheKey("n" * 64, "t" * 64, "source"))
        rng = np.random.default_rng(0)
        for index in range(100_000):
            writer.add(f"k{index}", rng.integers(0, 256, (256, 256, 3), dtype=np.uint8))
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program), str(folder)])
    deadline = time.monotonic() + 60
    while len(list(folder.glob("images/*.png"))) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = len(list(folder.glob("images/*.png")))
    assert done >= 20
    names = [f"k{index}" for index in range(done)]
    writer = CacheWriter(folder, KEY)
    assert writer.missing(names) == []
    writer.finish(pd.DataFrame({"key": names}))
    assert NormalizedCache.open(folder).load_all(names).shape == (done, 256, 256, 3)
    assert list(folder.glob("images/*.partial")) == []
