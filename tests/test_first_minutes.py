"""What a newcomer meets first: the two ways to install, and README's commands, none of which may rot."""
import json
import os
import re
import subprocess
import sys

import pytest

from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
# Where each of README's commands is run as it stands there, and so found out when it fails.
RUN_BY = {
    "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python neural_network.py": "tests/bare.sh",
    "python3 -m venv .venv && .venv/bin/pip install -r tests/requirements.txt && .venv/bin/python -m pytest": "tests/bare.sh",
    "python3 -m venv .venv && .venv/bin/pip install numpy scipy threadpoolctl tqdm matplotlib pandas scikit-learn && "
    ".venv/bin/python neural_network.py": "tests/bare.sh", "uv run neural_network.py": "tests/bare.sh",
    "git checkout weights.json weights.js": "tests/bare.sh",
    ".venv/bin/python neural_network.py": "benchmarks/ladder.py",           # with the options of each rung
    ".venv/bin/python neural_network.py --drawings ~/Downloads/drawings.json": "tests/test_command_line.py",
    "ALL_BROWSERS=1 .venv/bin/python -m pytest tests/test_browsers.py": ".ci/run", "tests/bare.sh": "tests/bare.sh"}


def commands(text):
    """Return the commands in Markdown: the lines of its blocks without a language, and what begins like one in a line."""
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`((?:[A-Z_]+=1 )?(?:\.venv/bin/|python3? |pip |uv |git |sudo |tests/bare)[^`]*)`", text)
    return {*filter(None, "".join(blocks).splitlines()), *inline} - {".venv/bin/"}


@pytest.mark.parametrize("command", sorted(commands(README)))
def test_every_command_in_readme_is_run_somewhere(command):
    if script := re.fullmatch(r"\.venv/bin/python (-m pytest )?((?:tests|benchmarks)/\w+\.py).*", command):
        assert (ROOT / script[2]).exists()                     # a test file, or a script, which starts: see below
    else:
        assert (ROOT / RUN_BY[command]).exists()


def test_every_benchmark_starts():
    scripts = ", ".join(sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py")))
    importing = subprocess.run([sys.executable, "-c", f"import {scripts}"], cwd=ROOT / "benchmarks", capture_output=True, text=True)
    assert (importing.returncode, importing.stderr) == (0, "")


def test_the_light_ways_install_what_requirements_names_but_tensorflow():
    required = set(re.findall(r"^([a-z-]+>=[\d.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    light = {package for package in required if not package.startswith("tensorflow")}
    script = re.match(r"# /// script\n(.*?)# ///\n", (ROOT / "neural_network.py").read_text(encoding="utf-8"), re.DOTALL)[1]
    assert set(re.findall(r'"([a-z-]+>=[\d.]+)"', script)) == light
    by_pip = re.search(r"pip install (numpy .*?) &&", README)[1].split()
    assert set(by_pip) == {package.split(">=")[0] for package in light}


def test_readmes_snippet_runs_as_it_stands_and_leaves_the_one_file_that_it_names(keras_home, tmp_path):
    snippet = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    for name in ("neural_network.py", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    quick = snippet.replace("epochs=5", "epochs=1")
    process = subprocess.run([sys.executable, "-Bc", quick], cwd=tmp_path, capture_output=True, text=True,
                             env=os.environ | {"KERAS_HOME": str(keras_home)})
    assert process.returncode == 0 and process.stderr == "" and "epoch" in process.stdout
    assert float(process.stdout.split()[-1]) > 0.8
    assert {path.name for path in tmp_path.iterdir()} == {"neural_network.py", "data", "mine.json", "mine.js"}
    assert json.loads((tmp_path / "mine.json").read_text())["layers"] == [784, 64, 10]


def test_the_ladder_runs_what_readme_shows():
    from ladder import LADDER
    assert re.findall(r"^\| [^|]+ \| `(--[^`]+)` \|", README, re.MULTILINE) == list(LADDER)
