"use strict";
// "Look inside": what its four parts share. They are one hidden unit step by step (stage.js), all
// units one after the other (tug.js), the whole flow (flow.js), and every unit (gallery.js).

// What the learner chose.
const insideChoices = {
  unit: null,            // the unit that is stepped through; null is the one to begin with
  time: 0,               // how far it is stepped through: see STEPS
  count: 0,              // how many units have come in
  digit: null,           // the digit whose lines the flow shows; null is the one that is read
  flowUnit: null,        // the unit whose lines are shown instead; null is none
  galleryDigit: null,    // the digit that the gallery is lit for; null is the one that is read
  gallerySorted: false,  // whether the gallery is sorted by what its units say
  galleryUnit: null,     // the unit that is shown below it; null is the one that says most
};

// What is drawn, and what with.
const insideView = {
  findings: null,        // what all parts are drawn from: see findInside; null: there is nothing
  heldUnit: null,        // the first unit that is shown, held while one steps and draws on
  partsOnScreen: new Set(),
  sizes: {},             // of the canvases, in pixels of the style sheet, by id
  colours: null,         // those of the style sheet
  font: getComputedStyle(document.body).fontFamily,
  motions: {},           // what moves by itself: by name, the motion that is on
};

// What draws the parts, by the id of their canvas: see addInsidePart.
const insideParts = {};

function showInside() {
  if (!desk.network) return;
  const pass = passShown();
  const isDiverged = !pass.logits.every(Number.isFinite);
  $("inside").classList.toggle("diverged", isDiverged);
  if (isDiverged) {
    forgetFindings();
    return;
  }
  insideView.findings = findInside(pass);
  if (desk.isBlank) insideView.heldUnit = null;
  insideView.colours ??= coloursOfPage();
  keepPicturesFresh(desk.network);
  showNames();
  for (const part of insideView.partsOnScreen) insideParts[part]();
}
sections.inside = showInside;

// What the network makes of the look that is shown; of blank paper there is but one.
function passShown() {
  if (desk.isBlank) return { image: BLANK_IMAGE, ...forward(desk.network, BLANK_IMAGE) };
  return desk.reading.passes[desk.lookNumber];
}

// What there is to see, made once for all parts.
function findInside(pass) {
  const { network, isBlank } = desk;
  const { image, hidden, logits } = pass;
  const { blank, changes, pulls } = compareWithBlank(network, pass);
  const order = strongestFirst(pulls);
  const scoresByCount = scoresAsUnitsComeIn(blank.logits, pulls, order);
  return {
    network,
    isBlank,
    image,
    hidden,
    logits,
    blank,
    changes,
    pulls,
    order,
    scoresByCount,
    leaders: leadersOf(scoresByCount),
    winner: indexOfLargest(logits),
  };
}

// A bet's outcome is that of the first time; it does not change afterwards.
function settleInsideBet(id, outcome, rightAnswer) {
  if (!isSettled(id)) settleBet(id, outcome, rightAnswer);
}

// Another network is on the desk: what runs by itself stops, and all is found anew. What the
// learner chose stays, and holds again as soon as a network has such a unit.
function forgetFindings() {
  insideView.findings = null;
  stopMotion("time");
  stopMotion("count");
}
pupilListeners.push(forgetFindings);

function showPart(id) {
  if (insideView.findings && insideView.partsOnScreen.has(id)) insideParts[id]();
}

// What all parts name.
function showNames() {
  const { network, winner, isBlank } = insideView.findings;
  const units = network.layers[1];
  const voted = isBlank ? winner : indexOfLargest(desk.reading.probabilities);
  const isTheReading = desk.lookNumber === 0 && voted === winner;
  $("inside-look").hidden = isBlank || isTheReading;
  fill($("inside"), {
    units: grouped(units),
    "hidden-units": counted(units, "hidden unit"),
    look: desk.lookNumber + 1,
    winner,
    voted,
  });
}

// ── What the parts draw with ──

// The style sheet's colours, for the canvases.
function coloursOfPage() {
  const style = getComputedStyle($("inside"));
  const colour = name => `rgb(${style.getPropertyValue(name).trim()})`;
  const forAndAgainstIt = { forIt: colour("--for"), against: colour("--against") };
  if (forcedColours.matches) {
    return {
      ...forAndAgainstIt,
      ink: "CanvasText",
      quiet: "CanvasText",
      line: "GrayText",
      sheet: "Canvas",
      chosen: "CanvasText",
    };
  }
  return {
    ...forAndAgainstIt,
    ink: colour("--ink"),
    quiet: colour("--quiet"),
    line: colour("--line"),
    sheet: colour("--sheet"),
    chosen: colour("--chosen"),
  };
}

const forcedColours = matchMedia("(forced-colors: active)");
for (const query of [darkMode, forcedColours]) {
  query.addEventListener("change", () => {
    insideView.colours = null;
    refresh();
  });
}

// An empty canvas to draw on, in pixels of the style sheet; null before its size is known.
function emptyCanvas(id) {
  const size = insideView.sizes[id];
  if (!size) return null;
  const context = $(id).getContext("2d");
  context.setTransform(size.scale, 0, 0, size.scale, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.imageSmoothingEnabled = false;
  context.textBaseline = "middle";
  return { context, ...size };
}

// y: of the middle of the words.
function writeAt(context, words, x, y, options = {}) {
  const { align = "left", colour = insideView.colours.quiet, bold = false } = options;
  const weight = bold ? 600 : 400;
  context.font = `${weight} 12px ${insideView.font}`;
  context.textAlign = align;
  context.fillStyle = colour;
  context.fillText(words, x, y);
}

// A bar that speaks for something is full, one that speaks against it is hollow and dashed.
function drawBar(context, x, y, width, height, isFor) {
  if (width <= 0 || height <= 0) return;
  if (isFor) {
    context.fillStyle = insideView.colours.forIt;
    context.fillRect(x, y, width, height);
    return;
  }
  const inset = Math.min(1, width / 2, height / 2);     // half the line, so that it stays within
  context.strokeStyle = insideView.colours.against;
  context.lineWidth = 2 * inset;
  context.setLineDash([4, 2]);
  context.strokeRect(x + inset, y + inset, width - 2 * inset, height - 2 * inset);
  context.setLineDash([]);
}

function drawLine(context, colour, width, ...pointsOfLine) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const [x, y] of pointsOfLine) context.lineTo(x, y);      // the first only moves there
  context.stroke();
}

function drawCircle(context, x, y, colour) {
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = insideView.colours.ink;
  context.lineWidth = 1.75;
  context.stroke();
}

// A frame of one pixel's width, within a square.
function drawFrame(context, left, top, side) {
  context.strokeStyle = insideView.colours.line;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, top + 0.5, side - 1, side - 1);
}

// ── What moves by itself ──

// Calls show(part) in each frame, with part from 0 to 1, until the time is over (duration, in ms)
// or another motion of that name begins. Where no motion is wanted, it is at its end at once.
function startMotion(name, duration, show, whenDone) {
  const motion = {};             // by which it is known whether another has begun
  const start = performance.now();
  insideView.motions[name] = motion;
  const takeFrame = now => {
    if (insideView.motions[name] !== motion) return;
    const part = wantsNoMotion() ? 1 : Math.min((now - start) / duration, 1);
    if (part < 1) {
      show(part);
      requestAnimationFrame(takeFrame);
      return;
    }
    stopMotion(name);            // first: what is shown says whether it still moves
    show(1);
    whenDone();
  };
  takeFrame(start);
}

function stopMotion(name) {
  delete insideView.motions[name];
}

// ── How a part joins in ──

// A part's file calls this with the id of its canvas and the function that draws the part: canvas,
// words and controls, as soon as any of these is on screen.
function addInsidePart(id, show) {
  insideParts[id] = show;
  insideObserver.observe(document.querySelector(`[data-part="${id}"]`));
  insideSizes.observe($(id));
}

// What a control does. Before a network is there it does nothing.
function onInside(kind, id, action) {
  $(id).addEventListener(kind, event => {
    if (insideView.findings) action(event);
  });
}

const insideObserver = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    const { part } = target.dataset;
    if (isIntersecting) insideView.partsOnScreen.add(part);
    else insideView.partsOnScreen.delete(part);
  }
  refresh();
});

// Canvases get their sizes in the next frame: at once, that could count as another change of size.
const insideSizes = new ResizeObserver(entries => {
  requestAnimationFrame(() => takeSizes(entries));
});

function takeSizes(entries) {
  const scale = devicePixelRatio;
  for (const { target, contentRect } of entries) {
    const { width, height } = contentRect;
    target.width = Math.round(width * scale);
    target.height = Math.round(height * scale);
    insideView.sizes[target.id] = { width, height, scale };
  }
  refresh();
}

// In a link: unit, time, count and digit, ",0,0," where nothing is chosen.
linkParts.inside = {
  write() {
    const { unit, time, count, digit } = insideChoices;
    return [unit ?? "", time, count, digit ?? ""].join(",");
  },
  read(text) {
    const parts = /^(\d{0,4}),(\d(?:\.\d+)?),(\d{1,4}),(\d?)$/.exec(text);
    if (!parts) return null;
    const chosen = parts.slice(1).map(part => (part === "" ? null : Number(part)));
    const [unit, time, count, digit] = chosen;
    return time <= STEPS ? { unit, time, count, digit } : null;
  },
  choose(choices) {
    Object.assign(insideChoices, choices);
    refresh();
  },
};

// On paper all parts are seen at once.
addEventListener("beforeprint", () => {
  if (!insideView.findings) return;
  for (const drawPart of Object.values(insideParts)) drawPart();
});
