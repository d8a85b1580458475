"""Asking the page why: the ink that argues on the sheet, a dab to drag, the game, a change that fools."""
import re

import numpy as np
import pytest

from chromium import (FOUR, SEVEN, calculate, draw, exact, place, prediction, probabilities, text,
                      until, visit_section)
from neural_network import render

pytest_plugins = "chromium"

THREE = [[[.25, .125], [.5, .125], [.625, .25], [.5, .5], [.625, .75], [.5, .875], [.25, .875]]]
LOOKS = [(0, 1), (0, .75), (0, 1.33), (-.3, 1.33), (.3, 1.33)]
RUN = "work => { for (;;) { const { done, value } = work.next(); if (done) return value; } }"


@pytest.fixture
def why(visit):
    """The page, where it is asked why: with reduced motion, so that an example is there at once."""
    page = visit(reduced_motion="reduce")
    show_ink(page)
    return page


def show_ink(page):
    """Scroll to the part of the section that the glow belongs to."""
    visit_section(page, "why")
    page.evaluate("$('why-ink').scrollIntoView()")
    until(page, "why.isInView")


def await_glow(page):
    until(page, "why.glowing && isStillAsked(why.glowing)")


def find_way(page):
    """Ask for the page's way, and wait until there is one."""
    page.click("#way-show")
    until(page, "why.search && why.search.way")
    until(page, "$('ghosts').children.length === why.search.way.length")
    return page.evaluate("() => why.search.way")


def scores(network, strokes):
    """The logits of each of five looks at a drawing, (5, 10), independently of the page."""
    images = []
    for angle, stretch in LOOKS:
        cos, sin = np.cos(angle), np.sin(angle)
        images.append(render([[[stretch * (x * cos - y * sin), x * sin + y * cos] for x, y in stroke]
                              for stroke in strokes]))
    return network.forward(np.array(images))[1]


def vote(network, strokes):
    """What the network reads in a drawing: the mean of five looks."""
    logits = scores(network, strokes)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (exponentials / exponentials.sum(axis=1, keepdims=True)).mean(axis=0)


# ── The ink that argues ──────────────────────────────────────────────────────────────────────────────────

def test_the_ink_glows_by_what_the_vote_says_with_it_and_without_it(why, site):
    network = exact(site / "weights.json")
    draw(why, FOUR)
    await_glow(why)
    first, second = np.argsort(-vote(network, FOUR))[:2]               # what it reads, and the runner-up
    assert (why.input_value("#ask-from"), why.input_value("#ask-to")) == (str(first), str(second))
    for pair in ((first, second), (9, 4), (4, 7)):
        why.select_option("#ask-from", str(pair[0]))
        why.select_option("#ask-to", str(pair[1]))
        await_glow(why)
        drawn, effects = calculate(why, """() => [piecesOf(desk.strokes), (%s)(
            effectsOfInk(desk.network, desk.strokes, why.from, why.to))]""" % RUN)

        def lead(strokes):
            shares = np.log(vote(network, strokes))
            return shares[pair[0]] - shares[pair[1]]

        for number, effect in enumerate(effects):
            without = drawn[:number] + drawn[number + 1:]
            assert effect["effect"] == pytest.approx(lead(FOUR) - lead(without), abs=1e-3)
        signs = ["for-it" if effect["effect"] > 0 else "against-it" for effect in effects]
        assert why.evaluate("""() => [...$('glow').children].map(path => path.getAttribute('class'))
            .filter(kind => kind !== 'hollow')""") == signs
        points = f"{abs(lead(FOUR)):.2f}"
        leader, other = pair if lead(FOUR) > 0 else pair[::-1]
        assert text(why, "lead-words") == f"{leader} leads {other} by {points} points."


def test_a_look_that_is_touched_argues_alone_and_the_first_for_all_five(why, site):
    network = exact(site / "weights.json")
    draw(why, THREE)
    await_glow(why)
    for_all = why.inner_html("#glow")
    why.click("#looks button:nth-child(4)")
    await_glow(why)
    drawn = calculate(why, "() => piecesOf(desk.strokes)")

    def lead(strokes):
        logits = scores(network, strokes)[3]
        return logits[3] - logits[8]

    leader, other = (3, 8) if lead(THREE) > 0 else (8, 3)
    said = f"In look 4 alone, wider and turned left, {leader} leads {other} by {abs(lead(THREE)):.2f} points."
    assert said in text(why, "look-words")
    against = [lead(THREE) - lead(drawn[:i] + drawn[i + 1:]) < 0 for i in range(len(drawn))]
    kinds = why.evaluate("() => [...$('glow').children].map(path => path.getAttribute('class'))")
    assert [kind == "against-it" for kind in kinds if kind != "hollow"] == against
    assert why.inner_html("#glow") != for_all
    why.click("#looks button:nth-child(1)")
    await_glow(why)
    assert why.inner_html("#glow") == for_all


def test_a_3_is_asked_why_it_is_no_8_and_the_glow_goes_when_the_pen_comes_down_or_the_part_is_left(why):
    draw(why, THREE)
    assert prediction(why) == "3"
    assert (why.input_value("#ask-from"), why.input_value("#ask-to")) == ("3", "8")
    await_glow(why)
    why.mouse.move(*place(why, .9, .9))
    why.mouse.down()
    assert why.evaluate("() => $('glow').children.length") == 0
    why.mouse.up()
    await_glow(why)
    why.evaluate("$('fool').scrollIntoView({ block: 'start' })")
    until(why, "$('glow').children.length === 0")
    show_ink(why)
    until(why, "$('glow').children.length > 0")


# ── The dab ──────────────────────────────────────────────────────────────────────────────────────────────

def test_a_dab_is_read_while_it_is_dragged_and_becomes_ink_only_when_it_is_kept(why):
    draw(why, THREE)
    strokes, before = why.evaluate("() => desk.strokes"), probabilities(why)
    why.click("#dab-put")
    box = why.locator("#dab").bounding_box()
    why.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    why.mouse.down()
    read, leads = [], []
    for x, y in ((.7, .6), (.4, .3), (.3, .3)):
        why.mouse.move(*place(why, x, y), steps=3)
        until(why, f"Math.abs(why.dab.x - {x}) < .01 && !pace.isDue")
        read.append(probabilities(why))
        leads.append(text(why, "lead-words"))
        shown = why.evaluate("() => readDrawing(desk.network, [...desk.strokes, desk.trial]).probabilities")
        assert read[-1] == pytest.approx([share * 100 for share in shown], abs=.06)
    why.mouse.up()
    assert len({str(bars) for bars in [before, *read]}) == 4 and len(set(leads)) == 3
    assert why.evaluate("() => desk.strokes") == strokes
    sign = why.evaluate("() => $('trial').firstChild.getAttribute('class')")
    assert (sign == "against-it") == ("argues for 8" in text(why, "dab-words"))
    why.click("#dab-put")                                              # taken away
    assert probabilities(why) == before and why.is_hidden("#dab")

    why.click("#dab-put")
    why.focus("#dab")
    at = why.evaluate("() => [why.dab.x, why.dab.y]")
    why.keyboard.press("ArrowLeft")
    why.keyboard.press("ArrowDown")
    assert why.evaluate("() => [why.dab.x, why.dab.y]") == pytest.approx([at[0] - .02, at[1] + .02])
    why.focus("#dab-x")
    why.keyboard.press("Home")
    until(why, "$('dab-x').value === '3' && !pace.isDue")            # it stays on the sheet
    assert "points" in why.get_attribute("#dab-x", "aria-valuetext")
    read = probabilities(why)
    why.click("#dab-keep")
    assert len(why.evaluate("() => desk.strokes")) == 2 and probabilities(why) == read
    why.click("#undo")
    assert why.evaluate("() => desk.strokes") == strokes and probabilities(why) == before

    why.click("#dab-put")
    draw(why, [[[.9, .1], [.9, .2]]])                                  # whoever draws lays it aside
    assert why.evaluate("() => desk.trial") is None and why.is_hidden("#dab")


# ── The game, and the page's way ─────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("by, examples, other", [
    ("pointer", 1, 8), ("pointer", 5, 2), ("next", 1, 8), ("all", 2, 9)])
def test_the_dabs_that_the_page_shows_make_it_the_other_digit(by, examples, other, why):
    for _ in range(examples):                                          # 3, 4, …
        why.click("#example")
    why.select_option("#ask-to", str(other))
    assert prediction(why) != str(other)
    ghosts = find_way(why)
    assert 1 <= len(ghosts) <= 8 and re.search(r"needs \d dabs?, \d+ % more ink", text(why, "way-words"))
    if by == "all":
        why.click("#way-all")
    elif by == "pointer":
        for ghost in ghosts:
            draw(why, [ghost])
    else:
        for _ in ghosts:                                               # the page tries anew after every dab
            until(why, "!$('way-next').disabled")
            why.click("#way-next")
    assert prediction(why) == str(other) and f"It reads {other}" in text(why, "way-words")
    assert why.evaluate("() => [desk.strokes.length, desk.ghosts.length]")[1] == 0


def test_the_game_counts_the_ink_tells_when_it_flips_and_lays_the_outcome_beside_the_bet(why):
    draw(why, THREE)
    why.check("#bet-why label:nth-of-type(3) input", force=True)
    assert "lower left" in why.evaluate("() => bets['bet-why']") and why.is_hidden("#bet-why .outcome")
    why.click("#game-start")
    assert "until it reads 8" in text(why, "way-words") and why.is_hidden("#why-explained")
    draw(why, [[[.95, .5], [.95, .5]]])
    assert re.match(r"1 stroke, \d+ % more ink: it still reads 3\.", text(why, "way-words"))
    why.click("#undo")
    why.click("#way-show")                                             # a way that is known to do it
    until(why, "why.search && why.search.way")
    way = why.evaluate("() => why.search.way")
    why.click("#game-start")
    assert why.evaluate("() => desk.ghosts.length") == 0
    draw(why, way)
    assert prediction(why) == "8" and re.match(r"It reads 8: \d strokes?, \d+ % more ink", text(why, "way-words"))
    assert "lower left" in why.inner_text("#bet-why .outcome [data-name=bet]")
    assert "Your ink at the" in why.inner_text("#bet-why .outcome")
    assert why.is_visible("#why-explained")
    assert (why.input_value("#ask-from"), why.input_value("#ask-to")) == ("3", "8")     # the pair stays
    assert re.match(r"8 leads 3 by \d+\.\d\d points", text(why, "lead-words"))
    find_way(why)                                                      # from the drawing that it began with
    assert why.evaluate("() => desk.strokes.length") == 1 and "Yours:" in text(why, "way-words")


def test_of_blank_paper_nothing_is_asked_and_a_new_drawing_asks_anew(why):
    for button in ("#way-show", "#fool", "#game-start"):
        assert not why.is_visible(button)
    assert why.is_disabled("#dab-put") and text(why, "lead-words") == ""
    why.click("#example")
    assert find_way(why)
    why.click("#clear")
    assert why.evaluate("() => desk.ghosts") == [] and text(why, "way-words") == ""
    draw(why, SEVEN)
    assert why.input_value("#ask-from") == "7" and text(why, "way-words") == ""


def test_the_pale_dabs_go_with_their_drawing_and_when_one_reads_on(why):
    why.click("#example")
    find_way(why)
    why.evaluate("$('board').scrollIntoView(); $('teach').scrollIntoView()")
    until(why, "$('ghosts').children.length === 0")
    show_ink(why)
    why.click("#dab-put")
    find_way(why)
    assert why.evaluate("() => desk.trial") is None                    # the game is played with ink
    why.evaluate("() => setDrawing(strokesOfHand(5))")                 # as another section does
    assert why.evaluate("() => $('ghosts').children.length") == 0
    why.click("#dab-put")
    why.evaluate("$('end').scrollIntoView()")                          # so far that the section is not drawn again
    until(why, "desk.trial === null && $('dab').hidden && !$('trial').children.length")


def test_the_bet_is_answered_beside_it_and_the_bar_stays_in_view_below_it(why):
    draw(why, THREE)
    why.check("#bet-why label:nth-of-type(2) input", force=True)
    why.click("#bet-why-show")
    until(why, "$('bet-why').dataset.outcome")
    way = why.evaluate("() => quartersOf(why.search.way, why.search.strokes)")
    assert way in why.inner_text("#bet-why .outcome")
    for answer in (1, 2, 3, 4):                                        # also when it is bet on anew
        why.check(f"#bet-why label:nth-of-type({answer}) input", force=True)
        bet = why.inner_text("#bet-why .outcome [data-name=bet]")
        verdict = "Right." if bet == way else "Partly right." if bet in way else "Not where you said."
        assert verdict in why.inner_text("#bet-why .outcome [data-name=outcome]")
    why.evaluate("$('way-words').scrollIntoView({ block: 'end' })")
    box = why.locator("#lead-bar").bounding_box()
    assert 0 <= box["y"] and box["y"] + box["height"] < why.viewport_size["height"]


# ── Fool it ──────────────────────────────────────────────────────────────────────────────────────────────

def test_the_smallest_change_fools_python_too_and_the_words_fit_the_numbers(visit, site):
    page = visit()
    draw(page, SEVEN)
    page.focus("#fool")                                                # before the section was ever seen
    page.keyboard.press("Enter")
    until(page, "!$('fooled').hidden")
    changed, enough = calculate(page, """() => {
        const run = %s;
        const image = render(desk.strokes);
        const changed = run(fool(desk.network, image));
        const fewest = run(fewestChanges(desk.network, image, changed));
        return [[...changed], fewest.filter((grey, i) => grey !== image[i]).length];
    }""" % RUN)
    image, changed = render(SEVEN), np.array(changed)
    size = np.abs(changed - image)
    network = exact(site / "weights.json")
    read = network.predict(changed[None])[0]
    order = np.argsort(-size, kind="stable")

    def read_with(count):
        mixed = image.copy()
        mixed[order[:count]] = changed[order[:count]]
        return network.predict(mixed[None])[0]

    assert read != 7 and read_with(enough) != 7 and read_with(enough - 1) == 7
    assert 0 <= changed.min() and changed.max() <= 1
    shown = image.copy()                                               # what is shown is what is enough
    shown[order[:enough]] = changed[order[:enough]]
    after, size = network.predict(shown[None])[0], np.abs(shown - image)
    said = {name: page.inner_text(f"#fooled [data-name={name}]")
            for name in ("before", "after", "pixels", "mean", "most")}
    assert said["before"].startswith("7, ") and said["after"].startswith(f"{after}, ")
    assert int(said["pixels"]) == enough == (size > 0).sum()
    assert [float(said[name][:-2]) for name in ("mean", "most")] == pytest.approx(
        [size[size > 0].mean() * 100, size.max() * 100], abs=.06)
    painted = page.evaluate("""() => [...$('fooled-after').getContext('2d')
        .getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3)""")
    assert np.array(painted) / 255 == pytest.approx(shown, abs=.003)
    page.check("#bet-fool label:nth-of-type(1) input", force=True)
    assert f"It took {enough} pixels" in page.inner_text("#bet-fool .outcome")
    draw(page, [[[.2, .9], [.4, .9]]])
    show_ink(page)
    assert page.is_hidden("#fooled")                                   # it was about another drawing


@pytest.mark.parametrize("made", [
    "newNetwork(1)", "newNetwork(16, 'relu')", "{ ...newNetwork(4), W2: new Float32Array(40).fill(NaN) }",
    "{ ...newNetwork(4), b2: new Float32Array(10).map((_, i) => 2000 * i) }"])
def test_any_network_can_be_asked_without_an_error(made, why):
    why.evaluate("() => { usePupil(newPupil('loaded', %s)); }" % made)
    draw(why, THREE)
    why.wait_for_timeout(400)
    if not why.is_disabled("#dab-put"):
        why.click("#dab-put")
        why.click("#dab-turn")
        why.click("#dab-keep")
    why.click("#way-show")
    why.click("#fool")
    why.wait_for_timeout(400)
    assert "NaN" not in why.inner_text("#why") and "undefined" not in why.inner_text("#why")
