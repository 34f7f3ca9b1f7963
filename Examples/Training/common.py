"""What the PyTorch scripts in this folder share: seeds, training, gradients, and files."""

import json
import logging
import warnings
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image
from torch import nn

EXAMPLES = Path(__file__).resolve().parent.parent
MODELS = EXAMPLES / "Models"
DATA = EXAMPLES / "Data"

OPSET = 17
THREADS = 2


def set_up(seed):
    """Makes what follows the same in every run on one machine."""
    torch.manual_seed(seed)
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)


def tensor(pictures):
    """Pictures N×H×W×3 or N×H×W of bytes as the tensor N×C×H×W from −1 to 1 that the networks take."""
    channels = pictures if pictures.ndim == 4 else pictures[..., None]
    return (torch.from_numpy(np.ascontiguousarray(channels)).permute(0, 3, 1, 2).float() - 127.5) / 127.5


def fit(network, pictures, targets, loss, *, epochs, rate, seed, batch=64, decay=1e-4):
    """Trains `network` with AdamW under a one-cycle schedule and leaves it ready for use."""
    random = torch.Generator().manual_seed(seed)
    targets = torch.as_tensor(targets)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=decay)
    steps = len(pictures) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=rate, total_steps=epochs * steps)
    network.train()
    for epoch in range(epochs):
        order = torch.randperm(len(pictures), generator=random)
        total = 0.0
        for step in range(steps):
            chosen = order[step * batch : (step + 1) * batch]
            optimizer.zero_grad()
            value = loss(network(tensor(pictures[chosen.numpy()])), targets[chosen])
            value.backward()
            optimizer.step()
            schedule.step()
            total += value.item()
        print(f"  epoch {epoch + 1:2}: loss {total / steps:.4f}", flush=True)
    return network.eval()


def outputs(network, pictures, batch=256):
    """What `network` answers, as an array with one row a picture."""
    with torch.no_grad():
        parts = [network(tensor(pictures[i : i + batch])) for i in range(0, len(pictures), batch)]
    return torch.cat(parts).numpy()


class GuidedRectifier(torch.autograd.Function):
    """A rectifier that passes positive gradients only, and only where its input was positive."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(context, gradient):
        (x,) = context.saved_tensors
        return gradient.clamp(min=0) * (x > 0)


class Rectifier(nn.Module):
    """ReLU whose backward pass can be switched to guided backpropagation."""

    guided = False

    def forward(self, x):
        return GuidedRectifier.apply(x) if Rectifier.guided else x.relu()


def gradients(network, pictures, units, method="gradient", batch=128):
    """The derivative of output `units[i]` of picture i with respect to its pixels, N×C×H×W."""
    Rectifier.guided = method == "guided"
    parts = []
    for i in range(0, len(pictures), batch):
        x = tensor(pictures[i : i + batch]).requires_grad_()
        chosen = torch.as_tensor(units[i : i + batch]).long()[:, None]
        network(x).gather(1, chosen).sum().backward()
        parts.append(x.grad * x.detach() if method == "input x gradient" else x.grad)
    Rectifier.guided = False
    return torch.cat(parts).numpy()


def shares_inside(maps, masks):
    """How much of each map's absolute value lies inside its mask: one number from 0 to 1 a picture."""
    strength = np.abs(maps).sum(axis=1)
    return (strength * masks).sum(axis=(1, 2)) / strength.sum(axis=(1, 2))


KINDS = {
    nn.Conv2d: "convolution",
    nn.BatchNorm2d: "normalization",
    Rectifier: "rectifier",
    nn.MaxPool2d: "pooling",
    nn.AdaptiveAvgPool2d: "global_pooling",
    nn.AdaptiveMaxPool2d: "global_pooling",
    nn.Flatten: "flatten",
    nn.Linear: "dense",
    nn.Dropout: "dropout",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
}


def sequence(*layers):
    """One layer after the other, called by kind and number: convolution_1, rectifier_1, and so on."""
    named = {}
    for layer in layers:
        kind = KINDS[type(layer)]
        number = 1 + sum(name.rpartition("_")[0] == kind for name in named)
        named[f"{kind}_{number}"] = layer
    return nn.Sequential(OrderedDict(named))


def rename(model, name):
    """Calls each node and its result like its layer, and weights after their node; clears what is not the network's."""
    graph = model.graph
    graph.name, model.doc_string, graph.doc_string = name, "", ""
    names = {value.name: value.name for value in [*graph.input, *graph.output]}
    weights = {weight.name: weight for weight in graph.initializer}
    for node in graph.node:
        node.doc_string = ""
        node.name = node.name.strip("/").split("/")[0]
        for weight, role in zip(node.input[1:], ("weight", "bias")):
            names[weight] = weights[weight].name = f"{node.name}.{role}"
        names.setdefault(node.output[0], node.name)
        node.input[:] = [names[value] for value in node.input]
        node.output[:] = [names[value] for value in node.output]
    del graph.value_info[:]


def export(network, size, channels, name, *, output, labels=None):
    """Writes Models/NAME.onnx, how its pictures are prepared, and the names of its outputs."""
    MODELS.mkdir(exist_ok=True)
    path = MODELS / f"{name}.onnx"
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, channels, *size),),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["picture"],
            output_names=[output],
            dynamic_axes={"picture": {0: "N"}, output: {0: "N"}},
        )
    model = onnx.load(path)
    rename(model, name)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)

    preparation = {"size": list(size), "resize": "bilinear", "crop": "none"}
    if channels == 3:
        preparation["channels"] = "rgb"
    write_json(path.with_name(f"{path.name}.saliency.json"), preparation | {"mean": 127.5, "std": 127.5, "scale": 1})
    if labels is not None:
        write_json(MODELS / f"{name}-labels.json", labels)
    print(f"Models/{path.name}: {path.stat().st_size} bytes", flush=True)


def write_json(path, value):
    path.write_text(json.dumps(value) + "\n")


def write_picture(name, pixels):
    """Writes Data/NAME.png from bytes H×W×3 or H×W."""
    DATA.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(DATA / f"{name}.png", optimize=True)
