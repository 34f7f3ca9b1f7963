"""What can be asked, in the words of the command, as the library's `Question` in JSON."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, Hashable, List, Mapping, Optional, Sequence, Tuple, Union

from ._errors import UsageError

if TYPE_CHECKING:
    from typing_extensions import TypedDict

    Labels = Union[str, os.PathLike[str], Sequence[Optional[str]], Mapping[int, str]]

    class Options(TypedDict, total=False):
        """What else is asked. `Documentation/Python.md` says what each option means."""

        labels: Optional[Labels]
        layer: Union[str, int, None]
        on: str
        wrt: Union[str, int, None]
        loss: Union[str, Sequence[str], None]
        gradient_modifier: Optional[str]
        input: Union[str, Sequence[str], None]
        given: Optional[Mapping[str, Any]]
        output_name: Optional[str]
        layout: Optional[Mapping[str, str]]
        softmax: Optional[bool]
        detector: Optional[str]
        score: Optional[float]
        iou: Optional[float]
        similar_to: Any
        similarity: str
        size: Union[int, Tuple[int, int], None]
        resize: Optional[str]
        fit: Optional[str]
        crop: Optional[str]
        shorter_side: Optional[int]
        mean: Union[float, Sequence[float], None]
        std: Union[float, Sequence[float], None]
        scale: Union[float, str, None]
        channels: Optional[str]


#: The names of all options, in the order in which they are documented.
NAMES = (
    "labels",
    "layer",
    "on",
    "wrt",
    "loss",
    "gradient_modifier",
    "input",
    "given",
    "output_name",
    "layout",
    "softmax",
    "detector",
    "score",
    "iou",
    "similar_to",
    "similarity",
    "size",
    "resize",
    "fit",
    "crop",
    "shorter_side",
    "mean",
    "std",
    "scale",
    "channels",
)

_FITS = {"crop": "center", "stretch": "none", "letterbox": "letterbox"}


def require_known(options: Mapping[str, Any]) -> None:
    """Raises where an option has another name than those that there are."""
    for name in options:
        if name not in NAMES:
            raise TypeError(f"there is no option {name!r}; there are {', '.join(NAMES)}")


def frozen(value: Any) -> Hashable:
    """What is the same of two values that ask the same."""
    if isinstance(value, Mapping):
        return tuple((key, frozen(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(frozen(item) for item in value)
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    if isinstance(value, (str, int, float, type(None))):
        return value
    return frozen(value.tolist()) if hasattr(value, "tolist") else repr(value)


def settings(method: str, target: Optional[str], options: Mapping[str, Any]) -> Dict[str, Any]:
    """The settings of `saliency_ask`."""
    name = options.get("input")
    question: Dict[str, Any] = {
        "target": target,
        "method": method,
        "layer": _text(options.get("layer")),
        "on": options.get("on"),
        "wrt": _text(options.get("wrt")),
        "losses": _texts(options.get("loss")),
        "modifier": options.get("gradient_modifier"),
        "input": name if name is None or isinstance(name, str) else list(name),
        "output": options.get("output_name"),
        "layout": None if options.get("layout") is None else dict(options["layout"]),
        "softmax": options.get("softmax"),
        "detection": _detection(options),
        "prepare": _preparation(options) or None,
    }
    made: Dict[str, Any] = {
        "question": {key: value for key, value in question.items() if value is not None},
        "similarity": options.get("similarity"),
    }
    labels = options.get("labels")
    if isinstance(labels, (str, os.PathLike)):
        made["labels_file"] = os.fspath(labels)
    elif isinstance(labels, Mapping):
        indices = [int(index) for index in labels]
        if not indices or min(indices) < 0 or max(indices) > 10_000_000:
            raise UsageError("labels by index need indices from 0 on", "invalidSetting")
        made["labels"] = [labels.get(index) for index in range(max(indices) + 1)]
    elif labels is not None:
        made["labels"] = [None if label is None else str(label) for label in labels]
    return made


def target_text(target: Any) -> Optional[str]:
    """A target as the command takes it: an index, a name, or several in a list."""
    if target is None or isinstance(target, str):
        return target
    if isinstance(target, bool):
        raise UsageError("a target is an index, a name or several, not a truth value", "unknownTarget")
    if isinstance(target, (list, tuple)):
        return ",".join(target_text(part) or "" for part in target)
    try:
        return str(target.__index__())
    except (AttributeError, TypeError):
        raise UsageError(
            f"a target is an index, a name or several, not a {type(target).__name__}", "unknownTarget"
        ) from None


def _text(value: Union[str, int, None]) -> Optional[str]:
    return None if value is None else str(value)


def _texts(value: Union[str, Sequence[str], None]) -> Optional[List[str]]:
    if value is None:
        return None
    return [value] if isinstance(value, str) else list(value)


def _detection(options: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    found = {name: options[name] for name in ("detector", "score", "iou") if options.get(name) is not None}
    return found or None


def _preparation(options: Mapping[str, Any]) -> Dict[str, Any]:
    made: Dict[str, Any] = {}
    size = options.get("size")
    if size is not None:
        made["size"] = [int(size)] * 2 if isinstance(size, int) else [int(side) for side in size]
        if len(made["size"]) != 2 or not all(1 <= side <= 65_535 for side in made["size"]):
            raise UsageError(
                f"{size!r} is no size; give one number, or height and width, from 1 to 65535", "invalidSetting"
            )
    crop = options.get("crop")
    fit = options.get("fit")
    if fit is not None:
        if fit not in _FITS:
            raise UsageError(f"{fit!r} is no way to fit; take {', '.join(_FITS)}", "invalidSetting")
        if crop not in (None, _FITS[fit]):
            raise UsageError("fit and crop say different things; give one of them", "invalidSetting")
        crop = _FITS[fit]
    scale = options.get("scale")
    if isinstance(scale, str):
        upper, _, lower = scale.partition("/")
        try:
            scale = float(upper) / float(lower or 1)
        except (ValueError, ZeroDivisionError):
            raise UsageError(
                f"{scale!r} is no scale; give a number or a fraction such as 1/255", "invalidSetting"
            ) from None
    made.update(
        resize=options.get("resize"),
        crop=crop,
        shorter_side=options.get("shorter_side"),
        channels=options.get("channels"),
        scale=scale,
        mean=_numbers(options.get("mean")),
        std=_numbers(options.get("std")),
    )
    if made["std"] is not None and 0 in made["std"]:
        raise UsageError("std must not be 0", "invalidSetting")
    return {key: value for key, value in made.items() if value is not None}


def _numbers(value: Any) -> Optional[List[float]]:
    if value is None:
        return None
    try:
        numbers = [float(value)] if not hasattr(value, "__len__") else [float(part) for part in value]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) not in (1, 3) or not all(abs(number) < 3e38 for number in numbers):
        raise UsageError(f"{value!r} is not one finite number, or one a channel", "invalidSetting")
    return numbers
