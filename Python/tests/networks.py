"""Small networks for tests, as the bytes of ONNX files."""

from __future__ import annotations

from typing import List, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def _file(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    weights: Sequence[onnx.TensorProto] = (),
) -> bytes:
    graph = helper.make_graph(list(nodes), "network", list(inputs), list(outputs), list(weights))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    made: bytes = model.SerializeToString()
    return made


def _value(name: str, shape: Sequence["int | str"]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def product() -> bytes:
    """y = (a₁ + a₂)·b of two inputs, a of 1×2 and b of 1×1."""
    return _file(
        [
            helper.make_node("ReduceSum", ["a", "axes"], ["sum"], keepdims=1),
            helper.make_node("Mul", ["sum", "b"], ["y"]),
        ],
        [_value("a", [1, 2]), _value("b", [1, 1])],
        [_value("y", [1, 1])],
        [numpy_helper.from_array(np.array([1], np.int64), "axes")],
    )


def linear(weights: Sequence[Sequence[float]]) -> bytes:
    """y = W·x of an input with an open batch."""
    matrix = np.array(weights, np.float32)
    return _file(
        [helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)],
        [_value("x", ["batch", matrix.shape[1]])],
        [_value("y", ["batch", matrix.shape[0]])],
        [numpy_helper.from_array(matrix, "w")],
    )


def unsupported() -> bytes:
    """A network with an operator that there is not."""
    return _file([helper.make_node("NoSuchOperator", ["x"], ["y"])], [_value("x", [1, 2])], [_value("y", [1, 2])])


def convolutions(count: int = 6, size: int = 128, channels: int = 32) -> bytes:
    """Convolutions one after the other, for work that takes a while; 1×3×size×size."""
    random = np.random.default_rng(0)
    nodes: List[onnx.NodeProto] = []
    weights = []
    last, width = "x", 3
    for index in range(count):
        kernel = random.standard_normal((channels, width, 3, 3), np.float32) / np.float32(3 * width**0.5)
        weights.append(numpy_helper.from_array(kernel, f"w{index}"))
        nodes.append(helper.make_node("Conv", [last, f"w{index}"], [f"c{index}"], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"c{index}"], [f"r{index}"]))
        last, width = f"r{index}", channels
    nodes.append(helper.make_node("GlobalAveragePool", [last], ["pooled"]))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["y"]))
    return _file(nodes, [_value("x", [1, 3, size, size])], [_value("y", [1, channels])], weights)
