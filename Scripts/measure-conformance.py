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
from pathlib import Path

from conformance import METHODS, PAGE, ROOT, errors, replace, table

FIXTURES = ROOT / "Tests" / "Fixtures" / "architectures"
COLUMNS = ["network", "file", "scores", *METHODS]
NETWORK_COLUMNS = ["network", "input", "parameters", "file", "scores", "gradient", "rounding"]


def row(name, note, result):
    return [name, note, *(f"{result[key]:.1e}" if key in result else "" for key in ["scores", *METHODS])]


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
    ]
    rows = []
    for result in sorted(results, key=lambda result: (result["network"], result["form"])):
        if "gradient" not in result:
            continue
        exporter, opset = result["form"].split("-")
        size = "×".join(map(str, result["input"]))
        digits = [f"{result[key]:.1e}" for key in ("scores", "gradient", "rounding")]
        count = f"{result['parameters'] / 1e6:.2f} M"
        rows.append([result["network"], size, count, f"{exporter}, set {opset}", *digits])
    lines.append(table(NETWORK_COLUMNS, rows))
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
    text = replace(text, "architectures", table(COLUMNS, rows))

    if arguments.reference:
        folder = arguments.reference
        references = {key: folder / f"{key}.npy" for key in ["scores", *METHODS]}
        result = errors(arguments.saliency, folder / "model.onnx", folder / "input.npy", references, 20)
        text = replace(text, "trained", table(COLUMNS, [row("efficientnet-lite0", "trained, set 17", result)]))
    return text


if __name__ == "__main__":
    main()
