#!/usr/bin/env python3
"""Asks the server of Examples/Server questions, and holds its reports against those of `saliency explain`.

check-server-example.py SERVER SALIENCY
"""

import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "Examples" / "Models" / "digits.keras"
IMAGE = ROOT / "Examples" / "Data" / "digit-3.png"
SETTINGS = json.loads(Path(f"{MODEL}.saliency.json").read_text())
METHOD = "integrated-gradients:steps=8"


def encoded(path):
    return base64.b64encode(path.read_bytes()).decode()


def main():
    server, saliency = (Path(path).resolve() for path in sys.argv[1:3])
    image = encoded(IMAGE)
    question = {"method": METHOD, "target": "3", "prepare": SETTINGS}
    requests = [
        {"id": "early", "question": question, "input": image},
        {"id": "open", "name": "digits.keras", "model": encoded(MODEL)},
        {"id": "explain", "question": question, "input": image},
        {"id": "wrong", "question": {**question, "target": "12"}, "input": image},
        {"id": "damaged", "question": question, "input": base64.b64encode(b"no image").decode()},
        {"id": "file", "question": {**question, "target": "3@/tmp/mask.png"}, "input": image},
        {"id": "long", "question": {**question, "method": "smoothgrad:samples=100000"}, "input": image},
        {"id": "stop", "cancel": "long"},
    ]
    lines = "".join(json.dumps(request) + "\n" for request in requests) + "no request\n"
    run = subprocess.run([server], input=lines, stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    answers = {answer.get("id"): answer for answer in map(json.loads, run.stdout.splitlines())}
    expected = {"early": 400, "open": 200, "explain": 200, "wrong": 400, "damaged": 422, "file": 400, "long": 499}
    expected |= {"stop": 200, None: 400}
    statuses = {name: answer["status"] for name, answer in answers.items()}
    if statuses != expected:
        sys.exit(f"check-server-example: the statuses are {statuses}, not {expected}")

    with tempfile.TemporaryDirectory() as folder:
        figure = Path(folder) / "figure.png"
        arguments = ["explain", MODEL, IMAGE, "--method", METHOD, "--target", "3", "--json", "-o", figure]
        printed = subprocess.run([saliency, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
        report, ours = answers["explain"]["report"], json.loads(printed)
        same = [key for key in ours if key not in ("model", "input", "preprocessing", "recipe", "outputs")]
        different = [key for key in same if "timings" not in key and report.get(key) != ours[key]]
        if different:
            sys.exit(f"check-server-example: the report differs from the command's in {different}")
        if not base64.b64decode(answers["explain"]["figure"]).startswith(b"\x89PNG"):
            sys.exit("check-server-example: the figure is no PNG file")
    for name in ("early", "wrong", "damaged", "file", "long", None):
        print(f"{name}: {answers[name]['status']}, {answers[name]['error']['error']}")
    print(f"the server's report of {IMAGE.name} is that of saliency explain")


if __name__ == "__main__":
    main()
