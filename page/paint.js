"use strict";
// What all sections draw with: pictures of numbers, curves, and numbers in words.

const $ = id => document.getElementById(id);

// What the page has several of stands in it once, in a template. "#" becomes its number.
for (const template of document.querySelectorAll("template[data-times]")) {
  const times = Number(template.dataset.times);
  template.outerHTML = repeat(times, i => template.innerHTML.replaceAll("#", i));
}

function repeat(times, html) {
  return Array.from({ length: times }, (_, i) => html(i)).join("");
}

// Puts what is known into the sentences of a part of the page: each value into the places that bear
// its name, as <b data-name="loss"></b>.
function fill(part, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const named of part.querySelectorAll(`[data-name="${name}"]`)) named.textContent = value;
  }
}

// Sets what has changed, and leaves the rest alone: so the browser has nothing to do for it.
function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

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

// ── Curves ──

const GUESSING = Math.log(10);  // the loss of a network that gives ten digits the same probability

// A picture of curves on axes, as HTML. A curve is a list of points [n, value], drawn in the style
// .curve0, .curve1, … of its place; the first one is what the picture is about.
// Across, the axis is logarithmic, and so it is upwards unless there is a `most`: so the first steps
// and the last can both be seen. `guess` is the value of a network that guesses.
function plot(caption, curves, { guess = GUESSING, format = shortNumber, most, unit = "epoch" } = {}) {
  if (curves[0].length === 0) return "";
  const axes = axesFor(curves, guess, most);
  const text = (x, y, words, anchor) => `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
  const level = (kind, value) => `<path class="${kind}" d="M48 ${axes.y(value)}H300"/>`;
  const parts = [];
  for (const value of axes.heights) {
    parts.push(level("axes", value), text(42, axes.y(value) + 4, format(value), "end"));
  }
  for (const n of axes.places) parts.push(text(axes.x(n), 148, grouped(n), "middle"));
  const isLinear = most !== undefined;
  parts.push(level("guess", guess), text(300, axes.y(guess) + (isLinear ? -4 : 12), "guessing", "end"));
  parts.push(text(300, 162, unit, "end"));
  for (let i = curves.length - 1; i >= 0; i--) {                // the first is drawn last, on top
    if (curves[i].length === 0) continue;
    const points = curves[i].map(([n, value]) => `${axes.x(n)} ${axes.y(value)}`);
    parts.push(`<path class="curve${i}" d="M${points.join("L")}h.01"/>`);
  }
  const label = `${caption}: from ${format(curves[0][0][1])} to ${format(curves[0].at(-1)[1])}`;
  return `<figure class="plot"><svg viewBox="0 0 320 164" role="img" aria-label="${label}">
    ${parts.join("")}</svg><figcaption>${caption}</figcaption></figure>`;
}

// Where numbers lie in such a picture, and which of them are written beside its axes.
function axesFor(curves, guess, most) {
  const points = curves.flat();
  const first = points[0][0];
  const near = first || 50;             // from here on the axis is logarithmic
  let last = first + near;
  let low = guess / 2;
  let high = guess;
  for (const [n, value] of points) {
    last = Math.max(last, n);
    if (value > 0 && value < 1e3) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  low = most === undefined ? low / 1.1 : 0;
  high = most ?? high * 1.1;

  const roundTo = number => Number(number.toFixed(1));
  const x = n => roundTo(48 + 252 * Math.log(1 + (n - first) / near) / Math.log(1 + (last - first) / near));
  const partOf = value => {
    if (most !== undefined) return value / most;
    const inside = Math.min(Math.max(value || high, low), high);        // what is no number is at the top
    return Math.log(inside / low) / Math.log(high / low);
  };
  const y = value => roundTo(132 - 124 * partOf(value));

  const powersOfTen = Array.from({ length: 16 }, (_, i) => 10 ** (i - 8));
  const places = [first, ...powersOfTen.filter(n => n > first + near && n <= last)];
  const steps = high > 1e3 * low ? [1] : [1, 2, 5];
  const heights = most !== undefined
    ? [0, most / 2, most]
    : powersOfTen.flatMap(n => steps.map(step => n * step)).filter(value => value > low && value < high);
  return { x, y, places, heights };
}

// ── Numbers in words ──

// 1234567 → 1,234,567. (Intl does it, too, but slowly.)
function grouped(number) {
  if (number < 1000) return String(number);
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");
}

// 0.123 → 12.3 %.
function percent(share, decimals = 1) {
  return (share * 100).toFixed(decimals) + " %";
}

// Shares in whole per cents that add up to 100: those with the largest remainders are rounded up.
// Of shares that are all 0, or no numbers, each is 0.
function wholePercents(shares) {
  const percents = Array.from(shares, share => Math.floor(share * 100) || 0);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (!(sum > 0)) return percents;
  const missing = 100 - percents.reduce((total, part) => total + part, 0);
  const byRemainder = [...percents.keys()].sort((one, other) =>
    (shares[other] * 100 - percents[other]) - (shares[one] * 100 - percents[one]));
  for (const i of byRemainder.slice(0, missing)) percents[i] += 1;
  return percents;
}

// 0.01234 → 0.012: two digits that count.
function shortNumber(number) {
  return String(Number(number.toPrecision(2)));
}

// With its sign: −1.20, +0.31, 0.00.
function signed(number, decimals = 2) {
  const rounded = Math.abs(number).toFixed(decimals);
  if (Number(rounded) === 0) return rounded;
  return (number < 0 ? "−" : "+") + rounded;
}

// ── Long work in short pieces ──

// Does the work of a generator in slices of 6 ms, so that neither pen nor picture waits for it. With
// each number that it yields, it rests for so many milliseconds. Work that nobody wants any longer is
// left where it is. Returns what the work returns.
async function inSlices(work, isWanted = () => true) {
  let since = performance.now();
  while (isWanted()) {
    const { done, value } = work.next();
    if (done) return value;
    if (value) {
      await new Promise(resolve => setTimeout(resolve, value));
    } else if (performance.now() - since >= 6) {
      await nextTask();
    } else {
      continue;
    }
    since = performance.now();
  }
}

// Waits until the browser has done what is due. (A timer of 0 would wait for 4 ms.)
function nextTask() {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage("");
  });
}

function pauseFor(milliseconds) {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

// Waits until the next frame is due.
function nextFrame() {
  return new Promise(requestAnimationFrame);
}

function wantsNoMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
