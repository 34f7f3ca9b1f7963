#!/usr/bin/env python3
"""Trains languages.onnx: from 192 bytes of a source file to its language.

    languages.py

Bytes are made one-hot, 257 wide as 256 stands for no byte, and looked up in a table of 16 numbers each; a convolution
of 48 filters over 7 bytes, GELU, the largest of each filter over the text, and a dense layer give one score a language:
Swift, Python, C and Markdown. It is trained on pieces of this repository's own files and of Python's standard library;
every fifth file is left out for the test.

Writes Models/languages.onnx, Models/languages-labels.txt and the texts Data/text-*.npy, and prints the accuracy on
files that were not trained on.
"""

import sysconfig
from pathlib import Path

import numpy as np
import torch
from common import DATA, EXAMPLES, MODELS, OPSET, set_up
from torch import nn

SEED = 11
LENGTH = 192
STEPS, BATCH = 700, 32
ROOT = EXAMPLES.parent
SOURCES = {
    "Swift": sorted((ROOT / "Sources").rglob("*.swift")),
    "Python": sorted((ROOT / "Scripts").rglob("*.py")) + sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")),
    "C": sorted([*(ROOT / "Sources").rglob("*.c"), *(ROOT / "Sources").rglob("*.h")]),
    "Markdown": sorted(
        [*ROOT.glob("*.md"), *(ROOT / "Documentation").rglob("*.md"), *(ROOT / "Sources").rglob("*.md")]
    ),
}
TEXTS = {
    "python": b"""\
import sys

words = {}
for line in sys.stdin:
    for word in line.split():
        words[word] = words.get(word, 0) + 1
print(sorted(words, key=words.get)[-10:])
""",
    "c": rb"""#include <stdio.h>

int main(void) {
    int sum = 0, next;
    while (scanf("%d", &next) == 1) sum += next;
    printf("%d\n", sum);
    return 0;
}
""",
}


class Languages(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Linear(257, 16, bias=False)
        self.filters = nn.Conv1d(16, 48, 7, padding=3)
        self.head = nn.Linear(48, len(SOURCES))

    def forward(self, text):
        return self.answer(self.table(nn.functional.one_hot(text, 257).float()))

    def answer(self, rows):
        return self.head(nn.functional.gelu(self.filters(rows.transpose(1, 2))).amax(2))


def draw(files, count, random):
    """Pieces of files, as languages are drawn: first a language, then a file, then a place."""
    pieces, answers = [], []
    for _ in range(count):
        language = int(random.integers(len(files)))
        content = files[language][int(random.integers(len(files[language])))]
        start = int(random.integers(max(len(content) - LENGTH, 1)))
        piece = content[start : start + LENGTH]
        pieces.append(list(piece) + [256] * (LENGTH - len(piece)))
        answers.append(language)
    return torch.tensor(pieces), torch.tensor(answers)


def main():
    set_up(SEED)
    torch.set_num_threads(1)  # one is faster for so small a network
    random = np.random.default_rng(SEED)
    sides = {
        side: [[p.read_bytes() for i, p in enumerate(paths) if (i % 5 == 0) == side] for paths in SOURCES.values()]
        for side in (False, True)
    }
    network = Languages()
    optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=STEPS)
    for _ in range(STEPS):
        texts, answers = draw(sides[False], BATCH, random)
        # Padding has to mean nothing, so that some texts end early.
        ends = torch.randint(LENGTH // 4, 2 * LENGTH, (BATCH, 1))
        texts = torch.where(torch.arange(LENGTH)[None] < ends, texts, 256)
        optimizer.zero_grad()
        nn.functional.cross_entropy(network.answer(network.table.weight.T[texts]), answers).backward()
        optimizer.step()
        schedule.step()
    texts, answers = draw(sides[True], 2000, random)
    with torch.no_grad():
        print(f"accuracy {(network.eval()(texts).argmax(1) == answers).float().mean():.3f}")
    torch.onnx.export(
        network, (texts[:1],), str(MODELS / "languages.onnx"), dynamo=False, opset_version=OPSET, input_names=["text"],
        output_names=["language"], dynamic_axes={"text": {0: "batch", 1: "bytes"}},
    )  # fmt: skip
    (MODELS / "languages-labels.txt").write_text("\n".join(SOURCES) + "\n")
    for name, text in TEXTS.items():
        np.save(DATA / f"text-{name}.npy", np.array([list(text)], np.int32))
        with torch.no_grad():
            print(name, network(torch.tensor([list(text)])).softmax(1).numpy().round(4))


if __name__ == "__main__":
    main()
