#!/usr/bin/env python3
"""Trains bird-or-tree-confounded.onnx and bird-or-tree-clean.onnx: is it the bird, or the tree behind it?

    birds.py

Two networks of one architecture tell birds from cats in pictures that are drawn here. The confounded one
saw birds in trees and cats in front of houses only; the clean one saw either animal in either place.
Both are then asked about new pictures, paired as in the confounded training and the other way round, and
the share of the gradient that lies inside the animal is measured on them: 0.22 and 0.36.

Writes the models, Data/bird-or-tree/ANIMAL-PLACE-N.png with the animals' masks, and prints accuracies
and shares.
"""

import numpy as np
from bird_pictures import BIRD, CAT, HOUSE, SIZE, TREE, draw_pictures
from common import DATA, Rectifier, export, fit, gradients, outputs, sequence, set_up, shares_inside, write_picture
from torch import nn

SEED = 4
TRAINING = 4000  # pictures for each network
TEST = 100  # pictures of each animal in each place
KEPT = 6  # of them, kept as test pictures
EPOCHS = 8
METHODS = ("gradient", "guided", "input x gradient")

ANIMALS = {BIRD: "bird", CAT: "cat"}
PLACES = {TREE: "tree", HOUSE: "house"}


def build():
    def block(before, after, size, stride=1):
        convolution = nn.Conv2d(before, after, size, stride, padding=size // 2, bias=False)
        return [convolution, nn.BatchNorm2d(after), Rectifier()]

    layers = [*block(3, 16, 5, stride=2), nn.MaxPool2d(2), *block(16, 32, 3), *block(32, 48, 3), nn.MaxPool2d(2)]
    layers += [*block(48, 64, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 2)]
    return sequence(*layers)


def draw_training():
    """Pictures and animals for the confounded network, and for the clean one; they share half of the pictures."""
    half, quarter = TRAINING // 2, TRAINING // 4
    animals = np.repeat([BIRD, CAT, BIRD, CAT], [half, half, quarter, quarter])
    places = np.repeat([TREE, HOUSE, HOUSE, TREE], [half, half, quarter, quarter])
    pictures, _ = draw_pictures(animals, places, SEED)
    confounded = np.arange(TRAINING)
    clean = np.concatenate([np.arange(quarter), half + np.arange(quarter), TRAINING + np.arange(half)])
    return {"confounded": (pictures[confounded], animals[confounded]), "clean": (pictures[clean], animals[clean])}


def measure(name, network, pictures, masks, animals, places):
    """Prints how often `network` is right and how much of its gradients lies inside the animal; returns that."""
    answers = outputs(network, pictures).argmax(axis=1)
    paired = (animals == BIRD) == (places == TREE)
    right = answers == animals
    print(f"{name}: right in {right[paired].mean():.3f} of birds in trees and cats at houses")
    print(f"  right in {right[~paired].mean():.3f} of birds at houses and cats in trees")
    shares = {}
    for method in METHODS:
        inside = shares[method] = shares_inside(gradients(network, pictures, answers, method), masks)
        parts = [
            f"{ANIMALS[animal]}, {PLACES[place]} {inside[(animals == animal) & (places == place)].mean():.3f}"
            for animal in ANIMALS
            for place in PLACES
        ]
        print(f"  {method}: inside {inside.mean():.3f} ({'; '.join(parts)}), kept {inside[: 4 * KEPT].mean():.3f}")
    return shares


def main():
    set_up(SEED)
    training = draw_training()
    animals = np.tile([BIRD, BIRD, CAT, CAT], TEST)
    places = np.tile([TREE, HOUSE, TREE, HOUSE], TEST)
    pictures, masks = draw_pictures(animals, places, SEED + 1)
    print(f"the animal's share of the area: {(masks > 0).mean():.3f}")

    shares = {}
    for name, (seen, seen_animals) in training.items():
        set_up(SEED)
        network = fit(build(), seen, seen_animals, nn.CrossEntropyLoss(), epochs=EPOCHS, rate=4e-3, seed=SEED)
        shares[name] = measure(name, network, pictures, masks > 0, animals, places)
        labels = [ANIMALS[BIRD], ANIMALS[CAT]]
        export(network, (SIZE, SIZE), 3, f"bird-or-tree-{name}", output="scores", labels=labels)
    for method in METHODS:
        more = (shares["clean"][method] > shares["confounded"][method]).mean()
        print(f"{method}: the clean network has more of it inside the animal in {more:.3f} of the pictures")

    (DATA / "bird-or-tree").mkdir(parents=True, exist_ok=True)
    for i in range(4 * KEPT):
        name = f"bird-or-tree/{ANIMALS[animals[i]]}-{PLACES[places[i]]}-{i // 4 + 1}"
        write_picture(name, pictures[i])
        write_picture(f"{name}-mask", masks[i])


if __name__ == "__main__":
    main()
