"""What several test files share; they are run two at a time, each process reading MNIST and training once."""
import contextlib
import shutil
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]              # the script; the browser, which the benchmarks share

import neural_network as nn  # noqa: E402 (only found now)

# In the background of a shell (`pytest &`) Ctrl-C is ignored, and so would that of the tests be.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Two processes (pytest-xdist), each taking the next test file; one for --pdb, -s or -n 0."""
    option = config.option
    is_one_of_two = hasattr(config, "workerinput")                 # which start no others
    is_watched = option.usepdb or option.trace or option.capture == "no"
    if option.numprocesses is None and not is_one_of_two and not is_watched:
        option.numprocesses, option.dist = 2, "loadfile"


def pytest_xdist_node_collection_finished(node, ids):
    """Before the two begin, a browser is fetched where there is none: once, and the terminal tells of it."""
    wants_browser = any(name in id for id in ids for name in ("test_page", "test_looks", "test_pictures"))
    if node.gateway.id == "gw0" and wants_browser:
        from browser import launched
        with contextlib.suppress(Exception), launched():       # where none starts, each test says so
            pass


def wait_for(attempt, process=None, seconds=60):
    """Try again until there is no error and a result that is not empty; fail when the process ends before."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, ValueError):
            result = attempt()
            if result:
                return result
        assert not process or process.poll() is None, process.communicate()
        assert time.monotonic() < end, "in vain"
        time.sleep(0.005)


@pytest.fixture(scope="session")
def keras_home(tmp_path_factory):
    """A folder for KERAS_HOME with MNIST in its cache."""
    home = tmp_path_factory.mktemp("home") / ".keras"
    (home / "datasets").mkdir(parents=True)
    shutil.copy(ROOT / "data" / "mnist.npz", home / "datasets")
    return home


@pytest.fixture(scope="session")
def mnist(keras_home):
    """Training images and labels, test images and labels. Not to be changed: then every array says so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HOME", str(keras_home))
        parts = nn.load_mnist()
    for part in parts:
        part.setflags(write=False)
    return parts


@pytest.fixture(scope="session")
def trained(mnist):
    """The plain network after four epochs on MNIST's whole images. Not to be changed: load a copy for that."""
    network = nn.NeuralNetwork()
    network.training = network.train(*mnist[:2], epochs=4, learning_rate=1, after_epoch=lambda *_: None)
    network.training["epochs"] = 4
    return network
