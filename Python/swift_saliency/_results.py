"""What the library answers."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Mapping, Optional, Tuple


@dataclasses.dataclass(frozen=True)
class Box:
    """A detector's box, in pixels of the image, or of the network's input where a tensor was given."""

    x1: float
    y1: float
    x2: float
    y2: float

    def to_dict(self) -> Dict[str, Any]:
        """The same as a dictionary."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Prediction:
    """A unit of the output with its numbers; of a detector one of its boxes.

    Attributes:
        index: the unit's index; of a box that of its class.
        name: what it is called, or None.
        score: the number before the final softmax or sigmoid; of a box its score.
        probability: the number after it, or None.
        item: the position in the batch.
        place: where the unit counts, in words, or None; of a box the target that asks about it, such as "box:0".
        box: the corners of a box, or None.
    """

    index: int
    name: Optional[str]
    score: float
    probability: Optional[float] = None
    item: int = 0
    place: Optional[str] = None
    box: Optional[Box] = None

    def to_dict(self) -> Dict[str, Any]:
        """The same as a dictionary."""
        return dataclasses.asdict(self)


def unit_of(report: Mapping[str, Any], item: int) -> Prediction:
    """A unit of a report."""
    box = report.get("box")
    probability = report.get("probability")
    return Prediction(
        report["index"],
        report.get("name"),
        float(report["score"]),
        None if probability is None else float(probability),
        item,
        report.get("place"),
        _box(box) if box else None,
    )


def detection_of(report: Mapping[str, Any], item: int) -> Prediction:
    """A box of a report."""
    return Prediction(
        report["class"],
        report.get("name"),
        float(report["score"]),
        float(report["score"]),
        item,
        f"box:{report['number']}",
        _box(report),
    )


def _box(report: Mapping[str, Any]) -> Box:
    return Box(*(float(report[name]) for name in ("x1", "y1", "x2", "y2")))


@dataclasses.dataclass(frozen=True)
class Layer:
    """A layer of a model.

    Attributes:
        index: the number under which it can be asked for, or None.
        name: its name.
        operator: what it computes.
        shape: the extents of its result, or None where it cannot be computed.
        layout: a letter for each axis, such as "NCHW", or None.
        map: how it lies over the input, such as "7×7", where methods of the CAM family can take it, or None.
        obstacle: why it cannot be computed, or None.
    """

    index: Optional[int]
    name: str
    operator: str
    shape: Optional[Tuple[int, ...]]
    layout: Optional[str] = None
    map: Optional[str] = None
    obstacle: Optional[str] = None

    def to_dict(self) -> Dict[str, Any]:
        """The same as a dictionary."""
        return dataclasses.asdict(self)


def layer_of(report: Mapping[str, Any]) -> Layer:
    """A layer of a report."""
    shape = report.get("shape")
    return Layer(
        report.get("index"),
        report["name"],
        report["operator"],
        None if shape is None else tuple(shape),
        report.get("layout"),
        report.get("map"),
        report.get("obstacle"),
    )


@dataclasses.dataclass(frozen=True)
class Check:
    """What running the network again says of what a method promises.

    Attributes:
        kind: completeness, conservation, slope or none.
        claimed: what the attributions say.
        measured: what the network does.
        error: the difference as a share of the larger one.
        verdict: holds, roughly, fails or unchecked.
        text: one line about it.
    """

    kind: str
    claimed: float
    measured: float
    error: float
    verdict: str
    text: str

    def to_dict(self) -> Dict[str, Any]:
        """The same as a dictionary."""
        return dataclasses.asdict(self)


def check_of(report: Mapping[str, Any]) -> Check:
    """A check by its report."""
    return Check(
        report["kind"],
        float(report["claimed"]),
        float(report["measured"]),
        float(report["error"]),
        report["verdict"],
        report["text"],
    )


@dataclasses.dataclass(frozen=True)
class Option:
    """An option of a method or a metric: its name, the value where none is given, and what it is."""

    name: str
    standard: str
    summary: str


@dataclasses.dataclass(frozen=True)
class CatalogEntry:
    """A method or a metric that is chosen by name."""

    name: str
    aliases: Tuple[str, ...]
    summary: str
    options: Tuple[Option, ...]

    def to_dict(self) -> Dict[str, Any]:
        """The same as a dictionary."""
        return dataclasses.asdict(self)


def entries_of(reports: List[Mapping[str, Any]]) -> List[CatalogEntry]:
    """The entries of a list."""
    return [
        CatalogEntry(
            entry["name"],
            tuple(entry["aliases"]),
            entry["summary"],
            tuple(Option(option["name"], option["standard"], option["summary"]) for option in entry["options"]),
        )
        for entry in reports
    ]


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """How good explanations are, by several methods on the same inputs.

    Attributes:
        means: the means over the inputs, by method and metric.
        better: which numbers of a metric are better: higher, lower or none.
        report: all of it, as ``saliency evaluate --json`` prints it.
    """

    means: Mapping[str, Mapping[str, float]]
    better: Mapping[str, str]
    report: Mapping[str, Any] = dataclasses.field(repr=False)

    def to_dict(self) -> Dict[str, Any]:
        """The report."""
        return dict(self.report)

    def __str__(self) -> str:
        metrics = list(self.better)
        arrows = {"higher": " ↑", "lower": " ↓"}
        rows = [["", *(name + arrows.get(self.better[name], "") for name in metrics)]]
        for method, values in self.means.items():
            rows.append([method, *(f"{values[name]:.4g}" if name in values else "–" for name in metrics)])
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def evaluation_of(report: Mapping[str, Any]) -> Evaluation:
    """An evaluation by its report."""
    means = {
        row["method"]: {name: float(value["value"]) for name, value in row["values"].items()} for row in report["means"]
    }
    return Evaluation(means, {metric["name"]: metric["better"] for metric in report["metrics"]}, report)


@dataclasses.dataclass(frozen=True)
class Export:
    """A model that was written with its explanation.

    Attributes:
        path: the file.
        inputs: what the model takes, by name.
        outputs: what it gives, by name.
        open_batch: whether it takes any batch.
        nodes: how many nodes it has.
        error: how far its attribution is from the network's, relative in L2; None where no input was compared.
    """

    path: str
    inputs: Tuple[str, ...]
    outputs: Tuple[str, ...]
    open_batch: bool
    nodes: int
    error: Optional[float] = None

    def to_dict(self) -> Dict[str, Any]:
        """The same as a dictionary."""
        return dataclasses.asdict(self)


def export_of(report: Mapping[str, Any]) -> Export:
    """An export by its report."""
    return Export(
        report["output"],
        tuple(report["inputs"]),
        tuple(report["outputs"]),
        report["open_batch"],
        report["nodes"],
        None if report.get("error") is None else float(report["error"]),
    )
