"use strict";
// "Look inside": one hidden unit, step by step from the ink to the ten scores.

// The steps after the ink, by their numbers on the slider.
const MASK = 1;
const WEIGHT_TIMES_INK = 2;
const SUM = 3;
const BIAS = 4;
const CURVE = 5;
const PULLS = 6;
const STEPS = PULLS;

const NUMBER_WIDTH = 46;       // px: room for a number with its sign, at the right of a bar
const LONGEST_PULL = 4;        // points: a bar that is as long as there is room for
const MOVE_TIME = 1600;        // ms that a step moves,
const REST_TIME = 2800;        // and rests while all play by themselves, so that it can be read
const MAKING_ROOM = 0.2;       // of the sum's step: the picture shrinks; then the products fall

// The unit that is stepped through.
function unitOnStage() {
  const { network, changes, pulls } = insideView.findings;
  const unit = insideChoices.unit ?? insideView.heldUnit;
  const exists = unit !== null && unit < network.layers[1];
  return exists ? unit : unitToBeginWith(changes, pulls);
}

function showStage() {
  const { network, image, pulls } = insideView.findings;
  const unit = unitOnStage();
  const work = unitAtWork(network, image, unit);
  const tenPulls = pullsOf(pulls, unit);
  showCaptions(unit, work.rounded, tenPulls);
  showStageControls(unit);
  const canvas = emptyCanvas("stage");
  if (!canvas) return;
  const { context, width, height } = canvas;
  const layout = stageLayout(width, height);
  const levels = levelsOf(work, layout);
  paintWeighing(context, work, layout);
  paintPiles(context, work, layout, levels);
  paintCurve(context, layout, levels);
  paintWayToCurve(context, work, layout, levels);
  paintPulls(context, tenPulls, layout);
}
addInsidePart("stage", showStage);

function showStageControls(unit) {
  const { time } = insideChoices;
  const { network } = insideView.findings;
  const step = Math.ceil(time);
  const field = $("inside-unit");
  field.max = network.layers[1];
  if (document.activeElement !== field) field.value = unit + 1;
  $("inside-time").value = time;
  $("inside-time").setAttribute("aria-valuetext", `step ${step} of ${STEPS}`);
  setText($("inside-play"), insideView.motions.time ? "Pause" : "Play");
  $("inside-next").disabled = time >= STEPS;
  const captions = [...$("inside-captions").children];
  captions.forEach((caption, i) => caption.classList.toggle("now", i === step));
}

// How far one of the steps has come: 0 before it, 1 after it.
function partOfStep(step) {
  return clip(insideChoices.time - (step - 1), 0, 1);
}

function showCaptions(unit, rounded, tenPulls) {
  const highest = indexOfLargest(tenPulls);
  const lowest = indexOfLargest(tenPulls.map(pull => -pull));
  fill($("inside-captions"), {
    unit: unit + 1,
    for: signed(rounded.forIt),
    against: signed(rounded.against),
    sum: signed(rounded.sum),
    bias: signed(rounded.bias),
    "bias-in-words": biasInWords(rounded.bias),
    "curve-range": rangeOfCurve(insideView.findings.network.activation),
    z: signed(rounded.z),
    activation: twoDecimals(rounded.activation),
    blank: twoDecimals(rounded.atBlank),
    change: signed(rounded.change),
    pulled: pulledInWords(tenPulls),
    highest,
    lowest,
  });
}

// What a unit's curve can make of a sum, in words.
function rangeOfCurve(activation) {
  if (activation === "sigmoid") return "from 0, off, to 1, fully on";
  if (activation === "tanh") return "from −1 to 1";
  if (activation === "relu") return "that is never below 0";
  return "of another size";                // of an activation that was added
}

function biasInWords(bias) {
  if (bias > 0) return "a head start, so it switches on more easily";
  if (bias < 0) return "a handicap, so it takes more to switch it on";
  return "neither help nor hindrance";
}

const TOP_OF_STAGE = 26;       // px: above it is room for the names

// Where things stand on the stage, in px: the image, two piles of its products, the curve and the
// ten scores. While the image is alone it has all the room.
function stageLayout(width, height) {
  const layout = width >= 560 ? wideLayout(width) : narrowLayout(width);
  const largest = Math.min(width, height - TOP_OF_STAGE - 2);
  const alone = 1 - clip(partOfStep(SUM) / MAKING_ROOM, 0, 1);
  const left = alone * (width - largest) / 2;
  const side = layout.side + alone * (largest - layout.side);
  return { ...layout, picture: { left, side } };
}

// All from left to right.
function wideLayout(width) {
  const top = TOP_OF_STAGE;
  const side = 264;                                     // of the image
  const piles = { left: side + 20, width: 72 };
  const curve = { left: rightOf(piles) + 50, width: 104 };         // between them the sum's number
  const left = rightOf(curve) + 26;
  const scores = { left, top, width: width - left, rowHeight: side / 10, rows: 10 };
  return { top, side, piles, curve, scores };
}

// On a phone the scores stand below, five beside five.
function narrowLayout(width) {
  const top = TOP_OF_STAGE;
  const side = Math.min(Math.round(0.42 * width), 140);  // so that the scores have their height
  const piles = { left: side + 12, width: 58 };
  const left = rightOf(piles) + 42;
  const curve = { left, width: width - left - 8 };       // half a point's width is beside it
  const scores = { left: 0, top: top + side + 54, width: width / 2 - 12, rowHeight: 18, rows: 5 };
  return { top, side, piles, curve, scores };
}

function rightOf({ left, width }) {
  return left + width;
}

// The heights of sums on the stage: y(number), between the lowest and the highest that are seen.
// These are in steps of five points, so that they seldom change.
function levelsOf({ forIt, against, bias, z }, { top, side }) {
  const highest = Math.ceil(Math.max(5, forIt, z, bias) / 5) * 5;
  const lowest = -Math.ceil(Math.max(5, against, -z, -bias) / 5) * 5;
  const room = 12;                                      // for the numbers above and below the piles
  const pointHeight = (side - 2 * room) / (highest - lowest);
  const y = number => top + room + (highest - number) * pointHeight;
  return { highest, lowest, y };
}

// The drawing; over it the unit's mask, and then what the ink leaves of it.
function paintWeighing(context, { weights }, { top, picture }) {
  const { left, side } = picture;
  const { image } = insideView.findings;
  const maskOpacity = partOfStep(MASK);
  writeAt(context, "784 pixels", left, 12);
  context.fillStyle = insideView.colours.sheet;
  context.fillRect(left, top, side, side);
  paintImage(smallPicture, image);
  context.globalAlpha = 1 - maskOpacity;
  context.drawImage(smallPicture, left, top, side, side);
  paintMask(smallPicture, weights, image, partOfStep(WEIGHT_TIMES_INK), partOfStep(SUM));
  context.globalAlpha = maskOpacity;
  context.drawImage(smallPicture, left, top, side, side);
  context.globalAlpha = 1;
  if (maskOpacity > 0) drawOutline(context, image, left, top, side);
  drawFrame(context, left, top, side);
}

// The products fall onto two piles: those above 0 upwards, those below 0 downwards.
function paintPiles(context, work, layout, levels) {
  const part = clip((partOfStep(SUM) - MAKING_ROOM) / (1 - MAKING_ROOM), 0, 1);
  if (part === 0) return;
  const { left, width } = layout.piles;
  const right = rightOf(layout.piles);
  const zero = levels.y(0);
  const barWidth = width / 2 - 3;
  writeAt(context, "two piles", left, 12);
  drawLine(context, insideView.colours.line, 1, [left - 6, zero], [right + 6, zero]);
  if (insideView.findings.isBlank) return;
  const { heap, flying } = fallenSoFar(work.products, part);
  const top = levels.y(heap.forIt);
  const bottom = levels.y(-heap.against);
  drawBar(context, left, top, barWidth, zero - top, true);
  drawBar(context, right - barWidth, zero, barWidth, bottom - zero, false);
  const landing = {
    forIt: [left + barWidth / 2, top],
    against: [right - barWidth / 2, bottom],
  };
  paintFlying(context, work.products, flying, layout, landing);
  if (part === 1) paintSum(context, work, layout, levels);
}

// Which products have fallen, as two heaps, and which are on their way: [pixel, how far, 0 to 1].
// Each sets out a little later than the one before, and flies for two fifths of the step.
function fallenSoFar(products, part) {
  const fallen = [];
  const flying = [];
  const pixels = [...products.keys()].filter(i => products[i] !== 0);
  pixels.forEach((i, n) => {
    const departure = 0.6 * n / pixels.length;
    const way = clip((part - departure) / 0.4, 0, 1);
    if (way === 1) fallen.push(products[i]);
    else if (way > 0) flying.push([i, way]);
  });
  return { heap: splitBySign(fallen), flying };
}

function paintFlying(context, products, flying, { top, picture: { left, side } }, landing) {
  const size = side / 28;
  const most = strength(products);
  for (const [i, way] of flying) {
    const isFor = products[i] > 0;
    const fromX = left + (i % 28 + 0.5) * size;
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
  const { rounded } = work;
  const right = rightOf(piles);
  const barWidth = width / 2 - 3;
  const centred = { align: "center" };
  const aboveFor = levels.y(work.forIt) - 9;
  const belowAgainst = levels.y(-work.against) + 10;
  writeAt(context, signed(rounded.forIt), left + barWidth / 2, aboveFor, centred);
  writeAt(context, signed(rounded.against), right - barWidth / 2, belowAgainst, centred);
  const biasShare = partOfStep(BIAS);
  const level = levels.y(work.forIt - work.against + work.bias * biasShare);
  paintBias(context, work, right, levels, biasShare);
  drawLine(context, insideView.colours.ink, 2, [left - 6, level], [right + 6, level]);
  const isMoving = biasShare > 0 && biasShare < 1;
  if (isMoving) return;
  const sum = biasShare === 0 ? rounded.sum : rounded.z;
  const strong = { colour: insideView.colours.ink, bold: true };
  const isBelow = biasShare === 1 && work.bias < 0;     // above stands the bias
  writeAt(context, signed(sum), right + 2, level + (isBelow ? 10 : -9), strong);
}

// The bias, beside the piles: it begins at the level of the sum, and moves it up or down.
function paintBias(context, work, pilesEnd, levels, share) {
  if (share === 0) return;
  const left = pilesEnd + 8;
  const isUp = work.bias > 0;
  const from = levels.y(work.forIt - work.against);
  const to = levels.y(work.forIt - work.against + work.bias * share);
  drawBar(context, left, Math.min(from, to), 12, Math.abs(to - from), isUp);
  if (share < 1) return;
  const number = signed(work.rounded.bias);
  const [nameAt, numberAt] = isUp ? [from + 10, from + 23] : [from - 22, from - 9];
  writeAt(context, "bias", left, nameAt);
  writeAt(context, number, left, numberAt);
}

// The curve stands upright, so that the level of the sum leads straight into it.
function paintCurve(context, { top, side, curve }, levels) {
  if (partOfStep(CURVE) === 0) return;
  const { left, width } = curve;
  const { low, high, x } = acrossCurve(curve, levels);
  const { activate } = ACTIVATIONS[insideView.findings.network.activation];
  const bottom = top + side;
  const onCurve = Array.from({ length: 81 }, (_, i) => {
    const z = levels.lowest + (levels.highest - levels.lowest) * i / 80;
    return [x(activate(z)), levels.y(z)];
  });
  writeAt(context, "the curve", left, 12);
  drawLine(context, insideView.colours.line, 1, [left, bottom], [left + width, bottom]);
  drawLine(context, insideView.colours.quiet, 1.75, ...onCurve);
  writeAt(context, twoDecimals(low), left, bottom + 12);
  writeAt(context, twoDecimals(high), left + width, bottom + 12, { align: "right" });
}

// Where an activation lies across the curve, from the lowest to the highest that is seen.
function acrossCurve({ left, width }, levels) {
  const { activate } = ACTIVATIONS[insideView.findings.network.activation];
  const low = activate(levels.lowest);
  const high = activate(levels.highest);
  const x = activation => left + width * (activation - low) / (high - low);
  return { low, high, x };
}

// From the level of the sum to the curve, and down to the activation.
function paintWayToCurve(context, work, { top, side, piles, curve }, levels) {
  const part = partOfStep(CURVE);
  if (part === 0 || insideView.findings.isBlank) return;
  const { ink, sheet } = insideView.colours;
  const { x } = acrossCurve(curve, levels);
  const bottom = top + side;
  const level = levels.y(work.z);
  const leaves = rightOf(piles) + 6;
  const meets = x(work.activation);
  drawLine(context, ink, 2, [leaves, level], [leaves + (meets - leaves) * part, level]);
  if (part < 1) return;
  const blank = x(work.atBlank);
  drawLine(context, ink, 1, [meets, level], [meets, bottom]);
  drawCircle(context, blank, levels.y(work.bias), sheet);
  drawCircle(context, meets, level, ink);
  drawLine(context, ink, 3, [blank, bottom], [meets, bottom]);
  const change = `change ${signed(work.rounded.change)}`;
  const strong = { align: "right", colour: ink, bold: true };
  writeAt(context, change, rightOf(curve), bottom + 28, strong);
}

// What the unit says to each digit.
function paintPulls(context, tenPulls, { scores }) {
  if (partOfStep(PULLS) === 0) return;
  const { left, top, width, rowHeight, rows } = scores;
  writeAt(context, "ten scores, in points", left, top - 14);
  tenPulls.forEach((pull, digit) => {
    const column = Math.floor(digit / rows);
    const row = digit % rows;
    const leftOfColumn = left + column * (width + 24);
    paintPull(context, pull, digit, leftOfColumn, top + row * rowHeight, scores);
  });
}

// The digit, a bar from the middle on, and the number.
function paintPull(context, pull, digit, left, top, { width, rowHeight }) {
  const { ink, line } = insideView.colours;
  const digitWidth = 14;
  const half = (width - digitWidth - NUMBER_WIDTH) / 2;
  const middle = left + digitWidth + half;
  const y = top + rowHeight / 2;
  const part = partOfStep(PULLS);
  drawLine(context, line, 1, [middle, top], [middle, top + rowHeight]);
  writeAt(context, digit, left, y, { colour: ink, bold: true });
  if (insideView.findings.isBlank) return;
  const share = Math.min(Math.abs(pull) / LONGEST_PULL, 1);
  const length = share * half * part;
  const barLeft = pull > 0 ? middle : middle - length;
  drawBar(context, barLeft, y - rowHeight * 0.3, length, rowHeight * 0.6, pull > 0);
  if (part === 1) writeAt(context, signed(pull), left + width, y, { align: "right", colour: ink });
}

// ── Stepping through ──

function setTime(time) {
  holdUnit();
  insideChoices.time = time;
  showPart("stage");
}

// While one steps and draws on, it stays the same unit, though another may be the strongest now.
function holdUnit() {
  if (!desk.isBlank) insideView.heldUnit = unitOnStage();
}

// Goes on to the next step by itself; then it rests for so long (ms).
function goToNextStep(rest, whenDone) {
  const from = insideChoices.time;
  const step = Math.floor(from) + 1;
  const moving = (step - from) * MOVE_TIME;
  const duration = moving + rest;
  const showAt = part => {
    const moved = Math.min(part * duration / moving, 1);
    setTime(from + (step - from) * moved);
  };
  startMotion("time", duration, showAt, whenDone);
}

// One step after the other, to the last.
function playOn() {
  const step = Math.floor(insideChoices.time) + 1;
  if (step > STEPS) {
    settleUnitBet();
    return;
  }
  const rest = step === STEPS ? 0 : REST_TIME;
  goToNextStep(rest, playOn);
}

function settleUnitBet() {
  if (insideChoices.time < STEPS || desk.isBlank) return;
  const unit = unitOnStage();
  const tenPulls = pullsOf(insideView.findings.pulls, unit);
  const outcome = `Unit ${unit + 1} pulled at ${pulledInWords(tenPulls)}.`;
  settleInsideBet("bet-unit", outcome, answerToUnitBet(tenPulls));
  $("why-curve").hidden = false;       // it has been seen now
}

// At how many of the ten digits a unit pulls.
function countPulled(tenPulls) {
  return tenPulls.filter(pull => pull !== 0).length;
}

function pulledInWords(tenPulls) {
  const count = countPulled(tenPulls);
  return count === 10 ? "all ten" : String(count);
}

// The answer that was right; "" where it was none of them, as with a unit that pulls at five.
function answerToUnitBet(tenPulls) {
  const count = countPulled(tenPulls);
  if (count === 1) return "One";
  if (count === 2 || count === 3) return "Two or three";
  return count === 10 ? "All ten" : "";
}

onInside("click", "inside-play", () => {
  if (insideView.motions.time) {
    stopMotion("time");
    showPart("stage");
    return;
  }
  if (insideChoices.time >= STEPS) insideChoices.time = 0;
  playOn();
});

onInside("click", "inside-next", () => goToNextStep(0, settleUnitBet));

onInside("pointerdown", "inside-time", () => {
  stopMotion("time");
  showPart("stage");
});

onInside("input", "inside-time", event => {
  stopMotion("time");
  setTime(Number(event.target.value));
});

// As soon as the slider rests: what the outcome moves is not under a finger then.
onInside("change", "inside-time", settleUnitBet);

onInside("input", "inside-unit", event => {
  const unit = Math.round(Number(event.target.value)) - 1;
  if (unit < 0 || unit >= insideView.findings.network.layers[1]) return;
  insideChoices.unit = unit;
  showPart("stage");
});

onInside("blur", "inside-unit", () => showPart("stage"));

// The next strongest.
onInside("click", "inside-other", () => {
  const { order } = insideView.findings;
  const place = order.indexOf(unitOnStage());
  insideChoices.unit = order[(place + 1) % order.length];
  showPart("stage");
});
