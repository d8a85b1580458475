"use strict";
// The first ten seconds. Where nobody has touched the page yet, a hand draws a 3, the network reads
// it, and the ink shows what it argues for. The first touch or key ends it, and leaves a clean
// sheet. But whoever presses a control, such as the bet about the 3, keeps the 3, and finds it
// finished.

const demo = {
  isOver: location.hash !== "",  // a link brings a drawing of its own
  strokes: [],                   // what the hand is to draw,
  drawing: null,                 // and what it has drawn
};

const DEMO_DIGIT = 3;
const DEMO_RIVAL = 8;            // the ink is asked why it is no 8
const DEMO_WRITING = 4000;       // ms that the hand takes,
const DEMO_LOOKING = 3500;       // and that one has to look at what the ink argues for

async function playDemo() {
  if (demo.isOver || demo.drawing || !desk.isBlank) return;
  $("caption").textContent = "A hand draws. Watch what it reads.";
  demo.strokes = strokesOfHand(DEMO_DIGIT).map(stroke => stroke.map(aboveCaption));
  demo.drawing = [];
  await writeByHand(demo.strokes, DEMO_WRITING, demo.drawing);
  if (isDemoLeft()) return;
  await showArguments();
  await pauseFor(wantsNoMotion() ? 0 : DEMO_LOOKING);
  if (isDemoLeft()) return;
  $("sheet").classList.add("waiting");
  $("caption").textContent = "Your turn.";
}

// A point of a drawing that is a little smaller than the sheet: below it is room for the caption.
function aboveCaption([x, y]) {
  return [0.1 + 0.8 * x, 0.04 + 0.8 * y];
}

// Somebody has touched the page, or something else has been put on the sheet.
function isDemoLeft() {
  return demo.isOver || desk.ink !== demo.drawing;
}

// Which ink says what was read, and which says its rival.
async function showArguments() {
  const digit = indexOfLargest(desk.reading.probabilities);
  const rival = digit === DEMO_RIVAL ? DEMO_DIGIT : DEMO_RIVAL;
  const work = effectsOfInk(desk.network, desk.strokes, digit, rival);
  const effects = await inSlices(work, () => !isDemoLeft());
  if (isDemoLeft()) return;
  showGlow(effects);
  const forDigit = `<span class="for">says ${digit}</span>`;
  const forRival = `<span class="against">says ${rival}</span>`;
  const hasForRival = effects.some(({ effect }) => effect < 0);
  $("caption").innerHTML = hasForRival ? `${forDigit} ${forRival}` : forDigit;
}

// keepsDrawing: whether the 3 stays on the sheet, drawn to its end.
function endDemo(keepsDrawing) {
  if (demo.isOver) return;
  demo.isOver = true;
  $("caption").textContent = "";
  $("sheet").classList.remove("waiting");
  if (!demo.drawing) return;
  clearGlow();
  if (desk.ink !== demo.drawing) return;         // something else lies on the sheet
  if (keepsDrawing) {
    desk.ownHand = demo.strokes;                 // so the pen takes it away: see pressPen
    replaceDrawing(demo.strokes);
  } else {
    replaceDrawing([]);
  }
}

const CONTROLS = ".text :is(button, label, input, select, summary)";

addEventListener("pointerdown", ({ target }) => {
  if (target.closest(CONTROLS)) endDemo(true);
  else if (target.closest("#sheet")) endDemo(false);
}, { capture: true });
// A finger that scrolls makes no click: then the hand goes on.
for (const kind of ["click", "keydown", "dragenter", "paste"]) {
  addEventListener(kind, () => endDemo(false), { capture: true });
}
pupilListeners.push(playDemo);                   // it begins when there is a network
