"use strict";
// "Ask why", what it computes: what ink argues for, which dabs make a drawing another digit, and
// what change of the pixels fools the network. All is tried with the network itself, not estimated.
//
// Everything here is a function of its arguments. Nothing touches the page. What takes long is a
// generator, so that it can be done in slices.

const PIECE = 0.25;            // how long a piece of a drawing is, in sides of the square around it
const DAB = 0.2;               // how long a dab is, a short stroke, likewise
const DIRECTIONS = [[1, 0], [0.7, 0.7], [0, 1], [-0.7, 0.7]];      // in which a dab may lie: [x, y]
const MOST_DABS = 8;           // of a way

// A way is found when its digit leads by so many points: whoever copies the dabs with a pen hits
// them only nearly.
const CLEAR_LEAD = 0.3;

const REFINED = 8;             // how many of the places are looked at more finely: see addDabs
const ENOUGH_LEAD = 3;         // points: see closeness

// ── Scores of a vote ──

// The score of each digit in a vote: the logarithm of its probability, where 0 counts as 1e-38.
// A digit that leads another by one point is 2.7 times as probable.
function voteScores(reading) {
  return Array.from(reading.probabilities, share => Math.log(Math.max(share, 1e-38)));
}

// The score of each digit in one look alone.
function lookScores(network, strokes, lookNumber) {
  const [angle, stretch] = LOOKS[lookNumber];
  return forward(network, render(vary(strokes, angle, stretch))).logits;
}

// By how much a digit leads the best of the others.
function leadOf(digit, scores) {
  return scores[digit] - Math.max(...scores.filter((_, other) => other !== digit));
}

// The digits that are asked about: what is read against the runner-up, unless the learner has
// chosen otherwise (null where not). A 3 is asked why it is no 8, since the section's bet begins
// with these.
function pairToAsk(probabilities, chosenFrom, chosenTo) {
  const order = orderByValue(probabilities);
  const from = chosenFrom ?? order[0];
  if (chosenTo !== null && chosenTo !== from) return { from, to: chosenTo };
  if (from === 3 && order[0] === 3) return { from, to: 8 };
  return { from, to: order.find(digit => digit !== from) };
}

// ── What ink argues for ──

// What each piece of the drawing argues for: by how many points the lead of one digit over another
// falls when the piece is left out. Above 0 it argues for `from`, below 0 for `to`.
// In the vote, or in one look alone if its number is given. Returns a list of {ink, effect}.
function* effectsOfInk(network, strokes, from, to, lookNumber = null) {
  const measureLead = drawing => {
    const scores = lookNumber === null
      ? voteScores(readDrawing(network, drawing))
      : lookScores(network, drawing, lookNumber);
    return scores[from] - scores[to];
  };
  const lead = measureLead(strokes);
  const allInk = piecesOf(strokes);
  const effects = [];
  for (const ink of allInk) {
    yield;
    const rest = allInk.filter(other => other !== ink);
    const leadWithout = rest.length > 0 ? measureLead(rest) : 0;  // blank paper argues for no digit
    effects.push({ ink, effect: lead - leadWithout });
  }
  return effects;
}

// What has been drawn, each stroke cut into pieces of the same length, about PIECE.
function piecesOf(strokes) {
  const { side } = squareAround(strokes);
  return strokes.flatMap(stroke => cutStroke(stroke, PIECE * side));
}

// A stroke in pieces of about this length. Where one ends, the next begins.
function cutStroke(stroke, length) {
  const travelled = distancesAlong(stroke);
  const whole = travelled.at(-1);
  const count = Math.max(Math.round(whole / length), 1);
  const pieces = [];
  for (let i = 0; i < count; i++) {
    const from = whole * (i / count);
    const to = whole * ((i + 1) / count);        // in the end exactly whole: count / count is 1
    pieces.push(partOfStroke(stroke, travelled, from, to));
  }
  return pieces;
}

// How far the pen had come at each point of a stroke.
function distancesAlong(stroke) {
  const travelled = [0];
  for (let i = 1; i < stroke.length; i++) {
    travelled.push(travelled[i - 1] + distanceBetween(stroke[i - 1], stroke[i]));
  }
  return travelled;
}

// What the pen drew of a stroke between two distances from its beginning.
function partOfStroke(stroke, travelled, from, to) {
  const inside = stroke.filter((_, i) => travelled[i] > from && travelled[i] < to);
  return [pointAlong(stroke, travelled, from), ...inside, pointAlong(stroke, travelled, to)];
}

// Where the pen was when it had come so far: a point of the stroke, or one between two of them.
function pointAlong(stroke, travelled, distance) {
  const next = travelled.findIndex(reached => reached >= distance);
  if (next === 0) return stroke[0];
  const segment = travelled[next] - travelled[next - 1];
  const part = (distance - travelled[next - 1]) / segment;
  return pointBetween(stroke[next - 1], stroke[next], part);
}

function distanceBetween([x0, y0], [x1, y1]) {
  return Math.hypot(x1 - x0, y1 - y0);
}

// The point that is this part of the way from one to the other.
function pointBetween([x0, y0], [x1, y1], part) {
  return [x0 + (x1 - x0) * part, y0 + (y1 - y0) * part];
}

// How much ink it is: the length of the strokes, each with the pen's width, which a dot has, too.
function inkLength(strokes) {
  return sumOf(strokes.map(stroke => SHEET_PEN + distancesAlong(stroke).at(-1)));
}

// ── Dabs, and the way to another digit ──

// A dab with its middle at a place, in a direction: a short stroke that stays on the sheet.
// side: of the square around the drawing.
function dabAt([x, y], [dx, dy], side) {
  const reach = side * DAB / 2;                  // from the middle to each end
  const onSheet = value => clip(value, 0.02, 0.98);
  return [
    [onSheet(x - reach * dx), onSheet(y - reach * dy)],
    [onSheet(x + reach * dx), onSheet(y + reach * dy)],
  ];
}

// Dabs at so many places in a row, in so many rows, all over a drawing, in each direction.
function dabsAllOver(strokes, placesInRow) {
  const { left, top, side } = squareAround(strokes);
  const step = side / placesInRow;
  const dabs = [];
  for (let row = 0; row < placesInRow; row++) {
    for (let column = 0; column < placesInRow; column++) {
      const middle = [left + (column + 0.5) * step, top + (row + 0.5) * step];
      for (const direction of DIRECTIONS) dabs.push(dabAt(middle, direction, side));
    }
  }
  return dabs;
}

// The same dab, moved a little each way.
function dabsNear(dab, distance) {
  const moves = [[-1, -1], [1, -1], [-1, 1], [1, 1]];
  return moves.map(([right, down]) =>
    dab.map(([x, y]) => [x + right * distance, y + down * distance]));
}

// The dabs that make a drawing this digit; null where it takes more than MOST_DABS of them.
// A quick search finds nearly always a few dabs that do it; where not, a thorough one follows.
function* findWay(network, strokes, digit) {
  const quick = { placesInRow: 6, finalists: 12 };
  const thorough = { placesInRow: 10, finalists: 24 };
  const quickWay = yield* addDabs(network, strokes, digit, quick);
  if (quickWay !== null) return quickWay;
  return yield* addDabs(network, strokes, digit, thorough);
}

// Adds one dab after another, each where it brings the digit nearest to winning. All places are
// tried by one look, coarsely and then, near the best, finely; only the best of these by all five.
function* addDabs(network, strokes, digit, { placesInRow, finalists }) {
  const { side } = squareAround(strokes);
  const outline = strokes.map(stroke => simplify(stroke, side / 15));      // it is rendered faster
  const quarterStep = side / placesInRow / 4;    // a quarter of the way to the next place
  const way = [];
  while (way.length < MOST_DABS) {
    const byOneLook = dab => {
      const { logits } = forward(network, render([...outline, ...way, dab]));
      return leadOf(digit, logits);
    };
    const byVote = dab => closeness(digit, readDrawing(network, [...strokes, ...way, dab]));
    const everywhere = dabsAllOver([...strokes, ...way], placesInRow);
    const coarse = yield* bestOf(REFINED, everywhere, byOneLook);
    const fine = coarse.flatMap(dab => dabsNear(dab, quarterStep));
    const promising = yield* bestOf(finalists, [...coarse, ...fine], byOneLook);
    const [best] = yield* bestOf(1, promising, byVote);
    way.push(best);
    const scores = voteScores(readDrawing(network, [...strokes, ...way]));
    if (leadOf(digit, scores) > CLEAR_LEAD) return way;
  }
  return null;
}

// A stroke of fewer points, about this far from one another.
function simplify(stroke, step) {
  const beginnings = cutStroke(stroke, step).map(part => part[0]);
  return [...beginnings, stroke.at(-1)];
}

// How near a digit is to winning the vote: the mean of its leads in the looks. None counts for more
// than ENOUGH_LEAD, so that those looks are turned that it has not won yet. What has won the vote
// comes before all that has not.
function closeness(digit, reading) {
  const lead = leadOf(digit, voteScores(reading));
  if (lead > CLEAR_LEAD) return ENOUGH_LEAD + lead;
  const leads = reading.passes.map(pass => Math.min(leadOf(digit, pass.logits), ENOUGH_LEAD));
  return sumOf(leads) / leads.length;
}

// The best few of several things, the very best first.
function* bestOf(count, things, valueOf) {
  const values = [];
  for (const thing of things) {
    values.push(valueOf(thing));
    yield;
  }
  return orderByValue(values).slice(0, count).map(i => things[i]);
}

// ── A change that fools it ──

const MOST_FOOL_STEPS = 50;    // beyond these the change would no longer be faint
const FOOL_STEP_LENGTH = 0.1;  // of one step, as a vector of 784 greys
const FOOLED = 0.95;           // the probability of another digit at which the network is fooled

// The image after a faint change of grey that makes the network sure of another digit (Goodfellow
// and others, 2015). A lesson moves the weights down the slope of the loss, so that its digit is
// read; here the greys are moved, so that the likeliest of the other digits is. null where
// MOST_FOOL_STEPS do not do it.
function* fool(network, image) {
  const before = indexOfLargest(forward(network, image).logits);
  let changed = image;
  for (let step = 0; step <= MOST_FOOL_STEPS; step++) {         // the last round only looks
    const pass = forward(network, changed);
    const other = orderByValue(pass.logits).find(digit => digit !== before);
    if (pass.probabilities[other] > FOOLED) return changed;
    const gradients = backward(network, [changed], [other], [pass]);
    const dz = gradients.db1;          // db1 is dz, added up over the images, and here there is one
    const dimage = matmul(network.W1, dz, dz.length);           // (784, units) @ (units, 1)
    const length = Math.hypot(...dimage);
    if (length === 0 || Number.isNaN(length)) return null;      // there is no slope to follow
    changed = changed.map((grey, i) => clip(grey - FOOL_STEP_LENGTH * dimage[i] / length, 0, 1));
    yield;
  }
  return null;
}

// The image with only a share of its change, from 0 (none of it) to 1 (all).
function partlyChanged(image, changed, share) {
  return image.map((grey, i) => grey + share * (changed[i] - grey));
}
