"""The tables and the chart."""

import json
import os
import platform
import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

from models import NETWORKS

PEERS = ("captum", "torch", "onnxruntime", "torchvision")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def ms(times):
    return f"{times.median:.1f} ({times.minimum:.1f})"


def first(path, key):
    """What follows a key in one of the kernel's files."""
    lines = Path(path).read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "unknown")


HEADING = """# Results

Written by `make bench`, which puts each table that it measures in the place of the one before.

Times are milliseconds, medians, with the shortest in brackets. Everything in a row was measured in turns in one run,
after one to three calls that do not count. Ratios are of medians. Networks have random weights, images are random, and
all compute in single precision with as many threads."""


def machine():
    flags = first("/proc/cpuinfo", "flags").split()
    sets = ", ".join(name for name in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if name in flags)
    memory = int(first("/proc/meminfo", "MemTotal").split()[0]) / 1048576
    cores = len(os.sched_getaffinity(0))
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return (
        f"{first('/proc/cpuinfo', 'model name')}, family {first('/proc/cpuinfo', 'cpu family')} ({sets}), {cores} cores, {memory:.0f} GiB; "
        f"Linux {platform.release().split('-')[0]}; {peers}; Python {platform.python_version()}"
    )


def single(results):
    rows, methods = [], []
    for name, error, times in results:
        gradient, runtime = times["gradient"].median, times["onnxruntime"].median
        limit = times["limit"].median
        goal = NETWORKS[name][1]
        rows.append([
            name, ms(times["captum"]), ms(times["onnxruntime"]), ms(times["forward"]), ms(times["gradient"]),
            f"{gradient / runtime:.2f} (goal {goal}{'' if gradient / runtime <= goal else ', missed'})",
            f"{times['captum'].median / gradient:.2f}", ms(times["limit"]), f"{gradient / limit:.2f}", f"{error:.0e}",
        ])  # fmt: skip
        if "guided" in times:
            methods.append([
                name, ms(times["guided"]), f"{times['guided'].median / gradient:.2f}", ms(times["rectified"]),
                f"{times['rectified'].median / gradient:.2f}",
            ])  # fmt: skip
    text = "## One image, 224×224\n\n" + table(
        ["network", "Captum", "ONNX Runtime, forward", "ours, forward", "ours, gradient", "÷ ONNX Runtime's forward",
         "times faster than Captum", "bare primitives", "ours ÷ bare primitives", "difference from Captum's gradient"],
        rows,
    )  # fmt: skip
    text += (
        "\n\nBare primitives are oneDNN's convolutions and matrix products of the same network, forward and backward,"
        "\neach in the layout and by the algorithm that suit it best, and nothing else. Differences are in relative L2."
    )
    if methods:
        text += "\n\n## Other methods\n\n" + table(
            ["network", "guided", "÷ gradient", "rectified", "÷ gradient"], methods
        )
    return text


def batch(results):
    return "## Batches\n\n" + table(
        ["network", "images", "one image", "batch", "batch, per image", "÷ one image", "Captum, per image"],
        [
            [name, str(size), ms(times["one"]), ms(times["batch"]), f"{times['batch'].median / size:.1f}",
             f"{times['batch'].median / size / times['one'].median:.2f}", f"{times['captum'].median / size:.1f}"]
            for name, size, times in results
        ],
    )  # fmt: skip


def cold(results):
    rows = []
    for name, processes in results:
        row = [name]
        for key in ("saliency", "captum"):
            seconds, memory = zip(*processes[key])
            row += [f"{sorted(seconds)[len(seconds) // 2]:.2f} ({min(seconds):.2f})", f"{max(memory):.0f}"]
        rows.append(row)
    return (
        "## From the start of the process to the image\n\n"
        + table(["network", "saliency, s", "MiB at most", "Captum's script, s", "MiB at most"], rows)
        + "\n\nWith the files in the system's cache."
    )


def average(results):
    return (
        "## Averages of 50 noisy samples\n\n"
        + table(
            ["network", "Captum, NoiseTunnel, 10 at a time", "ours, five batches of 10", "times faster"],
            [
                [name, ms(times["captum"]), ms(times["saliency"]),
                 f"{times['captum'].median / times['saliency'].median:.2f}"]
                for name, times in results
            ],
        )
        + "\n\nOurs are five runs of `gradient` on ten images each, without the noise and the mean, which `smoothgrad`"
        "\nadds to them."
    )  # fmt: skip


def methods(results):
    return (
        "## Methods of many samples\n\n"
        + table(
            ["network", "method", "peer", "its time", "ours", "times faster", "difference"],
            [
                [name, f"`{method}`", who, ms(times["peer"]), ms(times["saliency"]),
                 f"{times['peer'].median / times['saliency'].median:.2f}", difference]
                for name, method, who, difference, times in results
            ],
        )
        + "\n\nPeers compute ten samples at a time. Score-CAM has 2048 samples here and was run once. Where maps are not compared, the"
        "\nreason is given; the tests hold each method to its peer with the same numbers and scales."
    )  # fmt: skip


def precision(results):
    return (
        "## bfloat16\n\n"
        + table(
            ["network", "gradient, fp32", "gradient, bf16", "times faster", "rank correlation with fp32"],
            [
                [name, ms(times["fp32"]), ms(times["bf16"]), f"{times['fp32'].median / times['bf16'].median:.2f}",
                 f"{correlation:.3f}"]
                for name, correlation, times in results
            ],
        )
        + "\n\nNetworks with rectifiers lose the order to bfloat16 itself, in PyTorch as well: see Documentation/Decisions.md."
    )  # fmt: skip


def exported(results):
    return (
        "## Explanations that were exported, in ONNX Runtime\n\n"
        + table(
            ["network", "Captum", "ONNX Runtime, plain", "ONNX Runtime, --fast", "ours", "--fast, times faster than Captum",
             "--fast ÷ ours", "--fast ÷ ONNX Runtime's forward", "difference from Captum's gradient"],
            [
                [name, ms(times["captum"]), ms(times["plain"]), ms(times["fast"]), ms(times["saliency"]),
                 *(f"{top.median / bottom.median:.2f}" for top, bottom in [
                     (times["captum"], times["fast"]), (times["fast"], times["saliency"]),
                     (times["fast"], times["forward"])]),
                 f"{error:.0e}"]
                for name, error, times in results
            ],
        )
        + "\n\nGradients of one image as `saliency export` writes them, `--fast` with mirrored kernels, run by ONNX Runtime's CPU"
        "\nprovider without any of our code."
    )  # fmt: skip


def scaling(results):
    rows, first = [], {}
    for name, kind, value, batch, side, outcome in results:
        row = [name, kind, str(value)]
        if outcome.returncode != 0:
            rows.append(row + [outcome.stderr.strip().removeprefix("error: ").split(": ", 1)[-1]] + [""] * 4)
            continue
        found = json.loads(outcome.stdout)
        work = batch * side * side
        time, arena = found["gradient"]["min_ms"], found["arena_bytes"]
        base = first.setdefault((name, kind), (work, time, arena))
        linear = work / base[0]
        rows.append(row + [
            f"{found['forward']['median_ms']:.1f} ({found['forward']['min_ms']:.1f})",
            f"{found['gradient']['median_ms']:.1f} ({time:.1f})", f"{time / base[1] / linear:.2f}",
            f"{arena / 1e6:.1f}", f"{arena / base[2] / linear:.2f}",
        ])  # fmt: skip
    return (
        "## Scaling\n\n"
        + table(
            ["network", "of", "", "forward", "gradient", "÷ linear", "intermediate results, MB", "÷ linear"], rows
        )
        + "\n\n÷ linear: against the first line of its kind, per pixel, by the shortest time; 1 is linear. For threads,"
        "\nwhat is left of the time of one thread."
    )


TABLES = {
    "single": single, "batch": batch, "cold": cold, "average": average, "methods": methods, "precision": precision,
    "exported": exported, "scaling": scaling,
}  # fmt: skip


def rounds(results):
    """How many calls the times of a table are of; nothing where the table tells by itself."""
    found = [part for result in results for part in result if isinstance(part, dict)]
    counts = {len(getattr(times, "values", times)) for part in found for times in part.values()}
    if not counts:
        return ""
    return f" in {min(counts)} rounds" if len(counts) == 1 else f" in {min(counts)} to {max(counts)} rounds"


def signed(bench, text, results):
    """A table with when and where it was measured."""
    when = f"Measured on {date.today().isoformat()}{rounds(results)} with {bench.threads} threads: {machine()}."
    return f"{text}\n\n{when}"


def write(measured, path):
    """Puts tables by name into the file, where each stands behind a mark of its own."""
    before = path.read_text() if path.exists() else ""
    marks = {name: f"<!-- {name} -->" for name in TABLES}
    kept = re.split(f"({'|'.join(marks.values())})", before)
    texts = {mark: text.strip() for mark, text in zip(kept[1::2], kept[2::2], strict=True)}
    texts |= {marks[name]: text for name, text in measured.items()}
    parts = [f"{mark}\n{texts[mark]}" for mark in marks.values() if mark in texts]
    path.write_text("\n\n".join([HEADING, *parts]) + "\n")


def progress(name, result):
    head = " ".join(map(str, result[: {"scaling": 3, "methods": 2}.get(name, 1)]))
    times = next((part for part in result if isinstance(part, dict)), {})
    shown = ", ".join(f"{key} {value.median:.1f}" for key, value in times.items() if hasattr(value, "median"))
    return f"{name}: {head} {shown}".rstrip()


def chart(results, path):
    """Bars by network, as multiples of ONNX Runtime's forward pass."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    series = [
        ("captum", "Captum, gradient", "#999999"),
        ("gradient", "saliency, gradient", "#1f77b4"),
        ("limit", "its bare convolutions and products", "#aec7e8"),
        ("forward", "saliency, forward", "#2ca02c"),
    ]
    figure, axes = plt.subplots(figsize=(1.6 * len(results) + 2.5, 4.2), dpi=150, layout="constrained")
    for index, (key, label, color) in enumerate(series):
        heights = [times[key].median / times["onnxruntime"].median for _, _, times in results]
        axes.bar([x + 0.2 * index for x in range(len(results))], heights, 0.2, label=label, color=color)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_xticks([x + 0.3 for x in range(len(results))], [name for name, _, _ in results])
    axes.set_ylabel("time ÷ ONNX Runtime's forward pass")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
