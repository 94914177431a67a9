"""Both plain networks, saved to a folder and loaded as the Hugging Face hub has it."""

import json

import pytest
import torch

from norface_pl.classifier.plain import PlainClassifier
from norface_pl.errors import NorfaceError
from norface_pl.normalizer.plain import PlainNormalizer
from tests.helpers.stages import SIZE, tiny_classifier, tiny_normalizer

FACES = torch.rand(3, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))


def test_a_normalizer_comes_back_with_its_target(tmp_path):
    module = tiny_normalizer()
    module.network().save_pretrained(tmp_path)
    loaded = PlainNormalizer.from_pretrained(tmp_path)
    assert torch.equal(loaded(FACES), module.normalize(FACES))
    assert loaded.image_size == SIZE
    assert not loaded.training
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert config == dict(module.hparams)


@pytest.mark.parametrize("task", ["au_detection", "expression", ["au_detection", "au_intensity"]])
def test_a_classifier_comes_back_with_thresholds(tmp_path, task):
    names = ["AU1", "AU4"] if isinstance(task, str) else [f"{each}/AU1" for each in task]
    module = tiny_classifier(task, names, calibrate=task == "au_detection")
    module.network().save_pretrained(tmp_path)
    loaded = PlainClassifier.from_pretrained(tmp_path)
    assert torch.equal(loaded(FACES, 1 - FACES), module.predict(FACES, 1 - FACES))
    assert loaded.labels == module.labels
    assert torch.equal(loaded.thresholds, module.thresholds)
    with pytest.raises(NorfaceError, match="reads inputs='both' but got no"):
        loaded(FACES)


def test_a_plain_network_is_a_copy():
    module = tiny_classifier()
    network = module.network()
    before = network(FACES, FACES)
    with torch.no_grad():
        for value in module.parameters():
            value.zero_()
    assert torch.equal(network(FACES, FACES), before)


def test_the_card_says_what_it_was_told_and_what_it_is_not_for(tmp_path):
    network = tiny_normalizer().network()
    network.save_pretrained(tmp_path / "told", model_card_kwargs={"about": "Rendered people."})
    network.save_pretrained(tmp_path / "untold")
    told, untold = (
        (tmp_path / name / "README.md").read_text(encoding="utf-8") for name in ("told", "untold")
    )
    assert "Rendered people." in told
    assert "said nothing about them" in untold
    for card in (told, untold):
        assert "library_name: norface-pl" in card
        assert "## Misuse" in card


def test_what_is_no_such_network_is_one_sentence(tmp_path):
    with pytest.raises(NorfaceError, match="holds no PlainNormalizer .*; give a folder"):
        PlainNormalizer.from_pretrained(tmp_path)
    tiny_classifier().network().save_pretrained(tmp_path / "c")
    with pytest.raises(NorfaceError, match="c holds no PlainNormalizer"):
        PlainNormalizer.from_pretrained(tmp_path / "c")
    tiny_normalizer().network().save_pretrained(tmp_path / "n")
    weights = tmp_path / "n" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(NorfaceError, match="n holds no PlainNormalizer"):
        PlainNormalizer.from_pretrained(tmp_path / "n")
    weights.unlink()
    with pytest.raises(NorfaceError, match="n holds no PlainNormalizer"):
        PlainNormalizer.from_pretrained(tmp_path / "n")


def test_weights_that_are_missing_are_not_passed_over(tmp_path):
    from safetensors.torch import load_file, save_file

    tiny_normalizer().network().save_pretrained(tmp_path)
    path = tmp_path / "model.safetensors"
    state = load_file(path)
    del state["redrawer.target"]
    save_file(state, path)
    with pytest.raises(NorfaceError, match="holds no PlainNormalizer .*redrawer.target"):
        PlainNormalizer.from_pretrained(tmp_path)


def test_a_name_that_the_hub_does_not_have_is_one_sentence(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(NorfaceError, match="nobody/nothing holds no PlainNormalizer"):
        PlainNormalizer.from_pretrained("nobody/nothing")
