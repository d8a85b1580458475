"""What is read and written: weights, drawings, MNIST and the report, whole or broken."""
import json
import os
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

import numpy as np
import pytest

import neural_network as nn
from conftest import ROOT, wait_for
from neural_network import ACTIVATIONS, NeuralNetwork

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals and limits")


def whole(path):
    """The network in a .json file, which its .js twin must hold too."""
    twin = path.with_suffix(".js").read_text("utf-8")
    assert twin == f"const WEIGHTS = {path.read_text('utf-8')};\n"
    return NeuralNetwork.load(path)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_saved_network_is_the_documented_file_and_loads_as_it_was(activation, mnist, tmp_path):
    network, path = NeuralNetwork(hidden_size=32, activation=activation, seed=3), tmp_path / "weights.json"
    network.training = network.train(mnist[0][:2000], mnist[1][:2000], epochs=2, after_epoch=lambda *_: None)
    network.save(path)
    loaded, content = whole(path), json.loads(path.read_text("utf-8"))
    assert list(content) == ["layers", "activations", "W1", "b1", "W2", "b2", "training"]
    assert content["layers"] == [784, 32, 10] and content["activations"] == [activation, "softmax"]
    for name in ("W1", "b1", "W2", "b2"):
        assert np.abs(np.array(content[name]) - getattr(network, name)).max() <= 0.00051      # three decimals
    assert loaded.activation == activation and loaded.training == network.training
    assert np.abs(loaded.forward(mnist[2])[2] - network.forward(mnist[2])[2]).max() < 0.02
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["again.js", "again.json", "weights.js", "weights.json"]


def test_the_weights_in_this_folder_read_the_test_set_as_well_as_they_say(mnist):
    network = whole(ROOT / "weights.json")
    assert network.accuracy(*mnist[2:]) == pytest.approx(network.training["test_accuracy"], abs=0.0002)
    assert (ROOT / "weights.json").stat().st_size < 1_400_000 or network.W1.shape[1] > 256      # small enough for a phone


@pytest.mark.parametrize("bad, said", [
    (lambda c: "<!doctype html><title>404</title>", "Expecting value"), (lambda c: json.dumps(c)[:5000], "Expecting"),
    (lambda c: "[" * 100_000 + "]" * 100_000, "RecursionError"), (lambda c: [c], "TypeError"),
    (lambda c: {**c, "layers": [784, 10**9, 10]}, "W1 must be"), (lambda c: {**c, "layers": [784.5, 4, 10]}, "W1 must be"),
    (lambda c: {**c, "b2": [10**400] * 10}, "OverflowError"), (lambda c: {**c, "training": []}, "its training must be"),
    (lambda c: {name: value for name, value in c.items() if name != "W1"}, "it has no 'W1'"),
    (lambda c: {**c, "layers": [784, 5, 10]}, "W1 must be"), (lambda c: {**c, "W1": c["W1"][:-1] + [[0, 0, 0]]}, "inhomogeneous"),
    (lambda c: {**c, "b2": c["b2"][:-1]}, r"b2 must be of shape \(10,\), not \(9,\)"),
    (lambda c: {**c, "b1": [0, 0, 0, float("nan")]}, "b1 must be finite"), (lambda c: {**c, "b1": [0, 0, 0, "<b>"]}, "could not convert"),
    (lambda c: {**c, "activations": ["sine", "softmax"]}, "sigmoid, .*, not sine")])
def test_a_damaged_weights_file_is_refused_in_one_sentence_that_names_it(bad, said, tmp_path):
    NeuralNetwork(hidden_size=4).save(tmp_path / "good.json")
    content = bad(json.loads((tmp_path / "good.json").read_text()))
    (tmp_path / "bad.json").write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(ValueError, match=f"bad.json holds no network: .*{said}") as refused:
        NeuralNetwork.load(tmp_path / "bad.json")
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 300 + len(str(tmp_path))


@posix
def test_a_disk_that_fills_and_weights_that_are_not_numbers_leave_the_old_files_and_no_other(tmp_path):
    """The limit on a file's size stands for the full disk: there is room for the first file, not for the second."""
    network = NeuralNetwork(hidden_size=64)
    network.save(tmp_path / "weights.json")
    limit = (tmp_path / "weights.json").stat().st_size + 5
    NeuralNetwork(hidden_size=2).save(tmp_path / "weights.json")
    old = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code = ("import resource, sys; from neural_network import NeuralNetwork\n"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
            "try: NeuralNetwork(hidden_size=64).save(sys.argv[1])\n"
            "except OSError as error: print(error)")
    said = subprocess.run([sys.executable, "-c", code, tmp_path / "weights.json"], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.count("\n") == 1 and not said.stderr
    network.b2[3] = np.nan
    with pytest.raises(ValueError, match="not JSON compliant"):
        network.save(tmp_path / "weights.json")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == old


@posix
@pytest.mark.parametrize("called", [1, 2])
def test_ctrl_c_between_the_two_files_leaves_no_pair_that_differs(called, tmp_path, monkeypatch):
    """It comes just after one of them has been replaced."""
    replace, calls = os.replace, []

    def replace_and_interrupt(*paths):
        replace(*paths)
        calls.append(paths)
        if len(calls) == called:
            os.kill(os.getpid(), signal.SIGINT)

    NeuralNetwork(hidden_size=2).save(tmp_path / "w.json")
    monkeypatch.setattr(os, "replace", replace_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        NeuralNetwork(hidden_size=3).save(tmp_path / "w.json")
    assert whole(tmp_path / "w.json").W1.shape == (784, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w.js", "w.json"]


def test_what_is_no_network_is_not_written_over(tmp_path):
    """Whichever of the two files it is; a folder and a link that leads round count, too."""
    (tmp_path / "a.js").write_text("alert('my program')")
    (tmp_path / "b.json").write_text(json.dumps([SEVEN]))
    (tmp_path / "c.js").mkdir()
    (tmp_path / "d.json").symlink_to("d.js")
    (tmp_path / "d.js").symlink_to("d.json")
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()}
    for name in "a.json", "b.json", "c.json", "d.json":
        with pytest.raises(ValueError, match="is there already and holds no network: choose another name"):
            NeuralNetwork(hidden_size=2).save(tmp_path / name)
    for name in "weights.js", "weights", "no/weights.json":
        with pytest.raises(ValueError, match="to a .json file in an existing folder"):
            NeuralNetwork(hidden_size=2).save(tmp_path / name)
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()} == before


@posix
def test_files_keep_their_mode_and_a_link_stays_a_link(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "w.json").symlink_to("folder/w.json")
    NeuralNetwork(hidden_size=2).save(tmp_path / "w.json")
    for name, mode in ("w.json", 0o640), ("w.js", 0o604):
        (tmp_path / "folder" / name).chmod(mode)
    NeuralNetwork(hidden_size=3).save(tmp_path / "w.json")
    assert (tmp_path / "w.json").is_symlink() and whole(tmp_path / "folder" / "w.json").W1.shape == (784, 3)
    modes = [(tmp_path / "folder" / name).stat().st_mode & 0o777 for name in ("w.json", "w.js")]
    assert modes == [0o640, 0o604]


@posix
def test_two_processes_that_save_at_once_and_are_killed_leave_whole_networks(tmp_path):
    code = "import sys, neural_network as nn\nwhile True: nn.NeuralNetwork(784, int(sys.argv[2])).save(sys.argv[1])"
    saving = [subprocess.Popen([sys.executable, "-c", code, tmp_path / "w.json", size], cwd=ROOT) for size in ("32", "64")]
    wait_for((tmp_path / "w.js").exists, saving[0])
    time.sleep(1)
    for process in saving:
        assert process.poll() is None                              # neither stumbled over the other
        process.kill()
        process.wait()
    (tmp_path / "twin.json").write_text((tmp_path / "w.js").read_text()[len("const WEIGHTS = "):-2])
    for name in ("w.json", "twin.json"):
        assert NeuralNetwork.load(tmp_path / name).W1.shape[1] in (32, 64)


SEVEN = {"label": 7, "strokes": [[[0, 0], [9, 0], [4, 9.5]], [[2, 5], [7, 5]]]}
ONE = {"label": 1, "strokes": [[[0, 0], [0, 9]]]}


def test_a_picture_is_refused_without_its_binary(tmp_path):
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    with pytest.raises(ValueError, match=r'^\S+photo.png holds no drawings: expected lines of \{"label": 7, [ -~]+$'):
        nn.read_drawings(tmp_path / "photo.png")


def test_drawings_are_read_from_a_list_or_from_lines(tmp_path):
    lines = json.dumps(SEVEN) + "\r\n" + json.dumps(ONE)
    for text in json.dumps([SEVEN, ONE], indent=2) + "\n", lines, lines.replace("\r\n", "\n \n\n") + "\n\n", "\ufeff" + lines:
        (tmp_path / "mine.json").write_bytes(text.encode())
        assert nn.read_drawings(tmp_path / "mine.json") == [SEVEN, ONE]


@pytest.mark.parametrize("bad", [
    "", "[]", "<!doctype html>", json.dumps([SEVEN])[:-3], json.dumps(SEVEN) + "\n" + json.dumps(ONE)[:-3], [SEVEN, 5],
    [{"strokes": ONE["strokes"]}], [{**ONE, "label": 10}], [{**ONE, "label": "7"}], [SEVEN, {"label": 7}],
    [{"label": 7, "strokes": []}], [{"label": 7, "strokes": [[]]}], [{"label": 7, "strokes": "M0 0"}],
    "[" * 100_000, [{"label": True, "strokes": ONE["strokes"]}], [{"label": 7, "strokes": [[[True, 0]]]}],
    [{"label": 7, "strokes": [[[0, 0, 0]]]}], [{"label": 7, "strokes": [[[None, 0]]]}], [{"label": 7, "strokes": [[[2e6, 0]]]}],
])
def test_a_broken_drawings_file_is_refused_in_one_sentence_that_names_it(bad, tmp_path):
    (tmp_path / "mine.json").write_text(bad if isinstance(bad, str) else json.dumps(bad))
    with pytest.raises(ValueError, match="mine.json holds no drawings: expected ") as refused:
        nn.read_drawings(tmp_path / "mine.json")
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 250 + len(str(tmp_path))


def test_a_drawing_of_too_many_points_is_refused(tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps([{"label": 7, "strokes": [[[0, 0]]] * 100_000}]))
    with pytest.raises(ValueError, match="mine.json: expected at most 5,000 points in a drawing, found 100,000$"):
        nn.read_drawings(tmp_path / "mine.json")


@pytest.fixture
def tensorflow(monkeypatch, tmp_path):
    """Install a package that stands for TensorFlow, in an environment of its own; mnist.load_data() runs the code.

    The cache, an empty folder for KERAS_HOME, is returned. What is needed of Python is as in a user's environment.
    """
    def tensorflow(code):
        venv.create(tmp_path / "env", symlinks=sys.platform != "win32")
        python = tmp_path / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
        packages = Path(subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
        folder = packages / "tensorflow" / "keras" / "datasets"
        folder.mkdir(parents=True)
        for package, module in ((folder, "mnist"), (folder.parent, "datasets"), (folder.parent.parent, "keras")):
            (package / "__init__.py").write_text(f"from . import {module}\n")
        (folder / "mnist.py").write_text(f"import os, shutil, sys\ndef load_data():\n    print('a long bar')\n    {code}\n")
        monkeypatch.setattr(sys, "executable", str(python))
        monkeypatch.syspath_prepend(packages)
        return tmp_path / "keras" / "datasets" / "mnist.npz"
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tensorflow


def is_mnist(images, labels, test_images, test_labels):
    return (images.shape == (60000, 784) and images.dtype == np.float32 and images.min() == 0 and images.max() == 1
            and labels[:5].tolist() == [5, 0, 4, 1, 9]
            and test_images.shape == (10000, 784) and test_labels[:5].tolist() == [7, 2, 1, 0, 4])


def test_what_tensorflow_has_downloaded_before_is_used_without_a_word(keras_home, tensorflow, monkeypatch, capfd):
    tensorflow("raise SystemExit('is not asked')")
    monkeypatch.delenv("KERAS_HOME")
    for variable in ("HOME", "USERPROFILE"):                       # without KERAS_HOME, ~/.keras is the cache
        monkeypatch.setenv(variable, str(keras_home.parent))
    assert is_mnist(*nn.load_mnist()) and capfd.readouterr() == ("", "")


def test_else_tensorflow_downloads_it_and_a_line_says_what_is_waited_for(keras_home, tensorflow, monkeypatch, tmp_path, capfd):
    cache = tensorflow("os.makedirs(os.environ['KERAS_HOME'] + '/datasets'); shutil.copy("
                       f"{str(keras_home / 'datasets' / 'mnist.npz')!r}, os.environ['KERAS_HOME'] + '/datasets')")
    for name in "tensorflow.py", "socket.py":                      # what lies about is not run
        (tmp_path / name).write_text(f"open({str(tmp_path / 'was run')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    assert is_mnist(*nn.load_mnist()) and cache.exists() and not (tmp_path / "was run").exists()
    out, err = capfd.readouterr()
    assert out.count("\n") == 1 and "TensorFlow" in out and not err


@pytest.mark.parametrize("code", ["raise ImportError('DLL load failed.\\n\\nSee the web')", "raise OSError('offline')",
                                  "input('Continue? ')", "import time; time.sleep(600)"])
def test_else_the_copy_in_data_is_used_and_a_calm_line_says_so(code, tensorflow, monkeypatch, capfd):
    tensorflow(code)
    monkeypatch.setattr(nn, "SECONDS_TO_FETCH", 3 if "sleep" in code else 120)
    assert is_mnist(*nn.load_mnist())
    out, err = capfd.readouterr()
    assert str(ROOT / "data" / "mnist.npz") in out.splitlines()[-1] and out.count("\n") == 2 and not err


def test_without_tensorflow_there_is_no_word_of_it(monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(nn.importlib.util, "find_spec", lambda name: None)
    assert is_mnist(*nn.load_mnist())
    assert capfd.readouterr() == (f"MNIST comes from {ROOT / 'data' / 'mnist.npz'}.\n", "")


@pytest.mark.parametrize("damaged, said", [("cut", ""), ("no test images", "x_test is not a file in the archive"),
                                           ("floats", "x_train must be bytes"), ("labels", "y_train must be digits, not 10")])
def test_a_broken_cache_is_named_in_one_sentence(damaged, said, tmp_path, monkeypatch):     # HTML: see test_command_line.py
    cache = tmp_path / "datasets" / "mnist.npz"
    cache.parent.mkdir(parents=True)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    images, labels = np.zeros((60000, 28, 28), np.uint8), np.zeros(60000, np.uint8)
    if damaged == "floats":
        images = np.zeros(images.shape, np.float16)
    if damaged == "labels":
        labels = labels + np.uint8(10)
    np.savez(cache, x_train=images, y_train=labels)
    if damaged == "cut":
        cache.write_bytes((ROOT / "data" / "mnist.npz").read_bytes()[:5_000_000])
    with pytest.raises(ValueError, match=f"mnist.npz is damaged.*{said}.*; delete it") as refused:
        nn.load_mnist()
    assert str(cache) in str(refused.value) and "\n" not in str(refused.value)


def test_the_report_shows_what_the_network_misreads_and_how_it_learned(trained, mnist, tmp_path, monkeypatch):
    from matplotlib.figure import Figure
    figures, savefig = [], Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **k: (figures.append(self), savefig(self, *a, **k)))
    started = time.process_time()
    nn.write_report(tmp_path / "report", trained, *mnist[2:])
    assert time.process_time() - started < 8
    titles, wrong = [axes.get_title() for axes in figures[0].axes], int((trained.predict(mnist[2]) != mnist[3]).sum())
    assert f"Misread: {wrong} of 10,000" in titles
    confusions, = (axes for axes in figures[0].axes if axes.get_ylabel() == "digit")
    assert sum(int(text.get_text()) for text in confusions.texts) == wrong
    assert (tmp_path / "report" / "report.png").read_bytes().startswith(b"\x89PNG")
    history = (tmp_path / "report" / "history.csv").read_text().splitlines()
    assert history[0] == "epoch,loss,accuracy" and [line[:2] for line in history[1:]] == ["1,", "2,", "3,", "4,"]
    assert float(history[4].split(",")[1]) == trained.training["loss"][3]


def test_a_package_of_the_report_that_is_missing_is_told_before_training(monkeypatch):
    find_spec = nn.importlib.util.find_spec
    monkeypatch.setattr(nn.importlib.util, "find_spec", lambda name: None if name == "pandas" else find_spec(name))
    with pytest.raises(ImportError, match="pandas.*README.md says how"):
        nn.check_packages_of_report()


def test_mnist_that_is_missing_is_told_as_that(monkeypatch, tmp_path):
    monkeypatch.setattr(nn, "BUNDLED_MNIST", tmp_path / "mnist.npz")
    with pytest.raises(ValueError, match="mnist.npz is missing; `git checkout"):
        nn.read_mnist(nn.BUNDLED_MNIST)
