"""What README and docs tell people to type works, and what they link to is there."""

import re
from contextlib import nullcontext

import pytest

from norface_pl import cli
from norface_pl.analysis import analyzer
from norface_pl.config_names import config_names
from tests.helpers.faces import FakeDetector, draw_face, write_face
from tests.helpers.pages import PAGES, ROOT, anchors, blocks, links, name, prose
from tests.helpers.tiny import QUICK, write_data

SHELL = [
    pytest.param(words, id=f"{name(page)}: {' '.join(words)}")
    for page in PAGES
    for block in blocks(page, "console", "sh")
    if block.why is None
    for words in block.commands
]
# These do little and are run; all others are parsed, with what they would run with printed.
RUN = (
    {"--help"},
    {"configs", "list"},
    {"configs", "show"},
    {"configs", "copy"},
    {"weights", "list"},
)
NAMES = [("normalizer/tiny", "normalizer"), ("classifier/au", "classifier_both")]


def norface(words):
    # A page that names one has said before how to copy it.
    for config in filter(None, (re.fullmatch(r"configs/(\w+/\w+)\.yaml", word) for word in words)):
        cli.main(["configs", "copy", config[1]])
    if any(some <= set(words) for some in RUN):
        with nullcontext() if words[0] in ("configs", "weights") else pytest.raises(SystemExit):
            cli.main(words)
        return
    with pytest.raises(SystemExit) as stop:
        cli.main([*words, *([] if "--print_config" in words else ["--print_config"])])
    assert stop.value.code == 0


def make(words):
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    variables = re.findall(r"^#   ([A-Z_]+)=", text, re.M) + ["OUT"]
    for word in words:
        variable, given, _ = word.partition("=")
        assert variable in variables if given else re.search(rf"^{word}:.*  ## ", text, re.M)


def python(words):
    # tests/test_examples.py runs them.
    assert re.fullmatch(r"examples/\w+\.py", words[0])
    assert (ROOT / words[0]).is_file()


def tensorboard(words):
    from tensorboard.program import TensorBoard

    TensorBoard().configure(argv=["tensorboard", *words])


@pytest.mark.parametrize("words", SHELL)
def test_every_command_is_understood(words, capsys):
    programs = {
        "norface": norface,
        "make": make,
        "python": python,
        "tensorboard": tensorboard,
        ".ci/run": lambda _: (ROOT / ".ci/run").stat(),
    }
    assert words[0] in programs, "say <!-- not run: why --> above the block"
    programs[words[0]](words[1:])


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_what_it_is_so_that_none_is_passed_over(page):
    fences = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.M)
    kinds = {"bibtex", "console", "json", "python", "sh", "text", "yaml"}
    assert set(fences[::2]) <= kinds
    assert set(fences[1::2]) <= {""}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Both networks after two batches, where `norface run` leaves them."""
    folder = tmp_path_factory.mktemp("trained")
    data = str(write_data(folder))
    for config, place in NAMES:
        where = f"--checkpoint.dirpath={folder}/runs/synthetic/{place}"
        words = ["fit", "--config", config, "--data", data, where, "--trainer.logger=false", *QUICK]
        words += ["--model.teachers.comparison_steps=1"] if place == "normalizer" else []
        cli.main(words)
    return folder


# The blocks of CONTRIBUTING are files; tests/test_new_data_set.py puts them together.
WITH_PYTHON = [page for page in PAGES if blocks(page, "python") and page.stem != "CONTRIBUTING"]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name)
def test_python_runs(page, trained, monkeypatch):
    monkeypatch.chdir(trained)
    # What a reader has at hand: a detector that was fetched, and photographs.
    monkeypatch.setattr(analyzer, "find_detector", lambda given: given)
    monkeypatch.setattr(analyzer, "load_detector", lambda given, device: FakeDetector())
    text = page.read_text(encoding="utf-8")
    for number, photograph in enumerate(re.findall(r'"(\w+\.jpg)"', text)):
        write_face(trained / photograph, number, 160)
    known = {"detector": FakeDetector(), "photo": draw_face(size=160)}
    for block in blocks(page, "python"):
        if block.why is None:
            exec(block.text, known)
    if "faces" in known:
        assert known["faces"].shape[1:] == (3, 64, 64)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    missing = [
        f"{path}#{anchor}"
        for path, anchor in links(page)
        if not path.exists() or (anchor and anchor not in anchors(path))
    ]
    assert missing == []


def test_the_first_page_is_short_and_shows_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 90
    assert "\nmake train-normalizer " in text
    assert "\nmake train-au " in text
    assert text.index("docs/results/grid.jpg") < text.index("\n## ")


def test_pages_are_short_and_reached_from_the_first_one():
    by_hand = [page for page in PAGES if "results" not in page.parts]
    # A worked example takes its lines.
    limit = {"CONTRIBUTING.md": 200}
    lines = {name(page): len(page.read_text(encoding="utf-8").splitlines()) for page in by_hand}
    assert [page for page in lines if lines[page] > limit.get(page, 150)] == []
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop().resolve()
        if page not in reached and page in PAGES:
            reached.add(page)
            todo += [path for path, _ in links(page)]
    assert {name(page) for page in by_hand} <= {name(page) for page in reached}


def test_no_page_names_what_is_gone():
    old = re.compile(
        r"norface_pl\.(modules|losses)|docs/decisions\.md|peer_style|benchmarks/deepfn"
    )
    # These two pages tell what was renamed.
    told = {ROOT / "docs" / "decisions" / "structure.md", ROOT / "docs" / "results" / "house.md"}
    assert [name(p) for p in PAGES if p not in told and old.search(prose(p))] == []


def test_the_index_of_configs_names_every_file_once():
    found, folder = [], ""
    for line in (ROOT / "configs" / "README.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## \[(\w+)/\]", line):
            folder = heading[1]
        elif row := re.match(r"\| `(\w+)` \| \S", line):
            found.append(f"{folder}/{row[1]}")
    assert sorted(found) == config_names()
