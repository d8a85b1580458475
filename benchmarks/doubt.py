"""How often does the page doubt what it reads? Doubted should be what is misread or no digit, and nothing else.

    python benchmarks/doubt.py [--weights weights.json] [--choose]

The digits are those of ../shared/drawings and MNIST's last training images; what is no digit is made here. With
--choose it also lists other values of NONE, each with the SURE at which 4.8 % of real digits read right are doubted.
Of the rows that doubt at least 82 % of the misread, write the one into index.html that doubts most of "no digit".
"""
import argparse
import json
import sys

import numpy as np
from browser import DRAWINGS, ROOT, page, read_drawings
from scipy.ndimage import affine_transform

sys.path.insert(0, str(ROOT))
from neural_network import jitter

# As people print them: a bar ends a stroke, a point that stands twice is a corner.
LIKE_DIGITS = {          # in many hands a 0, 1, 2, 5 or 8
    "B": "0,0 0,10|0,0 6,0 7,4 0,5 0,5 8,5 8,10 0,10", "D": "0,0 0,10|0,0 5,0 9,3 9,7 5,10 0,10", "I": "0,0 0,10",
    "O": "4,0 0,0 -1,5 0,10 8,10 9,5 8,0 4,0", "S": "7,1 3,-1 -1,2 1,4 6,6 8,9 4,11 0,9",
    "Z": "0,0 7,0 7,0 0,10 0,10 8,10"}
LETTERS = {
    "A": "0,10 5,0 5,0 10,10|2,6 8,6", "C": "8,1 3,-1 -1,3 -1,8 3,11 8,9", "N": "0,10 0,0 0,0 8,10 8,10 8,0",
    "E": "8,0 0,0 0,0 0,10 0,10 8,10|0,5 6,5", "L": "0,0 0,10 0,10 6,10", "W": "0,0 3,10 3,10 5,3 5,3 7,10 7,10 10,0",
    "F": "8,0 0,0 0,0 0,10|0,5 6,5", "U": "0,0 0,7 1,10 7,10 8,7 8,0", "Y": "0,0 4,5|8,0 4,5 4,10",
    "G": "8,1 3,-1 -1,3 -1,8 3,11 8,9 8,6 8,6 5,6", "Q": "4,0 0,0 -1,5 0,10 8,10 9,5 8,0 4,0|5,7 9,11",
    "H": "0,0 0,10|8,0 8,10|0,5 8,5", "K": "0,0 0,10|7,0 0,5 0,5 7,10", "P": "0,10 0,0 0,0 7,-1 7,6 0,5",
    "J": "6,0 6,8 4,11 0,10 0,7", "M": "0,10 1,0 1,0 5,7 5,7 9,0 9,0 10,10", "R": "0,10 0,0 0,0 7,-1 7,6 0,5 0,5 7,10",
    "T": "0,0 8,0|4,0 4,10", "V": "0,0 4,10 4,10 8,0", "X": "0,0 8,10|8,0 0,10"}
SHAPES = {
    "#": "2,0 2,9|6,0 6,9|0,3 8,3|0,6 8,6", "*": "0,1 8,9|8,1 0,9|4,0 4,10", "arrow": "0,5 10,5|7,2 10,5 10,5 7,8",
    "+": "0,5 8,5|4,1 4,9", "?": "0,2 1,-1 6,-1 7,3 3,5 3,7|3,9 3,10", "triangle": "5,0 0,9 0,9 10,9 10,9 5,0",
    "heart": "5,3 4,0 0,-1 -1,4 5,10 5,10 11,4 10,-1 6,0 5,3", "star": "2,10 5,0 5,0 8,10 8,10 0,4 0,4 10,4 10,4 2,10",
    "spiral": "5,5 6,5 6,7 3,7 3,3 8,2 9,9 2,10 -1,6 0,-1 5,-2", "square": "0,0 0,9 0,9 9,9 9,9 9,0 9,0 0,0"}


def fit(strokes, size=0.8):
    """Return the strokes as lists, moved and scaled so that their longest side is `size` of the sheet."""
    points = np.concatenate(strokes)
    corner, extent = points.min(axis=0), np.ptp(points, axis=0).max()
    return [((np.asarray(stroke) - corner) * size / extent + (1 - size) / 2).round(4).tolist() for stroke in strokes]


def in_ten_hands(templates, rng):
    paths = ([path.split() for path in template.split("|")] for template in templates.values())
    return [fit(jitter([np.array([point.split(",") for point in path], float) for path in strokes], rng))
            for strokes in paths for _ in range(10)]


def pairs(drawings, rng):
    """Yield ten of each pair from 00 to 99, by one writer, of like heights, from overlapping a little to well apart."""
    writers = {}
    for drawing in drawings:
        by_label = writers.setdefault((drawing["source"], drawing["writer"]), {})
        by_label.setdefault(drawing["label"], []).append(drawing["strokes"])
    for first, second in np.ndindex(10, 10):
        for by_label in rng.choice([digits for digits in writers.values() if {first, second} <= digits.keys()], 10):
            strokes, x = [], 0
            for label in (first, second):
                digit = by_label[label][rng.integers(len(by_label[label]))]
                points = np.concatenate(digit)
                corner, (wide, tall) = points.min(axis=0), np.ptp(points, axis=0)
                scale = rng.uniform(0.85, 1.15) / max(tall, wide / 2)
                strokes += [(np.asarray(stroke) - corner) * scale + [x, rng.uniform(-0.05, 0.05)] for stroke in digit]
                x += wide * scale + rng.uniform(-0.1, 0.5)
            yield fit(strokes)


def scribble(rng):
    """Return the way of a pen that turns at random, mirrored where it leaves its square."""
    headings = rng.normal(0, 0.25, rng.integers(60, 240)).cumsum().cumsum() / 5
    points = np.stack([np.cos(headings), np.sin(headings)], axis=1).cumsum(axis=0)
    return fit([abs((points - 15) % 60 - 30)])


def mnist(hands, count=2000):
    """Yield images with their labels, and each image as the page's HANDS would have it, the ink 20 px long again."""
    data = np.load(ROOT / "data" / "mnist.npz")
    for image, label in zip(data["x_train"][-count:] / 255, data["y_train"][-count:]):
        images, ink = [image.ravel().tolist()], np.argwhere(image > 0.5)        # rows, columns
        for angle, wide in hands:
            turn = [[1], [wide]] * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            back = np.linalg.inv(turn * np.ptp(ink, axis=0).max() / np.ptp(ink @ turn.T, axis=0).max())
            images.append(affine_transform(image, back, [14, 14] - back @ [14, 14], order=1).ravel().round(3).tolist())
        yield {"label": int(label), "images": images}


READ = """([nones, text]) => JSON.parse(text).map(({ label, strokes, images }) => {
    const [plain, ...hands] = images ? images.map(image => forward(network, straighten(image)))
        : [strokes, ...HANDS.map(hand => vary(strokes, ...hand))].map(hand => read(network, hand));
    const first = largest(plain.probabilities), ruledOut = strokes && (areTwo(strokes) || isLetter(strokes, first));
    const shares = nones.map(none => ruledOut ? 0 : shareOut(network, hands, none)[first]);
    const words = strokes ? doubt(network, plain) : shareOut(network, hands)[first] > SURE ? "" : "doubted";
    return { right: first === label, shares, words };
})"""
WORDS = "strange", "not sure", "one digit", "more ink"
NONES = 0, 0.12, 0.14, 0.15, 0.16, 0.17, 0.18, 0.2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="a weights.json other than the page's own")
    parser.add_argument("--choose", action="store_true", help="also list other thresholds")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    real = [drawing for path in sorted(DRAWINGS.glob("*.jsonl")) for drawing in read_drawings(path)]
    made = {"letters like digits": in_ten_hands(LIKE_DIGITS, rng), "other letters": in_ten_hands(LETTERS, rng),
            "shapes": in_ten_hands(SHAPES, rng), "pairs": pairs(real, rng),
            "twitches": [[[[0.5, 0.5], [0.5 + x, 0.5 + y]]] for x, y in rng.normal(0, 0.008, (50, 2))],
            "scribbles": [scribble(rng) for _ in range(200)],
            "filled squares": [fit([[[y % 2 + rng.uniform(-0.1, 0.1), y / 40] for y in range(40)]]) for _ in range(50)]}
    made = {name: [{"strokes": strokes} for strokes in drawings] for name, drawings in made.items()}
    made["real"] = [drawing | {"strokes": fit(drawing["strokes"], rng.uniform(0.05, 0.9))} for drawing in real]
    with page(arguments.weights) as opened:
        made["MNIST"] = list(mnist(opened.evaluate("HANDS")))
        groups = {name: opened.evaluate(READ, [NONES, json.dumps(drawings)]) for name, drawings in made.items()}
    for name in ("real", "MNIST"):
        groups[f"{name}, right"] = [result for result in groups[name] if result["right"]]
        groups[f"{name}, misread"] = [result for result in groups.pop(name) if not result["right"]]
    groups["all 26 letters"] = groups["letters like digits"] + groups["other letters"]
    groups["no digit"] = groups["other letters"] + groups["shapes"]

    print(f"{'':20} {'number':>7} {'doubted':>9} " + " ".join(f"{words:>9}" for words in WORDS))
    for name, results in groups.items():
        shares = [np.mean([bool(result["words"]) for result in results])]
        shares += [np.mean([words in result["words"] for result in results]) for words in WORDS]
        print(f"{name:20} {len(results):7} " + " ".join(f"{share:9.1%}" for share in shares))
    if arguments.choose:
        names = "real, right", "real, misread", "no digit", "all 26 letters", "shapes", "pairs", "MNIST, right"
        print(f"\nNONE   SURE   doubted: {'; '.join(names)}")
        for i, none in enumerate(NONES):
            shares = [np.array([result["shares"][i] for result in groups[name]]) for name in names]
            sure = np.quantile(shares[0], 0.048)
            print(f"{none:.2f}  {sure:.3f}  " + " ".join(f"{np.mean(group <= sure):7.1%}" for group in shares))


if __name__ == "__main__":
    main()
