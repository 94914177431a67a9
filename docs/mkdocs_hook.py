"""MkDocs hook: pages keep their paths in the repository, so that links hold there and here."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PAGES = (
    "*.md",
    "configs/*.md",
    "docs/**/*.md",
    "examples/*.md",
    "src/norface_pl/pretrained/*/*.md",
)
# What a generator puts into the page above.
PARTS = ("notes.md", "about.md")
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s#]+)(?:#[^)\s]*)?\)")


def linked(page: Path) -> list[Path]:
    """Return the files of the repository that a page links to or shows."""
    found = (page.parent / link for _, link in LINK.findall(page.read_text(encoding="utf-8")))
    return [path.resolve() for path in found if path.is_file()]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the repository's pages and what they link to, beside the files of the theme."""
    root = Path(config.config_file_path).resolve().parent
    pages = [
        path for pattern in PAGES for path in sorted(root.glob(pattern)) if path.name not in PARTS
    ]
    own = dict.fromkeys([*pages, *(path for page in pages for path in linked(page))])
    theme = [file for file in files if file.src_dir != config.docs_dir]
    return Files(
        theme
        + [
            File.generated(config, path.relative_to(root).as_posix(), abs_src_path=str(path))
            for path in own
        ]
    )


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Leave the words of a link to a folder, which a site cannot show."""
    above = Path(str(page.file.abs_src_path)).parent
    return LINK.sub(lambda link: link[1] if (above / link[2]).is_dir() else link[0], markdown)
