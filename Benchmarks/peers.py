"""What is measured: saliency, and what it is held against, each as a call that returns milliseconds."""

import contextlib
import io
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import captum.attr
import numpy as np
import onnxruntime
import torch
from pytorch_grad_cam import ScoreCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

PAUSE = 0.005  # seconds at a time that are waited until the threads of the call before have fallen asleep
PATIENCE = 200  # such pauses at most
SHORT = 1000  # milliseconds
WARM_UP = 3


class Saliency:
    """A process of `saliency bench --serve`, which stays and times one call for each line."""

    def __init__(self, binary, model, tensor, threads, *options):
        self.process = subprocess.Popen(
            [binary, "bench", str(model), "--tensor", str(tensor), "--threads", str(threads), *options, "--serve"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def time(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"saliency ended while it measured '{word}'")
        return float(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Captum:
    """Captum's Saliency on PyTorch."""

    def __init__(self, model, images, threads):
        torch.set_num_threads(threads)
        self.model, self.images = model, torch.from_numpy(images)
        self.attribution = captum.attr.Saliency(model)
        with torch.no_grad():
            self.targets = model(self.images).argmax(1)

    def gradient(self):
        return self.attribution.attribute(
            self.images.clone().requires_grad_(), target=self.targets, abs=False
        ).detach().numpy()  # fmt: skip

    def time(self):
        return timed(self.gradient)


class Sampling:
    """The methods that run a network many times, as their peers have them, with the batches of `CHUNK`.

    RISE is its authors' recipe in plain PyTorch, as no peer of these has it.
    """

    CHUNK = 10

    def __init__(self, peer, layer):
        self.peer, self.layer = peer, layer

    def integrated_gradients(self, steps):
        method = captum.attr.IntegratedGradients(self.peer.model)
        return method.attribute(
            self.peer.images, target=self.peer.targets, n_steps=steps, internal_batch_size=self.CHUNK
        )

    def smooth_gradient(self, samples):
        method = captum.attr.NoiseTunnel(self.peer.attribution)
        return method.attribute(
            self.peer.images, nt_samples=samples, nt_samples_batch_size=self.CHUNK, stdevs=0.1,
            target=self.peer.targets, abs=False,
        )  # fmt: skip

    def occlusion(self, window, stride):
        method = captum.attr.Occlusion(self.peer.model)
        with torch.no_grad():
            channels = method.attribute(
                self.peer.images, (3, window, window), (3, stride, stride), target=self.peer.targets,
                perturbations_per_eval=self.CHUNK,
            )  # fmt: skip
        return channels[:, :1]  # all three are the same

    def score_cam(self):
        method = ScoreCAM(self.peer.model, [self.peer.model.get_submodule(self.layer)])
        method.batch_size = self.CHUNK
        with contextlib.redirect_stderr(io.StringIO()):  # its progress
            return method(self.peer.images, [ClassifierOutputTarget(int(self.peer.targets[0]))])

    def rise(self, count, cells=7):
        images, target = self.peer.images, int(self.peer.targets[0])
        height, width = images.shape[2:]
        grown = [-(-side // cells) * (cells + 1) for side in (height, width)]
        total = torch.zeros(height, width)
        with torch.no_grad():
            for start in range(0, count, self.CHUNK):
                size = min(self.CHUNK, count - start)
                grid = (torch.rand(size, 1, cells + 1, cells + 1) < 0.5).float()
                masks = torch.nn.functional.interpolate(grid, size=grown, mode="bilinear")
                top, left = (int(torch.randint(0, side // (cells + 1), ())) for side in grown)
                masks = masks[:, :, top : top + height, left : left + width]
                scores = self.peer.model(images * masks)[:, target]
                total += (scores[:, None, None] * masks[:, 0]).sum(0)
        return total / count / 0.5


class Runtime:
    """ONNX Runtime, the network alone."""

    def __init__(self, path, images, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.images = images

    def scores(self):
        return self.session.run(None, {"input": self.images})[0]

    def time(self):
        return timed(self.scores)


class ExportedRuntime(Runtime):
    """ONNX Runtime, a file of `saliency export`, which takes the class."""

    def __init__(self, path, images, targets, threads):
        super().__init__(path, images, threads)
        self.targets = np.asarray(targets, np.int64)

    def gradient(self):
        return self.session.run(["attribution"], {"input": self.images, "target": self.targets})[0]

    def time(self):
        return timed(self.gradient)


def timed(call):
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1e3


class Times:
    """The milliseconds of one thing that was measured again and again."""

    def __init__(self, values):
        self.values = values

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def minimum(self):
        return min(self.values)


def computing():
    """The nanoseconds that this process and its children have computed so far."""
    total = 0
    for process in [os.getpid(), *children()]:
        for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(thread.read_text().split()[0])
    return total


def children():
    return map(int, Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def wait_until_quiet():
    """Waits until no thread of this process or its children computes.

    Threads that have nothing to do look out for work in a loop before they fall asleep, those of ONNX Runtime for tens of
    milliseconds, and would take a core from whoever is measured next.
    """
    for _ in range(PATIENCE):
        before = computing()
        time.sleep(PAUSE)
        if computing() - before < PAUSE * 1e9 / 10:
            return


def interleaved(calls, rounds, warm_up=WARM_UP):
    """The times of each call, all of them made in turns; the first few rounds are not counted.

    A short call is made twice, and the second counts: after a pause the system may take 10 ms to give woken threads cores of
    their own.
    """
    times = {name: [] for name in calls}
    for turn in range(warm_up + rounds):
        for name, call in calls.items():
            wait_until_quiet()
            value = call()
            if value < SHORT:
                value = call()
            if turn >= warm_up:
                times[name].append(value)
    return {name: Times(values) for name, values in times.items()}


# Run by a small process of its own: Linux counts what the parent had when it forked as the child's.
MEASURE = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def process(command):
    """The seconds and the MiB that a process takes from its start to its end."""
    answer = subprocess.run(
        [sys.executable, "-S", "-c", MEASURE, *map(str, command)], stdout=subprocess.PIPE, check=True, text=True
    ).stdout.split()
    return float(answer[0]), float(answer[1]) / 1024


def relative_error(value, reference):
    value, reference = np.asarray(value, np.float64).ravel(), np.asarray(reference, np.float64).ravel()
    return float(np.linalg.norm(value - reference) / np.linalg.norm(reference))
