#!/usr/bin/env python3
"""Audits the networks of planted-networks.py, and tells which tells are found, and what is found where nothing is
planted.

    audit-conformance.py SALIENCY FOLDER [--write]

A tell is found where a finding of its class overlaps the place where it lies (intersection over union at least 0.3;
of a tell that lies anywhere the mean over the images with it), or is of the kind `background` where it is the
background. Any other finding in a class that has no tell is wrong. With --write the table goes into
Documentation/Audit.md.
"""

import argparse
import json
import sqlite3
import subprocess
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "Documentation" / "Audit.md"
BEGIN, END = "<!-- begin of what audit-conformance.py writes -->\n", "<!-- end -->\n"


def overlap(a: list[float], b: list[float]) -> float:
    def area(box: list[float]) -> float:
        return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)

    shared = area([max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])])
    return shared / (area(a) + area(b) - shared)


def boxes(folder: Path, name: str) -> dict[str, list[float]]:
    """The boxes of single images in the findings of a class that lie anywhere."""
    with sqlite3.connect(folder / "audit.sqlite") as database:
        rows = database.execute(
            """SELECT path, x0, y0, x1, y1 FROM test_image JOIN test ON test.id = test JOIN image ON image.id = image
            JOIN class ON class.id = test.class
            WHERE kind = 'anywhere' AND verdict = 'finding' AND name = ? AND x0 IS NOT NULL""",
            (name,),
        ).fetchall()
    return {row[0]: list(row[1:]) for row in rows}


def finds(audit: Path, finding: dict, kind: str, truth: dict) -> bool:
    if finding["class"] != truth["class"]:
        return False
    region = finding["region"]
    if kind == "tree":
        return region["kind"] == "background"
    if region["box"] is not None and truth["box"] is not None:
        return overlap(region["box"], truth["box"]) >= 0.3
    if region["kind"] == "anywhere" and truth["boxes"]:
        found = boxes(audit, finding["class"])
        shared = [overlap(box, truth["boxes"][path]) for path, box in found.items() if path in truth["boxes"]]
        return bool(shared) and sum(shared) / len(shared) >= 0.3
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("saliency")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = [
        "| planted | networks | tells found | networks with another finding | undecided, a network |",
        "|---|---|---|---|---|",
    ]
    for kind in sorted(path for path in arguments.folder.iterdir() if path.is_dir()):
        count = found = wrong = undecided = 0
        for network in sorted(path for path in kind.iterdir() if (path / "truth.json").exists()):
            command = [arguments.saliency, "audit", network / "model.onnx", network / "images", "-o", network / "audit"]
            command += ["--labels", network / "labels.json", "-q"]
            if (network / "masks").exists():
                command += ["--masks", network / "masks"]
            subprocess.run(command, check=True)
            findings = json.loads((network / "audit" / "findings.json").read_text())
            truth = json.loads((network / "truth.json").read_text())
            told = [finds(network / "audit", finding, kind.name, truth) for finding in findings["findings"]]
            # Where birds stand in trees alone, cats stand at houses alone.
            others = [] if kind.name == "tree" else [f for f, is_tell in zip(findings["findings"], told) if not is_tell]
            count, found = count + 1, found + any(told)
            wrong, undecided = wrong + bool(others), undecided + len(findings["undecided"])
            regions = [(f["class"], f["region"]) for f in findings["findings"]]
            print(f"{kind.name} {network.name}: {'found' if any(told) else '-'} {regions}", flush=True)
        is_clean = kind.name.startswith("clean")
        mean = undecided / max(count, 1)
        rows.append(f"| {kind.name} | {count} | {'–' if is_clean else found} | {wrong} | {mean:.1f} |")
    table = "\n".join(rows) + "\n"
    print(table)
    if arguments.write:
        page = PAGE.read_text()
        start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
        PAGE.write_text(page[:start] + table + page[end:])


if __name__ == "__main__":
    main()
