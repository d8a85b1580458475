"""How well are pictures of handwriting read, by Python and by the page?

    python benchmarks/pictures.py               real pictures, and 640 photographs made from drawings: some minutes
    python benchmarks/pictures.py --count 32    a first look
    python benchmarks/pictures.py --keep FOLDER keeps the photographs there

The number of digits is not told. "whole" is the share of pictures in which every digit is read right and in order,
"digits" that of the digits. Besides: the usual way to read a picture, and how well drawings side by side are taken
apart. Real pictures are those in ../shared/pictures, drawings those in ../shared/drawings or benchmarks/data.
"""
import argparse
import base64
import contextlib
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, zoom

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from drawings import drawing_files, read_lines
from neural_network import NeuralNetwork, cut_corners, read_drawing, straighten
from read_picture import fill_in, load_grey, read_picture, split_drawing

PICTURES = ROOT.parent / "shared" / "pictures"
NEAR = 0.1              # heights: strokes of two digits that come nearer count as touching


# ── 1. Photographs, made from drawings ──────────────────────────────────────────────────────────────────
# Each kind of paper, pen and light. Colours and light are shares of full brightness, lengths are in heights
# of a digit; a pair is a range from which each picture takes its own value.
PLAIN = {
    "paper": [(0.88, 0.88, 0.85), (0.97, 0.96, 0.93)],      # colour: the darkest and the lightest of this kind
    "ink": [(0.05, 0.05, 0.1), (0.2, 0.2, 0.55)],
    "cover": (0.8, 1.0),            # how much of the paper's colour the ink hides
    "pen": (0.035, 0.08),           # width of the stroke
    "tooth": 0.1,                   # by how much the paper's roughness breaks the stroke
    "texture": 0.01,                # unevenness of the paper
    "noise": 0.012,                 # of the camera
    "rules": None,                  # "lines" or "squares"
    "light": "even",
}
RED_OR_GREEN = [(0.7, 0.1, 0.1), (0.1, 0.45, 0.2)]
BOARD = [(0.1, 0.14, 0.12), (0.22, 0.3, 0.26)]
KINDS = {
    "ballpoint": {},
    "marker": {"pen": (0.1, 0.17), "cover": (0.9, 1.0)},
    "faint pencil": {"ink": [(0.3, 0.3, 0.3), (0.4, 0.4, 0.4)], "cover": (0.35, 0.6), "tooth": 0.5,
                     "texture": 0.02},
    "coloured ink": {"ink": RED_OR_GREEN},
    "ruled paper": {"rules": "lines"},
    "squared paper": {"rules": "squares"},
    "pencil on squared paper": {"rules": "squares", "ink": [(0.25, 0.25, 0.25), (0.35, 0.35, 0.35)],
                                "cover": (0.6, 0.8), "tooth": 0.3},
    "light from one side": {"light": "side"},
    "dark corners": {"light": "corners"},
    "edge of a shadow": {"light": "shadow"},
    "creased paper": {"light": "creases"},
    "chalk on a board": {"paper": BOARD, "ink": [(0.75, 0.75, 0.7), (0.9, 0.9, 0.9)], "tooth": 0.4,
                         "pen": (0.06, 0.12), "texture": 0.025, "light": "side"},
    "white on black": {"paper": [(0.0, 0.0, 0.0), (0.08, 0.08, 0.08)], "ink": [(0.8, 0.8, 0.8), (1, 1, 1)],
                       "texture": 0.0, "noise": 0.004},
    "yellow note": {"paper": [(0.9, 0.8, 0.35), (0.98, 0.92, 0.5)]},
    "brown card": {"paper": [(0.55, 0.42, 0.28), (0.7, 0.55, 0.4)], "texture": 0.04, "cover": (0.9, 1.0)},
    "evening": {"noise": 0.05, "light": "corners", "dim": 0.45},
}
LINE_COLOURS = [(0.45, 0.6, 0.8), (0.7, 0.72, 0.78)]
TABLES = {
    "on dark wood": (0.32, 0.2, 0.12),
    "on pale wood": (0.6, 0.47, 0.32),
    "on a grey table": (0.45, 0.45, 0.46),
    "on a black table": (0.07, 0.07, 0.08),
    "on blue cloth": (0.15, 0.2, 0.45),
}


def between(low_high, rng):
    """Return a value, or a colour, between two."""
    low, high = np.array(low_high[0], float), np.array(low_high[1], float)
    return low + rng.random() * (high - low)


def lay_out(lines, rng):
    """Place lines of drawings on paper as a hand does: strokes whose unit is a digit's height, none touching."""
    placed = []
    baseline = 0.0
    for line in lines:
        x = 0.0
        if len(lines) > 1:
            x = rng.uniform(-0.5, 0.5)
        spacing = rng.uniform(0.3, 0.7)
        for drawing in line:
            strokes = [cut_corners(cut_corners(np.asarray(stroke, dtype=float))) for stroke in drawing["strokes"]]
            points = np.concatenate(strokes)
            corner = points.min(axis=0)
            wide, tall = np.ptp(points, axis=0)
            scale = rng.uniform(0.88, 1.12) / max(tall, 0.7 * wide)
            foot = baseline + rng.normal(0, 0.05)
            placed += [(stroke - corner) * scale + [x, foot - tall * scale] for stroke in strokes]
            x += wide * scale + spacing * rng.uniform(0.8, 1.3)
        baseline += rng.uniform(1.5, 2.0)
    return placed


def rule_lines(kind, box, rng):
    """Return the lines printed on the paper within a box, as paths, so that writing stands on some of them."""
    left, top, right, bottom = box
    pitch = rng.uniform(1.2, 1.9) if kind == "lines" else rng.uniform(0.35, 0.9)
    phase = rng.normal(0, 0.06)                                 # a line is near the baseline, 0
    paths = [[(left - 9, y), (right + 9, y)]
             for y in np.arange(np.floor((top - 9) / pitch), (bottom + 9) / pitch) * pitch + phase]
    if kind == "squares":
        paths += [[(x, top - 9), (x, bottom + 9)]
                  for x in np.arange(np.floor((left - 9) / pitch), (right + 9) / pitch) * pitch]
    return [np.array(path) for path in paths]


def camera(box, size, rng, turn=5):
    """Return how the camera sees the paper: a function from paper (points, 2) to pixels, and the picture's size."""
    left, top, right, bottom = box
    scale = size / max(right - left, bottom - top)
    width = max(round(scale * (right - left)), 8)
    height = max(round(scale * (bottom - top)), 8)
    centre = np.array([left + right, top + bottom]) / 2
    angle = np.radians(rng.uniform(-turn, turn))
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    tilt = rng.normal(0, 0.02, 2) / max(right - left, bottom - top)

    def see(points):
        turned = (points - centre) @ rotation.T
        return turned / (1 + turned @ tilt)[:, None] * scale + [width / 2, height / 2]
    return see, scale, width, height


def ink_of_paths(paths, widths, width, height, fine=3):
    """Return how much of each pixel is inked, (height, width), by paths whose points are in pixels."""
    sheet = Image.new("L", (width * fine, height * fine))
    draw = ImageDraw.Draw(sheet)
    for path, pen in zip(paths, widths):
        thicknesses = np.broadcast_to(pen, len(path) - 1)       # one for all, or one for each piece
        for start, end, thick in zip(path[:-1] * fine, path[1:] * fine, thicknesses * fine):
            draw.line([*start, *end], 255, max(1, round(thick)))
            draw.ellipse([*(end - thick / 2), *(end + thick / 2)], 255)
    return np.asarray(sheet.reduce(fine), float) / 255


def shine(light, width, height, rng):
    """Return the light on each pixel, (height, width)."""
    y, x = np.mgrid[:height, :width] / max(width, height)
    y, x = y - y.mean(), x - x.mean()
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y               # -0.7 to 0.7
    if light == "side":
        return 0.72 - rng.uniform(0.25, 0.5) * along
    if light == "corners":
        return 1 - rng.uniform(0.8, 1.4) * (x * x + y * y)
    if light == "shadow":
        edge = 1 / (1 + np.exp(-(along - rng.uniform(-0.2, 0.2)) / rng.uniform(0.01, 0.04)))
        return 1 - rng.uniform(0.25, 0.5) * edge
    if light == "creases":
        field = np.ones_like(x)
        for _ in range(rng.integers(2, 5)):
            angle, at = rng.uniform(0, np.pi), rng.uniform(-0.4, 0.4)
            across = np.cos(angle) * x + np.sin(angle) * y - at
            field += rng.normal(0, 0.06) * np.tanh(across / 0.03) * np.exp(-abs(across) / 0.15)
        return field
    return 1 - rng.uniform(0, 0.15) * along


def make_photograph(lines, kind, size, tight, rng):
    """Return a photograph, (height, width, 3) of 0 to 255, of lines of drawings on the paper of this kind."""
    look = PLAIN | KINDS[kind]
    strokes = lay_out(lines, rng)
    pen = rng.uniform(*look["pen"])
    points = np.concatenate(strokes)
    margins = rng.uniform(0.0, 0.1, 4) if tight else rng.uniform(0.25, 1.5, 4)
    box = np.concatenate([points.min(axis=0) - pen / 2 - margins[:2], points.max(axis=0) + pen / 2 + margins[2:]])
    drawn_at = min(size, 1400)                                  # larger ones are enlarged, as lenses are soft
    see, scale, width, height = camera(box, drawn_at, rng, turn=3 if tight else 6)

    texture = gaussian_filter(rng.normal(size=(height, width)), rng.uniform(0.7, 2))
    texture /= texture.std()
    paper = between(look["paper"], rng) * (1 + look["texture"] * texture)[:, :, None]
    if look["rules"]:
        paths = [see(np.linspace(*path, 40)) for path in rule_lines(look["rules"], box, rng)]
        thick = max(rng.uniform(0.012, 0.025) * scale, 0.6)
        cover = rng.uniform(0.4, 0.9) * ink_of_paths(paths, [thick] * len(paths), width, height)[:, :, None]
        paper = paper * (1 - cover) + cover * between(LINE_COLOURS, rng)
    widths = [pen * scale * (1 + 0.15 * np.sin(np.linspace(0, 6, len(path)) + rng.uniform(0, 6)))[1:]
              for path in strokes]                              # a hand does not press evenly
    ink = ink_of_paths([see(stroke) for stroke in strokes], widths, width, height)
    ink = ink * rng.uniform(*look["cover"]) * np.clip(1 - look["tooth"] * (0.5 + 0.5 * texture), 0, 1)
    picture = paper * (1 - ink[:, :, None]) + ink[:, :, None] * between(look["ink"], rng)

    picture = picture * shine(look["light"], width, height, rng)[:, :, None] * look.get("dim", 1)
    blur = rng.uniform(0.3, 1) + rng.uniform(0, 0.2) * pen * scale
    picture = gaussian_filter(picture, (blur, blur, 0))
    if size > drawn_at:
        picture = zoom(picture, (size / drawn_at, size / drawn_at, 1), order=1)
    picture += rng.normal(0, look["noise"], (*picture.shape[:2], 1)) + rng.normal(0, look["noise"] / 2, picture.shape)
    return np.uint8(np.clip(picture, 0, 1) * 255 + 0.5)


def lay_on_table(pixels, colour, rng):
    """Return a photograph as a sheet of paper on a table: turned, with its shadow, perhaps cut off at the edge."""
    turned = Image.fromarray(pixels).convert("RGBA").rotate(rng.uniform(-15, 15), Image.Resampling.BICUBIC, expand=True)
    width, height = (round(side * rng.uniform(0.95, 1.4)) for side in turned.size)
    left = round(rng.uniform(-0.03, 1.03) * (width - turned.width))
    top = round(rng.uniform(-0.03, 1.03) * (height - turned.height))

    grain = gaussian_filter(rng.normal(size=(height, width)), (1, 20))
    table = np.array(colour) * (1 + 0.1 * grain / grain.std())[:, :, None]
    shadow = Image.new("L", (width, height))
    shadow.paste(turned.getchannel("A"), (left + rng.integers(-9, 10), top + rng.integers(-9, 10)))
    table *= 1 - 0.4 * gaussian_filter(np.asarray(shadow, float) / 255, 8)[:, :, None]
    table += rng.normal(0, 0.012, table.shape)
    picture = Image.fromarray(np.uint8(np.clip(table, 0, 1) * 255 + 0.5))
    picture.paste(turned, (left, top), turned)                  # where it is opaque
    return np.asarray(picture)


def save_photograph(path, pixels, rng):
    """Write it as a camera does: a JPEG, one in four turned and marked as such by its EXIF orientation."""
    turns = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    picture = Image.fromarray(pixels)
    exif = Image.Exif()
    if rng.random() < 0.25:
        orientation = int(rng.choice(list(turns)))
        exif[0x0112] = orientation
        picture = picture.transpose(turns[orientation])
    picture.save(path, quality=int(rng.integers(60, 96)), exif=exif)


def make_pictures(folder, drawings, count, digits, sizes, seed):
    """Write photographs into a folder, each of a number of digits from a range, as wide as sizes say.

    Returns for each its "path", its "label", the digits in reading order, and its "kind".
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for i in range(count):
        rng = np.random.default_rng([seed, i])
        kind = list(KINDS)[i % len(KINDS)]
        number = int(rng.integers(digits[0], digits[1] + 1))
        chosen = [drawings[k] for k in rng.choice(len(drawings), number)]
        columns = number if number <= 10 and rng.random() < 0.5 else int(rng.integers(4, 9))
        lines = [chosen[k:k + columns] for k in range(0, number, columns)]
        size = int(np.exp(rng.uniform(*np.log(sizes))))
        is_tight = number == 1 and rng.random() < 0.4
        pixels = make_photograph(lines, kind, size, is_tight, rng)
        path = folder / f"{i:04}-{kind.replace(' ', '-')}.jpg"
        save_photograph(path, pixels, rng)
        label = "".join(str(drawing["label"]) for drawing in chosen)
        made.append({"path": path, "label": label, "kind": kind})
    return made


def make_pictures_on_tables(folder, drawings, count, seed):
    """Write photographs of sheets on tables, half of them of one digit, the others of up to 12 in one line or two.

    Returns what `make_pictures` returns.
    """
    folder.mkdir(parents=True, exist_ok=True)
    papers = ["ballpoint", "marker", "coloured ink", "ruled paper", "squared paper", "creased paper", "yellow note"]
    made = []
    for i in range(count):
        rng = np.random.default_rng([seed, i])
        kind = list(TABLES)[i % len(TABLES)]
        number = 1 if i % 2 == 0 else int(rng.integers(2, 13))
        chosen = [drawings[k] for k in rng.choice(len(drawings), number)]
        size = int(np.exp(rng.uniform(*np.log((500, 2000)))))
        lines = [chosen[k:k + 6] for k in range(0, number, 6)]
        pixels = make_photograph(lines, rng.choice(papers), size, False, rng)
        path = folder / f"{i:04}-{kind.replace(' ', '-')}.jpg"
        save_photograph(path, lay_on_table(pixels, TABLES[kind], rng), rng)
        label = "".join(str(drawing["label"]) for drawing in chosen)
        made.append({"path": path, "label": label, "kind": kind})
    return made


# ── 2. Numbers, put together from drawings ────────────────────────────────────────────────────────
def make_number(drawings, rng):
    """Return the drawings of a number side by side, as on a sheet: a list of strokes for each digit.

    A digit begins up to half a height behind the one before, or a little before that one ends. Where
    two would touch, all are placed anew.
    """
    while True:
        digits = []
        x = 0
        for drawing in drawings:
            strokes = [np.asarray(stroke, dtype=float) for stroke in drawing["strokes"]]
            points = np.concatenate(strokes)
            corner = points.min(axis=0)
            wide, tall = np.ptp(points, axis=0)
            scale = rng.uniform(0.85, 1.15) / max(tall, wide / 2)
            foot = rng.normal(0, 0.04)
            digits.append([(stroke - corner) * scale + [x, foot - tall * scale] for stroke in strokes])
            x += wide * scale + rng.uniform(-0.1, 0.5)
        if all(distance(one, other) > NEAR for one, other in zip(digits, digits[1:])):
            return [[stroke.tolist() for stroke in digit] for digit in digits]


def distance(one, other):
    """Return how near the strokes of two drawings come to each other."""
    one_points = np.concatenate([fill_in(stroke, 0.02) for stroke in one])
    other_points = np.concatenate([fill_in(stroke, 0.02) for stroke in other])
    apart = one_points[:, None] - other_points              # (points, points, 2)
    return np.hypot(apart[:, :, 0], apart[:, :, 1]).min()


def is_split_right(digits):
    """Return whether the strokes of a number, one after the other, are taken apart into its digits."""
    strokes = [stroke for digit in digits for stroke in digit]
    return split_drawing(strokes) == digits


# ── 3. Reading ────────────────────────────────────────────────────────────────────────────────────
def read_by_strokes(network, path):
    """Return the digits read in a picture, as text."""
    readings = [read_drawing(network, strokes) for strokes in read_picture(path)]
    return "".join(str(reading["probabilities"].argmax()) for reading in readings)


def read_as_usual(network, path, is_stretched):
    """Return the digit read in a picture in the usual way: made 28 x 28, inverted where it must be."""
    grey = Image.fromarray(np.uint8(load_grey(path) * 255))
    image = np.asarray(grey.resize((28, 28), Image.Resampling.BOX), dtype=np.float32) / 255
    if np.median(image) > 0.5:
        image = 1 - image
    if is_stretched:
        image = (image - image.min()) / max(image.max() - image.min(), 1e-9)
    return str(network.predict(straighten(image.reshape(1, 784)))[0])


READ_IN_PAGE = """async ([name, type, base64]) => {
    const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
    const { digits } = await findInPicture(new File([bytes], name, { type }), () => true);
    const readings = digits.map(({ strokes }) => readDrawing(desk.network, strokes));
    return readings.map(({ probabilities }) => indexOfLargest(probabilities)).join("");
}"""


def read_in_page(opened, path):
    """Return the digits that the page reads in a picture, as text."""
    kind = "image/png" if path.suffix == ".png" else "image/jpeg"
    return opened.evaluate(READ_IN_PAGE, [path.name, kind, base64.b64encode(path.read_bytes()).decode()])


def misread(read, label):
    """Return how many digits of a label are read wrong, left out or too many: Levenshtein's distance."""
    previous = list(range(len(label) + 1))
    for i, found in enumerate(read, start=1):
        current = [i]
        for j, digit in enumerate(label, start=1):
            taken_for = previous[j - 1] + (found != digit)
            current.append(min(previous[j] + 1, current[-1] + 1, taken_for))
        previous = current
    return previous[-1]


def print_row(name, pictures, readings):
    """Print what share of the pictures, and of their digits, was read right."""
    labels = [picture["label"] for picture in pictures]
    whole = sum(read == label for read, label in zip(readings, labels))
    digits = sum(len(label) for label in labels)
    wrong = sum(min(misread(read, label), len(label)) for read, label in zip(readings, labels))
    print(f"{name:58} {len(labels):5} {whole / len(labels):8.1%} {1 - wrong / digits:8.1%}", flush=True)


def measure(name, pictures, network, opened):
    """Print the rows of one set of pictures: read by strokes, by the page, and as usual."""
    if not pictures:
        return
    paths = [picture["path"] for picture in pictures]
    readings = [read_by_strokes(network, path) for path in paths]
    print_row(name, pictures, readings)
    for kind in sorted({picture["kind"] for picture in pictures}):
        chosen = [i for i, picture in enumerate(pictures) if picture["kind"] == kind]
        print_row(f"    {kind}", [pictures[i] for i in chosen], [readings[i] for i in chosen])
    if all(len(picture["label"]) == 1 for picture in pictures):
        print_row("  the usual way: 28 x 28, inverted", pictures,
                  [read_as_usual(network, path, is_stretched=False) for path in paths])
        print_row("  the same, contrast stretched", pictures,
                  [read_as_usual(network, path, is_stretched=True) for path in paths])
    if opened is not None:
        in_page = [read_in_page(opened, path) for path in paths]
        print_row("  in the page", pictures, in_page)
        same = np.mean([one == other for one, other in zip(readings, in_page)])
        print(f"  page and Python read the same: {same:.1%} of the pictures", flush=True)


def real_pictures():
    """Return the pictures in ../shared/pictures, those of one digit and the others."""
    if not (PICTURES / "index.jsonl").exists():
        print(f"Real pictures are left out: there are none in {PICTURES}.")
        return []
    pictures = read_lines(PICTURES / "index.jsonl")
    return [picture | {"path": PICTURES / picture["file"]} for picture in pictures]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=ROOT / "weights.json")
    parser.add_argument("--count", type=int, default=512, help="photographs of one digit to make; of pages, an eighth")
    parser.add_argument("--keep", type=Path, help="make the photographs in this folder, to look at")
    parser.add_argument("--no-page", action="store_true", help="leave the page out, which wants a Chromium")
    options = parser.parse_args()
    network = NeuralNetwork.load(options.weights)
    drawings = [drawing for file in drawing_files() for drawing in read_lines(file)]
    real = real_pictures()
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        opened = None
        if not options.no_page:
            from browser import page
            opened = stack.enter_context(page(options.weights))
        print(f"{'':58} {'files':>5} {'whole':>8} {'digits':>8}")
        if real:
            measure("real pictures of one digit", [one for one in real if len(one["label"]) == 1], network, opened)
            measure("real pictures of several", [one for one in real if len(one["label"]) > 1], network, opened)
        single = make_pictures(folder / "single", drawings, options.count, (1, 1), (200, 4000), seed=1)
        measure("made photographs of one digit", single, network, opened)
        pages = make_pictures(folder / "pages", drawings, max(options.count // 8, 1), (5, 40), (900, 4000), seed=2)
        measure("made photographs of rows and pages", pages, network, opened)
        tables = make_pictures_on_tables(folder / "tables", drawings, max(options.count // 8, 1), seed=4)
        measure("made photographs of a sheet on a table, one digit",
                [table for table in tables if len(table["label"]) == 1], network, opened)
        measure("made photographs of a sheet on a table, up to twelve",
                [table for table in tables if len(table["label"]) > 1], network, opened)
    torn = np.mean([len(split_drawing(drawing["strokes"])) > 1 for drawing in drawings])
    print(f"One digit on the sheet, torn apart: {torn:.2%} of {len(drawings)} drawings")
    rng = np.random.default_rng(3)
    numbers = [make_number(rng.choice(drawings, count), rng) for count in (2, 3) for _ in range(500)]
    print(f"Numbers of two and three digits, taken apart right: {np.mean([*map(is_split_right, numbers)]):.1%} of 1000")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"pictures.py: {error}")
