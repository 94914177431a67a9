"""By which names one person can become two, which lets the person train and be tested."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import pandas as pd


def spelt_alike(names: Iterable[str]) -> list[list[str]]:
    """Return the groups of names that are most likely one person's.

    They differ in nothing but case, blanks, leading zeros of a number, or in how an accent is
    encoded: "S1", "s01" and " S 1".
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if name:
            groups[_plain(name)].add(name)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def tidy(name: str) -> str:
    """Return a name without blanks around it, single ones inside, accents encoded one way."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def nameless(subjects: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which rows have no subject though others have one; nobody knows who these are."""
    unknown = subjects == ""
    return unknown & (not unknown.all())


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"\s", "", text))
