"""The model card of exported stages: what they are, whom they know, what they are not for."""

from collections.abc import Mapping
from typing import Any

from norface_pl.card import USE
from norface_pl.labels import by_task

_CARD = """\
# Both stages, exported

Weights of [norface-pl]: stage 1 redraws an aligned face as one common person, stage 2 reads
{what} from {inputs}.

| | |
|---|---|
| version | {version} |
| faces | {size} x {size} pixels, aligned by five landmarks |
| weights | {megabytes:.1f} MB, {stored} |
| stage 1 learned from | {first} |
| stage 2 learned from | {second} |

## Labels

{labels}

## People, data, terms and figures

{about}

{use}
[norface-pl]: https://arxiv.org/abs/2407.15617 "an independent implementation of Norface"
"""

_WHAT = {
    "au_detection": "the probabilities of {count} action units",
    "au_intensity": "the intensities of {count} action units",
    "expression": "the probabilities of {count} emotions",
    "valence_arousal": "valence and arousal",
}


_INPUTS = {
    "original": "the original face",
    "normalized": "the redrawn face",
    "both": "the original and the redrawn face",
}


def model_card(facts: Mapping[str, Any], size: int, stored: str) -> str:
    """Return the card as Markdown.

    Args:
        facts: what stands beside the weights: options of both stages, whom they learned from,
            thresholds, and Markdown on people, data, terms and figures.
        size: of the weights in bytes.
        stored: in which form they are.
    """
    options = facts["classifier"]["options"]
    tasks = by_task(options["task"], options["label_names"])
    labels = "; ".join(", ".join(names) for task, names in tasks.items() if task != "au_detection")
    if units := tasks.get("au_detection"):
        # Of several tasks, occurrence stands first.
        pairs = zip(units, facts["thresholds"], strict=False)
        rows = [f"| {name} | {value:.3f} |" for name, value in pairs]
        table = "\n".join(["| label | counts as present from |", "|---|---|", *rows])
        labels = f"{table}\n\n{labels}".strip()
    return _CARD.format(
        what=", ".join(_WHAT[task].format(count=len(names)) for task, names in tasks.items()),
        version=facts["norface_version"],
        size=options["image_size"],
        megabytes=size / 1e6,
        stored=stored,
        first=_people(facts["normalizer"]),
        second=_people(facts["classifier"]),
        inputs=_INPUTS[options["inputs"]],
        labels=labels,
        about=facts["about"].strip() or "Whoever exported these weights said nothing about them.",
        use=USE,
    )


def _people(stage: dict[str, Any]) -> str:
    who = stage["trained_on"]
    return f"{who['people']} people of {who['population']}"
