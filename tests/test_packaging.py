import configparser
from pathlib import Path

ROOT = Path(__file__).parents[1]


def declared():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return config["options"]


def test_every_folder_with_code_is_a_listed_package():
    # An editable install finds a forgotten one, a wheel does not.
    source = ROOT / "src"
    folders = {".".join(p.parent.relative_to(source).parts) for p in source.rglob("*.py")}
    assert set(declared()["packages"].split()) == folders | {"norface_pl.datamodules"}


def test_every_listed_package_has_an_init_file():
    for name in declared()["packages"].split():
        folder = ROOT / "src" / name.replace(".", "/")
        if name == "norface_pl.datamodules":
            folder = ROOT / "datamodules"
        assert (folder / "__init__.py").is_file(), name


def test_the_source_folder_of_the_datamodules_cannot_be_imported_twice():
    source = (ROOT / "datamodules" / "__init__.py").read_text()
    assert 'if __name__ != "norface_pl.datamodules"' in source
    assert "norface_pl.datamodules = datamodules" in declared()["package_dir"]


def test_datamodules_import_each_other_relatively():
    for path in (ROOT / "datamodules").glob("*.py"):
        assert "from norface_pl.datamodules" not in path.read_text(), path
