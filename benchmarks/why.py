"""Does "Ask why" find a way to the other digit, and does the reading flip when a pointer draws it?

    python benchmarks/why.py [--weights weights.json] [--drawings 20]

Of each of ten pairs that people confuse, the first drawings at hand (see drawings.py) that are read
right: the page is asked for its way to the other digit, and what it shows is drawn by real pointer
events, each end off by up to --miss pixels. Then: how faint a change of grey fools it?
"""
import argparse
import random
import statistics

from browser import draw, page
from drawings import drawing_files, read_lines

PAIRS = ["38", "49", "17", "56", "06", "72", "94", "59", "68", "23"]

# Fits the drawing into the middle of the sheet, shows it, and says what is read.
SHOW = """strokes => {
    const { left, top, side } = squareAround(strokes);
    const toSheet = ([x, y]) => [0.15 + 0.7 * (x - left) / side, 0.15 + 0.7 * (y - top) / side];
    setDrawing([]);
    setDrawing(strokes.map(stroke => stroke.map(toSheet)));
    return Number($("prediction").textContent);
}"""
# Asks for the way and waits for it: the way, null if there is none, and the milliseconds it took.
WAY = """() => new Promise(done => {
    const start = performance.now();
    $("way-show").click();
    (function look() {
        const isKnown = why.search && why.search.state !== "searching";
        if (isKnown) done([why.search.way, performance.now() - start]); else setTimeout(look, 1);
    })();
})"""
# The faint change that makes one look sure of another digit: its length beside the image's, and the
# largest change of a pixel; null if there is none.
FOOL = """() => {
    const runAll = work => { for (;;) { const { done, value } = work.next(); if (done) return value; } };
    const image = render(desk.strokes);
    const changed = runAll(fool(desk.network, image));
    if (!changed) return null;
    const change = changed.map((grey, i) => grey - image[i]);
    return [Math.hypot(...change) / Math.hypot(...image), strength(change)];
}"""


def balanced_drawings(rng):
    """The drawings of all sets in random order, of each set as many."""
    sets = [read_lines(path) for path in drawing_files()]
    for drawings in sets:
        rng.shuffle(drawings)
    return [drawing for several in zip(*sets) for drawing in several]


def missed(dab, miss, rng):
    """The dab as a hand draws it: each end is off by up to `miss`."""
    return [[value + rng.uniform(-miss, miss) for value in end] for end in dab]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="a weights.json other than the page's own")
    parser.add_argument("--drawings", type=int, default=20, help="of each pair (default: 20)")
    parser.add_argument("--miss", type=float, default=2,
                        help="pixels by which the pointer misses at most (default: 2)")
    arguments = parser.parse_args()
    rng = random.Random(0)
    drawings = balanced_drawings(rng)
    total = 0
    flipped = 0
    lengths = []
    times = []
    fooled = []
    with page(arguments.weights, viewport={"width": 1280, "height": 900}) as opened:
        opened.locator("#way-show").evaluate("button => button.scrollIntoView({ block: 'center' })")
        miss = arguments.miss / opened.locator("#drawing").bounding_box()["width"]
        for digit, other in PAIRS:
            asked, led, did_flip = 0, 0, 0
            candidates = [drawing for drawing in drawings if drawing["label"] == int(digit)]
            for drawing in candidates:
                if asked == arguments.drawings:
                    break
                drawings.remove(drawing)
                if opened.evaluate(SHOW, drawing["strokes"]) != int(digit):
                    continue
                asked += 1
                fooled.append(opened.evaluate(FOOL))
                opened.evaluate("() => new Promise(requestAnimationFrame)")     # the section sees it
                opened.select_option("#ask-to", other)
                way, milliseconds = opened.evaluate(WAY)
                times.append(milliseconds)
                if way is None:
                    continue
                led += 1
                lengths.append(len(way))
                for dab in way:
                    draw(opened, [missed(dab, miss, rng)])
                did_flip += opened.inner_text("#prediction") == other
            print(f"{digit} to {other}: of {asked} drawings {led} led within eight dabs, "
                  f"{did_flip} flipped when drawn", flush=True)
            total += asked
            flipped += did_flip
    times.sort()
    print(f"In all: of {total} drawings {len(lengths)} led, with {statistics.mean(lengths):.1f} dabs "
          f"on average, {sum(length <= 3 for length in lengths)} with three at most; "
          f"{flipped / len(lengths):.1%} of these flipped when drawn.")
    print(f"A way took {statistics.median(times) / 1000:.2f} s in the median, "
          f"{times[len(times) * 9 // 10] / 1000:.2f} s at most for nine of ten.")
    changes = [change for change in fooled if change is not None]
    length, most = (statistics.median(column) for column in zip(*changes))
    print(f"Fooled, to more than 95 %: {len(changes)} of {total}; in the median by a change that is "
          f"{length:.0%} as strong as the image, {most:.0%} in the pixel that changes most.")


if __name__ == "__main__":
    main()
