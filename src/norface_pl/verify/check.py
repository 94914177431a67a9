"""One published fact beside what was found."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "explained", "WRONG", "info"]


@dataclass(frozen=True)
class Check:
    """A row of the table that `norface verify` prints.

    Attributes:
        topic: group of checks that stand together.
        name: what is compared.
        expected: as published; empty where nothing is.
        found: in the prepared folder.
        state: "info" where there is nothing to compare with.
        why: explanation or diagnosis, in one sentence.
    """

    topic: str
    name: str
    expected: str
    found: str
    state: State
    why: str = ""


def compare(topic: str, name: str, expected: object, found: object, why: str = "") -> Check:
    """Return "ok" for equals; else "explained" by ``why``, or "WRONG" without one."""
    equal = expected == found
    state: State = "ok" if equal else "explained" if why else "WRONG"
    return Check(topic, name, _text(expected), _text(found), state, "" if equal else why)


def judge(topic: str, name: str, expected: str, found: str, wrong: str) -> Check:
    """Return "WRONG" for the reason that is given, or "ok" without one."""
    return Check(topic, name, expected, found, "WRONG" if wrong else "ok", wrong)


def info(topic: str, name: str, found: object, why: str = "") -> Check:
    """Return what was found where there is nothing to compare it with."""
    return Check(topic, name, "", _text(found), "info", why)


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
