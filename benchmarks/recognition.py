"""How well does a trained network read MNIST's test images, and what people really draw?

    python benchmarks/recognition.py                     MNIST, and ../shared/drawings/*.jsonl if it is there
    python benchmarks/recognition.py my-drawings.json    drawings saved by index.html, or any list in its format
    python benchmarks/recognition.py pendigits-orig.tes  UCI's Pen-Based Recognition of Handwritten Digits, original

The last is in https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip
(Alpaydin and Alimoglu 1998, CC BY 4.0); its pendigits-orig.tes.Z can be given as it is where gzip is installed.
Prints the confusions, most frequent first, then accuracies; draws what was misread into report/.
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

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from neural_network import NeuralNetwork, draw_images, read_drawings, render, straighten


def wilson(right, count, z=1.96):
    """Return the 95 % interval of a share: that of Wilson, which holds near 100 % too, where most others fail."""
    share = right / count
    middle = share + z * z / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - reach) / (1 + z * z / count), (middle + reach) / (1 + z * z / count)


def read_unipen(path):
    """Return the drawings in one of UCI's original pen-digits files, as `read_drawings` does for the project's format.

    A digit begins with .SEGMENT DIGIT and its label in quotes, a stroke with .PEN_DOWN; then a point "x y" a line.
    """
    if path.suffix == ".Z":
        try:
            text = subprocess.run(["gzip", "-dc", path], check=True, capture_output=True).stdout.decode("latin-1")
        except (FileNotFoundError, subprocess.CalledProcessError):
            raise ValueError(f"{path}: unpack this file first, by `uncompress {path.name}` or 7-Zip") from None
    else:
        text = path.read_text("latin-1")
    drawings, pen_down = [], False
    for line in text.splitlines():
        if label := re.match(r'\.SEGMENT\s+DIGIT\b.*"(\d)"', line):
            drawings.append({"label": int(label[1]), "strokes": []})
        elif line.startswith((".PEN_DOWN", ".PEN_UP")):
            pen_down = line.startswith(".PEN_DOWN")
            if pen_down and drawings:
                drawings[-1]["strokes"].append([])
        elif pen_down and drawings and re.match(r"\s*-?\d", line):
            x, y = map(float, line.split()[:2])
            drawings[-1]["strokes"][-1].append([x, -y])            # there y goes up, here down
    for drawing in drawings:
        drawing["strokes"] = [stroke for stroke in drawing["strokes"] if stroke]
    return [drawing for drawing in drawings if drawing["strokes"]]


def read_images(path):
    """Return the drawings of a file as the page would show them to the network: images (n, 784), labels (n,)."""
    unipen = path.suffix == ".Z" or b".SEGMENT" in path.read_bytes()[:10000]
    drawings = read_unipen(path) if unipen else read_drawings(path)
    if not drawings:
        raise ValueError(f"{path} holds no drawing")
    images = np.array([render(drawing["strokes"]) for drawing in drawings], np.float32)
    return images, np.array([drawing["label"] for drawing in drawings], np.int64)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE")
    parser.add_argument("--weights", type=Path, default=ROOT / "weights.json")
    options = parser.parse_args()
    files = options.files or sorted((ROOT.parent / "shared" / "drawings").glob("*.jsonl"))
    network, rows = NeuralNetwork.load(options.weights), []
    with np.load(ROOT / "data" / "mnist.npz") as mnist:
        test = straighten(mnist["x_test"].reshape(-1, 784) / np.float32(255)), mnist["y_test"].astype(int)
    for name, (images, labels) in [("MNIST test", test), *((path.stem, read_images(path)) for path in files)]:
        predictions = network.predict(images)
        wrong = np.flatnonzero(predictions != labels)
        rows.append((name, len(labels), len(labels) - len(wrong)))
        confusions = Counter(f"{labels[i]} as {predictions[i]}" for i in wrong).most_common(12)
        print(f"{name}: {len(wrong)} misread, most often " + ", ".join(f"{pair} ({times})" for pair, times in confusions))
        draw_misread(ROOT / "report" / f"misread {name}.png", images[wrong], labels[wrong], predictions[wrong])
    shares = [right / count for _, count, right in rows[1:]]
    print(f"\n{'':20} {'images':>6} {'right':>8}   95 % interval")
    for name, count, right in rows:
        low, high = wilson(right, count)
        print(f"{name:20} {count:6} {100 * right / count:6.2f} %   {100 * low:.2f} to {100 * high:.2f} %")
    if shares:
        print(f"{'mean of the files':20} {'':6} {100 * np.mean(shares):6.2f} %")
    print("\nThe misread images are in report/misread *.png")


def draw_misread(path, images, labels, predictions):
    """Draw the first 200 in order of label."""
    path.parent.mkdir(exist_ok=True)
    order = np.lexsort((predictions, labels))[:200]
    figure = Figure(figsize=(20, 1.3 * max(1, len(order) / 20) + 0.6), layout="constrained")
    draw_images(figure.subplots(), path.stem, images[order], [f"{labels[i]} read as {predictions[i]}" for i in order], columns=20)
    figure.savefig(path, dpi=70)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"recognition.py: {error}")
