"""What is read and written: weights, drawings and MNIST, whole or broken."""
import copy
import gzip
import json
import os
import random
import socket
import subprocess
import sys
import types
import urllib.request
import warnings

import numpy as np
import pytest

import neural_network as nn
from conftest import ROOT
from neural_network import NeuralNetwork


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The JSON object of a small network: tests change copies of it."""
    path = tmp_path_factory.mktemp("small") / "weights.json"
    network = NeuralNetwork(hidden_size=4)
    network.training = {"epochs": 1, "loss": [2.5], "date": "2026-11-22"}
    network.save(path)
    return json.loads(path.read_text())


@pytest.fixture
def load(tmp_path):
    """Write a text, bytes, or an object as JSON into a file, and load that."""
    def load(content):
        path = tmp_path / "bad.json"
        content = content if isinstance(content, (str, bytes)) else json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return NeuralNetwork.load(path)
    return load


# ── Saving ───────────────────────────────────────────────────────────────────────────────────────────────

def test_saved_loaded_and_saved_again_the_files_are_the_same_bytes(trained, tmp_path):
    trained.save(tmp_path / "one.json")
    NeuralNetwork.load(tmp_path / "one.json").save(tmp_path / "two.json")
    for suffix in (".json", ".js"):
        assert (tmp_path / "one").with_suffix(suffix).read_bytes() == (tmp_path / "two").with_suffix(suffix).read_bytes()


def test_the_file_has_the_documented_fields_and_its_twin_is_the_same_json_as_a_script(trained, tmp_path):
    trained.save(tmp_path / "weights.json")
    text = (tmp_path / "weights.json").read_text(encoding="utf-8")
    assert (tmp_path / "weights.js").read_text(encoding="utf-8") == f"const WEIGHTS = {text};\n"
    content = json.loads(text)
    assert list(content) == ["layers", "activations", "W1", "b1", "W2", "b2", "training"]
    assert content["layers"] == [784, 256, 10] and content["activations"] == ["sigmoid", "softmax"]
    for name in ("W1", "b1", "W2", "b2"):
        assert np.abs(np.array(content[name]) - getattr(trained, name)).max() <= 0.00051      # three decimals


def test_rounding_changes_next_to_no_prediction(trained, mnist, tmp_path):
    trained.save(tmp_path / "weights.json")
    loaded = NeuralNetwork.load(tmp_path / "weights.json")
    assert np.mean(loaded.predict(mnist[2]) != trained.predict(mnist[2])) < 0.001


def test_a_file_of_256_hidden_units_is_small_enough_for_a_phone(trained, tmp_path):
    trained.save(tmp_path / "weights.json")
    for path in (tmp_path / "weights.json", ROOT / "weights.json"):
        content = path.read_bytes()
        if json.loads(content)["layers"] == [784, 256, 10]:        # a user's own may be of another size
            assert len(content) <= 1_400_000 and len(gzip.compress(content, 6)) <= 400_000


def test_the_weights_in_this_folder_read_the_test_set_as_well_as_they_say(mnist):
    network = NeuralNetwork.load(ROOT / "weights.json")
    if "test_accuracy" in network.training:                        # not while a run goes on
        assert network.accuracy(*mnist[2:]) == pytest.approx(network.training["test_accuracy"], abs=0.0002)
    twin = (ROOT / "weights.js").read_text(encoding="utf-8")
    assert twin == f"const WEIGHTS = {(ROOT / 'weights.json').read_text(encoding='utf-8')};\n"


@pytest.mark.parametrize("written, name", [(0, "weights.json"), (1, "weights.js")])
def test_a_save_that_fails_half_way_leaves_the_old_files_and_no_other(written, name, trained, tmp_path, monkeypatch):
    NeuralNetwork(hidden_size=2).save(tmp_path / "weights.json")
    old = {path: path.read_bytes() for path in tmp_path.iterdir()}

    room = [True] * written                                        # for the first of the two files, or for none

    def no_space(descriptor):
        if not room:
            raise OSError(28, "No space left on device")
        room.pop()

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match=f"cannot write .*{name}: No space left"):
        trained.save(tmp_path / "weights.json")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == old


def test_a_save_waits_for_whoever_is_reading_the_old_file_as_windows_makes_it(tmp_path, monkeypatch):
    replace, refusals = os.replace, [PermissionError(13, "Access is denied")] * 3

    def replace_if_nobody_reads(*paths):
        if refusals:
            raise refusals.pop()
        replace(*paths)

    monkeypatch.setattr(os, "replace", replace_if_nobody_reads)
    NeuralNetwork(hidden_size=2).save(tmp_path / "weights.json")
    assert NeuralNetwork.load(tmp_path / "weights.json").W1.shape == (784, 2) and not list(tmp_path.glob(".*"))
    refusals += [PermissionError(13, "Access is denied")] * 1000
    with pytest.raises(OSError, match="cannot write .*weights.json: Access is denied"):
        NeuralNetwork(hidden_size=3).save(tmp_path / "weights.json")
    assert NeuralNetwork.load(tmp_path / "weights.json").W1.shape == (784, 2) and not list(tmp_path.glob(".*"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_fills_while_writing_leaves_the_old_files_and_no_other(tmp_path):
    """The limit on the size of a file stands for the full disk: write() itself fails, after 50,000 bytes."""
    NeuralNetwork(hidden_size=2).save(tmp_path / "weights.json")
    old = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code = ("import resource, sys; from neural_network import NeuralNetwork\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
            "try: NeuralNetwork().save(sys.argv[1])\n"
            "except OSError as error: print(error)")
    said = subprocess.run([sys.executable, "-c", code, tmp_path / "weights.json"], cwd=ROOT, capture_output=True, text=True)
    assert "cannot write" in said.stdout and "weights.json" in said.stdout and not said.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == old


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 2e6])
def test_weights_that_could_not_be_loaded_are_not_saved(value, tmp_path):
    network = NeuralNetwork(hidden_size=2)
    network.b2[3] = value
    with pytest.raises(ValueError, match="b2"):
        network.save(tmp_path / "weights.json")
    assert not list(tmp_path.iterdir())


def test_weights_cannot_be_saved_without_json_in_a_missing_folder_or_over_a_folder(tmp_path):
    network = NeuralNetwork(hidden_size=2)
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "twin.js").mkdir()
    for name in ("weights.txt", "missing/weights.json", "folder.json", "twin.json"):
        with pytest.raises(OSError, match="cannot write"):
            network.save(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.json", "twin.js"]


# ── Loading what is broken ───────────────────────────────────────────────────────────────────────────────

def changed(content, name, value):
    return {**content, name: value}


def with_weight(content, value):
    content = copy.deepcopy(content)
    content["W1"][300][2] = value
    return content


@pytest.mark.parametrize("field, bad", [
    ("layers", lambda c: {}),
    ("layers", lambda c: []),
    ("layers", lambda c: "7"),
    ("layers", lambda c: changed(c, "layers", [784, 4])),
    ("layers", lambda c: changed(c, "layers", [784, 4.5, 10])),
    ("layers", lambda c: changed(c, "layers", [784, -4, 10])),
    ("layers", lambda c: changed(c, "layers", [784, 0, 10])),
    ("layers", lambda c: changed(c, "layers", [784, True, 10])),
    ("layers", lambda c: changed(c, "layers", [784, "4", 10])),
    ("layers", lambda c: json.dumps(c).replace("[784, 4, 10]", "[784, 1e999, 10]")),
    ("layers", lambda c: changed(c, "layers", "<img src=x onerror=alert(1)>")),
    ("W1", lambda c: changed(c, "layers", [784, 5, 10])),
    ("W1", lambda c: changed(c, "layers", [1e6, 1e6, 1e6])),
    ("activations", lambda c: changed(c, "activations", ["relu", "softmax"])),
    ("activations", lambda c: changed(c, "activations", None)),
    ("activations", lambda c: changed(c, "activations", "<script>alert(1)</script>")),
    ("training", lambda c: changed(c, "training", "<script>alert(1)</script>")),
    ("training", lambda c: changed(c, "training", None)),
    ("training", lambda c: json.dumps(c).replace("[2.5]", "[1e999]")),
    ("W1", lambda c: changed(c, "W1", c["W1"][:-1])),
    ("W1", lambda c: changed(c, "W1", c["W1"][:-1] + [[0, 0, 0]])),
    ("W1", lambda c: changed(c, "W1", {})),
    ("W1", lambda c: changed(c, "W1", [0] * 784)),
    ("W1", lambda c: changed(c, "W1", [c["W1"]])),
    ("b1", lambda c: changed(c, "b1", [[0, 0, 0, 0]])),
    ("b1", lambda c: changed(c, "b1", "0000")),
    ("W2", lambda c: changed(c, "W2", None)),
    ("b2", lambda c: changed(c, "b2", c["b2"] + [0])),
    ("b2", lambda c: {name: value for name, value in c.items() if name != "b2"}),
    ("W1", lambda c: with_weight(c, "0.5")),
    ("W1", lambda c: with_weight(c, True)),
    ("W1", lambda c: with_weight(c, None)),
    ("W1", lambda c: with_weight(c, [0.5])),
    ("W1", lambda c: with_weight(c, 1e39)),
    ("W1", lambda c: with_weight(c, -1000001)),
    ("W1", lambda c: with_weight(c, 10**400)),
    ("W1", lambda c: with_weight(c, "<b>")),
    ("W1", lambda c: json.dumps(with_weight(c, 12345)).replace("12345", "1e999")),
    ("NaN", lambda c: with_weight(c, float("nan"))),
    ("Infinity", lambda c: with_weight(c, float("inf"))),
    ("-Infinity", lambda c: with_weight(c, -float("inf"))),
    ("JSON", lambda c: ""),
    ("JSON", lambda c: json.dumps(c)[:-1]),
    ("JSON", lambda c: json.dumps(c)[:5000]),
    ("JSON", lambda c: json.dumps(c) + "x"),
    ("JSON", lambda c: json.dumps(c).replace(",", ",,", 1)),
    ("JSON", lambda c: "const WEIGHTS = " + json.dumps(c)),
    ("JSON", lambda c: "<!doctype html><title>404</title>"),
    ("JSON", lambda c: " " * 1_000_000),
    ("BOM", lambda c: b"\xef\xbb\xbf" + json.dumps(c).encode()),
    ("UTF-8", lambda c: b"\xff" + json.dumps(c).encode()),
    ("UTF-8", lambda c: json.dumps(c).encode("utf-16")),
    ("UTF-8", lambda c: json.dumps(c).encode().replace(b"2026", b"\xc3\x28")),
    ("nested", lambda c: "[" * 100_000),
    ("nested", lambda c: "[" * 100_000 + "]" * 100_000),
    ("nested", lambda c: json.dumps(c)[:-1] + ',"x":' + '{"a":' * 101 + "1" + "}" * 101 + "}"),
])
def test_a_broken_weights_file_is_refused_with_a_short_sentence_naming_the_field(field, bad, small, load):
    with pytest.raises(ValueError, match=f"(?s)bad.json.*{field}") as refused:
        load(bad(small))
    assert len(str(refused.value).split("bad.json")[1]) < 200


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(OSError, match="missing.json"):
        NeuralNetwork.load(tmp_path / "missing.json")


@pytest.mark.parametrize("good", [
    lambda c: json.dumps(c, indent=4) + "\n\n",
    lambda c: {name: value for name, value in c.items() if name != "training"},
    lambda c: changed(c, "note", "a [[[[ that is only text \" \\"),
    lambda c: changed(c, "training", {"<b>": "<script>alert(1)</script>", "deep": [[[[]]]]}),
    lambda c: with_weight(c, -1000000),
    lambda c: with_weight(c, 1e-400),
])
def test_a_file_that_keeps_the_rule_is_loaded_however_it_is_written(good, small, load):
    assert load(good(small)).forward(np.zeros((1, 784), np.float32))[2].sum() == pytest.approx(1)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on memory")
@pytest.mark.parametrize("text", ['"' + 25_000 * '\\"', '{"a": "' + 10_000_000 * "x" + '"}'], ids=["quotes", "a long string"])
def test_no_text_takes_long_or_much_memory_to_refuse(text, tmp_path):
    """Checking for deep brackets must not take time or memory that grows faster than the file."""
    (tmp_path / "bad.json").write_text(text)
    code = ("import resource, sys; from neural_network import NeuralNetwork\n"
            "before = resource.getrusage(resource.RUSAGE_SELF)\n"
            "try: NeuralNetwork.load(sys.argv[1])\n"
            "except ValueError: pass\n"
            "after = resource.getrusage(resource.RUSAGE_SELF)\n"
            "print(after.ru_utime - before.ru_utime, after.ru_maxrss - before.ru_maxrss)")
    said = subprocess.run([sys.executable, "-c", code, tmp_path / "bad.json"], cwd=ROOT, capture_output=True, text=True)
    seconds, memory = map(float, said.stdout.split())
    assert seconds < 2 and memory < 300_000 * (1000 if sys.platform == "darwin" else 1)


def mutated(text, content, random):
    """One random change to a weights file: to its bytes, or to a value anywhere in its JSON."""
    kind = random.choice(["flip", "cut", "drop", "repeat", "token", "key", "value", "shape"])
    if kind in ("key", "value", "shape"):
        content = copy.deepcopy(content)
        key = random.choice(list(content))
        wrong = random.choice([None, True, -1, 0, 1e39, "<img src=x onerror=alert(1)>", [], {}, [[]], [1e6] * 10, [None]])
        if kind == "key":
            del content[key]
        elif kind == "value" or not isinstance(content[key], list):
            content[key] = wrong
        elif random.random() < 0.5:
            content[key][random.randrange(len(content[key]))] = wrong
        else:
            content[key].insert(random.randrange(len(content[key])), content[key][0])
        return json.dumps(content).encode()
    start, length = random.randrange(len(text)), random.choice([1, 1, 2, 50, 5000])
    if kind == "flip":
        return text[:start] + bytes([text[start] ^ 1 << random.randrange(8)]) + text[start + 1:]
    if kind == "cut":
        return text[:start]
    if kind == "drop":
        return text[:start] + text[start + length:]
    if kind == "repeat":
        return text[:start] + text[start:start + length] + text[start:]
    comma = text.find(b",", start)
    token = random.choice([b"NaN", b"Infinity", b"1e39", b"1e999", b"-1e6", b'"1"', b"0x1", b"\xff", b"[" * 1000, b"null", b"1e-999"])
    return text[:comma + 1] + token + text[text.find(b",", comma + 1):]


def test_a_damaged_weights_file_gives_probabilities_or_is_refused_and_nothing_else(small, load, tmp_path):
    text, images, loaded, refused = json.dumps(small).encode(), np.ones((1, 784), np.float32), 0, 0
    for seed in range(200):
        damaged = mutated(text, small, random.Random(seed))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                network = load(damaged)
            except ValueError as error:
                assert "bad.json" in str(error), seed
                refused += 1
                continue
            probabilities = network.forward(images)[2]
        assert probabilities.shape == (1, 10) and probabilities.sum() == pytest.approx(1), seed
        network.save(tmp_path / "again.json")                      # what could be loaded can be saved
        loaded += 1
    assert loaded > 10 and refused > 100


# ── Drawings ─────────────────────────────────────────────────────────────────────────────────────────────

SEVEN = {"label": 7, "strokes": [[[0, 0], [9, 0], [4, 9.5]], [[2, 5], [7, 5]]]}
ONE = {"label": 1, "strokes": [[[0, 0], [0, 9]]]}


@pytest.mark.parametrize("text", [
    json.dumps([SEVEN, ONE]),
    json.dumps([SEVEN, ONE], indent=2) + "\n",
    json.dumps(SEVEN) + "\n" + json.dumps(ONE),
    json.dumps(SEVEN) + "\r\n\r\n" + json.dumps(ONE) + "\r\n",
    json.dumps([{"name": "<b>", "by": [1, {}], **SEVEN}, {**ONE, "time": None}]),
    json.dumps({"name": "two\u2028lines \x85", **SEVEN}, ensure_ascii=False) + "\n" + json.dumps(ONE),
], ids=["list", "indented", "lines", "Windows lines", "more keys", "line separators in a text"])
def test_drawings_are_read_from_a_list_or_from_lines_and_other_keys_ignored(text, tmp_path):
    (tmp_path / "mine.json").write_bytes(text.encode())
    drawings = nn.read_drawings(tmp_path / "mine.json")
    assert [(drawing["label"], drawing["strokes"]) for drawing in drawings] == [
        (drawing["label"], drawing["strokes"]) for drawing in (SEVEN, ONE)]


@pytest.mark.parametrize("bad, said", [
    ("", "JSON"),
    ("[]", "drawings"),
    ("5", "drawing"),
    ("null", "drawing"),
    ("<!doctype html>", "JSON"),
    (json.dumps([SEVEN])[:-3], "JSON"),
    (json.dumps(SEVEN) + "\n" + json.dumps(ONE)[:-3], "JSON"),
    ([SEVEN, 5], "drawing 2"),
    ([{"strokes": [[[0, 0]]]}], "label"),
    ([{**SEVEN, "label": 10}], "label"),
    ([{**SEVEN, "label": -1}], "label"),
    ([{**SEVEN, "label": 7.5}], "label"),
    ([{**SEVEN, "label": "7"}], "label"),
    ([{**SEVEN, "label": True}], "label"),
    ([ONE, {"label": 7}], "strokes of drawing 2"),
    ([{"label": 7, "strokes": []}], "strokes"),
    ([{"label": 7, "strokes": [[]]}], "strokes"),
    ([{"label": 7, "strokes": "M0 0"}], "strokes"),
    ([{"label": 7, "strokes": [[0, 0]]}], "point"),
    ([{"label": 7, "strokes": [[[0, 0, 0]]]}], "point"),
    ([{"label": 7, "strokes": [[[0]]]}], "point"),
    ([{"label": 7, "strokes": [[["0", 0]]]}], "point"),
    ([{"label": 7, "strokes": [[[None, 0]]]}], "point"),
    ([{"label": 7, "strokes": [[[2e6, 0]]]}], "point"),
    ('[{"label": 7, "strokes": [[[1e999, 0]]]}]', "point"),
    ('[{"label": 7, "strokes": [[[NaN, 0]]]}]', "NaN"),
    ("[" * 100_000, "nested"),
    (b"\xff\xfe[", "UTF-8"),
])
def test_a_broken_drawings_file_is_refused_with_a_short_sentence_that_says_where(bad, said, tmp_path):
    content = bad if isinstance(bad, (str, bytes)) else json.dumps(bad)
    (tmp_path / "mine.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=f"mine.json.*{said}") as refused:
        nn.read_drawings(tmp_path / "mine.json")
    assert len(str(refused.value).split("mine.json")[1]) < 200


def test_the_styles_of_this_project_are_drawings_of_every_digit():
    assert {drawing["label"] for drawing in nn.read_drawings(ROOT / "data" / "styles.json")} == set(range(10))


# ── Where MNIST comes from ───────────────────────────────────────────────────────────────────────────────

@pytest.fixture
def sources(keras_home, monkeypatch, tmp_path):
    """An empty folder for KERAS_HOME, a copy of MNIST in data/, and no TensorFlow."""
    (tmp_path / "datasets").mkdir()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "tensorflow", None)           # importing it raises ImportError
    monkeypatch.setattr(nn, "HERE", keras_home / "project")        # stands for ROOT: its copy is read faster
    return tmp_path


def tensorflow_that(monkeypatch, load_data):
    mnist = types.SimpleNamespace(load_data=load_data)
    monkeypatch.setitem(sys.modules, "tensorflow.keras.datasets", types.SimpleNamespace(mnist=mnist))


def is_mnist(images, labels, test_images, test_labels):
    return (images.shape == (60000, 784) and images.dtype == np.float32 and images.min() == 0 and images.max() == 1
            and labels[:5].tolist() == [5, 0, 4, 1, 9]
            and test_images.shape == (10000, 784) and test_labels[:5].tolist() == [7, 2, 1, 0, 4])


def test_what_tensorflow_has_downloaded_before_is_used_without_a_word(keras_home, sources, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    monkeypatch.setattr(nn, "HERE", sources)                       # which has no data/
    assert is_mnist(*nn.load_mnist())
    assert capsys.readouterr().out == ""


def test_without_keras_home_the_cache_is_in_the_home_folder(keras_home, sources, monkeypatch, capsys):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(keras_home.parent))
    assert is_mnist(*nn.load_mnist())
    assert capsys.readouterr().out == ""


def test_without_tensorflow_the_copy_in_data_is_used_and_one_line_says_so(sources, capsys):
    assert is_mnist(*nn.load_mnist())
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "data/" in said and "tensorflow" in said


@pytest.mark.parametrize("damage", ["text", "cut", "a flipped byte", "no images", "small images", "a label of -1", "pickled"])
def test_a_corrupt_cache_is_named_and_the_next_source_used(damage, sources, capsys):
    cache, whole = sources / "datasets" / "mnist.npz", (ROOT / "data" / "mnist.npz").read_bytes()
    arrays = {"x_train": np.zeros((60000, 28, 28), np.uint8), "y_train": np.zeros(60000, np.int8),
              "x_test": np.zeros((10000, 28, 28), np.uint8), "y_test": np.zeros(10000, np.int8)}
    if damage == "no images":
        del arrays["x_test"]
    elif damage == "small images":
        arrays["x_test"] = arrays["x_test"][:, :27]
    elif damage == "a label of -1":
        arrays["y_train"][5] = -1
    elif damage == "pickled":
        arrays["y_test"] = np.array([{}])
    np.savez_compressed(cache, **arrays)
    if damage == "text":
        cache.write_text("<!doctype html>")
    elif damage == "cut":
        cache.write_bytes(whole[:len(whole) // 2])
    elif damage == "a flipped byte":
        cache.write_bytes(whole[:2_000_000] + bytes([whole[2_000_000] ^ 1]) + whole[2_000_001:])
    assert is_mnist(*nn.load_mnist())
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2 and str(cache) in said[0] and "data/" in said[1]


def test_what_tensorflow_writes_while_it_starts_is_not_shown(tmp_path):
    for package in ("tensorflow", "tensorflow/keras", "tensorflow/keras/datasets"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "tensorflow/keras/datasets/mnist.py").write_text("import os; os.write(2, b'GPU will not be used'); raise ImportError('broken')")
    code = "import os, neural_network; neural_network.load_mnist(); os.write(2, b'heard again')"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
                          env=os.environ | {"PYTHONPATH": str(tmp_path), "KERAS_HOME": str(tmp_path)})
    assert said.stderr == "heard again" and "data/" in said.stdout and "broken" in said.stdout


def test_tensorflow_gives_mnist_where_it_can_download_it(keras_home, sources, monkeypatch, capsys):
    arrays = np.load(keras_home / "datasets" / "mnist.npz")

    def load_data():
        print("1/11490434 ━━━━━━━━━ 0:00 a progress bar\r")
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])

    tensorflow_that(monkeypatch, load_data)
    assert is_mnist(*nn.load_mnist())
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "TensorFlow" in said and "\r" not in said


@pytest.mark.parametrize("error", [
    Exception("URL fetch failure on https://storage.googleapis.com/…/mnist.npz: None -- [Errno -2] Name or service not known"),
    ImportError("DLL load failed.\n\nFailed to load the native TensorFlow runtime.\nSee https://www.tensorflow.org/install/errors"),
    AttributeError("module 'numpy' has no attribute 'object'"),
], ids=["offline", "broken, in many lines", "too old"])
def test_where_tensorflow_fails_the_copy_in_data_is_used_and_one_line_says_so(error, sources, monkeypatch, capsys):
    def load_data():
        raise error

    tensorflow_that(monkeypatch, load_data)
    assert is_mnist(*nn.load_mnist())
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2 and "TensorFlow" in said[0] and "data/" in said[1]


def test_a_download_that_hangs_is_given_up_after_ten_seconds(sources, monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as server:         # it is connected to but never answers
        url = f"http://127.0.0.1:{server.getsockname()[1]}/mnist.npz"
        tensorflow_that(monkeypatch, lambda: urllib.request.urlopen(url).read())
        started = nn.time.monotonic()
        assert is_mnist(*nn.load_mnist())
    assert 9 < nn.time.monotonic() - started < 15
    assert "timed out" in capsys.readouterr().out
    assert socket.getdefaulttimeout() is None


def test_where_no_source_is_left_one_sentence_names_the_file(sources, monkeypatch):
    (sources / "data").mkdir()
    (sources / "data" / "mnist.npz").write_bytes(b"PK\x03\x04 and no more")
    monkeypatch.setattr(nn, "HERE", sources)
    with pytest.raises(ValueError, match="mnist.npz.* MNIST") as refused:
        nn.load_mnist()
    assert "\n" not in str(refused.value)
