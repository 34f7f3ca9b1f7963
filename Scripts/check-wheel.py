#!/usr/bin/env python3
"""Installs the wheel into a new virtual environment, and checks that it works there with nothing but itself, NumPy and the C library.

    Scripts/check-wheel.py DIST
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
MODEL = REPOSITORY / "Examples" / "Models" / "bird-or-tree-clean.onnx"
PICTURE = REPOSITORY / "Examples" / "Data" / "bird-or-tree" / "bird-tree-1.png"
#: What every Linux that the wheel's name promises has; these are not in the wheel.
OF_THE_SYSTEM = re.compile(r"(ld-linux-x86-64|libc|libm|libpthread|libdl|librt|libutil|libgcc_s|libstdc\+\+|libz)(\.so|-)")

SCRIPT = """
import re, sys
import swift_saliency as saliency

model = saliency.Model(sys.argv[1])
result = model.explain(sys.argv[2], method="guided")
result.save("map.png")
result.save("map.npy")
print(saliency.__version__, *model.explain(sys.argv[2], method="grad-cam").values.shape)
for line in sorted(set(re.findall(r"/\\S+\\.so\\S*", open("/proc/self/maps").read()))):
    print(line)
"""


def main() -> None:
    """Installs, runs and compares."""
    (wheel,) = Path(sys.argv[1]).resolve().glob("swift_saliency-*.whl")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        environment = work / "environment"
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        python = environment / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel], check=True)
        # An environment without paths to anything.
        bare = {"HOME": str(work), "LANG": "C.UTF-8"}

        def run(*command: object) -> str:
            made = subprocess.run(
                [str(part) for part in command], env=bare, cwd=work, check=False, capture_output=True, text=True
            )
            if made.returncode:
                raise SystemExit(f"error: {command} failed:\n{made.stdout}{made.stderr}")
            return made.stdout

        told, *mapped = run(python, "-c", SCRIPT, MODEL, PICTURE).splitlines()
        packages = next(environment.glob("lib/python3*/site-packages"))
        command = packages / "swift_saliency" / "bin" / "saliency"
        loaded = re.findall(r"=> (\S+)", run("/usr/bin/ldd", command)) + mapped
        foreign = sorted(
            {
                path
                for path in loaded
                if not path.startswith(str(environment)) and not OF_THE_SYSTEM.match(Path(path).name)
                # The interpreter's own.
                and "/lib-dynload/" not in path and not Path(path).name.startswith("libpython")
            }
        )  # fmt: skip
        # The interpreter's modules may load more of the system, which the wheel's libraries never name.
        needed = run("/usr/bin/ldd", packages / "swift_saliency" / "lib" / "libSaliencyPython.so")
        foreign = [path for path in foreign if path in needed or path in run("/usr/bin/ldd", command)]
        if foreign or "not found" in needed:
            raise SystemExit(f"error: the wheel needs {foreign or needed} of the system")

        print(run(environment / "bin" / "saliency", "--version").strip(), "-", told)
        run(environment / "bin" / "saliency", "explain", MODEL, PICTURE, "--method", "guided", "-o", "command.npy", "--quiet")
        if (work / "command.npy").read_bytes()[-96 * 96 * 3 * 4 :] != (work / "map.npy").read_bytes()[-96 * 96 * 3 * 4 :]:
            raise SystemExit("error: the package and the command in the wheel say different things")
        # README's lines, and those of the page about the package, as they stand.
        (work / "Examples").symlink_to(REPOSITORY / "Examples")
        for ending in ("", ".saliency.json"):
            shutil.copy(f"{MODEL}{ending}", work / f"birds.onnx{ending}")
        for page in ("README.md", "Documentation/Python.md"):
            blocks = re.findall(r"```python\n(.*?)```", (REPOSITORY / page).read_text(), re.S)
            for block in blocks:
                if block.startswith("import swift_saliency"):
                    print(page, "-", run(python, "-c", block).strip())
    print(f"{wheel.name} works by itself")


main()
