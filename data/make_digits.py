"""Make digits.js, the images that the page learns from: python data/make_digits.py

Of MNIST's training images, straightened as the network is shown them: 5,000 to learn from, then 1,000 others to
measure on. They come in turn, a 0, a 1, … a 9, a 0, …: image k is a k % 10, and the first ten are one of each. In 16
greys, two pixels to a byte, deflated and in base64, they are 0.85 MB. A script, as browsers let a page on file://
load no other file.
"""
import base64
import sys
import zlib
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from neural_network import straighten
IMAGES = 600     # of each digit


def choose(labels, rng):
    """Return which images to take: as many of each digit, at random, in turn."""
    return np.stack([rng.permutation(np.flatnonzero(labels == digit))[:IMAGES] for digit in range(10)], axis=1).ravel()


def main():
    with np.load(HERE / "mnist.npz") as mnist:
        images, labels = mnist["x_train"].reshape(-1, 784) / 255, mnist["y_train"]
    chosen = images[choose(labels, np.random.default_rng(0))]
    greys = np.round(straighten(chosen) * 15).astype(np.uint8)                  # (6000, 784)
    packed = greys[:, ::2] << 4 | greys[:, 1::2]                                # (6000, 392)
    text = base64.b64encode(zlib.compress(packed.tobytes(), 9)).decode()
    (HERE / "digits.js").write_text(f'const DIGITS = "{text}";\n')


if __name__ == "__main__":
    main()
