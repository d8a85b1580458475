# /// script
# requires-python = ">=3.10"
# dependencies = ["numpy>=1.24", "scipy>=1.10", "threadpoolctl>=3.1", "tqdm>=4.64",
#                 "matplotlib>=3.6", "pandas>=1.5", "scikit-learn>=1.2"]
# ///
"""A neural network that learns to read handwritten digits, in plain NumPy.

    python neural_network.py            train on MNIST, write weights.json for index.html
    python neural_network.py --help     everything there is to experiment with

This file is written like a short book. Whoever reads this opening and chapter 1 has the whole
idea, and code that runs. The rest is about more speed, more skill, and comfort:

    1. The network, and how it learns           5. With care: checks, and processor cores
    2. What the network is shown                6. The report
    3. Digits: MNIST, and from pen to pixels    7. The command line
    4. Files: networks and drawings


HOW IT READS

An image, 28 x 28 pixels, is a row of 784 numbers from 0 (paper) to 1 (ink). Between the image and
the answer stand 256 hidden units: numbers that are computed from the image, and hidden, as they are
neither the image nor the answer. Each unit has a weight for every pixel. It multiplies each pixel
by its weight, adds all this up, and adds one more number of its own, its bias. The sum is called z.
Then an activation bends it: the sigmoid, 1 / (1 + e^-z), an S-shaped curve from 0 to 1.

Each of the ten digits does the same with the values of the hidden units: it has a weight for every
unit, adds up, and adds its bias. Its sum is called its logit. The hidden units are one layer, the
digits the next. (Without the bend, two layers could do no more than one: 3 * (2 * ink) is just
6 * ink.) The softmax turns the ten logits into ten probabilities. It takes e to the power of each,
which is above 0, and divides by the sum of all ten: so together they are 1. The largest logit gets
the largest probability, and its digit is what the network reads.

The network reads several images at once, a batch, one in each row:

    z             = images @ W1 + b1        (batch, 784) @ (784, 256) + (256,)  ->  (batch, 256)
    hidden        = sigmoid(z)              each number by itself
    logits        = hidden @ W2 + b2        (batch, 256) @ (256, 10) + (10,)    ->  (batch, 10)
    probabilities = softmax(logits)         e^logit / the sum of the ten e^logit of its image

@ is the matrix product. It goes along a row of the first and down a column of the second,
multiplies number by number, and adds up:  (A @ B)[i, j] = the sum over k of A[i, k] * B[k, j].
(784, 256) means 784 rows and 256 columns: each column of W1 holds the weights of one hidden unit.
So z[i, u] is the sum over the pixels of their ink in image i times their weight for unit u. The
biases b1 are a single row, (256,), and b2 one of (10,): each is added to every row of the batch.


HOW IT LEARNS

All that the network knows stands in the weights W1 and W2, at first random, and in the biases b1
and b2, at first 0. (Why random? Two units with the same weights would learn the same, and stay the
same for ever.) To learn is to make these numbers better, a little at a time. The network is shown a
few of the training images, whose right digits, the labels, are known: a batch that is called a
mini-batch. The loss says how wrong it is. For one image

    loss = -log(the probability that it gives to the right digit)

That is 0 if it is sure and right, -log(1/10) = 2.3 if it guesses, and more if it is sure and wrong.
(log is the natural logarithm, the ln of a calculator.) The loss of a mini-batch is the mean over
its images.

Now think of one weight that grows a little, while all others stay as they are. Then the loss
changes. How fast it changes is its derivative with respect to this weight. The derivatives with
respect to all weights in W1 have the shape of W1. Together they are called the gradient, dW1:
everywhere here, dX is short for dLoss/dX. Where a derivative is above 0, its weight should go down,
and where it is below 0, up. All may go at once: as long as the steps are small, what they do to the
loss adds up. How far they go is told by a number, the learning_rate:

    W1 -= learning_rate * dW1               and so with b1, W2 and b2

The faster the loss changes with a weight, the farther that weight goes. That is all of learning,
done again and again. (MNIST has 60,000 training images. With 32 of them in a mini-batch, 1,875
steps go once through all.) What is left is to find the gradients.


WHERE THE GRADIENTS COME FROM

Four rules from school: (e^v)' = e^v * v'.  (log v)' = v' / v.  (1 / v)' = -v' / v^2.  And the chain
rule: if x acts on y and y acts on the loss, dLoss/dx = dLoss/dy * dy/dx. In our short way to write
it, dx = dy * (how fast y grows when x grows). (In school dx is a small piece of x. Here it is
dLoss/dx, how fast the loss grows with x.) If x acts on the loss in several ways, what it does in
each way is added up. With these we go backwards, from the loss to the weights.

The logits. Take one image, and write s for the sum of its ten e^logit. Then

    loss = -log(e^logits[right] / s) = log(s) - logits[right]

as log(a / b) = log(a) - log(b), and log(e^x) = x.

Let the logit of one digit grow. In s only its own e^logits[digit] grows. By the first rule, with
the logit itself as v, and so v' = 1, s' = e^logits[digit]. By the second, (log s)' = s' / s, which
is e^logits[digit] / s: just the probability of this digit. The derivative of the second part,
-logits[right], is -1 if this is the right digit, and 0 if it is another. So, with targets that are
1 for the right digit and 0 for the others:

    dlogits = probabilities - targets       what it said, less what it should have said

That was one image. The loss of a mini-batch is the sum over its images, divided by the batch_size.
(If it were not divided, a step would be the larger the more images it learns from.) The logits of
an image act on its own loss only. So for a batch, and from here on,

    dlogits = (probabilities - targets) / batch_size

All gradients below are made from dlogits by multiplying and adding. So they carry the division
along, and need none of their own.

The second layer. Now i stands for an image, u for a unit, d for a digit. The sum logits[i, d] has
the term hidden[i, u] * W2[u, d]. When W2[u, d] grows, the logit grows hidden[i, u] times as fast.
The same weight acts in every image, so we add up:

    dW2[u, d] = the sum over the images i of hidden[i, u] * dlogits[i, d]

That is a matrix product again, once hidden's rows are made columns. This is what .T does:
hidden.T[u, i] = hidden[i, u].

    dW2 = hidden.T @ dlogits                (256, batch) @ (batch, 10)  ->  (256, 10)

A bias is added as it is: when b2[d] grows, logits[i, d] grows just as fast. It acts in every image:

    db2 = dlogits, added up over the images

The hidden units. hidden[i, u] acts on all ten logits of its image, on logits[i, d] by W2[u, d]:

    dhidden[i, u] = the sum over the digits d of dlogits[i, d] * W2[u, d]

As W2[u, d] is W2.T[d, u], this is a row times a column once more:

    dhidden = dlogits @ W2.T                (batch, 10) @ (10, 256)  ->  (batch, 256)

The activation. hidden = 1 / v with v = 1 + e^-z, and v' = -e^-z, as (-z)' = -1. So the slope of the
sigmoid is

    -v' / v^2 = e^-z / (1 + e^-z)^2 = 1 / (1 + e^-z) * e^-z / (1 + e^-z)

The first factor is hidden. Added up, both make (1 + e^-z) / (1 + e^-z) = 1. So the second is 1 less
the first:

    slope = hidden * (1 - hidden)

It is 1/4 where hidden is 1/2, and almost 0 where hidden is almost 0 or 1: there z can grow, and
hardly anything changes. By the chain rule,

    dz = dhidden * slope                    number by number

The first layer is like the second, with images in the place of hidden and dz in that of dlogits:

    dW1 = images.T @ dz                     (784, batch) @ (batch, 256)  ->  (784, 256)
    db1 = dz, added up over the images

To read on: Michael Nielsen, Neural Networks and Deep Learning, chapters 1 and 2.
"""
# Chapter 1 needs nothing of this but NumPy: skip to it.
import argparse
import copy
import importlib.util
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

if __name__ == "__main__":
    # The packages below take a second. Whoever presses Ctrl-C meanwhile is to see no traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

HOW_TO_INSTALL = "README.md says how to install it; then use .venv/bin/python"
try:
    import numpy as np
    from scipy.sparse import csr_array, identity
    from threadpoolctl import threadpool_limits
    from tqdm import tqdm
except ImportError as error:
    sys.exit(f"{error}. {HOW_TO_INSTALL}")

HERE = Path(__file__).resolve().parent


# ── 1. The network, and how it learns ─────────────────────────────────────────────────────────────
# The defaults. Change them here, or on the command line.
HIDDEN_SIZE = 256           # hidden units
ACTIVATION = "sigmoid"
EPOCHS = 1000               # how often every image is shown
LEARNING_RATE = 0.1         # how far the first steps go
BATCH_SIZE = 32             # images for one step
SEED = 0                    # where the random numbers start

# Each activation is two functions: one computes hidden from z, one the slope there from hidden.
# (A lambda is a function in one line: `lambda z: z + 1` takes z and returns z + 1.) tanh is an
# S-shaped curve like the sigmoid, from -1 to 1. relu is z above 0, and 0 below: its slope is 1
# above and 0 below, and at 0 itself, where it has none, 0 will do. Backward knows hidden only, so
# the slope must be told from that: relu's hidden is above 0 just where z is.
ACTIVATIONS = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda hidden: hidden * (1 - hidden)),
    "tanh": (lambda z: np.tanh(z), lambda hidden: 1 - hidden * hidden),
    "relu": (lambda z: np.maximum(z, 0), lambda hidden: hidden > 0),         # True counts as 1
}


def softmax(logits):
    """Turn logits (batch, 10) into probabilities (batch, 10)."""
    # The largest logit of each row is taken away first. The probabilities stay the same, as
    # e^(a - c) is e^a / e^c, and no e^x becomes too large a number. (axis=1 goes along each row.
    # keepdims keeps the result a column, so that each row gets its own number.)
    largest = logits.max(axis=1, keepdims=True)                         # (batch, 1)
    exponentials = np.exp(logits - largest)                             # (batch, 10)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def cross_entropy(probabilities, labels):
    """Return the loss: the mean of -log(probability of the right digit).

    probabilities are (batch, 10), labels (batch,). A probability that was rounded to 0 counts as
    1e-38, about the smallest number that float32 holds in full: log(0) is minus infinity.
    """
    rows = np.arange(len(labels))                           # 0, 1, 2, …
    of_the_right_digit = probabilities[rows, labels]        # (batch,): one number from each row
    losses = -np.log(np.maximum(of_the_right_digit, 1e-38))
    return float(losses.mean())


def mini_batches(images, labels, batch_size, rng):
    """Yield every image once, in random order, as mini-batches: (batch, 784) and labels (batch,).

    The last mini-batch has what is left, which may be less than batch_size. `yield` hands one out,
    and waits here until the next is asked for. rng makes the random numbers.
    """
    order = rng.permutation(len(labels))
    for start in range(0, len(order), batch_size):
        chosen = order[start:start + batch_size]
        yield images[chosen], labels[chosen]


def line_of(epoch, loss, accuracy):
    """Return a line that says how well an epoch went."""
    return f"epoch {epoch:4}  loss {loss:.4f}  accuracy {accuracy:.2%}"


def print_epoch(epoch, loss, accuracy):
    """Print how well an epoch went."""
    print(line_of(epoch, loss, accuracy), flush=True)


class NeuralNetwork:
    """A network with one hidden layer: input_size pixels, hidden_size units, output_size digits.

    Images are numbers from 0 to 1, (n, input_size); labels are whole numbers from 0 on, (n,).
    The same seed gives the same random numbers, and so the same network.

        network = NeuralNetwork(hidden_size=64)
        network.train(images, labels, epochs=5, learning_rate=1)
        print(network.accuracy(test_images, test_labels))

    This is the lesson. Chapter 5 makes from it the NeuralNetwork that all else uses: that one first
    checks what it is given, and can be saved and loaded.
    """

    def __init__(self, input_size=784, hidden_size=HIDDEN_SIZE, output_size=10,
                 activation=ACTIVATION, seed=SEED):
        self.activation = activation
        self.activate, self.slope = ACTIVATIONS[activation]
        self.rng = np.random.default_rng(seed)
        # rng.normal gives numbers around 0, most of them from -2 to 2. They partly cancel: a sum of
        # n of them is only about sqrt(n) large. So the weights are divided by that. Then z is small
        # at first, where the sigmoid is steep, and learning starts fast.
        W1 = self.rng.normal(size=(input_size, hidden_size)) / np.sqrt(input_size)
        W2 = self.rng.normal(size=(hidden_size, output_size)) / np.sqrt(hidden_size)
        # float32 has seven digits, which is enough, and takes half the time of Python's float64.
        self.W1 = W1.astype(np.float32)
        self.b1 = np.zeros(hidden_size, dtype=np.float32)
        self.W2 = W2.astype(np.float32)
        self.b2 = np.zeros(output_size, dtype=np.float32)

    def parameters(self):
        """Return all that is learned: W1 (784, units), b1 (units,), W2 (units, 10), b2 (10,)."""
        return self.W1, self.b1, self.W2, self.b2

    def forward(self, images):
        """Return hidden (batch, units), logits (batch, 10) and probabilities (batch, 10).

        backward, train and predict take these three apart.
        """
        z = images @ self.W1 + self.b1                      # (batch, 784) @ (784, units) + (units,)
        hidden = self.activate(z)                           # (batch, units)
        logits = hidden @ self.W2 + self.b2                 # (batch, units) @ (units, 10) + (10,)
        probabilities = softmax(logits)                     # (batch, 10)
        return hidden, logits, probabilities

    def backward(self, images, labels, outputs=None):
        """Return the gradient of the mean loss: dW1, db1, dW2, db2, each in its parameter's shape.

        They come in the order of `parameters`, for `update` takes both in pairs. outputs is what
        forward(images) returned; without it, it is computed once more.
        """
        if outputs is None:
            outputs = self.forward(images)
        hidden, _, probabilities = outputs                  # the logits are not needed here
        targets = np.zeros_like(probabilities)              # (batch, 10)
        targets[np.arange(len(labels)), labels] = 1         # in row i, at the label's place
        dlogits = (probabilities - targets) / len(labels)   # (batch, 10)
        dW2 = hidden.T @ dlogits                            # (units, batch) @ (batch, 10)
        db2 = dlogits.sum(axis=0)                           # (10,): axis=0 goes down each column
        dhidden = dlogits @ self.W2.T                       # (batch, 10) @ (10, units)
        # An activation of your own may give slopes as float64, which would slow down all that
        # follows. So they are converted to hidden's type of number.
        slope = self.slope(hidden).astype(hidden.dtype, copy=False)         # (batch, units)
        dz = dhidden * slope                                # (batch, units)
        dW1 = images.T @ dz                                 # (784, batch) @ (batch, units)
        db1 = dz.sum(axis=0)                                # (units,)
        return dW1, db1, dW2, db2

    def update(self, gradients, learning_rate):
        """Move every parameter a small step against its gradient.

        `*=` and `-=` change the arrays themselves. So self.W1 and the others have moved afterwards,
        and each gradient has been overwritten by the step. That is for speed: to make a new array,
        as `parameter -= learning_rate * gradient` does, learning takes 3 % longer.
        """
        for parameter, gradient in zip(self.parameters(), gradients):
            gradient *= learning_rate
            parameter -= gradient

    def train(self, images, labels, epochs=EPOCHS, learning_rate=LEARNING_RATE,
              batch_size=BATCH_SIZE, batches=mini_batches, after_epoch=print_epoch):
        """Learn by stochastic gradient descent: a step for each mini-batch, ever smaller ones.

        (Stochastic means by chance, as the mini-batches are.) An epoch shows every image once, in
        mini-batches that the function `batches` makes; chapter 2 has another one. The rate falls
        evenly from learning_rate to 0: a gradient from a few images is only roughly that of all, so
        large steps come far at first, but near the aim they would go to and fro, where small ones
        settle. After each epoch, after_epoch(epoch, loss, accuracy) is called.

        Returns {"loss": [...], "accuracy": [...]}, a number for each epoch. They tell how the
        images were read on the way, each just before the network learned from it.

        Does it learn little? A few epochs on few images are little for a sigmoid, and so they are
        for two hidden layers, as it lets at most a quarter of the gradient through. Try tanh or
        relu, a larger learning_rate, or more epochs.
        """
        history = {"loss": [], "accuracy": []}
        step = 0
        steps_per_epoch = int(np.ceil(len(labels) / batch_size))
        all_steps = epochs * steps_per_epoch
        for epoch in range(1, epochs + 1):
            seen_probabilities = []
            seen_labels = []
            for batch_images, batch_labels in batches(images, labels, batch_size, self.rng):
                rate = learning_rate * (1 - step / all_steps)
                outputs = self.forward(batch_images)
                gradients = self.backward(batch_images, batch_labels, outputs)
                self.update(gradients, rate)
                step += 1
                _, _, probabilities = outputs
                seen_probabilities.append(probabilities)
                seen_labels.append(batch_labels)
            # Done once for each epoch: after each mini-batch, it would be a tenth of all the work.
            all_probabilities = np.concatenate(seen_probabilities)                  # (n, 10)
            all_labels = np.concatenate(seen_labels)                                # (n,)
            loss = cross_entropy(all_probabilities, all_labels)
            predicted = all_probabilities.argmax(axis=1)                            # (n,)
            accuracy = float(np.mean(predicted == all_labels))          # True counts as 1
            history["loss"].append(loss)
            history["accuracy"].append(accuracy)
            after_epoch(epoch, loss, accuracy)
        return history

    def predict(self, images):
        """Return the most probable digit of each image, (n,): it has the largest logit."""
        _, logits, _ = self.forward(images)
        return logits.argmax(axis=1)

    def accuracy(self, images, labels):
        """Return the share of the images, 0 to 1, whose most probable digit is their label."""
        return float(np.mean(self.predict(images) == labels))


# ── 2. What the network is shown ──────────────────────────────────────────────────────────────────
# Chapter 1 can learn from MNIST as it is. A View brings more skill, and more speed.
class View:
    """What a network learns from in place of whole images, by its own mini-batches:

        view = View(images, labels, drawings)
        network = NeuralNetwork(len(view.inked))
        network.train(view.numbers, view.labels, batches=view.mini_batches)
        network = view.fold(network)                        # from now on for whole images

    The network is given the numbers of the images, first MNIST's, then the drawn ones. What it is
    shown of each, view.mini_batches makes.

    For skill: each image is warped, anew in every epoch, so that none is learned by heart; and
    drawings, which `render` of chapter 3 makes images of, come in ever new variations.

    For speed: pixels that hardly ever have ink are left out. And the mean image is taken away, as
    what all images share would make the largest gradient and so force a small learning rate (LeCun
    and others, Efficient BackProp, 1998). A second thread prepares what is shown next.
    """
    VARIATIONS = 120    # of each drawing: with the styles, a ninth of all that is shown
    DRAWN_FIRST = 4     # of them, and repeated until there are so many: so it must divide them
    PREPARED = 2048     # images that are prepared at once, about: fewer would take longer for each
    GROUPS = 32         # into which these are divided; each group gets a warp of its own
    WARPS = 1000        # made at the start; a group gets one of these at random
    LEAST_INK = 0.003   # of the most that a pixel has in the mean: one with less is left out

    def __init__(self, images, labels, drawings=(), distort=True, seed=SEED):
        self.rng = np.random.default_rng(seed)
        self.images = np.asarray(images, dtype=np.float32)                  # (n, 784)
        self.drawings = list(drawings)
        self.drawn = self.draw_all()                                        # (variations, 784)
        self.oldest = 0                                                     # the row to draw anew
        # In drawn, all drawings follow each other, over and over again; and so do their labels.
        drawn_labels = [drawing["label"] for drawing in self.drawings] * self.VARIATIONS
        self.labels = np.concatenate([labels, drawn_labels]).astype(int)    # (n + variations,)
        self.numbers = np.arange(len(self.labels))                          # (n + variations,)

        # The mean of all images. Of MNIST's only the sum is stacked with the drawn ones: to stack
        # all of them would fill the memory once more.
        summands = np.vstack([self.images.sum(axis=0), self.drawn])         # (1 + variations, 784)
        mean = summands.sum(axis=0) / len(self.labels)                      # (784,)
        least = self.LEAST_INK * mean.max()
        self.inked = np.flatnonzero(mean >= least)                          # pixels that are shown
        self.mean = mean[self.inked]                                        # (inked,)
        if distort:
            self.warps = make_warps(self.WARPS, self.inked, self.rng)
        else:
            # A single one that changes nothing: of the identity matrix, the rows of these pixels.
            self.warps = [identity(784, dtype=np.float32, format="csr")[self.inked]]

    def draw(self, drawing):
        """Return a variation of a drawing, by another pen: (784,)."""
        strokes = jitter(drawing["strokes"], self.rng)
        return render(strokes, pen_width=self.rng.uniform(1.8, 2.8))

    def draw_all(self):
        """Return the first variations of all drawings, (VARIATIONS * drawings, 784)."""
        first = np.empty((self.DRAWN_FIRST * len(self.drawings), 784), dtype=np.float32)
        for row in range(len(first)):
            drawing = self.drawings[row % len(self.drawings)]
            first[row] = self.draw(drawing)
        times = self.VARIATIONS // self.DRAWN_FIRST
        return np.tile(first, (times, 1))                                   # one below the other

    def draw_anew(self, count):
        """Replace the oldest variations, so many of them, by new ones of the same drawings."""
        if not self.drawings:
            return
        for _ in range(count):
            drawing = self.drawings[self.oldest % len(self.drawings)]
            self.drawn[self.oldest] = self.draw(drawing)
            self.oldest = (self.oldest + 1) % len(self.drawn)

    def mini_batches(self, numbers, labels, batch_size, rng):
        """Yield the images of these numbers as they are shown, (batch, inked), with their labels.

        While the network learns from some, the second thread prepares the next. `labels` is there
        because chapter 1's mini_batches has it: the View knows the label of each of its images.
        """
        batches_at_once = max(1, self.PREPARED // batch_size)
        at_once = batches_at_once * batch_size                              # images
        order = rng.permutation(numbers)
        with ThreadPoolExecutor(1) as second_thread:
            ahead = second_thread.submit(self.prepare, order[:at_once])
            for start in range(0, len(order), at_once):
                shown, shown_labels = ahead.result()                        # waits for them
                following = order[start + at_once:start + 2 * at_once]      # after the last: none
                ahead = second_thread.submit(self.prepare, following)
                for first in range(0, len(shown), batch_size):
                    batch = slice(first, first + batch_size)
                    yield shown[batch], shown_labels[batch]

    def prepare(self, chosen):
        """Return the images of these numbers as they are shown, (chosen, inked), and labels."""
        # As large a part of the drawings as was chosen of all images, and one more: so within an
        # epoch each drawing is drawn anew at least once.
        due = len(chosen) * len(self.drawings) // len(self.labels)
        self.draw_anew(due + 1)
        shown = np.empty((len(chosen), len(self.inked)), dtype=np.float32)
        # A warp takes the least time on many images at once, but a mini-batch teaches the most if
        # its images are warped in different ways. So the images of a group do not stand together.
        for first in range(self.GROUPS):
            group = slice(first, None, self.GROUPS)         # this one, and each GROUPS-th after it
            warp = self.warps[self.rng.integers(len(self.warps))]           # (inked, 784)
            originals = self.originals_of(chosen[group])                    # (some, 784)
            warped = (warp @ originals.T).T                                 # (some, inked)
            shown[group] = warped - self.mean
        return shown, self.labels[chosen]

    def originals_of(self, chosen):
        """Return the images of these numbers, (chosen, 784): the drawn ones come after MNIST's."""
        originals = np.empty((len(chosen), 784), dtype=np.float32)
        is_drawn = chosen >= len(self.images)
        of_mnist = chosen[~is_drawn]
        of_drawn = chosen[is_drawn] - len(self.images)
        originals[~is_drawn] = self.images[of_mnist]
        originals[is_drawn] = self.drawn[of_drawn]
        return originals

    def fold(self, network):
        """Return the same network for whole images.

        (x - mean) @ W1 + b1 = x @ W1 + (b1 - mean @ W1): what is in brackets is its new bias.
        """
        whole = copy.deepcopy(network)
        whole.W1 = np.zeros((784, len(network.b1)), dtype=np.float32)       # 0 for pixels left out
        whole.W1[self.inked] = network.W1
        whole.b1 = network.b1 - self.mean @ network.W1
        return whole

    def mean_image(self):
        """Return the mean of all images, (784,), 0 for pixels left out."""
        whole = np.zeros(784)
        whole[self.inked] = self.mean
        return whole


def make_warps(count, pixels, rng, rotation=10, scale=0.1, shear=0.1, shift=1.0, elastic=0.8,
               smooth=4):
    """Return random distortions, sparse matrices (pixels, 784): warp @ image is the new image.

    Each turns by up to `rotation` degrees, stretches by up to e^scale, leans by up to `shear` px in
    a px, shifts by up to `shift` px, and bends along a random field of `elastic` px that is
    smoothed over `smooth` px (Simard, Steinkraus and Platt, 2003). Of the new image only these
    `pixels`, the numbers of some of the 784, are computed.
    """
    # For each warp one of these: (count, 1).
    bound = np.radians(rotation)
    angle = rng.uniform(-bound, bound, (count, 1)).astype(np.float32)
    lean = rng.uniform(-shear, shear, (count, 1)).astype(np.float32)
    tall = rng.uniform(-scale, scale, (count, 1)).astype(np.float32)
    wide = rng.uniform(-scale, scale, (count, 1)).astype(np.float32)

    # How far from its own place each pixel is read, down and to the right: (2, count, pixels).
    distance = np.arange(28)[:, None] - np.arange(28)
    blur = np.exp(-((distance / smooth) ** 2) / 2)                      # Gaussian, (28, 28)
    noise = rng.normal(size=(2, count, 28, 28))
    field = blur @ noise @ blur                                         # blurred down and across
    field = (elastic / field.std() * field).astype(np.float32)
    field = field.reshape(2, count, 784)
    shifts = rng.uniform(-shift, shift, (2, count, 1)).astype(np.float32)
    displacement = shifts + field[:, :, pixels]

    # Where the ink of each pixel comes from: (count, pixels). Beyond the edge it is as at the edge.
    y = (pixels // 28 - 13.5).astype(np.float32)                        # (pixels,), from the centre
    x = (pixels % 28 - 13.5).astype(np.float32)
    leaning_y = y + lean * x
    turned_y = np.sin(angle) * x + np.cos(angle) * leaning_y
    turned_x = np.cos(angle) * x - np.sin(angle) * leaning_y
    from_y = (13.5 + displacement[0] + turned_y * np.exp(tall)).clip(0, 27)
    from_x = (13.5 + displacement[1] + turned_x * np.exp(wide)).clip(0, 27)

    # A new pixel is a mean of the four around that place, each with its share: (count, pixels, 4).
    top = np.floor(from_y).clip(0, 26)
    left = np.floor(from_x).clip(0, 26)
    down = from_y - top                                                 # 0 to 1
    right = from_x - left
    top_left = (1 - down) * (1 - right)
    top_right = (1 - down) * right
    bottom_left = down * (1 - right)
    bottom_right = down * right
    shares = np.stack([top_left, top_right, bottom_left, bottom_right], axis=2)
    first = (28 * top + left).astype(np.int32)                          # (count, pixels)
    to_the_four = np.array([0, 1, 28, 29], dtype=np.int32)              # right is 1 on, down 28
    sources = first[:, :, None] + to_the_four                           # the numbers of the four

    # A sparse matrix is given as its entries, their columns, and where each row begins among them.
    row_starts = np.arange(0, 4 * len(pixels) + 1, 4)                   # each row has four entries
    warps = []
    for warp_shares, warp_sources in zip(shares, sources):
        entries = warp_shares.ravel()
        columns = warp_sources.ravel()
        warps.append(csr_array((entries, columns, row_starts), shape=(len(pixels), 784)))
    return warps


# ── 3. Digits: MNIST, and from pen to pixels ──────────────────────────────────────────────────────
BUNDLED_MNIST = HERE / "data" / "mnist.npz"
SECONDS_TO_FETCH = 120      # what TensorFlow gets, as it may hang


def load_mnist(tell=print):
    """Return MNIST, straightened: images (60000, 784), labels, test images (10000, 784), labels.

    `tell` gets a sentence where it takes a while. Raises ValueError for a file that is damaged.
    """
    images, labels, test_images, test_labels = read_mnist(find_mnist(tell))
    return straighten_bytes(images), labels, straighten_bytes(test_images), test_labels


def find_mnist(tell):
    """Return the path of MNIST: TensorFlow's, which may have to be fetched, or that in data/."""
    keras_home = os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")
    cached = Path(keras_home, "datasets", "mnist.npz")
    if os.access(cached, os.R_OK):
        return cached
    if importlib.util.find_spec("tensorflow") is None:
        tell(f"MNIST comes from {BUNDLED_MNIST}.")
        return BUNDLED_MNIST
    tell("MNIST is not on this machine yet: TensorFlow fetches it (about half a minute) …")
    # A process of its own, as TensorFlow prints a lot. With -I, no file that lies about in this
    # folder is taken for one of Python's own modules.
    command = [sys.executable, "-I", HERE / "data" / "fetch_mnist.py"]
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=SECONDS_TO_FETCH)
    except (OSError, subprocess.TimeoutExpired):
        pass                    # it may fail in other ways, too: what counts is whether it is there
    if os.access(cached, os.R_OK):
        return cached
    tell(f"TensorFlow did not bring it. That does no harm: MNIST comes from {BUNDLED_MNIST}.")
    return BUNDLED_MNIST


def read_mnist(path):
    """Return what an mnist.npz holds: images (60000, 28, 28), labels, and those of the test set.

    Raises ValueError for a file that holds anything else.
    """
    shapes = {"x_train": (60000, 28, 28), "y_train": (60000,),
              "x_test": (10000, 28, 28), "y_test": (10000,)}
    arrays = []
    try:
        with np.load(path) as file:
            for name, shape in shapes.items():
                array = file[name]
                if array.shape != shape or array.dtype != np.uint8:
                    raise ValueError(f"{name} must be bytes of shape {shape}, "
                                     f"not {array.dtype} of shape {array.shape}")
                if name.startswith("y") and array.max() > 9:
                    raise ValueError(f"{name} must be digits, not {array.max()}")
                arrays.append(array)
    except FileNotFoundError:
        raise ValueError(f"{path} is missing; {how_to_mend(path)}") from None
    except Exception as error:                              # zipfile, zlib, NumPy: each has its own
        raise ValueError(f"{path} is damaged, it does not hold MNIST ({error}); "
                         f"{how_to_mend(path)}") from None
    images, labels, test_images, test_labels = arrays
    return images, labels.astype(int), test_images, test_labels.astype(int)


def how_to_mend(path):
    """Return what to do about an mnist.npz that cannot be read."""
    if path == BUNDLED_MNIST:
        return "`git checkout data/mnist.npz`, or a new copy of the project, brings it back"
    return "delete it, and the next run finds MNIST elsewhere"


def straighten_bytes(images):
    """Return images (n, 28, 28) of bytes straightened, as numbers from 0 to 1: (n, 784)."""
    at_once = 200                                           # so many fit into a processor's cache
    straight = np.empty((len(images), 784), dtype=np.float32)

    def straighten_some(start):
        some = slice(start, start + at_once)
        straight[some] = straighten(images[some] / np.float32(255))

    with ThreadPoolExecutor() as threads:                   # one for each core
        jobs = [threads.submit(straighten_some, start) for start in range(0, len(images), at_once)]
    for job in jobs:
        job.result()                                        # raises what went wrong, if any did
    return straight


def straighten(images):
    """Return images (n, 784) less half of their slant; LeCun and others (1998) took all of it.

    images are (n, 784) or (n, 28, 28), of floating-point numbers. Each row of pixels is shifted to
    the left or right, the more the farther it is from the centre.
    """
    images = images.reshape(-1, 28, 28)
    x = np.arange(28, dtype=images.dtype)
    y = np.arange(28, dtype=images.dtype)
    ink = images.sum(axis=2)                                # (n, 28), of each row
    total = np.maximum(ink.sum(axis=1), 1e-9)               # (n,); blank paper has none
    cy = ink @ y / total                                    # (n,), the row of the centre of the ink
    down = y - cy[:, None]                                  # (n, 28), from there
    # The ink's moments, not divided by the total: by x and y together, and by y alone. In the
    # first, x need not be taken from the centre: ink times down adds up to 0, so a shift of x
    # changes nothing.
    moment_xy = ((images @ x) * down).sum(axis=1)           # (n,)
    moment_yy = (ink * down * down).sum(axis=1)             # (n,)
    # The first 0.5 takes half of the slant. Without the second, a flat stroke, which has hardly any
    # height, would be slanted without bounds.
    slant = 0.5 * moment_xy / (moment_yy + 0.5 * total)     # (n,), in pixels for each row
    shift = slant[:, None] * down                           # (n, 28): how far right a row is read

    # The new pixel x is read between the pixels x + whole and x + whole + 1.
    whole = np.floor(shift)                                 # (n, 28)
    part = (shift - whole)[:, :, None]                      # 0 to 1, of the way to the second
    # For speed a row's pixels are not looked up one by one. As neighbours stay neighbours, 29
    # pixels are taken in one piece, out of a row with 29 pixels of paper before it and after it.
    padded = np.zeros((len(images), 28, 29 + 28 + 29), dtype=images.dtype)
    padded[:, :, 29:57] = images
    pieces = np.lib.stride_tricks.sliding_window_view(padded, 29, axis=2)       # (n, 28, 58, 29)
    first = 29 + whole.clip(-29, 28).astype(int)            # (n, 28): farther away is only paper
    image_numbers = np.arange(len(images))[:, None]         # (n, 1)
    row_numbers = np.arange(28)                             # (28,)
    read = pieces[image_numbers, row_numbers, first]        # (n, 28, 29)
    straight = (1 - part) * read[:, :, :-1] + part * read[:, :, 1:]
    return straight.reshape(-1, 784)


PEN_WIDTH = 2.2         # of the pen in the image that the network sees, in pixels


def bounding_square(strokes):
    """Return the top left corner [x, y] of all points, and their longest side, 1 for a dot."""
    points = np.concatenate(strokes)                        # (points, 2)
    corner = points.min(axis=0)
    side = (points.max(axis=0) - corner).max()
    if side == 0:
        side = 1.0
    return corner, side


def render(strokes, pen_width=PEN_WIDTH):
    """Turn pen strokes into the image that MNIST would have made of them: (784,), from 0 to 1.

    It is straightened, too. A stroke is a list of points [x, y]: x right, y down, any unit. As in
    MNIST (Yadav and Bottou, 2019), the ink fills 20 px by its longest side, and its centre of mass
    is moved by whole pixels to pixel 14. pen_width is in px.
    """
    image = centre(ink_of(strokes, pen_width)) / 255
    return straighten(image.reshape(1, 784))[0]


def ink_of(strokes, pen_width):
    """Return the ink in the pixels 4 to 23 of an image, the only ones that get any: (20, 20).

    It goes from 0 to 255, by a pixel's distance from the pen's path, in whole steps, as in MNIST:
    sums of whole numbers are exact, so that every language finds the same centre.
    """
    strokes = [np.asarray(stroke, dtype=np.float64) for stroke in strokes]
    corner, side = bounding_square(strokes)
    x = np.arange(4.0, 24.0)                                # (20,)
    y = np.arange(4.0, 24.0)[:, None]                       # (20, 1)
    reach = pen_width / 2 + 0.5                             # farther from the path there is no ink
    nearest = np.full((20, 20), np.inf)                     # squared distance to the path
    for stroke in strokes:
        # The ink, half a pen wider than the points on every side, begins at the edge of pixel 4.
        unit = (stroke - corner) / side                     # from 0 to 1
        path = unit * (20 - pen_width) + (3.5 + pen_width / 2)
        nearest = np.minimum(nearest, squared_distance(x, y, path))
    covered = np.clip(reach - np.sqrt(nearest), 0, 1)
    return np.floor(covered * 255 + 0.5)


def squared_distance(x, y, path):
    """Return the squared distance of each pixel to the nearest part of a path (points, 2).

    There is a pixel for each x, (20,), and each y, (20, 1): so the result is (20, 20). x, y and the
    path are in pixels.
    """
    if len(path) == 1:
        path = np.vstack([path, path])                      # a dot: a segment without length
    # Where each segment starts, and how far it goes: (segments, 1, 1) each.
    x0 = path[:-1, 0].reshape(-1, 1, 1)
    y0 = path[:-1, 1].reshape(-1, 1, 1)
    dx = path[1:, 0].reshape(-1, 1, 1) - x0
    dy = path[1:, 1].reshape(-1, 1, 1) - y0
    squared_length = dx * dx + dy * dy
    # How far along the segment the nearest point lies: 0 at its start, 1 at its end.
    projection = (x - x0) * dx + (y - y0) * dy              # (segments, 20, 20)
    divisor = np.where(squared_length > 0, squared_length, 1)           # a dot has no length
    along = np.clip(projection / divisor, 0, 1)
    to_x = x - x0 - along * dx
    to_y = y - y0 - along * dy
    squared_distances = to_x * to_x + to_y * to_y           # (segments, 20, 20)
    return squared_distances.min(axis=0)


def centre(ink):
    """Return an image (28, 28) of the ink (20, 20): its centre of mass is moved to pixel 14."""
    x = np.arange(4, 24)
    y = np.arange(4, 24)[:, None]
    centre_x = (ink * x).sum() / ink.sum()
    centre_y = (ink * y).sum() / ink.sum()
    right = math.floor(14 - centre_x + 0.5)                 # the nearest whole number of pixels
    down = math.floor(14 - centre_y + 0.5)
    # The ink is laid on a larger sheet, where it begins at 32. In the image it begins at 4: so the
    # image begins at 28 of the sheet. To move the ink right, the image is cut out farther left.
    sheet = np.pad(ink, 32)                                 # (84, 84)
    top = 28 - down
    left = 28 - right
    return sheet[top:top + 28, left:left + 28]


# A digit stays what it is when another hand writes it. So the network looks at a drawing five
# times: as it is, slimmer, wider, and wider and turned either way. Each look: by what angle it is
# turned (radians), and how far it is stretched sideways.
LOOKS = ((0, 1), (0, 0.75), (0, 1.33), (-0.3, 1.33), (0.3, 1.33))


def vary(strokes, angle, stretch):
    """Return the strokes as a hand might have made them another time: turned, then stretched."""
    cos, sin = np.cos(angle), np.sin(angle)
    varied = []
    for stroke in strokes:
        points = np.asarray(stroke, dtype=np.float64)           # (points, 2)
        x = points[:, 0]
        y = points[:, 1]
        new_x = stretch * (x * cos - y * sin)
        new_y = x * sin + y * cos
        varied.append(np.stack([new_x, new_y], axis=1))         # (points, 2)
    return varied


def looks(strokes):
    """Return the images that a network is shown of one drawing, (looks, 784), first as it is."""
    images = []
    for angle, stretch in LOOKS:
        images.append(render(vary(strokes, angle, stretch)))
    return np.array(images)


def read_drawing(network, strokes):
    """Return what a network reads in a drawing, as a dictionary.

    "probabilities" (10,) is its reading: the mean over the looks, as Krizhevsky and others (2012)
    took it over ten views of a photograph. Of each look there is what the network was shown,
    "images" (looks, 784), and what it read in that, "logits" (looks, 10).
    """
    images = looks(strokes)
    _, logits, probabilities = network.forward(images.astype(np.float32))       # (looks, 10) each
    return {"images": images, "logits": logits, "probabilities": probabilities.mean(axis=0)}


# benchmarks/doubt.py has measured the first two.
SURE = 0.78             # a digit whose mean probability is above this is not doubted
HEAVY = 160             # more ink than this, in pixels, is a blot
# A word for each number of looks.
COUNTS = ("none", "one", "two", "three", "four", "five")


def doubt(reading):
    """Return why a reading is doubted, in a few words; "" where it is not.

    What is no digit does not stay the same from look to look, nor does what is misread: so their
    means are small.
    """
    digit = int(reading["probabilities"].argmax())
    if reading["images"][0].sum() > HEAVY:
        return "so much ink: is this a digit?"
    if reading["probabilities"][digit] > SURE:
        return ""
    votes = np.bincount(reading["logits"].argmax(axis=1), minlength=10)     # (10,), of the looks
    everyone = COUNTS[len(reading["logits"])]
    others = [other for other in range(10) if votes[other] > 0 and other != digit]
    if len(others) == 0:
        return f"all {everyone} say {digit}, but not surely"
    ours = f"{COUNTS[votes[digit]]} of {everyone} {say_or_says(votes[digit])} {digit}"
    if len(others) > 1:
        return f"{ours}: is this a digit?"
    other = others[0]
    return f"{ours}, {COUNTS[votes[other]]} {say_or_says(votes[other])} {other}"


def say_or_says(count):
    """Return the verb for so many looks: one says, two say."""
    return "says" if count == 1 else "say"


def jitter(strokes, rng):
    """Return the strokes as written once more: rounded, bent, slanted and stretched at random.

    They are scaled, too, so that their longest side is about 1.
    """
    # The identity matrix leaves a point as it is. What is added on its diagonal stretches, what is
    # added beside that slants.
    matrix = np.eye(2) + rng.normal(0, 0.12, (2, 2))
    matrix[0, 1] += rng.normal(0, 0.14)                     # above all, writing leans to the side
    strokes = [np.asarray(stroke, dtype=np.float64) for stroke in strokes]
    corner, side = bounding_square(strokes)
    jittered = []
    for stroke in strokes:
        path = (stroke - corner) / side                     # (points, 2), from 0 to 1
        if len(path) < 16:                                  # few points make corners, a hand curves
            path = cut_corners(cut_corners(path))
        if len(path) > 24:                                  # more take more time, and add nothing
            kept = np.linspace(0, len(path) - 1, 24).round().astype(int)
            path = path[kept]
        jittered.append(bend(path, rng) @ matrix.T)
    return jittered


def cut_corners(path):
    """Return a path (points, 2) with two points in the place of each corner (Chaikin, 1974)."""
    near = 0.75 * path[:-1] + 0.25 * path[1:]               # on each segment, a quarter along
    far = 0.25 * path[:-1] + 0.75 * path[1:]                # and three quarters
    between = np.stack([near, far], axis=1).reshape(-1, 2)  # near, far, near, far, …
    return np.vstack([path[:1], between, path[-1:]])


def bend(path, rng):
    """Return a path (points, 2) moved as a whole, and bent.

    It is bent by random offsets at five places, and evenly between them. Its longest side is
    about 1.
    """
    steps = np.diff(path, axis=0)                           # (points - 1, 2)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    along = np.append(0, lengths.cumsum())                  # (points,), from the start
    length = along[-1] if along[-1] > 0 else 1
    bends = rng.normal(0, 0.05, size=(2, 5))                # of x, of y
    shift = rng.normal(0, 0.025, size=(2, 1))
    offsets = bends + shift                                 # (2, 5)
    places = np.linspace(0, length, 5)
    move_x = np.interp(along, places, offsets[0])
    move_y = np.interp(along, places, offsets[1])
    return path + np.stack([move_x, move_y], axis=1)


# ── 4. Files: networks and drawings ───────────────────────────────────────────────────────────────
def save_network(network, path):
    """Write a network to a .json file and, for a page on file://, as a script to its .js twin.

    network.training is written, too: a dictionary of what is known of how it learned, or None.
    Raises OSError or ValueError; the old files then stay as they were.
    """
    path = Path(os.path.realpath(path))                     # where a link leads
    check_output(path)
    twin = path.with_suffix(".js")
    text = network_as_json(network)
    # Both are first written to a folder beside them: should the disk be full, that fails here.
    with tempfile.TemporaryDirectory(prefix=".", suffix=".tmp", dir=path.parent) as folder:
        new_path = Path(folder, path.name)
        new_twin = Path(folder, twin.name)
        new_path.write_text(text, encoding="utf-8")
        new_twin.write_text(f"const WEIGHTS = {text};\n", encoding="utf-8")
        try:
            replace(path, new_path)
            replace(twin, new_twin)
        except KeyboardInterrupt:
            # It may have come between the two, which are to be alike. What is done stays done.
            replace(path, new_path)
            replace(twin, new_twin)
            raise


def replace(old, new):
    """Put a new file in the place of an old one, with its mode, unless that is done already."""
    if not new.exists():
        return
    if old.exists():
        shutil.copymode(old, new)
    os.replace(new, old)


def check_output(path):
    """Raise ValueError unless a network may be written there: to a new file, or over a network."""
    path = Path(path)
    if path.suffix != ".json" or not path.parent.is_dir():
        raise ValueError("a network is written to a .json file in an existing folder, "
                         f"not to {path}")
    if not os.access(path.parent, os.W_OK):
        raise ValueError(f"nothing may be written to the folder {path.parent}")
    for file in path, path.with_suffix(".js"):
        if os.path.lexists(file) and not looks_like_a_network(file):
            raise ValueError(f"{file} is there already and holds no network: choose another name")


def looks_like_a_network(file):
    """Say whether a .json or .js file begins like one that `save_network` has written."""
    if not file.is_file():                                  # a folder, or a device
        return False
    with open(file, "rb") as opened:
        return b'"layers"' in opened.read(40)               # the first name in either file


def network_as_json(network):
    """Return a network as the text of its file. Raises ValueError if a weight is not finite."""
    inputs, units = network.W1.shape
    outputs = len(network.b2)
    content = {"layers": [inputs, units, outputs],
               "activations": [network.activation, "softmax"]}
    for name, parameter in zip(("W1", "b1", "W2", "b2"), network.parameters()):
        # Rounded to three decimals: with more it reads no better, and the file is longer. That is
        # done in float64, as the float32 next to 0.123 would be written as 0.12300000339746475.
        content[name] = parameter.astype(np.float64).round(3).tolist()
    content["training"] = network.training or {}
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def load_network(path):
    """Return the network in a .json file. Raises OSError, or ValueError saying what is wrong."""
    encoded = Path(path).read_bytes()
    try:
        content = json.loads(encoded.decode("utf-8"))
        inputs, units, outputs = content["layers"]
        activation = content["activations"][0]
        if activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"its activation must be one of {known}, not {activation}")
        training = content.get("training", {})
        if not isinstance(training, dict):
            raise ValueError("its training must be a table of names and values")
        # Checked before a network is made: the file may name a size that no memory could hold.
        shapes = {"W1": (inputs, units), "b1": (units,), "W2": (units, outputs), "b2": (outputs,)}
        parameters = {}
        for name, shape in shapes.items():
            values = np.array(content[name], dtype=np.float32)
            if values.shape != shape:
                raise ValueError(f"{name} must be of shape {shape}, not {values.shape}")
            if not np.isfinite(values).all():
                raise ValueError(f"{name} must be finite numbers, but one of them is not")
            parameters[name] = values
        network = NeuralNetwork(inputs, units, outputs, activation)         # that of chapter 5
    except KeyError as error:
        raise ValueError(f"{path} holds no network: it has no {error}") from None
    except ValueError as error:                             # one of the above, or no JSON
        raise ValueError(f"{path} holds no network: {error}") from None
    except Exception as error:                              # a damaged file goes wrong in many ways
        raise ValueError(f"{path} holds no network: {type(error).__name__}: {error}") from None
    network.W1, network.b1 = parameters["W1"], parameters["b1"]
    network.W2, network.b2 = parameters["W2"], parameters["b2"]
    network.training = training
    return network


A_DRAWING = '{"label": 7, "strokes": [[[x, y], [x, y]]]}'
MOST_POINTS = 5000              # of a drawing; to draw more in many variations takes minutes


def read_drawings(path):
    """Return the drawings in a file: a JSON list, or one in each line. Each is like A_DRAWING.

    Raises OSError, or ValueError for a file that holds anything else, or nothing.
    """
    text = Path(path).read_text(encoding="utf-8-sig", errors="replace").strip()
    try:
        if text.startswith("["):
            drawings = json.loads(text)
        else:
            drawings = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        raise ValueError(f"{path} holds no drawings: expected lines of {A_DRAWING}") from None
    if not drawings:
        raise ValueError(f"{path} holds no drawings: expected {A_DRAWING}, found nothing")
    for drawing in drawings:
        if not is_drawing(drawing):
            found = ascii(drawing)[:60]
            raise ValueError(f"{path} holds no drawings: expected {A_DRAWING}, found {found}")
        points = sum(len(stroke) for stroke in drawing["strokes"])
        if points > MOST_POINTS:
            raise ValueError(f"{path}: expected at most {MOST_POINTS:,} points in a drawing, "
                             f"found {points:,}")
    return drawings


def is_drawing(drawing):
    """Say whether what was read from JSON has a label from 0 to 9, and strokes of points [x, y]."""
    if not isinstance(drawing, dict):
        return False
    label, strokes = drawing.get("label"), drawing.get("strokes")
    if type(label) is not int or not 0 <= label <= 9:       # True is an int for Python, too
        return False
    if not isinstance(strokes, list) or not strokes:
        return False
    for stroke in strokes:
        if not isinstance(stroke, list) or not stroke:
            return False
        if not all(is_point(point) for point in stroke):
            return False
    return True


def is_point(point):
    """Say whether what was read from JSON is a point: [x, y], numbers that are not too large."""
    if not isinstance(point, list) or len(point) != 2:
        return False
    return all(type(number) in (int, float) and abs(number) < 1e6 for number in point)


# ── 5. With care: checks, and processor cores ─────────────────────────────────────────────────────
def checked_images(network, images):
    """Return images as an array (n, inputs) that the network can use.

    Lists and tables become arrays; one image alone becomes a batch of one. Raises ValueError for
    what cannot be used.
    """
    inputs = len(network.W1)
    images = np.asarray(images)
    if images.ndim == 1:
        images = images.reshape(1, -1)
    if images.dtype.kind in "iub":                          # whole numbers, or True and False
        images = images.astype(np.float32)
    is_table = images.ndim == 2 and images.shape[1] == inputs and len(images) > 0
    if images.dtype.kind != "f" or not is_table:
        raise ValueError(f"images must be numbers in rows of {inputs}, one row for each image, "
                         f"not {images.dtype} of shape {images.shape}")
    least, most = images.min(), images.max()
    if math.isnan(least) or least < 0 or most > 1:          # a NaN among many is their minimum
        raise ValueError(f"images must be numbers from 0 (paper) to 1 (ink), not from {least:g} "
                         f"to {most:g}")
    return images


def checked_labels(network, labels, count):
    """Return labels, one for each of so many images, as an array (count,) of whole numbers.

    Raises ValueError for what cannot be used.
    """
    outputs = len(network.b2)
    try:
        labels = np.asarray(labels, dtype=np.float64)       # so that a label of 1.5 is seen as such
    except (ValueError, TypeError) as error:
        raise ValueError(f"labels must be numbers, one for each image: {error}") from None
    if labels.shape != (count,):
        raise ValueError(f"labels must be {count} numbers, one for each image, "
                         f"not of shape {labels.shape}")
    is_digit = np.isin(labels, np.arange(outputs))
    if not is_digit.all():
        wrong = labels[~is_digit][0]
        raise ValueError(f"labels must be whole numbers from 0 to {outputs - 1}, not {wrong:g}")
    return labels.astype(int)


class NeuralNetwork(NeuralNetwork):
    """The network of chapter 1, for all who use it, in a notebook or below.

    It does the same, with care. Before it learns or reads, it checks what it is given:
    `checked_images` and `checked_labels` say what it takes, and what it raises. It can be saved
    and loaded.
    """
    # The class is made from that of chapter 1, which `super()` calls, and takes its name: so
    # whoever imports NeuralNetwork gets this one. There, docstrings say what each method does.

    training = None             # what is known of how it learned, a dictionary, for its file

    def train(self, images, labels, epochs=EPOCHS, learning_rate=LEARNING_RATE,
              batch_size=BATCH_SIZE, batches=mini_batches, after_epoch=print_epoch):
        if batches is mini_batches:                         # a View's are given numbers, not images
            images = checked_images(self, images)
            labels = checked_labels(self, labels, len(images))
        if epochs < 1 or batch_size < 1:
            raise ValueError("epochs and batch_size must be at least 1, "
                             f"not {epochs} and {batch_size}")
        # NumPy shares the work of a matrix product out to all cores. That pays for large matrices.
        # On ones as small as a mini-batch, they wait for each other much longer than they compute.
        with threadpool_limits(limits=1):
            return super().train(images, labels, epochs, learning_rate, batch_size, batches,
                                 after_epoch)

    def predict(self, images):
        images = checked_images(self, images)
        # In parts, as the hidden units of all of MNIST at once would fill much memory.
        digits = np.empty(len(images), dtype=int)
        for start in range(0, len(images), 4000):
            part = slice(start, start + 4000)
            digits[part] = super().predict(images[part])
        return digits

    def accuracy(self, images, labels):
        images = checked_images(self, images)
        labels = checked_labels(self, labels, len(images))
        return super().accuracy(images, labels)

    def save(self, path):
        """Write the network to a .json file and its .js twin: see `save_network`."""
        save_network(self, path)

    @staticmethod
    def load(path):
        """Return the network in a .json file: see `load_network`."""
        return load_network(path)


# ── 6. The report ─────────────────────────────────────────────────────────────────────────────────
def write_report(folder, network, images, labels):
    """Write what there is to see of a network into a folder: history.csv and report.png.

    images and labels are those of the test set. The folder is made if it is missing.
    network.training must have the "loss" and "accuracy" of each epoch.
    """
    # Imported here and below, not at the top: matplotlib, pandas and scikit-learn take seconds to
    # load, and whoever only wants the network in a notebook need not wait for them.
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    folder.mkdir(exist_ok=True)
    history = history_table(network)
    history.to_csv(folder / "history.csv")
    _, _, probabilities = network.forward(images)
    # With min_exponent 3 a scale shows 0.04, not 4 times a power of 10.
    style = {"font.size": 13, "axes.titlesize": 15, "axes.formatter.min_exponent": 3}
    layout = [["loss", "errors", "confusions"],
              ["mistakes", "mistakes", "mistakes"],
              ["units", "units", "units"]]
    with rc_context(style):
        figure = Figure(figsize=(18, 19), layout="constrained")
        places = figure.subplot_mosaic(layout, height_ratios=[6, 5.4, 5.4])
        draw_loss(places["loss"], history)
        draw_errors(places["errors"], history)
        draw_confusions(places["confusions"], labels, probabilities.argmax(axis=1))
        draw_mistakes(places["mistakes"], images, labels, probabilities)
        draw_units(places["units"], network)
        figure.savefig(folder / "report.png", dpi=80)


def history_table(network):
    """Return the loss and the accuracies of each epoch, as far as they are known: a table."""
    from pandas import DataFrame, Series
    columns = {}
    for name in ("loss", "accuracy", "validation_accuracy"):
        values = network.training.get(name, [])
        if values:
            columns[name] = Series(values, index=range(1, len(values) + 1))
    return DataFrame(columns).rename_axis("epoch")


def draw_loss(axes, history):
    """Draw how the loss fell, epoch by epoch."""
    history["loss"].plot(ax=axes, logy=True, style=".-")
    axes.set(title="Loss while learning (guessing: 2.3)")
    axes.xaxis.get_major_locator().set_params(integer=True)


def draw_errors(axes, history):
    """Draw how the error fell, the share misread, epoch by epoch."""
    names = {"accuracy": "while learning", "validation_accuracy": "of held-out images"}
    errors = 1 - history.drop(columns="loss")
    errors.rename(columns=names).plot(ax=axes, logy=True, style=".-")
    axes.set(title="Error: the share misread (guessing: 0.9)")
    axes.xaxis.get_major_locator().set_params(integer=True)


def draw_confusions(axes, labels, read):
    """Draw which digits are read as which others. Those read right would hide them."""
    from sklearn.metrics import ConfusionMatrixDisplay
    wrong = read != labels
    ConfusionMatrixDisplay.from_predictions(labels[wrong], read[wrong], labels=range(10), ax=axes,
                                            cmap="Oranges", colorbar=False)
    axes.set(xlabel="read as", ylabel="digit", title=f"Misread: {wrong.sum()} of {len(labels):,}")


def draw_mistakes(axes, images, labels, probabilities):
    """Draw 36 images that were misread, first those whose digit got the smallest probability."""
    read = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(read != labels)
    of_the_right_digit = probabilities[wrong, labels[wrong]]
    order = of_the_right_digit.argsort()
    worst = wrong[order][:36]
    captions = [f"{labels[i]} as {read[i]}, {probabilities[i, read[i]]:.0%}" for i in worst]
    draw_images(axes, "Misread, the worst first: the digit, what it was read as, and how surely",
                images[worst], captions, columns=12, size=13)


def draw_units(axes, network):
    """Draw the weights of 256 hidden units at most, by the digit that each speaks for most."""
    digits = network.W2.argmax(axis=1)                      # (units,)
    strengths = network.W2.max(axis=1)                      # (units,)
    strongest = (-strengths).argsort()[:256]
    by_digit = digits[strongest].argsort(kind="stable")     # of each digit the strongest stay first
    chosen = strongest[by_digit]
    draw_images(axes, "Hidden units, and the digit that each speaks for most. Ink on blue switches "
                "a unit on, ink on orange off.", network.W1.T[chosen], digits[chosen], columns=32)


def draw_images(axes, title, images, captions, columns, size=10):
    """Draw images (n, 784) in rows: ink is black. Weights above 0 are blue, below 0 orange.

    size is that of the captions, in points.
    """
    from matplotlib.colors import LinearSegmentedColormap
    # An image's place on the sheet, in pixels: it has its caption above, and a margin of 1.
    caption_height = 8
    high = caption_height + 28 + 1
    wide = 1 + 28 + 1
    rows = max(1, math.ceil(len(images) / columns))
    sheet = np.zeros((rows * high, columns * wide))         # one picture is drawn faster than many
    for number, (image, caption) in enumerate(zip(images, captions)):
        row, column = divmod(number, columns)
        top = row * high + caption_height
        left = column * wide + 1
        sheet[top:top + 28, left:left + 28] = image.reshape(28, 28) / abs(image).max()
        axes.text(left + 14, top - 1, caption, fontsize=size, ha="center")
    # The colours of -1, 0 and 1. Images have nothing below 0.
    if sheet.min() < 0:
        three_colours = ["#b24a08", "white", "#1d5cc7"]
    else:
        three_colours = ["white", "white", "black"]
    colours = LinearSegmentedColormap.from_list("ink", three_colours)
    axes.imshow(sheet, colours, vmin=-1, vmax=1)
    axes.set(title=title, xticks=[], yticks=[], frame_on=False)


# ── 7. The command line ───────────────────────────────────────────────────────────────────────────
DEFAULT_OUTPUT = HERE / "weights.json"
REAL_DRAWINGS = HERE / "benchmarks" / "data" / "drawings.jsonl"


def say(sentence):
    """Print a sentence; where nobody reads any more (`| head`), go on in silence."""
    try:
        print(sentence, flush=True)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())               # where all further sentences go


def whole_number(text):
    """Return the number that an option's text stands for."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text}") from None


def decimal_number(text):
    """Return the number, with or without decimals, that an option's text stands for."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text}") from None


def parse_arguments():
    """Return the options of the command line. Ends the program if one is out of bounds.

    The defaults are those at the beginning of chapter 1.
    """
    parser = argparse.ArgumentParser(
        description="A neural network that learns to read handwritten digits, in plain NumPy.",
        usage="%(prog)s [options]", allow_abbrev=False,
        epilog="A quick run of 12 seconds to two minutes: --epochs 20 --learning-rate 1.5")
    add = parser.add_argument
    add("--epochs", type=whole_number, default=EPOCHS, metavar="N",
        help="how often it sees each image; more takes longer and, up to a point, learns more "
             "(%(default)s)")
    add("--hidden-size", type=whole_number, default=HIDDEN_SIZE, metavar="N",
        help="hidden units; 16 are fast and fair, 1024 slow and good (%(default)s)")
    add("--learning-rate", type=decimal_number, default=LEARNING_RATE, metavar="X",
        help="how far the first steps go; too small is slow, too large diverges (%(default)s)")
    add("--batch-size", type=whole_number, default=BATCH_SIZE, metavar="N",
        help="images for one step; more make fewer, surer steps (%(default)s)")
    add("--seed", type=whole_number, default=SEED, metavar="N",
        help="where the random numbers start; the same seed gives the same network (%(default)s)")
    add("--validation", type=whole_number, default=0, metavar="N",
        help="hold out N training images; compare settings by how many of them it reads "
             "(%(default)s)")
    add("--activation", choices=ACTIVATIONS, default=ACTIVATION,
        help="what a hidden unit makes of its sum; tanh and relu want smaller steps (%(default)s)")
    add("--no-distort", action="store_true", help="show images as they are, not distorted")
    add("--no-styles", action="store_true", help="leave out ways of writing that MNIST lacks")
    add("--drawings", metavar="FILE", help="learn your own drawings too, saved by the page")
    add("--output", type=Path, default=DEFAULT_OUTPUT, metavar="FILE",
        help="where to write the network, to drop it on the page (weights.json, which the page "
             "opens by itself)")
    options = parser.parse_args()
    limits = {"--epochs": (options.epochs, 1, 1_000_000),
              "--hidden-size": (options.hidden_size, 1, 100_000),
              "--learning-rate": (options.learning_rate, 0.0001, 1_000_000_000),
              "--batch-size": (options.batch_size, 1, 100_000),
              "--seed": (options.seed, 0, 1_000_000_000),
              "--validation": (options.validation, 0, 59_000)}
    for name, (value, least, most) in limits.items():
        if not least <= value <= most:                      # so NaN, which is not a number, is out
            parser.error(f"{name} must be between {least} and {most:,}, not {value}")
    try:
        check_output(os.path.realpath(options.output))
    except (OSError, ValueError) as error:
        parser.error(f"--output: {error}")
    return options


class Run:
    """A training run of the command line: what it tells, and what it saves on the way.

    `record` is what is known of the training, for the file of the network; each epoch adds to it.
    """
    SECONDS_BETWEEN_SAVES = 20
    NO_BETTER_THAN_GUESSING = 0.15      # who guesses reads a tenth, who always says 1 reads 11 %
    DIVERGED = 10                       # a loss far above 2.3, that of guessing

    def __init__(self, options, network, view, held_out):
        self.options = options
        self.network = network
        self.view = view
        self.held_out = held_out                            # images, labels
        self.record = {
            "learning_rate": options.learning_rate, "batch_size": options.batch_size,
            "seed": options.seed, "distortion": not options.no_distort,
            "drawings": len(view.drawings), "date": time.strftime("%Y-%m-%d"),
            "mean": view.mean_image().round(3).tolist(),    # the page's lessons want it
            "loss": [], "accuracy": []}
        if options.validation:
            self.record["validation_accuracy"] = []
        self.started = time.monotonic()
        self.tried_to_save = self.started                   # when it did so last
        self.saved_epoch = 0                                # the last that is in the file
        self.bar = None                                     # tqdm's, while it learns

    def learn(self):
        """Say what an epoch is and what will be told of it, and train to the end."""
        options, view = self.options, self.view
        from_mnist = len(view.images)
        say(f"An epoch shows each image once: {from_mnist:,} of MNIST, "
            f"{len(view.labels) - from_mnist:,} drawn by pen.\n"
            "loss: how wrong it is, 2.30 if it guesses, 0 if sure and right. "
            "accuracy: the share it reads right.")
        # disable=None: no bar where there is no terminal.
        with tqdm(total=options.epochs, unit="epoch", disable=None) as bar:
            self.bar = bar
            self.network.train(view.numbers, view.labels, options.epochs, options.learning_rate,
                               options.batch_size, view.mini_batches, self.after_epoch)

    def after_epoch(self, epoch, loss, accuracy):
        """Record, tell and now and then save what an epoch brought."""
        self.check_that_it_learns(loss)
        self.record_epoch(epoch, loss, accuracy)
        self.bar.update()
        if is_told(epoch) or epoch == self.options.epochs:
            self.tell(self.line_to_tell(epoch, loss, accuracy))
        # From the first epoch on, so that the page can try it meanwhile.
        now = time.monotonic()
        if epoch == 1 or now > self.tried_to_save + self.SECONDS_BETWEEN_SAVES:
            self.tried_to_save = now
            self.try_to_save()

    def check_that_it_learns(self, loss):
        """Raise FloatingPointError if an epoch's loss says that the steps are too large."""
        if math.isnan(loss) or loss > self.DIVERGED:
            raise FloatingPointError(
                f"training diverged: an epoch's loss was {loss:.3g}, where guessing gives 2.3. "
                f"{self.what_is_saved()} Try --learning-rate {self.options.learning_rate / 10:g}.")

    def record_epoch(self, epoch, loss, accuracy):
        """Add to the record what an epoch brought; for that, read the held-out images."""
        self.record["loss"].append(round(loss, 5))
        self.record["accuracy"].append(round(accuracy, 5))
        self.record["epochs"] = epoch
        self.record["seconds"] = round(time.monotonic() - self.started)
        if self.options.validation:
            images, labels = self.held_out
            whole = self.view.fold(self.network)            # for whole images
            validation_accuracy = whole.accuracy(images, labels)
            self.record["validation_accuracy"].append(round(validation_accuracy, 5))

    def line_to_tell(self, epoch, loss, accuracy):
        """Return a line about an epoch."""
        line = line_of(epoch, loss, accuracy)
        if self.options.validation:
            line += f"  of the held-out images {self.record['validation_accuracy'][-1]:.2%}"
        return line

    def tell(self, line):
        """Print a line above the bar."""
        with self.bar.external_write_mode():
            say(line)

    def save(self):
        """Save the network as it is now. Raises FloatingPointError if it is not worth it."""
        whole = self.view.fold(self.network)                # for whole images
        whole.training = self.record
        # So many images are enough to see whether it has learned anything.
        images = self.view.images[:2000]
        share = whole.accuracy(images, self.view.labels[:len(images)])
        if share <= self.NO_BETTER_THAN_GUESSING:
            raise FloatingPointError(
                f"what was learned reads {share:.0%} of the images, no better than guessing, and "
                f"is not saved. {self.what_is_saved()} Try another --learning-rate.")
        whole.save(self.options.output)
        self.saved_epoch = self.record["epochs"]

    def try_to_save(self):
        """Save the network on the way; where that fails, say so, and go on."""
        try:
            self.save()
        except FloatingPointError:
            pass                                            # it has not learned enough yet
        except (OSError, ValueError) as error:
            self.tell(f"Not saved: {sentence_of(error)}. Training goes on, and saving is tried "
                      "again.")

    def save_at_the_end(self):
        """Save the network; where that fails, say what there is. Raises ValueError for that."""
        try:
            self.save()
        except (OSError, ValueError) as error:
            raise ValueError(f"not saved: {sentence_of(error)}. {self.what_is_saved()}") from None

    def what_is_saved(self):
        """Return a sentence about the file."""
        if self.saved_epoch == 0:
            return f"{self.options.output} is as it was."
        return f"{self.options.output} holds the network after epoch {self.saved_epoch}."


def is_told(epoch):
    """Return whether an epoch is told: 1, 2, 3, 5, 10, 20, 30, 50, 100, … are, ever fewer."""
    without_zeros = epoch
    while without_zeros % 10 == 0:                          # 200 is told as 20 is, and that as 2
        without_zeros //= 10
    return without_zeros in (1, 2, 3, 5)


SHADES = " .:-=+*#%@"       # from paper to ink


def show_prediction(network, image, label, when):
    """Print an image (784,) as characters, its label, and what the network says of it."""
    for row in image.reshape(28, 28):
        line = ""
        for ink in row:
            shade = SHADES[int(ink * (len(SHADES) - 1))]
            line += shade + shade                           # a character is half as wide as high
        if line.strip():                                    # rows without ink are left out
            say(line.rstrip())
    _, _, probabilities = network.forward(image.reshape(1, 784))        # (1, 10)
    shares = [f"{digit}: {probability:.0%}" for digit, probability in enumerate(probabilities[0])]
    said = ", ".join(shares)
    say(f"The first image is a {label}. The network {when} training says {said}")


def count_read(network, drawings):
    """Return how many drawings a network reads right, as the page reads them."""
    right = 0
    with threadpool_limits(limits=1):                       # few images at once: see chapter 5
        for drawing in drawings:
            reading = read_drawing(network, drawing["strokes"])
            if reading["probabilities"].argmax() == drawing["label"]:
                right += 1
    return right


def tell_what_old_network_reads(output, own_drawings):
    """Print how many of the user's drawings are read before training, for comparison."""
    path = output if output.exists() else DEFAULT_OUTPUT
    try:
        network = NeuralNetwork.load(path)
    except (OSError, ValueError):
        return                                              # there is no old network
    if len(network.W1) != 784:
        return                                              # it is one for other images
    right = count_read(network, own_drawings)
    say(f"Your own drawings: the network in {path} reads {right} of {len(own_drawings)}.")


def tell_what_new_network_reads(network, own_drawings):
    """Print how many drawings are read after training: the user's, and those that came along."""
    if own_drawings:
        right = count_read(network, own_drawings)
        say(f"Your own drawings, which it has learned: {right} of {len(own_drawings)}.")
    if REAL_DRAWINGS.exists():
        drawings = read_drawings(REAL_DRAWINGS)
        share = count_read(network, drawings) / len(drawings)
        name = REAL_DRAWINGS.relative_to(HERE)
        say(f"Real drawings, which it has not learned ({name}, {len(drawings):,}), read by five "
            f"looks: {share:.2%}.")


def load_and_measure(path, images, labels, test_images, test_labels):
    """Return the network in a file; add to the file, and to its `training`, how well it reads."""
    say("Reading all training images as they are, and the test images, for the only time in this "
        "run …")
    network = NeuralNetwork.load(path)                      # figures are to be those of the file
    network.training["train_accuracy"] = round(network.accuracy(images, labels), 5)
    network.training["test_accuracy"] = round(network.accuracy(test_images, test_labels), 5)
    network.save(path)
    return network


def main():
    """Load the data, train, read the test set once, report. Ctrl-C ends training early."""
    options = parse_arguments()
    check_packages_of_report()
    sys.stdout.reconfigure(errors="replace")                # a terminal may know only ASCII
    np.seterr(all="ignore")                                 # a run that diverges is told in words
    os.environ["MPLBACKEND"] = "agg"                        # the report is a file, not a window

    styles = []
    if not options.no_styles:
        styles = read_drawings(HERE / "data" / "styles.json")
    own_drawings = []
    if options.drawings:
        own_drawings = read_drawings(options.drawings)
    images, labels, test_images, test_labels = load_mnist(say)
    count = len(images) - options.validation
    held_out = images[count:], labels[count:]
    images, labels = images[:count], labels[:count]
    view = View(images, labels, styles + own_drawings, not options.no_distort, options.seed)
    network = NeuralNetwork(len(view.inked), options.hidden_size, 10, options.activation,
                            options.seed)

    show_prediction(view.fold(network), images[0], labels[0], "before")
    if own_drawings:
        tell_what_old_network_reads(options.output, own_drawings)
    run = Run(options, network, view, held_out)
    try:
        run.learn()
    except KeyboardInterrupt:
        epochs = len(run.record["loss"])
        if epochs == 0:
            sys.exit("\nStopped in the first epoch: the old files stay as they were.")
        say(f"\nStopped after {epochs} of {options.epochs} epochs. Saving what was learned …")
    run.save_at_the_end()
    signal.signal(signal.SIGINT, stop_once)                 # what follows can be stopped, too

    network = load_and_measure(options.output, images, labels, test_images, test_labels)
    show_prediction(network, images[0], labels[0], "after")
    say(f"Read right: {network.training['train_accuracy']:.2%} of the training images, "
        f"{network.training['test_accuracy']:.2%} of the test images.")
    tell_what_new_network_reads(network, own_drawings)
    report = options.output.resolve().parent / "report"
    try:
        write_report(report, network, test_images, test_labels)
    except OSError as error:
        raise ValueError(f"{options.output} is saved, but its report is not: "
                         f"{sentence_of(error)}") from None
    say(f"What it misreads, and what its units look for, is in {report / 'report.png'}.")
    if options.output.resolve() == DEFAULT_OUTPUT:
        say(f"The network is in {options.output}: open index.html, and draw.")
        if (HERE / ".git").exists():
            say("`git checkout weights.json weights.js` brings the one back that came with it.")
    else:
        say(f"The network is in {options.output}: open index.html, and drop this file on it.")


def check_packages_of_report():
    """Raise ImportError if a package of the report is missing: better now than after training."""
    for name in "matplotlib", "pandas", "sklearn":
        if importlib.util.find_spec(name) is None:
            raise ImportError(f"No module named '{name}'. {HOW_TO_INSTALL}")


def sentence_of(error):
    """Return what went wrong, in a sentence. Of an error of the system: its file, and its cause."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)


def stop_once(signal_number, frame):
    """Stop at a Ctrl-C as usual, but at no further one, which would come in the way of saving."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def replace_closed_streams():
    """Where output or errors are closed, as by `>&-`, let what is said go nowhere."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")


if __name__ == "__main__":
    replace_closed_streams()
    signal.signal(signal.SIGINT, stop_once)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except MemoryError:
        sys.exit("neural_network.py: there is not enough memory. Fewer --hidden-size take less.")
    except (ImportError, OSError, ValueError, FloatingPointError) as error:
        print(f"neural_network.py: {sentence_of(error)}", file=sys.stderr)
        sys.exit(2)
