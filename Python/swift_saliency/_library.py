"""The shared library, by its C interface; `saliency.h` in the sources of SaliencyPython says what each function does."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import numpy.typing as npt

from ._errors import SaliencyError, UnsupportedError, error_of

INTERFACE_VERSION = 1
RUNNING = -1
UNSUPPORTED = 69

PATH, FILE, FLOAT32, UINT8 = 0, 1, 2, 3
EXPLAINED, GIVEN, COMPARED, MASK = 0, 1, 2, 3


class Input(ctypes.Structure):
    """`saliency_input`."""

    _fields_ = [
        ("kind", c_int32),
        ("role", c_int32),
        ("name", c_char_p),
        ("port", c_char_p),
        ("data", c_void_p),
        ("byte_count", c_size_t),
        ("shape", POINTER(c_int64)),
        ("rank", c_int32),
    ]


class Array(ctypes.Structure):
    """`saliency_array`."""

    _fields_ = [
        ("data", c_void_p),
        ("shape", POINTER(c_int64)),
        ("rank", c_int32),
        ("name", c_char_p),
    ]


_HANDLE = POINTER(c_uint64)

#: The arguments of each function, before the place for an error.
_FUNCTIONS: Dict[str, List[Any]] = {
    "catalog": [c_char_p, _HANDLE],
    "colormap": [c_char_p, _HANDLE],
    "release": [c_uint64],
    "bytes": [c_uint64, POINTER(c_void_p), POINTER(c_size_t)],
    "numbers": [c_uint64, c_int32, POINTER(Array)],
    "open": [POINTER(Input), c_char_p, _HANDLE],
    "inspect": [c_uint64, c_char_p, _HANDLE],
    "ask": [c_uint64, c_char_p, _HANDLE],
    "explain": [c_uint64, c_char_p, POINTER(Input), c_int32, _HANDLE],
    "predict": [c_uint64, c_int32, POINTER(Input), c_int32, _HANDLE],
    "compute": [c_uint64, POINTER(Input), c_int32, _HANDLE],
    "evaluate": [c_uint64, c_char_p, POINTER(Input), c_int32, _HANDLE],
    "export": [c_uint64, c_char_p, c_char_p, POINTER(Input), c_int32, _HANDLE],
    "check": [c_uint64, _HANDLE],
    "wait": [c_uint64, c_int32, _HANDLE],
    "cancel": [c_uint64],
    "progress": [c_uint64, POINTER(c_int64), POINTER(c_int64)],
    "report": [c_uint64, _HANDLE],
    "notes": [c_uint64, _HANDLE],
    "heatmap": [c_uint64, c_int32, _HANDLE],
    "draw": [c_uint64, c_char_p, _HANDLE],
}


def library_path() -> str:
    """The path of the shared library: that of ``SWIFT_SALIENCY_LIBRARY``, or the one in the package."""
    given = os.environ.get("SWIFT_SALIENCY_LIBRARY")
    return given or str(Path(__file__).resolve().parent / "lib" / "libSaliencyPython.so")


def load(path: str) -> ctypes.CDLL:
    """The library at a path, with the types of its functions."""
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"the shared library of swift-saliency cannot be loaded: {error}; install the wheel, "
            "or say where it is by SWIFT_SALIENCY_LIBRARY"
        ) from error
    found = int(library.saliency_interface_version())
    if found != INTERFACE_VERSION:
        raise ImportError(f"{path} has version {found} of the C interface, and this package needs {INTERFACE_VERSION}")
    library.saliency_version.restype = c_char_p
    for name, arguments in _FUNCTIONS.items():
        function = getattr(library, "saliency_" + name)
        function.argtypes = [*arguments, _HANDLE]
        function.restype = c_int32
    return library


_library = load(library_path())
version: str = _library.saliency_version().decode()


def call(name: str, *arguments: Any) -> int:
    """Calls a function, and raises what it tells of a failure."""
    error = c_uint64()
    result: int = getattr(_library, "saliency_" + name)(*arguments, ctypes.byref(error))
    if result > 0:
        raise _error(result, error.value)
    return result


def _error(result: int, handle: int) -> SaliencyError:
    if not handle and result == UNSUPPORTED:
        return UnsupportedError(
            "this process was forked from one that had used the library already, whose threads it does not have; "
            "start it with the method 'spawn' or 'forkserver'",
            "unsupported",
        )
    if not handle:
        return SaliencyError("the library failed, and did not say why")
    return error_of(json.loads(Object(handle).bytes()))


class Object:
    """An object of the library, which is released with this one."""

    __slots__ = ("__weakref__", "handle")

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def bytes(self) -> bytes:
        """What a text or a file holds, copied."""
        start, count = c_void_p(), c_size_t()
        call("bytes", self.handle, ctypes.byref(start), ctypes.byref(count))
        return ctypes.string_at(start.value or 0, count.value)

    def json(self) -> Any:
        """What a text in JSON says."""
        return json.loads(self.bytes())

    def array(self, index: int = 0) -> Tuple[str, npt.NDArray[np.float32]]:
        """An array with its name, read-only and over the library's memory, which lives as long as the array."""
        found = Array()
        call("numbers", self.handle, index, ctypes.byref(found))
        shape = tuple(found.shape[axis] for axis in range(found.rank))
        return found.name.decode(), np.asarray(_View(self, found.data or 0, shape))

    def close(self) -> None:
        """Releases the object; what is closed stays so."""
        handle, self.handle = self.handle, 0
        if handle:
            _library.saliency_release(handle, None)

    def __del__(self) -> None:
        # At the end of the interpreter there may be nothing left to call.
        try:
            self.close()
        except Exception:
            pass


class _View:
    """What NumPy makes an array of without a copy; it keeps the object alive."""

    def __init__(self, owner: Object, address: int, shape: Tuple[int, ...]) -> None:
        self.owner = owner
        self.__array_interface__ = {"shape": shape, "typestr": "<f4", "data": (address, True), "version": 3}


def given(name: str, *arguments: Any) -> Object:
    """The object that a function gives."""
    handle = c_uint64()
    call(name, *arguments, ctypes.byref(handle))
    return Object(handle.value)


def finished(name: str, *arguments: Any, progress: Optional[bool] = None, title: str = "") -> Object:
    """The answer of the task that a function begins. An interrupt cancels it, and goes on when it has ended."""
    task = given(name, *arguments)
    bar = None
    try:
        answer = c_uint64()
        began = time.monotonic()
        while call("wait", task.handle, 50, ctypes.byref(answer)) == RUNNING:
            if progress is not False and time.monotonic() - began > 0.5:
                bar = _advance(bar, task.handle, progress, title)
        return Object(answer.value)
    finally:
        # A task that still runs is cancelled, and its end is waited for: it reads the caller's arrays.
        task.close()
        if bar is not None:
            bar.close()


def _advance(bar: Any, task: int, progress: Optional[bool], title: str) -> Any:
    """The bar of a task, where tqdm is installed and there is something to show."""
    done, total = c_int64(), c_int64()
    call("progress", task, ctypes.byref(done), ctypes.byref(total))
    if not total.value:
        return bar
    if bar is None:
        if not progress and not sys.stderr.isatty() and "ipykernel" not in sys.modules:
            return None
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return None
        bar = tqdm(total=total.value, desc=title, leave=False, unit="sample")
    bar.total = total.value
    bar.update(done.value - bar.n)
    return bar


def encoded(settings: Dict[str, Any]) -> bytes:
    """Settings as the library reads them, without those that are None."""
    return json.dumps({key: value for key, value in settings.items() if value is not None}).encode()
