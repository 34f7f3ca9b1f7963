"""`python -m swift_saliency` is the command `saliency`."""

from ._command import main

main()
