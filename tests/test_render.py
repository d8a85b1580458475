"""From pen to pixels, and the ways in which training changes images: `render`, `jitter`, `make_warps`, `mini_batches`."""
import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from conftest import ROOT
from neural_network import jitter, make_warps, mini_batches, read_drawings, render, render_drawings

number = st.floats(-1e6, 1e6)                                      # as large as a drawings file may hold
drawings = st.lists(st.lists(st.tuples(number, number), min_size=1, max_size=12), min_size=1, max_size=4)
grid = st.integers(-1000, 1000)                                    # whole numbers: moving and scaling them is exact
whole_drawings = st.lists(st.lists(st.tuples(grid, grid), min_size=1, max_size=12), min_size=1, max_size=4)
few = settings(max_examples=60, deadline=None)


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
    return ink[y:y + 28, x:x + 28], abs(shift - np.round(shift)).min()


@few
@given(drawings)
@example([[(-1e6, -1e6), (1e6, 1e6)], [(0, 5e-324)]])
@example([[(3, 3)] * 5])
@example([[(0, 0), (5e-324, 0)]])
def test_every_drawing_becomes_an_image_from_0_to_1_that_is_not_blank(strokes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = render(strokes)
    assert image.shape == (784,) and np.isfinite(image).all()
    assert image.min() >= 0 and 0 < image.max() <= 1


@few
@given(whole_drawings)
def test_size_place_and_pen_are_those_that_another_way_of_drawing_finds(strokes):
    """Longest side 20 px, pen 2.2 px, centre of mass at pixel 14: also where a far part falls off the edge."""
    expected, from_tie = render_by_sampling(strokes)
    if from_tie > 0.01:                                            # the two may round a tie differently
        assert np.abs(render(strokes).reshape(28, 28) - expected).max() < 0.01


def test_the_centre_of_mass_is_within_half_a_pixel_of_14():
    for drawing in read_drawings(ROOT / "data" / "styles.json"):
        image = render(drawing["strokes"]).reshape(28, 28)
        x, y = (image.sum(axis=0) @ np.arange(28) / image.sum(), image.sum(axis=1) @ np.arange(28) / image.sum())
        assert abs(x - 14) <= 0.501 and abs(y - 14) <= 0.501, drawing["name"]


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


def test_a_dot_is_a_round_spot_in_the_middle_however_it_was_made():
    dot = render([[[7, 7]]])
    assert np.array_equal(dot, render([[[-3, 1e5], [-3, 1e5]], [[-3, 1e5]]]))
    spot = dot.reshape(28, 28)[12:17, 12:17]
    assert spot.sum() == pytest.approx(dot.sum()) and 3 < dot.sum() < 5          # a disc of 2.2 px: 3.8 px of ink
    assert np.array_equal(spot, spot.T)


def test_ten_thousand_points_are_one_image():
    turn = np.linspace(0, 40 * np.pi, 10000)
    image = render([np.stack([turn * np.cos(turn), turn * np.sin(turn)], axis=1)])
    assert image.sum() > 200


@pytest.mark.parametrize("strokes", [[[[np.nan, 0]]], [[[0, 0], [1, np.inf]]], [], [[]]])
def test_what_is_not_a_drawing_is_refused(strokes):
    with pytest.raises(ValueError):
        render(strokes)


@few
@given(drawings, st.integers(0, 2**32))
@example([[(1e6, 0), (1e6, 5e-324)]], 0)
@example([[(3, 3)] * 5], 0)
def test_every_variation_of_a_drawing_is_an_image_too(strokes, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = render(jitter(strokes, np.random.default_rng(seed)))
    assert np.isfinite(image).all() and image.max() > 0


def test_drawings_are_rendered_in_many_variations_with_their_labels():
    two = [{"label": 7.0, "strokes": [[[0, 0], [9, 0], [4, 9]]]}, {"label": 1.0, "strokes": [[[0, 0], [0, 9]]]}]
    images, labels = render_drawings(two, np.random.default_rng(0), copies=5)
    assert images.dtype == np.float32 and images.shape == (10, 784) and labels.tolist() == 5 * [7, 1]
    assert len({image.tobytes() for image in images}) == 10
    again = render_drawings(two, np.random.default_rng(0), copies=5)[0]
    assert np.array_equal(images, again)
    assert render_drawings([], np.random.default_rng(0))[0].shape == (0, 784)


# ── Distortions and mini-batches ─────────────────────────────────────────────────────────────────────────

def test_a_warped_pixel_is_a_weighted_mean_of_pixels_or_paper():
    for warp in make_warps(50):
        weights = warp.toarray()
        assert weights.shape == (784, 784) and weights.min() >= 0 and weights.sum(axis=1).max() <= 1 + 1e-5
        assert (weights > 0).sum(axis=1).max() <= 4
        assert weights.reshape(28, 28, 784)[8:20, 8:20].sum(axis=2).min() > 0.999       # the middle comes from inside
        to, source = np.nonzero(weights)
        assert max(abs(to // 28 - source // 28).max(), abs(to % 28 - source % 28).max()) < 12    # none from far away


def test_warps_of_no_strength_change_nothing():
    for warp in make_warps(3, rotation=0, scale=0, shear=0, shift=0, elastic=0):
        assert np.array_equal(warp.toarray(), np.eye(784))


@pytest.mark.parametrize("strength", [{"rotation": 12}, {"scale": 0.12}, {"shear": 0.1}, {"shift": 1.5}, {"elastic": 0.7}])
def test_each_strength_alone_moves_ink_a_little_but_keeps_most_of_it(strength, mnist):
    none = dict(rotation=0, scale=0, shear=0, shift=0, elastic=0)
    images = mnist[0][:20]
    for warp in make_warps(10, **none | strength):
        warped = (warp @ images.T).T
        assert not np.array_equal(warped, images)
        assert 0.7 < warped.sum() / images.sum() < 1.35
        assert np.corrcoef(warped.ravel(), images.ravel())[0, 1] > 0.5


def test_the_same_seed_makes_the_same_warps_and_another_others():
    first, again, other = (make_warps(2, seed=seed)[1].toarray() for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("warps", [[csr_array(np.eye(784, dtype=np.float32))],
                                   make_warps(2, rotation=0, scale=0, shear=0, shift=0, elastic=0)])
@pytest.mark.parametrize("batch_size", [1, 32, 3000, 5000])
def test_an_epoch_shows_each_image_once_with_its_label_in_random_order(batch_size, warps):
    count, rng = 5000, np.random.default_rng(0)
    images = np.zeros((count, 784), np.float32)
    images[:, 100] = np.arange(count)
    orders = []
    for _ in range(2):
        batches = list(mini_batches(images, np.arange(count), batch_size, rng, warps))
        assert [len(labels) for _, labels in batches[:-1]] == [batch_size] * (len(batches) - 1)
        shown = np.concatenate([batch[:, 100] for batch, _ in batches]).astype(int)
        assert shown.tolist() == np.concatenate([labels for _, labels in batches]).tolist()
        assert sorted(shown) == list(range(count))
        orders.append(shown.tolist())
    assert orders[0] != orders[1] != sorted(orders[1])
    assert images[:, 100].tolist() == list(range(count))           # the caller's images are as they were


def test_warped_batches_see_an_image_through_another_warp_each_time(mnist):
    rng, warps = np.random.default_rng(0), make_warps(50)
    images, labels = mnist[0][:1].repeat(64, axis=0), np.zeros(64, int)
    (batch, _), = mini_batches(images, labels, 64, rng, warps)
    assert len({image.tobytes() for image in batch}) > 15
