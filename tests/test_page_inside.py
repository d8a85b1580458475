"""What the page computes, against Python; and what one sees when one looks inside the network."""
import json
import re
from collections import Counter

import numpy as np
import pytest

from conftest import ROOT
from chromium import FOUR, ONE, PHONE, calculate, draw, exact, numbers, place, real_drawings, text, until, wait_for_frame
from neural_network import ACTIVATIONS, NeuralNetwork, render, straighten

pytest_plugins = "chromium"


# ── The same numbers as in Python ────────────────────────────────────────────────────────────────────────

def test_all_10_000_test_images_get_pythons_probabilities(page, site, mnist):
    (site / "images.bin").write_bytes(mnist[2].astype(np.float32).tobytes())
    page_says = np.array(calculate(page, """async () => {
        const pixels = new Float32Array(await (await fetch("images.bin")).arrayBuffer());
        return Array.from({ length: pixels.length / 784 }, (_, i) =>
            [...forward(desk.network, pixels.subarray(i * 784, i * 784 + 784)).probabilities]);
    }"""))
    python_says = NeuralNetwork.load(site / "weights.json").forward(mnist[2])[2]
    assert page_says.shape == (10000, 10) and np.abs(page_says - python_says).max() < 1e-5
    assert np.array_equal(page_says.argmax(axis=1), python_says.argmax(axis=1))


def test_real_drawings_and_those_whose_centre_is_a_tie_are_rendered_as_in_python(page):
    drawings = [drawing["strokes"] for drawing in real_drawings(2000)]
    rng = np.random.default_rng(0)
    for _ in range(100):                                               # symmetric: the centre is the middle, a tie
        half = rng.integers(0, 50, (rng.integers(1, 6), 2))
        for axis, sign in (([99, 0], [-1, 1]), ([0, 99], [1, -1]), ([99, 99], [-1, -1])):
            drawings.append([half.tolist(), (np.array(axis) + half * sign).tolist()])
    drawings += [[[[0, 0]]], [[[5, 5], [5, 5]]], [[[0, 0], [9, 0]]], [[[0, 0], [0, 9]]], [[[0, 0], [9, 9]], [[9, 0], [0, 9]]],
                 [[[0, 0], [1e-9, 1e-12]]], [[[0, 0], [5e-324, 0]]], [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]]]
    page_says = np.array(calculate(page, "drawings => drawings.map(strokes => [...render(strokes)])", drawings))
    assert np.abs(page_says - [render(strokes) for strokes in drawings]).max() < 1e-9


def test_images_are_straightened_as_in_python_and_blank_paper_stays_blank(page, mnist):
    images = np.vstack([np.zeros(784), mnist[2][:200], np.random.default_rng(0).random((20, 784))]).astype(float)
    page_says = calculate(page, "images => images.map(image => [...straighten(image)])", images.tolist())
    assert np.abs(np.array(page_says) - straighten(images)).max() < 1e-9 and not any(page_says[0])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_backward_and_one_step_are_pythons_on_real_drawings(activation, page, tmp_path):
    random, drawings = NeuralNetwork(hidden_size=48, activation=activation), real_drawings(32)
    random.b1 += np.linspace(-1, 1, 48, dtype=np.float32)
    path = tmp_path / "random.json"
    random.save(path)
    network = exact(path)
    images, labels = np.array([render(drawing["strokes"]) for drawing in drawings]), [drawing["label"] for drawing in drawings]
    page_says = calculate(page, """({ file, drawings, labels }) => {
        const network = readNetwork(file);
        const images = drawings.map(({ strokes }) => render(strokes));
        const passes = images.map(image => forward(network, image));
        const { dW1, db1, dW2, db2 } = backward(network, images, labels, passes);
        const probabilities = learnFrom(network, images, labels, 0.5).map(pass => pass.probabilities);
        const { W1, b1, W2, b2 } = network;
        const asLists = parameters => parameters.map(parameter => [...parameter]);
        return { gradients: asLists([dW1, db1, dW2, db2]), loss: crossEntropy(probabilities, labels),
                 stepped: asLists([W1, b1, W2, b2]) };
    }""", {"file": json.loads(path.read_text()), "drawings": drawings, "labels": labels})
    gradients, probabilities = network.backward(images, np.array(labels)), network.forward(images)[2]
    for ours, theirs in zip(page_says["gradients"], gradients):
        assert np.abs(np.array(ours) - theirs.ravel()).max() < 1e-6 and np.abs(theirs).max() > 1e-4
    assert page_says["loss"] == pytest.approx(-np.log(probabilities[range(32), labels]).mean(), abs=1e-6)
    network.update(gradients, 0.5)
    for ours, theirs in zip(page_says["stepped"], network.parameters()):
        assert np.abs(np.array(ours) - theirs.ravel()).max() < 1e-5


# ── Looking inside ───────────────────────────────────────────────────────────────────────────────────────

def use(page, network, folder):
    """Put a network on the page's desk, and return it as it is in the file, which rounds."""
    network.save(folder / "used.json")
    page.evaluate("text => usePupil(newPupil('loaded', readNetwork(JSON.parse(text))))", (folder / "used.json").read_text())
    return exact(folder / "used.json")


def show(page, part):
    """Scroll to a part of the section, and wait until it is drawn."""
    if part == "gallery":
        page.evaluate("() => { $('every-unit').open = true; }")
    page.locator(f"#{part}").scroll_into_view_if_needed()
    until(page, f"insideView.partsOnScreen.has('{part}') && insideView.findings && !unitPictures.isPainting")
    wait_for_frame(page)


def slide(page, id, value):
    page.evaluate("""([id, value]) => { $(id).value = value; $(id).dispatchEvent(new Event("input")); }""", [id, value])


def painted(page, method, draw):
    """What a canvas is told while something is drawn: each call's arguments, and the style at that time."""
    return page.evaluate("""([method, draw]) => {
        const calls = [];
        const original = CanvasRenderingContext2D.prototype[method];
        CanvasRenderingContext2D.prototype[method] = function (...values) {
            calls.push({ canvas: this.canvas.id, values: values.filter(Number.isFinite), words: String(values[0]), width: this.lineWidth,
                         dashed: this.getLineDash().length > 0, alpha: this.globalAlpha });
            original.apply(this, values);
        };
        insideParts[draw]();
        CanvasRenderingContext2D.prototype[method] = original;
        return calls;
    }""", [method, draw])


@pytest.fixture
def inside(page, site):
    """The page with a 4 drawn; what Python says of it: the network, its activations and scores for blank paper and for
    the drawing, what each unit says to each digit (256, 10), and the units, the strongest first."""
    network = exact(site / "weights.json")
    draw(page, FOUR)
    hidden, logits, _ = network.forward(np.stack([np.zeros(784), render(FOUR)]))
    pulls = (hidden[1] - hidden[0])[:, None] * network.W2
    return page, network, hidden, logits, pulls, np.argsort(-np.abs(pulls).max(axis=1), kind="stable")


def test_a_unit_is_stepped_through_from_ink_to_pulls_and_follows_the_pen(inside):
    page, network, hidden, logits, pulls, order = inside
    show(page, "stage")
    page.click("#bet-unit label:nth-of-type(2)")
    assert not page.is_visible("#bet-unit .outcome")
    isOn = hidden[1] > hidden[0]
    first = np.where(isOn, pulls.max(axis=1), -np.inf).argmax()            # switched on, and most for a digit
    assert page.input_value("#inside-unit") == str(first + 1)
    page.emulate_media(reduced_motion="reduce")
    seen = []
    for _ in range(6):
        page.press("#inside-next", "Enter")
        page.wait_for_timeout(50)
        seen.append(page.locator("#inside-captions .now").inner_text())
    assert [words.split(".")[0] for words in seen] == ["Mask", "Weight × ink", "Sum", "Bias", "Curve", "Pulls"]
    assert page.is_disabled("#inside-next")

    image, unit = render(FOUR), first
    products = image * network.W1[:, unit]
    forIt, against, total = numbers(seen[2])
    assert [forIt, against] == pytest.approx([products.clip(0).sum(), products.clip(None, 0).sum()], abs=.011)
    bias, z = numbers(seen[3])
    activation, blank = numbers(seen[4].partition(":")[2])
    assert [z, activation, blank] == pytest.approx([products.sum() + network.b1[unit], *hidden[::-1, unit]], abs=.011)
    change, *ends = numbers(seen[5])
    assert ends == [blank, activation]
    drawn = [call["words"] for call in painted(page, "fillText", "stage")]
    assert [f"{pull:+.2f}".replace("-", "−") for pull in pulls[unit]] == [text for text in drawn if text[0] in "+−"][-10:]
    # As displayed, the sums add up to the last decimal.
    assert [forIt + against, total + bias, blank + change] == pytest.approx([total, z, activation], abs=1e-9)

    assert "pulls at all ten scores" in seen[5]
    assert f"most for {pulls[unit].argmax()} and most against {pulls[unit].argmin()}" in seen[5]
    outcome = page.inner_text("#bet-unit .outcome")
    assert outcome == f"You bet on Two or three. Not right: Unit {unit + 1} pulled at all ten."

    page.mouse.move(*place(page, .125, .875))                              # the pen goes on, and the same unit answers
    page.mouse.down()
    for x in (.5, .875):
        page.mouse.move(*place(page, x, .875))
        page.wait_for_timeout(250)                                         # the sections follow a few times a second
    until(page, f"$('inside-captions').textContent.includes({json.dumps(seen[5])}) === false")
    assert page.input_value("#inside-unit") == str(unit + 1)
    page.mouse.up()
    page.fill("#inside-unit", "77")
    slide(page, "inside-time", 6)
    assert "unit 77" in page.locator("#inside-captions .now").inner_text()
    assert page.inner_text("#bet-unit .outcome") == outcome                # the verdict stays what it was


def test_play_rests_after_each_step_and_a_touch_of_the_slider_ends_it(inside):
    page, *_ = inside
    show(page, "stage")
    rests = "insideChoices.time === 1 && insideView.motions.time"
    page.click("#inside-play")
    until(page, rests)
    page.wait_for_timeout(800)
    assert page.evaluate(f"() => Boolean({rests})") and "Mask" in page.locator("#inside-captions .now").inner_text()
    until(page, "insideChoices.time > 1")
    slider = page.locator("#inside-time").bounding_box()
    page.mouse.move(slider["x"] + slider["width"] / 2, slider["y"] + slider["height"] / 2)
    page.mouse.down()                                                      # its middle
    until(page, "$('inside-play').textContent === 'Play'")
    page.mouse.up()
    time = page.evaluate("() => insideChoices.time")
    page.wait_for_timeout(300)
    assert page.evaluate("() => insideChoices.time") == time == pytest.approx(3, abs=.1)


def test_on_a_phone_the_ten_scores_are_in_sight_with_what_moves_them(visit):
    page = visit(viewport=PHONE, has_touch=True)
    draw(page, FOUR)
    show(page, "stage")
    slide(page, "inside-time", 6)
    top, bottom, docked, foot = page.evaluate("""() => {
        const box = id => $(id).getBoundingClientRect();
        const now = document.querySelector("#inside-captions .now").getBoundingClientRect();
        return [now.top, box("inside-play").bottom, box("board").height, innerHeight];
    }""")
    assert bottom - top < foot - docked                                    # the sentence, the picture, slider and Play
    lowest = max(call["values"][-1] for call in painted(page, "fillText", "stage"))
    assert lowest < page.locator("#stage").bounding_box()["height"]


def test_the_mask_lies_over_the_drawing_and_only_under_ink_something_is_left_of_it(inside):
    page, network, *_ = inside
    show(page, "stage")
    unit = int(page.input_value("#inside-unit")) - 1

    def lightness(time):
        """How light each of the 784 pixels is on the stage, from 0 to 255."""
        slide(page, "inside-time", time)
        return np.array(page.evaluate("""() => {
            const { width, height, scale } = insideView.sizes.stage;
            const { top, picture: { left, side } } = stageLayout(width, height);
            const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            Object.assign(copy.canvas, { width: side * scale, height: side * scale });
            copy.drawImage($("stage"), -left * scale, -top * scale);
            const pixels = copy.getImageData(0, 0, side * scale, side * scale);
            const at = pixel => Math.floor((pixel + 0.5) * side / 28 * scale);
            return Array.from({ length: 784 }, (_, i) => {
                const start = 4 * (at(Math.floor(i / 28)) * pixels.width + at(i % 28));
                return (pixels.data[start] + pixels.data[start + 1] + pixels.data[start + 2]) / 3;
            });
        }"""))

    weights, image = network.W1[:, unit], render(FOUR)
    isInk = (image >= .5).reshape(28, 28)
    isEdge = np.any([isInk != np.roll(isInk, shift, axis) for axis in (0, 1) for shift in (1, -1)], axis=0).ravel()
    most = np.percentile(np.abs(weights), 98)
    seen = ~isEdge                                                         # where no outline is drawn upon it
    mask, left, ink = lightness(1), lightness(2), lightness(0)
    assert np.corrcoef(mask[seen], np.sqrt(np.abs(weights)[seen]) * np.sign(weights[seen]))[0, 1] > .95
    assert mask[seen & (weights > most)].min() > 200 > 80 > mask[seen & (weights < -most)].max()
    isPaper = seen & (image == 0)
    assert set(left[isPaper]) == set(ink[isPaper]) == {255} and mask[isPaper].std() > 20
    products = (weights * image)[seen & (image > .5)]
    assert np.corrcoef(left[seen & (image > .5)], np.sqrt(np.abs(products)) * np.sign(products))[0, 1] > .95


def test_units_come_in_one_by_one_and_the_page_says_when_it_tips(inside):
    page, _, _, logits, pulls, order = inside
    show(page, "tug")
    page.click("#bet-tip label:nth-of-type(1)")
    scores = logits[0] + np.vstack([np.zeros(10), pulls[order].cumsum(axis=0)])
    leaders = scores.argmax(axis=1)
    tip = int(np.flatnonzero(leaders != leaders[-1])[-1]) + 1
    for count in (0, tip - 1, tip, 255):
        slide(page, "tug-count", count)
        first, second = np.sort(scores[count])[::-1][:2]
        words = page.inner_text("#tug-words")
        assert f"{count} of 256 units are in: {leaders[count]} leads" in words
        assert numbers(words)[0] == pytest.approx(first - second, abs=.011)
        assert ("blank paper" in words) == (count == 0)
    assert not page.is_visible("#bet-tip .outcome")
    page.press("#tug-one", "Enter")
    words = page.inner_text("#tug-words")
    ordinal = page.evaluate("ordinal", tip)
    assert f"{leaders[-1]} wins" in words and f"From the {ordinal} unit on, {leaders[-1]} led" in words
    outcome = page.inner_text("#bet-tip .outcome")
    assert "You bet on one." in outcome and f"{leaders[-1]} stayed in front from the {ordinal} of 256 units on" in outcome
    page.emulate_media(reduced_motion="no-preference")
    page.click("#tug-play")                                                # again, by itself
    until(page, "insideChoices.count > 0 && insideChoices.count < 100")
    page.click("#tug-play")                                                # and rests where it is told to
    assert 0 < page.evaluate("() => insideChoices.count") < 256


def test_bars_are_the_scores_and_bright_is_what_the_newest_unit_says(inside):
    page, _, _, logits, pulls, order = inside
    show(page, "tug")
    slide(page, "tug-count", 5)
    before, after = (logits[0] + pulls[order[:count]].sum(axis=0) for count in (4, 5))
    x = np.array(page.evaluate("scores => scores.map(acrossScores(insideView.sizes.tug.width))", [*before, *after, 0]))
    kinds = [painted(page, method, "tug") for method in ("fillRect", "strokeRect")]
    bars = sorted((call for calls in kinds for call in calls if call["values"][3] > 10), key=lambda bar: bar["values"][1])
    widths = {bright: sum(bar["values"][2] for bar in bars if (bar["alpha"] == 1) == bright) for bright in (True, False)}
    assert widths[True] == pytest.approx(np.abs(x[10:20] - x[:10]).sum(), abs=21)          # a hollow bar's line lies within
    assert widths[False] == pytest.approx(np.abs(x[10:20] - x[20]).sum(), abs=21)
    assert sum(bar["dashed"] for bar in bars) == (after < 0).sum() + (after < before).sum()


def test_words_that_are_in_sight_follow_the_drawing_though_their_picture_is_not(inside):
    page, *_ = inside
    show(page, "tug")
    slide(page, "tug-count", 256)
    page.evaluate("() => { $('tug-words').scrollIntoView(); scrollBy(0, -5); }")
    until(page, "$('tug').getBoundingClientRect().bottom < 0")
    assert "4 wins" in page.inner_text("#tug-words")
    page.click("#clear")
    draw(page, ONE)
    until(page, "$('tug-words').innerText.includes('1 wins')")


def test_ordinals_are_english(page):
    assert page.evaluate("() => [1, 2, 3, 4, 11, 22, 113, 1001].map(ordinal)") == [
        "1st", "2nd", "3rd", "4th", "11th", "22nd", "113th", "1,001st"]


@pytest.mark.parametrize("kind", ["trained", "young"])
def test_the_flow_adds_up_by_lines_on_one_scale_for_every_network(kind, inside, tmp_path):
    page, network, hidden, logits, pulls, order = inside
    if kind == "young":
        network = use(page, NeuralNetwork(hidden_size=64), tmp_path)
        hidden, logits, _ = network.forward(np.stack([np.zeros(784), render(FOUR)]))
        pulls = (hidden[1] - hidden[0])[:, None] * network.W2
    show(page, "flow")
    for digit in (9, 4):
        page.click(f"#scores [value='{digit}']")
        until(page, f"$('sums').querySelector('[data-name=digit]').textContent === '{digit}'")
        order = np.argsort(-np.abs(pulls[:, digit]), kind="stable")
        loudest, others = order[:6], order[6:]
        said = [numbers(words)[-1] for words in page.locator("#speakers .claim").all_inner_texts()]
        assert said[:6] == pytest.approx(pulls[loudest, digit], abs=.0051)
        assert said[6] == pytest.approx(pulls[others, digit].sum(), abs=.05)               # it takes the rest
        assert [numbers(f"{unit + 1}.00") for unit in loudest] == [
            numbers(words.split()[-1] + ".00") for words in page.locator("#speakers button small").all_inner_texts()]
        score, *parts = numbers(text(page, "sums"))
        assert [score, *parts[:2]] == pytest.approx([logits[1, digit], logits[0, digit], sum(said[:6])], abs=.0051)
        assert [sum(parts), parts[2]] == pytest.approx([score, said[6]], abs=1e-9)         # as displayed
    scores = [numbers(words)[0] for words in page.locator("#scores .claim").all_inner_texts()]
    assert scores == pytest.approx(logits[1], abs=.0051)

    # Six lines to the units; one of all others to the digit, and six of these units.
    carried = np.array([*(render(FOUR) @ network.W1[:, loudest]), pulls[others, 4].sum(), *pulls[loudest, 4]])
    carried = carried[2 * np.abs(carried) > .02]                           # thinner ones are not drawn
    lines = painted(page, "bezierCurveTo", "flow")
    del lines[6]                                                           # the dotted one, to all others
    assert len(lines) == len(carried)
    assert [line["width"] for line in lines] == pytest.approx((2 * np.abs(carried)).clip(0, 28), abs=.02)
    assert [line["dashed"] for line in lines] == (carried < 0).tolist()

    page.locator("#speakers button").first.click()                         # of a chosen unit: its lines to all scores
    carried = pulls[loudest[0]][2 * np.abs(pulls[loudest[0]]) > .02]
    lines = painted(page, "bezierCurveTo", "flow")[7:]
    assert [line["width"] for line in lines] == pytest.approx(2 * np.abs(carried), abs=.02)


def test_the_gallery_hangs_by_number_or_sorted_and_a_click_shows_its_unit_below(inside):
    page, network, hidden, _, pulls, _ = inside
    show(page, "gallery")

    def shown(digit):
        calls = [call for call in painted(page, "drawImage", "gallery") if call["canvas"] == "gallery"]
        units = [int((y - 3) / 28 * 32 + (x - 3) / 28) for x, y, *_ in (call["values"] for call in calls)]
        light = np.abs(pulls[units, digit]).clip(0, 1)
        assert [call["alpha"] for call in calls] == pytest.approx(.12 + .88 * light, abs=.01)
        return units

    assert shown(4) == list(range(256))
    loudest = np.abs(pulls[:, 4]).argmax()
    assert numbers(page.inner_text("#inspected p"))[-1] == pytest.approx(pulls[loudest, 4], abs=.0051)
    elsewhere = "() => ['stage', 'tug', 'flow'].map(id => $(id).toDataURL()).join() + $('speakers').textContent"
    before = page.evaluate(elsewhere)
    page.select_option("#gallery-digit", "7")
    assert shown(7) == list(range(256))
    page.check("#gallery-sorted")
    units = shown(7)
    assert units == np.argsort(-pulls[:, 7], kind="stable").tolist()

    cell, columns = page.evaluate("""() => {
        const { cell, columns } = galleryLayout(insideView.sizes.gallery.width, 256);
        return [cell, columns];
    }""")
    page.click("#gallery", position={"x": 2.5 * cell, "y": 1.5 * cell})
    for at in (columns + 2, columns + 3):
        unit = units[at]
        words = page.inner_text("#inspected p")
        assert f"unit {unit + 1} from" in words
        assert numbers(words) == pytest.approx([*hidden[:, unit], network.W2[unit, 7], pulls[unit, 7]], abs=.0051)
        page.press("#gallery-place", "ArrowRight")                         # and by key
    page.wait_for_timeout(300)
    assert page.evaluate(elsewhere) == before
    page.press("#inspected-step", "Enter")
    until(page, f"insideView.partsOnScreen.has('stage') && $('inside-unit').value === '{units[columns + 4] + 1}'")


def test_the_gallery_follows_the_digit_that_is_read_and_tells_its_moral_after_two(inside):
    page, *_ = inside
    show(page, "flow")
    page.click("#scores [value='8']")                                      # which is the flow's own
    show(page, "gallery")
    assert "says to 4" in page.inner_text("#gallery-words") and not page.is_visible("#gallery-moral")
    page.click("#clear")
    draw(page, ONE)
    until(page, "$('gallery-words').textContent.includes('1')")
    assert "together say 1" in page.inner_text("#gallery-moral")


def test_while_a_network_learns_its_pictures_and_numbers_follow(page):
    draw(page, FOUR)
    page.evaluate("""() => {
        usePupil(newPupil("young", newNetwork(40)));
        window.image = render(desk.strokes);
        window.picture = () => unitPictures.canvas.toDataURL();
    }""")
    show(page, "flow")
    page.evaluate("() => { window.first = [picture(), $('sums').textContent]; }")
    page.evaluate("""() => {
        for (let i = 0; i < 20; i++) learnFrom(desk.network, [image], [4], 1);
        desk.network.training.images_seen = 20;
        refresh();
    }""")
    until(page, "$('sums').textContent !== first[1]")
    until(page, "picture() !== first[0]")                                  # in its own time, though nothing else happens


@pytest.mark.parametrize("hidden, activation", [(1, "sigmoid"), (7, "relu"), (300, "tanh")])
def test_networks_of_other_sizes_and_activations_are_read_and_shown(hidden, activation, page, tmp_path):
    network = use(page, NeuralNetwork(hidden_size=hidden, activation=activation), tmp_path)
    draw(page, FOUR)
    expected = network.forward(render(FOUR)[None])[2][0]
    assert page.evaluate("() => [...desk.reading.passes[0].probabilities]") == pytest.approx(expected, abs=1e-5)
    for part in ("stage", "tug", "flow", "gallery"):
        show(page, part)
    assert page.get_attribute("#inside-unit", "max") == page.get_attribute("#gallery-place", "max") == str(hidden)
    rows = page.evaluate("() => [...$('speakers').children].filter(row => row.checkVisibility({ checkVisibilityCSS: true })).length")
    assert rows == min(hidden, 7)


NUMBERS = r"[+−]\d+\.\d\d|NaN|Infinity"


def test_of_blank_paper_nothing_is_claimed(page):
    page.set_viewport_size({"width": 1280, "height": 6000})                # every part is on screen
    page.evaluate("() => { $('every-unit').open = true; }")
    until(page, "insideView.partsOnScreen.size === 4 && insideView.findings")
    page.click("#inside-next")
    slide(page, "inside-time", 6)
    slide(page, "tug-count", 256)
    for button in page.locator("#inside button:visible:enabled").all():
        button.click()
    words = page.inner_text("#inside")
    assert re.findall(NUMBERS, words) == []
    assert "Draw a digit first" in words and "diverged" not in words


def test_of_a_diverged_network_one_sentence_is_said_until_another_is_there(page):
    draw(page, FOUR)
    show(page, "stage")
    page.click("#inside-play")                                             # it diverges in the middle of a run
    page.evaluate("""() => {
        const lost = newNetwork(16);
        for (const name of ["W1", "b1", "W2", "b2"]) lost[name].fill(NaN);
        usePupil(newPupil("young", lost));
    }""")
    until(page, "$('inside-diverged').checkVisibility()")
    words = page.inner_text("#inside")
    assert "training diverged" in words and re.findall(NUMBERS, words) == []
    page.evaluate("() => usePupil(pagesOwn)")
    until(page, "!$('inside-diverged').checkVisibility()")
    page.click("#inside-play")


def test_each_id_of_the_page_is_there_once_before_its_scripts_run_and_after(page):
    written = re.findall(r'\bid="([^"#]+)"', (ROOT / "index.html").read_text(encoding="utf-8"))
    built = page.evaluate("() => Array.from(document.querySelectorAll('[id]'), element => element.id)")
    for ids in (written, built):
        assert len(ids) > 100
        assert [id for id, count in Counter(ids).items() if count > 1] == []


def test_a_link_brings_back_what_was_chosen_and_refuses_what_it_could_not_have_written(page):
    draw(page, FOUR)
    page.evaluate("() => Object.assign(insideChoices, { unit: 12, time: 2.5, count: 60, digit: 7 })")
    written = page.evaluate("() => linkParts.inside.write()")
    page.evaluate("() => Object.assign(insideChoices, { unit: null, time: 0, count: 0, digit: null })")
    for broken in ("", "12", "a,0,0,", "1,9,0,", "1,6.5,0,", "1,0,0,11", written + ",1"):
        assert page.evaluate("text => linkParts.inside.read(text)", broken) is None
    assert page.evaluate("() => [insideChoices.unit, insideChoices.time]") == [None, 0]
    page.evaluate("text => linkParts.inside.choose(linkParts.inside.read(text))", written)
    assert page.evaluate("() => [insideChoices.unit, insideChoices.time, insideChoices.count, insideChoices.digit]") == [12, 2.5, 60, 7]
