"""The folder that is filled: what it is made from, what is done, and when it may be reused."""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from norface_pl.data.avatars import AVATARS, AVATARS_STAMP
from norface_pl.data.prepared import (
    CONTACT_SHEET,
    DESCRIPTION,
    FAILURES,
    MANIFEST,
    PICTURES,
    TEACHER,
    TEACHER_FAILURES,
)
from norface_pl.errors import NorfaceError, told
from norface_pl.io.files import make_folder, visible, write_json
from norface_pl.io.stamp import stamp
from norface_pl.prepare.options import PrepareOptions
from norface_pl.prepare.outcome import Journal
from norface_pl.prepare.units import Unit

WORK = "work"
_JOB = "job.json"
_LABELS = {TEACHER, TEACHER_FAILURES, AVATARS_STAMP}
_FOLDERS = {WORK, PICTURES, AVATARS}
_OURS = {MANIFEST, FAILURES, CONTACT_SHEET, DESCRIPTION} | _LABELS | _FOLDERS


@dataclass(frozen=True)
class Job:
    """What decides the contents of a prepared folder; ``listing`` is a stamp."""

    name: str
    options: dict[str, Any]
    listing: str

    @classmethod
    def of(cls, name: str, options: PrepareOptions, listing: pd.DataFrame) -> "Job":
        """Describe a job by the contents of its listing."""
        rows = pd.util.hash_pandas_object(listing, index=False).tolist()
        facts = {"columns": listing.columns.tolist(), "rows": rows}
        return cls(name, asdict(options), stamp(facts))


class JobFolder:
    """A folder on its way to what a job describes.

    Args:
        out: the folder.
        job: what it is to hold.
        overwrite: drop what was made from something else instead of refusing.
    """

    def __init__(self, out: Path, job: Job, overwrite: bool = False) -> None:
        self.out, self.job, self._overwrite = out, job, overwrite

    def is_finished(self) -> bool:
        """Tell whether everything is there; a `NorfaceError` where something else is in the way."""
        if self.out.is_file():
            raise NorfaceError(f"{self.out} is a file; give a folder with --out")
        there = visible(self.out)
        if there - _OURS:
            raise NorfaceError(
                f"{self.out} holds other files ({sorted(there - _OURS)[0]}); choose an empty folder"
            )
        found = self._found()
        if there and found != self.job and not self._overwrite:
            raise NorfaceError(
                f"{self.out} holds {_difference(found, self.job)}; choose another folder, or "
                "replace it with --overwrite=true"
            )
        return found == self.job and DESCRIPTION in there

    def begin(self) -> None:
        """Make the folder ready, keeping what is done of the same job."""
        make_folder(self.out)
        if self._found() != self.job:
            # Description first, journals next: whenever this is cut short, nothing that is left
            # claims faces that are gone.
            with told("change", self.out):
                for name in (DESCRIPTION, *_LABELS):
                    (self.out / name).unlink(missing_ok=True)
            for name in _FOLDERS:
                shutil.rmtree(self.out / name, ignore_errors=True)
        for name in (WORK, PICTURES):
            make_folder(self.out / name)
        write_json(self.out / WORK / _JOB, asdict(self.job))

    def journal(self, unit: Unit) -> Journal:
        """Return the journal of a unit."""
        return Journal(self.out / WORK / f"{unit.number:06d}.jsonl")

    def face(self, unit: Unit, key: str) -> str:
        """Return the path of a face below the folder."""
        return f"{PICTURES}/{unit.folder}/{key}.{self.job.options['format']}"

    def clean(self) -> None:
        """Remove what only an unfinished folder needs."""
        shutil.rmtree(self.out / WORK, ignore_errors=True)

    def _found(self) -> Job | None:
        """What the folder was made from so far; None where that is unknown."""
        try:
            if (self.out / DESCRIPTION).is_file():
                known = yaml.safe_load((self.out / DESCRIPTION).read_text(encoding="utf-8"))
                return Job(known["name"], known["options"], known["listing_sha256"])
            return Job(**json.loads((self.out / WORK / _JOB).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
            return None


def _difference(found: Job | None, wanted: Job) -> str:
    if found is None:
        return "faces of an unknown origin"
    if found.name != wanted.name:
        return f"faces of {found.name}, not of {wanted.name}"
    changed = [
        f"{name} {found.options.get(name)} instead of {value}"
        for name, value in wanted.options.items()
        if found.options.get(name) != value
    ]
    if changed:
        return f"faces made with {', '.join(changed)}"
    return f"faces of another listing of {wanted.name} (other pictures, labels or source options)"
