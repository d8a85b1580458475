"""Does "Ask why" find a way to the other digit, and does the digit flip when a pointer draws it?

    python benchmarks/why.py [--weights weights.json] [--drawings 20]

Of each of ten pairs that people confuse, the first drawings in ../shared/drawings that are read right: the page is asked
for a way to the other digit, and what it shows is drawn by real pointer events, each end off by up to --miss pixels.
"""
import argparse
import random

from browser import DRAWINGS, draw, page, read_drawings

PAIRS = ["38", "49", "17", "56", "06", "72", "94", "59", "68", "23"]

# Fits the drawing into the middle of the sheet, shows it, and says what is read.
SHOW = """strokes => {
    const { left, top, side } = frame(strokes);
    changeTo([]);
    changeTo(strokes.map(stroke => stroke.map(([x, y]) => [0.15 + 0.7 * (x - left) / side, 0.15 + 0.7 * (y - top) / side])));
    return Number(document.querySelector("#prediction").textContent);
}"""
# Until the way is known: null if there is none.
WAY = """() => new Promise(done => (function look() {
    if ("way" in why) done(why.way); else setTimeout(look, 20);
})())"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="a weights.json other than the page's own")
    parser.add_argument("--drawings", type=int, default=20, help="of each pair (default: 20)")
    parser.add_argument("--miss", type=float, default=2, help="pixels by which the pointer misses at most (default: 2)")
    arguments = parser.parse_args()
    rng = random.Random(0)
    sets = [read_drawings(path) for path in sorted(DRAWINGS.glob("*.jsonl"))]
    for drawings in sets:
        rng.shuffle(drawings)
    drawings = [drawing for several in zip(*sets) for drawing in several]      # of each set as many
    total, led, flipped, dabs = 0, 0, 0, 0
    with page(arguments.weights, viewport={"width": 1280, "height": 900}) as opened:
        opened.locator("#lead").evaluate("button => button.scrollIntoView({ block: 'center' })")
        width = opened.locator("#drawing").bounding_box()["width"]
        for digit, other in PAIRS:
            counts = [0, 0, 0]
            while counts[0] < arguments.drawings:
                found = next((d for d in drawings if d["label"] == int(digit)), None)
                if not found:
                    break                                                      # the sets have no more
                drawings.remove(found)
                if opened.evaluate(SHOW, found["strokes"]) != int(digit):
                    continue
                opened.select_option("#to", other)
                opened.click("#lead")
                way = opened.evaluate(WAY)
                counts[0] += 1
                if way is None:
                    continue
                counts[1] += 1
                dabs += len(way)
                for dab in way:
                    draw(opened, [[[at + rng.uniform(-1, 1) * arguments.miss / width for at in end] for end in dab]])
                counts[2] += opened.inner_text("#prediction") == other
            print(f"{digit} to {other}: of {counts[0]} drawings {counts[1]} led within eight dabs, {counts[2]} flipped when drawn", flush=True)
            total, led, flipped = total + counts[0], led + counts[1], flipped + counts[2]
    print(f"In all: of {total} drawings {led / total:.1%} led, with {dabs / led:.1f} dabs on average; "
          f"{flipped / led:.1%} of these flipped when drawn")


if __name__ == "__main__":
    main()
