"use strict";
// "Look inside": the whole flow, from the image by way of the units to the ten scores.

const UNITS_WITH_LINES = 12;   // have lines of their own: the strongest, see strongestFirst
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

// A row for each of the strongest units; the row of all others follows them.
function buildSpeakers() {
  const row = $("speaker");
  row.outerHTML = repeat(UNITS_WITH_LINES, () => row.innerHTML);
  $("flow-grid").style.setProperty("--rows", UNITS_WITH_LINES + 1);
}
buildSpeakers();

function showFlow() {
  const { order, pulls, blank, digit } = insideView.findings;
  const strongest = order.slice(0, UNITS_WITH_LINES);
  const others = order.slice(UNITS_WITH_LINES);
  const chosen = strongest.includes(insideChoices.flowUnit) ? insideChoices.flowUnit : null;
  showSpeakers(strongest, chosen);
  showOthers(others);
  showScores(chosen);
  const ofStrongest = sumOfPulls(pulls, strongest, digit);
  const ofOthers = sumOfPulls(pulls, others, digit);
  showSums(roundParts([blank.logits[digit], ofStrongest, ofOthers]));
  paintFlow(strongest, others, chosen);
}
addInsidePart("flow", showFlow);

function showSpeakers(strongest, chosen) {
  const { pulls, digit } = insideView.findings;
  $("speakers").querySelectorAll("button").forEach((row, i) => {
    const isEmpty = i >= strongest.length;               // a small network has fewer units
    row.classList.toggle("empty", isEmpty);
    if (isEmpty) return;
    const unit = strongest[i];
    row.value = unit;
    row.setAttribute("aria-pressed", unit === chosen);
    fill(row, { unit: unit + 1, says: signed(pulls[unit * 10 + digit]) });
  });
}

function showOthers(others) {
  const { pulls, digit } = insideView.findings;
  $("others").classList.toggle("empty", others.length === 0);
  fill($("others"), {
    others: grouped(others.length),
    says: signed(sumOfPulls(pulls, others, digit)),
  });
}

function showScores(chosen) {
  const { logits, pulls, digit, isBlank } = insideView.findings;
  for (const row of $("scores").children) {
    const to = Number(row.value);
    row.setAttribute("aria-pressed", to === digit && !isBlank);
    const score = signed(logits[to]);
    const part = chosen === null ? "" : signed(pulls[chosen * 10 + to]);
    fill(row, { score, part });
  }
}

function showSums([ofBlank, ofStrongest, ofOthers]) {
  fill($("sums"), {
    "of-blank": signed(ofBlank),
    "of-strongest": signed(ofStrongest),
    "of-others": signed(ofOthers),
    score: signed(ofBlank + ofStrongest + ofOthers),
  });
}

// All lines, each as thick as what it carries, on one scale that is the same for every network.
function paintFlow(strongest, others, chosen) {
  const canvas = emptyCanvas("flow");
  if (!canvas) return;
  const { context, height } = canvas;
  if (!insideView.findings.isBlank) {
    paintLinesToUnits(context, strongest, height);
    const rows = strongest.map(unit => [unit]);          // the units that speak with one voice
    if (others.length > 0) {
      paintLineToOthers(context, height);
      rows.push(others);
    }
    paintLinesToScores(context, rows, chosen, height);
  }
  paintFlowPicture(context, height);
  const { left } = flowColumns.speakers;
  strongest.forEach((unit, row) => {
    drawUnit(context, unit, left + 4, middleOfSpeaker(row, height) - 18, 36);
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
function paintLinesToUnits(context, strongest, height) {
  const { picture, speakers } = flowColumns;
  const { image, network } = insideView.findings;
  const sums = matmul(image, network.W1, 784);          // (1, 784) @ (784, units)
  strongest.forEach((unit, row) => {
    const fromMiddle = (row + 0.5) / UNITS_WITH_LINES - 0.5;
    const from = [picture.right, height / 2 + 0.8 * picture.width * fromMiddle];
    const to = [speakers.left, middleOfSpeaker(row, height)];
    drawCarrier(context, sums[unit], from, to, 0.85);
  });
}

// What goes to all others is no one number: a dotted line.
function paintLineToOthers(context, height) {
  const { picture, speakers } = flowColumns;
  const from = [picture.right, height / 2 + 0.45 * picture.width];
  const to = [speakers.left, middleOfSpeaker(UNITS_WITH_LINES, height)];
  context.globalAlpha = 0.5;
  context.setLineDash([1, 5]);
  drawCurve(context, insideView.colours.quiet, 2, from, to);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

// They carry what the units of a row say to each digit. Those that stand out are drawn last: those
// to the digit that is looked at, or those of the chosen unit.
function paintLinesToScores(context, rows, chosen, height) {
  const { speakers, scores } = flowColumns;
  const { pulls, digit } = insideView.findings;
  for (const isInFront of [false, true]) {
    rows.forEach((units, row) => {
      const from = [speakers.right, middleOfSpeaker(row, height)];
      for (let to = 0; to < 10; to++) {
        const standsOut = chosen === null ? to === digit : units[0] === chosen;
        if (standsOut !== isInFront) continue;
        const end = [scores.left, height * (to + 0.5) / 10];
        drawCarrier(context, sumOfPulls(pulls, units, to), from, end, standsOut ? 0.9 : 0.13);
      }
    });
  }
}

// A line that carries a number: full for the digit (or towards on), dashed against it.
function drawCarrier(context, carried, from, to, opacity) {
  const thickness = Math.min(POINT * Math.abs(carried), THICKEST);
  const canBeSeen = thickness * opacity > 0.02;
  if (!canBeSeen) return;
  const isFor = carried > 0;
  context.globalAlpha = opacity;
  context.setLineDash(isFor ? [] : [5, 3]);
  const colour = isFor ? insideView.colours.forIt : insideView.colours.against;
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
});

onInside("click", "scores", event => {
  const row = event.target.closest("button");
  if (!row) return;
  insideChoices.digit = Number(row.value);
  insideChoices.flowUnit = null;
  refresh();
});
