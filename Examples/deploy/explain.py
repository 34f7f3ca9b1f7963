"""Draws what an exported explanation shows: explain.py MODEL.onnx INPUT.npy HEATMAP.png [TARGET]"""

import struct
import sys
import zlib

import numpy as np
import onnxruntime

if len(sys.argv) not in (4, 5):
    sys.exit(__doc__)
model, tensor, picture, *target = sys.argv[1:]
session = onnxruntime.InferenceSession(model)
x = np.load(tensor)
feeds = {session.get_inputs()[0].name: x}
if len(session.get_inputs()) > 1:
    feeds["target"] = np.full(len(x), int(*target or [0]), np.int64)
if "heatmap" in [port.name for port in session.get_outputs()]:
    heatmap = session.run(["heatmap"], feeds)[0][0]
else:  # exported without --heatmap: the strongest channel, up to the 99th percentile
    attribution = np.abs(session.run(["attribution"], feeds)[0][0])
    heatmap = attribution.max(axis=np.argmin(attribution.shape))
    heatmap = np.clip(heatmap / (np.percentile(heatmap, 99) or 1), 0, 1)
pixels = np.rint(heatmap * 255).astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + row.tobytes() for row in pixels)
header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 0, 0, 0, 0)
with open(picture, "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
