"""The C interface by itself: no call that keeps the header's rules ends the interpreter."""

from __future__ import annotations

import ctypes
import json
import random
import subprocess
import sys
from ctypes import byref, c_char_p, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from typing import Any, List, Set, Tuple

import networks
import numpy as np
from conftest import BIRD, BIRD_IMAGE

from swift_saliency import _library
from swift_saliency._inputs import Inputs
from swift_saliency._library import _FUNCTIONS, Array, Input

#: Every result that the header names.
RESULTS = {-1, 0, 64, 65, 66, 69, 71, 73, 130}

TEXTS = [
    None, b"", b"{}", b"[]", b"null", b"methods", b"metrics", b"inferno", b"0", b"top", b"top:3", b"box:0", b"dynamic", b"-1",
    b"\xff\xfe", b"{", b"x" * 5000, "ü€".encode(), b"99999999999999999999", b"0,1", b"top:0", b"0:1,1:-1", b"0@3x4",
    b'{"threads": 3, "memory_limit": 1000000000}', b'{"threads": -5}', b'{"threads": 1e300}', b'{"memory_limit": 1}',
    b'{"question": {"method": "guided"}}', b'{"question": {"method": "rise:masks=2", "target": "1"}}',
    b'{"question": {"input": "all"}}', b'{"question": {"loss": [1]}}', b'{"question": {"losses": ["output:0:1"]}}',
    b'{"question": {"layout": {"x": "NCHW"}}}', b'{"question": {"prepare": {"size": [-1, 9999999999]}}}',
    b'{"question": {"detection": {"score": "x"}}}', b'{"labels": ["a", null, "c"]}', b'{"labels": 3}',
    b'{"labels_file": "/no/such/file"}', b'{"methods": ["gradient"], "metrics": ["sparseness"]}', b'{"methods": []}',
    b'{"methods": ["gradient"], "metrics": ["pointing-game"]}', b'{"seed": -1}', b'{"shape": [0]}', b'{"shape": [1, -1, 3]}',
    b'{"shape": [9223372036854775807, 9223372036854775807]}', b'{"shape": [1, 3, 96, 96]}', b'{"format": "png", "item": 0}',
    b'{"format": "svg", "item": -7}', b'{"format": "exe"}', b'{"item": 9223372036854775807}', b'{"path": ""}',
    b'{"path": "/no/such/folder/model.onnx"}', b'{"path": "/dev/full", "heatmap": true}',
    b'{"drawing": {"style": "x"}}', b'{"drawing": {"alpha": -3, "percentile": 1e9, "colormap": "viridis"}}',
    b'{"drawing": {"keepChannels": true, "sizeOf": "original"}}', b'{"question": ' + b"[" * 2000,
]  # fmt: skip


#: What gives an object that a function takes.
FITTING = {
    "bytes": ["catalog", "inspect", "report", "draw", "notes"],
    "numbers": ["colormap", "heatmap", "wait"],
    "inspect": ["open"],
    "ask": ["open"],
    **{key: ["ask"] for key in ["explain", "predict", "compute", "evaluate", "export"]},
    **{key: ["explain", "predict", "compute", "evaluate", "export", "check"] for key in ["wait", "cancel", "progress"]},
    **{key: ["wait"] for key in ["check", "report", "notes", "heatmap", "draw"]},
}


class Nonsense:
    """Calls of nonsense that keep the rules: pointers are null or point to what their types say."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.handles: List[Tuple[str, int]] = []
        self.results: Set[int] = set()
        # Whatever a task may read lives until the end.
        self.kept: List[Any] = []
        self.data = np.random.default_rng(seed).standard_normal(3 * 96 * 96, np.float32)
        self.files = [str(BIRD).encode(), str(BIRD_IMAGE).encode(), b"/no/such/file", b"/tmp", b"", b"a\0b", b"\xff"]
        self.contents = [
            networks.product(),
            networks.linear([[1, 2], [3, 4]]),
            BIRD_IMAGE.read_bytes(),
            b"nonsense",
            b"",
        ]
        self.sound = 0

    def begin(self) -> None:
        """Something to be mistaken about."""
        tensors = [np.ones((1, 2), np.float32), np.ones((1, 2), np.float32), np.ones((1, 3, 96, 96), np.float32)]
        settings = [b'{"question": {"input": "a"}}', None, b'{"question": {"method": "guided"}}']
        for source, tensor, setting in zip((self.contents[0], self.contents[1], BIRD.read_bytes()), tensors, settings):
            file, given = Inputs(), Inputs()
            file.add(source)
            given.add(tensor)
            if tensor.shape == (1, 2) and setting:
                given.add(np.ones((1, 1), np.float32), _library.GIVEN, port="b")
            model = _library.given("open", file.arguments()[0], None)
            asked = _library.given("ask", model.handle, setting)
            explained = _library.finished("explain", asked.handle, None, *given.arguments())
            for name, made in (("open", model), ("ask", asked), ("wait", explained)):
                self.handles.append((name, made.handle))
                # It is the calls' to release.
                made.handle = 0

    def handle(self, name: str) -> int:
        choice = self.random.random()
        fitting = [handle for kind, handle in self.handles if kind in FITTING.get(name, [kind])]
        if name == "release":
            # Not what others were made of.
            fitting = [handle for _, handle in self.handles[9:]]
        if choice < 0.8 and fitting:
            return self.random.choice(fitting[-20:])
        if choice < 0.9 and self.handles:
            return self.random.choice(self.handles)[1]
        return self.random.choice([0, 1, 1 << 63, (1 << 64) - 1, self.random.randrange(500)])

    def number(self) -> int:
        return self.random.choice([0, 0, 1, 1, 2, 3, 5, 100, -1, -(1 << 31), (1 << 31) - 1])

    def text(self) -> Any:
        return self.random.choice(TEXTS) if self.random.random() < 0.6 else None

    def input(self) -> Input:
        made = Input()
        made.kind = (
            self.random.choice([0, 1, 2, 2, 2, 3, 3]) if self.random.random() < 0.95 else self.random.choice([4, -1])
        )
        made.role = 0 if self.random.random() < 0.8 else self.random.choice([1, 2, 3, 4, -1, 1 << 30])
        made.name = self.random.choice([None, None, b"name", b"", b"\xff", b"a\nb"])
        made.port = self.random.choice([None, None, None, b"a", b"b", b"picture", b"x", b"\xff"])
        if made.kind in (0, 1):
            data = self.random.choice(self.files if made.kind == 0 else self.contents)
            buffer = ctypes.create_string_buffer(data, len(data) + 1)
            self.kept.append(buffer)
            made.data, made.byte_count = ctypes.addressof(buffer), len(data)
        else:
            extents = self.random.choice(
                [[1, 3, 96, 96], [1, 3, 96, 96], [3, 96, 96], [96, 96, 3], [96, 96], [4, 5, 4], [1, 2], [1, 1], [], [0], [-1, -1],
                 [1 << 62, 1 << 62], [1 << 40], [2] * 64, [2] * 65]
            )  # fmt: skip
            shape = (c_int64 * max(len(extents), 1))(*extents)
            self.kept.append(shape)
            made.shape, made.rank = shape, len(extents)
            size = 4 if made.kind == 2 else 1
            count = int(np.prod([max(extent, 0) for extent in extents], dtype=object)) * size
            # Never more than there is, whatever the shape says.
            made.byte_count = (count if self.random.random() < 0.9 else 3) if count <= self.data.nbytes else 12
            made.data = self.data.ctypes.data
        if self.random.random() < 0.05:
            made.data = None
        if self.random.random() < 0.05:
            made.shape = None
        if self.random.random() < 0.05:
            made.rank = self.random.choice([-1, -(1 << 31)])
        return made

    def call(self) -> None:
        name = self.random.choice(list(_FUNCTIONS))
        arguments: List[Any] = []
        answer = c_uint64(77)
        inputs = 0
        for kind in _FUNCTIONS[name]:
            if kind is c_uint64:
                arguments.append(self.handle(name))
            elif kind is c_char_p:
                arguments.append(self.text())
            elif kind is c_int32:
                within = inputs if inputs else self.number()
                arguments.append(self.random.choice([within, within, within, 0, -1]) if inputs else within)
                # A wait that is too long waits for a task that ends soon.
                if name == "wait":
                    arguments[-1] = self.random.choice([0, 1, 200, -5])
            elif kind is ctypes.POINTER(Input):
                inputs = self.random.choice([1, 1, 1, 2, 3])
                array = (Input * inputs)(*(self.input() for _ in range(inputs)))
                self.kept.append(array)
                arguments.append(array if self.random.random() < 0.95 else None)
            elif kind is ctypes.POINTER(c_uint64):
                arguments.append(byref(answer) if self.random.random() < 0.97 else None)
            else:
                place = {
                    ctypes.POINTER(c_void_p): c_void_p, ctypes.POINTER(c_size_t): c_size_t,
                    ctypes.POINTER(c_int64): c_int64, ctypes.POINTER(Array): Array,
                }[kind]()  # fmt: skip
                self.kept.append(place)
                arguments.append(byref(place) if self.random.random() < 0.95 else None)
        error = c_uint64(77)
        wanted = self.random.random() < 0.9
        result = getattr(_library._library, "saliency_" + name)(*arguments, byref(error) if wanted else None)
        self.results.add(result)
        assert result in RESULTS, (name, result)
        if wanted and result > 0:
            report = _library.Object(error.value).json()
            assert set(report) == {"category", "code", "error"}, report
            assert report["error"], report
            assert len(report["error"].splitlines()) == 1, report
        elif wanted:
            assert error.value == 0, name
        if result == 0:
            self.sound += 1
            if answer.value not in (0, 77):
                self.handles.append((name, answer.value))
        elif any(argument is not None for argument in arguments[-1:]):
            assert answer.value in (0, 77), name


def main(seed: int) -> None:
    """Two thousand calls in a process of their own, as they release what others hold."""
    calls = Nonsense(seed)
    calls.begin()
    for _ in range(2_000):
        calls.call()
    assert calls.results >= {0, 64, 65}, calls.results
    assert calls.sound > 200, calls.sound
    for _, handle in calls.handles:
        _library._library.saliency_release(handle, None)
    for _, handle in calls.handles:
        assert _library._library.saliency_release(handle, None) == 64


def test_two_thousand_calls_of_nonsense_are_answered() -> None:
    result = subprocess.run([sys.executable, __file__, "1"], capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, (result.returncode, result.stdout, result.stderr)


def test_a_number_is_never_given_twice_and_released_once() -> None:
    seen = set()
    for _ in range(50):
        made = _library.given("catalog", b"methods")
        assert made.handle not in seen
        seen.add(made.handle)
        assert json.loads(made.bytes())["methods"]
        handle = made.handle
        made.close()
        error = c_uint64()
        assert _library._library.saliency_release(handle, byref(error)) == 64
        assert "released before" in _library.Object(error.value).json()["error"]


def test_the_header_names_each_function_that_the_package_calls() -> None:
    from conftest import REPOSITORY

    header = (REPOSITORY / "Sources" / "CSaliencyPython" / "saliency.h").read_text()
    for name in _FUNCTIONS:
        assert f"saliency_{name}(" in header
    assert f"SALIENCY_INTERFACE_VERSION {_library.INTERFACE_VERSION}\n" in header


if __name__ == "__main__":
    main(int(sys.argv[1]))
