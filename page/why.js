"use strict";
// "Ask why": which two digits are asked about, which of them leads, and the ink that glows.

const why = {
  firstStroke: null,     // what follows is about the drawing that begins with this stroke
  chosenFrom: null,      // the pair that the learner has chosen, or null
  chosenTo: null,
  from: 3,               // the pair that is asked about
  to: 8,
  names: {},             // what the sentences say now
  lead: NaN,             // by how many points the one leads the other, the dab left out

  isInView: false,       // whether the part about the ink is in view: only then the ink glows
  glowing: null,         // the question that the glow answers
  isWeighing: false,     // whether an answer is on its way

  dab: { x: 0.82, y: 0.82, direction: 2 },      // where it is: the middle, and which of DIRECTIONS

  game: null,            // see startGame
  isShowingWay: false,   // whether the page shows its way
  search: null,          // the question whose way is searched for, or was found: see searchWay
  hasOutcome: false,     // whether it has been told where the ink is that does it
  fooled: null,          // the change of the pixels that is shown, or searched for: see fool.js
};

sections.why = showWhy;

// In the end it sees to it that the ink glows, which takes a while.
function showWhy() {
  forgetOtherDrawing();
  const reading = readingToAsk();
  followPair(reading);
  namePair();
  showLead(reading === null ? NaN : leadIn(desk.reading));
  showLookWords(reading !== null);
  showDab(reading);
  showGame(reading);
  glowWhilePenRests();
}

// What was begun or found is forgotten, unless it is about the drawing that is there.
function forgetOtherDrawing() {
  if (desk.isBlank) stopGame();
  else if (desk.strokes[0] !== why.firstStroke) beginAnew(desk.strokes[0]);
  if (why.fooled && !isAbout(why.fooled.question)) hideFooled();
}

// Another drawing: nothing that was chosen, begun or found is about it.
function beginAnew(firstStroke) {
  why.firstStroke = firstStroke;
  why.chosenFrom = null;
  why.chosenTo = null;
  stopGame();
  hideFooled();
}

// What is read in the drawing, the dab left out; null where nothing can be asked.
function readingToAsk() {
  const isWithDab = desk.reading !== null && desk.trial !== null;
  const reading = isWithDab ? readDrawing(desk.network, desk.strokes) : desk.reading;
  const canAsk = reading !== null && indexOfLargest(reading.probabilities) >= 0;
  return canAsk ? reading : null;
}

// By how many points the one digit leads the other in a reading.
function leadIn(reading) {
  const scores = voteScores(reading);
  return scores[why.from] - scores[why.to];
}

// ── The two digits ──

const FULL_LEAD = 50;          // points at which the bar between the two digits has reached an end

// Which pair is asked about, and by how much the one leads.
function followPair(reading) {
  if (reading === null) {
    why.lead = NaN;
    return;
  }
  if (!desk.isGrowing) choosePair(reading);      // else the sentences would flicker
  why.lead = leadIn(reading);
}

function choosePair(reading) {
  const pair = pairToAsk(reading.probabilities, why.chosenFrom, why.chosenTo);
  why.from = pair.from;
  why.to = pair.to;
}

// The digits that the sentences speak of. They seldom change, and the pen does not wait for them.
function namePair() {
  const names = { from: why.from, to: why.to, one: withArticle(why.from) };
  const isNew = Object.entries(names).some(([name, value]) => why.names[name] !== value);
  if (!isNew) return;
  why.names = names;
  $("ask-from").value = why.from;
  $("ask-to").value = why.to;
  fill($("why"), names);
}

// lead: with the dab, if there is one; NaN where nothing can be asked.
function showLead(lead) {
  const [from, to] = $("lead-bar").querySelectorAll("b");
  const bar = $("lead-bar").querySelector("i");
  from.classList.toggle("leads", lead > 0);
  to.classList.toggle("leads", lead < 0);
  // By the root, a small lead is seen, too, and of a large one how it falls. In % of the bar's
  // length: it begins in the middle.
  const length = Math.sqrt(shareOf(lead, FULL_LEAD)) * 50;
  bar.classList.toggle("against-from", lead < 0);
  bar.style.setProperty("left", (lead > 0 ? 50 - length : 50) + "%");
  bar.style.setProperty("width", length + "%");
  let words = "";
  if (Number.isFinite(lead)) {
    words = `${leadInWords(lead, why.from, why.to)}, in all five looks together.`;
  }
  setText($("lead-words"), words);
}

// Which share of a full number this is, whatever its sign, at most 1; 0 of what is no number.
function shareOf(number, full) {
  if (Number.isNaN(number)) return 0;
  return Math.min(Math.abs(number) / full, 1);
}

// Who leads, never by less than nothing.
function leadInWords(lead, from, to) {
  const points = Math.abs(lead).toFixed(2);
  if (points === "0.00") return `${from} and ${to} are level`;
  const [first, second] = lead > 0 ? [from, to] : [to, from];
  return `${first} leads ${second} by ${points} points`;
}

function showLookWords(canAsk) {
  setText($("look-words"), canAsk ? lookInWords() : "");
}

// What a point is; or, where a look is chosen, who leads in it: that may be another digit than in
// all five together.
function lookInWords() {
  if (!isAboutOneLook()) {
    const hasTried = why.game !== null || desk.trial !== null;
    return hasTried
      ? "A lead is counted in points: one point ahead is 2.7 times as probable, two points 7 times."
      : "";
  }
  const { logits } = desk.reading.passes[desk.lookNumber];
  const lead = leadInWords(logits[why.from] - logits[why.to], why.from, why.to);
  return `In look ${desk.lookNumber + 1} alone, ${nameOfLook(LOOKS[desk.lookNumber])}, ${lead}. `
    + "Your ink argues in this look now; touch the first one, and it argues in all five.";
}

// The first look is the drawing as it is, and chosen at first: then the ink argues in the vote.
function isAboutOneLook() {
  return desk.lookNumber !== 0;
}

// The learner chooses another pair: what was begun was about the one before.
function askAboutPair() {
  why.chosenFrom = Number($("ask-from").value);
  why.chosenTo = Number($("ask-to").value);
  stopGame();
  showWhy();             // at once: the next tap may come before the next frame
  // A digit is not asked about against itself: then the choice is not taken.
  $("ask-from").value = why.from;
  $("ask-to").value = why.to;
}
$("ask-from").addEventListener("change", askAboutPair);
$("ask-to").addEventListener("change", askAboutPair);

// ── The question: an answer may come later, when it is asked no longer ──

function askedNow() {
  return {
    network: desk.network,
    age: ageOf(desk.network),
    strokes: desk.strokes,
    points: sumOf(desk.strokes.map(stroke => stroke.length)),   // strokes grow in place
    from: why.from,
    to: why.to,
    lookNumber: isAboutOneLook() ? desk.lookNumber : null,
  };
}

// Whether a question is about the drawing and the network that are on the desk. A network that
// learns stays the same one: what was found stays. But the glow follows it as it gets older (see
// isStillAsked).
function isAbout(question) {
  const now = askedNow();
  return question.network === now.network
    && question.strokes === now.strokes
    && question.points === now.points;
}

function isStillAsked(question) {
  const now = askedNow();
  return isAbout(question)
    && question.from === now.from
    && question.to === now.to
    && question.age === now.age
    && question.lookNumber === now.lookNumber;
}

// ── The glow: what ink argues for, on the sheet itself ──

const FULL_EFFECT = 5;         // points of an effect that is drawn as thick as can be
const THINNEST_GLOW = 0.01;    // the thinnest and the thickest line, in widths of the sheet
const THICKEST_GLOW = 0.062;
const GLOW_EDGE = 0.007;       // of a hollow line, on either side,
const THINNEST_HOLLOW = 0.004; // and what there is between its edges at least
const GLOW_PAUSE = 100;        // ms that a drawing has rested before its ink glows

// The glow follows the question, while the pen rests. A picture that is being read comes first.
async function glowWhilePenRests() {
  const canGlow = why.isInView && !desk.isGrowing && !desk.isBlank && Number.isFinite(why.lead);
  if (why.glowing && (!canGlow || !isAbout(why.glowing))) clearGlow();
  const isAnswered = why.glowing !== null && isStillAsked(why.glowing);
  if (!canGlow || isAnswered || why.isWeighing || photo.isBusy) return;
  const question = askedNow();
  const isWanted = () => isAbout(question) && !desk.isGrowing && !photo.isBusy;
  why.isWeighing = true;
  const effects = await inSlices(weighInk(question), isWanted);
  why.isWeighing = false;
  if (effects && isWanted() && why.isInView) {
    why.glowing = question;
    showGlow(effects);
  }
  glowWhilePenRests();   // in the meantime the question may have changed
}

// First it waits: a hand may be about to draw on.
function* weighInk({ network, strokes, from, to, lookNumber }) {
  yield GLOW_PAUSE;
  return yield* effectsOfInk(network, strokes, from, to, lookNumber);
}

// Full and blue: ink that argues for the digit. Hollow and rust: ink that argues against it.
function showGlow(effects) {
  const lines = effects.map(({ ink, effect }) => {
    const width = THINNEST_GLOW + (THICKEST_GLOW - THINNEST_GLOW) * shareOf(effect, FULL_EFFECT);
    return signedLine(ink, effect, width);
  });
  $("glow").innerHTML = lines.join("");
  $("drawing").classList.toggle("glowing", effects.length > 0);
}

function signedLine(ink, effect, width) {
  const line = (kind, thickness) =>
    `<path class="${kind}" stroke-width="${thickness.toFixed(4)}" d="${curvePath(ink)}"/>`;
  if (effect > 0) return line("for-it", width);
  const hollow = Math.max(width - 2 * GLOW_EDGE, THINNEST_HOLLOW);
  return line("against-it", width) + line("hollow", hollow);
}

function clearGlow() {
  why.glowing = null;
  $("glow").replaceChildren();
  $("drawing").classList.remove("glowing");
}

// What was only tried or proposed does not lie on the drawing while one reads on.
function clearAway() {
  stopShowingWay();
  desk.trial = null;
  leaveWonGame();
  showDab(null);         // at once: a section that is off the screen is not drawn any more
  refresh();
}

const inkObserver = new IntersectionObserver(entries => {
  const { isIntersecting, boundingClientRect } = entries.at(-1);        // the newest
  why.isInView = isIntersecting;
  const hasReadOn = !why.isInView && boundingClientRect.top < 0;
  if (hasReadOn) clearAway();
  glowWhilePenRests();
}, { rootMargin: "-10% 0px -20%" });
// Not before all scripts are there.
addEventListener("DOMContentLoaded", () => inkObserver.observe($("why-ink")));
$("drawing").addEventListener("pointerdown", glowWhilePenRests);        // the pen ends it at once
