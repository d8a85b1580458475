"use strict";
// Why this digit and not another? What ink does is tried with the network itself, not estimated.

// ── Pure functions: nothing here touches the page ──

const PIECE = 0.25;            // how long a piece of the drawing is, in sides of the square around it
const DAB = 0.2;               // how long a dab is, a short stroke, likewise
const DIRECTIONS = [[1, 0], [0.7, 0.7], [0, 1], [-0.7, 0.7]];           // in which a dab may lie
const MOST_DABS = 8;           // of a way
const CLEAR_LEAD = 0.3;        // points by which its end leads, as no hand quite hits what it is shown

// The score of each digit in a vote: the logarithm of its probability, where 0 counts as 1e-38.
// A digit that leads another by one point is 2.7 times as probable.
function voteScores(reading) {
  return Array.from(reading.probabilities, share => Math.log(Math.max(share, 1e-38)));
}

// The digits, that with the highest value first.
function digitsByValue(values) {
  return [...values.keys()].sort((a, b) => values[b] - values[a]);
}

// The digits that are asked about: what is read against the runner-up, unless the learner has chosen
// otherwise (null where not). A 3 is asked why it is no 8, as the task says.
function pairToAsk(probabilities, chosenFrom, chosenTo) {
  const order = digitsByValue(probabilities);
  const from = chosenFrom ?? order[0];
  const named = order[0] === 3 ? [8] : [];
  const wished = chosenTo === null ? [] : [chosenTo];
  const isOwnChoice = chosenFrom !== null && chosenFrom !== order[0];
  const candidates = isOwnChoice ? [...wished, ...order] : [...wished, ...named, ...order];
  return { from, to: candidates.find(digit => digit !== from) };
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
    travelled.push(travelled[i - 1] + distanceBetween(stroke[i - 1], stroke[i]));
  }
  const count = Math.max(Math.round(travelled.at(-1) / length), 1);
  const parts = [[stroke[0]]];
  for (let i = 1; i < stroke.length; i++) {
    const segment = travelled[i] - travelled[i - 1];
    let cutAt = travelled.at(-1) * parts.length / count;
    while (parts.length < count && travelled[i] > cutAt) {
      const point = pointBetween(stroke[i - 1], stroke[i], (cutAt - travelled[i - 1]) / segment);
      parts.at(-1).push(point);
      parts.push([point]);
      cutAt = travelled.at(-1) * parts.length / count;
    }
    parts.at(-1).push(stroke[i]);
  }
  return parts;
}

function distanceBetween([x0, y0], [x1, y1]) {
  return Math.hypot(x1 - x0, y1 - y0);
}

// The point that is this part of the way from one to the other.
function pointBetween([x0, y0], [x1, y1], part) {
  return [x0 + (x1 - x0) * part, y0 + (y1 - y0) * part];
}

// How much ink it is: the length of the strokes, where a dot counts as long as the pen is wide.
function inkLength(strokes) {
  let sum = 0;
  for (const stroke of strokes) {
    sum += 0.045;
    for (let i = 1; i < stroke.length; i++) sum += distanceBetween(stroke[i - 1], stroke[i]);
  }
  return sum;
}

// What each piece of the drawing argues for: by how many points the lead of one digit over another
// falls when the piece is left out. Above 0 it argues for `from`, below 0 for `to`.
// A generator, so that it can be done in slices; returns a list of {ink, effect}.
function* effectsOfInk(network, strokes, from, to) {
  const leadIn = drawing => {
    const scores = voteScores(readDrawing(network, drawing));
    return scores[from] - scores[to];
  };
  const lead = leadIn(strokes);
  const all = pieces(strokes);
  const effects = [];
  for (const ink of all) {
    yield;
    const rest = all.filter(other => other !== ink);
    effects.push({ ink, effect: rest.length > 0 ? lead - leadIn(rest) : lead });
  }
  return effects;
}

// A dab with its middle at a place: a short stroke that stays on the sheet.
function dabAt([x, y], [dx, dy], side) {
  const reach = side * DAB / 2;
  const onSheet = value => Math.min(Math.max(value, 0.02), 0.98);
  return [-reach, reach].map(end => [onSheet(x + end * dx), onSheet(y + end * dy)]);
}

// Dabs at so many places in a row, in so many rows, all over a drawing, in each direction.
function dabs(strokes, placesInRow) {
  const { left, top, side } = squareAround(strokes);
  const steps = Array.from({ length: placesInRow }, (_, i) => side * (i + 0.5) / placesInRow);
  const places = steps.flatMap(y => steps.map(x => [left + x, top + y]));
  return places.flatMap(point => DIRECTIONS.map(direction => dabAt(point, direction, side)));
}

// The same dab, moved a little each way.
function dabsNear(dab, distance) {
  const moves = [[-1, -1], [1, -1], [-1, 1], [1, 1]];
  return moves.map(([right, down]) =>
    dab.map(([x, y]) => [x + right * distance, y + down * distance]));
}

// By how much a digit leads the best of the others.
function leadOf(digit, scores) {
  return scores[digit] - Math.max(...scores.filter((_, other) => other !== digit));
}

// The dabs that make a drawing this digit; null where it takes more than MOST_DABS of them.
// A quick search finds nearly always a few dabs that do it; where not, a thorough one follows.
// A generator, so that it can be done in slices.
function* findWay(network, strokes, digit) {
  const quick = { placesInRow: 6, finalists: 12 };
  const thorough = { placesInRow: 10, finalists: 24 };
  return (yield* addDabs(network, strokes, digit, quick))
    ?? (yield* addDabs(network, strokes, digit, thorough));
}

// Adds one dab after another, each where it brings the digit nearest to winning. All places are tried by
// one look, coarsely and then, near the best, finely; only the best of these are tried by all five looks.
function* addDabs(network, strokes, digit, { placesInRow, finalists }) {
  const { side } = squareAround(strokes);
  const outline = strokes.map(stroke => simplify(stroke, side / 15));
  const way = [];
  while (way.length < MOST_DABS) {
    const byOneLook = dab => {
      const { logits } = forward(network, render([...outline, ...way, dab]));
      return leadOf(digit, logits);
    };
    const byVote = dab => closeness(digit, readDrawing(network, [...strokes, ...way, dab]));
    const coarse = yield* best(8, dabs([...strokes, ...way], placesInRow), byOneLook);
    const fine = coarse.flatMap(dab => dabsNear(dab, side / placesInRow / 4));
    const promising = yield* best(finalists, [...coarse, ...fine], byOneLook);
    way.push(...yield* best(1, promising, byVote));
    const scores = voteScores(readDrawing(network, [...strokes, ...way]));
    if (leadOf(digit, scores) > CLEAR_LEAD) return way;
  }
  return null;
}

// A stroke of fewer points, about this far from one another.
function simplify(stroke, step) {
  return [...cut(stroke, step).map(part => part[0]), stroke.at(-1)];
}

// How near a digit is to winning the vote. Until it has won, a look that it has won by far counts no
// more than one that it has just won: it is the others that are to be turned.
function closeness(digit, reading) {
  const lead = leadOf(digit, voteScores(reading));
  if (lead > CLEAR_LEAD) return 100 + lead;
  const leads = reading.looks.map(pass => Math.min(leadOf(digit, pass.logits), 3));
  return leads.reduce((sum, one) => sum + one, 0) / leads.length;
}

// The best few of several things, the very best first.
function* best(count, things, valueOf) {
  const valued = [];
  for (const thing of things) {
    valued.push({ thing, value: valueOf(thing) });
    yield;
  }
  valued.sort((a, b) => b.value - a.value);
  return valued.slice(0, count).map(({ thing }) => thing);
}

// The image after about the smallest change of grey that makes it another digit (Goodfellow and
// others, 2015): as a lesson says which way the weights should move for that digit to be read, so it
// says which way the greys should. null where a hundred steps do not do it.
// A generator, so that it can be done in slices.
function* fool(network, image) {
  const [before] = digitsByValue(forward(network, image).logits);
  let changed = image;
  for (let step = 0; step < 100; step++) {
    const pass = forward(network, changed);
    const [now, runnerUp] = digitsByValue(pass.logits);
    if (now !== before) return changed;
    const { db1 } = backward(network, [changed], [runnerUp], [pass]);           // (units,)
    const dimage = matmul(network.W1, db1, db1.length);         // (784, units) @ (units, 1)
    const size = Math.hypot(...dimage) || 1;                    // 0 where nothing pulls
    changed = changed.map((grey, i) => Math.min(Math.max(grey - 0.1 * dimage[i] / size, 0), 1));
    yield;
  }
  return null;
}

// How many of the changed pixels are enough for another reading, the most changed ones first.
function* enoughPixels(network, image, changed) {
  const before = indexOfLargest(forward(network, image).logits);
  const change = i => Math.abs(changed[i] - image[i]);
  const order = [...image.keys()].sort((a, b) => change(b) - change(a));
  const mixed = Float64Array.from(image);
  for (let count = 1; count <= order.length; count++) {
    mixed[order[count - 1]] = changed[order[count - 1]];
    if (indexOfLargest(forward(network, mixed).logits) !== before) return count;
    yield;
  }
  return order.length;
}

// ── In words ──

// Who leads, never by less than nothing.
function leadInWords(lead, from, to) {
  const points = Math.abs(lead).toFixed(2);
  if (points === "0.00") return `${from} and ${to} are level`;
  return lead > 0 ? `${from} leads ${to} by ${points} points` : `${to} leads ${from} by ${points} points`;
}

// In which quarter of a drawing the middle of some ink lies.
function quarterOf(ink, strokes) {
  const { left, top, side } = squareAround(strokes);
  const own = bounds([ink]);
  const isRight = own.left + own.width / 2 > left + side / 2;
  const isLower = own.top + own.height / 2 > top + side / 2;
  return `the ${isLower ? "lower" : "upper"} ${isRight ? "right" : "left"}`;
}

// The quarters of several inks, each once: "the upper left and the lower left".
function quartersOf(inks, strokes) {
  const quarters = new Set(inks.map(ink => quarterOf(ink, strokes)));
  return [...quarters].join(" and ");
}

// "2 strokes, 14 % more ink".
function inkInWords(added, start, name) {
  const share = percent(inkLength(added) / inkLength(start), 0);
  return `${added.length} ${name}${added.length === 1 ? "" : "s"}, ${share} more ink`;
}

// ── The glow: what ink argues for, on the sheet itself ──

const FULL_EFFECT = 5;         // points of an effect that is drawn as thick as can be
const FULL_WIDTH = 0.062;      // of the thickest line, in widths of the sheet

// Full and blue: ink that argues for the digit. Hollow and rust: ink that argues against it.
function showGlow(effects) {
  const lines = effects.map(({ ink, effect }) => {
    const share = Math.min(Math.abs(effect) / FULL_EFFECT, 1) || 0;     // 0 of what is no number
    return signedLine(ink, effect, 0.01 + (FULL_WIDTH - 0.01) * share);
  });
  $("glow").innerHTML = lines.join("");
  $("drawing").classList.toggle("glowing", effects.length > 0);
}

function signedLine(ink, effect, width) {
  const line = (kind, thickness) =>
    `<path class="${kind}" stroke-width="${thickness.toFixed(4)}" d="${curvePath(ink)}"/>`;
  if (effect > 0) return line("for-it", width);
  return line("against-it", width) + line("hollow", Math.max(width - 0.014, 0.004));
}

function clearGlow() {
  $("glow").replaceChildren();
  $("drawing").classList.remove("glowing");
}

// ── The section ──

const FULL_LEAD = 20;          // points at which the bar between the two digits has reached an end

const why = {
  firstStroke: null,     // what follows is about the drawing that begins with this stroke
  chosenFrom: null,      // the pair that the learner has chosen, or null
  chosenTo: null,
  from: 3,               // the pair that is asked about
  to: 8,
  names: {},             // what the sentences say now
  lead: NaN,             // by how many points the one leads the other in the drawing, without the dab

  isInView: false,       // whether the part about the ink is in view: only then the ink glows
  glowing: null,         // the question that the glow answers
  isWeighing: false,     // whether an answer is on its way

  dab: { x: 0.82, y: 0.82, direction: 2 },      // where it is: the middle, and which of DIRECTIONS

  game: null,            // the ink that it began with, the digit in it, and what the learner added at
                         // best: {ink, digit, best}
  isShowingWay: false,   // whether the page shows its way
  search: null,          // the question whose way is searched for, or was found: {..., way}
  fooled: null,          // the question that the smallest change answers
};

sections.why = showWhy;

function showWhy() {
  if (desk.strokes[0] !== why.firstStroke && !desk.isBlank) beginAnew(desk.strokes[0]);
  if (desk.isBlank) stopGame();
  const reading = readingWithoutDab();
  const canAsk = reading !== null && indexOfLargest(reading.probabilities) >= 0;
  if (canAsk) {
    Object.assign(why, pairToAsk(reading.probabilities, why.chosenFrom, why.chosenTo));
    const scores = voteScores(reading);
    why.lead = scores[why.from] - scores[why.to];
  } else {
    why.lead = NaN;
  }
  namePair(why.from, why.to, canAsk ? indexOfLargest(reading.probabilities) : 3);
  showLead(canAsk ? leadNow() : NaN);
  showDab(canAsk);
  showGame(canAsk, reading);
  if (why.fooled && !isAbout(why.fooled)) hideFooled();
  keepGlow();
}

// The digits that the sentences speak of. They seldom change, and the pen does not wait for them.
function namePair(from, to, reads) {
  const names = { from, to, one: withArticle(from), other: withArticle(to), reads };
  const isNew = Object.entries(names).some(([name, value]) => why.names[name] !== value);
  if (!isNew) return;
  why.names = names;
  $("from").value = from;
  $("to").value = to;
  fill($("why"), names);
}

// Another drawing: nothing that was chosen, begun or found is about it.
function beginAnew(firstStroke) {
  why.firstStroke = firstStroke;
  why.chosenFrom = null;
  why.chosenTo = null;
  stopGame();
  hideFooled();
}

function stopGame() {
  why.game = null;
  stopShowingWay();
  settleBet("why-bet", "");
}

function stopShowingWay() {
  if (why.isShowingWay && desk.ghosts.length > 0) {
    desk.ghosts = [];
    refresh();
  }
  why.isShowingWay = false;
  why.search = null;
}

// What is read in the drawing alone.
function readingWithoutDab() {
  return desk.reading && desk.trial ? readDrawing(desk.network, desk.strokes) : desk.reading;
}

// The lead as it is now, with the dab if there is one.
function leadNow() {
  const scores = voteScores(desk.reading);
  return scores[why.from] - scores[why.to];
}

// The question as it stands. An answer may come later, when it is asked no longer.
function askedNow() {
  return {
    network: desk.network,
    strokes: desk.strokes,
    points: desk.strokes.reduce((sum, stroke) => sum + stroke.length, 0),
    from: why.from,
    to: why.to,
    lead: why.lead,
  };
}

// Whether a question is about the drawing and the network that are on the desk.
function isAbout(question) {
  const now = askedNow();
  return ["network", "strokes", "points"].every(name => question[name] === now[name]);
}

function isStillAsked(question) {
  const now = askedNow();
  return isAbout(question) && ["from", "to", "lead"].every(name => question[name] === now[name]);
}

function showLead(lead) {
  const [from, to] = $("lead-bar").querySelectorAll("b");
  const bar = $("lead-bar").querySelector("i");
  from.classList.toggle("leads", lead > 0);
  to.classList.toggle("leads", lead < 0);
  const share = Math.min(Math.abs(lead) / FULL_LEAD, 1) || 0;
  bar.classList.toggle("against-from", lead < 0);
  bar.style.setProperty("left", (lead > 0 ? 50 - share * 50 : 50) + "%");
  bar.style.setProperty("width", share * 50 + "%");
  setText($("lead-words"), Number.isFinite(lead) ? leadInWords(lead, why.from, why.to) + "." : "");
}

// ── The glow follows the question, while the pen rests ──

async function keepGlow() {
  const canGlow = why.isInView && !desk.isGrowing && !desk.isBlank && Number.isFinite(why.lead);
  if (why.glowing && (!canGlow || !isAbout(why.glowing))) {
    clearGlow();
    why.glowing = null;
  }
  const isAnswered = why.glowing !== null && isStillAsked(why.glowing);
  if (!canGlow || isAnswered || why.isWeighing) return;
  const question = askedNow();
  why.isWeighing = true;
  const effects = await inSlices(weighInk(question), () => isAbout(question) && !desk.isGrowing);
  why.isWeighing = false;
  if (effects && isAbout(question) && !desk.isGrowing && why.isInView) {
    why.glowing = question;
    showGlow(effects);
  }
  keepGlow();            // in the meantime the question may have changed
}

// First it waits until the drawing has rested: a hand may be drawing it.
function* weighInk({ network, strokes, from, to }) {
  yield 100;
  return yield* effectsOfInk(network, strokes, from, to);
}

// ── The dab ──

function showDab(canAsk) {
  const isOut = desk.trial !== null;
  if (isOut && canAsk) {
    const effect = leadNow() - why.lead;
    $("trial").innerHTML = signedLine(desk.trial, effect, 0.045);
    setText($("dab-words"), dabInWords(effect));
    $("dab").style.setProperty("left", why.dab.x * 100 + "%");
    $("dab").style.setProperty("top", why.dab.y * 100 + "%");
  } else {
    $("trial").replaceChildren();
    setText($("dab-words"), "Put it there, and drag it over the sheet, slowly: the bars answer while it moves.");
  }
  $("dab").hidden = !isOut;
  $("dab-put").disabled = !canAsk;
  setText($("dab-put"), isOut ? "Take it away" : "Put a dab on the sheet");
  setAttribute($("dab-put"), "aria-pressed", isOut);
  for (const id of ["dab-turn", "dab-keep", "dab-x", "dab-y"]) $(id).disabled = !isOut;
  for (const [id, value] of [["dab-x", why.dab.x], ["dab-y", why.dab.y]]) {
    $(id).value = value * 100;
    setAttribute($(id), "aria-valuetext", `${$(id).value}: ${$("lead-words").textContent}`);
  }
}

// Adds strokes to the drawing. A digit by itself stays one; of several, those stay apart.
function addInk(strokes) {
  const ink = [...desk.ink, ...strokes];
  if (desk.figures.length > 1) drawnByPen.add(ink);
  setDrawing(ink);
}

function dabInWords(effect) {
  const points = Math.abs(effect).toFixed(2);
  const reads = indexOfLargest(desk.reading.probabilities);
  const argues = points === "0.00"
    ? "Here it argues for neither."
    : `Here it argues for ${effect > 0 ? why.from : why.to}, by ${points} points.`;
  return `${argues} ${leadInWords(leadNow(), why.from, why.to)}: it reads ${reads}.`;
}

function putDab(change) {
  const onSheet = value => Math.min(Math.max(value, 0.03), 0.97);
  Object.assign(why.dab, change);
  why.dab.x = onSheet(why.dab.x);
  why.dab.y = onSheet(why.dab.y);
  const { x, y, direction } = why.dab;
  desk.trial = dabAt([x, y], DIRECTIONS[direction], squareAround(desk.strokes).side);
  refresh();
}

function dragDab(event) {
  if (event.type === "pointerdown") {
    event.preventDefault();                      // no text is selected, and the focus is set by hand
    $("dab").focus({ preventScroll: true });
    $("dab").setPointerCapture(event.pointerId);
  }
  if (!$("dab").hasPointerCapture(event.pointerId)) return;
  const [x, y] = pointOnSheet(event);
  putDab({ x, y });
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

$("dab-put").addEventListener("click", () => {
  if (desk.trial) desk.trial = null;
  else putDab({});
  settle();
});
$("dab-turn").addEventListener("click", () =>
  putDab({ direction: (why.dab.direction + 1) % DIRECTIONS.length }));
$("dab-keep").addEventListener("click", () => addInk([desk.trial]));
$("dab-x").addEventListener("input", event => putDab({ x: event.target.value / 100 }));
$("dab-y").addEventListener("input", event => putDab({ y: event.target.value / 100 }));
$("dab").addEventListener("pointerdown", dragDab);
$("dab").addEventListener("pointermove", dragDab);
$("dab").addEventListener("keydown", event => {
  const move = ARROWS[event.key];
  if (!move) return;
  event.preventDefault();
  putDab({ x: why.dab.x + move[0] * 0.02, y: why.dab.y + move[1] * 0.02 });
});

// ── The game: the other digit with the least ink; and the page's way ──

function showGame(canAsk, reading) {
  const { game } = why;
  if (game && game.ink.some((stroke, i) => desk.ink[i] !== stroke)) {
    stopGame();                                  // what it started with was taken back
  }
  if (!canAsk) {
    setText($("way"), "");
  } else if (why.isShowingWay) {
    showPagesWay(reading);
  } else {
    setText($("way"), why.game ? gameInWords(reading) : "");
  }
  setText($("game-start"), why.game ? "Start again" : "Start");
  const isThere = why.isShowingWay && why.search && why.search.way;
  $("next").disabled = !isThere || desk.ghosts.length === 0;
  $("all").disabled = $("next").disabled;
}

function gameInWords(reading) {
  const { ink: before, digit: start } = why.game;
  const added = desk.ink.slice(before.length);
  if (added.length === 0) return `Add ink on the sheet, until it reads ${why.to}.`;
  const reads = indexOfLargest(reading.probabilities);
  const ink = inkInWords(added, start, "stroke");
  if (reads !== why.to) {
    const still = reads === why.from ? "still reads" : "reads";
    return `${ink}: it ${still} ${reads}.`;
  }
  if (!desk.isGrowing) keepBest(added);
  return `It reads ${why.to}: ${ink}. Can it be done with less?`;
}

// The learner has made it the other digit.
function keepBest(added) {
  const { digit: start, best: record } = why.game;
  if (!record || inkLength(added) < inkLength(record)) why.game.best = added;
  settleBet("why-bet", `Your ink at ${quartersOf(added, start)} did it.`);
  $("why-explained").hidden = false;
}

function showPagesWay(reading) {
  const { ink: before, digit: start, best: yours } = why.game;
  const isDone = indexOfLargest(reading.probabilities) === why.to;
  const hasChanged = !why.search || !isAbout(why.search) || why.search.to !== why.to;
  const added = desk.ink.slice(before.length);
  if (isDone && !desk.isGrowing) {
    why.search = null;
    if (desk.ghosts.length > 0) {
      desk.ghosts = [];
      refresh();
    }
    setText($("way"), `It reads ${why.to}.`
      + (added.length > 0 ? ` ${inkInWords(added, start, "dab")}.` : ""));
  } else if (hasChanged && !desk.isGrowing) {
    searchWay();
  }
  if (!why.search) return;
  const { way } = why.search;
  if (way === undefined) {
    setText($("way"), "The page tries one dab after another …");
  } else if (way === null) {
    setText($("way"), `${MOST_DABS} dabs are not enough.`);
  } else if (added.length === 0) {
    const bet = bets["why-bet"] ? ` You said: ${bets["why-bet"]}.` : "";
    const compared = yours ? ` Yours: ${inkInWords(yours, start, "stroke")}.` : "";
    setText($("way"), `The page needs ${inkInWords(way, start, "dab")}: pale on the sheet, at `
      + `${quartersOf(way, start)}.${bet}${compared} Try it.`);
  } else {
    setText($("way"), `${way.length} more: pale on the sheet.`);
  }
}

async function searchWay() {
  const search = { ...askedNow(), way: undefined };
  why.search = search;
  const way = await inSlices(findWay(search.network, search.strokes, search.to),
    () => why.search === search);
  if (why.search !== search) return;
  search.way = way;
  desk.ghosts = way ?? [];
  if (way) {
    const where = quartersOf(way, search.strokes);
    settleBet("why-bet", `The page puts its ${way.length === 1 ? "dab" : "dabs"} at ${where}.`);
    $("why-explained").hidden = false;
  }
  refresh();
}

// The game is about the pair that was asked when it began.
function startGame() {
  showWhy();             // the section may never have been on screen
  if (!Number.isFinite(why.lead)) return;
  stopShowingWay();
  why.chosenFrom = why.from;
  why.chosenTo = why.to;
  if (!why.game) why.game = { ink: desk.ink, digit: desk.strokes, best: null };
  desk.ownHand = null;   // what is played with stays, also where the page has drawn it
  if (desk.ink.length > why.game.ink.length) setDrawing(why.game.ink);
  else settle();
}

$("game-start").addEventListener("click", startGame);
$("lead").addEventListener("click", () => {
  startGame();
  if (!why.game) return;
  why.isShowingWay = true;
  showWhy();
});
$("next").addEventListener("click", () => addInk([desk.ghosts[0]]));
$("all").addEventListener("click", () => addInk(desk.ghosts));

// Another pair: what was begun was about the one before.
function choosePair() {
  why.chosenFrom = Number($("from").value);
  why.chosenTo = Number($("to").value);
  stopGame();
  showWhy();             // at once: the next tap may come before the next frame
}
$("from").addEventListener("change", choosePair);
$("to").addEventListener("change", choosePair);

// ── Fool it ──

function hideFooled() {
  why.fooled = null;
  $("fooled").hidden = true;
  settleBet("fool-bet", "");
}

async function tellFooled() {
  if (!desk.reading) return;
  const question = askedNow();
  const image = render(question.strokes);        // the first look: the drawing as it is
  const isWanted = () => isAbout(question);
  why.fooled = question;
  const changed = await inSlices(fool(question.network, image), isWanted);
  if (!changed) return;
  const enough = await inSlices(enoughPixels(question.network, image, changed), isWanted);
  if (!enough) return;
  showFooled(question.network, image, changed, enough);
}

function showFooled(network, image, changed, enough) {
  const change = changed.map((grey, i) => grey - image[i]);
  const sizes = [...change].map(Math.abs);
  const [before, after] = [image, changed].map(one => {
    const { probabilities } = forward(network, one);
    const digit = indexOfLargest(probabilities);
    return { digit, words: `${digit}, ${percent(probabilities[digit])}` };
  });
  paintImage($("fooled-before"), image);
  paintSigned($("fooled-change"), change);
  paintImage($("fooled-after"), changed);
  fill($("fooled"), {
    before: before.words,
    after: after.words,
    times: shortNumber(1 / strength(change)),
    pixels: sizes.filter(size => size >= 0.001).length,
    mean: percent(sizes.reduce((sum, size) => sum + size, 0) / 784),
    most: percent(strength(change)),
  });
  $("fooled").hidden = false;
  settleBet("fool-bet", `Of this change, the ${enough} strongest pixels are enough for a ${after.digit}.`);
}

$("fool").addEventListener("click", tellFooled);

// ── When the ink glows ──

new IntersectionObserver(([entry]) => {
  why.isInView = entry.isIntersecting;
  keepGlow();
}, { rootMargin: "-20% 0px" }).observe($("why-ink"));
$("drawing").addEventListener("pointerdown", () => {
  keepGlow();            // a pen that comes down ends it at once
  // Ink that is added in the game is the digit's, however far away: it is no other digit beside it.
  const isOneDigit = why.game && why.game.digit.length === why.game.ink.length;
  if (isOneDigit) drawnByPen.delete(desk.ink);
});
