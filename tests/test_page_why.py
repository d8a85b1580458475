"""Asking the page why: the ink that argues on the sheet, a dab to drag, the game, a change that fools."""
import re

import numpy as np
import pytest

from chromium import (FOUR, SEVEN, calculate, draw, exact, place, prediction, probabilities, text,
                      until, visit_section, wait_until_ready)
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
    return shares(scores(network, strokes)).mean(axis=0)


def shares(logits):
    """The probabilities of these logits, (images, 10)."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


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
            log_shares = np.log(vote(network, strokes))
            return log_shares[pair[0]] - log_shares[pair[1]]

        for number, effect in enumerate(effects):
            without = drawn[:number] + drawn[number + 1:]
            assert effect["effect"] == pytest.approx(lead(FOUR) - lead(without), abs=1e-3)
        signs = ["for-it" if effect["effect"] > 0 else "against-it" for effect in effects]
        assert why.evaluate("""() => [...$('glow').children].map(path => path.getAttribute('class'))
            .filter(kind => kind !== 'hollow')""") == signs
        points = f"{abs(lead(FOUR)):.2f}"
        leader, other = pair if lead(FOUR) > 0 else pair[::-1]
        assert text(why, "lead-words").startswith(f"{leader} leads {other} by {points} points, in all five looks")


def test_ink_after_a_bet_answers_it_and_the_question_stays(why):
    draw(why, THREE)
    question = why.inner_text("#bet-why legend")
    why.click("#bet-why label >> nth=0")
    way = calculate(why, "() => (%s)(findWay(desk.network, desk.strokes, 8))" % RUN)
    draw(why, way)
    assert prediction(why) == "8"
    outcome = why.inner_text("#bet-why .outcome")
    assert re.fullmatch(r"You said: the upper left\. .*ight: your ink at .* did it\.", outcome), outcome
    assert why.inner_text("#bet-why legend") == question


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
    assert "all five looks" in text(why, "lead-words")
    said = f"In look 4 alone, wider and turned left, {leader} leads {other} by {abs(lead(THREE)):.2f} points."
    assert said in text(why, "look-words")
    against = [lead(THREE) - lead(drawn[:i] + drawn[i + 1:]) < 0 for i in range(len(drawn))]
    kinds = why.evaluate("() => [...$('glow').children].map(path => path.getAttribute('class'))")
    assert [kind == "against-it" for kind in kinds if kind != "hollow"] == against
    assert why.inner_html("#glow") != for_all
    why.click("#looks button:nth-child(1)")
    await_glow(why)
    assert "alone" not in text(why, "look-words")
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

def test_the_lead_bar_grows_with_the_lead_and_is_not_at_its_end_at_20_points(why):
    draw(why, THREE)

    def length(lead):
        why.evaluate("lead => showLead(lead)", lead)
        return why.evaluate("() => parseFloat(document.querySelector('#lead-bar i').style.width)")

    lengths = [length(lead) for lead in (0, 1, 12, 20, 80)]
    assert lengths[0] == 0 and lengths[-1] == 50 and lengths[1] > 5     # %; one point is seen,
    assert lengths[3] - lengths[2] > 5 and lengths[3] < 40              # and so is what the first dabs do
    assert length(-12) == lengths[2]


def test_while_a_drawing_grows_the_pair_that_is_asked_about_stays(why):
    why.evaluate("""() => {
        window.pairs = new Set();
        new MutationObserver(() => pairs.add($("ask-from").value + $("ask-to").value))
            .observe($("bet-why"), { subtree: true, childList: true, characterData: true });
    }""")
    draw(why, SEVEN, steps=8)
    assert why.evaluate("() => [...pairs]") == [why.input_value("#ask-from") + why.input_value("#ask-to")]


def test_a_dab_is_read_while_it_is_dragged_and_becomes_ink_only_when_it_is_kept(why):
    draw(why, THREE)
    strokes, before = why.evaluate("() => desk.strokes"), probabilities(why)
    assert why.is_hidden("#dab-turn") and why.is_hidden("#dab-places")
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
    assert why.is_hidden("#dab-keep") and why.evaluate("() => document.activeElement.id") == "dab-put"
    why.click("#undo")
    assert why.evaluate("() => desk.strokes") == strokes and probabilities(why) == before

    why.click("#dab-put")
    draw(why, [[[.9, .1], [.9, .2]]])                                  # whoever draws lays it aside
    assert why.evaluate("() => desk.trial") is None and why.is_hidden("#dab")


# ── The game, and the page's way ─────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("by, examples, other", [
    ("pointer", 1, 8), ("pointer", 5, 2), ("next", 1, 8), ("next", 2, 9)])
def test_the_dabs_that_the_page_shows_make_it_the_other_digit(by, examples, other, why):
    for _ in range(examples):                                          # 3, 4, …
        why.click("#example")
    why.select_option("#ask-to", str(other))
    assert prediction(why) != str(other)
    ghosts = find_way(why)
    assert 1 <= len(ghosts) <= 8 and re.search(r"needs \d dabs?, \d+ % more ink", text(why, "way-words"))
    if by == "pointer":
        for ghost in ghosts:
            draw(why, [ghost])
    else:
        for _ in ghosts:                                               # the page tries anew after every dab
            until(why, "desk.ghosts.length > 0")
            why.click("#way-next")
    assert prediction(why) == str(other) and f"It reads {other}" in text(why, "way-words")
    assert why.evaluate("() => desk.ghosts.length") == 0 and why.is_hidden("#way-next")
    assert "pale" not in why.inner_text("#bet-why")                    # nothing pale is left


def bet_on(page, place):
    page.locator("#bet-why label").nth(place - 1).click()


def test_the_game_counts_the_ink_tells_when_it_flips_and_lays_the_outcome_beside_the_bet(why):
    draw(why, THREE)
    bet_on(why, 3)
    assert "lower left" in why.evaluate("() => bets['bet-why']") and why.is_hidden("#bet-why .outcome")
    why.click("#game-start")
    assert text(why, "game-words") == "Your turn: it reads 3." and why.is_hidden("#why-explained")
    draw(why, [[[.95, .5], [.95, .5]]])
    assert re.match(r"1 stroke, \d+ % more ink: it still reads 3\.", text(why, "game-words"))
    way = calculate(why, "() => (%s)(findWay(desk.network, why.game.drawing, 8))" % RUN)
    why.click("#game-start")                                           # back to the drawing
    assert why.evaluate("() => desk.ink.length") == 1
    draw(why, way)
    assert prediction(why) == "8" and re.match(r"It reads 8: \d strokes?, \d+ % more ink", text(why, "game-words"))
    outcome = why.inner_text("#bet-why .outcome")
    assert "You said: the lower left" in outcome and "your ink at the" in outcome
    assert why.is_visible("#why-explained")
    assert (why.input_value("#ask-from"), why.input_value("#ask-to")) == ("3", "8")     # the pair stays
    assert re.match(r"8 leads 3 by \d+\.\d\d points", text(why, "lead-words"))
    find_way(why)                                                      # from the drawing that it began with
    assert why.evaluate("() => desk.strokes.length") == 1 and "Yours:" in text(why, "way-words")
    assert why.inner_text("#bet-why .outcome") == outcome              # what was told once stays
    why.click("#game-start")
    draw(why, way)
    assert "The page’s way:" in text(why, "game-words")


def test_of_blank_paper_nothing_is_asked_and_a_new_drawing_asks_anew(why):
    for button in ("#way-show", "#fool", "#game-start"):
        assert not why.is_visible(button)
    assert why.inner_text("#bet-why legend").startswith("Draw a 3. Where")
    assert why.is_disabled("#dab-put") and text(why, "lead-words") == ""
    why.click("#example")
    assert find_way(why) and "Draw a" not in why.inner_text("#bet-why legend")
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
    assert why.evaluate("() => desk.trial") is not None                # nobody takes the dab away
    why.evaluate("() => setDrawing(strokesOfHand(5))")                 # as another section does
    assert why.evaluate("() => $('ghosts').children.length") == 0
    why.click("#example")
    why.click("#dab-put")
    why.evaluate("$('end').scrollIntoView()")                          # so far that the section is not drawn again
    until(why, "desk.trial === null && $('dab').hidden && !$('trial').children.length")


@pytest.mark.parametrize("by", ["reading on", "Fool it"])
def test_a_drawing_that_the_game_has_made_another_digit_is_its_own_again_afterwards(by, why):
    draw(why, THREE)
    drawn = why.evaluate("() => desk.strokes")
    ghosts = find_way(why)
    why.evaluate("() => { $('way-next').click(); $('way-next').click(); }")        # the second asks too early
    until(why, "why.search === null || why.search.way")
    assert why.evaluate("() => inkAdded().length") == 1
    for _ in ghosts[1:]:
        until(why, "desk.ghosts.length > 0")
        why.click("#way-next")
    assert prediction(why) == "8"
    if by == "Fool it":
        why.click("#fool")                                             # it is one's own digit that is fooled
        until(why, "!$('fooled').hidden")
        assert text(why, "fooled-reads").startswith("3, ") and why.evaluate("() => desk.ghosts.length") == 0
    else:
        why.evaluate("$('teach').scrollIntoView()")
        until(why, "$('prediction').textContent === '3'")
    assert why.evaluate("() => desk.strokes") == drawn and "Undo" in text(why, "note")
    why.click("#undo")
    assert prediction(why) == "8"
    show_ink(why)
    why.evaluate("$('teach').scrollIntoView()")                        # whoever brings it back keeps it
    until(why, "!why.isInView")
    assert prediction(why) == "8"


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_the_bet_is_answered_once_beside_it_by_the_pages_way(place, why):
    draw(why, THREE)
    bet_on(why, place)
    ghosts = find_way(why)
    way = why.evaluate("() => quartersOf(why.search.way, why.search.strokes)")
    bet = why.inner_text("#bet-why .outcome [data-name=bet]")
    verdict = "Elsewhere:"
    if bet in way:
        verdict = "Right:" if len(way) == 1 else "Partly right:"
    outcome = why.inner_text("#bet-why .outcome")
    assert outcome.startswith(f"You said: {bet}. {verdict}") and " and ".join(way) in outcome
    for ghost in ghosts:
        draw(why, [ghost])
    assert prediction(why) == "8" and why.inner_text("#bet-why .outcome") == outcome
    assert why.is_disabled("#bet-why input >> nth=0")                  # it is known now
    why.click("#clear")
    draw(why, SEVEN)
    assert why.is_enabled("#bet-why input >> nth=0") and why.is_hidden("#bet-why .outcome")


def test_the_bar_stays_in_view_beside_what_it_answers(why):
    draw(why, THREE)
    why.evaluate("$('game-start').scrollIntoView({ block: 'end' })")
    box = why.locator("#lead-bar").bounding_box()
    assert 0 <= box["y"] and box["y"] + box["height"] < why.viewport_size["height"]
    why.evaluate("$('game-start').scrollIntoView({ block: 'start' })")  # nor does it cover that
    box = why.locator("#lead-bar").bounding_box()
    assert box["y"] + box["height"] < why.locator("#game-start").bounding_box()["y"]


def test_a_bet_about_the_3_of_the_pages_hand_keeps_it(visit):
    page = visit(ready=False, reduced_motion="reduce")
    wait_until_ready(page, touched=False)
    until(page, "$('caption').textContent === 'Your turn.'")
    page.locator("#bet-why label").first.click()
    assert prediction(page) == "3"
    draw(page, [[[.1, .9], [.12, .9]]])
    assert page.evaluate("() => desk.ink.length") == 2


# ── Fool it ──────────────────────────────────────────────────────────────────────────────────────────────

def slide(page, key):
    page.focus("#fooled-share")
    page.keyboard.press(key)


def test_a_faint_change_makes_python_sure_of_another_digit_too_and_the_slider_shows_how_much_it_takes(visit, site):
    page, network = visit(), exact(site / "weights.json")
    draw(page, SEVEN)
    page.locator("#bet-fool label").nth(2).click()
    page.focus("#fool")
    page.keyboard.press("Enter")
    until(page, "!$('fooled').hidden")
    changed = np.array(calculate(page, "() => [...why.fooled.changed]"))
    image = render(SEVEN)
    assert 0 <= changed.min() and changed.max() <= 1
    assert np.linalg.norm(changed - image) < np.linalg.norm(image) / 2  # it is still this image
    read = shares(network.forward(changed[None])[1])[0]
    assert read.argmax() != 7 and read.max() > .95

    def is_read(share):
        mixed = image + share * (changed - image)
        expected = shares(network.forward(mixed[None])[1])[0]
        assert text(page, "fooled-reads") == f"{expected.argmax()}, {expected.max() * 100:.1f} % sure"

    is_read(0)
    slide(page, "ArrowRight")
    is_read(.01)
    assert page.is_hidden("#bet-fool .outcome") and page.is_hidden("#fool-explained")
    slide(page, "End")
    is_read(1)
    painted = page.evaluate("""() => [...$('fooled-picture').getContext('2d')
        .getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3)""")
    assert np.array(painted) / 255 == pytest.approx(changed, abs=.003)
    assert page.is_visible("#fool-explained")
    outcome = page.inner_text("#bet-fool .outcome")
    assert outcome.startswith("You said: yes, and it is more than 90 % sure. Right: it is 9") and f"a {read.argmax()}" in outcome.replace("an", "a")
    slide(page, "Home")
    assert page.inner_text("#bet-fool .outcome") == outcome and page.is_disabled("#bet-fool input >> nth=0")
    draw(page, [[[.2, .9], [.4, .9]]])
    show_ink(page)
    assert page.is_hidden("#fooled") and page.is_hidden("#bet-fool .outcome")   # it was about another drawing


def test_where_no_faint_change_fools_it_that_is_said(why):
    draw(why, THREE)
    why.evaluate("() => usePupil(newPupil('loaded', { ...newNetwork(4), b2: new Float32Array(10).map((_, i) => 2000 * i) }))")
    why.locator("#bet-fool label").first.click()
    why.click("#fool")
    until(why, "$('fool-words').textContent")
    assert why.is_hidden("#fooled") and "no, never. Right: no such change was found." in why.inner_text("#bet-fool .outcome")


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
