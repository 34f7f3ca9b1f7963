"""The command `saliency`, which lies in the package."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Becomes the command, with the arguments of this process."""
    path = Path(__file__).resolve().parent / "bin" / "saliency"
    os.execv(str(path), ["saliency", *sys.argv[1:]])
