"""Teaching the network in the page, what that costs, and the questions at the end."""
import json
import re

import numpy as np
import pytest

from chromium import (DESKTOP, FOUR, ONE, PHONE, SEVEN, ZERO, calculate, choose_network, draw, exact, prediction,
                      probabilities, real_drawings, text, until, visit_section, wait_until_ready)
from conftest import ROOT
from neural_network import NeuralNetwork, read_drawings, render

pytest_plugins = "chromium"
WEIGHTS = "() => JSON.stringify(['W1', 'b1', 'W2', 'b2'].map(name => Array.from(desk.network[name])))"


@pytest.fixture(scope="session")
def misread(trained, site):
    """Ways of writing that the network, which learned MNIST alone, misreads: (strokes on the sheet, label)."""
    network, found = NeuralNetwork.load(site / "weights.json"), []
    for drawing in read_drawings(ROOT / "data" / "styles.json"):
        strokes, label = drawing["strokes"], int(drawing["label"])
        size = max(number for stroke in strokes for point in stroke for number in point)
        strokes = [[[round(.1 + .8 * x / size, 3), round(.1 + .8 * y / size, 3)] for x, y in stroke] for stroke in strokes]
        if network.predict(render(strokes)[None])[0] != label:
            found.append((strokes, label))
    assert len(found) >= 3
    return found


def teach(page, strokes, label, motion="reduce"):
    """Draw, say what it is, and return what it was read as before and after: at once, or step by step."""
    page.emulate_media(reduced_motion=motion)
    page.keyboard.press("Delete")
    draw(page, strokes)
    before = prediction(page)
    page.evaluate("() => { $('lesson').textContent = ''; }")
    page.click(f"#labels button[value='{label}']")
    until(page, f"$('lesson').textContent.includes('{label} it is')")
    return before, prediction(page)


# ── A lesson ─────────────────────────────────────────────────────────────────────────────────────────────

def test_a_lesson_is_shown_step_by_step_and_its_place_on_the_sheet_does_not_matter(page, misread):
    (strokes, label), *_ = misread
    page.evaluate("""label => { window.course = []; new MutationObserver(() => course.push(
        Number(document.querySelector(`[data-digit="${label}"]`).ariaValueNow))).observe($('bars'), { attributes: true, subtree: true });
    }""", label)
    before, after = teach(page, strokes, label, "no-preference")
    assert before != str(label) == after and f"read {before} and now reads {label}" in text(page, "lesson")
    course = sorted(set(page.evaluate("() => course")))
    assert len(course) > 3 and course[-1] > 50 > course[0]             # the bars moved
    assert page.locator("#lessons li").all_inner_texts() == [str(label)]
    visit_section(page, "teach")
    assert str(before) in page.inner_text("#untaught") and page.locator("#course svg").count() == 1
    _, moved, all_weights, most = re.findall(r"\d[\d,]*(?:\.\d+)?", page.inner_text("#moved-words"))
    assert all_weights == "200,704" and 0 < float(most) < .1 and 0 < int(moved.replace(",", "")) < 150_000
    page.keyboard.press("Delete")
    draw(page, strokes, size=.5, left=.5)
    assert prediction(page) == str(label)
    for simple, digit in ((ONE, "1"), (SEVEN, "7"), (FOUR, "4")):      # the rest is not spoiled
        page.keyboard.press("Delete")
        draw(page, simple)
        assert prediction(page) == digit


@pytest.mark.parametrize("known", [True, False])
def test_a_step_is_pythons_on_the_drawing_less_the_mean_image_which_is_read_as_before(known, page, site):
    drawing, network = {**real_drawings(1)[0], "label": 5}, exact(site / "weights.json")    # a 0: to be learnt as 5
    mean = known * np.array(network.training["mean"])
    network.b1 += mean @ network.W1                                    # inside: the network for images less the mean
    W1 = network.W1 - 0.004 * network.backward((render(drawing["strokes"]) - mean)[None], np.array([5]))[0]
    taught = calculate(page, """([drawing, mean]) => {
        const lesson = mean ? teach(pagesOwn.original, [drawing], mean) : teach(pagesOwn.original, [drawing]);
        lesson.next();
        const { W1, b1 } = lesson.next().value;
        return [[...W1], [...b1]]; }""", [drawing, mean.tolist() if known else None])
    assert np.abs(np.array(taught[0]) - W1.ravel()).max() < 1e-7 < np.abs(W1 - network.W1).max()
    assert np.abs(np.array(taught[1]) - (network.b1 - mean @ W1)).max() < 1e-5


def test_what_is_read_right_already_needs_no_lesson_and_a_lesson_given_twice_changes_nothing(page, misread):
    page.click("#labels button[value='3']")
    until(page, "$('lesson').textContent.includes('Draw a digit first')")
    draw(page, ZERO)
    untaught, shown = page.evaluate(WEIGHTS), probabilities(page)[0]
    page.click("#labels button[value='0']")
    until(page, "$('lesson').textContent.includes('nothing to learn')")
    assert shown > 90 and f"{shown:.1f} %" in text(page, "lesson")
    assert page.evaluate(WEIGHTS) == untaught and page.locator("#lessons li").count() == 0
    strokes, label = misread[0]
    teach(page, strokes, label)
    for _ in range(5):                                                 # until it is sure
        taught, sure = page.evaluate(WEIGHTS), probabilities(page)[label]
        page.evaluate("() => { $('lesson').textContent = ''; }")
        page.click(f"#labels button[value='{label}']")
        until(page, "!['', 'It learns …'].includes($('lesson').textContent)")
        assert ("nothing to learn" in text(page, "lesson")) == (sure >= 90)
        assert probabilities(page)[label] >= sure                      # another equal lesson never lowers it
    assert "nothing to learn" in text(page, "lesson")
    assert page.evaluate(WEIGHTS) == taught != untaught and "Infinity" not in page.inner_text("#teach")


# ── What it costs ────────────────────────────────────────────────────────────────────────────────────────

def lie(page):
    """Press the button once, and wait until the lie is learned and seen in the hundred digits."""
    told = int(text(page, "lies")[0]) + 1
    page.evaluate("() => { $('lesson').textContent = ''; }")
    page.click("#lie")
    until(page, f"$('lies').textContent.startsWith('{told} of 3') && $('lesson').textContent.startsWith('In')")
    until(page, "!desk.pupil.isRelearning && $('changed').textContent")


def test_three_lies_change_what_it_reads_in_the_hundred_digits_as_said_and_lit_and_forgetting_mends_it(page, site, mnist):
    page.emulate_media(reduced_motion="reduce")
    visit_section(page, "teach")
    page.click("#bet-teach label:nth-of-type(2)")
    until(page, "hundred.drawn.length === 100")
    assert page.is_visible("#cost-untaught") and not page.is_visible("#taught") and not page.is_visible("#forget")
    before = page.evaluate("() => document.querySelector('#hundred').toDataURL()")
    for _ in range(3):
        assert not page.is_visible("#bet-teach .outcome") and page.is_enabled("#lie")
        lie(page)
        assert "In this 3 it read" in text(page, "lesson") and prediction(page) == "8"
    until(page, "!document.querySelector('#bet-teach .outcome').hidden")
    assert page.is_disabled("#lie") and page.locator("#lessons li").all_inner_texts() == ["8", "8", "8"]
    images = np.array(calculate(page, "() => Array.from({ length: 100 }, (_, i) => [...digitImage(5000 + i)])"))
    untaught = NeuralNetwork.load(site / "weights.json").predict(images.astype(np.float32))
    taught = exact(site / "weights.json")
    taught.W1, taught.b1 = (np.array(calculate(page, f"() => [...desk.network.{name}]")).reshape(taught_shape)
                            for name, taught_shape in (("W1", (784, 256)), ("b1", (256,))))
    reads = taught.predict(images)
    labels, different = np.arange(100) % 10, (reads != untaught).sum()
    right = 1 <= different <= 5
    verdict = page.inner_text("#bet-teach .outcome")
    assert different > 0 and f"{'Right' if right else 'Not right'}: {different} of" in verdict
    assert text(page, "changed") == f"{different} of 100 changed"
    said = [int(number) for number in re.findall(r"read (\d+) of them right, and after your lessons (\d+); (\d+)",
                                                 page.inner_text("#cost-taught"))[0]]
    assert said == [(untaught == labels).sum(), (reads == labels).sum(), different]
    lit = page.evaluate("() => hundred.drawn.map(({ isLit }) => isLit)")
    assert np.array_equal(lit, reads != untaught)
    assert "97.00 %" in page.inner_text("#measured")
    page.click("#forget")
    until(page, "!$('cost-untaught').hidden && hundred.drawn.every(({ isLit }) => !isLit)")
    assert page.evaluate("() => document.querySelector('#hundred').toDataURL()") == before and prediction(page) == "3"
    assert page.inner_text("#bet-teach .outcome") == verdict and text(page, "lies").startswith("0 of 3")


def test_in_the_other_theme_all_digits_get_its_ink(page):
    visit_section(page, "learn")
    until(page, "learning.painted !== null && $('learn-digits').querySelector('.right')")
    visit_section(page, "teach")
    until(page, "hundred.drawn.length === 100")
    page.emulate_media(color_scheme="dark")
    until(page, "hundred.drawn.every(({ isDark }) => isDark)")
    visit_section(page, "learn")
    until(page, """(() => {
        const canvas = document.querySelector("#learn-digits canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
        return Math.max(...data.filter((_, i) => i % 4 === 0)) > 200;
    })()""")


def test_a_fourth_lie_is_refused_also_when_a_young_network_lay_on_the_desk_and_after_a_reload(page):
    page.emulate_media(reduced_motion="reduce")
    visit_section(page, "teach")
    for _ in range(3):
        lie(page)
    page.evaluate("() => wipeMemory()")
    until(page, "$('lie').disabled && $('lies').textContent === '3 of 3 lies told'")
    page.reload()
    until(page, "$('lies').textContent === '3 of 3 lies told'")
    assert page.is_disabled("#lie")


def test_three_lies_can_be_told_whatever_the_network_reads_and_whom_one_teaches_is_said_and_chosen(page, other):
    page.emulate_media(reduced_motion="reduce")
    choose_network(page, other)                                        # it reads a 2 in everything
    visit_section(page, "teach")
    assert "the network of seven.json" in page.inner_text(".whose")
    for _ in range(3):
        lie(page)
    assert text(page, "lies") == "3 of 3 lies told" and page.locator("#lessons li").count() == 3
    page.click("#teach-elder")
    until(page, "document.querySelector('.whose').textContent.includes('the trained network')")
    until(page, "$('lies').textContent === '0 of 3 lies told'")
    assert page.evaluate("() => desk.pupil === pagesOwn") and not page.is_visible("#teach-elder")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_a_lie_changes_is_in_sight_where_it_is_told(viewport, visit):
    page = visit(viewport=viewport, reduced_motion="reduce")
    visit_section(page, "teach")
    page.evaluate("() => document.querySelector('.classroom').scrollIntoView()")
    top = page.locator("#lie").bounding_box()["y"]
    lie(page)
    assert page.locator("#lie").bounding_box()["y"] == pytest.approx(top, abs=1)
    boxes = [page.locator(id).bounding_box() for id in ("#lesson", "#changed", "#hundred" if viewport == DESKTOP else "#lie")]
    assert all(box["y"] > 0 and box["y"] + box["height"] < viewport["height"] for box in boxes)


# ── Lessons are kept ─────────────────────────────────────────────────────────────────────────────────────

def test_lessons_survive_a_reload_are_taken_back_and_forgotten_to_the_byte(page, misread):
    taught, untaught = [], page.evaluate(WEIGHTS)
    for strokes, label in misread[:2]:
        teach(page, strokes, label)
        taught.append(page.evaluate(WEIGHTS))
    assert len({untaught, *taught}) == 3
    page.reload()
    wait_until_ready(page)
    assert page.evaluate(WEIGHTS) == taught[1] and page.locator("#lessons li").count() == 2
    for button, said, left, expected in (("#unteach", "taken back", 1, taught[0]), ("#forget", "forgotten", 0, untaught)):
        page.click(button)
        until(page, f"$('lesson').textContent.includes('{said}') && $('lessons').children.length === {left}")
        until(page, f"JSON.stringify(Array.from(desk.network.b1)) === JSON.stringify({json.dumps(json.loads(expected)[1])})")
        assert page.evaluate(WEIGHTS) == expected
    page.reload()
    wait_until_ready(page)
    assert page.evaluate(WEIGHTS) == untaught and page.locator("#lessons li").count() == 0


def test_two_windows_that_teach_at_once_keep_all_their_lessons(page, misread):
    pages = [page, page.context.new_page()]
    pages[1].goto(pages[0].url)
    wait_until_ready(pages[1])
    for window, (strokes, label) in zip(pages, misread):
        window.emulate_media(reduced_motion="reduce")
        draw(window, strokes)
    for turn in range(3):                                              # in the same moment, as far as this can be had
        for window, (strokes, label) in zip(pages, misread):
            window.evaluate("""label => { setTimeout(() => giveLessons([{ label, strokes: desk.strokes }]),
                Math.ceil(Date.now() / 500) * 500 + 500 - Date.now()); }""", label)
    for window in pages:
        until(window, "$('lessons').children.length === 6")
    until(pages[0], "!pagesOwn.network.training.test_accuracy")
    labels = [page.locator("#lessons li").all_inner_texts() for page in pages]
    assert labels[0] == labels[1] and sorted(labels[0]) == sorted(3 * [str(label) for _, label in misread[:2]])
    pages[1].reload()
    wait_until_ready(pages[1])
    assert pages[1].locator("#lessons li").all_inner_texts() == labels[0]
    until(pages[0], f"JSON.stringify(Array.from(desk.network.b1)) === JSON.stringify({pages[1].evaluate('() => [...desk.network.b1]')})")
    assert pages[0].evaluate(WEIGHTS) == pages[1].evaluate(WEIGHTS)


def test_each_network_keeps_its_lessons_while_another_is_on_the_desk(page, misread, site, tmp_path):
    teach(page, *misread[0])
    taught = page.evaluate(WEIGHTS)
    NeuralNetwork(hidden_size=4).save(tmp_path / "other.json")
    choose_network(page, tmp_path / "other.json")
    assert page.locator("#lessons li").count() == 0
    teach(page, *misread[1])
    assert "until you leave" in text(page, "lesson") and page.locator("#lessons li").all_inner_texts() == [str(misread[1][1])]
    choose_network(page, site / "weights.json")                        # the page's own comes back as it was
    assert "holds the page’s own network" in text(page, "opened")
    assert page.evaluate(WEIGHTS) == taught and page.locator("#lessons li").all_inner_texts() == [str(misread[0][1])]
    choose_network(page, tmp_path / "other.json")
    assert page.locator("#lessons li").all_inner_texts() == [str(misread[1][1])]
    page.reload()
    wait_until_ready(page)
    assert page.locator("#lessons li").all_text_contents() == [str(misread[0][1])]


STORAGES = {
    "blocked": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });",
    "full": """for (let size = 1 << 22; size; size >>= 1)
        try { while (true) localStorage.setItem(size + '.' + localStorage.length, 'x'.repeat(size)); } catch {}""",
    "list of an earlier edition": """try { localStorage.setItem('lessons', '[{"label": "<img src=x>", "strokes": [[[0, 0]]]}]'); } catch {}""",
    "one of several": """try {
        localStorage.setItem('lesson 1', '{"label": 7, "strokes": [[[0, 1e300]]]}');
        localStorage.setItem('lesson 2', '{"label": 1, "strokes": [[[0.5, 0.1], [0.5, 0.9]]]}');
    } catch {}"""}


@pytest.mark.parametrize("storage", STORAGES)
def test_a_store_that_is_refused_full_or_unreadable_is_said_and_costs_no_more(storage, visit, misread):
    refused = storage in ("blocked", "full")
    good = 1 if storage == "one of several" else 0
    page = visit(prepare=lambda window: window.add_init_script(STORAGES[storage]), reduced_motion="reduce")
    assert ("could not be read" in text(page, "message")) == (not refused) and page.locator("#lessons li").count() == good
    aside = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('unreadable')).map(([, text]) => text)"
    if not refused:
        assert len(page.evaluate(aside)) == 1 and ("<img" if not good else "1e300") in page.evaluate(aside)[0]
    teach(page, *misread[0])
    assert ("cannot keep lessons" in text(page, "lesson")) == refused
    assert page.locator("#lessons li").count() == good + 1 and page.locator("img").count() == 0
    page.reload()
    wait_until_ready(page)
    assert page.locator("#lessons li").count() == (0 if refused else good + 1)
    page.keyboard.press("Delete")
    draw(page, SEVEN)
    assert prediction(page) == "7"


def test_the_lessons_of_an_earlier_edition_are_taken_over(visit):
    drawings = [{"label": 1, "strokes": ONE}, {"label": 7, "strokes": SEVEN}]
    page = visit(prepare=lambda window: window.add_init_script(
        f"try {{ if (!localStorage.length) localStorage.setItem('lessons', {json.dumps(json.dumps(drawings))}); }} catch {{}}"))
    for _ in range(2):
        assert page.locator("#lessons li").all_text_contents() == ["1", "7"]
        page.reload()
        wait_until_ready(page)


def test_a_hundred_contradicting_lessons_come_to_an_end_and_one_draws_meanwhile(page):
    strokes = [drawing["strokes"] for drawing in real_drawings(100)]
    steps = calculate(page, """strokes => {                            // of some milliseconds each; there were 10,000
        const lessons = strokes.map((strokes, i) => ({ label: i % 10, strokes }));
        giveLessons(lessons);
        return [...teach({ ...pagesOwn.original, W1: new Float32Array(7840), b1: new Float32Array(10), W2: new Float32Array(100),
                           layers: [784, 10, 10] }, lessons)].length; }""", strokes)
    assert 1000 < steps <= 2576
    draw(page, SEVEN)
    assert len(prediction(page)) == 1 and page.evaluate("() => pagesOwn.isRelearning")


# ── The end ──────────────────────────────────────────────────────────────────────────────────────────────

def test_the_questions_of_the_start_are_asked_again_and_told_by_the_network_at_hand(page, tmp_path):
    draw(page, SEVEN)
    for id, answer in (("draw", 1), ("keep", 1), ("rules", 1), ("sure", 1), ("follows", 2)):
        page.click(f"#first-{id} label:nth-of-type({answer})")
    NeuralNetwork(hidden_size=4).save(tmp_path / "other.json")
    visit_section(page, "end")
    until(page, "ending.mistake")
    assert not page.locator("#last-bets .outcome:visible").count()
    tops = "() => [...document.querySelectorAll('#last-bets .bet')].map(bet => bet.getBoundingClientRect().top + scrollY)"
    before = page.evaluate(tops)
    for id, answer in (("draw", 2), ("keep", 3), ("rules", 1), ("sure", 2), ("follows", 2)):
        page.click(f"#last-{id} label:nth-of-type({answer})")
    said = {id: page.inner_text(f"#last-{id} .outcome") for id in ("draw", "keep", "rules", "sure", "follows")}
    assert page.evaluate(tops) == before                               # the outcomes stand beside the answers
    assert "None was taught" in said["draw"] and "203,530" in said["keep"] and "At first you bet: “Some pictures" in said["keep"]
    assert said["keep"].startswith("Right.") and said["keep"].endswith("That was not right.")  # each with its own verdict
    assert said["follows"].endswith("That was right.")
    assert said["rules"].startswith("Not right. The answer is “Nobody") and said["rules"].endswith("That was not right.")
    assert [said[id].startswith("Right.") for id in said] == [True, True, False, True, True]
    count, sure, read, meant = map(int, re.findall(r"(?<![\d.])\d+", said["sure"].replace("thousand", "")))
    reads = calculate(page, """() => [...readDigitImages(desk.network, 5000, 1000)] && (() => {
        const work = readDigitImages(desk.network, 5000, 1000);
        for (;;) { const { done, value } = work.next(); if (done) return value.map(one => [one.digit, one.label, Math.max(...one.probabilities)]); }
    })()""")
    wrong = sorted(((share, digit, label) for digit, label, share in reads if digit != label), reverse=True)
    assert count == len(wrong) and (read, meant) == wrong[0][1:] and sure == round(100 * wrong[0][0])
    assert text(page, "score") == "4 of 5 right. Before you started it was 1."
    assert ", the trained network reads" in said["sure"]
    choose_network(page, tmp_path / "other.json")
    visit_section(page, "end")
    until(page, "$('last-keep').textContent.includes('3,190')")
    until(page, "$('last-sure').textContent.includes('the network of other.json reads')")
    page.click("#about .give-back")
    until(page, "$('last-sure').textContent.includes('the trained network reads')")
