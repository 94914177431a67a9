"""The page of `norface serve` at an address, with tiny networks and a stand-in detector."""

import json
import threading
import time
from contextlib import contextmanager

import torch
import urllib3
import uvicorn

from norface_pl.analysis.analyzer import Analyzer
from norface_pl.analysis.choice import Choice
from norface_pl.app.reader import Reader
from norface_pl.app.server import listen
from norface_pl.app.site import build_site
from norface_pl.inference.stages import Stages
from tests.helpers.faces import FakeDetector
from tests.helpers.stages import tiny_classifier, tiny_normalizer


def tiny_analyzer(**choice):
    """Random networks that read three action units, with gates, from drawn faces."""
    stages = Stages(tiny_normalizer(), tiny_classifier(), torch.device("cpu"))
    return Analyzer(stages, FakeDetector(), Choice("all", **choice))


@contextmanager
def served(analyzer, folder, limit=1):
    """Serve on a free port until the block ends; yields the address."""
    site = build_site(Reader(analyzer), folder, limit)
    with listen(0) as listener:
        server = uvicorn.Server(uvicorn.Config(site, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


def upload(address, **files):
    """Upload files, each a name and its content; returns status and answer."""
    reply = urllib3.request("POST", f"{address}read", fields=files)
    return reply.status, json.loads(reply.data)
