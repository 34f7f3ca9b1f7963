#!/usr/bin/env python3
"""Trains digit-detector.onnx: where in a picture which digits are.

    detector.py

The scenes are those of multi-label.py. For each of 8×8 cells the network says how far the four sides of a box are
from the cell's middle, and with a sigmoid for each digit whether it is there: the form of the outputs is that of
YOLOv8. The cells in the middle of a digit are trained to find it.

Writes Models/digit-detector.onnx, and prints how many digits of new scenes are found, and how well boxes fit.
"""

import numpy as np
import onnx
import torch
from common import MODELS, OPSET, fit, outputs, set_up, write_json
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional

# multi-label.py, whose name is none that Python imports.
scenes_of = __import__("importlib").import_module("multi-label")

SEED = 11
SIZE, STRIDE = scenes_of.SIZE, 8
TRAINING, TEST = 4000, 500
EPOCHS = 8


class Network(nn.Module):
    """What is trained: for each cell the distances to the four sides in cells, and a score for each digit."""

    def __init__(self):
        super().__init__()
        layers = []
        for before, after, stride in [(1, 16, 1), (16, 32, 2), (32, 64, 2), (64, 64, 2)]:
            layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.features = nn.Sequential(*layers)
        self.neck = nn.Sequential(nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU())
        self.sides, self.digits = nn.Conv2d(64, 4, 1), nn.Conv2d(64, 10, 1)
        nn.init.constant_(self.digits.bias, -4)

    def forward(self, x):
        features = self.neck(self.features(x))
        return torch.cat([self.sides(features).exp(), self.digits(features)], 1).flatten(2)


class Detector(nn.Module):
    """What is exported: middle, width and height in pixels, and the probability of each digit."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        steps = torch.arange(SIZE // STRIDE) + 0.5
        rows, columns = torch.meshgrid(steps, steps, indexing="ij")
        self.middles = nn.Parameter(torch.stack([columns, rows]).reshape(1, 2, -1), requires_grad=False)

    def forward(self, x):
        found = self.network(x)
        upper, lower = self.middles - found[:, :2], self.middles + found[:, 2:4]
        boxes = torch.cat([(upper + lower) / 2, lower - upper], 1) * STRIDE
        return torch.cat([boxes, found[:, 4:].sigmoid()], 1)


def targets_of(shown):
    """For each scene and cell the distances to the sides, the digits, and whether a digit is there."""
    cells = SIZE // STRIDE
    targets = np.zeros((len(shown), 15, cells * cells), np.float32)
    for target, scene in zip(targets, shown):
        for digit, (left, top, right, bottom) in scene:
            for cell in range(cells * cells):
                x, y = (cell % cells + 0.5) * STRIDE, (cell // cells + 0.5) * STRIDE
                off = max(abs(x - (left + right) / 2) / (right - left), abs(y - (top + bottom) / 2) / (bottom - top))
                if off < 0.25:
                    target[:4, cell] = np.array([x - left, y - top, right - x, bottom - y]) / STRIDE
                    target[4 + digit, cell] = target[14, cell] = 1
    return targets


def loss(answers, targets):
    there = targets[:, 14:]
    classes = functional.binary_cross_entropy_with_logits(answers[:, 4:], targets[:, 4:14], reduction="sum")
    sides = (functional.smooth_l1_loss(answers[:, :4], targets[:, :4], reduction="none", beta=0.2) * there).sum()
    return (classes + 2 * sides) / there.sum()


def found_boxes(rows):
    """The digits that are found in a scene, each with its box: above 0.5, without overlaps."""
    import torchvision

    rows = torch.from_numpy(rows)
    scores, digits = rows[4:].max(0)
    middle, half = rows[:2], rows[2:4] / 2
    boxes = torch.cat([middle - half, middle + half]).T
    sure = scores > 0.5
    kept = torchvision.ops.batched_nms(boxes[sure], scores[sure], digits[sure], 0.45)
    return [(int(digits[sure][i]), boxes[sure][i].numpy()) for i in kept]


def overlap(a, b):
    width = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    shared = width * max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    area = sum((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b))
    return shared / (area - shared)


def main():
    set_up(SEED)
    source = load_digits()
    split = train_test_split(
        source.images, source.target, test_size=1 / 3, random_state=scenes_of.SEED, stratify=source.target
    )
    training_images, test_images, training_digits, test_digits = split
    scenes, _, shown = scenes_of.draw_scenes(TRAINING, training_images, training_digits, SEED)
    test_scenes, _, test_shown = scenes_of.draw_scenes(TEST, test_images, test_digits, SEED + 1)
    network = fit(Network(), scenes, targets_of(shown), loss, epochs=EPOCHS, rate=4e-3, seed=SEED)
    detector = Detector(network).eval()

    there = hits = answers = 0
    fits = []
    for rows, scene in zip(outputs(detector, test_scenes), test_shown):
        found = found_boxes(rows)
        there, answers = there + len(scene), answers + len(found)
        for digit, box in scene:
            best = max((overlap(box, other) for other_digit, other in found if other_digit == digit), default=0)
            hits += best > 0.5
            fits += [best] if best > 0.5 else []
    print(f"{TEST} scenes: {hits} of {there} digits found, {answers} boxes, mean overlap {np.mean(fits):.3f}")

    path = MODELS / "digit-detector.onnx"
    torch.onnx.export(
        detector, (torch.zeros(1, 1, SIZE, SIZE),), str(path), dynamo=False, opset_version=OPSET,
        input_names=["picture"], output_names=["boxes"], dynamic_axes={"picture": {0: "N"}, "boxes": {0: "N"}},
    )  # fmt: skip
    model = onnx.load(path)
    model.metadata_props.add(key="names", value=str({digit: str(digit) for digit in range(10)}))
    for node in model.graph.node:
        node.doc_string = ""
        node.name = node.name.strip("/").removeprefix("network/").replace("/", ".")
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    preparation = {"size": [SIZE, SIZE], "resize": "bilinear", "crop": "letterbox"}
    write_json(path.with_name(f"{path.name}.saliency.json"), preparation | {"mean": 127.5, "std": 127.5, "scale": 1})
    print(f"Models/{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
