"""What to do with aus.csv: leave out doubtful faces, sum up each person, draw curves over time.

python examples/read_a_table.py out/aus.csv     of `norface analyze film.mp4 --out out`
python examples/read_a_table.py                 makes a table of ten seconds first

It writes summary.csv and curves.png beside the table.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd

mpl.use("Agg")  # a picture, no window


def write_table(path: Path) -> Path:
    """Write a table as of two people in a film; the second smiles later and turns away."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "source": "film.mp4",
            "frame": frame,
            "time_s": frame / 25,
            "face": face,
            "doubt": "turned" if face and frame > 200 else "",
            "AU12_intensity": 4 * np.exp(-(((frame - 80 - 60 * face) / 25) ** 2)),
            "AU04_intensity": 0.5 + face,
        }
        for frame in range(250)
        for face in (0, 1)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def main(given: str = "") -> None:
    """Read a table, and write who showed what, how long and how strongly."""
    path = Path(given) if given else write_table(Path("out/table/aus.csv"))
    table = pd.read_csv(path)
    # A frame without a face has no number of a face; doubtful values are no values.
    sure = table[table["face"].notna() & table["doubt"].isna()]
    units = [name for name in table if name.endswith("_intensity")]
    values = sure.melt(["source", "face"], units, "unit", "intensity")
    summary = values.groupby(["source", "face", "unit"])["intensity"].agg(
        mean="mean", share_of_frames=lambda intensity: (intensity >= 1).mean()
    )
    summary.to_csv(path.with_name("summary.csv"))
    print(summary.round(2).to_string())

    curves = sure.pivot_table(index="time_s", columns="face", values="AU12_intensity")
    axes = curves.plot(xlabel="seconds", ylabel="AU12, 0 to 5", title="Lip corners pulled up")
    axes.figure.savefig(path.with_name("curves.png"))


if __name__ == "__main__":
    main(*sys.argv[1:2])
