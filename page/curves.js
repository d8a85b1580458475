"use strict";
// Curves on axes: how a loss or an accuracy went.

const GUESSING = Math.log(10);  // the loss of a network that gives ten digits the same probability

// A picture of curves on axes, as HTML. A curve is a list of points [n, value]; the first one is what
// the picture is about. styles: the class of each in style.css, "now", "dashed" or "pale".
// Across, the axis is logarithmic, and so it is upwards, unless topOfAxis is given: then it goes
// evenly from 0 to there. So the first steps and the last can both be seen.
// `guess` is the value of a network that guesses.
function plot(caption, curves, {
  guess = GUESSING,
  format = shortNumber,
  topOfAxis,
  styles = ["now"],
  unit = "epoch",
} = {}) {
  if (curves[0].length === 0) return "";
  const isLinear = topOfAxis !== undefined;
  const axes = axesFor(curves, guess, topOfAxis);
  const text = (x, y, words, anchor) => `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
  const level = (kind, value) => `<path class="${kind}" d="M48 ${axes.y(value)}H300"/>`;
  const parts = [];
  for (const value of axes.heights) {
    parts.push(level("axes", value), text(42, axes.y(value) + 4, format(value), "end"));
  }
  for (const n of axes.places) parts.push(text(axes.x(n), 148, grouped(n), "middle"));
  parts.push(level("guess", guess), text(300, axes.y(guess) + (isLinear ? -4 : 12), "guessing", "end"));
  parts.push(text(300, 162, unit, "end"));
  for (let i = curves.length - 1; i >= 0; i--) {                // the first is drawn last, on top
    if (curves[i].length === 0) continue;
    const points = curves[i].map(([n, value]) => `${axes.x(n)} ${axes.y(value)}`);
    parts.push(`<path class="${styles[i]}" d="M${points.join("L")}h.01"/>`);
  }
  const label = `${caption}: from ${format(curves[0][0][1])} to ${format(curves[0].at(-1)[1])}`;
  return `<figure class="plot"><svg viewBox="0 0 320 164" role="img" aria-label="${label}">
    ${parts.join("")}</svg><figcaption>${caption}</figcaption></figure>`;
}

// Where numbers lie in such a picture, and which of them are written beside its axes.
function axesFor(curves, guess, topOfAxis) {
  const isLinear = topOfAxis !== undefined;
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
  low = isLinear ? 0 : low / 1.1;
  high = isLinear ? topOfAxis : high * 1.1;

  const roundTo = number => Number(number.toFixed(1));
  const x = n => roundTo(48 + 252 * Math.log(1 + (n - first) / near) / Math.log(1 + (last - first) / near));
  const partOf = value => {
    if (isLinear) return value / topOfAxis;
    const inside = clip(value || high, low, high);        // what is no number is at the top
    return Math.log(inside / low) / Math.log(high / low);
  };
  const y = value => roundTo(132 - 124 * partOf(value));

  const powersOfTen = Array.from({ length: 16 }, (_, i) => 10 ** (i - 8));
  const places = [first, ...powersOfTen.filter(n => n > first + near && n <= last)];
  const steps = high > 1e3 * low ? [1] : [1, 2, 5];
  const heights = isLinear
    ? [0, topOfAxis / 2, topOfAxis]
    : powersOfTen.flatMap(n => steps.map(step => n * step)).filter(value => value > low && value < high);
  return { x, y, places, heights };
}

// Fewer points of a curve that may have a million: on a logarithmic axis the eye misses none.
function thinCurve(points) {
  const kept = [];
  let next = -Infinity;
  for (const point of points) {
    if (point[0] < next && point !== points.at(-1)) continue;
    kept.push(point);
    next = point[0] * 1.02;
  }
  return kept;
}
