"use strict";
// The opening bets: the questions that are asked again at the end, one after the other.

const opening = {
  place: 0,              // which of the QUESTIONS is asked; after the last comes a word of thanks
};

// A question, with its number above it.
function openingMarkup(question, i) {
  const noted = i === 0 ? "" : "Noted. ";
  const number = `${noted}Guess ${i + 1} of ${QUESTIONS.length}.`;
  const text = `<small>${number}</small> ${question.text}`;
  return betMarkup("first", { ...question, text }, "");
}

const WORDS_UNTIL_DRAWN = `Draw a digit. Then guess ${COUNTS[QUESTIONS.length]} times what such a `
  + "network can do, and find out below.";

$("first-bets").innerHTML = QUESTIONS.map(openingMarkup).join("")
  + "<p>Noted. Now find out: at the end you are asked again.</p>"
  + `<p class="until-drawn">${WORDS_UNTIL_DRAWN}</p>`;

// All lie in the same room, and the one at this place is seen.
function askAtOpening(place) {
  opening.place = place;
  [...$("first-bets").children].forEach((part, i) => part.classList.toggle("now", i === place));
}

// Beside the sheet they wait, unseen, for a drawing other than the demonstration's.
function showOpening() {
  const isOfDemo = !demo.isOver || desk.ink === demo.strokes;
  const isReady = !desk.isBlank && !desk.isGrowing && !isOfDemo;
  if (isReady) $("first-bets").classList.add("begun");
}

askAtOpening(0);

$("first-bets").addEventListener("change", () => {
  askAtOpening(opening.place + 1);
  refresh();             // what the network's name says beside it may be the answer
  const nextAnswer = $("first-bets").children[opening.place].querySelector("input");
  if (nextAnswer) nextAnswer.focus({ preventScroll: true });     // for whoever uses the keyboard
});
