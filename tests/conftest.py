"""What several test files share: MNIST is read, and a network trained, once a session."""
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]              # the script; the browser, which the benchmarks share

import neural_network as nn  # noqa: E402 (only found now)


@pytest.fixture(scope="session")
def keras_home(tmp_path_factory):
    """A folder for KERAS_HOME with MNIST in its cache: uncompressed, it is read in a tenth of a second."""
    home = tmp_path_factory.mktemp("home") / ".keras"
    (home / "datasets").mkdir(parents=True)
    with np.load(ROOT / "data" / "mnist.npz") as file:
        np.savez(home / "datasets" / "mnist.npz", **file)
    yield home
    shutil.rmtree(home)                                            # 55 MB, which pytest would keep for three sessions


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
    network.train(*mnist[:2], epochs=4, learning_rate=1, tell=lambda line: None)
    network.training["epochs"] = 4
    return network
