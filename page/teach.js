"use strict";
// Teaching: the learner says what a drawing is, and the network learns it in a few small steps (see
// lessons.js). What that costs elsewhere is shown beside it (see hundred.js).

// ── Giving lessons, and taking them back ──

// Goes through a pupil's lessons from the start. Whoever changes them comes here; a later change
// ends an earlier one's way. latest: the lesson that is followed step by step, if one is. Returns
// whether it came to the end.
async function relearn(pupil, latest = null) {
  const lessons = [...pupil.lessons];       // a list of its own, by which a later change is noticed
  pupil.lessons = lessons;
  pupil.isRelearning = true;
  if (desk.pupil === pupil) showLessons(pupil);
  const isWanted = () => pupil.lessons === lessons;
  const isDone = await inSlices(goThroughLessons(pupil, latest), isWanted);
  return isDone === true;        // undefined if it was left
}

const MOST_SHOWN = 50;         // steps of a lesson that are shown one by one,
const SHOWN_FOR = 40;          // each for so many ms
const STEPS_TO_CURVE = 4;      // from one drawing of the loss's curve to the next: it takes a while

function* goThroughLessons(pupil, latest) {
  const images = latest ? looks(latest.strokes) : [];
  const losses = [];             // [step, loss] of the latest, step by step through all lessons
  let network = pupil.original;
  for (const taught of teach(pupil.original, pupil.lessons, meanImage(pupil))) {
    yield;
    network = taught;
    if (!latest) continue;
    const loss = crossEntropy([readLooks(taught, images)], [latest.label]);
    losses.push([losses.length + 1, loss]);
    const isShown = losses.length <= MOST_SHOWN && !wantsNoMotion();
    if (isShown) yield* showLessonStep(pupil, taught, losses);
  }
  endLessons(pupil, network, losses);
  return true;
}

// Lets the learner see one step of a lesson.
function* showLessonStep(pupil, taught, losses) {
  pupil.network = taught;
  if (desk.pupil === pupil) refresh();
  yield SHOWN_FOR;
  const isCurveDue = losses.length % STEPS_TO_CURVE === 0;
  if (isCurveDue && desk.pupil === pupil) showCourse(pupil, losses);
}

// network: what the pupil's network has become by its lessons.
function endLessons(pupil, network, losses) {
  pupil.network = pupil.lessons.length > 0 ? unmeasured(network) : pupil.original;
  pupil.isRelearning = false;
  if (desk.pupil !== pupil) return;
  showCourse(pupil, losses);
  settle();
}

// The network without the record of how much it reads right: that was measured before the lessons.
function unmeasured(network) {
  const training = { ...network.training };
  delete training.test_accuracy;
  delete training.train_accuracy;
  return { ...network, training };
}

// The mean training image. Where a network does not know its own, it is taken to have learned from
// MNIST, like the page's own network.
function meanImage(pupil) {
  const own = pupil.original.training.mean;
  const ofPagesOwn = pagesOwn?.original.training.mean;
  return Float64Array.from(own ?? ofPagesOwn ?? new Array(784).fill(0));
}

// Throws where a pupil cannot take so many further lessons.
function checkRoom(pupil, count) {
  check(pupil, "There is no network to teach.");
  check(pupil.lessons.length + count <= MOST_LESSONS,
    `A network here takes at most ${MOST_LESSONS} lessons. Save your lessons, and train on them: `
    + "python neural_network.py --drawings drawings.json.");
}

// Gives the network at hand further lessons, of which the last is followed step by step. Whoever
// calls it has seen to it that there is room for them: see checkRoom. Returns where they are kept,
// in words; null if a later change came before the end.
async function giveLessons(drawings) {
  const { pupil } = desk;
  if (pupil.kind === "young") pauseLearning();
  const added = newLessons(drawings);
  const words = keepLessons(pupil, added);
  pupil.lessons = inOrder([...pupil.lessons, ...added]);
  const isDone = await relearn(pupil, added.at(-1));
  return isDone ? words : null;
}

// Returns where they are kept, as a sentence to be added to another one; "" where they stay in the
// browser, as usual.
function keepLessons(pupil, lessons) {
  if (pupil !== pagesOwn) return " This network keeps its lessons until you leave the page.";
  if (storeLessons(lessons)) return "";
  return " This browser cannot keep lessons, or has no room left: "
    + "so they last until you leave the page.";
}

// The learner has said which digit is on the sheet; or it is a lie of the page.
async function teachDrawing(label, isLie = false) {
  sayOfLesson("It learns …");
  try {
    const lesson = await giveLesson(label, isLie);
    if (lesson) sayOfLesson(isLie ? lieInWords(lesson) : lessonInWords(label, lesson));
  } catch (error) {
    sayOfLesson(sentenceOf(error));
  }
}

// Teaches what is on the sheet. Returns what the looks gave each digit before and after, and where
// the lesson is kept, in words; null if a later lesson, or another network, came before its end.
// What is known already is not taught, but for a lie: that counts as told. Throws a sentence if
// there is nothing to teach, or nobody.
async function giveLesson(label, isLie) {
  checkRoom(desk.pupil, 1);
  check(!desk.isBlank, "Draw a digit first.");
  if (desk.pupil.kind === "young") pauseLearning();             // and teach it as it is now
  const drawing = { label, strokes: structuredClone(desk.strokes), isLie };
  checkDrawing(drawing, "this drawing");
  const images = looks(drawing.strokes);
  const before = readLooks(desk.network, images);
  if (before[label] >= LEARNT && !isLie) return { before, after: before, kept: "" };
  const { pupil } = desk;
  const kept = await giveLessons([drawing]);
  if (kept === null || desk.pupil !== pupil) return null;
  return { before, after: readLooks(pupil.network, images), kept };
}

function lessonInWords(label, { before, after, kept }) {
  const name = withArticle(label);
  if (before[label] >= LEARNT) {
    return `It reads ${name} already, ${percent(before[label])} sure: nothing to learn.`;
  }
  const shares = `${percent(before[label])} before the lesson, ${percent(after[label])} now`;
  const digitBefore = indexOfLargest(before);
  const digitAfter = indexOfLargest(after);
  const change = digitBefore === digitAfter
    ? `It still reads ${digitAfter}.`
    : `It read ${digitBefore} and now reads ${digitAfter}.`;
  const failure = after[label] >= LEARNT
    ? ""
    : " It is not yet sure: teach it once more, or see whether another lesson says otherwise.";
  return `${capitalised(name)} it is: ${shares}. ${change}${failure}${kept}`;
}

function sayOfLesson(words) {
  $("lesson").textContent = words;
}

function lieInWords({ before, after, kept }) {
  return `In this 3 it read ${readingInWords(before, 0)}. `
    + `After the lie it reads ${readingInWords(after, 0)}.${kept}`;
}

// The page lies for the learner: it calls another 3 an 8. A young network may not know what a 3 is:
// so it is the trained one that is lied to.
function lie() {
  if (desk.pupil?.kind === "young") putYoungAside();
  const told = countLies(pupilToLieTo());
  setDrawing(LIES[told]);
  teachDrawing(8, true);
}

// The pupil on the desk, or the one that takes a young one's place there; null: none.
function pupilToLieTo() {
  return desk.pupil?.kind === "young" ? pupilToReturn() : desk.pupil;
}

function countLies(pupil) {
  return pupil === null ? 0 : pupil.lessons.filter(lesson => lesson.isLie).length;
}

// Takes these lessons of the network at hand back, and says so in these words.
function takeBack(lessons, words) {
  const { pupil } = desk;
  if (pupil.kind === "young") pauseLearning();
  if (pupil === pagesOwn) unstoreLessons(lessons);
  pupil.lessons = pupil.lessons.filter(lesson => !lessons.includes(lesson));
  sayOfLesson(words);
  relearn(pupil);
}

// Another window of the page has given the page's own network a lesson, or taken one back.
function followOtherWindow({ key, newValue }) {
  if (!pagesOwn || !key || !key.startsWith(LESSON_KEY)) return;
  const others = pagesOwn.lessons.filter(known => known.key !== key);
  const lesson = newValue === null ? null : readLesson(key, newValue);
  pagesOwn.lessons = lesson === null ? others : inOrder([...others, lesson]);
  relearn(pagesOwn);
}

// The page's own network takes up its lessons of earlier visits.
async function takeUpLessons() {
  const { lessons, unreadable } = storedLessons();
  if (unreadable > 0) {
    showMessage("Some lessons that this browser kept could not be read. The page starts without "
      + "them; they stay in the browser's store, with “unreadable” before their names.");
  }
  if (lessons.length === 0) return;
  pagesOwn.lessons = lessons;
  await relearn(pagesOwn);
}

// ── The section ──

sections.teach = showTeach;
pupilListeners.push(pupil => {
  sayOfLesson("");
  showLessons(pupil);
  showCourse(pupil, []);
});

function showTeach() {
  const { pupil, reading } = desk;
  if (pupil) {
    fill($("teach"), { pupil: kindInWords(pupil) });
    $("lie-to-trained").hidden = pupil.kind !== "young";
    showElder(pupil);
    showTestAccuracy(pupil);
    if (reading && pupil.lessons.length > 0) showUntaught(pupil.original, reading);
  }
  showCost();
}

// The network that can be taught in place of this one.
function showElder(pupil) {
  const elder = elderOf(pupil);
  $("teach-elder").hidden = !elder;
  if (elder) setText($("teach-elder"), `Teach ${nameOfElder(elder)} instead`);
}

// How much it read right before the lessons, where its file says so.
function showTestAccuracy({ original }) {
  const { test_accuracy: measured } = original.training;
  $("measured").hidden = measured === undefined;
  if (measured !== undefined) fill($("measured"), { measured: percent(measured, 2) });
}

// What the network would read without the lessons.
function showUntaught(original, reading) {
  const images = reading.passes.map(pass => pass.image);
  const shares = readLooks(original, images);
  const digit = indexOfLargest(shares);
  const share = digit < 0 ? 0 : shares[digit];
  fill($("untaught"), { digit: digitOrDash(digit), share: percent(share) });
}

// The lessons, and how many of them are lies.
function showLessons(pupil) {
  const told = countLies(pupilToLieTo());
  setText($("lies"), `${told} of ${LIES.length} lies told`);
  $("lie").disabled = told === LIES.length;
  const isTaught = pupil.lessons.length > 0;
  $("taught").hidden = !isTaught;
  $("take-back").hidden = !isTaught;
  $("lessons").innerHTML = pupil.lessons
    .map(({ label, strokes }) => `<li>${sketch(strokes)}${label}</li>`)
    .join("");
}

// How the last lesson went, and the units whose weights it and those before it moved most.
// losses: [step, loss] of each of its steps.
function showCourse(pupil, losses) {
  const { network, original } = pupil;
  const changes = network.W1.map((weight, i) => weight - original.W1[i]);         // (784, units)
  const moved = changes.filter(change => change !== 0).length;
  const isShown = losses.length > 1 && moved > 0;
  $("course").hidden = !isShown;
  if (!isShown) return;
  const caption = "The loss of this drawing, step by step";
  $("course-plot").innerHTML = plot(caption, [losses], { unit: "step" });
  const largest = strength(changes);
  showMovedUnits({ layers: network.layers, W1: changes }, largest);
  fill($("moved-words"), {
    largest: shortNumber(largest),
    times: shortNumber(strength(original.W1) / largest),
    moved: grouped(moved),
    weights: grouped(changes.length),
  });
}

// The units that were moved most, each as a picture of how its weights have changed.
// changes: of the weights, in the form of a network. largest: of all of them.
function showMovedUnits(changes, largest) {
  const units = changes.layers[1];
  const changesOfUnits = Array.from({ length: units }, (_, unit) => weightsOfUnit(changes, unit));
  const order = orderByValue(changesOfUnits.map(strength));
  [...$("moved").children].forEach((picture, i) => {
    picture.hidden = i >= units;
    if (i < units) paintSigned(picture, changesOfUnits[order[i]], { most: largest });
  });
}

// ── Who listens to what ──

$("labels").addEventListener("click", event => {
  const button = event.target.closest("button");
  if (button) teachDrawing(Number(button.value));
});
$("lie").addEventListener("click", lie);
$("teach-elder").addEventListener("click", useElder);
$("unteach").addEventListener("click", () => {
  takeBack(desk.pupil.lessons.slice(-1), "The last lesson is taken back.");
});
$("forget").addEventListener("click", () => {
  takeBack(desk.pupil.lessons, "All lessons are forgotten: it is as it was before them.");
});
addEventListener("storage", followOtherWindow);

// ── What the page lies with ──

// Three 3s, written differently, so that each lie has something to say.
const LIES = [
  [[
    [0.3, 0.16], [0.42, 0.09], [0.58, 0.11], [0.65, 0.22], [0.6, 0.35], [0.43, 0.45],
    [0.6, 0.52], [0.7, 0.66], [0.62, 0.82], [0.45, 0.9], [0.27, 0.83],
  ]],
  [[
    [0.28, 0.13], [0.48, 0.13], [0.7, 0.12], [0.58, 0.27], [0.45, 0.42],
    [0.6, 0.47], [0.7, 0.6], [0.66, 0.78], [0.5, 0.88], [0.33, 0.84],
  ]],
  [[
    [0.4, 0.2], [0.52, 0.12], [0.68, 0.16], [0.7, 0.3], [0.58, 0.42], [0.48, 0.47],
    [0.62, 0.53], [0.66, 0.68], [0.54, 0.84], [0.36, 0.86], [0.26, 0.78],
  ]],
];
