"use strict";
// Curves on axes: how a loss or an accuracy went.

const GUESSING = Math.log(10);  // the loss of a network that gives ten digits the same probability

// A picture of curves, in units of its own: how large it is, and where in it the axes are.
const WIDTH_OF_PLOT = 320;
const HEIGHT_OF_PLOT = 170;
const PLOT_AREA = { left: 48, right: 300, top: 8, bottom: 132 };

// A picture of curves on axes, as HTML; "" where there is nothing to draw yet. A curve is a list of
// points [n, value]. The first curve is what the picture is about; others may be empty.
//
// Across, the axis is logarithmic, so that the first steps and the last can both be seen. Upwards
// it is so, too, unless topOfAxis is given: then it goes evenly from 0 to that.
//
// guess: the value of a network that guesses. format: makes words of a value. styles: of each curve
// its class in style.css, "now", "dashed" or "pale". unit: what n counts.
function plot(caption, curves, {
  guess = GUESSING,
  format = shortNumber,
  topOfAxis,
  styles = ["now"],
  unit = "epoch",
} = {}) {
  const [first] = curves;
  if (first.length === 0) return "";
  const points = curves.flat();
  const isEven = topOfAxis !== undefined;
  const across = axisAcross(points);
  const upwards = isEven ? evenAxis(topOfAxis) : logarithmicAxis(points, guess);
  const paths = curves.map((curve, i) => pathOfCurve(curve, styles[i], across, upwards));
  const parts = [
    markupOfMarks(across, upwards, format),
    levelLine("guess", upwards.y(guess)),
    textAt(PLOT_AREA.right, PLOT_AREA.bottom + 30, unit, "end"),
    ...paths.reverse(),                          // the first is drawn last, on top of the others,
    markupOfGuess(upwards.y(guess), isEven),     // and words on top of all
  ];
  const [, firstValue] = first[0];
  const [, lastValue] = first.at(-1);
  const label = `${caption}: from ${format(firstValue)} to ${format(lastValue)}`;
  return `<figure class="plot"><svg viewBox="0 0 ${WIDTH_OF_PLOT} ${HEIGHT_OF_PLOT}" role="img"
    aria-label="${label}">${parts.join("")}</svg><figcaption>${caption}</figcaption></figure>`;
}

// ── What it is drawn with ──

// The numbers beside the axes, and a line across at each one upwards.
function markupOfMarks(across, upwards, format) {
  const parts = [];
  for (const value of upwards.marks) {
    const y = upwards.y(value);
    parts.push(levelLine("axes", y), textAt(PLOT_AREA.left - 6, y + 4, format(value), "end"));
  }
  for (const n of across.marks) {
    parts.push(textAt(across.x(n), PLOT_AREA.bottom + 16, grouped(n), "middle"));
  }
  return parts.join("");
}

function markupOfGuess(y, isEven) {
  const besideLine = isEven ? -4 : 12;           // above it or below, where there are fewer curves
  return textAt(PLOT_AREA.right, y + besideLine, "guessing", "end");
}

function pathOfCurve(curve, style, across, upwards) {
  if (curve.length === 0) return "";
  const places = curve.map(([n, value]) => `${across.x(n)} ${upwards.y(value)}`);
  // h.01: so that a single point is seen, too.
  return `<path class="${style}" d="M${places.join("L")}h.01"/>`;
}

function levelLine(kind, y) {
  return `<path class="${kind}" d="M${PLOT_AREA.left} ${y}H${PLOT_AREA.right}"/>`;
}

function textAt(x, y, words, anchor) {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
}

// ── Axes: each tells where a number lies, and at which numbers there are marks ──

const SCALE_FROM_0 = 50;       // of the axis across, where its first number is 0
const POWERS_OF_TEN = Array.from({ length: 16 }, (_, i) => 10 ** (i - 8));     // from 1e-8 to 1e7

// Of 0 there is no logarithm. So 1 is added to how far n is from the first one, measured in
// `scale`: what is nearer than that lies nearly evenly, what is farther by its logarithm.
function axisAcross(points) {
  const { left, right } = PLOT_AREA;
  const first = points[0][0];
  const scale = first === 0 ? SCALE_FROM_0 : first;
  const last = points.reduce((most, [n]) => Math.max(most, n), first + scale);
  const logarithm = n => Math.log(1 + (n - first) / scale);
  const x = n => toTenths(left + (right - left) * logarithm(n) / logarithm(last));
  const marks = [first, ...POWERS_OF_TEN.filter(n => n > first + scale && n <= last)];
  return { x, marks };
}

function evenAxis(topOfAxis) {
  return { y: value => heightAt(value / topOfAxis), marks: [0, topOfAxis / 2, topOfAxis] };
}

// It spans the values between 0 and 1,000. A value outside is drawn at the nearer end, one that is
// no number at the top.
function logarithmicAxis(points, guess) {
  const values = points.map(([, value]) => value).filter(value => value > 0 && value < 1e3);
  const lowest = values.reduce((least, value) => Math.min(least, value), guess / 2);
  const highest = values.reduce((most, value) => Math.max(most, value), guess);
  const low = lowest / 1.1;                      // a little room below and above
  const high = highest * 1.1;
  const y = value => {
    const drawn = Number.isNaN(value) ? high : clip(value, low, high);
    return heightAt(Math.log(drawn / low) / Math.log(high / low));
  };
  const digits = high > 1e3 * low ? [1] : [1, 2, 5];            // with which a mark may begin
  const numbers = POWERS_OF_TEN.flatMap(power => digits.map(digit => power * digit));
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

// ── A curve of fewer points ──

// A curve may have a million points. Of those that lie nearer than 2 % to the one before, the eye
// sees nothing on a logarithmic axis: they are left out, except for the last.
function thinCurve(points) {
  const last = points.at(-1);
  const kept = [];
  let next = -Infinity;
  for (const point of points) {
    const [n] = point;
    if (n < next && point !== last) continue;
    kept.push(point);
    next = n * 1.02;
  }
  return kept;
}
