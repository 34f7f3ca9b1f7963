#!/usr/bin/env python3
"""Exports networks from PyTorch, one after another, and measures how far saliency's numbers are from PyTorch's.

    torch-networks.py SALIENCY RESULTS [--only NAME ...] [--forms FORM ...] [--keep FOLDER]

SALIENCY is the release binary, RESULTS a JSON file to which each result is added at once; networks that are there already are
left out, so that a run may be stopped and taken up again. Each file is deleted once it has been measured. The weights are
random and seeded. Needs what Scripts/requirements-networks.txt lists.
"""

import argparse
import contextlib
import copy
import fnmatch
import io
import json
import logging
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import onnx
import torch

from networks.catalog import catalog
from networks.weights import enliven

FORMS = {"torchscript-17": ("torchscript", 17), "dynamo-18": ("dynamo", 18), "dynamo-20": ("dynamo", 20)}
STEADINESS = 1e-4  # how far, in relative L2, single precision may move a gradient before another input is drawn
DRAWS = 6
NOISES = (0.0, 1e-6, 2e-6, 4e-6, 1e-5)  # about what rounding does, beside that of single precision
LARGER_NOISES = (2e-6, 5e-6, 1e-5)  # for references in single precision themselves
WEIGHTS = ({}, {"calm": 0.6}, {"calm": 0.4, "distance": 1.5}, {"calm": 0.25, "distance": 3.0})  # see enliven
DOUBLE_LIMIT = 7e11  # parameters times inputs up to which the reference is computed in double precision


def relative_error(value, reference):
    value, reference = np.asarray(value, np.float64).ravel(), np.asarray(reference, np.float64).ravel()
    return float(np.linalg.norm(value - reference) / np.linalg.norm(reference))


def main_output(result):
    """The output that is explained: the first."""
    if isinstance(result, dict):
        result = next(iter(result.values()))
    return result[0] if isinstance(result, (tuple, list)) else result


def scores(model, x):
    """One number a unit; where a unit has positions, their mean."""
    output = main_output(model(x))
    return output.flatten(2).mean(2) if output.dim() > 2 else output


@contextlib.contextmanager
def contiguous_gradients(model):
    """Keeps gradients that arrive transposed from batch normalizations, which PyTorch 2.15 differentiates wrongly then."""
    handles = [
        layer.register_full_backward_pre_hook(lambda _, gradients: tuple(each.contiguous() for each in gradients))
        for layer in model.modules()
        if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm)
    ]
    yield
    for handle in handles:
        handle.remove()


def scores_and_gradient(model, x, target=None):
    x = x.clone().requires_grad_()
    with contiguous_gradients(model):
        result = scores(model, x)
        target = int(result[0].argmax()) if target is None else target
        result[0, target].backward()
    return result.detach()[0].numpy(), x.grad.numpy(), target


def reference(network, model, generator):
    """An input around which rounding moves the gradient little, and what PyTorch computes for it.

    Where a rectifier stands on its edge, another order of additions gives another gradient. A network of a million
    rectifiers has some on the edge for most inputs, so several are drawn.
    """
    count = sum(parameter.numel() for parameter in model.parameters())
    precise = copy.deepcopy(model).double() if count * math.prod(network.shape) <= DOUBLE_LIMIT else model
    best = None
    for _ in range(DRAWS):
        x = torch.randn(network.shape, generator=generator)
        expected, gradient, target = scores_and_gradient(precise, x.to(next(precise.parameters()).dtype))
        error = 0.0
        for noise in NOISES if precise is not model else LARGER_NOISES:
            nudged = x + noise * torch.randn(x.shape, generator=generator)
            error = max(error, relative_error(scores_and_gradient(model, nudged, target)[1], gradient))
            if error > STEADINESS:
                break
        if best is None or error < best["rounding"]:
            best = {"x": x, "scores": expected, "gradient": gradient, "target": target, "rounding": error}
        if error <= STEADINESS:
            break
    return best | {"parameters": count}


def export(model, x, exporter, opset, path):
    quiet = contextlib.redirect_stdout(io.StringIO())
    with warnings.catch_warnings(), quiet, contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        if exporter == "torchscript":
            torch.onnx.export(model, (x,), str(path), dynamo=False, opset_version=opset, input_names=["input"])
        else:
            torch.onnx.export(
                model, (x,), str(path), dynamo=True, opset_version=opset, input_names=["input"], verbose=False
            )


def run(saliency, *arguments):
    done = subprocess.run([saliency, *map(str, arguments), "--json"], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-600:] or f"exit code {done.returncode}")
    return json.loads(done.stdout)


def measure(saliency, path, folder, expected):
    tensor, output = folder / "input.npy", folder / "map.npy"
    np.save(tensor, expected["x"].numpy())
    start = time.monotonic()
    question = ["--target", expected["target"], "--gradient-modifier", "none", "--output", output]
    run(saliency, "explain", path, tensor, *question)
    seconds = time.monotonic() - start
    report = run(saliency, "predict", path, tensor, "--top", expected["scores"].size)
    found = {unit["index"]: unit["score"] for unit in report["predictions"][0]}
    return {
        "scores": relative_error([found[index] for index in range(expected["scores"].size)], expected["scores"]),
        "gradient": relative_error(np.load(output), expected["gradient"]),
        "seconds": round(seconds, 2),
    }


def measure_network(network, forms, arguments, add):
    """Measures a network in each form and calls `add` with each result."""
    seed = zlib.crc32(network.name.encode())
    model, expected = None, {"rounding": float("inf")}
    for settings in WEIGHTS:
        torch.manual_seed(seed)
        generator = torch.Generator().manual_seed(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            candidate = enliven(network.build(), network.shape, generator, **settings)
            found = reference(network, candidate, generator)
        if found["rounding"] < expected["rounding"]:
            model, expected = candidate, found
        if expected["rounding"] <= STEADINESS:
            break
    for form in forms:
        exporter, opset = FORMS[form]
        result = {"network": network.name, "family": network.family, "form": form, "input": list(network.shape)}
        result |= {"parameters": expected["parameters"], "rounding": expected["rounding"]}
        with tempfile.TemporaryDirectory(dir=arguments.keep) as folder:
            folder = Path(folder)
            path = folder / "model.onnx"
            start = time.monotonic()
            try:
                export(copy.deepcopy(model), expected["x"], exporter, opset, path)
                result["export_seconds"] = round(time.monotonic() - start, 1)
                nodes = onnx.load(str(path), load_external_data=False).graph.node
                result["operators"] = sorted({node.op_type for node in nodes})
                result["nodes"] = len(nodes)
            except Exception as error:  # noqa: BLE001 the exporter may fail in any way
                lines = str(error).strip().splitlines()
                result["export_error"] = f"{type(error).__name__}: {lines[0] if lines else ''}"[:300]
                add(result)
                continue
            try:
                result |= measure(arguments.saliency, path, folder, expected)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                result["error"] = str(error)
            if arguments.keep:
                kept = arguments.keep / f"{network.name.replace('/', '-')}-{form}"
                kept.mkdir(parents=True, exist_ok=True)
                for file in folder.iterdir():
                    os.replace(file, kept / file.name)
                np.save(kept / "scores.npy", expected["scores"])
                np.save(kept / "gradient.npy", expected["gradient"])
                (kept / "target").write_text(str(expected["target"]))
        add(result)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("saliency")
    parser.add_argument("results", type=Path)
    parser.add_argument("--only", action="append", metavar="PATTERN", help="networks whose names match this alone")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS))
    parser.add_argument("--keep", type=Path, help="a folder that keeps the files")
    parser.add_argument("--again", action="store_true", help="measure what is there already once more")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    for name in ("torch.onnx", "onnxscript", "torch.export"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)

    results = json.loads(arguments.results.read_text()) if arguments.results.exists() else []

    def add(result):
        key = (result["network"], result["form"])
        results[:] = [known for known in results if (known["network"], known["form"]) != key] + [result]
        arguments.results.write_text(json.dumps(results, indent=1) + "\n")
        verdict = result.get("export_error") or result.get("error")
        verdict = verdict or f"scores {result['scores']:.1e}, gradient {result['gradient']:.1e} ({result['rounding']:.0e})"
        print(f"{result['network']} {result['form']}: {verdict}", flush=True)

    for name, network in catalog().items():
        if arguments.only and not any(fnmatch.fnmatch(name, pattern) for pattern in arguments.only):
            continue
        known = {result["form"] for result in results if result["network"] == name}
        forms = [form for form in arguments.forms if arguments.again or form not in known]
        if not forms:
            continue
        try:
            measure_network(network, forms, arguments, add)
        except Exception as error:  # noqa: BLE001 one network that cannot be built shall not stop the others
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
