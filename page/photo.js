"use strict";
// Reading a picture of handwriting: a photograph, a scan, a screenshot. It is decoded here, and
// page/paper.js finds the digits in it, as pen strokes: then each is a drawing like any other.
// Nothing leaves this machine, and nothing of the picture is kept but what is on the screen.

const LONGEST_SIDE = 1600;     // pixels; larger pictures are made smaller while they are decoded
const BAND = 64;               // rows of pixels that are taken from the canvas at a time
const PART_SIDE = 112;         // pixels of the small picture of one digit
const STEP_SIDE = 480;         // pixels of the small pictures that show the steps

// What was found in the picture that was opened last.
const photo = {
  jobs: 0,               // how many pictures were opened: only the last one is worked on
  isBusy: false,
  words: "",             // what is said meanwhile
  digits: [],            // of each digit {strokes, picture, line}: see layOut
  readings: [],          // what the network at hand reads in each
  readBy: null,          // which network that was, and at what age: see stateOf
  stripOf: null,         // the list of digits for which the strip has buttons
};

// Returns a function that says whether the picture that is worked on now is still the last one.
function newWatch() {
  const job = photo.jobs;
  return () => job === photo.jobs;
}

// ── What kind of file is it? Pure functions ──

// Whether someone who opens this file means a picture. A PDF is none, but is meant as one.
function isPicture(file) {
  if (file.type.startsWith("image/")) return true;
  return /\.(jpe?g|png|gif|webp|bmp|avif|svg|tiff?|hei[cf]|pdf)$/i.test(file.name);
}

// Why a file cannot be opened as a picture, in a sentence.
function whyNoPicture(file) {
  const isKind = kind => file.type.includes(kind) || file.name.toLowerCase().endsWith(`.${kind}`);
  if (file.size === 0) return "The file is empty.";
  if (isKind("pdf")) return "This is a PDF, not a picture. A screenshot of it can be read.";
  if (isKind("heic") || isKind("heif")) {
    return "This browser cannot open HEIC pictures. Save it as JPEG, or take a screenshot of it.";
  }
  return "This is no picture that the browser can open.";
}

// ── From a file to grey ──

// Reads a picture: the first digit goes onto the sheet, the others lie ready.
async function readPicture(file) {
  photo.jobs += 1;
  const isWanted = newWatch();
  photo.isBusy = true;
  photo.words = `Looking for digits in ${file.name} …`;
  showFound();
  try {
    const found = await findInPicture(file, isWanted);
    await nextTask();            // the pen may be waiting
    if (!isWanted()) return;
    check(found.digits.length > 0, "No digit was found in this picture.");
    photo.words = "";
    layOut(found);
    await nextTask();
    await readFound(isWanted);
    if (!isWanted()) return;
    showMessage("");
    chooseFound(0);
    await layOutSteps(found);
  } catch (error) {
    if (isWanted()) showMessage(`${file.name}: ${sentenceOf(error)} Nothing has changed.`);
  } finally {
    if (isWanted()) endReading();
  }
}

// What waited for it, as the glow of the ink, goes on.
function endReading() {
  photo.isBusy = false;
  photo.words = "";
  showFound();
  refresh();
}

// The sheet of paper in a picture, and what is on it: see findDigitsOnSheet. Nothing if it is
// wanted no longer. Throws a sentence if the file holds no picture.
async function findInPicture(file, isWanted) {
  const bitmap = await decode(file);
  await nextTask();              // to make it smaller has taken long enough
  const { width, height } = bitmap;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const grey = await inSlices(fetchGrey(context, width, height), isWanted);
  canvas.width = 0;              // its memory is given back at once
  if (!grey) return undefined;
  return inSlices(findDigitsOnSheet(grey), isWanted);
}

// The picture, upright, and no larger than is of use.
async function decode(file) {
  try {
    const { width, height } = await sizeOf(file);
    const scale = Math.min(LONGEST_SIDE / Math.max(width, height), 1);
    const options = { imageOrientation: "from-image" };
    if (scale < 1) {
      options.resizeWidth = Math.max(Math.round(width * scale), 1);    // the height follows
      options.resizeQuality = "high";
    }
    return await createImageBitmap(file, options);
  } catch {
    throw new Error(whyNoPicture(file));
  }
}

// The size of a picture. The browser need not decode it for that.
async function sizeOf(file) {
  const picture = new Image();
  const url = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => {
      picture.onload = resolve;
      picture.onerror = reject;
      picture.src = url;
    });
    return { width: picture.naturalWidth, height: picture.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
}

// Grey from 0 (black) to 1 (white), a raster, band by band.
function* fetchGrey(context, width, height) {
  const grey = newRaster(width, height);
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top);
    const { data } = context.getImageData(0, top, width, rows);
    grey.values.set(greyOf(data), top * width);
    yield;
  }
  return grey;
}

// ── What was found ──

// Keeps what is shown of a picture: of each digit its strokes on the sheet, its picture,
// painted on a canvas, and its line.
function layOut({ grey, digits }) {
  photo.digits = digits.map(digit => {
    const box = withMargin(digit, grey);
    return {
      strokes: fitToSheet(digit.strokes),
      picture: paintPart(grey, box, PART_SIDE, value => value),
      line: digit.line,
    };
  });
  photo.readings = [];
}

// A digit's strokes, in pixels of the picture, as a drawing in the middle of the sheet.
function fitToSheet(strokes) {
  const { left, top, width, height } = bounds(strokes);
  const scale = 0.7 / (Math.max(width, height) || 1);          // so it is 0.7 sheets large
  return strokes.map(stroke => stroke.map(([x, y]) => [
    0.5 + (x - left - width / 2) * scale,
    0.5 + (y - top - height / 2) * scale,
  ]));
}

// The steps from the picture to its strokes, one after the other, as each takes a while.
async function layOutSteps(found) {
  const { grey, ink, mask } = found;
  const all = { left: 0, top: 0, right: grey.width, bottom: grey.height };
  const greyOfInk = value => 1 - value;
  const steps = {
    "step-picture": () => paintPart(grey, all, STEP_SIDE, value => value),
    "step-light": () => paintPart(ink, all, STEP_SIDE, greyOfInk),
    "step-ink": () => paintPart(mask, all, STEP_SIDE, greyOfInk),
    "step-strokes": () => paintStrokes(found),
  };
  for (const [id, paint] of Object.entries(steps)) {
    await nextTask();
    $(id).replaceChildren(paint());
  }
}

// What is in a box of a raster, on a canvas of at most side × side pixels: each is the mean of a
// square of the raster. toGrey: how light a value, from 0 to 1, is to be.
function paintPart(raster, box, side, toGrey) {
  const whole = crop(raster, box);
  const square = Math.max(Math.ceil(Math.max(whole.width, whole.height) / side), 1);
  const small = shrink(whole, square);
  const canvas = document.createElement("canvas");
  canvas.width = small.width;
  canvas.height = small.height;
  const pixels = new ImageData(small.width, small.height);
  small.values.forEach((value, i) => {
    const grey = toGrey(value) * 255;
    pixels.data.set([grey, grey, grey, 255], i * 4);
  });
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}

// The box of a digit, in whole pixels, with some paper around it where the picture has any.
function withMargin({ left, top, right, bottom }, { width, height }) {
  const margin = Math.round((bottom - top) / 8);
  return {
    left: Math.max(Math.floor(left) - margin, 0),
    top: Math.max(Math.floor(top) - margin, 0),
    right: Math.min(Math.ceil(right) + margin, width),
    bottom: Math.min(Math.ceil(bottom) + margin, height),
  };
}

// The strokes of all digits, where they lie in the picture.
function paintStrokes({ digits, grey }) {
  const { width, height } = grey;
  const scale = Math.min(STEP_SIDE / Math.max(width, height), 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  context.lineWidth = 1.5 / scale;
  for (const stroke of digits.flatMap(digit => digit.strokes)) {
    context.stroke(new Path2D(curvePath(stroke)));
  }
  return canvas;
}

// Reads what was found, with the network at hand.
async function readFound(isWanted) {
  const { network } = desk;
  photo.readBy = network ? stateOf(network) : null;
  if (!network) return;
  const readings = await inSlices(readEach(network, photo.digits), isWanted);
  if (readings) photo.readings = readings;
}

function* readEach(network, digits) {
  const readings = [];
  for (const { strokes } of digits) {
    readings.push(readDrawing(network, strokes));
    yield;
  }
  return readings;
}

// Another network reads them otherwise, and so does a young one when it has learned.
async function readFoundAgain() {
  const { network } = desk;
  if (photo.isBusy || photo.digits.length === 0 || !network) return;
  if (isLearning() || isSameState(photo.readBy, network)) return;
  const isWanted = newWatch();
  photo.isBusy = true;
  await readFound(isWanted);
  if (!isWanted()) return;
  endReading();
  readFoundAgain();              // meanwhile there may be yet another network
}

// Puts a digit of the picture onto the sheet, where it is written as by a hand.
function chooseFound(i) {
  setDrawing(photo.digits[i].strokes);
  writeAgain();
}

function putAway() {
  photo.jobs += 1;               // so the work on it ends
  photo.digits = [];
  photo.readings = [];
  endReading();
}

// ── The strip by the sheet ──

// Shows the digits of a number that is drawn, else those of a picture: each a button.
function showFound() {
  const isNumber = desk.figures.length > 1 && !desk.isGrowing;
  const hasPicture = photo.isBusy || photo.digits.length > 0;
  $("find").hidden = !isNumber && !hasPicture;
  document.body.classList.toggle("finding", isNumber || hasPicture);
  $("find").classList.toggle("drawn", isNumber);
  setAttribute($("found"), "aria-busy", photo.isBusy);
  setText($("found-words"), photo.words);
  if (isNumber) showDrawnNumber();
  else if (hasPicture) showPhotoDigits();
}

function showDrawnNumber() {
  const digits = desk.figures.map(() => ({ picture: null, line: 0 }));
  buildStrip(desk.figures, digits, chooseFigure);
  showStrip(digits, desk.readings, desk.figure);
}

function showPhotoDigits() {
  const chosen = photo.digits.findIndex(({ strokes }) => strokes === desk.ink);
  buildStrip(photo.digits, photo.digits, chooseFound);
  showStrip(photo.digits, photo.readings, chosen);
}

// Makes a button for each digit, unless the strip has them already.
// shownFor: the list by which that is known. digits: of each {picture, line}; picture is null where
// the digit is drawn.
function buildStrip(shownFor, digits, choose) {
  if (photo.stripOf === shownFor) return;
  photo.stripOf = shownFor;
  const buttons = digits.map((digit, i) => buttonFor(digit, () => choose(i)));
  for (let i = 1; i < digits.length; i++) {
    const isNewLine = digits[i].line !== digits[i - 1].line;
    buttons[i].classList.toggle("new-line", isNewLine);
  }
  $("found").replaceChildren(...buttons);
}

// Shows what is read in each digit, and which is chosen; -1 if none is.
function showStrip(digits, readings, chosen) {
  [...$("found").querySelectorAll("button")].forEach((button, i) => {
    const reading = readings[i];
    const digit = reading ? indexOfLargest(reading.probabilities) : -1;
    const whyDoubted = reading ? explainDoubt(reading) : "";
    const label = `Digit ${i + 1}: ${digitOrDash(digit)}`;
    const { picture } = digits[i];
    button.value = digitOrDash(digit);           // for whoever reads the page by script
    setText(button.querySelector("b"), digitOrDash(digit));
    button.classList.toggle("doubted", whyDoubted !== "");
    setAttribute(button, "aria-pressed", i === chosen);
    setAttribute(button, "aria-label", whyDoubted === "" ? label : `${label}, ${whyDoubted}`);
    if (picture === null && reading) {
      paintImage(button.querySelector("canvas"), reading.passes[0].image);
    }
  });
}

// A digit's picture, with room for what is read in it.
function buttonFor(digit, choose) {
  const button = document.createElement("button");
  button.innerHTML = `${PICTURE}<b></b>`;
  if (digit.picture !== null) button.querySelector("canvas").replaceWith(digit.picture);
  button.addEventListener("click", choose);
  return button;
}

$("picture").addEventListener("change", event => {
  const [file] = event.target.files;
  if (file) readPicture(file);
  event.target.value = "";                       // so that the same file may be chosen again
});
$("put-away").addEventListener("click", putAway);
