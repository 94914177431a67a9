"""The candidates: what the package has, what the literature does beside, and their controls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from torch import nn

from experiments.mixtures.candidate import Candidate, TriedCandidate
from experiments.mixtures.designs import Beside, GatedExperts, Readings
from experiments.mixtures.readers import Plain, Queries, Regions, WeighedPictures
from experiments.mixtures.setting import Tries
from norface_pl.classifier.fusion import SIDE_BY_SIDE, build_fused_head, build_fusion
from norface_pl.classifier.heads import count_parameters
from norface_pl.classifier.options import FusionKind, FusionOptions, HeadOptions


class Sizes(NamedTuple):
    """What a candidate reads, and how many labels from it.

    Attributes:
        dim: D.
        places: N of each face.
        token: T.
        labels: L.
    """

    dim: int
    places: int
    token: int
    labels: int


@dataclass(frozen=True)
class Entry:
    """A candidate by name.

    Attributes:
        title: on the page.
        build: from sizes.
        against: its control; None for controls.
    """

    title: str
    build: Callable[[Sizes], nn.Module]
    against: str | None = None


def _package(
    title: str, fusion: FusionKind, head: HeadOptions, against: str | None = None
) -> Entry:
    def build(sizes: Sizes) -> nn.Module:
        options = FusionOptions(fusion, experts=2 if fusion in SIDE_BY_SIDE else 4)
        read = build_fused_head(options, head, sizes.dim, 2, sizes.labels)
        return Candidate(build_fusion(options, sizes.dim, 2), read)

    return Entry(title, build, against)


def _tried(title: str, **options: float) -> Entry:
    def build(sizes: Sizes) -> nn.Module:
        return TriedCandidate(sizes.dim, sizes.labels, **options)  # type: ignore[arg-type]

    return Entry(f"both, 8 experts, {title}", build, "both_mlp_8")


def _like(entry: Entry) -> Entry:
    """Return the control of a candidate that has no other: as many parameters, no mixture."""

    def build(sizes: Sizes) -> nn.Module:
        return Plain(sizes.dim, sizes.labels, count_parameters(entry.build(sizes)))

    return Entry(f"MLP of the size of: {entry.title}", build)


# Narrow, since each of 42 labels has an expert of its own.
NARROW = HeadOptions("ple", 2, hidden=32)
PLE = _package("both, 2 experts and one for each label (PLE)", "moe", NARROW, "ple_mlp")
QUERIES = Entry(
    "a query of each label over the places",
    lambda sizes: Queries(sizes.dim, sizes.labels, sizes.token, sizes.places),
    "queries_mlp",
)
LINEAR = HeadOptions("linear")
TWO, TWO_MLP = HeadOptions("moe", 2), HeadOptions("mlp", 2)
EIGHT, EIGHT_MLP = HeadOptions("moe", 8), HeadOptions("mlp", 8)
CORE = {
    "plain": _package("concatenation and linear", "concat", LINEAR),
    "input_moe": _package("Input MoE", "moe", LINEAR, "input_mlp"),
    "input_mlp": _package("MLP of its size", "mlp", LINEAR),
    "output_moe": _package("Output MoE, 2 experts", "concat", TWO, "output_mlp"),
    "output_mlp": _package("MLP of its size", "concat", TWO_MLP),
    "pictures": _package(
        "experts for each picture and for both (ships)", "experts", LINEAR, "pictures_mlp"
    ),
    "pictures_mlp": _package("MLP of its size", "experts_mlp", LINEAR),
    "both_moe": _package("both, 2 experts", "moe", TWO, "both_mlp"),
    "both_mlp": _package("MLPs of its size", "mlp", TWO_MLP),
    "both_moe_8": _package("both, 8 experts", "moe", EIGHT, "both_mlp_8"),
    "both_mlp_8": _package("MLPs of its size", "mlp", EIGHT_MLP),
    "ple": PLE,
    "ple_mlp": _like(PLE),
    "weighed": Entry(
        "readings of both pictures, weighed face by face",
        lambda sizes: WeighedPictures(sizes.dim, sizes.labels),
        "fixed",
    ),
    "fixed": Entry(
        "the same with fixed weights of each label",
        lambda sizes: WeighedPictures(sizes.dim, sizes.labels, asked=False),
    ),
}
# For all tasks, in the settings that ask for it.
TRIES = {
    "top": _package("both, the 2 best of 8", "moe", HeadOptions("moe", 8, top=2), "both_mlp_8"),
    "soft": _package("both, 8 experts, soft", "moe", HeadOptions("soft", 8), "both_mlp_8"),
    "dropped": _tried("a quarter left out", drop=0.25),
    "apart": _tried("kept apart", apart=0.1),
    "informed": _tried("mutual information", informed=0.01),
    "tilted": _tried("balanced by a bias", tilted=True),
    "cooled": _tried("gates cool down", cool=True),
    "regions": Entry(
        "experts for rows of the face",
        lambda sizes: Regions(sizes.dim, sizes.labels, sizes.token),
        "both_mlp_8",
    ),
    "queries": QUERIES,
    "queries_mlp": _like(QUERIES),
}


EXPERTS = Entry(
    "experts for each picture and for both, gates without dropout",
    lambda sizes: GatedExperts(sizes.dim, sizes.labels),
    "experts_mlp",
)
BOTH = Entry(
    "the same beside gated linear readings",
    lambda sizes: GatedExperts(sizes.dim, sizes.labels, readings=True),
    "experts_readings_mlp",
)
READINGS = Entry(
    "linear readings of each picture and of both, weighed face by face",
    lambda sizes: Readings(sizes.dim, sizes.labels),
    "readings_mlp",
)
BESIDE = Entry(
    "both, 8 experts, beside a linear reading",
    lambda sizes: Beside(CORE["both_moe_8"].build(sizes), sizes.dim, sizes.labels),
    "beside_mlp",
)
# As many parameters, with a linear reading beside the hidden layer: a harder control.
DESIGNS = {
    "readings": READINGS,
    "readings_mlp": _like(READINGS),
    "experts": EXPERTS,
    "experts_mlp": _like(EXPERTS),
    "experts_readings": BOTH,
    "experts_readings_mlp": _like(BOTH),
    "beside": BESIDE,
    "beside_mlp": _like(BESIDE),
}
EXTRA: dict[Tries, dict[str, Entry]] = {"none": {}, "literature": TRIES, "designs": DESIGNS}


# What else is compared: with no hidden layer, with other mixtures, with a harder control.
BESIDES = [
    *((name, "plain") for name in ("pictures", "both_moe", "both_moe_8", "readings")),
    *(("pictures", name) for name in ("both_moe", "experts_mlp")),
]


def lineup(tries: Tries) -> dict[str, Entry]:
    """Return the candidates by name."""
    return CORE | EXTRA[tries]


def everybody() -> dict[str, Entry]:
    """Return all candidates of any setting by name."""
    return CORE | TRIES | DESIGNS
