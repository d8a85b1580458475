"use strict";
// The opening bets: the questions that are asked again at the end, one after the other, once
// something has been drawn.

const opening = {
  place: -1,             // which of the QUESTIONS is asked; -1: none yet
};

function openingMarkup(question, i) {
  const count = `<small>Before you go on, a guess: ${i + 1} of ${QUESTIONS.length}</small>`;
  return betMarkup("first", { ...question, question: `${count} ${question.question}` }, "");
}

$("first-bets").innerHTML = QUESTIONS.map(openingMarkup).join("")
  + "<p>Thank you. At the end you are asked again.</p>";

// They lie in the same room, and one of them is seen.
function askAtOpening(place) {
  opening.place = place;
  [...$("first-bets").children].forEach((part, i) => part.classList.toggle("now", i === place));
}

$("first-bets").addEventListener("change", () => {
  askAtOpening(opening.place + 1);
  const nextAnswer = $("first-bets").children[opening.place].querySelector("input");
  if (nextAnswer) nextAnswer.focus({ preventScroll: true });     // for whoever uses the keyboard
});

// It begins when there is a drawing, other than the demonstration's.
function showOpening() {
  const isOfDemo = !demo.isOver || desk.ink === demo.strokes;
  const isDrawn = !desk.isBlank && !desk.isGrowing && !isOfDemo;
  if (isDrawn && opening.place < 0) askAtOpening(0);
}
