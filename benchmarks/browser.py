"""Opens the page in Chromium for the measurements in this folder, served by http or straight from the disk."""
import contextlib
import functools
import http.server
import json
import shutil
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
DRAWINGS = ROOT.parent / "shared" / "drawings"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def serve(folder=ROOT):
    handler = functools.partial(QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


@contextlib.contextmanager
def browser():
    with sync_playwright() as playwright:
        # The system's Chromium where there is one, else the one that playwright installs.
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@contextlib.contextmanager
def page(weights=None, **options):
    """The page, ready, with its own network or the one in the file `weights`."""
    with serve() as url, browser() as chromium:
        page = chromium.new_page(**options)
        page.set_default_timeout(0)
        page.goto(url)
        wait_until_ready(page)
        if weights:
            page.evaluate("text => use(readNetwork(JSON.parse(text)))", Path(weights).read_text())
        yield page


def wait_until_ready(page):
    """Until the network is there; in the page, whose policy forbids the evaluation of strings."""
    page.evaluate("""() => new Promise(done => (function look() {
        if (performance.getEntriesByName("ready").length) done(); else setTimeout(look, 5);
    })())""")


def draw(page, strokes, steps=4):
    """Draws strokes, in fractions of the area, by real pointer events."""
    area = page.locator("#drawing").bounding_box()
    for stroke in strokes:
        points = [(area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y, steps=steps)
        page.mouse.up()


def read_drawings(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]
