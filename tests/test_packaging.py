import configparser
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.minimum import constraints, requirements

ROOT = Path(__file__).parents[1]
# Folders of the repository that are parts of the package.
MAPPED = {"norface_pl.datamodules": "datamodules", "norface_pl.configs": "configs"}


def declared():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config["options"]


def test_every_folder_with_code_is_a_listed_package():
    # An editable install finds a forgotten one, a wheel does not.
    source = ROOT / "src"
    folders = {".".join(p.parent.relative_to(source).parts) for p in source.rglob("*.py")}
    assert set(declared()["packages"].split()) == folders | set(MAPPED)


def test_every_listed_package_has_an_init_file():
    # The configs are data: an init file among them would be code.
    for name in set(declared()["packages"].split()) - {"norface_pl.configs"}:
        folder = ROOT / MAPPED.get(name, "src/" + name.replace(".", "/"))
        assert (folder / "__init__.py").is_file(), name


def test_the_source_folder_of_the_datamodules_cannot_be_imported_twice():
    source = (ROOT / "datamodules" / "__init__.py").read_text(encoding="utf-8")
    assert 'if __name__ != "norface_pl.datamodules"' in source
    assert "norface_pl.datamodules = datamodules" in declared()["package_dir"]


def test_datamodules_import_each_other_relatively():
    for path in (ROOT / "datamodules").glob("*.py"):
        assert "from norface_pl.datamodules" not in path.read_text(encoding="utf-8"), path


def test_every_requirement_has_a_lower_bound_that_its_range_allows():
    ranges = [Requirement(line) for line in requirements()]
    oldest = dict(line.split("==") for line in constraints())
    assert [each.name for each in ranges] == list(oldest)
    assert all(each.specifier.contains(oldest[each.name]) for each in ranges)
    assert oldest["torch"] == "2.11.0"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy: a build leaves folders behind."""
    pytest.importorskip("setuptools", minversion="77")
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("src", "datamodules", "configs"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(folder)], check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_all_code_and_every_file_of_the_configs(wheel):
    expected = {
        f"norface_pl/{folder}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder in MAPPED.values()
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix != ".pyc"
    }
    expected |= {p.relative_to(ROOT / "src").as_posix() for p in (ROOT / "src").rglob("*.py")}
    data = [*(ROOT / "src/norface_pl/pretrained").rglob("*.*"), *(ROOT / "src").rglob("html/*")]
    expected |= {p.relative_to(ROOT / "src").as_posix() for p in data}
    assert "norface_pl/app/html/index.html" in expected
    assert "norface_pl/configs/ablation/targets/person_1.png" in expected
    with zipfile.ZipFile(wheel) as archive:
        assert expected <= set(archive.namelist())
        # Nothing beside the package: a folder `configs` of its own would be everybody's.
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top.split("-")[0] for top in tops} == {"norface_pl"}


def test_an_installed_package_resolves_short_names_and_stays_as_it_is(wheel, tmp_path):
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    before = sorted(site.rglob("*"))

    def norface(*args):
        command = [sys.executable, "-B", "-m", "norface_pl", *args]
        environment = os.environ | {"PYTHONPATH": str(site)}
        return subprocess.run(
            command, cwd=work, env=environment, check=True, capture_output=True, text=True
        ).stdout

    assert f"normalizer: {site}/norface_pl/configs/" in norface(
        "run", "--config", "au", "--print_config"
    )
    assert "\nout: runs/synthetic\n" in norface("run", "--config", "au", "--print_config")
    assert "configs/run/au.yaml" in norface("configs", "copy", "run/au")
    assert (work / "configs" / "data" / "synthetic.yaml").is_file()
    assert sorted(site.rglob("*")) == before
