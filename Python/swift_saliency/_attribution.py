"""How much each element of an input matters."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Mapping, Optional, Tuple

import numpy as np
import numpy.typing as npt

from . import _library
from ._errors import UsageError
from ._results import Check, Prediction, check_of, unit_of


class Attribution:
    """How much each element of an input matters, and how that was found out. It never changes.

    It can be drawn (:meth:`show`, :meth:`save`, :meth:`draw`) and checked (:meth:`check`), for which it keeps the
    input and the compiled question.
    """

    __slots__ = ("__weakref__", "_arrays", "_object", "_report")

    _arrays: Dict[str, npt.NDArray[np.float32]]
    _object: _library.Object
    _report: Optional[bytes]

    def __init__(self, answer: _library.Object, count: int = 1) -> None:
        arrays = dict(answer.array(index) for index in range(count))
        for name, value in (("_object", answer), ("_arrays", arrays), ("_report", None)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("an attribution cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("an attribution cannot be changed")

    @property
    def values(self) -> npt.NDArray[np.float32]:
        """The signed numbers, unscaled, in the input's shape, or that of the layer that they are for.

        Read-only, and over the library's memory. Of several inputs that were explained together they are the
        first one's; :attr:`arrays` has all.
        """
        return next(iter(self._arrays.values()))

    @property
    def arrays(self) -> Mapping[str, npt.NDArray[np.float32]]:
        """The numbers by the name of the network's input; more than one where several were explained together."""
        return dict(self._arrays)

    @property
    def report(self) -> Dict[str, Any]:
        """What was asked and what was done, as ``saliency explain --json`` prints it."""
        if self._report is None:
            object.__setattr__(self, "_report", _library.given("report", self._object.handle).bytes())
        # A new one each time, which may be changed.
        found: Dict[str, Any] = json.loads(self._report or b"")
        return found

    @property
    def units(self) -> List[Prediction]:
        """The units that were explained, of all items of the batch; none where losses were."""
        report = self._first
        return [unit_of(unit, item) for item, units in enumerate(report["targets"]) for unit in units]

    @property
    def _first(self) -> Dict[str, Any]:
        """The report of the first input."""
        report = self.report
        first: Dict[str, Any] = report["explanations"][0] if "explanations" in report else report
        return first

    def heatmap(self, item: int = 0) -> npt.NDArray[np.float32]:
        """The map of an item of the batch, reduced over channels: height×width, signed and not scaled."""
        return _library.given("heatmap", self._object.handle, _index(item)).array()[1]

    def check(self) -> List[Check]:
        """What running the network again says of what the method promises, for each item of the batch."""
        found = _library.finished("check", self._object.handle).json()
        return [check_of(check) for check in found]

    def draw(
        self,
        format: str = "png",
        *,
        item: int = 0,
        style: str = "figure",
        colormap: Optional[str] = None,
        alpha: float = 0.9,
        image_style: str = "gray",
        percentile: float = 99,
        size_of: str = "network",
        keep_channels: bool = False,
    ) -> bytes:
        """An image of it, as the bytes of a file.

        Args:
            format: png, jpg, webp, svg or pdf.
            item: which item of the batch is drawn.
            style: figure, overlay or heatmap.
            colormap: the name of the colors; those that suit the values where None.
            alpha: the opacity of the map over the image, from 0 to 1.
            image_style: whether the image under the map is gray or in color.
            percentile: the percentile of the values that becomes the brightest color.
            size_of: whether it has the size of the network's input, or the original image's.
            keep_channels: whether there is a map for each channel.
        """
        if image_style not in ("gray", "color"):
            raise UsageError(f"an image is gray or in color, not {image_style!r}", "invalidSetting")
        if size_of not in ("network", "original"):
            raise UsageError(f"the size is that of the network or original, not {size_of!r}", "invalidSetting")
        drawing = {
            "style": style,
            "colormap": colormap,
            "alpha": float(alpha),
            "photograph": image_style,
            "percentile": float(percentile),
            "keepChannels": bool(keep_channels),
            "sizeOf": size_of,
        }
        drawing = {key: value for key, value in drawing.items() if value is not None}
        settings = _library.encoded({"format": format, "item": _index(item), "drawing": drawing})
        return _library.given("draw", self._object.handle, settings).bytes()

    def save(self, path: "os.PathLike[str] | str", **drawing: Any) -> None:
        """Writes it to a file, whose ending says how: numbers (.npy), a report (.json), or an image as :meth:`draw`."""
        ending = os.path.splitext(os.fspath(path))[1].lstrip(".").lower()
        if ending == "npy":
            with open(path, "wb") as file:
                np.save(file, self.values)
            return
        if ending == "json":
            contents = _library.given("report", self._object.handle).bytes() + b"\n"
        else:
            contents = self.draw(ending, **drawing)
        with open(path, "wb") as file:
            file.write(contents)

    def show(self, *, item: int = 0, alpha: float = 0.9, percentile: float = 99) -> None:
        """Shows it in a notebook, with sliders for opacity and percentile; elsewhere, as an image.

        The page holds all that it needs: no server runs behind it.
        """
        from ._notebook import show

        show(self, item=item, alpha=alpha, percentile=percentile)

    def to_dict(self) -> Dict[str, Any]:
        """The report, and the numbers under ``"values"``."""
        return {**self.report, "values": self.values}

    def __repr__(self) -> str:
        first = self._first
        units = self.units
        what = first["layer"] if not units else " + ".join(unit.name or f"unit {unit.index}" for unit in units[:3])
        score = f", score {units[0].score:.4g}" if len(units) == 1 else ""
        shape = "×".join(map(str, self.values.shape))
        return f"<Attribution {shape} of {what} by {first['method']}{score}>"

    def _repr_png_(self) -> bytes:
        return self.draw()

    def __reduce__(self) -> Tuple[Any, ...]:
        raise TypeError("an attribution keeps its compiled question and cannot be pickled; take to_dict()")


def _index(item: Any) -> int:
    """A position in the batch."""
    if isinstance(item, bool) or not hasattr(item, "__index__") or not 0 <= item.__index__() < 1 << 31:
        raise UsageError(f"{item!r} is no position in a batch, which is counted from 0", "invalidSetting")
    return int(item.__index__())
