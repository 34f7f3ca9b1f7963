#!/usr/bin/env python3
"""Runs in ONNX Runtime what the tests of operations exported, and holds it against the numbers that are right.

    check-exported-operations.py FOLDER

FOLDER is what `swift test` wrote with SALIENCY_EXPORT_CASES set to it: a folder for each function of the tables with its value and
derivatives as an ONNX model, its inputs, and the outputs in double precision. Fails if ONNX's checker or ONNX Runtime refuses a
model, if an output is wrong, or if there are fewer cases than there were. Needs onnx, onnxruntime and NumPy.
"""

import collections
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

KNOWN = 4500  # cases that there were at least
ALLOWED = 1e-4


def relative_error(value, expected):
    value, expected = value.astype(np.float64), expected.astype(np.float64)
    return float(np.linalg.norm(value - expected) / max(np.linalg.norm(expected), 1e-6))


def check(folder):
    """What is wrong with a case; nothing where it is right."""
    path = folder / "model.onnx"
    onnx.checker.check_model(onnx.load(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    feeds = {port.name: np.load(folder / f"input {port.name}.npy") for port in session.get_inputs()}
    for port, found in zip(session.get_outputs(), session.run(None, feeds)):
        expected = np.load(folder / f"{port.name}.npy")
        if found.shape != expected.shape:
            return f"{port.name} is {found.shape} and not {expected.shape}"
        if not (error := relative_error(found, expected)) <= ALLOWED:
            return f"{port.name} is off by {error:.1e}"
    return None


def main():
    folders = [folder for folder in Path(sys.argv[1]).iterdir() if folder.is_dir()]
    failures, refusals = [], collections.Counter()
    for folder in sorted(folders, key=lambda folder: int(folder.name)):
        name = (folder / "name.txt").read_text()
        if (folder / "refused.txt").exists():
            refusals[(folder / "refused.txt").read_text().split("(")[-1].split(")")[0]] += 1
            continue
        try:
            fault = check(folder)
        except Exception as error:  # noqa: BLE001 checker and runtime fail in many ways
            fault = f"{type(error).__name__}: {str(error)[:200]}"
        if fault:
            failures.append(f"{folder.name} {name}: {fault}")
    for operation, count in refusals.most_common():
        print(f"{operation}: {count} cases have no counterpart in ONNX")
    run = len(folders) - sum(refusals.values())
    print(f"{run - len(failures)} of {run} exported cases are right in ONNX Runtime {onnxruntime.__version__}")
    if failures:
        sys.exit("\n".join(failures[:40]))
    if run < KNOWN:
        sys.exit(f"only {run} cases were exported, {KNOWN} are known")


if __name__ == "__main__":
    main()
