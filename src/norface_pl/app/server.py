"""Serves the page on this machine alone, until somebody ends it."""

import socket
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

from norface_pl.analysis.analyzer import Analyzer
from norface_pl.app.reader import Reader
from norface_pl.app.site import HOST, build_site
from norface_pl.errors import NorfaceError
from norface_pl.progress import at_rest


def serve_page(analyzer: Analyzer, port: int, limit: int) -> None:
    """Serve until Ctrl-C; nothing of what was read stays.

    Args:
        analyzer: that reads.
        port: of 127.0.0.1; 0 takes any that is free.
        limit: MB of an upload.

    Raises:
        NorfaceError: the port cannot be used.
    """
    listener = listen(port)
    with TemporaryDirectory(prefix="norface-") as folder, listener, at_rest():
        site = build_site(Reader(analyzer), Path(folder), limit)
        # A film that is being read when the server ends is left.
        config = uvicorn.Config(site, log_level="warning", timeout_graceful_shutdown=1)
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        print(f"open {address} in a browser; Ctrl-C ends it", flush=True)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def listen(port: int) -> socket.socket:
    """Take a port of this machine that others do not reach; 0 is any that is free.

    Raises:
        NorfaceError: it cannot be used.
    """
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "ports are numbers from 0 to 65535"
        raise NorfaceError(
            f"port {port} cannot be used ({reason}); choose another one with --port, or --port 0 "
            "for any that is free"
        ) from error
