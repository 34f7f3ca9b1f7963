#!/usr/bin/env python3
"""Writes Tests/NumPyFormatTests/Fixtures: the same small array in each element type, byte order, layout and version.

python3 -m venv venv && venv/bin/pip install numpy
venv/bin/python Scripts/generate-npy-fixtures.py Tests/NumPyFormatTests/Fixtures

The array has the shape (2, 3, 4) and the values 0, 1, …, 23; `bool` has them modulo 2.
"""

import pathlib
import sys

import numpy

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
counting = numpy.arange(24).reshape(2, 3, 4)


def write(name, array, version=(1, 0)):
    with open(folder / f"{name}.npy", "wb") as file:
        numpy.lib.format.write_array(file, array, version)


write("bool", counting % 2 == 1)
for code in ["i1", "u1"]:
    write(code, counting.astype(code))
for code in ["i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8"]:
    write(f"{code}-little", counting.astype("<" + code))
    write(f"{code}-big", counting.astype(">" + code))
write("fortran", numpy.asfortranarray(counting.astype("<f4")))
write("version-2", counting.astype("<f4"), (2, 0))
write("version-3", counting.astype("<f4"), (3, 0))
