"""What a newcomer meets first: the two ways to install, and README's commands, none of which may rot."""
import json
import os
import re
import subprocess
import sys

import pytest
from PIL import Image, ImageDraw

import neural_network as nn
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"(?:`|^)((?:[A-Z_]+=1 )?(?:\.venv/bin/|uv run |tests/)[^`\n]*\.(?:py|sh)[^`\n]*)", README, re.MULTILINE)
BENCHMARKS = [path for path in sorted((ROOT / "benchmarks").glob("*.py")) if "ArgumentParser" in path.read_text("utf-8")]


@pytest.mark.parametrize("command", COMMANDS)
def test_readmes_commands_name_files_and_options_that_there_are(command, monkeypatch):
    """That each does what it says, a training run or a measurement takes too long to show: see tests/bare.sh."""
    words = command.split()
    scripts = [word for word in words if word.endswith((".py", ".sh"))]
    assert scripts and all((ROOT / script).exists() for script in scripts)
    if scripts == ["neural_network.py"]:
        monkeypatch.setattr(sys, "argv", words[words.index("neural_network.py"):])
        nn.parse_arguments()                                       # ends the test where it knows an option not


@pytest.mark.parametrize("script", BENCHMARKS, ids=lambda path: path.stem)
def test_a_benchmark_starts(script):
    process = subprocess.run([sys.executable, script, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert (process.returncode, process.stderr) == (0, "") and "usage: " in process.stdout


def packages_of(script):
    """What a script's first lines tell uv to install."""
    header = re.match(r"# /// script\n(.*?)# ///\n", (ROOT / script).read_text("utf-8"), re.DOTALL)[1]
    return set(re.findall(r'"([a-z-]+>=[\d.]+)"', header))


def test_the_light_ways_install_what_requirements_names_but_tensorflow():
    """The trainer does without the packages that only pictures of handwriting need."""
    required = set(re.findall(r"^([a-z-]+>=[\d.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    light = {package for package in required if not package.startswith("tensorflow")}
    assert packages_of("neural_network.py") | packages_of("read_picture.py") == light
    by_pip = set(re.search(r"pip install (numpy .*?) &&", README)[1].split())
    assert by_pip >= {package.split(">=")[0] for package in packages_of("neural_network.py")}
    assert by_pip <= {package.split(">=")[0] for package in light}


def run_snippet(snippet, folder, keras_home):
    """Run one of README's pieces of Python in a folder that has what a clone has; return what it prints."""
    for name in ("neural_network.py", "read_picture.py", "data", "weights.json"):
        (folder / name).symlink_to(ROOT / name)
    process = subprocess.run([sys.executable, "-Bc", snippet], cwd=folder, capture_output=True, text=True,
                             env=os.environ | {"KERAS_HOME": str(keras_home)})
    assert (process.returncode, process.stderr) == (0, "")
    return process.stdout


def test_readmes_training_snippet_runs_as_it_stands_and_writes_what_it_names(keras_home, tmp_path):
    snippet = next(snippet for snippet in SNIPPETS if "network.train" in snippet)
    said = run_snippet(snippet.replace("epochs=5", "epochs=1"), tmp_path, keras_home)
    assert "epoch" in said
    assert float(said.split()[-1]) > 0.8
    assert json.loads((tmp_path / "mine.json").read_text())["layers"] == [784, 64, 10]
    assert (tmp_path / "mine.js").exists()


def test_readmes_reading_snippet_reads_a_picture(keras_home, tmp_path):
    photo = Image.new("L", (300, 300), 230)
    ImageDraw.Draw(photo).line([(80, 60), (220, 60), (130, 240)], fill=40, width=12)
    photo.save(tmp_path / "photo.jpg")
    snippet = next(snippet for snippet in SNIPPETS if "read_picture" in snippet)
    assert run_snippet(snippet, tmp_path, keras_home) == "[7]\n"


def test_the_ladder_runs_what_readme_shows():
    from ladder import LADDER
    assert re.findall(r"^\| [^|]+ \| `(--[^`]+)` \|", README, re.MULTILINE) == list(LADDER)
