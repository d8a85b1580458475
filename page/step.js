"use strict";
// One step, or ten, and what came of them; of one also its four phases: forward, loss, backward,
// update.

// What came of the steps that are laid open; and of a single one its four phases.
function showStep() {
  const step = isYoungOnDesk() ? learning.stepLaidOpen : null;
  if (step === null) {
    hideParts($("learn-result"), $("learn-laid"));
    return;
  }
  const batch = step.batch.slice(0, IMAGES_AT_ONCE);           // a mini-batch may be of 5,000
  const before = readBatch(step.before, batch);
  const after = readBatch(step.after, batch);
  showResult(batch, before, after);
  if (step.count === 1) showPhases(step, batch, before, after);
  else hideParts($("learn-laid"));
}

// Loss, and how many digits were read right, before and after.
function showResult(batch, before, after) {
  const labels = batch.map(labelOfDigit);
  const lossBefore = crossEntropy(before, labels);
  const lossAfter = crossEntropy(after, labels);
  $("learn-result").hidden = false;
  showLosses([lossBefore, lossAfter]);
  fill($("hill"), {
    "step-digits": counted(batch.length, "digit"),
    "loss-was": lossBefore.toFixed(3),
    "loss-now": lossAfter.toFixed(3),
    "right-was": countRight(before, labels),
    "right-now": countRight(after, labels),
  });
}

// The last two of the four phases are shown for one unit.
function showPhases(step, batch, before, after) {
  $("learn-laid").hidden = false;
  fill($("learn-laid"), { count: grouped(step.batch.length) });
  showBatch("learn-batch", batch, before);
  showBatch("learn-batch-after", batch, after);
  showChange(step, Math.min(learning.unit, step.before.layers[1] - 1));
}

// A bar for the loss before, and one for that after. The longer fills the room.
function showLosses(losses) {
  const most = Math.max(...losses);
  const bars = $("learn-losses").querySelectorAll("i");
  bars.forEach((bar, i) => {
    const share = losses[i] / most;              // no number where both are 0, or no numbers
    bar.style.setProperty("--share", Number.isNaN(share) ? 1 : share);
  });
}

// Where they stand above the window, what is read below them stays in its place.
function hideParts(...parts) {
  const shown = parts.filter(part => !part.hidden);
  if (shown.length === 0) return;
  const isAboveWindow = shown[0].getBoundingClientRect().top < 0;
  const topOfNext = () => $("learn-laid").nextElementSibling.getBoundingClientRect().top;
  const topBefore = topOfNext();
  for (const part of shown) part.hidden = true;
  if (isAboveWindow) scrollBy({ top: topOfNext() - topBefore, behavior: "instant" });
}

// Ten probabilities for each image.
function readBatch(network, batch) {
  return batch.map(k => forward(network, digitImage(k)).probabilities);
}

// The images, and below each how many per cent it gave the right digit.
function showBatch(id, batch, probabilities) {
  $(id).innerHTML = repeat(batch.length, () => `<div>${PICTURE}<b></b></div>`);
  batch.forEach((k, n) => {
    const pair = $(id).children[n];
    const share = probabilities[n][labelOfDigit(k)];
    const inPercent = (share * 100).toFixed(0);
    showPair(pair, k, indexOfLargest(probabilities[n]), inPercent);
  });
}

// weights before − rate × gradient = weights after.
function showChange({ before, after }, unit) {
  const weights = weightsOfUnit(before, unit);
  const weightsAfter = weightsOfUnit(after, unit);
  const change = weights.map((weight, i) => weight - weightsAfter[i]);
  const most = strength(weights);
  const [pictureBefore, pictureOfChange, pictureAfter] =
    $("learn-change").querySelectorAll("canvas");
  paintSigned(pictureBefore, weights, { most });
  paintSigned(pictureOfChange, change);
  paintSigned(pictureAfter, weightsAfter, { most });
  const isMoved = change.some(value => value !== 0);
  fill($("learn-laid"), {
    unit: unit + 1,
    strength: isMoved
      ? `${shortNumber(most / strength(change))} times as strong`
      : "as it is (no slope reaches this unit)",
  });
}
