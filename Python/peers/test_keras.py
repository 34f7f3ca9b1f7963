"""Beside Keras: its models, saved in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import swift_saliency as saliency

keras = pytest.importorskip("keras")
# Keras's own, of NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore")


def network() -> Any:
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.layers.Input((12, 12, 3)),
            keras.layers.Conv2D(6, 3, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(4, activation="softmax"),
        ],
        name="small",
    )


def test_a_model_has_its_scores_and_a_derivative_that_is_the_slope() -> None:
    made = network()
    model = saliency.Model(made)
    assert repr(model) == "<Model 'small.keras'>"
    given = np.random.default_rng(0).random((2, 12, 12, 3), np.float32)
    expected = np.asarray(keras.ops.convert_to_numpy(made(given, training=False)))
    units = model.predict(given, 4, softmax=True)
    for item in (0, 1):
        found = {unit.index: unit.probability for unit in units if unit.item == item}
        assert np.allclose([found[index] for index in range(4)], expected[item], atol=1e-5)

    result = model.explain(given, target=2, on="probability", gradient_modifier="none")
    step = np.random.default_rng(1).standard_normal(given.shape).astype(np.float32) * np.float32(2e-3)
    ends = [np.asarray(keras.ops.convert_to_numpy(made(given + sign * step, training=False)))[:, 2] for sign in (1, -1)]
    slope = (ends[0] - ends[1]) / 2
    assert np.allclose((result.values * step).sum((1, 2, 3)), slope, rtol=0.1, atol=1e-4)


def test_several_inputs_are_compared_in_keras_s_order() -> None:
    a, b = keras.layers.Input((3,), name="a"), keras.layers.Input((2,), name="b")
    made = keras.Model([a, b], keras.layers.Dense(2)(keras.layers.Concatenate()([a, b])))
    model = saliency.Model(made)
    assert [port["name"] for port in model.inspect()["inputs"]] == ["a", "b"]
    together = model.explain(
        {"a": np.ones((1, 3), np.float32), "b": np.ones((1, 2), np.float32)}, target=1, gradient_modifier="none"
    )
    weights = np.asarray(keras.ops.convert_to_numpy(made.layers[-1].kernel))
    assert np.allclose(together.arrays["a"][0], weights[:3, 1], atol=1e-6)
    assert np.allclose(together.arrays["b"][0], weights[3:, 1], atol=1e-6)


class Own(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return keras.ops.erfinv(x)


def test_a_layer_of_one_s_own_is_named() -> None:
    made = keras.Sequential([keras.layers.Input((3,)), Own()])
    with pytest.raises(saliency.UnsupportedError, match="Own"):
        saliency.Model(made)
