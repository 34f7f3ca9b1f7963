#!/usr/bin/env python3
"""Runs what `saliency export` writes in ONNX Runtime, and holds it against the command's own engine.

    measure-exports.py SALIENCY [--quick] [--write] [--only NAME ...]

SALIENCY is the binary. Each network of Tests/Fixtures/architectures is exported by each method; ONNX's checker with
full shape inference has to accept the file, and ONNX Runtime's attribution has to be that of `saliency explain`, that of the gradient
PyTorch's as well. --quick takes a few networks and methods. --write writes the table into
Documentation/ExportConformance.md. Questions about networks whose items lie anywhere, about boxes and about tokens are
measured in both cases. Fails if an error is above what is allowed,
and above what noise of a millionth on the input does to the command's own map. Needs onnx, onnxruntime and NumPy.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from conformance import ROOT, relative_error, table

PAGE = ROOT / "Documentation" / "ExportConformance.md"
FIXTURES = ROOT / "Tests" / "Fixtures" / "architectures"
ALLOWED = 1e-3
# The tables; in each the name of a column, the method, and more options of the export.
TABLES = {
    "Gradients and paths": {
        "gradient": ("gradient", []),
        "gradient, fast": ("gradient", ["--fast"]),
        "gradient, set 21": ("gradient", ["--opset", "21"]),
        "input × gradient": ("input-x-gradient", []),
        "guided": ("guided", []),
        "rectified": ("rectified", []),
        "integrated gradients": ("integrated-gradients:steps=5", []),
        "FullGrad": ("fullgrad", []),
    },
    "Relevance": {
        # A larger ε than usual: rounding decides where sums are nearly 0.
        "LRP ε": ("lrp:epsilon=0.01", []),
        "ε⁺": ("lrp:composite=epsilon-plus:epsilon=0.01", []),
        "ε⁺, flat": ("lrp:composite=epsilon-plus-flat:epsilon=0.01", []),
        "εα2β1": ("lrp:composite=epsilon-alpha2-beta1:epsilon=0.01", []),
        "εγ, box": ("lrp:composite=epsilon-gamma-box:epsilon=0.01:low=-3:high=3", []),
        "excitation backprop": ("excitation-backprop", []),
        "deep Taylor": ("deep-taylor:low=-3:high=3", []),
        "DeepLIFT": ("deeplift", []),
        "reveal-cancel": ("deeplift:rule=reveal-cancel", []),
        "DeepSHAP": ("deep-shap", []),
    },
    "Class activation maps and attention": {
        "Grad-CAM": ("grad-cam", []),
        "Grad-CAM++": ("grad-cam++", []),
        "HiRes-CAM": ("hires-cam", []),
        "XGrad-CAM": ("xgrad-cam", []),
        "LayerCAM": ("layer-cam", []),
        "CAM": ("cam", []),
        "Finer-CAM": ("finer-cam", []),
        "guided Grad-CAM": ("guided-grad-cam", []),
        "attention": ("attention", []),
        "attention rollout": ("attention-rollout", []),
        "gradient × attention": ("attention-gradient", []),
    },
}
COLUMNS = {name: column for columns in TABLES.values() for name, column in columns.items()}
QUICK_NETWORKS = ["resnet-basic", "mobilenet-v2", "googlenet", "convnext", "efficientnet-b0", "swin", "lstm"]
QUICK_COLUMNS = ["gradient", "gradient, fast", "guided", "integrated gradients", "Grad-CAM"]
# Questions about axes, boxes and tokens: a network of Tests/Fixtures with its input, a target, and more options.
QUESTIONS = [
    *((f"axes/{name}", target, [])
      for name in ["no-batch", "rows-of-a-set", "steps-pooled", "signs"] for target in ["0", "top"]),
    *((f"detectors/{name}", "box:0", []) for name in [
        "detr", "rt-detr", "ssd", "suppressed", "yolov10", "yolov10-indexed", "yolov5", "yolov8", "yolov8-named",
        "yolox",
    ]),
    ("detectors/yolov8", "top", []),
    ("detectors/yolov8", "box:0/x1", []),
    ("detectors/yolov5", "box:0/objectness", ["--on", "probability"]),
    *((f"text/{name}", target, []) for name in ["transformer", "recurrent", "bytes"] for target in ["0", "top"]),
]  # fmt: skip
# What a method says where a network has nothing that it is about.
REFUSALS = [
    "overrides nothing", "maps are for images", "would be a batch", "follows attention, and there is none",
    "follows attention of all", "is for networks that end with the mean",
]  # fmt: skip
NOTHING = 1e-6  # root mean square of a map that is no more than rounding


def run(*arguments):
    return subprocess.run([*map(str, arguments)], capture_output=True, text=True)


class Refused(Exception):
    pass


def saliency(binary, *arguments):
    done = run(binary, *arguments)
    if done.returncode != 0:
        raise Refused(done.stderr.strip().removeprefix("error: "))


def session(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def attribution(session, x, target):
    names = [port.name for port in session.get_inputs()]
    feeds = {names[0]: x}
    if "target" in names:
        feeds["target"] = np.full(len(x), target, np.int64)
    return session.run(["attribution"], feeds)[0]


def measure(binary, fixture, column, folder):
    """The error against the command's engine and, of gradients, against PyTorch."""
    method, options = COLUMNS[column]
    model, x = FIXTURES / fixture["model"], FIXTURES / fixture["input"]
    exported, ours = folder / "exported.onnx", folder / "ours.npy"
    question = ["--method", method, "--gradient-modifier", "none"]
    saliency(binary, "explain", model, x, "--target", fixture["target"], *question, "-o", ours)
    saliency(binary, "export", model, "-o", exported, "--shape", "x".join(map(str, fixture["input_shape"])), *question, *options)
    found = attribution(session(exported), np.load(x), fixture["target"])
    expected = np.load(ours)
    if found.shape != expected.shape:
        raise AssertionError(f"{fixture['name']}, {column}: {found.shape} instead of {expected.shape}")
    if np.sqrt(np.mean(np.square(expected))) < NOTHING and np.sqrt(np.mean(np.square(found))) < NOTHING:
        return 0.0
    error = relative_error(found, expected)
    if method == "gradient":
        error = max(error, relative_error(found, np.load(FIXTURES / fixture["gradient"])))
    return error


def question(binary, network, target, options, folder):
    """The error of a question against the command's engine; inputs of integers have to stay such."""
    model, x = FIXTURES.parent / f"{network}.onnx", FIXTURES.parent / f"{network}.input.npy"
    exported, ours = folder / "exported.onnx", folder / "ours.npy"
    asked = ["--target", target, "--gradient-modifier", "none", *options]
    saliency(binary, "explain", model, x, *asked, "-o", ours)
    saliency(binary, "export", model, "-o", exported, "--check", x, *asked)
    runner = session(exported)
    port = runner.get_inputs()[0]
    given = next(i for i in onnx.load(model).graph.input if i.name == port.name).type.tensor_type.elem_type
    dtype = onnx.helper.tensor_dtype_to_np_dtype(given)
    if port.type != f"tensor({ {'float32': 'float'}.get(dtype.name, dtype.name) })":
        raise AssertionError(f"input '{port.name}' is a {port.type}, and a {dtype.name} in the network")
    found, expected = attribution(runner, np.load(x).astype(dtype), target), np.load(ours)
    if found.size != expected.size:
        raise AssertionError(f"{found.shape} instead of {expected.shape}")
    return relative_error(found.reshape(expected.shape), expected)


def rounding(binary, fixture, column, folder):
    """How far the command's own map moves under noise of a millionth on the input, as sums in single precision have it."""
    model, maps = FIXTURES / fixture["model"], []
    x = np.load(FIXTURES / fixture["input"])
    noise = 1e-6 * np.random.default_rng(7).standard_normal(x.shape)
    for name, values in {"same": x, "moved": (x * (1 + noise)).astype(np.float32)}.items():
        np.save(folder / f"{name}.npy", values)
        saliency(binary, "explain", model, folder / f"{name}.npy", "--target", fixture["target"], "--method", COLUMNS[column][0],
                 "--gradient-modifier", "none", "-o", folder / "map.npy")  # fmt: skip
        maps.append(np.load(folder / "map.npy"))
    return relative_error(maps[1], maps[0])


def several_targets(binary, fixture, folder):
    """A batch of different targets against runs by themselves; nothing where the file has a fixed batch."""
    exported = folder / "exported.onnx"
    saliency(binary, "export", FIXTURES / fixture["model"], "-o", exported, "--gradient-modifier", "none",
             "--shape", "x".join(map(str, fixture["input_shape"])))  # fmt: skip
    runner = session(exported)
    port = runner.get_inputs()[0]
    if not isinstance(port.shape[0], str):
        return None
    x = np.load(FIXTURES / fixture["input"])
    generator = np.random.default_rng(5)
    batch = x + 0.1 * generator.standard_normal((4, *x.shape[1:])).astype(np.float32)
    targets = np.arange(4, dtype=np.int64) % np.load(FIXTURES / fixture["scores"]).size
    together = runner.run(["attribution"], {port.name: batch, "target": targets})[0]
    alone = [
        runner.run(["attribution"], {port.name: batch[[item]], "target": targets[[item]]})[0] for item in range(4)
    ]
    return relative_error(together, np.concatenate(alone))


def page(rows, columns):
    """The tables of the page, from rows of all columns; the error of several targets stands in the first."""
    every = ["network", "file", *columns, "four targets"]
    for index, (title, group) in enumerate(TABLES.items()):
        shown = [name for name in every if name in ("network", "file") or name in group]
        shown += ["four targets"] if index == 0 else []
        filled = [[row[every.index(name)] for name in shown] for row in rows]
        yield f"## {title}\n\n" + table(shown, [row for row in filled if any(row[2:])])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("saliency", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", nargs="+", metavar="NAME")
    arguments = parser.parse_args()
    binary = arguments.saliency.resolve()
    fixtures = json.loads((FIXTURES / "fixtures.json").read_text())["fixtures"]
    names = arguments.only or (QUICK_NETWORKS if arguments.quick else None)
    fixtures = [fixture for fixture in fixtures if names is None or fixture["name"] in names]
    columns = QUICK_COLUMNS if arguments.quick else list(COLUMNS)

    rows, failures, refusals = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for fixture in fixtures:
            cells = []
            for column in [*columns, "four targets"]:
                try:
                    if column == "four targets":
                        error = several_targets(binary, fixture, folder)
                    else:
                        error = measure(binary, fixture, column, folder)
                    cells.append("fixed batch" if error is None else f"{error:.1e}")
                    if error is not None and not error <= ALLOWED:
                        moved = rounding(binary, fixture, column, folder) if column in COLUMNS else 0
                        cells[-1] += f" (rounding {moved:.1e})"
                        if not error <= moved:
                            failures.append(f"{fixture['name']}, {column}: {cells[-1]}")
                except Refused as refusal:
                    cells.append("")
                    refusals.append(f"{fixture['name']}, {column}: {refusal}")
                except Exception as error:  # noqa: BLE001 the checker and ONNX Runtime may fail in any way
                    cells.append("failed")
                    failures.append(f"{fixture['name']}, {column}: {type(error).__name__}: {str(error)[:300]}")
            rows.append([fixture["name"], f"{fixture['exporter']}, set {fixture['opset']}", *cells])
            print(" | ".join(rows[-1]), flush=True)
        for network, target, options in QUESTIONS if arguments.only is None else []:
            try:
                error = question(binary, network, target, options, folder)
                print(f"{network}, {target}: {error:.1e}", flush=True)
                if not error <= ALLOWED:
                    failures.append(f"{network}, {target}: {error:.1e}")
            except Exception as error:  # noqa: BLE001 the checker and ONNX Runtime may fail in any way
                failures.append(f"{network}, {target}: {type(error).__name__}: {str(error)[:300]}")
    for refusal in refusals:
        print(f"refused: {refusal}")
    unexpected = [text for text in refusals if not any(words in text for words in REFUSALS)]
    if arguments.write:
        head = PAGE.read_text().split("<!-- exports -->")[0] if PAGE.exists() else ""
        text = "\n\n".join(page(rows, columns))
        PAGE.write_text(f"{head}<!-- exports -->\n\n{text}\n")
    if failures or unexpected:
        sys.exit("\n".join(["measure-exports: failed", *failures, *unexpected]))
    if not rows:
        sys.exit("measure-exports: there are no such networks")


if __name__ == "__main__":
    main()
