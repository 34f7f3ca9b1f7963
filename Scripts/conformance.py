"""What the scripts that measure the command's errors share."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "Documentation" / "Conformance.md"
METHODS = ["gradient", "guided", "rectified"]


def relative_error(value, reference):
    """The relative L2 error, in double precision."""
    value, reference = np.asarray(value, np.float64).ravel(), np.asarray(reference, np.float64).ravel()
    return np.linalg.norm(value - reference) / np.linalg.norm(reference)


def run(saliency, *arguments):
    return json.loads(
        subprocess.run([saliency, *map(str, arguments), "--json"], check=True, capture_output=True).stdout
    )


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


def table(columns, rows):
    """A Markdown table of rows of cells."""
    lines = ["| " + " | ".join(cells) + " |" for cells in [columns, *rows]]
    return "\n".join([lines[0], "|" + "---|" * len(columns), *lines[1:]])


def rows_of(content):
    """The cells of each row of the Markdown table in a text, without its head."""
    lines = [line for line in content.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def section_of(text, section):
    """What stands before, between and after a section's two markers."""
    start, end = f"<!-- {section} -->\n\n", f"\n\n<!-- end of {section} -->"
    if start not in text or end not in text:
        sys.exit(f"{PAGE} has no section '{section}'")
    before, rest = text.split(start)
    content, after = rest.split(end)
    return before + start, content, end + after


def replace(text, section, content):
    """The text with what stands between a section's two markers replaced."""
    before, _, after = section_of(text, section)
    return before + content + after
