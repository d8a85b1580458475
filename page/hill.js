"use strict";
// "How does it know which way?": one weight, one slider, and the loss as a hill that one walks on.

const LITTLE_LOSS = 0.1;       // the right digits have more than 90 %, in the (geometric) mean
const HILL_DIGITS = 200;       // over which the loss is a mean
const HILL_STEPS = 60;         // from one end of the slider to the other; at each the loss is known
const LEAST_HILL_REACH = 6;    // weights from -6 to 6, or farther, may be tried
const HILL_VIEW_WIDTH = 320;   // of the hill's picture, in its own units,
const HILL_BOX = { left: 12, right: 308, top: 20, bottom: 132 };   // and where the hill lies in it
const TANGENT_HALF = 34;       // of the line that shows the slope, from its middle to an end

// ── What is computed ──

// The mean loss of the hill's digits if its weight had another value, and the slope of the loss
// there: what backward finds for this weight.
//
// It is the same as forward and backward with this weight changed. But only one unit's sum changes,
// so the rest is taken from `passes`: that is a hundred times as fast.
function lossAtWeight({ network, images, labels, passes, sums, pixel, unit }, weight) {
  const units = network.layers[1];
  const { activate, slope } = ACTIVATIONS[network.activation];
  const change = weight - network.W1[pixel * units + unit];
  const toDigits = network.W2.subarray(unit * 10, unit * 10 + 10);           // (10,)
  let lossSum = 0;
  let slopeSum = 0;
  images.forEach((image, n) => {
    const hidden = activate(sums[n] + change * image[pixel]);
    const changeOfHidden = hidden - passes[n].hidden[unit];
    const logits = passes[n].logits.map((logit, digit) => logit + changeOfHidden * toDigits[digit]);
    const probabilities = softmax(logits);
    lossSum += crossEntropy([probabilities], [labels[n]]);
    let dhidden = 0;
    for (let digit = 0; digit < 10; digit++) {
      const target = digit === labels[n] ? 1 : 0;
      const dlogit = probabilities[digit] - target;
      dhidden += dlogit * toDigits[digit];
    }
    slopeSum += dhidden * slope(hidden) * image[pixel];
  });
  return { loss: lossSum / images.length, slope: slopeSum / images.length };
}

// What a unit's weights and its bias make of an image: z, the sum that goes through its curve.
function sumOfUnit(network, image, unit) {
  const units = network.layers[1];
  let sum = network.b1[unit];
  for (let i = 0; i < 784; i++) sum += image[i] * network.W1[i * units + unit];
  return sum;
}

// The pixel whose weight to this unit has the steepest slope, up or down.
// dW1: (784, units), as in network.js.
function steepestPixel(dW1, units, unit) {
  let steepest = 0;
  for (let pixel = 1; pixel < 784; pixel++) {
    const slope = Math.abs(dW1[pixel * units + unit]);
    if (slope > Math.abs(dW1[steepest * units + unit])) steepest = pixel;
  }
  return steepest;
}

// The value of the weight at step i of HILL_STEPS.
function placeOnHill({ reach }, i) {
  return (2 * i / HILL_STEPS - 1) * reach;
}

// The value that the weight has in the network, where one begins.
function weightAtStart({ network, pixel, unit }) {
  return network.W1[pixel * network.layers[1] + unit];
}

// ── Whose hill it is, and when it is measured ──

// The hill is that of the network on the desk, as it was when it was measured. Another network has
// another hill: it is measured at once, and the bet is put anew. The same network at another age is
// measured by itself only while nobody has begun with its hill: nothing changes under a hand.
function followHill() {
  const { hill } = learning;
  const isOther = hill === null || hill.measuredOn.network !== desk.network;
  const isOld = !isOther && !isSameState(hill.measuredOn, desk.network);
  const mayFollow = isOld && !isLearning() && !isHillBegun(hill);
  if (isOther || mayFollow) measureHillAnew();
  else $("hill-anew").disabled = !isOld;
}

function isHillBegun(hill) {
  return bets["bet-hill"] !== undefined || isWalkedOn(hill);
}

function isWalkedOn(hill) {
  return hill.high > hill.low;
}

function measureHillAnew() {
  if (!learning.isReady || !desk.network) return;
  const hill = newHill();
  learning.hill = hill;
  $("hill-anew").disabled = true;
  forgetBet("bet-hill");
  inSlices(measureHill(hill), () => learning.hill === hill);
}

// Whoever comes to the hill finds that of now.
const hillObserver = new IntersectionObserver(entries => {
  const isSeen = entries.some(entry => entry.isIntersecting);
  const { hill } = learning;
  if (isSeen && isLearning() && hill && !isHillBegun(hill)) measureHillAnew();
});
hillObserver.observe($("hill"));

// ── Measured, bit by bit ──

function newHill() {
  return {
    measuredOn: stateOf(desk.network),
    nameOfNetwork: nameForHill(desk.pupil),
    network: structuredClone(desk.network),      // as it was then, for it may learn on meanwhile
    images: null,
    labels: null,
    passes: null,        // what forward makes of each image
    gradients: null,     // the slope of every number; null: not known yet

    // The weight that is moved, from this pixel to this unit.
    pixel: 0,
    unit: 0,
    sums: null,          // what the unit makes of each image
    reach: LEAST_HILL_REACH,   // from -reach to reach may be tried
    losses: [],          // at as many places, evenly from end to end
    isWeightMeasured: false,
    weight: 0,           // its value that is tried now,
    low: 0,              // and the lowest and the highest that were tried so far
    high: 0,
  };
}

function nameForHill(pupil) {
  if (isYoungOnDesk()) {
    const seen = grouped(ageOf(pupil.network));
    return `the young network, when it had seen ${seen} digits`;
  }
  const name = kindInWords(pupil);
  const count = pupil.lessons.length;
  return count === 0 ? name : `${name}, taught by you (${counted(count, "lesson")})`;
}

// Reads some of the digits that it learns from, and finds the slope of every number of the network.
function* measureHill(hill) {
  const firstDigits = Array.from({ length: HILL_DIGITS }, (_, k) => k);
  const batch = isYoungOnDesk() ? learning.run.pool.slice(0, HILL_DIGITS) : firstDigits;
  hill.labels = batch.map(labelOfDigit);
  hill.images = batch.map(digitImage);
  const { passes, gradients } = yield* gradientInPieces(hill.network, batch, hill.labels);
  hill.passes = passes;
  hill.gradients = gradients;
  yield* measureWeight(hill);
  const { dW1, db1, dW2 } = gradients;
  const fullColour = { W1: strength(dW1), W2: strength(dW2) };
  yield* paintAllWeights($("hill-slopes"), { W1: dW1, b1: db1, W2: dW2 }, fullColour);
}

// The hill of the weight that is chosen.
function* measureWeight(hill) {
  const { network, gradients } = hill;
  const units = network.layers[1];
  const losses = [];
  hill.losses = losses;
  hill.isWeightMeasured = false;
  hill.unit = Math.min(learning.unit, units - 1);
  hill.pixel = learning.pixel ?? steepestPixel(gradients.dW1, units, hill.unit);
  hill.sums = hill.images.map(image => sumOfUnit(network, image, hill.unit));
  const weight = weightAtStart(hill);
  hill.weight = weight;
  hill.low = weight;
  hill.high = weight;
  hill.reach = Math.max(LEAST_HILL_REACH, Math.ceil(Math.abs(weight)) + 2);
  for (let i = 0; i <= HILL_STEPS; i++) {
    losses.push(lossAtWeight(hill, placeOnHill(hill, i)).loss);
    yield;
    if (hill.losses !== losses) return;          // meanwhile, another weight has been chosen
  }
  hill.isWeightMeasured = true;
  showHill(hill);
}

// ── What is seen ──

function showHill(hill) {
  const isHill = hill.losses.every(Number.isFinite);
  $("hill-none").hidden = isHill;
  $("hill-parts").hidden = !isHill;
  if (!isHill) return;
  const now = lossAtWeight(hill, hill.weight);
  const scales = hillScales(hill, now.loss);
  showChosenWeight(hill);
  drawHill(hill, now, scales);
  drawTangent(hill, now, scales);
  sayHill(hill, now, scales);
  const { loss } = lossAtWeight(hill, weightAtStart(hill));
  const isLittle = loss < LITTLE_LOSS;
  $("learn-little").hidden = !(isYoungOnDesk() && isLittle);
}

// Where a weight and a loss lie in the picture, in its units: x(weight), y(loss).
function hillScales({ reach, losses }, lossNow) {
  const { left, right, top, bottom } = HILL_BOX;
  const highest = Math.max(lossNow, ...losses);
  const lowest = Math.min(lossNow, ...losses);
  const height = highest > lowest ? highest - lowest : 1;      // a hill may be flat
  const perWeight = (right - left) / (2 * reach);
  const perLoss = (bottom - top) / height;
  return {
    highest,
    lowest,
    perWeight,
    perLoss,
    x: weight => toHundredths((left + right) / 2 + perWeight * weight),
    y: loss => toHundredths(bottom - perLoss * (loss - lowest)),
  };
}

// Which weight it is: in the picture of its unit, and on the sliders.
function showChosenWeight({ network, pixel, unit, reach, weight }) {
  const row = Math.floor(pixel / 28);
  const column = pixel % 28;
  paintSigned($("hill-mask"), weightsOfUnit(network, unit));
  $("hill-mask").setAttribute("aria-valuenow", pixel);
  $("hill-mask").setAttribute("aria-valuetext", `row ${row + 1}, column ${column + 1}`);
  $("hill-place").style.setProperty("--x", column);
  $("hill-place").style.setProperty("--y", row);
  for (const id of ["hill-unit", "learn-unit"]) {
    $(id).max = network.layers[1];
    $(id).value = unit + 1;
  }
  $("hill-weight").min = -reach;
  $("hill-weight").max = reach;
  $("hill-weight").value = weight;
}

// The hill, only where one has been, and where one is.
function drawHill(hill, now, { x, y }) {
  const pointAt = (weight, loss) => `${x(weight)} ${y(loss)}`;
  const points = [pointAt(hill.low, lossAtWeight(hill, hill.low).loss)];
  hill.losses.forEach((loss, i) => {
    const weight = placeOnHill(hill, i);
    if (weight > hill.low && weight < hill.high) points.push(pointAt(weight, loss));
  });
  points.push(pointAt(hill.high, lossAtWeight(hill, hill.high).loss));
  // h.01: so that a single point is seen, too.
  $("hill-curve").setAttribute("d", `M${points.join("L")}h.01`);
  $("hill-point").setAttribute("cx", x(hill.weight));
  $("hill-point").setAttribute("cy", y(now.loss));
  const { top, bottom } = HILL_BOX;
  $("hill-start").setAttribute("d", `M${x(weightAtStart(hill))} ${top - 6}V${bottom + 6}`);
}

// The slope, as a line through the point where one is. At first it is a secret.
function drawTangent(hill, now, { x, y, perWeight, perLoss }) {
  if (!isWalkedOn(hill)) {
    $("hill-tangent").setAttribute("d", "");
    return;
  }
  const rise = now.slope * perLoss / perWeight;                // upwards for each unit to the right
  const across = TANGENT_HALF / Math.hypot(1, rise);
  const up = across * rise;
  const pointX = x(hill.weight);
  const pointY = y(now.loss);
  const start = `${(pointX - across).toFixed(2)} ${(pointY + up).toFixed(2)}`;
  const end = `${(pointX + across).toFixed(2)} ${(pointY - up).toFixed(2)}`;
  $("hill-tangent").setAttribute("d", `M${start}L${end}`);
}

function sayHill(hill, now, { highest, lowest }) {
  const { network, unit, weight, reach } = hill;
  const isKnown = isWalkedOn(hill);              // until then the slope is a secret
  $("hill-slope").hidden = !isKnown;
  fill($("hill"), {
    "measured-on": hill.nameOfNetwork,
    unit: unit + 1,
    weight: signed(weight, 3),
    loss: now.loss.toFixed(4),
    slope: signed(now.slope, 5),
    downhill: wayDown(now.slope, reach),
    low: `−${reach}`,
    high: `+${reach}`,
    top: highest.toFixed(3),
    bottom: lowest.toFixed(3),
    all: grouped(countParameters(network)),
    "hill-digits": hill.images.length,
  });
  const spoken = `${signed(weight, 2)}, loss ${now.loss.toFixed(4)}`;
  $("hill-weight").setAttribute("aria-valuetext", spoken);
}

const FLAT = "nowhere, it is flat";

function wayDown(slope, reach) {
  const isFlat = Math.abs(slope) * reach < 1e-5 || Number(slope.toFixed(5)) === 0;     // as shown
  if (isFlat) return FLAT;
  return slope > 0 ? "to the left" : "to the right";
}

// ── What is tried, and chosen ──

function tryWeight(weight) {
  const { hill } = learning;
  if (!hill || !hill.isWeightMeasured) return;
  hill.weight = weight;
  hill.low = Math.min(hill.low, weight);
  hill.high = Math.max(hill.high, weight);
  showHill(hill);
}

// The point rests: what the outcome moves is not under a finger then.
function endTry() {
  const { hill } = learning;
  const hasWalkedABit = hill !== null && hill.high - hill.low >= hill.reach / 10;
  if (!hasWalkedABit) return;
  $("hill").classList.remove("untried");
  settleHillBet(hill);
}

function settleHillBet(hill) {
  const { slope } = lossAtWeight(hill, weightAtStart(hill));
  const way = wayDown(slope, hill.reach);
  if (way === FLAT) settleBet("bet-hill", "Neither way: here the hill is flat.");
  else settleBet("bet-hill", `the loss falls ${way}.`, way);
}

function choosePixel(pixel) {
  learning.pixel = pixel;
  followChoice();
}

function chooseUnit(unit) {
  if (!desk.network) return;
  learning.unit = clip(unit, 0, desk.network.layers[1] - 1);
  learning.pixel = null;
  followChoice();
  showStep();
}

// The hill of the weight that was chosen is measured.
function followChoice() {
  const { hill } = learning;
  if (!hill || !hill.gradients) return;          // what is chosen will be measured, then
  forgetBet("bet-hill");
  inSlices(measureWeight(hill), () => learning.hill === hill);
}

// The point is dragged along the hill, by any pointer, from where it is.
const hillDrag = { pointer: null, startX: 0, startWeight: 0 };

function beginHillDrag(event) {
  if (!learning.hill || event.button !== 0) return;
  hillDrag.pointer = event.pointerId;
  hillDrag.startX = event.clientX;
  hillDrag.startWeight = learning.hill.weight;
  $("hill-picture").setPointerCapture(event.pointerId);
}

function dragOnHill(event) {
  const { hill } = learning;
  if (event.pointerId !== hillDrag.pointer || !hill) return;
  const { width } = $("hill-picture").getBoundingClientRect();
  const widthOfHill = width * (HILL_BOX.right - HILL_BOX.left) / HILL_VIEW_WIDTH;     // in pixels
  const weightPerPixel = 2 * hill.reach / widthOfHill;
  const weight = hillDrag.startWeight + (event.clientX - hillDrag.startX) * weightPerPixel;
  tryWeight(clip(weight, -hill.reach, hill.reach));
}

function endHillDrag() {
  hillDrag.pointer = null;
  endTry();
}

$("hill-picture").addEventListener("pointerdown", beginHillDrag);
$("hill-picture").addEventListener("pointermove", dragOnHill);
$("hill-picture").addEventListener("pointerup", endHillDrag);
$("hill-picture").addEventListener("pointercancel", endHillDrag);
$("hill-anew").addEventListener("click", measureHillAnew);
$("hill-weight").addEventListener("input", event => tryWeight(Number(event.target.value)));
$("hill-weight").addEventListener("change", endTry);
for (const id of ["hill-unit", "learn-unit"]) {
  $(id).addEventListener("input", event => chooseUnit(Number(event.target.value) - 1));
}
$("hill-mask").addEventListener("pointerdown", event => {
  const { left, top, width } = event.target.getBoundingClientRect();
  const column = clip(Math.floor((event.clientX - left) / width * 28), 0, 27);
  const row = clip(Math.floor((event.clientY - top) / width * 28), 0, 27);
  choosePixel(row * 28 + column);
});
$("hill-mask").addEventListener("keydown", event => {
  if (!(event.key in ARROWS) || !learning.hill) return;
  event.preventDefault();
  const [right, down] = ARROWS[event.key];
  const { pixel } = learning.hill;
  const column = clip(pixel % 28 + right, 0, 27);
  const row = clip(Math.floor(pixel / 28) + down, 0, 27);
  choosePixel(row * 28 + column);
});
