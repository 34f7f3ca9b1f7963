"""The networks that are measured, exported from torchvision with random weights."""

import sys
from pathlib import Path

import torch
import torchvision
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Scripts"))
from networks.weights import NORMS, enliven  # noqa: E402

# The name of a row, torchvision's constructor, and how many times ONNX Runtime's forward pass a gradient may take.
NETWORKS = {
    "mobilenetv2": ("mobilenet_v2", 1.8),
    "efficientnet-b0": ("efficientnet_b0", 2.0),
    "resnet50": ("resnet50", 1.7),
    "vgg16": ("vgg16", 1.15),
    "densenet121": ("densenet121", 2.1),
    "convnext-t": ("convnext_tiny", 2.0),
    "vit-b-16": ("vit_b_16", 1.6),
}


SHAPE = (1, 3, 224, 224)
DISTANCE = 3.0  # of a channel's mean from where its rectifier bends, in standard deviations


@torch.no_grad()
def decide(model, generator):
    """Moves the operands of rectifiers away from 0, to either side by channel.

    With random weights so many lie near 0 that rounding moves some to the other side, in PyTorch too, and gradients in
    single precision could not be compared. What anything costs does not depend on it.
    """
    images = torch.randn((4, *SHAPE[1:]), generator=generator)

    def sides(count):
        return DISTANCE * (2.0 * torch.randint(0, 2, (count,), generator=generator) - 1)

    norms = [module for module in model.modules() if isinstance(module, NORMS)]
    for norm in norms:
        norm.bias.copy_(norm.weight * sides(norm.num_features))
        norm.momentum = 1.0
        norm.train()
    if norms:
        model(images)
        for norm in norms:
            norm.eval()
            norm.running_var.mul_(0.8 + 0.6 * torch.rand(norm.running_var.shape, generator=generator))
    # Networks without normalisation have them in the biases of their convolutions.
    elif isinstance(getattr(model, "features", None), nn.Sequential):
        for layer in model.features:
            if isinstance(layer, nn.Conv2d):
                layer.bias.zero_()
                found = layer(images)
                deviation, mean = torch.std_mean(found, (0, 2, 3))
                layer.bias.copy_(deviation * sides(layer.out_channels) - mean)
            images = layer(images)


def make(name):
    """The network in PyTorch: evaluation mode, parameters without gradients, every layer alive."""
    generator = torch.Generator().manual_seed(7)
    model = getattr(torchvision.models, NETWORKS[name][0])(weights=None)
    enliven(model, SHAPE, generator)
    decide(model, generator)
    return model.eval().requires_grad_(False)


def export(name, folder):
    """The path of the network as ONNX with an open batch and open sides, written once for each version of this file."""
    path = folder / f"{name}.onnx"
    if path.exists() and path.stat().st_mtime > Path(__file__).stat().st_mtime:
        return path
    axes = {0: "batch"} if name == "vit-b-16" else {0: "batch", 2: "height", 3: "width"}
    part = path.with_suffix(".part")
    torch.onnx.export(
        make(name), (torch.zeros(1, 3, 224, 224),), str(part), opset_version=17, dynamo=False,
        input_names=["input"], output_names=["scores"], dynamic_axes={"input": axes, "scores": {0: "batch"}},
    )  # fmt: skip
    part.rename(path)
    return path
