"""The long campaigns: what a test of a second cannot find, hundreds of kills and thousands of broken files may.

    python tests/campaign.py                        all of them, in about half an hour
    python tests/campaign.py kill --times 20        a short one of one of them

Each prints its figure, and a line for each problem that it found. Signals and mounts need Linux, some of them root.
"""
import argparse
import contextlib
import copy
import json
import os
import random
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from conftest import ROOT
from chromium import DESKTOP, SEVEN, draw, is_ours, launched, prediction, served, text, unfold, wait_until_ready
from neural_network import NeuralNetwork
from test_files import mutated

PLAIN = ["--no-styles", "--no-distort", "--learning-rate", "0.5", "--batch-size", "500"]
ROOTED = os.geteuid() == 0


# ── The command line, under faults ───────────────────────────────────────────────────────────────────────

def kill(times=200):
    """Kill real runs: one half at any moment, the other while one of the two files is being written."""
    with project() as folder:
        options, differ = ["--epochs", 2, "--hidden-size", 256], 0
        seconds = run(folder, *options)[3]
        for i in range(times):
            were_twins = twins(folder)
            process = start(folder, *options, "--seed", i)
            temporary = folder / f".weights.{random.choice(['json', 'js'])}.{process.pid}.tmp"
            time.sleep(random.uniform(0, seconds))
            while i % 2 and not temporary.exists() and process.poll() is None:
                time.sleep(0.0005)
            time.sleep(random.uniform(0, 0.004))
            process.kill()
            process.communicate()
            yield from broken(folder)
            differ += were_twins and not twins(folder)
        left = [path.stat().st_size for path in folder.glob(".*.tmp")]
    print(f"{times} runs killed, {len(left)} of them with a file half written ({sum(left) / 1e6:.1f} MB stay in all); "
          f"{differ} came between the two files, so that weights.js is an older network than weights.json")


def interrupt(times=50):
    """Send Ctrl-C to real runs at any moment: each ends at once with a sentence and whole files."""
    signal.signal(signal.SIGINT, signal.default_int_handler)       # a job in the background would pass on that it ignores it
    with project() as folder:
        options, ends, longest = ["--epochs", 20, "--hidden-size", 16], {}, 0
        seconds = run(folder, *options)[3]
        for i in range(times):
            process = start(folder, *options)
            time.sleep(random.uniform(0, seconds))
            process.send_signal(signal.SIGINT)
            sent = time.monotonic()
            out, err = process.communicate()
            longest = max(longest, time.monotonic() - sent)
            end = ("while Python starts" if process.returncode in (1, -2, 130) and "main()" not in err and "Stopped." not in err else
                   "at its end" if process.returncode == 0 and "Stopped" not in out else
                   "in training" if (process.returncode, err) == (0, "") and "Stopped after" in out else
                   "outside training" if (process.returncode, err) == (1, "\nStopped.\n") else "otherwise")
            if end == "otherwise":
                yield f"exit code {process.returncode}, {err!r}"
            ends[end] = ends.get(end, 0) + 1
            yield from broken(folder)
            yield from (f"{path.name} is left" for path in folder.glob(".*.tmp"))
    print(f"{times} runs interrupted {', '.join(f'{end} ({count})' for end, count in ends.items())}; {longest:.1f} s at most to end")


def disk(times=1):
    """Save where that cannot be done: one sentence, exit code 2, and the old files as they were."""
    without_roots_rights = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if ROOTED else []
    count = 0

    def refuses(name, folder, early, prefix=(), size=16, **more):
        nonlocal count
        count += 1
        old = contents(folder)
        code, out, err, _ = run(folder.parent, "--epochs", 1, "--hidden-size", size, "--output", folder / "weights.json",
                                prefix=prefix, **more)
        if code != 2 or not re.fullmatch("neural_network.py: cannot write .*\n", err):
            yield f"{name}: exit code {code}, {err!r}"
        if early and "epoch" in out:
            yield f"{name}: it has trained before it said so"
        if contents(folder) != old:
            yield f"{name}: {sorted(path.name for path, _ in set(contents(folder).items()) ^ set(old.items()))} changed"

    for name in ("weights.json", "weights.js"):
        with project() as folder:
            (folder / "out" / name).mkdir(parents=True)
            yield from refuses(f"{name} is a folder", folder / "out", early=True)
    with project() as folder:
        yield from refuses("no folder", folder / "out", early=True)
        NeuralNetwork(hidden_size=16).save(made(folder / "out") / "weights.json")
        limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))}
        yield from refuses("a limit on the size of files", folder / "out", early=False, **limit)
        (folder / "out" / "report").touch()
        yield from refuses("report is a file", folder / "out", early=True)
        (folder / "out" / "report").unlink()
        (folder / "out").chmod(0o500)
        yield from refuses("a folder without permission", folder / "out", early=True, prefix=without_roots_rights)
    for free in range(0, 2_300_000, 250_000) if ROOTED else []:    # for two files of 1.3 MB
        with project() as folder, mounted(folder / "out", f"size={200_000 + free}"):
            NeuralNetwork(hidden_size=16).save(folder / "out" / "weights.json")
            yield from refuses(f"a disk with {free / 1e6:.2f} MB free", folder / "out", early=False, size=256)
    if ROOTED:
        with project() as folder, mounted(folder / "out", "size=1m"):
            NeuralNetwork(hidden_size=16).save(folder / "out" / "weights.json")
            subprocess.run(["mount", "-o", "remount,ro", folder / "out"], check=True)
            yield from refuses("a read-only disk", folder / "out", early=True)
    print(f"{count} places where the network cannot be saved" + ("" if ROOTED else "; as root there are more: full and read-only disks"))


def rates(times=13):
    """Train at learning rates over twelve powers of ten: it learns, or says that it diverged."""
    said = []
    for rate in np.logspace(-6, 6, times):
        with project() as folder:
            code, out, err, _ = run(folder, "--epochs", 3, "--hidden-size", 32, "--batch-size", 32, "--learning-rate", rate)
            said.append(f"{rate:.0e} ")
            if (code, err) == (0, ""):
                training = NeuralNetwork.load(folder / "weights.json").training
                said[-1] += f"{training['test_accuracy']:.0%}"
                if not training["loss"][-1] < training["loss"][0]:
                    yield f"rate {rate:.0e}: the loss went {training['loss']}, and it said nothing"
            elif code == 2 and re.fullmatch("neural_network.py: training diverged.*\n", err):
                said[-1] += "diverged"
            else:
                yield f"rate {rate:.0e}: exit code {code}, {err!r}"
            yield from broken(folder) if code == 0 or (folder / "weights.json").exists() else []
    print(f"{times} learning rates: {', '.join(said)}")


def concurrent(times=10):
    """Let four runs at a time save to one place, and read it all the while."""
    with project() as folder:
        loads = other = 0
        run(folder, "--epochs", 1)
        for i in range(times):
            runs = [start(folder, "--epochs", 2, "--hidden-size", size, "--seed", size) for size in (12, 16, 20, 24)]
            while any(process.poll() is None for process in runs):
                yield from broken(folder)
                loads += 1
                time.sleep(0.01)
            for process in runs:
                out, err = process.communicate()
                if (process.returncode, err) != (0, ""):
                    yield f"exit code {process.returncode}, {err!r}"
            network = NeuralNetwork.load(folder / "weights.json")
            if network.training["seed"] != len(network.b1):
                yield f"the record of seed {network.training['seed']} stands with the weights of seed {len(network.b1)}"
            other += not twins(folder)
            yield from (f"{path.name} is left" for path in folder.glob(".*.tmp"))
    print(f"{times} times four runs at once, files read {loads} times meanwhile; {other} times weights.js was another run's than weights.json")


# ── Python and page, on broken files ─────────────────────────────────────────────────────────────────────

def mutations(times=2000):
    """Break the network's file: Python and page both load it, to the same ten probabilities, or both refuse it."""
    original = (ROOT / "weights.json").read_bytes()
    content, loaded = json.loads(original), 0
    with website() as (folder, url), window(url) as (page, problems):
        for i, data in enumerate([*chosen(content, original), *(None for _ in range(times))]):
            data = data or mutated(original, content, random.Random(i))
            (folder / "broken.json").write_bytes(data)
            python, page_says = python_on(folder / "broken.json"), page.evaluate(PAGE_ON_BROKEN)
            shown = repr(data[:40])
            loaded += page_says["message"] == ""
            if isinstance(python, str) != bool(page_says["refused"]) or bool(page_says["message"]) != bool(page_says["refused"]):
                yield f"mutation {i}, {shown}: Python {python}, page {page_says}"
            elif isinstance(python, str):
                for sentence in (python, page_says["message"]):
                    if "\n" in sentence or not 10 < len(sentence) < 300:
                        yield f"mutation {i}, {shown}: {sentence!r}"
            elif not np.allclose(python, page_says["probabilities"], rtol=0, atol=1e-6):
                yield f"mutation {i}, {shown}: probabilities {python} in Python, {page_says['probabilities']} in the page"
            if page_says["strange"]:
                yield f"mutation {i}, {shown}: {page_says['strange']} elements came out of the file"
            yield from (f"mutation {i}, {shown}: {problem}" for problem in problems)
            problems.clear()
    print(f"{i + 1} broken files: {loaded} loaded by both, {i + 1 - loaded} refused by both, but for the problems below")


def chosen(content, original):
    """Yield files that chance would not make."""
    def nested(depth):
        return original[:-1] + b',"x":' + b"[" * depth + b"]" * depth + b"}"

    html = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    marked = copy.deepcopy(content)
    marked["training"] = {name: html for name in [*content["training"], html]} | {"loss": [html], "versions": {html: html}}
    yield from (original, nested(99), nested(100), nested(100_000), b"[" * 1_000_000, b" " * 50_000_000 + original, b" " * 50_000_000)
    yield json.dumps(marked).encode()
    yield json.dumps(content | {"activations": [html, html]}).encode()
    yield json.dumps(content | {"layers": html, html: html}).encode()
    yield from (b"\xef\xbb\xbf" + original, original.decode().encode("utf-16"), original + b"\0", b"", b"{}", b"null", b'"' * 1_000_001)
    for token in (b"NaN", b"-Infinity", b"1e39", b"1e999", b"-1e999", b"9" * 400, b"9" * 5000, b"1e6", b"1000000.1", b"01", b"+1", b"1.", b'"0"'):
        yield re.sub(rb'("b2":\[)[^,]*', lambda found: found[1] + token, original)
        yield original[:-1] + b',"x":' + token + b"}"
        yield re.sub(rb'"training":\{', lambda found: found[0] + b'"x":' + token + b",", original)


def python_on(path):
    """Return the probabilities that a file's network finds, or the sentence with which the command line refuses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            network = NeuralNetwork.load(path)
        except ValueError as error:
            return str(error)
        if network.W1.shape[0] != 784 or network.W2.shape[1] != 10:
            return "layers must begin with 784 and end with 10, as MNIST does"      # main() says so
        probabilities = network.forward(np.full((1, 784), 0.5, np.float32))[2][0]
        if np.isfinite(probabilities).all():                       # then, as the page does, in double precision
            content = json.loads(path.read_bytes(), parse_int=float)
            vars(network).update({name: np.array(content[name], float) for name in ("W1", "b1", "W2", "b2")})
            probabilities = network.forward(np.full((1, 784), 0.5))[2][0]
        return probabilities


PAGE_ON_BROKEN = """async () => {
    const bytes = await (await fetch("broken.json", { cache: "no-store" })).arrayBuffer(), result = { refused: "" };
    try {
        result.probabilities = [...forward(parseNetwork(bytes), new Float64Array(784).fill(0.5)).probabilities];
    } catch (error) {
        result.refused = String(error.constructor === Error ? error.message : error.stack);
    }
    say("");
    await openFile(new File([bytes], "weights.json"));
    result.message = $("message").textContent;
    result.strange = document.querySelectorAll("img, iframe, main script").length - document.querySelectorAll("main > script").length;
    return result;
}"""


# ── The page, for long and on every screen ───────────────────────────────────────────────────────────────

def sitting(times=5000):
    """Draw so many strokes, with a clear after every five and a lesson after every fifty: memory and speed stay."""
    with website() as (folder, url), window(url) as (page, problems):
        session = page.context.new_cdp_session(page)
        unfold(page)
        slowest = 0

        def measure():
            page.evaluate("() => { $('forget').click(); clear(); }")
            session.send("HeapProfiler.collectGarbage")
            heap, dom = session.send("Runtime.getHeapUsage"), session.send("Memory.getDOMCounters")
            draw(page, SEVEN)
            milliseconds = page.evaluate("""() => Array.from({ length: 200 }, () => {
                const start = performance.now();
                show();
                return performance.now() - start;
            })""")
            page.keyboard.press("Delete")
            return heap["usedSize"] + heap["backingStorageSize"], dom["nodes"], dom["jsEventListeners"], statistics.median(milliseconds)

        def use(strokes):
            nonlocal slowest
            for i in range(1, strokes + 1):
                draw(page, [[[random.random(), random.random()] for _ in range(5)]])
                if i % 50 == 0:
                    slowest = max(slowest, page.evaluate("""digit => {
                        const start = performance.now();
                        document.querySelector(`#labels button[value="${digit}"]`).click();
                        return performance.now() - start;
                    }""", i // 50 % 10))
                if i % 5 == 0:
                    page.keyboard.press("Delete")

        use(min(times, 250))
        before = measure()
        use(times)
        after = measure()
        yield from problems
        if after[0] > before[0] + 500_000 or after[1] > before[1] + 500 or after[2] > before[2] or after[3] > 1.5 * before[3] + 0.5:
            yield f"memory (bytes), nodes, listeners, ms were {before} and are {after}"
    print(f"{times} strokes, {times // 5} clears, {times // 50} lessons: memory {before[0] / 1e6:.2f} MB and then {after[0] / 1e6:.2f}, "
          f"nodes {before[1]} and {after[1]}, {before[3]:.2f} ms of script for each movement of the pen and {after[3]:.2f}; slowest lesson {slowest / 1000:.1f} s")


def conditions(times=1):
    """Draw, read, ask, teach and clear on every screen and under every hardship."""
    half = {"width": DESKTOP["width"] // 2, "height": DESKTOP["height"] // 2}
    refusing = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    full = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
    cases = {f"pixel ratio {ratio}": {"device_scale_factor": ratio} for ratio in (1, 2, 3)} | {
        "zoom 200 %": {"viewport": half, "device_scale_factor": 2}, "offline": {"offline": True}, "CPU six times slower": {"slower": 6},
        "no localStorage": {"init": "delete window.localStorage"}, "refused localStorage": {"init": refusing}, "full localStorage": {"init": full}}
    for name, options in cases.items():
        for way in ("http", "file"):
            with website() as (folder, url), window(url if way == "http" else (folder / "index.html").as_uri(), **options) as (page, problems):
                draw(page, SEVEN)
                if prediction(page) != "7":
                    yield f"{name}, {way}: a 7 is read as {prediction(page)}"
                unfold(page)
                page.click("#labels button[value='1']")
                if "A 1 it is" not in text(page, "lesson"):
                    yield f"{name}, {way}: the lesson says {text(page, 'lesson')!r}"
                for button in page.locator("button[id]:not([id^=save])").all():
                    button.click()
                page.click("#clear")
                if prediction(page) != "–":
                    yield f"{name}, {way}: cleared, it reads {prediction(page)}"
                yield from (f"{name}, {way}: {problem}" for problem in problems)
    print(f"{2 * len(cases)} conditions: {', '.join(cases)}, by http and by double click")


# ── What they share ──────────────────────────────────────────────────────────────────────────────────────

@contextlib.contextmanager
def project():
    """A folder with the script, MNIST as if TensorFlow had downloaded it, and none of the libraries that take seconds to import."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        shutil.copy(ROOT / "neural_network.py", folder)
        (made(folder / "keras" / "datasets") / "mnist.npz").symlink_to(ROOT / "data" / "mnist.npz")
        for name in ("matplotlib", "pandas", "sklearn"):
            (made(folder / "missing") / f"{name}.py").write_text("raise ImportError('left out')")
        yield folder


def made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def mounted(folder, options):
    """A small disk of its own."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", made(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def start(folder, *options, prefix=(), **more):
    environment = os.environ | {"KERAS_HOME": str(folder / "keras"), "PYTHONPATH": str(folder / "missing")}
    command = [*prefix, sys.executable, folder / "neural_network.py", *PLAIN, *options]
    return subprocess.Popen(list(map(str, command)), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def run(folder, *options, **more):
    """Return the exit code of a run, what it said on standard output and standard error, and its seconds."""
    started = time.monotonic()
    with start(folder, *options, **more) as process:
        out, err = process.communicate()
    return process.returncode, out, err, time.monotonic() - started


def contents(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def twins(folder):
    """Whether the two files hold the same network."""
    return (folder / "weights.js").read_text() == f"const WEIGHTS = {(folder / 'weights.json').read_text()};\n"


def broken(folder):
    """Yield what is wrong with the two files of a folder: each must be there, and a whole network."""
    for name in ("weights.json", "weights.js"):
        try:
            text = (folder / name).read_text()
            (folder / "copy").write_text(text if name == "weights.json" else re.fullmatch("const WEIGHTS = (.*);\n", text)[1])
            assert np.isfinite(NeuralNetwork.load(folder / "copy").forward(np.ones((1, 784), np.float32))[2]).all()
        except Exception as error:
            yield f"{name}: {error!r}"


@contextlib.contextmanager
def website():
    """A folder with the page and its network, and its address."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("index.html", "weights.json", "weights.js"):
            shutil.copy(ROOT / name, folder)
        with served(folder) as url:
            yield Path(folder), url


@contextlib.contextmanager
def window(address, init=None, offline=False, slower=None, **options):
    """The page in a window of its own, and the list of what goes wrong in it."""
    problems = []
    with launched() as browser:
        page = browser.new_page(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
        page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: problems.append(f"left: {request.url}") if not is_ours(request.url) else None)
        if init:
            page.add_init_script(init)
        page.goto(address)
        wait_until_ready(page)
        page.context.set_offline(offline)
        if slower:
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        yield page, problems


CAMPAIGNS = {campaign.__name__: campaign for campaign in (kill, interrupt, disk, rates, concurrent, mutations, sitting, conditions)}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CAMPAIGNS) + "; all, if none is named")
    parser.add_argument("--times", type=int, help="how often, in place of each campaign's own number")
    options = parser.parse_args()
    if unknown := set(options.names) - set(CAMPAIGNS):
        parser.error(f"there is no campaign {', '.join(unknown)}; there are {', '.join(CAMPAIGNS)}")
    found = 0
    for name in options.names or CAMPAIGNS:
        print(f"{name}: ", end="", flush=True)
        problems = list(CAMPAIGNS[name](*[options.times] * bool(options.times)))
        print(*[f"  PROBLEM {problem[:400]}\n" for problem in problems], sep="", end="", flush=True)
        found += len(problems)
    sys.exit(f"{found} problems." if found else 0)
