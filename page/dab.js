"use strict";
// "Ask why": one dab of ink that is dragged over the sheet, and read as if it were drawn there.

// reading: of the drawing without the dab; null where nothing can be asked.
function showDab(reading) {
  const canAsk = reading !== null;
  const isOnSheet = desk.trial !== null;
  if (isOnSheet && canAsk) {
    const effect = leadIn(desk.reading) - why.lead;
    $("trial").innerHTML = signedLine(desk.trial, effect, SHEET_PEN);
    setText($("dab-words"), dabInWords(effect, reading));
    $("dab").style.setProperty("left", why.dab.x * 100 + "%");
    $("dab").style.setProperty("top", why.dab.y * 100 + "%");
  } else {
    $("trial").replaceChildren();
    setText($("dab-words"), "");
  }
  $("dab").hidden = !isOnSheet;
  $("dab-put").disabled = !canAsk;
  setText($("dab-put"), isOnSheet ? "Take it away" : "Put a dab on the sheet");
  setAttribute($("dab-put"), "aria-pressed", isOnSheet);
  for (const id of ["dab-turn", "dab-keep", "dab-places"]) $(id).hidden = !isOnSheet;
  showDabPlace($("dab-x"), why.dab.x);
  showDabPlace($("dab-y"), why.dab.y);
}

// place: across the sheet or down it, from 0 to 1.
function showDabPlace(slider, place) {
  slider.value = place * 100;
  setAttribute(slider, "aria-valuetext", `${slider.value}: ${$("lead-words").textContent}`);
}

// effect: by how many points the dab changes the lead. reading: of the drawing without it.
function dabInWords(effect, reading) {
  const points = Math.abs(effect).toFixed(2);
  const reads = indexOfLargest(desk.reading.probabilities);
  const pair = `Between ${why.from} and ${why.to}`;
  const argues = points === "0.00"
    ? `${pair}, here it argues for neither.`
    : `${pair}, here it argues for ${effect > 0 ? why.from : why.to}, by ${points} points.`;
  const before = indexOfLargest(reading.probabilities);
  if (reads === before) return `${argues} It still reads ${reads}.`;
  const isThird = reads !== why.from && reads !== why.to;
  return `${argues} It makes the network read ${reads}${isThird ? ", a third one" : ""}.`;
}

// Puts the dab on the sheet, with its middle at (x, y). direction: which of DIRECTIONS.
function moveDab(x, y, direction) {
  why.dab = { x: clip(x, 0.03, 0.97), y: clip(y, 0.03, 0.97), direction };
  const { side } = squareAround(desk.strokes);
  desk.trial = dabAt([why.dab.x, why.dab.y], DIRECTIONS[direction], side);
  refresh();
}

function beginDabDrag(event) {
  event.preventDefault();              // no text is selected, and the focus is set by hand
  $("dab").focus({ preventScroll: true });
  $("dab").setPointerCapture(event.pointerId);
  dragDab(event);
}

function dragDab(event) {
  if (!$("dab").hasPointerCapture(event.pointerId)) return;
  const [x, y] = pointOnSheet(event);
  moveDab(x, y, why.dab.direction);
}

const DAB_STEP = 0.02;           // by which a key moves it, in sheets

// Adds strokes to the drawing. What was one digit stays one, and several stay several: only what a
// pen has drawn is split (see splitSheet in desk.js).
function addInk(strokes) {
  const ink = [...desk.ink, ...strokes];
  if (desk.figures.length > 1) drawnByPen.add(ink);
  setDrawing(ink);
}

$("dab-put").addEventListener("click", () => {
  stopShowingWay();
  if (desk.trial) desk.trial = null;
  else moveDab(why.dab.x, why.dab.y, why.dab.direction);
  settle();
});
$("dab-turn").addEventListener("click", () => {
  const { x, y, direction } = why.dab;
  moveDab(x, y, (direction + 1) % DIRECTIONS.length);
});
$("dab-keep").addEventListener("click", () => {
  if (desk.trial === null) return;
  addInk([desk.trial]);
  $("dab-put").focus({ preventScroll: true });   // this button is gone now
});
$("dab-x").addEventListener("input", event =>
  moveDab(event.target.value / 100, why.dab.y, why.dab.direction));
$("dab-y").addEventListener("input", event =>
  moveDab(why.dab.x, event.target.value / 100, why.dab.direction));
$("dab").addEventListener("pointerdown", beginDabDrag);
$("dab").addEventListener("pointermove", dragDab);
$("dab").addEventListener("keydown", event => {
  if (!(event.key in ARROWS)) return;
  event.preventDefault();
  const [right, down] = ARROWS[event.key];
  moveDab(why.dab.x + right * DAB_STEP, why.dab.y + down * DAB_STEP, why.dab.direction);
});
