"""How the library lives in a process: with threads, signals, forks and little memory."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import List

import networks
import numpy as np
import numpy.typing as npt
import pytest
from conftest import BIRD, BIRD_LABELS

import swift_saliency as saliency

Tensor = npt.NDArray[np.float32]

#: Work of at least some seconds.
LONG = "rise:masks=100000"


def _python(body: str, timeout: float = 60) -> "subprocess.CompletedProcess[str]":
    """Runs a script by itself."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(body)],
        capture_output=True, text=True, timeout=timeout, check=False, env={**os.environ, "BIRD": str(BIRD)},
    )  # fmt: skip


def test_several_threads_get_the_answers_of_one(bird: saliency.Model) -> None:
    random = np.random.default_rng(1)
    tensors = [random.standard_normal((1 + index % 2, 3, 96, 96), np.float32) for index in range(12)]
    methods = ["gradient", "guided"]

    def ask(index: int) -> "tuple[bytes, float]":
        tensor = tensors[index % len(tensors)]
        result = bird.explain(tensor, index % 2, methods[index // 2 % 2], labels=BIRD_LABELS)
        return result.values.tobytes(), bird.predict(tensor)[0].score

    alone = [ask(index) for index in range(12)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, list(range(12)))) == alone


def test_other_threads_go_on_meanwhile(bird: saliency.Model, tensor: Tensor) -> None:
    count, done = 0, threading.Event()

    def work() -> None:
        bird.explain(tensor, method="rise:masks=100", progress=False)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    longest, last = 0.0, time.monotonic()
    while not done.is_set() and thread.is_alive():
        count += 1
        now = time.monotonic()
        longest, last = max(longest, now - last), now
        time.sleep(0.001)
    thread.join()
    assert count > 5
    # Nothing held the interpreter's lock for as long as a step takes.
    assert longest < 0.5


def test_an_interrupt_ends_the_work_and_nothing_else(bird: saliency.Model, tensor: Tensor) -> None:
    before = bird.explain(tensor).values
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        bird.explain(tensor, method=LONG, progress=False)
    assert time.monotonic() - began < 5
    assert np.array_equal(bird.explain(tensor).values, before)


def test_an_interrupted_process_ends() -> None:
    result = subprocess.Popen(
        [
            sys.executable, "-c",
            "import os, numpy as np, swift_saliency as s\n"
            "m = s.Model(os.environ['BIRD']); print('ready', flush=True)\n"
            f"m.explain(np.ones((1, 3, 96, 96), np.float32), method={LONG!r})",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "BIRD": str(BIRD)},
    )  # fmt: skip
    assert result.stdout is not None
    assert result.stdout.readline() == "ready\n"
    time.sleep(0.5)
    result.send_signal(signal.SIGINT)
    _, errors = result.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors
    assert result.returncode in (1, -signal.SIGINT, 130)


def test_a_process_that_is_forked_after_use_says_so_and_does_not_hang() -> None:
    result = _python(
        """
        import os, sys, numpy as np, swift_saliency as s
        model = s.Model(os.environ["BIRD"])
        tensor = np.ones((1, 3, 96, 96), np.float32)
        result = model.explain(tensor)
        child = os.fork()
        if child == 0:
            for ask in (lambda: model.explain(tensor), lambda: s.Model(os.environ["BIRD"]), lambda: result.report, s.methods):
                try:
                    ask()
                    os._exit(3)
                except s.UnsupportedError as error:
                    if "forked" not in str(error) or "spawn" not in str(error):
                        os._exit(4)
            if result.values.shape != tensor.shape:
                os._exit(5)
            # The ordinary end of an interpreter, which gives all objects up.
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), model.explain(tensor).values.shape)
        """,
        timeout=30,
    )
    assert result.stdout == "0 (1, 3, 96, 96)\n", result.stderr


def test_a_model_with_threads_of_its_own_cannot_be_used_in_a_forked_process() -> None:
    result = _python(
        """
        import os, numpy as np, swift_saliency as s
        model = s.Model(os.environ["BIRD"], threads=1)
        if os.fork() == 0:
            try:
                model.explain(np.ones((1, 3, 96, 96), np.float32))
            except s.UnsupportedError:
                os._exit(0)
            os._exit(3)
        print(os.waitstatus_to_exitcode(os.wait()[1]))
        """,
        timeout=30,
    )
    assert result.stdout == "0\n", result.stderr


def test_a_process_that_is_forked_before_use_works() -> None:
    result = _python(
        """
        import multiprocessing, os, numpy as np, swift_saliency as s

        def ask(seed):
            tensor = np.random.default_rng(seed).standard_normal((1, 3, 96, 96), np.float32)
            return s.Model(os.environ["BIRD"]).explain(tensor).values.sum()

        with multiprocessing.get_context("fork").Pool(2) as pool:
            several = pool.map(ask, range(4))
        print(several == [ask(seed) for seed in range(4)])
        """
    )
    assert result.stdout == "True\n", result.stderr


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_returns_when_models_and_results_are_given_up() -> None:
    model_bytes = BIRD.read_bytes()
    tensor = np.ones((1, 3, 96, 96), np.float32)

    def use(asks: bool) -> None:
        model = saliency.Model(model_bytes)
        if asks:
            model.explain(tensor).heatmap()

    def growth(count: int, asks: bool) -> int:
        for _ in range(count // 4):
            use(asks)
        gc.collect()
        before = _resident()
        for _ in range(count):
            use(asks)
        gc.collect()
        return _resident() - before

    assert growth(1_000, asks=False) < 5 << 20
    assert growth(20, asks=True) < 5 << 20


def test_no_object_of_the_library_stays_behind() -> None:
    from swift_saliency import _library

    tensor = np.ones((1, 2), np.float32)

    def number() -> int:
        return _library.given("catalog", b"methods").handle

    model = saliency.Model(networks.linear([[1, 2], [3, 4]]))
    kept: List[saliency.Attribution] = [model.explain(tensor) for _ in range(3)]
    before = number()
    values = [result.values for result in kept]
    del model, kept
    gc.collect()
    alive = [
        handle for handle in range(1, before) if _library._library.saliency_inspect(handle, None, None, None) != 64
    ]
    assert alive == []
    assert [found.shape for found in values] == [(1, 2)] * 3


def test_importing_takes_little_beside_numpy() -> None:
    result = _python(
        """
        import time, numpy, json, ctypes, dataclasses, threading, typing
        began = time.perf_counter()
        import swift_saliency
        print(time.perf_counter() - began)
        import sys
        print(sorted({"PIL", "torch", "keras", "tqdm", "IPython"} & set(sys.modules)))
        """
    )
    seconds, optional = result.stdout.splitlines()
    # The library of a debug build, on a machine that does something else as well.
    assert float(seconds) < 2
    assert optional == "[]"
