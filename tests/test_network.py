"""The mathematics of the network: gradients, steps, training, and what wrong arguments are told."""
import math
import signal
import warnings

import numpy as np
import pytest
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from neural_network import NeuralNetwork, cross_entropy, make_warps

NAMES = ("W1", "b1", "W2", "b2")
DIGITS = np.arange(20) % 10                                        # labels for 20 images


def in_float64(**sizes):
    """A network in float64, its biases random too, so that no term of a gradient is zero by chance."""
    network, rng = NeuralNetwork(**sizes), np.random.default_rng(1)
    for name in NAMES:
        setattr(network, name, getattr(network, name) + rng.normal(0, 0.1, getattr(network, name).shape))
    return network


def as_sklearn(network, learning_rate=0.1):
    """scikit-learn's network, given our weights."""
    model = MLPClassifier([len(network.b1)], activation="logistic", solver="sgd", alpha=0, momentum=0, shuffle=False,
                          batch_size=20, learning_rate_init=learning_rate)
    model.partial_fit(np.zeros((20, len(network.W1)), network.W1.dtype), DIGITS, classes=range(10))
    for theirs, ours in zip(model.coefs_ + model.intercepts_, (network.W1, network.W2, network.b1, network.b2)):
        theirs[...] = ours
    return model


def copies(network):
    return [parameter.copy() for parameter in network.parameters()]


def as_bytes(network):
    return [parameter.tobytes() for parameter in network.parameters()]


# ── The mathematics ──────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("which", range(4), ids=NAMES)
def test_the_gradient_is_what_central_differences_say(which):
    network = in_float64(input_size=12, hidden_size=7)
    images = np.random.default_rng(2).random((20, 12))
    parameter = network.parameters()[which]
    measured = np.empty_like(parameter)
    for index in np.ndindex(parameter.shape):
        losses, value = [], parameter[index]
        for parameter[index] in (value + 1e-5, value - 1e-5):
            losses.append(cross_entropy(network.forward(images)[1], DIGITS))
        parameter[index] = value
        measured[index] = (losses[0] - losses[1]) / 2e-5
    gradient = network.backward(images, DIGITS)[which]
    assert gradient.dtype == np.float64 and gradient.shape == parameter.shape
    assert np.linalg.norm(gradient - measured) / np.linalg.norm(measured) < 1e-7


def test_probabilities_and_loss_are_those_of_scikit_learn(trained, mnist):
    images, labels = mnist[2][:2000], mnist[3][:2000]
    _, logits, probabilities = trained.forward(images)
    theirs = as_sklearn(trained).predict_proba(images)
    assert np.abs(probabilities - theirs).max() < 1e-6
    assert abs(cross_entropy(logits, labels) - log_loss(labels, theirs / theirs.sum(axis=1, keepdims=True))) < 1e-6


def test_a_step_takes_the_rate_times_the_gradient_from_each_parameter():
    network = in_float64(hidden_size=9)
    images = np.random.default_rng(3).random((20, 784))
    expected = [parameter - 0.3 * gradient
                for parameter, gradient in zip(network.parameters(), network.backward(images, DIGITS))]
    logits_before = network.forward(images)[1]
    assert np.array_equal(network.step(images, DIGITS, 0.3), logits_before)
    for parameter, value in zip(network.parameters(), expected):
        assert np.allclose(parameter, value, rtol=1e-12, atol=1e-14)


def test_a_step_is_the_one_that_scikit_learn_takes():
    network = in_float64(hidden_size=9)
    images = np.random.default_rng(4).random((20, 784))
    model = as_sklearn(network, learning_rate=0.3)
    model.partial_fit(images, DIGITS)
    network.step(images, DIGITS, 0.3)
    for ours, theirs in zip((network.W1, network.W2, network.b1, network.b2), model.coefs_ + model.intercepts_):
        assert np.allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def test_the_first_step_of_training_is_the_one_that_scikit_learn_takes_on_images_less_their_mean(mnist):
    images, labels = mnist[0][:500], mnist[1][:500]
    network = in_float64(hidden_size=9)
    mean = images.mean(axis=0, dtype=np.float64)
    inked = mean >= 0.003 * mean.max()
    assert 400 < inked.sum() < 600
    centred, before = NeuralNetwork(input_size=int(inked.sum()), hidden_size=9), copies(network)
    centred.W1, centred.b1 = network.W1[inked], network.b1 + mean[inked] @ network.W1[inked]
    centred.W2, centred.b2 = network.W2, network.b2
    model = as_sklearn(centred, learning_rate=0.3)
    model.set_params(batch_size=500)
    model.partial_fit((images - mean)[:, inked], labels)
    network.train(images, labels, epochs=1, learning_rate=0.3, batch_size=500)
    assert np.array_equal(network.W1[~inked], before[0][~inked])
    assert np.abs(network.W1[inked] - before[0][inked]).max() > 1e-3
    W1, W2 = model.coefs_
    b1, b2 = model.intercepts_
    for ours, theirs in zip((network.W1[inked], network.b1, network.W2, network.b2), (W1, b1 - mean[inked] @ W1, W2, b2)):
        assert np.allclose(ours, theirs, rtol=1e-6, atol=1e-8)


def test_the_contributions_of_the_pixels_sum_to_the_change_of_the_logit(trained, mnist):
    blank = trained.forward(np.zeros((1, 784), np.float32))[1][0]
    for image, digit in zip(mnist[2][:30], mnist[3][:30]):
        change = trained.forward(image[None])[1][0] - blank
        for d in (digit, (digit + 1) % 10):
            contributions = trained.explain(image, d)
            assert contributions.shape == (784,)
            assert contributions.sum() == pytest.approx(change[d], rel=0.01, abs=0.01)


# ── Training ─────────────────────────────────────────────────────────────────────────────────────────────

def test_four_epochs_on_mnist_read_96_percent_of_the_test_images(trained, mnist):
    assert trained.accuracy(*mnist[2:]) > 0.96
    assert trained.accuracy(*mnist[2:]) == np.mean(trained.predict(mnist[2]) == mnist[3])


def test_the_rate_falls_linearly_and_the_last_smaller_batch_is_used():
    network, rates, sizes = NeuralNetwork(784, 3), [], []

    def step(images, labels, rate):
        rates.append(rate)
        sizes.append((len(images), len(labels)))
        return np.zeros((len(labels), 10))

    network.step = step
    network.train(np.zeros((10, 784)), DIGITS[:10], epochs=2, learning_rate=0.6, batch_size=4)
    assert rates == pytest.approx([0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    assert sizes == 2 * [(4, 4), (4, 4), (2, 2)]


def test_one_ctrl_c_stops_after_the_running_batch_and_two_at_once():
    network, steps = NeuralNetwork(784, 3), []
    before = copies(network)

    def step(images, labels, rate):
        steps.append(rate)
        for _ in range(presses):
            signal.raise_signal(signal.SIGINT)
        return np.zeros((len(labels), 10))

    network.step, presses = step, 1
    images = np.random.default_rng(0).random((20, 784))
    assert network.train(images, DIGITS, epochs=2, batch_size=4) == {"loss": [], "accuracy": []}
    presses = 2
    with pytest.raises(KeyboardInterrupt):
        network.train(images, DIGITS, epochs=2, batch_size=4)
    assert len(steps) == 2
    for ours, then in zip(network.parameters(), before):           # no longer centred
        assert ours.shape == then.shape and np.allclose(ours, then, atol=1e-6)
    with pytest.raises(KeyboardInterrupt):                         # afterwards Ctrl-C is what it was
        signal.raise_signal(signal.SIGINT)


def test_the_history_holds_loss_and_accuracy_as_met_in_each_epoch(mnist):
    images, labels, seen = mnist[0][:500], mnist[1][:500], []
    mean = images.mean(axis=0)
    images = images * (mean >= 0.003 * mean.max())                 # the other pixels are not learned from
    network = NeuralNetwork(hidden_size=8)
    loss, accuracy = cross_entropy(network.forward(images)[1], labels), network.accuracy(images, labels)
    history = network.train(images, labels, epochs=3, batch_size=500, after_epoch=lambda h: seen.append(len(h["loss"])))
    assert seen == [1, 2, 3]
    assert set(history) == {"loss", "accuracy"} and len(history["loss"]) == len(history["accuracy"]) == 3
    assert history["loss"][0] == pytest.approx(loss, abs=1e-5) and history["accuracy"][0] == pytest.approx(accuracy, abs=1e-5)
    assert history["loss"][2] < history["loss"][0]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(mnist):
    images, labels, warps = mnist[0][:3000], mnist[1][:3000], make_warps(20)
    first, again, other = (NeuralNetwork(hidden_size=16, seed=seed) for seed in (5, 5, 6))
    for network in (first, again, other):
        network.train(images, labels, epochs=2, warps=warps)
    assert as_bytes(first) == as_bytes(again)
    assert all(one != two for one, two in zip(as_bytes(first), as_bytes(other)))


def test_a_loaded_network_can_be_trained_further(trained, mnist, tmp_path):
    trained.save(tmp_path / "weights.json")
    network = NeuralNetwork.load(tmp_path / "weights.json")
    before = as_bytes(network)
    history = network.train(mnist[0][:2000], mnist[1][:2000], epochs=2, learning_rate=0.1)
    assert history["loss"][0] < 0.2                                # from where it was, not from the start
    assert all(one != two for one, two in zip(as_bytes(network), before))
    assert network.accuracy(*mnist[2:]) > 0.96


def test_a_run_that_diverges_says_so_and_leaves_the_weights_of_the_epoch_before(mnist):
    network, good = NeuralNetwork(hidden_size=16), []

    def after_epoch(history):
        good[:] = copies(network)
        network.step = lambda images, labels, rate: NeuralNetwork.step(network, images, labels, 1e4)

    with pytest.raises(FloatingPointError, match="diverged.*learning_rate"):
        network.train(mnist[0][:2000], mnist[1][:2000], epochs=3, learning_rate=0.5, after_epoch=after_epoch)
    assert good and all(np.array_equal(now, then) for now, then in zip(network.parameters(), good))


@pytest.mark.parametrize("power", range(-6, 7))
def test_every_learning_rate_learns_or_stops_with_the_sentence_without_a_warning(power, mnist, tmp_path):
    network = NeuralNetwork(hidden_size=16)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            history = network.train(mnist[0][:2000], mnist[1][:2000], epochs=3, learning_rate=10.0**power)
            assert np.isfinite(history["loss"]).all()
        except FloatingPointError as error:
            assert power > 0 and "learning_rate" in str(error)
        assert all(np.isfinite(parameter).all() for parameter in network.parameters())


@pytest.mark.parametrize("ink", [0, 1e-45, 1e-38, 1])              # float32's ends within 0 to 1
@pytest.mark.parametrize("size", [1e-45, 1e-38, 1, 1e6])           # the largest that a file may hold is 1e6
def test_loss_and_gradient_are_finite_without_a_warning_at_the_ends_of_float32(ink, size):
    network, rng = NeuralNetwork(hidden_size=16), np.random.default_rng(0)
    for name in NAMES:
        shape = getattr(network, name).shape
        setattr(network, name, np.float32(size) * rng.choice(np.float32([-1, 1]), shape))
    images = np.full((20, 784), ink, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, logits, probabilities = network.forward(images)
        assert np.isfinite(probabilities).all() and math.isfinite(cross_entropy(logits, DIGITS))
        assert all(np.isfinite(gradient).all() for gradient in network.backward(images, DIGITS))


def test_weights_at_the_largest_float32_stop_training_with_the_sentence_and_reach_no_file(tmp_path):
    network = NeuralNetwork(hidden_size=16)
    network.W2[:, 3] = np.finfo(np.float32).max                    # its logit is infinite
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FloatingPointError, match="learning_rate"):
            network.train(np.ones((20, 784)), DIGITS, epochs=1, batch_size=5)
        with pytest.raises(ValueError, match="W2"):
            network.save(tmp_path / "weights.json")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("sizes", [(784, 1, 10), (784, 5, 10), (784, 300, 10), (3, 4, 2)])
def test_every_size_of_network_learns_is_saved_and_loaded(sizes, tmp_path):
    network, rng = NeuralNetwork(*sizes), np.random.default_rng(0)
    images, labels = rng.random((40, sizes[0])), rng.integers(sizes[2], size=40)
    losses = network.train(images, labels, epochs=20, batch_size=7)["loss"]
    assert losses[-1] < losses[0]
    network.save(tmp_path / "weights.json")
    loaded = NeuralNetwork.load(tmp_path / "weights.json")
    assert [parameter.shape for parameter in loaded.parameters()] == [
        (sizes[0], sizes[1]), (sizes[1],), (sizes[1], sizes[2]), (sizes[2],)]
    assert np.allclose(loaded.forward(images)[2], network.forward(images)[2], atol=0.02)


# ── Wrong arguments ──────────────────────────────────────────────────────────────────────────────────────

IMAGES = np.zeros((20, 784))


def with_nan():
    images = IMAGES.copy()
    images[3, 5] = np.nan
    return images


@pytest.mark.parametrize("arguments, error, sentence", [
    ({"hidden_size": 0}, ValueError, "hidden_size must be at least 1, not 0"),
    ({"hidden_size": -3}, ValueError, "hidden_size must be at least 1, not -3"),
    ({"hidden_size": 2.5}, TypeError, "hidden_size must be a whole number, not 2.5"),
    ({"hidden_size": "256"}, TypeError, "hidden_size must be a whole number, not '256'"),
    ({"hidden_size": True}, TypeError, "hidden_size must be a whole number, not True"),
    ({"input_size": 0}, ValueError, "input_size .* not 0"),
    ({"output_size": None}, TypeError, "output_size .* not None"),
    ({"seed": -1}, ValueError, "seed must be at least 0, not -1"),
    ({"seed": 0.5}, TypeError, "seed .* not 0.5"),
])
def test_a_network_names_the_argument_that_is_wrong(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        NeuralNetwork(**arguments)


@pytest.mark.parametrize("arguments, error, sentence", [
    ({"epochs": -1}, ValueError, "epochs must be at least 0, not -1"),
    ({"epochs": 1.5}, TypeError, "epochs must be a whole number, not 1.5"),
    ({"learning_rate": 0}, ValueError, "learning_rate must be positive and finite, not 0"),
    ({"learning_rate": -0.1}, ValueError, "learning_rate must be positive and finite, not -0.1"),
    ({"learning_rate": math.nan}, ValueError, "learning_rate .* not nan"),
    ({"learning_rate": math.inf}, ValueError, "learning_rate .* not inf"),
    ({"learning_rate": "0.1"}, TypeError, "learning_rate must be a number, not '0.1'"),
    ({"batch_size": 0}, ValueError, "batch_size must be from 1 to 20, not 0"),
    ({"batch_size": 21}, ValueError, "batch_size must be from 1 to 20, not 21"),
    ({"batch_size": 4.0}, TypeError, "batch_size must be a whole number, not 4.0"),
    ({"images": with_nan()}, ValueError, "images must lie .* nan"),
    ({"images": IMAGES - 0.1}, ValueError, "images must lie .* -0.1"),
    ({"images": np.full((20, 784), 255, np.uint8)}, ValueError, "images must lie .* divide them by 255"),
    ({"images": np.zeros((20, 783))}, ValueError, r"images must have the shape \(n, 784\).* not \(20, 783\)"),
    ({"images": np.zeros((20, 28, 28))}, ValueError, r"images must have the shape .* not \(20, 28, 28\)"),
    ({"images": [[0.0] * 784, [0.0] * 783], "labels": [1, 2]}, ValueError, "images"),
    ({"images": IMAGES.astype(str)}, TypeError, "images must be numbers, not <U"),
    ({"images": None}, TypeError, "images must be numbers, not object"),
    ({"images": np.zeros((0, 784)), "labels": []}, ValueError, r"images must have the shape .* not \(0, 784\)"),
    ({"labels": DIGITS[:19]}, ValueError, r"labels must have the shape \(20,\).* not \(19,\)"),
    ({"labels": np.eye(20, 10, dtype=int)}, ValueError, r"labels must have the shape \(20,\).* not \(20, 10\)"),
    ({"labels": DIGITS + 1}, ValueError, "labels must lie .*0 .*9.* not .*1 .*10"),
    ({"labels": DIGITS - 1}, ValueError, "labels must lie .*0 .*9.* not .*-1 .*8"),
    ({"labels": DIGITS.astype(float)}, TypeError, "labels must be whole numbers, not float64"),
    ({"labels": DIGITS.astype(str)}, TypeError, "labels must be whole numbers, not <U"),
])
def test_train_names_the_argument_that_is_wrong_and_changes_no_weight(arguments, error, sentence):
    network = NeuralNetwork(hidden_size=2)
    before = as_bytes(network)
    with pytest.raises(error, match=sentence):
        network.train(**{"images": IMAGES, "labels": DIGITS, "epochs": 1, "batch_size": 5} | arguments)
    assert as_bytes(network) == before


def test_predict_and_accuracy_name_the_argument_that_is_wrong():
    network = NeuralNetwork(hidden_size=2)
    with pytest.raises(ValueError, match="images .* nan"):
        network.predict(with_nan())
    with pytest.raises(ValueError, match="images .* divide them by 255"):
        network.accuracy(IMAGES + 255, DIGITS)
    with pytest.raises(ValueError, match="labels"):
        network.accuracy(IMAGES, DIGITS[:3])
