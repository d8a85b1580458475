"""The page as a user meets it: drawn on with mouse, finger and pen, opened in every way, given broken files."""
import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from chromium import (DESKTOP, FOUR, ONE, PHONE, SCRIBBLE, SECTIONS, SEVEN, ZERO, along, choose, choose_network, draw, exact,
                      image, picture, place, prediction, probabilities, served, served_only, text, touch, unfold,
                      until, visit_section, wait_until_ready, write)
from conftest import ROOT
from neural_network import NeuralNetwork, render

pytest_plugins = "chromium"
COUNT = "() => strokes.length"


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_1_a_7_and_a_0_are_read_however_the_page_is_opened(way, visit, url, site):
    page = visit(url if way == "http" else (site / "index.html").as_uri())
    assert page.is_visible("#hint") and page.locator("#needs").count() == 0
    for fact in ("784 → 256 → 10", "97.00 %", "2026-11-22"):
        assert fact in text(page, "about")
    for strokes, digit in ((ONE, "1"), (SEVEN, "7"), (ZERO, "0")):
        assert prediction(page) == "–"
        draw(page, strokes)
        assert prediction(page) == digit and not page.is_visible("#hint")
        page.click("#clear")


def test_what_is_drawn_before_the_network_arrives_is_read_when_it_comes(visit):
    held = []
    page = visit(prepare=lambda window: window.route("**/weights.json", lambda route: held.append(route)), ready=False)
    until(page, "performance.getEntriesByName('first-contentful-paint').length")
    draw(page, SEVEN)
    assert prediction(page) == "–" and "Loading" in text(page, "about")
    held[0].continue_()
    wait_until_ready(page)
    assert prediction(page) == "7"
    assert page.evaluate("() => performance.getEntriesByName('ready').length") == 1


@pytest.mark.parametrize("way, beside", [("http", "something else"), ("file", "nothing")])
def test_with_no_network_the_page_names_the_command_and_works_on(way, beside, visit, site, other, tmp_path, problems):
    if beside == "something else":
        (tmp_path / "weights.json").write_text('{"layers": [784, 2, 9]}')
        (tmp_path / "weights.js").write_text('const WEIGHTS = {"layers": [784, 2, 9]};')
    with served_only(site, tmp_path, "index.html") as url:
        page = visit(url if way == "http" else (tmp_path / "index.html").as_uri())
        assert "python neural_network.py" in text(page, "message") and "No network" in text(page, "about")
        assert beside == "nothing" or "layers" in text(page, "message")
        # The browser itself, and it alone, complains of a file that it does not find.
        assert [problem for problem in problems if not re.search(r"weights\.js|Failed to load resource", problem)] == []
        problems.clear()
        draw(page, SEVEN)
        for button in page.locator("button:visible:enabled").all():
            button.click()
        assert prediction(page) == "–"
        problems.clear()                                               # nor is data/digits.js there
        choose_network(page, other)
        draw(page, SEVEN)
        assert prediction(page) == "2"


def test_with_no_trained_network_a_young_one_learns_and_follows_the_pen(visit, site, tmp_path, problems):
    with served_only(site, tmp_path, "index.html", "data/digits.js") as url:
        page = visit(url)
        visit_section(page, "learn")
        until(page, "!$('learn-start').disabled")
        said = []
        for strokes in (SEVEN, ZERO, ONE, FOUR):                            # two may happen to look alike to it
            page.keyboard.press("Delete")
            assert not page.is_visible("#learn-reads")
            draw(page, strokes)
            said.append(page.inner_text("#learn-beside"))
        assert page.is_visible("#learn-reads") and len(set(said)) > 1 and "own reads –" in said[1]
        assert not page.is_visible("#sums") and not page.is_visible("#hint")
        assert [problem for problem in problems if not re.search(r"weights\.js|Failed to load resource", problem)] == []
        problems.clear()


def test_without_javascript_one_sentence_says_what_is_needed(visit):
    page = visit(java_script_enabled=False, ready=False)
    page.locator("#needs").wait_for(state="visible")
    assert re.search(r"JavaScript.*browser.*Chrome \d+, Firefox \d+, Safari \d+", page.inner_text("#needs"))


# ── Drawing ──────────────────────────────────────────────────────────────────────────────────────────────

def test_the_prediction_follows_while_the_stroke_is_being_drawn(page):
    seen = []
    for x, y in [*along(page, ONE), *along(page, ZERO)]:
        page.mouse.move(x, y)
        page.mouse.down()
        seen.append((prediction(page), *probabilities(page)))
    assert seen[3][0] == "1" and len(set(seen)) > 8
    page.mouse.up()


@pytest.mark.parametrize("viewport, beside", [(PHONE, (180, 700)), ({"width": 667, "height": 375}, (500, 330))],
                         ids=["upright", "on its side"])
def test_a_finger_draws_and_does_not_scroll_the_page_and_beside_the_sheet_it_scrolls(viewport, beside, visit):
    page = visit(viewport=viewport, has_touch=True, is_mobile=True)
    touch(page, along(page, ONE)[::-1])
    assert page.evaluate("() => [scrollY, visualViewport.scale]") == [0, 1] and prediction(page) == "1"
    touch(page, [(beside[0], beside[1] - 20 * i) for i in range(10)])
    until(page, "scrollY > 0")
    assert page.evaluate(COUNT) == 1


def test_a_touch_taken_away_ends_a_stroke_and_a_second_finger_and_other_buttons_draw_none(visit):
    page = visit(has_touch=True)
    touch(page, along(page, SEVEN), end="touchCancel")                 # a call comes in
    x, y = place(page, .75, .5)
    touch(page, along(page, ONE), second=[{"x": x, "y": y, "id": 1}])
    page.mouse.move(x, y)
    page.mouse.down(button="middle")
    page.mouse.move(x + 50, y)
    page.mouse.up(button="middle")
    assert page.evaluate("() => strokes.map(stroke => stroke.length)") == [6, 4]


def test_a_pen_draws_though_a_palm_rests_on_the_sheet_before_it_or_comes_later(visit):
    page = visit(has_touch=True)
    page.evaluate("() => addEventListener('pointerdown', event => { (window.kinds ??= []).push(event.pointerType); })")
    palm = [place(page, .9, .9), place(page, .92, .9)]
    touch(page, palm, end=None)
    write(page, along(page, SEVEN))
    assert page.evaluate("() => kinds") == ["touch", "pen"]
    assert page.evaluate(COUNT) == 1 and np.abs(image(page) - render(SEVEN)).max() < .02 and prediction(page) == "7"
    page.click("#clear")
    write(page, along(page, SEVEN)[:3], lifts=False)
    touch(page, palm)
    write(page, along(page, SEVEN)[2:])
    assert all(y < .88 for stroke in page.evaluate("() => strokes") for _, y in stroke)


def test_moves_without_a_button_end_the_stroke_whose_end_was_lost(page):
    session = page.context.new_cdp_session(page)
    events = [("mousePressed", 1), *[("mouseMoved", 1)] * 3, ("mouseMoved", 0), ("mouseMoved", 0)]
    for (kind, buttons), (x, y) in zip(events, along(page, SEVEN)):
        session.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left" if buttons else "none",
                                                  "buttons": buttons, "clickCount": 1})
    assert page.evaluate("() => strokes.map(stroke => stroke.length)") == [4]
    assert text(page, "announcement").startswith("It reads")
    draw(page, ONE)
    assert page.evaluate(COUNT) == 2


def test_ink_outside_the_sheet_does_not_count_and_the_pen_may_come_back(page):
    draw(page, [[[.5, .25], [.75, .25], [1.25, .25], [1.25, .75], [.75, .75], [.5, .75], [.5, 1.2]]])
    page.mouse.move(*place(page, .25, .25))                            # with no button down
    assert page.evaluate("() => strokes") == [[[.5, .25], [.75, .25]], [[.75, .75], [.5, .75]]]


def test_undo_and_clear_by_button_and_by_key(page):
    for key in ("Control+z", "Meta+z", "button"):
        draw(page, FOUR)
        page.click("#undo") if key == "button" else page.keyboard.press(key)
        assert page.evaluate(COUNT) == 1
        page.click("#clear") if key == "button" else page.keyboard.press("Delete")
        assert page.evaluate(COUNT) == 0 and prediction(page) == "–"


def test_draw_one_draws_stroke_by_stroke_goes_as_it_came_and_the_learners_drawing_comes_back(page):
    draw(page, FOUR)
    mine = page.evaluate("() => strokes")
    page.click("#clear")
    page.click("#example")
    until(page, "strokes.flat().length > 2")
    early = page.evaluate("() => strokes.flat().length")
    until(page, "$('announcement').textContent.startsWith('It reads 3')")
    assert page.evaluate("() => strokes.flat().length") > early
    page.click("#undo")
    assert prediction(page) == "–"
    page.click("#undo")
    assert page.evaluate("() => strokes") == mine
    page.click("#example")
    draw(page, SEVEN)                                                  # in the middle of it
    page.wait_for_timeout(100)
    assert page.evaluate(COUNT) == 1 and prediction(page) == "7"


# ── What is shown ────────────────────────────────────────────────────────────────────────────────────────

def test_the_bars_show_the_networks_probabilities_and_what_it_sees_is_the_image(page, site):
    draw(page, FOUR)
    bars = page.locator("#bars [data-digit]").all()
    assert [bar.get_attribute("data-digit") for bar in bars] == list("0123456789")
    assert all(bar.get_attribute("role") == "meter" and bar.get_attribute("aria-label") for bar in bars)
    expected = 100 * exact(site / "weights.json").forward(render(FOUR)[None])[2][0]
    assert probabilities(page) == pytest.approx(expected, abs=.051)
    assert prediction(page) == str(expected.argmax()) == "4"
    opacity = page.evaluate("() => [...$('seen').getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3)")
    assert np.array(opacity) / 255 == pytest.approx(render(FOUR), abs=.003)


def test_blank_paper_is_claimed_nothing_of_in_any_view_before_a_drawing_and_after_it(visit):
    page = visit(viewport={"width": 1280, "height": 9000})             # so high that every view is on screen
    claims = "() => ['inside', 'why', 'teach'].flatMap(id => $(id).innerText.match(/[+−]\\d|\\d %/g) ?? [])"
    for _ in range(2):
        until(page, "onScreen.size === 6")
        assert prediction(page) == "–" and probabilities(page) == [0] * 10 and text(page, "doubt") == ""
        assert page.is_visible("#hint") and page.evaluate(claims) == [] and not page.locator("#scores [aria-pressed=true]").count()
        assert "%" not in page.inner_text("#bars") and not page.locator("#votes path").first.is_visible()
        draw(page, FOUR)
        assert len(page.evaluate(claims)) > 20 and page.locator("#votes path.strong").first.is_visible()
        assert page.locator("#scores [aria-pressed=true]").count() == 1
        page.click("#undo")
        page.keyboard.press("Control+z")


def test_doubt_is_seen_before_it_is_read_and_a_clear_digit_has_none(page):
    outlined = "() => getComputedStyle($('prediction')).webkitTextStrokeWidth !== '0px'"
    eleven, tap = [[[x, .25], [x, .75]] for x in (.25, .75)], [[[.25, .75], [.252, .75]]]       # though the hand trembles
    question_mark = [[[.3, .3], [.4, .1], [.6, .1], [.7, .3], [.5, .5], [.5, .6]], [[.5, .85], [.5, .9]]]
    letter_b = [[[.3, .1], [.3, .9]], [[.3, .1], [.6, .1], [.7, .3], [.3, .5], [.3, .5], [.7, .6], [.7, .8], [.3, .9]]]
    for strokes, doubt in ((SEVEN, None), (SCRIBBLE, "not sure|strange"), (ZERO, None), (eleven, "one digit"), (FOUR, None),
                           (question_mark, "not sure"), (letter_b, "not sure"), (tap, "more ink")):
        draw(page, strokes)
        assert len(prediction(page)) == 1 and prediction(page).isdigit() and re.search(doubt or "^$", text(page, "doubt"))
        assert page.evaluate(outlined) == bool(doubt) and text(page, "doubt") in text(page, "announcement")
        drawn, seen = page.evaluate("() => strokes"), image(page)
        page.click("#clear")
    assert [len(stroke) for stroke in drawn] == [1] and np.abs(seen - render([[[0, 0]]])).max() < 1e-9


def test_a_stroke_is_announced_once_when_it_ends(page):
    page.evaluate("""() => { window.said = []; new MutationObserver(() => said.push($('announcement').textContent))
        .observe($('announcement'), { childList: true }); }""")
    draw(page, ONE)
    assert [said.strip() for said in page.evaluate("() => said")] == ["It reads 1."]
    page.click("#clear")
    assert page.evaluate("() => said")[1:] == ["The sheet is blank."]
    assert page.get_attribute("#announcement", "role") == "status"


# ── Every screen ─────────────────────────────────────────────────────────────────────────────────────────

def lies_in_the_window(page, selector):
    """Whether all of an element is in the window, with nothing above it."""
    return page.evaluate("""selector => {
        const element = document.querySelector(selector), { left, top, right, bottom } = element.getBoundingClientRect();
        const inside = left >= 0 && top >= 0 && right <= innerWidth + 0.5 && bottom <= innerHeight + 0.5;
        return inside && document.elementsFromPoint((left + right) / 2, (top + bottom) / 2)[0] === element;
    }""", selector)


@pytest.mark.parametrize("viewport, scale", [
    (DESKTOP, 1), (DESKTOP, 1.25), (PHONE, 3), ({"width": 640, "height": 450}, 2), ({"width": 667, "height": 375}, 2),
    ({"width": 320, "height": 568}, 2)], ids=["1x", "1.25x", "phone", "zoom 200 %", "on its side", "small"])
def test_on_every_screen_sheet_and_digit_fit_are_sharp_and_the_image_is_the_same(viewport, scale, visit):
    page = visit(viewport=viewport, device_scale_factor=scale)
    assert lies_in_the_window(page, "#drawing") and lies_in_the_window(page, "#prediction")
    draw(page, SEVEN)
    assert np.abs(image(page) - render(SEVEN)).max() < .01 and prediction(page) == "7"
    assert page.evaluate("() => [$('drawing').tagName, scrollY]") == ["svg", 0]        # a vector picture is always sharp


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_in_the_middle_of_every_section_the_sheet_and_the_digit_are_there_and_answer(viewport, visit):
    page = visit(viewport=viewport, has_touch=True, is_mobile=viewport is PHONE)
    for section in SECTIONS:
        view = {"inside": "sums", "why": "because", "learn": "learn-beside"}.get(section, "prediction")
        visit_section(page, section)
        if section == "learn":                                         # its digits are loaded now
            until(page, "!$('learn-start').disabled")
            visit_section(page, section)
        seen, scrolled = [], page.evaluate("() => scrollY")
        for strokes, digit in ((ONE, "1"), (ZERO, "0")):
            assert lies_in_the_window(page, "#drawing") and lies_in_the_window(page, "#prediction"), section
            touch(page, along(page, strokes))
            assert prediction(page) == digit, section
            if section == "learn":                                     # which draws itself once a frame
                until(page, f"$('learn-beside').textContent.includes('reads {digit}')")
            seen.append(text(page, view))
            page.keyboard.press("Delete")
        assert seen[0] != seen[1] and page.evaluate("() => scrollY") == scrolled > 0, section


@pytest.mark.parametrize("colours, viewport", [
    ("light", DESKTOP), ("dark", DESKTOP), ("dark", PHONE), ("light", {"width": 240, "height": 400})],
    ids=["light", "dark", "dark phone", "240 px"])
def test_axe_finds_nothing_and_nothing_overflows_at_first_and_with_everything_unfolded(colours, viewport, visit):
    page, across = visit(viewport=viewport, color_scheme=colours, reduced_motion="reduce"), "() => document.scrollingElement.scrollWidth"
    found = [Axe().run(page)]
    assert page.evaluate(across) == viewport["width"]
    draw(page, SCRIBBLE)
    unfold(page)
    page.click("#labels button[value='8']")
    until(page, "$('lesson').textContent.includes('8')")
    for section in SECTIONS:
        visit_section(page, section)
    choose(page, {"name": 50 * "long", "mimeType": "", "buffer": b"x"})
    until(page, "$('message').textContent")
    assert text(page, "doubt") and page.evaluate(across) == viewport["width"]
    found.append(Axe().run(page))
    assert sum(result.violations_count for result in found) == 0, "".join(result.generate_report() for result in found)


def test_with_forced_colours_the_sheets_edge_bars_lines_and_key_are_seen(visit):
    page = visit(forced_colors="active")
    draw(page, SEVEN)
    visit_section(page, "inside")

    def contrast(pixels):
        return (pixels.max(axis=(0, 1)) - pixels.min(axis=(0, 1))).max()

    sheet, bars = picture(page, "#drawing", around=3), [picture(page, f"#bars [data-digit='{digit}'] i") for digit in (7, 0)]
    middle = sheet.shape[1] // 2
    assert contrast(sheet[:6, middle - 5:middle + 5]) > .5 and contrast(sheet[40:-40, 40:-40]) > .5    # its edge; ink
    full, empty = (bar[len(bar) // 2, bar.shape[1] // 2] for bar in bars)
    assert np.abs(full - empty).max() > .5
    for selector in ("#votes", "#inks", "#inside .key .for", "#inside .key .against", "#curve"):
        assert contrast(picture(page, selector)) > .3, selector


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_on_paper_nothing_covers_anything(viewport, visit):
    page = visit(viewport=viewport)
    draw(page, SEVEN)
    visit_section(page, "teach")
    page.emulate_media(media="print")
    assert page.is_visible("#prediction") and page.is_visible("#drawing")
    assert page.evaluate("""() => {
        const boxes = ["#board", "header", ".text section"].flatMap(selector => [...document.querySelectorAll(selector)])
            .map(element => element.getBoundingClientRect());
        return boxes.filter((a, i) => boxes.slice(i + 1).some(b => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)).length;
    }""") == 0


# ── Another network ──────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture(scope="session")
def other(tmp_path_factory):
    """A network of seven hidden units that always says 2."""
    network = NeuralNetwork(hidden_size=7)
    network.b2[2] = 50
    path = tmp_path_factory.mktemp("other") / "seven.json"
    network.save(path)
    return path


def test_another_network_is_opened_by_dropping_it_anywhere(page, other):
    draw(page, SEVEN)
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 20, "y": 20, "data": {
            "items": [], "files": [str(other)], "dragOperationsMask": 1}})
    until(page, "$('about').textContent.includes('784 → 7 → 10')")
    assert prediction(page) == "2" and text(page, "message") == "" and "seven.json" in text(page, "opened")
    page.click("#clear")
    draw(page, ONE)
    assert prediction(page) == "2"


BAD = {                                                                # what is done to a file, and what must be named
    "empty": (lambda c: "", "."), "cut": (lambda c: json.dumps(c)[:5000], "JSON"),
    "NaN": (lambda c: json.dumps({**c, "b1": [float("nan")] * 7}), "JSON"),
    "HTML": (lambda c: json.dumps({**c, "layers": "<img src=x onerror=alert(1)>"}), "layers"),
    "other layers": (lambda c: json.dumps({**c, "layers": [64, 7, 10]}), "layers"),
    "other activations": (lambda c: json.dumps({**c, "activations": ["swish", "softmax"]}), "activations"),
    "a short row": (lambda c: json.dumps({**c, "W2": [[1]] * 7}), "W2"),
    "missing": (lambda c: json.dumps({key: value for key, value in c.items() if key != "b1"}), "b1"),
    "label": (lambda c: '[{"label": 10, "strokes": [[[0, 0]]]}]', "drawing 1.*label"),
    "a point": (lambda c: '{"label": 1, "strokes": [[[0, 0]]]}\n{"label": 1, "strokes": [[[0, "<b>"]]]}', "drawing 2.*point")}


def test_a_bad_file_is_refused_by_name_with_what_is_wrong_and_the_old_network_stays(page, other):
    draw(page, SEVEN)
    state = """() => [$('about').textContent, $('prediction').textContent, $('opened').textContent,
                      document.querySelectorAll('*').length]"""
    before, unclear = page.evaluate(state), {}
    for name, (make, named) in BAD.items():
        choose(page, {"name": f"{name}.json", "mimeType": "", "buffer": make(json.loads(other.read_text())).encode()})
        until(page, f"$('message').textContent.startsWith({json.dumps(name + '.json: ')})")
        message = text(page, "message").removeprefix(name)
        technical = "undefined|not a function|Cannot read|null"        # the words of a program, not of a page
        if not re.search(named, message) or re.search(technical, message) or "Nothing has changed" not in message:
            unclear[name] = message
        assert page.evaluate(state) == before, name
    assert unclear == {}
    html = "<img src=x onerror=alert(1)>"
    impossible = dict.fromkeys(("date", "loss", "accuracy", "epochs", "seconds"), html) | {"test_accuracy": 55}
    content = {**json.loads(other.read_text()), "training": impossible}
    choose_network(page, {"name": "html.json", "mimeType": "", "buffer": json.dumps(content).encode()})
    assert prediction(page) == "2" and text(page, "message") == ""     # it is read, and none of that is shown
    shown = page.inner_text("body")
    assert page.locator("img").count() == 0 and "5,500" not in shown and html not in shown


# ── Everyone ─────────────────────────────────────────────────────────────────────────────────────────────

def test_the_keyboard_alone_reaches_everything_with_visible_focus(page):
    reached, bare = set(), []
    unfold(page)
    for section in SECTIONS:                                           # what is loaded when it is first seen
        visit_section(page, section)
    page.evaluate("() => scrollTo(0, 0)")
    name = "at => at.id || at.hash || at.name || at.ariaLabel || at.value || at.textContent.trim().split('\\n')[0]"
    for _ in range(150):
        page.keyboard.press("Tab")
        at, ringed = page.evaluate("""() => {
            const at = document.activeElement;
            if (at === document.body) return ["", true];
            const shown = at.matches("[type=radio], [type=file]") ? at.closest("label") : at;
            const isRing = element => getComputedStyle(element).outlineStyle === "solid" &&
                parseFloat(getComputedStyle(element).outlineWidth) > 1;
            return [(%s)(at), [shown, ...shown.children].some(isRing)];
        }""" % name)
        if not at:                                                     # past the last
            break
        reached.add(at)
        bare += [] if ringed else [at]
    everything = "button, a, summary, select, [type=range], [type=file], [type=radio]:checked"
    expected = page.evaluate("""everything => [...document.querySelectorAll(everything)]
        .filter(at => at.checkVisibility({ checkVisibilityCSS: true }) && !at.disabled).map(%s)""" % name, everything)
    assert set(expected) - reached == set() and len(expected) > 30 and bare == []


def test_the_keyboard_alone_draws_all_ten_examples_which_are_read_right_and_teaches(visit):
    page = visit(reduced_motion="reduce")

    def press(selector, *keys):
        page.focus(selector)
        for key in keys:
            page.keyboard.press(key)

    press("#example", "Enter")
    assert prediction(page) == "3"
    press("#labels button[value='8']", "Space")
    until(page, "$('lesson').textContent.includes('An 8 it is')")
    press("#forget", "Enter")
    until(page, "$('lesson').textContent.startsWith('Forgotten')")
    press("#undo", "Space")
    assert prediction(page) == "–" and page.evaluate(COUNT) == 0
    seen = []
    for _ in range(10):
        press("#example", "Enter")
        seen.append(prediction(page))
    assert sorted(seen) == list("0123456789")                          # each at once, as motion is reduced


@pytest.mark.parametrize("way", ["http", "file"])
def test_the_policy_lets_no_request_leave(way, visit, url, site, problems, tmp_path):
    page, hits = visit(url if way == "http" else (site / "index.html").as_uri()), []
    with served(tmp_path, hits) as elsewhere:
        page.evaluate("""async elsewhere => {
            for (const attempt of [() => fetch(elsewhere), () => fetch(elsewhere, { mode: "no-cors" }),
                                   () => navigator.sendBeacon(elsewhere), () => new EventSource(elsewhere),
                                   () => new WebSocket(elsewhere.replace("http", "ws"))])
                try { await attempt(); } catch {}
            const make = (tag, values) => document.body.appendChild(Object.assign(document.createElement(tag), values));
            for (const [tag, name] of [["img", "src"], ["script", "src"], ["iframe", "src"], ["video", "src"], ["link", "href"]])
                make(tag, { [name]: elsewhere + "?" + tag, rel: "stylesheet" });
            make("form", { action: elsewhere, target: "_blank" }).submit();
            await new Promise(done => setTimeout(done, 300));
        }""", elsewhere)
        assert hits == []
    assert sum("Content Security Policy" in problem for problem in problems) >= 8
    problems.clear()


def test_the_script_is_short_and_its_first_two_parts_touch_no_page():
    source = (ROOT / "index.html").read_text("utf-8")
    script = re.search(r"<script>\n(.*)</script>", source, re.DOTALL)[1]
    assert script.count("\n") <= 1000 and [line for line in source.splitlines() if len(line) > 120] == []
    pure = script[:re.search("// ─── 3", script).start()]
    assert "function render" in pure and re.findall(r"\b(?:document|window|localStorage|location)\b|\$\(", pure) == []
