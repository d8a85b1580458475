"""What the page computes, against Python; what one sees inside the network; teaching it; taking it home."""
import json
import re

import numpy as np
import pytest

from chromium import (FOUR, ONE, SEVEN, ZERO, calculate, choose, choose_network, draw, exact, image, numbers, place,
                      prediction, probabilities, real_drawings, saved, text, touch, until, visit_section, wait_until_ready)
from conftest import ROOT
from neural_network import ACTIVATIONS, NeuralNetwork, read_drawings, render, straighten

pytest_plugins = "chromium"


# ── The same numbers as in Python ────────────────────────────────────────────────────────────────────────

def test_all_10_000_test_images_get_pythons_probabilities(page, site, mnist):
    (site / "images.bin").write_bytes(mnist[2].astype(np.float32).tobytes())
    page_says = np.array(calculate(page, """async () => {
        const pixels = new Float32Array(await (await fetch("images.bin")).arrayBuffer());
        return Array.from({ length: pixels.length / 784 }, (_, i) =>
            [...forward(network, pixels.subarray(i * 784, i * 784 + 784)).probabilities]);
    }"""))
    python_says = NeuralNetwork.load(site / "weights.json").forward(mnist[2])[2]
    assert page_says.shape == (10000, 10) and np.abs(page_says - python_says).max() < 1e-5
    assert np.array_equal(page_says.argmax(axis=1), python_says.argmax(axis=1))


def test_2_000_drawings_and_those_whose_centre_is_a_tie_are_rendered_as_in_python(page):
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
        const network = readNetwork(file), images = drawings.map(({ strokes }) => render(strokes));
        const gradients = Object.values(backward(network, images, labels)).map(gradient => [...gradient]);
        const loss = step(network, images, labels, 0.5), { W1, b1, W2, b2 } = network;
        return { gradients, loss, stepped: [W1, b1, W2, b2].map(parameter => [...parameter]),
                 again: forward(network, images[0]).logits.length };
    }""", {"file": json.loads(path.read_text()), "drawings": drawings, "labels": labels})
    gradients, probabilities = network.backward(images, np.array(labels)), network.forward(images)[2]
    for ours, theirs in zip(page_says["gradients"], gradients):
        assert np.abs(np.array(ours) - theirs.ravel()).max() < 1e-6 and np.abs(theirs).max() > 1e-4
    assert page_says["loss"] == pytest.approx(-np.log(probabilities[range(32), labels]).mean(), abs=1e-6)
    network.update(gradients, 0.5)
    for ours, theirs in zip(page_says["stepped"], network.parameters()):
        assert np.abs(np.array(ours) - theirs.ravel()).max() < 1e-5


@pytest.mark.parametrize("hidden, activation", [(1, "sigmoid"), (7, "relu"), (300, "tanh")])
def test_networks_of_other_sizes_and_activations_are_read_shown_and_given_back(hidden, activation, page, tmp_path):
    network = NeuralNetwork(hidden_size=hidden, activation=activation)
    network.save(tmp_path / "other.json")
    choose_network(page, tmp_path / "other.json")
    draw(page, FOUR)
    expected = NeuralNetwork.load(tmp_path / "other.json").forward(render(FOUR)[None].astype(np.float32))
    assert probabilities(page) == pytest.approx(100 * expected[2][0], abs=.051)
    visit_section(page, "inside")
    assert f"of {hidden}" in text(page, "unit-sum") and page.locator("#gallery input").count() == hidden
    spoken = page.evaluate("() => [...$('speakers').children].filter(row => row.checkVisibility({ checkVisibilityCSS: true })).length")
    assert spoken == min(hidden, 13)
    again = NeuralNetwork.load(saved(page, "#save-network", tmp_path))
    assert again.activation == activation
    for ours, theirs in zip(again.parameters(), NeuralNetwork.load(tmp_path / "other.json").parameters()):
        assert np.array_equal(ours, theirs)


# ── Looking inside ───────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture
def inside(page, site):
    """The page with a 4, looked inside; what Python says of it: what each unit adds to each score, and the network."""
    network = exact(site / "weights.json")
    draw(page, FOUR)
    visit_section(page, "inside")
    images = np.stack([np.zeros(784), render(FOUR)])
    hidden, logits, _ = network.forward(images)
    return page, network, (hidden[1] - hidden[0])[:, None] * network.W2, hidden, logits


def test_the_twelve_units_and_the_bundle_add_up_to_every_score_by_lines_as_thick_as_what_they_carry(inside):
    page, network, votes, hidden, logits = inside
    for digit in (9, 4):
        page.click(f"#scores [value='{digit}']")
        said = [numbers(words)[-1] for words in page.locator("#speakers .claim").all_inner_texts()]
        assert len(said) == 13 and sum(said) == pytest.approx(logits[1, digit] - logits[0, digit], abs=.07)
        order = np.argsort(-votes[:, digit])
        assert said[:12] == pytest.approx(votes[[*order[:8], *order[-4:]], digit], abs=.0051)
        sums = numbers(text(page, "sums"))
        assert sums == pytest.approx([
            logits[0, digit], votes[order[:8], digit].sum(), votes[order[-4:], digit].sum(), votes[order[8:-4], digit].sum(),
            logits[1, digit], votes[:, digit].clip(0).sum(), votes[:, digit].clip(None, 0).sum()], abs=.0051)
        assert sum(sums[:4]) == pytest.approx(sums[4], abs=.03)
    scores = [numbers(words)[0] for words in page.locator("#scores .claim").all_inner_texts()]
    assert scores == pytest.approx(logits[1], abs=.0051)
    rows = np.vstack([votes[[*order[:8], *order[-4:]]], votes[order[8:-4]].sum(axis=0)])
    drawn = page.evaluate("""() => [...$('votes').children].map(line =>
        [parseFloat(getComputedStyle(line).strokeWidth), getComputedStyle(line).strokeDasharray === 'none' ? 1 : -1])""")
    widths, signs = np.array(drawn).T
    assert widths / widths.max() == pytest.approx(np.abs(rows).ravel() / np.abs(rows).max(), abs=.01)
    assert np.array_equal(signs[widths > .1], np.sign(rows.ravel())[widths > .1])      # dashed is against


def test_a_unit_reached_by_key_is_told_in_numbers(inside):
    page, network, votes, hidden, _ = inside
    page.focus("#gallery input:checked")
    inks = render(FOUR) @ network.W1
    seen = set()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        unit = int(re.match(r"Unit (\d+) of 256", text(page, "unit-sum"))[1]) - 1
        assert numbers(text(page, "unit-sum")) == pytest.approx(
            [inks[unit], network.b1[unit], inks[unit] + network.b1[unit], *hidden[::-1, unit], hidden[1, unit] - hidden[0, unit]],
            abs=.0051)
        parts = [numbers(words)[1] for words in page.locator("#scores .claim").all_inner_texts()]
        assert parts == pytest.approx(votes[unit], abs=.0051)
        seen.add(unit)
    assert len(seen) == 12


def test_a_unit_that_is_tapped_stays_chosen_until_another_is(visit):
    page = visit(has_touch=True)
    chosen = "() => [parseInt($('unit-sum').textContent.slice(5)), Number($('gallery').querySelector(':checked').value) + 1]"
    draw(page, FOUR)
    visit_section(page, "inside")
    first = page.evaluate(chosen)
    page.tap("#speakers .row:nth-child(3)")
    second = page.evaluate(chosen)
    assert second[0] == second[1] != first[0]
    touch(page, [place(page, .2, .2), place(page, .2, .8)])            # draws on
    page.tap("#inside h2")
    assert page.evaluate(chosen) == second
    page.tap("#gallery label:nth-child(77)")
    assert page.evaluate(chosen) == [77, 77]
    page.tap("#clear")
    draw(page, ONE)
    assert page.evaluate(chosen) == [77, 77]


def test_the_gallery_is_lit_by_what_the_drawing_changes_and_sorted_by_a_digit(inside):
    page, network, votes, hidden, _ = inside
    shown = "() => [...$('gallery').children].map(cell => [Number(cell.querySelector('input').value), Number(getComputedStyle(cell).opacity)])"
    units, light = np.array(page.evaluate(shown)).T
    changes = np.abs(hidden[1] - hidden[0])
    chosen = int(page.locator("#gallery input:checked").get_attribute("value"))
    others = np.arange(256) != chosen
    assert np.array_equal(units, range(256)) and light[chosen] == 1 and np.ptp(light) > .5
    assert np.corrcoef(light[others], changes[others])[0, 1] > .98     # in whatever steps
    for digit in (0, 7):
        page.select_option("#sort", str(digit))
        units, _ = np.array(page.evaluate(shown)).T
        assert np.array_equal(units, np.argsort(-network.W2[:, digit], kind="stable"))
    until(page, "paintSigned($('seen'), weightsOf(network, 250)) || "          # each in its weights' picture, once it is painted
                "$('seen').toDataURL() === cells[250].lastElementChild.toDataURL()")


def test_how_it_was_trained_is_told_and_drawn(page):
    visit_section(page, "training")
    for fact in ("256 hidden units (sigmoid)", "4 epochs", "learning rate 0.5", "97.50 %", "97.00 %"):
        assert fact in text(page, "facts")
    labels = [plot.get_attribute("aria-label") for plot in page.locator("#plots svg").all()]
    assert ["0.5 to 0.1" in labels[0], "20 % to 3 %" in labels[1]] == [True, True] and len(labels) == 2
    heights = [float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", page.locator("#plots path:last-child").first.get_attribute("d"))]
    assert len(heights) == 4 and heights == sorted(heights)            # the loss falls: y grows downwards


# ── Teaching ─────────────────────────────────────────────────────────────────────────────────────────────

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


WEIGHTS = "() => JSON.stringify([network.W1, network.b1, network.W2, network.b2].map(a => Array.from(a)))"


def test_a_lesson_is_shown_step_by_step_and_its_place_does_not_matter(page, misread):
    (strokes, label), *_ = misread
    page.evaluate("""label => { window.course = []; new MutationObserver(() => course.push(
        Number(document.querySelector(`[data-digit="${label}"]`).ariaValueNow))).observe($('bars'), { attributes: true, subtree: true });
    }""", label)
    before, after = teach(page, strokes, label, "no-preference")
    assert before != str(label) == after and f"read {before} and now reads {label}" in text(page, "lesson")
    until(page, "course.length")
    course = sorted(set(page.evaluate("() => course")))
    assert len(course) > 3 and course[-1] > 50 > course[0]             # the bars moved
    assert page.locator("#lessons li").all_inner_texts() == [str(label)] and "taught by you (1)" in text(page, "about")
    visit_section(page, "teach")
    assert str(before) in page.inner_text("#untaught") and page.locator("#course svg").count() == 1
    most, _, moved, all_weights = re.findall(r"\d[\d,]*(?:\.\d+)?", page.inner_text("#moved-words"))
    assert all_weights == "200,704" and 0 < float(most) < .1 and 0 < int(moved.replace(",", "")) < 150_000
    page.keyboard.press("Delete")
    draw(page, strokes, size=.5, left=.5)
    assert prediction(page) == str(label)
    for simple, digit in ((ONE, "1"), (SEVEN, "7"), (FOUR, "4")):      # the rest is not spoiled
        page.keyboard.press("Delete")
        draw(page, simple)
        assert prediction(page) == digit


@pytest.mark.parametrize("known", [True, False])
def test_a_lesson_is_a_step_on_the_drawing_less_the_mean_image_which_is_read_as_before(known, page, site):
    drawing, network = {**real_drawings(1)[0], "label": 5}, exact(site / "weights.json")    # a 0: to be learnt as 5
    mean = known * np.array(network.training["mean"])
    network.b1 += mean @ network.W1                                    # inside: the network for images less the mean
    W1 = network.W1 - 0.004 * network.backward((render(drawing["strokes"]) - mean)[None], np.array([5]))[0]
    taught = calculate(page, """([drawing, mean]) => {
        own.training = mean ? { mean } : {};
        const lesson = teach(trained, [drawing]);
        return [lesson.next(), lesson.next()].flatMap(({ value: { W1, b1 } }) => [[...W1], [...b1]]).slice(2); }""",
                       [drawing, mean.tolist() if known else None])
    assert np.abs(np.array(taught[0]) - W1.ravel()).max() < 1e-7 < np.abs(W1 - network.W1).max()
    assert np.abs(np.array(taught[1]) - (network.b1 - mean @ W1)).max() < 1e-5


def test_lessons_survive_a_reload_are_taken_back_and_forgotten_to_the_byte(page, misread):
    taught, untaught = [], page.evaluate(WEIGHTS)
    for strokes, label in misread[:2]:
        teach(page, strokes, label)
        taught.append(page.evaluate(WEIGHTS))
    assert len({untaught, *taught}) == 3
    page.reload()
    wait_until_ready(page)
    assert page.evaluate(WEIGHTS) == taught[1] and page.locator("#lessons li").count() == 2
    for button, said, about, expected in (
            ("#unteach", "taken back", "taught by you (1)", taught[0]), ("#forget", "Forgotten", "2026-11-22.", untaught),
            ("#forget", "no lessons", "2026-11-22.", untaught)):
        page.click(button)
        until(page, f"$('about').textContent.includes('{about}') && $('lesson').textContent.includes('{said}')")
        assert page.evaluate(WEIGHTS) == expected
    page.reload()
    wait_until_ready(page)
    assert page.evaluate(WEIGHTS) == untaught and page.locator("#lessons li").count() == 0
    page.click("#labels button[value='3']")
    assert "Draw a digit first" in text(page, "lesson")


def test_two_windows_of_the_page_keep_both_their_lessons(page, misread):
    pages = [page, page.context.new_page()]
    pages[1].goto(pages[0].url)
    wait_until_ready(pages[1])
    for page, (strokes, label) in zip(pages, misread):
        teach(page, strokes, label)
    labels = [str(label) for _, label in misread[:2]]
    for page in pages:
        until(page, "$('lessons').children.length === 2")
        assert page.locator("#lessons li").all_inner_texts() == labels
    until(pages[0], "$('about').textContent.includes('taught by you (2)')")
    assert pages[0].evaluate(WEIGHTS) == pages[1].evaluate(WEIGHTS)
    pages[1].reload()
    wait_until_ready(pages[1])
    assert pages[1].locator("#lessons li").all_inner_texts() == labels


def test_a_page_keeps_100_lessons_and_refuses_more_and_is_drawn_on_while_it_learns(page):
    def open_drawings(name, labels):
        drawings = [{"label": label, "strokes": SEVEN} for label in labels]
        choose(page, {"name": name, "mimeType": "", "buffer": json.dumps(drawings).encode()})

    open_drawings("101.json", [7] * 101)
    until(page, "$('message').textContent.includes('--drawings')")
    assert page.locator("#lessons li").count() == 0
    open_drawings("contradictions.json", [*range(10)] * 3)
    until(page, "$('lessons').children.length === 30")
    for strokes, digit in ((ONE, "1"), (ZERO, "0")):
        draw(page, strokes)
        assert prediction(page) == digit and text(page, "opened") == ""
        page.keyboard.press("Delete")
    page.click("#forget")
    open_drawings("100.json", [7] * 100)
    until(page, "$('opened').textContent.includes('100.json')")
    page.reload()
    wait_until_ready(page)
    assert page.locator("#lessons li").count() == 100
    draw(page, ONE)
    page.click("#labels button[value='1']")
    until(page, "$('lesson').textContent.includes('at most 100')")
    assert page.locator("#lessons li").count() == 100


def test_lessons_for_a_network_from_a_file_leave_those_for_the_pages_own_alone(page, misread, tmp_path):
    teach(page, *misread[0])
    NeuralNetwork(hidden_size=4).save(tmp_path / "other.json")
    choose_network(page, tmp_path / "other.json")
    assert page.locator("#lessons li").count() == 0
    teach(page, *misread[1])
    assert "only until you leave" in text(page, "lesson") and page.locator("#lessons li").count() == 1
    page.reload()
    wait_until_ready(page)
    assert page.locator("#lessons li").all_text_contents() == [str(misread[0][1])]
    assert "784 → 256 → 10" in text(page, "about")


STORAGES = {
    "blocked": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });",
    "full": """for (let size = 1 << 22; size; size >>= 1)
        try { while (true) localStorage.setItem(size + '.' + localStorage.length, 'x'.repeat(size)); } catch {}""",
    "corrupt": """try { localStorage.setItem('lessons', '[{"label": "<img src=x>", "strokes": [[[0, 0]]]}]'); } catch {}"""}


@pytest.mark.parametrize("storage", STORAGES)
def test_storage_that_keeps_nothing_costs_only_the_lessons_and_says_so(storage, visit, misread):
    page = visit(prepare=lambda window: window.add_init_script(STORAGES[storage]), reduced_motion="reduce")
    teach(page, *misread[0])
    assert ("cannot keep lessons" in text(page, "lesson")) == (storage in ("blocked", "full"))
    assert page.locator("#lessons li").count() == 1
    page.reload()
    wait_until_ready(page)
    assert page.locator("#lessons li").count() == 0 and page.locator("img").count() == 0
    draw(page, SEVEN)
    assert prediction(page) == "7"


def test_saved_drawings_go_from_the_page_to_python_and_back(page, visit, misread, tmp_path):
    page.click("#save-drawings")
    assert "no lessons yet" in text(page, "message")
    for strokes, label in misread[:3]:
        teach(page, strokes, label)
    path, taught = saved(page, "#save-drawings", tmp_path), page.evaluate(WEIGHTS)
    drawings = read_drawings(path)
    assert path.name == "drawings.json" and [drawing["label"] for drawing in drawings] == [label for _, label in misread[:3]]
    assert np.abs(render(drawings[2]["strokes"]) - image(page)).max() < 1e-9
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(json.dumps(drawing) for drawing in drawings) + "\n")
    other = visit(reduced_motion="reduce")
    for file in (path, lines):
        choose(other, file)
        until(other, f"$('opened').textContent.includes('{file.name}')")
        assert other.evaluate(WEIGHTS) == taught
        other.press("#forget", "Enter")                                # at once, while the page settles
        until(other, "$('lessons').children.length === 0")


def test_a_saved_network_goes_from_the_page_to_python_and_back(page, visit, site, misread, tmp_path):
    strokes, label = misread[0]
    untaught = saved(page, "#save-network", tmp_path).read_text()
    assert json.loads(untaught) == json.loads((site / "weights.json").read_text())
    teach(page, strokes, label)
    path, shown = saved(page, "#save-network", tmp_path), probabilities(page)
    python_says = NeuralNetwork.load(path).forward(image(page)[None].astype(np.float32))[2][0]
    assert 100 * python_says == pytest.approx(shown, abs=.06)
    assert "test_accuracy" not in json.loads(path.read_text())["training"]       # it was that of another network
    other = visit()
    choose_network(other, path)
    draw(other, strokes)
    assert probabilities(other) == shown and prediction(other) == str(label)
    NeuralNetwork.load(path).save(tmp_path / "again.json")             # through Python, which rounds
    choose_network(other, tmp_path / "again.json")
    assert probabilities(other) == pytest.approx(shown, abs=5) and prediction(other) == str(label)
