"use strict";
// Curves on axes: how a loss or an accuracy went.

const GUESSING = Math.log(10);  // the loss of a network that gives ten digits the same probability

const WIDTH_OF_PLOT = 320;     // of a picture of curves, in its own units, and where its axes are
const HEIGHT_OF_PLOT = 164;
const PLOT_AREA = { left: 48, right: 300, top: 8, bottom: 132 };

// A picture of curves on axes, as HTML. A curve is a list of points [n, value]; the first one is what
// the picture is about, and an empty one is left out. styles: the class of each in style.css, "now",
// "dashed" or "pale".
//
// Across, the axis is logarithmic, so that the first steps and the last can both be seen. Upwards it
// is so, too, unless topOfAxis is given: then it goes evenly from 0 to that. `guess` is the value of a
// network that guesses.
function plot(caption, curves, {
  guess = GUESSING,
  format = shortNumber,
  topOfAxis,
  styles = ["now"],
  unit = "epoch",
} = {}) {
  if (curves[0].length === 0) return "";
  const { left, right, bottom } = PLOT_AREA;
  const points = curves.flat();
  const isEven = topOfAxis !== undefined;
  const across = axisAcross(points);
  const upwards = isEven ? evenAxis(topOfAxis) : logarithmicAxis(points, guess);
  const text = (x, y, words, anchor) => `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
  const level = (kind, value) => `<path class="${kind}" d="M${left} ${upwards.y(value)}H${right}"/>`;
  const parts = [];
  for (const value of upwards.marks) {
    parts.push(level("axes", value), text(left - 6, upwards.y(value) + 4, format(value), "end"));
  }
  for (const n of across.marks) parts.push(text(across.x(n), bottom + 16, grouped(n), "middle"));
  const besideLevel = isEven ? -4 : 12;          // above it or below, where there are fewer curves
  parts.push(level("guess", guess), text(right, upwards.y(guess) + besideLevel, "guessing", "end"));
  parts.push(text(right, bottom + 30, unit, "end"));
  for (let i = curves.length - 1; i >= 0; i--) {                // the first is drawn last, on top
    if (curves[i].length === 0) continue;
    const places = curves[i].map(([n, value]) => `${across.x(n)} ${upwards.y(value)}`);
    // h.01: so that a single point is seen, too.
    parts.push(`<path class="${styles[i]}" d="M${places.join("L")}h.01"/>`);
  }
  const label = `${caption}: from ${format(curves[0][0][1])} to ${format(curves[0].at(-1)[1])}`;
  return `<figure class="plot"><svg viewBox="0 0 ${WIDTH_OF_PLOT} ${HEIGHT_OF_PLOT}" role="img"
    aria-label="${label}">${parts.join("")}</svg><figcaption>${caption}</figcaption></figure>`;
}

const POWERS_OF_TEN = Array.from({ length: 16 }, (_, i) => 10 ** (i - 8));

// Each axis tells where a number lies, and which numbers are written beside it.

// A logarithm needs a number to begin with. Where the first n is 0, this is 50: what comes before lies
// nearly evenly, what comes after by its logarithm.
function axisAcross(points) {
  const { left, right } = PLOT_AREA;
  const first = points[0][0];
  const near = first || 50;
  const last = points.reduce((most, [n]) => Math.max(most, n), first + near);
  const logarithm = n => Math.log(1 + (n - first) / near);
  const x = n => toTenths(left + (right - left) * logarithm(n) / logarithm(last));
  const marks = [first, ...POWERS_OF_TEN.filter(n => n > first + near && n <= last)];
  return { x, marks };
}

function evenAxis(topOfAxis) {
  return { y: value => heightAt(value / topOfAxis), marks: [0, topOfAxis / 2, topOfAxis] };
}

// It holds all values that are numbers of a sensible size. What is none is drawn at the top.
function logarithmicAxis(points, guess) {
  const values = points.map(([, value]) => value).filter(value => value > 0 && value < 1e3);
  const low = values.reduce((least, value) => Math.min(least, value), guess / 2) / 1.1;
  const high = values.reduce((most, value) => Math.max(most, value), guess) * 1.1;
  const y = value => {
    const drawn = Number.isNaN(value) ? high : clip(value, low, high);
    return heightAt(Math.log(drawn / low) / Math.log(high / low));
  };
  const steps = high > 1e3 * low ? [1] : [1, 2, 5];
  const numbers = POWERS_OF_TEN.flatMap(power => steps.map(step => power * step));
  return { y, marks: numbers.filter(number => number > low && number < high) };
}

// Where on the picture a share of the height lies, 0 at the bottom.
function heightAt(share) {
  const { top, bottom } = PLOT_AREA;
  return toTenths(bottom - (bottom - top) * share);
}

function toTenths(number) {
  return Number(number.toFixed(1));
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
