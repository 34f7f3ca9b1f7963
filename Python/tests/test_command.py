"""The same question gives the same as the command."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import pytest
from conftest import (
    BIRD,
    BIRD_IMAGE,
    BIRD_LABELS,
    DATA,
    DETECTOR,
    DIGIT,
    DIGITS,
    LANGUAGE_LABELS,
    LANGUAGES,
    REPOSITORY,
    SCENE,
    TEXT,
    Run,
)
from PIL import Image

import swift_saliency as saliency

AXES = REPOSITORY / "Tests" / "Fixtures" / "axes"

Question = Tuple[str, Path, Path, Dict[str, Any], Sequence[object]]

QUESTIONS: List[Question] = [
    ("the usual ones", BIRD, BIRD_IMAGE, {}, []),
    (
        "a class by its name",
        BIRD,
        BIRD_IMAGE,
        {"target": "cat", "labels": BIRD_LABELS},
        ["--target", "cat", "--labels", BIRD_LABELS],
    ),
    ("a class by its index", BIRD, BIRD_IMAGE, {"target": 1}, ["--target", "1"]),
    ("several classes", BIRD, BIRD_IMAGE, {"target": [0, 1]}, ["--target", "0,1"]),
    (
        "a method with options",
        BIRD,
        BIRD_IMAGE,
        {"method": "integrated-gradients:steps=7"},
        ["--method", "integrated-gradients:steps=7"],
    ),
    (
        "a random method",
        BIRD,
        BIRD_IMAGE,
        {"method": "smoothgrad:samples=4"},
        ["--method", "smoothgrad:samples=4"],
    ),
    (
        "a map of a layer",
        BIRD,
        BIRD_IMAGE,
        {"method": "grad-cam:layer=rectifier_3"},
        ["--method", "grad-cam:layer=rectifier_3"],
    ),
    (
        "a unit of a layer",
        BIRD,
        BIRD_IMAGE,
        {"layer": "rectifier_2", "target": 3},
        ["--layer", "rectifier_2", "--target", "3"],
    ),
    (
        "with respect to a layer, by its index",
        BIRD,
        BIRD_IMAGE,
        {"wrt": -3, "gradient_modifier": "none"},
        ["--wrt=-3", "--gradient-modifier", "none"],
    ),
    (
        "losses",
        BIRD,
        BIRD_IMAGE,
        {"loss": ["output:0:1", "output:1:-1"]},
        ["--loss", "output:0:1", "--loss", "output:1:-1"],
    ),
    ("the probability", BIRD, BIRD_IMAGE, {"on": "probability"}, ["--on", "probability"]),
    (
        "another preparation",
        BIRD,
        BIRD_IMAGE,
        {"mean": [0.5, 0.4, 0.3], "std": 0.2, "scale": "1/255", "fit": "crop", "shorter_side": 100, "channels": "bgr"},
        [
            "--mean",
            "0.5,0.4,0.3",
            "--std",
            "0.2",
            "--scale",
            "1/255",
            "--fit",
            "crop",
            "--shorter-side",
            "100",
            "--channels",
            "bgr",
        ],
    ),
    (
        "another input that it is compared with",
        BIRD,
        BIRD_IMAGE,
        {"similar_to": DATA / "bird-or-tree" / "bird-tree-2.png", "similarity": "l2"},
        ["--similar-to", DATA / "bird-or-tree" / "bird-tree-2.png", "--similarity", "l2"],
    ),
    ("a Keras model", DIGITS, DIGIT, {"method": "input-x-gradient"}, ["--method", "input-x-gradient"]),
    ("a detector's box", DETECTOR, SCENE, {"target": "box:1", "score": 0.2}, ["--target", "box:1", "--score", "0.2"]),
    ("a text", LANGUAGES, TEXT, {"labels": LANGUAGE_LABELS}, ["--labels", LANGUAGE_LABELS]),
    (
        "axes that are said",
        AXES / "said.onnx",
        AXES / "said.input.npy",
        {"layout": {"output": "NTC"}, "target": "3@2"},
        ["--layout", "output=NTC", "--target", "3@2"],
    ),
]


def _chosen(report: Dict[str, Any]) -> Dict[str, Any]:
    """A report without what depends on the moment, and on where results were written."""
    return {key: value for key, value in report.items() if key not in ("timings_milliseconds", "outputs", "recipe")}


@pytest.mark.filterwarnings("ignore::swift_saliency.SaliencyWarning")
@pytest.mark.parametrize(
    ("model", "given", "options", "arguments"), [row[1:] for row in QUESTIONS], ids=[q[0] for q in QUESTIONS]
)
def test_explanations_have_the_command_s_numbers_report_and_picture(
    model: Path, given: Path, options: Dict[str, Any], arguments: Sequence[object], command: Run, tmp_path: Path
) -> None:
    numbers, picture = tmp_path / "map.npy", tmp_path / "map.png"
    printed = command("explain", model, given, *arguments, "-o", numbers, "-o", picture, "--json").stdout

    result = saliency.Model(model).explain(given, **options)

    expected = np.load(numbers)
    assert result.values.dtype == np.float32
    assert result.values.shape == expected.shape
    assert result.values.tobytes() == expected.tobytes()
    told = printed.replace(b'"command line"', b'"prepare"')
    assert _chosen(result.report) == _chosen(json.loads(told))
    drawn = np.asarray(Image.open(io.BytesIO(result.draw())))
    assert np.array_equal(drawn, np.asarray(Image.open(picture)))


DRAWINGS: List[Tuple[Dict[str, Any], Sequence[object]]] = [
    (
        {"style": "overlay", "alpha": 0.4, "image_style": "color"},
        ["--style", "overlay", "--alpha", "0.4", "--image-style", "color"],
    ),
    (
        {"style": "heatmap", "colormap": "viridis", "percentile": 90},
        ["--style", "heatmap", "--colormap", "viridis", "--percentile", "90"],
    ),
    ({"size_of": "original"}, ["--size-of", "original"]),
    ({"keep_channels": True}, ["--keep-channels"]),
]


@pytest.mark.parametrize(("options", "arguments"), DRAWINGS)
def test_drawings_have_the_command_s_pixels(
    options: Dict[str, Any], arguments: Sequence[object], command: Run, bird: saliency.Model, tmp_path: Path
) -> None:
    command("explain", BIRD, BIRD_IMAGE, *arguments, "-o", tmp_path / "command.png")
    bird.explain(BIRD_IMAGE).save(tmp_path / "python.png", **options)
    found, expected = (np.asarray(Image.open(tmp_path / name)) for name in ("python.png", "command.png"))
    assert np.array_equal(found, expected)


PREDICTIONS: List[Tuple[Path, Path, Dict[str, Any], Sequence[object]]] = [
    (BIRD, BIRD_IMAGE, {"labels": BIRD_LABELS}, ["--labels", BIRD_LABELS]),
    (DIGITS, DIGIT, {"top": 3}, ["--top", "3"]),
    (LANGUAGES, TEXT, {"softmax": True}, ["--softmax"]),
    (DETECTOR, SCENE, {"score": 0.1}, ["--score", "0.1"]),
]


@pytest.mark.parametrize(("model", "given", "options", "arguments"), PREDICTIONS)
def test_predictions_are_those_of_the_command(
    model: Path, given: Path, options: Dict[str, Any], arguments: Sequence[object], command: Run
) -> None:
    report = json.loads(command("predict", model, given, *arguments, "--json").stdout)
    found = saliency.Model(model).predict(given, **options)
    if "detections" in report:
        boxes = report["detections"][0]
        assert len(boxes) > 1
        assert [(box.index, box.name, box.score) for box in found] == [
            (box["class"], box["name"], box["score"]) for box in boxes
        ]
        assert [box.box.to_dict() for box in found if box.box] == [
            {side: box[side] for side in ("x1", "y1", "x2", "y2")} for box in boxes
        ]
        assert [box.place for box in found] == [f"box:{number}" for number in range(len(boxes))]
    else:
        assert [(unit.index, unit.name, unit.score, unit.probability) for unit in found] == [
            (unit["index"], unit.get("name"), unit["score"], unit.get("probability"))
            for unit in report["predictions"][0]
        ]


def test_evaluations_are_those_of_the_command(command: Run, bird: saliency.Model, tmp_path: Path) -> None:
    mask = np.zeros((96, 96), np.uint8)
    mask[20:60, 30:70] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    printed = command(
        "evaluate", BIRD, BIRD_IMAGE, "--method", "grad-cam", "--method", "gradient", "--metric", "insertion",
        "--metric", "pointing-game", "--metric", "sparseness", "--mask", tmp_path / "mask.png", "--json",
    ).stdout  # fmt: skip
    metrics = ["insertion", "pointing-game", "sparseness"]
    for given in (mask, tmp_path / "mask.png", mask > 0):
        found = saliency.evaluate(bird, BIRD_IMAGE, ["grad-cam", "gradient"], metrics, mask=given)
        assert found.to_dict()["means"] == json.loads(printed)["means"]
    assert set(found.means["gradient"]) == set(metrics)
    assert found.better["insertion"] == "higher"
    assert "insertion ↑" in str(found)


def test_exports_are_the_command_s_files(command: Run, bird: saliency.Model, tmp_path: Path) -> None:
    command("export", BIRD, "-o", tmp_path / "command.onnx", "--method", "guided", "--heatmap")
    written = bird.export(tmp_path / "python.onnx", method="guided", heatmap=True, check=BIRD_IMAGE)
    assert (tmp_path / "python.onnx").read_bytes() == (tmp_path / "command.onnx").read_bytes()
    assert written.outputs == ("scores", "attribution", "heatmap")
    assert written.error is not None
    assert written.error < 1e-6
    again = saliency.Model(tmp_path / "python.onnx")
    assert [port["name"] for port in again.inspect()["inputs"]] == ["picture", "target"]


def test_catalogs_and_layers_are_those_of_the_command(command: Run, bird: saliency.Model) -> None:
    listed = json.loads(command("methods", "--json").stdout)
    assert [entry.name for entry in saliency.methods()] == [entry["name"] for entry in listed["methods"]]
    inspected = json.loads(command("inspect", BIRD, "--json").stdout)
    assert bird.inspect() == inspected
    assert [layer.name for layer in bird.layers] == [layer["name"] for layer in inspected["layers"]]


def test_what_is_refused_is_refused_with_the_command_s_sentence(command: Run, bird: saliency.Model) -> None:
    refused: List[Tuple[Dict[str, Any], Sequence[object]]] = [
        ({"method": "nonsense"}, ["--method", "nonsense"]),
        ({"target": 7}, ["--target", "7"]),
        ({"layer": "nonsense"}, ["--layer", "nonsense"]),
        ({"method": "lime:samples=x"}, ["--method", "lime:samples=x"]),
        ({"loss": "output:9:1"}, ["--loss", "output:9:1"]),
    ]
    for options, arguments in refused:
        told = command("explain", BIRD, BIRD_IMAGE, *arguments, succeeds=False)
        with pytest.raises(saliency.UsageError) as error:
            bird.explain(BIRD_IMAGE, **options)
        assert told.returncode == 64
        # The command adds where its help is.
        assert (
            told.stderr.decode().split("error: ", 1)[1].split("; see 'saliency")[0].strip() == str(error.value).strip()
        )
