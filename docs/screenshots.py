"""Makes README's pictures of the page: python docs/screenshots.py

learning.webp: a network of random numbers that learns to read, in the page itself, as it happens.
photo.webp: a photograph of digits on squared paper, made from real drawings, and what the page reads in it.
"""
import io
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))
from browser import draw, launched, served, until, wait_until_ready
from drawings import read_lines
from pictures import make_photograph, save_photograph

MOST_BYTES = 2_000_000          # of the moving picture
FRAMES = 40

THREE = [[[.31, .23], [.36, .16], [.45, .12], [.55, .12], [.64, .17], [.67, .26], [.63, .36], [.54, .43], [.46, .46],
          [.55, .48], [.65, .53], [.70, .62], [.69, .73], [.62, .83], [.51, .88], [.39, .87], [.28, .80]]]


def opened(chromium, url, width, height):
    """The page, ready."""
    page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    page.goto(url)
    wait_until_ready(page)
    return page


def learning(page):
    """Yield pictures of the section in which a network learns from nothing, closer together at the beginning."""
    draw(page, THREE, steps=2)
    page.locator("#learn").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('learn').scrollIntoView()")
    until(page, "!$('learn-start').disabled")
    for i in range(FRAMES):
        yield Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        if i == 0:
            page.click("#learn-start")
        page.wait_for_timeout(50 + 10 * i)


def save_moving_picture(frames, path):
    """Save it in the best quality that stays small."""
    durations = [120] * (len(frames) - 1) + [3000]
    for quality in (80, 60, 40, 20):
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=durations, loop=0,
                       quality=quality, method=6)
        if path.stat().st_size <= MOST_BYTES:
            return


def photograph_of_digits(path):
    """Save a photograph of two lines of real drawings on squared paper, with light from one side."""
    drawings = read_lines(HERE.parent / "benchmarks" / "data" / "drawings.jsonl")
    rng = np.random.default_rng(4)
    chosen = [drawings[i] for i in rng.choice(len(drawings), 8)]
    pixels = make_photograph([chosen[:4], chosen[4:]], "squared paper", 1200, False, rng)
    save_photograph(path, pixels, rng)


def reading(page, folder):
    """A picture of the board with a photograph that has been read."""
    photo = Path(folder) / "photo.jpg"
    photograph_of_digits(photo)
    page.set_input_files("#picture", photo)
    until(page, "document.querySelectorAll('#found button').length > 0 "
                "&& $('found').getAttribute('aria-busy') === 'false'")
    page.wait_for_timeout(3000)                                # the hand has written the first digit
    board = Image.open(io.BytesIO(page.locator("#board").screenshot())).convert("RGB")
    paper = Image.open(photo).convert("RGB")
    paper = paper.resize((board.height * paper.width // paper.height, board.height))
    both = Image.new("RGB", (paper.width + 40 + board.width, board.height), "white")
    both.paste(paper, (0, 0))
    both.paste(board, (paper.width + 40, 0))
    return both


def main():
    with served() as url, launched() as chromium, tempfile.TemporaryDirectory() as folder:
        reading(opened(chromium, url, 1280, 900), folder).save(HERE / "photo.webp", quality=80, method=6)
        frames = list(learning(opened(chromium, url, 1100, 760)))
    save_moving_picture(frames, HERE / "learning.webp")


if __name__ == "__main__":
    main()
