#!/usr/bin/env python3
"""Writes the model files in Tests/ONNXFormatTests/Fixtures, and what NumPy reads in them.

Needs onnx, numpy and ml_dtypes. The files are checked in; run this only to change them.

elements.onnx      an initializer for every supported element type in every form it can be stored in
elements.json      for each of them: shape, the elements as bits of float32, the elements as integers
nested.onnx        an If node with subgraphs, a Constant, a function, metadata, a symbolic input shape
external/          a model whose two weights lie in weights.bin
"""

import json
import pathlib

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests/ONNXFormatTests/Fixtures"

NAN = float("nan")
INF = float("inf")
FLOATS = [0.0, -0.0, 1.0, -2.5, 0.1, 65504.0, 6e-8, -3e-5, INF, -INF, NAN, 1 / 3]
TYPES = {
    "float32": (np.float32, FLOATS + [1e-40, 3.4e38]),
    "float64": (np.float64, FLOATS + [1e-300, 1e300, 16777217.0, 0.1]),
    "float16": (np.float16, FLOATS),
    "bfloat16": (ml_dtypes.bfloat16, FLOATS + [1e-40, 3e38]),
    "uint8": (np.uint8, [0, 1, 127, 128, 255]),
    "int8": (np.int8, [0, 1, -1, 127, -128]),
    "uint16": (np.uint16, [0, 1, 32768, 65535]),
    "int16": (np.int16, [0, 1, -1, 32767, -32768]),
    "uint32": (np.uint32, [0, 1, 2**24 + 1, 2**31, 2**32 - 1]),
    "int32": (np.int32, [0, 1, -1, 2**24 + 1, 2**31 - 1, -(2**31)]),
    "uint64": (np.uint64, [0, 1, 2**53 + 1, 2**63 - 1]),
    "int64": (np.int64, [0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63)]),
    "bool": (np.bool_, [False, True, True, False]),
}


def typed(name, array):
    data_type = helper.np_dtype_to_tensor_dtype(array.dtype)
    return helper.make_tensor(name, data_type, array.shape, array.flatten())


def save(model, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def write_elements():
    tensors, expected = [], {}
    for name, (dtype, values) in TYPES.items():
        row = np.array(values, dtype=dtype)
        arrays = {
            "": np.stack([row, row[::-1]]),
            "-scalar": row[-1:].reshape(()),
            "-empty": np.zeros((3, 0, 2), dtype=dtype),
        }
        for suffix, array in arrays.items():
            for form, tensor in (
                (f"{name}{suffix}/raw", numpy_helper.from_array(array)),
                (f"{name}{suffix}/typed", typed("", array)),
            ):
                tensor.name = form
                tensors.append(tensor)
                read = numpy_helper.to_array(tensor)
                with np.errstate(over="ignore"):
                    floats = read.astype(np.float32).flatten().view(np.uint32).tolist()
                is_float = name in ("float16", "float32", "float64", "bfloat16")
                expected[form] = {
                    "elementType": name,
                    "shape": list(read.shape),
                    "floatBits": floats,
                    "integers": None if is_float else [int(value) for value in read.flatten()],
                }
    graph = helper.make_graph([], "elements", [], [], tensors)
    save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9),
        FIXTURES / "elements.onnx",
    )
    (FIXTURES / "elements.json").write_text(json.dumps(expected, indent=1) + "\n")


def write_nested():
    def branch(name, value):
        tensor = numpy_helper.from_array(np.full((2, 3), value, np.float32), name + "_value")
        node = helper.make_node("Constant", [], [name], name=name + "_constant", value=tensor)
        return helper.make_graph(
            [node], name, [], [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3])]
        )

    nodes = [
        helper.make_node(
            "Own", ["x"], ["y"], name="own", domain="test", alpha=0.5, axes=[1, -2], mode="linear"
        ),
        helper.make_node(
            "If", ["condition"], ["z"], name="if", then_branch=branch("a", 1.5), else_branch=branch("b", 2)
        ),
    ]
    function = helper.make_function(
        "test",
        "Own",
        ["x"],
        ["y"],
        [helper.make_node("Relu", ["x"], ["y"], name="relu")],
        [helper.make_opsetid("", 17)],
        ["alpha"],
    )
    graph = helper.make_graph(
        nodes,
        "nested",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, None]),
            helper.make_tensor_value_info("condition", TensorProto.BOOL, []),
            helper.make_tensor_sequence_value_info("list", TensorProto.FLOAT, None),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        doc_string="not read",
    )
    model = helper.make_model(
        graph,
        functions=[function],
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("test", 1)],
        ir_version=9,
        producer_name="fixtures",
    )
    helper.set_model_props(model, {"labels": "cat,dog"})
    save(model, FIXTURES / "nested.onnx")


def write_external():
    first = numpy_helper.from_array(np.arange(6, dtype=np.float32).reshape(2, 3), "first")
    second = numpy_helper.from_array(np.array([7, -8], np.int64), "second")
    graph = helper.make_graph([], "external", [], [], [first, second])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    folder = FIXTURES / "external"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights.bin").unlink(missing_ok=True)
    onnx.save_model(
        model, folder / "model.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0
    )
    (folder / "weights.bin").chmod(0o644)


if __name__ == "__main__":
    write_elements()
    write_nested()
    write_external()
