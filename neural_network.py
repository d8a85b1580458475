# /// script
# requires-python = ">=3.10"
# dependencies = ["numpy>=1.24", "scipy>=1.10", "threadpoolctl>=3.1", "tqdm>=4.64",
#                 "matplotlib>=3.6", "pandas>=1.5", "scikit-learn>=1.2"]
# ///
"""A neural network that learns to read handwritten digits, in plain NumPy.

    python neural_network.py            train on MNIST, write weights.json for index.html
    python neural_network.py --help     everything there is to experiment with

An image, 28 x 28 pixels, is a row of 784 numbers from 0 (paper) to 1 (ink). It becomes ten probabilities:

    hidden        = sigmoid(images @ W1 + b1)           784 pixels -> 256 hidden units
    logits        = hidden @ W2 + b2                    256 hidden units -> 10 scores, one for each digit
    probabilities = softmax(logits)                     e^score / sum of e^scores: 10 that sum to 1

A hidden unit adds up weight * ink, over the pixels, and its bias, one more number. The sigmoid, an S-shaped
curve, squeezes this sum, z, into 0 to 1: without it, two layers do no more than one. A digit's score is such
a sum over these units. All it knows are the weights W1, W2, at first random, and biases b1, b2, at first 0.

To learn is to make them better, a little at a time. The network is shown a few images, a mini-batch, and the
loss says how wrong it was: -log(its probability for the right digit), the mean over the images. That is 0 if
sure and right, -log(1/10) = 2.3 if it guessed, more if sure and wrong. The gradient dW1 says how fast the
loss grows as each weight in W1 grows; dlogits says it of the logits, and so on. So each weight takes a step
the other way, W1 -= learning_rate * dW1. The chain rule finds the gradients, from the loss backwards:

    loss           = -log(e^logits[right] / sum of e^logits) = log(sum of e^logits) - logits[right]
    dlogits[digit] = e^logits[digit] / sum of e^logits - (1 if digit is right, else 0)

and that is what the network said less what it should have said: dlogits = probabilities - targets. The loss
of a mini-batch is the mean over its images, so each counts for 1 / batch_size, and dlogits is divided by the
batch_size: a step does not grow with the number of images. A weight acts on the loss through each image,
so its gradient is a sum over the images; a hidden unit's is one over the digits. @ makes these sums at once.

    dW2     = hidden.T @ dlogits                        over images, its unit's value * its digit's dlogits
    dhidden = dlogits @ W2.T                            over digits, its weight to one * that one's dlogits
    dz      = dhidden * slope                           times how steep the sigmoid is at z
    dW1     = images.T @ dz                             over images, its pixel's ink * its unit's dz

Chapter 1, the network, stands alone. 2: what it is shown. 3: digits. 4: the report. 5: the command line.
To read on: M. Nielsen, Neural Networks and Deep Learning.
"""
import argparse
import copy
import inspect
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

try:
    import numpy as np
    from scipy.sparse import csr_array, identity
    from threadpoolctl import threadpool_limits
    from tqdm import tqdm
except ImportError as error:
    sys.exit(f"{error}. README.md says how to install it; then: .venv/bin/python neural_network.py")
HERE = Path(__file__).resolve().parent


# ── 1. The network, and how it learns ───────────────────────────────────────────────────────────────────
# Each activation: hidden as a function of the sum z, and its slope there, as a function of hidden.
ACTIVATIONS = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)),  lambda hidden: hidden * (1 - hidden)),
    "tanh":    (np.tanh,                         lambda hidden: 1 - hidden * hidden),
    "relu":    (lambda z: np.maximum(z, 0),      lambda hidden: hidden > 0),
}


def softmax(logits):
    """Turn logits (batch, 10) into probabilities. Less the largest, they give the same, and e^x is finite."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def cross_entropy(probabilities, labels):
    """Return the loss: the mean of -log(probability of the right digit), where 0 counts as 1e-38."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-38)).mean())


def mini_batches(images, labels, batch_size, rng):
    """Yield an epoch's mini-batches in random order: images (batch, 784) and labels (batch,)."""
    order = rng.permutation(len(labels))
    for chosen in np.split(order, range(batch_size, len(order), batch_size)):       # cut at these places
        yield images[chosen], labels[chosen]


class NeuralNetwork:
    """A network with one hidden layer: input_size -> hidden_size (activation) -> output_size (softmax).

    Images are numbers from 0 to 1, (n, input_size); labels are whole numbers from 0 on, (n,).
    """

    def __init__(self, input_size=784, hidden_size=256, output_size=10, activation="sigmoid", seed=0):
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, not {activation}")
        self.activation = activation
        self.activate, self.slope = ACTIVATIONS[activation]
        self.rng = np.random.default_rng(seed)
        # Weights / sqrt(inputs) keep a unit's sum small at first, where the sigmoid is steep: it learns fast.
        W1 = self.rng.normal(size=(input_size, hidden_size)) / np.sqrt(input_size)
        W2 = self.rng.normal(size=(hidden_size, output_size)) / np.sqrt(hidden_size)
        self.W1, self.b1 = W1.astype(np.float32), np.zeros(hidden_size, np.float32)
        self.W2, self.b2 = W2.astype(np.float32), np.zeros(output_size, np.float32)
        self.training = {}                                      # a record of its training, for `save`

    def parameters(self):
        """Return all that is learned: W1 (784, units), b1 (units,), W2 (units, 10), b2 (10,)."""
        return self.W1, self.b1, self.W2, self.b2

    def forward(self, images):
        """Return hidden (batch, units), logits (batch, 10) and probabilities (batch, 10)."""
        hidden = self.activate(images @ self.W1 + self.b1)      # (batch, 784) @ (784, units) + (units,)
        logits = hidden @ self.W2 + self.b2                     # (batch, units) @ (units, 10) + (10,)
        return hidden, logits, softmax(logits)

    def backward(self, images, labels, outputs=None):
        """Return the gradient of the mean loss: dW1, db1, dW2, db2, each in its parameter's shape.

        outputs are what forward(images) returned, if they are at hand.
        """
        hidden, _, probabilities = outputs or self.forward(images)
        targets = np.eye(len(self.b2), dtype=np.float32)[labels]        # (batch, 10): 1 if right, else 0
        dlogits = (probabilities - targets) / len(labels)       # (batch, 10)
        dW2 = hidden.T @ dlogits                                # (units, batch) @ (batch, 10)
        db2 = dlogits.sum(axis=0)                               # (10,): a bias is a weight whose input is 1
        dhidden = dlogits @ self.W2.T                           # (batch, 10) @ (10, units)
        dz = dhidden * self.slope(hidden)                       # (batch, units)
        dW1 = images.T @ dz                                     # (784, batch) @ (batch, units)
        db1 = dz.sum(axis=0)                                    # (units,)
        return dW1, db1, dW2, db2

    def update(self, gradients, learning_rate):
        """Move every parameter, in place, a small step against its gradient, which becomes that step."""
        for parameter, gradient in zip(self.parameters(), gradients):
            gradient *= learning_rate
            parameter -= gradient

    @threadpool_limits.wrap(limits=1)       # on matrices this small, more threads only wait for each other
    def train(self, images, labels, epochs=1000, learning_rate=0.1, batch_size=32, batches=None, tell=print):
        """Learn by stochastic gradient descent: random mini-batches, at a rate that falls evenly to zero.

        An epoch shows every image once; `batches`, if given, shows them in its own way (chapter 2). Returns
        self.training with {"loss": [...], "accuracy": [...]}: one for each epoch, measured before each step.
        """
        if batches is None:
            self.check(images, labels)
            batches = mini_batches
        steps = epochs * int(np.ceil(len(labels) / batch_size))
        rates = (learning_rate * (1 - step / steps) for step in range(steps))      # one for each step
        self.training |= {"loss": [], "accuracy": []}
        for epoch in range(1, epochs + 1):
            seen = []                                           # probabilities and labels of each mini-batch
            for batch_images, batch_labels in batches(images, labels, batch_size, self.rng):
                hidden, logits, probabilities = self.forward(batch_images)
                gradients = self.backward(batch_images, batch_labels, (hidden, logits, probabilities))
                self.update(gradients, next(rates))
                seen.append((probabilities, batch_labels))
            probabilities, seen_labels = map(np.concatenate, zip(*seen))
            loss = cross_entropy(probabilities, seen_labels)
            accuracy = float(np.mean(probabilities.argmax(axis=1) == seen_labels))
            self.training["loss"].append(round(loss, 5))
            self.training["accuracy"].append(round(accuracy, 5))
            tell(f"epoch {epoch:4}  loss {loss:.4f}  accuracy {accuracy:.2%}")
        return self.training

    def check(self, images, labels):
        """Raise ValueError unless the network can learn from these."""
        n, inputs, outputs = len(labels), len(self.W1), len(self.b2)
        if not (images.shape == (n, inputs) and images.min() >= 0 and images.max() <= 1):
            raise ValueError(f"images must be ({n}, {inputs}) numbers from 0 to 1, a row for each label, not "
                             f"{images.shape} numbers from {images.min()} to {images.max()}")
        if not np.isin(labels, range(outputs)).all():
            raise ValueError(f"labels must be whole numbers from 0 to {outputs - 1}, not {labels}")

    def predict(self, images):
        """Return the most probable digit of each image, (n,): it has the largest logit."""
        return np.concatenate([self.forward(part)[1].argmax(axis=1) for part in np.array_split(images, 16)])

    def accuracy(self, images, labels):
        """Return the share of the images, 0 to 1, whose most probable digit is their label."""
        return float(np.mean(self.predict(images) == labels))

    def save(self, path):
        """Write the network to a .json file and, for a page on file://, as a script to its .js twin.

        Raises OSError, or ValueError for weights that are not finite; the old files then stay as they were.
        """
        content = {"layers": [*self.W1.shape, len(self.b2)], "activations": [self.activation, "softmax"]}
        for name, parameter in zip(("W1", "b1", "W2", "b2"), self.parameters()):
            content[name] = np.round(parameter.astype(np.float64), 3).tolist()  # more decimals gain nothing
        text = json.dumps(content | {"training": self.training}, separators=(",", ":"), allow_nan=False)
        path = Path(path).resolve()
        files = {path.name: text, path.stem + ".js": f"const WEIGHTS = {text};\n"}
        with tempfile.TemporaryDirectory(".tmp", ".", path.parent) as folder:
            for name in files:
                Path(folder, name).write_text(files[name], "utf-8")
            for name in files:                                  # now that both are whole
                os.replace(Path(folder, name), path.with_name(name))

    @classmethod
    def load(cls, path):
        """Return the network in a .json file. Raises OSError, or ValueError naming what is wrong in it."""
        try:
            content = json.loads(Path(path).read_text("utf-8"))
            network = cls(*content["layers"], content["activations"][0])
            network.training = content.get("training", {})
            for name, parameter in zip(("W1", "b1", "W2", "b2"), network.parameters()):
                values = np.array(content[name], np.float32)
                if values.shape != parameter.shape or not np.isfinite(values).all():
                    raise ValueError(f"{name} must be finite numbers, {parameter.shape}, not {values.shape}")
                parameter[:] = values
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise ValueError(f"{path} holds no network: {type(error).__name__}: {error}") from None
        return network


# ── 2. What the network is shown ────────────────────────────────────────────────────────────────────────
class View:
    """What a network learns from in place of whole images: train(view.images, view.labels, batches=view).

    Each image comes warped, anew in every epoch, so that none is learned by heart; without pixels that hardly
    ever have ink; and less the mean, as what all images share would make the largest gradient and force a
    small learning rate (LeCun and others, Efficient BackProp, 1998). Drawings come in ever new variations.
    """
    COPIES = 120            # of each drawing: of MNIST and the styles, one image in nine is then drawn

    def __init__(self, images, labels, drawings=(), distort=True, seed=0):
        self.images, self.drawings, self.rng = np.float32(images), drawings, np.random.default_rng(seed)
        drawn = np.reshape([self.draw(drawing) for _ in range(4) for drawing in drawings], (-1, 784))
        self.drawn = np.tile(np.float32(drawn), (self.COPIES // 4, 1))          # four of each, for a start
        self.labels = np.concatenate([labels, [one["label"] for one in drawings] * self.COPIES]).astype(int)
        self.oldest = zip(cycle(range(len(self.drawn))), cycle(drawings))
        mean = np.vstack([self.images.sum(axis=0), self.drawn]).sum(axis=0) / len(self.labels)      # (784,)
        self.inked = inked = np.flatnonzero(mean >= 0.003 * mean.max())         # the rest has hardly any ink
        self.mean = mean[inked]                                 # (inked,)
        self.warps = make_warps(1000, inked, self.rng) if distort else [identity(784, "f4", "csr")[inked]]

    def draw(self, drawing):
        """Return a variation of a drawing, by another pen: (784,)."""
        return render(jitter(drawing["strokes"], self.rng), pen=self.rng.uniform(1.8, 2.8))

    def __call__(self, images, labels, batch_size, rng):
        """Yield mini-batches as shown, (batch, inked), with labels; a second thread prepares those ahead."""
        size = batch_size * max(1, 2048 // batch_size)
        chosen = np.split(rng.permutation(len(labels)), range(size, len(labels), size))
        with ThreadPoolExecutor(1) as second_thread:
            ahead = second_thread.submit(self.prepare, chosen[0])
            for following in [*chosen[1:], chosen[0][:0]]:      # none after the last
                (shown, shown_labels), ahead = ahead.result(), second_thread.submit(self.prepare, following)
                for start in range(0, len(shown), batch_size):
                    yield shown[start:start + batch_size], shown_labels[start:start + batch_size]

    def prepare(self, chosen):
        """Return the images of these numbers, (chosen, inked), and labels; after MNIST's come those drawn."""
        # In an epoch each drawing is drawn anew at least once, in place of its oldest variation.
        for row, drawing in islice(self.oldest, 1 + len(chosen) * len(self.drawings) // len(self.labels)):
            self.drawn[row] = self.draw(drawing)
        n, shown = len(self.images), np.empty((len(chosen), len(self.inked)), np.float32)
        # A warp costs least on many images, but a mini-batch teaches most if each is warped differently.
        for k in range(32):
            some, warp = chosen[k::32], self.warps[self.rng.integers(len(self.warps))]
            images, drawn = self.images.take(some, axis=0, mode="clip"), some >= n  # from n on: drawn,
            images[drawn] = self.drawn[some[drawn] - n]         # in place of the last, where clip led them
            shown[k::32] = (warp @ images.T).T - self.mean
        return shown, self.labels[chosen]

    def fold(self, network):
        """Return the same network for whole images: (x - mean) @ W1 + b1 = x @ W1 + (b1 - mean @ W1)."""
        whole = copy.copy(network)
        whole.W1 = np.zeros((784, len(network.b1)), np.float32)         # 0 for the pixels that were left out
        whole.W1[self.inked] = network.W1
        whole.b1 = network.b1 - self.mean @ network.W1
        whole.training["mean"] = np.bincount(self.inked, self.mean, 784).round(3).tolist()     # for lessons
        return whole


def make_warps(count, pixels, rng, rotation=10, scale=0.1, shear=0.1, shift=1.0, elastic=0.8, smooth=4):
    """Return random distortions, sparse matrices (pixels, 784): warp @ image is the distorted image there.

    Each turns by up to `rotation` degrees, stretches by up to e^scale, leans, shifts by up to `shift` px, and
    bends along a random field of `elastic` px, smoothed over `smooth` px (Simard, Steinkraus, Platt, 2003).
    """
    bounds = np.radians(rotation), shear, scale, scale
    angle, lean, tall, wide = np.float32([rng.uniform(-bound, bound, (count, 1)) for bound in bounds])
    blur = np.exp(-((np.arange(28)[:, None] - np.arange(28)) / smooth) ** 2 / 2)        # Gaussian, (28, 28)
    field = blur @ rng.normal(size=(2, count, 28, 28)) @ blur
    field = np.float32(elastic / field.std() * field).reshape(2, count, 784)[:, :, pixels]
    moved = field + np.float32(rng.uniform(-shift, shift, (2, count, 1)))       # (2, count, pixels)
    y, x = np.float32(pixels // 28 - 13.5), np.float32(pixels % 28 - 13.5)      # (pixels,), from the centre
    from_y = 13.5 + moved[0] + (np.sin(angle) * x + np.cos(angle) * (y + lean * x)) * np.exp(tall)
    from_x = 13.5 + moved[1] + (np.cos(angle) * x - np.sin(angle) * (y + lean * x)) * np.exp(wide)
    # A pixel's new ink is the mean of the four pixels around the place that it is read from.
    from_y, from_x = from_y.clip(0, 27), from_x.clip(0, 27)             # outside is paper, as at the edge
    top, left = np.floor(from_y).clip(0, 26), np.floor(from_x).clip(0, 26)
    down, right = from_y - top, from_x - left
    weights = np.stack([(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right], 2)
    places = np.int32(28 * top + left)[:, :, None] + np.int32([0, 1, 28, 29])
    return [csr_array((*warp, np.arange(0, 4 * len(pixels) + 1, 4)), shape=(len(pixels), 784))
            for warp in zip(weights.reshape(count, -1), places.reshape(count, -1))]


# ── 3. Digits: MNIST, and from pen to pixels ────────────────────────────────────────────────────────────
def load_mnist():
    """Return MNIST, straightened: images (60000, 784), labels, test images (10000, 784), test labels."""
    path = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets" / "mnist.npz"
    if not path.exists():
        say("MNIST is not on this machine yet: TensorFlow may fetch it (up to half a minute) …")
        code = "import socket as s, tensorflow as t;s.setdefaulttimeout(9);t.keras.datasets.mnist.load_data()"
        subprocess.run([sys.executable, "-c", code], capture_output=True)       # it prints a lot
    if not path.exists():
        path = HERE / "data" / "mnist.npz"
        say(f"No TensorFlow, or no internet. That does no harm: MNIST comes from {path}.")
    try:
        with np.load(path) as file:
            images, labels, test_images, test_labels = map(file.get, "x_train y_train x_test y_test".split())
        straight = [np.empty((len(whole), 784), np.float32) for whole in (images, test_images)]
        with ThreadPoolExecutor() as threads:
            for whole, result in zip((images, test_images), straight):
                parts = np.array_split(whole, 300), np.array_split(result, 300)     # small enough for a cache
                list(threads.map(lambda part, to: np.copyto(to, straighten(part / np.float32(255))), *parts))
        return straight[0], labels.astype(int), straight[1], test_labels.astype(int)
    except Exception as error:                                  # zipfile, zlib and NumPy each raise their own
        raise ValueError(f"{path} does not hold MNIST; delete it or replace it: {error}") from None


def straighten(images):
    """Take half of its slant from each image (n, 784), as LeCun and others (1998) took all of it."""
    images = images.reshape(-1, 28, 28)
    x = y = np.arange(28, dtype=images.dtype)
    ink = images.sum(axis=2)                                    # (n, 28), of each row
    total = np.maximum(ink.sum(axis=1, keepdims=True), 1e-9)    # (n, 1); blank paper has none
    down = y - (ink @ y)[:, None] / total                       # (n, 28), from the centre of the ink
    slant = ((images @ x) * down).sum(axis=1) / ((ink * down * down).sum(axis=1) + total[:, 0] / 2)
    shift = slant[:, None] / 2 * down                           # (n, 28): how far to the right a row is read
    whole, part = np.floor(shift).clip(-29, 28).astype(int), (shift % 1)[:, :, None]
    padded = np.zeros((len(images), 29, 57), images.dtype)      # before and after each row 29 pixels of paper
    padded[:, :28, 29:] = images
    starts = 57 * (29 * np.arange(len(images))[:, None] + y.astype(int)) + 29       # (n, 28), of the rows
    rows = np.lib.stride_tricks.sliding_window_view(padded.ravel(), 29)[starts + whole]      # (n, 28, 29)
    return ((1 - part) * rows[:, :, :-1] + part * rows[:, :, 1:]).reshape(-1, 784)


def render(strokes, pen=2.2):
    """Turn pen strokes into the image that MNIST would have made of them, straightened: (784,), from 0 to 1.

    A stroke is a list of points [x, y]: x right, y down, any unit. As in MNIST (Yadav and Bottou, 2019), the
    ink fills 20 px by its longest side, and whole pixels shift its centre of mass to pixel 14; pen is in px.
    """
    strokes = [np.asarray(stroke, dtype=np.float64) for stroke in strokes]
    corner = np.concatenate(strokes).min(axis=0)
    extent = np.ptp(np.concatenate(strokes), axis=0).max() or 1         # a dot has none
    x, y = np.arange(4.0, 24.0), np.arange(4.0, 24.0)[:, None]          # centres of the 20 x 20 pixels of ink
    nearest = np.full((20, 20), np.inf)                         # squared distance to the pen's path
    for stroke in strokes:
        # The ink, half a pen wider than the points on every side, begins at the edge of pixel 4.
        path = (stroke - corner) / extent * (20 - pen) + (3.5 + pen / 2)
        starts, ends = (path[:-1], path[1:]) if len(path) > 1 else (path, path)
        x0, y0 = starts.T[:, :, None, None]                     # (segments, 1, 1) each
        dx, dy = (ends - starts).T[:, :, None, None]
        squared = dx * dx + dy * dy                             # of a segment's length; 0 for a dot
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / np.where(squared, squared, 1), 0, 1)
        ex, ey = x - x0 - along * dx, y - y0 - along * dy
        nearest = np.minimum(nearest, (ex * ex + ey * ey).min(axis=0))
    # In 255 steps, as in MNIST: sums of whole numbers are exact, so every language finds the same centre.
    ink = np.floor(np.clip(pen / 2 + 0.5 - np.sqrt(nearest), 0, 1) * 255 + 0.5)
    right, down = (int(np.floor(14 - (ink * place).sum() / ink.sum() + 0.5)) for place in (x, y))
    centred = np.pad(ink, 32)[28 - down:56 - down, 28 - right:56 - right]
    return straighten(centred.reshape(1, 784) / 255)[0]


# A digit stays what it is when another hand writes it. So the network looks at a drawing five times:
# as it is, slimmer, wider, and wider and turned either way. Each look: by what angle it is turned
# (radians), and how far it is stretched sideways.
LOOKS = ((0, 1), (0, 0.75), (0, 1.33), (-0.3, 1.33), (0.3, 1.33))


def vary(strokes, angle, stretch):
    """Return the strokes as a hand might have made them another time: turned, then stretched sideways."""
    cos, sin = np.cos(angle), np.sin(angle)
    varied = []
    for stroke in strokes:
        x, y = np.asarray(stroke, dtype=np.float64).T           # (points,) each
        varied.append(np.stack([stretch * (x * cos - y * sin), x * sin + y * cos], axis=1))
    return varied


def looks(strokes):
    """Return the images that a network is shown of one drawing, (looks, 784): the first is it as it is."""
    return np.array([render(vary(strokes, angle, stretch)) for angle, stretch in LOOKS])


def read_drawing(network, strokes):
    """Return what a network reads in a drawing, as a dictionary.

    "probabilities" (10,) is its reading: the mean over the looks. Of each look there is what it was
    shown, "images" (looks, 784), and what it read in that: "logits" (looks, 10).
    """
    images = looks(strokes)
    _, logits, probabilities = network.forward(np.float32(images))      # (looks, 10) each
    return {"strokes": strokes, "images": images, "logits": logits,
            "probabilities": probabilities.mean(axis=0)}


SURE = 0.78             # a digit whose mean probability is above this is not doubted
HEAVY = 160             # more ink than this, in pixels, is a blot
COUNTS = ("none", "one", "two", "three", "four", "five")


def doubt(reading):
    """Return why a reading is doubted, in a few words; "" where it is not.

    Other shapes than digits do not stay what they are from look to look, nor does what is misread:
    so the mean of the looks is small. benchmarks/doubt.py has measured the numbers.
    """
    digit = int(reading["probabilities"].argmax())
    if reading["images"][0].sum() > HEAVY:
        return "so much ink: is this a digit?"
    if reading["probabilities"][digit] > SURE:
        return ""
    votes = np.bincount(reading["logits"].argmax(axis=1), minlength=10)         # of the looks, for each digit
    everyone = COUNTS[len(reading["logits"])]
    others = [other for other in range(10) if votes[other] > 0 and other != digit]
    if not others:
        return f"all {everyone} say {digit}, but not surely"
    ours = f"{COUNTS[votes[digit]]} of {everyone} {'says' if votes[digit] == 1 else 'say'} {digit}"
    if len(others) > 1:
        return f"{ours}: is this a digit?"
    other = others[0]
    return f"{ours}, {COUNTS[votes[other]]} {'says' if votes[other] == 1 else 'say'} {other}"


def jitter(strokes, rng):
    """Return the strokes as written once more: rounded, bent, slanted and stretched at random."""
    matrix = np.eye(2) + rng.normal(0, 0.12, (2, 2)) + [[0, rng.normal(0, 0.14)], [0, 0]]  # leans above all
    corner = np.concatenate(strokes).min(axis=0)
    size = np.ptp(np.concatenate(strokes), axis=0).max() or 1
    jittered = []
    for stroke in strokes:
        path = (np.asarray(stroke, dtype=np.float64) - corner) / size   # (points, 2)
        for _ in range(2 if len(path) < 16 else 0):             # of few points, make a curve (Chaikin, 1974)
            near, far = 0.75 * path[:-1] + 0.25 * path[1:], 0.25 * path[:-1] + 0.75 * path[1:]
            path = np.vstack([path[:1], np.stack([near, far], axis=1).reshape(-1, 2), path[-1:]])
        path = path[np.linspace(0, len(path) - 1, min(len(path), 24)).round().astype(int)]
        # Random offsets at five places along the stroke, and between them what lies between.
        along = np.append(0, np.hypot(*np.diff(path, axis=0).T).cumsum())
        offsets = rng.normal(0, 0.05, size=(2, 5)) + rng.normal(0, 0.025, size=(2, 1))
        moved = [np.interp(along, np.linspace(0, along[-1] or 1, 5), offset) for offset in offsets]
        jittered.append((path + np.stack(moved, axis=1)) @ matrix.T)
    return jittered


def read_drawings(path):
    """Return the drawings in a file, a JSON list or one a line: {"label": 7, "strokes": [[[x, y], ...]]}."""
    text = drawing = Path(path).read_text("utf-8", errors="replace").strip()
    try:
        drawings = json.loads(text if text[:1] == "[" else "[%s]" % ",".join(filter(None, text.splitlines())))
        for drawing in drawings or [text]:
            points = np.concatenate([np.reshape(stroke, (len(stroke), 2)) for stroke in drawing["strokes"]])
            if drawing["label"] not in range(10) or [] in drawing["strokes"] or not abs(points).max() < 1e6:
                raise ValueError
    except (ValueError, TypeError, LookupError):
        raise ValueError(f'{path}: expected {{"label": 7, "strokes": [[[x, y], [x, y]]]}}, found '
                         f"{str(drawing)[:60]!r}") from None
    return drawings


# ── 4. The report ───────────────────────────────────────────────────────────────────────────────────────
def write_report(folder, network, images, labels):
    """Write what there is to see of a network into a folder; images and labels are those of the test set."""
    import matplotlib.figure
    import pandas
    from sklearn.metrics import ConfusionMatrixDisplay
    probabilities = network.forward(images)[2]
    read = probabilities.argmax(axis=1)
    history = pandas.DataFrame({name: pandas.Series(values, range(1, len(values) + 1))
                                for name, values in network.training.items()
                                if isinstance(values, list) and name != "mean"}).rename_axis("epoch")
    folder.mkdir(exist_ok=True)
    history.to_csv(folder / "history.csv")
    figure = matplotlib.figure.Figure(figsize=(18, 18))
    figure.subplots_adjust(left=0.05, right=0.98, bottom=0.01, top=0.97)
    loss, errors, confusions, mistakes, units = figure.subplot_mosaic("012;333;444").values()
    history[["loss"]].plot(ax=loss, logy=True, style=".-", title="Loss while learning (guessing gives 2.3)")
    (1 - history.iloc[:, 1:]).add_prefix("1 - ").plot(ax=errors, logy=True, style=".-", title="Share misread")
    wrong = np.flatnonzero(read != labels)                      # those read right would hide the others
    ConfusionMatrixDisplay.from_predictions(labels[wrong], read[wrong], labels=range(10), ax=confusions,
                                            cmap="Oranges", colorbar=False)
    confusions.set(xlabel="read as", ylabel="digit", title=f"Misread: {len(wrong)} of {len(labels):,}")
    worst = wrong[probabilities[wrong, labels[wrong]].argsort()][:48]
    draw_images(mistakes, "Misread, the worst first, and how sure it was of that", images[worst], columns=16,
                captions=[f"{labels[i]} read as {read[i]}, {probabilities[i, read[i]]:.0%}" for i in worst])
    votes = network.W2.argmax(axis=1)
    order = np.lexsort((-network.W2.max(axis=1), votes))[:256]          # by digit, the strongest vote first
    draw_images(units, "Hidden units, and the digit that each speaks for most. Ink on blue switches a unit "
                "on, ink on orange off.", network.W1.T[order], votes[order], columns=32)
    with matplotlib.rc_context({"axes.formatter.min_exponent": 3}):         # 0.04, not 4 times a power of 10
        figure.savefig(folder / "report.png", dpi=80)


def draw_images(axes, title, images, captions, columns):
    """Draw images (n, 784) in rows: ink is black; of weights, those above 0 are blue, those below orange."""
    from matplotlib.colors import LinearSegmentedColormap
    rows = max(1, -(-len(images) // columns))
    sheet = np.zeros((rows, 36, columns, 30))               # one picture of all is drawn faster than many
    for (row, column), image, caption in zip(np.ndindex(rows, columns), images, captions):
        sheet[row, 8:, column, 2:] = image.reshape(28, 28) / abs(image).max()
        axes.text(30 * column + 16, 36 * row + 7, caption, fontsize=7, ha="center")
    ends = ["#b24a08", "white", "#1d5cc7"] if sheet.min() < 0 else ["white", "white", "black"]
    axes.imshow(sheet.reshape(36 * rows, -1), LinearSegmentedColormap.from_list("", ends), vmin=-1, vmax=1)
    axes.set(title=title, xticks=[], yticks=[], frame_on=False)


# ── 5. The command line ─────────────────────────────────────────────────────────────────────────────────
def say(sentence):
    """Print a sentence; where nobody reads any more (`| head`), go on in silence."""
    try:
        print(sentence, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parse_arguments():
    """Read the command line. The defaults are those in the code above: edit them there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False,
        usage="%(prog)s [options]", epilog="A quick run of half a minute: --epochs 20 --learning-rate 1.5")
    default = {name: parameter.default for function in (NeuralNetwork, NeuralNetwork.train)
               for name, parameter in inspect.signature(function).parameters.items()} | {"validation": 0}
    numbers = {
        "epochs": (1, 1e6, "how often it sees each image; more takes longer and, up to a point, learns more"),
        "hidden_size": (1, 1e5, "hidden units; 16 are fast and fair, 1024 slow and good"),
        "learning_rate": (1e-9, 1e9, "how far the first steps go; too small is slow, too large diverges"),
        "batch_size": (1, 1e5, "images for one step; more make fewer, surer steps"),
        "seed": (0, 1e9, "where the random numbers start; the same seed gives the same network"),
        "validation": (0, 59000, "hold out N training images; compare settings by how many of them it reads")}
    add = parser.add_argument
    for name, (_, _, help) in numbers.items():
        add("--" + name.replace("_", "-"), type=type(default[name]), default=default[name],
            metavar="N", help=help + " (%(default)s)")
    add("--activation", choices=ACTIVATIONS, default=default["activation"],
        help="what a hidden unit makes of its sum; tanh and relu want smaller steps (%(default)s)")
    add("--no-distort", action="store_true", help="show images as they are, not distorted")
    add("--no-styles", action="store_true", help="leave out ways of writing that MNIST lacks")
    add("--drawings", metavar="FILE", help="learn your own drawings too, saved by the page")
    add("--output", type=Path, default=HERE / "weights.json", help="where to write it, to drop on the page")
    options = parser.parse_args()
    for name, (least, most, _) in numbers.items():
        if not least <= vars(options)[name] <= most:
            parser.error(f"{name} must lie from {least:g} to {most:g}, not be {vars(options)[name]}")
    read = [Path(name).resolve() for name in (HERE / "data" / "styles.json", options.drawings or "")]
    if (output := options.output).suffix != ".json" or not output.parent.is_dir() or output.resolve() in read:
        parser.error(f"output must be a .json file in an existing folder, not one to read from, not {output}")
    return options


def learn(network, view, options, held_out):
    """Train, tell how it goes, and save what is learned on the way."""
    started = saved = time.monotonic()
    def after_epoch(line):
        nonlocal saved
        training, now = network.training, time.monotonic()
        epoch, loss = len(training["loss"]), training["loss"][-1]
        if not loss <= 10:                                      # NaN too
            raise FloatingPointError(f"training diverged: an epoch's loss was {loss:.3g}, where guessing "
                                     f"gives 2.3; try --learning-rate {options.learning_rate / 10:g}")
        training |= {"epochs": epoch, "seconds": round(now - started)}
        if options.validation:
            accuracy = round(view.fold(network).accuracy(*held_out), 5)
            training.setdefault("validation_accuracy", []).append(accuracy)
            line += f"  of the held-out images {accuracy:.2%}"
        bar.update()
        if epoch == 1 or epoch % max(options.epochs // 20, 1) == 0:
            with bar.external_write_mode():
                say(line)
        if epoch == 1 or now > saved + 20:                      # so that the page can be tried meanwhile
            saved = now
            view.fold(network).save(options.output)

    with tqdm(total=options.epochs, unit="epoch", disable=None) as bar:     # None: no bar without a terminal
        network.train(view.images, view.labels, options.epochs, options.learning_rate, options.batch_size,
                      batches=view, tell=after_epoch)


def show_prediction(network, image, label, when):
    """Print an image (784,) as characters, its label, and what the network says of it."""
    rows = ["".join(2 * " .:-=+*#%@"[int(9 * ink)] for ink in row).rstrip() for row in image.reshape(28, 28)]
    say("\n".join(filter(None, rows)) + f"\nThe first image is a {label}. The network {when} training says "
        + ", ".join(f"{digit}: {p:.0%}" for digit, p in enumerate(network.forward(image[None])[2][0])))


def main():
    """Load the data, train, read the test set once, report. Ctrl-C ends training early and loses nothing."""
    options = parse_arguments()
    sys.stdout.reconfigure(errors="replace")                    # a terminal may know only ASCII
    np.seterr(all="ignore")                                     # a run that diverges is told in words
    drawings = [] if options.no_styles else read_drawings(HERE / "data" / "styles.json")
    drawings += read_drawings(options.drawings) if options.drawings else []
    images, labels, test_images, test_labels = load_mnist()
    count = len(images) - options.validation
    held_out, images, labels = (images[count:], labels[count:]), images[:count], labels[:count]
    view = View(images, labels, drawings, not options.no_distort, options.seed)
    network = NeuralNetwork(len(view.inked), options.hidden_size, 10, options.activation, options.seed)
    network.training = {name: vars(options)[name] for name in ("learning_rate", "batch_size", "seed")} | {
        "distortion": not options.no_distort, "drawings": len(drawings), "date": time.strftime("%Y-%m-%d")}
    show_prediction(view.fold(network), images[0], labels[0], "before")
    say(f"An epoch shows each image once: {count:,} of MNIST, {len(view.labels) - count:,} drawn by pen.\n"
        "loss: how wrong it is, 2.30 if it guesses, 0 if sure and right. accuracy: the share it reads right.")
    try:
        learn(network, view, options, held_out)
    except KeyboardInterrupt:
        if not (epochs := len(network.training.get("loss", []))):
            sys.exit("\nStopped in the first epoch: the old files stay as they were.")
        say(f"\nStopped after {epochs} of {options.epochs} epochs. What was learned is saved.")
        if (HERE / ".git").exists() and options.output.resolve() == HERE / "weights.json":
            say("`git checkout weights.json weights.js` brings the shipped network back.")
    view.fold(network).save(options.output)
    say("Reading all training images as they are, and the test images, for the only time in this run …")
    network = NeuralNetwork.load(options.output)                # the figures are to be those of the file
    network.training["train_accuracy"] = round(network.accuracy(images, labels), 5)
    network.training["test_accuracy"] = round(network.accuracy(test_images, test_labels), 5)
    network.save(options.output)
    show_prediction(network, images[0], labels[0], "after")
    say("Read right: {train_accuracy:.2%} of the training images, {test_accuracy:.2%} of the test images. "
        "Drawing the report …".format(**network.training))
    write_report(options.output.resolve().parent / "report", network, test_images, test_labels)
    say(f"Wrote {options.output}, and beside it report/report.png: look at that, then draw on index.html.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except (ImportError, OSError, ValueError, MemoryError, FloatingPointError) as error:
        print(f"neural_network.py: {error}", file=sys.stderr)
        sys.exit(2)
