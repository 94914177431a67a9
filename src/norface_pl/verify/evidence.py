"""What a prepared folder says about its data set: faces, failures, options."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from norface_pl.data.prepared import FAILURES, PreparedFaces
from norface_pl.errors import NorfaceError
from norface_pl.sources.published import PublishedFacts
from norface_pl.sources.source import REQUIRED

_TEXT = ("key", "source", "subject", "sequence", "part", "expression", "reason")


@dataclass(frozen=True, eq=False)
class Evidence:
    """The material of a verification.

    Attributes:
        faces: the manifest, a row per face.
        failed: the pictures without a face: ``key``, ``reason`` and, if known, their columns of
            the listing.
        facts: what is published.
        incomplete: whether a part of the data set was prepared on purpose.
    """

    faces: pd.DataFrame
    failed: pd.DataFrame
    facts: PublishedFacts
    incomplete: bool = False

    @classmethod
    def read(cls, prepared: PreparedFaces, facts: PublishedFacts) -> "Evidence":
        """Read a prepared folder; a `NorfaceError` where its failures cannot be read."""
        path = prepared.folder / FAILURES
        try:
            # Names of people or classes may look like what pandas takes for "not available".
            failed = pd.read_csv(
                path, dtype=dict.fromkeys(_TEXT, str), keep_default_na=False, na_values=[""]
            )
        except FileNotFoundError:
            failed = pd.DataFrame({"key": [], "reason": []}, dtype=str)
        except (OSError, ValueError) as error:
            raise NorfaceError(
                f"{path} cannot be read ({error}); prepare the data set anew"
            ) from error
        if not {"key", "reason"} <= set(failed.columns):
            raise NorfaceError(
                f"{path} lacks the columns key and reason; prepare the data set anew"
            )
        known = [name for name in _TEXT if name in failed]
        failed[known] = failed[known].fillna("")
        # Faces that were put in place of a missing one are failures and faces.
        failed = failed[~failed["key"].isin(prepared.manifest["key"])]
        options = prepared.description.get("source")
        incomplete = isinstance(options, Mapping) and bool(options.get("incomplete"))
        return cls(prepared.manifest, failed, facts, incomplete)

    @cached_property
    def coded(self) -> pd.DataFrame:
        """Labelled pictures, with a face and, where failures say whose they are, without one."""
        if self.failed.empty or self.nameless:
            return self.faces
        return pd.concat([self.faces, self.failed], ignore_index=True)

    @property
    def nameless(self) -> int:
        """Pictures without a face of which only the key is known."""
        return 0 if set(REQUIRED) <= set(self.failed.columns) else len(self.failed)

    def why_fewer(self, expected: int, found: int) -> str:
        """Return why fewer were found, or nothing."""
        if found < expected and self.incomplete:
            return "a part of the data set was prepared"
        if 0 < expected - found <= self.nameless:
            return f"{self.nameless:,} pictures gave no face, see {FAILURES}"
        return ""

    @property
    def reasons(self) -> str:
        """Why pictures gave no face, most frequent first."""
        counts = self.failed["reason"].value_counts().head(3)
        return ", ".join(f"{count:,} x {reason}" for reason, count in counts.items())
