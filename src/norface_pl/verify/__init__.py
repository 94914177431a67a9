"""Recomputing from a manifest what is published about its data set."""

from collections.abc import Iterator

from norface_pl.verify.action_units import check_action_units
from norface_pl.verify.check import Check, State
from norface_pl.verify.described import describe
from norface_pl.verify.evidence import Evidence
from norface_pl.verify.expressions import check_expressions
from norface_pl.verify.numbers import check_numbers
from norface_pl.verify.people import check_identity, check_people
from norface_pl.verify.pictures import check_faces

__all__ = ["Check", "Evidence", "State", "verify"]


def verify(evidence: Evidence) -> Iterator[Check]:
    """Yield every published fact beside what was found; the pictures themselves are not read."""
    checks = (check_identity, check_action_units, check_expressions, describe, check_faces)
    known = (check_people, check_numbers) if evidence.facts.part_of else ()
    for check in (*known, *checks):
        yield from check(evidence)
