"""EfficientNet-Lite0: EfficientNet (Tan and Le, arXiv 1905.11946) without squeeze-and-excite, with ReLU6, as its makers published it.

The layers stand in the order of the published weights, so that these are read by their place.
"""

import torch
from torch import Tensor, nn

SIZE = 224
BLOCKS = (  # repeats, kernel, stride, expansion, channels in, channels out
    (1, 3, 1, 1, 32, 16), (2, 3, 2, 6, 16, 24), (2, 5, 2, 6, 24, 40), (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112), (4, 5, 2, 6, 112, 192), (1, 3, 1, 6, 192, 320),
)
FEATURES = 1280


class Convolution(nn.Sequential):
    """Convolution, batch norm and perhaps ReLU6; padded as TensorFlow does, more at the right and the bottom where it is uneven."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, active: bool = True) -> None:
        uneven = stride == 2
        pad = (kernel - stride) // 2
        layers: list[nn.Module] = [nn.ZeroPad2d((pad, pad + 1, pad, pad + 1))] if uneven else []
        layers += [nn.Conv2d(inputs, outputs, kernel, stride, 0 if uneven else kernel // 2, groups=groups, bias=False),
                   nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)]
        super().__init__(*layers, *([nn.ReLU6(inplace=True)] if active else []))


class Block(nn.Module):
    """Widen, look around in each channel, narrow; what came in is added where it fits."""

    def __init__(self, kernel: int, stride: int, expansion: int, inputs: int, outputs: int) -> None:
        super().__init__()
        wide = inputs * expansion
        widen = [Convolution(inputs, wide)] if expansion > 1 else []
        self.layers = nn.Sequential(*widen, Convolution(wide, wide, kernel, stride, groups=wide), Convolution(wide, outputs, active=False))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, images: Tensor) -> Tensor:
        return images + self.layers(images) if self.adds else self.layers(images)


class EfficientNetLiteNetwork(nn.Module):
    """(B, 3, 224, 224) -> logits (B, classes)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = Convolution(3, 32, 3, 2)
        self.blocks = nn.Sequential(*(Block(kernel, stride if first else 1, expansion, inputs if first else outputs, outputs)
                                      for repeats, kernel, stride, expansion, inputs, outputs in BLOCKS
                                      for first in (index == 0 for index in range(repeats))))
        self.top = Convolution(320, FEATURES)
        self.classifier = nn.Linear(FEATURES, classes)

    def features(self, images: Tensor) -> Tensor:
        """(B, 3, 224, 224) -> (B, 1280)."""
        return self.top(self.blocks(self.stem(images))).mean(dim=(2, 3))

    def below(self, images: Tensor, cut: int) -> Tensor:
        """(B, 3, 224, 224) -> what enters block `cut`."""
        return self.blocks[:cut](self.stem(images))

    def above(self, hidden: Tensor, cut: int) -> Tensor:
        """What enters block `cut` -> (B, 1280)."""
        return self.top(self.blocks[cut:](hidden)).mean(dim=(2, 3))

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.features(images))


def published(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The published weights under this network's names; ValueError where they are not those of EfficientNet-Lite0."""
    own = EfficientNetLiteNetwork().state_dict()
    if len(own) != len(weights) or any(mine.shape != theirs.shape for mine, theirs in zip(own.values(), weights.values(), strict=True)):
        raise ValueError("these are not the weights of EfficientNet-Lite0")
    return dict(zip(own, weights.values(), strict=True))


def fused(network: EfficientNetLiteNetwork) -> EfficientNetLiteNetwork:
    """A copy for answering alone: each batch norm is folded into its convolution, and memory lies as CPUs like it."""
    import copy

    from torch.nn.utils.fusion import fuse_conv_bn_eval

    fast = copy.deepcopy(network).eval()
    for module in list(fast.modules()):
        if isinstance(module, Convolution):
            place = next(index for index, layer in enumerate(module) if isinstance(layer, nn.Conv2d))
            module[place] = fuse_conv_bn_eval(module[place], module[place + 1])
            del module[place + 1]
    return fast.to(memory_format=torch.channels_last)
