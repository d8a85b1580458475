"""How often does the page doubt what it reads? Doubted should be what is misread or no digit, and nothing else.

    python benchmarks/doubt.py [--weights weights.json] [--choose]

The digits are those of ../shared/drawings, and MNIST's last 2,000 training images. What is no digit is made here: each
letter and shape in ten hands, pairs of digits by one writer, twitches, scribbles, filled squares. With --choose it also
lists other values of NONE, each with the SURE at which 4.8 % of the digits read right are doubted. Write the row into
index.html that doubts most letters and shapes, of those that doubt at least 82 % of the misread.
"""
import argparse
import math
import sys

import numpy as np
from browser import DRAWINGS, ROOT, page, read_drawings
from scipy.ndimage import affine_transform

sys.path.insert(0, str(ROOT))
from neural_network import jitter

# As people print them, "x,y x,y|x,y …": a bar ends a stroke, a point that stands twice is a corner.
LETTERS = {
    "A": "0,10 5,0 5,0 10,10|2,6 8,6", "B": "0,0 0,10|0,0 6,0 7,4 0,5 0,5 8,5 8,10 0,10", "C": "8,1 3,-1 -1,3 -1,8 3,11 8,9",
    "D": "0,0 0,10|0,0 5,0 9,3 9,7 5,10 0,10", "E": "8,0 0,0 0,0 0,10 0,10 8,10|0,5 6,5", "F": "8,0 0,0 0,0 0,10|0,5 6,5",
    "G": "8,1 3,-1 -1,3 -1,8 3,11 8,9 8,6 8,6 5,6", "H": "0,0 0,10|8,0 8,10|0,5 8,5", "I": "0,0 0,10",
    "J": "6,0 6,8 4,11 0,10 0,7", "K": "0,0 0,10|7,0 0,5 0,5 7,10", "L": "0,0 0,10 0,10 6,10",
    "M": "0,10 1,0 1,0 5,7 5,7 9,0 9,0 10,10", "N": "0,10 0,0 0,0 8,10 8,10 8,0", "O": "4,0 0,0 -1,5 0,10 8,10 9,5 8,0 4,0",
    "P": "0,10 0,0 0,0 7,-1 7,6 0,5", "Q": "4,0 0,0 -1,5 0,10 8,10 9,5 8,0 4,0|5,7 9,11",
    "R": "0,10 0,0 0,0 7,-1 7,6 0,5 0,5 7,10", "S": "7,1 3,-1 -1,2 1,4 6,6 8,9 4,11 0,9", "T": "0,0 8,0|4,0 4,10",
    "U": "0,0 0,7 1,10 7,10 8,7 8,0", "V": "0,0 4,10 4,10 8,0", "W": "0,0 3,10 3,10 5,3 5,3 7,10 7,10 10,0",
    "X": "0,0 8,10|8,0 0,10", "Y": "0,0 4,5|8,0 4,5 4,10", "Z": "0,0 7,0 7,0 0,10 0,10 8,10"}
DIGITS = "BDIOSZ"        # letters that are an 8, 0, 1, 0, 5 and 2 in many hands
SHAPES = {
    "heart": "5,3 4,0 0,-1 -1,4 5,10 5,10 11,4 10,-1 6,0 5,3", "?": "0,2 1,-1 6,-1 7,3 3,5 3,7|3,9 3,10", "*": "0,1 8,9|8,1 0,9|4,0 4,10",
    "+": "0,5 8,5|4,1 4,9", "#": "2,0 2,9|6,0 6,9|0,3 8,3|0,6 8,6", "square": "0,0 0,9 0,9 9,9 9,9 9,0 9,0 0,0",
    "triangle": "5,0 0,9 0,9 10,9 10,9 5,0", "spiral": "5,5 6,5 6,7 3,7 3,3 8,2 9,9 2,10 -1,6 0,-1 5,-2",
    "star": "2,10 5,0 5,0 8,10 8,10 0,4 0,4 10,4 10,4 2,10", "arrow": "0,5 10,5|7,2 10,5 10,5 7,8"}


def fit(strokes, size=0.8):
    """Return the strokes as lists, moved and scaled so that their longest side is `size` of the sheet."""
    points = np.concatenate([np.asarray(stroke, float) for stroke in strokes])
    corner, extent = points.min(axis=0), np.ptp(points, axis=0).max() or 1
    return [((np.asarray(stroke, float) - corner) * size / extent + (1 - size) / 2).round(4).tolist() for stroke in strokes]


def ten_hands(templates, rng):
    parsed = [[[[float(n) for n in point.split(",")] for point in stroke.split()] for stroke in template.split("|")]
              for template in templates]
    return [fit(jitter(strokes, rng)) for strokes in parsed for _ in range(10)]


def pairs(drawings, rng):
    """Ten of each pair from 00 to 99, by one writer, of like heights, from overlapping a little to well apart."""
    writers = {}
    for drawing in drawings:
        by_label = writers.setdefault((drawing["source"], drawing["writer"]), {})
        by_label.setdefault(drawing["label"], []).append(drawing["strokes"])
    for first, second in np.ndindex(10, 10):
        able = [by_label for by_label in writers.values() if first in by_label and second in by_label]
        for by_label in rng.choice(able, 10):
            strokes, x = [], 0
            for label in (first, second):
                digit = by_label[label][rng.integers(len(by_label[label]))]
                points = np.concatenate(digit)
                corner, (wide, tall) = points.min(axis=0), np.ptp(points, axis=0)
                scale = rng.uniform(0.85, 1.15) / max(tall, wide / 2)
                strokes += [(np.asarray(stroke) - corner) * scale + [x, rng.uniform(-0.05, 0.05)] for stroke in digit]
                x += wide * scale + rng.uniform(-0.1, 0.5)
            yield fit(strokes)


def twitches(rng):
    for length in rng.uniform(0, 0.02, 50):
        x, y, angle = rng.uniform(0.1, 0.9, 3) * [1, 1, 6.3]
        yield [[[x, y], [x + length * math.cos(angle), y + length * math.sin(angle)]]]


def scribbles(rng):
    for _ in range(200):   # a pen that turns at random
        turns = np.zeros(rng.integers(60, 240))
        for i in range(1, len(turns)):
            turns[i] = 0.8 * turns[i - 1] + rng.normal(0, 0.25)
        heading, point, stroke = rng.uniform(0, 6.3) + turns.cumsum(), np.zeros(2), []
        for angle in heading:
            point = np.clip(point + [math.cos(angle), math.sin(angle)], 0, 30)
            stroke.append(point)
        yield fit([stroke])


def filled_squares(rng):
    for _ in range(50):    # to and fro, line below line
        rows, wide = rng.integers(10, 25), rng.uniform(0.6, 1.5)
        yield fit([[[wide * (rng.random() * 0.1 + 0.9 * ((row + side) % 2)), row / rows] for row in range(rows) for side in (0, 1)]])


def mnist(hands, count=2000):
    """Yield images with their labels, and each image as the page's HANDS would have it, the ink 20 px long again."""
    data = np.load(ROOT / "data" / "mnist.npz")
    for image, label in zip(data["x_train"][-count:] / 255, data["y_train"][-count:]):
        images, ink = [image.ravel().tolist()], np.argwhere(image > 0.5)           # rows, columns
        for angle, wide in hands:
            turn = np.array([[math.cos(angle), math.sin(angle)], [-wide * math.sin(angle), wide * math.cos(angle)]])
            back = np.linalg.inv(turn * np.ptp(ink, axis=0).max() / np.ptp(ink @ turn.T, axis=0).max())
            images.append(affine_transform(image, back, [14, 14] - back @ [14, 14], order=1).ravel().round(3).tolist())
        yield {"label": int(label), "images": images}


READ = """([nones, drawings]) => drawings.map(({ label, strokes, images }) => {
    const [plain, ...hands] = images ? images.map(image => forward(network, straighten(image)))
        : [strokes, ...HANDS.map(hand => vary(strokes, ...hand))].map(hand => read(network, hand));
    const first = largest(plain.probabilities), shares = nones.map(none => shareOut(network, hands, none)[first]);
    const words = strokes ? doubt(network, strokes, first) : shareOut(network, hands)[first] > SURE ? "" : "by numbers alone";
    return { right: first === label, shares, words };
})"""
WORDS = "or maybe", "not sure", "one digit", "more ink"
NONES = 0, 0.12, 0.14, 0.15, 0.16, 0.17, 0.18, 0.2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="a weights.json other than the page's own")
    parser.add_argument("--choose", action="store_true", help="also list other thresholds")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    real = [drawing for path in sorted(DRAWINGS.glob("*.jsonl")) for drawing in read_drawings(path)]
    made = {"letters": ten_hands(LETTERS.values(), rng), "shapes": ten_hands(SHAPES.values(), rng), "pairs": pairs(real, rng),
            "twitches": twitches(rng), "scribbles": scribbles(rng), "filled squares": filled_squares(rng)}
    with page(arguments.weights) as opened:
        def read(drawings):
            drawings = list(drawings)
            return [result for start in range(0, len(drawings), 100)
                    for result in opened.evaluate(READ, [NONES, drawings[start:start + 100]])]

        groups = {name: read({"strokes": strokes} for strokes in drawings) for name, drawings in made.items()}
        digits = {"real": read({"label": d["label"], "strokes": fit(d["strokes"])} for d in real),
                  "small real": read({"label": d["label"], "strokes": fit(d["strokes"], 0.05)} for d in real[::5]),
                  "MNIST": read(mnist(opened.evaluate("HANDS")))}
    is_digit = np.repeat([letter in DIGITS for letter in LETTERS], 10)
    groups["letters like digits"] = [result for result, like in zip(groups["letters"], is_digit) if like]
    groups["other letters"] = [result for result, like in zip(groups["letters"], is_digit) if not like]
    groups["other letters and shapes"] = groups["other letters"] + groups["shapes"]
    for name, results in digits.items():
        groups[f"{name}, read right"] = [result for result in results if result["right"]]
        groups[f"{name}, misread"] = [result for result in results if not result["right"]]

    print(f"{'':25} {'number':>7} {'doubted':>8} " + " ".join(f"{words:>9}" for words in WORDS))
    for name, results in groups.items():
        shares = [np.mean([words in result["words"] for result in results]) for words in WORDS]
        print(f"{name:25} {len(results):7} {np.mean([bool(r['words']) for r in results]):8.1%} "
              + " ".join(f"{share:9.1%}" for share in shares))
    if not arguments.choose:
        return
    listed = "real, read right", "real, misread", "other letters and shapes", "letters", "shapes", "pairs", "MNIST, read right"
    print(f"\n{'NONE':>5} {'SURE':>5}   doubted: " + ", ".join(listed))
    certain = {name: np.array(["?" in result["words"] for result in groups[name]]) for name in listed}
    for i, none in enumerate(NONES):
        shares = {name: np.array([result["shares"][i] for result in groups[name]]) for name in listed}
        shares = {name: np.where(certain[name], 0, shares[name]) for name in listed}
        sure = np.quantile(shares[listed[0]], 0.048)
        print(f"{none:5.2f} {sure:5.3f} " + " ".join(f"{np.mean(shares[name] <= sure):7.1%}" for name in listed))


if __name__ == "__main__":
    main()
