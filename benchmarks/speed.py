"""How fast is the training, beside other libraries on the same work, here and now?

It begins with the processor and the BLAS kernel that NumPy uses, since a kernel for an older processor
can be half as fast. Where OPENBLAS_CORETYPE forces one, it is left out here: users have no such setting.

    python benchmarks/speed.py               an epoch of ours and of the others, in turns (4 to 10 minutes)
    python benchmarks/speed.py --busy        the same while another process keeps one core busy
    python benchmarks/speed.py --goal 98     from the command to 98 % of the test images (20 minutes: five rates each)
    python benchmarks/speed.py --profile     where an epoch's time goes

The work is one epoch of MNIST: 60,000 images, 784-256-10, sigmoid, softmax, cross-entropy, float32, mini-batches
of 32, plain gradient descent. The engines take turns, each in a process of its own: what disturbs the machine
disturbs all alike, and ratios are taken within a round. For the goal each library is used as its users would; of
five learning rates each gets the one that needs the fewest epochs by held-out images. Install the others by
`pip install -r benchmarks/requirements.txt`; those that are missing are left out.
"""
import argparse
import contextlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from engines import ENGINES
from neural_network import BUNDLED_MNIST, NeuralNetwork, View, read_mnist

ONE_THREAD = {                          # environment variables; each library knows some of them
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "NPROC": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


# They make OpenBLAS take the kernel of another processor, which users do not do.
FORCED_KERNEL = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


# ── What each process does: python benchmarks/speed.py --be FUNCTION ARGUMENTS ───────────────────────────

def load():
    """Return MNIST's training images (60000, 784), their labels, and those of the test set, not straightened."""
    images, labels, test_images, test_labels = read_mnist(BUNDLED_MNIST)
    return in_rows(images), labels, in_rows(test_images), test_labels


def in_rows(images):
    """Return images of bytes (n, 28, 28) as numbers from 0 to 1, (n, 784)."""
    return images.reshape(-1, 784) / np.float32(255)


def seconds(function, *arguments):
    """Return how long a call takes."""
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def epoch(name):
    """Print the seconds of an epoch: the mean of three, after one to warm up and compile."""
    images, labels, _, _ = load()
    build, _ = ENGINES[name]
    learn, _ = build(images, labels, 0.1)
    learn(1)
    print(seconds(learn, 3) / 3)


def search(name, goal):
    """Print the rate, and the fewest epochs, that reach the goal on the last 10,000 training images."""
    images, labels, _, _ = load()
    build, _ = ENGINES[name]
    is_ours = name.startswith("ours")
    fewest, best = 31, None
    for rate in (1.0, 2.0, 0.5, 3.0, 0.3):                         # likely ones first: later ones must need fewer epochs
        for epochs in range(1, fewest):
            if epochs == 1 or is_ours:
                learn, predict = build(images[:50000], labels[:50000], rate)
            if is_ours:
                learn(epochs)                                      # our rate falls to zero: each time a run of its own
            else:
                learn(1)                                           # one more than before
            if np.mean(predict(images[50000:]) == labels[50000:]) >= float(goal) / 100:
                fewest, best = epochs, rate
                break
    if best is None:
        sys.exit(f"speed.py: {name} does not reach {goal} % within 30 epochs at any of the rates")
    print(best, fewest)


def script(name, rate, epochs):
    """Do what a user's script in this library would do."""
    images, labels, test_images, test_labels = load()
    build, _ = ENGINES[name]
    learn, predict = build(images, labels, float(rate))
    learn(int(epochs))
    print(f"{np.mean(predict(test_images) == test_labels):.2%} of the test images", flush=True)


@threadpool_limits.wrap(limits=1)
def profile():
    """Print where an epoch's time goes, each part done alone on all mini-batches: the best of five."""
    images, labels, _, _ = load()
    plain = View(images, labels, distort=False)
    distorted = View(images, labels)
    square = images[:784]
    network = NeuralNetwork(len(plain.inked))
    batches = list(plain.mini_batches(plain.numbers, labels, 32, network.rng))
    activations = network.forward(batches[0][0])
    gradients = [1e-9 * gradient for gradient in network.backward(*batches[0], activations)]
    products = 60000 * (4 * 784 * 256 + 6 * 256 * 10) // (2 * 784 ** 3)        # of 784 x 784, as much work as an epoch's
    for part, each, work in (
            ("mini-batches prepared", lambda *_: 0, lambda: plain.mini_batches(plain.numbers, labels, 32, network.rng)),
            ("mini-batches prepared, distorted", lambda *_: 0, lambda: distorted.mini_batches(distorted.numbers, labels, 32, network.rng)),
            (f"images @ W1, {len(plain.inked)} pixels", lambda x, y: x @ network.W1, lambda: batches),
            ("images.T @ dz", lambda x, y: x.T @ activations[0], lambda: batches),
            ("W1 -= learning_rate * dW1", lambda x, y: network.update(gradients[:1], 1.0), lambda: batches),
            ("forward", lambda x, y: network.forward(x), lambda: batches),
            ("backward", lambda x, y: network.backward(x, y, activations), lambda: batches),
            ("an epoch, undistorted", lambda view: network.train(view.numbers, labels, 1, batches=view.mini_batches), lambda: [(plain,)]),
            ("its five products, all pixels, as large ones", lambda *_: square @ square, lambda: [()] * products)):
        def do():
            for batch in work():
                each(*batch)

        with contextlib.redirect_stdout(io.StringIO()):            # its line about an epoch
            best = min(seconds(do) for _ in range(5))
        print(f"{part:45} {best:5.2f} s", flush=True)


# ── What the user starts ─────────────────────────────────────────────────────────────────────────────────

def start_without_forced_kernel():
    """Start this program once more without the settings that force a kernel, if there are any."""
    if any(name in os.environ for name in FORCED_KERNEL):
        environment = {name: value for name, value in os.environ.items() if name not in FORCED_KERNEL}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)


def machine():
    """Return the processor, and the BLAS kernel that NumPy uses on it."""
    processor = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        if found:
            processor = found[1]
    kernels = [f"{library['internal_api']} {library['version']}, kernel {library['architecture']}"
               for library in threadpool_info() if "architecture" in library]
    return f"{processor}, {os.cpu_count()} cores; NumPy {np.__version__} with {'; '.join(kernels) or 'another BLAS'}"


def run(*words, environment=None):
    """Do one of the functions above in a process of its own; return the words that it printed."""
    command = [sys.executable, "-W", "ignore", __file__, "--be", *map(str, words)]
    return subprocess.run(command, env=os.environ | (environment or {}), stdout=subprocess.PIPE, check=True, text=True).stdout.split()


def installed():
    """Yield each engine that is here, and what to call it."""
    for name, (_, package) in ENGINES.items():
        try:
            package_and_version = f"{package} {version(package)}"
        except PackageNotFoundError:
            continue
        yield name, f"{name:16} {package_and_version:22}"


def tell(sentence):
    """Print what one waits for, apart from the results."""
    print(sentence, file=sys.stderr, flush=True)


def spread(values):
    """Return the least, the median and the largest as text."""
    return f"{np.min(values):6.2f} / {np.median(values):.2f} / {np.max(values):.2f}"


def compare(rounds):
    """Print the seconds of an epoch of each engine, as users run it, and with one thread."""
    engines = dict(installed())
    for heading, environment in ("As a user runs them", {}), ("One thread each", ONE_THREAD):
        times = np.empty((rounds, len(engines)))
        for i in range(rounds):
            tell(f"{heading}: round {i + 1} of {rounds} …")
            for k, name in enumerate(engines):
                times[i, k] = float(run("epoch", name, environment=environment)[-1])
        print(f"\n{heading}: seconds an epoch (min / median / max), and times ours")
        for title, column in zip(engines.values(), times.T):
            print(f"{title} {spread(column)}   {np.median(column / times[:, 0]):.2f}", flush=True)


def mnist_at_hand(folder):
    """Return an environment in which MNIST is there already, as in every run but a user's first."""
    datasets = Path(folder) / "datasets"
    datasets.mkdir()
    shutil.copy(ROOT / "data" / "mnist.npz", datasets)
    return os.environ | {"KERAS_HOME": str(folder)}


def to_goal(rounds, goal):
    """Print the seconds from each engine's command until it says how many test images it reads right."""
    folder = tempfile.mkdtemp()
    environment = mnist_at_hand(folder)
    for name, title in installed():
        if name in ("ours, one core", "chapter 1 alone"):           # these are for the epoch alone
            continue
        tell(f"{name}: looking for the rate that needs the fewest epochs …")
        rate, epochs = run("search", name, goal)[-2:]
        command = [__file__, "--be", "script", name, rate, epochs]
        if name.startswith("ours"):
            command = ["neural_network.py", "--no-styles", "--epochs", epochs, "--learning-rate", rate,
                       "--output", f"{folder}/weights.json"]
        if name == "ours":
            command.append("--no-distort")
        times = []
        for _ in range(rounds):
            elapsed, right = time_until_it_says([sys.executable, *command], environment)
            times.append(elapsed)
        print(f"{title} {spread(times)} s, {epochs} epochs at rate {rate}: {right} of the test images", flush=True)


def time_until_it_says(command, environment):
    """Return the seconds until a command says what share of the test images it reads right, and that share."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
                          env=environment) as user:
        for line in user.stdout:
            found = re.search(r"([\d.]+%) of the test images", line)
            if found:
                return time.perf_counter() - start, found[1]
    sys.exit(f"speed.py: it did not say what it reads right: {command}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is timed (default: 5)")
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--goal", type=float, metavar="PERCENT")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--be", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    start_without_forced_kernel()
    if not options.be:
        print(machine(), flush=True)
    if options.profile:
        profile()
        return
    if options.be:
        name, *arguments = options.be
        {"epoch": epoch, "search": search, "script": script}[name](*arguments)
        return
    other = None
    if options.busy:
        other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    if options.goal:
        to_goal(options.rounds, options.goal)
    else:
        compare(options.rounds)
    if other:
        other.kill()


if __name__ == "__main__":
    main()
