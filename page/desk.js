"use strict";
// The desk: the sheet, what is drawn on it, the network at hand and what it reads.
//
// All sections show what lies on the desk. Whoever changes something there calls refresh().

const desk = {
  ink: [],               // the strokes on the sheet; points are fractions of its width, so its size never matters
  digits: [],            // the same, apart: of each digit its strokes. Mostly there is one.
  digit: 0,              // which of them is looked at
  past: [],              // the drawings before it, to which Undo goes back
  ghosts: [],            // strokes that the page proposes, pale on the sheet
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
    return this.digits[this.digit] ?? this.ink;
  },
  get reading() {
    return this.readings[this.digit] ?? null;
  },
  // Ink is being added, by a pen or by the page's own hand.
  get isGrowing() {
    return this.pen !== null || this.writing === this.ink;
  },
};

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

// Puts another network on the desk.
function usePupil(pupil) {
  desk.pupil = pupil;
  for (const listener of pupilListeners) listener(pupil);
  refresh();
}
const pupilListeners = [];       // functions that are told of a new pupil on the desk

// ── Everything that is seen, kept up to date ──

// Each section's file puts its function here, under the section's id: it draws the section from the
// desk. It is called when something changed and the section is on screen.
const sections = {};
const onScreen = new Set();      // the ids of the sections that are on screen

const SECTION_PAUSE = 200;       // ms between two drawings of the sections while the drawing grows
const pace = {
  isDue: false,          // a frame has been asked for
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
  desk.readings = canRead ? desk.digits.map(readDigit) : [];
  pace.readAt = performance.now();
  pace.readTook = pace.readAt - start;
}

function readDigit(strokes, i) {
  const isTried = desk.trial && i === desk.digit;
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
  desk.digits = mayBeSeveral ? splitDrawing(desk.ink) : [desk.ink];
  const newest = desk.ink.at(-1);
  desk.digit = Math.max(desk.digits.findIndex(strokes => strokes.includes(newest)), 0);
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

// What the sheet shows: of each path the stroke, and how many of its points. So only strokes that
// have changed are drawn anew, in whatever way they came to be there.
const shown = { dry: [], wet: [], ghosts: [] };

// The stroke that grows is wet: it lies on a sheet of its own, so that the browser need not paint
// all others again in each frame.
function drawSheet() {
  const dryCount = desk.ink.length - (desk.isGrowing ? 1 : 0);
  drawStrokes($("strokes"), shown.dry, desk.ink.slice(0, dryCount));
  drawStrokes($("wet"), shown.wet, desk.ink.slice(dryCount));
  const isNumber = desk.digits.length > 1;
  desk.ink.slice(0, dryCount).forEach((stroke, i) => {
    $("strokes").children[i].classList.toggle("aside", isNumber && !desk.strokes.includes(stroke));
  });
  if (shown.ghosts !== desk.ghosts) {
    shown.ghosts = desk.ghosts;
    drawStrokes($("ghosts"), [], desk.ghosts);
  }
}

// The strokes on the sheet are written once more, as by a hand.
function writeAgain() {
  if (wantsNoMotion()) return;
  const paths = [...$("strokes").children];
  const lengths = paths.map(path => path.getTotalLength());
  const sum = lengths.reduce((total, length) => total + length, 0) || 1;
  let begun = 0;
  paths.forEach((path, i) => {
    path.setAttribute("pathLength", 1);
    const writing = path.animate({ strokeDasharray: "1 1", strokeDashoffset: [1, 0] }, {
      delay: 700 * begun / sum,
      duration: 700 * lengths[i] / sum,
      fill: "backwards",
    });
    writing.onfinish = () => path.removeAttribute("pathLength");
    begun += lengths[i];
  });
}

// Another digit of those on the sheet is looked at.
function lookAt(i) {
  desk.digit = i;
  desk.look = 0;
  settle();
}

// Draws strokes as paths. `before` is what was drawn there: of each path its stroke and its points.
function drawStrokes(group, before, strokes) {
  const paths = group.children;
  while (paths.length > strokes.length) paths[paths.length - 1].remove();
  before.length = Math.min(before.length, strokes.length);
  strokes.forEach((stroke, i) => {
    const last = before[i];
    if (last && last.stroke === stroke && last.points === stroke.length) return;
    if (!paths[i]) group.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    paths[i].setAttribute("d", curvePath(stroke));
    before[i] = { stroke, points: stroke.length };
  });
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
  setText($("vote"), desk.digits.length > 1
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

// Which network is on the desk.
function showPupil(pupil) {
  if (!pupil) return;
  setText($("pupil"), nameOfPupil(pupil));
  setText($("facts-of-pupil"), factsOfPupil(pupil));
}

// ── The pen ──

function pointOnSheet({ clientX, clientY }) {
  const { left, top, width } = $("drawing").getBoundingClientRect();
  const fraction = pixels => Math.round(pixels / width * 1e4) / 1e4;
  return [fraction(clientX - left), fraction(clientY - top)];
}

function pressPen(event) {
  const before = desk.pen ? desk.pen.pointerType : null;
  if (event.button !== 0 || !event.isPrimary) return;
  if (before === "pen" && event.pointerType === "touch") return;        // a palm that rests while it draws
  event.preventDefault();
  if (before === "touch" && event.pointerType === "pen") undo();        // a palm that rested before the pen came
  if (desk.ink === desk.ownHand) clearSheet();
  $("drawing").setPointerCapture(event.pointerId);
  desk.past.push(desk.ink);
  desk.ink = [...desk.ink, [pointOnSheet(event)]];
  drawnByPen.add(desk.ink);
  desk.pen = event;
  desk.trial = null;
  desk.penIsOutside = false;
  refresh();
}

function movePen(event) {
  if (!desk.pen || event.pointerId !== desk.pen.pointerId) return;
  if (event.buttons === 0) {
    liftPen(event);              // it was lifted where the browser did not see it
    return;
  }
  const coalesced = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const one of [...coalesced, event]) addPoint(pointOnSheet(one));
  refresh();
}

function addPoint([x, y]) {
  const isOnSheet = x >= 0 && x <= 1 && y >= 0 && y <= 1;
  const stroke = desk.ink.at(-1);
  if (isOnSheet && desk.penIsOutside) {
    desk.ink.push([[x, y]]);
  } else if (isOnSheet) {
    const [lastX, lastY] = stroke.at(-1);
    const hasMoved = Math.abs(x - lastX) + Math.abs(y - lastY) > 0.004;         // hands tremble
    if (hasMoved) stroke.push([x, y]);
  }
  desk.penIsOutside = !isOnSheet;
}

function liftPen(event) {
  if (!desk.pen || event.pointerId !== desk.pen.pointerId) return;
  desk.pen = null;
  settle();
}

// ── Another drawing ──

// Puts a drawing on the sheet. Undo brings back what was there before.
function setDrawing(strokes) {
  desk.past.push(desk.ink);
  replaceDrawing(strokes);
}

function replaceDrawing(strokes) {
  desk.ink = strokes;
  desk.trial = null;
  desk.pen = null;
  desk.look = 0;
  if (desk.isBlank) desk.ghosts = [];
  settle();
}

// Undo goes back neither to blank paper that was cleared again, nor to the page's own drawing.
function clearSheet() {
  if (desk.isBlank || desk.ink === desk.ownHand) replaceDrawing([]);
  else setDrawing([]);
}

function undo() {
  if (desk.ink === desk.ownHand) clearSheet();
  else replaceDrawing(desk.past.pop() ?? []);
}

// Draws a digit in the page's own hand, the next one each time.
function drawExample() {
  const digit = (3 + desk.examples) % 10;
  desk.examples += 1;
  clearSheet();
  const strokes = strokesOfHand(digit);
  writeByHand(strokes, 800 * strokes.length);
}

// A digit in the page's own hand.
function strokesOfHand(digit) {
  return [...$("hand").children[digit].children].map(path => {
    const length = path.getTotalLength();
    return Array.from({ length: 41 }, (_, i) => {
      const { x, y } = path.getPointAtLength(length * i / 40);
      return [x / 100, y / 100];
    });
  });
}

// Writes a drawing onto the sheet as a hand does, in so many ms; the reading follows it. Returns
// whether it came to its end: the learner may have begun another drawing.
async function writeByHand(strokes, duration) {
  const drawing = [];
  desk.ink = drawing;
  desk.ownHand = drawing;
  desk.writing = drawing;
  const points = strokes.flatMap((stroke, number) => stroke.map(point => [number, point]));
  const start = performance.now();
  let written = 0;
  while (written < points.length) {
    const share = wantsNoMotion() ? 1 : Math.min((performance.now() - start) / duration, 1);
    const due = Math.max(Math.floor(share * points.length), 1);
    for (const [number, point] of points.slice(written, due)) {
      if (drawing.length === number) drawing.push([]);
      drawing[number].push(point);
    }
    written = due;
    refresh();
    if (written === points.length) break;
    await nextFrame();
    if (desk.ink !== drawing) return false;
  }
  desk.writing = null;
  settle();
  return true;
}

// ── Who listens to what ──

$("drawing").addEventListener("pointerdown", pressPen);
$("drawing").addEventListener("pointermove", movePen);
$("drawing").addEventListener("pointerup", liftPen);
$("drawing").addEventListener("pointercancel", liftPen);
$("undo").addEventListener("click", undo);
$("clear").addEventListener("click", clearSheet);
$("example").addEventListener("click", drawExample);

addEventListener("keydown", event => {
  if (event.key === "Delete") clearSheet();
  const isControl = event.ctrlKey || event.metaKey;
  if (isControl && !event.shiftKey && event.key.toLowerCase() === "z") {
    event.preventDefault();
    undo();
  }
});
darkMode.addEventListener("change", refresh);
buildLooks();

// On a phone the sheet docks, as a strip at the top, when the desk has been scrolled away under it.
new IntersectionObserver(([entry]) => {
  const board = $("board");
  const isAbove = entry.boundingClientRect.top < 0;
  if (!board.classList.contains("docked")) {
    $("desk").style.setProperty("--kept", board.offsetHeight + "px");
  }
  board.classList.toggle("docked", !entry.isIntersecting && isAbove);
}, { rootMargin: "-130px 0px 0px" }).observe($("desk"));

const sectionObserver = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) onScreen.add(target.id);
    else onScreen.delete(target.id);
  }
  refresh();
});
for (const section of document.querySelectorAll(".text > section")) sectionObserver.observe(section);
