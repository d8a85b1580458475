"""Chapter 3, five looks: `vary`, `looks`, `read_drawing`, `doubt`, in Python and in the page's own scripts."""
import base64
import json

import numpy as np
import pytest

import neural_network as nn
from conftest import ROOT
from drawings import DATA, read_lines

pytest_plugins = "chromium"

WEIGHTS = ROOT / "weights.json"

# What the page's scripts make of drawings: the images as doubles in base64, and the readings.
USE = """file => {
    const parameters = ["W1", "b1", "W2", "b2"].map(name => [name, Float64Array.from(file[name].flat())]);
    window.network = { layers: file.layers, activation: file.activations[0], ...Object.fromEntries(parameters) };
}"""
READ = """drawings => drawings.map(strokes => {
    const reading = readDrawing(network, strokes);
    let bytes = "";
    for (const image of looks(strokes)) {
        for (const byte of new Uint8Array(image.buffer)) bytes += String.fromCharCode(byte);
    }
    return { images: btoa(bytes), logits: reading.passes.map(pass => [...pass.logits]),
             probabilities: [...reading.probabilities], doubt: doubt(reading) };
})"""


@pytest.fixture(scope="module")
def real():
    return read_lines(DATA / "drawings.jsonl")


@pytest.fixture(scope="module")
def letters():
    return read_lines(DATA / "letters.jsonl")


@pytest.fixture(scope="module")
def network():
    return nn.NeuralNetwork.load(WEIGHTS)


def test_a_look_turns_the_drawing_and_stretches_it_sideways():
    """By complex numbers, whose product turns: y goes down, so an angle above 0 turns clockwise."""
    rng = np.random.default_rng(0)
    strokes = [rng.normal(size=(5, 2)), rng.normal(size=(1, 2))]
    for angle, stretch in nn.LOOKS:
        for stroke, varied in zip(strokes, nn.vary(strokes, angle, stretch)):
            turned = (stroke[:, 0] + 1j * stroke[:, 1]) * np.exp(1j * angle)
            assert np.allclose(varied, np.stack([stretch * turned.real, turned.imag], axis=1))


def test_the_first_look_is_the_drawing_as_it_is_and_the_others_differ(real):
    for drawing in real[::50]:
        images = nn.looks(drawing["strokes"])
        assert np.array_equal(images[0], nn.render(drawing["strokes"]))
        assert len({image.tobytes() for image in images}) == len(nn.LOOKS)


def test_a_reading_is_the_mean_of_what_the_network_says_of_each_look(real, network):
    reading = nn.read_drawing(network, real[0]["strokes"])
    each = [network.forward(np.float32(image)[None])[2][0] for image in nn.looks(real[0]["strokes"])]
    assert np.allclose(reading["probabilities"], sum(each) / len(each), atol=1e-6)


def reading_of(votes, sure, ink=100):
    """A reading in which each look says its digit, and the mean says the first of them so surely."""
    probabilities = np.full(10, (1 - sure) / 9)
    probabilities[votes[0]] = sure
    return {"images": np.full((len(votes), 784), ink / 784), "logits": np.eye(10)[list(votes)],
            "probabilities": probabilities}


@pytest.mark.parametrize("votes, sure, ink, words", [
    ((8, 8, 8, 8, 8), 0.99, 100, ""),
    ((8, 8, 8, 8, 3), 0.81, 100, ""),
    ((8, 8, 8, 3, 3), 0.60, 100, "three of five say 8, two say 3"),
    ((8, 8, 8, 8, 3), 0.70, 100, "four of five say 8, one says 3"),
    ((8, 3, 3, 3, 3), 0.40, 100, "one of five says 8, four say 3"),
    ((8, 8, 3, 5, 5), 0.40, 100, "two of five say 8: is this a digit?"),
    ((8, 8, 8, 8, 8), 0.60, 100, "all five say 8, but not surely"),
    ((8, 8, 8, 8, 8), 0.99, 200, "so much ink: is this a digit?"),
])
def test_doubt_says_what_the_looks_say(votes, sure, ink, words):
    assert nn.doubt(reading_of(votes, sure, ink)) == words


def test_few_real_digits_are_doubted_and_most_of_what_is_misread_or_no_digit(real, letters, network):
    """With the network that ships. benchmarks/doubt.py measures it well; these are wide limits."""
    readings = [nn.read_drawing(network, drawing["strokes"]) for drawing in real]
    is_right = [reading["probabilities"].argmax() == drawing["label"] for reading, drawing in zip(readings, real)]
    doubted = [nn.doubt(reading) != "" for reading in readings]
    assert np.mean(is_right) > 0.97
    assert np.mean([doubts for doubts, right in zip(doubted, is_right) if right]) < 0.06
    others = [letter for letter in letters if letter["sign"] in "AEFHKMNRTWXakmwx#%&*+?@"]
    assert np.mean([nn.doubt(nn.read_drawing(network, other["strokes"])) != "" for other in others]) > 0.6


def test_the_page_makes_the_same_images_and_readings(real, letters, network, browser):
    """2,000 drawings: real digits, letters, and both as another hand would write them. Images to 1e-9."""
    rng = np.random.default_rng(0)
    drawings = [drawing["strokes"] for drawing in real + letters]
    again = rng.choice(len(drawings), 2000 - len(drawings), replace=False)
    drawings += [[stroke.tolist() for stroke in nn.jitter(drawings[i], rng)] for i in again]
    page = browser.new_page()
    for script in ("network.js", "pen.js"):
        page.add_script_tag(path=ROOT / "page" / script)
    page.evaluate(USE, json.loads(WEIGHTS.read_text("utf-8")))
    results = []
    for start in range(0, len(drawings), 100):
        results += page.evaluate(READ, drawings[start:start + 100])
    page.close()
    for strokes, result in zip(drawings, results, strict=True):
        reading = nn.read_drawing(network, strokes)
        images = np.frombuffer(base64.b64decode(result["images"])).reshape(-1, 784)
        assert np.abs(images - reading["images"]).max() < 1e-9
        assert np.abs(result["logits"] - reading["logits"]).max() < 1e-3       # in single precision
        assert np.abs(result["probabilities"] - reading["probabilities"]).max() < 1e-4
        if abs(reading["probabilities"].max() - nn.SURE) > 1e-4:
            assert result["doubt"] == nn.doubt(reading)
