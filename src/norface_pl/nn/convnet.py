"""A small convolutional network for aligned faces on CPUs."""

from collections.abc import Sequence

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two convolutions whose result is added to what they read (He et al., CVPR 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, H, W) to the same shape."""
        changed: Tensor = self.change(x)
        return (x + changed).relu()


class FaceConvNet(nn.Module):
    """Small plain network for aligned faces: four convolutions, then a weight for every position.

    The last 4 x 4 positions are not averaged: in an aligned face the mouth is always at the same
    place, and averaging would throw that away. On drawn faces of 64 px this learns far more
    from few people than timm's small residual networks, in less time.

    Args:
        channels: of each convolution, which halves the picture.
        feature_dim: of the output.
        grid: positions kept along each side.
        residual: add a residual block after each convolution but the first.
    """

    def __init__(
        self,
        channels: Sequence[int] = (32, 64, 96, 128),
        feature_dim: int = 192,
        grid: int = 4,
        residual: bool = False,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for i, width in enumerate(channels):
            kernel = 5 if i == 0 else 3
            layers += [
                nn.Conv2d(before, width, kernel, stride=2, padding=kernel // 2, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(inplace=True),
            ]
            if residual and i:
                layers.append(ResidualBlock(width))
            before = width
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(grid)
        self.project = nn.Sequential(
            nn.Flatten(),
            nn.Linear(before * grid**2, feature_dim, bias=False),
            nn.BatchNorm1d(feature_dim),
            nn.ReLU(inplace=True),
        )
        self.num_features = feature_dim

    def forward_features(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) to a map (B, channels[-1], grid, grid)."""
        places: Tensor = self.pool(self.features(images))
        return places

    def forward_head(self, places: Tensor) -> Tensor:
        """A map to (B, feature_dim)."""
        features: Tensor = self.project(places)
        return features

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) to (B, feature_dim)."""
        return self.forward_head(self.forward_features(images))
