#!/usr/bin/env python3
"""Measures methods on torchvision's networks in their own sizes against their peers, by the command.

    measure-methods.py SALIENCY FOLDER RESULTS [--only NETWORK ...]

SALIENCY is the binary, FOLDER is where networks are exported to, and a line of JSON a measurement is appended to
RESULTS, which `write-methods-page.py --whole RESULTS` puts on the page. Weights are random. Beside an error stands how
far rounding moves the peer's own map: see `rounded`. Fails if an error is above what is allowed. Needs what
Scripts/requirements-fixtures.txt lists.
"""

import argparse
import copy
import functools
import json
import logging
import subprocess
import sys
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import torch
from captum.attr import Deconvolution, GuidedBackprop, InputXGradient, Saliency
from fixtures import maps, methods, regions, relevance
from fixtures.architectures import TORCHSCRIPT_OPSET, distance, export, gradient
from fixtures.networks import enliven
from pytorch_grad_cam import (
    EigenCAM,
    EigenGradCAM,
    GradCAM,
    GradCAMPlusPlus,
    HiResCAM,
    LayerCAM,
    XGradCAM,
)
from torch import nn
from torchvision import models

ALLOWED = 1e-3
ROUNDING = 1e-7  # relative noise on image and weights, about a unit in the last place
ROUNDINGS = 3  # ways of rounding that are tried
UNSTEADY = 3  # how many times as far as rounding moves the peer's map ours may be from it
STEADINESS = 1e-5  # how far, in relative L2, PyTorch's gradients in single and in double precision may lie apart
SHAPE = (1, 3, 224, 224)


def cams(layer, option, names):
    """Methods of the CAM family on a layer; `option` chooses ours."""
    peers = {
        "grad-cam": GradCAM,
        "grad-cam++": GradCAMPlusPlus,
        "hires-cam": HiResCAM,
        "xgrad-cam": XGradCAM,
        "layer-cam": LayerCAM,
        "eigen-cam": EigenCAM,
        "eigengrad-cam": EigenGradCAM,
    }
    for name in names:
        yield name + option, "pytorch-grad-cam", maps.activation_map(peers[name], layer)
    yield "finer-cam" + option, "pytorch-grad-cam", maps.activation_map(GradCAM, layer, classes=3)


def paths(steps):
    yield "gradient", "Captum", methods.captum(Saliency, abs=False)
    yield "input-x-gradient", "Captum", methods.captum(InputXGradient)
    yield f"integrated-gradients:steps={steps}", "Captum", methods.path(steps, 0.0, "gausslegendre")


def overridden():
    yield "guided", "Captum", methods.overridden(GuidedBackprop)
    yield "rectified", "Captum", methods.overridden(Deconvolution)


def sampled():
    for name, tunnel in methods.TUNNELS.items():
        yield f"{name}:samples=4", "Captum", methods.smoothed(tunnel, 4, 0.15, 0)
    yield "expected-gradients:samples=4", "Captum", methods.expected(4, 0.0, 0.0, 0)


def guided_paths(*counts):
    for steps in counts:
        yield f"guided-ig:steps={steps}", "PAIR saliency", maps.along_path(maps.GuidedIG, x_steps=steps)


def blurred():
    yield "blur-ig:steps=5:deviation=10", "PAIR saliency", maps.along_path(maps.BlurIG, steps=5, max_sigma=10)


def hidden():
    yield "occlusion:window=56:stride=56", "Captum", methods.occlusion(56, 56, 0)
    yield "rise:masks=8", "PyTorch", regions.rise(8, 7, 0.5, 0)
    yield (
        "meaningful-perturbation:steps=4:copies=1:cells=7:baseline=zeros",
        "PyTorch",
        regions.meaningful(4, 1, 7, 1, 2, 0, 0),
    )


def composites():
    for name in COMPOSITES:
        yield name, "zennit", relevance.by_zennit(relevance.ZENNIT[name])


ALL_CAMS = ["grad-cam", "grad-cam++", "hires-cam", "xgrad-cam", "layer-cam", "eigen-cam", "eigengrad-cam"]
# Without those that divide by sums of activations, which may be negative.
SIGNED_CAMS = ["grad-cam", "hires-cam", "layer-cam", "eigen-cam", "eigengrad-cam"]
CONVNEXT_OPTION = ":layer=/features/features.7/features.7.2/Add"
VIT_LAYER = "encoder.layers.encoder_layer_11.ln_1"
VIT_OPTION = ":layer=/encoder/layers/encoder_layer_11/ln_1/LayerNormalization"
COMPOSITES = [
    "lrp",
    "lrp:epsilon=0.25",
    "lrp:composite=epsilon-plus",
    "lrp:composite=epsilon-alpha2-beta1-flat",
    "excitation-backprop",
]
CASES = {
    "efficientnet_b0": [
        *paths(6),
        *sampled(),
        *cams("features.8", "", SIGNED_CAMS),
        *blurred(),
        *guided_paths(4),
        *hidden(),
    ],
    "convnext_tiny": [
        *paths(4),
        *sampled(),
        *cams("features.7", CONVNEXT_OPTION, SIGNED_CAMS),
        *blurred(),
        *guided_paths(4),
        *hidden(),
    ],
    "resnet18": [
        *paths(6),
        *overridden(),
        ("guided-grad-cam", "Captum", methods.guided_grad_cam("layer4")),
        *sampled(),
        *cams("layer4", "", ALL_CAMS),
        ("fullgrad", "pytorch-grad-cam", maps.full_gradient),
        *blurred(),
        *guided_paths(2, 4),
        *hidden(),
    ],
    "vgg11": [
        *composites(),
        *paths(4),
        *overridden(),
        *cams("features.19", ":layer=/features/features.19/Relu", ALL_CAMS),
    ],
    "squeezenet1_1": [*paths(4), *overridden(), *composites()],
    "vit_b_16": [
        *paths(4),
        *guided_paths(4),
        *cams("model." + VIT_LAYER, VIT_OPTION, SIGNED_CAMS),
        *((name, "PyTorch", attribute) for name, attribute in maps.ATTENTION.items()),
    ],
}


def build(name):
    """The network with random weights, under which it is alive, and an image."""
    seed = zlib.crc32(name.encode())
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = getattr(models, name)().eval()
    if name.startswith("vit"):
        nn.init.normal_(model.heads.head.weight, 0, 0.05, generator)  # 0 as it comes
    else:
        model = enliven(model, SHAPE[-1], generator)
    # Where a rectifier stands on its edge, another way of rounding gives another gradient.
    precise = copy.deepcopy(model).double()
    for _ in range(100):
        x = torch.randn(SHAPE, generator=generator)
        expected = gradient(precise, x.double(), methods.TARGET)
        if distance(gradient(model, x, methods.TARGET), expected) <= STEADINESS:
            return model, x
    sys.exit(f"measure-methods: {name}: no image was found around which the gradient is steady")


def watched(model):
    """As peers need it: in double precision, with rectifiers that keep their operand, and attention written out."""
    model = copy.deepcopy(model).double()
    for layer in model.modules():
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    if isinstance(model, models.VisionTransformer):
        model = maps.VisionTransformer(model).eval()
        model.grid = (14, 14)
    return model


@torch.no_grad()
def single(model, x, seed):
    """The network in single precision, which takes and gives double precision, and the image.

    With another seed than 0 every number of both is off by about a unit in its last place, so that sums round another way.
    """
    generator = torch.Generator().manual_seed(seed)

    def off(values):
        return 1 + ROUNDING * torch.randn(values.shape, generator=generator, dtype=values.dtype)

    if seed:
        for values in [*model.parameters(), *model.buffers()]:
            if values.is_floating_point():
                values.mul_(off(values))
        x = x * off(x)
    model = model.float()
    model.register_forward_pre_hook(lambda module, inputs: tuple(value.float() for value in inputs))
    model.register_forward_hook(lambda module, inputs, output: output.double())
    return model, x.clone().requires_grad_()


def rounded(attribute, make, x, expected):
    """How far the peer's own map is from itself in double precision where the network is in single precision.

    The largest of a few ways of rounding, since which rectifiers turn is another lottery with each.
    """
    return max(distance(attribute(*single(make(), x, seed)).detach().numpy(), expected) for seed in range(ROUNDINGS))


def measure(binary, file, x, method, expected, folder):
    result = folder / "map.npy"
    command = [binary, "explain", file, x, "--target", methods.TARGET, "--method", method]
    done = subprocess.run(
        [*map(str, command), "--gradient-modifier", "none", "-o", str(result)], capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(f"measure-methods: {method}: {done.stderr.strip()}")
    values = np.load(result).astype(np.float64)
    if values.shape != expected.shape:
        sys.exit(f"measure-methods: {method}: the map is {values.shape}, the peer's {expected.shape}")
    return float(np.linalg.norm(values - expected) / np.linalg.norm(expected))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("saliency")
    parser.add_argument("folder", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--only", action="append", choices=list(CASES))
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    failures = []
    for name in arguments.only or CASES:
        model, x = build(name)
        file, input = arguments.folder / f"{name}.onnx", arguments.folder / "input.npy"
        proto = export(copy.deepcopy(model), x, TORCHSCRIPT_OPSET, "torchscript", False)
        file.write_bytes(proto.SerializeToString())
        np.save(input, x.numpy())
        make = functools.partial(watched, model)
        for method, peer, attribute in CASES[name]:
            start = time.monotonic()
            expected = attribute(make(), x.double().requires_grad_()).detach().numpy()
            error = measure(arguments.saliency, file, input, method, expected, arguments.folder)
            moved = rounded(attribute, make, x.double(), expected)
            line = {"method": method, "peer": peer, "network": name, "error": error, "moved": moved}
            with arguments.results.open("a") as results:
                results.write(json.dumps(line) + "\n")
            print(f"{name}, {method}: {error:.1e} ({moved:.1e}), {time.monotonic() - start:.0f} s", flush=True)
            if not error <= max(ALLOWED, UNSTEADY * moved):
                failures.append(f"{method} on {name}")
    if failures:
        sys.exit("measure-methods: above what is allowed: " + ", ".join(failures))


if __name__ == "__main__":
    main()
