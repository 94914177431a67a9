import ctypes
import subprocess
import sys

import pytest

from norface_pl import allocator, cli

# A block of 80 MB, filled and freed 20 times; pages that are fetched anew are minor faults.
LOOP = """
import ctypes, resource, sys
from norface_pl.allocator import keep_freed_memory
print(keep_freed_memory() if sys.argv[1] == "keep" else None)
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
size = 80 * 2**20
for _ in range(20):
    block = libc.malloc(size)
    ctypes.memset(block, 1, size)
    libc.free(block)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def faults(mode):
    command = [sys.executable, "-c", LOOP, mode]
    told, count = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return told, int(count)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="needs glibc")
def test_freed_memory_is_used_again():
    told, kept = faults("keep")
    _, returned = faults("return")
    assert told == "True"
    # Huge pages may make a fault fetch 2 MB instead of 4 kB, in both.
    assert kept < returned / 4


def test_other_systems_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert allocator.keep_freed_memory() is False


def test_every_command_keeps_freed_memory(monkeypatch):
    called = []
    monkeypatch.setattr(cli, "keep_freed_memory", lambda: called.append(True))
    cli.main(["--version"])
    assert called == [True]
