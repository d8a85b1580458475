"""What is each idea worth? Runs README's ladder, where each command is one change from the one before.

    python benchmarks/ladder.py              the rungs of under a minute
    python benchmarks/ladder.py --all        with the last ones too, which take many minutes

Prints the table that stands in README: seconds from the command to its end, MNIST's test images, and real drawings,
read as the page reads them (the mean of the collections in ../shared/drawings; without these, the one that ships).
It first looks whether README holds these commands.
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
from drawings import drawing_files
from neural_network import NeuralNetwork, count_read, read_drawings
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
    if lacking := [words for words in LADDER if f"`{words}`" not in readme]:
        sys.exit(f"ladder.py: README.md lacks `{lacking[0]}`")
    collections = [read_drawings(path) for path in drawing_files()]
    print("| what is new | options | seconds | MNIST's test images | real drawings |\n|---|---|---|---|---|", flush=True)
    for words, idea in list(LADDER.items())[:None if options.all else -LONG]:
        seconds, test, drawings = measure(words, collections)
        print(f"| {idea} | `{words}` | {seconds:.0f} | {test:.2%} | {drawings:.2%} |", flush=True)


def measure(words, collections):
    """Run the command; return its seconds, and the shares of test images and of drawings that its network reads right."""
    with tempfile.TemporaryDirectory() as folder:
        environment, output, start = mnist_at_hand(folder), Path(folder) / "weights.json", time.monotonic()
        subprocess.run([sys.executable, ROOT / "neural_network.py", *words.split(), "--output", output],
                       stdout=subprocess.DEVNULL, check=True, env=environment)
        seconds = time.monotonic() - start
        network = NeuralNetwork.load(output)
    shares = [count_read(network, drawings) / len(drawings) for drawings in collections]
    return seconds, network.training["test_accuracy"], np.mean(shares)


if __name__ == "__main__":
    main()
