"""Finds the drawings that the benchmarks measure with. Where they come from is in data/README.md."""
import functools
import json
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
SHARED = DATA.parents[2] / "shared" / "drawings"


def drawing_files():
    """Return the files of real digits in ../shared/drawings; where that is missing, the one that ships."""
    files = sorted(SHARED.glob("*.jsonl"))
    if files:
        return files
    say_they_are_missing()
    return [DATA / "drawings.jsonl"]


@functools.cache                        # so that it is said once
def say_they_are_missing():
    print(f"There are no drawings in {SHARED}. The 1,000 that ship are used, so figures differ from those in README.md.",
          file=sys.stderr)


def read_lines(path):
    """Return the values of a file that holds one JSON value a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
