import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.morphology import skeletonize

from neural_network import NeuralNetwork, render

HERE = Path(__file__).resolve().parent
LONGEST, SHORTEST = 1600, 200       # px, of a picture's longest side
THUMBNAIL = 100                     # px, of the longest side; light and paper change slowly
DIGIT = 150                         # px, the most for a digit's longest side, when it is thinned


# ── 1. The picture ──
def load_grey(path):
    """Return the picture as grey (height, width), 0 black to 1 white, its longest side at most LONGEST."""
    with Image.open(path) as image:
        image.draft("RGB", (LONGEST, LONGEST))      # a JPEG can be decoded at a half, a quarter, an eighth
        if image.mode.startswith("I"):              # 16 bits
            image = Image.fromarray(np.uint8(np.asarray(image) / 257))
        image = ImageOps.exif_transpose(image)      # some cameras store it turned, and note that they did
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image = image.reduce(-(-max(image.size) // LONGEST))
        if image.mode == "RGBA":
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        grey = np.asarray(image.convert("L"), np.float32) / 255
    small = -(-SHORTEST // max(grey.shape))
    return enlarge(grey, small) if small > 1 else grey


def shrink(image, factor):
    """Return the means of squares of factor x factor pixels; those at the right and bottom may be smaller."""
    rows, columns = (np.arange(0, side, factor) for side in image.shape)
    sums = np.add.reduceat(np.add.reduceat(image, rows, axis=0), columns, axis=1)
    heights, widths = (np.diff(np.append(starts, side)) for starts, side in zip((rows, columns), image.shape))
    return sums / (heights[:, None] * widths)


def enlarge(image, factor):
    """Return the picture with factor times the pixels each way; between their centres, what lies between."""
    return ndimage.zoom(image, factor, order=1, mode="nearest", grid_mode=True)


# ── 2. The light taken away ──
def fit_light(grey):
    """Return the light on the paper: a surface of second degree in x and y, which ink hardly pulls."""
    height, width = grey.shape
    y, x = np.mgrid[:height, :width].reshape(2, -1) / max(height, width)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])      # (6, pixels)
    values, weights = grey.ravel(), np.ones(grey.size)
    for _ in range(10):
        weighted = terms * weights
        light = np.linalg.solve(weighted @ terms.T + 1e-9 * np.eye(6), weighted @ values) @ terms
        residual = values - light
        scale = max(np.median(abs(residual)), 1e-3)
        weights = 1 / (1 + (residual / (2 * scale)) ** 2)
    return light.reshape(grey.shape)


def ink_is_light(grey, light):
    """Return whether the ink is lighter than its paper, as two witnesses say.

    What departs farthest from the light is ink: so the skewness of the departures tells its side. And the edge of
    a picture is mostly paper: that matters where a crop is so tight that ink is nearly as frequent as paper.
    """
    departure = grey - light
    skewness = (departure ** 3).mean() / ((departure ** 2).mean() ** 1.5 + 1e-9)
    darkest, lightest = np.percentile(grey, (1, 99))
    edge = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    lightness = (edge - darkest) / max(lightest - darkest, 1e-3)
    return skewness + 1 - 2 * min(max(lightness, 0), 1) > 0


def take_light_away(grey):
    """Return how much darker than its paper each pixel is, from 0 to 1; if the ink is light, how much lighter."""
    factor = -(-max(grey.shape) // THUMBNAIL)
    thumbnail = shrink(grey, factor)
    light = fit_light(thumbnail)
    if ink_is_light(thumbnail, light):
        grey, thumbnail = 1 - grey, 1 - thumbnail
        light = 1 - light
    light = light.clip(0.05)
    # Closing fills what is darker and narrower than this. On a slope it is too bright at the edges, unless the
    # slope is taken out first; at the edge of a shadow it is better as it is: paper is the darker of the two.
    size = max(thumbnail.shape) // 5 | 1
    level = ndimage.grey_closing(thumbnail, (size, size), mode="nearest")
    sloping = ndimage.grey_closing(thumbnail / light, (size, size), mode="nearest") * light
    paper = ndimage.uniform_filter(np.minimum(level, sloping), 3, mode="nearest")
    height, width = grey.shape
    return np.clip(1 - grey / enlarge(paper, factor)[:height, :width].clip(0.05), 0, 1)


# ── 3. Ink ──
def remove_rules(ink):
    """Return the ink without what is printed on ruled or squared paper."""
    for _ in range(2):                                          # the lines across, then those down
        ink = erase_lines(ink, *find_lines_across(ink)).T
    return ink


def find_lines_across(ink, blocks=64):
    """Return lines that run straight across the picture and are thin: the height of each at each block of columns.

    As Hough did (1962), all straight lines are tried: those of a slope and height that most blocks have ink on.
    """
    height, width = ink.shape
    starts = np.arange(blocks) * width // blocks
    strips = np.add.reduceat(ink, starts, axis=1) / np.diff(np.append(starts, width))      # (height, blocks)
    thin = 2 * (width // 80) + 3
    ridges = strips - ndimage.grey_opening(strips, (thin, 1), mode="nearest")
    floor = max(4 * np.median(ridges), 0.02)
    across = (np.arange(blocks) + 0.5) / blocks - 0.5           # of each block's centre, from the middle
    padded = np.pad(ridges > floor, ((width // 8, width // 8), (0, 0)))
    candidates = []
    reach = width // 10
    for drop in range(-reach, reach + 1, max(1, width // 400)):     # px, from the left to the right edge
        shifts = np.rint(drop * across).astype(int)
        rows = np.arange(height)[:, None] + shifts + width // 8     # (height, blocks)
        found = padded[rows, np.arange(blocks)].sum(axis=1)     # (height,)
        candidates += [(-found[y], abs(drop), y, drop) for y in np.flatnonzero(found >= 0.75 * blocks)]
    lines = []
    for _, _, y, drop in sorted(candidates):
        line = y + np.rint(drop * across).astype(int)           # (blocks,)
        if all(abs(line - other).max() > thin and (line - other).min() * (line - other).max() > 0 for other in lines):
            lines.append(line)
    return lines, strips, ridges, thin


def erase_lines(ink, lines, strips, ridges, thin):
    height, width = ink.shape
    blocks = strips.shape[1]
    ink = ink.copy()
    offsets = np.arange(-thin, thin + 1)
    columns = np.arange(width)
    for line in lines:
        nearby = (line[:, None] + np.arange(-2, 3)).clip(0, height - 1)         # no paper is quite flat
        line = nearby[np.arange(blocks), ridges[nearby, np.arange(blocks)[:, None]].argmax(axis=1)]
        rows = (line[:, None] + offsets).clip(0, height - 1)
        profile = np.median(ridges[rows, np.arange(blocks)[:, None]], axis=0)   # (offsets,), across the line
        darkness = profile.max()
        within = profile > darkness / 4
        half = max(abs(offsets[within]).max(), 1)
        if half >= thin:
            continue
        middle = np.rint(np.interp(columns, (np.arange(blocks) + 0.5) * width / blocks - 0.5, line)).astype(int)
        above = ink[(middle - half - 2).clip(0, height - 1), columns]
        below = ink[(middle + half + 2).clip(0, height - 1), columns]
        alone = np.maximum(above, below) < 0.75 * darkness
        for offset in range(-half - 1, half + 2):
            y = middle + offset
            inside = alone & (y >= 0) & (y < height)
            at = y[inside], columns[inside]
            ink[at] = np.where(ink[at] < 2 * darkness, 0, ink[at])
    return ink


def find_ink(ink):
    """Return where there is ink, (height, width) of booleans: darker than Otsu's threshold (1979).

    Otsu's threshold parts two groups of values as well as can be, but fails where one group is far smaller. So
    paper counts for no more than what stands out from its grain: that leaves two groups of a size.
    """
    smooth = ndimage.gaussian_filter(ink, 0.5 + max(ink.shape) / 1600)
    dark, darker = np.percentile(smooth, (5, 25))               # of what is paper, even where ink is frequent
    grain = (darker - dark) / 0.97                              # the standard deviation, were it Gaussian
    stands_out = smooth > darker + 4.7 * grain + 0.02           # four of them above its mean
    if not stands_out.any():
        return stands_out
    counts, edges = np.histogram(smooth, 256, (0, 1))
    paper, other = np.histogram(smooth[~stands_out], edges)[0], np.histogram(smooth[stands_out], edges)[0]
    threshold = threshold_otsu(hist=(paper * other.sum() / max(paper.sum(), 1) + other, (edges[1:] + edges[:-1]) / 2))
    return smooth > threshold


# ── 4. Digits ──
@dataclass
class Digit:
    left: int
    top: int
    right: int
    bottom: int
    parts: list
    strokes: list = None
    line: int = 0

    @property
    def height(self):
        return self.bottom - self.top

    @property
    def width(self):
        return self.right - self.left


def gap(one, other):
    dx = max(one.left - other.right, other.left - one.right, 0)
    dy = max(one.top - other.bottom, other.top - one.bottom, 0)
    return np.hypot(dx, dy)


def join(one, other):
    return Digit(min(one.left, other.left), min(one.top, other.top), max(one.right, other.right),
                 max(one.bottom, other.bottom), one.parts + other.parts)


def is_edge(part, shape):
    """Return whether a part lies along the picture's edge: the end of a line, a frame, a shadow."""
    height, width = shape
    strip = max(shape) / 50
    return (part.right < strip or part.left > width - strip or part.bottom < strip or part.top > height - strip)


def find_digits(mask):
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    edge = mask & ~ndimage.binary_erosion(mask, border_value=1)
    pen = 2 * mask.sum() / max(edge.sum(), 1)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    parts = [Digit(columns.start, rows.start, columns.stop, rows.stop, [i])
             for i, (rows, columns) in enumerate(ndimage.find_objects(labels), 1) if areas[i] > pen * pen]
    parts = [part for part in parts if not is_edge(part, mask.shape)]
    if not parts or len(parts) > 500:
        return [], labels
    typical = typical_height(join_small(parts, 4 * pen, 1.5 * pen), areas)
    parts = [part for part in parts if part.height < 3 * typical and part.width < 3 * typical]
    parts = join_small(parts, 0.55 * typical, typical / 5)
    digits = join_all(parts, lambda one, other: are_one(one, other, typical))
    digits = [digit for digit in digits if digit.height > 0.4 * typical]
    return in_reading_order(digits, typical), labels


def typical_height(parts, areas):
    """Return the height that half of all ink is in parts of, or taller: neither specks nor one large part sway it."""
    parts = sorted(parts, key=lambda part: part.height)
    covered = np.cumsum([sum(areas[i] for i in part.parts) for part in parts])
    return parts[np.searchsorted(covered, covered[-1] / 2)].height


def join_all(parts, belong_together):
    """Join what belongs together until nothing more does."""
    parts = list(parts)
    i = 0
    while i < len(parts):
        found = [j for j in range(len(parts)) if j != i and belong_together(parts[i], parts[j])]
        if found:
            parts[i] = join(parts[i], parts[found[0]])
            del parts[found[0]]
            i = 0
        else:
            i += 1
    return parts


def join_small(parts, small, reach):
    """Join each part that is too small for a digit, the smallest first, with the one nearest within reach."""
    parts = sorted(parts, key=lambda part: part.height)
    alone = []
    while parts and parts[0].height < small:
        part = parts.pop(0)
        others = parts + alone
        nearest = min(others, key=lambda other: gap(part, other), default=None)
        if nearest is None or gap(part, nearest) > reach:
            alone.append(part)
            continue
        (parts if nearest in parts else alone).remove(nearest)
        parts = sorted(parts + [join(part, nearest)], key=lambda part: part.height)
    return parts + alone


def are_one(one, other, typical):
    whole = join(one, other)
    if whole.height > 1.6 * typical:
        return False
    across = min(one.right, other.right) - max(one.left, other.left)        # how much their boxes have in common
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across > 0.5 * min(one.width, other.width):
        are_small = max(one.height, other.height) < 0.6 * typical           # as in a 5 of two strokes
        return down > (-typical / 3 if are_small else -typical / 8)
    are_steps = max(one.height, other.height) < 0.85 * whole.height         # as in a 4 that is open at the top
    return are_steps and across > -typical / 5 and down > 0 and whole.width < 1.2 * typical


def in_reading_order(digits, typical):
    slopes = []
    for one in digits:
        right = [other for other in digits if other.left > one.left and other is not one
                 and min(one.bottom, other.bottom) - max(one.top, other.top) > 0.5 * min(one.height, other.height)]
        if right:
            other = min(right, key=lambda other: other.left)
            slopes.append((other.top + other.bottom - one.top - one.bottom)
                          / max(other.left + other.right - one.left - one.right, 1))
    slope = np.median(slopes) if slopes else 0
    level = {id(digit): (digit.top + digit.bottom) / 2 - slope * (digit.left + digit.right) / 2 for digit in digits}
    digits = sorted(digits, key=lambda digit: level[id(digit)])
    line, levels = 0, []
    for digit in digits:
        if levels and level[id(digit)] - np.mean(levels) > 0.6 * typical:
            line, levels = line + 1, []
        levels.append(level[id(digit)])
        digit.line = line
    return sorted(digits, key=lambda digit: (digit.line, digit.left + digit.right))


# ── 5. Strokes ──
def trace_strokes(mask):
    """mask (height, width) -> strokes in pixels of the mask."""
    factor = -(-max(mask.shape) // DIGIT)
    mask = np.pad(shrink(np.float32(mask), factor) >= 0.5, 1)
    skeleton = skeletonize(mask)
    points = {(x, y) for y, x in np.argwhere(skeleton).tolist()}
    half_width = mask.sum() / max(len(points), 1) / 2
    strokes = walk(points)
    near = neighbours(points)
    spurs = set()
    for path in strokes:
        ends = sorted([path[0], path[-1]], key=lambda point: len(near[point]))
        if len(near[ends[0]]) == 1 and len(near[ends[1]]) > 2 and len(path) - 1 < 1.6 * half_width:
            spurs |= set(path) - {ends[1]}
    if spurs:
        strokes = walk(points - spurs)
    return [[[(x - 0.5) * factor, (y - 0.5) * factor] for x, y in smooth(path)] for path in strokes]


def neighbours(points):
    near = {}
    for x, y in points:
        sides = [(x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1)]
        found = [side for side in sides if side in points]
        for dx, dy in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
            if (x + dx, y + dy) in points and (x + dx, y) not in points and (x, y + dy) not in points:
                found.append((x + dx, y + dy))
        near[x, y] = found
    return near


def walk(points):
    near = neighbours(points)
    walked = set()
    strokes = []

    def follow(start, following):
        path = [start, following]
        walked.update([(start, following), (following, start)])
        while len(near[path[-1]]) == 2 and path[-1] != start:
            ahead = [point for point in near[path[-1]] if point != path[-2]][0]
            walked.update([(path[-1], ahead), (ahead, path[-1])])
            path.append(ahead)
        return path

    ordered = sorted(points, key=lambda point: (point[1], point[0]))
    for start in [point for point in ordered if len(near[point]) != 2] + ordered:
        if not near[start]:
            if [start] not in strokes:
                strokes.append([start])
        for following in near[start]:
            if (start, following) not in walked:
                strokes.append(follow(start, following))
    return strokes


def smooth(path):
    path = np.array(path, float)
    if len(path) < 5:
        return path.tolist()
    closed = (path[0] == path[-1]).all()
    padded = np.pad(path[:-1], ((2, 2), (0, 0)), "wrap") if closed else np.pad(path, ((2, 2), (0, 0)), "edge")
    smoothed = sum(padded[i:len(padded) - 4 + i] for i in range(5)) / 5
    if closed:
        return np.vstack([smoothed, smoothed[:1]]).tolist()
    smoothed[0], smoothed[-1] = path[0], path[-1]
    return smoothed.tolist()


# ── 6. All of it ──
def digits_of(grey):
    ink = remove_rules(take_light_away(grey))
    mask = find_ink(ink)
    digits, labels = find_digits(mask)
    for digit in digits:
        own = np.isin(labels[digit.top:digit.bottom, digit.left:digit.right], digit.parts)
        digit.strokes = [[[x + digit.left, y + digit.top] for x, y in stroke] for stroke in trace_strokes(own)]
    return digits, ink, mask


def read_picture(path):
    return [digit.strokes for digit in digits_of(load_grey(path))[0]]


def read(network, digits):
    return np.array([probabilities(network, digit.strokes) for digit in digits])


def probabilities(network, strokes):
    images = [render(strokes)]
    for angle, stretch in ((0, 0.75), (0, 1.33), (-0.3, 1.33), (0.3, 1.33)):
        turn = np.array([[stretch * np.cos(angle), -stretch * np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        images.append(render([np.array(stroke) @ turn.T for stroke in strokes]))
    return network.forward(np.array(images, np.float32))[2].mean(axis=0)


def split_drawing(strokes):
    """The strokes of each digit of several drawn side by side."""
    parts = []
    for i, stroke in enumerate(strokes):
        (left, top), (right, bottom) = np.min(stroke, axis=0), np.max(stroke, axis=0)
        parts.append(Digit(left, top, right, bottom, [i]))
    lengths = [np.hypot(*np.diff(stroke, axis=0).T).sum() if len(stroke) > 1 else 0 for stroke in strokes]
    typical = typical_height(parts, lengths) or 1
    parts = join_small(parts, 0.55 * typical, np.inf)
    digits = join_all(parts, lambda one, other: are_one(one, other, typical))
    return [[strokes[i] for i in sorted(digit.parts)] for digit in in_reading_order(digits, typical)]
