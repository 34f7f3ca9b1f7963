"""Captum's classes on this engine: ``from swift_saliency.captum import IntegratedGradients`` in place of ``captum.attr``.

Constructors and `attribute` have the parameters of Captum 0.9. Modules are exported once for each shape of an item, again
where their weights have changed, and run in evaluation mode. What is not offered is refused by an `UnsupportedError`.
"""

from __future__ import annotations

from typing import Any

from .._errors import UnsupportedError
from ._base import Attribution
from ._gradients import (
    Deconvolution,
    DeepLift,
    GradientShap,
    GuidedBackprop,
    InputXGradient,
    IntegratedGradients,
    NeuronGradient,
    NoiseTunnel,
    Saliency,
)
from ._layers import LayerActivation, LayerConductance, LayerGradCam
from ._perturbations import FeatureAblation, Occlusion, ShapleyValueSampling

__all__ = [
    "Attribution",
    "Deconvolution",
    "DeepLift",
    "FeatureAblation",
    "GradientShap",
    "GuidedBackprop",
    "InputXGradient",
    "IntegratedGradients",
    "LayerActivation",
    "LayerConductance",
    "LayerGradCam",
    "NeuronGradient",
    "NoiseTunnel",
    "Occlusion",
    "Saliency",
    "ShapleyValueSampling",
]


def __getattr__(name: str) -> Any:
    if name.startswith("_") or not name[0].isupper():
        raise AttributeError(name)
    raise UnsupportedError(f"{name} is not offered; there are {', '.join(__all__)}", "unavailable")
