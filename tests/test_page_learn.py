"""Asking the page why, and a network that learns in it from nothing."""
import base64
import json
import re
import sys
import zlib

import numpy as np
import pytest

import neural_network as nn
from chromium import (FOUR, SEVEN, calculate, choose_network, draw, exact, prediction, saved, served_only, text, until,
                      visit_section)
from conftest import ROOT
from neural_network import NeuralNetwork, cross_entropy, render

pytest_plugins = "chromium"


@pytest.fixture
def why(visit):
    """The page, where it is asked why: with reduced motion, so that an example is there at once."""
    page = visit(reduced_motion="reduce")
    visit_section(page, "why")
    return page


def ask(page, digit):
    """Ask for a way to another digit, and wait until there is one."""
    page.select_option("#to", str(digit))
    page.click("#lead")
    until(page, "$('way').textContent.includes('would make it')")
    return page.evaluate("() => ghosts")


@pytest.mark.parametrize("by, examples, other", [
    ("pointer", 1, 8), ("pointer", 5, 2), ("next", 1, 8), ("all", 2, 9)])
def test_the_dabs_that_the_page_shows_make_it_the_other_digit(by, examples, other, why):
    for _ in range(examples):                                          # 3, 4, …
        why.click("#example")
    ghosts, before = ask(why, other), prediction(why)
    assert before != str(other) and 1 <= len(ghosts) <= 8 and "dab" in text(why, "way")
    if by == "all":
        why.click("#all")
    for ghost in ghosts if by == "pointer" else ghosts * (by == "next"):
        if by == "pointer":
            draw(why, [ghost])
        elif prediction(why) != str(other):                            # the page tries anew after every dab
            until(why, "ghosts.length && $('way').textContent.includes('would make it')")
            why.click("#next")
    assert prediction(why) == str(other)
    assert "None" not in text(why, "why") and f"It reads {other}" in text(why, "way")


def test_what_ink_does_is_what_the_network_says_of_the_drawing_with_it_and_without_it(why, site):
    network = exact(site / "weights.json")
    draw(why, FOUR)
    for choice, (first, second) in (("", (4, None)), ("chosen", (4, 7)), ("other", (9, 4))):
        if choice:
            why.select_option("#from", str(first))
            why.select_option("#to", str(second))
        until(why, "why.dotted.length === 100")
        said = calculate(why, "() => ({ ...why, network: 0, pieces: pieces(strokes) })")
        first, second = said["from"], said["to"]

        def lead(strokes):
            logits = network.forward(render(strokes)[None])[1][0]
            return logits[first] - logits[second]

        if not choice:                                                 # the runner-up
            assert [first, second] == list(np.argsort(-network.forward(render(FOUR)[None])[1][0])[:2])
        now, drawn, tried = lead(said["strokes"]), said["drawn"], said["dotted"]
        for dab in tried[::7] + tried[-1:]:
            assert dab["effect"] == pytest.approx(lead([*said["strokes"], dab["ink"]]) - now, abs=1e-4)
        for piece in drawn:
            without = [other for other in said["pieces"] if other != piece["ink"]]
            assert piece["effect"] == pytest.approx(now - lead(without), abs=1e-4)
        because = [float(number.replace("−", "-")) for number in re.findall(r"[+−]\d+\.\d\d", text(why, "because"))]
        assert because == pytest.approx([now, drawn[0]["effect"], tried[-1]["effect"]], abs=.0051)
        assert tried[-1]["effect"] == min(dab["effect"] for dab in tried)


def test_of_blank_paper_there_is_nothing_to_ask_and_a_new_drawing_asks_anew(why):
    assert why.is_visible("#why .nothing") and not why.is_visible("#lead") and not why.is_visible("#fool")
    why.click("#example")
    assert ask(why, 8) and not why.is_visible("#why .nothing")
    why.click("#clear")
    assert why.evaluate("() => ghosts") == [] and why.is_visible("#why .nothing")
    draw(why, SEVEN)
    assert why.input_value("#from") == "7" and text(why, "way") == ""


def test_the_smallest_change_fools_python_too_and_is_shown(why, site):
    draw(why, SEVEN)
    why.click("#fool")
    until(why, "!$('fooled').hidden")
    said = re.findall(r"\d+(?:\.\d+)? %|: (\d)(?=,)", why.inner_text("#fooled"))
    changed = np.array(calculate(why, """() => {
        const way = fool(network, render(strokes));
        for (let next; ;) if ((next = way.next()).done) return [...next.value];
    }"""))
    shown = why.evaluate("""() => [...$('fooled').querySelectorAll('canvas')[2].getContext('2d')
        .getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3)""")
    read = exact(site / "weights.json").predict(changed[None])[0]
    assert read != 7 and [digit for digit in said if digit] == ["7", str(read)]
    assert np.array(shown) / 255 == pytest.approx(changed, abs=.003) and 0 <= changed.min() and changed.max() <= 1
    assert np.abs(changed - render(SEVEN)).mean() < .05


# ── Start from nothing ───────────────────────────────────────────────────────────────────────────────────

@pytest.fixture
def young(visit):
    """The page at the network that is to learn, which knows nothing yet."""
    page = visit(reduced_motion="reduce")
    visit_section(page, "learn")
    until(page, "run && run.at.length && !$('learn-start').disabled && $('learn-accuracy').textContent !== '–'")
    return page


def accuracy(page):
    """The share of the unseen digits that the page says are read right, in percent."""
    return float(text(page, "learn-accuracy").split("%")[0])


def learn_until(page, condition):
    page.click("#learn-start")
    until(page, condition)
    page.click("#learn-start")
    until(page, "!isAwake")


def settings(page, **chosen):
    for name, value in chosen.items():
        page.click(f"#{name} label:has(input[value='{value}'])")
    until(page, "!isAwake && run.at.length === 1")


WEIGHTS = "() => JSON.stringify([...run.network.W1, ...run.network.b2])"


@pytest.fixture(scope="session")
def digits():
    """The images in data/digits.js and their labels, as Python reads them: (6000, 784), (6000,)."""
    packed = re.fullmatch(r'const DIGITS = "(.*)";\n', (ROOT / "data" / "digits.js").read_text())[1]
    pairs = np.frombuffer(zlib.decompress(base64.b64decode(packed)), np.uint8)
    return np.stack([pairs >> 4, pairs & 15], axis=1).reshape(-1, 784) / 15, np.arange(6000) % 10


def test_the_pages_digits_are_straightened_training_images_as_many_of_each(digits, mnist):
    assert (ROOT / "data" / "digits.js").stat().st_size <= 900_000
    images, labels = digits
    assert len(images) == 6000
    for digit in range(10):
        ours, theirs = images[labels == digit].astype(np.float32), mnist[0][mnist[1] == digit]
        nearest = ((theirs ** 2).sum(axis=1) - 2 * ours @ theirs.T).argmin(axis=1)
        assert len(set(nearest)) == 600 and np.abs(ours - theirs[nearest]).max() < 1 / 30 + .001


def test_started_it_learns_the_drawing_is_read_by_it_and_paused_or_out_of_sight_nothing_moves(young):
    guessed = accuracy(young)
    draw(young, SEVEN)
    learn_until(young, "run.accuracy.at(-1) > 0.9")
    assert guessed < 30 and accuracy(young) > 80 and float(text(young, "learn-loss")) < .7       # up and down
    assert text(young, "learn-start") == "Start"
    assert text(young, "learn-reads") == "7" and young.locator("#learn-digits .right").count() > 12
    assert young.locator("#learn svg").count() >= 2
    resting = young.evaluate(WEIGHTS)
    young.wait_for_timeout(300)
    assert young.evaluate(WEIGHTS) == resting
    young.click("#learn-start")
    until(young, "run.steps > 0 && isAwake")
    visit_section(young, "files")
    until(young, "!onScreen.has('learn') && !isAwake")
    resting = young.evaluate(WEIGHTS)
    young.wait_for_timeout(300)
    assert young.evaluate(WEIGHTS) == resting
    visit_section(young, "learn")
    until(young, "isAwake")


def test_one_step_is_what_python_does_with_its_images(young, digits):
    young.click("#learn-step")
    until(young, "laid && !$('learn-laid').hidden")
    batch, before, after = calculate(young, """() => [run.batch, ...[laid, run.network].map(network =>
        ["W1", "b1", "W2", "b2"].map(name => [...network[name]]))]""")
    network = NeuralNetwork(hidden_size=64)
    network.W1, network.b1, network.W2, network.b2 = (
        np.reshape(np.array(values, float), parameter.shape) for values, parameter in zip(before, network.parameters()))
    for ours, theirs in zip(network.parameters()[::2], NeuralNetwork(hidden_size=64).parameters()[::2]):
        assert ours.std() == pytest.approx(theirs.std(), rel=.15) and abs(ours.mean()) < .02      # as random
    images, labels = (part[batch] for part in digits)
    losses = [cross_entropy(network.forward(images)[2], labels)]
    network.update(network.backward(images, labels), .5)
    losses.append(cross_entropy(network.forward(images)[2], labels))
    for ours, theirs in zip(after, network.parameters()):
        assert np.abs(ours - theirs.ravel()).max() < 1e-5
    said = [float(re.findall(r"\d+\.\d\d\d", text(young, id))[-1]) for id in ("learn-was", "learn-now")]
    assert said == pytest.approx(losses, abs=.0006) and len(labels) == 32
    assert young.locator("#learn-batch > :visible").count() == 32


def test_each_setting_does_what_it_says(young):
    settings(young, hidden_size=1)
    learn_until(young, "run.seen > 10000")
    assert accuracy(young) < 60                                        # one number cannot tell ten digits apart
    settings(young, hidden_size=64, learning_rate=100)
    young.click("#learn-start")
    until(young, "!$('learn-diverged').hidden")
    assert "training diverged" in text(young, "learn-diverged").lower() and "learning rate of 10" in text(young, "learn-diverged")
    young.click("#learning_rate label:has(input[value='0.5'])")
    until(young, "run.seen")                                           # it was never paused: so the next run goes on
    young.click("#learn-start")
    settings(young, images=10)
    learn_until(young, "run.network.training.epochs > 100")
    assert "the 10 digits" in text(young, "learn-met") and "100" in text(young, "learn-met")      # by heart
    assert 20 < accuracy(young) < 75
    settings(young, images=5000, batch_size=5000, activation="relu")
    learn_until(young, "run.steps > 2")
    assert young.evaluate("() => run.seen / run.steps") == 5000
    assert young.evaluate("() => run.network.activation") == "relu"
    assert young.is_visible("#learn-before") and "images 10," in text(young, "learn-before")


def test_kept_it_is_the_pages_own_and_saved_python_finds_the_accuracy_that_the_page_shows(young, digits, tmp_path, monkeypatch):
    draw(young, SEVEN)
    before = young.evaluate("() => $('bars').innerText")
    learn_until(young, "run.network.training.epochs && run.accuracy.at(-1) > 0.85")
    network, (images, labels) = NeuralNetwork.load(saved(young, "#learn-save", tmp_path)), digits
    assert 100 * network.accuracy(images[5000:].astype(np.float32), labels[5000:]) == pytest.approx(accuracy(young), abs=.1)
    monkeypatch.setattr(sys, "argv", text(young, "learn-command").split()[1:])
    assert (nn.parse_arguments().hidden_size, nn.parse_arguments().learning_rate) == (64, .5)
    young.click("#learn-keep")
    until(young, "$('about').textContent.includes('784 → 64 → 10')")
    assert young.evaluate("() => $('bars').innerText") != before
    young.click("#learn-back")
    until(young, "$('about').textContent.includes('784 → 256 → 10')")
    assert young.evaluate("() => $('bars').innerText") == before
    choose_network(young, tmp_path / "weights.json")
    assert "784 → 64 → 10" in text(young, "about")


def test_20_starts_and_resets_with_drawings_and_lessons_leave_memory_flat(young):
    session = young.context.new_cdp_session(young)

    def use(times):
        draw(young, FOUR)
        young.evaluate("() => $('labels').querySelector('[value=\"9\"]').click()")
        until(young, "$('lesson').textContent.includes('9 it is')")
        for _ in range(times):
            young.click("#learn-start")
            until(young, "run.steps > 5")
            young.click("#learn-reset")
            until(young, "run.at.length && run.goal === Infinity")
            young.click("#learn-start")
            until(young, "!isAwake")
        young.evaluate("() => { $('forget').click(); $('clear').click(); }")
        session.send("HeapProfiler.collectGarbage")
        memory = session.send("Runtime.getHeapUsage")
        return memory["usedSize"] + memory["backingStorageSize"]

    young.evaluate("() => Array.from({ length: 6000 }, (_, k) => digit(k))")     # each unpacked once
    before = use(6)
    assert min(use(7), use(7)) - before < 1_500_000


def test_without_the_digits_the_section_says_what_is_missing_and_the_page_works_on(visit, site, tmp_path, problems):
    with served_only(site, tmp_path, "index.html", "weights.json") as url:
        page = visit(url)
        visit_section(page, "learn")
        until(page, "!$('learn-missing').hidden")
        assert "data/digits.js" in text(page, "learn-missing") and page.is_disabled("#learn-start")
        assert [problem for problem in problems if not re.search(r"digits\.js|Failed to load resource", problem)] == []
        problems.clear()
        draw(page, SEVEN)
        assert prediction(page) == "7"
