"""How often is a reading doubted? Doubted should be what is misread or no digit, and nothing else.

    python benchmarks/doubt.py [--weights weights.json]

SURE, one of the two numbers of `doubt`, was set by real digits of one half of the writers, and by nothing else: so that 3.6 %
of what is read right there are doubted. What that does is said of the other half; then the halves change places. What
ships lies between the two. data/letters.jsonl, letters and signs in ten hands, has not set it, but
rules were compared on it. Scribbles and blots are made here.
"""
import argparse
import sys
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from drawings import DATA, drawing_files, read_lines

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from neural_network import HEAVY, SURE, NeuralNetwork, doubt, read_drawing

WISHED = 0.036                          # of what is read right, this share may be doubted
LIKE_DIGITS = "BDGIOSZbgloqsz"          # in many hands an 8, 0, 6, 1, 0, 5, 2, 6, 9, 1, 0, 9, 5, 2


def kind_of(sign):
    """Return the group of a sign in data/letters.jsonl."""
    if sign in LIKE_DIGITS:
        return "letters like digits"
    if not sign.isascii():
        return "kana"
    return "other letters" if sign.isalpha() else "signs"


def scribble(rng):
    """Return the way of a pen that turns at random, within a square of 30 by 30: one stroke."""
    turns = rng.normal(0, 0.25, rng.integers(60, 240)).cumsum()         # they change slowly
    headings = turns.cumsum() / 5
    steps = np.stack([np.cos(headings), np.sin(headings)], axis=1)      # (points, 2)
    path = steps.cumsum(axis=0)
    return [abs((path - 15) % 60 - 30)]     # as in a room of mirrors: beyond a wall it comes back


def blot(rng):
    """Return a square that is filled by going to and fro: one stroke."""
    return [np.array([[y % 2 + rng.uniform(-0.1, 0.1), y / 40] for y in range(40)])]


def split_writers(drawings, rng):
    """Return for each drawing in which half its writer is, 0 or 1: of each set half of the writers."""
    half = {}
    for source in sorted({drawing["source"] for drawing in drawings}):
        writers = sorted({drawing["writer"] for drawing in drawings if drawing["source"] == source})
        for i, writer in enumerate(rng.permutation(writers)):
            half[source, writer] = i % 2
    return np.array([half[drawing["source"], drawing["writer"]] for drawing in drawings])


def share(doubted):
    """Return the share of a group that is doubted, as text; of an empty group, a dash."""
    return f"{np.mean(doubted):9.1%}" if len(doubted) else f"{'–':>9}"


def tell(name, readings):
    """Print how many of a group's readings are doubted."""
    print(f"{name:36} {len(readings):6} {share([doubt(reading) != '' for reading in readings])}")


@threadpool_limits.wrap(limits=1)       # on matrices as small as a drawing's, more threads only wait
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default=ROOT / "weights.json", help="a weights.json other than the page's own")
    network = NeuralNetwork.load(parser.parse_args().weights)
    rng = np.random.default_rng(0)

    drawings = []
    for path in drawing_files():
        drawings += [drawing | {"source": path.stem} for drawing in read_lines(path)]
    labels = np.array([drawing["label"] for drawing in drawings])
    readings = [read_drawing(network, drawing["strokes"]) for drawing in drawings]
    probabilities = np.array([reading["probabilities"] for reading in readings])        # (n, 10)
    is_right = probabilities.argmax(axis=1) == labels
    surest = probabilities.max(axis=1)
    half = split_writers(drawings, rng)

    print(f"SURE set on half of the writers, so that {WISHED:.1%} are doubted; doubted in the other half:")
    for one, other in ((0, 1), (1, 0)):
        sure = np.quantile(surest[is_right & (half == one)], WISHED)
        right = share(surest[is_right & (half == other)] <= sure)
        misread = share(surest[~is_right & (half == other)] <= sure)
        print(f"    SURE {sure:.3f}: {right} of what is read right, {misread} of the misread")

    print(f"\nWith SURE = {SURE}, as it ships{'':9} number   doubted")
    for side in (0, 1):
        chosen = half == side
        tell(f"digits read right, half {side + 1}", [readings[i] for i in np.flatnonzero(chosen & is_right)])
        tell(f"misread, half {side + 1}", [readings[i] for i in np.flatnonzero(chosen & ~is_right)])
    letters = read_lines(DATA / "letters.jsonl")
    for kind in ("letters like digits", "other letters", "signs", "kana"):
        group = [letter for letter in letters if kind_of(letter["sign"]) == kind]
        tell(kind, [read_drawing(network, letter["strokes"]) for letter in group])
    no_digits = [letter for letter in letters if kind_of(letter["sign"]) != "letters like digits"]
    tell("no digit: the last three together", [read_drawing(network, one["strokes"]) for one in no_digits])
    tell("scribbles", [read_drawing(network, scribble(rng)) for _ in range(200)])
    tell(f"blots (ink over {HEAVY} px)", [read_drawing(network, blot(rng)) for _ in range(50)])


if __name__ == "__main__":
    main()
