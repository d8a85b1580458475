"use strict";
// The network at hand, with its lessons, and what it is called.

// A pupil is a network with the lessons that it was given. original: the network before these;
// network: what it has become by them.
// kind: "trained" (the page's own), "young" (learns in the page) or "loaded" (from a file).
// isRelearning: whether it is on its way through its lessons.
function newPupil(kind, original, fileName = "") {
  return { kind, fileName, original, lessons: [], network: original, isRelearning: false };
}

// The page's own pupil, the trained network, to go back to; null where there is none.
let pagesOwn = null;

// ── What it is called, and what is known of it ──

// Which network this is, in a few words.
function nameOfPupil(pupil) {
  if (pupil.kind === "young") return nameOfYoung(pupil);
  const isTrained = pupil.kind === "trained";
  const name = isTrained ? "The trained network" : `The network of ${pupil.fileName}`;
  const count = pupil.lessons.length;
  return count === 0 ? name : `${name}, taught by you (${counted(count, "lesson")}).`;
}

function nameOfYoung({ network, lessons }) {
  const { leave_out: leftOut } = network.training;
  const lack = leftOut === undefined ? "" : `, never ${withArticle(leftOut)}`;
  const taught = lessons.length === 0 ? "" : ", and your lessons";
  return `Young: ${ageInWords(network)}${lack}${taught}`;
}

function ageInWords(network) {
  const age = ageOf(network);
  return age === 0 ? "random numbers" : `${grouped(age)} digits seen`;
}

// Its name for the strip at the top of a phone. What tells most stands first: the end may be cut.
function briefNameOfPupil(pupil) {
  const names = {
    trained: "Trained network",
    young: `Young: ${ageInWords(pupil.network)}`,
    loaded: pupil.fileName,
  };
  const name = names[pupil.kind];
  const count = pupil.lessons.length;
  return count === 0 ? name : `${name}, ${counted(count, "lesson")}`;
}

// Its name within a sentence: “the young network”.
function kindInWords({ kind, fileName }) {
  return kind === "loaded" ? `the network of ${fileName}` : `the ${kind} network`;
}

// What is worth knowing of the network just now. First it is how it did when it was trained, ""
// where that is not known. Whoever has answered all guesses of the start sees here whether it has
// learned from the drawing.
function factOfPupil({ kind, network, original, lessons }) {
  if (kind === "young") {
    return lessons.length === 0 ? "learns from digits of its own, not from yours" : "";
  }
  const hasGuessed = countBets("first") === QUESTIONS.length;
  if (hasGuessed && lessons.length === 0) {
    const count = grouped(countParameters(network));
    return `has the same ${count} numbers as before: your drawing changed none`;
  }
  const { test_accuracy: accuracy } = original.training;
  if (accuracy === undefined) return "";
  const reads = `${percent(accuracy, 2)} of digits it never saw`;
  return lessons.length === 0 ? `reads ${reads}` : `Before, it read ${reads}`;
}

// How many images the network has learned from in a page: 0 for one that was trained elsewhere.
function ageOf(network) {
  return network.training.images_seen ?? 0;
}

// A network that learns stays the same object. So its state is that object and its age.
function stateOf(network) {
  return { network, age: ageOf(network) };
}

// Whether a network is still in this state: what stateOf returned, or null, which no network is in.
function isSameState(state, network) {
  return state !== null && state.network === network && state.age === ageOf(network);
}

// How many numbers a network has learned.
function countParameters({ W1, b1, W2, b2 }) {
  return W1.length + b1.length + W2.length + b2.length;
}

// ── The pupil on the desk ──

const pupilListeners = [];       // functions that are told of a new pupil on the desk

// Puts a pupil on the desk.
function usePupil(pupil) {
  desk.pupil = pupil;
  for (const listener of pupilListeners) listener(pupil);
  refresh();
}

// Which network is on the desk; and where it is not the trained one, the way back to that.
function showPupil(pupil) {
  if (!pupil) return;
  setText($("pupil"), nameOfPupil(pupil));
  setText($("pupil-in-brief"), briefNameOfPupil(pupil));
  setText($("fact-of-pupil"), factOfPupil(pupil));
  const elder = elderOf(pupil);
  for (const button of document.querySelectorAll(".give-back")) {
    button.hidden = !elder;
    if (elder) setText(button, wordsToGiveBack(elder));
  }
}

// The pupil that a button brings back in place of this one, the trained network as a rule; or null.
function elderOf(pupil) {
  const elder = pupil.kind === "young" ? pupilToReturn() : pagesOwn;
  return elder === pupil ? null : elder;
}

function wordsToGiveBack(elder) {
  return `Give ${nameOfElder(elder)} back`;
}

function nameOfElder({ kind, fileName }) {
  return kind === "loaded" ? fileName : "the trained one";
}

// Puts the elder on the desk.
function useElder() {
  if (desk.pupil === null) return;
  if (desk.pupil.kind === "young") putYoungAside();
  else usePupil(pagesOwn);
}

document.addEventListener("click", event => {
  if (event.target.closest(".give-back")) useElder();
});
