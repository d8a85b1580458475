"""How fast a network learns in the page, beside the same work in NumPy.

    python benchmarks/learning.py

Learning time is what the page spends on it: forward, backward and update. Measuring on the 1,000
unseen digits and showing it come on top, as they do in the wall clock. NumPy takes the same steps
on images as sparse.
"""
import sys
import time

import numpy as np
from browser import ROOT, draw, launched, served, until, wait_until_ready
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(ROOT))
from neural_network import NeuralNetwork, mini_batches

THREE = [[[0.3, 0.2], [0.6, 0.2], [0.45, 0.45], [0.65, 0.6], [0.3, 0.8]]]

# Long work goes in tasks, between two of which the browser may do what is due: how long are they?
TASKS = """() => {
    window.tasks = [];
    const doInSlices = inSlices;
    const wait = nextTask;
    let start = null;
    window.inSlices = (work, isWanted) => {
        const next = () => {
            start ??= performance.now();
            const step = work.next();
            if (step.done || step.value) start = null;
            return step;
        };
        return doInSlices({ next }, isWanted);
    };
    window.nextTask = () => {
        if (start !== null) tasks.push(performance.now() - start);
        start = null;
        return wait();
    };
}"""

# Learns until it has reached all goals, or for so many seconds. The drawing is read meanwhile.
RUN = """async ({ hidden, goals, seconds }) => {
    $("hidden_size").value = hidden;
    const start = performance.now();
    const secondsSince = () => (performance.now() - start) / 1000;
    const reached = {};
    wipeMemory();
    takeSteps(Infinity);
    const { run } = learning;
    while (run.time < 1000 * seconds && goals.some(goal => !(goal in reached))) {
        await new Promise(done => setTimeout(done, 10));
        if (run.measured.length === 0) continue;
        const { accuracy } = run.measured.at(-1);
        for (const goal of goals) {
            if (accuracy >= goal) reached[goal] ??= [run.time / 1000, secondsSince()];
        }
    }
    pauseLearning();
    return { reached, spent: run.time / 1000, images: run.seen, length: secondsSince() };
}"""

# The pictures that the window shows in two seconds while a network learns.
FRAMES = """async () => {
    takeSteps(Infinity);
    const start = performance.now();
    let frames = 0;
    while (performance.now() - start < 2000) {
        await new Promise(requestAnimationFrame);
        frames += 1;
    }
    pauseLearning();
    return frames / 2;
}"""


def numpy_images_a_second(hidden, seconds=3):
    """Return how many images chapter 1 learns from in a second, of noise that is as sparse as digits."""
    rng = np.random.default_rng(0)
    is_ink = rng.random((5000, 784)) < 0.2
    images = (rng.random((5000, 784)) * is_ink).astype(np.float32)
    labels = rng.integers(10, size=5000)
    network = NeuralNetwork(hidden_size=hidden)
    seen = 0
    start = time.perf_counter()
    with threadpool_limits(limits=1):           # as chapter 5 does, and says why
        while time.perf_counter() - start < seconds:
            for some_images, some_labels in mini_batches(images, labels, 32, rng):
                outputs = network.forward(some_images)
                gradients = network.backward(some_images, some_labels, outputs)
                network.update(gradients, 0.5)
                seen += len(some_labels)
    return seen / (time.perf_counter() - start)


def main():
    with served() as url, launched() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(0)
        page.goto(url)
        wait_until_ready(page)
        draw(page, THREE, steps=4)
        page.locator("#learn-start").scroll_into_view_if_needed()
        until(page, "!$('learn-start').disabled")
        page.evaluate(TASKS)
        first = page.evaluate(RUN, {"hidden": 64, "goals": [0.9, 0.925], "seconds": 60})
        for goal, (spent, wall) in first["reached"].items():
            print(f"64 units: {float(goal):.1%} of the unseen digits after {spent:.2f} s of "
                  f"learning time, {wall:.2f} of the wall clock")
        for hidden in (64, 256):
            result = page.evaluate(RUN, {"hidden": hidden, "goals": [2], "seconds": 6})
            print(f"{hidden} units: {result['images'] / result['spent']:,.0f} images a second of "
                  f"learning time, {result['images'] / result['length']:,.0f} of the wall clock; "
                  f"NumPy {numpy_images_a_second(hidden):,.0f}; "
                  f"{page.evaluate(FRAMES):.0f} frames a second meanwhile")
        tasks = sorted(page.evaluate("tasks"))
        most = tasks[int(0.995 * len(tasks))]
        print(f"{len(tasks)} tasks of learning: 99.5 % within {most:.1f} ms, "
              f"the longest {tasks[-1]:.1f}")


if __name__ == "__main__":
    main()
