#!/usr/bin/env python3
"""Writes Tests/SaliencyImageTests/Fixtures: small images in many encodings, and what Pillow makes of them.

python3 -m venv venv && venv/bin/pip install numpy pillow
venv/bin/python Scripts/generate-image-fixtures.py Tests/SaliencyImageTests/Fixtures

decoded.txt: for each file its width, height, largest allowed difference a value, and pixels in hexadecimal.
resized.txt: source (width, height, pixels), then filter, width, height and the pixels after Image.resize.
planes.txt: the same for floats (as hexadecimal little-endian f4), with the bilinear filter.
"""

import io
import pathlib
import struct
import sys
import zlib

import numpy
from PIL import Image, ImageOps

FOLDER = pathlib.Path(sys.argv[1])
FOLDER.mkdir(parents=True, exist_ok=True)
random = numpy.random.default_rng(7)
decoded = []


def picture(width, height, channels, maximum=255):
    """Waves with some noise: smooth enough for JPEG, rough enough to notice a shifted pixel."""
    y, x, c = numpy.meshgrid(range(height), range(width), range(channels), indexing="ij")
    waves = 0.5 + 0.3 * numpy.sin(0.9 * x + c) + 0.15 * numpy.cos(0.7 * y * (c + 1))
    noise = 0.05 * random.random((height, width, channels))
    return numpy.clip((waves + noise) * maximum, 0, maximum).astype(numpy.uint32)


def add(name, data, tolerance=0, expected=None):
    (FOLDER / name).write_bytes(data)
    if expected is None:
        expected = numpy.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    height, width, _ = expected.shape
    decoded.append(f"{name} {width} {height} {tolerance} {expected.astype(numpy.uint8).tobytes().hex()}")


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(samples, depth):
    """The filtered rows (filter 0) of one PNG pass."""
    rows = b""
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            data = row.astype(">u2").tobytes()
        else:
            bits = "".join(f"{value:0{depth}b}" for value in row)
            bits += "0" * (-len(bits) % 8)
            data = int(bits, 2).to_bytes(len(bits) // 8, "big")
        rows += b"\0" + data
    return rows


def png(samples, depth, color_type, interlaced=False, extra=b""):
    height, width, _ = samples.shape
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        parts = [samples[y::dy, x::dx] for x, y, dx, dy in passes]
        rows = b"".join(packed(part, depth) for part in parts if part.size)
    else:
        rows = packed(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows, 9))
            + chunk(b"IEND", b""))


def tiff(orientation, order):
    mark = {"<": b"II", ">": b"MM"}[order]
    return (mark + struct.pack(order + "HIH", 42, 8, 2) + struct.pack(order + "HHII", 0x0100, 4, 1, 77)
            + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(order + "I", 0))


def saved(image, format, **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def pngs():
    colors = {"gray": (0, 1), "rgb": (2, 3), "palette": (3, 1), "gray-alpha": (4, 2), "rgb-alpha": (6, 4)}
    depths = {"gray": (1, 2, 4, 8, 16), "rgb": (8, 16), "palette": (1, 2, 4, 8), "gray-alpha": (8, 16), "rgb-alpha": (8, 16)}
    for color, (kind, channels) in colors.items():
        for depth in depths[color]:
            samples = picture(13, 9, channels, 2**depth - 1)
            extra = chunk(b"PLTE", random.integers(0, 256, 3 * 2**depth, numpy.uint8).tobytes()) if kind == 3 else b""
            # Pillow clips 16-bit grays to 255; the high byte is what is meant.
            expected = numpy.repeat(samples >> 8, 3, 2) if (kind, depth) == (0, 16) else None
            add(f"{color}-{depth}.png", png(samples, depth, kind, extra=extra), 0, expected)
            if depth in (1, 4, 8):
                add(f"{color}-{depth}-interlaced.png", png(samples, depth, kind, True, extra), 0, expected)
    add("rgb-16-interlaced.png", png(picture(9, 13, 3, 65535), 16, 2, True))
    add("one-pixel-interlaced.png", png(picture(1, 1, 3), 8, 2, True))
    palette = chunk(b"PLTE", bytes(range(48))) + chunk(b"tRNS", bytes([0, 128, 255]))
    add("palette-transparent.png", png(picture(13, 9, 1, 15), 4, 3, extra=palette))
    add("gray-transparent.png", png(picture(13, 9, 1), 8, 0, extra=chunk(b"tRNS", b"\0\x80")))
    add("rgb-transparent.png", png(picture(13, 9, 3), 8, 2, extra=chunk(b"tRNS", b"\0\x80\0\x80\0\x80")))
    add("gamma.png", png(picture(13, 9, 3), 8, 2, extra=chunk(b"gAMA", struct.pack(">I", 100000))))
    add("exif-6.png", png(picture(5, 3, 3), 8, 2, extra=chunk(b"eXIf", tiff(6, ">"))))
    xmp = b"XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation=\"8\"/>"
    add("xmp-8.png", png(picture(5, 3, 3), 8, 2, extra=chunk(b"iTXt", xmp)))


def without_segment(data, marker):
    start = data.index(bytes([0xFF, marker]))
    return data[:start] + data[start + 2 + int.from_bytes(data[start + 2:start + 4], "big"):]


def jpegs():
    color = Image.fromarray(picture(27, 19, 3).astype(numpy.uint8))
    for name, options in {
        "444": {"subsampling": 0}, "422": {"subsampling": 1}, "420": {"subsampling": 2},
        "progressive": {"progressive": True}, "restart": {"restart_marker_blocks": 1}, "rgb": {"keep_rgb": True},
    }.items():
        add(f"{name}.jpg", saved(color, "JPEG", quality=90, **options), 2)
    add("gray.jpg", saved(Image.fromarray(picture(27, 19, 1)[:, :, 0].astype(numpy.uint8)), "JPEG", quality=90), 2)
    cmyk = saved(Image.fromarray(picture(27, 19, 4).astype(numpy.uint8), "CMYK"), "JPEG", quality=90)
    add("cmyk.jpg", cmyk, 2)
    add("cmyk-without-adobe-marker.jpg", without_segment(cmyk, 0xEE), 2)
    adobe = cmyk.index(b"Adobe")
    add("ycck.jpg", cmyk[:adobe + 11] + b"\2" + cmyk[adobe + 12:], 2)
    small = Image.fromarray(picture(11, 6, 3).astype(numpy.uint8))
    for orientation in range(1, 9):
        exif = b"Exif\0\0" + tiff(orientation, "<>"[orientation % 2])
        add(f"exif-{orientation}.jpg", saved(small, "JPEG", quality=90, exif=exif), 2)
    add("xmp-3.jpg", saved(small, "JPEG", quality=90, xmp=b"<tiff:Orientation>3</tiff:Orientation>"), 2)


def webps():
    color = Image.fromarray(picture(27, 19, 3).astype(numpy.uint8))
    alpha = Image.fromarray(picture(27, 19, 4).astype(numpy.uint8))
    add("lossy.webp", saved(color, "WEBP", quality=80), 2)
    add("lossless.webp", saved(color, "WEBP", lossless=True))
    add("lossy-alpha.webp", saved(alpha, "WEBP", quality=80), 2)
    add("lossless-alpha.webp", saved(alpha, "WEBP", lossless=True, exact=True))
    add("exif-5.webp", saved(color, "WEBP", lossless=True, exif=tiff(5, "<")))


def resizes():
    source = picture(23, 17, 3).astype(numpy.uint8)
    source[3:6, 4:9] = 255
    source[8:10] = 0
    lines = [f"source 23 17 {source.tobytes().hex()}"]
    filters = {"nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
    for name, kind in filters.items():
        for width, height in [(7, 5), (23, 40), (41, 17), (60, 3), (1, 1), (24, 18), (22, 16), (23, 17), (2, 31)]:
            result = Image.fromarray(source).resize((width, height), kind)
            lines.append(f"{name} {width} {height} {result.tobytes().hex()}")
    (FOLDER / "resized.txt").write_text("\n".join(lines) + "\n")


def planes():
    source = random.normal(size=(5, 7)).astype("<f4")
    lines = [f"source 7 5 {source.tobytes().hex()}"]
    for width, height in [(3, 2), (14, 10), (7, 9), (20, 5), (1, 1)]:
        result = numpy.asarray(Image.fromarray(source).resize((width, height), Image.Resampling.BILINEAR), "<f4")
        lines.append(f"bilinear {width} {height} {result.tobytes().hex()}")
    (FOLDER / "planes.txt").write_text("\n".join(lines) + "\n")


pngs()
jpegs()
webps()
resizes()
planes()
(FOLDER / "decoded.txt").write_text("\n".join(decoded) + "\n")
