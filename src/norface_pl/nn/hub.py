"""Networks that are saved, loaded and shared as the Hugging Face hub has it."""

from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub import PyTorchModelHubMixin
from huggingface_hub.errors import HfHubHTTPError
from safetensors import SafetensorError
from torch import nn

from norface_pl.card import USE
from norface_pl.errors import NorfaceError

NetworkT = TypeVar("NetworkT", bound="HubNetwork")

# A template of Jinja: the mixin gives `card_data`, and whoever saves may give `about`.
_CARD = f"""\
---
{{{{ card_data }}}}
---

# A network of norface-pl

## People, data, terms and figures

{{{{ about | default("Whoever saved these weights said nothing about them.", true) }}}}

{USE}"""


class HubNetwork(
    nn.Module, PyTorchModelHubMixin, library_name="norface-pl", model_card_template=_CARD
):
    """Base of the networks without Lightning, which are built from plain values.

    ``save_pretrained(folder, model_card_kwargs={"about": "..."})`` writes weights, options and a
    model card, and ``push_to_hub`` sends them.
    """

    @classmethod
    def from_pretrained(
        cls: type[NetworkT], pretrained_model_name_or_path: Path | str, **kwargs: Any
    ) -> NetworkT:
        """Load what ``save_pretrained`` wrote, running no code from it.

        Args:
            pretrained_model_name_or_path: folder, or a name on the hub.
            kwargs: see `PyTorchModelHubMixin.from_pretrained`.

        Raises:
            NorfaceError: there is no such network, or it is damaged or another one.
        """
        given = pretrained_model_name_or_path
        try:
            # Left to itself, the mixin passes over weights that are missing.
            network: NetworkT = super().from_pretrained(given, **{"strict": True, **kwargs})
        except (OSError, HfHubHTTPError, SafetensorError, RuntimeError, TypeError, ValueError) as e:
            reason = " ".join(str(e).split())
            raise NorfaceError(
                f"{given} holds no {cls.__name__} ({reason[:200]}); give a folder that "
                "save_pretrained wrote, or a name on the Hugging Face hub"
            ) from e
        return network
