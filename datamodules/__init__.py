"""Datamodules, one file for each data set; imported as norface_pl.datamodules."""

if __name__ != "norface_pl.datamodules":
    raise ImportError("import norface_pl.datamodules, not the source folder")
