"use strict";
// Start from nothing: the network on the desk becomes random numbers, and learns while one watches.
//
// The young network is a pupil on the desk like any other, and its weights change in place. So all
// sections speak of it as it is now, whenever refresh() is called.
//
// How it learns stands in learning.js. Parts of the section have a room of their own: hill.js (one
// weight), step.js (one step), knobs.js (another childhood) and record.js (how the trained one
// learned).

const learning = {
  isReady: false,        // the digits to learn from are there
  areDigitsMissing: false,       // they could not be loaded: Start tries again
  isAwake: false,        // learnAndShow is at work
  run: null,             // see newRun
  pupil: null,           // its network, as a pupil
  runBefore: null,       // the one that it is compared with: its settings, curves and network
  pupilBefore: null,     // the pupil whose place on the desk the young one took
  momentOnDesk: null,    // the moment of the run that the desk shows; null: now
  networkBefore: null,   // the network before a step that will be laid open
  stepLaidOpen: null,    // {batch, before, after}: its images, and the network before and after it
  unit: 0,               // the unit that the hill and the step show
  pixel: null,           // the weight of it that was chosen; null: the one with the steepest slope
  hill: null,            // its loss as one weight changes: see newHill
  painted: null,         // whose units are painted: see stateOf
  isStale: true,         // what was measured is not shown yet
};

// ── The young network on the desk ──

function isYoungOnDesk() {
  return learning.run !== null && desk.pupil === learning.pupil;
}

function isLearning() {
  const { run } = learning;
  return isYoungOnDesk() && run.steps < run.goal && !run.diverged;
}

// Random numbers take the network's place on the desk.
function wipeMemory() {
  keepRunBefore();
  rememberPupil();
  const run = newRun(readKnobs());
  learning.run = run;
  learning.pupil = newPupil("young", run.network);
  learning.momentOnDesk = null;
  learning.networkBefore = null;
  learning.stepLaidOpen = null;
  learning.pixel = null;
  learning.isStale = true;
  usePupil(learning.pupil);
  wakeLearner();
}

const LEAST_SEEN = 5000;       // images: a run that saw fewer is not compared

// The run that ends is kept, to be compared with the next, unless it hardly began.
function keepRunBefore() {
  const { run } = learning;
  if (run === null) return;
  const hardlyBegan = run.seen < LEAST_SEEN && !run.diverged;
  if (hardlyBegan) return;
  const { settings, measured, network } = run;
  learning.runBefore = { settings, measured, network };
}

// Another pupil than a young one is put aside, until it is wanted back.
function rememberPupil() {
  if (desk.pupil && desk.pupil.kind !== "young") learning.pupilBefore = desk.pupil;
}

// Lets it learn until it has taken so many steps more; Infinity: until it is paused.
// A step alone will be laid open.
function takeSteps(count) {
  if (!isYoungOnDesk()) wipeMemory();
  const { run } = learning;
  showNow();
  takeLessonsAlong();
  learning.stepLaidOpen = null;
  learning.networkBefore = count === 1 ? structuredClone(run.network) : null;
  learning.isStale = true;
  run.goal = run.steps + count;
  wakeLearner();
}

// The young network rests. (Teaching it calls this.)
function pauseLearning() {
  if (!learning.run) return;
  learning.run.goal = 0;
  showNow();
}

async function startOrPause() {
  if (!learning.isReady) await getReady();
  if (!learning.isReady) return;
  if (isLearning()) pauseLearning();
  else takeSteps(Infinity);
  refresh();
}

// A new run, with the settings that are chosen now. If the one before was learning, so is this one.
function startOver() {
  const wasRunning = learning.run !== null && learning.run.goal === Infinity;
  wipeMemory();
  if (wasRunning) takeSteps(Infinity);
}

// The lessons that the young network was given are part of it from now on.
function takeLessonsAlong() {
  const { run, pupil } = learning;
  if (pupil.lessons.length === 0) return;
  run.network = structuredClone(pupil.network);
  run.network.training = pupil.original.training;
  run.work = train(run);
  pupil.original = run.network;
  pupil.network = run.network;
  pupil.lessons = [];
  usePupil(pupil);
}

// The pupil that comes back: the trained network, or whichever lay on the desk before; null: none.
function pupilToReturn() {
  return learning.pupilBefore ?? pagesOwn;
}

// The young one is kept meanwhile.
function giveTrainedBack() {
  pauseLearning();
  const pupil = pupilToReturn();
  if (!pupil) return;
  usePupil(pupil);
}

function takeYoungAgain() {
  if (!learning.run) return;
  rememberPupil();
  usePupil(learning.pupil);
}

// Puts the network of an earlier moment on the desk. The run rests meanwhile.
function showEarlier(index) {
  const { run } = learning;
  if (!isYoungOnDesk() || !run.moments[index]) return;
  pauseLearning();
  takeLessonsAlong();
  const isLast = index === run.moments.length - 1;
  if (!isLast) putMomentOnDesk(run.moments[index]);
}

// Goes back to the network as it is now.
function showNow() {
  if (learning.momentOnDesk !== null) putMomentOnDesk(null);
}

// moment: one of the run's; null: now.
function putMomentOnDesk(moment) {
  const { run, pupil } = learning;
  learning.momentOnDesk = moment;
  pupil.original = moment === null ? run.network : moment.network;
  pupil.network = pupil.original;
  learning.isStale = true;
  refresh();
}

function saveYoung() {
  if (isYoungOnDesk()) saveFile("weights.json", writeNetwork(desk.network));
}

// ── The learner: it is awake as long as there is something to learn ──

// Learns for a moment and shows what became of it, again and again, as long as the page is seen.
async function wakeLearner() {
  if (learning.isAwake || !learning.isReady || !learning.run) return;
  learning.isAwake = true;
  try {
    await inSlices(learnAndShow());
  } finally {
    learning.isAwake = false;
  }
}

function* learnAndShow() {
  while (true) {
    const { run } = learning;
    const startedAt = performance.now();
    const wasLearning = mayLearn(run);
    yield* learnForAWhile(run);
    if (isMeasureDue(run)) {
      yield* measureUnseen(run);
      learning.isStale = true;
      if (run.time > BET_TIME) tellBet(run);
    }
    refresh();
    if (isYoungOnDesk() && onScreen.has("learn")) yield* showNetwork(desk.network);
    if (wasLearning) run.time += performance.now() - startedAt;
    const isCurrent = run === learning.run;             // else it was started over meanwhile
    if (isCurrent && !mayLearn(run)) break;
  }
}

function mayLearn(run) {
  return run === learning.run && isLearning() && !document.hidden;
}

// Until the next look at it, or the next measurement.
function* learnForAWhile(run) {
  const untilNextLook = wantsNoMotion() ? 1000 : 100;           // ms
  const end = performance.now() + untilNextLook;
  while (mayLearn(run) && run.seen < run.nextMeasure && performance.now() < end) {
    if (desk.isGrowing) {
      yield 30;                                                 // ink comes first
    } else {
      run.work.next();
      if (learning.networkBefore !== null && run.steps === run.goal) layStepOpen(run);
      yield;
    }
  }
}

function layStepOpen(run) {
  learning.stepLaidOpen = {
    batch: run.batch,
    before: learning.networkBefore,
    after: structuredClone(run.network),
  };
  learning.networkBefore = null;
}

// A measurement is due now and then, and whenever it comes to rest.
function isMeasureDue(run) {
  if (run.seen >= run.nextMeasure) return true;
  const isMeasured = run.measured.length > 0 && run.measured.at(-1).seen === run.seen;
  return !mayLearn(run) && !isMeasured;
}

const BET_TIME = 5000;         // ms: the bet is about the first five seconds

function tellBet(run) {
  if ($("bet-learn").dataset.outcome) return;    // it is told once
  const { accuracy } = run.measured.at(-1);
  settleBet("bet-learn", `${percent(accuracy, 0)} of the unseen digits after five seconds and `
    + `${grouped(run.steps)} steps.`);
}

// ── What is seen of it ──

sections.learn = showLearn;

function showLearn() {
  showControls();
  if (learning.isStale) {
    learning.isStale = false;
    showMeasured();
    showStep();
  }
  showChildhood();
  if (!learning.isReady || !desk.network) return;
  if (!isLearning()) followNetwork();
  followHill();
}

// Another network lies on the desk, or the same at another age: it is painted.
// (While one learns, learnAndShow paints it.)
function followNetwork() {
  const { network } = desk;
  if (isSameState(learning.painted, network)) return;
  inSlices(showNetwork(network), () => desk.network === network);
}

function showControls() {
  const { run, isReady, areDigitsMissing } = learning;
  const isYoung = isYoungOnDesk();
  const hasDiverged = isYoung && run.diverged;
  const elder = pupilToReturn();
  $("learn-start").textContent = isLearning() ? "Pause" : "Start";
  $("learn-start").disabled = !(isReady || areDigitsMissing) || hasDiverged;
  $("learn-step").disabled = !isReady || hasDiverged;
  $("learn-reset").textContent = isYoung ? "Start over" : "Wipe its memory";
  $("learn-reset").disabled = !isReady;
  $("learn-back").hidden = !isYoung || !elder;
  if (elder) setText($("learn-back"), wordsToGiveBack(elder));
  $("learn-young").hidden = isYoung || !run;
  $("learn-save").disabled = !isYoung;
  $("learn-again").disabled = !isReady;
  $("learn-share").hidden = !isYoung;
  $("learn-missing").hidden = !areDigitsMissing;
  $("learn-diverged").hidden = !hasDiverged;
  setText($("learn-said"), stateInWords());
}

// The young network's state: whether there is one, whether it learns, or how it reads at rest.
function stateInWords() {
  const { run } = learning;
  if (!run) {
    return "Start wipes the memory, too. The trained network comes back whenever you want it.";
  }
  if (!isYoungOnDesk()) return "The young network is kept, in case you want it again.";
  const { network, seen, steps, measured } = run;
  const size = sizeInWords(network);
  if (isLearning()) return `It learns. ${size}`;
  if (seen === 0) {
    const count = grouped(countParameters(network));
    return `Its memory is wiped: ${count} random numbers are on the desk now. ${size}`;
  }
  const { momentOnDesk } = learning;
  const moment = momentOnDesk ?? measured.at(-1);
  const age = momentOnDesk === null
    ? `has taken ${counted(steps, "step")}`
    : `had seen ${grouped(momentOnDesk.seen)} digits here`;
  const reads = moment ? ` It reads ${percent(moment.accuracy)} of the unseen digits.` : "";
  return `It rests. It began with random numbers and ${age}.${reads}`;
}

// A young network is smaller, as a rule, than the one whose place it took.
function sizeInWords({ layers }) {
  const elder = pupilToReturn();
  const units = layers[1];
  const unitsOfElder = elder ? elder.network.layers[1] : units;
  if (units === unitsOfElder) return "";
  const faster = units < unitsOfElder ? ", so it learns faster" : "";
  return `It has ${counted(units, "hidden unit")}, where the one before had ${unitsOfElder}`
    + `${faster}.`;
}

// The weights of all hidden units, and what the network makes of twenty digits.
function* showNetwork(network) {
  learning.painted = stateOf(network);
  yield* paintAllWeights($("learn-units"), network, { W1: 0.6, W2: 2 });
  [...$("learn-digits").children].forEach((pair, i) => {
    const k = DIGITS_TO_LEARN + i;
    showPair(pair, k, indexOfLargest(forward(network, digitImage(k)).probabilities));
  });
}

// An image, and below it the digit that was read, or other words, marked where that was right.
function showPair(pair, k, digit, words = digitOrDash(digit)) {
  paintImage(pair.querySelector("canvas"), digitImage(k));
  const below = pair.querySelector("b");
  below.textContent = words;
  below.classList.toggle("right", digit === labelOfDigit(k));
}

// How the run went: its curves, beside those of the run before, and where it is now.
function showMeasured() {
  const { run, runBefore } = learning;
  const hasRun = run !== null;
  for (const id of ["learn-figures", "learn-compared", "compared-words"]) $(id).hidden = !hasRun;
  for (const id of ["learn-to-come", "compared-to-come"]) $(id).hidden = hasRun;
  if (!hasRun) return;
  const moment = learning.momentOnDesk ?? run.measured.at(-1);
  showFigures(moment);
  if (!moment) return;
  showCurve(run, moment);
  showMomentSlider(run, moment);
  showCompared(run, runBefore);
  showRunBefore(run, runBefore);
  fillLearn(run);
  showPinned(run);
}

// moment: undefined before the first is measured.
function showFigures(moment) {
  $("learn-accuracy").textContent = moment ? percent(moment.accuracy) : "–";
  $("learn-loss").textContent = moment ? lossInWords(moment.loss) : "–";
}

function lossInWords(loss) {
  return Number.isFinite(loss) ? loss.toPrecision(3) : "∞";
}

// The course of one number, "accuracy" or "loss", on the unseen digits.
function curveOf(measured, name) {
  return thinCurve(measured.map(moment => [moment.seen, moment[name]]));
}

// The same of the digits that it learns from. Each was read just before it was learned from: in the
// mean, in the middle of the epoch.
function learnedCurve(run, name) {
  const values = run.network.training[name];
  return thinCurve(values.map((value, epoch) => [(epoch + 0.5) * run.pool.length, value]));
}

const AXIS_OF_SHARES = { guess: 0.1, topOfAxis: 1, format: share => `${share * 100} %` };

// The accuracy on unseen digits until this moment, and, pale, what comes after it.
function showCurve(run, moment) {
  const untilMoment = run.measured.filter(({ seen }) => seen <= moment.seen);
  const curves = [curveOf(untilMoment, "accuracy"), curveOf(run.measured, "accuracy")];
  $("learn-accuracies").innerHTML = plot("of 1,000 digits that it has never seen are read right",
    curves,
    { ...AXIS_OF_SHARES, styles: ["now", "pale"], unit: `${grouped(moment.seen)} digits seen` });
}

// Accuracy and loss: of this run on unseen digits and on those that it learns from, and of the run
// before.
function showCompared(run, runBefore) {
  const measuredBefore = runBefore ? runBefore.measured : [];
  const curvesOf = name =>
    [curveOf(run.measured, name), learnedCurve(run, name), curveOf(measuredBefore, name)];
  const options = { styles: ["now", "dashed", "pale"], unit: "digits seen" };
  const accuracies = plot("of the unseen digits are read right", curvesOf("accuracy"),
    { ...AXIS_OF_SHARES, ...options });
  const losses = plot("loss: how surprised it is by the right digit", curvesOf("loss"), options);
  $("learn-compared").innerHTML = accuracies + losses;
}

function showMomentSlider({ moments }, moment) {
  const { momentOnDesk } = learning;
  const last = moments.length - 1;
  const spoken = `${grouped(moment.seen)} digits seen, ${percent(moment.accuracy)} right`;
  $("learn-moment").max = last;
  $("learn-moment").value = momentOnDesk === null ? last : moments.indexOf(momentOnDesk);
  $("learn-moment").setAttribute("aria-valuetext", spoken);
  $("learn-moment").disabled = moments.length < 2;
}

// The places in the section's sentences.
function fillLearn(run) {
  const { settings, pool, steps } = run;
  const { epochs, loss, accuracy } = run.network.training;
  const { leave_out: leftOut } = settings;
  fill($("learn"), {
    steps: grouped(steps),
    pool: grouped(pool.length),
    "learned-accuracy": epochs > 0 ? percent(accuracy.at(-1)) : "–",
    epochs: grouped(epochs),
    "epochs-or-one": Math.max(epochs, 1),
    "last-loss": epochs > 0 ? shortNumber(loss.at(-1)) : "–",
    "lower-rate": shortNumber(settings.learning_rate / 10),
    "left-out-words": leftOut === "" ? "" : ` (it cannot leave out the ${leftOut})`,
    ...settings,
  });
}

function showRunBefore({ settings }, runBefore) {
  $("learn-before").hidden = !runBefore;
  if (!runBefore) return;
  const others = KNOBS.filter(name => runBefore.settings[name] !== settings[name]);
  const words = others.map(name => `${KNOB_WORDS[name]} ${wordOf(name, runBefore.settings)}`);
  fill($("learn-before"), {
    other: words.join(", ") || "the same",
    accuracy: percent(runBefore.measured.at(-1).accuracy),
  });
}

// Unseen digits that stay misread.
function showPinned({ seen, pinned, reads }) {
  $("learn-pinned").hidden = seen === 0;
  [...$("learn-misread").children].forEach((pair, place) => {
    const k = pinned[place];
    pair.hidden = k === undefined;
    if (k !== undefined) showPair(pair, k, reads[k - DIGITS_TO_LEARN]);
  });
}

// ── Who listens to what ──

pupilListeners.push(pupil => {
  if (learning.run && pupil !== learning.pupil) learning.run.goal = 0;
  learning.isStale = true;
});

$("learn-start").addEventListener("click", startOrPause);
$("learn-step").addEventListener("click", () => takeSteps(1));
$("learn-reset").addEventListener("click", startOver);
$("learn-again").addEventListener("click", () => {
  wipeMemory();
  takeSteps(Infinity);
});
$("learn-back").addEventListener("click", giveTrainedBack);
$("learn-young").addEventListener("click", takeYoungAgain);
$("learn-save").addEventListener("click", saveYoung);
$("learn-moment").addEventListener("input", event => showEarlier(Number(event.target.value)));
document.addEventListener("visibilitychange", wakeLearner);

// The digits to learn from are loaded when the section is first seen.
const digitsObserver = new IntersectionObserver(entries => {
  const isSeen = entries.some(entry => entry.isIntersecting);
  if (!isSeen) return;
  digitsObserver.disconnect();
  getReady();
});
// Not before all scripts are there.
addEventListener("DOMContentLoaded", () => digitsObserver.observe($("learn")));

async function getReady() {
  try {
    await loadDigits();
    learning.isReady = true;
  } catch {
    learning.isReady = false;
  }
  learning.areDigitsMissing = !learning.isReady;
  refresh();
  wakeLearner();
}
