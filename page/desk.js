"use strict";
// The desk: the sheet, what is drawn on it, the network at hand and what it reads.
//
// All sections show what lies on the desk. Whoever changes something there calls refresh().

const desk = {
  ink: [],               // the strokes on the sheet; points are fractions of its width, so its size never matters
  figures: [],           // the same, apart: of each digit on the sheet its strokes. Mostly there is one.
  figure: 0,             // which of them is looked at
  past: [],              // the drawings before it, to which Undo goes back
  ghosts: [],            // strokes that the page proposes, pale on the sheet,
  ghostsFor: [],         // and the strokes that they are proposed for: without these they go
  trial: null,           // a stroke that is tried: it is read with the drawing, and is no part of it
  examples: 0,           // how many digits the page has drawn in its own hand
  ownHand: null,         // the drawing that the page's own hand made last: a touch takes it away
  writing: null,         // the drawing that the page's own hand is at
  pen: null,             // the pointer that is down: the event that put it there
  penIsOutside: false,   // ink that cannot be seen does not count
  pupil: null,           // the network at hand, with its lessons: see newPupil
  readings: [],          // what it reads in each digit: see readDrawing in pen.js
  look: 0,               // which of the reading's looks the sections show; 0 is the drawing as it is

  get network() {
    return this.pupil ? this.pupil.network : null;
  },
  get isBlank() {
    return this.ink.length === 0;
  },
  // The digit that is looked at, of which all sections speak, and what is read in it; null of blank paper.
  get strokes() {
    return this.figures[this.figure] ?? this.ink;
  },
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
  isDue: true,           // a frame has been asked for: the first by start.js, when all scripts are there
  readAt: 0,             // when the drawing was read last, and how long that took
  readTook: 0,
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
    if (pace.isDue) drawEverything();
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
  showPupil(desk.pupil);
}

// Reads the drawing. Of a scribble of a thousand lines that takes long: then, while it grows, the
// ink goes first, and no more than half of the time is spent on reading.
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

// Which digits are on the sheet. What a pen has drawn may be several, side by side; the one that
// grows is looked at. Any other drawing is known to be one.
const drawnByPen = new WeakSet();
let split = { ink: null, points: 0 };

function splitSheet() {
  const points = desk.ink.reduce((sum, stroke) => sum + stroke.length, 0);
  if (split.ink === desk.ink && split.points === points) return;
  split = { ink: desk.ink, points };
  const mayBeSeveral = drawnByPen.has(desk.ink) && desk.ink.length > 1 && desk.ink.length <= MOST_STROKES;
  desk.figures = mayBeSeveral ? splitDrawing(desk.ink) : [desk.ink];
  const newest = desk.ink.at(-1);
  desk.figure = Math.max(desk.figures.findIndex(strokes => strokes.includes(newest)), 0);
}
const MOST_STROKES = 50;         // more are a scribble

function drawSections() {
  for (const id of onScreen) {
    const draw = sections[id];
    if (draw) draw();
  }
}

// The pen is lifted, or the drawing has changed without it: all is drawn at once, and said.
function settle() {
  drawEverything();
  $("announcement").textContent = desk.reading
    ? `It reads ${$("prediction").textContent}. ${$("doubt").textContent}`
    : "The sheet is blank.";
}

// Another digit of those on the sheet is looked at.
function lookAt(i) {
  desk.figure = i;
  desk.look = 0;
  settle();
}

// ── What it reads ──

// The numeral, the doubt, the looks and the bars.
function showReading() {
  const { reading } = desk;
  const shares = reading ? reading.probabilities : new Array(10).fill(0);
  const doubts = reading ? explainDoubt(reading) : "";
  showNumeral();
  $("board").classList.toggle("doubting", doubts !== "");
  setText($("doubt"), doubts);
  showLooks(reading);
  showBars(shares, reading ? indexOfLargest(shares) : -1);
  setText($("vote"), desk.figures.length > 1
    ? `Below: the ${indexOfLargest(shares)}.`
    : "It looks five times. Its reading is the mean.");
  readFoundAgain();
  showFound();
}

// What is read on the sheet: a digit, or several. Those that are doubted are hollow.
function showNumeral() {
  const digits = desk.readings.map(({ probabilities }) => indexOfLargest(probabilities));
  const areDoubted = desk.readings.map(reading => explainDoubt(reading) !== "");
  const numeral = $("prediction");
  setText(numeral, digits.map(digit => (digit < 0 ? "–" : digit)).join("") || "–");
  numeral.classList.toggle("doubted", areDoubted.includes(true));
  numeral.style.setProperty("--digits", Math.max(digits.length, 1));
}

// Why a reading is doubted, in a few words; "" where it is not.
function explainDoubt(reading) {
  const isNumber = indexOfLargest(reading.probabilities) >= 0;
  if (!isNumber) return "its numbers have grown beyond all bounds";
  return isTwitch(reading.strokes) ? "a little more ink?" : doubt(reading);
}

// The images that the network was shown, each with what it reads there. A touch chooses the one that
// the sections show.
function showLooks(reading) {
  [...$("looks").children].forEach((button, i) => {
    const look = reading ? reading.looks[i] : null;
    const digit = look ? indexOfLargest(look.probabilities) : -1;
    const says = digit < 0 ? "" : `, reads ${digit}`;
    paintImage(button.querySelector("canvas"), look ? look.image : BLANK_IMAGE);
    setText(button.querySelector("b"), digit < 0 ? "–" : digit);
    setAttribute(button, "aria-pressed", i === desk.look);
    setAttribute(button, "aria-label", `Look ${i + 1}, ${nameOfLook(LOOKS[i])}${says}`);
  });
}
const BLANK_IMAGE = new Float64Array(784);

// How a look differs from the drawing, in words.
function nameOfLook([angle, stretch]) {
  const words = [];
  if (stretch < 1) words.push("slimmer");
  if (stretch > 1) words.push("wider");
  if (angle < 0) words.push("turned left");
  if (angle > 0) words.push("turned right");
  return words.join(" and ") || "as you drew it";
}

function buildLooks() {
  const seen = LOOKS.map((look, i) => `<button aria-pressed="${i === 0}" title="${nameOfLook(look)}">
    ${PICTURE}<b class="claim">–</b></button>`);
  $("looks").innerHTML = seen.join("");
  $("looks").querySelector("canvas").id = "seen";
  [...$("looks").children].forEach((button, i) => {
    button.addEventListener("click", () => {
      desk.look = i;
      refresh();
    });
  });
}

function showBars(shares, digit) {
  const percents = wholePercents(shares);
  for (const bar of $("bars").children) {
    const at = Number(bar.dataset.digit);
    const share = Number.isFinite(shares[at]) ? shares[at] : 0;
    bar.classList.toggle("first-choice", at === digit);
    bar.classList.toggle("none", percents[at] === 0);
    setAttribute(bar, "aria-valuenow", (share * 100).toFixed(1));
    bar.style.setProperty("--share", share.toFixed(4));
    setText(bar.querySelector("b"), percents[at]);
  }
}

darkMode.addEventListener("change", refresh);
buildLooks();

// Which sections are on screen.
const sectionObserver = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) onScreen.add(target.id);
    else onScreen.delete(target.id);
  }
  refresh();
});
for (const section of document.querySelectorAll(".text > section")) sectionObserver.observe(section);
