"use strict";
// From pen strokes to pixels, and how sure a reading is. Lay it beside chapter 3 of
// neural_network.py: render, inkOf, centre, straighten, vary, looks, readDrawing and doubt take the
// same steps there, and find the same numbers. Only Python has jitter, which training needs; only
// the page has isTwitch.
//
// A stroke is a list of points [x, y]: x to the right, y down, in any unit. A drawing is a list of
// strokes. Everything here is a function of its arguments. Nothing touches the page.

const PEN_WIDTH = 2.2;         // of the pen in the image that the network sees, in pixels
const SHEET_PEN = 0.045;       // of the pen on the sheet, in widths of the sheet

// Turns pen strokes into the image that MNIST would have made of them: 784 numbers, from 0 (paper)
// to 1 (ink). It is straightened, too. As in MNIST (Yadav and Bottou, 2019), the ink fills 20
// pixels by its longest side, and its centre of mass is moved by whole pixels to pixel 14.
function render(strokes, penWidth = PEN_WIDTH) {
  const ink = centre(inkOf(strokes, penWidth));
  return straighten(ink.map(value => value / 255));
}

// The ink in each pixel, from 0 to 255, by its distance from the pen's path. It comes in whole
// steps, as in MNIST. Sums of whole numbers are exact: so every language finds the same centre.
function inkOf(strokes, penWidth) {
  const { left, top, width, height } = bounds(strokes);
  const side = Math.max(width, height) || 1;                    // 1 for a dot, as one divides by it
  const reach = penWidth / 2 + 0.5;                             // farther from the path is no ink
  // The ink, half a pen wider than the points on every side, fills the pixels 4 to 23. The sum in
  // brackets comes first, as in Python: so both round alike.
  const toPixels = distance => distance / side * (20 - penWidth) + (3.5 + penWidth / 2);
  const nearest = new Float64Array(784).fill(Infinity);         // squared distance to the path
  for (const stroke of strokes) {
    const path = stroke.map(([x, y]) => [toPixels(x - left), toPixels(y - top)]);
    measureSegment(nearest, path[0], path[0], reach);           // a dot has no other
    for (let i = 1; i < path.length; i++) measureSegment(nearest, path[i - 1], path[i], reach);
  }
  return nearest.map(squared => {
    const covered = clip(reach - Math.sqrt(squared), 0, 1);
    return Math.floor(covered * 255 + 0.5);
  });
}

// Measures how far each pixel within reach is from one segment of the path. `nearest`, the squared
// distance to the path so far, becomes less where this segment is nearer.
function measureSegment(nearest, [x0, y0], [x1, y1], reach) {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const squaredLength = dx * dx + dy * dy;
  const firstX = Math.max(Math.ceil(Math.min(x0, x1) - reach), 0);
  const lastX = Math.min(Math.floor(Math.max(x0, x1) + reach), 27);
  const firstY = Math.max(Math.ceil(Math.min(y0, y1) - reach), 0);
  const lastY = Math.min(Math.floor(Math.max(y0, y1) + reach), 27);
  for (let y = firstY; y <= lastY; y++) {
    for (let x = firstX; x <= lastX; x++) {
      // How far along the segment its nearest point lies: 0 at its start, 1 at its end.
      const projection = (x - x0) * dx + (y - y0) * dy;
      const along = squaredLength > 0 ? clip(projection / squaredLength, 0, 1) : 0;
      const toX = x - x0 - along * dx;
      const toY = y - y0 - along * dy;
      const at = y * 28 + x;
      nearest[at] = Math.min(nearest[at], toX * toX + toY * toY);
    }
  }
}

// Moves the ink by whole pixels, so that its centre of mass comes to pixel 14.
function centre(ink) {
  const right = Math.floor(14 - meanOverInk(ink, x => x) + 0.5);
  const down = Math.floor(14 - meanOverInk(ink, (x, y) => y) + 0.5);
  return ink.map((_, i) => {
    const x = i % 28;
    const y = Math.floor(i / 28);
    return pixelAt(ink, x - right, y - down);
  });
}

// Takes away half of an image's slant, as LeCun and others (1998) took all of it: writers lean by
// habit, and it says nothing about the digit.
function straighten(image) {
  const cx = meanOverInk(image, x => x);
  const cy = meanOverInk(image, (x, y) => y);
  const momentXY = meanOverInk(image, (x, y) => (x - cx) * (y - cy));
  const momentYY = meanOverInk(image, (x, y) => (y - cy) ** 2);
  // The first 0.5 takes half of the slant. Without the second, a flat stroke, which has hardly any
  // height, would be slanted without bounds.
  const slant = 0.5 * momentXY / (momentYY + 0.5);
  return image.map((_, i) => {
    const x = i % 28;
    const y = Math.floor(i / 28);
    const from = x + slant * (y - cy);                          // where this pixel is read from
    const left = Math.floor(from);
    const part = from - left;
    return (1 - part) * pixelAt(image, left, y) + part * pixelAt(image, left + 1, y);
  });
}

// The mean, over all ink of an image, of something that depends on the place; 0 of blank paper.
function meanOverInk(image, valueAt) {
  let ink = 0;
  let sum = 0;
  for (let i = 0; i < 784; i++) {
    if (image[i] === 0) continue;
    ink += image[i];
    sum += image[i] * valueAt(i % 28, Math.floor(i / 28));
  }
  return ink > 0 ? sum / ink : 0;
}

// The ink of a pixel; outside the image is paper.
function pixelAt(image, x, y) {
  if (x < 0 || x > 27 || y < 0 || y > 27) return 0;
  return image[y * 28 + x];
}

// The box around a drawing.
function bounds(strokes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const stroke of strokes) {
    for (const [x, y] of stroke) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return { left, top, right, bottom, width: right - left, height: bottom - top };
}

// ── Five looks at one drawing ──

// A digit stays what it is when another hand writes it. So the network looks at a drawing five
// times: as it is, slimmer, wider, and wider and turned either way. Its reading is the mean of the
// five. Each look: by what angle it is turned (radians), and how far it is stretched sideways.
const LOOKS = [[0, 1], [0, 0.75], [0, 1.33], [-0.3, 1.33], [0.3, 1.33]];

// The strokes as a hand might have made them another time: turned, then stretched.
function vary(strokes, angle, stretch) {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return strokes.map(stroke =>
    stroke.map(([x, y]) => [stretch * (x * cos - y * sin), x * sin + y * cos]));
}

// The images that a network is shown of one drawing, first as it is.
function looks(strokes) {
  return LOOKS.map(([angle, stretch]) => render(vary(strokes, angle, stretch)));
}

// What a network reads in a drawing. probabilities is its reading: the mean over the looks, as
// Krizhevsky and others (2012) took it over ten views of a photograph. passes: of each look the
// image that the network was shown, and what it made of it.
function readDrawing(network, strokes) {
  const passes = looks(strokes).map(image => ({ image, ...forward(network, image) }));
  const probabilities = meanOf(passes.map(pass => pass.probabilities));
  return { strokes, passes, probabilities };
}

// The same, where the images are there already and only the probabilities are asked for.
function readLooks(network, images) {
  return meanOf(images.map(image => forward(network, image).probabilities));
}

// The mean of several vectors, place by place.
function meanOf(vectors) {
  return vectors[0].map((_, i) => {
    const values = vectors.map(vector => vector[i]);
    return sumOf(values) / values.length;
  });
}

// ── Doubt ──

// benchmarks/doubt.py has measured the first two.
const SURE = 0.78;             // a digit whose mean probability is above this is not doubted
const HEAVY = 160;             // more ink than this, in pixels, is a blot
const TWITCH = 0.03;           // a drawing no larger than this, in sheets, is hardly a touch
const TEN_DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const COUNTS = ["none", "one", "two", "three", "four", "five"];

// Why a reading is doubted, in a few words; "" where it is not. What is no digit is read otherwise
// from look to look, and so, mostly, is a digit that is misread: then no digit's mean is large.
function doubt(reading) {
  const digit = indexOfLargest(reading.probabilities);
  const ink = sumOf(reading.passes[0].image);
  if (ink > HEAVY) return "so much ink: is this a digit?";
  if (reading.probabilities[digit] > SURE) return "";
  const votes = new Array(10).fill(0);                          // of the looks, for each digit
  for (const pass of reading.passes) votes[indexOfLargest(pass.logits)] += 1;
  const everyone = COUNTS[reading.passes.length];
  const others = TEN_DIGITS.filter(other => votes[other] > 0 && other !== digit);
  if (others.length === 0) return `all ${everyone} say ${digit}, but not surely`;
  const ours = `${COUNTS[votes[digit]]} of ${everyone} ${sayOrSays(votes[digit])} ${digit}`;
  if (others.length > 1) return `${ours}: is this a digit?`;
  const other = others[0];
  return `${ours}, ${COUNTS[votes[other]]} ${sayOrSays(votes[other])} ${other}`;
}

// The verb for so many looks: one says, two say.
function sayOrSays(count) {
  return count === 1 ? "says" : "say";
}

// Whether a drawing is hardly more than a touch of the sheet, whose width is 1.
function isTwitch(strokes) {
  const { width, height } = bounds(strokes);
  return Math.hypot(width, height) <= TWITCH;
}
