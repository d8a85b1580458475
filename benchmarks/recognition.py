"""How well does a trained network read MNIST's test images, and what people really draw?

    python benchmarks/recognition.py                     MNIST, and the real drawings that are at hand
    python benchmarks/recognition.py my-drawings.json    drawings saved by index.html, or any list in its format
    python benchmarks/recognition.py pendigits-orig.tes  UCI's Pen-Based Recognition of Handwritten Digits, original

The last is in https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip
(Alpaydin and Alimoglu 1998, CC BY 4.0); its pendigits-orig.tes.Z can be given as it is where gzip is installed.

A drawing is read twice: by one look at it as it is, and by the mean of several, as the page reads it. MNIST's
images have no strokes to vary, so they get one look. Prints the confusions, most frequent first, then what is
read right; draws what was misread into report/.
"""
import argparse
import math
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from drawings import drawing_files

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from neural_network import (BUNDLED_MNIST, COUNTS, LOOKS, NeuralNetwork, draw_images, read_drawing,
                            read_drawings, read_mnist, straighten_bytes)


def wilson(right, count, z=1.96):
    """Return the 95 % interval of a share: Wilson's, which holds near 100 % too, where most fail."""
    share = right / count
    middle = share + z * z / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - reach) / (1 + z * z / count), (middle + reach) / (1 + z * z / count)


def read_unipen(path):
    """Return the drawings in one of UCI's original pen-digits files, as `read_drawings` does.

    A digit begins with .SEGMENT DIGIT and its label in quotes, a stroke with .PEN_DOWN; then a point
    "x y" a line.
    """
    if path.suffix == ".Z":
        try:
            unpacked = subprocess.run(["gzip", "-dc", path], check=True, capture_output=True).stdout
        except (FileNotFoundError, subprocess.CalledProcessError):
            raise ValueError(f"{path}: unpack this file first, by `uncompress {path.name}` or 7-Zip") from None
        text = unpacked.decode("latin-1")
    else:
        text = path.read_text("latin-1")
    drawings = []
    pen_is_down = False
    for line in text.splitlines():
        label = re.match(r'\.SEGMENT\s+DIGIT\b.*"(\d)"', line)
        if label:
            drawings.append({"label": int(label[1]), "strokes": []})
        elif line.startswith((".PEN_DOWN", ".PEN_UP")):
            pen_is_down = line.startswith(".PEN_DOWN")
            if pen_is_down and drawings:
                drawings[-1]["strokes"].append([])
        elif pen_is_down and drawings and re.match(r"\s*-?\d", line):
            x, y = map(float, line.split()[:2])
            drawings[-1]["strokes"][-1].append([x, -y])            # there y goes up, here down
    for drawing in drawings:
        drawing["strokes"] = [stroke for stroke in drawing["strokes"] if stroke]
    return [drawing for drawing in drawings if drawing["strokes"]]


def read_file(path):
    """Return the drawings in a file of either format. Raises ValueError where there are none."""
    is_unipen = path.suffix == ".Z" or b".SEGMENT" in path.read_bytes()[:10000]
    drawings = read_unipen(path) if is_unipen else read_drawings(path)
    if not drawings:
        raise ValueError(f"{path} holds no drawing")
    return drawings


def read_mnist_test():
    """Return MNIST's test images, straightened, (10000, 784), and their labels."""
    _, _, test_images, test_labels = read_mnist(BUNDLED_MNIST)
    return straighten_bytes(test_images), test_labels


def read_twice(network, drawings):
    """Return what a network reads in drawings by the first look, by all looks, (n,) each, and the first images."""
    readings = [read_drawing(network, drawing["strokes"]) for drawing in drawings]
    one_look = np.array([reading["logits"][0].argmax() for reading in readings])
    all_looks = np.array([reading["probabilities"].argmax() for reading in readings])
    return one_look, all_looks, np.array([reading["images"][0] for reading in readings])


def tell_misread(name, images, labels, predictions):
    """Print the most frequent confusions; draw what was misread."""
    wrong = np.flatnonzero(predictions != labels)
    pairs = Counter(f"{labels[i]} as {predictions[i]}" for i in wrong)
    often = ", ".join(f"{pair} ({times})" for pair, times in pairs.most_common(12))
    print(f"{name}: {len(wrong)} misread" + (f", most often {often}" if often else ""))
    draw_misread(ROOT / "report" / f"misread {name}.png", images[wrong], labels[wrong], predictions[wrong])


def draw_misread(path, images, labels, predictions):
    """Draw the first 200 in order of label."""
    path.parent.mkdir(exist_ok=True)
    order = np.lexsort((predictions, labels))[:200]
    captions = [f"{labels[i]} read as {predictions[i]}" for i in order]
    figure = Figure(figsize=(20, 1.3 * max(1, len(order) / 20) + 0.6), layout="constrained")
    draw_images(figure.subplots(), path.stem, images[order], captions, columns=20)
    figure.savefig(path, dpi=70)


def row(name, count, one_look, all_looks=None):
    """Return a line of the table: what is read right, as numbers of images."""
    low, high = wilson(all_looks if all_looks is not None else one_look, count)
    second = f"{all_looks / count:10.2%}" if all_looks is not None else f"{'–':>10}"
    return f"{name:20} {count:6} {one_look / count:10.2%} {second}   {low:.2%} to {high:.2%}"


@threadpool_limits.wrap(limits=1)       # on matrices as small as a drawing's, more threads only wait
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE")
    parser.add_argument("--weights", type=Path, default=ROOT / "weights.json")
    options = parser.parse_args()
    network = NeuralNetwork.load(options.weights)

    images, labels = read_mnist_test()
    predictions = network.predict(images)
    tell_misread("MNIST test", images, labels, predictions)
    rows = [row("MNIST test", len(labels), np.sum(predictions == labels))]

    shares = []                         # of each file, read right by one look and by all
    for path in options.files or drawing_files():
        drawings = read_file(path)
        labels = np.array([drawing["label"] for drawing in drawings])
        one_look, all_looks, images = read_twice(network, drawings)
        tell_misread(path.stem, images, labels, all_looks)
        rows.append(row(path.stem, len(labels), np.sum(one_look == labels), np.sum(all_looks == labels)))
        shares.append((np.mean(one_look == labels), np.mean(all_looks == labels)))

    looks = f"{COUNTS[len(LOOKS)]} looks"
    print(f"\n{'read right':20} {'images':>6} {'one look':>10} {looks:>10}   95 % interval")
    print("\n".join(rows))
    print("\nThe misread images are in report/misread *.png. The drawings, each file counting the same:")
    one, several = 100 * np.mean(shares, axis=0)
    print(f"one look {one:.2f} %, {looks} {several:.2f} %")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"recognition.py: {error}")
