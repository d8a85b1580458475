"""How fast is the page? The time until it is ready, and the script that a pen event costs with every view open.

    python benchmarks/page.py [--weights weights.json]
"""
import argparse
import statistics

from browser import DRAWINGS, ROOT, browser, draw, read_drawings, serve, wait_until_ready

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
SAMPLE = [[[[x / 1200 + 0.08, y / 1200 + 0.08] for x, y in stroke] for stroke in drawing["strokes"]]
          for drawing in (read_drawings(DRAWINGS / "mfrdb.jsonl")[::60] if DRAWINGS.exists() else [])]
SAMPLE = SAMPLE or [[[[0.3, 0.2], [0.7, 0.2], [0.45, 0.9]]], [[[0.5, 0.1], [0.5, 0.9]]]] * 5


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="a weights.json other than the page's own, for the pen events")
    arguments = parser.parse_args()
    with serve() as url, browser() as chromium:
        for where, address in (("http", url), ("file", (ROOT / "index.html").as_uri())):
            times = []
            for _ in range(7):
                page = chromium.new_page()
                page.goto(address)
                wait_until_ready(page)
                times.append(page.evaluate(READY))
                page.close()
            print(f"ready by {where}: {statistics.median(times):.0f} ms after navigation (median of {len(times)}, at most {max(times):.0f})")
        page = chromium.new_page(viewport={"width": 1280, "height": 4500})   # so high that every view is on screen
        page.goto(url)
        wait_until_ready(page)
        if arguments.weights:
            page.evaluate("text => use(readNetwork(parseJSON(text)))", open(arguments.weights).read())
        page.evaluate(TIME)
        page.wait_for_timeout(300)
        draw(page, SAMPLE[0])
        page.click("#labels button[value='3']")
        print("views drawn:", ", ".join(page.evaluate("() => [...onScreen]")))
        page.evaluate("() => { durations.length = 0; }")
        for strokes in SAMPLE:
            page.click("#clear")
            draw(page, strokes)
        durations = sorted(page.evaluate("() => durations"))
        print(f"script for a pen event: {statistics.median(durations):.2f} ms (median of {len(durations)}; "
              f"95 % within {durations[int(0.95 * len(durations))]:.2f}, all within {durations[-1]:.2f})")


if __name__ == "__main__":
    main()
