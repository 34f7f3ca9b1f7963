#!/usr/bin/env python3
"""Trains steering.onnx: from the picture of a line on the floor to the steering angle that follows it.

    steering.py

The network has the shape of the self-driving example of keras-vis: 70×180 pixels, convolutions of 8,
16 and 32 filters of 5×5, each with a rectifier and 2×2 max pooling, a dense layer of 128, and one
tanh: −1 is hard left, 0 straight on, 1 hard right. Its pictures are drawn here, as the camera of a
small car would see them: a worn yellow tape on a carpet, under varied light, with walls, furniture,
seams and reflections that mean nothing. The angle is that of pure pursuit, which steers along the
circle through the point of the line a fixed distance ahead. The root mean square error is 0.13.

Writes Models/steering.onnx and the test pictures Data/steering-{left,straight,right,…}.png, and
prints the error on pictures that were not trained on.
"""

import numpy as np
from common import Rectifier, export, fit, outputs, sequence, set_up, write_picture
from PIL import Image, ImageDraw, ImageFilter
from torch import nn

SEED = 4
HEIGHT, WIDTH = 70, 180
SCALE = 3  # pictures are drawn three times as large and averaged down
TRAINING, TEST = 14000, 1000
EPOCHS = 14

LOOK_AHEAD = 1.0  # meters
FULL_LOCK = 0.55  # the point at that distance is so far to the side when the wheel is all the way round

FURNITURE = [(150, 105, 80), (70, 55, 50), (110, 110, 115), (60, 90, 130), (150, 60, 50), (190, 180, 165)]


class Camera:
    """A wide-angle camera close above the floor, looking slightly down."""

    def __init__(self, random):
        self.height = random.uniform(0.17, 0.24)
        self.focal = random.uniform(60, 85)
        self.horizon = random.uniform(-14, -2)
        self.center = WIDTH / 2 + random.uniform(-6, 6)
        self.bend = random.uniform(0, 0.22)

    def project(self, x, z):
        """Where the floor's points `x` meters to the right and `z` ahead are in the drawing."""
        u, v = self.focal * x / z, self.focal * self.height / z + self.horizon - HEIGHT / 2
        # Wide-angle lenses pull the margins inwards.
        radius = (u**2 + v**2) / (WIDTH / 2) ** 2
        shrink = 1 / (1 + self.bend * radius)
        return np.stack([(u * shrink + self.center), (v * shrink + HEIGHT / 2)], axis=-1) * SCALE

    def distance(self, row):
        """How far ahead the floor is that is seen in the picture's row."""
        return self.focal * self.height / (row - self.horizon)


def strip(camera, x, z, width):
    """The outline of a strip along the path `x(z)`."""
    slope = np.gradient(x, z)
    across = width / 2 * np.sqrt(1 + slope**2)
    return np.concatenate([camera.project(x - across, z), camera.project(x + across, z)[::-1]])


def polygon(draw, points, color):
    draw.polygon([tuple(map(float, p)) for p in points], fill=tuple(int(c) for c in np.clip(color, 0, 255)))


def smooth_field(random, cells, amount):
    """Light and shade: random values on a coarse grid, interpolated to the picture's size."""
    grid = random.normal(0, amount, cells).astype(np.float32)
    return np.asarray(Image.fromarray(grid).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))


def draw_surroundings(draw, camera, random, floor):
    """Wall, skirting board, furniture and the car's own body: all of it without meaning."""
    right, bottom = WIDTH * SCALE, HEIGHT * SCALE
    if random.random() < 0.6:
        side = random.choice([-1, 1])
        foot, top = random.uniform(0, 45) * SCALE, random.uniform(30, 100) * SCALE
        edge = 0 if side < 0 else right
        wall = np.array([(edge, 0), (edge - side * top, 0), (edge, foot)])
        polygon(draw, wall, floor * random.uniform(1.05, 1.5) + random.uniform(0, 25))
        if random.random() < 0.6:
            inner = edge - side * top * 1.15
            board = [(edge - side * top, 0), (inner, 0), (edge, foot * 1.5 + 8), (edge, foot)]
            polygon(draw, board, floor * random.uniform(0.5, 0.9))
    for _ in range(random.integers(0, 4)):
        x, width = random.uniform(0, right), random.uniform(4, 26) * SCALE
        height = random.uniform(2, 12) * SCALE
        color = random.choice(FURNITURE)
        lean = random.uniform(-0.3, 0.3) * height
        box = [(x, 0), (x + width, 0), (x + width + lean, height), (x + lean, height * random.uniform(0.8, 1.1))]
        polygon(draw, box, np.array(color) * random.uniform(0.6, 1.2))
        polygon(draw, [(a, b + height * 0.9) for a, b in box[:2]] + box[2:], np.array(color) * 0.3)
    for _ in range(random.integers(0, 4)):
        z = np.linspace(0.2, 4, 40)
        heading = random.uniform(-1.5, 1.5)
        seam = camera.project(random.uniform(-1.5, 1.5) + heading * z, z)
        color = tuple(int(c) for c in floor * random.uniform(0.75, 0.95))
        draw.line([tuple(p) for p in seam], fill=color, width=int(random.integers(1, 4)))
    if random.random() < 0.5:
        x, y = right * random.uniform(0.9, 1.05), bottom * random.uniform(0.95, 1.08)
        radius = random.uniform(4, 14) * SCALE
        draw.ellipse([x - radius, y - radius / 2, x + radius, y + radius / 2], fill=(12, 10, 14))


def draw_frame(random, steering=None):
    """A picture, and the steering angle that follows its line; about the one asked for, if any."""
    camera = Camera(random)
    z = np.linspace(camera.distance(HEIGHT + 4), 5, 160)
    # The line's place below the camera, its heading, its curvature, and how that changes.
    offset = random.normal(0, 0.05)
    wanted = random.uniform(-1.1, 1.1) if steering is None else steering
    heading = random.normal(0, 0.10)
    change = random.normal(0, 0.35)
    ahead = LOOK_AHEAD
    curvature = 2 * (wanted * FULL_LOCK - offset - heading * ahead - change * ahead**3 / 6) / ahead**2
    x = offset + heading * z + curvature * z**2 / 2 + change * z**3 / 6

    floor = np.array([140, 118, 128]) + random.normal(0, 9, 3) + random.normal(0, 20)
    canvas = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), tuple(int(c) for c in np.clip(floor, 0, 255)))
    draw = ImageDraw.Draw(canvas)
    draw_surroundings(draw, camera, random, floor)

    tape = np.array([138, 102, 62]) * random.uniform(0.75, 1.3) + random.normal(0, 5, 3)
    width = random.uniform(0.045, 0.075)
    turned = np.flatnonzero(np.abs(np.gradient(x, z)) > 4)
    end = turned[0] if len(turned) else len(z)
    outline = strip(camera, x[:end], z[:end], width)
    polygon(draw, outline, tape)
    if random.random() < 0.5:  # a worn, brighter or darker edge
        edge = x[:end] + random.choice([-1, 1]) * width * 0.45
        polygon(draw, strip(camera, edge, z[:end], width * 0.12), tape * 1.15)

    for _ in range(random.integers(0, 3)):  # reflections of lamps, most of them on the glossy tape
        here = random.integers(0, max(1, end * 2 // 3))
        aside = 0 if random.random() < 0.8 else random.normal(0, 0.3)
        u, v = camera.project(x[here] + aside, z[here])
        size = np.array([random.uniform(1, 3.2), random.uniform(1, 4)]) * SCALE
        glow = Image.new("L", canvas.size, 0)
        box = [u - size[0], v - size[1], u + size[0], v + size[1]]
        ImageDraw.Draw(glow).ellipse(box, fill=int(random.uniform(140, 255)))
        glow = glow.filter(ImageFilter.BoxBlur(float(random.uniform(1, 2.5))))
        canvas.paste(Image.new("RGB", canvas.size, (250, 240, 238)), mask=glow)

    small = canvas.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    small = small.filter(ImageFilter.GaussianBlur(float(random.uniform(0, 0.9))))
    pixels = np.asarray(small).astype(np.float32)
    light = 1 + smooth_field(random, (3, 4), 0.10) + smooth_field(random, (12, 30), 0.012)
    light = light * random.uniform(0.75, 1.2)
    pixels = pixels * light[..., None] + random.normal(0, random.uniform(0.5, 3), pixels.shape)
    lateral = np.interp(ahead, z, x)
    angle = np.clip(lateral / FULL_LOCK, -1, 1)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8), np.float32(angle)


def draw_frames(count, seed):
    random = np.random.default_rng(seed)
    frames, angles = zip(*(draw_frame(random) for _ in range(count)))
    return np.stack(frames), np.array(angles)[:, None]


def build():
    layers = []
    for before, after in [(3, 8), (8, 16), (16, 32)]:
        layers += [nn.Conv2d(before, after, 5), Rectifier(), nn.MaxPool2d(2)]
    dense = [nn.Flatten(), nn.Linear(32 * 5 * 19, 128), Rectifier(), nn.Dropout(0.2), nn.Linear(128, 1), nn.Tanh()]
    return sequence(*layers, *dense)


def main():
    set_up(SEED)
    frames, angles = draw_frames(TRAINING, SEED)
    test_frames, test_angles = draw_frames(TEST, SEED + 1)
    network = fit(build(), frames, angles, nn.MSELoss(), epochs=EPOCHS, rate=2e-3, seed=SEED)
    answers = outputs(network, test_frames)
    error = np.sqrt(np.mean((answers - test_angles) ** 2))
    print(f"{TEST} new pictures: root mean square error {error:.4f}, deviation of the angles {test_angles.std():.4f}")
    export(network, (HEIGHT, WIDTH), 3, "steering", output="steering", labels=["steering"])

    random = np.random.default_rng(SEED + 2)
    for name, wanted in [("left", -0.75), ("straight", 0.0), ("right", 0.75), ("slightly-right", 0.35)]:
        frame, angle = draw_frame(random, wanted)
        write_picture(f"steering-{name}", frame)
        print(f"steering-{name}: drawn for {angle:.2f}, answer {outputs(network, frame[None]).item():.2f}")


if __name__ == "__main__":
    main()
