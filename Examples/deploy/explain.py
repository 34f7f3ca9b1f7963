"""Draws what an exported explanation shows: explain.py MODEL.onnx INPUT HEATMAP.png [TARGET]

INPUT is an image, or a tensor in a .npy file. An image is prepared as the model's metadata say; that needs Pillow.
"""

import json
import struct
import sys
import zlib

import numpy as np
import onnxruntime


def prepared(path: str, settings: dict, shape: list) -> np.ndarray:
    """An image as the network's input: resized, cropped, scaled, and in the order of the network's axes."""
    from PIL import Image, ImageOps

    channels_last = shape[1] not in (1, 3)
    is_gray = shape[3 if channels_last else 1] == 1
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB").convert("L" if is_gray else "RGB")
    height, width = settings["size"]
    resampling = Image.Resampling[settings["resize"]["filter"].upper()]
    if settings["crop"] == "center":
        shorter = max(settings["resize"]["shorter_side"], height, width)
        image = image.resize([shorter * side // min(image.size) for side in image.size], resampling)
        left, top = round((image.width - width) / 2), round((image.height - height) / 2)
        image = image.crop((left, top, left + width, top + height))
    else:
        image = image.resize((width, height), resampling)
    pixels = np.asarray(image, np.float32).reshape(height, width, -1)
    if settings["channels"] == "bgr":
        pixels = pixels[:, :, ::-1]
    pixels = (pixels * np.float32(settings["scale"]) - np.float32(settings["mean"])) / np.float32(settings["std"])
    return np.ascontiguousarray((pixels if channels_last else pixels.transpose(2, 0, 1))[np.newaxis])


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if len(sys.argv) not in (4, 5):
    sys.exit(__doc__)
model, source, picture, *target = sys.argv[1:]
session = onnxruntime.InferenceSession(model)
if source.endswith(".npy"):
    x = np.load(source)
else:
    settings = json.loads(session.get_modelmeta().custom_metadata_map["saliency.preprocessing"])
    x = prepared(source, settings, session.get_inputs()[0].shape)
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

rows = b"".join(b"\0" + row.tobytes() for row in pixels)
header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 0, 0, 0, 0)
with open(picture, "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND"))
