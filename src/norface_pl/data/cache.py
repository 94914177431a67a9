"""The normalized faces of a data set on disk: whole pictures, and a manifest written last."""

import json
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.data.prepared import PictureFiles
from norface_pl.errors import NorfaceError
from norface_pl.io.files import TEMPORARY, make_folder, write_atomic, write_json
from norface_pl.io.images import Picture, read_image, write_image
from norface_pl.io.names import is_file_name

KEY_FILE = "cache.json"
MANIFEST = "manifest.parquet"
PICTURES = "images"


@dataclass(frozen=True)
class CacheKey:
    """What decides the pictures of a cache; two caches with one key hold the same pictures.

    Attributes:
        normalizer: SHA-256 of the normalizer's checkpoint.
        target: stamp of the target face's pixels.
        source: fingerprint of the data set that was normalized.
    """

    normalizer: str
    target: str
    source: str


class CacheWriter:
    """Fill a cache folder; started again after an interruption it goes on where it stopped.

    Args:
        folder: cache folder, created when absent.
        key: what the pictures are made from.
        overwrite: drop the pictures of another key instead of refusing.

    Raises:
        NorfaceError: the folder holds a cache of another key, or something else.
    """

    def __init__(self, folder: Path, key: CacheKey, overwrite: bool = False) -> None:
        self.folder = folder
        self.key = key
        self._shape: tuple[int, ...] | None = None
        if folder.is_dir() and any(folder.iterdir()):
            self._accept_or_clear(overwrite)
        make_folder(folder / PICTURES)
        write_json(folder / KEY_FILE, asdict(key))

    def _accept_or_clear(self, overwrite: bool) -> None:
        if not (self.folder / KEY_FILE).is_file():
            raise NorfaceError(
                f"{self.folder} holds files but no {KEY_FILE}, so it is no cache of normalized "
                "faces; choose an empty folder"
            )
        found = _read_key(self.folder)
        if found == self.key:
            return
        if not overwrite:
            raise NorfaceError(
                f"{self.folder} was made from {_difference(found, self.key)}; choose another "
                "folder, or overwrite it on purpose"
            )
        # Killed anywhere in between, the folder is still a valid unfinished cache of the old key.
        (self.folder / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(self.folder / PICTURES, ignore_errors=True)

    def missing(self, keys: Iterable[str]) -> list[str]:
        """Return the keys that have no picture yet, in their order."""
        pictures = self.folder / PICTURES
        return [key for key in keys if not (pictures / f"{key}.png").is_file()]

    def add(self, key: str, image: Picture) -> None:
        """Write one picture, (H, W, 3) RGB uint8; safe to call from several threads.

        Raises:
            NorfaceError: the key is no plain file name, or the size differs from the others'.
        """
        if not is_file_name(key):
            raise NorfaceError(f"sample name {key!r} cannot be a file name; rename the sample")
        self._shape = self._shape or image.shape
        if image.shape != self._shape:
            raise NorfaceError(
                f"picture {key} has shape {image.shape}, the others of {self.folder} "
                f"{self._shape}; one cache holds one size"
            )
        write_image(self.folder / PICTURES / f"{key}.png", image)

    def finish(self, rows: pd.DataFrame) -> None:
        """Write the manifest, which declares the cache complete.

        Args:
            rows: one row per picture: column ``key`` and any others to keep.

        Raises:
            NorfaceError: keys repeat or pictures are missing.
        """
        sizes = _sizes(self.folder)
        double = rows["key"][rows["key"].duplicated()]
        if len(double):
            name = double.iloc[0]
            raise NorfaceError(f"sample name {name!r} occurs twice; names must be unique")
        absent = rows["key"][~rows["key"].isin(list(sizes))]
        if len(absent):
            raise NorfaceError(
                f"{len(absent)} of {len(rows)} pictures are missing in {self.folder}, the first "
                f"is {absent.iloc[0]}; run the same command again to go on"
            )
        for partial in (self.folder / PICTURES).glob(f"*{TEMPORARY}"):
            partial.unlink(missing_ok=True)
        table = rows.assign(bytes=rows["key"].map(sizes))
        write_atomic(self.folder / MANIFEST, table.to_parquet(index=False))


class NormalizedCache:
    """A complete cache of normalized faces, read by sample name.

    Attributes:
        key: what the pictures were made from.
        manifest: one row per picture, in the order of the source.
        keys: the sample names, in the same order.
    """

    def __init__(self, folder: Path, key: CacheKey, manifest: pd.DataFrame) -> None:
        self.folder = folder
        self.key = key
        self.manifest = manifest
        self.keys: list[str] = manifest["key"].tolist()
        self._known = frozenset(self.keys)

    @classmethod
    def open(cls, folder: Path, image_size: int | None = None) -> "NormalizedCache":
        """Open a cache and check that every picture is there with its full length.

        Args:
            folder: the cache folder.
            image_size: side in pixels that the pictures must have; None takes any.

        Raises:
            NorfaceError: no cache, an incomplete one, a damaged picture or another size.
        """
        if not (folder / KEY_FILE).is_file():
            raise NorfaceError(
                f"{folder} is no cache of normalized faces (no {KEY_FILE}); "
                "make one with `norface normalize`"
            )
        if not (folder / MANIFEST).is_file():
            raise NorfaceError(
                f"the cache {folder} is incomplete ({len(_sizes(folder))} pictures, no "
                f"{MANIFEST}); run `norface normalize` again with the same arguments to go on"
            )
        try:
            manifest = pd.read_parquet(folder / MANIFEST)
        except (OSError, ValueError) as error:
            raise NorfaceError(f"cannot read {folder / MANIFEST}; make the cache again") from error
        sizes = _sizes(folder)
        bad = manifest["key"][manifest["key"].map(sizes) != manifest["bytes"]]
        if len(bad):
            raise NorfaceError(
                f"{len(bad)} pictures of the cache {folder} are missing or damaged, the first is "
                f"{bad.iloc[0]}; delete the folder and run `norface normalize` again"
            )
        cache = cls(folder, _read_key(folder), manifest)
        if image_size is not None and cache.keys:
            height, width, _ = cache[cache.keys[0]].shape
            if (height, width) != (image_size, image_size):
                raise NorfaceError(
                    f"the cache {folder} holds pictures of {width} x {height} pixels, "
                    f"{image_size} x {image_size} are wanted; normalize at that size"
                )
        return cache

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.keys)

    def __getitem__(self, key: str) -> Picture:
        """Read one picture, (H, W, 3) RGB uint8."""
        return self._first([key])

    def _first(self, keys: Sequence[str]) -> Picture:
        """Read the picture of the first of some samples, all of which have one."""
        absent = [key for key in keys if key not in self._known]
        if absent or not keys:
            what = absent[0] if absent else "no sample at all"
            raise NorfaceError(
                f"the cache {self.folder} has no picture of {what}; it was made from other data"
            )
        return read_image(self.folder / PICTURES / f"{keys[0]}.png")

    def pictures(self, keys: Sequence[str]) -> PictureFiles:
        """Return a reader of many pictures, in the order of ``keys``, as (n, H, W, 3) RGB uint8.

        Raises:
            NorfaceError: the cache has no picture of a sample.
        """
        names = [f"{key}.png" for key in keys]
        return PictureFiles(self.folder / PICTURES, names, self._first(keys).shape[0])

    def load_all(self, keys: Sequence[str]) -> NDArray[np.uint8]:
        """Read many pictures in threads, (N, H, W, 3) RGB uint8, in the order of ``keys``."""
        first = self._first(keys)
        pictures = np.empty((len(keys), *first.shape), np.uint8)
        with ThreadPoolExecutor() as pool:
            for place, picture in enumerate(pool.map(self.__getitem__, keys)):
                if picture.shape != first.shape:
                    raise NorfaceError(
                        f"picture {keys[place]} of {self.folder} has shape {picture.shape}, "
                        f"others {first.shape}; make the cache again"
                    )
                pictures[place] = picture
        return pictures


def _read_key(folder: Path) -> CacheKey:
    try:
        return CacheKey(**json.loads((folder / KEY_FILE).read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError) as error:
        raise NorfaceError(
            f"{folder / KEY_FILE} cannot be read; delete the folder and make the cache again"
        ) from error


def _difference(found: CacheKey, wanted: CacheKey) -> str:
    names = {"normalizer": "normalizer", "target": "target face", "source": "data set"}
    different = [
        names[field] for field, value in asdict(found).items() if value != getattr(wanted, field)
    ]
    return "another " + " and another ".join(different)


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes of each finished picture by key."""
    pictures = folder / PICTURES
    if not pictures.is_dir():
        return {}
    return {path.stem: path.stat().st_size for path in pictures.glob("*.png")}
