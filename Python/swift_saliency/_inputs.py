"""What people give, as the library reads it."""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from typing import Any, List, Optional, Sequence

import numpy as np
import numpy.typing as npt

from . import _library
from ._errors import DataError, SaliencyWarning, UsageError

#: Integers beyond this are not exact in single precision.
_EXACT = 1 << 24


class Inputs:
    """Some inputs, which have to live as long as the library reads them."""

    def __init__(self) -> None:
        self._inputs: List[_library.Input] = []
        self._kept: List[Any] = []

    def add(
        self, value: Any, role: int = _library.EXPLAINED, *, port: Optional[str] = None, name: Optional[str] = None
    ) -> None:
        """Adds an input: a path, the bytes of a file, a PIL image, or an array of NumPy, torch or TensorFlow."""
        made = _library.Input(role=role)
        made.name = self._text(name)
        made.port = self._text(port)
        if isinstance(value, (str, os.PathLike)):
            path = os.fsencode(value)
            self._point(made, _library.PATH, np.frombuffer(path, np.uint8), len(path))
        elif isinstance(value, (bytes, bytearray, memoryview)):
            data = np.frombuffer(value, np.uint8)
            self._point(made, _library.FILE, data, data.nbytes)
        else:
            array = array_of(value)
            kind = _library.UINT8 if array.dtype == np.uint8 else _library.FLOAT32
            shape = (ctypes.c_int64 * max(array.ndim, 1))(*array.shape)
            self._point(made, kind, array, array.nbytes)
            made.shape, made.rank = shape, array.ndim
            self._kept.append(shape)
        self._inputs.append(made)

    def _text(self, text: Optional[str]) -> Optional[bytes]:
        if text is None:
            return None
        if "\0" in text:
            raise UsageError(f"the name {text!r} has a zero character")
        encoded = text.encode()
        self._kept.append(encoded)
        return encoded

    def _point(self, made: _library.Input, kind: int, array: npt.NDArray[Any], count: int) -> None:
        made.kind, made.data, made.byte_count = kind, array.ctypes.data, count
        self._kept.append(array)

    def arguments(self) -> Sequence[Any]:
        """The pointer and the number, as functions take them."""
        return (_library.Input * max(len(self._inputs), 1))(*self._inputs), len(self._inputs)


def array_of(value: Any) -> npt.NDArray[Any]:
    """A C-contiguous array of float32 or uint8; the value itself where it is one.

    A PIL image becomes height×width×3, turned as its EXIF data say, as the library reads files.
    """
    if "PIL" in sys.modules and isinstance(value, sys.modules["PIL.Image"].Image):
        from PIL import ImageOps

        return np.ascontiguousarray(ImageOps.exif_transpose(value).convert("RGB"), dtype=np.uint8)
    value = _on_cpu(value)
    try:
        array = np.asarray(value)
    except Exception as error:
        raise DataError(f"a {type(value).__name__} is no input: {error}", "invalidInput") from error
    if array.size == 0:
        raise DataError(
            f"the array has the shape {array.shape} and is empty; every extent has to be at least 1", "invalidInput"
        )
    if array.dtype == np.uint8 or array.dtype == np.bool_:
        return np.require(array, np.uint8, "C")
    if array.dtype.kind in "iu":
        if int(array.max()) > _EXACT or int(array.min()) < -_EXACT:
            raise DataError(
                "the array has integers beyond 2^24, which are not exact in single precision", "invalidInput"
            )
    elif array.dtype.kind != "f":
        raise DataError(
            f"an array of {array.dtype} is no input; give an array of float32 or uint8, an image or a path",
            "invalidInput",
        )
    # Of the processor's byte order and without gaps; a copy only where it is not so.
    with np.errstate(over="ignore"):
        return np.require(array, np.float32, "C")


def _on_cpu(value: Any) -> Any:
    """What NumPy can read of a tensor of torch or TensorFlow."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        if value.device.type != "cpu":
            warnings.warn(f"the tensor is on {value.device}, and is copied to the CPU", SaliencyWarning, stacklevel=2)
        value = value.detach().cpu()
        if value.dtype in (torch.bfloat16, torch.float16):
            value = value.float()
        return value.resolve_neg().numpy() if not value.is_complex() else value.numpy()
    if type(value).__module__.startswith("tensorflow") and hasattr(value, "numpy"):
        return value.numpy()
    return value
