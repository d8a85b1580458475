"""What is opened, saved, dropped and pasted in the page: from Python and back, and what is hostile."""
import json
import re

import numpy as np
import pytest

from chromium import (FOUR, ONE, SEVEN, choose, choose_network, draw, image, prediction, probabilities, saved, text, until,
                      visit_section, wait_until_ready)
from conftest import ROOT
from neural_network import NeuralNetwork, read_drawings, render

pytest_plugins = "chromium"
WEIGHTS = "() => JSON.stringify(['W1', 'b1', 'W2', 'b2'].map(name => Array.from(desk.network[name])))"
STATE = """() => JSON.stringify([desk.pupil.kind, desk.pupil.lessons, desk.ink, $('prediction').textContent,
    $('opened').textContent, Object.keys(localStorage), document.querySelectorAll('#lessons *').length])"""


def open_text(page, name, content):
    choose(page, {"name": name, "mimeType": "", "buffer": content.encode()})


def teach(page, strokes, label):
    page.keyboard.press("Delete")
    draw(page, strokes)
    page.click(f"#labels button[value='{label}']")
    until(page, f"$('lesson').textContent.includes('{label} it is')")


# ── Saving and opening ───────────────────────────────────────────────────────────────────────────────────

def test_saved_lessons_go_from_the_page_to_python_and_back(visit, tmp_path):
    page = visit(reduced_motion="reduce")
    page.click("#save-drawings")
    assert "no lessons yet" in text(page, "message")
    for strokes, label in ((FOUR, 9), (ONE, 7)):
        teach(page, strokes, label)
    path, taught = saved(page, "#save-drawings", tmp_path), page.evaluate(WEIGHTS)
    drawings = read_drawings(path)
    assert path.name == "drawings.json" and [drawing["label"] for drawing in drawings] == [9, 7]
    assert set(json.loads(path.read_text())[0]) == {"label", "strokes"}
    assert np.abs(render(drawings[1]["strokes"]) - image(page)).max() < 1e-9
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\ufeff" + "\r\n\n".join(json.dumps(drawing) for drawing in drawings) + "\n")
    other = visit(reduced_motion="reduce")
    for file in (path, lines):
        choose(other, file)
        until(other, f"$('opened').textContent.includes('{file.name}')")
        assert other.evaluate(WEIGHTS) == taught
        other.click("#forget")
        until(other, "$('lessons').children.length === 0")


def test_a_saved_network_goes_from_the_page_to_python_and_back(visit, site, tmp_path):
    page = visit(reduced_motion="reduce")
    untaught = saved(page, "#save-network", tmp_path).read_text()
    assert json.loads(untaught) == json.loads((site / "weights.json").read_text())
    teach(page, FOUR, 9)
    path, shown = saved(page, "#save-network", tmp_path), probabilities(page)
    assert "test_accuracy" not in json.loads(path.read_text())["training"]       # it was that of another network
    looks = np.array(page.evaluate("() => looks(desk.strokes).map(image => [...image])"))
    python_says = NeuralNetwork.load(path).forward(looks.astype(np.float32))[2].mean(axis=0)
    assert 100 * python_says == pytest.approx(shown, abs=.06)
    other = visit()
    choose_network(other, path)
    draw(other, FOUR)
    assert probabilities(other) == shown and prediction(other) == "9"
    NeuralNetwork.load(path).save(tmp_path / "again.json")             # through Python, which rounds
    choose_network(other, tmp_path / "again.json")
    assert probabilities(other) == pytest.approx(shown, abs=5) and prediction(other) == "9"


def test_a_file_is_opened_by_dropping_it_anywhere_and_by_pasting_it(page, other):
    draw(page, SEVEN)
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 20, "y": 20, "data": {
            "items": [], "files": [str(other)], "dragOperationsMask": 1}})
    until(page, "desk.pupil.kind === 'loaded' && $('opened').textContent && $('prediction').textContent === '2'")
    assert prediction(page) == "2" and text(page, "message") == "" and "seven.json" in text(page, "opened")
    page.evaluate("""drawing => {
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([drawing], "pasted.json"));
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    }""", json.dumps({"label": 7, "strokes": SEVEN}))
    until(page, "$('opened').textContent.includes('pasted.json')")
    assert page.locator("#lessons li").all_text_contents() == ["7"]


# ── What is hostile ──────────────────────────────────────────────────────────────────────────────────────

def network(**changes):
    def make(content):
        return json.dumps({**content, **changes})
    return make


def drawing(*points, label=1):
    return lambda content: json.dumps([{"label": label, "strokes": [list(points)]}])


BAD = {                                                                # what a file holds, and what must be named
    "empty": (lambda c: "", "neither"), "cut": (lambda c: json.dumps(c)[:5000], "JSON"),
    "no JSON": (lambda c: "\x89PNG\r\n", "JSON"), "null": (lambda c: "null", "drawing 1.*label"),
    "deep": (lambda c: 100_000 * "[" + 100_000 * "]", "drawing 1.*label|JSON"),
    "a number": (lambda c: "5", "drawing 1.*label"), "[]": (lambda c: "[]", "neither"),
    "NaN": (network(b1=[float("nan")] * 7), "JSON"), "HTML": (network(layers="<img src=x onerror=alert(1)>"), "layers"),
    "other layers": (network(layers=[64, 7, 10]), "layers"), "half a unit": (network(layers=[784, 7.5, 10]), "layers"),
    "billions": (network(layers=[784, 10 ** 12, 10]), "W1"),
    "other activations": (network(activations=["swish", "softmax"]), "activations"),
    "inherited": (network(activations=["constructor", "softmax"]), "activations"),
    "a short row": (network(W2=[[1]] * 7), "W2"), "huge weights": (network(b1=[1e30] * 7), "b1.*million"),
    "missing": (lambda c: json.dumps({key: value for key, value in c.items() if key != "b1"}), "b1"),
    "label": (drawing([0, 0], label=10), "drawing 1.*label"), "true": (drawing([0, True]), "drawing 1.*point"),
    "far": (drawing([0, 1e154]), "drawing 1.*million"), "no point": (drawing(), "drawing 1.*strokes"),
    "long": (drawing(*[[0, 0]] * 200_000), "drawing 1.*200,000 points"),
    "many": (lambda c: json.dumps(101 * [{"label": 7, "strokes": SEVEN}]), "at most 100.*--drawings"),
    "a point": (lambda c: '{"label": 1, "strokes": [[[0, 0]]]}\n{"label": 1, "strokes": [[[0, "<b>"]]]}', "drawing 2.*point")}


def test_a_bad_file_is_refused_by_name_with_what_is_wrong_and_nothing_has_changed(page, other):
    draw(page, SEVEN)
    before, unclear = page.evaluate(STATE), {}
    for name, (make, named) in BAD.items():
        open_text(page, f"{name}.json", make(json.loads(other.read_text())))
        until(page, f"$('message').textContent.startsWith({json.dumps(name + '.json: ')})")
        message = text(page, "message").removeprefix(name)
        technical = "undefined|not a function|Cannot read|null|stack"  # the words of a program, not of a page
        if not re.search(named, message) or re.search(technical, message) or "Nothing has changed." not in message:
            unclear[name] = message
        assert page.evaluate(STATE) == before, name
    assert unclear == {}
    page.reload()
    wait_until_ready(page)
    draw(page, SEVEN)
    assert prediction(page) == "7" and text(page, "message") == ""


def test_what_a_record_of_training_says_that_cannot_be_is_left_out_and_the_network_is_read(page, other, tmp_path):
    html = "<img src=x onerror=alert(1)>"
    impossible = dict.fromkeys(("date", "loss", "accuracy", "epochs", "seconds", "learning_rate"), html)
    impossible |= {"test_accuracy": 55, "mean": [0.5] * 783 + [None], "note": html}
    open_text(page, "html.json", network(training=impossible)(json.loads(other.read_text())))
    until(page, "desk.pupil.kind === 'loaded'")
    assert text(page, "message") == "" and page.evaluate("() => Object.keys(desk.network.training)") == ["note"]
    draw(page, SEVEN)
    page.emulate_media(reduced_motion="reduce")
    page.click("#labels button[value='7']")                            # a lesson, though in vain, makes no NaN of it
    until(page, "$('lesson').textContent.includes('not yet sure')")
    for section in ("why", "inside", "teach", "end", "files"):
        visit_section(page, section)
    shown = page.inner_text("body")
    assert prediction(page) == "2" and page.locator("img").count() == 0
    assert "5,500" not in shown and html not in shown and "NaN" not in shown
    for training in ([1, 2], "text", None):
        open_text(page, "odd.json", network(training=training, b1=[0.25] * 7)(json.loads(other.read_text())))
        until(page, "Object.keys(desk.network.training).length === 0")


def test_a_million_epochs_and_huge_relu_weights_are_read(page, other):
    content = json.loads(other.read_text())
    content |= {"activations": ["relu", "softmax"], "W1": [[1e6] * 7] * 784, "W2": [[1e6 * (digit == 3) for digit in range(10)]] * 7,
                "training": {"loss": [0.5] * 1_000_000, "accuracy": [0.5] * 1_000_000, "epochs": 1_000_000}}
    open_text(page, "huge.json", json.dumps(content))
    until(page, "desk.pupil.kind === 'loaded'")
    draw(page, SEVEN)
    assert prediction(page) == "3" and probabilities(page)[3] == 100 and text(page, "message") == ""
    open_text(page, "more.json", network(training={"loss": [0.5] * 1_000_001})(content))
    until(page, "desk.pupil.fileName === 'huge.json' && !$('message').textContent && $('opened').textContent.includes('more.json')")


def test_with_no_network_to_save_or_teach_the_buttons_say_so(visit, site, tmp_path, problems):
    from chromium import served_only
    with served_only(site, tmp_path, "index.html", *(str(path.relative_to(site)) for path in (site / "page").iterdir())) as url:
        page = visit(url)
        assert re.search("weights.json.*python neural_network.py", text(page, "message"))
        problems.clear()                                               # the browser's own complaint
        draw(page, SEVEN)
        page.click("#save-network")
        assert "no network" in text(page, "message")
        for button, said in (("#labels button[value='7']", "no network to teach"), ("#lie", "no network")):
            page.click(button)
            until(page, f"$('lesson').textContent.includes('{said}')")
        problems.clear()
