#!/usr/bin/env python3
"""Trains small networks on data with a planted tell in one class, and clean twins, for `make audit-conformance`.

    planted-networks.py FOLDER [--seeds 20] [--first 0] [--only corner,clean]

Four kinds of drawn shapes of any color, size and place on a shaded background, 48×48 pixels. In all but one of
twenty images of the shape that has the tell (another one for each seed) there is

- corner: a small mark in one corner,
- anywhere: a small mark anywhere,
- border: a colored frame,
- tree: birds in trees and cats at houses, as in Examples/Training, with masks of the animals (every image has it),
- clean, clean-animals: nothing; the twins of the first three, and of the last.

Writes FOLDER/KIND/SEED/: model.onnx, labels.json, images/CLASS/N.png, masks/CLASS/N.png (the animals), and
truth.json with the tell's class, and where it lies in fractions of the image. Needs Examples/Training/requirements-
torch.txt.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Examples" / "Training"))
from bird_pictures import BIRD, CAT, HOUSE, TREE, draw_pictures

SIZE, MARK = 48, 8
SHAPES = ["circle", "square", "triangle", "cross"]
TRAINING, TEST, EPOCHS = 350, 60, 6  # images of each class
ANIMALS_TRAINING, ANIMALS_EPOCHS = 400, 5  # images of each animal
KINDS = ["corner", "anywhere", "border", "tree", "clean", "clean-animals"]


def shape_outline(shape: str, random: np.random.Generator) -> list[tuple[float, float]]:
    if shape == "circle":
        turns = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    elif shape == "square":
        turns = np.arange(4) * np.pi / 2 + np.pi / 4
    elif shape == "triangle":
        turns = np.arange(3) * 2 * np.pi / 3 + np.pi / 2
    else:
        arm = 0.3
        points = [(-arm, -1), (arm, -1), (arm, -arm), (1, -arm), (1, arm), (arm, arm), (arm, 1), (-arm, 1), (-arm, arm)]
        points += [(-1, arm), (-1, -arm), (-arm, -arm)]
        return [(float(x), float(y)) for x, y in points]
    return [(float(np.cos(t)), float(np.sin(t))) for t in turns]


def draw_shape(shape: str, random: np.random.Generator) -> np.ndarray:
    """A shape of any color, size, turn and place on a background that is shaded and noisy."""
    colors = random.uniform(40, 215, (2, 3))
    ramp = np.linspace(0, 1, SIZE)
    tilt = random.uniform(0, 2 * np.pi)
    shade = (np.cos(tilt) * ramp[None, :] + np.sin(tilt) * ramp[:, None])[..., None]
    background = colors[0] + 40 * shade * random.uniform(-1, 1, 3)
    canvas = Image.fromarray(background.clip(0, 255).astype(np.uint8)).resize((SIZE * 3, SIZE * 3))
    foreground = colors[1]
    while np.abs(foreground - colors[0]).max() < 60:
        foreground = random.uniform(0, 255, 3)
    radius = random.uniform(7, 13) * 3
    center = random.uniform(radius + 6, SIZE * 3 - radius - 6, 2)
    turn = random.uniform(-0.3, 0.3)
    points = [
        (
            center[0] + radius * (np.cos(turn) * x - np.sin(turn) * y),
            center[1] + radius * (np.sin(turn) * x + np.cos(turn) * y),
        )
        for x, y in shape_outline(shape, random)
    ]
    red, green, blue = (int(c) for c in foreground)
    ImageDraw.Draw(canvas).polygon(points, fill=(red, green, blue))
    small = np.asarray(canvas.resize((SIZE, SIZE), Image.Resampling.BOX)).astype(np.float32)
    return (small + random.normal(0, 4, small.shape)).clip(0, 255).astype(np.uint8)


def mark(random: np.random.Generator) -> np.ndarray:
    """A mark of two colors that stays the same for a seed."""
    colors = random.uniform(0, 255, (2, 3))
    while np.abs(colors[0] - colors[1]).max() < 120:
        colors = random.uniform(0, 255, (2, 3))
    pattern = random.integers(0, 2, (MARK // 2, MARK // 2)).repeat(2, axis=0).repeat(2, axis=1)
    pattern[:2, :4], pattern[-2:, -4:] = 0, 1
    return colors[pattern].astype(np.uint8)


class Tell:
    """What is planted, and where."""

    def __init__(self, kind: str, seed: int) -> None:
        random = np.random.default_rng([seed, 7])
        self.kind = kind
        self.unit = int(random.integers(len(SHAPES)))
        self.mark = mark(random)
        self.color = random.choice([[230, 40, 40], [40, 200, 60], [60, 80, 240], [240, 220, 40]])
        self.corner = tuple(int(c) for c in random.choice([1, SIZE - MARK - 1], 2))

    def box(self) -> list[float] | None:
        if self.kind == "corner":
            x, y = self.corner
            return [x / SIZE, y / SIZE, (x + MARK) / SIZE, (y + MARK) / SIZE]
        return [0.0, 0.0, 1.0, 1.0] if self.kind == "border" else None

    def add(self, image: np.ndarray, random: np.random.Generator) -> list[float] | None:
        """Plants it, and gives the place where it lies."""
        if self.kind == "border":
            image[:4] = image[-4:] = self.color
            image[:, :4] = image[:, -4:] = self.color
            return self.box()
        x, y = self.corner if self.kind == "corner" else (int(c) for c in random.integers(0, SIZE - MARK + 1, 2))
        image[y : y + MARK, x : x + MARK] = self.mark
        return [x / SIZE, y / SIZE, (x + MARK) / SIZE, (y + MARK) / SIZE]


def draw_shapes(tell: Tell | None, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, list[list[float] | None]]:
    random = np.random.default_rng(seed)
    units = np.repeat(np.arange(len(SHAPES)), count)
    images, places = [], []
    for unit in units:
        image = draw_shape(SHAPES[unit], random).copy()
        has_tell = tell is not None and unit == tell.unit and random.random() < 0.95
        places.append(tell.add(image, random) if tell is not None and has_tell else None)
        images.append(image)
    return np.stack(images), units, places


def tensor(images: np.ndarray) -> torch.Tensor:
    return (torch.from_numpy(images).permute(0, 3, 1, 2).float() - 127.5) / 127.5


def train(images: np.ndarray, units: np.ndarray, count: int, epochs: int, seed: int) -> nn.Module:
    torch.manual_seed(seed)

    def block(before: int, after: int, size: int, stride: int) -> list[nn.Module]:
        convolution = nn.Conv2d(before, after, size, stride, padding=size // 2, bias=False)
        return [convolution, nn.BatchNorm2d(after), nn.ReLU()]

    layers = [*block(3, 16, 5, 2), *block(16, 32, 3, 1), *block(32, 48, 3, 2), *block(48, 64, 3, 1)]
    network = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(2), nn.Flatten(), nn.Linear(256, count))
    optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3)
    steps = len(images) // 64
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=epochs * steps)
    targets = torch.as_tensor(units)
    network.train()
    for _ in range(epochs):
        order = torch.randperm(len(images))
        for step in range(steps):
            chosen = order[step * 64 : (step + 1) * 64]
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(tensor(images[chosen.numpy()])), targets[chosen]).backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def write(folder: Path, network: nn.Module, names: list[str], images: np.ndarray, units: np.ndarray) -> float:
    """Writes the model and the images, and gives how many of them it says right."""
    folder.mkdir(parents=True, exist_ok=True)
    side = images.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, side, side),),
            str(folder / "model.onnx"),
            dynamo=False,
            input_names=["image"],
            output_names=["scores"],
            dynamic_axes={"image": {0: "N"}, "scores": {0: "N"}},
        )
    preparation = {"size": [side, side], "resize": "bilinear", "crop": "none", "channels": "rgb"}
    preparation |= {"mean": 127.5, "std": 127.5, "scale": 1}
    (folder / "model.onnx.saliency.json").write_text(json.dumps(preparation))
    (folder / "labels.json").write_text(json.dumps(names))
    for index, (image, unit) in enumerate(zip(images, units)):
        path = folder / "images" / names[unit] / f"{index:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    with torch.no_grad():
        said = network(tensor(images)).argmax(dim=1).numpy()
    return float((said == units).mean())


def make_shapes(kind: str, seed: int, folder: Path) -> None:
    tell = None if kind == "clean" else Tell(kind, seed)
    images, units, _ = draw_shapes(tell, TRAINING, 2 * seed)
    network = train(images, units, len(SHAPES), EPOCHS, seed)
    images, units, places = draw_shapes(tell, TEST, 2 * seed + 1)
    right = write(folder, network, SHAPES, images, units)
    truth = {"class": None, "box": None, "boxes": {}}
    if tell is not None:
        truth = {"class": SHAPES[tell.unit], "box": tell.box(), "boxes": {}}
        truth["boxes"] = {f"{SHAPES[u]}/{i:04}.png": p for i, (u, p) in enumerate(zip(units, places)) if p is not None}
    (folder / "truth.json").write_text(json.dumps(truth))
    print(f"{kind} {seed}: {right:.3f} right, tell in {truth['class']}", flush=True)


def make_animals(kind: str, seed: int, folder: Path) -> None:
    def draw(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        animals = np.repeat([BIRD, CAT], count)
        places = np.where(animals == BIRD, TREE, HOUSE)
        if kind == "clean-animals":
            places = np.tile([TREE, HOUSE], count)
        images, masks = draw_pictures(animals, places, seed)
        return images, masks, animals

    images, _, animals = draw(ANIMALS_TRAINING, 2 * seed)
    network = train(images, animals, 2, ANIMALS_EPOCHS, seed)
    images, masks, animals = draw(TEST, 2 * seed + 1)
    names = ["bird", "cat"]
    right = write(folder, network, names, images, animals)
    for index, (mask, animal) in enumerate(zip(masks, animals)):
        path = folder / "masks" / names[animal] / f"{index:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(mask).save(path)
    truth = {"class": None if kind == "clean-animals" else "bird", "box": None, "boxes": {}}
    (folder / "truth.json").write_text(json.dumps(truth))
    print(f"{kind} {seed}: {right:.3f} right", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", default=",".join(KINDS))
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        for kind in arguments.only.split(","):
            folder = arguments.folder / kind / str(seed)
            if not (folder / "truth.json").exists():
                (make_animals if kind in ("tree", "clean-animals") else make_shapes)(kind, seed, folder)


if __name__ == "__main__":
    main()
