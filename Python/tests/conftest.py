"""What tests share: the networks and pictures of the repository, and the command beside the library."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Callable

import numpy as np
import numpy.typing as npt
import pytest

import swift_saliency as saliency

REPOSITORY = Path(__file__).resolve().parents[2]
MODELS = REPOSITORY / "Examples" / "Models"
DATA = REPOSITORY / "Examples" / "Data"

BIRD = MODELS / "bird-or-tree-clean.onnx"
BIRD_LABELS = MODELS / "bird-or-tree-clean-labels.json"
BIRD_IMAGE = DATA / "bird-or-tree" / "bird-tree-1.png"
DIGITS = MODELS / "digits.keras"
DIGIT = DATA / "digit-3.png"
DETECTOR = MODELS / "digit-detector.onnx"
SCENE = DATA / "digit-scene-1.png"
LANGUAGES = MODELS / "languages.onnx"
LANGUAGE_LABELS = MODELS / "languages-labels.txt"
TEXT = DATA / "text-c.npy"

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="session")
def bird() -> saliency.Model:
    return saliency.Model(BIRD)


@pytest.fixture(scope="session")
def digits() -> saliency.Model:
    return saliency.Model(DIGITS)


@pytest.fixture(scope="session")
def detector() -> saliency.Model:
    return saliency.Model(DETECTOR)


@pytest.fixture(scope="session")
def languages() -> saliency.Model:
    return saliency.Model(LANGUAGES)


@pytest.fixture
def tensor() -> npt.NDArray[np.float32]:
    """An input of the network that tells birds from cats."""
    return np.random.default_rng(0).standard_normal((1, 3, 96, 96), np.float32)


@pytest.fixture(scope="session")
def command() -> Run:
    """Runs the command, which has to be there, and fails where it fails unless `succeeds` is false."""
    path = os.environ.get("SALIENCY_COMMAND", str(REPOSITORY / ".build" / "debug" / "saliency"))

    def run(*arguments: object, succeeds: bool = True) -> "subprocess.CompletedProcess[bytes]":
        result = subprocess.run([path, *map(str, arguments)], capture_output=True, check=False, timeout=120)
        assert not succeeds or result.returncode == 0, result.stderr.decode()
        return result

    return run
