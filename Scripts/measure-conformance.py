#!/usr/bin/env python3
"""Measures how far the command's numbers are from PyTorch's, and writes them into Documentation/Conformance.md.

    measure-conformance.py [SALIENCY] [--reference FOLDER] [--networks RESULTS]

SALIENCY is the release binary; FOLDER holds model.onnx, input.npy, scores.npy, gradient.npy, guided.npy and
rectified.npy of EfficientNet-Lite0 for class 20, where they are at hand; RESULTS what torch-networks.py measured. Without
SALIENCY nothing is measured, and RESULTS are written alone. Needs NumPy.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "Tests" / "Fixtures" / "architectures"
PAGE = ROOT / "Documentation" / "Conformance.md"
METHODS = ["gradient", "guided", "rectified"]


def relative_error(value, reference):
    """The relative L2 error, in double precision."""
    value, reference = np.asarray(value, np.float64).ravel(), np.asarray(reference, np.float64).ravel()
    return np.linalg.norm(value - reference) / np.linalg.norm(reference)


def run(saliency, *arguments):
    return json.loads(subprocess.run([saliency, *map(str, arguments), "--json"], check=True, capture_output=True).stdout)


def errors(saliency, model, tensor, references, target):
    """The relative error of the scores and of each method's map, by name."""
    scores = np.load(references["scores"]).ravel()
    report = run(saliency, "predict", model, tensor, "--top", scores.size)
    found = {unit["index"]: unit["score"] for unit in report["predictions"][0]}
    result = {"scores": relative_error([found[index] for index in range(scores.size)], scores)}
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "map.npy"
        for method in METHODS:
            if method not in references:
                continue
            question = ["--target", target, "--method", method, "--gradient-modifier", "none"]
            run(saliency, "explain", model, tensor, *question, "--output", output)
            result[method] = relative_error(np.load(output), np.load(references[method]))
    return result


def row(name, note, result):
    cells = [f"{result[key]:.1e}" if key in result else "" for key in ["scores", *METHODS]]
    return "| " + " | ".join([name, note, *cells]) + " |"


def table(rows):
    return "\n".join(["| network | file | scores | gradient | guided | rectified |", "|---|---|---|---|---|---|", *rows])


def replace(text, section, content):
    """The text with what stands between a section's two markers replaced."""
    start, end = f"<!-- {section} -->\n\n", f"\n\n<!-- end of {section} -->"
    if start not in text or end not in text:
        sys.exit(f"measure-conformance: {PAGE} has no section '{section}'")
    return text.split(start)[0] + start + content + end + text.split(end)[1]


def networks_table(results):
    """One row a network and form, and a line that sums them up."""
    measured = [result for result in results if "gradient" in result]
    refused = [result for result in results if "error" in result]
    unexported = [result for result in results if "export_error" in result]
    lines = [
        f"{len(measured)} files of {len({result['network'] for result in measured})} networks were measured. The largest "
        f"error is {max(result['scores'] for result in measured):.1e} for scores and "
        f"{max(result['gradient'] for result in measured):.1e} for gradients.",
        "",
        "| network | input | parameters | file | scores | gradient | rounding |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in sorted(results, key=lambda result: (result["network"], result["form"])):
        if "gradient" not in result:
            continue
        exporter, opset = result["form"].split("-")
        size = "×".join(map(str, result["input"]))
        errors = " | ".join(f"{result[key]:.1e}" for key in ("scores", "gradient", "rounding"))
        count = f"{result['parameters'] / 1e6:.2f} M"
        lines.append(f"| {result['network']} | {size} | {count} | {exporter}, set {opset} | {errors} |")
    for heading, rows, key in (("Refused", refused, "error"), ("Not exported by PyTorch", unexported, "export_error")):
        if rows:
            lines += ["", f"{heading}:", ""]
            lines += [f"- {row['network']}, {row['form']}: {clause(row[key])}" for row in rows]
    return "\n".join(lines)


def clause(message):
    """An error without the path of a temporary file, and not too long."""
    message = " ".join(re.sub(r"\S*model\.onnx: ", "", message.removeprefix("error: ")).split())
    return message if len(message) <= 200 else message[:200] + "…"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("saliency", nargs="?")
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--networks", type=Path)
    arguments = parser.parse_args()
    text = PAGE.read_text()

    if arguments.networks:
        text = replace(text, "networks", networks_table(json.loads(arguments.networks.read_text())))
    if arguments.saliency:
        text = measured(text, arguments)
    PAGE.write_text(text)


def measured(text, arguments):
    """The page with what is measured here and now."""
    rows = []
    for fixture in json.loads((FIXTURES / "fixtures.json").read_text())["fixtures"]:
        references = {key: FIXTURES / fixture[key] for key in ["scores", *METHODS] if key in fixture}
        model, tensor = FIXTURES / fixture["model"], FIXTURES / fixture["input"]
        result = errors(arguments.saliency, model, tensor, references, fixture["target"])
        note = f"{fixture['exporter']}, set {fixture['opset']}" + (", folded" if fixture["folded"] else "")
        rows.append(row(fixture["architecture"], note, result))
    text = replace(text, "architectures", table(rows))

    if arguments.reference:
        folder = arguments.reference
        references = {key: folder / f"{key}.npy" for key in ["scores", *METHODS]}
        result = errors(arguments.saliency, folder / "model.onnx", folder / "input.npy", references, 20)
        text = replace(text, "trained", table([row("efficientnet-lite0", "trained, set 17", result)]))
    return text


if __name__ == "__main__":
    main()
