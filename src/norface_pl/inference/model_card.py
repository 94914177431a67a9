"""The model card of exported stages: what they are, whom they know, what they are not for."""

from collections.abc import Sequence
from typing import Any

from norface_pl.labels import by_task

_CARD = """\
# Both stages, exported

Weights of [norface-pl]: stage 1 redraws an aligned face as one common person, stage 2 reads
{what} from the original and the redrawn face.

| | |
|---|---|
| version | {version} |
| faces | {size} x {size} pixels, aligned by five landmarks |
| weights | {megabytes:.1f} MB, stored in {bits} bits, computed with in 32 |
| stage 1 learned from | {first} |
| stage 2 learned from | {second} |
| inputs of stage 2 | {inputs} |

## Labels

{labels}

## People, data, terms and figures

{about}

## Intended use

Research on facial expression: describing what faces in pictures and films show, as a start for
one's own coding, and for comparison. Check a sample by hand before you rely on the values.

## What it cannot do

* It was not tested on people, cameras, light and head poses beyond those named above. Values of
  small, blurred, covered or strongly turned faces are not to be trusted.
* It does not know what a person feels, thinks or intends, nor whether somebody tells the truth.
  An action unit is a movement, and an emotion is what a picture looks like to others.
* A redrawn face is no anonymized one: it may still tell who the original was.
* Errors may differ between groups of people. No audit of that was made.

## Misuse

Do not use it to judge, score, rank or watch people, for hiring, education, policing, border
control, insurance or medical decisions, nor on anybody who did not agree to it. Inferring emotions
at work or in education is forbidden in the European Union (Regulation 2024/1689, Article 5).

[norface-pl]: https://arxiv.org/abs/2407.15617 "an independent implementation of Norface"
"""

_WHAT = {
    "au_detection": "the probabilities of {count} action units",
    "au_intensity": "the intensities of {count} action units",
    "expression": "the probabilities of {count} emotions",
    "valence_arousal": "valence and arousal",
}


def model_card(
    facts: dict[str, Any], thresholds: Sequence[float], size: int, half: bool, about: str
) -> str:
    """Return the card as Markdown.

    Args:
        facts: options of both stages and whom they learned from, as they are exported.
        thresholds: from which each label counts as present.
        size: of the weights in bytes.
        half: whether they are stored in 16 bits.
        about: Markdown on people, data, terms and figures.
    """
    options = facts["classifier"]["options"]
    tasks = by_task(options["task"], options["label_names"])
    labels = "; ".join(", ".join(names) for task, names in tasks.items() if task != "au_detection")
    if units := tasks.get("au_detection"):
        # Of several tasks, occurrence stands first.
        pairs = zip(units, thresholds, strict=False)
        rows = [f"| {name} | {value:.3f} |" for name, value in pairs]
        table = "\n".join(["| label | counts as present from |", "|---|---|", *rows])
        labels = f"{table}\n\n{labels}".strip()
    return _CARD.format(
        what=", ".join(_WHAT[task].format(count=len(names)) for task, names in tasks.items()),
        version=facts["norface_version"],
        size=options["image_size"],
        megabytes=size / 1e6,
        bits=16 if half else 32,
        first=_people(facts["normalizer"]),
        second=_people(facts["classifier"]),
        inputs=options["inputs"],
        labels=labels,
        about=about.strip() or "Whoever exported these weights said nothing about them.",
    )


def _people(stage: dict[str, Any]) -> str:
    who = stage["trained_on"]
    return f"{who['people']} people of {who['population']}"
