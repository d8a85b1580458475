"use strict";
// The desk: the sheet, what is drawn on it, the network at hand and what it reads.
//
// All sections show what lies on the desk. Whoever changes something there calls refresh().

const desk = {
  strokes: [],           // the drawing; points are fractions of the sheet's width, so its size never matters
  past: [],              // the drawings before it, to which Undo goes back
  ghosts: [],            // strokes that the page proposes, pale on the sheet
  trial: null,           // a stroke that is tried: it is read with the drawing, and is no part of it
  examples: 0,           // how many digits the page has drawn in its own hand
  ownHand: null,         // the drawing that the page's own hand made last: a touch takes it away
  pen: null,             // the pointer that is down: the event that put it there
  penIsOutside: false,   // ink that cannot be seen does not count
  pupil: null,           // the network at hand, with its lessons: see newPupil
  reading: null,         // what it reads in the drawing: see readDrawing in pen.js; null of blank paper
  look: 0,               // which of the reading's looks the sections show; 0 is the drawing as it is

  get network() {
    return this.pupil ? this.pupil.network : null;
  },
  get isBlank() {
    return this.strokes.length === 0;
  },
};

// The page's own pupil, the trained network, to go back to; null where there is none.
let pagesOwn = null;

// A pupil is a network with the lessons that it was given, and what it has become by these.
// kind: "trained" (the page's own), "young" (learns in the page) or "loaded" (from a file).
function newPupil(kind, original, fileName = "") {
  return { kind, fileName, original, lessons: [], network: original };
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

const SECTION_PAUSE = 200;       // ms between two drawings of the sections while the pen is down
let refreshIsDue = false;
let sectionsDrawnAt = 0;

// Something on the desk has changed: it will be seen in the next frame. Ink and reading follow the
// pen in each frame; the sections follow a few times a second while the pen is down, and at once
// when it rests.
function refresh() {
  if (refreshIsDue) return;
  refreshIsDue = true;
  requestAnimationFrame(() => {
    if (refreshIsDue) drawEverything();
  });
}

function drawEverything() {
  refreshIsDue = false;
  drawDesk();
  const now = performance.now();
  if (desk.pen && now - sectionsDrawnAt < SECTION_PAUSE) return;
  drawSections();
  sectionsDrawnAt = performance.now();
}

function drawDesk() {
  const canRead = desk.network && !desk.isBlank;
  const strokes = desk.trial ? [...desk.strokes, desk.trial] : desk.strokes;
  desk.reading = canRead ? readDrawing(desk.network, strokes) : null;
  document.body.classList.toggle("blank", desk.isBlank);
  document.body.classList.toggle("silent", !desk.network);
  drawSheet();
  showReading(desk.reading);
}

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

function drawSheet() {
  $("ghosts").innerHTML = desk.ghosts.map(pathOf).join("");
  const drawn = $("strokes").children;
  while (drawn.length > desk.strokes.length) drawn[drawn.length - 1].remove();
  desk.strokes.forEach((stroke, i) => {
    if (!drawn[i]) $("strokes").append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    const path = curvePath(stroke);
    if (drawn[i].getAttribute("d") !== path) drawn[i].setAttribute("d", path);
  });
}

function pathOf(stroke) {
  return `<path d="${curvePath(stroke)}"/>`;
}

// The numeral, the doubt and the bars.
function showReading(reading) {
  const shares = reading ? reading.probabilities : new Array(10).fill(0);
  const digit = reading ? indexOfLargest(shares) : -1;
  const doubts = reading ? doubt(desk.network, reading) : "";
  $("prediction").textContent = digit < 0 ? "–" : digit;
  $("prediction").classList.toggle("doubted", doubts !== "");
  $("doubt").textContent = doubts;
  paintImage($("seen"), reading ? reading.looks[desk.look].image : new Float64Array(784));
  for (const bar of $("bars").children) {
    const share = shares[bar.dataset.digit];
    bar.classList.toggle("first-choice", Number(bar.dataset.digit) === digit);
    bar.setAttribute("aria-valuenow", (share * 100).toFixed(1));
    bar.style.setProperty("--share", share);
    bar.querySelector("b").textContent = (share * 100).toFixed(0);
  }
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
  if (desk.strokes === desk.ownHand) clearSheet();
  $("drawing").setPointerCapture(event.pointerId);
  desk.past.push(desk.strokes);
  desk.strokes = [...desk.strokes, [pointOnSheet(event)]];
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
  const stroke = desk.strokes.at(-1);
  if (isOnSheet && desk.penIsOutside) {
    desk.strokes.push([[x, y]]);
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
  desk.past.push(desk.strokes);
  replaceDrawing(strokes);
}

function replaceDrawing(strokes) {
  desk.strokes = strokes;
  desk.trial = null;
  desk.pen = null;
  desk.look = 0;
  if (desk.isBlank) desk.ghosts = [];
  settle();
}

// Undo goes back neither to blank paper that was cleared again, nor to the page's own drawing.
function clearSheet() {
  if (desk.isBlank || desk.strokes === desk.ownHand) replaceDrawing([]);
  else setDrawing([]);
}

function undo() {
  if (desk.strokes === desk.ownHand) clearSheet();
  else replaceDrawing(desk.past.pop() ?? []);
}

// Draws a digit in the page's own hand, the next one each time.
async function drawExample() {
  const digit = (3 + desk.examples) % 10;
  desk.examples += 1;
  clearSheet();
  const drawing = [];
  desk.ownHand = drawing;
  desk.strokes = drawing;
  for (const path of $("hand").children[digit].children) {
    drawing.push([]);
    for (let i = 0; i <= 40; i++) {
      const { x, y } = path.getPointAtLength(path.getTotalLength() * i / 40);
      drawing.at(-1).push([x / 100, y / 100]);
      if (wantsNoMotion()) continue;
      refresh();
      await new Promise(resolve => setTimeout(resolve, 20));
      if (desk.strokes !== drawing) return;                     // the learner has begun another
    }
  }
  settle();
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

// On a phone the sheet docks, as a strip at the top, when the desk has been scrolled away under it.
new IntersectionObserver(([entry]) => {
  const board = $("board");
  const isAbove = entry.boundingClientRect.top < 0;
  if (!board.classList.contains("docked")) {
    $("desk").style.setProperty("--kept", board.offsetHeight + "px");
  }
  board.classList.toggle("docked", !entry.isIntersecting && isAbove);
}, { rootMargin: "-180px 0px 0px" }).observe($("desk"));

const sectionObserver = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) onScreen.add(target.id);
    else onScreen.delete(target.id);
  }
  refresh();
});
for (const section of document.querySelectorAll(".text > section")) sectionObserver.observe(section);
