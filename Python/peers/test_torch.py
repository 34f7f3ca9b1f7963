"""Beside PyTorch: its modules, its tensors, its threads and its workers."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from typing import Any

import numpy as np
import pytest
import torch

import swift_saliency as saliency

BIRD = os.path.join(os.path.dirname(__file__), "..", "..", "Examples", "Models", "bird-or-tree-clean.onnx")


def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.BatchNorm2d(8), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(8, 16, 3), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Flatten(), torch.nn.Linear(16 * 49, 5),
    )  # fmt: skip


def example() -> torch.Tensor:
    return torch.randn(2, 3, 18, 18, generator=torch.Generator().manual_seed(1))


def test_a_module_has_its_gradient() -> None:
    module, tensor = network().train(), example()
    model = saliency.Model(module, tensor)
    assert module.training
    result = model.explain(tensor, target=3, gradient_modifier="none")
    asked = tensor.clone().requires_grad_()
    module.eval()(asked)[:, 3].sum().backward()
    assert asked.grad is not None
    assert np.abs(result.values - asked.grad.numpy()).max() < 1e-5 * np.abs(result.values).max()
    # The batch is open.
    assert model.explain(tensor[:1]).values.shape == (1, 3, 18, 18)
    assert repr(model) == "<Model 'Sequential'>"


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.double(), lambda x: x.clone().requires_grad_(), lambda x: x.to(memory_format=torch.channels_last),
        lambda x: x.transpose(2, 3).contiguous().transpose(2, 3), lambda x: torch.nn.Parameter(x), lambda x: x.numpy(),
    ],
)  # fmt: skip
def test_tensors_of_any_form_are_inputs(change: Any) -> None:
    model, tensor = saliency.Model(network(), example()), example()
    assert np.array_equal(model.explain(change(tensor)).values, model.explain(tensor).values)


class Unexportable(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.eigvals(x @ x.transpose(-1, -2)).real


def test_a_module_that_does_not_export_says_why() -> None:
    with pytest.raises(saliency.UnsupportedError, match=r"cannot be exported to ONNX: .*eig"):
        saliency.Model(Unexportable(), torch.randn(1, 3, 3))


class Changing(torch.nn.Module):
    """What an export by tracing gets wrong: it computes something else each time."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return x * self.calls


def test_a_module_whose_export_computes_something_else_is_an_error() -> None:
    with pytest.raises(saliency.DataError, match="differ from those of torch"):
        saliency.Model(Changing(), torch.ones(1, 3))


def test_a_module_needs_an_example() -> None:
    with pytest.raises(saliency.UsageError, match=r"torch\.zeros"):
        saliency.Model(network())


class Two(torch.nn.Module):
    def forward(self, a: torch.Tensor, b: torch.Tensor) -> "tuple[torch.Tensor, torch.Tensor]":
        return a.sum(1, keepdim=True) * b, a + b


def test_several_inputs_and_outputs_are_compared_by_name() -> None:
    a, b = torch.tensor([[3.0, 4.0]]), torch.tensor([[5.0]])
    model = saliency.Model(Two(), (a, b))
    assert [port["name"] for port in model.inspect()["inputs"]] == ["input_0", "input_1"]
    together = model.explain({"input_0": a, "input_1": b}, target=0, output_name="output_0", gradient_modifier="none")
    assert {name: values.tolist() for name, values in together.arrays.items()} == {
        "input_0": [[5, 5]],
        "input_1": [[7]],
    }


@pytest.mark.parametrize("first", ["torch", "swift_saliency"])
def test_both_work_in_one_process_in_any_order_in_turn_and_at_once(first: str) -> None:
    second = "swift_saliency" if first == "torch" else "torch"
    script = f"""
        import {first}, {second}, threading, numpy as np
        model = swift_saliency.Model({BIRD!r})
        tensor = np.random.default_rng(0).standard_normal((1, 3, 96, 96), np.float32)
        weights = torch.randn(64, 3, 7, 7)
        def ours(): return model.explain(tensor).values.tobytes()
        def theirs(): return torch.nn.functional.conv2d(torch.from_numpy(tensor), weights).sum().item()
        a, b = ours(), theirs()
        for _ in range(10):
            assert ours() == a and theirs() == b
        failed = []
        def often(ask, expected):
            for _ in range(20):
                if ask() != expected: failed.append(ask)
        threads = [threading.Thread(target=often, args=pair) for pair in [(ours, a), (theirs, b)] * 2]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print("right" if not failed else "wrong")
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=120, check=False
    )
    assert result.stdout == "right\n", result.stderr


class Explained(torch.utils.data.Dataset):  # type: ignore[type-arg]
    """Explains in the workers of a loader."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> torch.Tensor:
        values = saliency.Model(BIRD).explain(np.full((1, 3, 96, 96), index, np.float32)).values
        return torch.from_numpy(values.copy())


@pytest.mark.parametrize(("method", "works"), [("fork", False), ("spawn", True)])
def test_workers_of_a_loader_work_or_say_why_not(method: str, works: bool) -> None:
    data = Explained()
    expected = [data[index] for index in range(4)]
    loader = torch.utils.data.DataLoader(data, num_workers=2, multiprocessing_context=method, timeout=60)
    if works:
        assert all(torch.equal(found[0], wanted) for found, wanted in zip(loader, expected))
    else:
        with pytest.raises(Exception, match="forked from one that had used the library") as error:
            list(loader)
        assert "UnsupportedError" in str(error.value) or isinstance(error.value, saliency.UnsupportedError)


def test_threads_of_torch_may_ask() -> None:
    module, tensor = network(), example()
    model = saliency.Model(module, tensor)
    expected = model.explain(tensor).values
    found = []
    thread = threading.Thread(target=lambda: found.append(model.explain(tensor).values))
    with torch.no_grad():
        thread.start()
        module(tensor)
    thread.join()
    assert np.array_equal(found[0], expected)
