#!/usr/bin/env python3
"""Trains digits.keras: which digit a handwritten one is.

    digits.py

A small Keras network on scikit-learn's digits, 8×8 pixels of real handwriting, enlarged to 28×28. Two
thirds are trained on, slightly turned, moved and resized; the rest is the test. The network takes
pixels from 0 to 255 and ends in a softmax. It is right in 598 of 599 digits.

Writes Models/digits.keras and, of each digit, one picture that was not trained on: Data/digit-0.png to
Data/digit-9.png.
"""

import json
import os
import zipfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

EXAMPLES = Path(__file__).resolve().parent.parent
SEED = 4
THREADS = 2
SIZE, MARGIN = 28, 2
EPOCHS = 40


def enlarge(digit):
    """An 8×8 digit of 0 to 16 as 28×28 bytes, white on black with a margin."""
    inner = SIZE - 2 * MARGIN
    small = Image.fromarray(np.rint(digit * (255 / 16)).astype(np.uint8))
    return np.pad(np.asarray(small.resize((inner, inner), Image.Resampling.BICUBIC)), MARGIN)


def build():
    layers = keras.layers
    network = keras.Sequential(name="digits")
    network.add(keras.Input((SIZE, SIZE, 1), name="picture"))
    network.add(layers.Rescaling(1 / 255, name="rescaling"))
    for number, filters in enumerate((16, 32, 48), start=1):
        network.add(layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"convolution_{number}"))
        network.add(layers.MaxPooling2D(2, name=f"pooling_{number}"))
    network.add(layers.Flatten(name="flatten"))
    network.add(layers.Dense(64, activation="relu", name="dense"))
    network.add(layers.Dropout(0.3, name="dropout"))
    network.add(layers.Dense(10, activation="softmax", name="digit"))
    return network


def batches(pictures, digits):
    """The training pictures in random order, each turned, moved and resized a little."""
    augmentation = keras.Sequential(
        [
            keras.layers.RandomRotation(0.04, fill_mode="constant", seed=SEED),
            keras.layers.RandomTranslation(0.07, 0.07, fill_mode="constant", seed=SEED),
            keras.layers.RandomZoom(0.1, fill_mode="constant", seed=SEED),
        ]
    )
    data = tf.data.Dataset.from_tensor_slices((pictures, digits)).shuffle(len(pictures), seed=SEED).batch(32)
    return data.map(lambda x, y: (augmentation(x, training=True), y))


def number_shared(config, numbers):
    """Numbers shared objects as they come, instead of by their addresses in memory."""
    if isinstance(config, dict):
        if "shared_object_id" in config:
            config["shared_object_id"] = numbers.setdefault(config["shared_object_id"], len(numbers) + 1)
        config = list(config.values())
    if isinstance(config, list):
        for value in config:
            number_shared(value, numbers)


def clear(path):
    """Takes out of a saved model what differs between runs: addresses, and dates in the archive and its metadata."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    number_shared(config, {})
    members["config.json"] = json.dumps(config).encode()
    members["metadata.json"] = json.dumps({"keras_version": keras.__version__}).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def main():
    keras.utils.set_random_seed(SEED)
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()

    digits = load_digits()
    pictures = np.stack([enlarge(d) for d in digits.images])
    split = train_test_split(pictures, digits.target, test_size=1 / 3, random_state=SEED, stratify=digits.target)
    training, test, training_digits, test_digits = split

    network = build()
    steps = EPOCHS * -(-len(training) // 32)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    network.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(batches(training[..., None].astype(np.float32), training_digits), epochs=EPOCHS, verbose=2)

    answers = network.predict(test[..., None].astype(np.float32), verbose=0)
    right = answers.argmax(axis=1) == test_digits
    print(f"{right.sum()} of {len(test)} new digits right: {right.mean():.4f}")

    models, data = EXAMPLES / "Models", EXAMPLES / "Data"
    models.mkdir(exist_ok=True)
    data.mkdir(exist_ok=True)
    plain = build()
    plain.set_weights(network.get_weights())
    plain.save(models / "digits.keras")
    clear(models / "digits.keras")
    preparation = {"size": [SIZE, SIZE], "resize": "bicubic", "crop": "none"}
    (models / "digits.keras.saliency.json").write_text(json.dumps(preparation) + "\n")
    (models / "digits-labels.json").write_text(json.dumps([str(d) for d in range(10)]) + "\n")
    for digit in range(10):
        chosen = np.flatnonzero((test_digits == digit) & right)[0]
        Image.fromarray(test[chosen]).save(data / f"digit-{digit}.png", optimize=True)
        print(f"digit-{digit}: probability {answers[chosen, digit]:.4f}")


if __name__ == "__main__":
    main()
