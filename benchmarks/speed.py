"""How fast is the training, beside other libraries on the same work, here and now?

    python benchmarks/speed.py               an epoch of ours and of the others, in turns (6 minutes)
    python benchmarks/speed.py --busy        the same, then again while another process keeps one core busy
    python benchmarks/speed.py --goal 98     from the command to 98 % of the test images (20 minutes)
    python benchmarks/speed.py --profile     where an epoch's time goes
    python benchmarks/speed.py --sizes       an epoch and peak memory over hidden sizes and batch sizes (5 minutes)

The work is one epoch of MNIST: 60,000 images, 784-256-10, sigmoid, softmax, cross-entropy, float32, mini-batches
of 32, plain gradient descent. Each engine runs in a process of its own, which waits while the others are timed: what
disturbs the machine disturbs all alike, and ratios are taken within a round. For the goal each library is written as
its users would write it; of five learning rates each gets the one that needs the fewest epochs by held-out images.
Install the others by `pip install -r benchmarks/requirements.txt`; those that are missing are left out.
"""
import argparse
import contextlib
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

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PRODUCTS = 60000 * (4 * 784 * 256 + 6 * 256 * 10)                  # operations of the five matrix products of an epoch
RATES = (0.1, 0.3, 0.5, 1, 2)
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1",
              "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1",
              "NPROC": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}      # these two are JAX's


# ── Engines: each returns a function that learns for some more epochs, and one that predicts ─────────────

def ours(images, labels, rate=0.1, distort=False, hidden_size=256, batch_size=32):
    from neural_network import NeuralNetwork, View
    network, view = NeuralNetwork(hidden_size=hidden_size), View(images, labels, [], distort, seed=0)
    return lambda epochs: network.train(images, labels, epochs, rate, batch_size, batches=view), lambda x: view.fold(network).predict(x)


def ours_distorted(images, labels, rate=0.1):
    return ours(images, labels, rate, distort=True)


def scikit_learn(images, labels, rate=0.1):
    from sklearn.neural_network import MLPClassifier
    warnings.simplefilter("ignore")                                # that so few epochs are not enough
    model = MLPClassifier((256,), "logistic", solver="sgd", alpha=0, batch_size=32, learning_rate_init=rate, momentum=0,
                          nesterovs_momentum=False, warm_start=True)
    return lambda epochs: model.set_params(max_iter=epochs).fit(images, labels), model.predict


def pytorch(images, labels, rate=0.1):
    import torch
    from torch import nn
    if os.environ.get("OMP_NUM_THREADS") == "1":
        torch.set_num_threads(1)
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)
    model = nn.Sequential(nn.Linear(784, 256), nn.Sigmoid(), nn.Linear(256, 10))
    loss, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=rate)

    def learn(epochs):                                             # slices of a permutation: faster than a DataLoader
        for _ in range(epochs):
            for batch in torch.randperm(len(images)).split(32):
                optimizer.zero_grad()
                loss(model(images[batch]), labels[batch]).backward()
                optimizer.step()
    return learn, lambda x: model(torch.from_numpy(x)).argmax(1).numpy()


def keras(images, labels, rate=0.1):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    model = keras.Sequential([keras.layers.Dense(256, "sigmoid"), keras.layers.Dense(10)])
    model.compile(keras.optimizers.SGD(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return (lambda epochs: model.fit(images, labels, batch_size=32, epochs=epochs, verbose=0),
            lambda x: model.predict(x, batch_size=1024, verbose=0).argmax(1))


def jax(images, labels, rate=0.1):
    import jax
    import jax.numpy as jnp
    images, labels, rng = jnp.asarray(images), jnp.asarray(labels), np.random.default_rng(0)
    parameters = [jnp.asarray(rng.normal(size=shape) / 28, jnp.float32) for shape in ((784, 256), 256, (256, 10), 10)]

    def logits(parameters, images):
        W1, b1, W2, b2 = parameters
        return jax.nn.sigmoid(images @ W1 + b1) @ W2 + b2

    def loss(parameters, images, labels):
        return -jnp.take_along_axis(jax.nn.log_softmax(logits(parameters, images)), labels[:, None], axis=1).mean()

    def step(parameters, batch):
        gradients = jax.grad(loss)(parameters, images[batch], labels[batch])
        return [p - rate * g for p, g in zip(parameters, gradients)], None

    learn_epoch = jax.jit(lambda parameters, batches: jax.lax.scan(step, parameters, batches)[0], donate_argnums=0)

    def learn(epochs):
        nonlocal parameters
        for _ in range(epochs):                                    # scan wants whole batches
            order = rng.permutation(len(images))[:len(images) // 32 * 32]
            parameters = jax.block_until_ready(learn_epoch(parameters, jnp.asarray(order.reshape(-1, 32))))
    return learn, lambda x: np.asarray(logits(parameters, x)).argmax(1)


ENGINES = {ours: "numpy", ours_distorted: "numpy", scikit_learn: "scikit-learn", pytorch: "torch", keras: "keras", jax: "jax"}


def installed():
    """Return the engines whose library is here, with its version."""
    for engine, library in ENGINES.items():
        with contextlib.suppress(PackageNotFoundError):
            yield engine, f"{engine.__name__.replace('_', ' ')} ({library} {version(library)})"


# ── Timing in turns ──────────────────────────────────────────────────────────────────────────────────────

def load():
    with np.load(ROOT / "data" / "mnist.npz") as data:
        return [data[name].reshape(-1, 784) / np.float32(255) if name[0] == "x" else data[name].astype(np.int64)
                for name in ("x_train", "y_train", "x_test", "y_test")]


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def peak():
    """Return the seconds of an epoch's matrix products at this machine's best, one large product on one thread."""
    matrix = np.random.default_rng(0).random((2048, 2048), np.float32)
    return min(timed(lambda: matrix @ matrix) for _ in range(10)) / (2 * 2048 ** 3) * PRODUCTS


class Worker:
    """An engine in a process of its own, which does an epoch to warm up, then three for each line that it is sent."""

    def __init__(self, name, environment=None, **sizes):
        command = [sys.executable, __file__, "--work", name, *(f"{size}={value}" for size, value in sizes.items())]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env=os.environ | (environment or {}))
        self.answer()

    def answer(self):
        for line in self.process.stdout:                           # libraries print lines of their own
            if line.startswith("seconds "):
                return float(line.split()[1])
        raise RuntimeError(f"this failed; run it alone to see why: {self.process.args}")

    def epoch(self):
        print(file=self.process.stdin, flush=True)
        return self.answer()

    def close(self):
        """End the process; return its peak memory in MB."""
        self.process.stdin.close()
        _, _, usage = os.wait4(self.process.pid, 0)
        return usage.ru_maxrss / (2 ** 20 if sys.platform == "darwin" else 1024)


def work(name, *sizes):
    learn = globals()[name](*load()[:2], **{size: int(value) for size, value in (word.split("=") for word in sizes)})[0]
    print("seconds", timed(lambda: learn(1)), flush=True)
    for _ in sys.stdin:
        print("seconds", timed(lambda: learn(3)) / 3, flush=True)


def show(rows):
    import pandas
    print(pandas.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:.2f}"))


def spread(values):
    return f"{np.min(values):.2f} / {np.median(values):.2f} / {np.max(values):.2f}"


def compare(rounds, busy):
    for title, environment in (("As a user runs them", {}), ("One thread each", ONE_THREAD)):
        engines = list(installed())
        workers = [Worker(engine.__name__, environment) for engine, _ in engines]
        idle, disturbed = [], []
        for _ in range(rounds):
            idle.append([worker.epoch() for worker in workers])
            if busy:
                with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
                    disturbed.append([worker.epoch() for worker in workers])
                    other.kill()
        for worker in workers:
            worker.close()
        idle, disturbed = np.array(idle).T, np.array(disturbed).T  # (engines, rounds)
        print(f"\n{title}: seconds an epoch (min / median / max of {rounds} rounds), and times ours")
        show([{"engine": name, "seconds": spread(seconds), "times ours": np.median(seconds / idle[0]),
               **({"one core busy": spread(disturbed[i]), "busy / idle": np.median(disturbed[i] / seconds)} if busy else {})}
              for i, ((_, name), seconds) in enumerate(zip(engines, idle))])
    subprocess.run([sys.executable, __file__, "--peak"], env=os.environ | ONE_THREAD, check=True)


# ── From the command to a goal ───────────────────────────────────────────────────────────────────────────

def search(engine, goal):
    """Return the fewest epochs, and the rate, that reach the goal on the last 10,000 training images."""
    images, labels = load()[:2]
    best = 30, None
    for rate in RATES:
        learn, predict = engine(images[:50000], labels[:50000], rate)
        for epochs in range(1, best[0]):
            if engine in (ours, ours_distorted):                   # their rate falls to zero at the end: begin anew
                learn, predict = engine(images[:50000], labels[:50000], rate)
                learn(epochs)
            else:
                learn(1)
            if np.mean(predict(images[50000:]) == labels[50000:]) >= goal / 100:
                best = epochs, rate
    return best


def to_goal(rounds, goal):
    rows = []
    for engine, name in installed():
        found = subprocess.run([sys.executable, __file__, "--search", engine.__name__, str(goal)], capture_output=True, text=True)
        epochs, rate = found.stdout.split()[-2:]
        runs = [command(engine, epochs, rate) for _ in range(rounds)]
        rows.append({"engine": name, "rate": rate, "epochs": epochs, "seconds": spread([seconds for seconds, _ in runs]),
                     "test images, %": np.median([accuracy for _, accuracy in runs])})
    print(f"From the command until the test images are read, trained until {goal} % of held-out images are (min / median / max of {rounds} rounds)")
    show(rows)


def command(engine, epochs, rate):
    """Return the seconds from a command until it says how many test images are read right, and how many, in percent."""
    words = [__file__, "--learn", engine.__name__, epochs, rate]
    if engine in (ours, ours_distorted):                           # as README tells it
        words = ["neural_network.py", "--no-styles", "--epochs", epochs, "--learning-rate", rate, "--output", tempfile.mkdtemp() + "/weights.json"]
        words += ["--no-distort"] if engine is ours else []
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
                          env=os.environ | {"PYTHONUNBUFFERED": "1"}) as process:
        for line in process.stdout:
            if found := re.search(r"([\d.]+) ?% of the test images", line):
                return time.perf_counter() - start, float(found[1])


def learn(name, epochs, rate):
    """Be a user's script in an engine's library."""
    images, labels, test_images, test_labels = load()
    learn, predict = globals()[name](images, labels, float(rate))
    learn(int(epochs))
    print(f"{np.mean(predict(test_images) == test_labels):.2%} of the test images", flush=True)


# ── Where the time goes ──────────────────────────────────────────────────────────────────────────────────

def profile(rounds):
    """Show where an epoch's time goes, each part done alone on all mini-batches of an epoch."""
    from threadpoolctl import threadpool_limits
    from neural_network import NeuralNetwork, View
    images, labels = load()[:2]


def sizes(hidden_sizes=(32, 64, 128, 256, 512, 1024), batch_sizes=(8, 32, 128, 1024)):
    for hidden_size in hidden_sizes:
        workers = [Worker("ours", hidden_size=hidden_size, batch_size=batch_size) for batch_size in batch_sizes]
        print(f"{hidden_size:5} hidden units, batches of {batch_sizes}:", *(f"{worker.epoch():.2f} s, {worker.close():.0f} MB;" for worker in workers))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is timed (default: 5)")
    parser.add_argument("--goal", type=float, metavar="PERCENT")
    for name in ("busy", "profile", "sizes"):
        parser.add_argument(f"--{name}", action="store_true")
    for name in ("work", "search", "learn", "peak"):               # what it starts itself
        parser.add_argument(f"--{name}", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
