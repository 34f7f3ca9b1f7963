#!/usr/bin/env python3
"""Measures saliency beside Captum on PyTorch and ONNX Runtime, all in turns in one run.

    benchmark.py SALIENCY FOLDER [--rows NAME ...] [--tables NAME ...] [--rounds N] [--threads N] [--write]

SALIENCY is the release binary; FOLDER takes the exported networks. Before anything is timed, scores and gradients of
all three are held against one another. With --write, the tables that were measured take the place of those in
RESULTS.md beside this script, and RESULTS.png is drawn anew where the first of them was measured.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import report
import torch
from captum.attr import NoiseTunnel
from models import FIXED_SIZE, NETWORKS, export, make
from peers import Captum, ExportedRuntime, Runtime, Saliency, Sampling, interleaved, process, relative_error, timed

HERE = Path(__file__).resolve().parent
PHOTOGRAPH = HERE.parent / "Demo" / "chelsea.png"
TOLERANCE = 1e-3  # in relative L2
DRAWS = 12
RECTIFIED = {"mobilenetv2", "resnet50", "vgg16", "densenet121"}  # those with rectifiers
LAST_LAYERS = {"resnet50": "layer4"}  # of the networks on which methods are measured, for class activation maps
NARROWED = ("resnet50", "vgg16", "mobilenetv2", "vit-b-16")
EXPORTED = ("resnet50", "mobilenetv2", "vgg16", "vit-b-16")
SAMPLES, CHUNK = 50, 10
PREPARED = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225", "--scale", "1/255", "--size", "224"]


def repeated(call, count):
    """The milliseconds of several calls together."""
    return sum(call() for _ in range(count))


class Bench:
    def __init__(self, arguments):
        self.binary, self.folder = str(Path(arguments.saliency).resolve()), Path(arguments.folder)
        self.rounds, self.threads, self.rows = arguments.rounds, arguments.threads, arguments.rows
        self.folder.mkdir(parents=True, exist_ok=True)

    def images(self, batch=1, seed=11):
        """The same images for everybody, in an array and in a file."""
        images = np.random.default_rng(seed).standard_normal((batch, 3, 224, 224), dtype=np.float32)
        path = self.folder / f"images-{batch}-{seed}.npy"
        np.save(path, images)
        return images, path

    def agreement(self, captum, runtime, model, path):
        """How far saliency's gradient is from Captum's, and ONNX Runtime's scores from PyTorch's."""
        with torch.no_grad():
            scores = relative_error(runtime.scores(), captum.model(captum.images).numpy())
        with tempfile.TemporaryDirectory() as folder:
            gradient = Path(folder) / "gradient.npy"
            subprocess.run(
                [self.binary, "explain", model, path, "--target", str(int(captum.targets[0])),
                 "--gradient-modifier", "none", "-o", gradient], check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            return relative_error(np.load(gradient), captum.gradient()), scores

    def contenders(self, name):
        """Captum and ONNX Runtime with an image on which all agree, its file, and how far saliency's gradient is off.

        Rounding may move a rectifier whose operand is nearly 0 to the other side, in PyTorch as well; another image is
        drawn then. A gradient that is wrong is so for each of them.
        """
        network, path = make(name), export(name, self.folder)
        errors = []
        for seed in range(11, 11 + DRAWS):
            images, file = self.images(seed=seed)
            captum, runtime = Captum(network, images, self.threads), Runtime(path, images, self.threads)
            error, scores = self.agreement(captum, runtime, path, file)
            if error <= TOLERANCE and scores <= TOLERANCE:
                return captum, runtime, file, error
            errors.append(f"{error:.1e} and {scores:.1e}")
        sys.exit(f"error: {name}: gradients and scores differ from PyTorch's by {', '.join(errors)}")

    def single(self):
        """One image: everything in turns, and the bare primitives."""
        for name in self.rows:
            captum, runtime, file, error = self.contenders(name)
            with Saliency(self.binary, export(name, self.folder), file, self.threads) as ours:
                words = ["forward", "gradient", "limit-forward", "limit"]
                if name in RECTIFIED:
                    words[2:2] = ["guided", "rectified"]
                calls = {"captum": captum.time, "onnxruntime": runtime.time}
                calls |= {word: partial(ours.time, word) for word in words}
                times = interleaved(calls, self.rounds)
            yield name, error, times

    def batch(self, size=16):
        for name in self.rows:
            model, path = make(name), export(name, self.folder)
            (_, one_file), (many, many_file) = self.images(), self.images(size)
            with contextlib.ExitStack() as stack:
                ours_one = stack.enter_context(Saliency(self.binary, path, one_file, self.threads))
                ours_many = stack.enter_context(Saliency(self.binary, path, many_file, self.threads))
                captum = Captum(model, many, self.threads)
                calls = {
                    "one": partial(ours_one.time, "gradient"), "batch": partial(ours_many.time, "gradient"),
                    "captum": captum.time,
                }  # fmt: skip
                yield name, size, interleaved(calls, max(3, self.rounds // 4), warm_up=1)

    def cold(self):
        """Whole processes, from start to the image."""
        for name in self.rows:
            path, weights = export(name, self.folder), self.folder / f"{name}.pt"
            if not weights.exists() or weights.stat().st_mtime < path.stat().st_mtime:
                torch.save(make(name).state_dict(), weights)
            with tempfile.TemporaryDirectory() as folder:
                picture = str(Path(folder) / "map.png")
                ours = [self.binary, "explain", path, PHOTOGRAPH, "-o", picture, "--threads", self.threads, *PREPARED]
                theirs = [sys.executable, HERE / "captum_script.py", NETWORKS[name][0], weights, PHOTOGRAPH, picture]
                results = {"saliency": [], "captum": []}
                for _ in range(4):
                    results["saliency"].append(process(ours))
                    results["captum"].append(process(theirs))
            # The first of each reads files that the system does not hold yet.
            yield name, {key: values[1:] for key, values in results.items()}

    def average(self):
        """The mean of the gradients of noisy copies: Captum's NoiseTunnel, and saliency on batches of the same size."""
        for name in self.rows:
            model, path = make(name), export(name, self.folder)
            images, _ = self.images()
            _, chunk_file = self.images(CHUNK)
            captum = Captum(model, images, self.threads)
            tunnel = NoiseTunnel(captum.attribution)

            smooth = partial(
                tunnel.attribute, captum.images, nt_samples=SAMPLES, nt_samples_batch_size=CHUNK, stdevs=0.1,
                target=captum.targets, abs=False,
            )  # fmt: skip
            with Saliency(self.binary, path, chunk_file, self.threads) as ours:
                batches = partial(repeated, partial(ours.time, "gradient"), SAMPLES // CHUNK)
                yield name, interleaved({"captum": partial(timed, smooth), "saliency": batches}, 3, warm_up=1)

    def scaling(self):
        """Cost against the batch, the side of the image, and the threads; memory is that of the plan."""
        for name in self.rows:
            path = export(name, self.folder)
            settings = [("batch", size, size, 224, self.threads) for size in (1, 2, 4, 8, 16, 32, 64)]
            if name not in FIXED_SIZE:
                settings += [("side", side, 1, side, self.threads) for side in (112, 224, 448, 896)]
            settings += [("threads", count, 1, 224, count) for count in range(1, self.threads + 1)]
            for kind, value, batch, side, threads in settings:
                command = [self.binary, "bench", path, "--shape", f"{batch}x3x{side}x{side}", "--threads", threads]
                command += ["--runs", 3 if batch * side * side > 8 * 224 * 224 else 8, "--json"]
                outcome = subprocess.run([str(part) for part in command], capture_output=True, text=True)
                yield name, kind, value, batch, side, outcome

    def exported(self):
        """Gradients that were written as ONNX models, in ONNX Runtime."""
        for name in filter(EXPORTED.__contains__, self.rows):
            captum, runtime, file, _ = self.contenders(name)
            path, calls, errors = export(name, self.folder), {"captum": captum.time}, []
            with contextlib.ExitStack() as stack:
                ours = stack.enter_context(Saliency(self.binary, path, file, self.threads))
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                for key, options in {"plain": [], "fast": ["--fast"]}.items():
                    written = folder / f"{key}.onnx"
                    subprocess.run(
                        [self.binary, "export", path, "-o", written, "--shape", "1x3x224x224", "--gradient-modifier", "none",
                         *options], check=True, stdout=subprocess.DEVNULL,
                    )  # fmt: skip
                    exported = ExportedRuntime(written, captum.images.numpy(), captum.targets, self.threads)
                    errors.append(relative_error(exported.gradient(), captum.gradient()))
                    if errors[-1] > TOLERANCE:
                        sys.exit(f"error: {name}: what was exported ({key}) differs from Captum's by {errors[-1]:.1e}")
                    calls[key] = exported.time
                    written.unlink()
                calls |= {"saliency": partial(ours.time, "gradient"), "forward": runtime.time}
                yield name, max(errors), interleaved(calls, self.rounds)

    def methods(self):
        """Methods of many samples beside their peers, which are given the same numbers of samples."""
        for name in filter(LAST_LAYERS.__contains__, self.rows):
            captum, _, file, _ = self.contenders(name)
            peer, path = Sampling(captum, LAST_LAYERS[name]), export(name, self.folder)
            target = int(captum.targets[0])
            # The method, its peer, what that does, and why the maps are not compared.
            rows = [
                ("integrated-gradients:steps=50", "Captum", partial(peer.integrated_gradients, 50), None),
                ("smoothgrad:samples=50", "Captum", partial(peer.smooth_gradient, 50), "other random numbers"),
                ("occlusion:window=32:stride=16", "Captum", partial(peer.occlusion, 32, 16), None),
                ("rise:masks=500", "plain PyTorch", partial(peer.rise, 500), "other random numbers"),
                ("score-cam", "pytorch-grad-cam", peer.score_cam, "stretched to 0…1"),
            ]
            for method, who, theirs, reason in rows:
                difference = reason or f"{self.difference(path, file, target, method, theirs()):.0e}"
                with Saliency(self.binary, path, file, self.threads) as ours:
                    calls = {"peer": partial(timed, theirs), "saliency": partial(ours.time, method)}
                    count, warm_up = (1, 0) if method == "score-cam" else (3, 1)
                    yield name, method, who, difference, interleaved(calls, count, warm_up=warm_up)

    def difference(self, path, file, target, method, expected):
        """How far a method's map is from its peer's."""
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "map.npy"
            subprocess.run(
                [self.binary, "explain", path, file, "--target", str(target), "--method", method,
                 "--gradient-modifier", "none", "-o", found], check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            error = relative_error(np.load(found), expected.detach().numpy())
        if error > TOLERANCE:
            sys.exit(f"error: {method} differs from its peer's by {error:.1e}")
        return error

    def precision(self):
        """Gradients in single precision and in bfloat16, and how well the orders of their numbers agree."""
        for name in filter(NARROWED.__contains__, self.rows):
            path, (_, file) = export(name, self.folder), self.images()
            command = [self.binary, "bench", path, "--tensor", file, "--threads", self.threads, "--json"]
            outcome = subprocess.run(
                [str(part) for part in [*command, "--precision", "bf16", "--runs", 2]], capture_output=True, text=True
            )
            if outcome.returncode != 0:
                sys.exit(outcome.stderr.strip())
            correlation = json.loads(outcome.stdout)["rank_correlation"]
            with (
                Saliency(self.binary, path, file, self.threads) as single,
                Saliency(self.binary, path, file, self.threads, "--precision", "bf16") as narrow,
            ):
                calls = {"fp32": partial(single.time, "gradient"), "bf16": partial(narrow.time, "gradient")}
                yield name, correlation, interleaved(calls, self.rounds)

    def tables(self):
        return {
            "single": self.single, "batch": self.batch, "cold": self.cold, "average": self.average,
            "methods": self.methods, "precision": self.precision, "exported": self.exported,
            "scaling": self.scaling,
        }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("saliency")
    parser.add_argument("folder")
    parser.add_argument("--rows", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    names = list(report.TABLES)
    parser.add_argument("--tables", nargs="+", default=names, choices=names)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--write", action="store_true", help="write the tables into RESULTS.md")
    arguments = parser.parse_args()
    bench = Bench(arguments)
    pages = {}
    for name, table in bench.tables().items():
        if name not in arguments.tables:
            continue
        results = []
        for result in table():
            results.append(result)
            print(report.progress(name, result), file=sys.stderr, flush=True)
        pages[name] = report.signed(bench, report.TABLES[name](results), results)
        print(pages[name] + "\n", flush=True)
        if name == "single" and arguments.write:
            report.chart(results, HERE / "RESULTS.png")
    if arguments.write:
        report.write(pages, HERE / "RESULTS.md")


if __name__ == "__main__":
    main()
