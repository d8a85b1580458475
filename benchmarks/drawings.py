"""Finds the drawings that the benchmarks measure with. Where they come from is in data/README.md."""
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
SHARED = DATA.parents[2] / "shared" / "drawings"


def drawing_files(name="*"):
    """Return the files of real digits in ../shared/drawings; where that is missing, the one that ships."""
    return sorted(SHARED.glob(f"{name}.jsonl")) or [DATA / "drawings.jsonl"]


def read_lines(path):
    """Return the values of a file that holds one JSON value a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
