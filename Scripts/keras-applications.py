#!/usr/bin/env python3
"""Saves every model of keras.applications with random weights, and what TensorFlow makes of it.

    keras-applications.py [OUTPUT_FOLDER] [--only NAME ...] [--container keras h5] [--each COMMAND]

For each model, OUTPUT_FOLDER/NAME gets NAME.keras, NAME.h5, input.npy (1×H×W×C), scores.npy (what goes
into the final softmax) and gradient.npy (of the largest score with respect to the input), both worked
out in double precision. applications.json lists, for each file: name, file, container, parameters, input
(its shape), target, single_precision_error, perturbation_error and the paths of the arrays, all relative
to the folder. What is there already is not made again.

A random network can be so ill-conditioned that nothing in single precision gets its gradient right, be it
that the input lies next to a kink of a ReLU or that errors grow from block to block. So inputs are drawn,
and then milder parameters (weaker residual branches, normalizations with results that are rarely next to
zero), until TensorFlow's own single precision agrees with its double and perturbed inputs have the same
gradient. single_precision_error says how far apart the two precisions are, relatively, for the scores and
the gradient, and perturbation_error what the perturbations change.

All files together take 14 GB. With --each, COMMAND is run after each model with the index of that model
alone as its last argument, and the model's files are deleted before the next is made.
"""

import argparse
import collections
import json
import os
import shlex
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

# Models that rescale pixels themselves; the others get what their preprocess_input would give.
PIXELS = ("ConvNeXt", "EfficientNet", "MobileNetV3")
# The smallest images; 64×64 unless a model needs more.
SIZES = {"InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}
CONTAINERS = ("keras", "h5")
INDEX = "applications.json"
# How many inputs are tried, first with parameters at large, then with mild ones.
INPUTS = {"large": 2, "mild": 4}
# Mild parameters: how much less a residual branch adds, and how far from zero normalizations move their results.
BRANCH_SCALE = 0.25
DISTANCE = 1.5
# What single precision may cost, and what perturbations of the input's last digits may change.
CONDITION = 1e-4
PERTURBATION = 1e-6
PERTURBATIONS = 7


def import_keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    import keras

    return keras


def names():
    applications = import_keras().applications
    return [name for name in dir(applications) if not name.startswith("_") and callable(getattr(applications, name))]


def build(keras, name, size, activation, precision="float32"):
    keras.config.set_floatx(precision)
    keras.config.set_dtype_policy(precision)
    return getattr(keras.applications, name)(
        weights=None, input_shape=(size, size, 3), classifier_activation=activation
    )


def branch_ends(model):
    """The last normalization or convolution of each residual branch that stands beside an identity."""
    producers = {id(layer.output): layer for layer in model.layers}
    uses = collections.Counter()
    for layer in model.layers:
        uses.update(map(id, layer.input if isinstance(layer.input, list) else [layer.input]))
    for addition in model.layers:
        if type(addition).__name__ != "Add":
            continue
        ends = []
        for tensor in addition.input:
            while uses[id(tensor)] == 1 and type(producers[id(tensor)]).__name__ == "Dropout":
                tensor = producers[id(tensor)].input
            layer = producers[id(tensor)]
            if uses[id(tensor)] == 1 and type(layer).__name__ in ("BatchNormalization", "Conv2D"):
                ends.append(layer)
        if len(ends) == 1:
            yield ends[0]


def randomize(model, generator, batch, mild):
    """Makes every parameter matter, and keeps the signal at a scale that trained networks have."""
    import numpy as np

    normalizations = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "Normalization":
            if layer.input_mean is not None:
                continue
            shape = layer.adapt_mean.shape
            layer.adapt_mean.assign(generator.uniform(0.3, 0.6, shape))
            layer.adapt_variance.assign(generator.uniform(0.03, 0.1, shape))
            layer.finalize_state()
            continue
        if kind == "BatchNormalization":
            normalizations.append(layer)
        for variable in layer.trainable_variables:
            shape = variable.shape
            if variable.name == "gamma":
                # Layer scales begin at 1e-6, which would hide the branches behind them.
                low, high = (0.1, 0.4) if kind == "LayerScale" else (0.6, 1.4)
                variable.assign(generator.uniform(low, high, shape))
            elif variable.name in ("beta", "bias"):
                variable.assign(generator.normal(0, 0.1, shape))
    if mild:
        for layer in normalizations:
            if layer.beta is not None:
                layer.beta.assign_add(generator.choice([-DISTANCE, DISTANCE], layer.beta.shape))
        for layer in branch_ends(model):
            scaled = layer.gamma if type(layer).__name__ == "BatchNormalization" else layer.kernel
            scaled.assign(scaled * BRANCH_SCALE)
    if not normalizations:
        return
    momenta = [layer.momentum for layer in normalizations]
    for layer in normalizations:
        layer.momentum = 0.0
    model(batch, training=True)
    for layer, momentum in zip(normalizations, momenta):
        layer.momentum = momentum
        mean, variance = layer.moving_mean.numpy(), layer.moving_variance.numpy() + 0.01
        layer.moving_mean.assign(mean + generator.normal(0, 0.2, mean.shape) * np.sqrt(variance))
        layer.moving_variance.assign(variance * generator.uniform(0.6, 1.6, variance.shape))


def picture(name, size, count, generator):
    import numpy as np

    shape = (count, size, size, 3)
    if name.startswith(PIXELS):
        return generator.uniform(0, 255, shape).astype(np.float32)
    return generator.normal(0, 1, shape).astype(np.float32)


def set_weights(model, weights):
    model.set_weights(weights)
    for layer in model.layers:
        if type(layer).__name__ == "Normalization":
            layer.finalize_state()


def explain(model, images, target=None):
    """Scores and gradients of the target, by default the first image's largest score."""
    import tensorflow as tf

    images = tf.constant(images, model.dtype)
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = model(images, training=False)
        target = int(tf.argmax(scores[0])) if target is None else target
        score = tf.reduce_sum(scores[:, target])
    return scores.numpy(), tape.gradient(score, images).numpy(), target


def relative_error(value, reference):
    import numpy as np

    return float(np.linalg.norm(value - reference) / np.linalg.norm(reference))


def attempt(single, double, image, generator):
    """The references for an image, and how well they can be met."""
    import numpy as np

    perturbed = image * (1 + PERTURBATION * generator.standard_normal((PERTURBATIONS, *image.shape[1:])))
    scores, gradients, target = explain(double, np.concatenate([image, perturbed]))
    if not (np.isfinite(scores).all() and np.isfinite(gradients).all() and np.abs(gradients).max() > 1e-12):
        raise ValueError(f"{double.name}: its scores or its gradient are no test of anything")
    single_scores, single_gradient, _ = explain(single, image, target)
    return {
        "arrays": {"input": image, "scores": scores[:1], "gradient": gradients[:1]},
        "target": target,
        "single_precision_error": {
            "scores": relative_error(single_scores, scores[:1]),
            "gradient": relative_error(single_gradient, gradients[:1]),
        },
        "perturbation_error": max(relative_error(gradient, gradients[0]) for gradient in gradients[1:]),
    }


def search(keras, name, size, seed):
    """The best-conditioned of a few inputs and parameters; the first that is good enough."""
    import numpy as np

    single = build(keras, name, size, None)
    double = build(keras, name, size, None, "float64")
    found = []
    for parameters, inputs in INPUTS.items():
        generator = np.random.default_rng(seed)
        randomize(single, generator, picture(name, size, 8, generator), parameters == "mild")
        weights = single.get_weights()
        set_weights(double, weights)
        for _ in range(inputs):
            made = attempt(single, double, picture(name, size, 1, generator), np.random.default_rng(seed))
            condition = max(*made["single_precision_error"].values(), made["perturbation_error"])
            print(f"{name}, {parameters} parameters: wrong by {condition:.1e}", file=sys.stderr, flush=True)
            found.append(made | {"weights": weights, "condition": condition})
            if condition <= CONDITION:
                return found[-1]
    return min(found, key=lambda made: made["condition"])


def make(name, folder, containers):
    """Makes one model's files and returns its lines of the index."""
    keras = import_keras()
    import numpy as np

    seed = zlib.crc32(name.encode())
    keras.utils.set_random_seed(seed)
    size = SIZES.get(name, 64)
    found = search(keras, name, size, seed)
    keras.backend.clear_session()
    model = build(keras, name, size, "softmax")
    set_weights(model, found["weights"])
    directory = folder / name
    directory.mkdir(parents=True, exist_ok=True)
    for container in containers:
        model.save(directory / f"{name}.{container}")
    for key, array in found["arrays"].items():
        np.save(directory / f"{key}.npy", np.asarray(array, np.float32, order="C"), allow_pickle=False)
    return [
        {
            "name": name,
            "file": f"{name}/{name}.{container}",
            "container": container,
            "parameters": model.count_params(),
            "input": list(found["arrays"]["input"].shape),
            "target": found["target"],
            "single_precision_error": found["single_precision_error"],
            "perturbation_error": found["perturbation_error"],
            "arrays": {key: f"{name}/{key}.npy" for key in found["arrays"]},
        }
        for container in containers
    ]


def read_index(folder):
    path = folder / INDEX
    return json.loads(path.read_text())["models"] if path.exists() else []


def write_index(folder, entries):
    temporary = folder / f".{INDEX}.{os.getpid()}"
    entries = sorted(entries, key=lambda entry: (entry["name"], entry["container"]))
    temporary.write_text(json.dumps({"models": entries}, indent=1) + "\n")
    temporary.replace(folder / INDEX)


def is_made(folder, entries, name, containers):
    made = {entry["container"]: entry for entry in entries if entry["name"] == name}
    return all(
        container in made
        and all((folder / path).exists() for path in [made[container]["file"], *made[container]["arrays"].values()])
        for container in containers
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", nargs="?", type=Path, default=Path(".cache/keras-applications"))
    parser.add_argument("--only", nargs="+", metavar="NAME", help="make these models alone, in this order")
    parser.add_argument("--container", nargs="+", choices=CONTAINERS, default=list(CONTAINERS))
    parser.add_argument("--each", metavar="COMMAND", help="run this after each model, then delete the model")
    parser.add_argument("--in-process", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder = arguments.output
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.in_process:
        json.dump(make(arguments.only[0], folder, arguments.container), sys.stdout)
        return

    known = names()
    if unknown := set(arguments.only or []) - set(known):
        parser.error(f"keras.applications has no {', '.join(sorted(unknown))}; it has {', '.join(known)}")
    failures = []
    for name in arguments.only or known:
        if arguments.each:
            entries = []
        else:
            entries = read_index(folder)
            if is_made(folder, entries, name, arguments.container):
                continue
        # A process for each, since TensorFlow does not give memory back.
        command = [sys.executable, __file__, str(folder), "--in-process", "--only", name]
        run = subprocess.run([*command, "--container", *arguments.container], stdout=subprocess.PIPE, text=True)
        if run.returncode != 0:
            failures.append(name)
            continue
        made = json.loads(run.stdout.splitlines()[-1])
        write_index(folder, [entry for entry in read_index(folder) if entry["name"] != name] + made)
        print(f"{name}: {made[0]['parameters']:,} parameters", flush=True)
        if arguments.each:
            alone = folder / name
            for entry in made:
                entry["file"] = Path(entry["file"]).name
                entry["arrays"] = {key: Path(path).name for key, path in entry["arrays"].items()}
            write_index(alone, made)
            if subprocess.run([*shlex.split(arguments.each), str(alone / INDEX)]).returncode != 0:
                failures.append(name)
            shutil.rmtree(alone)
            write_index(folder, [entry for entry in read_index(folder) if entry["name"] != name])
    if failures:
        sys.exit(f"keras-applications: failed for {', '.join(failures)}")


if __name__ == "__main__":
    main()
