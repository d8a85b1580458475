"""How fast is the training, beside other libraries on the same work, here and now?

    python benchmarks/speed.py               an epoch of ours and of the others, in turns (10 minutes)
    python benchmarks/speed.py --busy        the same while another process keeps one core busy
    python benchmarks/speed.py --goal 98     from the command to 98 % of the test images (20 minutes)
    python benchmarks/speed.py --profile     where an epoch's time goes

The work is one epoch of MNIST: 60,000 images, 784-256-10, sigmoid, softmax, cross-entropy, float32, mini-batches
of 32, plain gradient descent. The engines take turns, each in a process of its own: what disturbs the machine
disturbs all alike, and ratios are taken within a round. For the goal each library is used as its users would; of
five learning rates each gets the one that needs the fewest epochs by held-out images. Install the others by
`pip install -r benchmarks/requirements.txt`; those that are missing are left out.
"""
import argparse
import contextlib
import functools
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from neural_network import NeuralNetwork, View, straighten

PRODUCTS = 60000 * (4 * 784 * 256 + 6 * 256 * 10)                  # operations of the five matrix products of an epoch
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
                            "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC"), "1")
ONE_THREAD["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"     # this and NPROC are JAX's
silent = lambda *_: None


# ── Engines: each returns a function that learns for some more epochs, and one that predicts ─────────────

def ours(images, labels, rate, distort=False):
    view = View(straighten(images), labels, distort=distort)
    network = NeuralNetwork(len(view.inked))
    return (lambda epochs: network.train(view.images, view.labels, epochs, rate, batches=view, after_epoch=silent),
            lambda images: view.fold(network).predict(straighten(images)))


def scikit_learn(images, labels, rate):
    from sklearn.neural_network import MLPClassifier
    warnings.simplefilter("ignore")                                # that so few epochs are not enough
    model = MLPClassifier((256,), "logistic", solver="sgd", alpha=0, batch_size=32, learning_rate_init=rate, momentum=0,
                          nesterovs_momentum=False, warm_start=True)
    return lambda epochs: model.set_params(max_iter=epochs).fit(images, labels), model.predict


def pytorch(images, labels, rate):
    import torch
    from torch import nn
    if os.environ.get("OMP_NUM_THREADS") == "1":
        torch.set_num_threads(1)
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)
    model = nn.Sequential(nn.Linear(784, 256), nn.Sigmoid(), nn.Linear(256, 10))
    loss, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=rate)

    def learn(epochs):
        for _ in range(epochs):
            for batch in torch.randperm(len(images)).split(32):    # faster than a DataLoader
                optimizer.zero_grad()
                loss(model(images[batch]), labels[batch]).backward()
                optimizer.step()
    return learn, lambda images: model(torch.from_numpy(images)).argmax(1).numpy()


def keras(images, labels, rate):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    model = keras.Sequential([keras.layers.Dense(256, "sigmoid"), keras.layers.Dense(10)])
    model.compile(keras.optimizers.SGD(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return (lambda epochs: model.fit(images, labels, batch_size=32, epochs=epochs, verbose=0),
            lambda images: model.predict(images, verbose=0).argmax(1))


def jax(images, labels, rate):
    import jax
    import jax.numpy as jnp
    images, labels, rng = jnp.asarray(images), jnp.asarray(labels), np.random.default_rng(0)
    parameters = [jnp.asarray(rng.normal(size=shape) / 28, jnp.float32) for shape in ((784, 256), 256, (256, 10), 10)]

    def log_probabilities(parameters, images):
        W1, b1, W2, b2 = parameters
        return jax.nn.log_softmax(jax.nn.sigmoid(images @ W1 + b1) @ W2 + b2)

    def loss(parameters, images, labels):
        return -jnp.take_along_axis(log_probabilities(parameters, images), labels[:, None], axis=1).mean()

    def step(parameters, batch):
        gradients = jax.grad(loss)(parameters, images[batch], labels[batch])
        return [p - rate * g for p, g in zip(parameters, gradients)], None

    epoch = jax.jit(lambda parameters, batches: jax.lax.scan(step, parameters, batches)[0], donate_argnums=0)

    def learn(epochs):
        nonlocal parameters
        for _ in range(epochs):
            order = rng.permutation(len(images))[:len(images) // 32 * 32]       # whole mini-batches
            parameters = jax.block_until_ready(epoch(parameters, jnp.asarray(order.reshape(-1, 32))))
    return learn, lambda images: np.asarray(log_probabilities(parameters, images)).argmax(1)


ENGINES = {"ours": (ours, "numpy"), "ours-distorted": (functools.partial(ours, distort=True), "numpy"),
           "scikit-learn": (scikit_learn, "scikit-learn"), "PyTorch": (pytorch, "torch"), "Keras": (keras, "keras"), "JAX": (jax, "jax")}


def installed():
    """Yield each engine that is here, and what to call it in a table."""
    for name, (_, package) in ENGINES.items():
        with contextlib.suppress(PackageNotFoundError):
            yield name, f"{name:14} ({package} {version(package)})"


def load():
    with np.load(ROOT / "data" / "mnist.npz") as data:
        return [data[name].astype(np.int64) if name[0] == "y" else data[name].reshape(-1, 784) / np.float32(255)
                for name in ("x_train", "y_train", "x_test", "y_test")]


# ── What a process of its own does: python benchmarks/speed.py --be FUNCTION ARGUMENTS ───────────────────

def run(*words, environment={}):
    command = [sys.executable, __file__, "--be", *map(str, words)]
    return subprocess.run(command, env=os.environ | environment, stdout=subprocess.PIPE, check=True, text=True).stdout.split()


def epoch(name):
    """Print the seconds of an epoch: the mean of three, after one to warm up and compile."""
    learn, _ = ENGINES[name][0](*load()[:2], 0.1)
    learn(1)
    print(seconds(learn, 3) / 3)


def search(name, goal):
    """Print the rate, and the fewest epochs, that reach the goal on the last 10,000 training images."""
    images, labels = load()[:2]
    fewest, best = 31, None
    for rate in (0.1, 0.3, 0.5, 1, 2):
        for epochs in range(1, fewest):
            if epochs == 1 or "ours" in name:                      # our rate falls to zero: each time a run of its own
                learn, predict = ENGINES[name][0](images[:50000], labels[:50000], rate)
            learn(epochs if "ours" in name else 1)
            if np.mean(predict(images[50000:]) == labels[50000:]) >= float(goal) / 100:
                fewest, best = epochs, rate
                break
    print(best, fewest)


def script(name, rate, epochs):
    """Do what a user's script in this library would do."""
    images, labels, test_images, test_labels = load()
    learn, predict = ENGINES[name][0](images, labels, float(rate))
    learn(int(epochs))
    print(f"{np.mean(predict(test_images) == test_labels):.2%} of the test images", flush=True)


@threadpool_limits.wrap(limits=1)
def profile():
    """Print where an epoch's time goes, each part done alone on all mini-batches of an epoch."""
    images, labels = load()[:2]
    plain, distorted = View(images, labels, distort=False), View(images, labels)
    network = NeuralNetwork(len(plain.inked))
    batches = list(plain(images, labels, 32, network.rng))
    activations = network.forward(batches[0][0])
    gradients = network.backward(*batches[0], activations)
    square = np.random.default_rng(0).random((2048, 2048), np.float32)
    for part, function, times in (
            ("mini-batches prepared", lambda: [len(x) for x, _ in plain(images, labels, 32, network.rng)], 3),
            ("mini-batches prepared, distorted", lambda: [len(x) for x, _ in distorted(images, labels, 32, network.rng)], 3),
            (f"images @ W1, {len(plain.inked)} pixels", lambda: [len(x @ network.W1) for x, _ in batches], 3),
            ("images.T @ dz", lambda: [len(x.T @ activations[0]) for x, _ in batches], 3),
            ("W1 -= rate * dW1", lambda: [network.update(gradients[:1], 1e-9) for _ in batches], 3),
            ("forward", lambda: [len(network.forward(x)) for x, _ in batches], 3),
            ("backward", lambda: [len(network.backward(x, y, activations)) for x, y in batches], 3),
            ("update", lambda: [network.update(gradients, 1e-9) for _ in batches], 3),
            ("an epoch", lambda: network.train(images, labels, 1, batches=plain, after_epoch=silent), 3),
            ("an epoch, distorted", lambda: network.train(images, labels, 1, batches=distorted, after_epoch=silent), 3),
            ("all products, at the peak of one thread", lambda: square @ square, PRODUCTS / (2 * 2048 ** 3))):
        print(f"{part:40} {min(seconds(function) for _ in range(5)) * (times if times != 3 else 1):6.2f} s")


def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


# ── What the user starts ─────────────────────────────────────────────────────────────────────────────────

def compare(rounds):
    for title, environment in ("As a user runs them", {}), ("One thread each", ONE_THREAD):
        names = dict(installed())
        times = np.array([[float(run("epoch", name, environment=environment)[-1]) for name in names] for _ in range(rounds)])
        print(f"\n{title}: seconds an epoch, and times ours")
        for name, column in zip(names.values(), times.T):
            print(f"{name:32} {spread(column)}   {np.median(column / times[:, 0]):.2f}", flush=True)


def spread(values):
    return f"{np.min(values):6.2f} / {np.median(values):.2f} / {np.max(values):.2f}"


def to_goal(rounds, goal):
    """Print the seconds from each engine's command until it says how many test images it reads right."""
    for name, title in installed():
        rate, epochs = run("search", name, goal)[-2:]
        command = [__file__, "--be", "script", name, rate, epochs]
        if "ours" in name:
            command = ["neural_network.py", "--no-styles", "--epochs", epochs, "--learning-rate", rate, "--output",
                       f"{tempfile.mkdtemp()}/weights.json", *["--no-distort"] * (name == "ours")]
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as process:
                right = next(found[1] for line in process.stdout if (found := re.search(r"([\d.]+%) of the test images", line)))
                times.append(time.perf_counter() - start)
        print(f"{title:32} {spread(times)} s, {epochs} epochs at rate {rate}: {right} of the test images", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is timed (default: 5)")
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--goal", type=float, metavar="PERCENT")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--be", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be:
        return globals()[options.be[0]](*options.be[1:])
    if options.profile:
        return profile()
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if options.busy else None
    to_goal(options.rounds, options.goal) if options.goal else compare(options.rounds)
    other and other.kill()


if __name__ == "__main__":
    main()
