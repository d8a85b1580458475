"use strict";
// Pictures of 784 numbers, and drawings as lines: what all sections draw with.

// ── Pictures of 784 numbers ──

const PICTURE = `<canvas class="pixels" width="28" height="28"></canvas>`;
const darkMode = matchMedia("(prefers-color-scheme: dark)");

// Paints an image in the colour of ink, from absent at 0 to full at 1.
function paintImage(canvas, image) {
  const pixels = new ImageData(28, 28);          // of each pixel: red, green, blue, opacity
  const grey = darkMode.matches ? 237 : 30;
  pixels.data.fill(grey);
  for (let i = 0; i < 784; i++) pixels.data[i * 4 + 3] = image[i] * 255;
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

// Paints numbers above and below 0: 0 is grey, above is blue and light, below is rust and dark.
// So lightness alone tells the sign. `most` is the number that has the full colour.
function paintSigned(canvas, values, { most = strength(values), x = 0, y = 0 } = {}) {
  const pixels = new ImageData(28, 28);
  const colours = new Uint32Array(pixels.data.buffer);         // a pixel's four bytes, one number
  for (let i = 0; i < 784; i++) colours[i] = signedColour(values[i], most);
  canvas.getContext("2d").putImageData(pixels, x, y);
}

function signedColour(value, most) {
  const share = clip(value / most, -1, 1);
  return SIGNED_COLOURS[255 + Math.round(share * 255)];
}

// The colours of the shares from -1 to 1, in 511 steps.
const SIGNED_COLOURS = makeSignedColours();

function makeSignedColours() {
  const middle = [136, 138, 142];
  const light = [214, 234, 255];
  const dark = [116, 34, 0];
  const bytes = new Uint8Array(511 * 4);
  for (let step = 0; step < 511; step++) {
    const share = step / 255 - 1;
    const end = share > 0 ? light : dark;
    const part = Math.abs(share) ** 0.7;         // weak numbers are to be seen, too
    const colour = middle.map((value, i) => Math.round(value + (end[i] - value) * part));
    bytes.set([...colour, 255], step * 4);       // 255: not transparent
  }
  return new Uint32Array(bytes.buffer);
}

// The largest of these numbers, whatever their sign; 1 where all are 0, since one divides by it.
function strength(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
}

// The 784 weights from the pixels to one hidden unit.
function weightsOfUnit(network, unit) {
  const units = network.layers[1];
  return Float64Array.from({ length: 784 }, (_, i) => network.W1[i * units + unit]);
}

const UNIT_WIDTH = 30;           // of a unit's picture among all: 28 pixels and a gap
const UNIT_HEIGHT = 34;          // 28, a gap, a line of 3, a gap

// Paints the numbers of a network, or their slopes: of each hidden unit a picture.
// fullColour: the number that has it, of W1, and of W2 and the biases.
function* paintAllWeights(canvas, weights, fullColour) {
  const units = weights.b1.length;
  const columns = Math.ceil(Math.sqrt(units));
  const rows = Math.ceil(units / columns);
  const width = columns * UNIT_WIDTH;
  const height = rows * UNIT_HEIGHT;
  if (canvas.width !== width || canvas.height !== height) {     // to set them wipes the canvas
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  for (let unit = 0; unit < units; unit++) {
    const column = unit % columns;
    const row = Math.floor(unit / columns);
    const picture = pictureOfWeights(weights, unit, fullColour);
    context.putImageData(picture, column * UNIT_WIDTH + 1, row * UNIT_HEIGHT + 1);
    yield;                                       // all at once would take more than a frame
  }
}

// A hidden unit's 784 weights, a square. The line below it is its ten weights to the digits, of two
// pixels each, and, apart, its bias.
function pictureOfWeights({ W1, b1, W2 }, unit, fullColour) {
  const units = b1.length;
  const picture = new ImageData(28, 32);
  const colours = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < 784; i++) colours[i] = signedColour(W1[i * units + unit], fullColour.W1);
  const biasColour = signedColour(b1[unit], fullColour.W2);
  for (const row of [29, 30, 31]) {
    const start = row * 28;
    for (let digit = 0; digit < 10; digit++) {
      const left = start + digit * 2;
      colours.fill(signedColour(W2[unit * 10 + digit], fullColour.W2), left, left + 2);
    }
    colours.fill(biasColour, start + 24, start + 28);
  }
  return picture;
}

// ── A drawing as lines ──

// A stroke as the path of an SVG. Its curves go from the middle between two points to the next
// middle, and the point between these pulls at the curve. A dot is a line of no length: h0.
function curvePath(stroke) {
  const [firstX, firstY] = stroke[0];
  const parts = [`M${firstX} ${firstY}h0`];
  for (let i = 1; i < stroke.length; i++) {
    const [x, y] = stroke[i];
    const [nextX, nextY] = stroke[i + 1] ?? stroke[i];          // after the last: itself
    parts.push(`Q${x} ${y} ${(x + nextX) / 2} ${(y + nextY) / 2}`);
  }
  return parts.join("");
}

// The square around a drawing, at least a fifth of the sheet wide.
function squareAround(strokes) {
  const { left, top, width, height } = bounds(strokes);
  const side = Math.max(width, height, 0.2);
  return { left: left + (width - side) / 2, top: top + (height - side) / 2, side };
}

// A small picture of a drawing.
function sketch(strokes) {
  const { left, top, side } = squareAround(strokes);
  const width = 0.09 * side;
  const paths = strokes.map(stroke => `<path stroke-width="${width}" d="${curvePath(stroke)}"/>`);
  return `<svg viewBox="${left} ${top} ${side} ${side}" aria-hidden="true">${paths.join("")}</svg>`;
}
