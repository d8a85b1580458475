"use strict";
// Six thousand digits that other people wrote, from MNIST, for the page to learn from and to read.
//
// They come in turn: a 0, a 1, … a 9, a 0, … The young network learns from the first 5,000 and
// never sees the others. The trained network has learned from all of MNIST's training images, these
// among them.

const DIGITS_TO_LEARN = 5000;
const DIGITS_UNSEEN = 1000;    // by the young network: those that follow

const digitStore = {
  loading: null,         // the promise of loadDigits
  greys: null,           // all images, two pixels in each byte
  images: [],            // the same unpacked, each when it is first needed
};

// Loads data/digits.js once: whoever needs an image waits for this first. If it fails, the next
// call tries again.
function loadDigits() {
  digitStore.loading ??= unpackDigits().catch(error => {
    digitStore.loading = null;
    throw error;
  });
  return digitStore.loading;
}

// The script holds DIGITS: the images in 16 greys, compressed, as text (see data/make_digits.py).
async function unpackDigits() {
  await loadScript("data/digits.js");
  const packed = Uint8Array.from(atob(DIGITS), character => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  digitStore.greys = new Uint8Array(await new Response(stream).arrayBuffer());
}

// Image k, 784 numbers from 0 (paper) to 1 (ink).
function digitImage(k) {
  digitStore.images[k] ??= unpackImage(k);
  return digitStore.images[k];
}

function unpackImage(k) {
  const image = new Float32Array(784);
  for (let pixel = 0; pixel < 784; pixel += 2) {
    const pair = digitStore.greys[(k * 784 + pixel) / 2];
    const left = Math.floor(pair / 16);          // both are greys from 0 to 15
    const right = pair % 16;
    image[pixel] = left / 15;
    image[pixel + 1] = right / 15;
  }
  return image;
}

// Which digit image k is.
function labelOfDigit(k) {
  return k % 10;
}

// What a network reads in so many of the images, from this first one on: of each its number k, its
// label, the digit that is read, and the probabilities. It pauses after each, for inSlices.
function* readDigitImages(network, first, count) {
  const readings = [];
  for (let k = first; k < first + count; k++) {
    const { probabilities } = forward(network, digitImage(k));
    const label = labelOfDigit(k);
    const digit = indexOfLargest(probabilities);
    readings.push({ k, label, digit, probabilities });
    yield;
  }
  return readings;
}
