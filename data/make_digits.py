"""Make digits.js, the images that the page learns from: python data/make_digits.py

Of MNIST's training images, straightened as the network is shown them, 500 of each digit to learn from and 100 of
each to measure on, which are others. In 16 greys, two pixels to a byte, deflated (as zlib) and in base64 they are
0.76 MB; the digits themselves follow, one byte each. A script, as browsers refuse other files to a page on file://.
"""
import base64
import zlib
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
LEARN, UNSEEN = 500, 100    # of each digit


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
    """Return which images to learn from, and which to measure on, each in random order."""
    shuffled = [rng.permutation(np.flatnonzero(labels == digit))[:LEARN + UNSEEN] for digit in range(10)]
    learn = np.concatenate([images[:LEARN] for images in shuffled])
    unseen = np.concatenate([images[LEARN:] for images in shuffled])
    return rng.permutation(learn), rng.permutation(unseen)


def main():
    with np.load(HERE / "mnist.npz") as mnist:
        images, labels = mnist["x_train"].reshape(-1, 784) / 255, mnist["y_train"]
    learn, unseen = choose(labels, np.random.default_rng(0))
    chosen = np.concatenate([learn, unseen])
    greys = np.round(straighten(images[chosen]) * 15).astype(np.uint8)          # (6000, 784)
    packed = greys[:, ::2] << 4 | greys[:, 1::2]                                # (6000, 392)
    content = zlib.compress(packed.tobytes() + labels[chosen].astype(np.uint8).tobytes(), 9)
    text = base64.b64encode(content).decode()
    (HERE / "digits.js").write_text(
        f'const DIGITS = {{ learn: {len(learn)}, unseen: {len(unseen)}, deflated: "{text}" }};\n')


if __name__ == "__main__":
    main()
