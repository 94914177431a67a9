"""Everything about stage 1 that docs/results/normalizer.md says, made from nothing.

`make evidence-normalizer` runs it. Started again it goes on where it stopped: what a small JSON
below docs/results/normalizer/ says is done with the same options is not done again, even when its
checkpoints are gone. The page is written anew after every run.

    python -m experiments.evidence_normalizer --only ablation/without_person people
"""

from collections.abc import Sequence
from pathlib import Path

from experiments import photographs
from experiments.normalizer_page import write_page
from experiments.normalizer_parts import MAIN, PARTS, RESULTS, EvidencePart
from experiments.shared import ROOT, parser, succeeds
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.runs import Run
from norface_pl.io.images import read_image, write_image

PAGE = ROOT / "docs/results/normalizer.md"
# As long as nothing was timed.
RUN_SECONDS = 1200.0


def main(words: Sequence[str] | None = None) -> None:
    """Make what is missing, and the page."""
    options = parser(__doc__)
    shown = "main, ablation, epochs, people, limits, photographs, or one row as ablation/full"
    options.add_argument("--only", nargs="+", default=[], metavar="PART", help=shown)
    options.add_argument("--photographs", type=Path, help="folder of the London set")
    options.add_argument("--weights", type=Path, help="of a face detector, for photographs")
    options.add_argument("--tables-only", action="store_true", help="train nothing")
    given = options.parse_args(words)

    wanted = [
        (part, run)
        for part in PARTS
        for run in part.runs(given.seeds)
        if _picked(f"{part.name}/{run.row}", given.only)
    ]
    if given.only and not wanted and "photographs" not in given.only:
        options.error(f"--only {' '.join(given.only)} is no part and no row; give {shown}")
    if not given.tables_only:
        failed = make(wanted, given.threads)
        if _picked("photographs", given.only):
            if given.photographs is None or given.weights is None:
                print("photographs: left out, give --photographs ROOT and --weights FILE")
            else:
                photographs.show(given.photographs, given.weights, given.seeds[0])
        if failed:
            raise SystemExit(f"{len(failed)} failed: {'; '.join(failed)}")
    write_page(PAGE)
    print(f"page: {PAGE}")


def make(wanted: Sequence[tuple[EvidencePart, Run]], threads: int) -> list[str]:
    """Do runs one after another; return those that failed, which do not keep the others."""
    print(estimate(wanted), flush=True)
    failed = []
    for part, run in wanted:
        name = f"{part.name}/{run.row}, seed {run.seed}"
        print(f"{name} ...", flush=True)
        if not succeeds(part.command([run]), threads):
            failed.append(name)
        elif part.name == MAIN:
            keep_faces(part, run)
        write_page(PAGE)
    return failed


def estimate(wanted: Sequence[tuple[EvidencePart, Run]]) -> str:
    """Say how much is to do, and how long it takes if it takes what is done has taken."""
    paths = {run.file(RESULTS / part.name): part.name for part, run in wanted}
    done = [NormalizerRecord.load(path) for path in paths if path.is_file()]
    spent = [sum(record.seconds.values()) for record in done]
    each = sum(spent) / len(spent) if spent else RUN_SECONDS
    missing = len(paths) - len(done)
    return f"{missing} runs to do, about {missing * each / 3600:.1f} hours; more with new options"


def keep_faces(part: EvidencePart, run: Run) -> None:
    """Keep the picture of the faces that a run of the default has drawn, for the page."""
    drawn = run.folder(ROOT / part.described["out"]) / "probes" / "probe.png"
    if drawn.is_file():
        write_image(RESULTS / f"faces_seed_{run.seed}.jpg", read_image(drawn), quality=90)


def _picked(name: str, only: Sequence[str]) -> bool:
    return not only or name in only or name.partition("/")[0] in only


if __name__ == "__main__":
    main()
