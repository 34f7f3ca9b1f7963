"""Methods of gradients."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy as np
import torch

from .._errors import UnsupportedError, UsageError
from ._base import Attribution, answer, baselines_of, begin, refuse, tensor, tensors
from ._network import BATCH, Array, Network, Tensors


class Saliency(Attribution):
    """Captum's `Saliency`: the gradient, or its magnitude."""

    def attribute(self, inputs: Any, target: Any = None, abs: bool = True, additional_forward_args: Any = None) -> Any:
        """The gradient in the inputs' shapes."""
        parts, rest, chosen = begin(self._network, inputs, target, additional_forward_args)
        found = self._network.gradients(parts + rest, len(parts), chosen)
        return answer([np.abs(values) if abs else values for values in found], inputs)


class InputXGradient(Attribution):
    """Captum's `InputXGradient`."""

    @property
    def multiplies_by_inputs(self) -> bool:
        """True."""
        return True

    def attribute(self, inputs: Any, target: Any = None, additional_forward_args: Any = None) -> Any:
        """Input times gradient, in the inputs' shapes."""
        parts, rest, chosen = begin(self._network, inputs, target, additional_forward_args)
        found = self._network.gradients(parts + rest, len(parts), chosen)
        return answer([tensor(values, part) * part for values, part in zip(found, parts)], inputs)


class _Replaced(Attribution):
    """Backpropagation with another rule at rectifiers."""

    _method = ""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__(model)
        self.model = model

    def attribute(self, inputs: Any, target: Any = None, additional_forward_args: Any = None) -> Any:
        """What arrives at the inputs, in their shapes."""
        parts, rest, chosen = begin(self._network, inputs, target, additional_forward_args)
        try:
            found = self._network.gradients(parts + rest, len(parts), chosen, self._method)
        except UsageError as error:
            if error.code != "methodMatchedNothing":
                raise
            # Without a rectifier it is the gradient, as Captum has it.
            found = self._network.gradients(parts + rest, len(parts), chosen)
        return answer(found, inputs)


class GuidedBackprop(_Replaced):
    """Captum's `GuidedBackprop`."""

    _method = "guided"


class Deconvolution(_Replaced):
    """Captum's `Deconvolution`."""

    _method = "rectified"


def points(method: str, count: int) -> Tuple[List[float], List[float]]:
    """The weights and places of so many points from 0 to 1, as Captum's methods have them."""
    if count < 1:
        raise UsageError(f"n_steps has to be at least 1, not {count}", "invalidSetting")
    if method == "gausslegendre":
        places, weights = np.polynomial.legendre.leggauss(count)
        return list(0.5 * weights), list(0.5 * (1 + places))
    kinds = {
        "riemann_left": (0, 1 - 1 / count),
        "riemann_right": (1 / count, 1),
        "riemann_middle": (1 / (2 * count), 1 - 1 / (2 * count)),
        "riemann_trapezoid": (0, 1),
    }
    if method not in kinds:
        raise UsageError(
            f"there is no method {method!r}; there are gausslegendre, {', '.join(kinds)}", "invalidSetting"
        )
    weights = np.full(count, 1 / count)
    if method == "riemann_trapezoid" and count > 1:
        weights[[0, -1]] /= 2
    return list(weights), list(np.linspace(*kinds[method], count))


def path(inputs: Tensors, start: Tensors, places: Sequence[float]) -> Tensors:
    """The inputs at each place on the way from a start, place by place."""
    return tuple(
        torch.cat([begin + place * (end.detach() - begin) for place in places]) for begin, end in zip(start, inputs)
    )


class IntegratedGradients(Attribution):
    """Captum's `IntegratedGradients`."""

    def __init__(self, forward_func: Callable[..., Any], multiply_by_inputs: bool = True) -> None:
        super().__init__(forward_func)
        self._multiply_by_inputs = multiply_by_inputs

    def has_convergence_delta(self) -> bool:
        """True."""
        return True

    @property
    def multiplies_by_inputs(self) -> bool:
        """As the constructor said."""
        return self._multiply_by_inputs

    def attribute(
        self,
        inputs: Any,
        baselines: Any = None,
        target: Any = None,
        additional_forward_args: Any = None,
        n_steps: int = 50,
        method: str = "gausslegendre",
        internal_batch_size: Optional[int] = None,
        return_convergence_delta: bool = False,
    ) -> Any:
        """The gradients along the way from the baselines, times the way; and by how much their sum misses the scores'."""
        parts, rest, chosen = begin(self._network, inputs, target, additional_forward_args)
        start = baselines_of(baselines, parts)
        weights, places = points(method, n_steps)
        arguments = path(parts, start, places) + tuple(torch.cat([part] * n_steps) for part in rest)

        def run(some: Tensors, units: Sequence[int]) -> List[Array]:
            return self._network.gradients(some, len(parts), units)

        found = self._network.in_batches(run, arguments, chosen * n_steps, internal_batch_size or BATCH)
        values: List[Any] = []
        for gradients, end, begin_ in zip(found, parts, start):
            steps = gradients.reshape(n_steps, len(chosen), *end.shape[1:])
            mean = np.tensordot(np.asarray(weights), steps.astype(np.float64), 1)
            values.append(mean * (end.detach() - begin_).cpu().numpy() if self._multiply_by_inputs else mean)
        made = answer(values, inputs)
        return (made, self._delta(values, parts, start, rest, chosen)) if return_convergence_delta else made


class GradientShap(Attribution):
    """Captum's `GradientShap`; its random numbers are PyTorch's."""

    def __init__(self, forward_func: Callable[..., Any], multiply_by_inputs: bool = True) -> None:
        super().__init__(forward_func)
        self._multiply_by_inputs = multiply_by_inputs

    def has_convergence_delta(self) -> bool:
        """True."""
        return True

    @property
    def multiplies_by_inputs(self) -> bool:
        """As the constructor said."""
        return self._multiply_by_inputs

    def attribute(
        self,
        inputs: Any,
        baselines: Any,
        n_samples: int = 5,
        stdevs: Any = 0.0,
        target: Any = None,
        additional_forward_args: Any = None,
        return_convergence_delta: bool = False,
    ) -> Any:
        """The mean over random points between noisy inputs and random baselines."""
        parts, rest, chosen = begin(self._network, inputs, target, additional_forward_args)
        given = baselines(*parts) if callable(baselines) else baselines
        sets = given if isinstance(given, tuple) else (given,) * len(parts)
        deviations = stdevs if isinstance(stdevs, tuple) else (stdevs,) * len(parts)
        count = parts[0].shape[0] * n_samples
        share = torch.rand(count)
        noisy, start = [], []
        for part, several, deviation in zip(parts, sets, deviations):
            many = part.detach().repeat_interleave(n_samples, 0)
            noisy.append(many + deviation * torch.randn_like(many))
            several = several if isinstance(several, torch.Tensor) else torch.full_like(part[:1], several)
            start.append(several[torch.randint(several.shape[0], (count,))].to(many.dtype))
        between = tuple(
            begin_ + share.to(end.dtype).reshape(-1, *[1] * (end.ndim - 1)) * (end - begin_)
            for begin_, end in zip(start, noisy)
        )
        others = tuple(part.repeat_interleave(n_samples, 0) for part in rest)
        units = [unit for unit in chosen for _ in range(n_samples)]

        def run(some: Tensors, units: Sequence[int]) -> List[Array]:
            return self._network.gradients(some, len(parts), units)

        found = self._network.in_batches(run, between + others, units, BATCH)
        each = [
            torch.from_numpy(values) * (end - begin_).float() if self._multiply_by_inputs else torch.from_numpy(values)
            for values, end, begin_ in zip(found, noisy, start)
        ]
        means = [values.reshape(-1, n_samples, *values.shape[1:]).mean(1) for values in each]
        made = answer(means, inputs)
        if not return_convergence_delta:
            return made
        return made, self._delta([values.numpy() for values in each], tuple(noisy), tuple(start), others, units)


class NoiseTunnel:
    """Captum's `NoiseTunnel` around a method; its random numbers are PyTorch's."""

    def __init__(self, attribution_method: Attribution) -> None:
        self.attribution_method = attribution_method

    def attribute(
        self,
        inputs: Any,
        nt_type: str = "smoothgrad",
        nt_samples: int = 5,
        nt_samples_batch_size: Optional[int] = None,
        stdevs: Any = 1.0,
        draw_baseline_from_distrib: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The mean, the mean square or the variance of attributions of noisy copies."""
        refuse("draw_baseline_from_distrib", draw_baseline_from_distrib)
        refuse("return_convergence_delta of a noise tunnel", kwargs.get("return_convergence_delta"))
        if nt_type not in ("smoothgrad", "smoothgrad_sq", "vargrad"):
            raise UsageError(
                f"there is no nt_type {nt_type!r}; there are smoothgrad, smoothgrad_sq, vargrad", "invalidSetting"
            )
        parts = tensors(inputs)
        deviations = stdevs if isinstance(stdevs, tuple) else (stdevs,) * len(parts)
        count = parts[0].shape[0]
        step = min(nt_samples_batch_size or max(BATCH // count, 1), nt_samples)
        sums: List[Any] = [0.0] * len(parts)
        squares: List[Any] = [0.0] * len(parts)
        for first in range(0, nt_samples, step):
            number = min(step, nt_samples - first)
            noisy = tuple(
                torch.cat([part.detach()] * number)
                + deviation * torch.randn(number * count, *part.shape[1:], dtype=part.dtype)
                for part, deviation in zip(parts, deviations)
            )
            found = self.attribution_method.attribute(
                noisy if isinstance(inputs, tuple) else noisy[0], **_repeated(kwargs, count, number)
            )
            for place, values in enumerate(found if isinstance(found, tuple) else (found,)):
                each = values.reshape(number, count, *values.shape[1:]).double()
                sums[place] = sums[place] + each.sum(0)
                squares[place] = squares[place] + (each**2).sum(0)
        means = [total / nt_samples for total in sums]
        made = [square / nt_samples for square in squares]
        if nt_type == "vargrad":
            made = [square - mean**2 for square, mean in zip(made, means)]
        return answer(means if nt_type == "smoothgrad" else made, inputs)


def _repeated(options: Any, count: int, number: int) -> Any:
    """Options with an item for each input, for so many copies of the batch."""
    made = {}
    for name, value in options.items():
        several = value if isinstance(value, tuple) and name != "target" else (value,)
        if name in ("target", "baselines", "additional_forward_args"):
            several = tuple(
                torch.cat([part] * number)
                if isinstance(part, torch.Tensor) and part.ndim and part.shape[0] == count and count > 1
                else part * number if isinstance(part, list) else
                torch.cat([part] * number) if isinstance(part, torch.Tensor) and name == "additional_forward_args" else part
                for part in several
            )  # fmt: skip
            value = several if isinstance(value, tuple) and name != "target" else several[0]
        made[name] = value
    return made


class DeepLift(Attribution):
    """Captum's `DeepLift`, from baselines of one number."""

    def __init__(self, model: torch.nn.Module, multiply_by_inputs: bool = True, eps: float = 1e-10) -> None:
        super().__init__(model)
        if not multiply_by_inputs:
            raise UnsupportedError("DeepLift with multiply_by_inputs=False is not offered", "unavailable")
        self.model, self.eps = model, eps

    def has_convergence_delta(self) -> bool:
        """True."""
        return True

    @property
    def multiplies_by_inputs(self) -> bool:
        """True."""
        return True

    def attribute(
        self,
        inputs: Any,
        baselines: Any = None,
        target: Any = None,
        additional_forward_args: Any = None,
        return_convergence_delta: bool = False,
        custom_attribution_func: Any = None,
    ) -> Any:
        """What the difference to the baseline hands back, by the rescale rule."""
        refuse("custom_attribution_func", custom_attribution_func)
        parts, rest, chosen = begin(self._network, inputs, target, additional_forward_args)
        start = baselines_of(baselines, parts)
        values = {float(part.min()) for part in start} | {float(part.max()) for part in start}
        if len(values) != 1:
            raise UnsupportedError("DeepLift from a baseline with different numbers is not offered", "unavailable")
        found = self._network.gradients(parts + rest, len(parts), chosen, f"deeplift:baseline={values.pop()!r}")
        made = answer(found, inputs)
        return (made, self._delta(found, parts, start, rest, chosen)) if return_convergence_delta else made


class NeuronGradient:
    """Captum's `NeuronGradient`: the gradient of a unit of a layer."""

    def __init__(self, forward_func: Callable[..., Any], layer: torch.nn.Module, device_ids: Any = None) -> None:
        self.forward_func, self.layer = forward_func, layer

    def attribute(
        self,
        inputs: Any,
        neuron_selector: Any,
        additional_forward_args: Any = None,
        attribute_to_neuron_input: bool = False,
    ) -> Any:
        """The gradient in the inputs' shapes."""
        if callable(neuron_selector) or (
            isinstance(neuron_selector, tuple) and any(isinstance(part, slice) for part in neuron_selector)
        ):
            raise UnsupportedError("a neuron_selector other than indices is not offered", "unavailable")
        known = getattr(self, "_network", None)
        if known is None or known[0] != attribute_to_neuron_input:
            network = Network(_LayerOf(self.forward_func, self.layer, attribute_to_neuron_input))
            self._network = known = (attribute_to_neuron_input, network)
        parts, rest, chosen = begin(known[1], inputs, neuron_selector, additional_forward_args)
        return answer(known[1].gradients(parts + rest, len(parts), chosen), inputs)


class _LayerOf(torch.nn.Module):
    """A module up to what one of its layers gives or takes."""

    def __init__(self, forward: Callable[..., Any], layer: torch.nn.Module, takes: bool) -> None:
        super().__init__()
        owner = getattr(forward, "__self__", forward)
        self.owner = owner if isinstance(owner, torch.nn.Module) else None
        self._forward, self._takes = forward, takes
        self.layer = layer
        if self.owner is not None:
            self.train(self.owner.training)

    def forward(self, *arguments: torch.Tensor) -> torch.Tensor:
        caught: List[torch.Tensor] = []
        with_hook = self.layer.register_forward_hook(
            lambda _, given, output: caught.append(given[0].clone() if self._takes else output.clone())
        )
        try:
            self._forward(*arguments)
        finally:
            with_hook.remove()
        return caught[-1]
