"""How often does the page doubt what it reads? Doubted should be what is misread or no digit, and nothing else.

    python benchmarks/doubt.py [--weights weights.json] [--choose]

The drawings are those of ../shared/drawings. The non-digits are made here: scribbles, letters, filled squares.
With --choose it also lists, for other values of SURE and HEAVY, what they would give; take the row with the most
doubted among the misread and the non-digits whose doubted among the right is at most 5 %, and write it into index.html.
"""
import argparse
import math
import random

from browser import DRAWINGS, page, read_drawings

LETTERS = {  # capitals and small letters that are no digit in anybody's hand
    "A": [[[0, 10], [5, 0], [10, 10]], [[2, 6], [8, 6]]], "E": [[[8, 0], [0, 0], [0, 10], [8, 10]], [[0, 5], [6, 5]]],
    "F": [[[8, 0], [0, 0], [0, 10]], [[0, 5], [6, 5]]], "H": [[[0, 0], [0, 10]], [[8, 0], [8, 10]], [[0, 5], [8, 5]]],
    "K": [[[0, 0], [0, 10]], [[7, 0], [0, 5], [7, 10]]], "M": [[[0, 10], [1, 0], [5, 7], [9, 0], [10, 10]]],
    "N": [[[0, 10], [0, 0], [8, 10], [8, 0]]], "P": [[[0, 10], [0, 0], [5, 0], [7, 2], [5, 5], [0, 5]]],
    "R": [[[0, 10], [0, 0], [5, 0], [7, 2], [5, 5], [0, 5], [7, 10]]], "T": [[[0, 0], [10, 0]], [[5, 0], [5, 10]]],
    "V": [[[0, 0], [4, 10], [8, 0]]], "W": [[[0, 0], [3, 10], [5, 3], [7, 10], [10, 0]]], "X": [[[0, 0], [8, 10]], [[8, 0], [0, 10]]],
    "Y": [[[0, 0], [4, 5], [8, 0]], [[4, 5], [4, 10]]], "m": [[[0, 4], [0, 10]], [[0, 6], [2, 4], [4, 6], [4, 10]], [[4, 6], [6, 4], [8, 6], [8, 10]]],
    "w": [[[0, 4], [2, 10], [4, 5], [6, 10], [8, 4]]], "*": [[[0, 0], [8, 8]], [[8, 0], [0, 8]], [[4, -1], [4, 9]], [[-1, 4], [9, 4]]],
    "+": [[[0, 4], [8, 4]], [[4, 0], [4, 8]]], "#": [[[2, 0], [2, 9]], [[6, 0], [6, 9]], [[0, 3], [8, 3]], [[0, 6], [8, 6]]],
    "?": [[[0, 2], [3, 0], [6, 2], [3, 5], [3, 7]], [[3, 9], [3, 10]]],
}


def non_digits(rng):
    """Yields (kind, strokes), always the same ones for the same generator."""
    for strokes in LETTERS.values():
        for _ in range(10):
            angle, wide = rng.gauss(0, 0.1), rng.uniform(0.8, 1.25)
            bent = [[[x + rng.gauss(0, 0.35), y + rng.gauss(0, 0.35)] for x, y in stroke] for stroke in strokes]
            yield "letters", [[[wide * (x * math.cos(angle) - y * math.sin(angle)), x * math.sin(angle) + y * math.cos(angle)]
                               for x, y in stroke] for stroke in bent]
    for _ in range(200):   # a pen that turns at random
        x, y, heading, turn, stroke = 0.0, 0.0, rng.uniform(0, 6.3), 0.0, []
        for _ in range(rng.randrange(60, 240)):
            turn = 0.8 * turn + rng.gauss(0, 0.25)
            heading += turn
            x, y = max(0, min(30, x + math.cos(heading))), max(0, min(30, y + math.sin(heading)))
            stroke.append([x, y])
        yield "scribbles", [stroke]
    for _ in range(50):    # to and fro, line below line
        rows, wide = rng.randrange(10, 25), rng.uniform(0.6, 1.5)
        yield "filled squares", [[[wide * (rng.random() * 0.1 + 0.9 * ((row + side) % 2)), row / rows] for row in range(rows) for side in (0, 1)]]


READ = """list => list.map(({ strokes }) => {
    const image = render(strokes), { probabilities } = forward(network, image);
    return { read: largest(probabilities), doubt: doubt(probabilities, image),
             probability: Math.max(...probabilities), ink: image.reduce((a, b) => a + b) };
})"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="a weights.json other than the page's own")
    parser.add_argument("--choose", action="store_true", help="also list other thresholds")
    arguments = parser.parse_args()
    with page(arguments.weights) as opened:
        groups = {"digits read right": [], "digits misread": []}
        for path in sorted(DRAWINGS.glob("*.jsonl")):
            drawings = read_drawings(path)
            for drawing, result in zip(drawings, opened.evaluate(READ, drawings)):
                groups["digits read right" if result["read"] == drawing["label"] else "digits misread"].append(result)
        for kind, strokes in non_digits(random.Random(0)):
            groups.setdefault(kind, []).extend(opened.evaluate(READ, [{"strokes": strokes}]))

    print(f"{'':18} {'number':>7} {'doubted':>8}   of these 'not sure that this is a digit'")
    for name, results in groups.items():
        doubted, unsure = sum(bool(r["doubt"]) for r in results), sum("not sure" in r["doubt"] for r in results)
        print(f"{name:18} {len(results):7} {doubted / len(results):8.1%} {unsure / len(results):8.1%}")
    if not arguments.choose:
        return
    others = [result for name, results in groups.items() if not name.startswith("digits") for result in results]
    print(f"\n{'SURE':>6} {'HEAVY':>6} {'right':>7} {'misread':>8} {'non-digits':>11}   doubted")
    for sure in (0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95):
        for heavy in (140, 150, 160, 180, 200):
            rates = [sum(r["probability"] < sure or r["ink"] > heavy for r in results) / len(results)
                     for results in (groups["digits read right"], groups["digits misread"], others)]
            print(f"{sure:6.2f} {heavy:6} {rates[0]:7.1%} {rates[1]:8.1%} {rates[2]:11.1%}" + ("  too many" if rates[0] > 0.05 else ""))


if __name__ == "__main__":
    main()
