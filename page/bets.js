"use strict";
// Bets: each section opens with a question that is answered by a tap. The learner then tries it,
// and the page lays the outcome beside the bet. A bet is needed for nothing.
//
// In the markup a bet is a fieldset of class "bet" with radio buttons and, below them, a paragraph
// of class "outcome" with the places data-name="bet" and data-name="outcome".

// What was bet on, by the id of the fieldset: the words of the answer that was tapped. The outcome
// is kept beside it in the markup, as data-outcome.
const bets = {};

document.addEventListener("change", event => {
  const fieldset = event.target.closest(".bet");
  if (!fieldset) return;
  bets[fieldset.id] = event.target.labels[0].textContent.trim();
  showBet(fieldset);
});

// The outcome is known: it is laid beside the bet, if there is one. rightAnswer: the words of the
// answer that was right; "" where none was, or where the outcome says it itself.
function settleBet(id, outcome, rightAnswer = "") {
  const fieldset = $(id);
  const isNew = fieldset.dataset.outcome !== outcome;
  fieldset.dataset.outcome = outcome;
  fieldset.dataset.rightAnswer = rightAnswer;
  showBet(fieldset);
  if (isNew) noteOutcome(fieldset.querySelector(".outcome"));
}

// Whether its outcome is known already.
function isSettled(id) {
  return Boolean($(id).dataset.outcome);
}

// The outcome is laid beside the bet, and from now on the bet cannot be changed.
function closeBet(id, outcome, rightAnswer = "") {
  settleBet(id, outcome, rightAnswer);
  setAnswersDisabled(id, true);
}

// What was asked begins anew: the outcome is open again. The answer stays tapped.
function reopenBet(id) {
  settleBet(id, "");
  setAnswersDisabled(id, false);
}

function setAnswersDisabled(id, areDisabled) {
  for (const answer of $(id).querySelectorAll("input")) answer.disabled = areDisabled;
}

// A question is put anew: the answer to the last one is forgotten.
function forgetBet(id) {
  for (const answer of $(id).querySelectorAll("input")) answer.checked = false;
  delete bets[id];
  reopenBet(id);
}

const NOTE_TIME = 7000;          // ms that a note stays
let noteTimer = null;

// An outcome that comes where one does not see it is told at the foot of the window, too.
function noteOutcome(paragraph) {
  if (!paragraph.hidden && !isInSight(paragraph)) note(paragraph.textContent);
}

// Says a sentence at the foot of the window for a while.
function note(sentence) {
  $("note").textContent = sentence;
  clearTimeout(noteTimer);
  noteTimer = setTimeout(clearNote, NOTE_TIME);
}

function clearNote() {
  $("note").textContent = "";
}

// Whoever goes on has read it.
document.addEventListener("pointerdown", clearNote);

// Whether an element is in the window, and nothing lies over it.
function isInSight(element) {
  const { left, top } = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + 2, top + 2));
}

// Shows the outcome where there is both a bet and an outcome.
function showBet(fieldset) {
  const bet = bets[fieldset.id];
  const { outcome, rightAnswer } = fieldset.dataset;
  const paragraph = fieldset.querySelector(".outcome");
  if (!paragraph) return;        // a bet of the start: its outcome stands at the end
  paragraph.hidden = !bet || !outcome;
  if (paragraph.hidden) return;
  fill(paragraph, { bet, outcome: verdictOn(bet, rightAnswer) + outcome });
}

// "" where no answer was right, or the outcome says it itself.
function verdictOn(bet, rightAnswer) {
  if (rightAnswer === "") return "";
  return bet === rightAnswer ? "Right: " : "Not right: ";
}
