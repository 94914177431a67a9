"""What is published about the data sets: people, parts, counts, weights of the action units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError


@dataclass(frozen=True)
class Variant:
    """Another known count of frames, of lists that leave some out.

    Attributes:
        why: whose, and what they leave out.
        frames: of the subjects that differ.
        total: of all subjects.
    """

    why: str
    total: int
    frames: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishedFacts:
    """Published facts of a data set; what is not published stays empty.

    Attributes:
        name: of the data set.
        part_of: part ("1", "2", ...) of each subject.
        frames: coded frames of each subject.
        tasks: coded frames of each task.
        sequences: how many recordings there are.
        variants: other known counts of frames.
        offsets: number of a picture, from 0 in a video ("video") or in its file name ("file"),
            minus the frame number of its label; several where copies differ.
        total: all labelled pictures.
        action_units: in the order of ``weights`` and ``positives``.
        threshold: intensity from which an action unit is there; 0 where occurrence is coded.
        weights: of the action units, by tested part; `class_weights` of the other parts.
        positives: frames with the action unit, by part; derived from the weights.
        expressions: pictures of each expression, by part ("train", "val", "test").
    """

    name: str
    part_of: Mapping[str, str] = field(default_factory=dict)
    frames: Mapping[str, int] = field(default_factory=dict)
    tasks: Mapping[str, int] = field(default_factory=dict)
    sequences: int | None = None
    variants: Sequence[Variant] = ()
    offsets: Mapping[str, Sequence[int]] = field(default_factory=dict)
    total: int | None = None
    action_units: Sequence[int] = ()
    threshold: int = 0
    weights: Mapping[str, Sequence[float]] = field(default_factory=dict)
    positives: Mapping[str, Sequence[int]] = field(default_factory=dict)
    expressions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def parts(self) -> list[str]:
        """The parts that subjects belong to."""
        return sorted(set(self.part_of.values()))

    def frames_of(self, part: str) -> int:
        """Return the coded frames of a part; 0 where they are not published."""
        return sum(n for subject, n in self.frames.items() if self.part_of[subject] == part)


def has_published(name: str) -> bool:
    """Tell whether anything is published about a data set."""
    return _path(name).is_file()


def load_published(name: str) -> PublishedFacts:
    """Load what is published about a data set; a `NorfaceError` where that is nothing."""
    if not has_published(name):
        raise NorfaceError(f"nothing is published about {name}: there is no {_path(name)}")
    facts: dict[str, Any] = yaml.safe_load(_path(name).read_text(encoding="utf-8"))
    # Frames by subject where they are known, else a list of subjects.
    subjects: dict[str, Any] = facts.pop("subjects", {})
    part_of = {subject: part for part, people in subjects.items() for subject in people}
    counted = [people for people in subjects.values() if isinstance(people, dict)]
    frames = {subject: count for people in counted for subject, count in people.items()}
    pictures = sum(sum(counts.values()) for counts in facts.get("expressions", {}).values())
    facts["total"] = facts.get("total") or sum(frames.values()) or pictures or None
    facts["variants"] = [Variant(**variant) for variant in facts.get("variants", ())]
    return PublishedFacts(name, part_of, frames, **facts)


def class_weights(positives: NDArray[np.integer | np.floating]) -> NDArray[np.float64]:
    """Return (..., n) weights of n action units: proportional to 1 / positives, 1 on average.

    Rates give the same weights as counts. An action unit without positives has no finite weight
    and makes the others 0.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1 / positives
        return np.asarray(inverse / inverse.mean(-1, keepdims=True))


def _path(name: str) -> Path:
    return Path(__file__).with_name("published") / f"{name}.yaml"
