"""Makes the README's pictures of the page: python docs/screenshots.py"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
from browser import browser, draw, serve, wait_until_ready

HERE = Path(__file__).resolve().parent


def curve(*points, times=3):
    """Rounds a few points into a stroke, as a hand would."""
    for _ in range(times):
        cut = [[(a[0] * (1 - t) + b[0] * t, a[1] * (1 - t) + b[1] * t) for t in (0.25, 0.75)] for a, b in zip(points, points[1:])]
        points = [points[0], *(point for pair in cut for point in pair), points[-1]]
    return points


SEVEN = [curve((.25, .24), (.27, .2), (.45, .22), (.72, .17), (.735, .175), (.73, .2), (.6, .42), (.5, .62), (.43, .86)), curve((.36, .53), (.5, .51), (.69, .52))]
THREE = [curve((.31, .23), (.42, .12), (.64, .11), (.7, .26), (.63, .42), (.44, .47), (.47, .47), (.68, .5), (.75, .68), (.65, .86), (.42, .9), (.27, .8))]


def main():
    with serve() as url, browser() as chromium:
        for name, width, height, strokes in (("page", 1280, 800, THREE), ("phone", 360, 740, SEVEN)):
            page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="light", device_scale_factor=2)
            page.goto(url)
            wait_until_ready(page)
            draw(page, strokes, steps=2)
            page.mouse.move(0, 0)
            page.wait_for_timeout(100)
            page.screenshot(path=HERE / f"{name}.png")


if __name__ == "__main__":
    main()
