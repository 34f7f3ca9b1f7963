"""The networks that are measured, exported from torchvision with random weights."""

import sys
from pathlib import Path

import torch
import torchvision
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Scripts"))
from networks.weights import enliven  # noqa: E402

# Those whose exported files take images of one size.
FIXED_SIZE = {"vgg16", "vit-b-16"}

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
# With random weights the operands of many rectifiers lie so near 0 that rounding moves some to the other side, in
# PyTorch too, and gradients in single precision could not be compared. So they are moved this far away from 0, in
# standard deviations. What anything costs does not depend on it.
DISTANCE = 3.0


@torch.no_grad()
def decide(layers, generator):
    """Moves the operands of rectifiers away from 0 in a network that has no normalizations which could."""
    images = torch.randn((4, *SHAPE[1:]), generator=generator)
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            layer.bias.zero_()
            deviation, mean = torch.std_mean(layer(images), (0, 2, 3))
            sides = 2.0 * torch.randint(0, 2, mean.shape, generator=generator) - 1
            layer.bias.copy_(deviation * DISTANCE * sides - mean)
        images = layer(images)


def make(name):
    """The network in PyTorch: evaluation mode, parameters without gradients, every layer alive."""
    generator = torch.Generator().manual_seed(7)
    model = getattr(torchvision.models, NETWORKS[name][0])(weights=None)
    enliven(model, SHAPE, generator, distance=DISTANCE)
    if name == "vgg16":
        decide(model.features, generator)
    return model.eval().requires_grad_(False)


def export(name, folder):
    """The path of the network as ONNX with an open batch, and open sides where they can be, written once for each version of this file."""
    path = folder / f"{name}.onnx"
    if path.exists() and path.stat().st_mtime > Path(__file__).stat().st_mtime:
        return path
    axes = {0: "batch"} if name in FIXED_SIZE else {0: "batch", 2: "height", 3: "width"}
    part = path.with_suffix(".part")
    # Without gradients PyTorch would write an operator of its own for attention.
    torch.backends.mha.set_fastpath_enabled(False)
    torch.onnx.export(
        make(name), (torch.zeros(1, 3, 224, 224),), str(part), opset_version=17, dynamo=False,
        input_names=["input"], output_names=["scores"], dynamic_axes={"input": axes, "scores": {0: "batch"}},
    )  # fmt: skip
    torch.backends.mha.set_fastpath_enabled(True)
    part.rename(path)
    return path
