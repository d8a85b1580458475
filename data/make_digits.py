"""Make digits.js, the images that the page learns from: python data/make_digits.py

Of MNIST's training images, straightened as the network is shown them: 5,000 to learn from, then 1,000 others to
measure on. They come in turn, a 0, a 1, … a 9, a 0, …: image k is a k % 10, and the first ten are one of each. In 16
greys, two pixels to a byte, deflated and in base64, they are 0.85 MB. A script, as browsers let a page on file://
load no other file.
"""
import base64
import zlib
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
IMAGES = 600     # of each digit


def straighten(images):
    """Take half of the slant of each image (n, 784) away: row y is read that much further right."""
    images = images.reshape(-1, 28, 28)
    y, x = np.mgrid[:28, :28]
    mass = np.maximum(images.sum(axis=(1, 2)), 1e-9)
    cx, cy = (images * x).sum(axis=(1, 2)) / mass, (images * y).sum(axis=(1, 2)) / mass
    dx, dy = x - cx[:, None, None], y - cy[:, None, None]
    slant = (images * dx * dy).sum(axis=(1, 2)) / mass / ((images * dy ** 2).sum(axis=(1, 2)) / mass + 0.5)
    source = x + 0.5 * slant[:, None, None] * dy
    left = np.floor(source).astype(int)
    share = source - left
    padded = np.pad(images, ((0, 0), (0, 0), (28, 29)))
    rows = np.arange(len(images))[:, None, None], y
    return ((1 - share) * padded[(*rows, left + 28)] + share * padded[(*rows, left + 29)]).reshape(-1, 784)


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
