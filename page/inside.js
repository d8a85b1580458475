"use strict";
// "Look inside": one hidden unit step by step, all units one after the other, the whole flow, and
// the pictures of all units.
//
// One measure runs through it all: the pull of a unit at a digit's score. It is what the unit "says
// to" the digit: the change of its activation against blank paper, times its weight to that digit.

// ── What is shown: functions of the network and what it made of a drawing ──

// What a drawing changes in a network, against blank paper.
// pass: what forward made of the drawing's image. changes: one number for each unit.
// pulls: ten for each unit, so that pulls[unit * 10 + digit] is what the unit says to the digit.
function compareWithBlank(network, pass) {
  const blank = forward(network, new Float64Array(784));
  const changes = pass.hidden.map((activation, unit) => activation - blank.hidden[unit]);
  const pulls = network.W2.map((weight, i) => changes[Math.floor(i / 10)] * weight);
  return { blank, changes, pulls };
}

// The units, the strongest first. A unit is as strong as its longest pull at any score, for or
// against. This rule also chooses the units that have lines of their own in the whole flow: the
// first SHOWN of them.
function strongestFirst(pulls) {
  const strengths = [];
  for (let start = 0; start < pulls.length; start += 10) {
    const lengths = [...pulls.subarray(start, start + 10)].map(Math.abs);
    strengths.push(Math.max(...lengths) || 0);          // what is no number is not strong
  }
  const order = [...strengths.keys()];
  return order.sort((a, b) => strengths[b] - strengths[a]);
}

// The units by what they say to one digit: first those that speak most for it, last those that
// speak most against it.
function sortedByPull(pulls, digit) {
  const says = unit => pulls[unit * 10 + digit] || 0;
  const order = [...new Array(pulls.length / 10).keys()];
  return order.sort((a, b) => says(b) - says(a));
}

// The sum of what some units say to one digit.
function sumOfPulls(pulls, units, digit) {
  return units.reduce((sum, unit) => sum + pulls[unit * 10 + digit], 0);
}

// The tug of war at one score. Blank paper's score counts as what is said first.
// Returns all that is said for the digit and all that is said against it, both as lengths.
function forAndAgainst(blankScore, pulls, units, digit) {
  let forIt = Math.max(blankScore, 0);
  let against = Math.max(-blankScore, 0);
  for (const unit of units) {
    const pull = pulls[unit * 10 + digit];
    if (pull > 0) forIt += pull;
    else against -= pull;
  }
  return { forIt, against };
}

// Who leads while the units come in, in this order: a list of { from, digit }, where `digit` leads
// as soon as `from` units are in. It begins with 0, blank paper. From the last one on nothing tips.
function leadersAsUnitsComeIn(blankScores, pulls, order) {
  const scores = Float64Array.from(blankScores);
  const leaders = [{ from: 0, digit: indexOfLargest(scores) }];
  order.forEach((unit, n) => {
    for (let digit = 0; digit < 10; digit++) scores[digit] += pulls[unit * 10 + digit];
    const digit = indexOfLargest(scores);
    if (digit !== leaders.at(-1).digit) leaders.push({ from: n + 1, digit });
  });
  return leaders;
}

// Rounds the parts of a sum so that they add up as they are shown: the largest part takes the rest.
function roundParts(parts, decimals = 2) {
  const steps = 10 ** decimals;
  const rounded = parts.map(part => Math.round(part * steps));
  const wanted = Math.round(parts.reduce((sum, part) => sum + part, 0) * steps);
  const rest = wanted - rounded.reduce((sum, part) => sum + part, 0);
  const lengths = rounded.map(Math.abs);
  const largest = indexOfLargest(lengths);
  return rounded.map((part, i) => (part + (i === largest ? rest : 0)) / steps);
}

// One unit at work on one image: what its weights make of the ink, and its curve of that.
function unitAtWork(network, image, unit) {
  const weights = weightsOfUnit(network, unit);
  const products = weights.map((weight, i) => weight * image[i]);
  const bias = network.b1[unit];
  let forIt = 0;
  let against = 0;
  for (const product of products) {
    if (product > 0) forIt += product;
    else against -= product;
  }
  const z = forIt - against + bias;
  const { activate } = ACTIVATIONS[network.activation];
  const activation = activate(z);
  const atBlank = activate(bias);
  return { weights, products, forIt, against, bias, z, activation, atBlank };
}

// The weight that has the full colour in the picture of a unit. Two in a hundred are larger: if the
// largest one set the scale, most pictures would be a muddy grey.
function weightOfFullColour(weights) {
  const lengths = weights.map(Math.abs).sort();
  return lengths[Math.floor(0.98 * lengths.length)] || strength(weights);
}

// ── The learner's choices, and what is drawn with ──

const insight = {
  unit: null,            // the unit that is stepped through; null is the strongest one
  heldUnit: null,        // that strongest one, held while one steps and draws on
  time: 0,               // how far it is stepped through: see STEPS
  count: 0,              // how many units have come in
  digit: null,           // the digit whose score is looked at; null is the one that is read
  flowUnit: null,        // the unit whose lines stand out; null is none
  galleryUnit: null,     // the unit that is shown beside the gallery; null is its first one

  answers: null,         // what the sections' pictures are drawn from: see answersOf
  partsOnScreen: new Set(),
  sizes: {},             // of the canvases, in pixels of the style sheet, by id
  columns: {},           // where the columns of the flow lie
  colours: null,         // those of the style sheet
  font: getComputedStyle(document.body).fontFamily,
  order: [],             // of the units in the gallery
  orderedFor: null,      // what that order was made for
  orderedAt: 0,
  runs: {},              // what moves by itself: by name, the run that is on
};

const STEPS = 5;               // ink, then 1 mask, 2 weight × ink, 3 sum, 4 activation, 5 pulls
const SHOWN = 12;              // units with a line of their own in the flow: the strongest
const POINT = 2;               // px: how thick a line is that carries one point, in every network
const THICKEST = 28;           // px: of any line
const FULL_LIGHT = 1;          // points: a unit that says this much is fully lit in the gallery
const MARGIN = 3;              // pixels at the edge of an image that hardly ever have ink

// What the section shows, made once of the desk.
function answersOf() {
  const { network, isBlank } = desk;
  const image = isBlank ? new Float64Array(784) : desk.reading.looks[desk.look].image;
  const pass = isBlank ? forward(network, image) : desk.reading.looks[desk.look];
  const compared = compareWithBlank(network, pass);
  const order = strongestFirst(compared.pulls);
  const winner = indexOfLargest(pass.logits);
  return {
    network,
    isBlank,
    image,
    logits: pass.logits,
    ...compared,
    order,
    winner,
    digit: insight.digit ?? Math.max(winner, 0),
    leaders: leadersAsUnitsComeIn(compared.blank.logits, compared.pulls, order),
  };
}

function showInside() {
  if (!desk.network) return;
  insight.answers = answersOf();
  if (desk.isBlank) insight.heldUnit = null;
  insight.colours ??= coloursOfPage();
  keepPicturesFresh(desk.network);
  showNames();
  for (const part of insight.partsOnScreen) insideParts[part]();
}
sections.inside = showInside;

// The parts of the section, by the id of the element that must be on screen.
const insideParts = {
  stage: showStage,
  tug: showTug,
  flow: showFlow,
  gallery: showGallery,
};

function showPart(id) {
  if (insight.answers && insight.partsOnScreen.has(id)) insideParts[id]();
}

// What all parts name.
function showNames() {
  const { network, digit, winner, isBlank } = insight.answers;
  const voted = isBlank ? -1 : indexOfLargest(desk.reading.probabilities);
  const isTheOne = isBlank || (desk.look === 0 && voted === winner);
  $("inside-look").hidden = isTheOne;
  const units = network.layers[1];
  fill($("inside"), {
    units: grouped(units),
    "hidden-units": `${grouped(units)} hidden unit${units === 1 ? "" : "s"}`,
    digit,
    look: desk.look + 1,
    winner: numeral(winner),
    voted: numeral(voted),
  });
}

function numeral(digit) {
  return digit < 0 ? "–" : digit;
}

// A number with its sign; what is no number (of a network whose training diverged) as a dash.
function signedPoints(number) {
  return Number.isFinite(number) ? signed(number) : "–";
}

function twoDecimals(number) {
  return Number.isFinite(number) ? number.toFixed(2).replace("-", "−") : "–";
}

// The style sheet's colours, for the canvases.
function coloursOfPage() {
  const style = getComputedStyle(document.documentElement);
  const colour = name => `rgb(${style.getPropertyValue(name).trim()})`;
  const own = { forIt: colour("--for"), against: colour("--against") };
  if (forcedColours.matches) {
    return { ...own, ink: "CanvasText", quiet: "CanvasText", line: "GrayText", sheet: "Canvas" };
  }
  return {
    ...own,
    ink: colour("--ink"),
    quiet: colour("--quiet"),
    line: colour("--line"),
    sheet: colour("--sheet"),
  };
}

const forcedColours = matchMedia("(forced-colors: active)");
for (const query of [darkMode, forcedColours]) {
  query.addEventListener("change", () => {
    insight.colours = null;
    refresh();
  });
}

// An empty canvas to draw on, in pixels of the style sheet; null before its size is known.
function emptyCanvas(id) {
  const size = insight.sizes[id];
  if (!size) return null;
  const context = $(id).getContext("2d");
  context.setTransform(size.scale, 0, 0, size.scale, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.imageSmoothingEnabled = false;
  context.font = `12px ${insight.font}`;
  context.textBaseline = "middle";
  return { context, ...size };
}

function writeAt(context, words, x, y, options = {}) {
  const { align = "left", colour = insight.colours.quiet, bold = false } = options;
  context.font = `${bold ? "600 " : ""}12px ${insight.font}`;
  context.textAlign = align;
  context.fillStyle = colour;
  context.fillText(words, x, y);
}

// A bar that speaks for something is full, one that speaks against it is hollow and dashed.
function drawBar(context, x, y, width, height, isFor) {
  if (!(width > 0 && height > 0)) return;
  if (isFor) {
    context.fillStyle = insight.colours.forIt;
    context.fillRect(x, y, width, height);
    return;
  }
  const inset = Math.min(1, width / 2, height / 2);     // half the line, so that it stays within
  context.strokeStyle = insight.colours.against;
  context.lineWidth = 2 * inset;
  context.setLineDash([4, 2]);
  context.strokeRect(x + inset, y + inset, width - 2 * inset, height - 2 * inset);
  context.setLineDash([]);
}

function drawLine(context, colour, width, ...pointsOfLine) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const [x, y] of pointsOfLine) context.lineTo(x, y);
  context.stroke();
}

// ── The pictures of all units, painted side by side on one canvas that is not seen ──

const unitPictures = {
  canvas: document.createElement("canvas"),
  network: null,         // whose weights they are, or will be when it is painted
  biases: null,          // of that network when painting began: learning moves them in every step
  isPainting: false,
  paintedAt: 0,
};
const PICTURES_PAUSE = 500;    // ms between two paintings, while the network learns

// Paints them again when the network is another, or has learned since.
async function keepPicturesFresh(network) {
  const pictures = unitPictures;
  const isOther = pictures.network !== network;
  const isSame = (bias, unit) => Object.is(bias, network.b1[unit]);
  const isFresh = !isOther && pictures.biases.every(isSame);
  const isSoon = performance.now() - pictures.paintedAt < PICTURES_PAUSE;
  if (isFresh || (!isOther && (pictures.isPainting || isSoon))) return;
  pictures.network = network;
  pictures.biases = network.b1.slice();
  pictures.isPainting = true;
  const isWhole = await inSlices(paintUnitPictures(network), () => desk.network === network);
  if (pictures.network !== network) return;              // another painting has begun
  pictures.isPainting = false;
  if (!isWhole) pictures.network = null;
  pictures.paintedAt = performance.now();
  refresh();
}

function* paintUnitPictures(network) {
  const units = network.layers[1];
  const { canvas } = unitPictures;
  const width = 32 * 28;
  const height = Math.ceil(units / 32) * 28;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  for (let unit = 0; unit < units; unit++) {
    const weights = weightsOfUnit(network, unit);
    paintSigned(canvas, weights, { most: weightOfFullColour(weights), ...placeOfPicture(unit) });
    yield;
  }
  return true;
}

function placeOfPicture(unit) {
  return { x: unit % 32 * 28, y: Math.floor(unit / 32) * 28 };
}

// The picture of a unit, without its blank margin.
function drawUnit(context, unit, left, top, side) {
  const { x, y } = placeOfPicture(unit);
  const from = [x + MARGIN, y + MARGIN, 28 - 2 * MARGIN, 28 - 2 * MARGIN];
  context.drawImage(unitPictures.canvas, ...from, left, top, side, side);
}

// ── One unit, step by step ──

// The unit that is stepped through.
function unitOnStage() {
  const { order, network } = insight.answers;
  const unit = insight.unit ?? insight.heldUnit;
  const isThere = unit !== null && unit < network.layers[1];
  return isThere ? unit : order[0];
}

function showStage() {
  const { answers } = insight;
  const unit = unitOnStage();
  const work = unitAtWork(answers.network, answers.image, unit);
  const pulls = answers.pulls.subarray(unit * 10, unit * 10 + 10);
  showCaptions(unit, work, pulls);
  showStageControls(unit);
  const place = emptyCanvas("stage");
  if (!place) return;
  const layout = stageLayout(place.width);
  const levels = levelsOf(work, layout);
  paintWeighing(place.context, answers, work, layout);
  paintPiles(place.context, work, layout, levels);
  paintCurve(place.context, work, layout, levels);
  paintPulls(place.context, pulls, layout);
}

function showStageControls(unit) {
  const { network } = insight.answers;
  const step = Math.ceil(insight.time);
  const field = $("inside-unit");
  field.max = network.layers[1];
  if (document.activeElement !== field) field.value = unit + 1;
  $("inside-time").value = insight.time;
  $("inside-time").setAttribute("aria-valuetext", `step ${step} of ${STEPS}`);
  setText($("inside-play"), insight.runs.time ? "Pause" : "Play");
  $("inside-next").disabled = insight.time >= STEPS;
  const captions = [...$("inside-captions").children];
  captions.forEach((caption, i) => caption.classList.toggle("now", i === step));
}

// How far one of the steps has come: 0 before it, 1 after it.
function partOfStep(step) {
  return Math.min(Math.max(insight.time - step + 1, 0), 1);
}

// The numbers of the captions. They add up as they are shown.
function showCaptions(unit, work, pulls) {
  const [forIt, against, bias] = roundParts([work.forIt, -work.against, work.bias]);
  const [activation, minusBlank] = roundParts([work.activation, -work.atBlank]);
  const highest = indexOfLargest(pulls);
  const lowest = indexOfLargest(pulls.map(pull => -pull));
  fill($("inside-captions"), {
    unit: unit + 1,
    for: signedPoints(forIt),
    against: signedPoints(against),
    sum: signedPoints(forIt + against),
    bias: signedPoints(bias),
    z: signedPoints(forIt + against + bias),
    activation: twoDecimals(activation),
    blank: twoDecimals(-minusBlank),
    change: signedPoints(activation + minusBlank),
    highest: numeral(highest),
    "highest-pull": signedPoints(pulls[highest]),
    lowest: numeral(lowest),
    "lowest-pull": signedPoints(pulls[lowest]),
  });
}

// Where things stand on the stage: beside each other, or on a phone the scores below.
function stageLayout(width) {
  const top = 26;
  if (width >= 560) {
    const side = 264;
    const pulls = { left: side + 272, top, width: width - side - 272, row: side / 10 };
    const curve = { left: side + 142, width: 104 };
    return { top, side, piles: { left: side + 20, width: 72 }, curve, pulls };
  }
  const side = Math.round(0.48 * width);
  const pulls = { left: 0, top: top + side + 60, width, row: 20 };
  const curve = { left: side + 112, width: width - side - 116 };
  return { top, side, piles: { left: side + 12, width: 58 }, curve, pulls };
}

// The heights of sums on the stage, in steps of five points, so that they seldom change.
function levelsOf({ forIt, against, bias, z }, { top, side }) {
  const upTo = (...numbers) => Math.ceil(Math.max(...numbers) / 5) * 5;
  const highest = upTo(5, forIt, z, bias) || 5;
  const lowest = -upTo(5, against, -z, -bias) || -5;
  const room = 12;                                      // for the numbers above and below the piles
  const y = number => top + room + (side - 2 * room) * (highest - number) / (highest - lowest);
  return { highest, lowest, y };
}

// The drawing under the unit's mask; then what the ink leaves of it.
const smallPicture = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });

function paintWeighing(context, { image }, { weights }, { top, side }) {
  writeAt(context, "784 pixels", 0, 12);
  context.fillStyle = insight.colours.sheet;
  context.fillRect(0, top, side, side);
  paintMask(smallPicture, image, weights, partOfStep(1), partOfStep(2), partOfStep(3));
  context.drawImage(smallPicture, 0, top, side, side);
  if (partOfStep(1) > 0) drawOutline(context, image, 0, top, side);
  context.strokeStyle = insight.colours.line;
  context.lineWidth = 1;
  context.strokeRect(0.5, top + 0.5, side - 1, side - 1);
}

// An image under a mask of weights.
// mask: how much of the mask is seen, from 0 to 1. multiplied: how far its weights have become
// products. fallen: how far these have fallen onto the piles.
function paintMask(canvas, image, weights, mask, multiplied, fallen) {
  const most = weightOfFullColour(weights);
  const pixels = new ImageData(28, 28);
  const ink = darkMode.matches ? 237 : 30;
  for (let i = 0; i < 784; i++) {
    const product = weights[i] * (1 - multiplied * (1 - image[i]));
    const share = Math.min(Math.max(product / most, -1), 1) || 0;
    const colour = SIGNED_COLOURS[Math.round(share * 255) + 255];
    const isLeft = image[i] > 0 ? 1 - 0.2 * fallen : 1 - multiplied;
    const cover = mask * isLeft;
    const inkCover = image[i] * (1 - mask);
    const alpha = cover + inkCover * (1 - cover);
    for (let channel = 0; channel < 3; channel++) {
      const ofMask = colour >>> (8 * channel) & 255;
      const mixed = ofMask * cover + ink * inkCover * (1 - cover);
      pixels.data[i * 4 + channel] = alpha > 0 ? mixed / alpha : 0;
    }
    pixels.data[i * 4 + 3] = alpha * 255;
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

// The edge of the ink, pixel by pixel: so the drawing is seen upon its mask.
function drawOutline(context, image, left, top, side, firstPixel = 0, pixelsAcross = 28) {
  const size = side / pixelsAcross;
  const place = (x, y) => [left + (x - firstPixel) * size, top + (y - firstPixel) * size];
  const isInk = (x, y) => pixelAt(image, x, y) >= 0.5;
  context.beginPath();
  for (let y = 0; y < 28; y++) {
    for (let x = 0; x < 28; x++) {
      if (isInk(x, y) !== isInk(x - 1, y)) {
        context.moveTo(...place(x, y));
        context.lineTo(...place(x, y + 1));
      }
      if (isInk(x, y) !== isInk(x, y - 1)) {
        context.moveTo(...place(x, y));
        context.lineTo(...place(x + 1, y));
      }
    }
  }
  context.lineCap = "square";
  context.lineWidth = 3;
  context.strokeStyle = insight.colours.sheet;
  context.stroke();
  context.lineWidth = 1.5;
  context.strokeStyle = insight.colours.ink;
  context.stroke();
  context.lineCap = "butt";
}

// The products fall onto two piles: those above 0 upwards, those below 0 downwards.
function paintPiles(context, work, layout, levels) {
  const { left, width } = layout.piles;
  const zero = levels.y(0);
  const barWidth = width / 2 - 3;
  writeAt(context, "two piles", left, 12);
  drawLine(context, insight.colours.line, 1, [left - 6, zero], [left + width + 6, zero]);
  if (insight.answers.isBlank) return;
  const { heap, flying } = fallenSoFar(work.products, partOfStep(3));
  const top = levels.y(heap.forIt);
  const bottom = levels.y(-heap.against);
  drawBar(context, left, top, barWidth, zero - top, true);
  drawBar(context, left + width - barWidth, zero, barWidth, bottom - zero, false);
  const landing = {
    forIt: [left + barWidth / 2, top],
    against: [left + width - barWidth / 2, bottom],
  };
  paintFlying(context, work.products, flying, layout, landing);
  if (partOfStep(3) === 1) paintSum(context, work, layout, levels);
}

// Which products have fallen, as two heaps, and which are on their way: [pixel, how far, 0 to 1].
// Each starts a little later than the one before, and flies for two fifths of the step.
function fallenSoFar(products, part) {
  const heap = { forIt: 0, against: 0 };
  const flying = [];
  const pixels = [...products.keys()].filter(i => products[i] !== 0);
  pixels.forEach((i, n) => {
    const start = 0.6 * n / pixels.length;
    const way = Math.min(Math.max((part - start) / 0.4, 0), 1);
    if (way === 1 && products[i] > 0) heap.forIt += products[i];
    else if (way === 1) heap.against -= products[i];
    else if (way > 0) flying.push([i, way]);
  });
  return { heap, flying };
}

function paintFlying(context, products, flying, { top, side }, landing) {
  const size = side / 28;
  const most = strength(products);
  for (const [i, way] of flying) {
    const isFor = products[i] > 0;
    const fromX = (i % 28 + 0.5) * size;
    const fromY = top + (Math.floor(i / 28) + 0.5) * size;
    const [toX, toY] = isFor ? landing.forIt : landing.against;
    const x = fromX + (toX - fromX) * way;
    const y = fromY + (toY - fromY) * way * way;                // it falls, ever faster
    const area = Math.abs(products[i]) / most;
    const edge = Math.max(size * Math.sqrt(area), 2.5);
    drawBar(context, x - edge / 2, y - edge / 2, edge, edge, isFor);
  }
}

// The level to which both piles come together; then the bias moves it.
function paintSum(context, work, { piles }, levels) {
  const { left, width } = piles;
  const barWidth = width / 2 - 3;
  const [forIt, against, bias] = roundParts([work.forIt, -work.against, work.bias]);
  const centre = { align: "center" };
  const topOfFor = levels.y(work.forIt) - 9;
  const endOfAgainst = levels.y(-work.against) + 10;
  writeAt(context, signedPoints(forIt), left + barWidth / 2, topOfFor, centre);
  writeAt(context, signedPoints(against), left + width - barWidth / 2, endOfAgainst, centre);
  const level = levels.y(work.forIt - work.against + work.bias * partOfStep(4));
  drawLine(context, insight.colours.ink, 2, [left - 6, level], [left + width + 6, level]);
  const isMoving = partOfStep(4) > 0 && partOfStep(4) < 1;
  if (isMoving) return;
  const sum = partOfStep(4) === 0 ? forIt + against : forIt + against + bias;
  const strong = { colour: insight.colours.ink, bold: true };
  writeAt(context, signedPoints(sum), left + width + 2, level - 9, strong);
}

// The curve stands upright, so that the level of the sum leads straight into it.
function paintCurve(context, work, { top, side, piles, curve }, levels) {
  const { left, width } = curve;
  const { activate } = ACTIVATIONS[insight.answers.network.activation];
  const low = activate(levels.lowest);
  const high = activate(levels.highest);
  const x = activation => left + width * (activation - low) / (high - low);
  const bottom = top + side;
  const onCurve = Array.from({ length: 81 }, (_, i) => {
    const z = levels.lowest + (levels.highest - levels.lowest) * i / 80;
    return [x(activate(z)), levels.y(z)];
  });
  writeAt(context, "the curve", left, 12);
  drawLine(context, insight.colours.line, 1, [left, bottom], [left + width, bottom]);
  drawLine(context, insight.colours.quiet, 1.75, ...onCurve);
  writeAt(context, twoDecimals(low), left, bottom + 12);
  writeAt(context, twoDecimals(high), left + width, bottom + 12, { align: "right" });
  const part = partOfStep(4);
  if (part === 0 || insight.answers.isBlank || !Number.isFinite(work.z)) return;
  const isThere = Math.max(2 * part - 1, 0);           // first the bias, then the way to the curve
  const end = piles.left + piles.width + 6;
  const dot = x(work.activation);
  const level = levels.y(work.z);
  drawLine(context, insight.colours.ink, 2, [end, level], [end + (dot - end) * isThere, level]);
  if (isThere < 1) return;
  drawLine(context, insight.colours.ink, 1, [dot, level], [dot, bottom]);
  drawCircle(context, x(work.atBlank), levels.y(work.bias), insight.colours.sheet);
  drawCircle(context, dot, level, insight.colours.ink);
  const [activation, minusBlank] = roundParts([work.activation, -work.atBlank]);
  const change = `change ${signedPoints(activation + minusBlank)}`;
  drawLine(context, insight.colours.ink, 3, [x(work.atBlank), bottom], [dot, bottom]);
  const strong = { align: "right", colour: insight.colours.ink, bold: true };
  writeAt(context, change, left + width, bottom + 28, strong);
}

function drawCircle(context, x, y, colour) {
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = insight.colours.ink;
  context.lineWidth = 1.75;
  context.stroke();
}

// What the unit says to each digit.
function paintPulls(context, pulls, { pulls: place }) {
  const { left, top, width, row } = place;
  const numbers = 46;                                   // room for the number at the right
  const middle = left + 14 + (width - 14 - numbers) / 2;
  const half = (width - 14 - numbers) / 2;
  const part = partOfStep(5);
  writeAt(context, "ten scores", left, top - 14);
  drawLine(context, insight.colours.line, 1, [middle, top], [middle, top + 10 * row]);
  pulls.forEach((pull, digit) => {
    const y = top + (digit + 0.5) * row;
    writeAt(context, digit, left, y, { colour: insight.colours.ink, bold: true });
    if (part === 0 || insight.answers.isBlank) return;
    const length = Math.min(Math.abs(pull) / 4, 1) * half * part;     // there is room for 4 points
    const start = pull > 0 ? middle : middle - length;
    drawBar(context, start, y - row * 0.3, length, row * 0.6, pull > 0);
    const atRight = { align: "right", colour: insight.colours.ink };
    if (part === 1) writeAt(context, signedPoints(pull), left + width, y, atRight);
  });
}

// ── All units, one after the other ──

function showTug() {
  const { answers } = insight;
  const units = answers.network.layers[1];
  insight.count = Math.min(insight.count, units);
  $("tug-count").max = units;
  $("tug-count").value = insight.count;
  $("tug-count").setAttribute("aria-valuetext", `${insight.count} of ${units} units`);
  setText($("tug-play"), insight.runs.count ? "Pause" : "Let them all in");
  $("tug-one").disabled = insight.count === units;
  const ropes = ropesOf(answers.order.slice(0, insight.count));
  showTugWords(ropes.map(({ forIt, against }) => forIt - against));
  paintTug(ropes);
}

function ropesOf(units) {
  const { blank, pulls } = insight.answers;
  return Array.from(blank.logits, (score, digit) => forAndAgainst(score, pulls, units, digit));
}

function showTugWords(scores) {
  const { answers, count } = insight;
  const { network, leaders } = answers;
  const units = network.layers[1];
  const leader = indexOfLargest(scores);
  const behind = scores.map((score, digit) => (digit === leader ? -Infinity : score));
  const second = indexOfLargest(behind);
  const { from } = leaders.at(-1);
  const isDone = count === units;
  $("tug-diverged").hidden = leader >= 0;
  $("tug-so-far").hidden = leader < 0 || isDone;
  $("tug-done").hidden = leader < 0 || !isDone;
  $("tug-tipped").hidden = leaders.length < 2;
  fill($("tug-words"), {
    count: grouped(count),
    leader: numeral(leader),
    second: numeral(second),
    lead: twoDecimals(scores[leader] - scores[second]),
    tip: grouped(from),
    before: leaders.length < 2 ? "" : numeral(leaders.at(-2).digit),
  });
}

// Ten ropes: all that is said for a digit to the right, all against it to the left, and a mark
// where that leaves its score. Below, who led while the units came in.
function paintTug(ropes) {
  const place = emptyCanvas("tug");
  if (!place) return;
  const { context, width } = place;
  const { isBlank, order } = insight.answers;
  // Wide enough for all units, so that nothing moves but the bars.
  const all = ropesOf(order);
  const mostFor = Math.max(6, ...all.map(rope => rope.forIt)) || 6;
  const mostAgainst = Math.max(6, ...all.map(rope => rope.against)) || 6;
  const left = 20;
  const right = width - 56;
  const x = number => left + (right - left) * (number + mostAgainst) / (mostFor + mostAgainst);
  const bottom = 10 * ROPE;
  drawLine(context, insight.colours.line, 1, [x(0), 0], [x(0), bottom]);
  const scores = ropes.map(({ forIt, against }) => forIt - against);
  const leader = isBlank ? -1 : indexOfLargest(scores);
  ropes.forEach((rope, digit) => {
    paintRope(context, rope, digit, { x, width, isLeader: digit === leader });
  });
  if (isBlank) return;
  if (leader >= 0) {
    context.setLineDash([2, 3]);
    drawLine(context, insight.colours.ink, 1, [x(scores[leader]), 0], [x(scores[leader]), bottom]);
    context.setLineDash([]);
  }
  paintLeaders(context, bottom + 8, width);
}

const ROPE = 26;               // px: the height of one rope

function paintRope(context, { forIt, against }, digit, { x, width, isLeader }) {
  const { answers, count } = insight;
  const y = (digit + 0.5) * ROPE;
  const colour = isLeader ? insight.colours.ink : insight.colours.quiet;
  writeAt(context, digit, 4, y, { colour, bold: isLeader });
  if (answers.isBlank) return;
  context.globalAlpha = 0.55;
  drawBar(context, x(0), y - 8, x(forIt) - x(0), 16, true);
  drawBar(context, x(-against), y - 8, x(0) - x(-against), 16, false);
  context.globalAlpha = 1;
  if (count > 0) {
    const newest = answers.order[count - 1];            // its part is at the end of the bar
    const pull = answers.pulls[newest * 10 + digit];
    const start = pull > 0 ? forIt - pull : -against;
    drawBar(context, x(start), y - 8, x(Math.abs(pull)) - x(0), 16, pull > 0);
  }
  const score = forIt - against;
  const mark = isLeader ? 5 : 3;
  drawLine(context, insight.colours.ink, mark, [x(score), y - 12], [x(score), y + 12]);
  writeAt(context, signedPoints(score), width, y, { align: "right", colour, bold: isLeader });
}

// A strip above the slider: who leads as its handle moves along. It is uncovered with the units.
function paintLeaders(context, top, width) {
  const { answers, count } = insight;
  const units = answers.network.layers[1];
  const inset = 9;                                      // the middle of the handle at either end
  const x = n => inset + (width - 2 * inset) * n / units;
  answers.leaders.forEach(({ from, digit }, i) => {
    if (from > count) return;
    const next = answers.leaders[i + 1];
    const until = Math.min(next ? next.from : units, count);
    const isLast = !next;
    context.fillStyle = isLast ? insight.colours.ink : insight.colours.line;
    context.fillRect(x(from), top, Math.max(x(until) - x(from) - 1, 1), 18);
    if (x(until) - x(from) < 10) return;
    const colour = isLast ? insight.colours.sheet : insight.colours.ink;
    const middle = (x(from) + x(until)) / 2;
    writeAt(context, numeral(digit), middle, top + 10, { align: "center", colour, bold: true });
  });
  if (x(count) < width - 90) writeAt(context, "who leads", width, top + 10, { align: "right" });
}

// ── The whole flow ──

function showFlow() {
  const { order, pulls, blank, digit } = insight.answers;
  const shown = order.slice(0, SHOWN);
  const others = order.slice(SHOWN);
  const chosen = shown.includes(insight.flowUnit) ? insight.flowUnit : null;
  showSpeakers(shown, others, chosen);
  showScores(chosen);
  const ofShown = sumOfPulls(pulls, shown, digit);
  const ofOthers = sumOfPulls(pulls, others, digit);
  showSums(roundParts([blank.logits[digit], ofShown, ofOthers]));
  paintFlow(shown, others, chosen);
}

function showSpeakers(shown, others, chosen) {
  const { pulls, digit } = insight.answers;
  [...$("speakers").children].forEach((row, i) => {
    const isOthers = i === SHOWN;
    const units = isOthers ? others : shown.slice(i, i + 1);
    row.classList.toggle("empty", units.length === 0);
    if (units.length === 0) return;
    if (!isOthers) {
      row.value = units[0];
      row.setAttribute("aria-pressed", units[0] === chosen);
    }
    const [name, says] = row.querySelectorAll("[data-name]");
    setText(name, isOthers ? grouped(units.length) : units[0] + 1);
    setText(says, signedPoints(sumOfPulls(pulls, units, digit)));
  });
}

function showScores(chosen) {
  const { logits, pulls, digit, isBlank } = insight.answers;
  for (const row of $("scores").children) {
    const to = Number(row.value);
    const [score, part] = row.querySelectorAll("[data-name]");
    row.setAttribute("aria-pressed", to === digit && !isBlank);
    setText(score, signedPoints(logits[to]));
    setText(part, chosen === null ? "" : signedPoints(pulls[chosen * 10 + to]));
  }
}

function showSums([ofBlank, ofShown, ofOthers]) {
  fill($("sums"), {
    "of-blank": signedPoints(ofBlank),
    "of-shown": signedPoints(ofShown),
    "of-others": signedPoints(ofOthers),
    score: signedPoints(ofBlank + ofShown + ofOthers),
  });
}

// All lines, each as thick as what it carries, on one scale that is the same for every network.
function paintFlow(shown, others, chosen) {
  const place = emptyCanvas("flow");
  if (!place || !insight.columns.speakers) return;
  const { context, height } = place;
  const { picture, speakers } = insight.columns;
  const rowY = row => height * (row + 0.5) / (SHOWN + 1);
  if (!insight.answers.isBlank) {
    paintLinesToUnits(context, shown, rowY, height);
    if (others.length > 0) paintLineToOthers(context, rowY(SHOWN), height);
    const rows = shown.map(unit => [unit]);
    if (others.length > 0) rows.push(others);
    paintLinesToScores(context, rows, chosen, rowY, height);
  }
  const top = (height - picture.width) / 2;
  context.fillStyle = insight.colours.sheet;
  context.fillRect(picture.left, top, picture.width, picture.width);
  paintImage(smallPicture, insight.answers.image);
  context.drawImage(smallPicture, picture.left, top, picture.width, picture.width);
  context.strokeStyle = insight.colours.line;
  context.lineWidth = 1;
  context.strokeRect(picture.left + 0.5, top + 0.5, picture.width - 1, picture.width - 1);
  shown.forEach((unit, row) => drawUnit(context, unit, speakers.left + 4, rowY(row) - 18, 36));
}

// They carry each unit's sum of weights × ink.
function paintLinesToUnits(context, shown, rowY, height) {
  const { picture, speakers } = insight.columns;
  const { image, network } = insight.answers;
  const sums = matmul(image, network.W1, 784);          // (1, 784) @ (784, units)
  shown.forEach((unit, row) => {
    const fromY = height / 2 + 0.8 * picture.width * ((row + 0.5) / SHOWN - 0.5);
    drawCarrier(context, sums[unit], [picture.right, fromY], [speakers.left, rowY(row)], 0.85);
  });
}

// What goes to all others is no one number: a dotted line.
function paintLineToOthers(context, rowY, height) {
  const { picture, speakers } = insight.columns;
  const from = [picture.right, height / 2 + 0.45 * picture.width];
  context.globalAlpha = 0.5;
  context.setLineDash([1, 5]);
  drawCurve(context, insight.colours.quiet, 2, from, [speakers.left, rowY]);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

// They carry what the units of a row say to each digit. Those that stand out are drawn last: those
// to the digit that is looked at, or those of the chosen unit.
function paintLinesToScores(context, rows, chosen, rowY, height) {
  const { speakers, scores } = insight.columns;
  const { pulls, digit } = insight.answers;
  for (const isLast of [false, true]) {
    rows.forEach((units, row) => {
      for (let to = 0; to < 10; to++) {
        const standsOut = chosen === null ? to === digit : units[0] === chosen;
        if (standsOut !== isLast) continue;
        const end = [scores.left, height * (to + 0.5) / 10];
        const carried = sumOfPulls(pulls, units, to);
        drawCarrier(context, carried, [speakers.right, rowY(row)], end, standsOut ? 0.9 : 0.13);
      }
    });
  }
}

// A line that carries a number: full for the digit (or towards on), dashed against it.
function drawCarrier(context, carried, from, to, alpha) {
  const thickness = Math.min(POINT * Math.abs(carried), THICKEST);
  const canBeSeen = thickness * alpha > 0.02;            // nor is what is no number
  if (!canBeSeen) return;
  context.globalAlpha = alpha;
  context.setLineDash(carried > 0 ? [] : [5, 3]);
  const colour = carried > 0 ? insight.colours.forIt : insight.colours.against;
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

// ── The pictures of all units ──

const REORDER_PAUSE = 1000;    // ms between two orders while the network learns

// Lit by what the units say to a digit, and in that order. While the pen is down the order rests.
function showGallery() {
  const { answers } = insight;
  const { digit, pulls } = answers;
  if (isOrderDue()) {
    insight.order = sortedByPull(pulls, digit);
    insight.orderedFor = { strokes: desk.strokes, digit, network: answers.network };
    insight.orderedAt = performance.now();
  }
  $("gallery-digit").value = insight.digit ?? "";
  paintGallery();
  showInspected();
}

function isOrderDue() {
  const { answers, order, orderedFor, orderedAt } = insight;
  if (order.length !== answers.network.layers[1]) return true;
  if (desk.isGrowing) return false;
  const isForThis = orderedFor.strokes === desk.strokes && orderedFor.digit === answers.digit
    && orderedFor.network === answers.network;
  return !isForThis || performance.now() - orderedAt > REORDER_PAUSE;
}

function galleryLayout(width, units) {
  const space = width * Math.min(1.2 * width, 440);
  const side = Math.min(Math.max(Math.sqrt(space / units), 11), 64);
  const columns = Math.max(Math.round(width / side), 1);
  const cell = width / columns;
  return { cell, columns, height: Math.ceil(Math.ceil(units / columns) * cell) };
}

function paintGallery() {
  const units = insight.answers.network.layers[1];
  const size = insight.sizes.gallery;
  if (!size) return;
  const { cell, columns, height } = galleryLayout(size.width, units);
  if (Math.abs(size.height - height) > 1) {
    $("gallery").style.setProperty("height", height + "px");    // and it is painted in the new size
    return;
  }
  const { context } = emptyCanvas("gallery");
  const { pulls, digit } = insight.answers;
  const side = cell - 2;
  context.imageSmoothingEnabled = true;
  insight.order.forEach((unit, at) => {
    const x = at % columns * cell + 1;
    const y = Math.floor(at / columns) * cell + 1;
    const pull = pulls[unit * 10 + digit];
    const light = Math.min(Math.abs(pull) / FULL_LIGHT, 1) || 0;
    context.globalAlpha = 0.12 + 0.88 * light;
    drawUnit(context, unit, x, y, side);
    context.globalAlpha = 1;
    if (unit === inspectedUnit()) {
      context.strokeStyle = insight.colours.ink;
      context.lineWidth = 2;
      context.strokeRect(x, y, side, side);
    }
  });
}

function inspectedUnit() {
  const { order, galleryUnit } = insight;
  return galleryUnit !== null && galleryUnit < order.length ? galleryUnit : order[0];
}

// The unit that was chosen, beside the gallery.
function showInspected() {
  const { network, image, changes, pulls, digit } = insight.answers;
  const unit = inspectedUnit();
  const at = insight.order.indexOf(unit);
  const units = insight.order.length;
  const slider = $("gallery-place");
  slider.max = units;
  slider.value = at + 1;
  slider.setAttribute("aria-valuetext", `unit ${unit + 1}, ${at + 1} of ${units}`);
  fill($("inspected"), {
    unit: unit + 1,
    place: grouped(at + 1),
    change: signedPoints(changes[unit]),
    weight: signedPoints(network.W2[unit * 10 + digit]),
    says: signedPoints(pulls[unit * 10 + digit]),
  });
  const place = emptyCanvas("inspected-picture");
  if (!place) return;
  const inner = 28 - 2 * MARGIN;
  const side = place.width;
  paintMask(smallPicture, image, weightsOfUnit(network, unit), 1, 0, 0);
  place.context.drawImage(smallPicture, MARGIN, MARGIN, inner, inner, 0, 0, side, side);
  drawOutline(place.context, image, 0, 0, side, MARGIN, inner);
}

// ── What moves by itself ──

// Calls show(part) in each frame, with part from 0 to 1, until the time is over or another run of
// that name begins. Where no motion is wanted, it is at its end at once.
function startRun(name, duration, show, whenDone) {
  const run = { since: null };
  insight.runs[name] = run;
  const takeFrame = now => {
    if (insight.runs[name] !== run) return;
    run.since ??= now;
    const part = wantsNoMotion() ? 1 : Math.min((now - run.since) / duration, 1);
    if (part === 1) delete insight.runs[name];
    show(part);
    if (part === 1) whenDone();
    else requestAnimationFrame(takeFrame);
  };
  takeFrame(performance.now());
}

function stopRun(name) {
  delete insight.runs[name];
}

function setTime(time) {
  if (!desk.isBlank) insight.heldUnit = unitOnStage();
  insight.time = time;
  showPart("stage");
}

// Goes on to a step, each in so many milliseconds.
function stepTo(step, pace) {
  const from = insight.time;
  const way = step - from;
  startRun("time", way * pace, part => setTime(from + way * part), settleUnitBet);
}

function settleUnitBet() {
  if (insight.time < STEPS || desk.isBlank) return;
  const unit = unitOnStage();
  const pulls = [...insight.answers.pulls.subarray(unit * 10, unit * 10 + 10)];
  const up = pulls.filter(pull => pull > 0).length;
  const down = pulls.filter(pull => pull < 0).length;
  settleBet("bet-unit", `unit ${unit + 1} pulled ${up} of the ten scores up and ${down} down.`);
}

function setCount(count) {
  insight.count = count;
  showPart("tug");
}

function settleTipBet() {
  const { leaders, network } = insight.answers;
  const units = network.layers[1];
  if (insight.count < units || desk.isBlank) return;
  const { from, digit } = leaders.at(-1);
  const share = percent(from / units, 0);
  settleBet("bet-tip", `${numeral(digit)} led for good after ${grouped(from)} of `
    + `${grouped(units)}, that is ${share} of them.`);
}

// ── Who listens to what ──

$("inside-play").addEventListener("click", () => {
  if (!insight.answers) return;
  if (insight.runs.time) {
    stopRun("time");
    showPart("stage");
    return;
  }
  if (insight.time >= STEPS) insight.time = 0;
  stepTo(STEPS, 2200);
});

$("inside-next").addEventListener("click", () => {
  if (insight.answers) stepTo(Math.min(Math.floor(insight.time) + 1, STEPS), 1200);
});

$("inside-time").addEventListener("input", event => {
  if (!insight.answers) return;
  stopRun("time");
  setTime(Number(event.target.value));
  settleUnitBet();
});

$("inside-unit").addEventListener("input", event => {
  if (!insight.answers) return;
  const unit = Math.round(Number(event.target.value)) - 1;
  if (unit < 0 || unit >= insight.answers.network.layers[1]) return;
  insight.unit = unit;
  showPart("stage");
});

$("inside-unit").addEventListener("blur", () => showPart("stage"));

// The next strongest.
$("inside-other").addEventListener("click", () => {
  if (!insight.answers) return;
  const { order } = insight.answers;
  insight.unit = order[(order.indexOf(unitOnStage()) + 1) % order.length];
  showPart("stage");
});

$("tug-play").addEventListener("click", () => {
  if (!insight.answers) return;
  if (insight.runs.count) {
    stopRun("count");
    showPart("tug");
    return;
  }
  const units = insight.answers.network.layers[1];
  const from = insight.count < units ? insight.count : 0;
  const countAt = part => Math.round(from + (units - from) * part ** 2);       // slowly at first
  startRun("count", 9000, part => setCount(countAt(part)), settleTipBet);
});

$("tug-one").addEventListener("click", () => {
  if (!insight.answers) return;
  stopRun("count");
  setCount(Math.min(insight.count + 1, insight.answers.network.layers[1]));
  settleTipBet();
});

$("tug-count").addEventListener("input", event => {
  if (!insight.answers) return;
  stopRun("count");
  setCount(Number(event.target.value));
  settleTipBet();
});

$("speakers").addEventListener("click", event => {
  const row = event.target.closest("button");
  if (!row) return;
  const unit = Number(row.value);
  insight.flowUnit = insight.flowUnit === unit ? null : unit;
  showPart("flow");
});

$("scores").addEventListener("click", event => {
  const row = event.target.closest("button");
  if (!row) return;
  insight.digit = Number(row.value);
  insight.flowUnit = null;
  refresh();
});

$("gallery-digit").addEventListener("change", event => {
  insight.digit = event.target.value === "" ? null : Number(event.target.value);
  refresh();
});

$("gallery").addEventListener("click", event => {
  if (!insight.answers) return;
  const { cell, columns } = galleryLayout(insight.sizes.gallery.width, insight.order.length);
  const at = Math.floor(event.offsetY / cell) * columns + Math.floor(event.offsetX / cell);
  if (at >= insight.order.length) return;
  insight.galleryUnit = insight.order[at];
  showPart("gallery");
});

$("gallery-place").addEventListener("input", event => {
  insight.galleryUnit = insight.order[Number(event.target.value) - 1] ?? null;
  showPart("gallery");
});

$("inspected-step").addEventListener("click", () => {
  if (!insight.answers) return;
  insight.unit = inspectedUnit();
  insight.time = 0;
  $("inside-unit-title").scrollIntoView({ behavior: wantsNoMotion() ? "auto" : "smooth" });
  $("inside-play").focus({ preventScroll: true });
  refresh();
});

// Choices stay, where the other network has such a unit; what runs, stops.
pupilListeners.push(() => {
  insight.answers = null;
  stopRun("time");
  stopRun("count");
});

// In a link: unit, time, count and digit, ",0,0," where nothing is chosen.
linkParts.inside = {
  write() {
    const { unit, time, count, digit } = insight;
    return [unit ?? "", time, count, digit ?? ""].join(",");
  },
  read(text) {
    const parts = /^(\d{0,4}),([0-5](?:\.\d+)?),(\d{1,4}),(\d?)$/.exec(text);
    if (!parts) return null;
    const chosen = parts.slice(1).map(part => (part === "" ? null : Number(part)));
    const [unit, time, count, digit] = chosen;
    return { unit, time: Math.min(time, STEPS), count, digit };
  },
  choose(choices) {
    Object.assign(insight, choices);
    refresh();
  },
};

const insideObserver = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) insight.partsOnScreen.add(target.id);
    else insight.partsOnScreen.delete(target.id);
  }
  refresh();
});
for (const part of Object.keys(insideParts)) insideObserver.observe($(part));

// Sizes are set in the next frame: set at once, they could be another change of size.
const insideSizes = new ResizeObserver(entries => {
  requestAnimationFrame(() => takeSizes(entries));
});

function takeSizes(entries) {
  for (const { target, contentRect } of entries) {
    const scale = devicePixelRatio;
    const { width, height } = contentRect;
    Object.assign(target, { width: Math.round(width * scale), height: Math.round(height * scale) });
    insight.sizes[target.id] = { width, height, scale };
  }
  const columnOf = element => {
    const left = element.offsetLeft;
    return { left, width: element.offsetWidth, right: left + element.offsetWidth };
  };
  insight.columns = {
    picture: columnOf($("flow-picture")),
    speakers: columnOf($("speakers")),
    scores: columnOf($("scores")),
  };
  refresh();
}
for (const id of [...Object.keys(insideParts), "inspected-picture"]) insideSizes.observe($(id));

// The key of the masks is painted in their own colours.
paintSigned($("mask-key"), Float64Array.from({ length: 784 }, (_, i) => i % 28 / 13.5 - 1));
