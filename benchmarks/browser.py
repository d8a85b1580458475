"""Finds a Chromium, or fetches one, and opens the page in it; finds real drawings: for measurements, tests and pictures."""
import contextlib
import functools
import http.server
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
DRAWINGS = ROOT.parent / "shared" / "drawings"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")


# ── The browser ──────────────────────────────────────────────────────────────────────────────────────────

@contextlib.contextmanager
def launched():
    """A browser that is on this machine; where there is none, one is fetched first."""
    with contextlib.ExitStack() as stack:
        try:
            chromium = stack.enter_context(installed())
        except Exception:                                          # no browser, or Playwright itself lacks a library
            if os.environ.get("CHROMIUM"):
                raise
            fetch()
            chromium = stack.enter_context(installed())
        yield chromium


@contextlib.contextmanager
def installed():
    """The browser that $CHROMIUM names, or one with a usual name, Playwright's own, Chrome or Edge: whichever starts first."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    ways = [{"executable_path": path}] if path else [{}, {"channel": "chrome"}, {"channel": "msedge"}]
    with sync_playwright() as playwright:
        for way in ways:
            try:
                chromium = playwright.chromium.launch(**way, args=["--disable-gpu"])
                break
            except Error as error:
                failure = error
        else:
            raise failure
        yield chromium
        chromium.close()


def fetch():
    """Bring a browser to this machine: Playwright's with the system's libraries that it needs, else Debian's."""
    print("\nNo Chromium, Chrome or Edge starts on this machine: fetching Playwright's, or else Debian's, in a minute or two …",
          file=sys.stderr, flush=True)
    as_root = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo", "-n"]
    may_install = shutil.which("apt-get") and succeeds(*as_root, "true")
    playwright = [sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]
    if succeeds(*(word for word in playwright if may_install or word != "--with-deps")):
        return
    if may_install and succeeds(*as_root, "apt-get", "update") and succeeds(*as_root, "apt-get", "install", "-y", "chromium"):
        return
    raise FileNotFoundError("No browser starts here and none could be fetched; this would bring one: "
                            + ("sudo apt-get install chromium" if shutil.which("apt-get") else " ".join(playwright)))


def succeeds(*command):
    with contextlib.suppress(FileNotFoundError):                   # a machine without sudo
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────

@contextlib.contextmanager
def served(folder=ROOT, hits=None):
    """Serve a folder by http; the paths that were asked for are added to hits."""
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            if hits is not None:
                hits.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as server:
        server.handle_error = lambda *_: None                      # a browser that hangs up half way is none
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


@contextlib.contextmanager
def page(weights=None, **options):
    """The page, ready, with its own network or the one in the file `weights`."""
    with served() as url, launched() as chromium:
        page = chromium.new_page(**options)
        page.set_default_timeout(0)
        page.goto(url)
        wait_until_ready(page)
        if weights:
            page.evaluate("text => use(readNetwork(parseJSON(text)))", Path(weights).read_text())
        yield page


def wait_until_ready(page):
    """Until the network is there."""
    until(page, "performance.getEntriesByName('ready').length")


def until(page, condition):
    """Wait for a condition in the page, whose policy forbids Playwright's own way, the evaluation of a string."""
    page.evaluate("""() => new Promise((resolve, reject) => {
        const end = performance.now() + 10000;
        (function look() {
            if (%s) resolve(); else if (performance.now() > end) reject(new Error(%s)); else setTimeout(look, 5);
        })();
    })""" % (condition, json.dumps(f"in vain: {condition}")))


def draw(page, strokes, size=1, left=0, top=0, steps=1):
    """Draw with the mouse: strokes in fractions of the area, made smaller and moved if that is wished."""
    page.locator("#drawing").scroll_into_view_if_needed()
    area = page.locator("#drawing").bounding_box()
    for stroke in strokes:
        path = [(area["x"] + (left + size * x) * area["width"], area["y"] + (top + size * y) * area["width"]) for x, y in stroke]
        page.mouse.move(*path[0])
        page.mouse.down()
        for x, y in path[1:]:
            page.mouse.move(x, y, steps=steps)
        page.mouse.up()


# ── Drawings ─────────────────────────────────────────────────────────────────────────────────────────────

def real_drawings(count=None, name="*"):
    """Real drawings from the measuring sets, all or so many; where these are not at hand, variations of the styles."""
    drawings = [drawing for path in sorted(DRAWINGS.glob(f"{name}.jsonl")) for drawing in read_drawings(path)]
    if not drawings:
        rng, styles = random.Random(0), json.loads((ROOT / "data" / "styles.json").read_text(encoding="utf-8"))
        drawings = [{"label": style["label"], "strokes": varied(style["strokes"], rng)} for _ in range(50) for style in styles]
    return drawings[::len(drawings) // count][:count] if count else drawings


def varied(strokes, rng):
    a, b, c, d = (rng.gauss(mean, 0.1) for mean in (1, 0, 0, 1))
    return [[[a * x + b * y + rng.gauss(0, 2), c * x + d * y + rng.gauss(0, 2)] for x, y in stroke] for stroke in strokes]


def read_drawings(path):
    return [json.loads(line) for line in path.read_text().splitlines()]
