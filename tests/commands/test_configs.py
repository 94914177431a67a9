from pathlib import Path

import pytest
import yaml

from norface_pl import cli
from norface_pl.config_names import config_names
from tests.helpers.tiny import CONFIGS


def refused(args, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(args)
    assert stop.value.code == 2
    return capsys.readouterr().err


def test_the_list_has_every_name_and_what_it_is(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    cli.main(["configs", "list"])
    cells = [line.split("│") for line in capsys.readouterr().out.splitlines() if "│" in line]
    rows = {cell[1].strip(): cell[2].strip() for cell in cells}
    assert list(rows) == config_names()
    assert rows["normalizer/tiny"] == "Stage 1 for 2 CPU cores and minutes, faces of 64 pixels"
    assert rows["data/disfa"] == (
        "DISFA, after `norface prepare disfa --root ... --out data/disfa`"
    )


def test_show_prints_the_file(capsys):
    cli.main(["configs", "show", "data/disfa"])
    text = (CONFIGS / "data" / "disfa.yaml").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text


def test_a_copy_brings_all_that_it_refers_to_and_keeps_the_folders(capsys):
    cli.main(["configs", "copy", "ablation/synthetic_au"])
    copied = sorted(path.as_posix() for path in Path("configs").rglob("*.*"))
    assert copied == [
        "configs/ablation/synthetic_au.yaml",
        "configs/ablation/targets/person_1.png",
        "configs/ablation/targets/person_2.png",
        "configs/ablation/targets/person_3.png",
        "configs/classifier/au.yaml",
        "configs/data/synthetic.yaml",
        "configs/normalizer/tiny.yaml",
    ]
    assert sorted(capsys.readouterr().out.splitlines()) == copied


@pytest.mark.parametrize("name", [name for name in config_names() if name.startswith("run/")])
def test_a_copy_is_used_without_the_package_s_own(name, capsys):
    cli.main(["configs", "copy", name, "--to", "mine"])
    capsys.readouterr()
    for path in Path("mine").rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    first = [] if name != "run/long" else ["--config", "au"]
    with pytest.raises(SystemExit):
        cli.main(["run", *first, "--config", f"mine/{name}.yaml", "--print_config"])
    config = yaml.safe_load(capsys.readouterr().out)
    if name != "run/long":
        for key in ("normalizer", "classifier", "data"):
            assert Path(config[key]).read_text(encoding="utf-8").endswith("# mine\n")


def test_a_copy_replaces_nothing_of_the_user_s(capsys):
    cli.main(["configs", "copy", "run/au"])
    cli.main(["configs", "copy", "run/au"])
    changed = Path("configs/data/synthetic.yaml")
    changed.write_text("mine\n", encoding="utf-8")
    Path("configs/run/au.yaml").unlink()
    assert refused(["configs", "copy", "run/au"], capsys) == (
        "norface: error: configs/data/synthetic.yaml is there and differs; move it away, or choose "
        "--to\n"
    )
    assert changed.read_text(encoding="utf-8") == "mine\n"
    assert not Path("configs/run/au.yaml").exists()


def test_what_is_not_the_package_s_is_not_copied(capsys):
    Path("own.yaml").write_text("a: 1\n", encoding="utf-8")
    assert "own.yaml is a file of yours" in refused(["configs", "copy", "own.yaml"], capsys)
    assert "say run/au or classifier/au" in refused(["configs", "show", "au"], capsys)
