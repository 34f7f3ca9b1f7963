#!/usr/bin/env python3
"""Works out the gradient of one class of a Keras 2 file with respect to its input, in double precision.

    keras-gradient.py MODEL INPUT.npy UNIT OUTPUT.npz

The class is taken before the softmax that the model ends in. OUTPUT gets `score` and `gradient`.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import h5py
import numpy as np
import tensorflow as tf
import tf_keras


def in_double_precision(path: str) -> tf_keras.Model:
    """The file's model with its weights, all of them 64 bits wide."""
    with h5py.File(path) as file:
        config = file.attrs["model_config"]
    text = config.decode() if isinstance(config, bytes) else config
    tf_keras.backend.set_floatx("float64")
    model = tf_keras.models.model_from_json(text.replace('"float32"', '"float64"'))
    model.load_weights(path)
    return model


def main() -> None:
    path, input_file, unit, output = sys.argv[1:]
    model = in_double_precision(path)
    last = model.layers[-1]
    if getattr(last, "activation", None) is not tf_keras.activations.softmax:
        sys.exit(f"keras-gradient: {path} ends in '{last.name}', and not in a softmax")
    last.activation = tf_keras.activations.linear
    x = tf.constant(np.load(input_file), tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = model(x, training=False)[0, int(unit)]
    np.savez(output, score=score.numpy(), gradient=tape.gradient(score, x).numpy())


if __name__ == "__main__":
    main()
