"""What do a few lessons mend in a writer's hand, and what do they spoil elsewhere?

    python benchmarks/teaching.py [--weights weights.json] [--test]

For each writer of ../shared/drawings/pendigits.jsonl: the first drawings that the network misreads, at most three of
a digit, are taught by the page's own `teach`; then the rest of that writer's drawings are read again. Two orders: "at
once" teaches what the untaught network misreads; "one by one" teaches as a learner would, each drawing that is
misread when its turn comes. After each writer the MNIST images are read too: the last 10,000 of the training set, by
which the constants in index.html were chosen, or with --test the test set, for the report. Use weights that were
trained without the styles of data/styles.json, so that there is something to teach.
"""
import argparse
import base64
from collections import Counter, defaultdict

import numpy as np

from browser import ROOT, page, real_drawings

PREPARE = """([images, labels]) => {
    const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
    const pixels = bytes(images);
    window.mnist = Array.from(bytes(labels), (label, i) => ({ label, image: straighten(Float64Array.from(pixels.subarray(i * 784, i * 784 + 784), p => p / 255)) }));
    window.accuracy = network => mnist.filter(({ label, image }) => largest(forward(network, image).probabilities) === label).length / mnist.length;
    window.learned = lessons => [trained, ...teach(trained, lessons)].pop();
    window.whatIs = (network, drawing) => largest(forward(network, render(drawing.strokes)).probabilities);
    return accuracy(trained);
}"""
TEACH = """([lessons, drawings]) => {
    const start = performance.now(), taught = learned(lessons), seconds = (performance.now() - start) / 1000;
    return { seconds, reads: drawings.map(drawing => whatIs(taught, drawing)), accuracy: accuracy(taught) };
}"""
READ = "([lessons, drawing]) => whatIs(learned(lessons), drawing)"


def first_misread(opened, drawings, before, one_by_one):
    """The indices of the drawings to teach."""
    taught, number = [], Counter()
    for i, drawing in enumerate(drawings):
        if number[drawing["label"]] == 3:
            continue
        # A lesson changes nothing that it does not touch: only after one does the reading have to be made again.
        read = opened.evaluate(READ, [[drawings[j] for j in taught], drawing]) if one_by_one and taught else before[i]
        if read != drawing["label"]:
            taught.append(i)
            number[drawing["label"]] += 1
    return taught


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="a weights.json other than the page's own")
    parser.add_argument("--test", action="store_true", help="report on the MNIST test set")
    arguments = parser.parse_args()
    with np.load(ROOT / "data" / "mnist.npz") as data:
        part = "test" if arguments.test else "train"
        images, labels = data[f"x_{part}"][-10000:], data[f"y_{part}"][-10000:]
    writers = defaultdict(list)
    for drawing in real_drawings(name="pendigits"):
        writers[drawing["writer"]].append(drawing)

    with page(arguments.weights) as opened:
        encode = lambda array: base64.b64encode(array.astype(np.uint8).tobytes()).decode()
        accuracy = opened.evaluate(PREPARE, [encode(images), encode(labels)])
        print(f"MNIST {part}, last 10,000 images, untaught: {accuracy:.2%}")
        for one_by_one in (False, True):
            lessons, rest, before, after, seconds, losses = 0, 0, 0, 0, [], []
            for drawings in writers.values():
                untaught = opened.evaluate("drawings => drawings.map(drawing => whatIs(trained, drawing))", drawings)
                taught = first_misread(opened, drawings, untaught, one_by_one)
                if not taught:
                    rest += len(drawings)
                    losses.append(0)
                    continue
                result = opened.evaluate(TEACH, [[drawings[i] for i in taught], drawings])
                others = [i for i in range(len(drawings)) if i not in taught]
                lessons, rest = lessons + len(taught), rest + len(others)
                before += sum(untaught[i] != drawings[i]["label"] for i in others)
                after += sum(result["reads"][i] != drawings[i]["label"] for i in others)
                seconds.append(result["seconds"] / len(taught))
                losses.append(accuracy - result["accuracy"])
            print(f"{'one by one' if one_by_one else 'at once':10}  {len(writers)} writers, {lessons} lessons; errors on the other {rest} drawings: "
                  f"{before} before, {after} after ({after / max(before, 1) - 1:+.0%}); MNIST loses {np.mean(losses) * 100:.2f} points on average, "
                  f"{max(losses) * 100:.2f} at most; {np.median(seconds) * 1000:.0f} ms a lesson")


if __name__ == "__main__":
    main()
