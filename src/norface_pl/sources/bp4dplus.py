"""BP4D+ or MMSE (Zhang et al., CVPR 2016): 140 people, 4 of their 10 tasks coded.

Licence: research only, signed; from Binghamton University,
https://www.cs.binghamton.edu/~lijun/Research/3DFE/3DFE_Analysis.html.
"""

from norface_pl.labels import BP4DPLUS_AUS
from norface_pl.sources.binghamton import BinghamtonSource


class BP4DPlusSource(BinghamtonSource):
    """Reads ``2D+3D/F001/T1/*.jpg``, or videos ``F001_T1.mp4``, and the tables ``F001_T1.csv``."""

    name = "bp4dplus"
    tasks = ("T1", "T6", "T7", "T8")
    action_units = BP4DPLUS_AUS
    # 34 columns: their place is not the number of the action unit.
    headerless = (
        *(1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24),
        *range(27, 40),
    )
    # 2D+3D is in the release, as the rPPG-Toolbox reads it; the others are BP4D's.
    picture_folders = ("2D+3D", "", "Sequences(2D+3D)", "img")

    def video(self, subject: str, task: str) -> str:
        """Return the file name of a sequence in the video release: "F001_T1.mp4"."""
        return f"{subject}_{task}.mp4"
