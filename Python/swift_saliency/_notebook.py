"""Results in notebooks."""

from __future__ import annotations

import base64
import html
import importlib
import json
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from . import _library
from ._errors import SaliencyError

if TYPE_CHECKING:
    from ._attribution import Attribution

_PAGE = """<div class="swift-saliency" id="{id}">
<style>#{id} {{ font: 13px sans-serif; }} #{id} label {{ display: inline-block; margin-right: 1.5em; }}
#{id} canvas {{ width: {width}px; image-rendering: pixelated; display: block; margin: 0.5em 0; }}</style>
<canvas></canvas>
<label>opacity <input type="range" name="alpha" min="0" max="1" step="0.01" value="{alpha}"></label>
<label>percentile <input type="range" name="percentile" min="50" max="100" step="0.1" value="{percentile}">
<output>{percentile}</output></label>
<div>{caption}</div>
<script>(() => {{
const root = document.getElementById("{id}"), data = {data};
const bytes = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));
const map = new Float32Array(bytes(data.map).buffer), colors = bytes(data.colors);
const lowest = data.signed ? -1 : 0, low = data.signed ? -1 : 0;
const magnitudes = Float32Array.from(map, x => data.signed ? Math.abs(x) : Math.max(x, 0)).sort();
const canvas = root.querySelector("canvas"), pen = canvas.getContext("2d"), picture = new Image();
const [alpha, percentile] = ["alpha", "percentile"].map(name => root.querySelector(`[name=${{name}}]`));
function draw() {{
  const place = percentile.value / 100 * (magnitudes.length - 1), below = Math.floor(place);
  const above = Math.min(below + 1, magnitudes.length - 1);
  let bound = magnitudes[below] + (magnitudes[above] - magnitudes[below]) * (place - below);
  if (!(bound > 0)) bound = magnitudes[magnitudes.length - 1];
  root.querySelector("output").textContent = percentile.value;
  const heat = new OffscreenCanvas(data.width, data.height), image = new ImageData(data.width, data.height);
  for (let i = 0; i < map.length; i++) {{
    const x = bound > 0 ? Math.min(Math.max(map[i] / bound, lowest), 1) : 0;
    const color = Math.round((x - low) / (1 - low) * 255) * 3;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = colors[color + c];
    image.data[4 * i + 3] = 255 * alpha.value * Math.abs(x);
  }}
  heat.getContext("2d").putImageData(image, 0, 0);
  canvas.width = data.picture ? picture.width : data.width;
  canvas.height = data.picture ? picture.height : data.height;
  if (data.picture) {{
    pen.filter = "grayscale(1)"; pen.drawImage(picture, 0, 0); pen.filter = "none";
  }}
  pen.drawImage(heat, 0, 0, canvas.width, canvas.height);
}}
alpha.oninput = percentile.oninput = draw;
if (data.picture) {{ picture.onload = draw; picture.src = data.picture; }} else draw();
}})();</script></div>"""


def page(result: "Attribution", *, item: int = 0, alpha: float = 0.9, percentile: float = 99) -> str:
    """The map over the picture with sliders, as HTML that needs nothing else; the figure where there is no map."""
    try:
        values = np.ascontiguousarray(result.heatmap(item), "<f4")
    except SaliencyError:
        return result.draw("svg", item=item).decode()
    # Without the map over it, the overlay is the picture.
    below = _data(result.draw("png", item=item, style="overlay", alpha=0, image_style="color"))
    signed = bool((values < 0).any())
    colors = _library.given("colormap", b"blue-white-red" if signed else b"inferno").array()[1]
    data = {
        "width": values.shape[1],
        "height": values.shape[0],
        "signed": signed,
        "map": base64.b64encode(values.tobytes()).decode(),
        "colors": base64.b64encode(colors.astype(np.uint8).tobytes()).decode(),
        "picture": below,
    }
    return _PAGE.format(
        id=f"saliency-{id(values):x}-{item}",
        width=min(max(values.shape[1], 320), 480),
        alpha=alpha,
        percentile=percentile,
        caption=html.escape(repr(result)[1:-1]),
        data=json.dumps(data),
    )


def _data(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def show(result: "Attribution", *, item: int = 0, alpha: float = 0.9, percentile: float = 99) -> None:
    """Shows a result where IPython can show HTML; elsewhere, as a picture in a file."""
    shell = _shell()
    if shell is not None:
        shown: Any = importlib.import_module("IPython.display")
        shown.display(shown.HTML(page(result, item=item, alpha=alpha, percentile=percentile)))
        return
    with tempfile.NamedTemporaryFile("wb", suffix=".png", prefix="saliency-", delete=False) as file:
        file.write(result.draw("png", item=item, alpha=alpha, percentile=percentile))
    print(file.name)


def _shell() -> Optional[Any]:
    """The notebook that runs this, if one does."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell if shell is not None and hasattr(shell, "kernel") else None
