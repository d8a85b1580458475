"""Makes the README's pictures of the page: python docs/screenshots.py

page.png and phone.png show a drawing being read; learning.webp is a network of random numbers that learns to read, in the
page itself, as it happens.
"""
import io
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))
from browser import draw, launched, served, until, wait_until_ready

MOST = 2_000_000  # bytes of the moving picture


def curve(*points, times=3):
    """Rounds a few points into a stroke, as a hand would."""
    for _ in range(times):
        cut = [[(a[0] * (1 - t) + b[0] * t, a[1] * (1 - t) + b[1] * t) for t in (0.25, 0.75)] for a, b in zip(points, points[1:])]
        points = [points[0], *(point for pair in cut for point in pair), points[-1]]
    return points


SEVEN = [curve((.25, .24), (.27, .2), (.45, .22), (.72, .17), (.735, .175), (.73, .2), (.6, .42), (.5, .62), (.43, .86)), curve((.36, .53), (.5, .51), (.69, .52))]
THREE = [curve((.31, .23), (.42, .12), (.64, .11), (.7, .26), (.63, .42), (.44, .47), (.47, .47), (.68, .5), (.75, .68), (.65, .86), (.42, .9), (.27, .8))]


def opened(chromium, url, strokes, width, height, scale):
    """The page with a drawing on it."""
    page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="light", device_scale_factor=scale)
    page.goto(url)
    wait_until_ready(page)
    draw(page, strokes, steps=2)
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    return page


def learning(page, frames=40):
    """Yield pictures of the section in which a network learns from nothing, closer together at the beginning."""
    page.locator("#learn").scroll_into_view_if_needed()
    until(page, "!$('learn-start').disabled")
    for i in range(frames):
        yield Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        if i == 0:
            page.click("#learn-start")
        page.wait_for_timeout(50 + 10 * i)


def main():
    with served() as url, launched() as chromium:
        for name, width, height, strokes in (("page", 1280, 800, THREE), ("phone", 360, 740, SEVEN)):
            opened(chromium, url, strokes, width, height, 2).screenshot(path=HERE / f"{name}.png")
        first, *others = learning(opened(chromium, url, THREE, 960, 720, 1))
    for quality in (80, 60, 40, 20):                               # the best that stays small
        first.save(HERE / "learning.webp", save_all=True, append_images=others, duration=[120] * len(others) + [3000],
                   loop=0, quality=quality, method=6)
        if (HERE / "learning.webp").stat().st_size <= MOST:
            break


if __name__ == "__main__":
    main()
