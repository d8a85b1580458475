"use strict";
// "Ask why": a faint change of the pixels that makes the network sure of another digit.

// What was found is kept in why.fooled: {question, image, changed, share}. question: see askedNow.
// image, changed: before and after the change, 784 numbers each; changed is null while it is
// searched for. share: how much of the change is shown, from 0 to 1.

const READS_ON = "it reads on as before";        // two of the answers that can be bet on
const QUITE_SURE = "more than 90 % sure";

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
    closeBet("bet-fool", verdictOnFooling(READS_ON));
    return;
  }
  fooled.changed = changed;
  showFooled(fooled);
}

function verdictOnFooling(rightAnswer) {
  return bets["bet-fool"] === rightAnswer ? "Right." : "Not right.";
}

// The picture with so much of the change as the slider says, and what the network reads in it.
function showFooled({ question, image, changed, share }) {
  const mixed = partlyChanged(image, changed, share);
  const { probabilities } = forward(question.network, mixed);
  paintImage($("fooled-picture"), mixed);
  paintSigned($("fooled-change"), changed.map((grey, i) => grey - image[i]));
  $("fooled-share").value = share * 100;
  setText($("fooled-reads"), readInWords(probabilities));
  setAttribute($("fooled-share"), "aria-valuetext",
    `${percent(share, 0)} of the change: it reads ${readInWords(probabilities)}`);
  $("fooled").hidden = false;
  if (share === 1) tellFooled(probabilities);
}

// All of the change has been tried: so the outcome is known.
function tellFooled(probabilities) {
  const digit = indexOfLargest(probabilities);
  const sure = percent(probabilities[digit]);
  const isTold = !$("fool-explained").hidden;
  if (isTold) return;
  $("fool-explained").hidden = false;
  closeBet("bet-fool", `${verdictOnFooling(QUITE_SURE)} It is ${sure} sure of ${withArticle(digit)}.`);
}

// "7, 99.1 %".
function readInWords(probabilities) {
  const digit = indexOfLargest(probabilities);
  return `${digit}, ${percent(probabilities[digit])}`;
}

function hideFooled() {
  why.fooled = null;
  $("fooled").hidden = true;
  $("fool-explained").hidden = true;
  setText($("fool-words"), "");
  unsettleBet("bet-fool");
}

$("fool").addEventListener("click", searchChange);
$("fooled-share").addEventListener("input", event => {
  why.fooled.share = event.target.value / 100;
  showFooled(why.fooled);
});
