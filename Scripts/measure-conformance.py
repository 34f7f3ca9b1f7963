#!/usr/bin/env python3
"""Measures how far the command's numbers are from PyTorch's, and writes them into Documentation/Conformance.md.

    measure-conformance.py [SALIENCY] [--reference FOLDER] [--networks RESULTS]

SALIENCY is the release binary; FOLDER holds model.onnx, input.npy, scores.npy, gradient.npy, guided.npy and
rectified.npy of EfficientNet-Lite0 for class 20, where they are at hand; RESULTS what torch-networks.py measured, while rows of
other networks stay as they are. Without SALIENCY nothing is measured, and RESULTS are written alone. Needs NumPy.
"""

import argparse
import json
import re
from pathlib import Path

from conformance import METHODS, PAGE, ROOT, errors, replace, rows_of, section_of, table

FIXTURES = ROOT / "Tests" / "Fixtures" / "architectures"
COLUMNS = ["network", "file", "scores", *METHODS]
NETWORK_COLUMNS = ["network", "input", "parameters", "file", "scores", "gradient", "rounding"]
# The headings of networks that were not measured, and the key of the reason in their results.
FAILURES = {"Refused": "error", "Not exported by PyTorch": "export_error"}


def row(name, note, result):
    return [name, note, *(f"{result[key]:.1e}" if key in result else "" for key in ["scores", *METHODS])]


def networks_table(results, content):
    """One row a network and form, and a line that sums them up; what the content has of other networks stays."""
    found = {result["network"] for result in results}
    rows = [row for row in rows_of(content) if row[0] not in found]
    failures = {heading: listed(content, heading) for heading in FAILURES}
    failures = {
        heading: [line for line in lines if line[2:].split(",")[0] not in found] for heading, lines in failures.items()
    }
    for result in results:
        for heading, key in FAILURES.items():
            if key in result:
                failures[heading].append(f"- {result['network']}, {result['form']}: {clause(result[key])}")
        if "gradient" in result:
            exporter, opset = result["form"].split("-")
            size = "×".join(map(str, result["input"]))
            digits = [f"{result[key]:.1e}" for key in ("scores", "gradient", "rounding")]
            count = f"{result['parameters'] / 1e6:.2f} M"
            rows.append([result["network"], size, count, f"{exporter}, set {opset}", *digits])
    scores, gradients = ([float(row[NETWORK_COLUMNS.index(name)]) for row in rows] for name in ("scores", "gradient"))
    parts = [
        f"{len(rows)} files of {len({row[0] for row in rows})} networks were measured. The largest error is "
        f"{max(scores):.1e} for scores and {max(gradients):.1e} for gradients.",
        table(NETWORK_COLUMNS, sorted(rows)),
    ]
    for heading, lines in failures.items():
        if lines:
            parts += [f"{heading}:", "\n".join(sorted(lines))]
    return "\n\n".join(parts)


def listed(content, heading):
    """The lines of the list under a heading."""
    _, _, rest = content.partition(f"\n\n{heading}:\n\n")
    return rest.split("\n\n")[0].splitlines()


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
        _, content, _ = section_of(text, "networks")
        results = json.loads(arguments.networks.read_text())
        text = replace(text, "networks", networks_table(results, content))
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
