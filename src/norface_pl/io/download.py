"""Downloads that go on where they stopped and are checked before they count."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from norface_pl.errors import NorfaceError, told
from norface_pl.io.files import TEMPORARY, make_folder, sha256_file
from norface_pl.io.weights import WeightFile

_CHUNK = 1 << 16
_TIMEOUT = 30.0
_NO_CONNECTION = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError)

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and those that will be, if known."""


def download(entry: WeightFile, folder: Path, progress: Progress) -> Path:
    """Fetch a weight file into a folder, unless the right one is there; return it.

    What was fetched before an interruption stays in a ``.partial`` file and is used again. The
    final name appears only when size and SHA-256 are right.

    Raises:
        NorfaceError: no connection, an error of the server, a wrong file, or it cannot be written.
    """
    target = make_folder(folder) / entry.file
    if target.is_file():
        if sha256_file(target) == entry.sha256:
            return target
        raise NorfaceError(
            f"{target} is another file than the published one (its SHA-256 differs); move it away "
            f"and run this again"
        )
    partial = target.with_name(target.name + TEMPORARY)
    with told("write", partial):
        _fetch(entry, partial, progress)
        size = partial.stat().st_size
        if sha256_file(partial) != entry.sha256:
            # It cannot become the right file by going on.
            partial.unlink()
            raise NorfaceError(
                f"{entry.url} gave another file than the published one ({size:,} bytes, its "
                "SHA-256 differs); nothing was kept, run this again or get the file elsewhere"
            )
        return partial.replace(target)


def _fetch(entry: WeightFile, partial: Path, progress: Progress) -> None:
    start = partial.stat().st_size if partial.is_file() else 0
    if start and start == entry.bytes:
        return
    headers = {"User-Agent": "norface", **({"Range": f"bytes={start}-"} if start else {})}
    try:
        with urllib.request.urlopen(  # noqa: S310  the registry holds https addresses only
            urllib.request.Request(entry.url, headers=headers),  # noqa: S310
            timeout=_TIMEOUT,
        ) as answer:
            # A server that ignores Range sends all of it with code 200.
            done = start if answer.status == http.HTTPStatus.PARTIAL_CONTENT else 0
            length = answer.headers.get("Content-Length")
            total = done + int(length) if length is not None else entry.bytes
            with partial.open("ab" if done else "wb") as file:
                progress(done, total)
                while chunk := answer.read(_CHUNK):
                    file.write(chunk)
                    done += len(chunk)
                    progress(done, total)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            # The partial file is as long as the whole one, or longer; its hash tells.
            return
        raise _unreachable(entry, partial, f"the server answers {error.code}") from error
    except _NO_CONNECTION as error:
        raise _unreachable(entry, partial, str(getattr(error, "reason", error))) from error
    if total is not None and done < total:
        raise _unreachable(entry, partial, f"the connection ended after {done:,} bytes")


def _unreachable(entry: WeightFile, partial: Path, reason: str) -> NorfaceError:
    return NorfaceError(
        f"cannot fetch {entry.url} ({reason}): run this again later, or get {entry.file} from "
        f"there and put it into {partial.parent}"
    )
