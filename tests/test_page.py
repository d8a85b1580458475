"""The page as a user meets it: drawn on with mouse, finger and pen, opened in every way, given broken files."""
import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from chromium import (DESKTOP, FOUR, ONE, PHONE, SCRIBBLE, SEVEN, ZERO, choose, draw, exact, image, place, prediction,
                      probabilities, served, text, touch, unfold, until, wait_until_ready, write)
from neural_network import NeuralNetwork, render

pytest_plugins = "chromium"


def along(page, strokes):
    """The places in the window that a drawing of one stroke passes."""
    return [place(page, x, y) for x, y in strokes[0]]


# ── Opening and drawing ──────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("way", ["http", "file"])
def test_a_1_a_7_and_a_0_are_read_however_the_page_is_opened(way, visit, url, site):
    page = visit(url if way == "http" else (site / "index.html").as_uri())
    assert prediction(page) == "–"
    for strokes, digit in ((ONE, "1"), (SEVEN, "7"), (ZERO, "0")):
        draw(page, strokes)
        assert prediction(page) == digit and text(page, "doubt") == ""
        page.click("#clear")


def test_the_page_is_ready_soon_and_says_what_to_do_and_what_the_network_is(page):
    assert page.evaluate("() => performance.getEntriesByName('ready')[0].startTime") < 3000     # 0.5 s on an idle machine
    assert "0 to 9" in page.inner_text("#hint")
    for fact in ("784 → 256 → 10", "97.00 %", "2026-11-22"):
        assert fact in text(page, "about")


def test_the_prediction_follows_while_the_stroke_is_being_drawn(page):
    seen = []
    for x, y in [*along(page, ONE), *along(page, ZERO)]:
        page.mouse.move(x, y)
        page.mouse.down()
        seen.append((prediction(page), *probabilities(page)))
    assert seen[3][0] == "1" and len(set(seen)) > 8
    page.mouse.up()


def test_a_finger_draws_and_does_not_scroll_the_page(visit):
    page = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    path = along(page, ONE)
    touch(page, path[::-1])
    assert page.evaluate("() => [scrollY, visualViewport.scale]") == [0, 1]
    assert prediction(page) == "1"
    touch(page, [(180, 600 - 20 * i) for i in range(10)])              # below the area, as on every page
    until(page, "scrollY > 0")


def test_a_touch_that_the_system_takes_away_ends_the_stroke(visit):
    page = visit(has_touch=True)
    touch(page, along(page, SEVEN), end="touchCancel")                 # a call comes in
    touch(page, along(page, ONE))
    assert page.evaluate("() => strokes.length") == 2


def test_a_second_finger_and_other_mouse_buttons_do_not_draw(visit):
    page = visit(has_touch=True)
    session = page.context.new_cdp_session(page)
    (x, y), *rest = along(page, ONE)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y, "id": 0}]})
    for x, y in rest:
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [
            {"x": x, "y": y, "id": 0}, {"x": x + 100, "y": y - 20, "id": 1}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.mouse.move(x, y)
    page.mouse.down(button="middle")
    page.mouse.move(x + 50, y)
    page.mouse.up(button="middle")
    assert page.evaluate("() => strokes.length") == 1 and prediction(page) == "1"


def test_a_pen_draws(page):
    page.evaluate("() => addEventListener('pointerdown', event => { window.kind = event.pointerType; })")
    write(page, along(page, SEVEN))
    assert page.evaluate("() => kind") == "pen" and prediction(page) == "7"


def test_the_stroke_goes_on_when_the_pointer_leaves_the_area_and_comes_back(page):
    (x, y), *rest = along(page, [[[.5, .5], [1.2, .5], [1.2, .7], [.5, .7]]])
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y)
    page.mouse.move(*place(page, .5, 1.1))
    page.mouse.up()                                                    # outside
    page.mouse.move(*place(page, .2, .2))                              # with no button down
    (stroke,) = page.evaluate("() => strokes")
    assert stroke == pytest.approx(np.array([[.5, .5], [1.2, .5], [1.2, .7], [.5, .7], [.5, 1.1]]), abs=.003)


def test_a_tap_is_a_dot_though_the_hand_trembles(page):
    (x, y), = along(page, [[[.3, .8]]])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 1, y)
    page.mouse.up()
    assert page.evaluate("() => strokes.map(stroke => stroke.length)") == [1]
    assert np.array_equal(image(page), render([[[0, 0]]]))
    assert prediction(page).isdigit() and "not sure" in text(page, "doubt")


def test_undo_and_clear_by_button_and_by_key(page):
    count = "() => strokes.length"
    for key in ("Control+z", "Meta+z", "button"):
        draw(page, FOUR)
        page.click("#undo") if key == "button" else page.keyboard.press(key)
        assert page.evaluate(count) == 1
        page.click("#clear") if key == "button" else page.keyboard.press("Delete")
        assert page.evaluate(count) == 0 and prediction(page) == "–"

@pytest.mark.parametrize("gone", ["#clear", "#undo"])
def test_a_cleared_drawing_comes_back_though_the_page_drew_one_in_between(gone, page):
    draw(page, FOUR)
    mine = page.evaluate("() => strokes")
    page.click("#clear")
    page.click("#undo")
    assert page.evaluate("() => strokes") == mine
    for _ in range(2):                                                 # a 3, and a 4 of two strokes
        page.click("#example")
        until(page, "$('announcement').textContent.startsWith('It reads')")
    page.click(gone)
    assert prediction(page) == "–"
    page.click("#clear")
    page.click("#undo")
    assert page.evaluate("() => strokes") == mine
    page.click("#undo")
    page.click("#undo")
    page.click("#undo")
    assert prediction(page) == "–"


def test_a_blank_area_shows_a_dash_and_no_probability(page):
    def blank():
        return prediction(page) == "–" and probabilities(page) == [0] * 10 and text(page, "doubt") == "" and page.is_visible("#hint")

    assert blank()
    draw(page, FOUR)
    assert not blank() and not page.is_visible("#hint")
    page.click("#undo")
    page.click("#undo")
    assert blank()


# ── Size and place ───────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("options", [
    {}, {"device_scale_factor": 2}, {"device_scale_factor": 3}, {"device_scale_factor": 1.25},
    {"viewport": PHONE, "device_scale_factor": 3}, {"color_scheme": "dark"},
    {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},     # what zooming to 200 % does
], ids=["1x", "2x", "3x", "1.25x", "phone", "dark", "zoom 200 %"])
def test_every_screen_gives_the_same_image_and_is_used_to_its_last_pixel(options, visit):
    page = visit(**options)
    draw(page, SEVEN)
    assert np.array_equal(image(page), render(SEVEN))
    pixels, expected = page.evaluate("() => [$('drawing').width, $('drawing').clientWidth * devicePixelRatio]")
    assert pixels == pytest.approx(expected, abs=1)


def test_a_window_resized_in_the_middle_of_a_drawing_gives_the_same_image(page):
    draw(page, FOUR[:1])
    page.set_viewport_size(PHONE)
    draw(page, FOUR[1:])
    assert np.array_equal(image(page), render(FOUR)) and prediction(page) == "4"


def test_a_window_resized_in_the_middle_of_a_stroke_gives_the_same_image(page):
    path = along(page, SEVEN)
    page.mouse.move(*path[0])
    page.mouse.down()
    for x, y in path[1:3]:
        page.mouse.move(x, y)
    page.set_viewport_size(PHONE)
    for x, y in along(page, SEVEN)[3:]:
        page.mouse.move(x, y)
    page.mouse.up()
    assert np.array_equal(image(page), render(SEVEN)) and prediction(page) == "7"


@pytest.mark.parametrize("size, left, top", [(.3, 0, 0), (.3, .7, .7), (.5, .5, 0), (.2, .1, .75)])
def test_size_and_place_do_not_change_what_is_read(size, left, top, page):
    for strokes, digit in ((ONE, "1"), (SEVEN, "7"), (ZERO, "0"), (FOUR, "4")):
        draw(page, strokes, size, left, top)
        assert prediction(page) == digit
        page.click("#clear")


# ── What is shown ────────────────────────────────────────────────────────────────────────────────────────

def test_the_bars_name_their_digit_and_show_the_networks_probabilities(page, site):
    draw(page, FOUR)
    bars = page.locator("#bars [data-digit]").all()
    assert [bar.get_attribute("data-digit") for bar in bars] == list("0123456789")
    assert all(bar.get_attribute("role") == "meter" and bar.get_attribute("aria-label") for bar in bars)
    expected = 100 * exact(site / "weights.json").forward(render(FOUR)[None])[2][0]
    assert probabilities(page) == pytest.approx(expected, abs=.051)
    assert prediction(page) == str(expected.argmax())


def test_what_it_sees_is_the_image(page):
    draw(page, FOUR)
    opacity = page.evaluate("() => [...$('seen').getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3)")
    assert np.array(opacity) / 255 == pytest.approx(render(FOUR), abs=.003)


def test_a_scribble_is_doubted_and_still_gets_one_digit(page):
    draw(page, SCRIBBLE)
    assert "not sure" in text(page, "doubt") and prediction(page).isdigit() and len(prediction(page)) == 1


def test_doubt_names_the_second_choice_or_none(page):
    doubts = page.evaluate("""() => {
        const image = render([[[0, 0], [0, 1]]]), doubtful = (...first) => doubt([...first, ...Array(10 - first.length).fill((1 - first.reduce((a, b) => a + b)) / (10 - first.length))], image);
        return [doubtful(.99), doubtful(.1, .5, .38), doubtful(.2, .25), doubt([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], new Float64Array(784))];
    }""")
    assert doubts == ["", "or maybe 2", "not sure that this is a digit", ""]


def test_a_stroke_is_announced_once_when_it_ends(page):
    page.evaluate("() => { window.said = []; new MutationObserver(() => said.push($('announcement').textContent)).observe($('announcement'), { childList: true }); }")
    draw(page, ONE)
    assert page.evaluate("() => said") == ["It reads 1. "]
    page.click("#clear")
    assert page.evaluate("() => said")[1:] == ["The drawing area is blank."]
    assert page.get_attribute("#announcement", "role") == "status"


def test_draw_one_for_me_draws_stroke_by_stroke_and_the_next_press_draws_anew(page):
    page.click("#example")
    until(page, "strokes.flat().length > 2")
    early = page.evaluate("() => strokes.flat().length")
    until(page, "$('announcement').textContent === 'It reads 3. '")
    assert page.evaluate("() => strokes.flat().length") > early
    page.click("#example")
    draw(page, SEVEN)                                                  # in the middle of it
    page.wait_for_timeout(100)
    assert page.evaluate("() => strokes.length") == 1 and prediction(page) == "7"


def test_with_reduced_motion_all_ten_examples_are_drawn_at_once_and_read_right(visit):
    page = visit(reduced_motion="reduce")
    seen = []
    for _ in range(10):
        page.click("#example")
        seen.append(prediction(page))
    assert sorted(seen) == list("0123456789")


# ── Another network ──────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture(scope="session")
def other(tmp_path_factory):
    """A network of seven hidden units that always says 2."""
    network = NeuralNetwork(hidden_size=7)
    network.b2[2] = 50
    path = tmp_path_factory.mktemp("other") / "seven.json"
    network.save(path)
    return path


@pytest.mark.parametrize("way", ["button", "drop"])
def test_another_network_is_opened_by_the_button_or_by_dropping_it_anywhere(way, page, other):
    draw(page, SEVEN)
    unfold(page)
    if way == "button":
        choose(page, other)
    else:
        session = page.context.new_cdp_session(page)
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, "x": 20, "y": 20, "data": {
                "items": [], "files": [str(other)], "dragOperationsMask": 1}})
    until(page, "$('about').textContent.includes('784 → 7 → 10')")
    assert prediction(page) == "2" and text(page, "message") == ""
    page.focus("#unit")                                                # only what is on screen is drawn
    until(page, "$('activation').textContent.includes('of 7:')")
    page.keyboard.press("Delete")
    draw(page, ONE)
    assert prediction(page) == "2"


BAD = {                                                                # what is done to a file, and what must be named
    "empty": (lambda c: "", "JSON"),
    "cut": (lambda c: json.dumps(c)[:5000], "JSON"),
    "NaN": (lambda c: json.dumps({**c, "b1": [float("nan")] * 7}), "JSON"),
    "a script": (lambda c: "const WEIGHTS = " + json.dumps(c), "JSON"),
    "bytes": (lambda c: b"\xff\xfe\x00", "UTF-8"),
    "a number": (lambda c: "7", "list of drawings|network"),
    "no layers": (lambda c: json.dumps({**c, "layers": None}), "layers"),
    "something else": (lambda c: "{}", "neither"),
    "HTML": (lambda c: json.dumps({**c, "layers": "<img src=x onerror=alert(1)>"}), "layers.*<img src=x"),
    "HTML as JSON": (lambda c: '<img src="x" onerror="alert(1)">', "JSON"),
    "other layers": (lambda c: json.dumps({**c, "layers": [64, 7, 10]}), "layers"),
    "more layers": (lambda c: json.dumps({**c, "layers": [784, 7, 7, 10]}), "layers"),
    "other activations": (lambda c: json.dumps({**c, "activations": ["relu", "softmax"]}), "activations"),
    "training": (lambda c: json.dumps({**c, "training": "<b>"}), "training"),
    "a row too few": (lambda c: json.dumps({**c, "W1": c["W1"][1:]}), "W1"),
    "a short row": (lambda c: json.dumps({**c, "W2": [[1]] * 7}), "W2"),
    "too large": (lambda c: json.dumps({**c, "b2": [1e39] + [0] * 9}), "b2"),
    "a text": (lambda c: json.dumps({**c, "b2": ["<b>0</b>"] + [0] * 9}), "b2"),
    "missing": (lambda c: json.dumps({key: value for key, value in c.items() if key != "b1"}), "b1"),
    "nested": (lambda c: "[" * 100_000, "deep"),
    "no drawings": (lambda c: "[]", "drawings"),
    "label": (lambda c: '[{"label": 10, "strokes": [[[0, 0]]]}]', "drawing 1.*label"),
    "a point": (lambda c: '{"label": 1, "strokes": [[[0, 0]]]}\n{"label": 1, "strokes": [[[0, "<b>"]]]}', "drawing 2.*point"),
}


def test_a_bad_file_is_refused_by_name_with_what_is_wrong_and_the_old_network_stays(page, other):
    draw(page, SEVEN)
    state = "() => [$('about').textContent, $('prediction').textContent, document.querySelectorAll('*').length]"
    before, unclear = page.evaluate(state), {}
    for name, (make, named) in BAD.items():
        content = make(json.loads(other.read_text()))
        choose(page, {"name": f"{name}.json", "mimeType": "", "buffer": content if isinstance(content, bytes) else content.encode()})
        until(page, f"$('message').textContent.startsWith({json.dumps(name + '.json: ')})")
        message = text(page, "message").removeprefix(name)
        if not re.search(named, message) or "Nothing has changed" not in message or len(message) > 250:
            unclear[name] = message
        assert page.evaluate(state) == before, name
    assert unclear == {}
    choose(page, other)
    until(page, "$('message').textContent === ''")


def test_text_in_a_good_file_is_shown_as_text(page, other):
    html = "<img src=x onerror=alert(1)>"
    content = {**json.loads(other.read_text()), "training": {key: html for key in ("date", "loss", "accuracy", "epochs", "versions", "seconds")}}
    choose(page, {"name": "html.json", "mimeType": "", "buffer": json.dumps(content).encode()})
    until(page, "$('about').textContent.includes('784 → 7 → 10')")
    assert html in text(page, "about") and page.locator("img").count() == 0


@pytest.mark.parametrize("way", ["http", "file"])
def test_with_no_network_the_page_names_the_command_and_works_on(way, visit, site, other, tmp_path, problems):
    (tmp_path / "index.html").write_bytes((site / "index.html").read_bytes())
    with served(tmp_path) as url:
        page = visit(url if way == "http" else (tmp_path / "index.html").as_uri())
        assert "python neural_network.py" in text(page, "message")
        assert problems and all("weights." in problem or "Failed to load resource" in problem for problem in problems)
        problems.clear()
        draw(page, SEVEN)
        unfold(page)
        for button in page.locator("button").all():
            button.click()
        assert prediction(page) == "–"
        choose(page, other)
        until(page, "$('about').textContent.includes('784 → 7 → 10')")
        draw(page, SEVEN)
        assert prediction(page) == "2"


def test_a_broken_network_beside_the_page_is_named(visit, site, tmp_path):
    (tmp_path / "index.html").write_bytes((site / "index.html").read_bytes())
    (tmp_path / "weights.json").write_text('{"layers": [784, 2, 9]}')
    (tmp_path / "weights.js").write_text('const WEIGHTS = {"layers": [784, 2, 9]};')
    with served(tmp_path) as url:
        for address in (url, (tmp_path / "index.html").as_uri()):
            page = visit(address)
            assert "layers" in text(page, "message") and "python neural_network.py" in text(page, "message")


# ── Everyone, everywhere ─────────────────────────────────────────────────────────────────────────────────

def test_the_keyboard_alone_reaches_and_does_everything_with_visible_focus(page):
    reached, outlined = [], []
    unfold(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        name, outline = page.evaluate("""() => {
            const at = document.activeElement;
            if (at === document.body) return ["", true];
            const shown = at.matches("input") && !at.matches("[type=range]") ? at.closest("label") : at;
            const ringed = [shown, ...shown.children].some(element => getComputedStyle(element).outlineStyle === "solid" && parseFloat(getComputedStyle(element).outlineWidth) > 1);
            return [at.id || at.hash || at.name || at.value || at.textContent.trim().split("\\n")[0], ringed];
        }""")
        if name == "":                                                 # past the last
            break
        reached.append(name)
        outlined.append(outline)
    buttons = page.evaluate("() => [...document.querySelectorAll('button, a, summary, [type=range], [type=file]')].map(at => at.id || at.hash || at.value || at.textContent.trim().split('\\n')[0])")
    assert set(buttons) | {"digit"} <= set(reached)
    assert [name for name, ringed in zip(reached, outlined) if not ringed] == []


def test_the_keyboard_alone_draws_asks_and_teaches(visit):
    page = visit(reduced_motion="reduce")

    def press(selector, *keys):
        page.focus(selector)
        for key in keys:
            page.keyboard.press(key)

    press("#example", "Enter")
    assert prediction(page) == "3"
    press("#why summary", "Enter")
    press("#digits input:checked", *["ArrowRight"] * 9)
    assert "8" in text(page, "because")
    press("#teach summary", "Enter")
    press("#labels button[value='8']", "Space")
    assert "A 8" in text(page, "lesson") or "An 8" in text(page, "lesson")
    press("#forget", "Enter")
    press("#undo", "Space")
    assert prediction(page) == "–"


def test_keys_pressed_with_nothing_to_do_are_harmless(page):
    for key in ("Delete", "Control+z", "Control+Shift+z", "Escape", "Enter", "7"):
        page.keyboard.press(key)
    assert prediction(page) == "–"


@pytest.mark.parametrize("way", ["http", "file"])
def test_the_policy_lets_no_request_leave(way, visit, url, site, problems, tmp_path):
    page, hits = visit(url if way == "http" else (site / "index.html").as_uri()), []
    with served(tmp_path, hits) as elsewhere:
        page.evaluate("""async elsewhere => {
            for (const attempt of [() => fetch(elsewhere), () => fetch(elsewhere, { mode: "no-cors" }), () => navigator.sendBeacon(elsewhere),
                                   () => new WebSocket(elsewhere.replace("http", "ws")), () => new EventSource(elsewhere)])
                try { await attempt(); } catch {}
            for (const [tag, name] of [["img", "src"], ["script", "src"], ["iframe", "src"], ["video", "src"], ["link", "href"]])
                document.body.append(Object.assign(document.createElement(tag), { [name]: elsewhere + "?" + tag, rel: "stylesheet" }));
            const form = document.body.appendChild(Object.assign(document.createElement("form"), { action: elsewhere, target: "_blank" }));
            form.submit();
            await new Promise(done => setTimeout(done, 300));
        }""", elsewhere)
        assert hits == []
    assert sum("Content Security Policy" in problem for problem in problems) >= 8
    problems.clear()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_overflows_and_axe_finds_nothing_with_everything_unfolded(viewport, colours, visit):
    page = visit(viewport=viewport, color_scheme=colours, reduced_motion="reduce")
    across = "() => document.scrollingElement.scrollWidth"
    assert page.evaluate(across) == viewport["width"]
    draw(page, SCRIBBLE)
    unfold(page)
    page.click("#labels button[value='8']")
    choose(page, {"name": 50 * "long", "mimeType": "", "buffer": b"x"})
    until(page, "$('message').textContent")
    assert text(page, "doubt") and page.evaluate(across) == viewport["width"]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_it_works_offline_without_storage_and_on_a_slow_machine(visit):
    page = visit(init="delete window.localStorage")
    page.context.set_offline(True)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    draw(page, SEVEN)
    assert prediction(page) == "7"


def test_the_page_survives_a_reload_in_the_middle_of_a_stroke(page):
    page.mouse.move(*place(page, .5, .5))
    page.mouse.down()
    page.reload()
    wait_until_ready(page)
    page.mouse.up()
    draw(page, ONE)
    assert prediction(page) == "1"
