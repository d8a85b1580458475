# /// script
# requires-python = ">=3.10"
# dependencies = ["numpy>=1.24", "scipy>=1.10", "threadpoolctl>=3.1", "tqdm>=4.64",
#                 "pillow>=10.1", "scikit-image>=0.20"]
# ///
"""Read the handwritten digits in a picture: a photograph, a scan, a screenshot.

    python read_picture.py photo.jpg            print the digits, line by line
    python read_picture.py --help               everything else it can do

In Python, started in this folder:

    from neural_network import NeuralNetwork, read_drawing
    from read_picture import read_picture
    network = NeuralNetwork.load("weights.json")
    for strokes in read_picture("photo.jpg"):
        print(read_drawing(network, strokes)["probabilities"].argmax())

Most programs make a photograph 28 pixels wide, swap black and white, and hope. The network then
misreads most of it, though it reads MNIST well: MNIST's paper is quite black, its ink quite white,
its digits are all of one size and in the middle. A photograph has shadows and grain, a pencil is
grey and a marker broad, and the digit is somewhere. No network of this size has learned that.

But the network reads what is drawn by a pen on the page, as it is shown all pens alike: `render`
draws any strokes with the same pen, at the same size. So the way is to find out how the pen went:

    1. grey      how light each pixel is; if a sheet of paper lies on a table, only the sheet stays
    2. ink       how much darker it is than the paper there: light and shadow are gone
    3. mask      where there is ink, and where not; printed lines are taken out before
    4. digits    which pieces of ink belong together, and in which order they are read
    5. strokes   the line down the middle of the ink, as a list of points

Each step stands on what the picture itself says: how dark its paper is, how coarse its grain, how
tall its digits are. `--show steps.png` draws them. page/paper.js does the same, name for name.
"""
import argparse
import json
import math
import os
import signal
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    # The packages below take a second. Whoever presses Ctrl-C meanwhile is to see no traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from neural_network import (HERE, NeuralNetwork, doubt, read_drawing, read_drawings, replace,
                            replace_closed_streams, say, sentence_of)

try:
    import numpy as np
    from PIL import Image, ImageDraw, ImageOps
    from scipy import ndimage
    from skimage.filters import threshold_otsu
    from skimage.morphology import thin
except ImportError as error:
    sys.exit(f"{error}. README.md says how to install it.")

# No others: Pillow runs the program that is in an EPS file.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
LONGEST_SIDE = 1600     # px: a larger picture is made smaller
ENLARGED_SIDE = 200     # px, at least: to this a picture whose longest side is shorter is enlarged
THUMBNAIL_SIDE = 100    # px, about: light and paper change slowly, so a small picture shows them
FAINT = 0.5             # of the threshold of ink: what is darker still joins pieces of ink
BLOCKS = 64             # into which a picture's width is divided where its lines are looked for
DIGIT_SIDE = 150        # px, at most, of a digit that is thinned
MOST_PARTS = 500        # a picture with more pieces of ink is no page of digits


# ── 1. The picture ────────────────────────────────────────────────────────────────────────────────
def load_grey(path):
    """Return the picture in a file as grey (height, width), from 0, black, to 1, white.

    It is turned upright, what is transparent is white, and the longest side is at most
    LONGEST_SIDE. Raises ValueError where the file cannot be read or holds no picture.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            return grey_of(image)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    except (IsADirectoryError, PermissionError) as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except Image.UnidentifiedImageError:
        raise ValueError(f"{path}: expected a picture (PNG, JPEG, WebP, GIF, BMP or TIFF), "
                         f"found {describe(path)}") from None
    except Image.DecompressionBombError:
        raise ValueError(f"{path}: expected at most 178 megapixels, found more") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:       # Pillow raises all of these
        raise ValueError(f"{path}: the picture is damaged ({error})") from None


def describe(path):
    """Return what kind of file it is that holds no picture, in a few words."""
    beginning = Path(path).read_bytes()[:1000]
    if len(beginning) == 0:
        return "an empty file"
    if beginning.startswith(b"%PDF"):
        return "a PDF: take a screenshot of it"
    if b"<svg" in beginning:
        return "an SVG: take a screenshot of it"
    if beginning[4:8] == b"ftyp":
        return "an HEIC or AVIF, or a film: save it as JPEG"
    return "another kind of file"


def grey_of(image):
    """Return an opened Pillow image as grey (height, width), as `load_grey` does."""
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))    # a large JPEG is decoded at a half or less
    image = ImageOps.exif_transpose(image)              # cameras note how they were held
    if image.mode.startswith("I"):                      # 16 bits: 0 to 65535 become 0 to 255
        image = Image.fromarray(np.uint8(np.asarray(image) // 257))
    if image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode != "L":
        image = image.convert("RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.HAMMING)     # means of pixels
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.asarray(image.convert("L"), dtype=np.float32) / 255


def shrink(image, factor):
    """Return the means of squares of factor x factor pixels.

    Those at the right and at the bottom are of the pixels that are left, which may be fewer.
    """
    if factor == 1:
        return image
    height, width = image.shape
    tops = np.arange(0, height, factor)
    lefts = np.arange(0, width, factor)
    sums = np.add.reduceat(image, tops, axis=0)                 # from each of the tops to the next
    sums = np.add.reduceat(sums, lefts, axis=1)
    heights = np.diff(np.append(tops, height))
    widths = np.diff(np.append(lefts, width))
    return sums / np.outer(heights, widths)


def enlarge(image, factor):
    """Return factor times the pixels each way. Between their centres, values change evenly."""
    return ndimage.zoom(image, factor, order=1, mode="nearest", grid_mode=True)


# ── 2. The sheet on a table ───────────────────────────────────────────────────────────────────────
def cut_out_sheet(grey):
    """Return the part of a picture (height, width) that shows a sheet of paper on a darker table.

    What is beside the sheet in this part is made as light as the sheet would be there: so it has no
    ink. Returns None where no sheet on a table is found for sure.
    """
    factor = math.ceil(max(grey.shape) / THUMBNAIL_SIDE)
    thumbnail = shrink(grey, factor)
    sheet = find_sheet(thumbnail)
    if sheet is None:
        return None
    light = fit_light(thumbnail, sheet)
    inside = without_rim(sheet, 2)                              # at the rim, there is table in it
    pieces, _ = connected_pieces(inside, inside)
    box = pieces[0]                                             # the only one, as it has no dents
    part = grey[factor * box.top:factor * box.bottom, factor * box.left:factor * box.right]
    inside = inside[box.top:box.bottom, box.left:box.right]
    light = light[box.top:box.bottom, box.left:box.right]
    is_sheet = enlarge(inside.astype(np.float32), factor) > 0.5
    paper = enlarge(light.astype(np.float32), factor)
    height, width = part.shape          # the thumbnail's last pixels may reach beyond the picture
    return np.where(is_sheet[:height, :width], part, paper[:height, :width])


def find_sheet(grey):
    """Return where a sheet of paper lies on a table (height, width), True or False, or None.

    A sheet is the one large bright area of a small picture. But for the ink on it, it has neither
    dents nor holes; and beyond its edge, it is dark at once. White digits on black have dents or
    holes, and black ones on paper leave it bright on both sides.
    """
    bright = find_bright(grey)
    pieces, piece_numbers = connected_pieces(bright, bright)
    if len(pieces) == 0:
        return None                                             # all of it is equally bright
    largest = max(pieces, key=lambda piece: piece.area)
    sheet = fill_dents(piece_numbers == largest.numbers[0])
    inside = bright[sheet]
    outside = bright[~sheet]
    is_large = inside.size > 0.2 * grey.size
    is_bright = inside.sum() > 0.85 * inside.size               # all but the ink
    is_alone = outside.sum() < 0.05 * outside.size
    if is_large and is_bright and is_alone and is_on_table(sheet, grey):
        return sheet
    return None


def find_bright(grey):
    """Return where a picture is brighter than Otsu's (1979) threshold: True or False."""
    levels = np.uint8(np.minimum(256 * grey, 255))
    threshold = (threshold_otsu(levels) + 0.5) / 256            # the middle of a level
    return grey > threshold


def fill_dents(mask):
    """Return the convex hull of a mask (height, width): as it is when a string is laid around it.

    A ruler is laid against it from all sides, in steps of 2 degrees: what is beyond one of them is
    outside.
    """
    height, width = mask.shape
    y, x = np.mgrid[:height, :width]
    hull = np.ones_like(mask)
    for angle in np.radians(range(0, 180, 2)):
        across = math.cos(angle) * x + math.sin(angle) * y      # (height, width)
        reached = across[mask]
        is_between = (across >= reached.min()) & (across <= reached.max())
        hull = hull & is_between
    return hull


def is_on_table(sheet, grey):
    """Return whether it is so dark beyond the edge of a sheet that something else begins there.

    Across the edge of a shadow the paper goes on, and it is less dark. Such an edge parts the
    picture, while a sheet ends within it: so the more of the picture's corners are on the sheet,
    the darker the table must be.
    """
    just_inside = grey[without_rim(sheet, 2) & ~without_rim(sheet, 3)]
    just_outside = grey[with_rim(sheet, 2) & ~with_rim(sheet, 1)]
    if just_inside.size == 0 or just_outside.size == 0:
        return False
    corners = sum([sheet[0, 0], sheet[0, -1], sheet[-1, 0], sheet[-1, -1]])     # on the sheet
    share = np.median(just_outside) / max(np.median(just_inside), 1e-3)
    return share < 0.75 - 0.15 * corners


def without_rim(mask, margin):
    """Return a mask that ends so many pixels farther in, also where the picture cuts it off."""
    return ndimage.minimum_filter(mask, 2 * margin + 1, mode="constant")


def with_rim(mask, margin):
    """Return a mask that ends so many pixels farther out."""
    return ndimage.maximum_filter(mask, 2 * margin + 1, mode="constant")


# ── 3. The light taken away ───────────────────────────────────────────────────────────────────────
def take_light_away(grey):
    """Return the ink (height, width): how much darker than its paper each pixel is, from 0 to 1.

    If the ink is light, as on a blackboard, black and white are swapped first.
    """
    factor = math.ceil(max(grey.shape) / THUMBNAIL_SIDE)
    thumbnail = shrink(grey, factor)
    light = fit_light(thumbnail)
    if ink_is_light(thumbnail, light):
        grey = 1 - grey
        thumbnail = 1 - thumbnail
        light = 1 - light
    height, width = grey.shape
    paper = enlarge(paper_of(thumbnail, light), factor)
    paper = paper[:height, :width]      # the thumbnail's last pixels may reach beyond the picture
    paper = np.maximum(paper, 0.05)     # so that what is quite black is not divided by 0
    return np.clip(1 - grey / paper, 0, 1)


def fit_light(grey, sheet=None):
    """Return the light on the paper (height, width): a surface of second degree in x and y.

    It is fitted to grey by least squares, ten times over. Each time a pixel counts the less the
    farther it lies from the surface of before: so ink hardly pulls it. Pixels that are not on the
    sheet (height, width), True or False, do not count at all.
    """
    if sheet is None:
        sheet = np.ones_like(grey, dtype=bool)
    height, width = grey.shape
    places = np.mgrid[:height, :width] / max(height, width)     # (2, height, width), 0 to 1
    y, x = places.reshape(2, -1)                                # (pixels,) each
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])          # (6, pixels)
    values = grey.ravel()
    is_paper = sheet.ravel()
    weights = is_paper.astype(values.dtype)
    for _ in range(10):
        # Where the sum of weights * (values - coefficients @ terms)^2 is smallest, its derivatives
        # with respect to the coefficients are 0. That gives six equations: (weighted @ terms.T) @
        # coefficients = weighted @ values. With 1e-9 more on the diagonal they can be solved for
        # every picture, even for one of a single pixel.
        weighted = terms * weights                              # (6, pixels)
        matrix = weighted @ terms.T + 1e-9 * np.eye(6)          # (6, 6)
        coefficients = np.linalg.solve(matrix, weighted @ values)           # (6,)
        light = coefficients @ terms                            # (pixels,)
        residuals = values - light
        # How far off a pixel usually is. A weight is 1 on the surface, and 1/2 twice as far off.
        usual = max(np.median(abs(residuals[is_paper])), 1e-3)
        weights = is_paper / (1 + (residuals / (2 * usual)) ** 2)
    return light.reshape(grey.shape)


def ink_is_light(grey, light):
    """Return whether the ink is lighter than its paper, as two witnesses say.

    What departs farthest from the light is ink: so the skewness of the departures tells its side.
    And the edge of a picture is mostly paper: that matters where a crop is so tight that ink is
    nearly as frequent as paper.
    """
    departures = grey - light
    squares = (departures ** 2).mean()
    cubes = (departures ** 3).mean()
    skewness = cubes / (squares ** 1.5 + 1e-9)                  # of a blank picture, 0 / 1e-9
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    darkest, lightest = np.percentile(grey, (1, 99))
    lightness = (np.median(edge) - darkest) / max(lightest - darkest, 1e-3)
    edge_says = 1 - 2 * np.clip(lightness, 0, 1)                # 1: a dark edge, -1: a light one
    return skewness + edge_says > 0


def paper_of(grey, light):
    """Return how light the paper under the ink is (height, width), in a small picture.

    Closing fills what is darker and narrower than a fifth of the picture. Where the light changes
    slowly, the result is too bright at the edges, unless the light is divided out before; but at
    the edge of a shadow it is better without that. So both are made, and the darker of the two is
    the paper.
    """
    light = np.maximum(light, 0.05)     # so that nothing is divided by 0
    size = max(grey.shape) // 5
    if size % 2 == 0:
        size += 1                       # a square of an odd size has a pixel in its middle
    closed = ndimage.grey_closing(grey, (size, size), mode="nearest")
    evenly_lit = grey / light
    evenly_lit_closed = ndimage.grey_closing(evenly_lit, (size, size), mode="nearest")
    darker = np.minimum(closed, evenly_lit_closed * light)
    return ndimage.uniform_filter(darker, 3, mode="nearest")    # the mean of 3 x 3 pixels


# ── 4. Ink ────────────────────────────────────────────────────────────────────────────────────────
def remove_rules(ink):
    """Return the ink without what is printed on ruled or squared paper."""
    without_rows = remove_lines_across(ink)
    turned = remove_lines_across(without_rows.T)
    return turned.T


def remove_lines_across(ink):
    """Return the ink (height, width) without the printed lines that run from left to right."""
    width = ink.shape[1]
    thickest_line = 2 * (width // 80) + 3                       # how many rows one may fill
    ridges = ridges_of(ink, thickest_line)
    lines = find_lines(ridges, width, thickest_line)
    return erase_lines(ink, lines, ridges, thickest_line)


def find_lines(ridges, width, thickest_line):
    """Return lines that run straight across a picture of this width and are thin.

    The columns fall into BLOCKS blocks. A line is the row that it has in every block, (blocks,).
    ridges (height, blocks) are how much darker each row of a block is than what is around it.
    """
    lines = []
    for line in lines_with_ink(ridges, width):
        if all(are_apart(line, other, thickest_line) for other in lines):
            lines.append(line)
    return lines


def ridges_of(ink, thickest_line):
    """Return (height, blocks) of what is thin: opening leaves what is thicker than a line."""
    means = means_of_blocks(ink)
    opened = ndimage.grey_opening(means, (thickest_line, 1), mode="nearest")
    return means - opened


def means_of_blocks(ink):
    """Return the mean ink of each row within each block of columns, (height, blocks)."""
    width = ink.shape[1]
    starts = np.arange(BLOCKS) * width // BLOCKS
    widths = np.diff(np.append(starts, width))
    widths = np.maximum(widths, 1)      # in a picture with fewer columns, blocks share a column
    return np.add.reduceat(ink, starts, axis=1) / widths


def lines_with_ink(ridges, width):
    """Return the lines with ink on at least three quarters of the blocks, the darkest first.

    As Hough did (1962), all straight lines are tried, in a picture of this width: every row, and
    every drop from the left to the right edge up to a tenth of the width, in px.
    """
    height = len(ridges)
    is_ink = ridges > max(4 * np.median(ridges), 0.02)
    margin = width // 8         # rows of nothing, above and below, for lines that leave the picture
    is_ink = np.pad(is_ink, ((margin, margin), (0, 0)))
    darkness = np.pad(ridges, ((margin, margin), (0, 0)))
    blocks = np.arange(BLOCKS)
    reach = width // 10
    step = max(width // 400, 1)
    candidates = []
    for drop in range(-reach, reach + 1, step):
        middles = np.arange(height)[:, None]                    # (height, 1): a line for each row
        rows = middles + straight_line(0, drop) + margin        # (height, blocks)
        found = is_ink[rows, blocks].sum(axis=1)                # (height,): blocks with ink
        total = darkness[rows, blocks].sum(axis=1)
        for row in np.flatnonzero(found >= 0.75 * BLOCKS):
            candidates.append((total[row], row, drop))
    candidates.sort(reverse=True)
    return [straight_line(row, drop) for _, row, drop in candidates]


def straight_line(row, drop):
    """Return the row in each block, (blocks,), of a line at this row in the middle of the picture.

    From the left to the right edge it drops by so many pixels.
    """
    across = (np.arange(BLOCKS) + 0.5) / BLOCKS - 0.5           # of each block: from -1/2 to 1/2
    return row + nearest_row(drop * across)


def nearest_row(place):
    """Return the whole numbers nearest to these."""
    return np.floor(place + 0.5).astype(int)


def are_apart(line, other, thickest_line):
    """Return whether two lines nowhere cross, and somewhere lie farther apart than one is thick."""
    differences = line - other                                  # (blocks,)
    is_crossing = differences.min() <= 0 <= differences.max()
    farthest = abs(differences).max()
    return not is_crossing and farthest > thickest_line


def erase_lines(ink, lines, ridges, thickest_line):
    """Return the ink without these lines. Where the ink of a digit crosses a line, it stays."""
    erased = ink.copy()
    width = ink.shape[1]
    for straight in lines:
        line = darkest_rows(ridges, straight, 2 + width // 400)
        darkness, half = measure_line(line, ridges, thickest_line)
        if half < thickest_line:        # else it is dark as far as was measured: no line
            erase_line(erased, line, darkness, half)
    return erased


def darkest_rows(ridges, line, reach):
    """Return for each block the darkest of the rows around a line: no paper is quite flat."""
    blocks = np.arange(BLOCKS)
    rows = line[:, None] + np.arange(-reach, reach + 1)         # (blocks, rows)
    rows = np.clip(rows, 0, len(ridges) - 1)
    values = ridges[rows, blocks[:, None]]                      # (blocks, rows)
    darkest = values.argmax(axis=1)                             # (blocks,)
    return rows[blocks, darkest]


def measure_line(line, ridges, thickest_line):
    """Return how dark a line is, and how many rows above and below its middle it fills."""
    blocks = np.arange(BLOCKS)
    offsets = np.arange(-thickest_line, thickest_line + 1)
    rows = np.clip(line[:, None] + offsets, 0, len(ridges) - 1)             # (blocks, offsets)
    values = ridges[rows, blocks[:, None]]                      # (blocks, offsets)
    profile = np.median(values, axis=0)                         # (offsets,): from above to below
    darkness = profile.max()
    filled = offsets[profile > darkness / 4]
    half = max(abs(filled).max(), 1)
    return darkness, half


def erase_line(ink, line, darkness, half):
    """Take a line out of the ink, in place. What is twice as dark as the line is no part of it."""
    height, width = ink.shape
    columns = np.arange(width)
    middle = rows_at(line, width)
    above = ink[np.clip(middle - half - 2, 0, height - 1), columns]
    below = ink[np.clip(middle + half + 2, 0, height - 1), columns]
    is_alone = np.maximum(above, below) < 0.75 * darkness       # else a digit crosses the line here
    for offset in range(-half - 1, half + 2):
        rows = middle + offset
        is_inside = (rows >= 0) & (rows < height)
        chosen = is_alone & is_inside
        places = rows[chosen], columns[chosen]
        values = ink[places]
        ink[places] = np.where(values < 2 * darkness, 0, values)


def rows_at(line, width):
    """Return the row of a line in every column, (width,): between the middles of its blocks."""
    columns = np.arange(width)
    places = (columns + 0.5) * BLOCKS / width - 0.5             # 0 is the middle of the first block
    return nearest_row(np.interp(places, np.arange(BLOCKS), line))


def find_ink(ink):
    """Return mask and faint (height, width), True or False: where there is ink, and where a trace.

    Ink is what is darker than a threshold. Otsu's (1979) parts two groups of values as well as can
    be, but fails where one group is far smaller. So paper counts for no more than what stands out
    from its grain: that leaves two groups of a size. A trace is fainter, but still stands out: it
    shows which pieces a pencil or a dry pen has drawn in one go (Canny, 1986, found edges so).
    """
    blurred = ndimage.gaussian_filter(ink, 0.5 + max(ink.shape) / 1600)
    # The lightest quarter of a picture is paper, even where ink is frequent. If paper is normally
    # distributed, a twentieth of it is 1.64 standard deviations or more below the mean, and a
    # quarter 0.67 or more.
    twentieth, quarter = np.percentile(blurred, (5, 25))
    grain = (quarter - twentieth) / (1.64 - 0.67)       # one standard deviation
    mean = quarter + 0.67 * grain
    # What lies four standard deviations above the mean of paper, and a bit more, is no grain.
    outstanding = mean + 4 * grain + 0.02
    stands_out = blurred > outstanding
    if not stands_out.any():                            # blank paper: neither ink nor a trace
        nothing = np.zeros_like(stands_out)
        return nothing, nothing
    paper, edges = np.histogram(blurred[~stands_out], 256, (0, 1))
    other, _ = np.histogram(blurred[stands_out], 256, (0, 1))
    weight = other.sum() / max(paper.sum(), 1)          # so that paper counts for as much
    balanced = paper * weight + other
    centres = (edges[1:] + edges[:-1]) / 2
    threshold = threshold_otsu(hist=(balanced, centres))
    above_grain = max(FAINT * threshold, outstanding)   # a trace, too, stands out,
    faintest = min(above_grain, threshold)              # and all ink is a trace
    return blurred > threshold, blurred > faintest


# ── 5. Digits ─────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Part:
    """A piece of connected ink, or several that belong together: the box around it, in pixels."""
    left: float
    top: float
    right: float            # the first column that is outside
    bottom: float           # the first row that is outside
    area: float             # of its ink
    numbers: list           # of its pieces, or strokes
    line: int = 0           # in which line of the picture it stands
    strokes: list = None    # once they are traced

    @property
    def width(self):
        return self.right - self.left

    @property
    def height(self):
        return self.bottom - self.top

    @property
    def middle_x(self):
        return (self.left + self.right) / 2

    @property
    def middle_y(self):
        return (self.top + self.bottom) / 2


def find_digits_in_ink(mask, faint):
    """Return the digits in a mask, parts in reading order, and piece_numbers (height, width).

    Each pixel has the number of the piece of ink that it belongs to, 0 of paper. Where there is no
    digit, or too much ink for a page of digits, there are no parts.
    """
    pieces, piece_numbers = connected_pieces(mask, faint)
    pen_width = pen_width_of(mask)
    parts = []
    for piece in pieces:
        is_speck = piece.area <= pen_width * pen_width
        if not is_speck and not is_at_edge(piece, mask.shape):
            parts.append(piece)
    if len(parts) == 0 or len(parts) > MOST_PARTS:
        return [], piece_numbers
    # Where a pen has left gaps, a digit is in crumbs: they are joined before digits are measured.
    without_crumbs = join_small(parts, 4 * pen_width, 1.5 * pen_width)
    typical = typical_height(without_crumbs)
    parts = [part for part in parts if part.height < 3 * typical and part.width < 3 * typical]
    # What is about half as tall is a piece of a digit: the hat of a 5, the bar of a 7.
    parts = join_small(parts, 0.55 * typical, typical / 5)
    parts = join_all(parts, lambda one, other: are_one(one, other, typical))
    parts = [part for part in parts if part.height > 0.4 * typical]         # else it is a dot
    return in_reading_order(parts, typical), piece_numbers


def pen_width_of(mask):
    """Return about how many pixels wide the strokes of a mask are."""
    inside = ndimage.binary_erosion(mask, border_value=1)
    edge = mask & ~inside                                       # ink with paper at a side
    return 2 * mask.sum() / max(edge.sum(), 1)                  # as a stroke has two edges


def connected_pieces(mask, faint):
    """Return the pieces of ink that a trace joins, parts, and piece_numbers (height, width)."""
    joined_by = np.ones((3, 3))                                 # sides and corners
    piece_numbers, count = ndimage.label(faint, joined_by)
    piece_numbers[~mask] = 0
    areas = np.bincount(piece_numbers.ravel(), minlength=count + 1)         # pixels of each number
    pieces = []
    for number, box in enumerate(ndimage.find_objects(piece_numbers), start=1):
        if box is None:
            continue                                            # a trace, and no ink in it
        rows, columns = box
        piece = Part(left=columns.start, top=rows.start, right=columns.stop, bottom=rows.stop,
                     area=areas[number], numbers=[number])
        pieces.append(piece)
    return pieces, piece_numbers


def is_at_edge(part, shape):
    """Return whether a part lies along the picture's edge: the end of a line, a frame, a shadow."""
    height, width = shape
    strip = max(shape) / 50
    return (part.right < strip or part.left > width - strip
            or part.bottom < strip or part.top > height - strip)


def gap_between(one, other):
    """Return how far two parts are from each other: the shortest way between their boxes."""
    across = max(one.left - other.right, other.left - one.right, 0)
    down = max(one.top - other.bottom, other.top - one.bottom, 0)
    return math.hypot(across, down)


def join_parts(one, other):
    """Return two parts as one."""
    return Part(left=min(one.left, other.left), top=min(one.top, other.top),
                right=max(one.right, other.right), bottom=max(one.bottom, other.bottom),
                area=one.area + other.area, numbers=one.numbers + other.numbers)


def typical_height(parts):
    """Return the height of the parts in the middle: half of all ink is in parts no taller.

    As ink is counted, not parts, specks do not sway it.
    """
    by_height = sorted(parts, key=lambda part: part.height)
    whole = sum(part.area for part in by_height)
    covered = 0
    for part in by_height:
        covered += part.area
        if covered >= whole / 2:
            return part.height


def join_small(parts, small, reach):
    """Join each part that is too small for a digit with the nearest within reach.

    The smallest comes first. What is joined waits for its turn again, as it may still be too small.
    """
    waiting = sorted(parts, key=lambda part: part.height)
    alone = []
    while waiting and waiting[0].height < small:
        part = waiting.pop(0)
        others = waiting + alone
        nearest = min(others, key=lambda other: gap_between(part, other), default=None)
        if nearest is None or gap_between(part, nearest) > reach:
            alone.append(part)
            continue
        waiting = [other for other in waiting if other is not nearest]
        alone = [other for other in alone if other is not nearest]
        waiting.append(join_parts(part, nearest))
        waiting.sort(key=lambda part: part.height)
    return waiting + alone


def join_all(parts, belong_together):
    """Join what belongs together, by this function of two parts, until nothing more does."""
    joined = list(parts)
    i = 0
    while i < len(joined):
        found = find_partner(joined, i, belong_together)
        if found is None:
            i += 1
        else:
            joined[i] = join_parts(joined[i], joined[found])
            del joined[found]
            i = 0                                               # it may belong to an earlier one
    return joined


def find_partner(parts, i, belong_together):
    """Return the place of the first part that belongs to part i, or None."""
    for j, other in enumerate(parts):
        if j != i and belong_together(parts[i], other):
            return j
    return None


def are_one(one, other, typical, tallest=1.6):
    """Return whether two parts are of one digit: one over the other, or as in a 4 that is open.

    tallest is how tall a digit may be, in typical heights.
    """
    whole = join_parts(one, other)
    if whole.height > tallest * typical:                        # two digits, one over the other
        return False
    # How much their boxes have in common; below 0, how far they are apart.
    common_width = min(one.right, other.right) - max(one.left, other.left)
    common_height = min(one.bottom, other.bottom) - max(one.top, other.top)
    taller = max(one.height, other.height)
    if common_width > 0.5 * min(one.width, other.width):
        if taller < 0.6 * typical:                              # as in a 5 of two strokes
            return common_height > -typical / 3
        return common_height > -typical / 8
    are_steps = taller < 0.85 * whole.height                    # as in a 4 that is open at the top
    are_near = common_width > -typical / 5 and common_height > 0
    return are_steps and are_near and whole.width < 1.2 * typical


def in_reading_order(parts, typical):
    """Return the parts line by line, from left to right, each with the number of its line.

    Lines may slope: by the median of the slopes from each part to the next one at its right.
    """
    slopes = []
    for part in parts:
        following = next_at_right(part, parts)
        if following is not None:
            down = following.middle_y - part.middle_y
            right = following.middle_x - part.middle_x          # more than 0
            slopes.append(down / right)
    slope = np.median(slopes) if slopes else 0

    def level(part):
        """Return how far down a part would stand if the lines did not slope."""
        return part.middle_y - slope * part.middle_x

    line = 0
    levels = []                                                 # of the parts in this line
    for part in sorted(parts, key=level):
        if levels and level(part) - np.mean(levels) > 0.6 * typical:        # here a new line begins
            line += 1
            levels = []
        levels.append(level(part))
        part.line = line
    return sorted(parts, key=lambda part: (part.line, part.middle_x))


def next_at_right(part, parts):
    """Return the part that begins next at the right of another, at about its height, or None.

    Its middle, too, lies farther to the right.
    """
    following = None
    for other in parts:
        is_farther = other.left > part.left and other.middle_x > part.middle_x
        in_common = min(part.bottom, other.bottom) - max(part.top, other.top)
        is_beside = in_common > 0.5 * min(part.height, other.height)
        if not is_farther or not is_beside:
            continue
        if following is None or other.left < following.left:
            following = other
    return following


# ── 6. Strokes ────────────────────────────────────────────────────────────────────────────────────
def trace_strokes(mask):
    """Return the strokes that a pen would have drawn a digit's mask with, in pixels of the mask.

    A stroke is a list of points [x, y], as everywhere here.
    """
    factor = math.ceil(max(mask.shape) / DIGIT_SIDE)
    small = np.pad(shrink_mask(mask, factor), 1)                # paper all around
    points = points_of(thin(small))                             # as Guo and Hall (1989) do it
    # The pixels of ink for each point of the line down its middle: so wide is the stroke.
    stroke_width = small.sum() / max(len(points), 1)
    near = neighbours_of(points)
    # The corner of a square end lies 1.4 half widths from the middle: thinning may lead there.
    spurs = spurs_of(walk_along(points, near), near, 1.4 * stroke_width / 2)
    points = [point for point in points if point not in spurs]
    strokes = []
    for path in walk_along(points, neighbours_of(points)):
        # One pixel less, as paper was added, and half a pixel more, to the middle of the pixel.
        stroke = [[(x - 0.5) * factor, (y - 0.5) * factor] for x, y in smooth_path(path)]
        strokes.append(stroke)
    return strokes


def shrink_mask(mask, factor):
    """Return a mask at 1 / factor of its size.

    A smaller pixel is ink if half of it is. But a thin stroke never fills that much of one, and it
    may lie between two, and waver: then a quarter of what it can fill will do.
    """
    enough = 0.5
    pen_width = pen_width_of(np.pad(mask, 1))                   # at the edge of its box it ends
    if pen_width < factor:
        filled = pen_width / factor
        enough = filled / 4
    return shrink(mask.astype(np.float32), factor) >= enough


def points_of(skeleton):
    """Return the places (x, y) of the pixels that thinning has left, row after row."""
    return [(x, y) for y, x in np.argwhere(skeleton).tolist()]


def neighbours_of(points):
    """Return a dictionary: to which points, a list, a line goes on from each point.

    These are the points at its sides, and those at its corners where no side leads there.
    """
    point_set = set(points)
    near = {}
    for x, y in points:
        sides = [(x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1)]
        found = [side for side in sides if side in point_set]
        for dx, dy in (1, 1), (-1, 1), (-1, -1), (1, -1):
            corner = (x + dx, y + dy)
            leads_by_side = (x + dx, y) in point_set or (x, y + dy) in point_set
            if corner in point_set and not leads_by_side:
                found.append(corner)
        near[x, y] = found
    return near


def walk_along(points, near):
    """Return the paths along points: from ends and crossings to the next, then the loops.

    near is what `neighbours_of` returns.
    """
    walked = set()                                              # steps: pairs of neighbours
    paths = []
    knots = [point for point in points if len(near[point]) != 2]            # ends and crossings
    for start in knots:
        if len(near[start]) == 0:
            paths.append([start])                               # a dot
        paths += follow_all(start, near, walked)
    for start in points:                                        # what is left of these are loops
        paths += follow_all(start, near, walked)
    return paths


def follow_all(start, near, walked):
    """Return the paths from a point that have not been walked, neither there nor back."""
    paths = []
    for following in near[start]:
        if (start, following) not in walked:
            paths.append(follow(start, following, near, walked))
    return paths


def follow(start, following, near, walked):
    """Return the path from a point through its neighbour to the next end or crossing, or back.

    Its steps, there and back, are added to walked.
    """
    path = [start, following]
    while True:
        before = path[-2]
        last = path[-1]
        walked.add((before, last))
        walked.add((last, before))
        if len(near[last]) != 2 or last == start:
            return path
        one, other = near[last]
        following = other if one == before else one
        path.append(following)


def spurs_of(paths, near, longest):
    """Return the points of short dead ends, which thinning leaves where the ink's edge is rough.

    A dead end leads from an end to a crossing, in fewer steps than `longest`.
    """
    spurs = set()
    for path in paths:
        end, crossing = path[0], path[-1]
        if len(near[end]) > len(near[crossing]):                # the path goes the other way
            end, crossing = path[-1], path[0]
        is_dead_end = len(near[end]) == 1 and len(near[crossing]) > 2
        is_short = len(path) - 1 < longest
        if is_dead_end and is_short:
            for point in path:
                if point != crossing:
                    spurs.add(point)
    return spurs


def smooth_path(path):
    """Return a path with each point moved to the mean of the five around it.

    Its ends stay where they are. A loop, whose last point is its first, has no ends.
    """
    if len(path) < 5:
        return path
    if path[0] == path[-1]:
        smoothed = mean_of_five(np.pad(path[:-1], ((2, 2), (0, 0)), mode="wrap"))
        return smoothed + smoothed[:1]
    smoothed = mean_of_five(np.pad(path, ((2, 2), (0, 0)), mode="edge"))
    return [path[0]] + smoothed[1:-1] + [path[-1]]


def mean_of_five(points):
    """Return the mean of each five points (n + 4, 2) that follow one another: a list of n."""
    n = len(points) - 4
    total = np.zeros((n, 2))
    for first in range(5):
        total += points[first:first + n]
    return (total / 5).tolist()


# ── 7. All of it ──────────────────────────────────────────────────────────────────────────────────
def find_digits(grey):
    """Return the digits in a grey picture, parts in reading order; and ink and mask, to look at.

    Boxes and strokes are in pixels of the picture.
    """
    factor = max(math.ceil(ENLARGED_SIDE / max(grey.shape)), 1)
    ink = take_light_away(enlarge(grey, factor))
    ink = remove_rules(ink)
    mask, faint = find_ink(ink)
    digits, piece_numbers = find_digits_in_ink(mask, faint)
    for digit in digits:
        digit.strokes = strokes_of(digit, piece_numbers, factor)
        digit.left /= factor
        digit.top /= factor
        digit.right /= factor
        digit.bottom /= factor
    return digits, shrink(ink, factor), shrink(mask.astype(np.float32), factor)


def strokes_of(part, piece_numbers, factor):
    """Return the strokes of one digit, in pixels of the picture before it was enlarged."""
    box = piece_numbers[part.top:part.bottom, part.left:part.right]
    is_own = np.isin(box, part.numbers)                          # no ink of a neighbour in the box
    strokes = []
    for stroke in trace_strokes(is_own):
        strokes.append([[(x + part.left) / factor, (y + part.top) / factor] for x, y in stroke])
    return strokes


def find_digits_on_sheet(grey):
    """Return the sheet of paper in a grey picture, and what `find_digits` returns of that.

    Where no sheet lies on a table, it is the whole picture. A sheet without a digit is none,
    either: a broad white 1 on black looks like one.
    """
    sheet = cut_out_sheet(grey)
    if sheet is not None:
        digits, ink, mask = find_digits(sheet)
        if digits:
            return sheet, digits, ink, mask
    digits, ink, mask = find_digits(grey)
    return grey, digits, ink, mask


def read_picture(path):
    """Return the digits in the picture in a file, each as its pen strokes, in reading order.

    Give each to `read_drawing` or `render`. Raises ValueError where the file cannot be read or
    holds no picture.
    """
    _, digits, _, _ = find_digits_on_sheet(load_grey(path))
    return [digit.strokes for digit in digits]


def split_drawing(strokes):
    """Return several digits drawn side by side as drawings of their own, in reading order.

    Strokes that touch are of one digit. For the rest the rules are those for the pieces of ink in a
    picture, but that a digit may be of two equal halves: an 8 of two loops. So the page parts what
    is drawn on its sheet; here it is for whoever has such drawings.
    """
    if len(strokes) < 2:                                        # none, or a single one
        return [strokes]
    paths = [np.asarray(stroke, dtype=np.float64) for stroke in strokes]
    parts = []
    for number, path in enumerate(paths):
        left, top = path.min(axis=0)
        right, bottom = path.max(axis=0)
        # The height counts in place of an area: a bar is wide, but no digit is so flat.
        parts.append(Part(left, top, right, bottom, area=bottom - top, numbers=[number]))
    reach = 0.045 * typical_height(parts)                       # strokes nearer than this touch
    paths = [fill_in(path, reach / 2) for path in paths]
    parts = join_all(parts, lambda one, other: are_touching(one, other, paths, reach))
    typical = typical_height(parts)
    parts = join_small(parts, 0.55 * typical, math.inf)
    # Half of the strokes may be half a digit: so a digit may be more than twice as tall as typical.
    parts = join_all(parts, lambda one, other: are_one(one, other, typical, tallest=2.2))
    drawings = []
    for part in in_reading_order(parts, typical):
        drawings.append([strokes[number] for number in sorted(part.numbers)])
    return drawings


def fill_in(path, step):
    """Return a path (points, 2) with so many more points that they are at most a step apart.

    With a step of 0 it stays as it is.
    """
    filled = [path[:1]]
    for start, end in zip(path[:-1], path[1:]):
        count = 1
        if step > 0:
            count = max(math.ceil(math.dist(start, end) / step), 1)
        along = np.arange(1, count + 1)[:, None] / count        # (count, 1)
        filled.append(start + along * (end - start))
    return np.concatenate(filled)


def are_touching(one, other, paths, reach):
    """Return whether a point of one part's paths comes this near to a point of the other's."""
    if gap_between(one, other) > reach:
        return False
    points = np.concatenate([paths[number] for number in one.numbers])
    others = np.concatenate([paths[number] for number in other.numbers])
    between = points[:, None] - others                          # (points, points, 2)
    return np.hypot(between[:, :, 0], between[:, :, 1]).min() <= reach


# ── 8. The command line ───────────────────────────────────────────────────────────────────────────
def parse_arguments():
    """Return the options of the command line. Ends the program if they make no sense."""
    parser = argparse.ArgumentParser(
        description="Read the handwritten digits in a picture: a photograph, a scan, a screenshot.",
        allow_abbrev=False)
    add = parser.add_argument
    add("pictures", nargs="+", type=Path, metavar="PICTURE",
        help="PNG, JPEG, WebP, GIF, BMP or TIFF")
    add("--weights", type=Path, default=HERE / "weights.json", metavar="FILE",
        help="the network that reads (weights.json, beside this program)")
    add("--show", type=Path, metavar="FILE.png", help="draw the steps, from the picture to strokes")
    add("--drawings", type=Path, metavar="FILE.json",
        help="save what was found as drawings, for `neural_network.py --drawings`")
    add("--labels", metavar="DIGITS",
        help="which digits these are, in reading order, as in --labels 0123456789")
    options = parser.parse_args()
    if (options.drawings is None) != (options.labels is None):
        parser.error("--drawings and --labels belong together: a drawing is saved with its label")
    labels = options.labels
    if labels is not None and not all(label in "0123456789" for label in labels):
        parser.error(f"--labels must be digits, as in 0123456789, not {labels!r}")
    if options.show is not None and options.show.suffix != ".png":
        parser.error(f"--show must be a .png file, not {options.show}")
    if options.show in options.pictures:
        parser.error(f"--show would write over the picture {options.show} itself")
    for file in options.show, options.drawings:
        if file is not None and not file.parent.is_dir():
            parser.error(f"there is no folder {file.parent} to write {file.name} to")
    return options


def text_of(reading):
    """Return the digit that was read; a question mark after it stands for doubt."""
    digit = reading["probabilities"].argmax()
    if doubt(reading):
        return f"{digit}?"
    return str(digit)


def tell_digits(path, digits, readings):
    """Print what was read in a picture, line by line, and how much of it is in doubt."""
    say(path)
    last_line = digits[-1].line
    for line in range(last_line + 1):
        texts = [text_of(reading) for digit, reading in zip(digits, readings) if digit.line == line]
        say("    " + " ".join(texts))
    doubted = [reading for reading in readings if doubt(reading)]
    if doubted:
        say(f"    ? stands where the network is not sure: {len(doubted)} of {len(digits)}.")


STEP_SIDE = 480         # px, of the longest side of a step as it is drawn
GAP = 10                # px between two of them
GAP_COLOUR = "#bbbbbb"


def draw_steps(grey, ink, mask, digits, readings):
    """Return the steps of reading a picture side by side, as an image."""
    scale = STEP_SIDE / max(grey.shape)
    height = max(round(scale * grey.shape[0]), 1)
    width = max(round(scale * grey.shape[1]), 1)
    blank = np.ones_like(grey)                                  # for the strokes
    images = []
    for step in grey, 1 - ink, 1 - mask, blank:
        pixels = np.uint8(np.clip(step, 0, 1) * 255)
        image = Image.fromarray(pixels).convert("RGB")
        images.append(image.resize((width, height)))
    draw = ImageDraw.Draw(images[-1])
    for digit, reading in zip(digits, readings):
        for stroke in digit.strokes:
            draw.line([(x * scale, y * scale) for x, y in stroke], fill="black", width=2)
        above = digit.top * scale - 11                          # the text is 11 px high
        draw.text((digit.left * scale, above), text_of(reading), fill="#b24a08")
    row = Image.new("RGB", (len(images) * (width + GAP) - GAP, height), GAP_COLOUR)
    left = 0
    for image in images:
        row.paste(image, (left, 0))
        left += width + GAP
    return row


def stack_images(images):
    """Return images one below the other, as one image."""
    width = max(image.width for image in images)
    height = sum(image.height + GAP for image in images)
    stacked = Image.new("RGB", (width, height), GAP_COLOUR)
    top = 0
    for image in images:
        stacked.paste(image, (0, top))
        top += image.height + GAP
    return stacked


def save_drawings(path, found, labels):
    """Add the drawings that were found, lists of strokes, to a file, or begin it.

    labels is a string, a digit for each drawing. Raises ValueError if there are more or fewer, or
    if the file is there and holds no drawings.
    """
    if len(labels) != len(found):
        raise ValueError(f"--labels names {len(labels)} digits, but {len(found)} were found")
    drawings = []
    if path.exists():
        drawings = read_drawings(path)
    for label, strokes in zip(labels, found):
        rounded = [np.round(stroke, 1).tolist() for stroke in strokes]
        drawings.append({"label": int(label), "strokes": rounded})
    # Written beside the file first: if that fails, the old file stays as it was.
    target = Path(os.path.realpath(path))                       # where a link leads
    with tempfile.TemporaryDirectory(prefix=".", suffix=".tmp", dir=target.parent) as folder:
        new = Path(folder, target.name)
        new.write_text(json.dumps(drawings), encoding="utf-8")
        replace(target, new)
    count = "1 drawing is" if len(drawings) == 1 else f"{len(drawings)} drawings are"
    say(f"{count} in {path}: neural_network.py --drawings {path} learns them.")


def complain(sentence):
    """Print what went wrong where errors go."""
    print(f"read_picture.py: {sentence}", file=sys.stderr)


def main():
    """Read each picture, print what it says, save what was asked for.

    Returns the exit status: 2 if one of the pictures cannot be read or has no digit, else 0.
    """
    options = parse_arguments()
    for stream in sys.stdout, sys.stderr:
        stream.reconfigure(errors="replace")                    # a terminal may know only ASCII
    warnings.simplefilter("ignore")         # Pillow's, of large pictures and of a camera's notes
    network = NeuralNetwork.load(options.weights)
    if len(network.W1) != 784:
        raise ValueError(f"{options.weights}: expected a network for images of 784 pixels, "
                         f"found one for {len(network.W1)}")
    found = []                  # the strokes of each digit, in all pictures
    steps = []                  # an image for each picture
    status = 0
    for path in options.pictures:
        try:
            grey = load_grey(path)
        except ValueError as error:
            complain(sentence_of(error))
            status = 2
            continue
        sheet, digits, ink, mask = find_digits_on_sheet(grey)
        readings = [read_drawing(network, digit.strokes) for digit in digits]
        if options.show is not None:
            steps.append(draw_steps(sheet, ink, mask, digits, readings))
        if digits:
            found += [digit.strokes for digit in digits]
            tell_digits(path, digits, readings)
        else:
            complain(f"{path}: no digit was found in this picture")
            status = 2
    if steps:
        stack_images(steps).save(options.show)
        say(f"The steps are in {options.show}: the picture, its light taken away, ink, strokes.")
    if options.drawings is not None and found:
        save_drawings(options.drawings, found, options.labels)
    return status


if __name__ == "__main__":
    replace_closed_streams()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except MemoryError:
        sys.exit("read_picture.py: there is not enough memory for this picture.")
    except (OSError, ValueError) as error:
        complain(sentence_of(error))
        sys.exit(2)
