"use strict";
// The pictures of the hidden units: their weights as masks, alone or over a drawing.

const MARGIN = 3;              // pixels at the edge of an image that hardly ever have ink
const INNER = 28 - 2 * MARGIN; // pixels between the margins

// ── The pictures of all units, painted side by side on one canvas that is not seen ──

const unitPictures = {
  canvas: document.createElement("canvas"),
  painted: null,         // whose weights they are, or will be when they are painted: see stateOf
  isPainting: false,
  isResting: false,      // until the next painting of a network that learns
};
const PICTURES_PAUSE = 500;    // ms of this rest
const PICTURES_ACROSS = 32;

// Paints them again when the network is another, or has learned since.
async function keepPicturesFresh(network) {
  if (isSameState(unitPictures.painted, network)) return;
  const hasLearned = unitPictures.painted !== null && unitPictures.painted.network === network;
  const isBusy = unitPictures.isPainting || unitPictures.isResting;
  if (hasLearned && isBusy) return;                      // it can wait
  const painted = stateOf(network);
  unitPictures.painted = painted;
  unitPictures.isPainting = true;
  const isWhole = await inSlices(paintUnitPictures(network), () => desk.network === network);
  if (unitPictures.painted !== painted) return;          // another painting has begun
  unitPictures.isPainting = false;
  if (!isWhole) unitPictures.painted = null;
  unitPictures.isResting = true;
  refresh();
  await pauseFor(PICTURES_PAUSE);
  unitPictures.isResting = false;
  refresh();                                             // it may have learned meanwhile
}

// Returns true, so that one knows whether it came to the end.
function* paintUnitPictures(network) {
  const units = network.layers[1];
  const { canvas } = unitPictures;
  const width = PICTURES_ACROSS * 28;
  const height = Math.ceil(units / PICTURES_ACROSS) * 28;
  if (canvas.width !== width) canvas.width = width;      // to set a size wipes the canvas
  if (canvas.height !== height) canvas.height = height;
  for (let unit = 0; unit < units; unit++) {
    const weights = weightsOfUnit(network, unit);
    const { x, y } = placeOfPicture(unit);
    paintSigned(canvas, weights, { most: weightOfFullColour(weights), x, y });
    yield;
  }
  return true;
}

function placeOfPicture(unit) {
  const row = Math.floor(unit / PICTURES_ACROSS);
  const column = unit % PICTURES_ACROSS;
  return { x: column * 28, y: row * 28 };
}

// The picture of a unit, without its blank margin.
function drawUnit(context, unit, left, top, side) {
  const { x, y } = placeOfPicture(unit);
  const { canvas } = unitPictures;
  context.drawImage(canvas, x + MARGIN, y + MARGIN, INNER, INNER, left, top, side, side);
}

// ── A drawing and a mask, pixel by pixel ──

// Images are painted here first, one pixel for each number, and from here drawn large.
const smallPicture = newSmallPicture();

// A canvas that is not on the page, with a pixel for each number of an image.
function newSmallPicture() {
  const canvas = document.createElement("canvas");
  canvas.width = 28;
  canvas.height = 28;
  return canvas;
}

// Paints a unit's weights, on their way to what is left of them.
// productShare: how far the weights have become products of weight and ink, from 0 to 1; then
// nothing is left under paper. fallenShare: how far the products have fallen onto the piles, which
// leaves them a little paler.
function paintMask(canvas, weights, image, productShare, fallenShare) {
  const most = weightOfFullColour(weights);
  const pixels = new ImageData(28, 28);
  const colours = new Uint32Array(pixels.data.buffer);
  for (let i = 0; i < 784; i++) {
    const product = weights[i] * image[i];
    const value = weights[i] + (product - weights[i]) * productShare;
    colours[i] = signedColour(value, most);
    const opacity = image[i] > 0 ? 1 - 0.2 * fallenShare : 1 - productShare;
    pixels.data[i * 4 + 3] = opacity * 255;
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

// The edge of the ink, pixel by pixel: so the drawing is seen upon its mask. Across the square lie
// so many pixels of the image, from firstPixel on.
function drawOutline(context, image, left, top, side, firstPixel = 0, pixelsAcross = 28) {
  const size = side / pixelsAcross;
  const place = (x, y) => [left + (x - firstPixel) * size, top + (y - firstPixel) * size];
  const isInk = (x, y) => pixelAt(image, x, y) >= 0.5;
  context.beginPath();
  // An edge lies where one is ink and the other is not: a pixel, and that to its left, or above it.
  for (let y = 0; y < 28; y++) {
    for (let x = 0; x < 28; x++) {
      if (isInk(x, y) !== isInk(x - 1, y)) {
        context.moveTo(...place(x, y));
        context.lineTo(...place(x, y + 1));
      }
      if (isInk(x, y) !== isInk(x, y - 1)) {
        context.moveTo(...place(x, y));
        context.lineTo(...place(x + 1, y));
      }
    }
  }
  context.lineCap = "square";
  context.lineWidth = 3;
  context.strokeStyle = insideView.colours.sheet;
  context.stroke();
  context.lineWidth = 1.5;
  context.strokeStyle = insideView.colours.ink;
  context.stroke();
  context.lineCap = "butt";
}

// The key of the masks is painted in their own colours, from -1 at the left to 1 at the right.
const maskKey = Float64Array.from({ length: 784 }, (_, i) => {
  const column = i % 28;
  return column / 13.5 - 1;
});
paintSigned($("mask-key"), maskKey);
