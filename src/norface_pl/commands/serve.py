"""``norface serve``: a page in the browser to try trained networks with one's own pictures."""

from pathlib import Path

from norface_pl.errors import NorfaceError


def serve(
    run: Path | None = None,
    pretrained: Path | None = None,
    weights: Path | None = None,
    port: int = 7860,
    limit: int = 100,
    device: str = "auto",
) -> None:
    """Opens a page on this machine: drop a picture or a film, or use the camera.

    Only this machine reaches it. Uploads are removed once they are read; nothing is stored but what
    you save from the page. It asks nothing of the network.

    Args:
        run: Folder of `norface run`, whose networks read the faces; default are the weights that
            the package ships.
        pretrained: Folder of `norface export`, instead.
        weights: Weight file of the face detector; default: what `norface weights fetch` fetched.
        port: Of http://127.0.0.1; 0 takes any that is free.
        limit: MB of an upload.
        device: cpu, cuda, or auto for a GPU where there is one.
    """
    try:
        from norface_pl.app.server import serve_page
    except ModuleNotFoundError as error:
        raise NorfaceError(
            f"the page needs {error.name}, which is not installed: run "
            "`pip install 'norface-pl[app]'`"
        ) from error
    from norface_pl.analysis.analyzer import Analyzer
    from norface_pl.analysis.choice import Choice

    if run is not None and pretrained is not None:
        raise NorfaceError("give either --pretrained or --run")
    if limit < 1:
        raise NorfaceError(f"limit is {limit}; give 1 MB or more")
    choice = Choice("all")
    if run is None:
        analyzer = Analyzer.from_pretrained(pretrained, weights, device, choice)
    else:
        analyzer = Analyzer.from_run(run, weights, device, choice)
    serve_page(analyzer, port, limit)
