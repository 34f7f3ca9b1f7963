#!/usr/bin/env python3
"""Kills an audit at random moments and looks whether anything is lost.

    kill-audit.py SALIENCY MODEL DATA [--kills 200] [--seed 1] [-- OPTION…]

Runs an audit undisturbed, then the same one again and again, killed each time after a random part of the time that the first took. After each kill
the database has to be sound and to have every image that it had before. In the end the audit is finished, and its view
`images` and its maps have to equal those of the undisturbed one byte for byte. An audit that is finished before all kills are done begins anew.
"""

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MAPS = """SELECT path, class, width, height, scale, numbers, map.inside FROM map JOIN image ON image.id = map.image
  ORDER BY path, class"""


def contents(folder):
    with sqlite3.connect(folder / "audit.sqlite") as database:
        return [database.execute(query).fetchall() for query in ("SELECT * FROM images", MAPS)]


def finished(folder):
    """How many images are there, after a look whether the file is sound."""
    if not (folder / "audit.sqlite").exists():
        return 0
    with sqlite3.connect(folder / "audit.sqlite") as database:
        state = database.execute("PRAGMA integrity_check").fetchall()
        if state != [("ok",)]:
            sys.exit(f"the database is damaged: {state}")
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'image'").fetchone():
            return 0
        return database.execute("SELECT count(*) FROM image").fetchone()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("saliency")
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    arguments, options = parser.parse_args(words[:end]), words[end + 1 :]
    moments = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as temporary:
        whole, killed = Path(temporary, "whole"), Path(temporary, "killed")

        def command(folder):
            return [arguments.saliency, "audit", arguments.model, arguments.data, "-o", folder, "-q", *options]

        start = time.monotonic()
        subprocess.run(command(whole), check=False)
        duration = time.monotonic() - start
        expected = contents(whole)
        print(f"undisturbed: {len(expected[0])} images in {duration:.1f} s")
        rounds, before, within = 0, 0, 0
        for _ in range(arguments.kills):
            process = subprocess.Popen(command(killed), stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=moments.uniform(0, duration / 4))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                within += 1
            now = finished(killed)
            if now < before:
                sys.exit(f"{before - now} finished images are lost")
            before = now
            if now == len(expected[0]):
                subprocess.run(command(killed), check=False)
                if contents(killed) != expected:
                    sys.exit("the resumed audit differs from the undisturbed one")
                rounds, before = rounds + 1, 0
                shutil.rmtree(killed)
        subprocess.run(command(killed), check=False)
        if contents(killed) != expected:
            sys.exit("the resumed audit differs from the undisturbed one")
        print(f"{within} kills, {rounds + 1} audits finished after them: each equals the undisturbed one, and no image was lost")


if __name__ == "__main__":
    main()
