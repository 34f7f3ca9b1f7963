"""Modules of PyTorch as networks of ours: their outputs, and derivatives of units of their outputs."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import numpy.typing as npt
import torch

from .._errors import UnsupportedError, UsageError
from .._frameworks import exported
from .._model import Model

Tensors = Tuple[torch.Tensor, ...]
Array = npt.NDArray[np.float32]

#: How many items run at once where a method makes many of each input.
BATCH = 32


class _Traced(torch.nn.Module):
    """What is exported: the output as batch×units, and what a layer gives or takes behind it."""

    def __init__(self, forward: Callable[..., Any], layer: Optional[torch.nn.Module], takes: bool) -> None:
        super().__init__()
        owner = getattr(forward, "__self__", forward)
        # Its parameters are this module's.
        self.owner = owner if isinstance(owner, torch.nn.Module) else None
        self.layer = layer
        self._forward = forward
        self._takes = takes
        #: The shape of an item of the output, as the module gave it.
        self.output_shape: Tuple[int, ...] = ()
        if self.owner is not None:
            self.train(self.owner.training)

    def forward(self, *arguments: torch.Tensor) -> Any:
        caught: List[torch.Tensor] = []
        handle = None
        if self.layer is not None:

            def catch(_: Any, given: Any, output: Any) -> None:
                value = given if self._takes else output
                value = value[0] if isinstance(value, (tuple, list)) else value
                # A layer that works in place changes what it was given.
                caught.append(value.clone() if self._takes else value)

            handle = self.layer.register_forward_hook(catch)
        try:
            output = self._forward(*arguments)
        finally:
            if handle is not None:
                handle.remove()
        if not isinstance(output, torch.Tensor) or output.ndim == 0:
            raise UnsupportedError("the module has to give one tensor with a number for each item", "unavailable")
        self.output_shape = tuple(output.shape[1:])
        output = output.reshape(output.shape[0], -1)
        if self.layer is None:
            return output
        if not caught:
            raise UsageError("the layer is not called by the module", "invalidSetting")
        return output, caught[-1]


class _Known(NamedTuple):
    """A module that was opened."""

    model: Model
    #: The shape of an item of its output.
    output_shape: Tuple[int, ...]
    #: The name of its layer.
    layer: Optional[str]
    #: The side of its final activation that its output is.
    side: str


class Network:
    """A module, or a function of tensors, opened once for each shape of an item and each state of its weights."""

    def __init__(
        self, forward: Callable[..., Any], layer: Optional[torch.nn.Module] = None, takes: bool = False
    ) -> None:
        if not callable(forward):
            raise UsageError(f"a {type(forward).__name__} is no module and no function of tensors", "invalidSetting")
        if layer is not None and not isinstance(layer, torch.nn.Module):
            raise UnsupportedError("a layer has to be one module; several at once are not offered", "unavailable")
        self._forward, self._layer, self._takes = forward, layer, takes
        self._known: Dict[Any, _Known] = {}

    def _opened(self, arguments: Tensors) -> _Known:
        """What is known of the model for arguments."""
        traced = _Traced(self._forward, self._layer, self._takes)
        state = tuple((id(value), value._version) for value in [*traced.parameters(), *traced.buffers()])
        key = (tuple(tuple(part.shape[1:]) for part in arguments), state)
        known = self._known.get(key)
        if known is None:
            examples = tuple(part.detach() for part in arguments)
            file = exported(traced, examples)
            assert file is not None
            model = Model(traced, examples, name=type(self._forward).__name__)
            layer = None if self._layer is None else _producer(file.data)
            known = _Known(model, traced.output_shape, layer, _side(model, examples))
            self._known.clear()
            self._known[key] = known
        return known

    def outputs(self, arguments: Tensors) -> List[Array]:
        """The output as batch×units, and the layer's values where there is a layer."""
        model = self._opened(arguments).model
        given = dict(zip(_names(arguments), arguments))
        return list(model._compute(given).values())

    def units(self, target: Any, arguments: Tensors) -> List[int]:
        """The index of the unit for each item, as Captum's targets say it."""
        return units(target, self._opened(arguments).output_shape, arguments[0].shape[0])

    def gradients(
        self, arguments: Tensors, count: int, chosen: Sequence[int], method: str = "gradient", of_layer: bool = False
    ) -> List[Array]:
        """The derivative of a unit of each item by the first arguments, or by the layer's values.

        Args:
            arguments: what the module is called with; the first axis is the batch's.
            count: how many of them are explained; the others are given.
            chosen: the unit of each item.
            method: gradient or one of its kind.
            of_layer: whether it is by the layer's values.
        """
        known = self._opened(arguments)
        names = _names(arguments)
        found: List[Optional[Array]] = [None] * (1 if of_layer else count)
        indices = np.asarray(chosen)
        for unit in sorted(set(chosen)):
            rows = np.flatnonzero(indices == unit)
            parts = {name: part.detach()[torch.from_numpy(rows)] for name, part in zip(names, arguments)}
            options: Dict[str, Any] = {"on": known.side, "gradient_modifier": "none"}
            if self._layer is not None:
                options["output_name"] = "output_0"
            if of_layer:
                options["wrt"] = known.layer
            explained: Any = parts
            if len(names) == 1 or of_layer or count == 1:
                explained = parts[names[0]]
                if len(names) > 1:
                    options.update(input=names[0], given={name: parts[name] for name in names[1:]})
            else:
                options["input"] = names[:count]
            result = known.model.explain(explained, int(unit), method, progress=False, **options)
            for place, values in enumerate(result.arrays.values()):
                whole = found[place]
                if whole is None:
                    whole = found[place] = np.empty((len(indices), *values.shape[1:]), np.float32)
                whole[rows] = values
        return [values for values in found if values is not None]

    def in_batches(
        self, run: Callable[[Tensors, Sequence[int]], List[Array]], arguments: Tensors, chosen: Sequence[int], size: int
    ) -> List[Array]:
        """What a function gives for many items, so many at once; the last batch is filled up, so that all are of one size."""
        total = len(chosen)
        size = min(size, total)
        pieces: List[List[Array]] = []
        for start in range(0, total, size):
            rows = torch.arange(start, start + size).clamp(max=total - 1)
            pieces.append(run(tuple(part[rows] for part in arguments), [chosen[row] for row in rows.tolist()]))
        return [np.concatenate(parts)[:total] for parts in zip(*pieces)]


def _side(model: Model, arguments: Tensors) -> str:
    """The side of a final activation that the output is: after it, where the module has one."""
    names = _names(arguments)
    options: Dict[str, Any] = {}
    if len(names) > 1:
        options = {"input": names[0], "given": dict(zip(names[1:], arguments[1:]))}
    if len(model.inspect()["outputs"]) > 1:
        options["output_name"] = "output_0"
    report = model.explainer("gradient", **options)._prediction(arguments[0], 1)
    return "probability" if "final_activation" in report and not report["activation_added"] else "score"


def _names(arguments: Tensors) -> List[str]:
    return ["input"] if len(arguments) == 1 else [f"input_{index}" for index in range(len(arguments))]


def _producer(data: bytes) -> str:
    """The name of the node that gives the second output of an ONNX file."""
    import onnx

    graph = onnx.load_model_from_string(data).graph
    name = graph.output[-1].name
    for node in graph.node:
        if name in node.output:
            return str(node.name)
    raise UnsupportedError("what the layer takes is an input of the network", "unavailable")


def units(target: Any, shape: Tuple[int, ...], count: int) -> List[int]:
    """The index in a flattened item of the output that Captum's target says, for each item of a batch."""
    size = int(np.prod(shape)) if shape else 1
    if target is None:
        if size != 1:
            raise UsageError(f"the output has {size} units, so that a target is needed", "unknownTarget")
        return [0] * count
    if isinstance(target, torch.Tensor):
        if target.numel() == 1 and target.ndim <= 1:
            target = int(target.item())
        elif target.ndim == 1:
            target = [int(part) for part in target.tolist()]
        else:
            raise UsageError("a tensor of targets has one index for each item", "unknownTarget")
    each = target if isinstance(target, list) else [target] * count
    if len(each) != count:
        raise UsageError(f"there are {len(each)} targets for {count} items", "unknownTarget")
    return [_flat(part, shape) for part in each]


def _flat(target: Any, shape: Tuple[int, ...]) -> int:
    place = tuple(int(part) for part in target) if isinstance(target, tuple) else (int(target),)
    shape = shape or (1,)
    if len(place) != len(shape):
        raise UsageError(
            f"target {place} has to have {len(shape)} indices, as an item of the output does", "unknownTarget"
        )
    for index, extent in zip(place, shape):
        if not -extent <= index < extent:
            raise UsageError(
                f"target {place} lies outside the output, whose items have the shape {shape}", "unknownTarget"
            )
    return int(np.ravel_multi_index(tuple(i % e for i, e in zip(place, shape)), shape))
