"""Networks of frameworks, as files that the library opens."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from ._errors import DataError, UnsupportedError, UsageError

#: The relative error in L2 that scores of single precision may have against those of the framework.
TOLERANCE = 1e-3


class Exported:
    """The file of a framework's network, with inputs and what the network gives for them."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        #: The arrays by the inputs' names, in the order in which the network takes them.
        self.inputs: Dict[str, Any] = {}
        self.expected: List[Any] = []
        self.framework = ""

    def require_equal(self, found: Dict[str, Any]) -> None:
        """Raises where the library gives other numbers than the framework."""
        for expected, (name, values) in zip(self.expected, found.items()):
            expected = np.asarray(expected, np.float32)
            if expected.shape != values.shape and expected.size != values.size:
                raise DataError(
                    f"output {name!r} has the shape {values.shape}, and {self.framework} gives {expected.shape}",
                    "invalidInput",
                )
            difference = float(np.linalg.norm(values.ravel() - expected.ravel()))
            scale = float(np.linalg.norm(expected.ravel()))
            if not difference <= TOLERANCE * max(scale, 1e-6):
                raise DataError(
                    f"the scores of output {name!r} differ from those of {self.framework} by "
                    f"{difference / max(scale, 1e-30):.2g} (relative, in L2), so that maps would be of another network; "
                    "the exported model does not compute what the module does",
                    "invalidInput",
                )


def exported(source: Any, example: Any) -> Optional[Exported]:
    """The file of a module of torch or a model of Keras; None where the source is neither."""
    # On PyTorch a model of Keras is a module of torch too.
    for name in ("keras", "tf_keras"):
        keras = sys.modules.get(name)
        kind = getattr(keras, "Model", None) if keras is not None else None
        if kind is not None and isinstance(source, kind):
            return _of_keras(source, example, name)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(source, torch.nn.Module):
        return _of_torch(torch, source, example)
    return None


def _of_torch(torch: Any, module: Any, example: Any) -> Exported:
    if example is None:
        raise UsageError(
            "a torch module is exported with an example of its input; give one, such as torch.zeros(1, 3, 224, 224)",
            "invalidSetting",
        )
    examples: Tuple[Any, ...] = tuple(example) if isinstance(example, (list, tuple)) else (example,)
    examples = tuple(part if isinstance(part, torch.Tensor) else torch.as_tensor(part) for part in examples)
    parameter = next(iter(module.parameters()), None)
    if parameter is not None:
        examples = tuple(part.to(parameter.device) for part in examples)
    names = [f"input_{index}" for index in range(len(examples))] if len(examples) > 1 else ["input"]
    was_training = bool(module.training)
    module.eval()
    buffer = io.BytesIO()
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = _tensors(torch, module(*examples))
            arguments: Dict[str, Any] = {
                "input_names": names,
                "output_names": [f"output_{index}" for index in range(len(expected))]
                if len(expected) > 1
                else ["output"],
                "dynamic_axes": {name: {0: "batch"} for name, part in zip(names, examples) if part.ndim > 1},
                "opset_version": 17,
            }
            _export_torch(torch, module, examples, buffer, arguments)
    except UnsupportedError:
        raise
    except Exception as error:
        raise UnsupportedError(f"the module cannot be exported to ONNX: {_first_line(error)}", "unavailable") from error
    finally:
        module.train(was_training)
    made = Exported(buffer.getvalue(), type(module).__name__)
    made.framework = "torch"
    made.inputs = dict(zip(names, examples))
    made.expected = [part.detach().cpu().float().numpy() for part in expected]
    return made


def _export_torch(torch: Any, module: Any, examples: Tuple[Any, ...], buffer: Any, arguments: Dict[str, Any]) -> None:
    """Exports by tracing, which needs no other package, where this torch still has it."""
    try:
        torch.onnx.export(module, examples, buffer, dynamo=False, **arguments)
    except TypeError:
        torch.onnx.export(module, examples, buffer, **arguments)


def _tensors(torch: Any, outputs: Any) -> List[Any]:
    """The tensors that a module gives, in order."""
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    if isinstance(outputs, (list, tuple)):
        return [tensor for part in outputs for tensor in _tensors(torch, part)]
    return []


def _of_keras(model: Any, example: Any, package: str) -> Exported:
    # Keras 2 writes archives of its own form; HDF5 is read of it.
    ending = ".h5" if package == "tf_keras" else ".keras"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model" + ending)
        try:
            model.save(path)
        except Exception as error:
            raise UnsupportedError(f"the Keras model cannot be saved: {_first_line(error)}", "unavailable") from error
        made = Exported(Path(path).read_bytes(), str(getattr(model, "name", "model")) + ending)
    made.framework = package
    examples = _keras_examples(model, example)
    if examples is not None:
        outputs = model(examples if len(examples) > 1 else examples[0], training=False)
        outputs = list(outputs.values()) if isinstance(outputs, dict) else outputs
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        made.expected = [_numbers(output) for output in outputs]
        made.inputs = {f"input_{index}": part for index, part in enumerate(examples)}
    return made


def _numbers(output: Any) -> Any:
    """What a tensor of any of Keras's backends holds."""
    return np.asarray(output.detach().cpu() if hasattr(output, "detach") else output)


def _keras_examples(model: Any, example: Any) -> Optional[List[Any]]:
    """The examples, or noise where the model says all extents; None where it does not."""
    if example is not None:
        return list(example) if isinstance(example, (list, tuple)) else [example]
    random = np.random.default_rng(0)
    examples = []
    for tensor in getattr(model, "inputs", None) or []:
        shape = [1, *list(tensor.shape)[1:]]
        kind = str(getattr(tensor, "dtype", "float32"))
        if any(extent is None for extent in shape) or "float" not in kind:
            return None
        examples.append(random.random(shape, np.float32))
    return examples or None


def _first_line(error: BaseException) -> str:
    """What an error says first, and the operator that it names."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    named = next((line for line in lines[1:] if "operator" in line.lower() or "aten::" in line), None)
    return lines[0] if named is None or "operator" in lines[0].lower() else f"{lines[0]} {named}"
