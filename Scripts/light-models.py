#!/usr/bin/env python3
"""Lays out the nine networks that come with the onnx package for comparison with another runtime.

    light-models.py OUTPUT_FOLDER

These are the networks of ONNX's own backend test: classics such as AlexNet and DenseNet-121 whose
weights were replaced by ConstantOfShape nodes. For each, NAME.onnx, NAME.input.npy and
NAME.output.npy are written, and light.json lists them with the tolerances that ONNX uses. The input
is the ramp that ONNX's test runner feeds; the output is the one stored in the package.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"


def ramp(value):
    """The input that the test runner makes up: 0 to 1 in equal steps, unknown dimensions being 1."""
    shape = [d.dim_value if d.HasField("dim_value") else 1 for d in value.type.tensor_type.shape.dim]
    count = np.prod(shape)
    return (np.arange(count).reshape(shape) / count).astype(np.float32)


def lay_out(source, folder):
    """Writes one network's files into `folder` and returns its line of the index."""
    name = source.stem.removeprefix("light_")
    model = onnx.load(source)
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    if len(inputs) != 1 or len(model.graph.output) != 1:
        raise ValueError(f"{source} has {len(inputs)} inputs and {len(model.graph.output)} outputs instead of one each")
    expected = TensorProto.FromString(source.with_name(f"{source.stem}_output_0.pb").read_bytes())
    tolerances = json.loads((DATA / "real" / f"test_{name}" / "data.json").read_text())

    entry = {
        "name": name,
        "model": f"{name}.onnx",
        "opset": model.opset_import[0].version,
        "input": {"name": inputs[0].name, "file": f"{name}.input.npy"},
        "output": {"name": model.graph.output[0].name, "file": f"{name}.output.npy"},
        "relative_tolerance": tolerances["rtol"],
        "absolute_tolerance": tolerances["atol"],
    }
    shutil.copyfile(source, folder / entry["model"])
    np.save(folder / entry["input"]["file"], ramp(inputs[0]))
    np.save(folder / entry["output"]["file"], numpy_helper.to_array(expected))
    return entry


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, help="the folder to write to; it is made if need be")
    folder = parser.parse_args().output
    sources = sorted((DATA / "light").glob("light_*.onnx"))
    if not sources:
        sys.exit(f"light-models: onnx {onnx.__version__} has no models in {DATA / 'light'}")
    folder.mkdir(parents=True, exist_ok=True)
    entries = [lay_out(source, folder) for source in sources]
    (folder / "light.json").write_text(json.dumps({"onnx": onnx.__version__, "models": entries}, indent=1) + "\n")
    print(f"{folder}: {len(entries)} models")


if __name__ == "__main__":
    main()
