"use strict";
// Pictures of 784 numbers, and drawings as lines: what all sections draw with.

// ── Pictures of 784 numbers ──

const PICTURE = `<canvas class="pixels" width="28" height="28"></canvas>`;
const darkMode = matchMedia("(prefers-color-scheme: dark)");

// Paints an image in the colour of ink, from absent at 0 to full at 1.
function paintImage(canvas, image) {
  const pixels = new ImageData(28, 28);
  const grey = darkMode.matches ? 237 : 30;
  pixels.data.fill(grey);
  for (let i = 0; i < 784; i++) pixels.data[i * 4 + 3] = image[i] * 255;
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

// Paints numbers above and below 0: 0 is grey, above is blue and light, below is rust and dark.
// So lightness alone tells the sign. `most` is the number that has the full colour.
function paintSigned(canvas, values, { most = strength(values), x = 0, y = 0 } = {}) {
  const pixels = new ImageData(28, 28);
  const colours = new Uint32Array(pixels.data.buffer);
  for (let i = 0; i < 784; i++) {
    const share = Math.min(Math.max(values[i] / most, -1), 1);
    colours[i] = SIGNED_COLOURS[Math.round(share * 255) + 255];
  }
  canvas.getContext("2d").putImageData(pixels, x, y);
}

// The colours from -1 to 1, in 511 steps, as the four bytes of a pixel: blue and light to rust and dark.
const SIGNED_COLOURS = Uint32Array.from({ length: 511 }, (_, i) => {
  const share = i / 255 - 1;
  const middle = [136, 138, 142];
  const end = share > 0 ? [214, 234, 255] : [116, 34, 0];
  const part = Math.abs(share) ** 0.7;          // weak numbers are to be seen, too
  const [red, green, blue] = middle.map((value, j) => Math.round(value + (end[j] - value) * part));
  return (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
});

// The largest of these numbers, whatever their sign; 1 where all are 0, since one divides by it.
function strength(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
}

// The 784 weights from the pixels to one hidden unit.
function weightsOfUnit(network, unit) {
  const units = network.layers[1];
  return Float64Array.from({ length: 784 }, (_, i) => network.W1[i * units + unit]);
}

// Paints the numbers of a network, or their slopes: for each hidden unit a square, its 784 weights.
// The line below it is its ten weights to the digits and, apart, its bias.
// fullColour: the number that has it, of W1, and of W2 and the biases.
function* paintAllWeights(canvas, { W1, b1, W2 }, fullColour) {
  const units = b1.length;
  const columns = Math.ceil(Math.sqrt(units));
  const rows = Math.ceil(units / columns);
  const width = columns * 30;                    // 28 pixels and a gap
  const height = rows * 34;                      // 28, a gap, a line of 3, a gap
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  const colourOf = (value, most) => {
    const share = clip(value / most, -1, 1);
    return SIGNED_COLOURS[Math.round(share * 255) + 255];
  };
  for (let unit = 0; unit < units; unit++) {
    const cell = new ImageData(28, 32);
    const colours = new Uint32Array(cell.data.buffer);
    for (let i = 0; i < 784; i++) colours[i] = colourOf(W1[i * units + unit], fullColour.W1);
    const biasColour = colourOf(b1[unit], fullColour.W2);
    for (const row of [29, 30, 31]) {
      const start = row * 28;
      for (let digit = 0; digit < 10; digit++) {
        const left = start + digit * 2;
        colours.fill(colourOf(W2[unit * 10 + digit], fullColour.W2), left, left + 2);
      }
      colours.fill(biasColour, start + 24, start + 28);
    }
    const column = unit % columns;
    const row = Math.floor(unit / columns);
    context.putImageData(cell, column * 30 + 1, row * 34 + 1);
    yield;                                       // all at once would take more than a frame
  }
}

// ── A drawing as lines ──

// A stroke as the path of an SVG: curves through the middles between its points, which pull.
// A dot is a line of no length.
function curvePath(stroke) {
  const parts = [`M${stroke[0]}h0`];
  for (let i = 1; i < stroke.length; i++) {
    const [x, y] = stroke[i];
    const [nextX, nextY] = stroke[i + 1] ?? stroke[i];
    parts.push(`Q${x} ${y} ${(x + nextX) / 2} ${(y + nextY) / 2}`);
  }
  return parts.join("");
}

// The square around a drawing, at least a fifth of the sheet wide.
function squareAround(strokes) {
  const { left, top, width, height } = strokes.length ? bounds(strokes) : bounds([[[0, 0]]]);
  const side = Math.max(width, height, 0.2);
  return { left: left + (width - side) / 2, top: top + (height - side) / 2, side };
}

// A small picture of a drawing.
function sketch(strokes) {
  const { left, top, side } = squareAround(strokes);
  const paths = strokes.map(stroke => `<path stroke-width="${0.09 * side}" d="${curvePath(stroke)}"/>`);
  return `<svg viewBox="${left} ${top} ${side} ${side}" aria-hidden="true">${paths.join("")}</svg>`;
}
