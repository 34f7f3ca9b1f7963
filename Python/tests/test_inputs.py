"""Input that is bad, or only looks so."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Callable, List, Tuple, Type

import networks
import numpy as np
import numpy.typing as npt
import pytest
from conftest import BIRD_IMAGE

import swift_saliency as saliency

Tensor = npt.NDArray[np.float32]

SAME: List[Tuple[str, Callable[[Tensor], Any]]] = [
    ("in Fortran's order", np.asfortranarray),
    ("with gaps", lambda x: np.repeat(x, 2, axis=3)[..., ::2]),
    ("backwards in memory", lambda x: x[..., ::-1].copy()[..., ::-1]),
    ("of the other byte order", lambda x: x.astype(">f4")),
    ("of double precision", lambda x: x.astype(np.float64)),
    ("read-only", lambda x: np.frombuffer(x.tobytes(), np.float32).reshape(x.shape)),
    ("not aligned", lambda x: np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(np.float32).reshape(x.shape)),
    ("a subclass", lambda x: x.view(np.memmap)),
]


@pytest.mark.parametrize("change", [change for _, change in SAME], ids=[name for name, _ in SAME])
def test_arrays_of_another_form_are_the_same_input(
    change: Callable[[Tensor], Any], bird: saliency.Model, tensor: Tensor
) -> None:
    assert np.array_equal(bird.explain(change(tensor)).values, bird.explain(tensor).values)


def test_integers_and_truth_values_are_numbers_where_there_is_no_picture() -> None:
    model = saliency.Model(networks.linear([[1, 2, 3]]))
    for kind in (np.int64, np.uint8, np.bool_, np.float16):
        result = model.explain(np.array([[1, 0, 1]], kind), method="input-x-gradient", gradient_modifier="none")
        assert result.values.tolist() == [[1, 0, 3]]


def test_arrays_are_read_where_they_lie(bird: saliency.Model, tensor: Tensor) -> None:
    from swift_saliency import _inputs

    assert _inputs.array_of(tensor) is tensor
    assert np.shares_memory(_inputs.array_of(tensor[0]), tensor)
    picture = np.zeros((4, 5, 3), np.uint8)
    assert _inputs.array_of(picture) is picture


def nan(x: Tensor) -> Tensor:
    changed = x.copy()
    changed[0, 1, 2, 3] = np.nan
    return changed


BAD: List[Tuple[str, Callable[[Tensor], Any], Type[Exception], str]] = [
    ("a NaN", nan, saliency.DataError, "finite|NaN|nan"),
    ("an infinity", lambda x: x / np.float32(0), saliency.DataError, "finite|inf"),
    ("what single precision cannot hold", lambda x: x.astype(np.float64) * 1e300, saliency.DataError, "finite|inf"),
    ("a wrong shape", lambda x: x[:, :2], saliency.DataError, "takes .×3×96×96"),
    ("too many axes", lambda x: x[None, None], saliency.DataError, "takes .×3×96×96"),
    ("no axes", lambda x: np.float32(1), saliency.SaliencyError, "takes .×3×96×96"),
    ("nothing", lambda x: x[:0], saliency.DataError, "empty"),
    ("an empty list in an array", lambda x: np.zeros((0,)), saliency.DataError, "empty"),
    ("complex numbers", lambda x: x.astype(np.complex64), saliency.DataError, "complex64 is no input"),
    ("texts", lambda x: np.array(["a"]), saliency.DataError, "is no input"),
    ("objects", lambda x: np.array([object()]), saliency.DataError, "is no input"),
    ("dates", lambda x: np.array(["2020-01-01"], "datetime64[D]"), saliency.DataError, "is no input"),
    ("none", lambda x: None, saliency.DataError, "is no input"),
    ("integers that are not exact", lambda x: np.full((1, 3, 96, 96), 1 << 40), saliency.DataError, "2\\^24"),
    ("a file that is missing", lambda x: "/no/such/file.png", saliency.DataError, "/no/such/file.png"),
    ("an empty path", lambda x: "", saliency.SaliencyError, "path is empty"),
    ("a path with a zero", lambda x: "a\0b.png", saliency.SaliencyError, "path"),
    ("bytes of no file", lambda x: b"nonsense", saliency.DataError, "input"),
    ("no bytes", lambda x: b"", saliency.DataError, "input"),
    ("a folder", lambda x: "/tmp", saliency.DataError, "/tmp"),
]


@pytest.mark.parametrize(("make", "kind", "sentence"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_is_refused_by_a_sentence(
    make: Callable[[Tensor], Any], kind: Type[Exception], sentence: str, bird: saliency.Model, tensor: Tensor
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        given = make(tensor)
    for ask in (bird.explain, bird.predict):
        with pytest.raises(kind, match=sentence) as error:
            ask(given)
        assert isinstance(error.value, saliency.SaliencyError)
        assert error.value.code
        assert "\n" not in str(error.value)


MODELS: List[Tuple[str, Any, Type[Exception], str]] = [
    ("a file that is missing", "/no/such/model.onnx", saliency.DataError, "/no/such/model.onnx"),
    ("bytes of no model", b"nonsense", saliency.DataError, "model: "),
    ("no bytes", b"", saliency.DataError, "model: "),
    ("something else", 3, saliency.UsageError, "a int is no model"),
    ("nothing", None, saliency.UsageError, "is no model"),
]


@pytest.mark.parametrize(("source", "kind", "sentence"), [row[1:] for row in MODELS], ids=[row[0] for row in MODELS])
def test_what_is_no_model_is_refused(source: Any, kind: Type[Exception], sentence: str) -> None:
    with pytest.raises(kind, match=sentence):
        saliency.Model(source)


def test_errors_have_the_category_of_the_command_s_exit_code(bird: saliency.Model, tensor: Tensor) -> None:
    unsupported = saliency.Model(networks.unsupported(), name="unsupported")
    with pytest.raises(saliency.UnsupportedError, match="NoSuchOperator") as error:
        unsupported.predict(np.zeros((1, 2), np.float32))
    assert isinstance(error.value, NotImplementedError)
    assert error.value.category == "unsupported"
    small = saliency.Model(networks.convolutions(), memory_limit=1 << 20)
    with pytest.raises(saliency.MemoryLimitError) as limit:
        small.explain(np.zeros((1, 3, 128, 128), np.float32))
    assert isinstance(limit.value, MemoryError)
    with pytest.raises(saliency.UsageError) as usage:
        bird.explain(tensor, method="nonsense")
    assert isinstance(usage.value, ValueError)
    assert usage.value.code == "invalidSetting"
    with pytest.raises(saliency.UsageError) as target:
        bird.explain(tensor, target="nonsense", labels=["bird", "cat"])
    assert target.value.code == "unknownTarget"


SETTINGS: List[Tuple[str, Any, str]] = [
    ("a truth value as a target", {"target": True}, "truth value"),
    ("a fraction as a target", {"target": 1.5}, "not a float"),
    ("labels of another number", {"labels": ["a", "b", "c"]}, "3"),
    ("labels from a number below 0", {"labels": {-1: "a"}}, "from 0"),
    ("no size", {"size": 0}, "no size"),
    ("a size of three numbers", {"size": (1, 2, 3)}, "no size"),
    ("a scale that is none", {"scale": "1/0"}, "no scale"),
    ("a mean that is none", {"mean": [1, 2]}, "one a channel"),
    ("a deviation of nothing", {"std": 0}, "std must not be 0"),
    ("a fit that there is not", {"fit": "shrink"}, "crop, stretch, letterbox"),
    ("two fits", {"fit": "crop", "crop": "none"}, "different things"),
    ("a side that there is not", {"on": "both"}, "score, probability"),
    ("a layer that there is not", {"wrt": "nonsense"}, "nonsense"),
    ("an input that there is not", {"input": "nonsense"}, "nonsense"),
    ("an output that there is not", {"output_name": "nonsense"}, "nonsense"),
    ("a method's option that there is not", {"method": "lime:nonsense=1"}, "nonsense"),
    ("a text with a zero", {"method": "a\0b"}, "no method"),
]


@pytest.mark.parametrize(("options", "sentence"), [row[1:] for row in SETTINGS], ids=[row[0] for row in SETTINGS])
def test_bad_settings_are_refused_by_a_sentence(options: Any, sentence: str, bird: saliency.Model) -> None:
    with pytest.raises(saliency.UsageError, match=sentence):
        bird.explain(BIRD_IMAGE, **options)


def test_an_option_that_there_is_not_is_a_type_error(bird: saliency.Model) -> None:
    with pytest.raises(TypeError, match="no option 'nonsense'; there are labels"):
        bird.explain(BIRD_IMAGE, nonsense=1)  # type: ignore[call-overload]


@pytest.mark.parametrize("settings", [{"threads": 0}, {"threads": -1}, {"memory_limit": 0}, {"precision": "fp8"}])
def test_settings_of_a_model_are_checked(settings: Any) -> None:
    with pytest.raises(saliency.UsageError):
        saliency.Model(networks.product(), **settings)


def test_exports_that_cannot_be_are_refused(bird: saliency.Model, tmp_path: Path) -> None:
    with pytest.raises(saliency.SaliencyError, match="such"):
        bird.export("/no/such/folder/x.onnx")
    with pytest.raises(saliency.UsageError, match="fp64"):
        bird.export(tmp_path / "x.onnx", precision="fp64")
    with pytest.raises(saliency.SaliencyError):
        bird.export(tmp_path / "x.onnx", opset=3)
    assert list(tmp_path.iterdir()) == []


def test_a_guessed_preparation_is_told_once_by_a_warning(tmp_path: Path) -> None:
    model = saliency.Model(networks.convolutions(1, 16, 4), name="small")
    with pytest.warns(saliency.SaliencyWarning, match="nothing says how images become its input"):
        model.explain(np.zeros((16, 16, 3), np.uint8))
