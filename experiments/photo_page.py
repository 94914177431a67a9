"""docs/results/photographs.md: what normalizers of photographs reach, from their records alone."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.photographs import SOURCE
from experiments.shared import ROOT, beginning, config, written
from norface_pl.evaluation.readings_report import mean_cell
from norface_pl.evaluation.record import damaged
from norface_pl.evaluation.tables import NONE, TextTable
from norface_pl.io.files import make_folder, write_atomic

RESULTS = ROOT / "docs/results/photographs"
ROWS = "experiments/photo_rows.yaml"
Record = Mapping[str, Any]
"""Figures of a normalizer by step, and ``facts``, ``environment`` and ``seconds``."""

INTRODUCTION = """\
# What stage 1 does with photographs

Made by `make evidence-photographs` from the JSON in [photographs/](photographs/), which holds every
figure and says which checkpoints, pictures, commit and versions made it. *I_o* is the photograph,
*I_n* the redrawn face. Everything is read from people whom no training saw: 500 of Labeled Faces in
the Wild (LFW), those whose names have the lowest MD5 sums
([experiments/lfw.py](../../experiments/lfw.py)), and every other person of the {source}.
"""
NOTHING = "Not measured yet: `make evidence-photographs` does it.\n"
COMPARED = """\
* **Expression**: what MediaPipe's Face Landmarker reads from I_n against what it reads from I_o:
  correlation of the logits over pictures, median of the 25 channels whose coefficients vary most on
  I_o (*active*) and of all 52. A stage 1 that learned from this teacher is judged by it, too.
* **Identity**: AUC with which distances in dlib's face embedding tell two pictures of one person
  from pictures of two people; 0.5 is a guess; ± is the standard error over people.
* **Avatar**: what stage 1 was to draw of I_o, rendered exactly from what the teacher reads. Nothing
  else of the person passes; so its row says what the reading of an expression tells of a person,
  and what a perfect reader and a perfect decoder would keep.
* **Yaw, pitch**: standard deviation in degrees, as the teacher reads them. **Light**: R2 of the
  brightness of both halves of I_o, read from 16 x 16 grey pixels of people new to the probe.
* **Sharpness**: variance of the Laplacian times 1000; only pictures of one side compare.
* **Found**: share of faces that YuNet and RetinaFace both find, with a quarter side of margin.
* **Smile**: AUC with which AU12, nothing fitted, tells smiling from neutral Londoners: the
  landmarker's smile, and the classifier's AU12 where one was measured along (of both stages).
* **50 people**: points of mean recall of LFW's emotions that a probe of both pictures gains over
  one of I_o, 50 labelled people; mean ± SD of ten draws, and 95 % of draws of those who are read.
"""
SHORT = """\
Rows called *short* compare with each other, not with the weights that ship: {epochs} epochs of
training each ([experiments/photo_rows.yaml](../../experiments/photo_rows.yaml)).

"""
SEEDS = """\
Mean ± SD of {count} seeds of `short`: {figures}. One training of another row tells nothing that is
not clearly beyond these.
"""
FEW = """\
Mean recall (%) of emotions of LFW: {read}. They are read by a logistic regression on 16 x 16 grey
pixels. People with labels are drawn in turn from each emotion; mean ± SD over ten draws of them;
in brackets 95 % of 1,000 draws of the people who are read. *More* is what an input gains over I_o.
*Frequent* leaves out emotions with fewer than 20 pictures. The labels are noisy, and the rare
emotions are of few people, which the brackets show.
"""
UNITS = """\
AUC with which an action unit tells faces of an emotion that it belongs to from all other labelled
faces of LFW, and smiling from neutral Londoners. No label of a photograph was used by any reader.
"""
PICTURES = """\
Of LFW's originals, which are news photographs, nothing is shown. London: {source}.
"""


def figure(*names: str, factor: float = 1) -> Callable[[Record, str], str]:
    """Return what writes a figure by its names in a record, where KIND is I_o or I_n."""

    def write(record: Record, kind: str) -> str:
        found: Any = record
        for name in names:
            found = (found or {}).get(name.replace("KIND", kind))
        return cell(found, factor)

    return write


def cell(value: float | None, factor: float = 1) -> str:
    """Write a value; a dash where there is none."""
    return NONE if value is None else f"{factor * value:.3f}"


def verified(record: Record, kind: str) -> str:
    """Write how well one person is told from two."""
    found = record.get("identity", {}).get(kind)
    return " ± ".join(map(cell, found)) if found else NONE


def classified(record: Record, kind: str) -> str:
    """Write the AUC of a classifier's AU12."""
    readers = record.get("smiles", {}).items()
    return next((cell(x["test"]) for name, x in readers if name.startswith("classifier")), NONE)


def gain(record: Record, kind: str) -> str:
    """Write how much more both pictures of 50 labelled people tell than the original."""
    rows = record.get("emotions", {}).get("probes", [])
    fitting = (more(row) for row in rows if (row["input"], row["labelled"]) == ("both", 50))
    return NONE if kind == "I_o" else next(fitting, NONE)


# Title -> what is wanted of I_n, and what writes the figure.
COLUMNS: Mapping[str, tuple[str, Callable[[Record, str], str]]] = {
    "side": ("", lambda record, _: str(record["facts"]["image_size"])),
    "expression, active": ("≥ 0.85", figure("expression", "active")),
    "all": ("", figure("expression", "all")),
    "identity": ("≤ 0.56", verified),
    "yaw": ("≤ 2", figure("remains", "KIND", "yaw")),
    "pitch": ("", figure("remains", "KIND", "pitch")),
    "light": ("", figure("remains", "KIND", "light")),
    "sharpness": ("", figure("remains", "KIND", "sharpness", factor=1000)),
    "found": ("≥ 0.995", figure("remains", "KIND", "found")),
    "smile, landmarker": ("", figure("smiles", "landmarker, KIND", "test")),
    "smile, classifier": ("≥ 0.97", classified),
    "50 people": ("≥ 8, > 2 SD", gain),
}


def load_record(path: Path) -> dict[str, Any]:
    """Read a record.

    Raises:
        NorfaceError: it is damaged.
    """
    with damaged(path, "delete it and measure again"):
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {name: record.pop(name) for name in ("facts", "environment", "seconds")} | record


def write_page(path: Path, results: Path = RESULTS) -> None:
    """Write the page from the records in a folder below that of the page."""
    folder = make_folder(results).relative_to(path.parent).as_posix()
    records = {file.stem: load_record(file) for file in sorted(results.glob("*.json"))}
    lines = beginning(INTRODUCTION.format(source=SOURCE), results)
    if records:
        name = "main" if "main" in records else next(iter(records))
        main = records[name]
        lines += [written(compared(records, main)), COMPARED, *short_rows(records)]
        lines += [f"## Details of {name}\n", *few_labelled(main), *nothing_fitted(main)]
        lines += [written(channels(records))]
        if (results / f"{name}.jpg").is_file():
            lines += [f"![Redrawn faces of unseen people]({folder}/{name}.jpg)\n"]
            lines += [PICTURES.format(source=SOURCE)]
        lines += [made_by(*pair) for pair in records.items()]
    else:
        lines += [NOTHING]
    write_atomic(path, ("\n".join(lines).strip() + "\n").encode())


def compared(records: Mapping[str, Record], main: Record) -> TextTable:
    """Return all normalizers beneath what is wanted, and that beneath the originals."""
    table = TextTable("Wanted and reached", ["", *COLUMNS])
    # How I_n compares with I_o says nothing of I_o; nor does a classifier of both.
    same = ("expression, active", "all", "smile, classifier")
    written_ = [NONE if t in same else write(main, "I_o") for t, (_, write) in COLUMNS.items()]
    table.rows.append(["I_o", *written_])
    table.rows.append(["wanted of I_n", *(wanted or NONE for wanted, _ in COLUMNS.values())])
    if "avatar" in main.get("identity", {}):
        shown = {**main, "expression": main["expression"]["avatar"]}
        cells = [write(shown, "avatar") for _, write in COLUMNS.values()]
        # The other figures are of I_n alone.
        kept = ("side", "expression, active", "all", "identity")
        pairs = zip(COLUMNS, cells, strict=True)
        table.rows.append(["avatar", *(c if title in kept else NONE for title, c in pairs)])
    for name, record in records.items():
        table.rows.append([name, *(write(record, "I_n") for _, write in COLUMNS.values())])
    return table


def short_rows(records: Mapping[str, Record]) -> list[str]:
    """Say what the short trainings among the records are."""
    plan = config(ROWS)
    rows = [f"* `{row['name']}`: {row['title']}" for row in plan["rows"] if row["name"] in records]
    if not rows:
        return []
    listed = SHORT.format(epochs=plan["epochs"]) + "\n".join(rows) + "\n"
    seeds = [records[name] for name in plan["seeds"] if name in records]
    return [listed, over_seeds(seeds)] if len(seeds) > 1 else [listed]


def over_seeds(records: Sequence[Record]) -> str:
    """Say how far trainings that differ in their seed lie apart."""
    found = {
        "expression, active": [record["expression"]["active"] for record in records],
        "all": [record["expression"]["all"] for record in records],
        "smile, landmarker": [record["smiles"]["landmarker, I_n"]["test"] for record in records],
        "identity": [record["identity"]["I_n"][0] for record in records],
    }
    figures = "; ".join(f"{title} {mean_cell(values)}" for title, values in found.items())
    return SEEDS.format(count=len(records), figures=figures)


def channels(records: Mapping[str, Record]) -> TextTable:
    """Return the correlation of each channel, the most active of the first record first."""
    found = {name: one.get("expression", {}).get("channels", {}) for name, one in records.items()}
    table = TextTable("Channels of the teacher, the most active first", ["", *found])
    for channel in next(iter(found.values())):
        table.rows.append([channel, *(cell(values.get(channel)) for values in found.values())])
    return table


def points(values: list[float], interval: list[float], sign: str = "") -> str:
    """Write mean and SD of shares in percent, and the interval over people."""
    low, high = (f"{100 * value:{sign}.1f}" for value in interval)
    return f"{mean_cell([100 * value for value in values])} [{low}, {high}]"


def more(row: Mapping[str, Any]) -> str:
    """Write the points that an input is better than originals."""
    return points(row["gains"], row["gain_interval"], "+")


def few_labelled(record: Record) -> list[str]:
    """Return the section about few labelled people."""
    step = record.get("emotions", {"probes": []})
    counts = dict.fromkeys(row["labelled"] for row in step["probes"])
    tables = {
        count: TextTable(f"{count} labelled people", ["", "recall", "more", "frequent"])
        for count in counts
    }
    for row in step["probes"]:
        gained = NONE if row["input"] == "I_o" else more(row)
        frequent = mean_cell([100 * value for value in row["frequent"]])
        cells = [row["input"], points(row["scores"], row["interval"]), gained, frequent]
        tables[row["labelled"]].rows.append(cells)
    if not tables:
        return []
    each = (f"{n} {name} ({step['people'][name]} people)" for name, n in step["faces"].items())
    return [FEW.format(read=", ".join(each)), *map(written, tables.values())]


def nothing_fitted(record: Record) -> list[str]:
    """Return the section about action units with nothing fitted."""
    smiles, readers = record.get("smiles", {}), record.get("prototypes", {})
    table = TextTable("Action units with no real label", ["", *readers])
    for unit in next(iter(readers.values()), {}):
        table.rows.append([unit, *(cell(found.get(unit)) for found in readers.values())])
    for part, title in (("test", "London, AU12"), ("everybody", "London, AU12, all 62 people")):
        table.rows.append([title, *(cell(smiles.get(name, {}).get(part)) for name in readers)])
    return [UNITS, written(table)] if readers else []


def made_by(name: str, record: Record) -> str:
    """Say what made a record, and how long it took."""
    made, minutes = record["environment"], sum(record["seconds"].values()) / 60
    commit = made["commit"][:9]
    return f"{name}: {minutes:.0f} minutes, commit {commit}, torch {made['torch']}.\n"
