"""Tiny models that look at images, built in the test: untrained, in the folders that real ones come in."""

from pathlib import Path
from typing import Any

from tests import tiny

LABELS = ("balloon", "clock", "umbrella")


def efficientnet_lite(folder: Path | None = None) -> Any:
    """The embedded architecture with three classes; it has no smaller one."""
    import torch

    from engine.models.efficientnet_lite import EfficientNetLite
    from engine.models.efficientnet_lite_network import EfficientNetLiteNetwork

    torch.manual_seed(0)
    return EfficientNetLite(EfficientNetLiteNetwork(len(LABELS)), LABELS, name="tiny-efficientnetlite").eval()


def conse(folder: Path) -> Any:
    """The tiny classifier and a tiny text encoder."""
    from engine.models.conse import ConSE
    from engine.models.st_model import STModel

    return ConSE.from_parts([efficientnet_lite(), STModel.from_folder(tiny.sentence_folder(folder))], name="tiny-conse")


def efficientnet_folder(folder: Path) -> Path:
    """EfficientNet for images of 32 pixels."""
    import torch
    from transformers import AutoConfig, EfficientNetForImageClassification, EfficientNetImageProcessorPil

    torch.manual_seed(0)
    names = dict(enumerate(LABELS))
    own = AutoConfig.for_model("efficientnet", image_size=32, width_coefficient=0.1, depth_coefficient=0.1, hidden_dim=128,
                               batch_norm_eps=1e-9, id2label=names,
                               label2id={name: place for place, name in names.items()})
    network = EfficientNetForImageClassification(own)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():  # as it is drawn, nothing of an image reaches its end: batch norm has to see some first
        network.train()(torch.randn(16, 3, 32, 32))
    network.save_pretrained(folder)
    EfficientNetImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def clip_folder(folder: Path) -> Path:
    """CLIP of two layers on each side."""
    import torch
    from transformers import AutoConfig, CLIPImageProcessorPil, CLIPModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "projection_dim": 8}
    text = {**sizes, "vocab_size": len(tiny.WORDS), "max_position_embeddings": 40, "eos_token_id": 3, "bos_token_id": 2, "pad_token_id": 0}
    own = AutoConfig.for_model("clip", text_config=text, vision_config={**sizes, "image_size": 32, "patch_size": 8}, projection_dim=8)
    CLIPModel(own).save_pretrained(folder)
    tiny.tokeniser().save_pretrained(folder)
    CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder
