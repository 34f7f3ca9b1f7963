#!/usr/bin/env python3
"""Trains digit-scenes.onnx: which digits a picture shows.

    multi-label.py

A scene has two to four different ones of scikit-learn's handwritten digits, enlarged, at places that do
not overlap, in varied contrast on a dark ground with a gradient and noise. The network has ten outputs,
one a digit, each with a sigmoid. The handwriting is split before scenes are made of it: none is in both
training and test. All ten answers are right in 97 % of new scenes.

Writes Models/digit-scenes.onnx, some scenes Data/digit-scene-N.png and what is where in them,
Data/digit-scenes.json, and prints how well the network names the digits and how much of each digit's
gradient lies in its box.
"""

import numpy as np
from common import (
    DATA,
    Rectifier,
    export,
    fit,
    gradients,
    outputs,
    sequence,
    set_up,
    shares_inside,
    write_json,
    write_picture,
)
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split
from torch import nn

SEED = 4
SIZE = 64
TRAINING, TEST, SHOWN = 12000, 2000, 6
EPOCHS = 10


def draw_scene(random, images, digits):
    """A scene of bytes, and its digits as (digit, (left, top, right, bottom)) with the ends not included."""
    ground = np.linspace(0, random.uniform(-25, 25), SIZE) + random.uniform(25, 60)
    scene = np.tile(ground, (SIZE, 1))
    if random.random() < 0.5:
        scene = scene.T.copy()
    shown = []
    for digit in random.permutation(10)[: random.integers(2, 5)]:
        size = int(random.integers(18, 27))
        for _ in range(50):
            left, top = (int(v) for v in random.integers(0, SIZE - size + 1, 2))
            box = (left, top, left + size, top + size)
            if all(box[0] >= b[2] or b[0] >= box[2] or box[1] >= b[3] or b[1] >= box[3] for _, b in shown):
                break
        else:
            continue
        chosen = random.choice(np.flatnonzero(digits == digit))
        ink = Image.fromarray((images[chosen] * (255 / 16)).astype(np.float32))
        ink = np.asarray(ink.resize((size, size), Image.Resampling.BICUBIC)).clip(0, 255) / 255
        patch = scene[box[1] : box[3], box[0] : box[2]]
        patch += ink * (random.uniform(110, 235) - patch)
        shown.append((int(digit), box))
    scene += random.normal(0, random.uniform(1, 8), scene.shape)
    return np.clip(np.rint(scene), 0, 255).astype(np.uint8), shown


def draw_scenes(count, images, digits, seed):
    random = np.random.default_rng(seed)
    scenes, shown = zip(*(draw_scene(random, images, digits) for _ in range(count)))
    labels = np.zeros((count, 10), np.float32)
    for row, scene in zip(labels, shown):
        row[[digit for digit, _ in scene]] = 1
    return np.stack(scenes), labels, shown


def build():
    layers = []
    for before, after in [(1, 16), (16, 32), (32, 64), (64, 96)]:
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), Rectifier()]
        layers += [nn.MaxPool2d(2)]
    layers[-1] = nn.AdaptiveMaxPool2d(1)
    return sequence(*layers, nn.Flatten(), nn.Linear(96, 10))


def measure_maps(network, scenes, shown):
    """How much of a digit's map lies in its box, and the box's share of the area."""
    rows = [(i, d, box) for i, scene in enumerate(shown) for d, box in scene]
    which, units = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    masks = np.zeros((len(rows), SIZE, SIZE), np.float32)
    for mask, (_, _, (left, top, right, bottom)) in zip(masks, rows):
        mask[top:bottom, left:right] = 1
    shares = {}
    for method in ("gradient", "guided"):
        shares[method] = shares_inside(gradients(network, scenes[which], units, method), masks).mean()
    return shares, masks.mean()


def main():
    set_up(SEED)
    source = load_digits()
    split = train_test_split(source.images, source.target, test_size=1 / 3, random_state=SEED, stratify=source.target)
    training_images, test_images, training_digits, test_digits = split
    scenes, labels, _ = draw_scenes(TRAINING, training_images, training_digits, SEED)
    test_scenes, test_labels, shown = draw_scenes(TEST, test_images, test_digits, SEED + 1)
    network = fit(build(), scenes, labels, nn.BCEWithLogitsLoss(), epochs=EPOCHS, rate=4e-3, seed=SEED)

    answers = outputs(network, test_scenes)
    precision = average_precision_score(test_labels, answers, average="macro")
    right = ((answers > 0) == (test_labels > 0.5)).all(axis=1)
    print(f"{TEST} scenes of new digits: mean average precision {precision:.4f}, all ten right in {right.mean():.4f}")
    shares, chance = measure_maps(network, test_scenes[:400], shown[:400])
    for method, share in shares.items():
        print(f"share of |{method}| in the digit's box: {share:.3f}, by chance {chance:.3f}")
    names = [str(d) for d in range(10)]
    export(sequence(*network, nn.Sigmoid()), (SIZE, SIZE), 1, "digit-scenes", output="digits", labels=names)

    ground_truth = {}
    for number in range(SHOWN):
        write_picture(f"digit-scene-{number + 1}", test_scenes[number])
        objects = [{"digit": digit, "box": box} for digit, box in shown[number]]
        ground_truth[f"digit-scene-{number + 1}.png"] = objects
        probabilities = 1 / (1 + np.exp(-answers[number]))
        print(f"scene {number + 1}: {sorted(d for d, _ in shown[number])},", probabilities.round(2))
    write_json(DATA / "digit-scenes.json", ground_truth)


if __name__ == "__main__":
    main()
