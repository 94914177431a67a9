"""What a prepared folder says about its data set: faces, failures, options."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from norface_pl.data.prepared import FAILURES, PreparedFaces
from norface_pl.data.published import Published
from norface_pl.errors import NorfaceError


@dataclass(frozen=True, eq=False)
class Evidence:
    """The material of a verification.

    Attributes:
        faces: the manifest, a row per face.
        failed: the pictures without a face, with ``key``, ``reason`` and columns of the listing.
        facts: what is published.
        incomplete: whether a part of the data set was prepared on purpose.
    """

    faces: pd.DataFrame
    failed: pd.DataFrame
    facts: Published
    incomplete: bool = False

    @classmethod
    def read(cls, prepared: PreparedFaces, facts: Published) -> "Evidence":
        """Read a prepared folder.

        Raises:
            NorfaceError: its list of failures cannot be read.
        """
        failed = _read_failures(prepared)
        options = prepared.description.get("options")
        incomplete = isinstance(options, Mapping) and bool(options.get("incomplete"))
        return cls(prepared.manifest, failed, facts, incomplete)

    @cached_property
    def coded(self) -> pd.DataFrame:
        """All labelled pictures, with and without a face; labels of the latter may be missing."""
        if self.failed.empty:
            return self.faces
        return pd.concat([self.faces, self.failed], ignore_index=True)

    @property
    def reasons(self) -> str:
        """Why pictures gave no face, most frequent first."""
        counts = self.failed["reason"].value_counts().head(3)
        return ", ".join(f"{count:,} x {reason}" for reason, count in counts.items())


def _read_failures(prepared: PreparedFaces) -> pd.DataFrame:
    path = prepared.folder / FAILURES
    try:
        text = {name: str for name in ("key", "source", "subject", "sequence", "part")}
        failed = pd.read_csv(path, dtype=text, keep_default_na=False, na_values={})
    except FileNotFoundError:
        return pd.DataFrame({"key": [], "reason": []}, dtype=str)
    except (OSError, ValueError) as error:
        raise NorfaceError(f"{path} cannot be read ({error}); prepare the data set anew") from error
    if not {"key", "reason"} <= set(failed.columns):
        raise NorfaceError(f"{path} lacks the columns key and reason; prepare the data set anew")
    # Faces that were put in place of a missing one are failures and faces.
    return failed[~failed["key"].isin(prepared.manifest["key"])]
