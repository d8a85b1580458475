"""What is each idea worth? Runs README's ladder, where each of the first four rows adds one idea.

    python benchmarks/ladder.py              the rungs of under a minute
    python benchmarks/ladder.py --all        with the last ones too, which take many minutes

Prints the table that stands in README: seconds from the command to its end, MNIST's test images, the 1,000 real
drawings that ship, and all that are at hand (the mean of their files), both by five looks. It first looks whether
README holds these commands.
"""
import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from drawings import DATA, drawing_files, read_lines
from neural_network import NeuralNetwork, count_read
from speed import mnist_at_hand

LADDER = {
    "--hidden-size 16 --no-distort --no-styles --epochs 20 --learning-rate 1.5": "16 hidden units, MNIST as it is",
    "--no-distort --no-styles --epochs 20 --learning-rate 1.5": "256 hidden units",
    "--no-styles --epochs 20 --learning-rate 1.5": "each image turned, bent and shifted anew each time",
    "--epochs 20 --learning-rate 1.5": "ways of writing that MNIST lacks",
    "--epochs 1000": "time: 1,000 epochs, at the usual learning rate",
    "--hidden-size 800 --epochs 300 --learning-rate 1": "800 hidden units, fewer epochs, a larger learning rate",
}
LONG = 2  # the rungs at the end that take longer than a minute


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="run the long ones too")
    options = parser.parse_args()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for words in LADDER:
        if f"`{words}`" not in readme:
            sys.exit(f"ladder.py: README.md lacks `{words}`")
    shipped = read_lines(DATA / "drawings.jsonl")
    collections = [read_lines(path) for path in drawing_files()]
    count = sum(map(len, collections))
    print(f"| what is new | options | seconds | MNIST's test images | {len(shipped):,} real drawings "
          f"| {count:,} real drawings |\n|---|---|---|---|---|---|", flush=True)
    rungs = list(LADDER.items())
    if not options.all:
        rungs = rungs[:-LONG]
    for words, idea in rungs:
        seconds, network = train(words)
        of_all = np.mean([share_right(network, drawings) for drawings in collections])
        print(f"| {idea} | `{words}` | {seconds:.0f} | {network.training['test_accuracy']:.2%} "
              f"| {share_right(network, shipped):.2%} | {of_all:.2%} |", flush=True)


def train(words):
    """Run the command; return its seconds and its network."""
    with tempfile.TemporaryDirectory() as folder:
        environment = mnist_at_hand(folder)
        output = Path(folder) / "weights.json"
        start = time.monotonic()
        subprocess.run([sys.executable, ROOT / "neural_network.py", *words.split(), "--output", output],
                       stdout=subprocess.DEVNULL, check=True, env=environment)
        return time.monotonic() - start, NeuralNetwork.load(output)


def share_right(network, drawings):
    """Return the share of drawings that a network reads right, by all its looks."""
    return count_read(network, drawings) / len(drawings)


if __name__ == "__main__":
    main()
