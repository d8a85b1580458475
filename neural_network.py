"""A neural network that learns to read handwritten digits, in plain NumPy.

    python neural_network.py            train on MNIST, write weights.json for index.html
    python neural_network.py --help     everything there is to experiment with

An image is 28 x 28 pixels, written as one row of 784 numbers from 0 (paper) to 1 (ink). The network
turns it into ten probabilities, one for each digit, in two steps:

    hidden        = sigmoid(images @ W1 + b1)        784 pixels -> 256 hidden units
    logits        = hidden @ W2 + b2                 256 hidden units -> 10 digits
    probabilities = softmax(logits)

It starts with random weights and is told, again and again, the right digit of a few images. The loss
says how wrong it was; the gradient of the loss says how each weight would have to move to be less wrong:

    loss    = -log(probability of the right digit)   cross-entropy, averaged over the images
    dlogits = (probabilities - right digits) / batch
    dW2     = hidden.T @ dlogits                     db2 = sum of dlogits
    dhidden = dlogits @ W2.T
    dz      = dhidden * hidden * (1 - hidden)        sigmoid'(z) = sigmoid(z) * (1 - sigmoid(z))
    dW1     = images.T @ dz                          db1 = sum of dz

Each weight then takes a small step against its gradient, W -= learning_rate * dW. That is all of learning:
"stochastic gradient descent" on "mini-batches" (Michael Nielsen, Neural Networks and Deep Learning, ch. 1, 2).
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
import threading
import time
from numbers import Integral, Real
from pathlib import Path

import numpy as np
import scipy.sparse
from scipy.linalg.blas import dgemm, sgemm
from scipy.ndimage import gaussian_filter
from threadpoolctl import threadpool_limits
from tqdm import tqdm

HERE = Path(__file__).resolve().parent
DECIMALS = 3             # of the weights in a file: on validation images a fourth changed no prediction
LARGEST = 1e6            # no number in a weights or drawings file is larger: float32 cannot overflow on these


# ── The network ──────────────────────────────────────────────────────────────────────────────────────────

def sigmoid(z):
    """1 / (1 + e^-z), element by element. Below -80, where e^-z would leave float32, it is 0 anyway."""
    return 1 / (1 + np.exp(-np.maximum(z, -80)))


def softmax(logits):
    """Turn (batch, 10) logits into probabilities; subtracting the largest keeps exp finite and cancels out."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def cross_entropy(logits, labels):
    """Return the mean of -log(softmax(logits)[label]), by log-sum-exp: finite where the probability is 0."""
    largest = logits.max(axis=1)
    log_sum = np.log(np.exp(logits - largest[:, None]).sum(axis=1)) + largest
    return float((log_sum - logits[np.arange(len(labels)), labels]).mean())


class NeuralNetwork:
    """A network with one hidden layer: input_size -> hidden_size (sigmoid) -> output_size (softmax).

    Images are floats from 0 to 1, (n, input_size); labels are integers from 0, (n,).
    Wrong arguments raise ValueError or TypeError, naming the argument, what was expected and what was found.
    """

    def __init__(self, input_size=784, hidden_size=256, output_size=10, seed=0):
        check_whole("input_size", input_size)
        check_whole("hidden_size", hidden_size)
        check_whole("output_size", output_size)
        self.rng = np.random.default_rng(check_whole("seed", seed, least=0))
        # Divided by sqrt(inputs), a unit's sum starts near 1, where the sigmoid is steep and so learns fast.
        W1 = self.rng.normal(size=(input_size, hidden_size)) / math.sqrt(input_size)
        W2 = self.rng.normal(size=(hidden_size, output_size)) / math.sqrt(hidden_size)
        self.W1, self.b1 = W1.astype(np.float32), np.zeros(hidden_size, np.float32)
        self.W2, self.b2 = W2.astype(np.float32), np.zeros(output_size, np.float32)
        self.training = {}                                         # how it was trained: goes into the file

    def forward(self, images):
        """Return hidden (batch, hidden), logits (batch, 10) and probabilities (batch, 10)."""
        hidden = sigmoid(images @ self.W1 + self.b1)
        logits = hidden @ self.W2 + self.b2
        return hidden, logits, softmax(logits)

    def errors(self, hidden, probabilities, labels):
        """Send the error back through the layers: return dlogits (batch, 10) and dz (batch, hidden)."""
        dlogits = probabilities.copy()
        dlogits[np.arange(len(labels)), labels] -= 1               # probabilities - right digits
        dlogits /= len(labels)                                     # (batch, 10)
        dhidden = dlogits @ self.W2.T                              # (batch, hidden)
        dz = dhidden * hidden * (1 - hidden)                       # (batch, hidden)
        return dlogits, dz

    def backward(self, images, labels):
        """Return the gradient of the mean loss: dW1, db1, dW2, db2, each of its parameter's shape."""
        hidden, _, probabilities = self.forward(images)
        dlogits, dz = self.errors(hidden, probabilities, labels)
        return images.T @ dz, dz.sum(axis=0), hidden.T @ dlogits, dlogits.sum(axis=0)

    def step(self, images, labels, learning_rate):
        """Take one step against the gradient of a mini-batch; return its logits from before the step.

        The same as `backward` and then W -= learning_rate * dW, but dW1 is never written to memory.
        """
        hidden, logits, probabilities = self.forward(images)
        dlogits, dz = self.errors(hidden, probabilities, labels)
        self.W1 = minus_product(self.W1, learning_rate, images, dz)
        self.b1 -= learning_rate * dz.sum(axis=0)
        self.W2 = minus_product(self.W2, learning_rate, hidden, dlogits)
        self.b2 -= learning_rate * dlogits.sum(axis=0)
        return logits

    def train(self, images, labels, epochs=1000, learning_rate=0.1, batch_size=32, warps=None, after_epoch=None):
        """Learn by mini-batch gradient descent; the learning rate falls linearly to zero over the run.

        warps are matrices from `make_warps`: in every epoch each image is seen through another, at random.
        after_epoch(history) is called after each epoch. Ctrl-C stops after the running mini-batch.
        Returns the history, {"loss": [...], "accuracy": [...]}: one number an epoch, as met while learning.
        Raises FloatingPointError where the loss explodes; the weights are then those of the epoch before.
        """
        images, labels = self.check_data(images, labels)
        check_whole("epochs", epochs, least=0)
        check_positive("learning_rate", learning_rate)
        check_whole("batch_size", batch_size, most=len(images))
        steps = epochs * math.ceil(len(images) / batch_size)
        rates = (learning_rate * (1 - step / steps) for step in range(steps))
        history = {"loss": [], "accuracy": []}
        # One BLAS thread: on matrices this small, several wait for each other longer than they compute.
        with threadpool_limits(1), np.errstate(all="ignore"), stop_on_ctrl_c() as stop:
            for _ in range(epochs):
                self.train_epoch(mini_batches(images, labels, batch_size, self.rng, warps), rates, history, stop)
                if stop.is_set():
                    break
                if after_epoch:
                    after_epoch(history)
        return history

    def train_epoch(self, batches, rates, history, stop):
        """Take a step for each mini-batch, each at the next rate, and append what was met to the history."""
        start = [parameter.copy() for parameter in self.parameters()]
        seen = []                                                  # (logits, labels) of each mini-batch
        for images, labels in batches:
            seen.append((self.step(images, labels, next(rates)), labels))
            if stop.is_set():
                return
        logits, labels = (np.concatenate(part) for part in zip(*seen))
        loss = cross_entropy(logits, labels)
        if not loss <= 10:
            self.W1, self.b1, self.W2, self.b2 = start
            raise FloatingPointError(f"training diverged: the loss rose to {loss:.3g}, where guessing has 2.3; "
                                     "try a smaller learning_rate")
        history["loss"].append(round(loss, 5))
        history["accuracy"].append(round(float(np.mean(logits.argmax(axis=1) == labels)), 5))

    def predict(self, images):
        """Return the most probable digit of each image, (n,)."""
        images = self.check_images(images)
        # In parts, because the hidden activations of 60,000 images are as large as a third of the images.
        parts = (images[start:start + 4096] for start in range(0, len(images), 4096))
        return np.concatenate([self.forward(part)[1].argmax(axis=1) for part in parts])

    def accuracy(self, images, labels):
        """Return the share of the images, 0 to 1, whose most probable digit is the label."""
        images, labels = self.check_data(images, labels)
        return float(np.mean(self.predict(images) == labels))

    def explain(self, image, digit, steps=50):
        """Return what each pixel of an image (784,) adds to a digit's logit, compared with blank paper: (784,).

        Integrated gradients (Sundararajan, Taly and Yan 2017): the logit's gradient, averaged on the way from
        blank to the image, times the image. The contributions sum to the change of the logit.
        """
        ink = image @ self.W1                                      # (hidden,)
        way = (np.arange(steps)[:, None] + 0.5) / steps            # (steps, 1), the middles of equal parts
        hidden = sigmoid(way * ink + self.b1)                      # (steps, hidden)
        slope = (hidden * (1 - hidden)).mean(axis=0)               # (hidden,)
        return image * (self.W1 @ (slope * self.W2[:, digit]))

    def parameters(self):
        return self.W1, self.b1, self.W2, self.b2

    def save(self, path):
        """Write the network to path, a .json file, and to its twin for a <script> tag, the same name with .js.

        Each replaces the old file at once and whole. Raises OSError, or ValueError for a network too wild to load.
        """
        path = check_output(path)
        content = {"layers": [*self.W1.shape, len(self.b2)], "activations": ["sigmoid", "softmax"]}
        for name, parameter in zip(("W1", "b1", "W2", "b2"), self.parameters()):
            if not np.abs(parameter).max() <= LARGEST:
                raise ValueError(f"{name} must be finite and at most {LARGEST:g} in size to be saved")
            content[name] = np.round(parameter.astype(np.float64), DECIMALS).tolist()
        text = json.dumps(content | {"training": self.training}, separators=(",", ":"), allow_nan=False)
        replace_file(path, text)
        replace_file(path.with_suffix(".js"), f"const WEIGHTS = {text};\n")

    @classmethod
    def load(cls, path):
        """Return the network that is in a .json file. Raises OSError, or ValueError where it is not one."""
        try:
            content = parse_json(read_text(path))
        except ValueError as error:
            raise ValueError(f"{path} is not a network: {error}") from None
        if not isinstance(content, dict):
            raise ValueError(f"{path} must hold a JSON object with layers, activations, W1, b1, W2 and b2")
        layers = content.get("layers")
        if not (isinstance(layers, list) and len(layers) == 3 and all(type(size) is float for size in layers)
                and all(1 <= size <= LARGEST and size == int(size) for size in layers)):
            raise ValueError(f"{path}: layers must be three whole numbers such as [784, 256, 10], not {brief(layers)}")
        if content.get("activations") != ["sigmoid", "softmax"]:
            raise ValueError(f'{path}: activations must be ["sigmoid", "softmax"], not {brief(content.get("activations"))}')
        if not isinstance(content.get("training", {}), dict):
            raise ValueError(f"{path}: training must be an object, not {brief(content['training'])}")
        inputs, hidden, outputs = map(int, layers)
        shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}
        arrays = {name: read_array(path, name, content.get(name), shape) for name, shape in shapes.items()}
        network = cls(inputs, hidden, outputs)
        vars(network).update(arrays, training=content.get("training", {}))
        return network

    def check_images(self, images):
        """Return images as float32 (n, input_size), or say what is wrong with them."""
        images = np.asarray(images)
        if images.dtype.kind not in "fiu":
            raise TypeError(f"images must be numbers, not {images.dtype}")
        if images.ndim != 2 or images.shape[1] != len(self.W1) or not len(images):
            raise ValueError(f"images must have the shape (n, {len(self.W1)}) with n at least 1, not {images.shape}")
        low, high = images.min(), images.max()
        if not (0 <= low and high <= 1):
            raise ValueError(f"images must lie between 0 (paper) and 1 (ink), not between {low} and {high}"
                             + ("; divide them by 255" if 0 <= low and 1 < high <= 255 else ""))
        return images.astype(self.W1.dtype, copy=False)

    def check_data(self, images, labels):
        """Return images and labels as arrays that fit each other, or say what is wrong with them."""
        images, labels = self.check_images(images), np.asarray(labels)
        if labels.dtype.kind not in "iu":
            raise TypeError(f"labels must be whole numbers, not {labels.dtype}")
        if labels.shape != (len(images),):
            raise ValueError(f"labels must have the shape ({len(images)},), one for each image, not {labels.shape}")
        if labels.min() < 0 or labels.max() >= len(self.b2):
            raise ValueError(f"labels must lie between 0 and {len(self.b2) - 1}, not between {labels.min()} and {labels.max()}")
        return images, labels.astype(np.int64)


def minus_product(W, rate, inputs, dsums):
    """Return W - rate * inputs.T @ dsums, computed in W's own memory by a single BLAS call (x1.2 in speed).

    BLAS counts columns first, so it sees each of our arrays transposed: W.T - rate * dsums.T @ inputs.
    """
    gemm = sgemm if W.dtype == np.float32 else dgemm
    return gemm(-rate, dsums.T, inputs.T, beta=1, c=W.T, trans_b=True, overwrite_c=True).T


def mini_batches(images, labels, batch_size, rng, warps=None):
    """Yield the images (batch, 784) and labels (batch,) of one epoch's mini-batches, in random order.

    A warp costs least on many images at once, but a mini-batch learns most from many different warps: so a
    few thousand images are drawn at a time, a warp is applied to every 32nd, and then the batches are cut.
    """
    order = rng.permutation(len(images))
    many = batch_size * max(1, 2048 // batch_size)
    for first in range(0, len(order), many):
        drawn = order[first:first + many]
        drawn_images, drawn_labels = images[drawn], labels[drawn]
        for k in range(32 if warps else 0):
            warp = warps[rng.integers(len(warps))]                 # (784, 784), sparse
            drawn_images[k::32] = (warp @ drawn_images[k::32].T).T
        for start in range(0, len(drawn), batch_size):
            yield drawn_images[start:start + batch_size], drawn_labels[start:start + batch_size]


@contextlib.contextmanager
def stop_on_ctrl_c():
    """Inside, the first Ctrl-C only sets the yielded event; a second one interrupts as usual."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # Python delivers Ctrl-C to that one only
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


# ── Files and checks ─────────────────────────────────────────────────────────────────────────────────────

def check_whole(name, value, least=1, most=math.inf):
    """Return value if it is a whole number within the bounds, or say what it should be."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    if not least <= value <= most:
        bounds = f"at least {least}" if most == math.inf else f"from {least} to {most}"
        raise ValueError(f"{name} must be {bounds}, not {value}")
    return value


def check_positive(name, value):
    """Raise TypeError or ValueError unless value is a positive, finite number."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, not {value}")


def brief(value):
    """Return value as JSON, cut to what fits into a sentence."""
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:60] + "…"


def is_number(value):
    """Say whether a value out of a JSON file is a finite number of at most LARGEST in size."""
    return type(value) is float and abs(value) <= LARGEST


def parse_json(text):
    """Return what a JSON text holds, whole numbers as floats, or raise ValueError.

    The page keeps to the same rule: strict JSON (so no NaN), brackets at most 100 deep.
    """
    def refuse(constant):
        raise ValueError(f"{constant} is not a JSON number")

    depth = 0
    for bracket in re.findall(r"[][{}]", re.sub(r'"(?:[^"\\]|\\.)*"', "", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > 100:
            raise ValueError("brackets are nested more than 100 deep")
    return json.loads(text, parse_int=float, parse_constant=refuse)


def read_text(path):
    """Return the text of a UTF-8 file. Raises OSError, or ValueError where it is not UTF-8."""
    try:
        return Path(path).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{Path(path).name} is not UTF-8 text: {error.reason} at byte {error.start}") from None


def read_array(path, name, rows, shape):
    """Return rows, (nested) lists of numbers, as a float32 array of the given shape, or raise ValueError."""
    lists = rows if len(shape) == 2 and isinstance(rows, list) else [rows]
    if (len(lists) != (shape[0] if len(shape) == 2 else 1)
            or not all(isinstance(row, list) and len(row) == shape[-1] for row in lists)):
        raise ValueError(f"{path}: {name} must have the shape {shape} that layers says")
    wrong = [value for row in lists for value in row if not is_number(value)]
    if wrong:
        raise ValueError(f"{path}: {name} must hold numbers of at most {LARGEST:g} in size, not {brief(wrong[0])}")
    return np.array(rows, np.float32)


def check_output(path):
    """Return path, made absolute, if weights can be written there and to its .js twin, or raise OSError."""
    path = Path(path).resolve()
    if path.suffix != ".json":
        raise OSError(f"cannot write {path}: the name must end in .json")
    for target in (path, path.with_suffix(".js")):
        if target.is_dir():
            raise OSError(f"cannot write {target}: it is a folder")
    probe = temporary_name(path)
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror}") from None
    return path


def temporary_name(path):
    """Return a name beside path that no other run uses."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def replace_file(path, text):
    """Write text to path so that at every moment, whatever happens, the old or the new file is there, whole."""
    temporary = temporary_name(path)
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)


# ── Data: MNIST ──────────────────────────────────────────────────────────────────────────────────────────

def load_mnist():
    """Return MNIST: train_images (60000, 784), train_labels (60000,), test_images (10000, 784), test_labels.

    Taken from the file that TensorFlow has downloaded before, else downloaded by TensorFlow, else (without
    TensorFlow, or offline) from the copy in data/. MNIST is by LeCun, Cortes and Burges.
    """
    cache = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets" / "mnist.npz"
    if cache.exists():
        try:
            return read_mnist(cache)
        except ValueError as error:
            print(error)
    try:
        return download_mnist()
    except Exception as error:                                     # Keras raises a bare Exception when offline
        print(f"Using the copy of MNIST in data/, as TensorFlow could not give it: {error}")
    return read_mnist(HERE / "data" / "mnist.npz")


def read_mnist(path):
    """Read MNIST from an .npz file; much faster than importing TensorFlow to read the same file."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return prepare(arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"])
    except Exception as error:                                     # zipfile, zlib and NumPy each have their own
        raise ValueError(f"{path} is not MNIST: {error}") from None


def download_mnist():
    """Let TensorFlow download MNIST; ten seconds without an answer raise its Exception."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")             # its start-up messages are not for learners
    usual = socket.getdefaulttimeout()
    socket.setdefaulttimeout(10)
    try:
        from tensorflow.keras.datasets import mnist
        print("Downloading MNIST by TensorFlow …")
        with contextlib.redirect_stdout(io.StringIO()):            # its progress bar
            (x_train, y_train), (x_test, y_test) = mnist.load_data()
    finally:
        socket.setdefaulttimeout(usual)
    return prepare(x_train, y_train, x_test, y_test)


def prepare(x_train, y_train, x_test, y_test):
    """Return (n, 28, 28) bytes as (n, 784) floats from 0 to 1, and labels as integers; or raise ValueError."""
    for images, labels, count in ((x_train, y_train, 60000), (x_test, y_test, 10000)):
        if images.shape != (count, 28, 28) or images.dtype != np.uint8 or labels.shape != (count,) or labels.max() > 9:
            raise ValueError(f"expected {count} images of 28 x 28 bytes and their labels, found {images.shape}, {labels.shape}")
    train_images, test_images = (x.reshape(-1, 784).astype(np.float32) for x in (x_train, x_test))
    train_images /= 255
    test_images /= 255
    return train_images, y_train.astype(np.int64), test_images, y_test.astype(np.int64)


# ── From pen to pixels ───────────────────────────────────────────────────────────────────────────────────

def render(strokes, pen=2.2):
    """Turn pen strokes into the image that MNIST would have made of them: (784,), 0 to 1.

    strokes is a list of strokes, a stroke a list of [x, y] points: x right, y down, any unit. As in MNIST, the
    ink's longest side fills 20 px, and the image is shifted by whole pixels until the ink's centre of mass
    is at pixel 14 (Yadav and Bottou 2019). The pen is `pen` px wide, however thick it was on the screen.
    """
    strokes = [np.asarray(stroke, dtype=np.float64) for stroke in strokes]
    points = np.concatenate(strokes)                               # (points, 2)
    corner = points.min(axis=0)
    extent = (points.max(axis=0) - corner).max() or 1              # a dot has no extent
    y, x = np.mgrid[0:28, 0:28].astype(np.float64)                 # pixel centres
    nearest = np.full((28, 28), np.inf)                            # squared distance to the pen's path
    for stroke in strokes:
        path = (stroke - corner) / extent * (20 - pen) + (3.5 + pen / 2)
        for (x0, y0), (x1, y1) in zip(path, path[1:] if len(path) > 1 else path):
            dx, dy = x1 - x0, y1 - y0
            along = ((x - x0) * dx + (y - y0) * dy) / ((dx * dx + dy * dy) or 1)
            along = np.minimum(np.maximum(along, 0), 1)            # 0 at the segment's start, 1 at its end
            ex, ey = x - x0 - along * dx, y - y0 - along * dy
            nearest = np.minimum(nearest, ex * ex + ey * ey)
    ink = np.minimum(np.maximum(pen / 2 + 0.5 - np.sqrt(nearest), 0), 1)
    # In 255 steps, like MNIST: sums of whole numbers are exact, so every language finds the same centre.
    ink = np.floor(ink * 255 + 0.5)
    shift_x = int(np.floor(14 - (ink * x).sum() / ink.sum() + 0.5))
    shift_y = int(np.floor(14 - (ink * y).sum() / ink.sum() + 0.5))
    padded = np.pad(ink, 28)
    return padded[28 - shift_y:56 - shift_y, 28 - shift_x:56 - shift_x].ravel() / 255


def read_drawings(path):
    """Return the drawings in a JSON or JSON-lines file: a list of {"label": 7, "strokes": [[[x, y], ...], ...]}.

    Raises OSError, or ValueError naming the drawing and what is wrong with it. Other keys are ignored.
    """
    text = read_text(path)
    try:
        try:
            drawings = parse_json(text)
        except ValueError:
            drawings = [parse_json(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise ValueError(f"{path} is neither a JSON list nor JSON lines: {error}") from None
    drawings = drawings if isinstance(drawings, list) else [drawings]
    if not drawings:
        raise ValueError(f"{path} holds no drawing")
    for number, drawing in enumerate(drawings, start=1):
        if not isinstance(drawing, dict) or drawing.get("label") not in range(10):
            raise ValueError(f"{path}: drawing {number} must be an object with a label from 0 to 9, not {brief(drawing)}")
        strokes = drawing.get("strokes")
        if not (isinstance(strokes, list) and strokes and all(isinstance(stroke, list) and stroke for stroke in strokes)):
            raise ValueError(f"{path}: drawing {number}: strokes must be a list of lists of points, not {brief(strokes)}")
        for point in (point for stroke in strokes for point in stroke):
            if not (isinstance(point, list) and len(point) == 2 and all(map(is_number, point))):
                raise ValueError(f"{path}: drawing {number}: a point must be [x, y], two numbers, not {brief(point)}")
    return drawings


def jitter(strokes, rng, strength=1.0):
    """One more way to write a drawing: its strokes rounded, moved, bent, slanted and stretched at random.

    Points are control points when few (corner cutting, Chaikin 1974, rounds them; a point given twice stays a corner)
    and thinned when many.
    """
    points = np.concatenate([np.asarray(stroke, dtype=np.float64) for stroke in strokes])
    size = np.ptp(points, axis=0).max() or 1
    slant, turn = rng.normal(0, 0.12 * strength), rng.normal(0, 0.07 * strength)
    wide, tall = np.exp(rng.normal(0, 0.12 * strength, size=2))
    matrix = np.array([[wide, slant + turn], [-turn, tall]])
    jittered = []
    for stroke in strokes:
        path = np.asarray(stroke, dtype=np.float64) / size
        if len(path) < 16:
            for _ in range(2):
                thirds = np.stack([0.75 * path[:-1] + 0.25 * path[1:], 0.25 * path[:-1] + 0.75 * path[1:]], axis=1)
                path = np.concatenate([path[:1], thirds.reshape(-1, 2), path[-1:]])
        path = path[np.linspace(0, len(path) - 1, min(len(path), 24)).round().astype(int)]
        # Offsets at five places along the stroke, interpolated: it shifts, bends, grows and shrinks, but stays smooth.
        along = np.append(0, np.cumsum(np.hypot(*np.diff(path, axis=0).T)))
        knots = np.linspace(0, along[-1] or 1, 5)
        wobble = np.stack([np.interp(along, knots, rng.normal(0, 0.04 * strength, size=5)) for _ in range(2)], axis=1)
        jittered.append((path + wobble + rng.normal(0, 0.02 * strength, size=2)) @ matrix.T)
    return jittered


def render_drawings(drawings, rng, copies=20):
    """Return images (copies * n, 784) and labels of n drawings, each rendered in as many random variations."""
    images = [render(jitter(drawing["strokes"], rng), pen=rng.uniform(1.8, 2.8)) for drawing in drawings for _ in range(copies)]
    labels = [drawing["label"] for drawing in drawings for _ in range(copies)]
    return np.array(images, np.float32).reshape(-1, 784), np.array(labels, np.int64)


# ── Distortions ──────────────────────────────────────────────────────────────────────────────────────────

def make_warps(count=2000, rotation=12, scale=0.12, shear=0.1, shift=1.5, elastic=0.7, smooth=4, seed=0):
    """Return `count` random warps of a 28 x 28 image, each a sparse (784, 784) matrix to multiply an image by.

    Each turns by up to `rotation` degrees, scales by up to e^scale, shears, shifts by up to `shift` px, and
    bends by a random field of `elastic` px, smoothed over `smooth` px (Simard, Steinkraus and Platt 2003).
    A warped pixel is a mean of four, weighted by nearness: so a warp is linear, four entries in a row.
    """
    rng = np.random.default_rng(seed)
    angle = np.radians(rng.uniform(-rotation, rotation, count))
    tall, wide = np.exp(rng.uniform(-scale, scale, (2, count)))
    lean = rng.uniform(-shear, shear, count)
    field = gaussian_filter(rng.normal(size=(2, count, 28, 28)), (0, 0, smooth, smooth), mode="wrap")
    field *= elastic / field.std()
    moved = rng.uniform(-shift, shift, (2, count, 1, 1)) + field + 13.5
    y, x = np.mgrid[0:28, 0:28] - 13.5
    cos, sin, tall, wide, lean = (value[:, None, None] for value in (np.cos(angle), np.sin(angle), tall, wide, lean))
    from_y = (sin * x + cos * (y + lean * x)) * tall + moved[0]    # (count, 28, 28): where a pixel's ink comes from
    from_x = (cos * x - sin * (y + lean * x)) * wide + moved[1]
    columns, weights = [], []
    for row in (np.floor(from_y), np.floor(from_y) + 1):
        for column in (np.floor(from_x), np.floor(from_x) + 1):
            inside = (row >= 0) & (row < 28) & (column >= 0) & (column < 28)
            weights.append(np.where(inside, (1 - abs(from_y - row)) * (1 - abs(from_x - column)), 0))
            columns.append(np.where(inside, row * 28 + column, 0))
    weights = np.stack(weights, axis=-1).reshape(count, -1).astype(np.float32)     # (count, 784 * 4)
    columns = np.stack(columns, axis=-1).reshape(count, -1).astype(np.int32)
    rows = np.arange(0, 784 * 4 + 1, 4, dtype=np.int32)
    return [scipy.sparse.csr_array((w, c, rows), shape=(784, 784)) for w, c in zip(weights, columns)]


# ── Report ───────────────────────────────────────────────────────────────────────────────────────────────

@contextlib.contextmanager
def optional(part):
    """Go on without a part of the report, in one line, where its library is missing."""
    try:
        yield
    except ImportError as error:
        print(f"The report goes without {part}: {error}.")


def write_report(folder, network, history, images, labels, sheets):
    """Write pictures and tables about a network into a folder; images and labels are those of the test set.

    sheets are more pictures to draw: (file name, title, images, captions).
    """
    folder.mkdir(exist_ok=True)
    probabilities = network.forward(images)[2]
    predictions = probabilities.argmax(axis=1)
    with optional("precision, recall and confusions"):
        from sklearn.metrics import ConfusionMatrixDisplay, classification_report
        (folder / "digits.txt").write_text(classification_report(labels, predictions, digits=4, zero_division=0))
        display = ConfusionMatrixDisplay.from_predictions(labels, predictions, cmap="Blues", colorbar=False)
        display.figure_.savefig(folder / "confusions.png", dpi=110)
    with optional("history.csv"):
        import pandas
        table = pandas.DataFrame(history)
        table.set_axis(table.index + 1).to_csv(folder / "history.csv", index_label="epoch")
    with optional("pictures"):
        draw_curves(folder / "curves.png", history)
        wrong = np.flatnonzero(predictions != labels)
        worst = wrong[probabilities[wrong, labels[wrong]].argsort()][:60]
        draw_sheet(folder / "mistakes.png", "The worst mistakes on the test set", images[worst],
                   [f"{labels[i]} read as {predictions[i]}" for i in worst])
        draw_sheet(folder / "weights.png", "The hidden units: ink on red speaks for a unit, ink on blue against it",
                   network.W1.T[:256])
        for name, *sheet in sheets:
            draw_sheet(folder / name, *sheet)


def draw_curves(path, history):
    """Draw loss and accuracy by epoch."""
    from matplotlib.figure import Figure
    figure = Figure(figsize=(10, 4), layout="constrained")
    loss, accuracy = figure.subplots(1, 2)
    epochs = range(1, len(history["loss"]) + 1)
    loss.semilogy(epochs, history["loss"])
    loss.set(xlabel="epoch", ylabel="loss (cross-entropy)", title="Loss while learning")
    for name in history.keys() - {"loss"}:
        accuracy.plot(epochs, 100 * np.array(history[name]), label=name.replace("_", " "))
    accuracy.set(xlabel="epoch", ylabel="images read correctly (%)", title="Accuracy while learning")
    accuracy.legend()
    figure.savefig(path, dpi=110)


def draw_sheet(path, title, images, captions=None):
    """Draw images (n, 784) in rows: ink is black; where numbers are negative, red is above zero and blue below."""
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
        cell.set_title(caption, fontsize=7)
    figure.savefig(path, dpi=90)


# ── Command line ─────────────────────────────────────────────────────────────────────────────────────────

def defaults(*functions):
    """Return the functions' arguments and their defaults: edit these there, and the command line follows."""
    return {name: parameter.default for function in functions
            for name, parameter in inspect.signature(function).parameters.items()}


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Train a neural network on MNIST, in plain NumPy, and write weights.json for index.html.",
        epilog="A quick run of well under a minute: python neural_network.py --epochs 20 --learning-rate 0.5",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.set_defaults(**{name: value for name, value in defaults(NeuralNetwork, NeuralNetwork.train).items()
                           if name in ("hidden_size", "seed", "epochs", "learning_rate", "batch_size")})
    add = parser.add_argument
    add("--epochs", type=int, metavar="N", help="how often every image is seen: more is slower and, to a point, better")
    add("--hidden-size", type=int, metavar="N", help="hidden units: with 16 it is fast and fair, with 1024 slow and good")
    add("--learning-rate", type=float, metavar="X", help="length of the first steps: too small learns slowly, too "
        "large not at all")
    add("--batch-size", type=int, metavar="N", help="images for one step: more make fewer, surer steps")
    add("--seed", type=int, metavar="N", help="start of the random numbers: the same seed gives the same network")
    add("--validation", type=int, metavar="N", default=0, help="hold out the last N training images, to choose "
        "settings by: never by the test set")
    add("--no-distort", action="store_true", help="do not turn, bend and shift the images anew in every epoch")
    add("--no-styles", action="store_true", help="do not add the ways of writing in data/styles.json to MNIST's")
    add("--drawings", type=Path, metavar="FILE", help="learn your own drawings too, as saved by index.html")
    add("--load", type=Path, metavar="FILE", help="start from this network; with --epochs 0 only evaluate it")
    add("--output", type=Path, metavar="FILE", default=HERE / "weights.json", help="the file to write")
    return parser.parse_args()


def as_characters(image):
    """Return an image (784,) as lines of text, two characters a pixel, the darker the more ink."""
    return "\n".join("".join(2 * " .:-=+*#%@"[int(9 * ink)] for ink in row).rstrip() for row in image.reshape(28, 28))


def main():
    """Load the data, train, read the test set once, save, report."""
    options = parse_arguments()
    output = check_output(options.output)
    network = NeuralNetwork(hidden_size=options.hidden_size, seed=options.seed)
    if options.load:
        rng, network = network.rng, NeuralNetwork.load(options.load)
        network.rng = rng
    layers = [*network.W1.shape, len(network.b2)]
    if layers[0] != 784 or layers[2] != 10:
        raise ValueError(f"{options.load}: layers must be [784, any, 10] to read MNIST, not {layers}")
    drawings = ([] if options.no_styles else read_drawings(HERE / "data" / "styles.json")) + (
        read_drawings(options.drawings) if options.drawings else [])
    check_whole("--validation", options.validation, least=0, most=59000)
    check_whole("--epochs", options.epochs, least=0)

    images, labels, test_images, test_labels = load_mnist()
    count = len(images) - options.validation                       # MNIST's images to train on
    held_out = images[count:], labels[count:]
    rng = np.random.default_rng(options.seed)
    drawn_images, drawn_labels = render_drawings(drawings, rng)
    images, labels = np.concatenate([images[:count], drawn_images]), np.concatenate([labels[:count], drawn_labels])
    warps = [] if options.no_distort else make_warps(seed=options.seed)

    started = saved = time.monotonic()
    bar = tqdm(total=options.epochs, unit="epoch", disable=None)   # None: no bar where there is no terminal
    every = max(1, min(100, options.epochs // 10))
    record = {"learning_rate": options.learning_rate, "batch_size": options.batch_size, "seed": options.seed,
              "distortion": bool(warps), "drawings": len(drawings), "date": datetime.date.today().isoformat(),
              "versions": {"python": platform.python_version(), "numpy": np.__version__}}

    def save(history, **figures):
        network.training = {"epochs": len(history["loss"]), **record, **history, **figures,
                            "seconds": round(time.monotonic() - started)}
        network.save(output)

    def after_epoch(history):
        nonlocal saved
        if options.validation:
            history.setdefault("validation_accuracy", []).append(round(network.accuracy(*held_out), 5))
        epoch, now = len(history["loss"]), time.monotonic()
        figures = ", ".join(f"{name.replace('_', ' ')} {values[-1]:.4f}" for name, values in history.items())
        bar.set_postfix_str(figures, refresh=False)
        bar.update()
        if epoch % every == 0:
            bar.write(f"epoch {epoch}: {figures}")
        if epoch == 1 or now > saved + 20:                         # so that the page can be tried meanwhile
            saved = now
            try:
                save(history)
            except OSError as error:                               # room may be made before the end
                bar.write(f"{error}; training goes on.")

    history = network.train(images, labels, options.epochs, options.learning_rate, options.batch_size, warps, after_epoch)
    bar.close()
    epochs = len(history["loss"])
    if options.epochs:
        save(history)
        network = NeuralNetwork.load(output)                       # as written: the figures are those of the file
    train_accuracy = network.accuracy(images[:count], labels[:count])
    test_accuracy = network.accuracy(test_images, test_labels)     # the test set is read here, and only here
    print(f"{100 * train_accuracy:.2f} % of the training images and {100 * test_accuracy:.2f} % of the test images are read right.")
    probabilities = network.forward(images[:1])[2][0]
    print(f"\nThe first training image is a {labels[0]}. The network says:\n\n{as_characters(images[0])}\n")
    print("\n".join(f"{digit} {100 * p:6.2f} % {'#' * round(40 * p)}" for digit, p in enumerate(probabilities)))
    if not options.epochs:
        return
    save(history, train_accuracy=round(train_accuracy, 5), test_accuracy=round(test_accuracy, 5))
    sheets = []
    if warps:
        copies = [[warps[10 * row + i] @ image for i, image in enumerate(images[:10])] for row in range(5)]
        sheets.append(("distortions.png", "Ten images (top row) and what training makes of them",
                       np.concatenate([images[:10], *copies])))
    if drawings:
        sheets.append(("styles.png", "Ways of writing that MNIST lacks, in one of their variations",
                       drawn_images[::len(drawn_images) // len(drawings)],
                       [drawing.get("name", f"my {drawing['label']:.0f}") for drawing in drawings]))
    write_report(output.parent / "report", network, history, test_images, test_labels, sheets)
    if epochs < options.epochs:
        print(f"\nStopped after {epochs} of {options.epochs} epochs; what was learned until then is saved."
              " The shipped network comes back by: git checkout weights.json weights.js")
    print(f"\nWrote {output.name}, {output.stem}.js and report/ in {output.parent}. Now open index.html and draw a digit.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except (OSError, ValueError, TypeError, MemoryError, FloatingPointError) as error:
        print(f"neural_network.py: {error}", file=sys.stderr)
        sys.exit(2)
