"""A timm network as feature extractor for faces, and two own small ones for 64 px faces."""

from pathlib import Path
from typing import Any

import timm
import torch
from timm.models.vision_transformer import VisionTransformer, checkpoint_filter_fn
from torch import Tensor, nn

from norface_pl.classifier.options import BackboneOptions
from norface_pl.errors import NorfaceError
from norface_pl.io.tensor_files import read_weights
from norface_pl.nn.convnet import FaceConvNet

OWN_NETS = ["conv_face", "vit_face"]
# Parts that weight files rarely share with this network: heads and the norm before the head.
MAY_BE_MISSING = ("fc_norm.", "norm.", "head.", "fc.", "classifier.")


def build_net(name: str, image_size: int, drop_path: float) -> nn.Module:
    """A network that maps pictures (B, 3, H, W) to pooled features, by name and untrained."""
    if name == "conv_face":
        return FaceConvNet()  # fits any size and has no residual paths to drop
    if name == "vit_face":  # of the size of `FaceEncoder`'s defaults, so it takes its MAE weights
        return VisionTransformer(
            img_size=image_size,
            patch_size=8,
            embed_dim=192,
            depth=6,
            num_heads=3,
            class_token=False,
            global_pool="avg",
            num_classes=0,
            drop_path_rate=drop_path,
        )
    if not timm.is_model(name):
        raise NorfaceError(
            f"There is no backbone {name!r}: choose one of {OWN_NETS} or of "
            f"timm.list_models() (timm {timm.__version__})."
        )
    options: dict[str, Any] = {"num_classes": 0, "drop_path_rate": drop_path}
    if "vit" in name:
        options["img_size"] = image_size
    net: nn.Module = timm.create_model(name, pretrained=False, **options)
    return net


class FaceBackbone(nn.Module):
    """One vector per face from any timm network.

    Args:
        image_size: side of the square input in pixels; only Vision Transformers need it.
        options: network, weights and what they expect.
    """

    net: Any
    mean: Tensor
    std: Tensor

    def __init__(self, image_size: int = 64, options: BackboneOptions = BackboneOptions()) -> None:
        super().__init__()
        net = build_net(options.name, image_size, options.drop_path)
        # This memory format makes convolutions about twice as fast on CPUs.
        self.net = net.to(memory_format=torch.channels_last)
        if options.gradient_checkpointing:
            self.save_memory(options.name)
        self.feature_dim = int(self.net.num_features)
        self.image_size = image_size
        mean, std = (torch.tensor(rgb).view(1, 3, 1, 1) for rgb in (options.mean, options.std))
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("std", std, persistent=False)
        if options.weights is not None:
            self.load_weights(options.weights)

    def forward(self, images: Tensor) -> Tensor:
        """RGB (B, 3, H, W) in [0, 1] to pooled features (B, feature_dim)."""
        features: Tensor = self.net(self.scale(images))
        return features

    def forward_tokens(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, and the features of all places (B, N, token_dim) before the pooling."""
        places = self.net.forward_features(self.scale(images))
        pooled: Tensor = self.net.forward_head(places)
        if places.ndim == 3:  # class tokens of a Vision Transformer belong to no place
            return pooled, places[:, getattr(self.net, "num_prefix_tokens", 0) :]
        if getattr(self.net, "output_fmt", "NCHW") == "NHWC":
            return pooled, places.flatten(1, 2)
        return pooled, places.flatten(2).transpose(1, 2)

    @torch.no_grad()
    def token_dim(self) -> int:
        """Width of the tokens, which for some networks is not that of the pooled features."""
        training = self.training
        tokens = self.eval().forward_tokens(torch.zeros(1, 3, self.image_size, self.image_size))[1]
        self.train(training)
        return tokens.shape[-1]

    def scale(self, images: Tensor) -> Tensor:
        """RGB in [0, 1] to what the weights expect, in the faster memory format."""
        scaled: Tensor = (images - self.mean) / self.std
        return scaled.contiguous(memory_format=torch.channels_last)

    def save_memory(self, name: str) -> None:
        """Switch gradient checkpointing on.

        Raises:
            NorfaceError: the network has none.
        """
        try:
            self.net.set_grad_checkpointing(True)
        except (AttributeError, AssertionError) as error:  # without it, or refused by timm
            raise NorfaceError(
                f"The backbone {name!r} has no gradient checkpointing: leave "
                "model.backbone.gradient_checkpointing out, or choose a Vision Transformer."
            ) from error

    def load_weights(self, path: Path) -> None:
        """Load the feature extractor from a file; heads in the file or missing there do not matter.

        Raises:
            NorfaceError: the file is missing, is no checkpoint, or holds another network.
        """
        state = read_weights(path, "Backbone")
        if isinstance(self.net, VisionTransformer):
            state = checkpoint_filter_fn(dict(state), self.net)  # resizes the position embedding
        own = self.net.state_dict()
        state = {name: value for name, value in state.items() if name in own}
        missing = [k for k in own if k not in state and not k.startswith(MAY_BE_MISSING)]
        wrong = [k for k, v in state.items() if v.shape != own[k].shape]
        if missing or wrong:
            raise NorfaceError(
                f"{path} holds another network ({len(missing)} weights missing, {len(wrong)} of "
                f"another size, such as {(missing or wrong)[0]!r}): choose the backbone it is for."
            )
        self.net.load_state_dict(state, strict=False)
