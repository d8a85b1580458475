"""What the page computes, against Python; what one sees inside the network; teaching it; taking it home."""
import base64
import json
import random
import re

import numpy as np
import pytest

from chromium import (FOUR, ONE, SEVEN, ZERO, calculate, choose, draw, exact, image, prediction, probabilities, real_drawings,
                      text, unfold, until, wait_until_ready)
from conftest import ROOT
from neural_network import NeuralNetwork, read_drawings, render
from test_files import mutated

pytest_plugins = "chromium"


# ── The same numbers as in Python ────────────────────────────────────────────────────────────────────────

def test_all_10_000_test_images_get_pythons_probabilities(page, site, mnist):
    (site / "images.bin").write_bytes(np.round(mnist[2] * 255).astype(np.uint8).tobytes())
    page_says = np.array(calculate(page, """async () => {
        const pixels = new Uint8Array(await (await fetch("images.bin")).arrayBuffer());
        return Array.from({ length: pixels.length / 784 }, (_, i) =>
            [...forward(network, Float64Array.from(pixels.subarray(i * 784, i * 784 + 784), pixel => pixel / 255)).probabilities]);
    }"""))
    python_says = NeuralNetwork.load(site / "weights.json").forward(mnist[2])[2]
    assert page_says.shape == (10000, 10) and np.abs(page_says - python_says).max() < 1e-5
    assert np.array_equal(page_says.argmax(axis=1), python_says.argmax(axis=1))


def test_2_000_drawings_and_those_whose_centre_is_a_tie_are_rendered_as_in_python(page):
    drawings = [drawing["strokes"] for drawing in real_drawings(2000)]
    rng = np.random.default_rng(0)
    for _ in range(100):                                               # symmetric: the centre is the middle, a tie
        half = rng.integers(0, 50, (rng.integers(1, 6), 2))
        mirrored = [[half.tolist(), (axis * [1, 1] + half * sign).tolist()]
                    for axis, sign in ((np.array([99, 0]), [-1, 1]), (np.array([0, 99]), [1, -1]), (np.array([99, 99]), [-1, -1]))]
        drawings += mirrored
    drawings += [[[[0, 0]]], [[[5, 5], [5, 5]]], [[[0, 0], [9, 0]]], [[[0, 0], [0, 9]]], [[[0, 0], [9, 9]], [[9, 0], [0, 9]]],
                 [[[1e6, -1e6], [-1e6, 1e6]]], [[[0, 0], [1e-9, 1e-12]]], [[[0, 0], [5e-324, 0]]], [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]]]
    page_says = np.array(calculate(page, "drawings => drawings.map(strokes => [...render(strokes)])", drawings))
    assert np.abs(page_says - [render(strokes) for strokes in drawings]).max() < 1e-6


def test_backward_and_explain_are_pythons_on_real_drawings(page, site):
    network = exact(site / "weights.json")
    for drawing in real_drawings(20):
        strokes, label = drawing["strokes"], drawing["label"]
        page_says = calculate(page, """({ strokes, label }) => {
            const image = render(strokes), { dW1, db1, dW2, db2 } = backward(network, image, forward(network, image), label);
            return [dW1, db1, dW2, db2, explain(network, image, label), explain(network, image, (label + 1) % 10)].map(a => Array.from(a));
        }""", drawing)
        pixels = render(strokes)
        gradients = [gradient.ravel() for gradient in network.backward(pixels[None], np.array([label]))]
        for ours, theirs in zip(page_says, [*gradients, network.explain(pixels, label), network.explain(pixels, (label + 1) % 10)]):
            assert np.abs(np.array(ours) - theirs).max() < 1e-6
        before, after = (network.forward(x[None])[1][0, label] for x in (0 * pixels, pixels))
        assert sum(page_says[4]) == pytest.approx(after - before, rel=.01, abs=.01)


def test_size_and_place_change_no_prediction_of_real_drawings(page):
    """But for the odd one that stands on the brink, as points are kept in ten thousandths of the area."""
    changed = calculate(page, """drawings => {
        const size = strokes => Math.max(...strokes.flat(2)) || 1;
        const placed = (strokes, share, left, top) => strokes.map(stroke => stroke.map(([x, y]) =>
            [left + x / size(strokes) * share, top + y / size(strokes) * share].map(place => Math.round(place * 1e4) / 1e4)));
        const read = strokes => largest(forward(network, render(strokes)).probabilities);
        return [[0.3, 0, 0], [0.4, 0.6, 0.6], [0.9, 0, 0.1]].map(where => drawings.filter(({ strokes }) =>
            read(placed(strokes, ...where)) !== read(placed(strokes, 0.8, 0.1, 0.1))).length);
    }""", real_drawings(600))
    assert max(changed) <= 3


@pytest.fixture
def compare(page, tmp_path):
    """Open files in the page and load them in Python: where only one refuses, and how many both use."""
    def compare(files):
        draw(page, SEVEN)
        page_says = page.evaluate("""async files => {
            const outcomes = [];
            for (const file of files) {
                const before = network;
                say("");
                await openFile(new File([Uint8Array.from(atob(file), c => c.charCodeAt(0))], "damaged.json"));
                const message = $("message").textContent, { probabilities } = forward(network, render(strokes));
                outcomes.push({ message, kept: network === before, finite: probabilities.every(Number.isFinite) && probabilities.length === 10 });
            }
            return outcomes;
        }""", [base64.b64encode(content).decode() for content in files])
        differ, loaded = [], 0
        for content, outcome in zip(files, page_says):
            assert outcome["finite"] and outcome["kept"] == bool(outcome["message"])
            (tmp_path / "damaged.json").write_bytes(content)
            try:
                NeuralNetwork.load(tmp_path / "damaged.json")
                python_says, loaded = "", loaded + 1
            except ValueError as error:
                python_says = str(error)
            if bool(python_says) != bool(outcome["message"]):
                differ.append((content[-60:], python_says, outcome["message"]))
        assert page.locator("img").count() == 0
        return differ, loaded
    return compare


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a small network's file."""
    network, path = NeuralNetwork(hidden_size=4), tmp_path_factory.mktemp("whole") / "weights.json"
    network.training = {"epochs": 1, "loss": [2.5], "accuracy": [0.2], "date": "2026-11-22"}
    network.save(path)
    return path.read_bytes()


def test_100_damaged_weights_files_are_refused_or_used_as_in_python_and_nothing_else_happens(compare, whole):
    differ, loaded = compare([mutated(whole, json.loads(whole), random.Random(seed)) for seed in range(100)])
    assert differ == [] and 5 < loaded < 95


def test_where_parsers_of_json_differ_page_and_python_still_agree(compare, whole):
    endings = ["} ", "}\r\n\t", "}\x0c", "}\u00a0", "}\x00", "},", ",}", ',"x":"\\ud800"}', ',"x":"\t"}', ',"x":"\u2028"}', ',"x":"\\\\"}', ',"x":"\\""}',
               ',"x":"' + 200 * "[" + '"}', ',"__proto__":{"layers":7}}', ',"":{}}', ',"x":1e999}',
               *(f',"b2":[0,0,0,0,0,0,0,0,0,{last}]}}' for last in ("-0", "1e-400", "01", "1.", ".1", "+1", "1e6", "1000000.1", "-1e6", "true", "٣")),
               *(f',"layers":{layers}}}' for layers in ("[784.0,4e0,10]", "[784,4,10.5]", "[784,4,1e1]", "[784,4,10,0]")),
               *(f',"training":{training}}}' for training in ("null", "[]", "{}", '{"loss":[1e999]}', '{"seconds":1e7}', '{"loss":"1"}', '{"loss":[null]}')),
               *(f',"x":{count * "9"}}}' for count in (400, 5000)),
               *(f',"x":{depth * "["}{depth * "]"}}}' for depth in (99, 100))]
    files = [whole[:-1] + ending.encode() for ending in endings]       # of two fields with one name the last counts
    files += [b"\xef\xbb\xbf" + whole, whole.decode().encode("utf-16"), whole[:-1] + b',"x":"\xed\xa0\x80"}', 10**6 * b" " + whole,
              whole + b"\n" + whole, b"[" + whole + b"]", b"null", b" "]
    differ, loaded = compare(files)
    assert differ == [] and 15 < loaded < 35


# ── Looking inside ───────────────────────────────────────────────────────────────────────────────────────

def test_every_hidden_units_numbers_are_reached_by_keyboard(page, site):
    draw(page, FOUR)
    page.focus("#inside summary")
    page.keyboard.press("Enter")
    until(page, "$('activation').textContent")
    page.focus("#unit")
    page.keyboard.press("Home")
    said = []
    for _ in range(256):
        said.append(page.get_attribute("#unit", "aria-valuetext"))
        page.keyboard.press("ArrowRight")
    hidden = exact(site / "weights.json").forward(image(page)[None])[0][0]
    assert [re.findall(r"[\d.]+", words)[:2] for words in said] == [[str(unit), "256"] for unit in range(1, 257)]
    assert [float(words.split()[-1]) for words in said] == pytest.approx(hidden, abs=.00051)


def test_what_a_unit_says_to_each_digit_is_in_the_table(page, site):
    network = exact(site / "weights.json")
    draw(page, FOUR)
    page.evaluate("""() => new Promise(opened => {
        $("inside").addEventListener("toggle", opened);                // it is then that the page chooses a unit
        $("inside").open = true;
    })""")
    page.focus("#unit")
    page.keyboard.press("End")
    until(page, "$('activation').textContent.startsWith('Unit 256 of 256')")
    said = [float(number.replace("−", "-")) for number in re.findall(r"[+−]?\d+\.\d\d\b", text(page, "vote"))]
    rows = calculate(page, """() => [...$("outputs").rows].map(row => [...row.cells].filter(cell => cell.textContent)
        .map(cell => parseFloat(cell.textContent.replace("−", "-"))))""")
    hidden, logits, chances = (part[0] for part in network.forward(render(FOUR)[None]))
    assert said == pytest.approx([hidden[255] * network.W2[255, 4], logits[4]], abs=.0051)
    assert np.array(rows) == pytest.approx(np.stack([range(10), hidden[255] * network.W2[255], logits, 100 * chances], axis=1), abs=.051)


def test_it_begins_with_the_unit_that_says_most_for_the_digit(page, site):
    network = exact(site / "weights.json")
    for drawing, digit, ask in ((SEVEN, 7, "text=Look inside"), (ZERO, 0, "#loudest")):
        page.click("#clear")
        draw(page, drawing)
        page.click(ask)
        hidden = network.forward(render(drawing)[None])[0][0]
        unit = (hidden * network.W2[:, digit]).argmax() + 1
        until(page, f"$('activation').textContent.startsWith('Unit {unit} of 256')")


@pytest.mark.parametrize("hidden", [1, 7, 300])
def test_the_grid_of_units_fits_any_hidden_size_and_shows_the_unit_pointed_at(hidden, page, tmp_path):
    NeuralNetwork(hidden_size=hidden).save(tmp_path / "other.json")
    choose(page, tmp_path / "other.json")
    page.evaluate("() => { $('inside').open = true; $('units').scrollIntoView(); }")
    until(page, f"$('activation').textContent.includes('of {hidden}:')")
    area, side = page.locator("#units").bounding_box(), int(np.ceil(np.sqrt(hidden)))
    cell = area["width"] / side
    row, column = divmod(hidden - 1, side)                             # the last one
    page.mouse.move(area["x"] + (column + .5) * cell, area["y"] + (row + .5) * cell)
    assert text(page, "activation").startswith(f"Unit {hidden} of {hidden}:")
    page.mouse.move(area["x"] + area["width"] - 1, area["y"] + area["height"] - 1)      # where there may be none
    assert text(page, "activation").startswith(f"Unit {hidden} of {hidden}:")


def test_why_and_why_not_say_what_the_ink_adds(page, site):
    network = exact(site / "weights.json")
    draw(page, SEVEN)
    page.click("text=Why?")
    for choice, digit in (("what it reads", 7), ("4", 4)):
        page.click(f"#digits label:has-text('{choice}')")
        until(page, f"$('because').textContent.includes('gives {digit} a score')")
        ink = network.explain(render(SEVEN), digit)
        blank, logits = (network.forward(x[None])[1][0] for x in (np.zeros(784), render(SEVEN)))
        said = [float(number.replace("−", "-")) for number in re.findall(r"[+−]?\d+\.\d\d\b", text(page, "because"))]
        assert said == pytest.approx([blank[digit], ink.clip(0).sum(), -ink.clip(None, 0).sum(), logits[digit],
                                      *([logits[7] - logits[4]] if digit == 4 else [])], abs=.0051)
    assert text(page, "announcement") == text(page, "because")


def test_how_it_was_trained_is_told_and_drawn(page):
    unfold(page)
    for fact in ("256 hidden units", "4 epochs", "learning rate 0.5", "97.00 %", "2026-11-22"):
        assert fact in text(page, "facts")
    assert page.locator("#plots svg").count() == 2
    assert page.locator("#plots svg").first.get_attribute("aria-label").endswith("from 0.500 to 0.100 in 4 epochs")


# ── Teaching ─────────────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture(scope="session")
def misread(trained, site):
    """Ways of writing that the network, which learned MNIST alone, misreads: (strokes in the area, label)."""
    network, found = NeuralNetwork.load(site / "weights.json"), []
    for drawing in read_drawings(ROOT / "data" / "styles.json"):
        strokes, label = drawing["strokes"], int(drawing["label"])
        size = max(number for stroke in strokes for point in stroke for number in point)
        strokes = [[[round(.1 + .8 * x / size, 3), round(.1 + .8 * y / size, 3)] for x, y in stroke] for stroke in strokes]
        if network.predict(render(strokes)[None])[0] != label:
            found.append((strokes, label))
    assert len(found) >= 3
    return found


def teach(page, strokes, label):
    """Draw, say what it is, and return what it was read as before and after."""
    page.keyboard.press("Delete")
    draw(page, strokes)
    before = prediction(page)
    page.evaluate("() => { $('teach').open = true; }")
    page.click(f"#labels button[value='{label}']")
    return before, prediction(page)


WEIGHTS = "() => JSON.stringify([network.W1, network.b1, network.W2, network.b2].map(a => Array.from(a)))"


def test_a_misread_drawing_that_was_taught_is_read_right_and_its_place_does_not_matter(page, misread):
    (strokes, label), *_ = misread
    before, after = teach(page, strokes, label)
    assert before != str(label) == after
    assert f"read {before} and now reads {label}" in text(page, "lesson")
    assert page.locator("#lessons li").all_inner_texts() == [str(label)] and "since then taught by you (1)" in text(page, "about")
    page.keyboard.press("Delete")
    draw(page, strokes, size=.5, left=.5)
    assert prediction(page) == str(label)
    page.keyboard.press("Delete")
    for simple, digit in ((ONE, "1"), (SEVEN, "7"), (FOUR, "4")):
        draw(page, simple)
        assert prediction(page) == digit                               # the rest is not spoiled
        page.keyboard.press("Delete")


def test_before_and_after_are_shown_in_numbers(page, misread):
    (strokes, label), *_ = misread
    draw(page, strokes)
    before = probabilities(page)
    teach(page, strokes, label)
    rows = page.locator("#changes tr").all_inner_texts()
    shown = np.array([[float(number) for number in re.findall(r"([\d.]+) %", row)] for row in rows])
    assert shown[:, 0] == pytest.approx(before, abs=1) and shown[:, 1] == pytest.approx(probabilities(page), abs=.11)


def test_the_last_lesson_is_taken_back_and_forgetting_restores_the_network_to_the_byte(page, misread):
    untaught = page.evaluate(WEIGHTS)
    (first, second, *_), taught = misread, []
    for strokes, label in (first, second):
        teach(page, strokes, label)
        taught.append(page.evaluate(WEIGHTS))
    assert len({untaught, *taught}) == 3
    page.click("#unteach")
    assert page.evaluate(WEIGHTS) == taught[0]
    teach(page, *second)
    assert page.evaluate(WEIGHTS) == taught[1]
    page.click("#forget")
    assert page.evaluate(WEIGHTS) == untaught and page.locator("#lessons li").count() == 0
    page.reload()
    wait_until_ready(page)
    assert page.evaluate(WEIGHTS) == untaught and page.evaluate("() => localStorage.length") == 0


def test_lessons_survive_a_reload(page, misread):
    for strokes, label in misread[:2]:
        teach(page, strokes, label)
    taught = page.evaluate(WEIGHTS)
    page.reload()
    wait_until_ready(page)
    assert page.evaluate(WEIGHTS) == taught and page.locator("#lessons li").count() == 2
    strokes, label = misread[0]
    draw(page, strokes)
    assert prediction(page) == str(label)


def test_lessons_for_a_network_from_a_file_leave_those_for_the_pages_own_as_they_were(page, misread, tmp_path):
    teach(page, *misread[0])
    NeuralNetwork(hidden_size=4).save(tmp_path / "other.json")
    choose(page, tmp_path / "other.json")
    until(page, "$('about').textContent.includes('784 → 4 → 10')")
    assert page.locator("#lessons li").count() == 0
    teach(page, *misread[1])
    assert "only until you leave" in text(page, "lesson") and page.locator("#lessons li").count() == 1
    page.reload()
    wait_until_ready(page)
    assert page.locator("#lessons li").all_text_contents() == [str(misread[0][1])] and "784 → 256 → 10" in text(page, "about")


def test_teaching_with_nothing_drawn_or_nothing_to_forget_says_so_and_changes_nothing(page):
    untaught = page.evaluate(WEIGHTS)
    page.evaluate("() => { $('teach').open = true; }")
    page.click("#labels button[value='3']")
    assert "Draw a digit first" in text(page, "lesson")
    page.click("#unteach")
    page.click("#forget")
    assert page.evaluate(WEIGHTS) == untaught


BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } });"
FULL = "for (let size = 1 << 22; size; size >>= 1) try { while (true) localStorage.setItem(size + '.' + localStorage.length, 'x'.repeat(size)); } catch {}"


@pytest.mark.parametrize("storage", [BLOCKED, FULL], ids=["blocked", "full"])
def test_storage_that_takes_nothing_costs_only_the_lessons_and_says_so(storage, visit, misread):
    page, (strokes, label) = visit(init=storage), misread[0]
    assert teach(page, strokes, label)[1] == str(label)
    assert "cannot keep lessons" in text(page, "lesson")
    page.reload()
    wait_until_ready(page)
    assert page.locator("#lessons li").count() == 0
    draw(page, SEVEN)
    assert prediction(page) == "7"


def test_corrupt_lessons_cost_only_the_lessons_and_say_so(page, misread):
    for kept in ("", "{", "null", "7", "{}", "[]", '[{"label": 3}]', '[{"label": 3, "strokes": [[[0, 1e999]]]}]',
                 '[{"label": "<img src=x>", "strokes": [[[0, 0]]]}]', "[" * 1000):
        page.evaluate("kept => localStorage.setItem('lessons', kept)", kept)
        page.reload()
        wait_until_ready(page)
        assert "cannot be read" in text(page, "message") and "784 → 256 → 10" in text(page, "about"), kept
    strokes, label = misread[0]
    assert teach(page, strokes, label)[1] == str(label)
    page.reload()
    wait_until_ready(page)
    assert page.locator("#lessons li").count() == 1 and text(page, "message") == ""


# ── Taking it home ───────────────────────────────────────────────────────────────────────────────────────

def saved(page, button, folder):
    unfold(page)
    with page.expect_download() as download:
        page.click(button)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_saved_drawings_go_from_the_page_to_python_and_back(page, visit, misread, tmp_path):
    for strokes, label in misread[:3]:
        teach(page, strokes, label)
    path, taught = saved(page, "#save-drawings", tmp_path), page.evaluate(WEIGHTS)
    drawings = read_drawings(path)
    assert path.name == "drawings.json" and [drawing["label"] for drawing in drawings] == [label for _, label in misread[:3]]
    assert np.array_equal(render(drawings[2]["strokes"]), image(page))
    other = visit()
    choose(other, path)
    until(other, "$('lessons').children.length === 3")
    assert other.evaluate(WEIGHTS) == taught
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(json.dumps(drawing) for drawing in drawings) + "\n")
    other.click("#forget")
    choose(other, lines)
    until(other, "$('lessons').children.length === 3")
    assert other.evaluate(WEIGHTS) == taught


def test_a_saved_network_goes_from_the_page_to_python_and_back(page, visit, site, misread, tmp_path):
    untaught = saved(page, "#save-network", tmp_path).read_text()
    assert json.loads(untaught) == json.loads((site / "weights.json").read_text())
    strokes, label = misread[0]
    teach(page, strokes, label)
    path, shown = saved(page, "#save-network", tmp_path), probabilities(page)
    assert 100 * NeuralNetwork.load(path).forward(image(page)[None].astype(np.float32))[2][0] == pytest.approx(shown, abs=.06)
    other = visit()
    choose(other, path)
    until(other, "trained.W1[0] !== undefined && $('message').textContent === ''")
    draw(other, strokes)
    until(other, f"$('prediction').textContent === '{label}'")
    assert probabilities(other) == shown
    NeuralNetwork.load(path).save(tmp_path / "again.json")             # through Python, which rounds
    choose(other, tmp_path / "again.json")
    other.wait_for_timeout(300)
    assert probabilities(other) == pytest.approx(shown, abs=5) and prediction(other) == str(label)
    page.click("#forget")
    assert saved(page, "#save-network", tmp_path).read_text() == untaught


def test_more_drawings_than_a_page_can_learn_are_refused_with_the_way_to_learn_them(page):
    many = json.dumps([{"label": 7, "strokes": SEVEN}] * 101).encode()
    choose(page, {"name": "many.json", "mimeType": "", "buffer": many})
    until(page, "$('message').textContent")
    assert "--drawings" in text(page, "message") and page.locator("#lessons li").count() == 0


def test_saving_drawings_when_there_are_none_says_so(page):
    unfold(page)
    for dismiss in (lambda: page.keyboard.press("Escape"), lambda: page.click("#message"), lambda: draw(page, ONE)):
        page.click("#save-drawings")
        assert "no drawings yet" in text(page, "message")
        dismiss()
        assert text(page, "message") == ""


# ── Long use ─────────────────────────────────────────────────────────────────────────────────────────────

def test_long_use_leaves_memory_and_the_page_as_they_were(page):
    """128 strokes, 32 clears and 12 lessons; the campaign makes 5,000, 1,000 and 100."""
    session = page.context.new_cdp_session(page)

    def use(times):
        for i in range(times):
            draw(page, 2 * [[[.3, .2], [.7, .2], [.5, .9]], [[.4, .5], [.6, .5]]])
            page.keyboard.press("Control+z")
            if i % 3 == 0:
                page.evaluate("label => $('labels').querySelectorAll('button')[label].click()", i % 10)
            page.keyboard.press("Delete")
        page.evaluate("() => $('forget').click()")
        session.send("HeapProfiler.collectGarbage")
        memory, counters = session.send("Runtime.getHeapUsage"), session.send("Memory.getDOMCounters")
        return memory["usedSize"] + memory["backingStorageSize"], counters["nodes"], counters["jsEventListeners"]

    unfold(page)
    use(8)
    memory, nodes, listeners = use(8)
    later = [use(8) for _ in range(2)]                                 # when what is unused is freed is the browser's affair
    assert min(now[0] for now in later) - memory < 200_000
    assert min(now[1] for now in later) - nodes < 110 and later[-1][2] == listeners
