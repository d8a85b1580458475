"""`python neural_network.py` as a user meets it: real processes, their files, what they print and how they end."""
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

import numpy as np
import pytest

import neural_network as nn
from conftest import ROOT
from neural_network import NeuralNetwork

SCRIPT = ROOT / "neural_network.py"
PLAIN = ["--hidden-size", 16, "--learning-rate", 0.5, "--no-distort", "--no-styles"]     # 0.3 s an epoch
QUICK = ["--epochs", 1, *PLAIN]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals, limits and terminals")


@pytest.fixture(scope="session")
def missing(tmp_path_factory):
    """For each optional library a folder which, first on Python's path, makes it look as if not installed."""
    folders = {}
    for name in ("matplotlib", "pandas", "sklearn", "tensorflow"):
        folders[name] = tmp_path_factory.mktemp("missing")
        (folders[name] / f"{name}.py").write_text(f'raise ImportError("No module named {name!r}")')
    return folders


@pytest.fixture(scope="session")
def start(keras_home, missing):
    """Start the script with MNIST in the cache, and without the report's libraries, which take seconds to import."""
    def start(*options, script=SCRIPT, libraries=False, stderr=subprocess.PIPE, **more):
        environment = os.environ | {"KERAS_HOME": str(keras_home), "PYTHONUTF8": "1",
                                    "PYTHONPATH": "" if libraries else os.pathsep.join(map(str, missing.values()))}
        return subprocess.Popen([sys.executable, script, *map(str, options)], env=environment,
                                stdout=subprocess.PIPE, stderr=stderr, **more)
    return start


@pytest.fixture(scope="session")
def run(start):
    """Run the script to its end; return its exit code and what it said on standard output and standard error."""
    def run(*options, **more):
        with start(*options, **more) as process:
            out, err = process.communicate(timeout=120)
        return process.returncode, out.decode(), err.decode()
    return run


def wait_for(path, process, seconds=60):
    """Wait until a file is there; fail when its process ends before."""
    for _ in range(100 * seconds):
        if path.exists():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    pytest.fail(f"no {path} after {seconds} s")


def load_both(path):
    """Load a network from its .json file and its .js twin, each whole."""
    twin = path.with_suffix(".js").read_text()
    assert twin.startswith("const WEIGHTS = {") and twin.endswith("};\n")
    path.with_name("twin.json").write_text(twin[len("const WEIGHTS = "):-2])
    return NeuralNetwork.load(path), NeuralNetwork.load(path.with_name("twin.json"))


# ── A run ────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture(scope="module")
def full(run, tmp_path_factory):
    """A run with everything in it: (folder, what it printed). Nothing is asked of it but that it is short."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "mine.json").write_text(json.dumps({"label": 7, "strokes": [[[0, 0], [9, 0], [4, 9]]]}) + "\n"
                                      + json.dumps({"label": 1, "strokes": [[[0, 0], [0, 9]]], "name": "a 1"}))
    code, out, err = run("--epochs", 2, "--hidden-size", 16, "--learning-rate", 0.5, "--seed", 3, "--validation", 5000,
                         "--drawings", folder / "mine.json", "--output", folder / "digits.json", libraries=True)
    assert (code, err) == (0, "")
    return folder, out


def test_a_run_prints_plain_lines_and_what_to_do_next(full):
    folder, out = full
    assert "\r" not in out and "\x1b" not in out
    percent = r"\d\d\.\d\d%"
    for epoch in (1, 2):
        assert re.search(rf"^epoch +{epoch} .*loss \d\.\d{{4}}.*accuracy {percent}.*validation accuracy {percent}$", out, re.M)
    assert "training image is a 5" in out                          # and so does it look, in characters
    assert len([line for line in out.splitlines() if re.fullmatch(r"[ .:\-=+*#%@]{20,56}", line)]) > 15
    assert [line.split()[0] for line in out.splitlines() if re.match(r" *\d +\d+\.\d+ %", line)] == [str(d) for d in range(10)]
    assert "digits.json" in out and "index.html" in out.splitlines()[-1]


def test_a_run_records_how_it_trained(full):
    training = NeuralNetwork.load(full[0] / "digits.json").training
    assert (training["epochs"], training["learning_rate"], training["batch_size"], training["seed"]) == (2, 0.5, 32, 3)
    assert training["distortion"] is True
    for name in ("loss", "accuracy", "validation_accuracy"):
        assert len(training[name]) == 2
    assert training["loss"][1] < training["loss"][0]
    assert training["seconds"] >= 0 and re.fullmatch(r"20\d\d-\d\d-\d\d", training["date"])
    assert training["versions"]["numpy"] == np.__version__


def test_the_figures_are_those_of_the_network_in_the_file(full, mnist):
    folder, out = full
    network, twin = load_both(folder / "digits.json")
    training = network.training
    assert twin.training == training
    assert training["train_accuracy"] == pytest.approx(network.accuracy(mnist[0][:55000], mnist[1][:55000]), abs=6e-6)
    assert training["test_accuracy"] == pytest.approx(network.accuracy(*mnist[2:]), abs=6e-6)
    assert training["test_accuracy"] > 0.85
    assert f"{training['train_accuracy']:.2%}" in out.replace(" %", "%")
    assert f"{training['test_accuracy']:.2%}" in out.replace(" %", "%")
    held_out = network.accuracy(mnist[0][55000:], mnist[1][55000:])
    assert training["validation_accuracy"][-1] == pytest.approx(held_out, abs=0.003)   # measured before rounding
    assert f"{held_out:.2%} of the held-out images" in out


def test_a_run_leaves_a_report_and_no_other_file(full):
    folder, _ = full
    assert {path.name for path in folder.iterdir()} - {"twin.json"} == {"mine.json", "digits.json", "digits.js", "report"}
    report = {path.name: path for path in (folder / "report").iterdir()}
    assert set(report) == {"confusions.png", "curves.png", "digits.txt", "distortions.png", "history.csv", "mistakes.png",
                           "styles.png", "weights.png"}
    assert all(path.read_bytes().startswith(b"\x89PNG") for name, path in report.items() if name.endswith("png"))
    history = report["history.csv"].read_text().splitlines()
    assert history[0] == "epoch,loss,accuracy,validation_accuracy" and [line[:2] for line in history[1:]] == ["1,", "2,"]
    assert "precision" in report["digits.txt"].read_text() and "recall" in report["digits.txt"].read_text()


@posix
def test_in_a_terminal_a_bar_shows_epoch_figures_and_time_left_and_ten_lines_stay(start, tmp_path):
    import fcntl
    import termios
    terminal, its_end = os.openpty()
    fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("4H", 24, 120, 0, 0))      # lines and columns
    process = start("--epochs", 12, *PLAIN, "--output", tmp_path / "w.json", stderr=its_end)
    os.close(its_end)
    shown = b""
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:                                                # the other end is closed: the process has ended
        pass
    os.close(terminal)
    out = process.communicate()[0].decode()
    assert process.returncode == 0
    assert re.search(rb"\r[^\r]*/12 [^\r]*<\d\d:\d\d[^\r]*loss[^\r]*accuracy", shown)
    assert len(re.findall("^epoch", out, re.M)) == 10 and re.search("^epoch +12 ", out, re.M)


def test_a_default_edited_in_the_file_takes_effect(run, tmp_path):
    code = SCRIPT.read_text(encoding="utf-8")
    for old, new in (("hidden_size=256", "hidden_size=12"), ("epochs=1000, learning_rate=0.1, batch_size=32",
                                                             "epochs=1, learning_rate=0.4, batch_size=64")):
        assert code.count(old) == 1
        code = code.replace(old, new)
    (tmp_path / "neural_network.py").write_text(code, encoding="utf-8")
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("mnist.npz"))
    code, out, err = run(script=tmp_path / "neural_network.py")
    assert (code, err) == (0, "")
    network, _ = load_both(tmp_path / "weights.json")              # beside the script, when no --output says where
    assert network.W1.shape == (784, 12)
    assert [network.training[name] for name in ("epochs", "learning_rate", "batch_size")] == [1, 0.4, 64]


def test_the_same_command_writes_the_same_weights_twice(start, tmp_path):
    paths = tmp_path / "one.json", tmp_path / "two.json"
    for process in [start("--epochs", 1, "--hidden-size", 16, "--output", path) for path in paths]:
        assert (process.communicate(timeout=120)[1], process.returncode) == (b"", 0)
    one, two = map(NeuralNetwork.load, paths)
    assert all(np.array_equal(*pair) for pair in zip(one.parameters(), two.parameters()))


def test_a_network_is_loaded_and_with_0_epochs_only_evaluated(trained, mnist, run, tmp_path):
    """Nothing is written, so no place to write is needed either."""
    trained.save(tmp_path / "mine.json")
    accuracy = NeuralNetwork.load(tmp_path / "mine.json").accuracy(*mnist[2:])
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code, out, err = run("--load", tmp_path / "mine.json", "--epochs", 0, "--output", tmp_path / "missing" / "w.json")
    assert (code, err) == (0, "") and f"{accuracy:.2%}" in out.replace(" %", "%")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files


def test_a_loaded_network_is_trained_further(trained, run, tmp_path):
    trained.save(tmp_path / "mine.json")
    code, _, err = run("--load", tmp_path / "mine.json", *QUICK, "--learning-rate", 0.01, "--output", tmp_path / "w.json")
    assert (code, err) == (0, "")
    further = NeuralNetwork.load(tmp_path / "w.json")
    assert further.W1.shape == (784, 256) and further.training["loss"][0] < 0.2
    assert not np.array_equal(further.W1, NeuralNetwork.load(tmp_path / "mine.json").W1)


def test_help_explains_every_option(run):
    code, out, _ = run("--help")
    assert code == 0
    for option in ("--epochs", "--hidden-size", "--learning-rate", "--batch-size", "--seed", "--validation", "--no-distort",
                   "--no-styles", "--drawings", "--load", "--output"):
        assert re.search(rf"^  {option}( [A-Z]+)?\s+\w.{{10,}}", out, re.M), option
    assert "default: 1000" in " ".join(out.split()) and "default: 256" in " ".join(out.split())


# ── Bad input: one sentence, exit code 2, before training, no traceback ──────────────────────────────────

def is_refused(result, said):
    code, out, err = result
    assert code == 2 and re.search(said, err) and "Traceback" not in err and "epoch" not in out, (code, out, err)
    last = err.splitlines()
    assert len(last) == 1 or last[0].startswith("usage:"), err    # argparse puts the usage before its sentence


@pytest.mark.parametrize("options, said", [
    (["--epochs", -1], "epochs must be at least 0, not -1"),
    (["--epochs", "ten"], "--epochs.*'ten'"),
    (["--hidden-size", 0], "hidden_size must be at least 1, not 0"),
    (["--hidden-size", -3], "hidden_size must be at least 1, not -3"),
    (["--hidden-size", 2.5], "--hidden-size.*'2.5'"),
    (["--learning-rate", -0.1], "learning_rate must be positive and finite, not -0.1"),
    (["--learning-rate", "nan"], "learning_rate must be positive and finite, not nan"),
    (["--batch-size", 0], "batch_size must be at least 1, not 0"),
    (["--batch-size", 60001], "batch_size must be from 1 to 60000, not 60001"),
    (["--seed", -1], "seed must be at least 0, not -1"),
    (["--validation", -1], "validation must be from 0 to .*, not -1"),
    (["--validation", 60000], "validation must be from 0 to .*, not 60000"),
    (["--epoch-count", 5], "unrecognized arguments: --epoch-count"),
    (["--load", "missing.json"], "missing.json"),
    (["--load", "."], "directory|Permission"),
    (["--load", "bad.json"], "bad.json.*JSON"),
    (["--load", "tiny.json"], "tiny.json.*784"),
    (["--drawings", "missing.json"], "missing.json"),
    (["--drawings", "bad.json"], "bad.json.*JSON"),
    (["--drawings", "nine.json"], "nine.json.*drawing 1"),
    (["--output", "w.txt"], "w.txt.*json"),
    (["--output", "missing/w.json"], "cannot write .*w.json"),
    (["--output", "folder.json"], "cannot write .*folder.json.*folder"),
    (["--output", "twin.json"], "cannot write .*twin.js.*folder"),
    (["--output", "bad.json/w.json"], "cannot write .*w.json"),
    (["--output", "taken/w.json"], "cannot write .*report"),
])
def test_bad_input_gets_one_sentence_and_exit_code_2_before_training(options, said, run, tmp_path):
    NeuralNetwork(input_size=4, hidden_size=2).save(tmp_path / "tiny.json")
    (tmp_path / "bad.json").write_text('{"layers": [784, 256')
    (tmp_path / "nine.json").write_text('[{"label": 9, "strokes": []}]')
    for folder in ("folder.json", "twin.js", "taken"):
        (tmp_path / folder).mkdir()
    (tmp_path / "taken" / "report").write_text("a file where the report's folder should be")
    before = sorted(tmp_path.rglob("*"))
    is_refused(run(*QUICK, "--output", tmp_path / "w.json", *options, cwd=tmp_path), said)
    assert sorted(tmp_path.rglob("*")) == before


@posix
def test_a_folder_without_permission_is_named_before_training(run, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    locked = "/proc" if os.access(tmp_path / "locked", os.W_OK) else tmp_path / "locked"      # root may write anywhere
    is_refused(run(*QUICK, "--output", f"{locked}/w.json"), f"cannot write {locked}/w.json")


def test_a_run_that_diverges_stops_with_a_sentence_and_leaves_the_old_files(trained, run, tmp_path):
    trained.save(tmp_path / "w.json")
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code, out, err = run(*QUICK, "--learning-rate", 1e6, "--output", tmp_path / "w.json")
    assert code == 2 and re.fullmatch("neural_network.py: training diverged.*learning_rate.*\n", err), err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files


@posix
def test_a_disk_that_fills_leaves_the_old_files_and_ends_with_a_sentence(trained, run, tmp_path):
    import resource
    trained.save(tmp_path / "w.json")
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code, out, err = run("--epochs", 2, *PLAIN, "--output", tmp_path / "w.json",
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)))
    assert re.search("cannot write .*w.json.*training goes on", out) and re.search("^epoch +2", out, re.M)
    assert code == 2 and re.fullmatch("neural_network.py: cannot write .*w.json: .*\n", err), err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files


# ── The report without one of its libraries, or with odd drawings ────────────────────────────────────────

def test_without_all_three_libraries_a_run_goes_on_and_says_in_a_line_what_is_left_out(run, tmp_path):
    code, out, err = run(*QUICK, "--output", tmp_path / "w.json")
    assert (code, err) == (0, "") and not list((tmp_path / "report").iterdir())
    left_out = [line for line in out.splitlines() if "report goes without" in line]
    assert len(left_out) == 1 and all(name in left_out[0] for name in ("matplotlib", "pandas", "sklearn"))


@pytest.mark.parametrize("library, left_out", [
    ("matplotlib", {"confusions.png", "curves.png", "mistakes.png", "weights.png"}),
    ("sklearn", {"digits.txt", "confusions.png"}),
    ("pandas", {"history.csv"}),
])
def test_without_one_library_one_true_line_says_what_is_left_out(library, left_out, missing, trained, mnist, tmp_path,
                                                                 monkeypatch, capsys):
    for module in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.syspath_prepend(missing[library])
    nn.write_report(tmp_path / "report", trained, {"loss": [1.0], "accuracy": [0.5]}, mnist[2][:300], mnist[3][:300], [])
    said = capsys.readouterr().out
    everything = {"confusions.png", "curves.png", "mistakes.png", "weights.png", "digits.txt", "history.csv"}
    assert {path.name for path in (tmp_path / "report").iterdir()} == everything - left_out
    assert said.count("\n") == 1 and "without" in said
    assert ("precision" in said) == ("digits.txt" in left_out) and ("history" in said) == ("history.csv" in left_out)


@pytest.mark.parametrize("name", ["costs $5^$", "<b>", 7, None, {"a": []}, "x" * 10_000, "\ud800", "\0"])
def test_the_name_of_a_drawing_is_only_text_in_the_report(name, tmp_path):
    nn.draw_sheet(tmp_path / "sheet.png", "Title", np.ones((1, 784)), [name])
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")


# ── Ctrl-C, kill, and two runs at once ───────────────────────────────────────────────────────────────────

@posix
def test_ctrl_c_keeps_what_was_learned_and_says_so(start, mnist, tmp_path):
    process = start("--epochs", 500, *PLAIN, "--output", tmp_path / "w.json")
    wait_for(tmp_path / "w.js", process)                           # after the first epoch
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = (text.decode() for text in process.communicate(timeout=20))
    assert (process.returncode, err) == (0, "")
    network, _ = load_both(tmp_path / "w.json")
    epochs = network.training["epochs"]
    assert 1 <= epochs < 500 and f"Stopped after {epochs:.0f} of 500 epochs" in out
    assert "git checkout weights.json weights.js" in out
    assert network.accuracy(*mnist[2:]) == pytest.approx(network.training["test_accuracy"], abs=6e-6)
    assert network.training["test_accuracy"] > 0.85


@posix
def test_a_second_ctrl_c_quits_at_once(start, tmp_path):
    process = start("--epochs", 500, *PLAIN, "--output", tmp_path / "w.json")
    wait_for(tmp_path / "w.js", process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=5)
    assert process.returncode not in (0, 2) and "Traceback" not in err.decode()
    load_both(tmp_path / "w.json")


def test_ctrl_c_within_the_first_epoch_still_ends_with_a_network_and_a_report(keras_home, tmp_path, monkeypatch, capsys):
    step, steps = NeuralNetwork.step, []

    def interrupted_step(self, *arguments):
        steps.append(1)
        if len(steps) == 5:
            signal.raise_signal(signal.SIGINT)
        return step(self, *arguments)

    monkeypatch.setattr(NeuralNetwork, "step", interrupted_step)
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    monkeypatch.setattr(sys, "argv", ["neural_network.py", *map(str, QUICK), "--output", str(tmp_path / "w.json")])
    nn.main()
    assert len(steps) == 5
    assert "Stopped after 0 of 1 epochs" in capsys.readouterr().out
    load_both(tmp_path / "w.json")
    assert (tmp_path / "report" / "history.csv").exists()


SAVE_FOREVER = """
import sys; from neural_network import NeuralNetwork
one, two = NeuralNetwork(hidden_size=64), NeuralNetwork(hidden_size=32)
while True:
    one.save(sys.argv[1])
    two.save(sys.argv[1])
"""


@posix
@pytest.mark.parametrize("seed", range(6))
def test_killed_while_saving_each_file_is_a_whole_network(seed, tmp_path):
    with subprocess.Popen([sys.executable, "-c", SAVE_FOREVER, tmp_path / "w.json"], cwd=ROOT) as process:
        wait_for(tmp_path / "w.js", process)
        time.sleep(random.Random(seed).uniform(0, 0.15))
        process.kill()
    load_both(tmp_path / "w.json")


@posix
def test_a_run_killed_at_any_moment_leaves_whole_files_or_none(start, tmp_path):
    for seed in range(4):
        (tmp_path / str(seed)).mkdir()
        with start(*QUICK, "--output", tmp_path / str(seed) / "w.json") as process:
            time.sleep(random.Random(seed).uniform(0.5, 3))
            process.kill()
        if (tmp_path / str(seed) / "w.js").exists():
            load_both(tmp_path / str(seed) / "w.json")
        elif (tmp_path / str(seed) / "w.json").exists():
            NeuralNetwork.load(tmp_path / str(seed) / "w.json")


def test_two_runs_in_one_folder_leave_the_whole_network_of_one_of_them(start, tmp_path):
    runs = [start("--epochs", 2, *PLAIN, "--hidden-size", size, "--seed", size, "--output", tmp_path / "w.json")
            for size in (12, 16)]
    for process in runs:
        err = process.communicate(timeout=120)[1]
        assert (process.returncode, err) == (0, b"")
    for network in load_both(tmp_path / "w.json"):
        assert network.training["seed"] == len(network.b1)         # the record belongs to the weights
    assert {path.name for path in tmp_path.iterdir()} == {"w.json", "w.js", "twin.json", "report"}
