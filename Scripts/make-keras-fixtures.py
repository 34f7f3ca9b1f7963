#!/usr/bin/env python3
"""Makes the Keras models under Tests/Fixtures/keras and Tests/KerasFormatTests/Fixtures.

    make-keras-fixtures.py [layers] [partial] [files] [--only NAME ...]

`layers` are tiny models, one a layer kind or option, with what TensorFlow makes of them; `partial` is a
model with a layer that is unknown; `files` are about
zip and HDF5 alone, with what h5py reads. Everything is seeded. Needs Scripts/requirements-keras.txt.
"""

import argparse
import sys
from pathlib import Path

from fixtures.common import FIXTURES, VerificationError

FAMILIES = {
    "layers": ("fixtures.keras_layers", FIXTURES),
    "partial": ("fixtures.keras_partial", FIXTURES),
    "files": ("fixtures.keras_files", FIXTURES.parent / "KerasFormatTests" / "Fixtures"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("family", nargs="*", help="layers, partial, files; all without")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="make the fixtures of these cases alone")
    parser.add_argument("--output", type=Path, help="the folder to write to, instead of the repository's")
    parser.add_argument("--verbose", action="store_true", help="print a line a fixture")
    arguments = parser.parse_args()
    if unknown := set(arguments.family) - set(FAMILIES):
        parser.error(f"there is no family {', '.join(sorted(unknown))}")
    for family in arguments.family or FAMILIES:
        module, folder = FAMILIES[family]
        try:
            count = __import__(module, fromlist=["make"]).make(
                arguments.output or folder, arguments.only, arguments.verbose
            )
        except VerificationError as error:
            sys.exit(f"make-keras-fixtures: {error}")
        print(f"{family}: {count} fixtures")


if __name__ == "__main__":
    main()
