"""BP4D-Spontaneous (Zhang et al., Image and Vision Computing 2014): 41 people, 8 tasks.

Licence: research only, signed; from Binghamton University,
https://www.cs.binghamton.edu/~lijun/Research/3DFE/3DFE_Analysis.html.
"""

from norface_pl.labels import BP4D_AUS
from norface_pl.sources.binghamton import BinghamtonSource

_NUMBERS = ("01", "03", "07", "08", "09", "10", "11", "13")
VIDEOS = {f"T{task}": number for task, number in enumerate(_NUMBERS, start=1)}
"""Numbers that tasks have in the video release."""


class BP4DSource(BinghamtonSource):
    """Reads ``F001/T1/2440.jpg`` or videos ``2F01_01.avi``, and label tables ``F001_T1.csv``."""

    name = "bp4d"
    tasks = tuple(VIDEOS)
    action_units = BP4D_AUS
    # Columns are numbered through, so that their place is the number of the action unit.
    headerless = tuple(range(1, 100))
    # Sequences(2D+3D) is the folder of the site; FERA 2015 gave BP4D-training, as OpenFace and
    # machanic/AU_R-CNN (in "release") read it; ME-GraphAU has img.
    picture_folders = (
        *("", "Sequences(2D+3D)", "2D+3D", "Sequences", "BP4D-training", "release/BP4D-training"),
        *("BP4D/BP4D-training", "img"),
    )

    def video(self, subject: str, task: str) -> str:
        """Return the file name of a sequence in the video release: "2F01_01.avi"."""
        return f"2{subject[0]}{int(subject[1:]):02d}_{VIDEOS[task]}.avi"
