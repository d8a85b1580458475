"use strict";
// "Look inside": the whole flow, from the image by way of the units to the ten scores.

const UNITS_WITH_LINES = 6;    // have lines of their own: those that say most to the digit
const ROW_OF_OTHERS = UNITS_WITH_LINES;          // below theirs, which count from 0
const LARGEST_MASK = 64;       // px: a unit's picture
const POINT = 2;               // px: how thick a line is that carries one point, in every network
const THICKEST = 28;           // px: of any line

// Where the columns of the flow lie: { left, width, right } of picture, speakers and scores.
const flowColumns = {};

function measureColumns() {
  const columns = { picture: "flow-picture", speakers: "speakers", scores: "scores" };
  for (const [name, id] of Object.entries(columns)) {
    const { offsetLeft: left, offsetWidth: width } = $(id);
    flowColumns[name] = { left, width, right: left + width };
  }
}
new ResizeObserver(measureColumns).observe($("flow-grid"));

// A row for each of these units; the row of all others follows them.
function buildSpeakers() {
  const row = $("speaker");
  row.outerHTML = repeat(UNITS_WITH_LINES, () => row.innerHTML);
  $("flow-grid").style.setProperty("--rows", UNITS_WITH_LINES + 1);
}
buildSpeakers();

// The digit whose lines are shown.
function digitOfFlow() {
  return insideChoices.digit ?? insideView.findings.winner;
}

function showFlow() {
  const { pulls } = insideView.findings;
  const order = loudestFirst(pulls, digitOfFlow());
  const speakers = order.slice(0, UNITS_WITH_LINES);
  const others = order.slice(UNITS_WITH_LINES);
  const chosen = speakers.includes(insideChoices.flowUnit) ? insideChoices.flowUnit : null;
  const parts = partsOfScore(speakers, others);
  showSpeakers(speakers, parts.said, chosen);
  showOthers(others, parts.ofOthers);
  showScores(chosen);
  showSums(parts);
  paintFlow(speakers, others, chosen);
}
addInsidePart("flow", showFlow);

// The score of the digit, and its parts, as they are shown: they add up to the last decimal.
// said: what each of the speakers says.
function partsOfScore(speakers, others) {
  const { blank, pulls } = insideView.findings;
  const digit = digitOfFlow();
  const parts = [blank.logits[digit], ...speakers.map(unit => pulls[unit * 10 + digit])];
  if (others.length > 0) parts.push(sumOfPulls(pulls, others, digit));
  const takesRest = parts.length - 1;                    // all others, where there are any
  const rounded = roundParts(parts, takesRest);
  const score = sumOf(rounded);
  const ofBlank = rounded[0];
  const said = rounded.slice(1, 1 + speakers.length);
  const ofOthers = others.length > 0 ? rounded.at(-1) : 0;
  return { ofBlank, said, ofOthers, score };
}

function showSpeakers(speakers, said, chosen) {
  $("speakers").querySelectorAll("button").forEach((row, i) => {
    const isEmpty = i >= speakers.length;                // a small network has fewer units
    row.classList.toggle("empty", isEmpty);
    if (isEmpty) return;
    const unit = speakers[i];
    row.value = unit;
    row.setAttribute("aria-pressed", unit === chosen);
    fill(row, { unit: unit + 1, says: signed(said[i]) });
  });
}

function showOthers(others, ofOthers) {
  $("others").classList.toggle("empty", others.length === 0);
  fill($("others"), { others: grouped(others.length), says: signed(ofOthers) });
}

function showScores(chosen) {
  const { logits, pulls, isBlank } = insideView.findings;
  const digit = digitOfFlow();
  for (const row of $("scores").children) {
    const to = Number(row.value);
    row.setAttribute("aria-pressed", to === digit && !isBlank);
    const score = signed(logits[to]);
    const part = chosen === null ? "" : signed(pulls[chosen * 10 + to]);
    fill(row, { score, part });
  }
}

function showSums({ ofBlank, said, ofOthers, score }) {
  fill($("flow-part"), {
    digit: digitOfFlow(),
    "of-blank": signed(ofBlank),
    "of-speakers": signed(sumOf(said)),
    "of-others": signed(ofOthers),
    "whole-score": signed(score),
  });
}

// The lines, each as thick as what it carries, on one scale that is the same for every network.
function paintFlow(speakers, others, chosen) {
  const canvas = emptyCanvas("flow");
  if (!canvas) return;
  const { context, height } = canvas;
  if (!insideView.findings.isBlank) {
    paintLinesToUnits(context, speakers, height);
    if (others.length > 0) paintLineToOthers(context, height);
    if (chosen === null) paintLinesToDigit(context, speakers, others, height);
    else paintLinesOfUnit(context, chosen, speakers.indexOf(chosen), height);
  }
  paintFlowPicture(context, height);
  const side = Math.min(LARGEST_MASK, height / (UNITS_WITH_LINES + 1) - 10);
  speakers.forEach((unit, row) => {
    const top = middleOfSpeaker(row, height) - side / 2;
    drawUnit(context, unit, flowColumns.speakers.left + 4, top, side);
  });
}

function middleOfSpeaker(row, height) {
  return height * (row + 0.5) / (UNITS_WITH_LINES + 1);
}

function paintFlowPicture(context, height) {
  const { left, width: side } = flowColumns.picture;
  const top = (height - side) / 2;
  context.fillStyle = insideView.colours.sheet;
  context.fillRect(left, top, side, side);
  paintImage(smallPicture, insideView.findings.image);
  context.drawImage(smallPicture, left, top, side, side);
  drawFrame(context, left, top, side);
}

// They carry each unit's sum of weights × ink.
function paintLinesToUnits(context, speakers, height) {
  const { picture } = flowColumns;
  const { image, network } = insideView.findings;
  const sums = matmul(image, network.W1, 784);          // (1, 784) @ (784, units)
  speakers.forEach((unit, row) => {
    const fromMiddle = (row + 0.5) / UNITS_WITH_LINES - 0.5;
    const from = [picture.right, height / 2 + 0.8 * picture.width * fromMiddle];
    const to = [flowColumns.speakers.left, middleOfSpeaker(row, height)];
    drawCarrier(context, sums[unit], from, to, 0.5);
  });
}

// What goes to all others is no one number: a dotted line.
function paintLineToOthers(context, height) {
  const { picture } = flowColumns;
  const from = [picture.right, height / 2 + 0.45 * picture.width];
  const to = [flowColumns.speakers.left, middleOfSpeaker(ROW_OF_OTHERS, height)];
  context.globalAlpha = 0.5;
  context.setLineDash([1, 5]);
  drawCurve(context, insideView.colours.quiet, 2, from, to);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

// They carry what each of these units, and all others together, say to the digit. The others are
// grey: they are many voices, for and against.
function paintLinesToDigit(context, speakers, others, height) {
  const { pulls } = insideView.findings;
  const digit = digitOfFlow();
  const to = placeOfScore(digit, height);
  const ofOthers = sumOfPulls(pulls, others, digit);
  const { quiet } = insideView.colours;
  drawCarrier(context, ofOthers, placeOfVoice(ROW_OF_OTHERS, height), to, 0.35, quiet);
  speakers.forEach((unit, row) => {
    drawCarrier(context, pulls[unit * 10 + digit], placeOfVoice(row, height), to, 0.9);
  });
}

// They carry what one unit says to each of the ten digits.
function paintLinesOfUnit(context, unit, row, height) {
  const { pulls } = insideView.findings;
  pullsOf(pulls, unit).forEach((pull, digit) => {
    drawCarrier(context, pull, placeOfVoice(row, height), placeOfScore(digit, height), 0.9);
  });
}

function placeOfVoice(row, height) {
  return [flowColumns.speakers.right, middleOfSpeaker(row, height)];
}

function placeOfScore(digit, height) {
  return [flowColumns.scores.left, height * (digit + 0.5) / 10];
}

// A line that carries a number: full for the digit (or towards on), dashed against it.
function drawCarrier(context, carried, from, to, opacity, ownColour = null) {
  const thickness = Math.min(POINT * Math.abs(carried), THICKEST);
  const canBeSeen = thickness > 0.02;
  if (!canBeSeen) return;
  const { forIt, against } = insideView.colours;
  const isFor = carried > 0;
  const colour = ownColour ?? (isFor ? forIt : against);
  context.globalAlpha = opacity;
  context.setLineDash(isFor ? [] : [5, 3]);
  drawCurve(context, colour, thickness, from, to);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawCurve(context, colour, width, [x0, y0], [x1, y1]) {
  const middle = (x0 + x1) / 2;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(x0, y0);
  context.bezierCurveTo(middle, y0, middle, y1, x1, y1);
  context.stroke();
}

onInside("click", "speakers", event => {
  const row = event.target.closest("button");
  if (!row) return;
  const unit = Number(row.value);
  insideChoices.flowUnit = insideChoices.flowUnit === unit ? null : unit;
  showPart("flow");
  settleFlowBet();
});

onInside("click", "scores", event => {
  const row = event.target.closest("button");
  if (!row) return;
  insideChoices.digit = Number(row.value);
  insideChoices.flowUnit = null;
  refresh();
  settleFlowBet();
});

// The bet is on a rule, and true of every network. The sum is told with it, after trying.
function settleFlowBet() {
  if (desk.isBlank) return;
  $("sums").hidden = false;
  const outcome = "its change is a minus, and minus times a weight below 0 is plus.";
  settleInsideBet("bet-flow", outcome, "Yes");
}
