"""Start from nothing: a network learns in the page, on the desk; the curves of the trained one."""
import base64
import json
import random
import re
import shutil
import sys
import zlib

import numpy as np
import pytest

import neural_network as nn
from chromium import (FOUR, SEVEN, calculate, choose_network, draw, numbers, prediction,
                      probabilities, saved, served_only, text, unfold, until, visit_section)
from conftest import ROOT
from neural_network import NeuralNetwork, cross_entropy

pytest_plugins = "chromium"


@pytest.fixture
def nursery(visit):
    """The page where a network may learn; the trained one is still on the desk."""
    page = visit(reduced_motion="reduce")
    visit_section(page, "learn")
    until(page, "!$('learn-start').disabled")
    unfold(page)                                        # all knobs are at hand
    return page


@pytest.fixture
def young(nursery):
    """The page with a network on the desk that knows nothing yet."""
    nursery.click("#learn-reset")
    until(nursery, "learning.run && !learning.isAwake && $('learn-accuracy').textContent !== '–'")
    return nursery


@pytest.fixture(scope="session")
def digits():
    """The images in data/digits.js and their labels, as Python reads them: (6000, 784), (6000,)."""
    packed = re.fullmatch(r'const DIGITS = "(.*)";\n', (ROOT / "data" / "digits.js").read_text())[1]
    pairs = np.frombuffer(zlib.decompress(base64.b64decode(packed)), np.uint8)
    return np.stack([pairs >> 4, pairs & 15], axis=1).reshape(-1, 784) / 15, np.arange(6000) % 10


def accuracy(page):
    """The share of the unseen digits that the page says are read right, in percent."""
    return float(text(page, "learn-accuracy").split("%")[0])


def learn_until(page, condition):
    page.click("#learn-start")
    until(page, condition)
    page.click("#learn-start")
    until(page, "!learning.isAwake && !learning.isStale")


def start_over_with(page, **chosen):
    """Choose what is to be different, and let a new network learn."""
    for name, value in chosen.items():
        page.select_option(f"#{name}", str(value))
    page.click("#learn-again")


def pause(page):
    page.click("#learn-start")
    until(page, "!learning.isAwake && !learning.isStale")


def frames(page):
    """Wait until what has changed is seen."""
    page.evaluate("""() => new Promise(done =>
        requestAnimationFrame(() => requestAnimationFrame(done)))""")


PARAMETERS = """network => ["W1", "b1", "W2", "b2"].map(name => [...network[name]])"""


def in_python(parameters, hidden_size=64):
    """The network with these parameters, as lists."""
    network = NeuralNetwork(hidden_size=hidden_size)
    network.W1, network.b1, network.W2, network.b2 = (
        np.reshape(np.array(values, float), parameter.shape)
        for values, parameter in zip(parameters, network.parameters()))
    return network


def test_the_pages_digits_are_straightened_training_images_as_many_of_each(digits, mnist):
    assert (ROOT / "data" / "digits.js").stat().st_size <= 900_000
    images, labels = digits
    assert len(images) == 6000
    for digit in range(10):
        ours, theirs = images[labels == digit].astype(np.float32), mnist[0][mnist[1] == digit]
        nearest = ((theirs ** 2).sum(axis=1) - 2 * ours @ theirs.T).argmin(axis=1)
        assert len(set(nearest)) == 600 and np.abs(ours - theirs[nearest]).max() < 1 / 30 + .001


# ── On the desk ───────────────────────────────────────────────────────────────────────────────────

def test_wiped_it_guesses_it_learns_on_the_desk_and_the_trained_one_comes_back(nursery):
    draw(nursery, SEVEN)
    trained = probabilities(nursery)
    assert nursery.locator("#learn-figures").is_hidden()                # nothing is known yet
    nursery.click("#learn-reset")
    until(nursery, "!learning.isAwake && learning.run.measured.length")
    assert "50,890 random numbers" in text(nursery, "learn-said")
    assert max(probabilities(nursery)) < 60 and accuracy(nursery) < 30
    learn_until(nursery, "learning.run.measured.at(-1).accuracy > 0.9")
    assert prediction(nursery) == "7" and accuracy(nursery) > 85
    assert "wiped" not in text(nursery, "learn-said")
    assert float(text(nursery, "learn-loss")) < .7
    assert nursery.locator("#learn-digits .right").count() > 12
    assert nursery.locator("#learn-misread b:visible").count() == 10
    assert nursery.locator("#learn-misread .right").count() == 0
    assert re.fullmatch(r"\d, \d+ %", nursery.inner_text("#learn-misread b >> nth=0"))
    nursery.click("#about .give-back")
    assert nursery.locator("#learn .give-back").is_hidden()             # one is enough
    until(nursery, "desk.pupil === pagesOwn")
    frames(nursery)
    assert probabilities(nursery) == trained
    nursery.click("#learn-young")
    until(nursery, "desk.pupil.kind === 'young'")
    frames(nursery)
    assert prediction(nursery) == "7" and probabilities(nursery) != trained


def test_started_with_the_trained_one_on_the_desk_memory_is_wiped_first_and_that_is_said(nursery):
    nursery.click("#learn-step")
    until(nursery, "!$('learn-laid').hidden && !learning.isAwake")
    until(nursery, "$('learn-said').textContent.includes('began with random numbers and has taken 1 step.')")
    assert nursery.evaluate("() => [desk.pupil.kind, learning.run.steps]") == ["young", 1]
    assert nursery.evaluate("() => pagesOwn.network !== desk.network")


def test_it_learns_on_above_its_section_but_neither_paused_nor_while_the_pen_is_down(young):
    weights = "() => JSON.stringify([...desk.network.W1])"
    young.click("#learn-start")
    until(young, "learning.run.steps > 0")
    visit_section(young, "why")
    until(young, "!onScreen.has('learn')")
    seen = young.evaluate("() => learning.run.seen")
    until(young, f"learning.run.seen > {seen + 500}")
    box = young.locator("#drawing").bounding_box()
    young.mouse.move(box["x"] + 100, box["y"] + 100)
    young.mouse.down()
    young.wait_for_timeout(100)
    resting = young.evaluate(weights)
    young.wait_for_timeout(300)
    assert young.evaluate(weights) == resting
    young.mouse.up()
    until(young, f"learning.run.seen > {seen + 1000}")
    visit_section(young, "learn")
    pause(young)
    resting = young.evaluate(weights)
    young.wait_for_timeout(300)
    assert young.evaluate(weights) == resting


def test_it_rests_when_one_has_gone_on_to_what_stands_below(young):
    young.click("#learn-start")
    until(young, "learning.run.steps > 0")
    visit_section(young, "end")
    until(young, "!isLearning() && !learning.isAwake")
    visit_section(young, "learn")
    young.locator("#learn-start").scroll_into_view_if_needed()
    assert text(young, "learn-said").startswith("It rests, since you went on.")
    young.click("#learn-start")
    until(young, "isLearning() && $('learn-said').textContent === 'It learns.'")


def test_the_bet_is_settled_after_five_seconds_of_a_run_as_usual_and_by_no_other(young):
    young.click("#bet-learn label >> nth=0")
    outcome = young.locator("#bet-learn .outcome")

    def learn_for_five_seconds():
        until(young, "learning.run.measured.at(-1)?.accuracy > 0.76")
        young.evaluate("() => { learning.run.time = BET_TIME; }")       # without the wait
        until(young, "learning.run.measured.at(-1).seen > 10000")
        pause(young)

    start_over_with(young, leave_out=7)
    learn_for_five_seconds()
    assert outcome.is_hidden() and young.is_visible("#learn-explained")
    start_over_with(young, leave_out="")
    learn_for_five_seconds()
    said = outcome.inner_text()
    assert re.match(r"You said fewer than 25\. Not right: \d\d % after \d+ seconds", said)
    start_over_with(young)
    learn_for_five_seconds()
    assert outcome.inner_text() == said


def test_the_run_is_gone_back_through_and_learns_on_from_the_moment_that_is_shown(young):
    draw(young, SEVEN)
    learn_until(young, "learning.run.seen > 5000")
    now, end, reached = probabilities(young), young.evaluate("() => learning.run.seen"), accuracy(young)
    young.focus("#learn-moment")
    young.keyboard.press("Home")
    until(young, "learning.momentOnDesk && !learning.isStale")
    frames(young)
    assert accuracy(young) < 30 and max(probabilities(young)) < 60
    young.keyboard.press("End")
    until(young, "!learning.momentOnDesk && !learning.isStale")
    frames(young)
    assert probabilities(young) == now
    young.keyboard.press("Home")
    young.click("#learn-step")
    until(young, "!$('learn-result').hidden && !learning.isAwake && !learning.isStale")
    assert young.evaluate("() => [learning.run.steps, learning.run.seen]") == [1, 32]
    assert float(young.inner_text("#learn-result [data-name=loss-was]")) > 1.8        # it guesses
    assert f"came to {reached:.1f} %" in young.inner_text("#learn-before")
    learn_until(young, f"learning.run.seen > {end}")
    assert accuracy(young) > 75


def test_moments_are_kept_evenly_along_the_curve_and_never_too_many(page):
    seen = page.evaluate("""() => {
        const moments = [];
        for (let k = 0; k < 400; k++) {
            moments.push({ seen: 5000 * k });
            if (moments.length > MOST_MOMENTS) forgetMoment(moments);
        }
        return moments.map(moment => moment.seen);
    }""")
    assert len(seen) == 24 and seen[0] == 0 and seen[-1] == 5000 * 399 and sorted(seen) == seen
    gaps = np.diff(np.log(np.array(seen) + 50))[2:]
    assert gaps.max() / gaps.min() < 8


# ── Which way ─────────────────────────────────────────────────────────────────────────────────────

def test_the_slope_under_the_slider_is_pythons_gradient(young, digits):
    until(young, "learning.hill && learning.hill.isWeightMeasured")
    young.click("#bet-hill label >> nth=0")
    for id in ("hill-slope", "hill-slopes"):            # nothing is told before it is tried
        assert young.locator(f"#{id}").is_hidden()
    slider = young.locator("#hill-weight")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    young.mouse.move(box["x"] + box["width"] / 2, middle)
    young.mouse.down()
    young.mouse.move(box["x"] + box["width"] * .7, middle, steps=8)
    young.mouse.up()
    hill, parameters, gradients = calculate(young, """() => {
        const { pixel, unit, weight, low, high } = learning.hill;
        const { dW1, db1, dW2, db2 } = learning.hill.gradients;
        const inLists = %s;
        return [{ pixel, unit, weight, low, high }, inLists(learning.hill.network),
                [dW1, db1, dW2, db2].map(list => [...list])];
    }""" % PARAMETERS)
    network, (images, labels) = in_python(parameters), [part[:200] for part in digits]
    for ours, theirs in zip(gradients, python_gradients(network, images, labels)):
        assert np.abs(np.array(ours) - theirs.ravel()).max() < 1e-6
    start = network.W1[hill["pixel"], hill["unit"]]
    slope = python_gradients(network, images, labels)[0][hill["pixel"], hill["unit"]]
    way = "to the left" if slope > 0 else "to the right"
    assert f"the loss falls {way}." in young.inner_text("#bet-hill .outcome")
    assert young.is_visible("#hill-slope") and young.is_visible("#hill-slopes")
    assert hill["weight"] > 2
    assert [hill["low"], hill["high"]] == pytest.approx([start, hill["weight"]])
    network.W1[hill["pixel"], hill["unit"]] = hill["weight"]
    said = [float(number.replace("−", "-")) for number in re.findall(
        r"[+−]?\d\.\d{4,}", young.locator("#hill-parts figcaption").inner_text())]
    slope = python_gradients(network, images, labels)[0][hill["pixel"], hill["unit"]]
    loss = cross_entropy(network.forward(images)[2], labels)
    assert said == pytest.approx([loss, slope], abs=6e-5)
    # Where one has not been, nothing is drawn.
    path = young.get_attribute("#hill-curve", "d")
    drawn = [float(x) for x in re.findall(r"[ML]([\d.]+) ", path)]
    assert drawn[0] == pytest.approx(160 + 148 * start / 6, abs=1)
    assert drawn[-1] == pytest.approx(160 + 148 * hill["weight"] / 6, abs=1)
    young.click("#hill-mask", position={"x": 2, "y": 2})                # a corner, where there never is ink
    until(young, "learning.hill.isWeightMeasured && learning.hill.pixel === 0")
    young.click("#bet-hill label >> nth=0")
    young.focus("#hill-weight")
    young.keyboard.press("End")
    until(young, "$('bet-hill').querySelector('.outcome').textContent.includes('Neither way')")


def test_what_a_step_does_is_said_with_the_trained_network_and_with_the_young_one(young):
    assert young.text_content("#learn-steps").startswith("Move all its numbers")
    young.click(".give-back:visible")
    until(young, "$('learn-steps').textContent.startsWith('Wipe its memory, then move all')")
    until(young, "learning.hill.isWeightMeasured")
    assert young.is_hidden("#learn-little")


def test_the_hill_waits_while_it_learns_and_its_point_is_dragged(young):
    young.click("#learn-start")
    young.evaluate("() => $('hill').scrollIntoView()")
    until(young, "learning.run.seen > 3000 && learning.hill.isWeightMeasured")
    young.click("#bet-hill label >> nth=1")
    began = young.evaluate("() => ageOf(learning.hill.network)")
    loss = float(young.locator("#hill-picture tspan").first.text_content())
    until(young, f"learning.run.seen > {began} + 3000 && isLearning()")
    young.locator("#hill-picture").scroll_into_view_if_needed()
    point = young.locator("#hill-point").bounding_box()
    x, y = point["x"] + point["width"] / 2, point["y"] + point["height"] / 2
    young.mouse.move(x, y)
    young.mouse.down()
    young.mouse.move(x + 80, y, steps=8)
    young.mouse.up()
    moved = young.locator("#hill-point").bounding_box()
    assert moved["x"] - point["x"] == pytest.approx(80, abs=2)
    assert young.evaluate("() => String(getSelection())") == ""
    assert "the loss falls to the" in young.inner_text("#bet-hill .outcome")
    assert young.evaluate("() => ageOf(learning.hill.network)") == began
    assert f"had seen {began:,} digits" in young.inner_text("#hill .said")
    young.click("#hill-anew")
    until(young, "learning.hill.isWeightMeasured")
    assert young.evaluate("() => ageOf(learning.hill.network)") > began + 3000
    assert float(young.locator("#hill-picture tspan").first.text_content()) < loss


def python_gradients(network, images, labels):
    network.forward(images)
    return network.backward(images, labels)


def test_another_pixel_and_another_unit_are_chosen_by_pointer_and_by_keyboard(young):
    until(young, "learning.hill && learning.hill.isWeightMeasured")
    young.locator("#hill-mask").scroll_into_view_if_needed()
    width = young.locator("#hill-mask").bounding_box()["width"]
    young.click("#hill-mask", position={"x": width * 10.5 / 28, "y": width * 12.5 / 28})
    until(young, "learning.hill.pixel === 12 * 28 + 10")
    young.keyboard.press("ArrowDown")
    young.keyboard.press("ArrowRight")
    until(young, "learning.hill.pixel === 13 * 28 + 11 && learning.hill.isWeightMeasured")
    young.focus("#hill-unit")
    young.keyboard.press("ArrowRight")
    until(young, "learning.hill.unit === 1 && learning.hill.isWeightMeasured")
    dW1 = np.reshape(young.evaluate("() => [...learning.hill.gradients.dW1]"), (784, 64))
    steepest = np.abs(dW1[:, 1]).argmax()
    assert young.evaluate("() => learning.hill.pixel") == steepest


def test_one_step_is_what_python_does_with_its_images(young, digits):
    young.click("#learn-step")
    until(young, "!$('learn-laid').hidden && !learning.isAwake")
    batch, before, after = calculate(young, """() => {
        const { batch, before } = learning.stepLaidOpen;
        const inLists = %s;
        return [batch, inLists(before), inLists(desk.network)];
    }""" % PARAMETERS)
    network = in_python(before)
    random_in_python = NeuralNetwork(hidden_size=64).parameters()
    for ours, theirs in zip(network.parameters()[::2], random_in_python[::2]):
        assert ours.std() == pytest.approx(theirs.std(), rel=.15) and abs(ours.mean()) < .02
    images, labels = (part[batch] for part in digits)
    losses = [cross_entropy(network.forward(images)[2], labels)]
    network.update(network.backward(images, labels), .5)
    losses.append(cross_entropy(network.forward(images)[2], labels))
    for ours, theirs in zip(after, network.parameters()):
        assert np.abs(ours - theirs.ravel()).max() < 1e-5
    said = numbers(young.inner_text("#learn-result"))
    assert said == pytest.approx(losses, abs=.0006) and len(labels) == 32
    assert said == numbers(young.inner_text("#learn-laid"))
    assert young.locator("#learn-batch > :visible").count() == 32


def test_what_steps_brought_is_seen_in_the_window_also_where_little_was_wrong(young):
    start_over_with(young, images=10)                   # soon it knows all ten by heart
    until(young, "learning.run.network.training.loss.at(-1) < 0.05")
    young.evaluate("""() => {
        const { bottom } = $("learn-ten").getBoundingClientRect();
        scrollBy(0, bottom - innerHeight + 10);         // the button is the last that is seen
    }""")
    young.click("#learn-ten")
    until(young, "!$('learn-result').hidden && !learning.isAwake && !isLearning()")
    result = young.locator("#learn-result").bounding_box()
    assert result["y"] > 0 and result["y"] + result["height"] < 901
    assert young.locator("#learn-laid").is_hidden()     # of ten steps none is laid open
    before, after = numbers(young.inner_text("#learn-result"))
    assert after <= before < .1 and "reads 10 of them right" in young.inner_text("#learn-result")
    young.click("#learn-fresh")                         # shows more
    until(young, "!$('learn-laid').hidden && !learning.isAwake")
    before, after = numbers(young.inner_text("#learn-result"))
    assert 2 < before < 4 and after < before
    assert young.evaluate("() => learning.run.steps") == 1
    assert young.locator("#learn-fresh").is_hidden()


def test_a_step_of_all_images_in_pieces_is_one_step_of_all(young, digits):
    start_over_with(young, batch_size=5000, leave_out=7)
    until(young, "learning.run.steps")
    pause(young)
    young.click("#learn-step")
    until(young, "!$('learn-laid').hidden && !learning.isAwake")
    batch, before, after = calculate(young, """() => {
        const { batch, before, after } = learning.stepLaidOpen;
        return [batch, ...[before, after].map(%s)];
    }""" % PARAMETERS)
    images, labels = (part[batch] for part in digits)
    assert len(set(batch)) == 4500 and 7 not in labels
    network = in_python(before)
    network.forward(images)
    network.update(network.backward(images, labels), .5)
    for ours, theirs in zip(after, network.parameters()):
        assert np.abs(ours - theirs.ravel()).max() < 1e-5


# ── Another childhood ─────────────────────────────────────────────────────────────────────────────

def test_each_setting_does_what_it_says(young):
    start_over_with(young, hidden_size=1)
    until(young, "learning.run.seen > 10000")
    pause(young)
    assert accuracy(young) < 60                         # one number cannot tell ten digits apart
    shown = young.locator("#findings p:visible")
    assert shown.count() == 1 and "One hidden unit" in shown.inner_text()       # no other was tried
    start_over_with(young, hidden_size=64, learning_rate=50)
    until(young, "!$('learn-diverged').hidden")
    said = young.inner_text("#learn-diverged")
    assert "Its steps were too long" in said and "lower learning rate" in said
    assert young.is_disabled("#learn-start")
    start_over_with(young, learning_rate=.5, images=10)
    until(young, "learning.run.network.training.epochs > 100")
    pause(young)
    said = young.inner_text("#compared-words")
    assert "10 digits it learns from" in said and "100.0 %" in said     # by heart
    assert "learning rate 50" in said and 20 < accuracy(young) < 75
    start_over_with(young, images=5000, batch_size=5000, activation="relu")
    until(young, "learning.run.steps > 2")
    assert young.evaluate("() => learning.run.seen / learning.run.steps") == 5000
    assert young.evaluate("() => desk.network.activation") == "relu"


def test_an_experiment_is_one_tap_all_else_as_usual(young):
    young.select_option("#activation", "relu")
    young.fill("#seed", "7")
    for name, knob, value in (("Never show it a 7", "leave_out", 7),
                              ("Only ten pictures", "images", 10),
                              ("Steps a hundred times as long", "learning_rate", 50)):
        young.click(f"text={name}")
        until(young, "learning.run.steps > 3")
        usual = {"hidden_size": 64, "learning_rate": .5, "batch_size": 32, "images": 5000,
                 "activation": "sigmoid", "leave_out": "", "seed": 7}
        assert young.evaluate("() => learning.run.settings") == {**usual, knob: value}


def test_left_out_a_digit_is_read_as_others_and_the_run_before_knows_it(young):
    draw(young, SEVEN)
    learn_until(young, "learning.run.seen > 6000")
    start_over_with(young, leave_out=7)
    until(young, "learning.run.seen > 9000")
    pause(young)
    said = young.inner_text("#learn-childhood")
    assert "never seen any 7" in said and "reads 0 right" in said
    assert re.search(r"\d+ as [0-689]", said)
    assert re.search(r"In your drawing it reads [0-689], \d.*the run before.* 7, \d\d", said)
    assert prediction(young) != "7"
    before = probabilities(young)
    assert not young.is_disabled("#learn-start")
    young.select_option("#leave_out", "")               # nothing starts over by itself
    young.wait_for_timeout(200)
    assert probabilities(young) == before
    assert "never seen any 7" in young.inner_text("#learn-childhood")


def test_started_over_with_others_the_button_stays_under_the_finger(young):
    learn_until(young, "learning.run.seen > 3000")
    young.click("#learn-step")
    until(young, "!$('learn-laid').hidden && !learning.isAwake")
    young.select_option("#hidden_size", "16")
    young.evaluate("() => $('learn-again').scrollIntoView({ block: 'center' })")
    frames(young)
    top = young.locator("#learn-again").bounding_box()["y"]
    young.click("#learn-again")
    until(young, "$('learn-laid').hidden")
    frames(young)
    assert abs(young.locator("#learn-again").bounding_box()["y"] - top) < 30


def test_the_same_seed_is_the_same_run_and_the_run_before_is_one_with_a_purpose(young):
    young.fill("#seed", "7")
    runs = []
    for _ in range(2):
        young.click("#learn-reset")
        learn_until(young, "learning.run.seen > 5200")
        runs.append(young.evaluate("() => learning.run.measured.slice(0, 8)"))
    assert runs[0] == runs[1]
    for _ in range(3):                                  # started over and over, for nothing
        young.click("#learn-reset")
    until(young, "learning.run.measured.length && !learning.isStale")
    assert young.evaluate("() => learning.runBefore.measured.at(-1).seen") > 5000
    assert "the same" in text(young, "learn-before")


# ── Kept, taught, pressed in any order ────────────────────────────────────────────────────────────

def test_saved_python_finds_the_accuracy_that_the_page_shows(young, digits, tmp_path, monkeypatch):
    learn_until(young, "learning.run.network.training.epochs > 0")
    network, (images, labels) = NeuralNetwork.load(saved(young, "#save-network", tmp_path)), digits
    found = 100 * network.accuracy(images[5000:].astype(np.float32), labels[5000:])
    assert found == pytest.approx(accuracy(young), abs=.1)
    monkeypatch.setattr(sys, "argv", text(young, "learn-command").split()[1:])
    assert (nn.parse_arguments().hidden_size, nn.parse_arguments().learning_rate) == (64, .5)


def test_a_lesson_pauses_it_and_is_part_of_what_learns_on(young):
    learn_until(young, "learning.run.seen > 1000")
    young.click("#learn-start")
    until(young, "isLearning()")
    draw(young, FOUR)
    young.evaluate("() => $('labels').querySelector('[value=\"9\"]').click()")
    until(young, "desk.pupil.lessons.length && $('lesson').textContent.includes('9 it is')")
    assert not young.evaluate("() => isLearning()")
    taught = young.evaluate("() => [...desk.network.W1]")
    assert young.evaluate("""() => {
        const before = readLooks(desk.pupil.original, looks(desk.strokes));
        return desk.reading.probabilities[9] > before[9];                  // whether it wins depends on the seed
    }""")
    young.evaluate("() => $('learn-step').click()")
    until(young, "learning.stepLaidOpen")
    assert young.evaluate("() => [...learning.stepLaidOpen.before.W1]") == taught
    assert young.evaluate("() => desk.network === learning.run.network")


def test_buttons_pressed_in_any_order_never_hang_it(nursery):
    ids = ["learn-start", "learn-step", "learn-ten", "learn-fresh", "learn-reset", "learn-again",
           "learn-young"]
    for seed in range(4):
        rng = random.Random(seed)
        for _ in range(25):
            act = rng.choice([*ids, "give back", "batch", "moment", "unit", "weight", "pixel",
                              "draw", "wait"])
            if act in ids:
                nursery.evaluate("id => $(id).click()", act)
            elif act == "give back":
                nursery.evaluate("() => document.querySelector('.give-back').click()")
            elif act == "batch":
                nursery.select_option("#batch_size", rng.choice(["1", "32", "5000"]))
            elif act == "wait":
                nursery.wait_for_timeout(rng.choice([5, 60, 300]))
            elif act == "draw":
                nursery.evaluate("strokes => setDrawing(strokes)", rng.choice([SEVEN, FOUR, []]))
            else:
                id, value = {"moment": ("learn-moment", 0),
                             "unit": ("learn-unit", rng.randint(1, 64)),
                             "weight": ("hill-weight", rng.uniform(-6, 6)),
                             "pixel": ("hill-mask", None)}[act]
                if value is None:
                    nursery.evaluate("() => choosePixel(400)")
                else:
                    nursery.evaluate("""([id, value]) => {
                        $(id).value = value;
                        $(id).dispatchEvent(new Event("input", { bubbles: true }));
                    }""", [id, value])
        nursery.select_option("#batch_size", "32")
        nursery.evaluate("() => { putYoungAside(); $('learn-start').click(); }")
        until(nursery, "learning.run.seen > 300 && isLearning()")
        nursery.evaluate("() => $('learn-start').click()")
        until(nursery, "!learning.isAwake && $('learn-start').textContent === 'Let it learn'")


def test_hidden_buttons_pressed_by_a_script_do_nothing(page):
    page.evaluate("() => $('learn-young').click()")
    for id in ("learn-moment", "learn-unit", "hill-unit", "hill-weight"):
        page.evaluate("id => $(id).dispatchEvent(new Event('input', { bubbles: true }))", id)
    page.evaluate("() => { pauseLearning(); putYoungAside(); choosePixel(3); }")
    assert page.evaluate("() => desk.pupil === pagesOwn")


def test_20_starts_and_resets_leave_memory_flat(young):
    session = young.context.new_cdp_session(young)

    def use(times):
        for _ in range(times):
            young.click("#learn-start")
            until(young, "learning.run.steps > 5")
            young.click("#learn-reset")
            until(young, "learning.run.measured.length && learning.run.goal === Infinity")
            young.click("#learn-start")
            until(young, "!learning.isAwake")
        session.send("HeapProfiler.collectGarbage")
        memory = session.send("Runtime.getHeapUsage")
        return memory["usedSize"] + memory["backingStorageSize"]

    young.evaluate("() => { for (let k = 0; k < 6000; k++) digitImage(k); }")     # unpacked once
    before = use(6)
    assert min(use(7), use(7)) - before < 1_500_000


# ── From outside ──────────────────────────────────────────────────────────────────────────────────

def test_a_link_brings_the_knobs_and_a_damaged_one_changes_nothing(nursery):
    chosen = nursery.evaluate("""() => {
        linkParts.learn.choose(linkParts.learn.read("16,1,32,1000,tanh,7,42"));
        return readKnobs();
    }""")
    assert chosen == {"hidden_size": 16, "learning_rate": 1, "batch_size": 32, "images": 1000,
                      "activation": "tanh", "leave_out": 7, "seed": 42}
    assert nursery.evaluate("() => linkParts.learn.write()") == "16,1,32,1000,tanh,7,42"
    for words in ("", "16,1,32,1000,tanh,7", "17,1,32,1000,tanh,7,42", "16,1,32,1000,tanh,7,1e9",
                  "16,1,32,1000,tanh,7,-1", "16,1,32,1000,constructor,7,42",
                  "16,1,32,1000,tanh,7,42,<b>"):
        assert nursery.evaluate("words => linkParts.learn.read(words)", words) is None
        assert nursery.evaluate("() => readKnobs()") == chosen


def test_its_training_is_shown_after_the_bet_with_what_the_file_says(page):
    assert page.locator("#facts").is_hidden()
    page.click("#record-show")
    assert page.is_visible("#facts")
    for fact in ("256 hidden units (sigmoid)", "4 epochs", "2026-11-22", "learning rate 0.5",
                 "97.50 %", "97.00 %"):
        assert fact in text(page, "facts")
    labels = [plot.get_attribute("aria-label") for plot in page.locator("#plots svg").all()]
    assert "from 0.5 to 0.1" in labels[0] and "from 20 % to 3 %" in labels[1]


@pytest.mark.parametrize("training", [
    {"loss": [0.5, None], "accuracy": "many", "epochs": -1, "learning_rate": 1e300,
     "test_accuracy": 7},
    {"loss": {"length": 3}, "accuracy": [0.5, 2], "batch_size": "<b>32</b>", "seconds": [1]},
    {"loss": [0.5 + 0.4 * (k % 2) for k in range(200_000)], "accuracy": [0.5] * 200_000,
     "epochs": 200_000},
    "<img src=x>", [], 7, None])
def test_of_a_hostile_record_only_what_can_be_is_shown(page, site, tmp_path, training):
    content = json.loads((site / "weights.json").read_text())
    path = tmp_path / "other.json"
    content["b2"][0] += 1                               # else it is the page's own, which it knows
    path.write_text(json.dumps({**content, "training": training}))
    choose_network(page, path)
    shown = text(page, "facts") + page.inner_html("#plots")
    assert "256 hidden units" in shown
    for word in ("NaN", "Infinity", "undefined", "null", "<b>32", "<img"):
        assert word not in shown
    assert len(shown) < 60_000
    is_long = isinstance(training, dict) and training.get("epochs", 0) > 0
    assert ("200,000 epochs" in shown) == is_long


def test_a_diverged_network_on_the_desk_is_shown_without_errors(young):
    young.evaluate("""() => {
        desk.network.W1.fill(NaN);
        learning.hill = null;
        refresh();
    }""")
    until(young, "learning.hill && !$('hill-none').hidden")
    draw(young, SEVEN)
    assert prediction(young) == "–"


def test_without_the_digits_the_section_says_so_and_the_page_works_on(
        visit, site, tmp_path, problems):
    room = [str(path.relative_to(site)) for path in (site / "page").iterdir()]
    with served_only(site, tmp_path, "index.html", "weights.json", *room) as url:
        page = visit(url)
        visit_section(page, "learn")
        until(page, "!$('learn-missing').hidden")
        assert "data/digits.js" in text(page, "learn-missing")
        assert page.is_disabled("#learn-reset")
        expected = re.compile(r"digits\.js|Failed to load resource")
        assert [problem for problem in problems if not expected.search(problem)] == []
        problems.clear()
        draw(page, SEVEN)
        assert prediction(page) == "7"
        (tmp_path / "data").mkdir()
        shutil.copy(site / "data" / "digits.js", tmp_path / "data")
        page.click("#learn-start")                      # it tries again
        until(page, "isLearning() && learning.run.steps > 3 && $('learn-missing').hidden")


def test_reloaded_where_one_was_it_can_learn(nursery):
    place = nursery.evaluate("() => scrollY")
    nursery.reload()
    until(nursery, "performance.getEntriesByName('ready').length && !$('learn-start').disabled")
    assert nursery.evaluate("() => scrollY") == pytest.approx(place, abs=50)
