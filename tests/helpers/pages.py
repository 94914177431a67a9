"""README and docs as tests read them: blocks of code, links and headings."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.tiny import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "configs" / "README.md",
    ROOT / "examples" / "README.md",
    # Notes are parts of the page above them.
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.name != "notes.md"),
]
BLOCK = re.compile(
    r"(?:<!-- not run: (?P<why>[^>]+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.S
)


@dataclass(frozen=True)
class Block:
    """Fenced code of a page; ``why`` says why it is not run, where it is not."""

    page: Path
    kind: str
    text: str
    why: str | None

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command, without comments."""
        lines = [line.removeprefix("$ ") for line in self.text.splitlines()]
        return [words for line in lines if (words := shlex.split(line, comments=True))]


def name(path: Path) -> str:
    """The path of a page in the checkout."""
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path, *kinds: str) -> list[Block]:
    """The blocks of some kinds on a page."""
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [Block(page, m["kind"], m["text"], m["why"]) for m in found if m["kind"] in kinds]


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)


def anchors(page: Path) -> set[str]:
    """What links to headings of a page may say behind the #."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.M)
    bare = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.replace(" ", "-") for title in bare}


def links(page: Path) -> list[tuple[Path, str]]:
    """The files that a page links to, each with the heading behind the # or nothing."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    inside = (link.partition("#") for link in found if "://" not in link)
    return [(page.parent / path if path else page, anchor) for path, _, anchor in inside]
