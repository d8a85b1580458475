"""How fast is the training, compared with others on the same work, here and now?

    python benchmarks/speed.py               an epoch of ours and of other libraries, in turns (8 minutes)
    python benchmarks/speed.py --profile     where an epoch's time goes
    python benchmarks/speed.py --busy        the same while another process keeps one core busy
    python benchmarks/speed.py --sizes       over hidden sizes and batch sizes, with memory (5 minutes)
    python benchmarks/speed.py --startup     from the command to the first mini-batch
    python benchmarks/speed.py --accuracy    from the command to 98 % and to 99 % of the test images (2 minutes)
    python benchmarks/speed.py --full 20     time and memory of the default command, but so many epochs

The work is one epoch of MNIST: 60,000 images, 784-256-10, sigmoid, softmax, cross-entropy, float32, mini-batches
of 32, plain gradient descent; a third of a run of three epochs, as what is done once a run is not an epoch's work.
Ours does it as it always does: it subtracts the mean image, leaves out the pixels that hardly ever have ink, and a
second thread prepares the mini-batches. Each engine runs in a process of its own, which waits while the others are
timed: what disturbs the machine disturbs all alike, and ratios are taken within a round. Install the others by
`pip install -r benchmarks/requirements.txt`; those that are missing are left out. Use an idle machine.
"""
import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
PRODUCTS = 60000 * (4 * 784 * 256 + 6 * 256 * 10)                  # operations of the five matrix products of an epoch
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1",
              "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1",
              "NPROC": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}      # these two are JAX's
WORDS = {"98 %": "--no-styles --epochs 5 --learning-rate 2", "99 %": "--no-styles --epochs 40 --learning-rate 1"}


# ── Engines: each prepares, and returns a function that learns for some epochs ───────────────────────────

def ours(images, labels, warps=None, hidden_size=256, batch_size=32):
    from neural_network import NeuralNetwork
    network = NeuralNetwork(hidden_size=hidden_size)
    return lambda epochs: network.train(images, labels, epochs=epochs, batch_size=batch_size, warps=warps)


def ours_distorted(images, labels):
    from neural_network import make_warps
    return ours(images, labels, make_warps())


def ours_usual_blas(images, labels):
    import neural_network
    neural_network.threadpool_limits = contextlib.nullcontext      # OpenBLAS takes as many threads as it likes
    return ours(images[:6000], labels[:6000])                      # a tenth: on a busy machine it may take minutes


def scikit_learn(images, labels):
    from sklearn.neural_network import MLPClassifier
    warnings.simplefilter("ignore")                                # that so few epochs are not enough
    model = MLPClassifier((256,), "logistic", solver="sgd", alpha=0, batch_size=32, learning_rate_init=0.1, momentum=0,
                          nesterovs_momentum=False)
    return lambda epochs: model.set_params(max_iter=epochs).fit(images, labels)


def pytorch(images, labels):
    import torch
    from torch import nn
    if os.environ.get("OMP_NUM_THREADS") == "1":
        torch.set_num_threads(1)
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)
    model = nn.Sequential(nn.Linear(784, 256), nn.Sigmoid(), nn.Linear(256, 10))
    loss, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.1)

    def learn(epochs):                                             # slices of a permutation: faster than a DataLoader
        for _ in range(epochs):
            for batch in torch.randperm(len(images)).split(32):
                optimizer.zero_grad()
                loss(model(images[batch]), labels[batch]).backward()
                optimizer.step()
    return learn


def keras(images, labels):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    model = keras.Sequential([keras.layers.Dense(256, "sigmoid"), keras.layers.Dense(10)])
    model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return lambda epochs: model.fit(images, labels, batch_size=32, epochs=epochs, verbose=0)


def jax(images, labels, shuffle=True):
    import jax
    import jax.numpy as jnp
    images, labels = jnp.asarray(images), jnp.asarray(labels)
    rng = np.random.default_rng(0)
    parameters = [jnp.asarray(rng.normal(size=shape) / 28, jnp.float32) for shape in ((784, 256), 256, (256, 10), 10)]

    def loss(parameters, images, labels):
        W1, b1, W2, b2 = parameters
        logits = jax.nn.sigmoid(images @ W1 + b1) @ W2 + b2
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1).mean()

    def step(parameters, batch):
        gradient = jax.grad(loss)(parameters, *((images[batch], labels[batch]) if shuffle else batch))
        return [p - 0.1 * g for p, g in zip(parameters, gradient)], None

    learn_epoch = jax.jit(lambda parameters, batches: jax.lax.scan(step, parameters, batches)[0], donate_argnums=0)
    in_order = images.reshape(-1, 32, 784), labels.reshape(-1, 32)

    def learn(epochs):
        nonlocal parameters
        for _ in range(epochs):
            batches = jnp.asarray(rng.permutation(len(images)).reshape(-1, 32)) if shuffle else in_order
            parameters = jax.block_until_ready(learn_epoch(parameters, batches))
    return learn


def jax_shuffled_before(images, labels):
    return jax(images, labels, shuffle=False)


def products_at_peak(images, labels):
    """Not an engine: the time of the matrix products alone at this machine's best, one large product on one thread."""
    matrix = np.random.default_rng(0).random((2048, 2048), np.float32)

    def peak(epochs):
        best = min(timed(lambda: matrix @ matrix)[1] for _ in range(10))   # processor's seconds: a busy machine does not count
        return best / (2 * 2048 ** 3) * PRODUCTS
    return peak


ENGINES = {ours: "numpy", ours_distorted: "numpy", scikit_learn: "sklearn", pytorch: "torch", keras: "keras", jax: "jax",
           jax_shuffled_before: "jax", products_at_peak: "numpy"}


# ── Timing in turns ──────────────────────────────────────────────────────────────────────────────────────

def timed(function):
    """Return the seconds that a call takes, the processor's seconds over all threads, and the call's result."""
    start, processor = time.perf_counter(), time.process_time()
    result = function()
    return time.perf_counter() - start, time.process_time() - processor, result


def load():
    from neural_network import read_mnist
    return read_mnist(HERE.parent / "data" / "mnist.npz")[:2]


def work(engine, sizes=None):
    """Be an engine's process: an epoch to warm up and compile, then as many as the parent says in a line."""
    learn = engine(*load(), **(sizes or {}))
    learn(1)
    while True:
        print("ready", flush=True)
        epochs = int(sys.stdin.readline() or 0)
        if not epochs:
            return
        seconds, processor, result = timed(lambda: learn(epochs))
        print(*((result, result) if engine is products_at_peak else (seconds / epochs, processor / epochs)), flush=True)


class Worker:
    def __init__(self, engine, *sizes, environment=None):
        command = [sys.executable, __file__, "--work", engine.__name__, *map(str, sizes)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env=os.environ | (environment or {}))
        self.wait_for("ready")

    def wait_for(self, word):
        for line in self.process.stdout:                           # libraries print lines of their own
            if line.strip() == word:
                return
        raise RuntimeError(f"{self.process.args} failed; run it alone to see why")

    def epoch(self, epochs=3):
        """Return the seconds and the processor's seconds of an epoch in one more run."""
        print(epochs, file=self.process.stdin, flush=True)
        for line in self.process.stdout:
            with contextlib.suppress(ValueError):                  # a library's line
                seconds, processor = map(float, line.split())
                self.wait_for("ready")
                return seconds, processor
        raise RuntimeError(f"{self.process.args} failed; run it alone to see why")

    def close(self):
        """End the process and return its peak memory in MB, where the system tells."""
        self.process.stdin.close()
        self.process.stdout.read()
        return peak_memory(self.process)


def peak_memory(process):
    """Wait for a process, and return its peak memory in MB."""
    if not hasattr(os, "wait4"):                                   # Windows
        process.wait()
        return float("nan")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / (2 ** 20 if sys.platform == "darwin" else 1024)


def show(rows, **options):
    import pandas
    print(pandas.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:.2f}", na_rep="", **options))


def spread(values):
    return f"{min(values):.2f} / {np.median(values):.2f} / {max(values):.2f}"


def compare(rounds, only, one_thread):
    """Time the engines in turns: as a user would run them, then with one thread each."""
    for title, environment in (("As a user runs them", {}), ("One thread each", ONE_THREAD))[one_thread:]:
        engines = [engine for engine, library in ENGINES.items() if find_spec(library)
                   and (not only or engine is ours or engine.__name__ in only)]
        workers = [Worker(engine, environment=ONE_THREAD if engine is products_at_peak else environment) for engine in engines]
        times = np.array([[worker.epoch() for worker in workers] for _ in range(rounds)])   # (rounds, engines, 2)
        for worker in workers:
            worker.close()
        print(f"\n{title}, {rounds} rounds: min / median / max")
        show([{"engine": engine.__name__, "seconds an epoch": spread(times[:, i, 0]),
               "times ours": spread(times[:, i, 0] / times[:, 0, 0]),
               "processor's seconds": spread(times[:, i, 1]), "times ours ": spread(times[:, i, 1] / times[:, 0, 1])}
              for i, engine in enumerate(engines)])


def busy(rounds):
    """Time our epoch, and the same with the usual BLAS threads, with one core kept busy by another process or not."""
    workers = [Worker(ours), Worker(ours_distorted), Worker(ours_usual_blas)]
    idle, disturbed = [], []
    for _ in range(rounds):
        idle.append([worker.epoch()[0] for worker in workers])
        other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        disturbed.append([worker.epoch()[0] for worker in workers])
        other.kill()
        other.wait()
    for worker in workers:
        worker.close()
    print(f"One of {os.cpu_count()} cores kept busy, {rounds} rounds: min / median / max")
    show([{"engine": name, "seconds": spread(a), "seconds, busy": spread(b), "busy / not": spread(b / a)} for name, a, b
          in zip(("ours", "ours distorted", "a tenth of ours, usual BLAS threads"), np.array(idle).T, np.array(disturbed).T)])


def over_sizes(hidden_sizes=(32, 64, 128, 256, 512, 1024), batch_sizes=(8, 32, 128, 1024)):
    """Show the seconds of an epoch and the peak memory over hidden sizes and batch sizes."""
    seconds, memory = [], []
    for hidden_size in hidden_sizes:
        workers = [Worker(ours, hidden_size, batch_size) for batch_size in batch_sizes]
        times = [[worker.epoch(1)[0] for worker in workers] for _ in range(2)]
        columns = ["hidden \\ batch", *batch_sizes]
        seconds.append(dict(zip(columns, [hidden_size, *np.min(times, axis=0)])))
        memory.append(dict(zip(columns, [hidden_size, *(worker.close() for worker in workers)])))
    print("Seconds an epoch (the better of two)")
    show(seconds)
    print("\nPeak memory, MB")
    show(memory)


# ── The command as a user gives it ───────────────────────────────────────────────────────────────────────

@contextlib.contextmanager
def data_at_hand():
    """Give a folder to write to and an environment in which TensorFlow's downloaded MNIST is there already."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "datasets").mkdir()
        shutil.copy(HERE.parent / "data" / "mnist.npz", Path(folder) / "datasets")
        yield Path(folder), os.environ | {"KERAS_HOME": folder, "PYTHONUNBUFFERED": "1"}


def run(words):
    """Run the script with these words: return seconds to the line on the test images, to the end, peak MB, that line."""
    with data_at_hand() as (folder, environment):
        start, found = time.perf_counter(), (float("nan"), "")
        command = [sys.executable, HERE.parent / "neural_network.py", *words.split(), "--output", folder / "weights.json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True)
        for line in process.stdout:
            if "test images" in line:
                found = time.perf_counter() - start, line.strip()
        return found[0], time.perf_counter() - start, peak_memory(process), found[1]


def accuracy():
    for goal, words in WORDS.items():
        learned, whole, memory, line = run(words)
        print(f"To {goal}: {learned:.1f} s, with the report {whole:.1f} s, peak {memory:.0f} MB: {words}\n    {line}")


def full(epochs):
    learned, whole, memory, line = run(f"--epochs {epochs}")
    print(f"The defaults, but {epochs} epochs: trained and tested in {learned:.1f} s, the whole command {whole:.1f} s, "
          f"peak {memory:.0f} MB\n    {line}")


def startup(rounds):
    """Time the command from its start until the first mini-batch is there to learn from."""
    code = ("import os, neural_network as n\n"
            "n.NeuralNetwork.step = lambda *a, **k: os._exit(0)\nn.main()")
    environments = {"default": [], "--no-distort --no-styles": ["--no-distort", "--no-styles"]}
    times = {name: [] for name in environments}
    with data_at_hand() as (folder, environment):
        for _ in range(rounds):
            for name, words in environments.items():
                command = [sys.executable, "-c", code, "--output", folder / "weights.json", *words]
                times[name].append(timed(lambda: subprocess.run(command, cwd=HERE.parent, env=environment, check=True,
                                                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))[0])
    print(f"From the command to the first mini-batch, {rounds} rounds: min / median / max")
    show([{"options": name, "seconds": spread(values)} for name, values in times.items()])


def profile(rounds):
    """Show where an epoch's time goes, each part done alone on all mini-batches of an epoch."""
    from threadpoolctl import threadpool_limits
    from neural_network import INKED, NeuralNetwork, make_warps, mini_batches, minus_product
    images, labels = load()
    mean, peak = images.mean(axis=0), products_at_peak(images, labels)
    inked = np.flatnonzero(mean >= INKED * mean.max())
    warps, chosen = make_warps(), images[:, inked]
    views = [warp[inked] for warp in warps]
    network, whole = NeuralNetwork(input_size=len(inked)), NeuralNetwork()
    hidden, _, probabilities = network.forward(chosen[:32])
    dlogits, dz = network.deltas(hidden, probabilities, labels[:32])
    batches = [(chosen[i:i + 32], labels[i:i + 32]) for i in range(0, 60000, 32)]

    def each(function):
        return lambda: [function(*batch) and None for batch in batches]
    parts = {
        "check of the data, once a run": lambda: whole.check_data(images, labels),
        "batches drawn and warped (second thread)": lambda: sum(1 for _ in mini_batches(images, labels, 32, network.rng, views)),
        f"images @ W1, {len(inked)} pixels": each(lambda x, y: (x @ network.W1) is None),
        "W1 -= rate * images.T @ dz": each(lambda x, y: minus_product(network.W1, 1e-9, x, dz) is None),
        "W1 -= rate * images.T @ dz, by NumPy": each(lambda x, y: network.W1.__isub__(x.T @ (1e-9 * dz)) is None),
        "forward": each(lambda x, y: network.forward(x) is None),
        "deltas": each(lambda x, y: network.deltas(hidden, probabilities, y) is None),
        "step (all but the batches)": each(lambda x, y: network.step(x, y, 1e-9) is None),
        "an epoch": lambda: whole.train(images, labels, epochs=1),
        "an epoch, distorted": lambda: whole.train(images, labels, epochs=1, warps=warps),
        "the products at peak, all pixels": lambda: peak(1)}
    with threadpool_limits(1):
        times = {name: [] for name in parts}
        for _ in range(rounds):
            for name, part in parts.items():
                seconds, _, result = timed(part)
                times[name].append(result if name.startswith("the products") else seconds)
    epoch = np.median(times["an epoch"])
    show([{"part": name, "seconds": spread(values), "of an epoch, %": round(100 * np.median(values) / epoch)}
          for name, values in times.items()])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is timed (default: 5)")
    parser.add_argument("--one-thread", action="store_true", help="compare with one thread each only")
    parser.add_argument("--only", default="", metavar="NAMES", help="compare with these engines only, as in: jax,keras")
    for name in ("profile", "busy", "sizes", "startup", "accuracy"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--full", type=int, metavar="EPOCHS")
    parser.add_argument("--work", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        name, *sizes = options.work
        return work(globals()[name], dict(zip(("hidden_size", "batch_size"), map(int, sizes))))
    chosen = {profile: options.profile, busy: options.busy, startup: options.startup}
    for part in (part for part, wanted in chosen.items() if wanted):
        part(options.rounds)
    if options.sizes:
        over_sizes()
    if options.accuracy:
        accuracy()
    if options.full:
        full(options.full)
    if not (any(chosen.values()) or options.sizes or options.accuracy or options.full):
        compare(options.rounds, options.only, options.one_thread)


if __name__ == "__main__":
    main()
