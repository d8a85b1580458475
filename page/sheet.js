"use strict";
// The sheet: the pen that draws on it, the ink that is shown, and the page's own hand.

// ── The pen ──

const TREMBLE = 0.004;           // of a hand, in sheets: what moves less than this adds no point

// Where an event is on the sheet, [x, y], in sheets, to four decimals.
function pointOnSheet({ clientX, clientY }) {
  const { left, top, width } = $("drawing").getBoundingClientRect();
  const inSheets = pixels => Math.round(pixels / width * 1e4) / 1e4;
  return [inSheets(clientX - left), inSheets(clientY - top)];
}

function pressPen(event) {
  if (event.button !== 0 || !event.isPrimary) return;
  const kind = event.pointerType;
  const kindThatIsDown = desk.pen ? desk.pen.pointerType : null;
  // A palm may rest on the sheet: what it touches while a pen draws is no ink, and what it has
  // drawn before the pen came is taken back.
  if (kind === "touch" && kindThatIsDown === "pen") return;
  event.preventDefault();
  if (kind === "pen" && kindThatIsDown === "touch") undo();
  if (desk.ink === desk.ownHand) clearSheet();
  $("drawing").setPointerCapture(event.pointerId);
  desk.past.push(desk.ink);
  desk.ink = [...desk.ink, [pointOnSheet(event)]];
  drawnByPen.add(desk.ink);
  desk.pen = event;
  desk.trial = null;
  desk.lookNumber = 0;
  desk.penIsOutside = false;
  refresh();
}

function movePen(event) {
  if (!desk.pen || event.pointerId !== desk.pen.pointerId) return;
  if (event.buttons === 0) {
    liftPen(event);              // it was lifted where the browser did not see it
    return;
  }
  // A browser may have waited, and tell of several moves in one event. Not every browser lists
  // them: then there is the event alone.
  const coalesced = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const move of [...coalesced, event]) addPoint(pointOnSheet(move));
  refresh();
}

// Adds a point to the stroke that grows. A pen that comes back onto the sheet begins another one.
function addPoint([x, y]) {
  const isOnSheet = x >= 0 && x <= 1 && y >= 0 && y <= 1;
  const stroke = desk.ink.at(-1);
  if (isOnSheet && desk.penIsOutside) {
    desk.ink.push([[x, y]]);
  } else if (isOnSheet) {
    const [lastX, lastY] = stroke.at(-1);
    const hasMoved = Math.abs(x - lastX) + Math.abs(y - lastY) > TREMBLE;
    if (hasMoved) stroke.push([x, y]);
  }
  desk.penIsOutside = !isOnSheet;
}

function liftPen(event) {
  if (!desk.pen || event.pointerId !== desk.pen.pointerId) return;
  desk.pen = null;
  settle();
}

// ── What is on the sheet ──

// Puts a drawing on the sheet. Undo brings back what was there before.
function setDrawing(strokes) {
  desk.past.push(desk.ink);
  replaceDrawing(strokes);
}

function replaceDrawing(strokes) {
  desk.ink = strokes;
  desk.trial = null;
  desk.pen = null;
  desk.lookNumber = 0;
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

// What the sheet shows: of each path the stroke, and how many points that had. So only strokes that
// have changed are drawn anew, in whatever way they came to be there.
const shownPaths = { dry: [], wet: [], ghosts: [] };

// The stroke that grows is wet: it lies on a sheet of its own, so that the browser need not paint
// all others again in each frame.
function drawSheet() {
  const dryCount = desk.isGrowing ? desk.ink.length - 1 : desk.ink.length;
  const dry = desk.ink.slice(0, dryCount);
  const wet = desk.ink.slice(dryCount);
  drawStrokes($("strokes"), shownPaths.dry, dry);
  drawStrokes($("wet"), shownPaths.wet, wet);
  const isNumber = desk.figures.length > 1;
  dry.forEach((stroke, i) => {
    const isAside = isNumber && !desk.strokes.includes(stroke);       // another digit is looked at
    $("strokes").children[i].classList.toggle("aside", isAside);
  });
  drawGhosts();
}

function drawGhosts() {
  const isInkThere = desk.ghostsFor.every(stroke => desk.ink.includes(stroke));
  if (!isInkThere) desk.ghosts = [];
  drawStrokes($("ghosts"), shownPaths.ghosts, desk.ghosts);
}

// Draws strokes as the paths of a group. shown: what the group shows, which is brought up to date.
function drawStrokes(group, shown, strokes) {
  const paths = group.children;
  while (paths.length > strokes.length) {
    paths[paths.length - 1].remove();
    shown.pop();
  }
  strokes.forEach((stroke, i) => {
    const path = shown[i];
    if (path && path.stroke === stroke && path.points === stroke.length) return;
    if (!path) group.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    paths[i].setAttribute("d", curvePath(stroke));
    shown[i] = { stroke, points: stroke.length };
  });
}

// ── The page's own hand ──

const WRITING_TIME = 700;        // ms, for a drawing that is written once more
const STROKE_TIME = 800;         // ms, for each stroke of an example

// The strokes on the sheet are written once more, one after the other.
function writeAgain() {
  if (wantsNoMotion()) return;
  const paths = [...$("strokes").children];
  const lengths = paths.map(path => path.getTotalLength());
  const whole = sumOf(lengths) || 1;             // dots have no length
  let written = 0;               // the length of the strokes before
  paths.forEach((path, i) => {
    // One dash as long as the path, which is moved in from before its beginning.
    path.setAttribute("pathLength", 1);
    const writing = path.animate({ strokeDasharray: "1 1", strokeDashoffset: [1, 0] }, {
      delay: WRITING_TIME * written / whole,
      duration: WRITING_TIME * lengths[i] / whole,
      fill: "backwards",
    });
    writing.onfinish = () => path.removeAttribute("pathLength");
    written += lengths[i];
  });
}

// Draws a digit: a 3 at first, then a 4, a 5, …
function drawExample() {
  const digit = (3 + desk.examples) % 10;
  desk.examples += 1;
  clearSheet();
  const strokes = strokesOfHand(digit);
  writeByHand(strokes, STROKE_TIME * strokes.length);
}

// A digit in the page's own hand, each stroke as 41 points. In the markup it is 100 wide.
function strokesOfHand(digit) {
  return [...$("hand").children[digit].children].map(path => {
    const length = path.getTotalLength();
    return Array.from({ length: 41 }, (_, i) => {
      const { x, y } = path.getPointAtLength(length * i / 40);
      return [x / 100, y / 100];
    });
  });
}

// Writes strokes onto the sheet as a hand does, in so many ms; the reading follows it. It ends
// early where the learner begins another drawing.
// drawing: the one that grows on the sheet.
async function writeByHand(strokes, duration, drawing = []) {
  desk.ink = drawing;
  desk.ownHand = drawing;
  desk.writing = drawing;
  const count = sumOf(strokes.map(stroke => stroke.length));
  const start = performance.now();
  while (true) {
    const elapsed = performance.now() - start;                          // ms
    const share = wantsNoMotion() ? 1 : Math.min(elapsed / duration, 1);     // of the points
    const due = Math.max(Math.floor(share * count), 1);
    copyPoints(strokes, drawing, due);
    if (share === 1) break;
    refresh();
    await nextFrame();
    if (desk.ink !== drawing) {
      if (desk.writing === drawing) desk.writing = null;        // else another hand writes already
      return;
    }
  }
  desk.writing = null;
  settle();
}

// Lets a drawing, in place, grow to the first so many points of these strokes.
function copyPoints(strokes, drawing, count) {
  let before = 0;                // points in the strokes before
  strokes.forEach((stroke, i) => {
    const due = clip(count - before, 0, stroke.length);
    if (due > 0) {
      drawing[i] ??= [];
      drawing[i].push(...stroke.slice(drawing[i].length, due));
    }
    before += stroke.length;
  });
}

for (const id of ["drawing", "wet"]) $(id).setAttribute("stroke-width", SHEET_PEN);

// ── Who listens to what ──

$("drawing").addEventListener("pointerdown", pressPen);
$("drawing").addEventListener("pointermove", movePen);
$("drawing").addEventListener("pointerup", liftPen);
$("drawing").addEventListener("pointercancel", liftPen);
$("undo").addEventListener("click", undo);
$("clear").addEventListener("click", clearSheet);
$("example").addEventListener("click", drawExample);

addEventListener("keydown", event => {
  const isInField = event.target.matches("input[type=number]");
  if (isInField) return;         // there these keys mean the text
  if (event.key === "Delete") clearSheet();
  const isControl = event.ctrlKey || event.metaKey;
  if (isControl && !event.shiftKey && event.key.toLowerCase() === "z") {
    event.preventDefault();
    undo();
  }
});

// On a phone the board docks, as a strip at the top, when the desk has been scrolled up, but for
// the last 130 px. As the strip is lower, the desk keeps the height that the board had: --kept.
const dockObserver = new IntersectionObserver(entries => {
  const board = $("board");
  const { isIntersecting, boundingClientRect } = entries.at(-1);        // the newest
  const isAbove = boundingClientRect.top < 0;
  if (!board.classList.contains("docked")) {
    $("desk").style.setProperty("--kept", board.offsetHeight + "px");
  }
  board.classList.toggle("docked", !isIntersecting && isAbove);
}, { rootMargin: "-130px 0px 0px" });
dockObserver.observe($("desk"));
