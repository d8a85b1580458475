"use strict";
// "Another childhood": what the learner chooses for the next young network, and what came of it.

// What can be chosen, by the id of its field, and how it is called in a sentence.
const KNOB_WORDS = {
  hidden_size: "hidden units",
  learning_rate: "learning rate",
  batch_size: "images in a step",
  images: "images to learn from",
  activation: "activation",
  leave_out: "left out",
  seed: "seed",
};
const KNOBS = Object.keys(KNOB_WORDS);
const LARGEST_SEED = 9999;

// What is chosen at first, but for the seed, which is another each time.
const USUAL_KNOBS = {
  hidden_size: 64,
  learning_rate: 0.5,
  batch_size: 32,
  images: 5000,
  activation: "sigmoid",
  leave_out: "",
};

function isUsual(settings) {
  return Object.keys(USUAL_KNOBS).every(name => settings[name] === USUAL_KNOBS[name]);
}

// What is chosen now, for the next start: numbers, but for the activation's name, and "" where no
// digit is left out.
function readKnobs() {
  const settings = {};
  for (const name of KNOBS) {
    const { value } = $(name);
    const isText = name === "activation" || value === "";
    settings[name] = isText ? value : Number(value);
  }
  settings.seed = clip(Math.round(Number(settings.seed)), 0, LARGEST_SEED);
  return settings;
}

function knobInWords(name, settings) {
  const word = wordOf(name, settings);
  return name === "leave_out" ? `${word} left out` : `${KNOB_WORDS[name]} ${word}`;
}

function wordOf(name, settings) {
  return settings[name] === "" ? "nothing" : settings[name];
}

// ── What came of it ──

// What was found with a knob is told once a run with it has gone far enough.
function showFindings({ settings, seen, diverged }) {
  const isFarEnough = seen >= LEAST_SEEN || diverged;
  if (!isFarEnough) return;
  for (const finding of $("findings").children) {
    const { knob, values } = finding.dataset;
    const isFound = values.split(" ").includes(String(settings[knob]));
    if (!isFound) continue;
    finding.hidden = false;
    $("findings").hidden = false;
  }
}

// ── A digit that was left out ──

// What a network that never saw a digit makes of it, in the unseen ones and in the drawing.
function showChildhood() {
  const { run } = learning;
  const digit = isYoungOnDesk() ? run.settings.leave_out : "";
  const isShown = digit !== "" && run.reads.length > 0;
  $("learn-childhood").hidden = !isShown;
  if (!isShown) return;
  const { reads } = learning.momentOnDesk ?? run;
  sayHowItIsRead(digit, reads);
  if (desk.reading) compareReadings(digit, desk.reading);      // else the sentence is hidden
}

// What is read in the unseen ones of this digit: how many right, and as what else.
function sayHowItIsRead(digit, reads) {
  const counts = new Array(10).fill(0);
  reads.forEach((read, i) => {
    const isLeftOut = labelOfDigit(DIGITS_TO_LEARN + i) === digit;
    if (isLeftOut && read >= 0) counts[read] += 1;
  });
  const others = orderByValue(counts).filter(read => read !== digit && counts[read] > 0);
  const list = others.slice(0, 3).map(read => `${counts[read]} as ${read}`);
  fill($("learn-childhood"), {
    digit,
    right: counts[digit],
    others: list.join(", ") || "none as another",
  });
}

// What it reads in the drawing, and what a network reads there that saw this digit.
function compareReadings(digit, reading) {
  fill($("learn-childhood"), { reads: readingInWords(reading.probabilities) });
  const other = networkThatSaw(digit);
  $("learn-other").hidden = other === null;
  if (other === null) return;
  const images = reading.passes.map(pass => pass.image);
  fill($("learn-childhood"), {
    "other-name": other.name,
    "other-reads": readingInWords(readLooks(other.network, images)),
  });
}

// The run before, if it did not leave out this digit; else the trained network. null: none.
function networkThatSaw(digit) {
  const { runBefore } = learning;
  if (runBefore && runBefore.settings.leave_out !== digit) {
    return { name: "the run before", network: runBefore.network };
  }
  return pagesOwn ? { name: "the trained one", network: pagesOwn.network } : null;
}

// ── What a link says of the knobs: their values, in the order of KNOBS ──

// For example "64,0.5,32,5000,sigmoid,nothing,7".
function writeKnobs() {
  const settings = readKnobs();
  return KNOBS.map(name => wordOf(name, settings)).join(",");
}

// The values in such a text, which may come from anyone; null if it is no such text.
function readKnobsOfLink(text) {
  const words = text.split(",");
  if (words.length !== KNOBS.length) return null;
  const values = {};
  KNOBS.forEach((name, i) => {
    values[name] = words[i] === "nothing" ? "" : words[i];
  });
  for (const name of KNOBS) {
    if (!isValueOfKnob(name, values[name])) return null;
  }
  return values;
}

function isValueOfKnob(name, value) {
  if (name === "seed") return /^\d{1,4}$/.test(value);
  return [...$(name).options].some(option => option.value === value);
}

// values: by knob, as USUAL_KNOBS has them, or as texts, as readKnobsOfLink has returned them.
function turnKnobs(values) {
  for (const [name, value] of Object.entries(values)) $(name).value = value;
}

// An experiment: all as usual but for one knob.
function tryExperiment({ knob, value }) {
  turnKnobs({ ...USUAL_KNOBS, [knob]: value });
  wipeAndTakeSteps(Infinity);
}

for (const name of Object.keys(ACTIVATIONS)) $("activation").append(new Option(name, name));
$("seed").value = Math.floor(Math.random() * 1000);
turnKnobs(USUAL_KNOBS);

linkParts.learn = { write: writeKnobs, read: readKnobsOfLink, choose: turnKnobs };

$("learn-settings").addEventListener("submit", event => event.preventDefault());
for (const button of $("experiments").querySelectorAll("button")) {
  button.addEventListener("click", () => tryExperiment(button.dataset));
}
