import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io import weights
from norface_pl.io.download import download
from norface_pl.io.weights import (
    WeightFile,
    cache_folder,
    find_detector,
    find_weights,
    locate,
    registry,
)

CONTENT = bytes(range(256)) * 1000


SIZE = len(CONTENT)


def entry(url, size=SIZE):
    digest = hashlib.sha256(CONTENT).hexdigest()
    return WeightFile("toy", "toy.pth", url, size, digest, "MIT", "nobody")


class Server(BaseHTTPRequestHandler):
    """Serves CONTENT; class attributes of a test's own subclass plant faults."""

    ranges = True
    status = 200
    stop_after = SIZE
    content = CONTENT
    asked: list

    def do_GET(self):
        wanted = self.headers.get("Range")
        type(self).asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        if self.status != 200:
            self.send_error(self.status)
            return
        if start >= len(self.content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(self.content) - start))
        self.end_headers()
        self.wfile.write(self.content[start : self.stop_after])

    def log_message(self, *args):
        pass


@pytest.fixture
def serve():
    servers = []

    def start(**faults):
        handler = type("Faulty", (Server,), {"asked": [], **faults})
        server = HTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/toy.pth", handler

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def ignore(done, total):
    pass


def test_a_download_is_whole_reports_progress_and_is_not_repeated(serve, tmp_path):
    url, server = serve()
    steps = []
    path = download(entry(url), tmp_path / "new", lambda *step: steps.append(step))
    assert path == tmp_path / "new" / "toy.pth"
    assert path.read_bytes() == CONTENT
    assert steps[0] == (0, SIZE)
    assert steps[-1] == (SIZE, SIZE)
    assert sorted(p.name for p in path.parent.iterdir()) == ["toy.pth"]
    assert download(entry(url), tmp_path / "new", ignore) == path
    assert server.asked == [None]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_goes_on(serve, tmp_path, ranges):
    url, server = serve(stop_after=100_000, ranges=ranges)
    with pytest.raises(NorfaceError, match="run this again later") as caught:
        download(entry(url), tmp_path, ignore)
    assert url in str(caught.value)
    assert not (tmp_path / "toy.pth").exists()
    assert (tmp_path / "toy.pth.partial").read_bytes() == CONTENT[:100_000]
    server.stop_after = SIZE
    starts = []
    path = download(entry(url), tmp_path, lambda done, total: starts.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=100000-"]
    assert starts[0] == (100_000 if ranges else 0, SIZE)


@pytest.mark.parametrize("size", [SIZE, None])
def test_a_partial_file_that_is_whole_is_only_renamed(serve, tmp_path, size):
    url, server = serve()
    (tmp_path / "toy.pth.partial").write_bytes(CONTENT)
    assert download(entry(url, size=size), tmp_path, ignore).read_bytes() == CONTENT
    assert server.asked == ([] if size else [f"bytes={SIZE}-"])


def test_a_wrong_file_is_not_kept(serve, tmp_path):
    url, _ = serve(content=CONTENT[::-1])
    with pytest.raises(NorfaceError, match="gave another file than the published one"):
        download(entry(url), tmp_path, ignore)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [404, 503])
def test_an_error_of_the_server_keeps_what_is_there(serve, tmp_path, status):
    url, _ = serve(status=status)
    (tmp_path / "toy.pth.partial").write_bytes(CONTENT[:10])
    with pytest.raises(NorfaceError, match=rf"the server answers {status}.*{tmp_path}"):
        download(entry(url), tmp_path, ignore)
    assert (tmp_path / "toy.pth.partial").read_bytes() == CONTENT[:10]


def test_offline_the_error_names_url_file_and_folder(serve, tmp_path):
    with pytest.raises(NorfaceError) as caught:
        download(entry("http://127.0.0.1:9/toy.pth"), tmp_path, ignore)
    for word in ("http://127.0.0.1:9/toy.pth", "get toy.pth", str(tmp_path)):
        assert word in str(caught.value)


def test_a_file_of_the_users_own_is_never_replaced(serve, tmp_path):
    url, server = serve()
    (tmp_path / "toy.pth").write_bytes(b"my own")
    with pytest.raises(NorfaceError, match="another file than the published one"):
        download(entry(url), tmp_path, ignore)
    assert (tmp_path / "toy.pth").read_bytes() == b"my own"
    assert server.asked == []


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setattr(weights, "registry", lambda: {"toy": entry("https://example.org/toy.pth")})
    monkeypatch.delenv(weights.VARIABLE, raising=False)


def put(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.pth").touch()
    return folder / "toy.pth"


def test_places_are_looked_at_in_order(toy, tmp_path, monkeypatch):
    assert locate("toy") is None
    cached = put(cache_folder())
    assert find_weights("toy") == cached
    monkeypatch.setenv(weights.VARIABLE, str(tmp_path / "shared"))
    assert find_weights("toy") == cached
    shared = put(tmp_path / "shared")
    assert find_weights("toy") == shared
    given = put(tmp_path / "given")
    assert find_weights("toy", tmp_path / "given") == given
    own = tmp_path / "own.onnx"
    own.touch()
    assert find_weights("toy", own) == own


def test_a_given_place_without_the_file_is_not_passed_over(toy, tmp_path):
    put(cache_folder())
    for wrong in (tmp_path, tmp_path / "typo.pth"):
        with pytest.raises(NorfaceError, match=f"no weights of toy at {wrong}"):
            find_weights("toy", wrong)


def test_missing_weights_say_what_from_where_and_where_to(toy):
    with pytest.raises(NorfaceError) as caught:
        find_weights("toy")
    folder = cache_folder()
    assert str(caught.value) == (
        f"no weights of toy at {folder}: run `norface weights fetch toy`, or get toy.pth from "
        f"https://example.org/toy.pth and put it into {folder}"
    )


def test_unknown_names_are_refused(toy):
    with pytest.raises(NorfaceError, match="there are no weights 'yolo'; known are toy"):
        find_weights("yolo")


def test_the_registry_is_complete():
    assert [(name, known.use) for name, known in registry().items()] == [
        ("retinaface_resnet50", "face detector"),
        ("retinaface_mobile0.25", "face detector"),
        ("yunet", "face detector"),
        ("face_landmarker", "expression teacher"),
    ]
    for known in registry().values():
        assert known.url.startswith("https://")
        assert len(known.sha256) == 64
        assert Path(known.file).suffix in {".pth", ".onnx", ".task"}
        assert known.licence in {"MIT", "Apache-2.0"}


def test_a_user_without_a_detector_is_told_of_detectors_only():
    assert "yunet" in weights.how_to_get()
    assert "face_landmarker" not in weights.how_to_get()


def test_any_detector_that_was_fetched_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv(weights.VARIABLE, str(tmp_path))
    with pytest.raises(NorfaceError, match="norface weights fetch retinaface_mobile0.25"):
        find_detector()
    yunet = tmp_path / registry()["yunet"].file
    yunet.touch()
    assert find_detector() == yunet
    mobile = tmp_path / registry()["retinaface_mobile0.25"].file
    mobile.touch()
    assert find_detector() == mobile
    assert find_detector("yunet") == yunet
    assert find_detector(str(yunet)) == yunet
    assert find_detector(tmp_path) == mobile
