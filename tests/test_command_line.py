"""`python neural_network.py` as a user meets it: real processes, their files, what they print and how they end."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import neural_network as nn
from conftest import ROOT, wait_for
from neural_network import NeuralNetwork
from test_files import ONE, SEVEN, posix, whole

SCRIPT = ROOT / "neural_network.py"
PLAIN = ["--hidden-size", 16, "--learning-rate", 0.5, "--no-distort", "--no-styles"]     # half a second an epoch


@pytest.fixture(scope="module")
def start(keras_home):
    """Start the script with MNIST in the cache of TensorFlow, which therefore is not imported."""
    started = []

    def start(*options, script=SCRIPT, variables={}, **more):
        environment = os.environ | {"KERAS_HOME": str(keras_home), "PYTHONUTF8": "1"} | variables
        started.append(subprocess.Popen([sys.executable, script, *map(str, options)], env=environment, text=True,
                                        encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more))
        return started[-1]
    yield start
    for process in started:
        process.kill()                                             # after a test that failed, it may run on


@pytest.fixture(scope="module")
def run(start):
    """Run the script to its end; return its exit code and what it said on standard output and standard error."""
    def run(*options, **more):
        with start(*options, **more) as process:
            out, err = process.communicate(timeout=200)
        return process.returncode, out, err
    return run


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_few_images_are_enough_to_learn_and_to_save(run, tmp_path):
    code, out, err = run("--epochs", 3, "--hidden-size", 16, "--learning-rate", 3, "--validation", 58500,
                         "--output", tmp_path / "few.json")
    assert (code, err) == (0, "") and len(nn.NeuralNetwork.load(tmp_path / "few.json").W1) == 784


def test_a_run_explains_itself_in_plain_lines_and_its_files_record_it_with_true_figures(run, mnist, tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps(SEVEN) + "\n" + json.dumps(ONE))
    code, out, err = run("--epochs", 2, "--learning-rate", 1, "--activation", "tanh", "--seed", 3, "--validation", 5000,
                         "--drawings", tmp_path / "mine.json", "--output", tmp_path / "digits.json")
    styles, lines = len(nn.read_drawings(ROOT / "data" / "styles.json")), out.splitlines()
    assert (code, err) == (0, "")
    assert f"An epoch shows each image once: 55,000 of MNIST, {120 * (styles + 2):,} drawn by pen" in out
    assert "\r" not in out and "\x1b" not in out and "2.30 if it guesses" in out and "accuracy: " in out
    pictures = re.findall(r"((?:[ .:=+*#%@-]+\n)+)The first image is a 5. The network (\w+) training says 0: \d", out)
    assert [when for _, when in pictures] == ["before", "after"] and pictures[0][0] == pictures[1][0]
    for epoch in (1, 2):
        assert re.search(rf"^epoch +{epoch}  loss \d\.\d{{4}}  accuracy \d\d\.\d\d%  of the held-out images \d\d\.\d\d%$", out, re.M)
    assert f"The network is in {tmp_path / 'digits.json'}: open index.html, and drop this file on it." == lines[-1]
    assert re.search(r"^Your own drawings: the network in \S+weights.json reads [012] of 2\.$", out, re.M)
    assert re.search(r"^Your own drawings, which it has learned: [012] of 2\.$", out, re.M)
    shown, = re.findall(r"^Real drawings, which it has not learned \(\S+drawings.jsonl, 1,000\), read by five looks: (\S+)%\.$", out, re.M)
    real = nn.read_drawings(nn.REAL_DRAWINGS)[::10]                # these hundred read alike, but for chance
    network = whole(tmp_path / "digits.json")
    assert float(shown) > 90 and abs(float(shown) - nn.count_read(network, real)) < 6
    training = network.training
    assert [training[name] for name in ("epochs", "learning_rate", "batch_size", "seed", "distortion", "drawings")] == [
        2, 1, 32, 3, True, styles + 2]
    assert [len(training[name]) for name in ("loss", "accuracy", "validation_accuracy")] == [2, 2, 2]
    assert training["seconds"] >= 0 and re.fullmatch(r"20\d\d-\d\d-\d\d", training["date"])
    assert training["train_accuracy"] == pytest.approx(network.accuracy(mnist[0][:55000], mnist[1][:55000]), abs=6e-6)
    assert training["test_accuracy"] == pytest.approx(network.accuracy(*mnist[2:]), abs=6e-6)
    assert f"{training['train_accuracy']:.2%} of the training images, {training['test_accuracy']:.2%} of the test images" in out
    held_out = network.accuracy(mnist[0][55000:], mnist[1][55000:])
    assert training["validation_accuracy"][-1] == pytest.approx(held_out, abs=0.003)   # measured before rounding
    assert network.activation == "tanh" and training["test_accuracy"] > 0.94
    history = (tmp_path / "report" / "history.csv").read_text()
    assert history.startswith("epoch,loss,accuracy,validation_accuracy\n1,")
    names = {path.name for path in files(tmp_path)}
    assert names == {"mine.json", "digits.json", "digits.js", "history.csv", "report.png"}


def test_two_runs_in_one_folder_leave_a_whole_network_though_no_one_reads_and_the_terminal_knows_only_ascii(start, tmp_path):
    unread, read = [start("--epochs", 2, *PLAIN, "--hidden-size", size, "--seed", size, "--output", tmp_path / "w.json",
                          variables={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}) for size in (12, 16)]
    assert any("60,000 of MNIST" in line for line in iter(unread.stdout.readline, ""))      # read no further
    unread.stdout.close()                                          # as `| head` does
    out, err = read.communicate(timeout=200)
    assert (read.returncode, err) == (0, "") and out.isascii() and "index.html" in out
    assert (unread.stderr.read(), unread.wait(200)) == ("", 0)
    (tmp_path / "twin.json").write_text((tmp_path / "w.js").read_text()[len("const WEIGHTS = "):-2])
    for name in "w.json", "twin.json":
        network = NeuralNetwork.load(tmp_path / name)
        training = network.training                                # the record belongs to the weights
        assert (training["seed"], training["distortion"], training["drawings"]) == (len(network.b1), False, 0)
        assert training["epochs"] == 2 and training["test_accuracy"] > 0.9


def test_help_explains_every_option(run):
    code, out, _ = run("--help")
    assert code == 0
    for option in ("--epochs", "--hidden-size", "--learning-rate", "--batch-size", "--seed", "--validation", "--activation",
                   "--no-distort", "--no-styles", "--drawings", "--output"):
        assert re.search(rf"^  {option}( \S+)?\s+\w.{{10,}}", out, re.M), option
    assert "(1000)" in out and "(256)" in out and "(0.1)" in out


@pytest.mark.parametrize("options, said", [
    (["--epochs", "0"], "--epochs must be between 1 and 1,000,000, not 0"), (["--epochs", "ten"], "--epochs: must be a whole number, not ten"),
    (["--hidden-size", "0"], "--hidden-size must .* not 0"), (["--learning-rate", "nan"], "--learning-rate must .* not nan"),
    (["--learning-rate", "fast"], "--learning-rate: must be a number, not fast"),
    (["--batch-size", "0"], "--batch-size must .* not 0"), (["--seed", "-1"], "--seed must .* not -1"),
    (["--validation", "60000"], "--validation must .* not 60000"),
    (["--activation", "sine"], "--activation.*'sine'.*sigmoid"),
    (["--epoch", "5"], "unrecognized arguments: --epoch"), (["--output", "w.txt"], "written to a .json file .* not to .*w.txt"),
    (["--output", "nowhere/mine.json"], "in an existing folder, not to .*nowhere.mine.json"),
    (["--output", "data/styles.json"], "styles.json is there already and holds no network"),
    (["--output", "data/digits.json"], "digits.js is there already and holds no network")])
def test_a_bad_option_gets_one_sentence(options, said, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["neural_network.py", *options])
    with pytest.raises(SystemExit, match="2"):
        nn.main()
    out, err = capsys.readouterr()
    assert not out and re.search(f"error: .*{said}", err.splitlines()[-1]), err


@pytest.mark.parametrize("options, said", [
    (["--drawings", "missing.json"], ".*missing.json.*"), (["--drawings", "bad.json"], "bad.json holds no drawings: expected .*"),
    (["--learning-rate", 1e6], "training diverged: .* w.json is as it was. Try --learning-rate 100000."),
    (["--seed", 7], ".*mnist.npz is damaged.* MNIST.*; delete it.*"),      # of which the cache is HTML
    (["--batch-size", 60000, "--learning-rate", 100], "what was learned reads .* no better than guessing, and is not saved. w.json is as it was.*"),
    (["--batch-size", 60000, "--learning-rate", 100, "--epochs", 2], "training diverged: .* w.json is as it was.*"),
])
def test_bad_files_and_divergence_get_one_sentence_and_change_nothing(options, said, trained, run, tmp_path):
    trained.save(tmp_path / "w.json")
    (tmp_path / "bad.json").write_text('[{"label": 9, "strokes": []}]')
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").write_text("<!doctype html>")
    before, cache = files(tmp_path), {"KERAS_HOME": str(tmp_path)} if "MNIST" in said else {}
    code, out, err = run("--epochs", 1, *PLAIN, "--output", "w.json", *options, cwd=tmp_path, variables=cache)
    assert code == 2 and re.fullmatch(f"neural_network.py: {said}\n", err), (out, err)
    assert files(tmp_path) == before


@posix
def test_ctrl_c_in_the_first_epoch_leaves_the_old_files(trained, start, tmp_path):
    trained.save(tmp_path / "w.json")
    before = files(tmp_path)
    process = start("--batch-size", 1, "--no-styles", "--output", tmp_path / "w.json")              # an epoch of minutes
    while "loss: " not in process.stdout.readline():
        assert process.poll() is None
    time.sleep(0.5)
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1 and err == "\nStopped in the first epoch: the old files stay as they were.\n"
    assert files(tmp_path) == before and time.monotonic() - sent < 5


@posix
def test_ctrl_c_later_keeps_what_was_learned_and_says_so_and_a_default_edited_in_the_file_takes_effect(
        start, mnist, tmp_path):
    code = SCRIPT.read_text("utf-8")
    for old, new in (("HIDDEN_SIZE = 256", "HIDDEN_SIZE = 12"), ("EPOCHS = 1000", "EPOCHS = 900"),
                     ("LEARNING_RATE = 0.1", "LEARNING_RATE = 1"), ("BATCH_SIZE = 32", "BATCH_SIZE = 64")):
        assert code.count(old) == 1
        code = code.replace(old, new)
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("mnist.npz"))
    (tmp_path / "neural_network.py").write_text(code, "utf-8")
    (tmp_path / ".git").mkdir()
    script, weights = tmp_path / "neural_network.py", tmp_path / "weights.json"                     # beside it
    process = start("--learning-rate", 0.4, script=script)         # a fraction, though the default is whole
    wait_for((tmp_path / "weights.js").exists, process)
    time.sleep(0.5)
    before, sent = weights.stat().st_mtime_ns, time.monotonic()
    process.send_signal(signal.SIGINT)
    wait_for(lambda: weights.stat().st_mtime_ns > before, process)
    seconds = time.monotonic() - sent
    out, err = process.communicate(timeout=100)
    network = whole(weights)
    training, epochs = network.training, network.training["epochs"]
    assert (process.returncode, err) == (0, "") and "git checkout weights.json weights.js" in out
    assert f"Stopped after {epochs} of 900 epochs" in out and 1 <= epochs == len(training["loss"]) < 900
    assert training["test_accuracy"] == pytest.approx(network.accuracy(*mnist[2:]), abs=6e-6)
    assert seconds < 2 and training["test_accuracy"] > 0.8 and (tmp_path / "report" / "report.png").exists()
    assert (len(network.b1), training["learning_rate"], training["batch_size"]) == (12, 0.4, 64)


@posix
def test_a_save_that_fails_on_the_way_is_told_and_tried_again(start, tmp_path):
    process = start("--epochs", 2, *PLAIN, "--output", tmp_path / "w.json")
    while "loss: " not in process.stdout.readline():
        assert process.poll() is None
    (tmp_path / "w.js").mkdir()
    line = ""
    while not line.startswith("Not saved: "):
        line = process.stdout.readline()
        assert process.poll() is None
    assert "w.js is there already" in line and "tried again" in line
    (tmp_path / "w.js").rmdir()
    out, err = process.communicate(timeout=200)
    assert (process.returncode, err) == (0, "") and whole(tmp_path / "w.json").training["epochs"] == 2


@posix
def test_without_output_error_home_and_docstrings_and_with_a_notebooks_backend_a_run_is_whole(start, keras_home, tmp_path):
    """Colab sets such a backend, which only its own kernel has."""
    strange = {"MPLBACKEND": "module://ipykernel.pylab.backend_inline", "PYTHONOPTIMIZE": "2", "HOME": ""}
    words = [sys.executable, SCRIPT, "--epochs", 1, *PLAIN, "--output", tmp_path / "w.json"]
    environment = os.environ | {"KERAS_HOME": str(keras_home)} | strange
    process = subprocess.run(["sh", "-c", '"$@" >&- 2>&-', "sh", *map(str, words)], env=environment, timeout=200)
    assert process.returncode == 0 and whole(tmp_path / "w.json").training["test_accuracy"] > 0.5
    assert (tmp_path / "report" / "report.png").exists()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="tells what a process has loaded")
@pytest.mark.parametrize("when", ["NumPy is imported", "it trains"])
def test_ctrl_c_pressed_again_and_again_brings_no_traceback(when, start, tmp_path):
    process = start("--output", tmp_path / "w.json")
    if when == "it trains":
        while "loss: " not in process.stdout.readline():
            assert process.poll() is None
    else:
        wait_for(lambda: "numpy" in Path(f"/proc/{process.pid}/maps").read_text(), process)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    err = process.communicate()[1]
    assert err in ("", "\nStopped in the first epoch: the old files stay as they were.\n")
    assert process.returncode == (1 if err else -signal.SIGINT) and not files(tmp_path)
