"""How fast is the page? Until it is ready; the script of a pen event; the frames while one draws; a photograph.

    python benchmarks/page.py [--weights weights.json] [--section why]

Beside each section real drawings are drawn with the mouse, as fast as by hand, first on this
machine's own processor, then on one slowed four times (DevTools' throttling), about a phone's. The
frames are compared with those at rest, as machines differ.
"""
import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from pictures import make_photograph
from browser import ROOT, draw, launched, real_drawings, served, wait_until_ready

READY = "() => performance.getEntriesByName('ready')[0].startTime"

# The duration of each pen event, from the first listener to the last, and the moment of each frame.
WATCH = """() => {
    window.durations = [];
    window.moments = [];
    for (const type of ["pointerdown", "pointermove", "pointerup"]) {
        let start = 0;
        addEventListener(type, () => { start = performance.now(); }, { capture: true });
        addEventListener(type, event => {
            if (event.buttons || type === "pointerup") durations.push(performance.now() - start);
        });
    }
    requestAnimationFrame(function tick(moment) {
        moments.push(moment);
        requestAnimationFrame(tick);
    });
}"""
# When a picture was chosen, when its first digit lay on the sheet, and all tasks of more than 50 ms.
WATCH_PICTURE = """() => {
    window.picture = { chosen: 0, read: 0, tasks: [] };
    addEventListener("change", () => {
        picture.chosen = performance.now();
        picture.read = 0;
        picture.tasks.length = 0;
    }, { capture: true });
    new MutationObserver(() => {
        const isRead = document.querySelector("#found [aria-pressed=true]") !== null;
        if (isRead && picture.read === 0) picture.read = performance.now();
    }).observe($("found"), { subtree: true, childList: true, attributes: true });
    new PerformanceObserver(list => picture.tasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ entryTypes: ["longtask"] });
}"""
SCRIBBLE = """([count, points]) => Array.from({ length: count }, () => {
    let [x, y] = [Math.random(), Math.random()];
    return Array.from({ length: points }, () => {
        x = Math.min(Math.max(x + (Math.random() - 0.5) / 10, 0), 1);
        y = Math.min(Math.max(y + (Math.random() - 0.5) / 10, 0), 1);
        return [x, y];
    });
})"""


def small(strokes):
    """The strokes in a part of the sheet."""
    points = [point for stroke in strokes for point in stroke]
    left, top = map(min, zip(*points))
    size = max(max(x - left, y - top) for x, y in points) or 1
    return [[[0.2 + 0.6 * (x - left) / size, 0.2 + 0.6 * (y - top) / size] for x, y in stroke]
            for stroke in strokes]


def measure_frames(page, action):
    """Do something for a while: the frames per second meanwhile, and the longest pause in ms."""
    page.evaluate("() => { moments.length = 0; }")
    action()
    moments = page.evaluate("() => moments")
    if len(moments) < 2:
        return 0.0, float("inf")
    pauses = [after - before for before, after in zip(moments, moments[1:])]
    return 1000 * len(pauses) / sum(pauses), max(pauses)


def draw_all(page, drawings):
    for strokes in drawings:
        page.keyboard.press("Delete")
        draw(page, strokes, steps=2)


def measure_ready(chromium, url):
    for where, address in (("http", url), ("file", (ROOT / "index.html").as_uri())):
        times = []
        for _ in range(7):
            page = chromium.new_page()
            page.goto(address)
            wait_until_ready(page)
            times.append(page.evaluate(READY))
            page.close()
        print(f"ready by {where}: {statistics.median(times):.0f} ms after navigation "
              f"(median of {len(times)}, at most {max(times):.0f})", flush=True)


def measure_section(page, slow_down, section, sample):
    """Script and frames while one draws beside a section."""
    page.evaluate("id => $(id).scrollIntoView({ block: 'center' })", section)
    page.wait_for_timeout(1500)
    draw_all(page, sample[:1])                                     # what is built once, is
    for slower in (1, 4):
        slow_down(slower)
        page.wait_for_timeout(300)
        rest, _ = measure_frames(page, lambda: page.wait_for_timeout(1500))
        page.evaluate("() => { durations.length = 0; }")
        drawing, pause = measure_frames(page, lambda: draw_all(page, sample[:12 // slower]))
        durations = sorted(page.evaluate("() => durations"))
        print(f"{section:8} CPU / {slower}: {drawing:3.0f} of {rest:3.0f} frames a second "
              f"({drawing / rest:4.2f}), longest pause {pause:4.0f} ms; script for a pen event "
              f"{statistics.median(durations):.2f} ms, 95 % within "
              f"{durations[int(0.95 * len(durations))]:.2f}", flush=True)
    slow_down(1)


def measure_scribble(page, slow_down):
    """A child's scribble: one more stroke on a sheet that has 500."""
    page.evaluate("() => scrollTo(0, 0)")
    page.evaluate("() => setDrawing((%s)([500, 20]))" % SCRIBBLE)
    one = [[[i / 20, 0.5 + 0.3 * (i % 2)] for i in range(1, 20)]]
    for slower in (1, 4):
        slow_down(slower)
        page.wait_for_timeout(300)
        start = time.monotonic()
        drawing, pause = measure_frames(page, lambda: [draw(page, one, steps=3) for _ in range(5)])
        print(f"one more stroke on 500, CPU / {slower}: {drawing:3.0f} frames a second, "
              f"longest pause {pause:4.0f} ms ({time.monotonic() - start:.1f} s)", flush=True)
    slow_down(1)


def measure_photograph(page):
    """A photograph of 12 megapixels with ten digits, several times: the first time, all is compiled."""
    by_label = {drawing["label"]: drawing for drawing in real_drawings(200)}
    lines = [[by_label[int(digit)] for digit in line] for line in ("31415", "92653")]
    pixels = make_photograph(lines, "ballpoint", 4000, False, np.random.default_rng(0))
    page.evaluate(WATCH_PICTURE)
    session = page.context.new_cdp_session(page)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photograph.jpg"
        Image.fromarray(pixels).resize((4000, 3000)).save(path, quality=90)
        for turn in range(1, 6):
            page.set_input_files("#picture", path)
            page.wait_for_function("() => picture.read > 0 && $('found').getAttribute('aria-busy') === 'false'")
            wait, tasks = page.evaluate("() => [picture.read - picture.chosen, picture.tasks]")
            page.click("#put-away")
            session.send("HeapProfiler.collectGarbage")
            heap = session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
            print(f"photograph of 12 megapixels, time {turn}: its first digit after {wait:.0f} ms, longest task "
                  f"{max(tasks, default=0):.0f} ms (0: none of more than 50); put away, {heap:.0f} MiB of heap",
                  flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="a weights.json other than the page's own")
    parser.add_argument("--section", help="only beside this section")
    arguments = parser.parse_args()
    with served() as url, launched() as chromium:
        if not arguments.section:
            measure_ready(chromium, url)
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(url)
        wait_until_ready(page)
        if arguments.weights:
            page.evaluate("text => usePupil(newPupil('loaded', readNetwork(JSON.parse(text))))",
                          Path(arguments.weights).read_text(encoding="utf-8"))
        page.evaluate(WATCH)
        devtools = page.context.new_cdp_session(page)

        def slow_down(times):
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": times})

        sample = [small(drawing["strokes"]) for drawing in real_drawings(12)]
        draw_all(page, sample[:1])
        page.click("#labels button[value='3']")                    # a lesson, to have something to show
        sections = page.evaluate("() => [...document.querySelectorAll('.text > section')].map(({ id }) => id)")
        for section in ["board", *sections]:
            if arguments.section in (None, section):
                measure_section(page, slow_down, section, sample)
        measure_scribble(page, slow_down)
        measure_photograph(page)


if __name__ == "__main__":
    main()
