#!/usr/bin/env python3
"""Runs Examples/deploy/explain.py on exported explanations, and holds its images against `saliency explain`.

check-deployed-example.py SALIENCY
"""

import importlib.util
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from conformance import ROOT

FIXTURES = ROOT / "Tests" / "Fixtures" / "architectures"
EXAMPLE = ROOT / "Examples" / "deploy" / "explain.py"
NETWORK, TARGET = "resnet-basic", "1"
IMAGE = ROOT / "Demo" / "chelsea.png"


def pixels(path, side):
    """The gray values of an image as the example writes it, in one piece and without filters."""
    data = path.read_bytes()
    start = data.index(b"IDAT") + 4
    rows = np.frombuffer(zlib.decompress(data[start : start + int.from_bytes(data[start - 8 : start - 4])]), np.uint8)
    return rows.reshape(side, side + 1)[:, 1:] / 255


def main():
    saliency = Path(sys.argv[1]).resolve()
    model, tensor = FIXTURES / f"{NETWORK}.onnx", FIXTURES / f"{NETWORK}.input.npy"
    shape = "x".join(map(str, np.load(tensor).shape))
    inputs = [tensor]
    if importlib.util.find_spec("PIL"):
        inputs.append(IMAGE)
    else:
        print("check-deployed-example: Pillow is not installed, so images are NOT checked, only tensors")

    def run(*command):
        subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)

    with tempfile.TemporaryDirectory() as folder:
        exported, picture, ours = (Path(folder) / name for name in ("explained.onnx", "heatmap.png", "map.npy"))
        for source in inputs:
            run(saliency, "explain", model, source, "--method", "guided", "--target", TARGET, "-q", "-o", ours)
            strongest = np.abs(np.load(ours)[0]).max(axis=0)
            expected = np.clip(strongest / np.percentile(strongest, 99), 0, 1)
            for options in [], ["--heatmap"]:
                run(saliency, "export", model, "-o", exported, "--method", "guided", "--shape", shape, *options)
                run(sys.executable, EXAMPLE, exported, source, picture, TARGET)
                difference = np.abs(pixels(picture, len(expected)) - expected).max()
                what = f"{source.name} {' '.join(options) or 'without a heat map'}"
                print(f"explain.py on {what}: {difference:.4f} from saliency explain")
                if difference > 0.005:
                    sys.exit("check-deployed-example: the images differ")


if __name__ == "__main__":
    main()
