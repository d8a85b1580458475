"""A neural network that learns to read handwritten digits, in plain NumPy.

    python neural_network.py            train on MNIST, write weights.json for index.html
    python neural_network.py --help     everything there is to experiment with

An image is 28 x 28 pixels, written as one row of 784 numbers from 0 (paper) to 1 (ink). The network turns
it into ten probabilities, one for each digit, in two steps:

    hidden        = sigmoid(images @ W1 + b1)           784 pixels -> 256 hidden units
    logits        = hidden @ W2 + b2                    256 hidden units -> 10 digits
    probabilities = softmax(logits)

It starts with random weights and is shown, again and again, a few images and the digits that they are. The
loss says how wrong it was; the gradient of the loss says how each weight would have to move for it to grow:

    loss    = -log(probability of the right digit)      cross-entropy, the mean over the images
    dlogits = (probabilities - right digits) / batch
    dW2     = hidden.T @ dlogits                        db2 = dlogits summed over the images
    dhidden = dlogits @ W2.T
    dz      = dhidden * hidden * (1 - hidden)           as sigmoid'(z) = sigmoid(z) * (1 - sigmoid(z))
    dW1     = images.T @ dz                             db1 = dz summed over the images

Each weight then takes a small step the other way, W -= learning_rate * dW. That is all: "backpropagation" and
"stochastic gradient descent" (Michael Nielsen, Neural Networks and Deep Learning, chapters 1 to 3). `train` does
just this, but subtracts the mean of all images from each, as that is learned faster; `centred` says why.

The next chapter is the network and how it learns. The others feed it, check its files and report on it.
"""
import argparse
import contextlib
import datetime
import inspect
import io
import json
import math
import os
import platform
import re
import signal
import socket
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from numbers import Integral, Real
from pathlib import Path

import numpy as np
from scipy.linalg.blas import dgemm, sgemm
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_array, identity
from threadpoolctl import threadpool_limits
from tqdm import tqdm

HERE = Path(__file__).resolve().parent
DECIMALS = 3        # of the weights in a file: on validation images, more of them changed no prediction
DRAWN_COPIES = 200  # of each drawing among the training images: of MNIST and styles, one image in six is drawn
INKED = 0.003       # of the most inked pixel's ink: pixels with less are hardly ever inked, and not learned from
LARGEST = 1e6       # no number in a file may be larger: sums of such numbers stay far inside float32


# ── The network ──────────────────────────────────────────────────────────────────────────────────────────

def sigmoid(z):
    """Squash every number into 0 to 1: 1 / (1 + e^-z). Below -80 that is as good as 0, and e^-z would overflow."""
    return 1 / (1 + np.exp(-np.maximum(z, -80)))


def softmax(logits):
    """Turn logits (batch, 10) into probabilities. The largest is subtracted, which cancels out, to keep exp small."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def cross_entropy(logits, labels):
    """Return the mean of -log(softmax(logits)[label]), finite even where that probability is rounded to 0."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]))


class NeuralNetwork:
    """A network with one hidden layer: input_size -> hidden_size (sigmoid) -> output_size (softmax).

    Images are floats from 0 to 1, (n, input_size); labels are integers from 0 on, (n,). Arguments that do not
    fit raise ValueError or TypeError, which name the argument, what was expected and what was found.
    """

    def __init__(self, input_size=784, hidden_size=256, output_size=10, seed=0):
        check_whole("input_size", input_size)
        check_whole("hidden_size", hidden_size)
        check_whole("output_size", output_size)
        self.rng = np.random.default_rng(check_whole("seed", seed, least=0))
        # Divided by sqrt(inputs), a unit's sum starts small, where the sigmoid is steep and learns fast.
        W1 = self.rng.normal(size=(input_size, hidden_size)) / math.sqrt(input_size)
        W2 = self.rng.normal(size=(hidden_size, output_size)) / math.sqrt(hidden_size)
        self.W1, self.b1 = W1.astype(np.float32), np.zeros(hidden_size, np.float32)
        self.W2, self.b2 = W2.astype(np.float32), np.zeros(output_size, np.float32)
        self.training = {}                                      # a record of the training, for the file

    def forward(self, images):
        """Return hidden (batch, hidden), logits (batch, 10) and probabilities (batch, 10)."""
        hidden = sigmoid(images @ self.W1 + self.b1)
        logits = hidden @ self.W2 + self.b2
        return hidden, logits, softmax(logits)

    def deltas(self, hidden, probabilities, labels):
        """Return the gradient of the mean loss at each layer's sums: dlogits (batch, 10), dz (batch, hidden)."""
        dlogits = probabilities.copy()
        dlogits[np.arange(len(labels)), labels] -= 1
        dlogits /= len(labels)
        dhidden = dlogits @ self.W2.T                           # (batch, hidden)
        dz = dhidden * hidden * (1 - hidden)
        return dlogits, dz

    def backward(self, images, labels):
        """Return the gradient of the mean loss: dW1, db1, dW2, db2, each in its parameter's shape."""
        hidden, _, probabilities = self.forward(images)
        dlogits, dz = self.deltas(hidden, probabilities, labels)
        return images.T @ dz, dz.sum(axis=0), hidden.T @ dlogits, dlogits.sum(axis=0)

    def step(self, images, labels, learning_rate):
        """Move against the gradient of one mini-batch; return the logits that it had before.

        The same as `backward` and W -= learning_rate * dW, but dW1, as large as W1, is never written to memory.
        """
        hidden, logits, probabilities = self.forward(images)
        dlogits, dz = self.deltas(hidden, probabilities, labels)
        self.W1 = minus_product(self.W1, learning_rate, images, dz)
        self.W2 = minus_product(self.W2, learning_rate, hidden, dlogits)
        self.b1 -= learning_rate * dz.sum(axis=0)
        self.b2 -= learning_rate * dlogits.sum(axis=0)
        return logits

    def train(self, images, labels, epochs=1000, learning_rate=0.1, batch_size=32, warps=None, after_epoch=None):
        """Learn by stochastic gradient descent, at a learning rate that falls linearly to zero over the run.

        It learns from the images less their mean, and only from the pixels that have ink to speak of (see
        `centred`). With warps (see `make_warps`) every image is seen through another one in every epoch.
        after_epoch, if given, is called with the history after each epoch. Ctrl-C stops after the running
        mini-batch. Returns the history, {"loss": [...], "accuracy": [...]}, measured on the images as they were
        learned from. Raises FloatingPointError if the loss explodes, and restores the weights of the epoch before.
        """
        images, labels = self.check_data(images, labels)
        check_whole("epochs", epochs, least=0)
        check_positive("learning_rate", learning_rate)
        check_whole("batch_size", batch_size, most=len(images))
        steps = epochs * math.ceil(len(images) / batch_size)
        rates = (learning_rate * (1 - step / steps) for step in range(steps))
        self.training = history = {"loss": [], "accuracy": []}  # in place of an earlier training's
        mean = images.mean(axis=0)                              # (784,)
        inked = np.flatnonzero(mean >= INKED * mean.max())      # of MNIST's pixels, two in three
        warps = warps or [identity(len(mean), mean.dtype, format="csr")]        # moves nothing
        views = [warp[inked] for warp in warps]                 # (inked, 784) each
        mean = mean[inked]                                      # (inked,)
        # One BLAS thread: on matrices this small, several wait for each other longer than they compute.
        with threadpool_limits(1), np.errstate(all="ignore"), stop_on_ctrl_c() as stop:
            for _ in range(epochs):
                start = [parameter.copy() for parameter in self.parameters()]
                batches = mini_batches(images, labels, batch_size, self.rng, views, mean)
                with self.centred(mean, inked):
                    loss, accuracy = self.learn(batches, rates, stop)
                if stop.is_set():
                    return history
                if not loss <= 10:                              # NaN too
                    self.W1, self.b1, self.W2, self.b2 = start
                    raise FloatingPointError(f"training diverged: an epoch's loss was {loss:.3g}, where guessing gives "
                                             f"2.3; try a learning_rate of {learning_rate / 10:g}")
                history["loss"].append(round(loss, 5))
                history["accuracy"].append(round(accuracy, 5))
                if after_epoch:
                    after_epoch(history)
        return history

    def learn(self, batches, rates, stop):
        """Take a step for each mini-batch, until stop is set; return loss and accuracy, as met on the way."""
        seen = []                                               # logits and labels of each mini-batch
        for images, labels in batches:
            seen.append((self.step(images, labels, next(rates)), labels))
            if stop.is_set():
                break
        logits, labels = (np.concatenate(part) for part in zip(*seen))
        return cross_entropy(logits, labels), float(np.mean(logits.argmax(axis=1) == labels))

    @contextlib.contextmanager
    def centred(self, mean, inked):
        """Inside, W1 (inked, hidden) and b1 are those for images[:, inked] - mean; outside, for images as they are.

        The network is the same: images @ W1 + b1 = (images - mean) @ W1 + (b1 + mean @ W1). But what all images
        have in common makes the largest gradient of all, which a learning rate must be small enough for
        (LeCun and others, Efficient BackProp, 1998, section 4.3). Pixels that are not inked, a third of the
        work, take no part: their weights stay as they began.
        """
        whole, self.W1 = self.W1, self.W1[inked]                # (784, hidden), and a copy (inked, hidden)
        self.b1 += mean @ self.W1
        try:
            yield
        finally:
            self.b1 -= mean @ self.W1
            whole[inked] = self.W1
            self.W1 = whole

    def predict(self, images):
        """Return the most probable digit of each image, (n,)."""
        images = self.check_images(images)
        # In parts: all hidden activations of 60,000 images at once would take 60 MB.
        parts = (images[start:start + 4096] for start in range(0, len(images), 4096))
        return np.concatenate([self.forward(part)[1].argmax(axis=1) for part in parts])

    def accuracy(self, images, labels):
        """Return the share of the images, 0 to 1, whose most probable digit is their label."""
        images, labels = self.check_data(images, labels)
        return float(np.mean(self.predict(images) == labels))

    def explain(self, image, digit, steps=200):
        """Return how much each pixel of image (784,) adds to a digit's logit, compared with blank paper: (784,).

        Integrated gradients (Sundararajan, Taly and Yan, 2017): the logit's gradient, averaged along the way
        from blank to the image, times the image. The sum is the difference between the two logits.
        """
        fractions = (np.arange(steps)[:, None] + 0.5) / steps   # (steps, 1), of the ink
        hidden = sigmoid(fractions * (image @ self.W1) + self.b1)     # (steps, hidden)
        dz = (hidden * (1 - hidden)).mean(axis=0) * self.W2[:, digit]
        return image * (self.W1 @ dz)

    def parameters(self):
        """Return W1 (784, hidden), b1 (hidden,), W2 (hidden, 10) and b2 (10,)."""
        return self.W1, self.b1, self.W2, self.b2

    def save(self, path):
        """Write the network to path, a .json file, and the same as a script to its .js twin, for a page on file://.

        Raises OSError, or ValueError for weights that `load` would refuse.
        """
        path = check_output(path)
        content = {"layers": [*self.W1.shape, len(self.b2)], "activations": ["sigmoid", "softmax"]}
        for name, parameter in zip(("W1", "b1", "W2", "b2"), self.parameters()):
            if not abs(parameter).max() <= LARGEST:
                raise ValueError(f"{name} must hold finite numbers of at most {LARGEST:g} in size to be saved")
            content[name] = rounded(parameter).tolist()
        text = json.dumps(content | {"training": self.training}, separators=(",", ":"), allow_nan=False)
        replace_files({path: text, path.with_suffix(".js"): f"const WEIGHTS = {text};\n"})

    @classmethod
    def load(cls, path):
        """Return the network in a .json file. Raises OSError, or ValueError naming what is wrong in the file."""
        content = parse_json(path, read_text(path))
        content = content if isinstance(content, dict) else {}
        layers, training = content.get("layers"), content.get("training", {})
        if not (isinstance(layers, list) and len(layers) == 3 and all(map(is_number, layers))
                and all(size >= 1 and size == int(size) for size in layers)):
            raise ValueError(f"{path}: layers must be three whole numbers, such as [784, 256, 10], not {brief(layers)}")
        activations = content.get("activations")
        if activations != ["sigmoid", "softmax"]:
            raise ValueError(f'{path}: activations must be ["sigmoid", "softmax"], not {brief(activations)}')
        if not (isinstance(training, dict) and all_finite(training)):
            raise ValueError(f"{path}: training must be an object, and its numbers finite, not {brief(training)}")
        inputs, hidden, outputs = map(int, layers)
        shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}
        arrays = {name: read_array(path, name, content.get(name), shape) for name, shape in shapes.items()}
        network = cls(inputs, hidden, outputs)
        vars(network).update(arrays, training=training)
        return network

    def check_images(self, images):
        """Return images as (n, input_size) floats, or say what is wrong with them."""
        images = as_array("images", images)
        if images.dtype.kind not in "fiu":
            raise TypeError(f"images must be numbers, not {images.dtype}")
        if images.ndim != 2 or images.shape[1] != len(self.W1) or not len(images):
            raise ValueError(f"images must have the shape (n, {len(self.W1)}), n at least 1, not {images.shape}")
        low, high = images.min(), images.max()                  # NaN if there is any
        if not (low >= 0 and high <= 1):
            raise ValueError(f"images must lie from 0 (paper) to 1 (ink), not from {low} to {high}"
                             + ("; divide them by 255" if low >= 0 and 1 < high <= 255 else ""))
        return images.astype(self.W1.dtype, copy=False)

    def check_data(self, images, labels):
        """Return images and labels that fit each other, or say what is wrong with them."""
        images, labels = self.check_images(images), as_array("labels", labels)
        if labels.dtype.kind not in "iu":
            raise TypeError(f"labels must be whole numbers, not {labels.dtype}")
        if labels.shape != (len(images),):
            raise ValueError(f"labels must have the shape ({len(images)},), one for each image, not {labels.shape}")
        if labels.min() < 0 or labels.max() >= len(self.b2):
            raise ValueError(f"labels must lie from 0 to {len(self.b2) - 1}, not from {labels.min()} to {labels.max()}")
        return images, labels


def rounded(parameter):
    """Return a parameter as the decimal numbers that a file holds."""
    return np.round(parameter.astype(np.float64), DECIMALS)


def minus_product(W, rate, inputs, dsums):
    """Return W - rate * inputs.T @ dsums, made in W's own memory by one BLAS call: an epoch is up to 1.2 times as fast.

    BLAS counts columns first, so what it sees of each array is the transpose.
    """
    gemm = sgemm if W.dtype == np.float32 else dgemm
    return gemm(-rate, dsums.T, inputs.T, beta=1, c=W.T, trans_b=True, overwrite_c=True).T


def mini_batches(images, labels, batch_size, rng, views, mean=0):
    """Yield an epoch's mini-batches in random order: images (batch, inked) and labels (batch,).

    Each image comes as view @ image - mean, where a view is a sparse matrix (inked, 784). A view is cheapest on
    many images at once, but a mini-batch teaches most where its images are warped in different ways. So about
    2,000 images are chosen together, and each of 32 views shows every 32nd of them. A second thread prepares the
    next 2,000 while the network learns from these.
    """
    order = rng.permutation(len(images))
    group = batch_size * max(1, 2048 // batch_size)

    def prepare(first):
        chosen = order[first:first + group]
        prepared = np.empty((len(chosen), views[0].shape[0]), images.dtype)     # (chosen, inked)
        for k in range(32):
            view = views[rng.integers(len(views))]
            prepared[k::32] = (view @ images[chosen[k::32]].T).T - mean
        return prepared, labels[chosen]

    with ThreadPoolExecutor(1) as helper:
        ahead = helper.submit(prepare, 0)
        for first in range(0, len(order), group):
            chosen_images, chosen_labels = ahead.result()
            ahead = helper.submit(prepare, first + group)       # of nothing, after the last
            for start in range(0, len(chosen_images), batch_size):
                yield chosen_images[start:start + batch_size], chosen_labels[start:start + batch_size]


@contextlib.contextmanager
def stop_on_ctrl_c():
    """Inside, the first Ctrl-C only sets the event that is yielded; a second one acts as usual."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():   # only that one hears Ctrl-C
        yield stop
        return

    def set_stop(signal_number, frame):
        stop.set()
        signal.signal(signal.SIGINT, usual)

    usual = signal.signal(signal.SIGINT, set_stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, usual)


# ── Data: MNIST ──────────────────────────────────────────────────────────────────────────────────────────

def load_mnist():
    """Return MNIST (LeCun, Cortes and Burges): images (60000, 784), labels, test images (10000, 784), test labels.

    From the file that TensorFlow downloaded once before; else TensorFlow downloads it; else, where TensorFlow
    is missing or finds no network, from the copy in data/.
    """
    cache = os.path.join(os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras"), "datasets", "mnist.npz")
    if os.path.exists(cache):
        try:
            return read_mnist(cache)                            # importing TensorFlow takes longer than epochs
        except ValueError as error:
            print(error)
    try:
        return download_mnist()
    except Exception as error:                                  # Keras raises a bare Exception when offline
        print(f"MNIST comes from the copy in data/, not from TensorFlow: {(str(error) or repr(error)).splitlines()[0]}")
    return read_mnist(HERE / "data" / "mnist.npz")


def read_mnist(path):
    """Read MNIST from an .npz file. Raises ValueError where it is not in there."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return as_floats(file["x_train"], file["y_train"], file["x_test"], file["y_test"])
    except Exception as error:                                  # zipfile, zlib and NumPy each raise their own
        raise ValueError(f"{path} does not hold MNIST: {error}") from None


def download_mnist():
    """Let TensorFlow download MNIST; it raises ImportError where missing, Exception after 10 s without an answer."""
    usual = socket.getdefaulttimeout()
    socket.setdefaulttimeout(10)
    try:
        with silent_stderr():                                   # its start-up messages are not for learners
            from tensorflow.keras.datasets import mnist
        print("TensorFlow downloads MNIST …", flush=True)
        with contextlib.redirect_stdout(io.StringIO()):         # its progress bar
            (x_train, y_train), (x_test, y_test) = mnist.load_data()
    finally:
        socket.setdefaulttimeout(usual)
    return as_floats(x_train, y_train, x_test, y_test)


@contextlib.contextmanager
def silent_stderr():
    """Inside, nothing is written to standard error, by libraries in C++ either."""
    usual = os.dup(2)
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(usual, 2)
        os.close(usual)


def as_floats(x_train, y_train, x_test, y_test):
    """Return images of 28 x 28 bytes as rows of 784 floats from 0 to 1. Raises ValueError if it is not MNIST."""
    for images, labels, count in ((x_train, y_train, 60000), (x_test, y_test, 10000)):
        if (images.shape != (count, 28, 28) or images.dtype != np.uint8
                or labels.shape != (count,) or labels.dtype != np.uint8 or labels.max() > 9):
            raise ValueError(f"expected {count} images of 28 x 28 bytes and as many digits, "
                             f"found {images.shape} of {images.dtype}, {labels.shape} of {labels.dtype}")
    images, test_images = (x.reshape(-1, 784) / np.float32(255) for x in (x_train, x_test))
    return images, y_train.astype(np.int64), test_images, y_test.astype(np.int64)


# ── Data: from pen to pixels ─────────────────────────────────────────────────────────────────────────────

def render(strokes, pen=2.2):
    """Turn pen strokes into the image that MNIST would have made of them: (784,), from 0 to 1.

    strokes is a list of strokes, each a list of [x, y] points: x right, y down, any unit. As in MNIST, the ink
    fills 20 px by its longest side and is shifted by whole pixels until its centre of mass is at pixel 14
    (Yadav and Bottou, 2019). The pen is `pen` px wide, however thick the line was on a screen.
    """
    strokes = [np.asarray(stroke, dtype=np.float64) for stroke in strokes]
    points = np.concatenate(strokes)                            # (points, 2)
    if not np.isfinite(points).all():
        raise ValueError("strokes must hold finite numbers")
    corner = points.min(axis=0)
    extent = (points.max(axis=0) - corner).max() or 1           # a dot has none
    x, y = np.arange(28.0), np.arange(28.0)[:, None]            # pixel centres
    nearest = np.full((28, 28), np.inf)                         # squared distance to the pen's path
    for stroke in strokes:
        # The ink, half a pen wider than the points on every side, begins at the edge of pixel 4.
        path = (stroke - corner) / extent * (20 - pen) + (3.5 + pen / 2)
        starts, ends = (path[:-1], path[1:]) if len(path) > 1 else (path, path)
        x0, y0 = starts.T[:, :, None, None]                     # (segments, 1, 1) each
        dx, dy = (ends - starts).T[:, :, None, None]
        squared = dx * dx + dy * dy                             # of a segment's length; 0 for a dot
        along = ((x - x0) * dx + (y - y0) * dy) / np.where(squared, squared, 1)     # (segments, 28, 28)
        along = np.minimum(np.maximum(along, 0), 1)             # 0 at the segment's start, 1 at its end
        ex, ey = x - x0 - along * dx, y - y0 - along * dy
        nearest = np.minimum(nearest, (ex * ex + ey * ey).min(axis=0))
    ink = np.minimum(np.maximum(pen / 2 + 0.5 - np.sqrt(nearest), 0), 1)
    # In 255 steps, as in MNIST: sums of whole numbers are exact, so that every language finds the same centre.
    ink = np.floor(ink * 255 + 0.5)
    shift_x = int(np.floor(14 - (ink * x).sum() / ink.sum() + 0.5))
    shift_y = int(np.floor(14 - (ink * y).sum() / ink.sum() + 0.5))
    return np.pad(ink, 28)[28 - shift_y:56 - shift_y, 28 - shift_x:56 - shift_x].ravel() / 255


def jitter(strokes, rng):
    """Return the strokes as written once more: rounded, thinned, bent, slanted and stretched at random."""
    matrix = np.eye(2) + rng.normal(0, 0.12, size=(2, 2))       # turns and stretches
    matrix[0, 1] += rng.normal(0, 0.14)                         # slants, which people do most differently
    points = np.concatenate(strokes)
    corner, size = points.min(axis=0), np.ptp(points, axis=0).max() or 1
    jittered = []
    for stroke in strokes:
        path = (np.asarray(stroke, dtype=np.float64) - corner) / size   # (points, 2)
        for _ in range(2 if len(path) < 16 else 0):
            # Few points are control points: cutting their corners makes a curve of them (Chaikin, 1974), except
            # where a point stands twice, which stays a corner.
            near, far = 0.75 * path[:-1] + 0.25 * path[1:], 0.25 * path[:-1] + 0.75 * path[1:]
            path = np.vstack([path[:1], np.stack([near, far], axis=1).reshape(-1, 2), path[-1:]])
        path = path[np.linspace(0, len(path) - 1, min(len(path), 24)).round().astype(int)]
        # Random offsets at five places along the stroke, and between them what lies between: it stays smooth.
        along = np.append(0, np.hypot(*np.diff(path, axis=0).T).cumsum())
        places = np.linspace(0, along[-1] or 1, 5)
        offsets = rng.normal(0, 0.05, size=(2, 5)) + rng.normal(0, 0.025, size=(2, 1))
        path = path + np.stack([np.interp(along, places, offset) for offset in offsets], axis=1)
        jittered.append(path @ matrix.T)
    return jittered


def render_drawings(drawings, rng, copies=1):
    """Return images (copies * n, 784) and labels of n drawings, each jittered, and drawn with another pen."""
    images = [render(jitter(drawing["strokes"], rng), pen=rng.uniform(1.8, 2.8))
              for _ in range(copies) for drawing in drawings]
    labels = [int(drawing["label"]) for drawing in drawings] * copies
    return np.array(images, np.float32).reshape(-1, 784), np.array(labels, np.int64)


def read_drawings(path):
    """Return the drawings in a file: {"label": 7, "strokes": [[[x, y], ...], ...]}, a JSON list or one a line.

    Raises OSError, or ValueError naming the drawing and what is wrong with it. Further keys are ignored.
    """
    text = read_text(path)
    if text.lstrip().startswith("{"):
        drawings = [parse_json(f"{path}, line {number}", line)
                    for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    else:
        drawings = parse_json(path, text)
    if not isinstance(drawings, list) or not drawings:
        raise ValueError(f"{path} must hold a list of drawings, not {brief(drawings)}")
    for number, drawing in enumerate(drawings, start=1):
        drawing = drawing if isinstance(drawing, dict) else {}
        label, strokes = drawing.get("label"), drawing.get("strokes")
        if not (is_number(label) and label in range(10)):
            raise ValueError(f"{path}: the label of drawing {number} must be a digit from 0 to 9, not {brief(label)}")
        if not (isinstance(strokes, list) and strokes and all(isinstance(stroke, list) and stroke for stroke in strokes)):
            raise ValueError(f"{path}: the strokes of drawing {number} must be lists of points, not {brief(strokes)}")
        for point in (point for stroke in strokes for point in stroke):
            if not (isinstance(point, list) and len(point) == 2 and all(map(is_number, point))):
                raise ValueError(f"{path}: in drawing {number} a point must be two numbers [x, y], not {brief(point)}")
    return drawings


# ── Data: distortions ────────────────────────────────────────────────────────────────────────────────────

def make_warps(count=1000, rotation=10, scale=0.1, shear=0.1, shift=1.0, elastic=0.8, smooth=4, seed=0):
    """Return random distortions of an image, as sparse (784, 784) matrices to multiply its pixels by.

    Each turns it by up to `rotation` degrees, stretches it by up to e^scale, leans and shifts it (px), and bends
    it along a random field of `elastic` px, smoothed over `smooth` px (Simard, Steinkraus and Platt, 2003).
    An ink's new value is the mean of the four pixels around where it comes from, so a row has four entries.
    """
    rng = np.random.default_rng(seed)

    def uniform(most, *shape):
        return rng.uniform(-most, most, (*shape, count, 1, 1)).astype(np.float32)

    angle, lean = np.radians(uniform(rotation)), uniform(shear)
    (tall, wide), shifts = np.exp(uniform(scale, 2)), uniform(shift, 2)
    fields = gaussian_filter(rng.standard_normal((2, count, 28, 28), np.float32), (0, 0, smooth, smooth), mode="wrap")
    y, x = np.mgrid[0:28, 0:28].astype(np.float32) - 13.5
    moved_y, moved_x = np.float32(13.5) + shifts + fields * (elastic / fields.std())
    moved_y += (np.sin(angle) * x + np.cos(angle) * (y + lean * x)) * tall       # (count, 28, 28): where from
    moved_x += (np.cos(angle) * x - np.sin(angle) * (y + lean * x)) * wide
    columns, weights = [], []
    for row in (np.floor(moved_y), np.floor(moved_y) + 1):
        for column in (np.floor(moved_x), np.floor(moved_x) + 1):
            inside = (row >= 0) & (row < 28) & (column >= 0) & (column < 28)
            weights.append(inside * (1 - abs(moved_y - row)) * (1 - abs(moved_x - column)))
            columns.append(inside * (28 * row + column))
    weights = np.stack(weights, axis=-1).reshape(count, 4 * 784)
    columns = np.stack(columns, axis=-1).reshape(count, 4 * 784).astype(np.int32)
    starts = np.arange(0, 4 * 784 + 1, 4, dtype=np.int32)       # of each row's entries
    return [csr_array((weights[i], columns[i], starts), shape=(784, 784)) for i in range(count)]


# ── Checks and files ─────────────────────────────────────────────────────────────────────────────────────

def check_whole(name, value, least=1, most=math.inf):
    """Return value if it is a whole number within the bounds, or say what it should be."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    if not least <= value <= most:
        bounds = f"at least {least}" if most == math.inf else f"from {least} to {most}"
        raise ValueError(f"{name} must be {bounds}, not {value}")
    return value


def as_array(name, value):
    """Return value as an array, or raise ValueError where its rows differ in length."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array, with rows of equal length") from None


def check_positive(name, value):
    """Raise TypeError or ValueError unless value is a positive, finite number."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, not {value}")


def is_number(value):
    """Say whether a value from a JSON file is a finite number of at most LARGEST in size."""
    return type(value) in (int, float) and abs(value) <= LARGEST


def all_finite(value):
    """Say whether every number in a value from a JSON file is finite: 1e999 is not."""
    if isinstance(value, (dict, list)):
        return all(map(all_finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


def brief(value):
    """Return value as JSON, cut to what fits into a sentence."""
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:60] + "…"


def read_text(path):
    """Return the text of a UTF-8 file. Raises OSError, or ValueError where it is not UTF-8."""
    try:
        return Path(path).read_bytes().decode("utf-8")
    except OSError as error:
        raise OSError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}") from None


def parse_json(path, text):
    """Return what a JSON text out of path holds, or raise ValueError.

    The rule is the page's too: strict JSON, so no NaN, and brackets at most 100 deep.
    """
    def refuse(constant):
        raise ValueError(f"{constant} is not a JSON number")

    def whole(digits):                                          # a very long one is as good as infinite
        return int(digits) if len(digits) < 16 else float(digits)

    depth = 0
    string_or_bracket = r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)|[][{}]'   # a bracket inside a string does not count
    for match in re.finditer(string_or_bracket, text, re.DOTALL):
        depth += (match[0] in ("[", "{")) - (match[0] in ("]", "}"))
        if depth > 100:
            raise ValueError(f"{path} is not valid: brackets are nested more than 100 deep")
    try:
        return json.loads(text, parse_int=whole, parse_constant=refuse)
    except ValueError as error:
        raise ValueError(f"{path} is not valid JSON: {error}") from None


def read_array(path, name, rows, shape):
    """Return rows, a list of numbers or of lists of numbers, as a float32 array of this shape, or raise ValueError."""
    values = np.array(rows, dtype=object)
    if values.shape != shape:
        raise ValueError(f"{path}: {name} must have the shape {shape} that follows from layers, not {values.shape}")
    for value in values.flat:
        if not is_number(value):
            raise ValueError(f"{path}: {name} must hold numbers of at most {LARGEST:g} in size, not {brief(value)}")
    return values.astype(np.float32)


def temporary(path):
    """Return a path beside path that no other run uses."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def check_output(path):
    """Return the absolute path if a network can be saved there, or raise OSError."""
    path = Path(path).resolve()
    if path.suffix != ".json":
        raise OSError(f"cannot write {path}: the name must end in .json, like weights.json")
    for target in (path, path.with_suffix(".js")):
        if target.is_dir():
            raise OSError(f"cannot write {target}: it is a folder")
    try:
        temporary(path).touch()
        temporary(path).unlink()
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror}") from None
    return path


def replace_files(texts):
    """Write texts, {path: text}, so that at every moment each file is the old or the new one, whole.

    All are written before the first is replaced: a disk that fills up leaves the old ones.
    """
    try:
        for path, text in texts.items():
            with open(temporary(path), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for path in texts:
            for patience in reversed(range(20)):                # Windows lets nobody replace a file that is being read
                try:
                    os.replace(temporary(path), path)
                    break
                except PermissionError:
                    if not patience:
                        raise
                    time.sleep(0.1)
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror}") from None
    finally:
        for path in texts:
            temporary(path).unlink(missing_ok=True)


# ── Report ───────────────────────────────────────────────────────────────────────────────────────────────

@contextlib.contextmanager
def optional(part, left_out):
    """Go on without a part of the report, and note it, where its library is missing or fails."""
    try:
        yield
    except Exception as error:                                  # a broken installation raises anything
        left_out.append(f"{part} ({error})")


def write_report(folder, network, history, images, labels, sheets):
    """Write what there is to see of a network into a folder; images and labels are those of the test set.

    sheets are more pictures to draw: (file name, title, images, captions).
    """
    probabilities = network.forward(images)[2]
    predictions = probabilities.argmax(axis=1)
    left_out = []
    with optional("precision and recall", left_out):
        folder.mkdir(exist_ok=True)
        from sklearn.metrics import classification_report
        (folder / "digits.txt").write_text(classification_report(labels, predictions, digits=4, zero_division=0))
    with optional("history.csv", left_out):
        import pandas
        table = pandas.DataFrame(history)
        table.set_axis(table.index + 1).to_csv(folder / "history.csv", index_label="epoch")
    with optional("pictures", left_out):
        draw_curves(folder / "curves.png", history)
        wrong = np.flatnonzero(predictions != labels)
        worst = wrong[probabilities[wrong, labels[wrong]].argsort()][:60]
        draw_sheet(folder / "mistakes.png", "The worst mistakes on the test set", images[worst],
                   [f"{labels[i]} read as {predictions[i]}" for i in worst])
        draw_sheet(folder / "weights.png", "Hidden units: ink on red speaks for a unit, ink on blue against it",
                   network.W1.T[:256])
        for name, *sheet in sheets:
            draw_sheet(folder / name, *sheet)
    with optional("confusions", left_out):
        from sklearn.metrics import ConfusionMatrixDisplay
        display = ConfusionMatrixDisplay.from_predictions(labels, predictions, cmap="Blues", colorbar=False)
        display.figure_.savefig(folder / "confusions.png", dpi=110)
    if left_out:
        print("The report goes without " + ", ".join(left_out) + ".")


def draw_curves(path, history):
    """Draw loss and accuracy by epoch."""
    from matplotlib.figure import Figure
    figure = Figure(figsize=(10, 4), layout="constrained")
    loss, accuracy = figure.subplots(1, 2)
    epochs = range(1, len(history["loss"]) + 1)
    loss.semilogy(epochs, history["loss"])
    loss.set(xlabel="epoch", ylabel="loss (cross-entropy)", title="Loss while learning")
    for name in list(history)[1:]:                              # accuracy, and validation_accuracy if there is one
        accuracy.plot(epochs, 100 * np.array(history[name]), label=name.replace("_", " "))
    accuracy.set(xlabel="epoch", ylabel="images read right (%)", title="Accuracy while learning")
    accuracy.legend()
    for axes in (loss, accuracy):
        axes.xaxis.get_major_locator().set_params(integer=True)
    figure.savefig(path, dpi=110)


def draw_sheet(path, title, images, captions=None):
    """Draw images (n, 784) in rows: ink is black; among signed numbers those above 0 are red, those below blue."""
    from matplotlib.figure import Figure
    columns = 10 if captions else 16
    rows = max(1, math.ceil(len(images) / columns))
    figure = Figure(figsize=(columns, 1.2 * rows + 0.6), layout="constrained")
    figure.suptitle(title)
    cells = figure.subplots(rows, columns, squeeze=False).ravel()
    for cell in cells:
        cell.axis("off")
    for cell, image, caption in zip(cells, images, captions or [""] * len(images)):
        most = abs(image).max()
        low, colours = (-most, "RdBu_r") if image.min() < 0 else (0, "Greys")
        cell.imshow(image.reshape(28, 28), cmap=colours, vmin=low, vmax=most)
        # A drawing's name may hold anything: no formulas, no halves of characters, no line wider than its cell.
        caption = textwrap.fill(str(caption).encode("utf-8", "replace").decode(), 17, max_lines=3, placeholder=" …")
        cell.set_title(caption, fontsize=7, parse_math=False)
    figure.savefig(path, dpi=80)


# ── Command line ─────────────────────────────────────────────────────────────────────────────────────────

def parse_arguments():
    """Read the command line. The defaults are those in the code above: edit them there."""
    parser = argparse.ArgumentParser(
        description="Train a neural network on MNIST, in plain NumPy, and write weights.json for index.html.",
        epilog="A quick run of well under a minute: python neural_network.py --epochs 20 --learning-rate 1",
        allow_abbrev=False)
    default = {name: parameter.default for function in (NeuralNetwork, NeuralNetwork.train)
               for name, parameter in inspect.signature(function).parameters.items()}

    def add(option, kind, default, help):
        parser.add_argument(option, type=kind, default=default, metavar="FILE" if kind is Path else "N",
                            help=help if kind is Path else f"{help} (default: {default})")

    add("--epochs", int, default["epochs"], "how often every image is seen: more is slower and, up to a point, better")
    add("--hidden-size", int, default["hidden_size"], "hidden units: 16 are fast and fair, 1024 slow and good")
    add("--learning-rate", float, default["learning_rate"], "how far the first steps go: too small learns slowly, "
        "too large diverges")
    add("--batch-size", int, default["batch_size"], "images for one step: more make fewer, surer steps")
    add("--seed", int, default["seed"], "where the random numbers start: the same seed gives the same network")
    add("--validation", int, 0, "hold out the last N training images and show how many of them are read right: "
        "choose settings by that, never by the test set")
    add("--drawings", Path, None, "learn from your own drawings too, as saved by index.html")
    add("--load", Path, None, "start from this network, whatever --hidden-size says; with --epochs 0 only evaluate it")
    add("--output", Path, HERE / "weights.json", "where to write the network, instead of weights.json beside this script")
    parser.add_argument("--no-distort", action="store_true",
                        help="learn the images as they are, not turned, bent and shifted anew each time")
    parser.add_argument("--no-styles", action="store_true",
                        help="leave out data/styles.json, ways of writing that MNIST lacks")
    return parser.parse_args()


def show_prediction(network, image, label):
    """Print an image (784,) as characters, its label, and what the network says."""
    rows = image.reshape(28, 28)
    for row in rows[rows.any(axis=1)]:
        print("".join(2 * " .:-=+*#%@"[int(9 * ink)] for ink in row).rstrip())
    print(f"The first training image is a {label}. The network says:")
    for digit, probability in enumerate(network.forward(image[None])[2][0]):
        print(f"  {digit}  {100 * probability:5.1f} %  {'#' * round(40 * probability)}")


def main():
    """Load the data, train, read the test set once, save, report."""
    options = parse_arguments()
    check_whole("epochs", options.epochs, least=0)
    check_whole("batch_size", options.batch_size)
    check_positive("learning_rate", options.learning_rate)
    check_whole("validation", options.validation, least=0, most=59000)
    output = check_output(options.output) if options.epochs else options.output     # no epochs, no files
    report = output.parent / "report"
    if options.epochs and report.exists() and not report.is_dir():
        raise OSError(f"cannot write {report}: it is not a folder")
    network = NeuralNetwork(hidden_size=options.hidden_size, seed=options.seed)
    if options.load:
        loaded = NeuralNetwork.load(options.load)
        loaded.rng, network = network.rng, loaded
    if network.W1.shape[0] != 784 or network.W2.shape[1] != 10:
        raise ValueError(f"{options.load}: layers must begin with 784 and end with 10, as MNIST does")
    drawings = [] if options.no_styles else read_drawings(HERE / "data" / "styles.json")
    drawings += read_drawings(options.drawings) if options.drawings else []

    images, labels, test_images, test_labels = load_mnist()
    count = len(images) - options.validation
    held_out = images[count:].copy(), labels[count:]
    # The drawings begin as a few variations, repeated; after_epoch draws new ones in their place, a few at a time.
    rng = np.random.default_rng(options.seed)
    drawn_images, drawn_labels = render_drawings(drawings, rng, copies=5)
    images.resize((count + DRAWN_COPIES * len(drawings), 784), refcheck=False)      # in place: a copy takes 188 MB
    images[count:] = np.tile(drawn_images, (DRAWN_COPIES // 5, 1))
    labels = np.concatenate([labels[:count], np.tile(drawn_labels, DRAWN_COPIES // 5)])
    warps = None if options.no_distort else make_warps(seed=options.seed)

    if options.epochs:
        print(f"{len(images):,} training images, {len(images) - count:,} of them drawn from pen strokes."
              + (" Each epoch distorts them all anew: its accuracy is lower than on the images as they are." if warps else ""))
    started = saved = time.monotonic()
    lines = max(10, options.epochs // 100)

    def save(history, **accuracies):
        network.training = {
            "epochs": len(history["loss"]), "learning_rate": options.learning_rate, "batch_size": options.batch_size,
            "seed": options.seed, "distortion": bool(warps), "drawings": len(drawings), **history, **accuracies,
            "seconds": round(time.monotonic() - started), "date": datetime.date.today().isoformat(),
            "versions": {"python": platform.python_version(), "numpy": np.__version__}}
        network.save(output)

    def after_epoch(history):
        nonlocal saved
        if options.validation:
            history.setdefault("validation_accuracy", []).append(round(network.accuracy(*held_out), 5))
        epoch, now = len(history["loss"]), time.monotonic()
        start = count + epoch % DRAWN_COPIES * len(drawings)
        images[start:start + len(drawings)] = render_drawings(drawings, rng)[0]     # train reads this same array
        figures = "  ".join(f"{name.replace('_', ' ')} {values[-1]:{'.4f' if name == 'loss' else '.2%'}}"
                            for name, values in history.items())
        bar.set_postfix_str(figures, refresh=False)
        bar.update()
        # A line every 100 epochs; in a shorter run, ten.
        if epoch * lines // options.epochs > (epoch - 1) * lines // options.epochs:
            bar.write(f"epoch {epoch:4}  {figures}")
        if epoch == 1 or now > saved + 20:                      # so that the page can be tried meanwhile
            saved = now
            try:
                save(history)
            except OSError as error:                            # room may be made before the end
                bar.write(f"{error}; training goes on.")

    with tqdm(total=options.epochs, unit="epoch", disable=None) as bar:     # None: no bar without a terminal
        history = network.train(images, labels, options.epochs, options.learning_rate, options.batch_size,
                                warps, after_epoch)
    epochs = len(history["loss"])
    if options.epochs:
        save(history)
        if epochs < options.epochs:
            print(f"Stopped after {epochs} of {options.epochs} epochs; what was learned is saved. "
                  "`git checkout weights.json weights.js` brings the shipped network back.")
        for parameter in network.parameters():                  # the figures are to be those of the file
            parameter[...] = rounded(parameter)
    train_accuracy = round(network.accuracy(images[:count], labels[:count]), 5)
    test_accuracy = round(network.accuracy(test_images, test_labels), 5)    # the only look at the test set
    show_prediction(network, images[0], labels[0])
    validation = f"{network.accuracy(*held_out):.2%} of the held-out images, " if options.validation else ""
    print(f"Read right: {train_accuracy:.2%} of the training images, {validation}{test_accuracy:.2%} of the test images.")
    if not options.epochs:
        print("Nothing was written: --epochs 0 only evaluates.")
        return
    save(history, train_accuracy=train_accuracy, test_accuracy=test_accuracy)
    sheets = []
    if warps:
        warped = [warps[10 * row + column] @ images[column] for row in range(5) for column in range(10)]
        sheets.append(("distortions.png", "Ten images (top) and what training makes of them",
                       np.stack([*images[:10], *warped])))
    if drawings:
        sheets.append(("styles.png", "Ways of writing that MNIST lacks, each in one of its variations",
                       drawn_images[:len(drawings)],
                       [drawing.get("name", f"a {drawing['label']:.0f} of yours") for drawing in drawings]))
    write_report(report, network, history, test_images, test_labels, sheets)
    print(f"Wrote {output.name}, {output.stem}.js and report/ in {output.parent}. Open index.html and draw a digit"
          + ("." if output.parent == HERE else ", or drop the file on that page."))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except (OSError, ValueError, TypeError, MemoryError, FloatingPointError) as error:
        print(f"neural_network.py: {error}", file=sys.stderr)
        sys.exit(2)
