"""The same attributions as Captum's own classes."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Tuple

import captum.attr as theirs
import pytest
import torch
from torch import nn

import swift_saliency as saliency
import swift_saliency.captum as ours

# Captum's own, of NumPy and of hooks that stay.
pytestmark = pytest.mark.filterwarnings("ignore")


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.relu, self.relu2, self.head = nn.ReLU(), nn.ReLU(), nn.Linear(6, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.relu(self.first(x))
        z: torch.Tensor = self.head(self.relu2(y + self.second(y)).mean((2, 3)))
        return z


def seeded(make: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(3)
    return make().eval()


def pooled() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3), nn.ReLU(),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 5),
    )  # fmt: skip


def smooth() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(125, 3), nn.Softmax(1)
    )


def dense() -> nn.Module:
    return nn.Sequential(nn.Linear(7, 9), nn.ReLU(), nn.Linear(9, 6), nn.Tanh(), nn.Linear(6, 3))


def sequence() -> nn.Module:
    return nn.Sequential(nn.Conv1d(4, 6, 3), nn.ReLU(), nn.Conv1d(6, 2, 1))


#: Networks with the shape of a batch and a target, among them one for each item and places in an output of more axes.
NETWORKS: Dict[str, Tuple[nn.Module, Tuple[int, ...], Any]] = {
    "pooled": (seeded(pooled), (2, 3, 12, 12), 3),
    "residual": (seeded(Residual), (3, 3, 8, 8), torch.tensor([0, 2, 0])),
    "smooth": (seeded(smooth), (2, 3, 12, 12), [1, 2]),
    "dense": (seeded(dense), (4, 7), 2),
    "sequence": (seeded(sequence), (2, 4, 9), (1, 3)),
}


def batch(name: str) -> torch.Tensor:
    return torch.randn(NETWORKS[name][1], generator=torch.Generator().manual_seed(5))


def require_near(found: Any, expected: Any) -> None:
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    error = float((found - expected.detach()).norm() / expected.detach().norm().clamp(min=1e-12))
    assert error < 1e-4, error


WHOLE: List[Tuple[str, Dict[str, Any]]] = [
    ("Saliency", {}),
    ("Saliency", {"abs": False}),
    ("InputXGradient", {}),
    ("GuidedBackprop", {}),
    ("Deconvolution", {}),
    ("IntegratedGradients", {"n_steps": 20}),
    ("IntegratedGradients", {"n_steps": 7, "method": "riemann_trapezoid", "baselines": 0.3}),
    ("IntegratedGradients", {"n_steps": 6, "method": "riemann_right", "internal_batch_size": 4}),
    ("FeatureAblation", {}),
    ("DeepLift", {}),
    ("DeepLift", {"baselines": 0.25}),
]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("kind", "options"), WHOLE)
def test_attributions_of_inputs_are_captum_s(kind: str, options: Dict[str, Any], name: str) -> None:
    module, _, target = NETWORKS[name]
    if kind == "FeatureAblation" and name in ("pooled", "smooth", "residual"):
        mask = (torch.arange(batch(name)[0].numel()) // 17).reshape(1, *batch(name).shape[1:])
        options = {**options, "feature_mask": mask}
    if kind == "DeepLift" and name == "pooled":
        pytest.skip("Captum's rule of a rectifier takes the gradient before the pooling's rule: MethodsConformance.md")
    if kind == "DeepLift" and name == "smooth":
        # Captum's rule for softmax gives what does not add up.
        module = module[:-1]  # type: ignore[index]
    inputs = batch(name)
    expected = getattr(theirs, kind)(module).attribute(inputs.clone().requires_grad_(), target=target, **options)
    require_near(getattr(ours, kind)(module).attribute(inputs, target=target, **options), expected)


@pytest.mark.parametrize("name", ["pooled", "smooth"])
def test_deeplift_adds_up_where_captum_does_otherwise(name: str) -> None:
    module, _, target = NETWORKS[name]
    _, delta = ours.DeepLift(module).attribute(batch(name), target=target, return_convergence_delta=True)
    assert float(delta.abs().max()) < 1e-5


@pytest.mark.parametrize("kind", ["IntegratedGradients", "DeepLift"])
def test_convergence_deltas_are_captum_s(kind: str) -> None:
    module, _, target = NETWORKS["pooled"]
    inputs = batch("pooled")
    options: Dict[str, Any] = {"n_steps": 5} if kind == "IntegratedGradients" else {}
    _, expected = getattr(theirs, kind)(module).attribute(
        inputs, target=target, return_convergence_delta=True, **options
    )
    _, found = getattr(ours, kind)(module).attribute(inputs, target=target, return_convergence_delta=True, **options)
    assert torch.allclose(found, expected.float(), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "window", "strides"), [("pooled", (3, 4, 5), (3, 3, 2)), ("dense", (2,), None), ("sequence", (4, 3), 2)]
)
def test_occlusion_is_captum_s(name: str, window: Any, strides: Any) -> None:
    module, _, target = NETWORKS[name]
    options = {"sliding_window_shapes": window, "strides": strides, "target": target, "baselines": 0.1}
    expected = theirs.Occlusion(module).attribute(batch(name), **options)
    require_near(ours.Occlusion(module).attribute(batch(name), **options), expected)


LAYERS: List[Tuple[str, Callable[[Any], nn.Module]]] = [
    ("pooled", lambda module: module[4]), ("pooled", lambda module: module[5]), ("residual", lambda module: module.relu),
    ("smooth", lambda module: module[0]), ("dense", lambda module: module[1]),
]  # fmt: skip


@pytest.mark.parametrize("takes", [False, True])
@pytest.mark.parametrize(("name", "choose"), LAYERS)
@pytest.mark.parametrize("kind", ["LayerActivation", "LayerGradCam", "LayerConductance"])
def test_attributions_of_layers_are_captum_s(kind: str, name: str, choose: Any, takes: bool) -> None:
    module, _, target = NETWORKS[name]
    layer = choose(module)
    if takes and name == "smooth":
        pytest.skip("what the first layer takes is the input")
    options: Dict[str, Any] = {"attribute_to_layer_input": takes}
    if kind != "LayerActivation":
        options["target"] = target
    if kind == "LayerConductance":
        options["n_steps"] = 9
    expected = getattr(theirs, kind)(module, layer).attribute(batch(name), **options)
    require_near(getattr(ours, kind)(module, layer).attribute(batch(name), **options), expected)


@pytest.mark.parametrize(("name", "place"), [("pooled", (2, 3, 1)), ("dense", 4)])
def test_gradients_of_neurons_are_captum_s(name: str, place: Any) -> None:
    module = NETWORKS[name][0]
    layer = module[4] if name == "pooled" else module[0]  # type: ignore[index]
    expected = theirs.NeuronGradient(module, layer).attribute(batch(name).requires_grad_(), place)
    require_near(ours.NeuronGradient(module, layer).attribute(batch(name), place), expected)


def test_random_methods_are_captum_s_in_the_mean() -> None:
    module, _, target = NETWORKS["dense"]
    inputs = batch("dense")
    baselines = torch.randn(3, 7)

    def compare(found: Any, expected: Any, tolerance: float) -> None:
        error = float((found - expected.detach()).norm() / expected.detach().norm())
        assert error < tolerance, error

    for kind, tolerance in [("smoothgrad", 0.05), ("smoothgrad_sq", 0.1), ("vargrad", 0.15)]:
        options = {"nt_type": kind, "nt_samples": 1500, "stdevs": 0.3, "target": target}
        compare(
            ours.NoiseTunnel(ours.Saliency(module)).attribute(inputs, nt_samples_batch_size=250, **options),
            theirs.NoiseTunnel(theirs.Saliency(module)).attribute(inputs, **options),
            tolerance,
        )
    compare(
        ours.GradientShap(module).attribute(inputs, baselines, n_samples=1000, target=target),
        theirs.GradientShap(module).attribute(inputs, baselines, n_samples=1000, target=target),
        0.1,
    )
    compare(
        ours.ShapleyValueSampling(module).attribute(inputs, target=target, n_samples=60),
        theirs.ShapleyValueSampling(module).attribute(inputs, target=target, n_samples=60),
        0.2,
    )


class Two(nn.Module):
    def forward(self, a: torch.Tensor, b: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        return torch.relu(a * b) * scale + a**2


@pytest.mark.parametrize("kind", ["Saliency", "InputXGradient", "IntegratedGradients", "FeatureAblation"])
def test_several_inputs_and_further_arguments_are_taken(kind: str) -> None:
    random = torch.Generator().manual_seed(7)
    inputs = (torch.randn(2, 3, generator=random), torch.randn(2, 3, generator=random))
    scale = torch.rand(2, 3, generator=random)
    asked = tuple(part.clone().requires_grad_() for part in inputs)
    expected = getattr(theirs, kind)(Two()).attribute(asked, target=1, additional_forward_args=scale)
    found = getattr(ours, kind)(Two()).attribute(inputs, target=1, additional_forward_args=scale)
    assert isinstance(found, tuple)
    for mine, other in zip(found, expected):
        require_near(mine, other)


def test_weights_that_changed_are_seen() -> None:
    module = seeded(dense)
    method = ours.Saliency(module)
    before = method.attribute(batch("dense"), target=0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(2)
    after = method.attribute(batch("dense"), target=0)
    require_near(after, theirs.Saliency(module).attribute(batch("dense").requires_grad_(), target=0))
    assert not torch.allclose(before, after)


def test_what_is_not_offered_is_refused_by_name() -> None:
    module = NETWORKS["dense"][0]
    for ask, sentence in [
        (lambda: ours.LRP, "LRP is not offered"),
        (lambda: ours.DeepLift(module, multiply_by_inputs=False), "multiply_by_inputs"),
        (lambda: ours.DeepLift(module).attribute(batch("dense"), batch("dense"), target=0), "different numbers"),
        (
            lambda: ours.Saliency(module).attribute(batch("dense"), 0, additional_forward_args=3),
            "additional_forward_args",
        ),
        (
            lambda: ours.NoiseTunnel(ours.Saliency(module)).attribute(batch("dense"), draw_baseline_from_distrib=True),
            "draw_",
        ),
    ]:
        with pytest.raises(saliency.UnsupportedError, match=sentence):
            ask()
    for target in (None, 3, [0, 1], (0, 1)):
        with pytest.raises(saliency.UsageError, match="target"):
            ours.Saliency(module).attribute(batch("dense"), target=target)
