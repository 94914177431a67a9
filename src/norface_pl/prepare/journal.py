"""What is done of a unit: a line of JSON per chunk, added when its faces are on disk."""

import json
from collections.abc import Sequence
from pathlib import Path

from norface_pl.errors import told
from norface_pl.prepare.outcome import Outcome


class Journal:
    """The outcomes of the first pictures of a unit.

    Args:
        path: its file, which need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Outcome]:
        """Return the outcomes so far; a last line that was not written whole does not count."""
        return [
            Outcome.from_json(entry) for line in self._whole_lines() for entry in json.loads(line)
        ]

    def drop_torn_line(self) -> None:
        """Cut off what was not written whole, so that the next line starts on its own."""
        whole = b"".join(self._whole_lines())
        if self.path.is_file() and self.path.stat().st_size > len(whole):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Append the outcomes of a chunk.

        Raises:
            NorfaceError: the file cannot be written.
        """
        line = json.dumps([outcome.to_json() for outcome in outcomes], separators=(",", ":"))
        with told("write", self.path), self.path.open("ab") as file:
            file.write(f"{line}\n".encode())

    def _whole_lines(self) -> list[bytes]:
        if not self.path.is_file():
            return []
        whole = []
        for line in self.path.read_bytes().splitlines(keepends=True):
            # A crash of the machine can leave a line of zeros that ends like a whole one.
            if not line.endswith(b"]\n") or b"\0" in line:
                break
            whole.append(line)
        return whole
