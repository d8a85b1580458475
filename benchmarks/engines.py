"""The same network, 784-256-10, in each library as its users would write it, with plain stochastic gradient descent.

Each function takes images, labels and a learning rate, and returns a function that learns for some more epochs, and
one that predicts. A library is imported where it is used, so that each can be timed with its own import alone.
"""
import functools
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from neural_network import NeuralNetwork, View, straighten


def ours(images, labels, rate, distort=False):
    view = View(straighten(images), labels, distort=distort)
    network = NeuralNetwork(len(view.inked))
    return (lambda epochs: network.train(view.numbers, view.labels, epochs, rate, batches=view.mini_batches),
            lambda images: view.fold(network).predict(straighten(images)))


def ours_on_one_core(images, labels, rate):
    """Ours, its second thread on the same core as the first (Linux only)."""
    os.sched_setaffinity(0, {0})
    return ours(images, labels, rate)


def chapter_1(images, labels, rate):
    """Chapter 1 alone: all 784 pixels, as the other libraries, and no second thread."""
    network = NeuralNetwork()
    return lambda epochs: network.train(images, labels, epochs, rate), network.predict


def scikit_learn(images, labels, rate):
    from sklearn.neural_network import MLPClassifier
    model = MLPClassifier((256,), "logistic", solver="sgd", alpha=0, batch_size=32, learning_rate_init=rate, momentum=0,
                          nesterovs_momentum=False, warm_start=True)
    return lambda epochs: model.set_params(max_iter=epochs).fit(images, labels), model.predict


def pytorch(images, labels, rate):
    import torch
    from torch import nn
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)
    model = nn.Sequential(nn.Linear(784, 256), nn.Sigmoid(), nn.Linear(256, 10))
    loss, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=rate)

    def learn(epochs):
        for _ in range(epochs):
            for batch in torch.randperm(len(images)).split(32):    # faster than a DataLoader
                optimizer.zero_grad()
                loss(model(images[batch]), labels[batch]).backward()
                optimizer.step()
    return learn, lambda images: model(torch.from_numpy(images)).argmax(1).numpy()


def keras(images, labels, rate):
    import keras
    model = keras.Sequential([keras.layers.Dense(256, "sigmoid"), keras.layers.Dense(10)])
    model.compile(keras.optimizers.SGD(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return (lambda epochs: model.fit(images, labels, batch_size=32, epochs=epochs, verbose=0),
            lambda images: model.predict(images, verbose=0).argmax(1))


def jax(images, labels, rate):
    import jax
    import jax.numpy as jnp
    images, labels, rng = jnp.asarray(images), jnp.asarray(labels), np.random.default_rng(0)
    parameters = [jnp.asarray(rng.normal(size=shape) / 28, jnp.float32) for shape in ((784, 256), 256, (256, 10), 10)]

    def log_probabilities(parameters, images):
        W1, b1, W2, b2 = parameters
        return jax.nn.log_softmax(jax.nn.sigmoid(images @ W1 + b1) @ W2 + b2)

    def loss(parameters, images, labels):
        return -jnp.take_along_axis(log_probabilities(parameters, images), labels[:, None], axis=1).mean()

    def step(parameters, batch):
        gradients = jax.grad(loss)(parameters, images[batch], labels[batch])
        return [p - rate * g for p, g in zip(parameters, gradients)], None

    compiled = jax.jit(lambda parameters, batches: jax.lax.scan(step, parameters, batches)[0], donate_argnums=0)

    def learn(epochs):
        nonlocal parameters
        for _ in range(epochs):
            batches = rng.permutation(len(images))[:len(images) // 32 * 32].reshape(-1, 32)
            parameters = jax.block_until_ready(compiled(parameters, jnp.asarray(batches)))
    return learn, lambda images: np.asarray(log_probabilities(parameters, images)).argmax(1)


ENGINES = {
    "ours": (ours, "numpy"),
    "ours, distorted": (functools.partial(ours, distort=True), "numpy"),
    "ours, one core": (ours_on_one_core, "numpy"),
    "chapter 1 alone": (chapter_1, "numpy"),
    "JAX": (jax, "jax"),
    "PyTorch": (pytorch, "torch"),
    "scikit-learn": (scikit_learn, "scikit-learn"),
    "Keras": (keras, "keras"),
}
