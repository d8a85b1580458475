"""The page in Firefox and in WebKit, each a real process: open it both ways, draw, clear, read a photo, open a network.

Only with ALL_BROWSERS=1 in the environment, as few machines have both: ALL_BROWSERS=1 python -m pytest tests/test_browsers.py
"""
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.request

import numpy as np
import pytest

from chromium import SEVEN, ZERO, served
from conftest import ROOT, wait_for
from neural_network import NeuralNetwork
from pictures import make_photograph, save_photograph

__test__ = os.environ.get("ALL_BROWSERS") == "1"                   # else pytest finds no test in here
# A script error, or a request that the page's policy refuses, becomes the title of the page under test.
TELL = """<script>for (const kind of ["error", "unhandledrejection", "securitypolicyviolation"])
  addEventListener(kind, event => { document.title = event.message ?? event.reason ?? event.blockedURI; });</script>"""


class Firefox:
    """Firefox by Marionette, the protocol in which it takes WebDriver's commands: each "length:[0, number, name, {...}]"."""

    def __init__(self, folder, start):
        (folder / "user.js").write_text('user_pref("marionette.port", 0);')        # any that is free
        start(find("firefox-esr", "firefox"), "--headless", "--marionette", "--no-remote", "--profile", folder)
        port = wait_for(lambda: int((folder / "MarionetteActivePort").read_text()))
        self.socket = wait_for(lambda: socket.create_connection(("127.0.0.1", port), timeout=60))
        self.stream = self.socket.makefile("rb")
        self.receive()                                             # it says who it is
        self.do("NewSession")

    def receive(self):
        length = b""
        while not length.endswith(b":"):
            length += self.stream.read(1) or pytest.fail("Firefox has closed the connection")
        return json.loads(self.stream.read(int(length[:-1])))

    def do(self, name, **values):
        message = json.dumps([0, 1, f"WebDriver:{name}", values]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self.receive()
        assert not error, error
        return result.get("value") if isinstance(result, dict) else result


class WebKit:
    """WebKitGTK's MiniBrowser by its own WebDriver, on a screen in memory where there is none."""
    WAYS = {"NewSession": ("POST", ""), "Navigate": ("POST", "/url"), "GetTitle": ("GET", "/title"),
            "FindElement": ("POST", "/element"),
            "GetElementText": ("GET", "/element/{id}/text"), "ElementClick": ("POST", "/element/{id}/click"),
            "ElementSendKeys": ("POST", "/element/{id}/value"), "PerformActions": ("POST", "/actions")}

    def __init__(self, folder, start):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        screen = [] if os.environ.get("DISPLAY") else [find("xvfb-run"), "--auto-servernum", "--server-args=-screen 0 1400x1000x24"]
        start(*screen, find("WebKitWebDriver"), f"--port={port}")
        wait_for(lambda: socket.create_connection(("127.0.0.1", port)))
        browser = min(glob.glob("/usr/lib/*/webkit*gtk-*/MiniBrowser"))
        self.address = f"http://127.0.0.1:{port}/session"
        options = {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation"]}}
        self.address += "/" + self.do("NewSession", capabilities={"alwaysMatch": options})["sessionId"]

    def do(self, name, id="", **values):
        method, path = self.WAYS[name]
        body = json.dumps(values).encode() if method == "POST" else None
        request = urllib.request.Request(self.address + path.format(id=id), body, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            pytest.fail(f"{name}: {error.read().decode()}")


def find(*names):
    """Return the path of the program that has one of these names, or fail with what to install."""
    return next(filter(None, map(shutil.which, names)), None) or pytest.fail(
        f"{names[0]} is missing. On Debian: apt-get install firefox-esr webkit2gtk-driver xvfb", pytrace=False)


@pytest.fixture
def start():
    """Start programs, each in a group of processes of its own, so that all which it starts can be ended after the test."""
    started = []

    def start(*command):
        started.append(subprocess.Popen(list(map(str, command)), start_new_session=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    """The page with a network beside it, and another network, of three hidden units, that always says 2."""
    folder = tmp_path_factory.mktemp("browsers")
    shutil.copytree(ROOT / "page", folder / "page")
    page = (ROOT / "index.html").read_text(encoding="utf-8")
    (folder / "index.html").write_text(page.replace("<head>", "<head>" + TELL), encoding="utf-8")
    trained.save(folder / "weights.json")
    other = NeuralNetwork(hidden_size=3)
    other.b2[2] = 50
    other.save(folder / "other.json")
    rng = np.random.default_rng(0)
    photograph = make_photograph([[{"strokes": SEVEN}, {"strokes": ZERO}]], "light from one side", 900, False, rng)
    save_photograph(folder / "photo.jpg", photograph, rng)
    return folder


@pytest.mark.parametrize("Browser", [Firefox, WebKit])
def test_the_page_is_opened_drawn_on_read_cleared_and_given_another_network(Browser, start, folder, tmp_path):
    browser = Browser(tmp_path, start)

    def element(selector):
        (reference,) = browser.do("FindElement", using="css selector", value=selector).values()
        return reference

    def text(selector):
        return browser.do("GetElementText", id=element(selector))

    def draw(stroke):
        area = browser.do("FindElement", using="css selector", value="#drawing")
        first, *rest = [{"type": "pointerMove", "duration": 20, "origin": area, "x": round(400 * x - 200), "y": round(400 * y - 200)}
                        for x, y in stroke]
        actions = [first, {"type": "pointerDown", "button": 0}, *rest, {"type": "pointerUp", "button": 0}]
        browser.do("PerformActions", actions=[{"type": "pointer", "id": "mouse", "actions": actions}])

    with served(folder) as url:
        for address in (url, (folder / "index.html").as_uri()):
            browser.do("Navigate", url=address)
            wait_for(lambda: "The trained network" in text("#about"))
            wait_for(lambda: text("#prediction") == "3")           # what the page's own hand draws
            for (stroke,), digit in ((ZERO, "0"), (SEVEN, "7")):
                browser.do("ElementClick", id=element("#clear"))
                assert text("#prediction") == "–"
                draw(stroke)
                assert text("#prediction") == digit
            browser.do("ElementSendKeys", id=element("#picture"), text=str(folder / "photo.jpg"))
            wait_for(lambda: "".join(text("#found").split()) == "70")
            assert text("#prediction") == "7" and text("#message") == ""
            browser.do("ElementSendKeys", id=element("#file"), text=str(folder / "other.json"))
            wait_for(lambda: "The network of other.json" in text("#about"))
            assert text("#prediction") == "2" and text("#message") == ""
            assert browser.do("GetTitle") == "Draw a digit"
