"use strict";
// "Ask why": the smallest change of the pixels that makes the network read another digit.

async function searchChange() {
  if (!desk.reading) return;
  const question = askedNow();
  const image = render(question.strokes);        // the first look: the drawing as it is
  const isWanted = () => isAbout(question);
  why.fooled = question;
  const changed = await inSlices(fool(question.network, image), isWanted);
  if (changed === null) showMessage("No small change of the pixels makes it read another digit.");
  if (!changed) return;          // undefined: the question is no longer about what is on the sheet
  const fewest = await inSlices(fewestChanges(question.network, image, changed), isWanted);
  if (fewest) showFooled(question.network, image, fewest);
}

// image, changed: before and after the change, 784 numbers each.
function showFooled(network, image, changed) {
  const change = changed.map((grey, i) => grey - image[i]);
  const sizes = change.map(Math.abs).filter(size => size > 0);
  const before = forward(network, image).probabilities;
  const after = forward(network, changed).probabilities;
  paintImage($("fooled-before"), image);
  paintSigned($("fooled-change"), change);
  paintImage($("fooled-after"), changed);
  fill($("fooled"), {
    before: readInWords(before),
    after: readInWords(after),
    times: shortNumber(1 / strength(change)),
    pixels: sizes.length,
    mean: percent(sumOf(sizes) / sizes.length),
    most: percent(strength(change)),
  });
  $("fooled").hidden = false;
  const other = withArticle(indexOfLargest(after));
  settleBet("bet-fool", `It took ${counted(sizes.length, "pixel")} to make it ${other}.`);
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
