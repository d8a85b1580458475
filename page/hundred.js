"use strict";
// What a lesson costs: a hundred digits that other people wrote, and which of them the network
// reads differently than before its lessons.

const FIRST_OF_HUNDRED = DIGITS_TO_LEARN;
const PICTURE_SIDE = 56;       // of one of their pictures on the canvas, in its pixels
const CELL_WIDTH = 64;         // of a picture with what is around and below it
const CELL_HEIGHT = 86;

const hundred = {
  readBy: null,          // the network that read them, or is reading them, and its age: see stateOf
  drawn: [],             // what each of their pictures shows: {isLit, digit, barWidth, isDark}
};

// Reads the hundred digits whenever the network is another one, or has learned; and if they could
// not be loaded, tries again then.
async function showCost() {
  const { pupil } = desk;
  if (!pupil || isSameState(hundred.readBy, pupil.network)) return;
  const { network } = pupil;
  hundred.readBy = stateOf(network);
  const isWanted = () => isSameState(hundred.readBy, network);
  try {
    await loadDigits();
  } catch {
    $("cost").hidden = true;
    return;
  }
  $("cost").hidden = false;
  const readings = await inSlices(readHundred(pupil.original, network), isWanted);
  if (!readings) return;         // a later network is read
  const { before, now } = readings;
  await inSlices(paintHundred(before, now), isWanted);
  if (!isWanted()) return;
  showCount(pupil, network, before, now);
}

// What the network reads now, and what it read before its lessons.
function* readHundred(original, network) {
  const before = yield* readDigitImages(original, FIRST_OF_HUNDRED, 100);
  const now = yield* readDigitImages(network, FIRST_OF_HUNDRED, 100);
  return { before, now };
}

function* paintHundred(before, now) {
  for (let i = 0; i < 100; i++) {
    paintDigit(i, before[i], now[i]);
    yield;
  }
}

// How many are read right, and how many differently, in words and beside the bet.
function showCount(pupil, network, before, now) {
  const different = now.filter((reading, i) => reading.digit !== before[i].digit).length;
  const isTaught = network !== pupil.original;
  fill($("cost"), {
    before: before.filter(isReadRight).length,
    now: now.filter(isReadRight).length,
    different,
  });
  $("cost-untaught").hidden = isTaught;
  $("cost-taught").hidden = !isTaught;
  setText($("changed"), isTaught ? `${different} of 100 changed` : "");
  const label = `A hundred digits; ${different} are read differently than before`;
  $("hundred").setAttribute("aria-label", label);
  if (!pupil.isRelearning) settleTeachBet(different, pupil);
}

// The bet is about three lies. Once they are told, its outcome stands.
// different: how many of the hundred are read differently.
function settleTeachBet(different, pupil) {
  if (isSettled("bet-teach") || countLies(pupil) < LIES.length) return;
  const outcome = `${different} of the hundred, after ${counted(pupil.lessons.length, "lesson")}.`;
  settleBet("bet-teach", outcome, answerFor(different));
}

// The answer to the bet that holds for so many.
function answerFor(different) {
  if (different === 0) return "none";
  if (different <= 5) return "one to five";
  return different <= 20 ? "six to twenty" : "more";
}

darkMode.addEventListener("change", () => {
  hundred.readBy = null;         // in the other theme they have another ink
});

function isReadRight({ label, digit }) {
  return label === digit;
}

// Digit i of the hundred, and below it a bar: how sure the network is of the right digit. One that
// is read differently than before is lit, and what is read stands in place of the bar.
function paintDigit(i, before, now) {
  const isLit = before.digit !== now.digit;
  const hasDiverged = now.digit < 0;             // then the probabilities are no numbers
  const probability = hasDiverged ? 0 : now.probabilities[now.label];
  const barWidth = Math.round(probability * PICTURE_SIDE);
  const toDraw = { isLit, digit: now.digit, barWidth, isDark: darkMode.matches };
  if (isPainted(i, toDraw)) return;
  hundred.drawn[i] = toDraw;
  const canvas = $("hundred");
  const style = getComputedStyle(canvas);
  const ink = isLit ? style.backgroundColor : style.color;
  const column = i % 10;
  const row = Math.floor(i / 10);
  const x = column * CELL_WIDTH;
  const y = row * CELL_HEIGHT;
  const margin = (CELL_WIDTH - PICTURE_SIDE) / 2;
  const context = canvas.getContext("2d");
  context.fillStyle = isLit ? style.color : style.backgroundColor;
  context.fillRect(x, y, CELL_WIDTH, CELL_HEIGHT);
  context.imageSmoothingEnabled = false;
  const picture = colouredDigit(FIRST_OF_HUNDRED + i, ink);
  context.drawImage(picture, x + margin, y + margin, PICTURE_SIDE, PICTURE_SIDE);
  context.fillStyle = ink;
  if (isLit) writeReading(context, now.digit, x + CELL_WIDTH / 2, y + CELL_HEIGHT - 5);
  else paintBar(context, barWidth, x + margin, y + CELL_HEIGHT - 18);
}

function writeReading(context, digit, middle, bottom) {
  context.font = "600 24px sans-serif";
  context.textAlign = "center";
  context.fillText(`→ ${digitOrDash(digit)}`, middle, bottom);
}

// The bar, on a paler one of its full length.
function paintBar(context, barWidth, left, top) {
  context.globalAlpha = 0.1;
  context.fillRect(left, top, PICTURE_SIDE, 5);
  context.globalAlpha = 0.4;
  context.fillRect(left, top, barWidth, 5);
  context.globalAlpha = 1;
}

// Whether digit i looks like this already.
function isPainted(i, { isLit, digit, barWidth, isDark }) {
  const drawn = hundred.drawn[i];
  return drawn !== undefined && drawn.isLit === isLit && drawn.digit === digit
    && drawn.barWidth === barWidth && drawn.isDark === isDark;
}

// A small canvas with image k in a colour.
function colouredDigit(k, colour) {
  const canvas = newSmallPicture();
  paintImage(canvas, digitImage(k));
  const context = canvas.getContext("2d");
  context.globalCompositeOperation = "source-in";          // where there is ink, and as much
  context.fillStyle = colour;
  context.fillRect(0, 0, 28, 28);
  return canvas;
}
