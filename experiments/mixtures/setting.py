"""What a comparison of candidates is made on: people, faces that are bad, drawing styles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Style = Literal["plain", "comic"]
Tries = Literal["none", "literature", "designs"]


@dataclass(frozen=True)
class Setting:
    """Who is labelled, how their faces look, and how long is learned.

    Attributes:
        name: of its file.
        people: labelled people, as many of each style.
        clips: of each of them.
        tries: what is compared besides: what the literature does to make mixtures better, or
            designs of our own.
        steps: batches of the training.
        spoiled: share of the faces, in training and test, that are turned, dark or covered.
        styles: of the drawn people, in training and test.
        seed: of the people who are drawn, and of the backbones.
    """

    name: str
    people: int
    clips: int
    steps: int = 720
    tries: Tries = "none"
    spoiled: float = 0.0
    styles: tuple[Style, ...] = ("plain",)
    seed: int = 0

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Setting":
        """Return the setting of a row of YAML."""
        return cls(**{**said, "styles": tuple(said.get("styles", ("plain",)))})


@dataclass(frozen=True)
class Plan:
    """All settings, and how often each candidate starts anew.

    Attributes:
        seeds: starts of each candidate.
        settings: see `Setting`.
        test_people: of each style.
    """

    seeds: int
    settings: tuple[Setting, ...] = field(default=())
    test_people: int = 60

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Plan":
        """Return the plan of a YAML file."""
        settings = tuple(map(Setting.read, said["settings"]))
        return cls(said["seeds"], settings, said["test_people"])
