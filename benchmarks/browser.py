"""Finds a Chromium, or fetches one, and opens the page in it; finds real drawings: for measurements, tests and pictures."""
import contextlib
import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from drawings import drawing_files, read_lines

try:
    from playwright.sync_api import Error, sync_playwright
except ImportError:
    sys.exit("A browser is wanted here: .venv/bin/pip install -r tests/requirements.txt brings what drives it.")

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLAYWRIGHT = [sys.executable, "-m", "playwright"]
AS_ROOT = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo"]


# ── The browser ──────────────────────────────────────────────────────────────────────────────────────────

@contextlib.contextmanager
def launched(tell=functools.partial(print, file=sys.stderr, flush=True)):
    """A browser that is on this machine; where there is none, one is fetched first, of which `tell` is told."""
    with contextlib.ExitStack() as stack:
        try:
            chromium = stack.enter_context(installed())
        except Exception:                                          # no browser, or Playwright itself lacks a library
            if os.environ.get("CHROMIUM"):
                raise
            fetch(tell)
            try:
                chromium = stack.enter_context(installed())
            except Exception:
                command = [*AS_ROOT, "apt-get install libatomic1 &&"] if shutil.which("apt-get") else []
                command += [*PLAYWRIGHT, "install --with-deps chromium"]
                raise FileNotFoundError("No Chromium, Chrome or Edge starts on this machine, and none could be fetched; "
                                        f"this would bring one: {' '.join(command)}") from None
        yield chromium


@contextlib.contextmanager
def installed():
    """The browser that $CHROMIUM names, or one with a usual name, Playwright's own, Chrome or Edge: whichever starts first."""
    paths = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else filter(None, map(shutil.which, NAMES))
    ways = [{"executable_path": path} for path in paths] + [{}, {"channel": "chrome"}, {"channel": "msedge"}]
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


def fetch(tell):
    """Try to bring a browser to this machine: Playwright's with the libraries that it needs, else Debian's."""
    tell("No Chromium, Chrome or Edge starts on this machine: fetching Playwright's, or else Debian's, in a minute or two …")
    apt = [*AS_ROOT, *["--non-interactive"] * len(AS_ROOT), "apt-get", "--yes"]
    may_install = succeeds(*apt, "update") and succeeds(*apt, "install", "libatomic1")     # Playwright itself wants that
    fetched = succeeds(*PLAYWRIGHT, "install", "chromium")
    if may_install:
        succeeds(*([*PLAYWRIGHT, "install-deps"] if fetched else [*apt, "install"]), "chromium")


def succeeds(*command):
    with contextlib.suppress(FileNotFoundError):                   # a machine without sudo, or without apt-get
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
            page.evaluate("text => usePupil(newPupil('loaded', readNetwork(JSON.parse(text))))", Path(weights).read_text())
        yield page


def wait_until_ready(page, touched=True):
    """Until the network is there and has read; then a key ends the page's demonstration, as a user's would."""
    until(page, "performance.getEntriesByName('ready').length")
    wait_for_frame(page)
    if touched:
        page.keyboard.press("Shift")


def wait_for_frame(page):
    """Until a frame has been drawn with all that is due by now."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def until(page, condition):
    """Wait for a condition in the page, whose policy forbids Playwright's own way, the evaluation of a string."""
    page.evaluate("""() => new Promise((resolve, reject) => {
        const end = performance.now() + 30000;
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

def real_drawings(count):
    """So many real drawings, evenly from all that are at hand; all of them, if there are fewer."""
    drawings = [drawing for path in drawing_files() for drawing in read_lines(path)]
    count = min(count, len(drawings))
    return [drawings[i * len(drawings) // count] for i in range(count)]
