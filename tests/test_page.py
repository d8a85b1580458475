"""The page as a user meets it: opened in every way, drawn on with mouse, finger and pen, on every screen."""
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from chromium import (DESKTOP, FOUR, ONE, PHONE, SCRIBBLE, SECTIONS, SEVEN, ZERO, along, calculate, choose, choose_network,
                      draw, exact, image, picture, place, prediction, probabilities, served, served_only, text, touch, unfold,
                      until, visit_section, wait_for_frame, wait_until_ready, write)
from conftest import ROOT
from neural_network import NeuralNetwork, doubt, read_drawing, render

pytest_plugins = "chromium"
COUNT = "() => desk.ink.length"


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_1_a_7_and_a_0_are_read_however_the_page_is_opened(way, visit, url, site):
    page = visit(url if way == "http" else (site / "index.html").as_uri())
    assert page.is_visible("#hint") and page.locator("#needs").count() == 0
    assert "The trained network" in text(page, "about") and "97.00 %" in text(page, "about")
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
        problems.clear()
        choose_network(page, other)
        draw(page, SEVEN)
        assert prediction(page) == "2"
        page.evaluate("() => loadDigits().catch(() => {})")            # nor is data/digits.js there
        assert [problem for problem in problems if not re.search(r"digits\.js|Failed to load resource", problem)] == []
        problems.clear()


def test_without_javascript_one_sentence_says_what_is_needed(visit):
    page = visit(java_script_enabled=False, ready=False)
    page.locator("#needs").wait_for(state="visible")
    assert re.search(r"JavaScript.*browser.*Chrome \d+, Firefox \d+, Safari \d+", page.inner_text("#needs"))


# ── The first ten seconds ────────────────────────────────────────────────────────────────────────────────

def opened(visit, **options):
    """The page as it is when nobody has touched it yet, from the moment that the network is there."""
    page = visit(ready=False, **options)
    wait_until_ready(page, touched=False)
    return page


def test_untouched_a_hand_draws_a_3_that_is_read_and_argued_and_the_pen_finds_a_clean_sheet(visit):
    page = opened(visit)
    page.evaluate("""() => {
        window.seen = [];
        window.asked = new Set();
        new MutationObserver(() => {
            seen.push($('prediction').textContent);
            asked.add($('bet-why').querySelector('legend').textContent);
        }).observe(document.body, { childList: true, characterData: true, subtree: true });
    }""")
    until(page, "$('caption').textContent.includes('says 3')")
    seen = page.evaluate("() => seen")
    assert seen[-1] == "3" and len(set(seen)) > 1                      # it was something else on the way
    assert page.evaluate("() => asked.size") == 1                      # what is asked does not change meanwhile
    assert page.locator("#glow > *").count() > 0
    until(page, "$('caption').textContent === 'Your turn.'")
    draw(page, SEVEN)
    assert prediction(page) == "7" and page.evaluate(COUNT) == 1       # the first touch is ink already
    assert text(page, "caption") == ""
    page.click("#undo")
    assert prediction(page) == "–" and page.evaluate(COUNT) == 0
    page.wait_for_timeout(300)
    assert page.evaluate(COUNT) == 0                                   # nor does it begin again


@pytest.mark.parametrize("way", ["key", "click"])
def test_a_key_or_a_click_anywhere_ends_it_and_leaves_a_clean_sheet(way, visit):
    page = opened(visit)
    until(page, "demo.drawing && demo.drawing.flat().length > 3")
    page.keyboard.press("a") if way == "key" else page.mouse.click(5, 5)
    assert prediction(page) == "–" and page.evaluate(COUNT) == 0 and text(page, "caption") == ""
    page.wait_for_timeout(300)
    assert page.evaluate(COUNT) == 0


def test_whoever_begins_with_a_bet_finds_the_3_finished_at_once_and_it_stays_until_the_pen_comes(visit):
    page = opened(visit)
    until(page, "demo.drawing && demo.drawing.flat().length > 3")
    page.locator("#bet-unit label").first.click()
    assert prediction(page) == "3" and page.evaluate("() => desk.ink.flat().length") == 41
    page.wait_for_timeout(300)
    assert prediction(page) == "3" and text(page, "caption") == ""
    draw(page, SEVEN)
    assert prediction(page) == "7" and page.evaluate(COUNT) == 1


def test_the_opening_bets_come_one_at_a_time_once_something_is_drawn_and_move_nothing(page):
    top = "() => $('why').getBoundingClientRect().top"
    before = page.evaluate(top)
    assert not page.locator("#first-bets legend:visible").count()
    draw(page, SEVEN)
    for place in range(5):
        assert page.locator("#first-bets legend:visible").count() == 1
        assert f"{place + 1} of 5" in page.inner_text("#first-bets .now") and page.evaluate(top) == before
        if place == 0:
            page.locator("#first-bets .now label").first.click()
        else:
            page.keyboard.press("Space")                               # the keyboard goes along
    assert "Now find out" in page.inner_text("#first-bets .now") and page.evaluate(top) == before
    assert page.evaluate("() => Object.keys(bets).length") == 5


def test_touched_before_the_network_is_there_or_brought_by_a_link_no_hand_draws(visit, url):
    held = []
    page = visit(prepare=lambda window: window.route("**/weights.json", lambda route: held.append(route)), ready=False)
    page.mouse.click(5, 5)
    until(page, "performance.getEntriesByName('first-contentful-paint').length")
    page.wait_for_timeout(300)
    held[0].continue_()
    wait_until_ready(page, touched=False)
    linked = visit(url + "#section=why", ready=False)
    wait_until_ready(linked, touched=False)
    page.wait_for_timeout(300)
    assert page.evaluate(COUNT) == 0 and linked.evaluate(COUNT) == 0


def test_with_reduced_motion_its_end_is_shown_at_once(visit):
    page = opened(visit, reduced_motion="reduce")
    assert prediction(page) == "3"
    until(page, "$('caption').textContent === 'Your turn.'")
    assert page.locator("#glow > *").count() > 0


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
    assert page.evaluate("() => desk.ink.map(stroke => stroke.length)") == [6, 4]


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
    assert all(y < .88 for stroke in page.evaluate("() => desk.ink") for _, y in stroke)


def test_moves_without_a_button_end_the_stroke_whose_end_was_lost(page):
    session = page.context.new_cdp_session(page)
    events = [("mousePressed", 1), *[("mouseMoved", 1)] * 3, ("mouseMoved", 0), ("mouseMoved", 0)]
    for (kind, buttons), (x, y) in zip(events, along(page, SEVEN)):
        session.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left" if buttons else "none",
                                                  "buttons": buttons, "clickCount": 1})
    assert page.evaluate("() => desk.ink.map(stroke => stroke.length)") == [4]
    assert text(page, "announcement").startswith("It reads")
    draw(page, ONE)
    assert page.evaluate(COUNT) == 2


def test_ink_outside_the_sheet_does_not_count_and_the_pen_may_come_back(page):
    draw(page, [[[.5, .25], [.75, .25], [1.25, .25], [1.25, .75], [.75, .75], [.5, .75], [.5, 1.2]]])
    page.mouse.move(*place(page, .25, .25))                            # with no button down
    assert page.evaluate("() => desk.ink") == [[[.5, .25], [.75, .25]], [[.75, .75], [.5, .75]]]


def test_undo_and_clear_by_button_and_by_key(page):
    for key in ("Control+z", "Meta+z", "button"):
        draw(page, FOUR)
        page.click("#undo") if key == "button" else page.keyboard.press(key)
        assert page.evaluate(COUNT) == 1
        page.click("#clear") if key == "button" else page.keyboard.press("Delete")
        assert page.evaluate(COUNT) == 0 and prediction(page) == "–"


def test_draw_one_draws_stroke_by_stroke_goes_as_it_came_and_the_learners_drawing_comes_back(page):
    draw(page, FOUR)
    mine = page.evaluate("() => desk.ink")
    page.click("#clear")
    page.click("#example")
    until(page, "desk.ink.flat().length > 2")
    early = page.evaluate("() => desk.ink.flat().length")
    until(page, "$('announcement').textContent.startsWith('It reads 3')")
    assert page.evaluate("() => desk.ink.flat().length") > early
    page.click("#undo")
    assert prediction(page) == "–"
    page.click("#undo")
    assert page.evaluate("() => desk.ink") == mine
    page.click("#example")
    draw(page, SEVEN)                                                  # in the middle of it
    page.wait_for_timeout(100)
    assert page.evaluate(COUNT) == 1 and prediction(page) == "7"


# ── What is shown ────────────────────────────────────────────────────────────────────────────────────────

def shown_image(page, selector):
    """The opacity of a picture's pixels: (784,), from 0 to 1."""
    values = page.evaluate("""selector => Array.from(document.querySelector(selector).getContext("2d")
        .getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 3)""", selector)
    return np.array(values) / 255


def test_the_five_looks_are_on_the_desk_and_the_bars_are_their_mean_as_in_python(page, site):
    draw(page, FOUR)
    bars = page.locator("#bars [data-digit]").all()
    assert [bar.get_attribute("data-digit") for bar in bars] == list("0123456789")
    assert all(bar.get_attribute("role") == "meter" and bar.get_attribute("aria-label") for bar in bars)
    reading = read_drawing(exact(site / "weights.json"), FOUR)
    assert probabilities(page) == pytest.approx(100 * reading["probabilities"], abs=.051)
    assert prediction(page) == str(reading["probabilities"].argmax()) == "4"
    looks = page.locator("#looks button")
    assert looks.count() == len(reading["images"])
    assert looks.locator("b").all_text_contents() == [str(digit) for digit in reading["logits"].argmax(axis=1)]
    for i, expected in enumerate(reading["images"], 1):
        assert shown_image(page, f"#looks button:nth-child({i}) canvas") == pytest.approx(expected, abs=.003)
    assert page.locator("#looks button:first-child #seen").count() == 1         # the drawing as it is
    assert np.array_equal(reading["images"][0], render(FOUR))


def test_a_touch_chooses_the_look_that_the_sections_show_until_there_is_another_drawing(page):
    draw(page, FOUR)
    assert page.locator("#looks [aria-pressed=true]").count() == 1 and page.evaluate("() => desk.lookNumber") == 0
    page.click("#looks button:nth-child(3)")
    until(page, "document.querySelectorAll('#looks button')[2].getAttribute('aria-pressed') === 'true'")
    assert page.evaluate("() => desk.lookNumber") == 2 and page.locator("#looks [aria-pressed=true]").count() == 1
    assert "five times" in text(page, "vote")
    assert "wider" in page.get_attribute("#looks button:nth-child(3)", "aria-label")
    page.keyboard.press("Delete")
    assert page.evaluate("() => desk.lookNumber") == 0
    draw(page, FOUR)
    page.click("#looks button:nth-child(3)")
    draw(page, ONE)
    assert page.evaluate("() => desk.lookNumber") == 0                       # whoever draws on sees the drawing as it is


def test_per_cents_add_up_to_100_and_are_no_further_off_than_rounding_needs(page):
    rng = np.random.default_rng(0)
    shares = [*rng.dirichlet(np.full(10, .3), 300).tolist(), [.1] * 10, [0] * 9 + [1], [1 / 3] * 3 + [0] * 7]
    whole = calculate(page, "lists => lists.map(wholePercents)", shares)
    assert all(sum(percents) == 100 for percents in whole)
    assert np.abs(np.array(whole) - 100 * np.array(shares)).max() < 1
    assert calculate(page, "() => [wholePercents(new Array(10).fill(0)), wholePercents(new Array(10).fill(NaN))]") == [[0] * 10] * 2
    draw(page, FOUR)
    assert sum(int(bar) for bar in page.locator("#bars b").all_text_contents()) == 100


def test_doubt_is_seen_before_it_is_read_as_in_python_and_a_clear_digit_has_none(page, site):
    outlined = "() => getComputedStyle($('prediction')).webkitTextStrokeWidth !== '0px'"
    network = exact(site / "weights.json")
    tap = [[[.25, .75], [.252, .75]]]                                  # though the hand trembles
    doubted = []
    for strokes in (SEVEN, SCRIBBLE, ZERO, FOUR):
        draw(page, strokes)
        drawn, words = page.evaluate("() => desk.strokes"), text(page, "doubt")
        assert words == doubt(read_drawing(network, drawn)) and words in text(page, "announcement")
        assert page.evaluate(outlined) == bool(words) and re.fullmatch(r"\d", prediction(page))
        doubted.append(bool(words))
        page.click("#clear")
    assert doubted == [False, True, False, False]
    draw(page, tap)
    assert "more ink" in text(page, "doubt") and page.evaluate(outlined)
    assert [len(stroke) for stroke in page.evaluate("() => desk.ink")] == [1]
    assert np.abs(image(page) - render([[[0, 0]]])).max() < 1e-9


def test_blank_paper_is_claimed_nothing_of_before_a_drawing_and_after_it(page):
    for _ in range(2):
        assert prediction(page) == "–" and probabilities(page) == [0] * 10 and text(page, "doubt") == ""
        assert page.is_visible("#hint") and not page.locator("#looks b").first.is_visible()
        assert not page.locator("#bars b").first.is_visible() and not page.is_visible("#vote")
        draw(page, FOUR)
        assert page.locator("#looks b").first.is_visible() and not page.is_visible("#hint")
        page.click("#undo")
        page.keyboard.press("Control+z")


def test_the_network_on_the_desk_is_named_with_what_it_has_become(page, tmp_path):
    assert text(page, "pupil") == "The trained network"
    draw(page, SEVEN)
    page.click("#labels button[value='3']")
    until(page, "$('pupil').textContent.includes('taught by you (1 lesson)')")
    until(page, "!desk.pupil.isRelearning")
    assert "97.00 %" in text(page, "about") and "Before, it read" in text(page, "about")
    NeuralNetwork(hidden_size=7).save(tmp_path / "seven.json")
    choose_network(page, tmp_path / "seven.json")
    until(page, "$('pupil').textContent.includes('seven.json')")
    assert "%" not in text(page, "about")


def test_a_network_whose_numbers_have_grown_beyond_all_bounds_reads_nothing_and_says_so(page):
    draw(page, SEVEN)
    page.evaluate("""() => {
        const diverged = { ...pagesOwn.original, W2: pagesOwn.original.W2.map(() => NaN) };
        usePupil(newPupil("young", diverged));
    }""")
    until(page, "$('prediction').textContent === '–'")
    assert "beyond all bounds" in text(page, "doubt") and probabilities(page) == [0] * 10


# ── Several digits ───────────────────────────────────────────────────────────────────────────────────────

def test_digits_that_are_drawn_side_by_side_are_read_as_a_number_and_each_can_be_looked_at(page):
    values = "() => [...document.querySelectorAll('#found button')].map(button => button.value)"
    draw(page, FOUR, size=.4, left=.05, top=.3)
    assert prediction(page) == "4" and not page.is_visible("#find")    # two strokes, but one digit
    draw(page, SEVEN, size=.4, left=.5, top=.3)
    assert prediction(page) == "47" and page.evaluate(values) == ["4", "7"]
    assert text(page, "announcement").startswith("It reads 47")
    assert np.abs(image(page) - render(SEVEN)).max() < .05             # the one drawn last is looked at
    page.click("#found button[value='4']")
    assert np.abs(image(page) - render(FOUR)).max() < .05 and prediction(page) == "47"
    assert page.locator("#bars .first-choice").get_attribute("data-digit") == "4"
    page.click("#undo")
    assert prediction(page) == "4" and not page.is_visible("#find")


def test_a_childs_scribble_of_500_strokes_is_drawn_on(page):
    page.evaluate("""() => setDrawing(Array.from({ length: 500 }, (_, i) => Array.from({ length: 20 }, (_, j) =>
        [0.5 + 0.45 * Math.sin(i + 0.3 * j), 0.5 + 0.45 * Math.cos(1.7 * i + 0.2 * j)])))""")
    draw(page, SEVEN, steps=5)
    assert page.evaluate(COUNT) == 501 and page.locator("#strokes path").count() == 501
    page.click("#undo")
    assert page.locator("#strokes path").count() == 500


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
        visit_section(page, section)
        page.wait_for_timeout(300)                                     # what it loads when it is first seen is there
        visit_section(page, section)
        scrolled = page.evaluate("() => scrollY")
        for strokes, digit in ((ONE, "1"), (ZERO, "0")):
            assert lies_in_the_window(page, "#drawing") and lies_in_the_window(page, "#prediction"), section
            touch(page, along(page, strokes))
            assert prediction(page) == digit, section
            page.keyboard.press("Delete")
        assert page.evaluate("() => scrollY") == scrolled > 0, section
    if viewport is PHONE:                                              # a strip, with all that is read
        assert page.evaluate("() => $('board').offsetHeight / innerHeight") < .17
        touch(page, along(page, ZERO))
        assert page.is_visible("#looks b") and page.locator("#bars .first-choice b").is_visible()
        assert page.is_visible("#pupil-in-brief") and lies_in_the_window(page, "#clear") and lies_in_the_window(page, "#undo")


@pytest.mark.parametrize("colours, viewport", [
    ("light", DESKTOP), ("dark", DESKTOP), ("dark", PHONE), ("light", {"width": 240, "height": 400})],
    ids=["light", "dark", "dark phone", "240 px"])
def test_axe_finds_nothing_and_nothing_overflows_at_first_and_with_everything_unfolded(colours, viewport, visit):
    page = visit(viewport=viewport, color_scheme=colours, reduced_motion="reduce")
    across = """() => [...document.querySelectorAll("body *")].filter(element => !element.closest("svg, .spoken, [hidden]")
        && element.getBoundingClientRect().right > innerWidth + 1 && document.scrollingElement.scrollWidth > innerWidth)
        .map(element => `${element.tagName}#${element.id}.${element.className}`)"""
    found = [Axe().run(page)]
    assert page.evaluate(across) == []
    draw(page, SCRIBBLE)
    unfold(page)
    page.click("#labels button[value='8']")
    until(page, "$('lesson').textContent.includes('8')")
    for section in SECTIONS:
        visit_section(page, section)
    choose(page, {"name": 50 * "long", "mimeType": "", "buffer": b"x"})
    until(page, "$('message').textContent")
    assert text(page, "doubt") and page.evaluate(across) == []
    found.append(Axe().run(page))
    assert sum(result.violations_count for result in found) == 0, "".join(result.generate_report() for result in found)


def test_with_forced_colours_the_sheets_edge_bars_lines_and_key_are_seen(visit):
    page = visit(forced_colors="active")
    draw(page, SEVEN)

    def contrast(pixels):
        return (pixels.max(axis=(0, 1)) - pixels.min(axis=(0, 1))).max()

    sheet, bars = picture(page, "#drawing", around=3), [picture(page, f"#bars [data-digit='{digit}'] i") for digit in (7, 0)]
    middle = sheet.shape[1] // 2
    assert contrast(sheet[:6, middle - 5:middle + 5]) > .5 and contrast(sheet[40:-40, 40:-40]) > .5    # its edge; ink
    full, empty = (bar[len(bar) // 2, bar.shape[1] // 2] for bar in bars)
    assert np.abs(full - empty).max() > .5
    for selector in (".key .for", ".key .against"):
        assert contrast(picture(page, selector)) > .3, selector
    page.click("#bet-teach label:nth-of-type(1)")
    chosen, other = (picture(page, f"#bet-teach label:nth-of-type({i}) span") for i in (1, 2))
    assert abs(np.median(chosen) - np.median(other)) > .3


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_one_has_jumped_to_stays_under_the_finger(viewport, visit):
    """Views above it that are filled only now have their room from the start."""
    page = visit(viewport=viewport)
    page.evaluate("$('bet-teach').scrollIntoView({ block: 'end' })")
    before = page.evaluate("$('bet-teach').getBoundingClientRect().top")
    until(page, "learning.hill && learning.hill.isWeightMeasured")
    wait_for_frame(page)
    assert page.evaluate("$('bet-teach').getBoundingClientRect().top") == pytest.approx(before, abs=1)


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
    printed = page.locator(".text > section:visible").evaluate_all("sections => sections.map(({ id }) => id)")
    assert "teach" in printed and "inside" not in printed             # what was not seen has no pictures yet
    assert not page.locator("button:visible:not(.looks button), input[type=range]:visible, details:not([open]):visible").count()


def test_the_map_comes_when_the_opening_has_gone_and_leads_to_the_sections(page):
    opacity = "() => getComputedStyle($('map')).opacity"
    assert page.evaluate(opacity) == "0"
    visit_section(page, "inside")
    until(page, "getComputedStyle($('map')).opacity === '1'")
    page.click("#map a[href='#teach']")
    until(page, "Math.abs($('teach').getBoundingClientRect().top) < 50 && onScreen.has('teach')")
    assert text(page, "message") == ""


# ── Everyone ─────────────────────────────────────────────────────────────────────────────────────────────

def test_the_keyboard_alone_reaches_everything_with_visible_focus(page):
    reached, bare = set(), []
    unfold(page)
    for section in SECTIONS:                                           # what is loaded when it is first seen
        visit_section(page, section)
    visit_section(page, "learn")                                       # a section is drawn while it is on the screen
    until(page, "!$('learn-start').disabled")
    page.evaluate("() => scrollTo(0, 0)")
    name = "at => at.id || at.hash || at.name || at.ariaLabel || at.value || at.textContent.trim().split('\\n')[0]"
    for _ in range(300):
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
    until(page, "$('pupil').textContent === 'The trained network'")
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


def test_the_mathematics_touches_no_page():
    for name in ("network.js", "pen.js", "paper.js"):
        script = (ROOT / "page" / name).read_text("utf-8")
        assert re.findall(r"\b(?:document|window|localStorage|location|desk)\b|\$\(", script) == [], name
