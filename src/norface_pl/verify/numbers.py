"""The number of a picture against the frame number of its label: one off spoils every label."""

from collections.abc import Iterator

import pandas as pd

from norface_pl.io.frames import MARK
from norface_pl.verify.check import Check, State, judge
from norface_pl.verify.evidence import Evidence

TOPIC = "frames"


def check_numbers(evidence: Evidence) -> Iterator[Check]:
    """Yield checks of the shift between pictures and labels, and of the runs of frames."""
    coded = evidence.coded
    if "source" not in coded or not evidence.facts.offsets:
        return
    there = coded[coded["source"].fillna("") != ""]
    video = there["source"].str.contains(rf"{MARK}\d+$")
    for kind, rows in (("video", there[video]), ("file", there[~video])):
        if len(rows):
            yield _check_offsets(kind, rows, list(evidence.facts.offsets[kind]))
    yield from _check_ends(evidence)
    frames = coded.groupby("sequence")["frame"].agg(["min", "max", "count"])
    whole = int((frames["max"] - frames["min"] + 1 == frames["count"]).sum())
    found, expected = (f"{count:,} of {len(frames):,}" for count in (whole, len(frames)))
    # Label files with gaps are unusual, yet no mistake of the reading.
    state: State = "ok" if found == expected else "info"
    yield Check(TOPIC, "sequences whose frames have no gap", expected, found, state)


def _check_offsets(kind: str, rows: pd.DataFrame, expected: list[int]) -> Check:
    pattern = rf"{MARK}(\d+)$" if kind == "video" else r"(\d+)\.[^./]*$"
    shift = rows["source"].str.extract(pattern, expand=False).astype(float) - rows["frame"]
    counts = shift.value_counts(dropna=False)
    found = ", ".join(
        f"{_signed(float(str(one)))} in {count:,}" for one, count in counts.head(3).items()
    )
    why = ""
    if len(counts) > 1 or counts.index[0] not in expected:
        wrong = rows[~shift.isin(expected)]
        row = (wrong if len(wrong) else rows).iloc[0]
        why = (
            f"off-by-one frames: label {row['frame']} of {row['sequence']} is put on "
            f"{row['source']}; the first frame of a {kind} is counted wrongly"
        )
    name = f"number of the picture in its {'video' if kind == 'video' else 'folder'} - frame"
    return judge(TOPIC, name, " or ".join(map(_signed, expected)), found, why)


def _check_ends(evidence: Evidence) -> Iterator[Check]:
    """Look for sequences that miss just their first or last picture: numbers that are one off."""
    failed = evidence.failed
    if failed.empty or evidence.nameless:
        return
    frame = evidence.coded.groupby("sequence")["frame"]
    gone = failed[failed["source"] == ""]
    for end, at in (("first", frame.min()), ("last", frame.max())):
        lost = int((gone["frame"] == gone["sequence"].map(at)).sum())
        if lost * 2 > len(at):
            why = f"the {end} picture is absent nearly everywhere: off-by-one frames"
            name = f"sequences without their {end} picture"
            yield Check(TOPIC, name, "few", f"{lost:,} of {len(at):,}", "WRONG", why)


def _signed(shift: float) -> str:
    return "no number" if pd.isna(shift) else f"{int(shift):+d}" if shift else "0"
