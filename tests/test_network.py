"""Chapters 1 and 2: the mathematics of the network, how it learns, and what it is shown."""

import inspect

import numpy as np
import pandas
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from conftest import ROOT
from neural_network import ACTIVATIONS, NeuralNetwork, View, cross_entropy, make_warps, mini_batches

# What scikit-learn calls those activations that it has too; any other is tried by central differences alone.
SCIKIT_LEARN = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}
DIGITS = np.arange(20) % 10                                        # labels for 20 images
DRAWINGS = [{"label": 7, "strokes": [[[0, 0], [9, 0], [4, 9]]]}, {"label": 1, "strokes": [[[0, 0], [0, 9]]]}]


def say_nothing(epoch, loss, accuracy):
    """In the place of print_epoch."""


def quietly(network, *data, **options):
    return network.train(*data, **options, after_epoch=say_nothing)


def in_float64(activation, **sizes):
    """A network in float64, its biases random too, so that no term of a gradient is zero by chance."""
    network = NeuralNetwork(activation=activation, **sizes)
    rng = np.random.default_rng(1)
    for name in ("W1", "b1", "W2", "b2"):
        parameter = getattr(network, name)
        setattr(network, name, parameter + rng.normal(0, 0.1, parameter.shape))
    return network


def as_sklearn(network, learning_rate=0.1):
    """scikit-learn's network, given our weights."""
    model = MLPClassifier([len(network.b1)], activation=SCIKIT_LEARN[network.activation], solver="sgd",
                          alpha=0, momentum=0, shuffle=False, batch_size=20, learning_rate_init=learning_rate)
    model.partial_fit(np.zeros((20, len(network.W1)), network.W1.dtype), DIGITS, classes=range(10))
    for theirs, ours in zip(model.coefs_ + model.intercepts_, (network.W1, network.W2, network.b1, network.b2)):
        theirs[...] = ours
    return model


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_is_what_central_differences_say(activation):
    network = in_float64(activation, input_size=12, hidden_size=7)
    images = np.random.default_rng(2).random((20, 12))
    assert abs(images @ network.W1 + network.b1).min() > 1e-4      # none at relu's corner, where it has no slope
    for parameter, gradient in zip(network.parameters(), network.backward(images, DIGITS)):
        measured = np.empty_like(parameter)
        for index in np.ndindex(parameter.shape):
            value = parameter[index]
            parameter[index] = value + 1e-5
            loss_above = cross_entropy(network.forward(images)[2], DIGITS)
            parameter[index] = value - 1e-5
            loss_below = cross_entropy(network.forward(images)[2], DIGITS)
            parameter[index] = value
            measured[index] = (loss_above - loss_below) / 2e-5
        assert gradient.dtype == np.float64 and gradient.shape == parameter.shape
        assert np.linalg.norm(gradient - measured) / np.linalg.norm(measured) < 1e-7


def test_probabilities_and_loss_are_scikit_learns_and_four_epochs_read_96_percent_right(trained, mnist):
    images, labels = mnist[2][:2000], mnist[3][:2000]
    probabilities, theirs = trained.forward(images)[2], as_sklearn(trained).predict_proba(images)
    assert trained.accuracy(*mnist[2:]) == np.mean(trained.predict(mnist[2]) == mnist[3]) > 0.96
    assert np.abs(probabilities - theirs).max() < 1e-6
    assert abs(cross_entropy(probabilities, labels) - log_loss(labels, theirs / theirs.sum(axis=1, keepdims=True))) < 1e-6


@pytest.mark.parametrize("activation", SCIKIT_LEARN)
def test_training_takes_scikit_learns_steps_at_a_rate_that_falls_to_zero_and_records_its_loss(activation):
    network = in_float64(activation, input_size=30, hidden_size=9)
    images, labels = np.random.default_rng(4).random((50, 30)), np.arange(50) % 10
    model = as_sklearn(network)
    history = quietly(network, images, labels, epochs=2, learning_rate=0.6, batch_size=20)
    rng = NeuralNetwork(30, 9).rng                                 # gives the order that our network took
    rates = [0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    for epoch in range(2):
        seen_probabilities, seen_labels = [], []                   # before each step
        for batch_images, batch_labels in mini_batches(images, labels, 20, rng):        # 20, 20, 10 images
            seen_probabilities.append(model.predict_proba(batch_images))
            seen_labels.append(batch_labels)
            model._optimizer.learning_rate = rates.pop(0)
            model.batch_size = len(batch_labels)
            model.partial_fit(batch_images, batch_labels)
        probabilities, answers = np.concatenate(seen_probabilities), np.concatenate(seen_labels)
        assert history["loss"][epoch] == pytest.approx(log_loss(answers, probabilities), rel=1e-9)
        assert history["accuracy"][epoch] == np.mean(probabilities.argmax(axis=1) == answers)
    for ours, theirs in zip((network.W1, network.W2, network.b1, network.b2), model.coefs_ + model.intercepts_):
        assert np.allclose(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_chapter_1_cut_out_and_given_numpy_learns_other_images(activation, capsys):
    script = (ROOT / "neural_network.py").read_text("utf-8")
    chapter = {"np": np, "__name__": "chapter_1"}
    exec(script[script.index("# ── 1. "):script.index("# ── 2. ")], chapter)
    images, labels = load_digits(return_X_y=True)                  # 8 x 8 pixels, from 0 to 16
    network = chapter["NeuralNetwork"](input_size=64, hidden_size=32, activation=activation)
    unseen = np.arange(len(labels)) % 4 == 0
    history = network.train(images[~unseen] / 16, labels[~unseen], epochs=30, learning_rate=0.5)
    assert network.accuracy(images[unseen] / 16, labels[unseen]) > 0.95
    assert len(history["loss"]) == len(history["accuracy"]) == 30 and history["loss"][-1] < 0.2
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 30 and said[-1].startswith("epoch   30  loss 0.")


def test_an_activation_whose_slope_is_float64_does_no_harm(mnist, monkeypatch):
    """The exercise of every course; np.where with two plain numbers makes float64, and nothing says so."""
    leaky = lambda z: np.maximum(z, 0.01 * z), lambda hidden: np.where(hidden > 0, 1, 0.01)
    monkeypatch.setitem(ACTIVATIONS, "leaky relu", leaky)
    network, images, labels = NeuralNetwork(hidden_size=16, activation="leaky relu"), mnist[0][:6000], mnist[1][:6000]
    gradients = network.backward(images[:32], labels[:32])
    assert [gradient.dtype for gradient in gradients] == [np.float32] * 4
    quietly(network, images, labels, epochs=2, learning_rate=0.3)
    assert network.accuracy(*mnist[2:]) > 0.8


def test_the_same_seed_gives_the_same_bytes_of_file_and_another_seed_others(mnist, tmp_path):
    files = []
    for seed in (5, 5, 6):
        view = View(mnist[0][:3000], mnist[1][:3000], DRAWINGS, seed=seed)
        network = NeuralNetwork(len(view.inked), 16, seed=seed)
        quietly(network, view.numbers, view.labels, epochs=2, batches=view.mini_batches)
        view.fold(network).save(tmp_path / "weights.json")
        files.append((tmp_path / "weights.json").read_bytes())
    assert files[0] == files[1] != files[2]


GREY = np.full((20, 784), 0.5)


@pytest.mark.parametrize("images, labels, said", [
    (np.full((20, 784), 255, np.uint8), DIGITS, "images must be numbers from 0 .* to 1 .*, not from 255 to 255"),
    (np.full((20, 784), np.nan), DIGITS, "images must be numbers from 0 .* not from nan"),
    (np.zeros((20, 783)), DIGITS, r"images must be numbers in rows of 784.*\(20, 783\)"),
    (np.zeros((20, 784), str), DIGITS, "images must be numbers in rows of 784"),
    (GREY[:0], DIGITS[:0], r"images must be .* not .*\(0, 784\)"),
    (GREY, DIGITS[:19], r"labels must be 20 numbers.*\(19,\)"), (GREY, np.eye(10)[DIGITS], r"labels must .*\(20, 10\)"),
    (GREY, DIGITS[:, None], r"labels must .*\(20, 1\)"), (GREY, ["seven"] * 20, "labels must be numbers, .* 'seven'"),
    (0.5, 3, r"images must be .* not .*\(\)"),
    (GREY, DIGITS + 1, "labels must be whole numbers from 0 to 9, not 10"),
    (GREY, DIGITS + 0.5, "labels must be .*, not 0.5"), (GREY, DIGITS - 1, "labels must be whole numbers")])
def test_what_cannot_be_learned_or_read_is_refused_in_a_sentence(images, labels, said):
    network = NeuralNetwork(hidden_size=2)
    for method in network.train, network.accuracy:
        with pytest.raises(ValueError, match=said):
            method(images, labels)


def test_the_network_that_checks_is_called_and_explained_as_that_of_the_lesson():
    lesson = NeuralNetwork.__base__
    for name in "train", "predict", "accuracy":
        checking, plain = getattr(NeuralNetwork, name), getattr(lesson, name)
        assert inspect.signature(checking) == inspect.signature(plain)
        assert inspect.getdoc(plain) and inspect.getdoc(checking) == inspect.getdoc(plain)


@pytest.mark.parametrize("options", [{"epochs": 0}, {"batch_size": 0}])
def test_training_without_epochs_or_images_in_a_step_is_refused_in_a_sentence(options):
    with pytest.raises(ValueError, match="epochs and batch_size must be at least 1"):
        NeuralNetwork(hidden_size=2).train(GREY, DIGITS, **options)


def test_lists_tables_whole_numbers_and_one_image_are_taken():
    plain, other = NeuralNetwork(hidden_size=8), NeuralNetwork(hidden_size=8)
    images = (np.random.default_rng(0).random((20, 784)) > 0.8).astype(np.float32)
    quietly(plain, images, DIGITS, epochs=2, batch_size=4)
    shuffled = pandas.Series(DIGITS.astype(float), index=np.random.default_rng(1).permutation(20))
    quietly(other, images.astype(int).tolist(), shuffled, epochs=2, batch_size=4)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(plain.parameters(), other.parameters()))
    assert plain.accuracy(images > 0, shuffled) == plain.accuracy(images, list(map(str, DIGITS))) == np.mean(plain.predict(images) == DIGITS)
    assert plain.predict(images[3]).tolist() == plain.predict(images)[3:4].tolist()


@pytest.fixture(scope="module")
def view(mnist):
    return View(mnist[0][:5000], mnist[1][:5000], DRAWINGS)


def test_only_inked_pixels_are_shown_less_their_mean_and_undistorted_if_that_is_wished(mnist):
    images, labels = mnist[0][:500], np.arange(500)
    view = View(images, labels, distort=False)
    mean = images.mean(axis=0)
    assert view.inked.tolist() == np.flatnonzero(mean >= 0.003 * mean.max()).tolist() and 400 < len(view.inked) < 600
    assert np.allclose(view.mean_image(), mean, atol=0.002)     # for the file
    orders = []
    for batch_size in (32, 500, 3000):
        batches = list(view.mini_batches(view.numbers, view.labels, batch_size, np.random.default_rng(batch_size)))
        assert [len(batch) for batch, _ in batches[:-1]] == [batch_size] * (len(batches) - 1)
        shown = np.concatenate([batch for batch, _ in batches])
        which = np.concatenate([labels for _, labels in batches])
        assert np.allclose(shown, (images - mean)[which][:, view.inked], atol=1e-6)     # each with its label
        assert sorted(which) == list(range(500))                   # and each once
        orders.append(which.tolist())
    assert orders[0] != orders[1] != orders[2]


def test_folded_a_network_says_of_whole_images_what_it_said_of_what_it_was_shown(view, mnist):
    network = NeuralNetwork(len(view.inked), 64)
    quietly(network, view.numbers, view.labels, epochs=3, learning_rate=1, batches=view.mini_batches)
    before, whole = [parameter.copy() for parameter in network.parameters()], view.fold(network)
    shown = network.forward(mnist[2][:, view.inked] - view.mean)[2]
    assert np.abs(whole.forward(mnist[2])[2] - shown).max() < 1e-6
    assert whole.accuracy(*mnist[2:]) > 0.85 and whole.W1.shape == (784, 64)
    assert all(np.array_equal(now, then) for now, then in zip(network.parameters(), before))


def test_relu_too_reads_94_percent_of_the_test_images_after_two_epochs_at_the_quick_rate(mnist):
    view = View(*mnist[:2])                                        # tanh: see test_command_line.py
    network = NeuralNetwork(len(view.inked), activation="relu")
    quietly(network, view.numbers, view.labels, epochs=2, learning_rate=1, batches=view.mini_batches)
    assert view.fold(network).accuracy(*mnist[2:]) > 0.94


def test_images_and_drawings_are_shown_ever_new_with_their_labels(view, mnist):
    rng, shown = np.random.default_rng(0), []
    for _ in range(2):
        drawn = view.drawn.copy()
        batches = list(view.mini_batches(view.numbers, view.labels, 32, rng))
        shown_labels = np.concatenate([labels for _, labels in batches])
        assert np.bincount(shown_labels).tolist() == np.bincount(view.labels).tolist()
        replaced = np.flatnonzero((view.drawn != drawn).any(axis=1))
        assert 2 <= len(replaced) <= 10                            # each drawing at least once an epoch
        shown.append(replaced.tolist())
    assert not set(shown[0]) & set(shown[1])                       # the oldest first
    for row, (label, image) in enumerate(zip(view.labels[5000:], view.drawn.reshape(-1, 28, 28))):  # a 7 is wide, a 1 not
        assert label == DRAWINGS[row % 2]["label"] and (np.ptp(np.flatnonzero(image.any(axis=0))) > 9) == (label == 7)
    assert len({image.tobytes() for image in view.drawn}) >= 10 and np.array_equal(view.images, mnist[0][:5000])
    plain = View(mnist[0][:9], mnist[1][:9], DRAWINGS, distort=False)   # of images that nobody can write: see `mnist`
    shown = plain.prepare(np.arange(len(plain.labels)))[0]
    assert np.allclose(shown + plain.mean, np.concatenate([mnist[0][:9], plain.drawn])[:, plain.inked], atol=1e-6)


def test_warps_differ_within_a_mini_batch_and_a_warped_pixel_is_a_mean_of_pixels_nearby_or_paper(mnist):
    view = View(mnist[0][:1].repeat(64, axis=0), np.zeros(64, int))
    (batch, _), = view.mini_batches(view.numbers, view.labels, 64, np.random.default_rng(0))
    assert len({image.tobytes() for image in batch}) > 15
    rng = np.random.default_rng(0)
    for warp in make_warps(50, np.arange(784), rng):
        shares = warp.toarray()
        assert shares.shape == (784, 784) and shares.min() >= 0 and shares.sum(axis=1).max() <= 1 + 1e-5
        assert (shares > 0).sum(axis=1).max() <= 4
        assert shares.reshape(28, 28, 784)[8:20, 8:20].sum(axis=2).min() > 0.999       # the middle comes from inside
        to, source = np.nonzero(shares)
        assert max(abs(to // 28 - source // 28).max(), abs(to % 28 - source % 28).max()) < 12    # none from far away
        assert 0.7 < (warp @ mnist[0][:20].T).sum() / mnist[0][:20].sum() < 1.4


def test_a_warp_of_no_strength_changes_nothing_and_each_strength_alone_a_little(mnist):
    none, rng, images = dict(rotation=0, scale=0, shear=0, shift=0, elastic=0), np.random.default_rng(0), mnist[0][:20]
    assert np.allclose(make_warps(1, np.arange(784), rng, **none)[0].toarray(), np.eye(784), atol=1e-6)
    for strength in ({"rotation": 12}, {"scale": 0.12}, {"shear": 0.1}, {"shift": 1.5}, {"elastic": 0.8}):
        warped = (make_warps(1, np.arange(784), rng, **none | strength)[0] @ images.T).T
        assert 0.5 < np.corrcoef(warped.ravel(), images.ravel())[0, 1] < 0.9999, strength
