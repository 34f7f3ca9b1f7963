#!/usr/bin/env python3
"""Measures the memory that opening and running a model takes over the weights that it packs.

    measure-memory.py SALIENCY MODEL INPUT [--limit 1.3]

SALIENCY is the release binary, MODEL an ONNX file, INPUT a picture or tensor for it, such as torchvision's ResNet-50
and a photograph. The peak resident memory of `saliency predict`, less the packed weights that its report names, is
printed as a multiple of the size of the file and of what lies beside it; above the limit the script fails.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("saliency")
    parser.add_argument("model", type=Path)
    parser.add_argument("input")
    parser.add_argument("--limit", type=float, default=1.3)
    arguments = parser.parse_args()

    command = [arguments.saliency, "predict", arguments.model, arguments.input, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    report = json.loads(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"measure-memory: {command[0]} failed")

    beside = [path for path in arguments.model.parent.glob(arguments.model.name + ".data*") if path.is_file()]
    size = sum(path.stat().st_size for path in [arguments.model, *beside])
    peak, packed = usage.ru_maxrss * 1024, report["packed_byte_count"]
    ratio = (peak - packed) / size
    for name, count in [("model", size), ("packed weights", packed), ("peak", peak)]:
        print(f"{name:<15}{count / 1e6:8.1f} MB")
    print(f"(peak − packed weights) / model = {ratio:.2f}, at most {arguments.limit}")
    if ratio > arguments.limit:
        sys.exit(1)


if __name__ == "__main__":
    main()
