"""Draws what an exported explanation shows: explain.py MODEL.onnx INPUT.npy HEATMAP.png [TARGET]"""

import struct
import sys
import zlib

import numpy as np
import onnxruntime

model, tensor, picture, *target = sys.argv[1:]
session = onnxruntime.InferenceSession(model)
x = np.load(tensor)
feeds = {session.get_inputs()[0].name: x}
if len(session.get_inputs()) > 1:
    feeds["target"] = np.full(len(x), int(*target or [0]), np.int64)
pixels = np.rint(session.run(["heatmap"], feeds)[0][0] * 255).astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + row.tobytes() for row in pixels)
header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 0, 0, 0, 0)
with open(picture, "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
