"""Shows which parts of an input a trained neural network looks at.

Example::

    import swift_saliency as saliency

    model = saliency.Model("resnet50.onnx")
    result = model.explain("photo.jpg", target="tabby", method="integrated-gradients", labels="labels.txt")
    result.values, result.report, result.heatmap(), result.check()
    result.save("map.png")
"""

from __future__ import annotations

from ._attribution import Attribution
from ._errors import (
    CancelledError,
    DataError,
    MemoryLimitError,
    SaliencyError,
    SaliencyWarning,
    UnsupportedError,
    UsageError,
)
from ._library import version as __version__
from ._model import Explainer, Model, evaluate, methods, metrics
from ._results import Box, CatalogEntry, Check, Evaluation, Export, Layer, Option, Prediction

__all__ = [
    "Attribution",
    "Box",
    "CancelledError",
    "CatalogEntry",
    "Check",
    "DataError",
    "Evaluation",
    "Explainer",
    "Export",
    "Layer",
    "MemoryLimitError",
    "Model",
    "Option",
    "Prediction",
    "SaliencyError",
    "SaliencyWarning",
    "UnsupportedError",
    "UsageError",
    "__version__",
    "evaluate",
    "methods",
    "metrics",
]
