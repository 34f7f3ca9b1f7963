"""Draws birds and cats, in trees and in front of houses, and where in the picture the animal is."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = 96
SCALE = 3  # drawn three times as large and averaged down
CANVAS = SIZE * SCALE

BIRD, CAT = 0, 1
TREE, HOUSE = 0, 1

# Feathers and fur have the same colors, so that the color does not tell who it is.
COATS = [(70, 60, 58), (150, 95, 50), (125, 118, 112), (205, 190, 165), (88, 70, 52), (190, 130, 70), (45, 45, 52)]
COATS += [(95, 110, 140), (175, 165, 160), (140, 70, 50)]


def shade(color, factor):
    return tuple(max(0, min(255, int(c * factor))) for c in color)


def vary(random, color, amount):
    return tuple(max(0, min(255, int(c + d))) for c, d in zip(color, random.normal(0, amount, 3)))


def placed(points, position, size, mirrored, angle):
    """Points of an animal's own coordinates (feet at 0, height about 1, facing right) on the canvas."""
    points = np.asarray(points, dtype=float)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = points @ turn.T * size
    if mirrored:
        points[:, 0] *= -1
    return [tuple(p) for p in points * (1, -1) + position]


def oval(center, radii, angle=0.0, count=40):
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x, y = radii[0] * np.cos(t), radii[1] * np.sin(t)
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([center[0] + c * x - s * y, center[1] + s * x + c * y], axis=1)


def thick(points, widths):
    """The outline of a line through `points` whose half width is given at each of them."""
    points = np.asarray(points, dtype=float)
    direction = np.gradient(points, axis=0)
    normal = direction[:, ::-1] * (-1, 1) / np.linalg.norm(direction, axis=1, keepdims=True)
    across = normal * np.asarray(widths)[:, None]
    return np.concatenate([points + across, (points - across)[::-1]])


def bird_shapes(random, coat):
    """A bird as a list of (outline, color), from back to front."""
    belly, wing, dark = shade(coat, random.uniform(1.1, 1.5)), shade(coat, random.uniform(0.6, 0.8)), (30, 26, 26)
    upright = random.uniform(0.35, 0.75)
    body, radii = np.array([0.0, 0.42]), (random.uniform(0.36, 0.42), random.uniform(0.22, 0.27))
    forward = np.array([np.cos(upright), np.sin(upright)])
    head = body + forward * radii[0] * 1.0 + (0.02, 0.06)
    skull = random.uniform(0.15, 0.18)
    look = random.uniform(-0.3, 0.25)
    bill = np.array([np.cos(look), np.sin(look)])
    up = np.array([-bill[1], bill[0]])
    rump, tail = body - forward * radii[0] * 0.75, random.uniform(0.35, 0.55)
    spread = random.uniform(0.05, 0.1)
    down = np.array([-np.cos(upright - 0.2), -np.sin(upright - 0.2)])
    side = np.array([-down[1], down[0]])
    beak, beak_color = random.uniform(0.13, 0.24), [(225, 160, 40), (60, 55, 55), (200, 100, 60)][random.integers(3)]
    wing_at = body - forward * 0.06 + (-0.03, 0.03)
    end = rump + down * tail
    nape, chin, reach = head + bill * skull * 0.8 + up * 0.055, head + bill * skull * 0.8 - up * 0.055, skull + beak
    return [
        ([rump + side * 0.07, rump - side * 0.07, end - side * spread, end + side * spread], wing),
        (thick([(0.03, 0.0), (0.02, 0.12), (0.0, 0.3)], [0.018] * 3), dark),
        (thick([(0.13, 0.0), (0.11, 0.12), (0.08, 0.3)], [0.018] * 3), dark),
        (oval(body, radii, upright), coat),
        (oval(body + (0.06, -0.05), (radii[0] * 0.8, radii[1] * 0.7), upright), belly),
        ([nape, head + bill * reach, chin], beak_color),
        (oval(head, (skull, skull * 0.95)), coat),
        (oval(wing_at, (radii[0] * 0.78, radii[1] * 0.55), upright - 0.15), wing),
        (oval(wing_at + (-0.05, -0.03), (radii[0] * 0.6, radii[1] * 0.25), upright - 0.2), shade(wing, 0.8)),
        (oval(head + bill * skull * 0.4 + up * 0.04, (0.034, 0.034)), (245, 240, 225)),
        (oval(head + bill * skull * 0.42 + up * 0.04, (0.022, 0.022)), (10, 10, 10)),
    ]


def cat_shapes(random, coat):
    """A sitting or standing cat as a list of (outline, color), from back to front."""
    belly, dark, inner = shade(coat, random.uniform(1.1, 1.5)), shade(coat, random.uniform(0.6, 0.8)), (205, 150, 145)
    sitting = random.random() < 0.5
    skull = random.uniform(0.17, 0.2)
    shapes = []
    curl = random.uniform(-0.25, 0.25)
    t = np.linspace(0, 1, 24)
    if sitting:
        head = np.array([random.uniform(0.1, 0.18), random.uniform(0.76, 0.82)])
        tail = np.stack([-0.2 - 0.42 * t, 0.08 + 0.35 * t**2 + curl * np.sin(3 * t)], axis=1)
        shapes += [(thick(tail, 0.055 - 0.025 * t), dark)]
        shapes += [(oval((-0.06, 0.27), (0.31, 0.27)), coat), (oval((0.06, 0.45), (0.2, 0.34), -0.25), coat)]
        shapes += [(thick([(0.13, 0.0), (0.14, 0.2), (0.13, 0.45)], [0.055, 0.05, 0.06]), belly)]
        shapes += [(oval((-0.12, 0.17), (0.18, 0.15)), shade(coat, 0.88)), (oval((-0.02, 0.04), (0.15, 0.045)), belly)]
    else:
        head = np.array([random.uniform(0.4, 0.46), random.uniform(0.6, 0.7)])
        tail = np.stack([-0.36 - 0.2 * t, 0.45 + 0.42 * t + curl * np.sin(4 * t)], axis=1)
        shapes += [(thick(tail, 0.05 - 0.02 * t), dark)]
        for x in (-0.32, -0.2, 0.18, 0.3):
            step = random.normal(0, 0.03)
            shapes.append((thick([(x + step, 0.0), (x, 0.15), (x, 0.36)], [0.045, 0.045, 0.07]), shade(coat, 0.85)))
        shapes += [(oval((0.0, 0.42), (0.42, 0.17)), coat), (oval((0.02, 0.36), (0.34, 0.09)), belly)]
    for x in np.linspace(-0.2, 0.1, 4):
        stripe = [(x, 0.3), (x + 0.03, 0.4), (x, 0.5)]
        shapes.append((thick(stripe, [0.012, 0.018, 0.008]), dark))
    for sign in (-1, 1):
        foot = head + (sign * skull * 0.6, skull * 0.55)
        tip = head + (sign * skull * 0.95, skull * random.uniform(1.5, 1.75))
        ear = np.array([foot + (-0.085, 0), tip, foot + (0.085, 0)])
        shapes += [(ear, coat), (ear * 0.6 + ear.mean(axis=0) * 0.4, inner)]
    shapes += [(oval(head, (skull * 1.1, skull)), coat), (oval(head + (0.01, -0.07), (0.1, 0.07)), belly)]
    eye = [(215, 190, 60), (120, 170, 90)][random.integers(2)]
    for sign in (-1, 1):
        shapes += [(oval(head + (sign * 0.075 + 0.01, 0.03), (0.038, 0.038)), eye)]
        shapes += [(oval(head + (sign * 0.075 + 0.01, 0.03), (0.013, 0.032)), (10, 10, 10))]
    shapes += [([head + (-0.015, -0.035), head + (0.035, -0.035), head + (0.01, -0.065)], (150, 80, 80))]
    return shapes


def sky(random):
    top, bottom = np.array(vary(random, (130, 170, 215), 18)), np.array(vary(random, (215, 225, 232), 14))
    height = np.linspace(0, 1, CANVAS)[:, None]
    column = (top * (1 - height) + bottom * height).astype(np.uint8)
    return Image.fromarray(np.repeat(column[:, None], CANVAS, axis=1))


def draw_tree(random, draw, position):
    """Foliage, a trunk, and a branch where the animal sits."""
    green = np.array([[70, 110, 45], [95, 125, 50], [55, 95, 60], [125, 130, 55]][random.integers(4)], dtype=float)
    for layer, factor in enumerate((0.6, 0.8, 1.0)):
        count = random.integers(110, 150)
        x, y = random.uniform(-10, CANVAS + 10, count), CANVAS * (1 - random.beta(1.3, 0.9, count))
        centers = np.stack([x, y], axis=1)
        turns, radii = random.uniform(0, np.pi, count), random.uniform(6, 15 - 3 * layer, count)
        axes = np.stack([np.cos(turns), np.sin(turns), -np.sin(turns) * 0.55, np.cos(turns) * 0.55], axis=1)
        leaves = centers[:, None] + oval((0, 0), (1, 1), count=10) @ (axes * radii[:, None]).reshape(count, 2, 2)
        colors = green * factor * random.uniform(0.8, 1.2, (count, 1)) + random.normal(0, 6, (count, 3))
        for leaf, color in zip(leaves.reshape(count, -1).tolist(), colors.clip(0, 255).astype(int).tolist()):
            draw.polygon(leaf, fill=tuple(color))
    bark = vary(random, (95, 72, 52), 8)
    trunk_x = CANVAS * (random.uniform(0.05, 0.25) if random.random() < 0.5 else random.uniform(0.75, 0.95))
    y = np.linspace(-10, CANVAS + 10, 12)
    trunk = np.stack([trunk_x + random.normal(0, 4) * np.sin(y / 60), y], axis=1)
    draw.polygon([tuple(p) for p in thick(trunk, np.linspace(14, 24, 12))], fill=bark)
    for _ in range(14):
        x, top = trunk_x + random.uniform(-16, 16), random.uniform(0, CANVAS)
        groove = [(x, top), (x + random.normal(0, 2), top + random.uniform(10, 40))]
        draw.line(groove, fill=shade(bark, random.choice([0.7, 1.25])), width=2)
    for _ in range(random.integers(2, 5)):
        start = np.array([trunk_x, random.uniform(0, CANVAS)])
        reach = np.array([random.uniform(60, 170) * (1 if trunk_x < CANVAS / 2 else -1), random.uniform(-70, 10)])
        t = np.linspace(0, 1, 8)[:, None]
        twig = start + reach * t + np.array([0, 14]) * np.sin(3 * t)
        draw.polygon([tuple(p) for p in thick(twig, np.linspace(6, 2, 8))], fill=shade(bark, 0.85))
    x = np.linspace(-10, CANVAS + 10, 10)
    x = x if trunk_x < CANVAS / 2 else x[::-1]
    branch = np.stack([x, position[1] + 6 + random.normal(0, 0.03) * (x - position[0]) + 2 * np.sin(x / 30)], axis=1)
    draw.polygon([tuple(p) for p in thick(branch, np.linspace(10, 5, 10))], fill=bark)


def draw_houses(random, draw, position):
    """A row of houses, and the garden wall where the animal sits."""
    x = random.uniform(-60, 0)
    while x < CANVAS:
        width, roof = random.uniform(80, 150), random.uniform(20, 110)
        color = [(190, 120, 95), (215, 200, 170), (180, 185, 190), (200, 165, 120), (165, 105, 90)][random.integers(5)]
        front = vary(random, color, 8)
        draw.rectangle([x, roof, x + width, CANVAS], fill=front)
        peak = [(x - 6, roof), (x + width / 2, roof - random.uniform(30, 60)), (x + width + 6, roof)]
        draw.polygon(peak, fill=vary(random, (120, 65, 55), 12))
        across, w, h = random.integers(2, 4), random.uniform(16, 24), random.uniform(22, 34)
        glass, frame = vary(random, (95, 115, 135), 12), vary(random, (235, 232, 225), 6)
        for row in range(6):
            for column in range(across):
                left, top = x + width * (column + 0.5) / across - w / 2, roof + 18 + row * (h + 22)
                draw.rectangle([left - 3, top - 3, left + w + 3, top + h + 3], fill=frame)
                draw.rectangle([left, top, left + w, top + h], fill=glass)
                draw.line([(left + w / 2, top), (left + w / 2, top + h)], fill=frame, width=3)
        x += width
    stone = np.array([[165, 158, 148], [170, 110, 85], [140, 135, 130]][random.integers(3)], dtype=float)
    top = position[1] - 2
    draw.rectangle([0, top, CANVAS, CANVAS], fill=shade(stone, 0.7))
    height, length = random.uniform(14, 20), random.uniform(28, 44)
    for row, y in enumerate(np.arange(top + 12, CANVAS, height)):
        for left in np.arange(-length * (row % 2) / 2, CANVAS, length):
            draw.rectangle([left, y, left + length - 3, y + height - 3], fill=vary(random, stone, 7))
    draw.rectangle([0, top, CANVAS, top + 10], fill=shade(stone, 1.15))


def draw_picture(random, animal, place):
    """A picture of SIZE×SIZE×3 bytes and the animal's mask: 255 where it covers most of the pixel, else 0."""
    canvas = sky(random)
    draw = ImageDraw.Draw(canvas)
    size = random.uniform(0.5, 0.7) * CANVAS
    position = np.array([random.uniform(0.36, 0.64) * CANVAS, random.uniform(0.7, 0.9) * CANVAS])
    (draw_tree if place == TREE else draw_houses)(random, draw, position)

    coat = vary(random, COATS[random.integers(len(COATS))], 10)
    shapes = (bird_shapes if animal == BIRD else cat_shapes)(random, coat)
    mirrored, angle = random.random() < 0.5, random.normal(0, 0.06)
    mask = Image.new("L", canvas.size)
    mask_draw = ImageDraw.Draw(mask)
    for outline, color in shapes:
        points = placed(outline, position, size, mirrored, angle)
        draw.polygon(points, fill=vary(random, color, 2))
        mask_draw.polygon(points, fill=255)

    small = canvas.resize((SIZE, SIZE), Image.Resampling.BOX)
    small = small.filter(ImageFilter.GaussianBlur(float(random.uniform(0, 0.5))))
    pixels = np.asarray(small).astype(np.float32) * random.uniform(0.8, 1.15) + random.normal(0, 1, (SIZE, SIZE, 3))
    mask = np.where(np.asarray(mask.resize((SIZE, SIZE), Image.Resampling.BOX)) > 127, 255, 0).astype(np.uint8)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8), mask


def draw_pictures(animals, places, seed):
    random = np.random.default_rng(seed)
    pictures, masks = zip(*(draw_picture(random, a, p) for a, p in zip(animals, places)))
    return np.stack(pictures), np.stack(masks)
