"use strict";
// Why this digit and not another? What ink does is tried with the network itself, not estimated.

// ── Pure functions: nothing here touches the page ──

const PIECE = 0.25;            // how long a piece of the drawing is, in sides of the square around it

// The score of each digit in a vote: the logarithm of its probability, where 0 counts as 1e-38.
// A digit that leads another by one point is 2.7 times as probable.
function voteScores(network, strokes) {
  const { probabilities } = readDrawing(network, strokes);
  return [...probabilities].map(share => Math.log(Math.max(share, 1e-38)));
}

// What has been drawn, each stroke cut into pieces of the same length, about PIECE.
function pieces(strokes) {
  const { side } = squareAround(strokes);
  return strokes.flatMap(stroke => cut(stroke, PIECE * side));
}

// A stroke in pieces of about this length. Where one ends, the next begins.
function cut(stroke, length) {
  const travelled = [0];         // how far the pen had come at each point
  for (let i = 1; i < stroke.length; i++) {
    const [x, y] = stroke[i];
    const [lastX, lastY] = stroke[i - 1];
    travelled.push(travelled[i - 1] + Math.hypot(x - lastX, y - lastY));
  }
  const count = Math.max(Math.round(travelled.at(-1) / length), 1);
  const cutAt = k => travelled.at(-1) * k / count;
  const parts = [[stroke[0]]];
  for (let i = 1; i < stroke.length; i++) {
    while (parts.length < count && travelled[i] > cutAt(parts.length)) {
      const distance = cutAt(parts.length) - travelled[i - 1];
      const between = pointBetween(stroke[i - 1], stroke[i], distance / (travelled[i] - travelled[i - 1]));
      parts.at(-1).push(between);
      parts.push([between]);
    }
    parts.at(-1).push(stroke[i]);
  }
  return parts;
}

// The point that is this part of the way from one to the other.
function pointBetween([x0, y0], [x1, y1], part) {
  return [x0 + (x1 - x0) * part, y0 + (y1 - y0) * part];
}

// What each piece of the drawing argues for: by how many points the lead of one digit over another
// falls when the piece is left out. Above 0 it argues for `from`, below 0 for `to`.
// A generator, so that it can be done in slices; returns a list of {ink, effect}.
function* effectsOfInk(network, strokes, from, to) {
  const leadOf = drawing => {
    const scores = voteScores(network, drawing);
    return scores[from] - scores[to];
  };
  const lead = leadOf(strokes);
  const all = pieces(strokes);
  const effects = [];
  for (const ink of all) {
    yield;
    const rest = all.filter(other => other !== ink);
    effects.push({ ink, effect: rest.length > 0 ? lead - leadOf(rest) : lead });
  }
  return effects;
}

// ── The glow: what ink argues for, on the sheet itself ──

const FULL_EFFECT = 5;         // points of an effect that is drawn as thick as can be
const FULL_WIDTH = 0.062;      // of the thickest line, in widths of the sheet

// Full and blue: ink that argues for the digit. Hollow and rust: ink that argues against it.
function showGlow(effects) {
  const lines = effects.map(({ ink, effect }) => {
    const share = Math.min(Math.abs(effect) / FULL_EFFECT, 1);
    const width = 0.01 + (FULL_WIDTH - 0.01) * share;
    const line = (kind, thickness) =>
      `<path class="${kind}" stroke-width="${thickness.toFixed(4)}" d="${curvePath(ink)}"/>`;
    if (effect > 0) return line("for-it", width);
    return line("against-it", width) + line("hollow", Math.max(width - 0.014, 0.004));
  });
  $("glow").innerHTML = lines.join("");
  $("drawing").classList.toggle("glowing", effects.length > 0);
}

function clearGlow() {
  $("glow").replaceChildren();
  $("drawing").classList.remove("glowing");
}
