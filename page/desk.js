"use strict";
// The desk: the sheet, what is drawn on it, the network at hand and what it reads.
//
// All sections show what lies on the desk. Whoever changes something there calls refresh().

const desk = {
  ink: [],               // the strokes on the sheet; points are fractions of the sheet's width
  figures: [],           // the same strokes, those of each digit apart: mostly it is one
  figure: 0,             // which of these is looked at
  past: [],              // what was on the sheet before, for Undo
  ghosts: [],            // strokes that the page proposes, pale on the sheet
  ghostsFor: [],         // the ink that they are proposed for: when it goes, they go
  trial: null,           // a stroke that is only tried: read with the drawing, but no part of it
  examples: 0,           // how many digits the page has drawn in its own hand
  ownHand: null,         // the drawing that the page's own hand made last: the pen takes it away
  writing: null,         // the drawing that the page's own hand is at
  pen: null,             // the pointer that is down: the event that put it there
  penIsOutside: false,   // the pen has left the sheet: what it draws there does not count
  pupil: null,           // the network at hand, with its lessons: see newPupil
  readings: [],          // what it reads in each digit: see readDrawing in pen.js
  lookNumber: 0,         // which look the sections show; 0 is the drawing as it is

  get network() {
    return this.pupil ? this.pupil.network : null;
  },
  get isBlank() {
    return this.ink.length === 0;
  },
  // The strokes of the digit that is looked at: all sections speak of it.
  get strokes() {
    return this.figures[this.figure] ?? this.ink;
  },
  // What is read in it; null of blank paper, and where there is no network.
  get reading() {
    return this.readings[this.figure] ?? null;
  },
  // Ink is being added, by a pen or by the page's own hand.
  get isGrowing() {
    return this.pen !== null || this.writing === this.ink;
  },
};

// ── Everything that is seen, kept up to date ──

// Each section's file puts its function here, under the section's id: it draws the section from the
// desk. It is called when something changed and the section is on screen.
const sections = {};
const onScreen = new Set();      // the ids of the sections that are on screen

const SECTION_PAUSE = 200;       // ms between two drawings of the sections while the drawing grows
const pace = {
  isDue: true,           // all is going to be drawn; the first time by start.js
  readAt: 0,             // when the drawing was read last (ms)
  readTook: 0,           // and how long that took
  sectionsAt: 0,         // when the sections were drawn last
  timer: null,           // draws them again, should nothing else happen
};

// Something on the desk has changed: it will be seen in the next frame. Ink and reading follow the
// pen in each frame; the sections follow a few times a second while the drawing grows, and at once
// when it rests.
function refresh() {
  if (pace.isDue) return;
  pace.isDue = true;
  requestAnimationFrame(() => {
    if (pace.isDue) drawEverything();            // else it was drawn meanwhile: see settle
  });
}

function drawEverything() {
  pace.isDue = false;
  clearTimeout(pace.timer);
  drawDesk();
  const wait = pace.sectionsAt + SECTION_PAUSE - performance.now();
  if (desk.isGrowing && wait > 0) {
    pace.timer = setTimeout(refresh, wait);
    return;
  }
  drawSections();
  pace.sectionsAt = performance.now();
}

function drawDesk() {
  document.body.classList.toggle("blank", desk.isBlank);
  document.body.classList.toggle("silent", !desk.network);
  readSheet();
  drawSheet();
  showReading();
  readFoundAgain();              // what was found in a photograph: photo.js
  showFound();
  showPupil(desk.pupil);         // pupil.js
  showOpening();                 // opening.js
}

// Reads the drawing. Where that takes long, as of a scribble of a thousand lines, no more than half
// of the time is spent on reading while it grows: the pen comes first.
function readSheet() {
  const start = performance.now();
  if (desk.isGrowing && desk.reading && start - pace.readAt < pace.readTook) {
    refresh();
    return;
  }
  splitSheet();
  const canRead = desk.network && !desk.isBlank;
  desk.readings = canRead ? desk.figures.map(readDigit) : [];
  pace.readAt = performance.now();
  pace.readTook = pace.readAt - start;
}

function readDigit(strokes, i) {
  const isTried = desk.trial && i === desk.figure;
  return readDrawing(desk.network, isTried ? [...strokes, desk.trial] : strokes);
}

const MOST_STROKES = 50;         // of a number; more are a scribble
const drawnByPen = new WeakSet();        // inks that may be several digits; others are one
let lastSplit = { ink: null, points: 0 };       // what was split last: ink grows in place

// Finds out which digits are on the sheet, side by side. The one that grows is looked at.
function splitSheet() {
  const { ink } = desk;
  const points = sumOf(ink.map(stroke => stroke.length));
  if (lastSplit.ink === ink && lastSplit.points === points) return;
  lastSplit = { ink, points };
  const mayBeSeveral = drawnByPen.has(ink) && ink.length > 1 && ink.length <= MOST_STROKES;
  desk.figures = mayBeSeveral ? splitDrawing(ink) : [ink];
  const newest = ink.at(-1);
  const grown = desk.figures.findIndex(strokes => strokes.includes(newest));
  desk.figure = Math.max(grown, 0);              // -1 on blank paper
}

function drawSections() {
  for (const id of onScreen) sections[id]();
}

// The pen is lifted, or the drawing has changed without it: all is drawn at once, and said.
function settle() {
  drawEverything();
  $("announcement").textContent = announcement();
}

// What a screen reader says of the drawing; nothing where there is no network to read it.
function announcement() {
  if (desk.isBlank) return "The sheet is blank.";
  if (!desk.reading) return "";
  return `It reads ${$("prediction").textContent}. ${$("doubt").textContent}`;
}

// Another digit of those on the sheet is read.
function chooseFigure(i) {
  desk.figure = i;
  desk.lookNumber = 0;
  settle();
}

// ── What it reads ──

function showReading() {
  const { reading } = desk;
  const probabilities = reading ? reading.probabilities : new Array(10).fill(0);
  const digit = reading ? indexOfLargest(probabilities) : -1;
  showNumeral(desk.readings);
  showDoubt(reading);
  showLooks(reading);
  showBars(probabilities, digit);
  setText($("vote"), voteInWords(reading, digit));
}

// What the looks and the bars are about.
// digit: the one that is read, -1 for none.
function voteInWords(reading, digit) {
  if (!reading) return "";
  const isNumber = desk.figures.length > 1;
  if (isNumber) return `Below: the ${digitOrDash(digit)}.`;
  return "It looks five times: the bars are the average.";
}

// The large numeral: a digit, or several. It is hollow if one of them is doubted.
function showNumeral(readings) {
  const digits = readings.map(({ probabilities }) => indexOfLargest(probabilities));
  const numeral = $("prediction");
  setText(numeral, digits.map(digitOrDash).join("") || "–");
  numeral.classList.toggle("doubted", readings.some(reading => explainDoubt(reading) !== ""));
  numeral.style.setProperty("--digits", Math.max(digits.length, 1));
}

function showDoubt(reading) {
  const words = reading ? explainDoubt(reading) : "";
  $("board").classList.toggle("doubting", words !== "");
  setText($("doubt"), words);
}

// Why a reading is doubted, in a few words; "" where it is not.
function explainDoubt(reading) {
  const readsNothing = indexOfLargest(reading.probabilities) < 0;
  if (readsNothing) return "its numbers have grown beyond all bounds";
  if (isTwitch(reading.strokes)) return "a little more ink?";
  return doubt(reading);
}

const BLANK_IMAGE = new Float64Array(784);

// The images that the network was shown, each with what it reads there. A touch chooses the one
// that the sections show.
function showLooks(reading) {
  [...$("looks").children].forEach((button, i) => {
    const pass = reading ? reading.passes[i] : null;
    const digit = pass ? indexOfLargest(pass.probabilities) : -1;
    const says = digit < 0 ? "" : `, reads ${digit}`;
    paintImage(button.querySelector("canvas"), pass ? pass.image : BLANK_IMAGE);
    setText(button.querySelector("b"), digitOrDash(digit));
    setAttribute(button, "aria-pressed", i === desk.lookNumber);
    setAttribute(button, "aria-label", `Look ${i + 1}, ${nameOfLook(LOOKS[i])}${says}`);
  });
}

// How a look differs from the drawing, in words.
function nameOfLook([angle, stretch]) {
  const words = [];
  if (stretch < 1) words.push("slimmer");
  if (stretch > 1) words.push("wider");
  if (angle < 0) words.push("turned left");
  if (angle > 0) words.push("turned right");
  return words.join(" and ") || "as you drew it";
}

// A button for each look.
function buildLooks() {
  $("looks").innerHTML = repeat(LOOKS.length, i => `<button title="${nameOfLook(LOOKS[i])}">
    ${PICTURE}<b class="claim">–</b></button>`);
  $("looks").querySelector("canvas").id = "seen";        // the drawing as it is
  [...$("looks").children].forEach((button, i) => {
    button.addEventListener("click", () => {
      desk.lookNumber = i;
      refresh();
    });
  });
}

// A bar for the probability of each digit. firstChoice: the digit that is read, -1 for none.
function showBars(probabilities, firstChoice) {
  const percents = wholePercents(probabilities);
  for (const bar of $("bars").children) {
    const digit = Number(bar.dataset.digit);
    const share = Number.isNaN(probabilities[digit]) ? 0 : probabilities[digit];
    bar.classList.toggle("first-choice", digit === firstChoice);
    bar.classList.toggle("none", percents[digit] === 0);
    setAttribute(bar, "aria-valuenow", (share * 100).toFixed(1));
    bar.style.setProperty("--share", share.toFixed(4));
    setText(bar.querySelector("b"), percents[digit]);
  }
}

buildLooks();
darkMode.addEventListener("change", refresh);

// Keeps count of which sections are on screen.
const sectionObserver = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) onScreen.add(target.id);
    else onScreen.delete(target.id);
    if (isIntersecting) target.classList.add("seen");    // so it will be printed
  }
  refresh();
});
for (const section of document.querySelectorAll(".text > section")) {
  sectionObserver.observe(section);
}

// What was seen once is printed, as it is now.
addEventListener("beforeprint", () => {
  for (const { id } of document.querySelectorAll(".seen")) sections[id]();
});
