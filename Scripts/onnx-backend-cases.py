#!/usr/bin/env python3
"""Lays out the cases of ONNX's own conformance suite for comparison with another runtime.

    onnx-backend-cases.py OUTPUT_FOLDER

The suite comes with the onnx package (onnx.backend.test): its `node` cases are generated in memory, its `simple`,
`pytorch-operator` and `pytorch-converted` cases are files. For each case NAME/model.onnx is written and, for the first
of its data sets, a .npy file for each input and output that is a tensor of numbers. cases.json lists the cases with
their tolerances, operators and the ONNX types of all values; what is no tensor of numbers is there by its type alone.
"""

import argparse
import json
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.loader import load_model_tests

FILE_KINDS = ["simple", "pytorch-operator", "pytorch-converted"]


def element_type(array):
    """ONNX's name for the element type of an array, or None where its elements are no real numbers."""
    try:
        name = TensorProto.DataType.Name(onnx.helper.np_dtype_to_tensor_dtype(array.dtype))
    except (KeyError, ValueError):
        return None
    return None if name == "STRING" or name.startswith("COMPLEX") else name.lower()


def is_single(array):
    """Whether single precision holds the elements of an array of integers, the limits of its type aside."""
    if array.dtype.kind not in "iu" or array.dtype.type.__module__ != "numpy":
        return True
    limits = np.iinfo(array.dtype)
    inner = array[(array != limits.min) & (array != limits.max)]
    return all(int(np.float32(value)) == int(value) for value in inner.ravel())


def declared(value):
    """The element type that the model declares for a value, or the kind of value that is no tensor."""
    kind = value.type.WhichOneof("value")
    return TensorProto.DataType.Name(value.type.tensor_type.elem_type).lower() if kind == "tensor_type" else kind


def describe(value, content, path):
    """Writes a value's elements where they are numbers, and returns the value's line of the index."""
    line = {"name": value.name, "type": declared(value)}
    if isinstance(content, TensorProto):
        content = numpy_helper.to_array(content)
    if not isinstance(content, (np.ndarray, np.generic)):
        return line
    array = np.asarray(content)
    if element_type(array) is None:
        return line
    # NumPy's files know no other floating-point types than its own.
    native = array.dtype.kind in "biuf" and array.dtype.type.__module__ == "numpy"
    np.save(path, array if native else array.astype(np.float32))
    return {**line, "file": path.name, "exact": is_single(array)}


def lay_out(case, model, inputs, outputs, folder):
    """Writes one case's files into `folder` and returns its line of the index."""
    place = folder / case.name
    place.mkdir(parents=True)
    (place / "model.onnx").write_bytes(model.SerializeToString())
    weights = {tensor.name for tensor in model.graph.initializer}
    # Optional inputs that are not given have neither a name in the graph nor data.
    named = [value for value in model.graph.input if value.name not in weights or len(inputs) == len(model.graph.input)]
    return {
        "name": case.name,
        "kind": case.kind,
        "operators": sorted({node.op_type for node in model.graph.node}),
        "rtol": case.rtol,
        "atol": case.atol,
        "inputs": [
            describe(value, content, place / f"input_{index}.npy")
            for index, (value, content) in enumerate(zip(named, inputs))
        ],
        "outputs": [
            describe(value, content, place / f"output_{index}.npy")
            for index, (value, content) in enumerate(zip(model.graph.output, outputs, strict=True))
        ],
    }


def stored(path, value):
    """The content of a stored value, or None where it is no tensor."""
    if value.type.WhichOneof("value") != "tensor_type":
        return None
    return numpy_helper.to_array(TensorProto.FromString(path.read_bytes()))


def stored_values(folder, prefix, values):
    """The contents of the stored values of one data set, in the order of the graph."""
    count = len(list(folder.glob(f"{prefix}_*.pb")))
    return [stored(folder / f"{prefix}_{index}.pb", value) for index, value in zip(range(count), values)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, help="the folder to write to; what it holds is replaced")
    folder = parser.parse_args().output
    shutil.rmtree(folder, ignore_errors=True)
    lines = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in collect_testcases(None):
            inputs, outputs = case.data_sets[0]
            lines.append(lay_out(case, case.model, inputs, outputs, folder))
    for kind in FILE_KINDS:
        for case in sorted(load_model_tests(kind=kind), key=lambda case: case.name):
            source = Path(case.model_dir)
            model = onnx.load(source / "model.onnx")
            data = source / "test_data_set_0"
            weights = {tensor.name for tensor in model.graph.initializer}
            inputs = [value for value in model.graph.input if value.name not in weights]
            if len(list(data.glob("input_*.pb"))) == len(model.graph.input):
                inputs = model.graph.input
            given = stored_values(data, "input", inputs)
            expected = stored_values(data, "output", model.graph.output)
            lines.append(lay_out(case, model, given, expected, folder))
    if not lines:
        sys.exit(f"onnx-backend-cases: onnx {onnx.__version__} has no cases")
    (folder / "cases.json").write_text(json.dumps({"onnx": onnx.__version__, "cases": lines}) + "\n")
    print(f"{folder}: {len(lines)} cases")


if __name__ == "__main__":
    main()
