#!/usr/bin/env python3
"""Writes Documentation/ONNXBackend.md from the results of ONNX's conformance suite.

    write-onnx-backend-page.py RESULTS

RESULTS is what the test `ONNXBackendTests` writes to the file that SALIENCY_ONNX_BACKEND_RESULTS names; `make
conformance` runs both.
"""

import argparse
import collections
import json
import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "Documentation" / "ONNXBackend.md"

HEAD = """# ONNX's conformance suite

ONNX comes with a suite of small models, inputs and expected outputs (`onnx.backend.test` of version 1.23.2). `make
test` lays all of them out (`Scripts/onnx-backend-cases.py`) and feeds each through the importer and the executor
(`Tests/ConformanceTests/ONNXBackendTests.swift`). A case is right, within the suite's own tolerance, or refused by
name; one that is wrong, that crashes, or that is called invalid fails the tests. This page is written by `make
conformance`.

Floating-point inputs are given when the network runs, integers and truth values when it is imported. Where that is
refused, since an operator has to know a number, the case is tried again with the first floating-point input alone
given at run time, and then with none. Tensors are of single precision whatever the model says. The expected numbers
of four cases were computed in half precision, or by a fast Fourier transform in single precision, and are farther
from the exact result than the suite's tolerance; there two units in the last place are allowed (`noisyExpectations`).

"""


def reason(text):
    """A reason for a refusal without the names of nodes and tensors, which differ from case to case."""
    text = re.sub(r"^(node|tensor) '[^']*': ", "", text)
    text = re.sub(r"^(an operator is|\d+ operators are) not supported: .*", "it is not supported", text)
    text = re.sub(r" \(node [^)]*\)", "", text)
    return re.sub(r"^\(\w+\) ", "", text).replace("|", "\\|")


def refused_operators(line):
    """The operators that a refused case is about."""
    named = re.findall(r"([\w.]+) \(node ", line["reason"])
    named += re.findall(r"^node '[^']*': \((\w+)\)", line["reason"])
    named += re.findall(r"ONNX's own are not supported: ([\w.]+)", line["reason"])
    return sorted(set(named)) or line["operators"][:1] or ["none"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    lines = json.loads(parser.parse_args().results.read_text())
    if wrong := [line["name"] for line in lines if line["outcome"] == "wrong"]:
        sys.exit(f"write-onnx-backend-page: {len(wrong)} cases are wrong: {', '.join(wrong[:10])}")

    counts = collections.Counter((line["kind"], line["outcome"]) for line in lines)
    page = HEAD + "| cases | right | refused |\n|---|---:|---:|\n"
    for kind in sorted({line["kind"] for line in lines}):
        page += f"| {kind} | {counts[kind, 'right']} | {counts[kind, 'refused']} |\n"
    page += f"| all {len(lines)} | {sum(n for (_, o), n in counts.items() if o == 'right')} "
    page += f"| {sum(n for (_, o), n in counts.items() if o == 'refused')} |\n"

    page += "\n## What is refused\n\n| operator | cases | reason |\n|---|---:|---|\n"
    refusals = collections.Counter()
    for line in lines:
        if line["outcome"] == "refused":
            refusals[", ".join(f"`{name}`" for name in refused_operators(line)), reason(line["reason"])] += 1
    for (operators, why), count in sorted(refusals.items(), key=lambda item: (item[0][0].lower(), item[0][1])):
        page += f"| {operators} | {count} | {why} |\n"
    PAGE.write_text(page)
    print(f"{PAGE}: {len(lines)} cases, none wrong")


if __name__ == "__main__":
    main()
