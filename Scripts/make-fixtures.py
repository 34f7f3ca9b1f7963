#!/usr/bin/env python3
"""Makes the networks under Tests/Fixtures, with inputs and what must come out of them.

    make-fixtures.py [architectures] [importer] [questions] [rules] [methods] [relevance] [regions] [metrics]
                     [captum_tests] [maps] [layers] [axes] [detectors] [text] [--only NAME ...]

`architectures` are small, randomly weighted forms of torchvision's networks with their scores and
gradients (needs PyTorch); `importer` are tiny models, each about one thing that an importer must
get right or refuse; `questions` are networks whose maps are worked out by hand in the tests; `rules` are
small networks with what custom rules and losses give in PyTorch; `methods` are what Captum, zennit
and pytorch-grad-cam give for those networks; `relevance` is what zennit and Captum give for them by layer-wise
relevance propagation; `regions` is what Captum gives over regions; `metrics` are what Quantus and Captum say
about explanations of them; `captum_tests` are the numbers of Captum's own unit tests; `maps` are what peers give
by the CAM family, attention and other paths, for some of those networks and for small transformers; `layers` are what
Captum gives with respect to layers and their units; `axes` are networks whose axes stand for other things than an image
classifier's, with gradients in double precision; `detectors` are heads of detectors with their boxes by torchvision's
suppression and gradients in double precision; `text` are networks of texts, bytes and several inputs. Everything is
seeded, and every valid model is checked with ONNX Runtime.
"""

import argparse
import sys
import time

from fixtures.common import FIXTURES, VerificationError

FAMILIES = [
    "architectures", "importer", "questions", "rules", "methods", "relevance", "regions", "metrics", "captum_tests",
    "maps", "layers", "axes", "detectors", "text", "signals",
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("family", nargs="*", help=f"{', '.join(FAMILIES)}; all without")
    parser.add_argument("--only", action="append", metavar="NAME", help="make this fixture alone (may be repeated)")
    parser.add_argument("--output", default=FIXTURES, help="the folder to write to, instead of Tests/Fixtures")
    parser.add_argument("--verbose", action="store_true", help="print a line a fixture")
    arguments = parser.parse_args()
    families = arguments.family or FAMILIES
    if unknown := set(families) - set(FAMILIES):
        parser.error(f"there is no family {', '.join(sorted(unknown))}")

    made, failures = 0, []
    for family in families:
        start = time.monotonic()
        module = __import__(f"fixtures.{family}", fromlist=["make"])
        try:
            count = module.make(arguments.output, arguments.only, arguments.verbose)
        except VerificationError as error:
            failures.append(str(error))
        else:
            made += count
            print(f"{family}: {count} fixtures in {time.monotonic() - start:.0f} s")
    if failures:
        sys.exit("make-fixtures: " + "\n".join(failures))
    if not made:
        sys.exit(f"make-fixtures: there is no fixture named {' or '.join(arguments.only)}")


if __name__ == "__main__":
    main()
