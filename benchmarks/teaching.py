"""What do a few lessons mend in a writer's hand, and what do they spoil elsewhere?

    python benchmarks/teaching.py [--weights weights.json] [--test] [--at-once]

For each writer, the page's own `teach` is given lessons as a learner would give them: each drawing that is misread
when its turn comes, at most three of a digit. Then that writer's other drawings are read again, by the vote of the
looks. With --at-once what the untaught network misreads is taught all at once. After each writer MNIST is read too:
the last 10,000 of its training images or, with --test, its test images, for the report. Use weights that were trained
without the styles of data/styles.json (`--no-styles`), so that there is something to teach.

pendigits has chosen how a lesson goes, and mfrdb how many turns it may take; crohme has chosen nothing.
"""
import argparse
import base64
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from browser import ROOT, page
from drawings import drawing_files, read_lines

# The network and MNIST, and what is asked of them. Everything that is called is a function of its arguments.
PREPARE = """([weights, images, labels]) => {
    const bytesOf = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));
    const pixels = bytesOf(images);
    window.untaught = readNetwork(JSON.parse(weights));
    window.mean = Float64Array.from(untaught.training.mean);
    window.mnist = Array.from(bytesOf(labels), (label, n) => {
        const image = Float64Array.from(pixels.subarray(n * 784, (n + 1) * 784), pixel => pixel / 255);
        return { label, image: straighten(image) };
    });
}"""
TEACH = """lessons => {
    let network = untaught;
    for (const step of teach(untaught, lessons, mean)) network = step;
    window.taught = network;
}"""
READ = """drawings => drawings.map(drawing =>
    indexOfLargest(readDrawing(taught, drawing.strokes).probabilities))"""
ACCURACY = """() => {
    const isRight = ({ label, image }) => indexOfLargest(forward(taught, image).probabilities) === label;
    return mnist.filter(isRight).length / mnist.length;
}"""


def choose_lessons(opened, drawings, untaught, at_once):
    """Teach what is misread of a writer's drawings; return the indices of these. untaught: what is read before."""
    chosen = []
    count = Counter()
    for i, drawing in enumerate(drawings):
        if count[drawing["label"]] == 3:
            continue
        read = untaught[i]
        if chosen and not at_once:
            read = opened.evaluate(READ, [drawing])[0]
        if read != drawing["label"]:
            chosen.append(i)
            count[drawing["label"]] += 1
            if not at_once:
                opened.evaluate(TEACH, [drawings[j] for j in chosen])
    if chosen and at_once:
        opened.evaluate(TEACH, [drawings[j] for j in chosen])
    return chosen


def measure(opened, path, accuracy, at_once):
    """Teach each writer of a file, and print what that mended and spoiled."""
    writers = defaultdict(list)
    for drawing in read_lines(path):
        writers[drawing["writer"]].append(drawing)
    lessons = others = before = after = 0
    losses = []                         # of MNIST, for each writer
    for drawings in writers.values():
        opened.evaluate(TEACH, [])
        untaught = opened.evaluate(READ, drawings)
        chosen = choose_lessons(opened, drawings, untaught, at_once)
        now = opened.evaluate(READ, drawings) if chosen else untaught
        losses.append(accuracy - opened.evaluate(ACCURACY) if chosen else 0)
        lessons += len(chosen)
        for i, drawing in enumerate(drawings):
            if i not in chosen:
                others += 1
                before += untaught[i] != drawing["label"]
                after += now[i] != drawing["label"]
    print(f"{path.stem}: {len(writers)} writers, {lessons} lessons; errors on the other {others} drawings: "
          f"{before} before, {after} after; MNIST loses {100 * np.mean(losses):.3f} points on average, "
          f"{100 * max(losses):.2f} at most", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=ROOT / "weights.json", help="another weights.json")
    parser.add_argument("--test", action="store_true", help="read MNIST's test images, for the report")
    parser.add_argument("--at-once", action="store_true", help="teach all at once what is misread at first")
    options = parser.parse_args()
    part = "test" if options.test else "train"
    with np.load(ROOT / "data" / "mnist.npz") as data:
        images = data[f"x_{part}"][-10000:]
        labels = data[f"y_{part}"][-10000:]
    with page() as opened:
        packed = [base64.b64encode(array.tobytes()).decode() for array in (images, labels.astype(np.uint8))]
        opened.evaluate(PREPARE, [options.weights.read_text("utf-8"), *packed])
        opened.evaluate(TEACH, [])
        accuracy = opened.evaluate(ACCURACY)
        print(f"Untaught it reads {accuracy:.2%} of MNIST's last 10,000 {part} images", flush=True)
        for path in drawing_files():
            measure(opened, path, accuracy, options.at_once)


if __name__ == "__main__":
    main()
