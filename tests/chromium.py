"""The page in a real Chromium, for the test files that ask for it: `pytest_plugins = "chromium"`. PYTEST_DONT_REWRITE"""
import contextlib
import copy
import io
import json
import re
import shutil

import numpy as np
import pytest
from matplotlib.image import imread

from browser import (draw, launched, real_drawings, served, until, wait_for_frame,  # noqa: F401 (for the tests)
                     wait_until_ready)
from conftest import ROOT
from neural_network import NeuralNetwork

OURS = re.compile(r"(http://127\.0\.0\.1:\d+/|file:|data:|blob:)")
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}    # sheets of 432 and of 328 px
SECTIONS = ("why", "inside", "learn", "teach", "end", "files")

# Drawings in eighths of the sheet, which are whole pixels of both of these sheets: so they are what Python is given.
ONE = [[[.5, .125], [.5, .375], [.5, .625], [.5, .875]]]
SEVEN = [[[.25, .125], [.5, .125], [.75, .125], [.625, .375], [.5, .625], [.5, .875]]]
ZERO = [[[.5, .125], [.375, .25], [.25, .5], [.375, .75], [.5, .875], [.625, .75], [.75, .5], [.625, .25], [.5, .125]]]
FOUR = [[[.375, .125], [.25, .5], [.75, .5]], [[.625, .25], [.625, .875]]]
SCRIBBLE = [[[.125 + .75 * (i % 2), .125 + .025 * i] for i in range(31)]]


# ── The browser and its pages ────────────────────────────────────────────────────────────────────────────

@pytest.fixture(scope="session")
def browser():
    """A browser that is on this machine, or one that is fetched: see conftest.py. None is a failure."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def site(trained, mnist, tmp_path_factory):
    """A folder with the page and a network of four epochs, as after a training run."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "index.html", folder)
    shutil.copytree(ROOT / "page", folder / "page")
    (folder / "data").mkdir()
    shutil.copy(ROOT / "data" / "digits.js", folder / "data")
    network = copy.copy(trained)
    network.training = {"epochs": 4, "learning_rate": 0.5, "batch_size": 32, "loss": [0.5, 0.3, 0.2, 0.1], "seconds": 3,
                        "accuracy": [0.8, 0.9, 0.95, 0.97], "train_accuracy": 0.975, "test_accuracy": 0.97,
                        "date": "2026-11-22", "mean": mnist[0].mean(axis=0).round(3).tolist()}
    network.save(folder / "weights.json")
    return folder


@pytest.fixture(scope="session")
def other(tmp_path_factory):
    """A network of seven hidden units that always says 2."""
    network = NeuralNetwork(hidden_size=7)
    network.b2[2] = 50
    path = tmp_path_factory.mktemp("other") / "seven.json"
    network.save(path)
    return path


@pytest.fixture(scope="session")
def url(site):
    with served(site) as url:
        yield url


@pytest.fixture
def problems():
    """What went wrong in any page of a test. Where that was meant to happen, the test looks at it and clears it."""
    problems = []
    yield problems
    assert not problems, problems


@pytest.fixture
def visit(browser, url, problems):
    """Open an address, the page on the local server if none is given, in a window of its own."""
    with contextlib.ExitStack() as windows:
        def visit(address=url, prepare=None, ready=True, **options):
            window = browser.new_context(**{"viewport": DESKTOP, **options})
            windows.callback(window.close)
            window.set_default_timeout(10_000)
            window.on("console", lambda said: said.type in ("error", "warning") and problems.append(said.text))
            window.on("weberror", lambda raised: problems.append(str(raised.error)))
            window.on("requestfailed", lambda request: problems.append(f"failed: {request.url}"))
            window.on("request", lambda sent: OURS.match(sent.url) or problems.append(f"left: {sent.url}"))
            window.on("dialog", lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
            if prepare:
                prepare(window)
            page = window.new_page()
            page.goto(address)
            if ready:
                wait_until_ready(page)
            return page
        yield visit


@pytest.fixture
def page(visit):
    return visit()


def served_only(site, folder, *names):
    """Serve the page and these files of the site alone, from another folder: what does it say of those that it lacks?"""
    shutil.copytree(site / "page", folder / "page")
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((site / name).read_bytes())
    return served(folder)


# ── What a user does and sees ────────────────────────────────────────────────────────────────────────────

def place(page, x, y):
    """Where a place on the sheet, in fractions of its width, is in the window."""
    sheet = page.locator("#drawing").bounding_box()
    return sheet["x"] + x * sheet["width"], sheet["y"] + y * sheet["width"]


def along(page, strokes):
    """The places in the window that a drawing of one stroke passes."""
    return [place(page, x, y) for x, y in strokes[0]]


def touch(page, path, end="touchEnd", second=()):
    """Move one finger along a path of places in the window; once it is down, a second one is at another."""
    session = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(path):
        session.send("Input.dispatchTouchEvent", {"type": "touchMove" if i else "touchStart",
                                                  "touchPoints": [{"x": x, "y": y, "id": 0}, *second[:i]]})
    if end:
        session.send("Input.dispatchTouchEvent", {"type": end, "touchPoints": []})


def write(page, path, lifts=True):
    """Move a pen along a path of places in the window."""
    session = page.context.new_cdp_session(page)
    kinds = ["mousePressed", *["mouseMoved"] * (len(path) - 1), *["mouseReleased"] * lifts]
    for kind, (x, y) in zip(kinds, [*path, path[-1]]):
        session.send("Input.dispatchMouseEvent", {
            "type": kind, "x": x, "y": y, "pointerType": "pen", "force": 0.5, "button": "left",
            "buttons": int(kind != "mouseReleased"), "clickCount": 1})


def text(page, id):
    return page.locator(f"#{id}").text_content()


def prediction(page):
    return text(page, "prediction")


def numbers(words):
    """The numbers with two decimals, or more, in what the page says."""
    return [float(number.replace("−", "-")) for number in re.findall(r"[+−]?\d+\.\d\d+", words)]


def probabilities(page):
    """The probabilities that the bars show, in percent."""
    return [float(bar.get_attribute("aria-valuenow")) for bar in page.locator("#bars [data-digit]").all()]


def image(page):
    """The image that the network sees, from what was drawn: (784,)."""
    return np.array(page.evaluate("() => [...render(desk.strokes)]"))


def visit_section(page, id):
    """Scroll to the middle of a section, as a reader does, and wait until the page draws it."""
    page.evaluate("""id => {
        const { top, height } = document.getElementById(id).getBoundingClientRect();
        scrollBy(0, top + height / 2 - innerHeight / 2);
    }""", id)
    until(page, f"onScreen.has('{id}')")
    wait_for_frame(page)


def unfold(page):
    page.evaluate("() => { for (const details of document.querySelectorAll('details')) details.open = true; }")


def choose(page, *files):
    """Open a file through the file button."""
    with page.expect_file_chooser() as chooser:
        page.click("text=Open a file")
    chooser.value.set_files(*files)


def choose_network(page, path):
    """Open a network's file, and wait until it is the page's."""
    page.evaluate("() => { window.before = desk.network; }")
    choose(page, path)
    until(page, "desk.network && desk.network !== before && $('opened').textContent")


def saved(page, button, folder):
    with page.expect_download() as download:
        page.click(button)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def picture(page, selector, around=0):
    """What is seen of an element, and of so many pixels around it: (height, width, 3), from 0 to 1."""
    page.locator(selector).first.scroll_into_view_if_needed()
    box = page.locator(selector).first.bounding_box()
    clip = {"x": box["x"] - around, "y": box["y"] - around,
            "width": box["width"] + 2 * around, "height": box["height"] + 2 * around}
    return imread(io.BytesIO(page.screenshot(clip=clip, animations="disabled")))[..., :3]


def calculate(page, function, argument=None):
    """Call a function in the page. What goes there and comes back is JSON, which is fastest for many numbers."""
    return json.loads(page.evaluate("async text => JSON.stringify(await (%s)(JSON.parse(text)))" % function,
                                    json.dumps(argument)))


def exact(path):
    """The network in a file with its weights as the page has them, in double precision."""
    content, network = json.loads(path.read_text()), NeuralNetwork.load(path)
    network.W1, network.b1, network.W2, network.b2 = (np.array(content[name]) for name in ("W1", "b1", "W2", "b2"))
    return network
