"""Methods that hide parts of the inputs."""

from __future__ import annotations

import itertools
from typing import Any, Iterator, List, Optional, Sequence, Tuple

import numpy as np
import torch

from .._errors import UsageError
from ._base import Attribution, answer, baselines_of, begin
from ._network import BATCH, Array, Tensors

#: What is hidden at once: an input by its position, and a mask that an item's shape can be compared with.
Hidden = Tuple[int, torch.Tensor]


class _Ablation(Attribution):
    """How much the score falls when a part is hidden, for each part."""

    def _ablate(
        self, parts: Tensors, rest: Tensors, chosen: List[int], start: Tensors, hidden: Iterator[Hidden], size: int
    ) -> List[Array]:
        """The falls at each element, divided by how often it was hidden."""
        count = len(chosen)
        whole = self._scores(parts + rest, chosen)
        sums = [np.zeros(part.shape, np.float64) for part in parts]
        times = [np.zeros(part.shape, np.float64) for part in parts]
        # As many parts at once as give a batch of the usual size.
        number = max(size // count, 1)
        while True:
            some = list(itertools.islice(hidden, number))
            if not some:
                break
            # The last ones are hidden again, so that all batches are of one size.
            filled = some + some[-1:] * (number - len(some))
            arguments = tuple(
                torch.cat([torch.where(mask, start[index], part) if place == index else part for place, mask in filled])
                for index, part in enumerate(parts)
            ) + tuple(torch.cat([part] * number) for part in rest)
            falls = whole - self._scores(arguments, chosen * number).reshape(number, count)
            for (place, mask), fall in zip(some, falls):
                weight = np.broadcast_to(mask.cpu().numpy(), parts[place].shape).astype(np.float64)
                sums[place] += weight * fall.reshape(-1, *[1] * (parts[place].ndim - 1))
                times[place] += weight
        return [(total / np.maximum(time, 1)).astype(np.float32) for total, time in zip(sums, times)]


class FeatureAblation(_Ablation):
    """Captum's `FeatureAblation`."""

    def attribute(
        self,
        inputs: Any,
        baselines: Any = None,
        target: Any = None,
        additional_forward_args: Any = None,
        feature_mask: Any = None,
        perturbations_per_eval: int = 1,
        show_progress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """How much the score falls when a feature is replaced by its baseline; features are elements, or as a mask says."""
        if kwargs:
            raise UsageError(f"there is no option {next(iter(kwargs))!r}", "invalidSetting")
        parts, rest, chosen = begin(self._network, inputs, target, additional_forward_args)
        parts = tuple(part.detach() for part in parts)
        start = baselines_of(baselines, parts)
        masks = feature_mask if isinstance(feature_mask, tuple) else (feature_mask,) * len(parts)
        if len(masks) != len(parts):
            raise UsageError(f"there are {len(masks)} masks for {len(parts)} inputs", "invalidSetting")
        masks = tuple(
            torch.arange(part[0].numel()).reshape(1, *part.shape[1:]) if mask is None else mask
            for mask, part in zip(masks, parts)
        )

        def hidden() -> Iterator[Hidden]:
            for place, mask in enumerate(masks):
                for feature in torch.unique(mask).tolist():
                    yield place, mask == feature

        return answer(self._ablate(parts, rest, chosen, start, hidden(), BATCH), inputs)


class Occlusion(_Ablation):
    """Captum's `Occlusion`."""

    def attribute(
        self,
        inputs: Any,
        sliding_window_shapes: Any,
        strides: Any = None,
        baselines: Any = None,
        target: Any = None,
        additional_forward_args: Any = None,
        perturbations_per_eval: int = 1,
        show_progress: bool = False,
    ) -> Any:
        """How much the score falls when a window is covered, in the mean over the windows that cover an element."""
        parts, rest, chosen = begin(self._network, inputs, target, additional_forward_args)
        parts = tuple(part.detach() for part in parts)
        start = baselines_of(baselines, parts)
        windows = sliding_window_shapes if isinstance(inputs, tuple) else (sliding_window_shapes,)
        steps = strides if isinstance(inputs, tuple) and strides is not None else (strides,) * len(parts)

        def hidden() -> Iterator[Hidden]:
            for place, (part, window, step) in enumerate(zip(parts, windows, steps)):
                shape = tuple(part.shape[1:])
                yield from ((place, mask) for mask in _windows(shape, tuple(window), step))

        return answer(self._ablate(parts, rest, chosen, start, hidden(), BATCH), inputs)


def _windows(shape: Tuple[int, ...], window: Tuple[int, ...], step: Optional[Any]) -> Iterator[torch.Tensor]:
    """Masks with a window each, of an item's shape behind an axis of 1; the last of an axis ends where the axis does."""
    if len(window) != len(shape):
        raise UsageError(f"a window of {window} does not fit items of {shape}", "invalidSetting")
    strides: Sequence[int] = (
        [1] * len(shape) if step is None else [step] * len(shape) if isinstance(step, int) else step
    )
    if len(strides) != len(shape) or any(w < 1 or w > e for w, e in zip(window, shape)) or any(s < 1 for s in strides):
        raise UsageError(f"a window of {window} and strides of {step} do not fit items of {shape}", "invalidSetting")
    if any(s > w for s, w in zip(strides, window)):
        raise UsageError("strides have to be at most the window, so that all is covered", "invalidSetting")
    counts = [1 + -(-(extent - side) // stride) for extent, side, stride in zip(shape, window, strides)]
    for position in itertools.product(*(range(count) for count in counts)):
        mask = torch.zeros(1, *shape, dtype=torch.bool)
        slices = tuple(
            slice(min(index * stride, extent), min(index * stride + side, extent))
            for index, stride, side, extent in zip(position, strides, window, shape)
        )
        mask[(0, *slices)] = True
        yield mask


class ShapleyValueSampling(Attribution):
    """Captum's `ShapleyValueSampling`; its random orders are PyTorch's."""

    def attribute(
        self,
        inputs: Any,
        baselines: Any = None,
        target: Any = None,
        additional_forward_args: Any = None,
        feature_mask: Any = None,
        n_samples: int = 25,
        perturbations_per_eval: int = 1,
        show_progress: bool = False,
    ) -> Any:
        """What features add to the score, in the mean over random orders; a mask's features may lie in several inputs."""
        parts, rest, chosen = begin(self._network, inputs, target, additional_forward_args)
        parts = tuple(part.detach() for part in parts)
        start, count = baselines_of(baselines, parts), len(chosen)
        masks = list(feature_mask if isinstance(feature_mask, tuple) else (feature_mask,) * len(parts))
        first = 0
        for place, part in enumerate(parts):
            if masks[place] is None:
                masks[place] = first + torch.arange(part[0].numel()).reshape(1, *part.shape[1:])
            first = max(first, int(masks[place].max()) + 1)
        sums = [np.zeros(part.shape, np.float64) for part in parts]
        beginning = self._scores(start + rest, chosen)
        for _ in range(n_samples):
            order = torch.randperm(first).tolist()
            current, rows = list(start), []
            for feature in order:
                current = [torch.where(mask == feature, part, now) for mask, part, now in zip(masks, parts, current)]
                rows.append(current)
            arguments = tuple(torch.cat([row[place] for row in rows]) for place in range(len(parts)))
            arguments += tuple(torch.cat([part] * first) for part in rest)

            def run(some: Tensors, units: Sequence[int]) -> List[Array]:
                return [self._scores(some, units)]

            (scores,) = self._network.in_batches(run, arguments, chosen * first, BATCH)
            gains = np.diff(np.concatenate([beginning[None], scores.reshape(first, count)]), axis=0)
            for feature, gain in zip(order, gains):
                for total, mask in zip(sums, masks):
                    total += (mask == feature).numpy() * gain.reshape(-1, *[1] * (total.ndim - 1))
        return answer([total / n_samples for total in sums], inputs)
