"""What goes wrong, as exceptions."""

from __future__ import annotations

from typing import Dict, Type


class SaliencyError(Exception):
    """Any failure of the library: one sentence that says what is wrong and what would be right.

    Attributes:
        code: what it is, more closely, such as ``"unknownTarget"``.
        category: the kind: usage, badData, missing, unsupported, outOfMemory, unwritable or cancelled.
    """

    code: str
    category: str

    def __init__(self, message: str, code: str = "", category: str = "") -> None:
        super().__init__(message)
        self.code = code or self._category
        self.category = category or self._category

    _category = "badData"


class UsageError(SaliencyError, ValueError):
    """A question or a setting that makes no sense, or does not fit the model."""

    _category = "usage"


class DataError(SaliencyError, ValueError):
    """A file or an input whose contents are damaged, missing or do not fit."""


class UnsupportedError(SaliencyError, NotImplementedError):
    """A model, or a part of one, that is right and that the library cannot handle."""

    _category = "unsupported"


class MemoryLimitError(SaliencyError, MemoryError):
    """More memory is needed than there is, or than is allowed."""

    _category = "outOfMemory"


class CancelledError(SaliencyError):
    """Work that was given up."""

    _category = "cancelled"


class SaliencyWarning(UserWarning):
    """What a user should know of a result, such as that the preparation of images was guessed."""


_KINDS: Dict[str, Type[SaliencyError]] = {
    "usage": UsageError,
    "badData": DataError,
    "missing": DataError,
    "unsupported": UnsupportedError,
    "outOfMemory": MemoryLimitError,
    "cancelled": CancelledError,
}


def error_of(report: Dict[str, str]) -> SaliencyError:
    """The exception that an error's report is told by."""
    category = report.get("category", "badData")
    kind = _KINDS.get(category, SaliencyError)
    return kind(report.get("error", "the library failed"), report.get("code", ""), category)
