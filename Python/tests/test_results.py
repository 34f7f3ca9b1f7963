"""What models answer."""

from __future__ import annotations

import dataclasses
import io
import json
import pickle
import re
from pathlib import Path
from typing import Any

import networks
import numpy as np
import numpy.typing as npt
import pytest
from conftest import BIRD, BIRD_IMAGE, BIRD_LABELS, DETECTOR, SCENE
from PIL import Image

import swift_saliency as saliency
from swift_saliency import _notebook

Tensor = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def result(bird: saliency.Model) -> saliency.Attribution:
    return bird.explain(BIRD_IMAGE, labels=BIRD_LABELS)


def test_an_attribution_tells_what_it_is_of(result: saliency.Attribution) -> None:
    assert re.fullmatch(r"<Attribution 1×3×96×96 of bird by gradient, score 3\.37>", repr(result))
    assert [(unit.index, unit.name) for unit in result.units] == [(0, "bird")]
    assert result.report["method"] == "gradient"
    told = result.to_dict()
    assert told["values"] is result.values
    assert told["score"] == result.units[0].score


def test_a_heat_map_has_a_number_for_each_place(result: saliency.Attribution) -> None:
    heat = result.heatmap()
    assert heat.shape == (96, 96)
    assert heat.dtype == np.float32
    assert np.allclose(heat, np.abs(result.values[0]).max(0))
    with pytest.raises(saliency.SaliencyError):
        result.heatmap(1)
    with pytest.raises(saliency.UsageError, match="no position"):
        result.heatmap(-1)


def test_results_never_change(result: saliency.Attribution, bird: saliency.Model) -> None:
    with pytest.raises(ValueError, match="read-only"):
        result.values[0] = 0
    with pytest.raises(AttributeError):
        result.values = np.zeros(1, np.float32)  # type: ignore[misc]
    with pytest.raises(AttributeError):
        result.other = 1
    unit = bird.predict(BIRD_IMAGE)[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        unit.score = 0.0  # type: ignore[misc]
    assert unit.to_dict()["index"] == 0
    with pytest.raises(TypeError, match="to_dict"):
        pickle.dumps(result)
    with pytest.raises(TypeError, match="open it anew"):
        pickle.dumps(bird)


def test_a_report_that_is_changed_is_not_the_attribution_s(result: saliency.Attribution) -> None:
    report = result.report
    report["method"] = "other"
    report["targets"][0].clear()
    assert result.report["method"] == "gradient"
    assert result.units


def test_numbers_outlive_all_that_they_came_from(tensor: Tensor) -> None:
    model = saliency.Model(BIRD)
    expected = model.explain(tensor).values.copy()
    values = model.explain(tensor).values
    model.close()
    del model
    for _ in range(20):
        np.empty(3 * 96 * 96, np.float32).fill(7)
    assert np.array_equal(values, expected)


def test_what_a_result_shows_of_its_input_is_what_it_was(bird: saliency.Model, tensor: Tensor) -> None:
    given = tensor.copy()
    result = bird.explain(given)
    before = result.draw()
    given[:] = 0
    assert result.draw() == before


def test_checks_say_whether_a_promise_holds(bird: saliency.Model) -> None:
    (check,) = bird.explain(BIRD_IMAGE, method="deeplift").check()
    assert (check.kind, check.verdict) == ("completeness", "holds")
    assert check.claimed == pytest.approx(check.measured, rel=1e-3)
    assert check.text.endswith("holds")


@pytest.mark.parametrize(
    ("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("pdf", b"%PDF"), ("webp", b"RIFF")]
)
def test_files_are_of_the_kind_that_their_ending_says(
    ending: str, start: bytes, result: saliency.Attribution, tmp_path: Path
) -> None:
    result.save(tmp_path / f"map.{ending}")
    assert start in (tmp_path / f"map.{ending}").read_bytes()[:200]


def test_numbers_and_reports_can_be_saved(result: saliency.Attribution, tmp_path: Path) -> None:
    result.save(tmp_path / "map.npy")
    result.save(tmp_path / "map.json")
    assert np.array_equal(np.load(tmp_path / "map.npy"), result.values)
    assert json.loads((tmp_path / "map.json").read_text()) == result.report


def test_an_unwritable_file_and_an_unknown_ending_are_errors(result: saliency.Attribution, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        result.save(tmp_path / "no" / "map.png")
    with pytest.raises(saliency.UsageError, match="no format of images"):
        result.save(tmp_path / "map.xyz")
    assert not (tmp_path / "map.xyz").exists()


def test_a_notebook_gets_a_page_that_needs_nothing_else(result: saliency.Attribution) -> None:
    page = _notebook.page(result)
    assert page.count('type="range"') == 2
    assert "http" not in page.replace("http://www.w3.org", "")
    data = json.loads(re.search(r"data = (\{.*?\});", page, re.S).group(1))  # type: ignore[union-attr]
    assert (data["width"], data["height"]) == (96, 96)
    assert data["picture"].startswith("data:image/png;base64,")
    assert "bird" in page


def test_elsewhere_showing_writes_a_picture(result: saliency.Attribution, capsys: Any) -> None:
    result.show()
    path = Path(capsys.readouterr().out.strip())
    assert path.read_bytes().startswith(b"\x89PNG")
    path.unlink()


def test_many_inputs_have_many_results(bird: saliency.Model, tensor: Tensor) -> None:
    several = bird.explain([BIRD_IMAGE, tensor, tensor[0]], target=1)
    assert [found.values.shape for found in several] == [(1, 3, 96, 96), (1, 3, 96, 96), (3, 96, 96)]
    assert np.array_equal(several[1].values[0], several[2].values)
    predicted = bird.predict([BIRD_IMAGE, tensor])
    assert [len(units) for units in predicted] == [2, 2]


def test_a_batch_has_a_result_with_an_item_for_each(tensor: Tensor) -> None:
    model = saliency.Model(networks.linear([[1, 2, 3], [4, 5, 6]]))
    result = model.explain(np.eye(3, dtype=np.float32), gradient_modifier="none")
    assert result.values.tolist() == [[4, 5, 6]] * 3
    assert [(unit.index, unit.item, unit.score) for unit in result.units] == [(1, 0, 4), (1, 1, 5), (1, 2, 6)]
    assert len(result.check()) == 3


def test_inputs_by_name_are_explained_together_or_given() -> None:
    model = saliency.Model(networks.product(), name="product")
    a, b = np.array([[3, 4]], np.float32), np.array([[5]], np.float32)
    together = model.explain({"a": a, "b": b}, target=0, gradient_modifier="none")
    assert {name: values.tolist() for name, values in together.arrays.items()} == {"a": [[5, 5]], "b": [[7]]}
    of_a = model.explain({"a": a, "b": b}, input="a", gradient_modifier="none")
    assert of_a.values.tolist() == [[5, 5]]
    assert model.explain(a, input="a", given={"b": b}, gradient_modifier="none").values.tolist() == [[5, 5]]
    assert model.predict(a, input="a", given={"b": b})[0].score == 35
    with pytest.raises(saliency.UsageError, match="'b'"):
        model.explain({"a": a}, input=["a", "b"])


def test_an_explainer_is_compiled_once_and_asked_often(bird: saliency.Model, tensor: Tensor) -> None:
    explainer = bird.explainer("guided", labels=BIRD_LABELS)
    assert repr(explainer) == "<Explainer by guided>"
    for target in (0, "cat", None):
        assert np.array_equal(
            explainer(tensor, target=target).values, bird.explain(tensor, target, "guided", labels=BIRD_LABELS).values
        )
    assert bird.explainer("guided", target=1)(tensor).units[0].index == 1


def test_boxes_can_be_asked_about_by_what_is_predicted(detector: saliency.Model) -> None:
    best = detector.predict(SCENE)[0]
    assert best.place == "box:0"
    found = detector.explain(SCENE, target=best.place).units[0]
    assert (found.index, found.name) == (best.index, best.name)
    assert found.box == best.box


def test_models_are_opened_from_bytes_and_buffers() -> None:
    data = DETECTOR.read_bytes()
    for source in (data, bytearray(data), memoryview(data)):
        assert len(saliency.Model(source, name="detector").layers) > 10


def test_a_closed_model_says_so(tensor: Tensor) -> None:
    with saliency.Model(BIRD) as model:
        explainer = model.explainer()
        model.explain(tensor)
    for ask in (lambda: model.explain(tensor), lambda: model.predict(tensor), lambda: model.layers):
        with pytest.raises(saliency.UsageError, match="is closed"):
            ask()
    model.close()
    assert "closed" in repr(model)
    # What was compiled of it lives on.
    assert explainer(tensor).values.shape == (1, 3, 96, 96)


def test_a_picture_of_pil_is_its_file(bird: saliency.Model) -> None:
    from_file = bird.explain(BIRD_IMAGE)
    image = Image.open(BIRD_IMAGE)
    array = np.asarray(image.convert("RGB"))
    for given in (
        image,
        array,
        BIRD_IMAGE.read_bytes(),
        str(BIRD_IMAGE),
        io.BytesIO(BIRD_IMAGE.read_bytes()).getbuffer(),
    ):
        assert np.array_equal(bird.explain(given).values, from_file.values)
        assert bird.explain(given).draw() == from_file.draw()
