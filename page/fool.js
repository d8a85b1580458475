"use strict";
// "Ask why": the smallest change of the pixels that makes the network read another digit.

const LEAST_CHANGE = 0.001;      // of a pixel that counts as changed

async function searchChange() {
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

// enough: how many of the changed pixels suffice.
function showFooled(network, image, changed, enough) {
  const change = changed.map((grey, i) => grey - image[i]);
  const sizes = change.map(Math.abs);
  const before = forward(network, image).probabilities;
  const after = forward(network, changed).probabilities;
  paintImage($("fooled-before"), image);
  paintSigned($("fooled-change"), change);
  paintImage($("fooled-after"), changed);
  fill($("fooled"), {
    before: readInWords(before),
    after: readInWords(after),
    times: shortNumber(1 / strength(change)),
    pixels: sizes.filter(size => size >= LEAST_CHANGE).length,
    mean: percent(sumOf(sizes) / sizes.length),
    most: percent(strength(change)),
  });
  $("fooled").hidden = false;
  const other = withArticle(indexOfLargest(after));
  settleBet("bet-fool", `Of this change, the ${enough} strongest pixels are enough for ${other}.`);
}

// "7, 99.1 %".
function readInWords(probabilities) {
  const digit = indexOfLargest(probabilities);
  return `${digit}, ${percent(probabilities[digit])}`;
}

function hideFooled() {
  why.fooled = null;
  $("fooled").hidden = true;
  unsettleBet("bet-fool");
}

$("fool").addEventListener("click", searchChange);
