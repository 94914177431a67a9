"""All checks of a data set."""

from collections.abc import Iterator

from norface_pl.verify.action_units import check_action_units
from norface_pl.verify.check import Check
from norface_pl.verify.described import describe
from norface_pl.verify.evidence import Evidence
from norface_pl.verify.expressions import check_expressions
from norface_pl.verify.identity import check_identity
from norface_pl.verify.numbers import check_numbers
from norface_pl.verify.people import check_people
from norface_pl.verify.pictures import check_faces


def verify(evidence: Evidence) -> Iterator[Check]:
    """Yield every published fact beside what was found; the pictures themselves are not read."""
    if evidence.facts.part_of:
        yield from check_people(evidence)
        yield from check_numbers(evidence)
    yield from check_identity(evidence)
    yield from check_action_units(evidence)
    yield from check_expressions(evidence)
    yield from describe(evidence)
    yield from check_faces(evidence)
