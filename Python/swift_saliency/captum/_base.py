"""What the classes have in common: arguments as tuples, and answers in the form of the inputs."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy as np
import torch

from .._errors import UnsupportedError, UsageError
from ._network import Array, Network, Tensors


def tensors(inputs: Any) -> Tensors:
    """Inputs as a tuple of tensors with one batch."""
    parts = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    for part in parts:
        if not isinstance(part, torch.Tensor) or part.ndim == 0:
            raise UsageError("inputs have to be a tensor with a batch's axis, or a tuple of them", "invalidSetting")
        if part.shape[0] != parts[0].shape[0]:
            raise UsageError("all inputs have to have the same number of items", "invalidSetting")
    return parts


def further(arguments: Any, count: int) -> Tensors:
    """Further arguments of the module, which have to be tensors with the inputs' batch."""
    if arguments is None:
        return ()
    parts = arguments if isinstance(arguments, tuple) else (arguments,)
    for part in parts:
        if not isinstance(part, torch.Tensor) or part.ndim == 0 or part.shape[0] != count:
            raise UnsupportedError(
                "additional_forward_args other than tensors with an item for each of the inputs' are not offered; bind them, "
                "as in lambda x: module(x, value)",
                "unavailable",
            )
    return parts


def baselines_of(baselines: Any, inputs: Tensors) -> Tensors:
    """Baselines as tensors of the inputs' shapes; zeros where there are none."""
    parts = baselines if isinstance(baselines, tuple) else (baselines,) * (1 if len(inputs) == 1 else 0)
    if baselines is None or (not isinstance(baselines, (tuple, torch.Tensor)) and len(inputs) > 1):
        parts = (baselines,) * len(inputs)
    if len(parts) != len(inputs):
        raise UsageError(f"there are {len(parts)} baselines for {len(inputs)} inputs", "invalidSetting")
    made: List[torch.Tensor] = []
    for part, value in zip(parts, inputs):
        if isinstance(part, torch.Tensor):
            if part.ndim not in (0, value.ndim) or (part.ndim and part.shape[0] not in (1, value.shape[0])):
                raise UsageError("a baseline has the input's shape, or that of one of its items", "invalidSetting")
            made.append(part.to(value.device, value.dtype).expand_as(value).detach())
        else:
            made.append(torch.full_like(value, 0 if part is None else part).detach())
    return tuple(made)


def answer(values: Sequence[Any], inputs: Any) -> Any:
    """Numbers as tensors of the inputs' kind: one of them, or a tuple where there was one."""
    parts = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    made = tuple(tensor(part, like) for part, like in zip(values, parts))
    return made if isinstance(inputs, (tuple, list)) else made[0]


def tensor(values: Any, like: torch.Tensor) -> torch.Tensor:
    """Numbers as a tensor of another's kind, on its device."""
    if not isinstance(values, torch.Tensor):
        values = torch.from_numpy(np.array(values, np.float32))
    made: torch.Tensor = values.detach().to(like.device, like.dtype if like.is_floating_point() else torch.float32)
    return made


class Attribution:
    """An attribution method for a module, or for a function of tensors."""

    def __init__(self, forward_func: Callable[..., Any]) -> None:
        self.forward_func = forward_func
        self._network = Network(forward_func)

    def _scores(self, arguments: Tensors, chosen: Sequence[int]) -> Array:
        """The numbers of the chosen units."""
        found: Array = self._network.outputs(arguments)[0][np.arange(len(chosen)), list(chosen)]
        return found

    def _delta(
        self, values: Sequence[Any], inputs: Tensors, start: Tensors, rest: Tensors, chosen: Sequence[int]
    ) -> Any:
        """By how much attributions miss the difference of the scores, for each item."""
        ends = self._scores(inputs + rest, chosen) - self._scores(start + rest, chosen)
        total = sum(np.asarray(part, np.float64).reshape(len(chosen), -1).sum(1) for part in values)
        return torch.from_numpy(np.asarray(total - ends, np.float32))

    def has_convergence_delta(self) -> bool:
        """Whether `attribute` can return a convergence delta."""
        return False

    @property
    def multiplies_by_inputs(self) -> bool:
        """Whether the attributions are global."""
        return False

    def attribute(self, inputs: Any, *arguments: Any, **options: Any) -> Any:
        """The attributions, in the form of the inputs."""
        raise NotImplementedError


def begin(network: Network, inputs: Any, target: Any, rest: Any) -> Tuple[Tensors, Tensors, List[int]]:
    """The inputs, the further arguments, and the unit of each item."""
    parts = tensors(inputs)
    others = further(rest, parts[0].shape[0])
    return parts, others, network.units(target, parts + others)


def refuse(option: str, value: Optional[Any]) -> None:
    """Raises where an option is given that is not offered."""
    if value is not None and value is not False:
        raise UnsupportedError(f"{option} is not offered", "unavailable")
