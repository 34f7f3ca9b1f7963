"""Methods of layers."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Sequence

import numpy as np
import torch

from .._errors import UnsupportedError
from ._base import baselines_of, begin, further, refuse, tensor, tensors
from ._gradients import path, points
from ._network import BATCH, Array, Network, Tensors


class _Layer:
    """A method for a layer of a module."""

    def __init__(self, forward_func: Callable[..., Any], layer: torch.nn.Module, device_ids: Any = None) -> None:
        self.forward_func, self.layer = forward_func, layer
        self._networks = {takes: Network(forward_func, layer, takes) for takes in (False, True)}

    def has_convergence_delta(self) -> bool:
        """Whether `attribute` can return a convergence delta."""
        return False


class LayerActivation(_Layer):
    """Captum's `LayerActivation`."""

    def attribute(
        self, inputs: Any, additional_forward_args: Any = None, attribute_to_layer_input: bool = False
    ) -> Any:
        """What the layer gives, or takes."""
        parts = tensors(inputs)
        rest = further(additional_forward_args, parts[0].shape[0])
        return tensor(self._networks[attribute_to_layer_input].outputs(parts + rest)[1], parts[0])


class LayerGradCam(_Layer):
    """Captum's `LayerGradCam`."""

    def attribute(
        self,
        inputs: Any,
        target: Any = None,
        additional_forward_args: Any = None,
        attribute_to_layer_input: bool = False,
        relu_attributions: bool = False,
        attr_dim_summation: bool = True,
        grad_kwargs: Any = None,
    ) -> Any:
        """The layer's values times the means of their gradients, summed over channels."""
        refuse("grad_kwargs", grad_kwargs)
        network = self._networks[attribute_to_layer_input]
        parts, rest, chosen = begin(network, inputs, target, additional_forward_args)
        (gradients,) = network.gradients(parts + rest, len(parts), chosen, of_layer=True)
        values = network.outputs(parts + rest)[1]
        if gradients.ndim < 2:
            raise UnsupportedError("the layer has no channels", "unavailable")
        means = gradients.mean(tuple(range(2, gradients.ndim)), keepdims=True) if gradients.ndim > 2 else gradients
        made = means * values
        made = made.sum(1, keepdims=True) if attr_dim_summation else made
        return tensor(np.maximum(made, 0) if relu_attributions else made, parts[0])


class LayerConductance(_Layer):
    """Captum's `LayerConductance`."""

    def has_convergence_delta(self) -> bool:
        """True."""
        return True

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
        attribute_to_layer_input: bool = False,
        grad_kwargs: Any = None,
    ) -> Any:
        """What goes through each element of the layer while the inputs come from the baselines."""
        refuse("grad_kwargs", grad_kwargs)
        network = self._networks[attribute_to_layer_input]
        parts, rest, chosen = begin(network, inputs, target, additional_forward_args)
        start = baselines_of(baselines, parts)
        _, places = points(method, n_steps + 1)
        many = path(parts, start, places) + tuple(torch.cat([part] * (n_steps + 1)) for part in rest)

        def run(some: Tensors, units: Sequence[int]) -> List[Array]:
            return [network.outputs(some)[1], *network.gradients(some, len(parts), units, of_layer=True)]

        size = internal_batch_size or BATCH
        values, gradients = network.in_batches(run, many, chosen * (n_steps + 1), size)
        count = len(chosen)
        each = (values[count:] - values[:-count]) * gradients[:-count]
        made = each.reshape(n_steps, count, *each.shape[1:]).astype(np.float64).sum(0)
        result = tensor(made, parts[0])
        if not return_convergence_delta:
            return result
        rows = np.arange(count)
        ends = network.outputs(parts + rest)[0][rows, chosen] - network.outputs(start + rest)[0][rows, chosen]
        return result, torch.from_numpy((made.reshape(count, -1).sum(1) - ends).astype(np.float32))
