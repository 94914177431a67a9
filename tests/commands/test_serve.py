"""`norface serve` as it is started and ended."""

import os
import signal
import socket
import subprocess
import sys

import pytest
import urllib3

from norface_pl.commands.serve import serve
from norface_pl.errors import NorfaceError
from norface_pl.progress import at_rest, at_work, reporter
from tests.helpers.stages import write_run


@pytest.mark.slow
def test_it_listens_on_this_machine_alone_and_ends_with_ctrl_c(tmp_path):
    write_run(tmp_path / "run")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = (
        "import sys;"
        "from norface_pl.analysis import analyzer;"
        "analyzer._detector = lambda *_: None;"
        "from norface_pl import cli; cli.main(sys.argv[1:])"
    )
    words = ["serve", "--run", str(tmp_path / "run"), "--port", "0", "--device", "cpu"]
    environment = os.environ | {"TMPDIR": str(temporary)}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True, env=environment
    )
    said = process.stdout.readline()
    address = said.split()[1]
    assert said == f"open {address} in a browser; Ctrl-C ends it\n"
    assert urllib3.request("GET", address).status == 200
    (folder,) = temporary.glob("norface-*")
    port = int(address.rpartition(":")[2])
    with socket.socket() as other:
        # Another address of this machine, from which the network would reach it.
        assert other.connect_ex(("127.0.0.2", port)) != 0
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not folder.exists()
    process.stdout.close()


def test_wrong_arguments_are_one_sentence(tmp_path, monkeypatch):
    with pytest.raises(NorfaceError, match="either --pretrained or --run"):
        serve(run=tmp_path, pretrained=tmp_path)
    with pytest.raises(NorfaceError, match="limit is 0; give 1 MB or more"):
        serve(limit=0)
    from norface_pl.app.server import listen

    with listen(0) as taken, pytest.raises(NorfaceError, match="cannot be used .*--port 0"):
        listen(taken.getsockname()[1])
    with pytest.raises(NorfaceError, match="numbers from 0 to 65535"):
        listen(65536)
    monkeypatch.delitem(sys.modules, "norface_pl.app.server")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(NorfaceError, match=r"needs uvicorn.*pip install 'norface-pl\[app\]'"):
        serve()


def test_a_server_that_waits_says_nothing_of_work():
    with at_work():
        with at_rest():
            assert reporter().busy == 0
        assert reporter().busy > 0
