import json

import pytest
import torch
from safetensors.torch import load_file

from norface_pl.classifier import ClassifierModule
from norface_pl.commands.export import export
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module
from norface_pl.inference.stages import Stages
from norface_pl.inference.trained import load_exported, of_a_fixed_picture, shipped_folder
from norface_pl.normalizer import NormalizerModule
from tests.helpers.stages import (
    LABELS,
    SIZE,
    tiny_classifier,
    tiny_normalizer,
    write_checkpoint,
    write_run,
)

CPU = torch.device("cpu")


def export_checkpoints(normalizer, classifier, out, **options):
    export(out, normalizer=normalizer, classifier=classifier, **options)


def outputs(normalizer, classifier):
    faces = torch.rand(4, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    redrawn = normalizer.normalize(faces)
    return redrawn, classifier.predict(faces, redrawn)


@pytest.mark.parametrize(("numbers", "near"), [("float32", 1e-6), ("float16", 2e-3)])
@pytest.mark.parametrize("task", ["au_detection", "au_intensity", "expression"])
def test_export_and_load_give_the_same_outputs(tmp_path, numbers, near, task):
    names = LABELS if task != "expression" else ["neutral", "happiness", "anger"]
    paths = write_run(tmp_path / "run", tiny_classifier(task, names))
    export_checkpoints(*paths, tmp_path / "out", numbers=numbers)
    modules = load_exported(tmp_path / "out")[:2]
    assert not any(module.training for module in modules)
    loaded = (load_module(NormalizerModule, paths[0]), load_module(ClassifierModule, paths[1]))
    for before, after in zip(outputs(*loaded), outputs(*modules), strict=True):
        torch.testing.assert_close(before, after, atol=near, rtol=0)
        assert after.dtype == torch.float32
    kind = torch.float16 if numbers == "float16" else torch.float32
    stored = load_file(tmp_path / "out" / "classifier.safetensors")
    assert {value.dtype for value in stored.values() if value.is_floating_point()} == {kind}


def test_only_what_reading_needs_is_written(tmp_path):
    export_checkpoints(*write_run(tmp_path / "run"), tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["README.md", "classifier.safetensors", "normalizer.safetensors", "stages.json"]
    first = load_file(tmp_path / "out" / "normalizer.safetensors")
    assert {name.split(".")[0] for name in first} == {"redrawer"}
    second = load_file(tmp_path / "out" / "classifier.safetensors")
    assert {name.split(".")[0] for name in second} == {"net"}
    # Half of the checkpoint of stage 1 is the generator that was trained.
    normalizer, _, _ = load_exported(tmp_path / "out")
    averaged = normalizer.redrawer.generator.state_dict()
    for name, value in normalizer.generator.state_dict().items():
        assert torch.equal(value, averaged[name])


def test_weights_that_16_bits_cannot_hold_stay_as_they_are(tmp_path):
    module = tiny_normalizer()
    bias = module.redrawer.generator.head.read[2].bias
    bias.copy_(torch.full_like(bias, 1e6))
    first = write_checkpoint(module, tmp_path / "n.ckpt")
    export_checkpoints(
        first, write_checkpoint(tiny_classifier(), tmp_path / "c.ckpt"), tmp_path / "out"
    )
    loaded, _, _ = load_exported(tmp_path / "out")
    assert (loaded.redrawer.generator.head.read[2].bias == 1e6).all()


def test_thresholds_travel_and_names_of_people_do_not(tmp_path):
    about = tmp_path / "about.md"
    about.write_text("Rendered people (MIT).\n", encoding="utf-8")
    paths = write_run(
        tmp_path / "run", tiny_classifier(calibrate=True), population="lfw", people=["Anna", "Bo"]
    )
    export_checkpoints(*paths, tmp_path / "out", about=about)
    _, classifier, known = load_exported(tmp_path / "out")
    assert known["classifier"]["trained_on"]["population"] == "lfw"
    assert classifier.thresholds.tolist() == [0.25, 0.375, 0.5]
    facts = (tmp_path / "out" / "stages.json").read_text(encoding="utf-8")
    assert json.loads(facts)["normalizer"]["trained_on"] == {"population": "lfw", "people": 2}
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "Anna" not in facts + card
    assert "| AU4 | 0.375 |" in card
    assert "| stage 1 learned from | 2 people of lfw |" in card
    assert "Rendered people (MIT)." in card
    for heading in ("## Intended use", "## What it cannot do", "## Misuse"):
        assert heading in card


def test_a_second_export_replaces_the_first_and_nothing_else_is_touched(tmp_path):
    paths = write_run(tmp_path / "run")
    export_checkpoints(*paths, tmp_path / "out")
    export_checkpoints(*paths, tmp_path / "out", numbers="float32")
    stored = load_file(tmp_path / "out" / "normalizer.safetensors")
    assert stored["redrawer.target"].dtype == torch.float32
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    with pytest.raises(NorfaceError, match="holds other files"):
        export_checkpoints(*paths, tmp_path / "mine")


def test_stages_of_two_sizes_are_refused(tmp_path):
    first = write_checkpoint(tiny_normalizer(16), tmp_path / "n.ckpt")
    second = write_checkpoint(tiny_classifier(), tmp_path / "c.ckpt")
    with pytest.raises(NorfaceError, match="draws 16 pixels, .* reads 32"):
        export_checkpoints(first, second, tmp_path / "out")
    with pytest.raises(NorfaceError, match="draws 16 pixels, .* reads 32"):
        Stages.load(first, second, CPU)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_none_or_damaged_is_one_sentence(tmp_path):
    with pytest.raises(NorfaceError, match="holds no exported stages"):
        Stages.load_exported(tmp_path, CPU)
    out = tmp_path / "out"
    export_checkpoints(*write_run(tmp_path / "run"), out)
    content = (out / "classifier.safetensors").read_bytes()
    (out / "classifier.safetensors").write_bytes(content[:-100])
    with pytest.raises(NorfaceError, match="classifier.safetensors is damaged"):
        load_exported(out)
    (out / "classifier.safetensors").unlink()
    with pytest.raises(NorfaceError, match="cannot read .*classifier.safetensors"):
        load_exported(out)
    (out / "classifier.safetensors").write_bytes((out / "normalizer.safetensors").read_bytes())
    with pytest.raises(NorfaceError, match="does not fit version"):
        load_exported(out)
    (out / "stages.json").write_text("{", encoding="utf-8")
    with pytest.raises(NorfaceError, match="stages.json is damaged"):
        load_exported(out)


def test_a_fixed_picture_tells_whether_weights_compute_what_they_did(tmp_path):
    export_checkpoints(*write_run(tmp_path / "run"), tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "stages.json").read_text(encoding="utf-8"))
    found = of_a_fixed_picture(*load_exported(tmp_path / "out")[:2])
    assert found == pytest.approx(facts["expected"], abs=2e-3)
    assert list(found) == LABELS


def test_the_weights_of_the_package():
    folder = shipped_folder()
    files = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert sum(files.values()) <= 15e6
    assert "README.md" in files
    facts = json.loads((folder / "stages.json").read_text(encoding="utf-8"))
    found = of_a_fixed_picture(*load_exported(folder)[:2])
    assert found == pytest.approx(facts["expected"], abs=0.01)
