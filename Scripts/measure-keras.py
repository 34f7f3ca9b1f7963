#!/usr/bin/env python3
"""Measures how far the command's numbers are from TensorFlow's for the models of keras.applications.

    measure-keras.py SALIENCY FOLDER

SALIENCY is the release binary; FOLDER is what keras-applications.py wrote, or the applications.json in it.
Writes a row for each file into Documentation/Conformance.md; rows of models that the folder does not have
stay as they are. Fails if a model does not run or an error is above what is allowed. Needs NumPy.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from conformance import PAGE, errors, replace, rows_of, section_of, table

COLUMNS = ["model", "format", "parameters", "scores", "gradient"]
ALLOWED = 1e-3


def measure(saliency, folder, entry):
    """The relative errors of an entry of the index, or None, with a word on why, if it does not run."""
    references = {key: folder / entry["arrays"][key] for key in ("scores", "gradient")}
    model, tensor = folder / entry["file"], folder / entry["arrays"]["input"]
    try:
        return errors(saliency, model, tensor, references, entry["target"])
    except subprocess.CalledProcessError as error:
        print(error.stderr.decode().strip(), file=sys.stderr)
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("saliency")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    folder = arguments.folder if arguments.folder.is_dir() else arguments.folder.parent

    measured, failures = {}, []
    for entry in json.loads((folder / "applications.json").read_text())["models"]:
        key = entry["name"], entry["container"]
        result = measure(arguments.saliency, folder, entry)
        # Not the opposite comparison, which would let what is not a number pass.
        if not (result and all(error <= ALLOWED for error in result.values())):
            failures.append(entry["file"])
        cells = [f"{result[column]:.1e}" for column in ("scores", "gradient")] if result else ["does not run"] * 2
        measured[key] = [*key, f"{entry['parameters']:,}", *cells]
        print(*measured[key], flush=True)

    text = PAGE.read_text()
    kept = {tuple(cells[:2]): cells for cells in rows_of(section_of(text, "keras")[1])}
    rows = [cells for _, cells in sorted((kept | measured).items())]
    PAGE.write_text(replace(text, "keras", table(COLUMNS, rows)))
    if failures:
        sys.exit(f"measure-keras: more than {ALLOWED:g} or not run: {', '.join(failures)}")


if __name__ == "__main__":
    main()
