"use strict";
// The sheet: the pen that draws on it, the ink that is shown, and the page's own hand.

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

// The stroke that grows is wet: it lies on a sheet of its own, so that the browser need not paint
// all others again in each frame.
function drawSheet() {
  const dryCount = desk.ink.length - (desk.isGrowing ? 1 : 0);
  drawStrokes($("strokes"), shown.dry, desk.ink.slice(0, dryCount));
  drawStrokes($("wet"), shown.wet, desk.ink.slice(dryCount));
  const isNumber = desk.figures.length > 1;
  desk.ink.slice(0, dryCount).forEach((stroke, i) => {
    $("strokes").children[i].classList.toggle("aside", isNumber && !desk.strokes.includes(stroke));
  });
  const isForThis = desk.ghostsFor.every(stroke => desk.ink.includes(stroke));
  if (!isForThis) desk.ghosts = [];
  if (shown.ghosts !== desk.ghosts) {
    shown.ghosts = desk.ghosts;
    drawStrokes($("ghosts"), [], desk.ghosts);
  }
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

// What the sheet shows: of each path the stroke, and how many of its points. So only strokes that
// have changed are drawn anew, in whatever way they came to be there.
const shown = { dry: [], wet: [], ghosts: [] };

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
  if (event.target.matches("input[type=number], input[type=text]")) return;     // there these keys mean the text
  if (event.key === "Delete") clearSheet();
  const isControl = event.ctrlKey || event.metaKey;
  if (isControl && !event.shiftKey && event.key.toLowerCase() === "z") {
    event.preventDefault();
    undo();
  }
});

// On a phone the sheet docks, as a strip at the top, when the desk has been scrolled away under it.
new IntersectionObserver(([entry]) => {
  const board = $("board");
  const isAbove = entry.boundingClientRect.top < 0;
  if (!board.classList.contains("docked")) {
    $("desk").style.setProperty("--kept", board.offsetHeight + "px");
  }
  board.classList.toggle("docked", !entry.isIntersecting && isAbove);
}, { rootMargin: "-130px 0px 0px" }).observe($("desk"));
