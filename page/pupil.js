"use strict";
// The network at hand, with its lessons, and what it is called.

// The page's own pupil, the trained network, to go back to; null where there is none.
let pagesOwn = null;

// A pupil is a network with the lessons that it was given, and what it has become by these.
// kind: "trained" (the page's own), "young" (learns in the page) or "loaded" (from a file).
// It may bring a function `describe`, which names it in a few words; else nameOfPupil does.
function newPupil(kind, original, fileName = "") {
  return { kind, fileName, original, lessons: [], network: original };
}

// Which network this is, in a few words.
function nameOfPupil(pupil) {
  if (pupil.describe) return pupil.describe();
  const names = {
    trained: "The trained network",
    young: "A young network",
    loaded: `The network of ${pupil.fileName}`,
  };
  const count = pupil.lessons.length;
  if (count === 0) return names[pupil.kind];
  return `${names[pupil.kind]}, taught by you: ${count} ${count === 1 ? "lesson" : "lessons"}`;
}

// The same for the strip at the top of a phone, with the number first: there words may be cut.
function briefNameOfPupil(pupil) {
  const count = pupil.lessons.length;
  const lessons = count === 0 ? "" : `, ${counted(count, "lesson")}`;
  if (pupil.kind === "trained") return `Trained network${lessons}`;
  if (pupil.kind === "loaded") return `${pupil.fileName}${lessons}`;
  const seen = ageOf(pupil.network);
  return seen > 0 ? `Young: ${grouped(seen)} digits seen${lessons}` : `Young: random numbers${lessons}`;
}

// The same within a sentence: “the young network”.
function pupilInWords(pupil) {
  const name = pupil.kind === "loaded" ? `the network of ${pupil.fileName}` : `the ${pupil.kind} network`;
  return pupil.lessons.length > 0 ? `${name} with your lessons` : name;
}

// What is known of a network: its size, and how it did when it was trained.
function factsOfPupil(pupil) {
  const { layers, training } = pupil.network;
  const { test_accuracy: accuracy, date } = training;
  const facts = [layers.join(" → ")];
  if (accuracy >= 0 && accuracy <= 1) {
    const when = pupil.lessons.length > 0 ? " before your lessons" : "";
    facts.push(`read ${percent(accuracy, 2)} of MNIST’s test digits right${when}`);
  }
  if (/^\d{4}-\d\d-\d\d$/.test(date)) facts.push(date);
  return facts.join(" · ");
}

// How many images the network has learned from in the page: 0 but for a young one.
function ageOf(network) {
  return network.training.images_seen ?? 0;
}

// Puts another network on the desk.
function usePupil(pupil) {
  desk.pupil = pupil;
  for (const listener of pupilListeners) listener(pupil);
  refresh();
}

const pupilListeners = [];       // functions that are told of a new pupil on the desk

// Which network is on the desk; and, where another lies there, the way back to the trained one.
function showPupil(pupil) {
  if (!pupil) return;
  setText($("pupil"), nameOfPupil(pupil));
  setText($("pupil-in-brief"), briefNameOfPupil(pupil));
  setText($("facts-of-pupil"), factsOfPupil(pupil));
  const elder = elderOf(pupil);
  for (const button of document.querySelectorAll(".give-back")) {
    button.hidden = !elder;
    if (elder) setText(button, wordsToGiveBack(elder));
  }
}

// The pupil that may take the place of this one: the trained network, as a rule. null: none.
function elderOf(pupil) {
  const elder = pupil.kind === "young" ? pupilToReturn() : pagesOwn;
  return elder === pupil ? null : elder;
}

function wordsToGiveBack(elder) {
  return elder.kind === "loaded" ? `Give ${elder.fileName} back` : "Give the trained one back";
}

document.addEventListener("click", event => {
  if (!event.target.closest(".give-back")) return;
  if (desk.pupil.kind === "young") giveTrainedBack();
  else usePupil(pagesOwn);
});
