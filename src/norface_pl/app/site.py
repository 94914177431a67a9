"""The page as a web application: what it answers, and what it refuses."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from norface_pl import __version__
from norface_pl.analysis.sources import Source
from norface_pl.app.reader import Answer, Reader
from norface_pl.app.templates import render
from norface_pl.errors import NorfaceError, printable, told
from norface_pl.io.images import SUFFIXES
from norface_pl.io.videos import SUFFIXES as FILMS

HOST = "127.0.0.1"

# The browser itself sees to it that nothing is loaded from elsewhere, and nothing is kept.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src data: blob:; media-src blob:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def build_site(reader: Reader, folder: Path, limit: int) -> Starlette:
    """Return the application.

    Args:
        reader: of what is dropped.
        folder: for uploads, each of which is removed once it is read.
        limit: MB of an upload.
    """

    async def show(request: Request) -> Response:
        kinds = ",".join(sorted(SUFFIXES | FILMS))
        page = render(
            "index.html",
            limit=limit,
            kinds=kinds,
            target=reader.target,
            version=__version__,
        )
        return HTMLResponse(page, headers=_HEADERS)

    async def read(request: Request) -> Response:
        size = request.headers.get("content-length", "")
        if not size.isdecimal() or int(size) > limit * 1e6:
            return _refusal(f"an upload may have {limit} MB; --limit sets it", 413)
        async with request.form(max_files=2, max_fields=0) as form:
            file, target = form.get("file"), form.get("target")
            if not isinstance(file, UploadFile):
                return _refusal("there is no picture or film in what was sent", 400)
            person = target if isinstance(target, UploadFile) else None
            try:
                answer = await run_in_threadpool(_answer, reader, folder, file, person)
            except NorfaceError as error:
                return _refusal(str(error), 400)
        return JSONResponse({"body": answer.body, "table": answer.table}, headers=_HEADERS)

    # A page of another name that leads here is refused too: it would be somebody else's.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    routes = [Route("/", show), Route("/read", read, methods=["POST"])]
    return Starlette(routes=routes, middleware=[hosts])


def _refusal(sentence: str, status: int) -> Response:
    return JSONResponse({"error": sentence}, status, headers=_HEADERS)


def _answer(reader: Reader, folder: Path, file: UploadFile, person: UploadFile | None) -> Answer:
    """Read uploads in a folder of their own; sentences call them as their owner does."""
    with TemporaryDirectory(dir=folder) as own:
        uploads = [each for each in (file, person) if each is not None]
        names = [printable(each.filename or "") for each in uploads]
        paths = [Path(own) / f"upload_{at}" for at in range(len(uploads))]
        try:
            paths = list(map(_stored, uploads, names, paths))
            source = Source(names[0], "upload", paths[0])
            return reader.read(source, Path(own), *paths[1:])
        except NorfaceError as error:
            sentence = str(error)
            for path, name in zip(paths, names, strict=True):
                sentence = sentence.replace(str(path), name)
            raise NorfaceError(sentence) from error


def _stored(upload: UploadFile, name: str, path: Path) -> Path:
    """Write an upload; of its name, the suffix alone is taken."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES | FILMS:
        raise NorfaceError(f"{name} is no picture and no film that can be read")
    path = path.with_suffix(suffix)
    with told("write", path), path.open("wb") as file:
        shutil.copyfileobj(upload.file, file)
    return path
