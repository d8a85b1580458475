"""How fast is the page? The time until it is ready, and the script that a pen event costs beside each section.

    python benchmarks/page.py [--weights weights.json]
"""
import argparse
import statistics

from browser import ROOT, draw, launched, real_drawings, served, wait_until_ready

READY = "() => performance.getEntriesByName('ready')[0].startTime"
# From the first to the last listener of an event, in the page's own clock.
TIME = """() => {
    window.durations = [];
    for (const type of ["pointerdown", "pointermove", "pointerup"]) {
        let start = 0;
        addEventListener(type, () => { start = performance.now(); }, { capture: true });
        addEventListener(type, event => { if (event.buttons || type === "pointerup") durations.push(performance.now() - start); });
    }
    for (const details of document.querySelectorAll("details")) details.open = true;
}"""


def small(strokes):
    """The strokes in a part of the sheet."""
    points = [point for stroke in strokes for point in stroke]
    left, top = map(min, zip(*points))
    size = max(max(x - left, y - top) for x, y in points) or 1
    return [[[0.2 + 0.6 * (x - left) / size, 0.2 + 0.6 * (y - top) / size] for x, y in stroke] for stroke in strokes]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="a weights.json other than the page's own, for the pen events")
    arguments = parser.parse_args()
    with served() as url, launched() as chromium:
        for where, address in (("http", url), ("file", (ROOT / "index.html").as_uri())):
            times = []
            for _ in range(7):
                page = chromium.new_page()
                page.goto(address)
                wait_until_ready(page)
                times.append(page.evaluate(READY))
                page.close()
            print(f"ready by {where}: {statistics.median(times):.0f} ms after navigation (median of {len(times)}, at most {max(times):.0f})")
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(url)
        wait_until_ready(page)
        if arguments.weights:
            page.evaluate("text => use(readNetwork(JSON.parse(text)))", open(arguments.weights).read())
        page.evaluate(TIME)
        sample = [small(drawing["strokes"]) for drawing in real_drawings(12)]
        draw(page, sample[0], steps=4)
        page.click("#labels button[value='3']")                    # a lesson, to have something to show
        for section in page.evaluate("() => [...document.querySelectorAll('.text section')].map(({ id }) => id)"):
            page.evaluate("id => $(id).scrollIntoView({ block: 'center' })", section)
            page.wait_for_timeout(1500)
            page.evaluate("() => { durations.length = 0; }")
            for strokes in sample:
                page.click("#clear")
                draw(page, strokes, steps=4)
            durations = sorted(page.evaluate("() => durations"))
            print(f"script for a pen event beside {section}: {statistics.median(durations):.2f} ms (median of {len(durations)}; "
                  f"95 % within {durations[int(0.95 * len(durations))]:.2f}, all within {durations[-1]:.2f})", flush=True)


if __name__ == "__main__":
    main()
