"""What several test files share: MNIST is read, and a network trained, once a session."""
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]              # the script; the browser, which the benchmarks share

import neural_network as nn  # noqa: E402 (only found now)


@pytest.fixture(scope="session")
def mnist():
    """Training images and labels, test images and labels."""
    return nn.read_mnist(ROOT / "data" / "mnist.npz")


@pytest.fixture(scope="session")
def trained(mnist):
    """The standard network after four epochs on MNIST. Not to be changed: load a copy for that."""
    network = nn.NeuralNetwork()
    network.training = {"epochs": 4, **network.train(*mnist[:2], epochs=4, learning_rate=2)}
    return network


@pytest.fixture(scope="session")
def keras_home(mnist, tmp_path_factory):
    """A folder for KERAS_HOME with MNIST in its cache: uncompressed, it is read in a tenth of a second."""
    home = tmp_path_factory.mktemp("home") / ".keras"
    (home / "datasets").mkdir(parents=True)
    arrays = [np.round(part * 255).astype(np.uint8).reshape(-1, 28, 28) if part.ndim == 2 else part.astype(np.uint8)
              for part in mnist]
    np.savez(home / "datasets" / "mnist.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays)))
    (home / "project" / "data").mkdir(parents=True)                # the same as the copy of a project
    os.link(home / "datasets" / "mnist.npz", home / "project" / "data" / "mnist.npz")
    yield home
    shutil.rmtree(home)                                            # 55 MB, which pytest would keep for three sessions
