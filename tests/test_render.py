"""Chapter 3, from pen to pixels: `straighten`, `render`, `jitter`."""
import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from conftest import ROOT
from neural_network import jitter, read_drawings, render, straighten

number = st.floats(-1e5, 1e5)
drawings = st.lists(st.lists(st.tuples(number, number), min_size=1, max_size=12), min_size=1, max_size=4)
grid = st.integers(-1000, 1000)                                    # whole numbers: moving and scaling them is exact
whole_drawings = st.lists(st.lists(st.tuples(grid, grid), min_size=1, max_size=12), min_size=1, max_size=4)
few = settings(max_examples=60, deadline=None)


def slant(image):
    """By how many pixels an image (28, 28) leans for each row, as its ink's moments say; and the ink's centre row."""
    y, x = np.mgrid[:28, :28]
    cx, cy = (image * x).sum() / image.sum(), (image * y).sum() / image.sum()
    return (image * (x - cx) * (y - cy)).sum() / ((image * (y - cy) ** 2).sum() + 0.5 * image.sum()), cy


def straighten_by_rows(image):
    """`straighten` told another way: each row of one image (28, 28) is a function, read beside its pixels."""
    lean, cy = slant(image)
    return np.array([np.interp(np.arange(28) + 0.5 * lean * (y - cy), np.arange(-1, 29), np.pad(row, 1), 0, 0)
                     for y, row in enumerate(image)])


def bar(lean):
    """A soft bar of ink that leans by so many pixels for each row."""
    y, x = np.mgrid[:28, :28]
    return np.exp(-((x - 13.5 - lean * (y - 13.5)) / 1.5) ** 2) * (abs(y - 13.5) < 10)


def test_straightening_is_what_another_way_of_it_finds(keras_home, mnist):
    """On images of MNIST, which `load_mnist` gives straightened, and on mere noise."""
    with np.load(keras_home / "datasets" / "mnist.npz") as file:
        raw = file["x_train"][:500] / 255
    assert np.abs(mnist[0][:500].reshape(-1, 28, 28) - [straighten_by_rows(image) for image in raw]).max() < 1e-5
    noise = np.random.default_rng(0).random((20, 28, 28)) ** 9
    assert np.abs(straighten(noise.reshape(20, 784)).reshape(20, 28, 28) - [straighten_by_rows(n) for n in noise]).max() < 1e-12


def test_half_of_a_slant_is_left_and_an_upright_image_and_blank_paper_stay_as_they_are():
    for lean in (-0.6, -0.3, 0.3, 0.6):
        assert slant(straighten(bar(lean).reshape(1, 784)).reshape(28, 28))[0] == pytest.approx(slant(bar(lean))[0] / 2, abs=0.02)
    assert np.allclose(straighten(bar(0).reshape(1, 784)), bar(0).reshape(1, 784), atol=1e-9)
    assert np.array_equal(straighten(np.zeros((2, 784))), np.zeros((2, 784)))


def render_by_sampling(strokes):
    """`render` told another way: many points along each stroke, the nearest to each pixel of a larger canvas."""
    points = np.concatenate([np.array(stroke, float) for stroke in strokes])
    corner, extent = points.min(axis=0), np.ptp(points, axis=0).max() or 1
    t = np.linspace(0, 1, 400)[:, None]
    path = np.concatenate([a + t * (b - a) for stroke in (np.array(s, float) for s in strokes)
                           for a, b in zip(stroke, stroke[1:] if len(stroke) > 1 else stroke)])
    canvas = np.stack(np.meshgrid(np.arange(-28, 56), np.arange(-28, 56)), axis=-1)      # x, y of each pixel
    ink = np.clip(1.6 - cKDTree((path - corner) / extent * 17.8 + 4.6).query(canvas)[0], 0, 1)
    centre = (canvas * ink[..., None]).sum(axis=(0, 1)) / ink.sum()
    shift = 14 - centre + 0.5
    x, y = 28 - np.floor(shift).astype(int)
    return straighten_by_rows(ink[y:y + 28, x:x + 28]), abs(shift - np.round(shift)).min()


@few
@given(drawings, st.integers(0, 2**32))
@example([[(-1e6, -1e6), (1e6, 1e6)], [(0, 5e-324)]], 0)
@example([[(3, 3)] * 5], 0)
@example([[(0, 0), (5e-324, 0)]], 0)
def test_every_drawing_and_every_variation_of_it_becomes_an_image_from_0_to_1_that_is_not_blank(strokes, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        images = [render(strokes), render(jitter(strokes, np.random.default_rng(seed)))]
    for image in images:
        assert image.shape == (784,) and np.isfinite(image).all() and image.min() >= 0 and 0 < image.max() <= 1


@few
@given(whole_drawings)
@example([[(7, 7)]])
@example([[(-3, 9), (-3, 9)], [(-3, 9)]])
def test_size_place_and_pen_are_those_that_another_way_of_drawing_finds(strokes):
    """Longest side 20 px, pen 2.2 px, centre of mass at pixel 14: also where a far part falls off the edge."""
    expected, from_tie = render_by_sampling(strokes)
    if from_tie > 0.01:                                            # the two may round a tie differently
        assert np.abs(render(strokes).reshape(28, 28) - expected).max() < 0.02


@few
@given(whole_drawings, st.integers(-20, 9), st.integers(0, 18), st.integers(0, 18))
def test_a_drawing_moved_and_scaled_is_the_same_image(strokes, scale, right, down):
    moved = [[((x + 2.0**right) * 2.0**scale, (y + 2.0**down) * 2.0**scale) for x, y in stroke] for stroke in strokes]
    assert np.array_equal(render(moved), render(strokes))


def test_a_horizontal_line_is_the_image_computed_by_hand():
    """The pen's path runs from x = 4.6 to 22.4 at y = 4.6; a pixel at distance d has 1.6 - d of ink, in 255ths.

    Rows 4, 5, 6 are 0.6, 0.4, 1.4 away. Their ink's centre is at y = 4.64, x = 13.5: the shift is 9 down, 1 right.
    """
    expected = np.zeros((28, 28))
    expected[13, 5:25] = [192, *18 * [255], 192]
    expected[14, 5:25] = [224, *18 * [255], 224]
    expected[15, 5:25] = [20, *18 * [51], 20]
    assert np.array_equal(np.round(255 * render([[[0, 0], [100, 0]]]).reshape(28, 28), 9), expected)


def test_a_variation_is_another_one_each_time_yet_like_the_drawing():
    rng = np.random.default_rng(0)
    for drawing in read_drawings(ROOT / "data" / "styles.json"):
        image = render(drawing["strokes"])
        variations = np.array([render(jitter(drawing["strokes"], rng)) for _ in range(5)])
        assert len({variation.tobytes() for variation in variations}) == 5, drawing["name"]
        assert np.corrcoef(image, variations.mean(axis=0))[0, 1] > 0.5, drawing["name"]
        y, x = (image.reshape(28, 28).sum(axis=axis) @ np.arange(28) / image.sum() for axis in (1, 0))
        assert abs(x - 14) <= 0.501 and abs(y - 14) <= 0.501, drawing["name"]
