"use strict";
// "Ask why": a faint change of the pixels that makes the network sure of another digit.

// What was found is kept in why.fooled: {question, image, changed, share}. question: see askedNow.
// image, changed: before and after the change, 784 numbers each; changed is null while it is
// searched for. share: how much of the change is shown, from 0 to 1.

// The answers that can be bet on.
const NEVER = "no, never";
const NOT_SURE = "yes, but it is not sure";
const QUITE_SURE = "yes, and it is more than 90 % sure";

async function searchChange() {
  if (!desk.reading) return;
  hideFooled();
  const question = askedNow();
  const image = render(question.strokes);        // the first look: the drawing as it is
  const fooled = { question, image, changed: null, share: 0 };
  why.fooled = fooled;
  const isWanted = () => why.fooled === fooled && isAbout(question);
  const changed = await inSlices(fool(question.network, image), isWanted);
  if (changed === undefined) return;             // the question is no longer about this drawing
  if (changed === null) {
    const sentence = "The page found no faint change that makes it sure of another digit.";
    setText($("fool-words"), sentence);
    closeBet("bet-fool", "no such change was found.", NEVER);
    return;
  }
  fooled.changed = changed;
  showFooled(fooled);
}

// The picture with so much of the change as the slider says, and what the network reads in it.
function showFooled({ question, image, changed, share }) {
  const mixed = partlyChanged(image, changed, share);
  const { probabilities } = forward(question.network, mixed);
  paintImage($("fooled-picture"), mixed);
  paintSigned($("fooled-change"), changed.map((grey, i) => grey - image[i]));
  $("fooled-share").value = share * 100;
  setText($("fooled-reads"), readingInWords(probabilities));
  setAttribute($("fooled-share"), "aria-valuetext",
    `${percent(share, 0)} of the change: it reads ${readingInWords(probabilities)}`);
  $("fooled").hidden = false;
}

// Once all of the change has been tried, the outcome is known.
function tellFooled({ question, image, changed, share }) {
  const isTold = !$("fool-explained").hidden;
  if (share < 1 || isTold) return;
  const { probabilities } = forward(question.network, changed);
  const before = indexOfLargest(forward(question.network, image).probabilities);
  const digit = indexOfLargest(probabilities);
  const outcome = `it is ${percent(probabilities[digit])} sure of ${withArticle(digit)}.`;
  $("fool-explained").hidden = false;
  closeBet("bet-fool", outcome, answerToFoolBet(before, probabilities));
}

// Which answer is the right one. A network that learns may have changed since the search.
// before: the digit that is read without the change. probabilities: with all of it.
function answerToFoolBet(before, probabilities) {
  const digit = indexOfLargest(probabilities);
  if (digit === before) return NEVER;
  return probabilities[digit] > 0.9 ? QUITE_SURE : NOT_SURE;
}

function hideFooled() {
  why.fooled = null;
  $("fooled").hidden = true;
  $("fool-explained").hidden = true;
  setText($("fool-words"), "");
  reopenBet("bet-fool");
}

$("fool").addEventListener("click", () => {
  leaveWonGame();
  searchChange();
});
// The network may have changed under the slider, by a lesson in another window: then it is hidden.
$("fooled-share").addEventListener("input", event => {
  if (why.fooled === null) return;
  why.fooled.share = event.target.value / 100;
  showFooled(why.fooled);
});
// In the other theme the pictures have another ink.
darkMode.addEventListener("change", () => {
  if (why.fooled !== null && why.fooled.changed !== null) showFooled(why.fooled);
});
// As soon as the slider rests: what the outcome moves is not under a finger then.
$("fooled-share").addEventListener("change", () => {
  if (why.fooled !== null) tellFooled(why.fooled);
});
