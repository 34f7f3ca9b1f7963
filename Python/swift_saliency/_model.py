"""Models and what is asked of them."""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Hashable, List, Mapping, Optional, Sequence, Tuple, Union, overload

import numpy as np

from . import _library, _question
from ._attribution import Attribution
from ._errors import SaliencyWarning, UsageError
from ._frameworks import exported
from ._inputs import Inputs, array_of
from ._results import (
    CatalogEntry,
    Evaluation,
    Export,
    Layer,
    Prediction,
    detection_of,
    entries_of,
    evaluation_of,
    export_of,
    layer_of,
    unit_of,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._question import Options

#: How many compiled questions a model keeps.
_KEPT = 8


class Model:
    """A trained network.

    Args:
        source: the path of an ONNX file or a Keras model (.keras, .h5), the bytes of one, a ``torch.nn.Module``, or a
            ``keras.Model``.
        example: of a torch module an input of the shape that it takes, or several in a tuple; it is exported with
            them, with an open batch, and its scores are compared once.
        name: what a model of bytes is called in errors and reports.
        threads: how many threads work together; one a core where None.
        memory_limit: the bytes that weights and intermediate results may take together.
        precision: the numbers that it is computed with, fp32 or bf16.
    """

    def __init__(
        self,
        source: Any,
        example: Any = None,
        *,
        name: Optional[str] = None,
        threads: Optional[int] = None,
        memory_limit: Optional[int] = None,
        precision: str = "fp32",
    ) -> None:
        self._lock = threading.Lock()
        self._explainers: "OrderedDict[Hashable, Explainer]" = OrderedDict()
        self._layers: Optional[Tuple[Layer, ...]] = None
        self._object: Optional[_library.Object] = None
        made = exported(source, example)
        if made is None and not isinstance(source, (str, os.PathLike, bytes, bytearray, memoryview)):
            raise UsageError(
                f"a {type(source).__name__} is no model; give a path, bytes, a torch.nn.Module or a keras.Model",
                "invalidSetting",
            )
        file = Inputs()
        if made is not None:
            file.add(made.data, name=name or made.name)
        else:
            file.add(source, name=name or (None if isinstance(source, (str, os.PathLike)) else "model"))
        settings = _library.encoded({"threads": threads, "memory_limit": memory_limit, "precision": precision})
        pointer, _ = file.arguments()
        self._object = _library.given("open", pointer, settings)
        self.name = name or (
            made.name if made else os.fspath(source) if isinstance(source, (str, os.PathLike)) else "model"
        )
        if made is not None and made.inputs:
            made.require_equal(self._compute(made.inputs))

    def _compute(self, values: Mapping[str, Any]) -> Dict[str, Any]:
        """The network's outputs by name, for all of its inputs in order."""
        names = [port["name"] for port in self.inspect()["inputs"]]
        options: Dict[str, Any] = {}
        if len(values) > 1:
            options = {"input": names[0], "given": dict(zip(names[1:], list(values.values())[1:]))}
        return self.explainer("gradient", **options)._compute(next(iter(values.values())))

    @property
    def _handle(self) -> int:
        if self._object is None:
            raise UsageError(f"the model {self.name!r} is closed", "closed")
        return self._object.handle

    # Closing

    def close(self) -> None:
        """Gives the model and its compiled questions up; results live on. It can be called again."""
        with self._lock:
            self._explainers.clear()
            self._object = None

    def __enter__(self) -> "Model":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What it is

    def inspect(
        self,
        *,
        shape: Optional[Sequence[int]] = None,
        input: Optional[str] = None,
        output_name: Optional[str] = None,
        layout: Optional[Mapping[str, str]] = None,
    ) -> Dict[str, Any]:
        """The inputs, outputs and layers, as ``saliency inspect --json`` prints them.

        Args:
            shape: the shape of the input where the model leaves it open.
            input: the input that is in question, where there are several.
            output_name: the output that is asked.
            layout: what the axes of inputs, outputs and layers stand for, a letter for each, by name.
        """
        settings = {
            "shape": None if shape is None else [int(extent) for extent in shape],
            "input": input,
            "output": output_name,
            "layout": None if layout is None else dict(layout),
        }
        found: Dict[str, Any] = _library.given("inspect", self._handle, _library.encoded(settings)).json()
        return found

    @property
    def layers(self) -> Tuple[Layer, ...]:
        """The layers, for inputs of the shape that the model fixes; none where it leaves the shape open.

        :meth:`inspect` lists them for another shape.
        """
        if self._layers is None:
            self._layers = tuple(map(layer_of, self.inspect().get("layers") or []))
        return self._layers

    # What is asked

    @overload
    def explain(
        self,
        inputs: "List[Any] | Tuple[Any, ...]",
        target: Any = ...,
        method: str = ...,
        *,
        progress: Optional[bool] = ...,
        **options: "Unpack[Options]",
    ) -> List[Attribution]: ...

    @overload
    def explain(
        self,
        inputs: Any,
        target: Any = ...,
        method: str = ...,
        *,
        progress: Optional[bool] = ...,
        **options: "Unpack[Options]",
    ) -> Attribution: ...

    def explain(
        self,
        inputs: Any,
        target: Any = None,
        method: str = "gradient",
        *,
        progress: Optional[bool] = None,
        **options: "Unpack[Options]",
    ) -> Union[Attribution, List[Attribution]]:
        """How much each element of an input matters.

        Args:
            inputs: a path, the bytes of a file, a PIL image, or an array of NumPy, torch or TensorFlow, in the shape
                that the network takes, with or without a batch of 1. Bytes (uint8) of height×width×3, ×4 or without
                channels are an image, which is prepared as a file is, where the network takes images. A list or a
                tuple has many inputs. A dictionary has one for each of the network's inputs, by name, which are
                explained together unless ``input`` names some of them; the others are given.
            target: an index, a class's name, "top", "top:3", "box:0", or several in a list; the best one where None.
            method: a method by its name, with options as in "integrated-gradients:steps=100"; :func:`methods` lists
                them.
            progress: whether samples are shown by a bar of tqdm; where None, in a terminal and a notebook.
            **options: what else is asked, by the names of the command's options; see ``Documentation/Python.md``.

        Returns:
            An attribution, or a list of them for many inputs.
        """
        arguments: Dict[str, Any] = dict(options)
        if isinstance(inputs, Mapping):
            inputs, arguments = _by_port(inputs, arguments)
        return self._explainer(method, target, arguments)._explain(inputs, target, progress)

    def explainer(self, method: str = "gradient", target: Any = None, **options: "Unpack[Options]") -> "Explainer":
        """A question, to be asked again and again: it is compiled once for each shape of inputs.

        The parameters are those of :meth:`explain`.
        """
        return self._explainer(method, target, dict(options))

    def _explainer(self, method: str, target: Any, options: Dict[str, Any]) -> "Explainer":
        _question.require_known(options)
        handle = self._handle
        # The target is chosen at each run, so that it makes no other question.
        kind = {name: value for name, value in options.items() if name not in ("given", "similar_to")}
        key = (method, _question.frozen(kind))
        with self._lock:
            explainer = self._explainers.get(key)
            if explainer is None:
                explainer = Explainer(self, handle, method, options)
                self._explainers[key] = explainer
                while len(self._explainers) > _KEPT:
                    self._explainers.popitem(last=False)
            else:
                self._explainers.move_to_end(key)
        given = {name: options[name] for name in ("given", "similar_to") if options.get(name) is not None}
        if target is not None or given:
            return explainer._asking(target, given)
        return explainer

    @overload
    def predict(
        self, inputs: "List[Any] | Tuple[Any, ...]", top: Optional[int] = ..., **options: "Unpack[Options]"
    ) -> List[List[Prediction]]: ...

    @overload
    def predict(self, inputs: Any, top: Optional[int] = ..., **options: "Unpack[Options]") -> List[Prediction]: ...

    def predict(
        self, inputs: Any, top: Optional[int] = None, **options: "Unpack[Options]"
    ) -> Union[List[Prediction], List[List[Prediction]]]:
        """The best units of the output, best first, or a detector's boxes.

        Args:
            inputs: as of :meth:`explain`.
            top: how many are told; 5 units, and all boxes, where None.
            **options: as of :meth:`explain`.

        Returns:
            A list of :class:`Prediction`, of all items of a batch; for many inputs a list of such lists.
        """
        asked = self._explainer("gradient", None, dict(options))
        found: Union[List[Prediction], List[List[Prediction]]] = asked.predict(inputs, top)
        return found

    def export(
        self,
        path: "str | os.PathLike[str]",
        target: Any = "dynamic",
        method: str = "gradient",
        *,
        heatmap: bool = False,
        network_only: bool = False,
        opset: int = 17,
        precision: str = "fp32",
        fast: bool = False,
        fixed_batch: bool = False,
        shape: Optional[Sequence[int]] = None,
        check: Any = None,
        **options: "Unpack[Options]",
    ) -> Export:
        """Writes the network with its explanation as an ONNX model, which runs wherever ONNX does.

        Args:
            path: the file that is written, whole or not at all.
            target: what is explained; "dynamic" for an index that the written model is given.
            method: as of :meth:`explain`.
            heatmap: whether there is an output with the map, reduced over channels and scaled to 0…1.
            network_only: whether the network is written alone.
            opset: the version of ONNX's operator set, 17 to 21.
            precision: fp32 or fp16.
            fast: whether gradients of convolutions are written for speed in ONNX Runtime.
            fixed_batch: whether the batch is fixed even where the network leaves it open.
            shape: the shape of the input where the model leaves it open.
            check: an input that the written model is run on, to compare.
            **options: as of :meth:`explain`.
        """
        explainer = self._explainer(method, None, dict(options))
        settings = {
            "path": os.fspath(path),
            "heatmap": heatmap,
            "network_only": network_only,
            "opset": opset,
            "precision": precision,
            "fast": fast,
            "fixed_batch": fixed_batch,
            "shape": None if shape is None else [int(extent) for extent in shape],
        }
        inputs = Inputs()
        if check is not None:
            inputs.add(check)
        explainer._add_given(inputs)
        text = _question.target_text(target)
        answer = _library.finished(
            "export",
            explainer._handle,
            None if text is None else text.encode(),
            _library.encoded(settings),
            *inputs.arguments(),
        )
        return export_of(answer.json())

    def __repr__(self) -> str:
        return f"<Model {self.name!r}{' (closed)' if self._object is None else ''}>"

    def __reduce__(self) -> Tuple[Any, ...]:
        raise TypeError("a model holds memory of the library and cannot be pickled; open it anew")


class Explainer:
    """A question about a model, compiled for each shape of inputs. :meth:`Model.explainer` makes it."""

    def __init__(self, model: Model, handle: int, method: str, options: Dict[str, Any]) -> None:
        settings = _question.settings(method, None, options)
        self._model = weakref.ref(model)
        self._object = _library.given("ask", handle, _library.encoded(settings))
        self._method = method
        self._target: Any = None
        self._given: Dict[str, Any] = {}

    @property
    def _handle(self) -> int:
        return self._object.handle

    def _asking(self, target: Any, given: Dict[str, Any]) -> "Explainer":
        """The same compiled question with a target, and tensors beside the input."""
        other = object.__new__(Explainer)
        other.__dict__.update(self.__dict__)
        other._target, other._given = target, given
        return other

    @overload
    def explain(
        self, inputs: "List[Any] | Tuple[Any, ...]", target: Any = ..., *, progress: Optional[bool] = ...
    ) -> List[Attribution]: ...

    @overload
    def explain(self, inputs: Any, target: Any = ..., *, progress: Optional[bool] = ...) -> Attribution: ...

    def explain(
        self, inputs: Any, target: Any = None, *, progress: Optional[bool] = None
    ) -> Union[Attribution, List[Attribution]]:
        """An attribution, or a list of them for many inputs; the parameters are those of :meth:`Model.explain`."""
        return self._explain(inputs, self._target if target is None else target, progress)

    #: The same as :meth:`explain`.
    __call__ = explain

    def _explain(self, inputs: Any, target: Any, progress: Optional[bool]) -> Union[Attribution, List[Attribution]]:
        text = _question.target_text(target)
        if isinstance(inputs, (list, tuple)):
            return [self._one(value, text, progress) for value in inputs]
        return self._one(inputs, text, progress)

    def _one(self, value: Any, target: Optional[str], progress: Optional[bool]) -> Attribution:
        inputs = Inputs()
        count = 1
        if isinstance(value, Together):
            count = len(value.inputs)
            for port, part in value.inputs.items():
                inputs.add(part, port=port)
        else:
            inputs.add(value)
        self._add_given(inputs)
        answer = _library.finished(
            "explain",
            self._handle,
            None if target is None else target.encode(),
            *inputs.arguments(),
            progress=progress,
            title=self._method,
        )
        _warn(answer)
        return Attribution(answer, count)

    def _add_given(self, inputs: Inputs) -> None:
        """Adds the tensors that are given beside the input."""
        for port, tensor in (self._given.get("given") or {}).items():
            inputs.add(tensor, _library.GIVEN, port=port)
        compared = self._given.get("similar_to")
        if compared is not None:
            name = Path(compared).stem if isinstance(compared, (str, os.PathLike)) else None
            inputs.add(compared, _library.COMPARED, name=name)

    @overload
    def predict(self, inputs: "List[Any] | Tuple[Any, ...]", top: Optional[int] = ...) -> List[List[Prediction]]: ...

    @overload
    def predict(self, inputs: Any, top: Optional[int] = ...) -> List[Prediction]: ...

    def predict(self, inputs: Any, top: Optional[int] = None) -> Union[List[Prediction], List[List[Prediction]]]:
        """The best units, or a detector's boxes; the parameters are those of :meth:`Model.predict`."""
        if top is not None and (isinstance(top, bool) or not isinstance(top, int) or not 1 <= top < 1 << 31):
            raise UsageError(f"top has to be at least 1, not {top!r}", "invalidSetting")
        if isinstance(inputs, (list, tuple)):
            return [self._predict(value, top or 0) for value in inputs]
        return self._predict(inputs, top or 0)

    def _predict(self, value: Any, top: int) -> List[Prediction]:
        report = self._prediction(value, top)
        if report.get("detections") is not None:
            return [detection_of(box, item) for item, boxes in enumerate(report["detections"]) for box in boxes]
        return [unit_of(unit, item) for item, units in enumerate(report["predictions"]) for unit in units]

    def _prediction(self, value: Any, top: int) -> Dict[str, Any]:
        """The report, as ``saliency predict --json`` prints it."""
        given = Inputs()
        given.add(value)
        self._add_given(given)
        report: Dict[str, Any] = _library.finished("predict", self._handle, top, *given.arguments()).json()
        return report

    def _compute(self, value: Any) -> Dict[str, Any]:
        inputs = Inputs()
        inputs.add(value)
        self._add_given(inputs)
        answer = _library.finished("compute", self._handle, *inputs.arguments())
        found: Dict[str, Any] = {}
        while True:
            try:
                name, values = answer.array(len(found))
            except UsageError:
                return found
            found[name] = values

    def __repr__(self) -> str:
        return f"<Explainer by {self._method}>"


class Together:
    """Inputs that are explained together, by the names of the network's inputs."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self.inputs = dict(inputs)


def _by_port(inputs: Mapping[str, Any], options: Dict[str, Any]) -> Tuple[Any, Dict[str, Any]]:
    """Takes inputs by name apart: those that are explained, and those that are given."""
    named = options.get("input")
    names = list(inputs) if named is None or named == "all" else [named] if isinstance(named, str) else list(named)
    missing = [name for name in names if name not in inputs]
    if missing or not names:
        raise UsageError(f"no input is given for {', '.join(map(repr, missing)) or 'the network'}", "invalidSetting")
    given = {name: value for name, value in inputs.items() if name not in names}
    given.update(options.get("given") or {})
    options = {**options, "input": names if len(names) > 1 else names[0], "given": given}
    return (Together({name: inputs[name] for name in names}) if len(names) > 1 else inputs[names[0]]), options


def _warn(answer: _library.Object) -> None:
    """Warns of what a user should know."""
    from ctypes import byref, c_uint64

    notes = c_uint64()
    _library.call("notes", answer.handle, byref(notes))
    if notes.value:
        import warnings

        for note in _library.Object(notes.value).json():
            warnings.warn(note, SaliencyWarning, stacklevel=5)


def methods() -> List[CatalogEntry]:
    """The methods by which models are explained, with their options."""
    return entries_of(_library.given("catalog", b"methods").json()["methods"])


def metrics() -> List[CatalogEntry]:
    """The metrics of :func:`evaluate`, with their options."""
    return entries_of(_library.given("catalog", b"metrics").json()["metrics"])


def evaluate(
    model: Model,
    inputs: Any,
    method: Union[str, Sequence[str]] = "gradient",
    metric: Union[str, Sequence[str], None] = None,
    *,
    mask: Any = None,
    target: Any = "top",
    seed: int = 0,
    progress: Optional[bool] = None,
    **options: "Unpack[Options]",
) -> Evaluation:
    """How good explanations are, by several methods on the same inputs.

    Args:
        model: the network.
        inputs: one input or a list of them, as of :meth:`Model.explain`.
        method: one method or a list of them.
        metric: one metric or a list of them; all that the inputs have what is needed for where None.
        mask: what is to be explained in each input, white or not 0: an image or an array, or a list of one for each
            input.
        target: what is explained.
        seed: where the random numbers of methods and metrics start that do not say so themselves.
        progress: of no account yet.
        **options: as of :meth:`Model.explain`.
    """
    values = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    masks = list(mask) if isinstance(mask, (list, tuple)) else [mask] * len(values)
    if len(masks) != len(values):
        raise UsageError(f"there are {len(masks)} masks for {len(values)} inputs", "invalidSetting")
    settings = {
        "methods": [method] if isinstance(method, str) else list(method),
        "metrics": None if metric is None else [metric] if isinstance(metric, str) else list(metric),
        "seed": seed,
    }
    given = Inputs()
    for index, (value, inside) in enumerate(zip(values, masks)):
        given.add(value, name=None if isinstance(value, (str, os.PathLike)) else f"input {index}")
        if inside is not None:
            given.add(_mask(inside), _library.MASK, name=f"the mask of input {index}")
    question = _question.settings("gradient", _question.target_text(target), options)
    _question.require_known(options)
    asked = _library.given("ask", model._handle, _library.encoded(question))
    answer = _library.finished(
        "evaluate", asked.handle, _library.encoded(settings), *given.arguments(), progress=progress
    )
    return evaluation_of(answer.json())


def _mask(value: Any) -> Any:
    """A mask as the library reads it: what is true is white."""
    if str(getattr(value, "dtype", "")).endswith("bool"):
        return array_of(value) * np.uint8(255)
    return value
