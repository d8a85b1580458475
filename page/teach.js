"use strict";
// Teaching: the learner says what a drawing is, and the network learns it in a few small steps. Beside
// it stand a hundred digits that other people wrote, for what a lesson mends here it may spoil there.

// ── How a lesson is learned: pure functions ──

const LEARNT = 0.9;            // a lesson ends where the looks together give the right digit this probability
const LESSON_RATE = 0.004;     // its learning rate
// A lesson alone has a hundred turns at most, one of many has some 25. Lessons that are not learnt by
// then contradict each other, and to go on would spoil other digits (measured: benchmarks/log.md).
const TURNS_AT_FIRST = 75;
const TURNS_OF_EACH = 25;

// The network on its way through the lessons, step by step, always from the original: a lesson that
// was taken back was never had. The lessons take turns until all of them are learnt.
// lessons: [{label, strokes}, …]. mean: the mean training image, 784 numbers.
function* teach(original, lessons, mean = new Float64Array(784)) {
  const taught = { ...original, W1: original.W1.slice(), b1: original.b1.slice() };
  const images = [];                             // of each lesson: the looks at its drawing
  const mostTurns = TURNS_AT_FIRST + TURNS_OF_EACH * lessons.length;
  let learntInARow = 0;
  for (let turn = 0; turn < mostTurns && learntInARow < lessons.length; turn++) {
    yield { ...taught };
    const n = turn % lessons.length;
    const round = Math.floor(turn / lessons.length);
    const { label, strokes } = lessons[n];
    images[n] ??= looks(strokes);
    if (readLooks(taught, images[n])[label] >= LEARNT) {
      learntInARow += 1;
    } else {
      stepOnLesson(taught, images[n][round % LOOKS.length], label, mean);
      learntInARow = 0;
    }
  }
  yield { ...taught };
}

// What a network reads in several looks at one drawing: the mean of their probabilities.
function readLooks(network, images) {
  return meanOf(images.map(image => forward(network, image).probabilities));
}

// One step of learning. The image is taken less the mean image: some of its ink lies where most digits
// have ink, and to learn from that would spoil them. b1 cancels what the new W1 would do to the mean
// image itself. W2 and b2 stay.
function stepOnLesson(network, image, label, mean) {
  const difference = image.map((ink, pixel) => ink - mean[pixel]);
  const { dW1 } = backward(network, [difference], [label], [forward(network, image)]);
  const db1 = matmul(mean, dW1, 784).map(sum => -sum);                  // (1, 784) @ (784, units)
  update(network, { dW1, db1 }, LESSON_RATE);
}

// ── Lessons that a browser keeps ──

// Each lesson of the page's own network is kept under a key of its own. So two windows that teach in
// the same moment never write over each other's lessons. Keys in order are lessons in order.
const LESSON_KEY = "lesson ";
const MOST_LESSONS = 100;

function newLessons(drawings) {
  return drawings.map(({ label, strokes }, i) => {
    const place = String(i).padStart(3, "0");
    const random = Math.random().toString(36).slice(2, 10);
    return { label, strokes, key: `${LESSON_KEY}${Date.now()} ${place} ${random}` };
  });
}

function inOrder(lessons) {
  return [...lessons].sort((one, other) => (one.key < other.key ? -1 : 1));
}

// Returns whether the browser has kept them all. It may be told to keep nothing, or have no room.
function storeLessons(lessons) {
  try {
    for (const { key, label, strokes } of lessons) {
      localStorage.setItem(key, JSON.stringify({ label, strokes }));
    }
    return true;
  } catch {
    return false;
  }
}

function unstoreLessons(lessons) {
  try {
    for (const { key } of lessons) localStorage.removeItem(key);
  } catch {
    // Where nothing may be kept, there is nothing to remove.
  }
}

// The lessons in the store, and how many there could not be read: these are put aside.
function storedLessons() {
  const lessons = [];
  let unreadable = 0;
  try {
    unreadable += takeOverOldList();
    for (const key of Object.keys(localStorage).filter(key => key.startsWith(LESSON_KEY))) {
      const lesson = readLesson(key, localStorage.getItem(key));
      if (lesson) {
        lessons.push(lesson);
      } else {
        putAside(key);
        unreadable += 1;
      }
    }
  } catch {
    // Nothing may be kept here, so nothing was.
  }
  return { lessons: inOrder(lessons).slice(0, MOST_LESSONS), unreadable };
}

function readLesson(key, text) {
  try {
    const [{ label, strokes }] = readDrawings([JSON.parse(text)]);
    return { label, strokes, key };
  } catch {
    return null;
  }
}

function putAside(key) {
  const text = localStorage.getItem(key);
  localStorage.removeItem(key);                  // first, as there may be no room for both
  localStorage.setItem(`unreadable ${key}`, text);
}

// Earlier editions of this page kept all lessons in one list. Each gets its own key; always the same
// one, so that two windows may do it at once. Returns how many lists could not be read: 0 or 1.
function takeOverOldList() {
  const text = localStorage.getItem("lessons");
  if (text === null) return 0;
  try {
    const drawings = readDrawings(JSON.parse(text));
    const lessons = drawings.map(({ label, strokes }, i) => {
      const place = String(i).padStart(3, "0");
      return { label, strokes, key: `${LESSON_KEY}0000000000000 ${place}` };
    });
    if (storeLessons(lessons)) localStorage.removeItem("lessons");
    return 0;
  } catch {
    putAside("lessons");
    return 1;
  }
}

// ── Giving lessons, and taking them back ──

// Goes through a pupil's lessons from the start. Whoever changes them comes here; a later change ends
// an earlier one's way. `latest` is the lesson that is followed step by step. Returns whether it came
// to the end.
async function relearn(pupil, latest = null) {
  const lessons = [...pupil.lessons];
  pupil.lessons = lessons;
  pupil.isLearning = true;
  if (desk.pupil === pupil) showLessons(pupil);
  const isWanted = () => pupil.lessons === lessons;
  return await inSlices(goThroughLessons(pupil, latest), isWanted) === true;
}

const MOST_SHOWN = 50;         // steps of a lesson that are shown one by one
const SHOWN_FOR = 40;          // ms

function* goThroughLessons(pupil, latest) {
  const images = latest ? looks(latest.strokes) : [];
  const losses = [];
  let network = pupil.original;
  for (network of teach(pupil.original, pupil.lessons, meanImage(pupil))) {
    yield;
    if (!latest) continue;
    const loss = crossEntropy([readLooks(network, images)], [latest.label]);
    losses.push([losses.length + 1, loss]);
    if (losses.length > MOST_SHOWN || wantsNoMotion()) continue;
    pupil.network = network;
    if (desk.pupil === pupil) refresh();
    yield SHOWN_FOR;
    if (losses.length % 4 === 0) showCourse(pupil, losses);
  }
  pupil.network = pupil.lessons.length > 0 ? unmeasured(network) : pupil.original;
  pupil.isLearning = false;
  if (desk.pupil === pupil) {
    showCourse(pupil, losses);
    settle();
  }
  return true;
}

// How much it reads right was measured before the lessons.
function unmeasured(network) {
  const { test_accuracy, train_accuracy, ...training } = network.training;
  return { ...network, training };
}

// The mean training image; every network here has learned from MNIST, or so it is assumed.
function meanImage(pupil) {
  const own = pupil.original.training.mean;
  return Float64Array.from(own ?? pagesOwn?.original.training.mean ?? new Array(784).fill(0));
}

// Throws where a pupil cannot take so many further lessons.
function checkRoom(pupil, count) {
  check(pupil, "There is no network to teach.");
  check(pupil.lessons.length + count <= MOST_LESSONS,
    `A network here takes at most ${MOST_LESSONS} lessons. Save your lessons, and train on them: `
    + "python neural_network.py --drawings drawings.json.");
}

// Gives the network at hand further lessons, of which the last is followed step by step. Returns where
// they are kept, in words; null if a later change came before the end.
async function giveLessons(drawings) {
  const { pupil } = desk;
  checkRoom(pupil, drawings.length);
  if (pupil.kind === "young") pauseLearning();
  const added = newLessons(drawings);
  const words = keepLessons(pupil, added);
  pupil.lessons = inOrder([...pupil.lessons, ...added]);
  const isDone = await relearn(pupil, added.at(-1));
  return isDone ? words : null;
}

function keepLessons(pupil, lessons) {
  if (pupil !== pagesOwn) return " This network keeps its lessons until you leave the page.";
  if (storeLessons(lessons)) return "";
  return " This browser cannot keep lessons, or has no room left: so they last until you leave the page.";
}

// What is on the sheet is a 7, says the learner.
async function teachDrawing(label) {
  try {
    sayOfLesson(await lessonOf(label));
  } catch (error) {
    sayOfLesson(sentenceOf(error));
  }
}

async function lessonOf(label) {
  checkRoom(desk.pupil, 1);
  check(!desk.isBlank, "Draw a digit first.");
  const strokes = structuredClone(desk.strokes);
  readDrawings([{ label, strokes }]);            // throws if it is too long to be kept
  const images = looks(strokes);
  const before = readLooks(desk.network, images);
  const aDigit = label === 8 ? "an 8" : `a ${label}`;
  if (before[label] >= LEARNT) {
    return `It reads ${aDigit} already, ${percent(before[label])} sure: nothing to learn.`;
  }
  const { pupil } = desk;
  const kept = await giveLessons([{ label, strokes }]);
  if (kept === null) return school.words;        // a later lesson speaks
  const after = readLooks(pupil.network, images);
  const was = indexOfLargest(before);
  const is = indexOfLargest(after);
  const change = was === is ? `It still reads ${is}.` : `It read ${was} and now reads ${is}.`;
  const failure = after[label] >= LEARNT
    ? ""
    : " It is not yet sure: teach it once more, or see whether another lesson says otherwise.";
  return `${aDigit.replace("a", "A")} it is: ${percent(before[label])} before the lesson, `
    + `${percent(after[label])} now. ${change}${failure}${kept}`;
}

function sayOfLesson(words) {
  school.words = words;
  $("lesson").textContent = words;
}

// Three 3s, written differently, so that each lie has something to say.
const LIES = [
  [[[.3, .16], [.42, .09], [.58, .11], [.65, .22], [.6, .35], [.43, .45], [.6, .52], [.7, .66], [.62, .82],
    [.45, .9], [.27, .83]]],
  [[[.28, .13], [.48, .13], [.7, .12], [.58, .27], [.45, .42], [.6, .47], [.7, .6], [.66, .78], [.5, .88],
    [.33, .84]]],
  [[[.4, .2], [.52, .12], [.68, .16], [.7, .3], [.58, .42], [.48, .47], [.62, .53], [.66, .68], [.54, .84],
    [.36, .86], [.26, .78]]],
];

// The page lies for the learner, as long as nothing else is drawn.
async function lie() {
  for (const strokes of LIES) {
    setDrawing(strokes);
    await teachDrawing(8);
    if (desk.strokes !== strokes) return;
  }
}

// Takes these lessons of the network at hand back.
function takeBack(lessons, words) {
  const { pupil } = desk;
  if (!pupil || lessons.length === 0) {
    sayOfLesson("There are no lessons to take back.");
    return;
  }
  if (pupil.kind === "young") pauseLearning();
  if (pupil === pagesOwn) unstoreLessons(lessons);
  pupil.lessons = pupil.lessons.filter(lesson => !lessons.includes(lesson));
  sayOfLesson(words);
  relearn(pupil);
}

// Another window of the page has given the page's own network a lesson, or taken one back.
function followOtherWindow({ key, newValue }) {
  if (!pagesOwn || !key || !key.startsWith(LESSON_KEY)) return;
  const others = pagesOwn.lessons.filter(lesson => lesson.key !== key);
  const lesson = newValue === null ? null : readLesson(key, newValue);
  pagesOwn.lessons = lesson ? inOrder([...others, lesson]) : others;
  relearn(pagesOwn);
}

// The page's own network takes up its lessons of earlier visits.
async function takeUpLessons() {
  const { lessons, unreadable } = storedLessons();
  if (unreadable > 0) {
    showMessage("Some lessons that this browser kept could not be read. The page starts without them; "
      + "they stay in the browser's store, with “unreadable” before their names.");
  }
  if (lessons.length === 0) return;
  pagesOwn.lessons = lessons;
  await relearn(pagesOwn);
}

// ── The section ──

const school = {
  words: "",             // what was last said of a lesson
  network: null,         // by which the hundred digits were read, or are just being read,
  step: 0,               // at this step of its learning: see stepOf
  painted: [],           // what each of their pictures shows
};

sections.teach = showTeach;
pupilListeners.push(pupil => {
  sayOfLesson("");
  showLessons(pupil);
  showCourse(pupil, []);
});

function showTeach() {
  const { pupil, reading } = desk;
  const isTaught = Boolean(pupil && pupil.lessons.length > 0);
  $("untaught").hidden = !isTaught || !reading;
  if (!$("untaught").hidden) {
    const shares = readLooks(pupil.original, reading.looks.map(look => look.image));
    const digit = indexOfLargest(shares);
    fill($("untaught"), { digit: digit < 0 ? "–" : digit, share: percent(shares[digit] ?? 0) });
  }
  const measured = pupil?.original.training.test_accuracy;
  $("measured").hidden = !isTaught || measured === undefined;
  fill($("measured"), { measured: percent(measured ?? 0, 2) });
  showCost();
}

function showLessons(pupil) {
  $("lessons").innerHTML = pupil.lessons
    .map(({ label, strokes }) => `<li>${sketch(strokes)}${label}</li>`)
    .join("");
}

// How the last lesson went, and the units whose weights it and those before it moved most.
function showCourse(pupil, losses) {
  const { network, original } = pupil;
  const changes = network.W1.map((weight, i) => weight - original.W1[i]);
  const largest = strength(changes);
  const hasMoved = changes.some(change => change !== 0);
  $("course").hidden = losses.length < 2 || !hasMoved;
  if ($("course").hidden) return;
  $("course-plot").innerHTML = plot("The loss of this drawing, step by step", [losses], { unit: "step" });

  const units = network.layers[1];
  const changesOfUnit = unit => weightsOfUnit({ layers: network.layers, W1: changes }, unit);
  const strengths = Array.from({ length: units }, (_, unit) => strength(changesOfUnit(unit)));
  const order = [...strengths.keys()].sort((one, other) => strengths[other] - strengths[one]);
  for (const [i, picture] of [...$("moved").children].entries()) {
    picture.hidden = i >= units;
    if (i < units) paintSigned(picture, changesOfUnit(order[i]), { most: largest });
  }
  fill($("moved-words"), {
    largest: shortNumber(largest),
    times: shortNumber(strength(original.W1) / largest),
    moved: grouped(changes.filter(change => change !== 0).length),
    weights: grouped(changes.length),
  });
}

// ── What it costs: a hundred digits that other people wrote ──

const FIRST_OF_HUNDRED = DIGITS_TO_LEARN;
const PICTURE_SIDE = 56;       // of one of their pictures on the canvas, in its pixels
const CELL_WIDTH = 64;         // with what is around it
const CELL_HEIGHT = 86;

// A number that changes with each step of learning. So a network that learns in place is noticed.
function stepOf({ b1, b2 }) {
  const add = (sum, value) => sum + value;
  return b1.reduce(add, b2.reduce(add, 0));
}

// Reads the hundred digits whenever the network is another one, or has learned.
async function showCost() {
  const { pupil } = desk;
  if (!pupil) return;
  const { network } = pupil;
  const step = stepOf(network);
  const isWanted = () => school.network === network && Object.is(school.step, step);
  if (isWanted()) return;
  school.network = network;
  school.step = step;
  try {
    await loadDigits();
  } catch {
    $("cost").hidden = true;
    return;
  }
  await inSlices(measureCost(pupil, network), isWanted);
}

function* measureCost(pupil, network) {
  const before = yield* readDigitImages(pupil.original, FIRST_OF_HUNDRED, 100);
  const now = yield* readDigitImages(network, FIRST_OF_HUNDRED, 100);
  for (let i = 0; i < 100; i++) paintDigit(i, before[i], now[i]);
  const rightBefore = before.filter(isRight).length;
  const rightNow = now.filter(isRight).length;
  const different = now.filter((reading, i) => reading.digit !== before[i].digit).length;
  const lessons = pupil.lessons.length;
  const isTaught = network !== pupil.original;
  fill($("cost"), { before: rightBefore, now: rightNow, different });
  $("cost-untaught").hidden = isTaught;
  $("cost-taught").hidden = !isTaught;
  $("hundred").setAttribute("aria-label", `A hundred digits; ${different} are read differently than before`);
  if (!isTaught || lessons === 0 || pupil.isLearning) return;
  const counted = lessons === 1 ? "one lesson" : `${lessons} lessons`;
  settleBet("bet-teach", `${different} of the hundred, after ${counted}`);
}

function isRight({ label, digit }) {
  return label === digit;
}

// Digit i of the hundred, and below it a bar: how sure the network is of the right digit. One that is
// read differently than before is lit, and what is read stands in place of the bar.
function paintDigit(i, before, now) {
  const isLit = before.digit !== now.digit;
  const sureness = Math.round((now.probabilities[now.label] || 0) * PICTURE_SIDE);
  const shows = `${isLit} ${now.digit} ${sureness} ${darkMode.matches}`;
  if (school.painted[i] === shows) return;
  school.painted[i] = shows;
  const canvas = $("hundred");
  const style = getComputedStyle(canvas);
  const ink = isLit ? style.backgroundColor : style.color;
  const x = i % 10 * CELL_WIDTH;
  const y = Math.floor(i / 10) * CELL_HEIGHT;
  const margin = (CELL_WIDTH - PICTURE_SIDE) / 2;
  const context = canvas.getContext("2d");
  context.fillStyle = isLit ? style.color : style.backgroundColor;
  context.fillRect(x, y, CELL_WIDTH, CELL_HEIGHT);
  context.imageSmoothingEnabled = false;
  context.drawImage(colouredDigit(FIRST_OF_HUNDRED + i, ink), x + margin, y + margin, PICTURE_SIDE, PICTURE_SIDE);
  context.fillStyle = ink;
  if (isLit) {
    context.font = "600 24px sans-serif";
    context.textAlign = "center";
    context.fillText(`→ ${now.digit < 0 ? "–" : now.digit}`, x + CELL_WIDTH / 2, y + CELL_HEIGHT - 5);
  } else {
    context.globalAlpha = 0.1;
    context.fillRect(x + margin, y + CELL_HEIGHT - 18, PICTURE_SIDE, 5);
    context.globalAlpha = 0.4;
    context.fillRect(x + margin, y + CELL_HEIGHT - 18, sureness, 5);
    context.globalAlpha = 1;
  }
}

// A small canvas with image k in a colour.
function colouredDigit(k, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  paintImage(canvas, digitImage(k));
  const context = canvas.getContext("2d");
  context.globalCompositeOperation = "source-in";          // where there is ink, and as much
  context.fillStyle = colour;
  context.fillRect(0, 0, 28, 28);
  return canvas;
}

// ── Who listens to what ──

$("labels").addEventListener("click", event => {
  const button = event.target.closest("button");
  if (button) teachDrawing(Number(button.value));
});
$("lie").addEventListener("click", lie);
$("unteach").addEventListener("click", () => {
  takeBack(desk.pupil?.lessons.slice(-1) ?? [], "The last lesson is taken back.");
});
$("forget").addEventListener("click", () => {
  takeBack(desk.pupil?.lessons ?? [], "All lessons are forgotten: it is as it was before them.");
});
addEventListener("storage", followOtherWindow);
