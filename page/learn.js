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
  areDigitsMissing: false,       // they could not be loaded: "Let it learn" tries again
  isAwake: false,        // learnAndShow is at work
  run: null,             // see newRun
  pupil: null,           // its network, as a pupil
  runBefore: null,       // the one that it is compared with: its settings, curves and network
  pupilBefore: null,     // the pupil whose place on the desk the young one took
  momentOnDesk: null,    // the moment of the run that the desk shows; null: now
  hasRestedAlone: false, // it was paused since nobody was there any more
  stepsBegun: null,      // {count, before}: steps that will be laid open; the network before them
  stepLaidOpen: null,    // the same, with {batch, after}: the last images, the network after them
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
  learning.hasRestedAlone = false;
  learning.stepsBegun = null;
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
// A few steps will be laid open.
function takeSteps(count) {
  if (!isYoungOnDesk()) wipeMemory();
  const { run, momentOnDesk } = learning;
  if (momentOnDesk !== null) growFrom(momentOnDesk);
  takeLessonsAlong();
  learning.hasRestedAlone = false;
  learning.stepLaidOpen = null;
  learning.stepsBegun = count === Infinity ? null : { count, before: structuredClone(run.network) };
  learning.isStale = true;
  run.goal = run.steps + count;
  wakeLearner();
}

// The young network rests, and is on the desk as it is now, not as it was at an earlier moment.
function pauseLearning() {
  if (!learning.run) return;
  learning.run.goal = 0;
  showNow();
}

// Whoever has gone on to what stands below finds the network as it was left.
function restUnwatched() {
  pauseLearning();
  learning.hasRestedAlone = true;
  refresh();
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
  const wasLearning = isLearning() && learning.run.goal === Infinity;
  wipeMemory();
  if (wasLearning) takeSteps(Infinity);
}

function wipeAndTakeSteps(count) {
  wipeMemory();
  takeSteps(count);
}

// An earlier moment is on the desk, and learns on from there. What became of it before is kept, to
// be compared.
function growFrom(moment) {
  keepRunBefore();
  rewind(learning.run, moment);
  putMomentOnDesk(null);
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

// Puts back the pupil that lay on the desk before the young one, which is kept.
function putYoungAside() {
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
      if (run.time > BET_TIME) tellAfterFiveSeconds(run);
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
      if (learning.stepsBegun !== null && run.steps === run.goal) layStepOpen(run);
      yield;
    }
  }
}

function layStepOpen(run) {
  const { count, before } = learning.stepsBegun;
  const after = structuredClone(run.network);
  learning.stepLaidOpen = { count, batch: run.batch, before, after };
  learning.stepsBegun = null;
  showStep();
  $("learn-result").scrollIntoView({ block: "nearest" });
}

// A measurement is due now and then, and whenever it comes to rest.
function isMeasureDue(run) {
  if (run.seen >= run.nextMeasure) return true;
  const isMeasured = run.measured.length > 0 && run.measured.at(-1).seen === run.seen;
  return !mayLearn(run) && !isMeasured;
}

const BET_TIME = 5000;         // ms: the bet is about the first five seconds

function tellAfterFiveSeconds(run) {
  $("learn-explained").hidden = false;
  if (!isSettled("bet-learn") && isUsual(run.settings)) settleLearnBet(run);
}

// The answers are quarters of a hundred digits.
function settleLearnBet({ measured, steps, time }) {
  const { accuracy } = measured.at(-1);
  const answers = $("bet-learn").querySelectorAll("label");
  const quarter = Math.min(Math.floor(accuracy * 4), 3);
  const seconds = Math.round(time / 1000);       // five, or a little more
  const outcome = `${percent(accuracy, 0)} after ${seconds} seconds and ${grouped(steps)} steps.`;
  settleBet("bet-learn", outcome, answers[quarter].textContent);
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
  $("learn-start").textContent = isLearning() ? "Pause" : "Let it learn";
  $("learn-start").disabled = !(isReady || areDigitsMissing) || hasDiverged;
  for (const id of ["learn-step", "learn-ten"]) $(id).disabled = !isReady || hasDiverged;
  $("learn-reset").textContent = isYoung ? "Wipe it again" : "Wipe its memory";
  $("learn-young").hidden = isYoung || !run;
  setText($("learn-steps"), isYoung ? "Move all its numbers, each a little downhill."
    : "Wipe its memory, then move all its numbers, each a little downhill.");
  for (const id of ["learn-reset", "learn-again", "experiments"]) $(id).disabled = !isReady;
  $("learn-share").hidden = !isYoung;
  $("learn-missing").hidden = !areDigitsMissing;
  $("learn-diverged").hidden = !hasDiverged;
  setText($("learn-said"), stateInWords());
  const words = experimentInWords();
  setText($("experiment-said"), words);
  $("experiment-pause").hidden = words === "";
}

// That an experiment is on, said where one has begun it.
function experimentInWords() {
  const { run } = learning;
  if (!isLearning() || isUsual(run.settings)) return "";
  const moment = run.measured.at(-1);
  const share = moment ? percent(moment.accuracy) : "few";
  return "The young network learns in this way now, from digits of its own: it reads "
    + `${share} of the unseen ones.`;
}

// The young network's state: whether there is one, whether it learns, or how it reads at rest.
function stateInWords() {
  const { run } = learning;
  if (!run) return "You can have the trained network back at any time.";
  if (!isYoungOnDesk()) return "The young network is kept, in case you want it again.";
  const { network, seen, steps, measured } = run;
  if (isLearning()) return "It learns.";
  if (seen === 0) {
    const count = grouped(countParameters(network));
    const units = counted(network.layers[1], "hidden unit");
    const isSmaller = pagesOwn !== null && network.layers[1] < pagesOwn.network.layers[1];
    const reason = isSmaller ? ", as fewer learn faster" : "";
    return `Its memory is wiped. It begins anew, with ${units}${reason}: ${count} random numbers.`;
  }
  const { momentOnDesk } = learning;
  const moment = momentOnDesk ?? measured.at(-1);
  const age = momentOnDesk === null
    ? `has taken ${counted(steps, "step")}`
    : `had seen ${grouped(momentOnDesk.seen)} digits here`;
  const reads = moment ? ` It reads ${percent(moment.accuracy)} of the unseen digits.` : "";
  const rests = learning.hasRestedAlone ? "It rests, since you went on." : "It rests.";
  return `${rests} It began with random numbers and ${age}.${reads}`;
}

const FULL_COLOUR = { W1: 0.6, W2: 2 };          // the weights that have the full colour

// The weights of four hidden units, and of all, and what the network makes of twenty digits.
function* showNetwork(network) {
  learning.painted = stateOf(network);
  [...$("learn-four").children].forEach((canvas, unit) => {
    canvas.hidden = unit >= network.layers[1];
    if (canvas.hidden) return;
    paintSigned(canvas, weightsOfUnit(network, unit), { most: FULL_COLOUR.W1 });
  });
  yield;
  yield* paintAllWeights($("learn-units"), network, FULL_COLOUR);
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
  $("learn-to-come").hidden = hasRun;
  if (!hasRun) return;
  const moment = learning.momentOnDesk ?? run.measured.at(-1);
  showFigures(moment);
  if (!moment) return;
  showCurve(run, moment);
  showMomentSlider(run, moment);
  showCompared(run, runBefore);
  showRunBefore(run, runBefore);
  fillLearn(run);
  showPinned(learning.momentOnDesk ?? run);
  showFindings(run);
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

const AXIS_OF_SHARES = { guess: 0.1, topOfAxis: 1, format: share => percent(share, 0) };

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
  const accuracies = plot("of 1,000 digits it has never seen are read right", curvesOf("accuracy"),
    { ...AXIS_OF_SHARES, ...options });
  const losses = plot("loss on 1,000 digits it has never seen", curvesOf("loss"), options);
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
  const { settings, pool } = run;
  const { epochs, loss, accuracy } = run.network.training;
  const { leave_out: leftOut } = settings;
  $("learned-words").hidden = epochs === 0;
  fill($("learn"), {
    pool: grouped(pool.length),
    "learned-accuracy": epochs > 0 ? percent(accuracy.at(-1)) : "–",
    epochs: grouped(epochs),
    "epochs-or-one": Math.max(epochs, 1),
    "last-loss": epochs > 0 ? lossInWords(loss.at(-1)) : "–",
    "left-out-words": leftOut === "" ? "" : `The program cannot leave out the ${leftOut}.`,
    ...settings,
  });
}

function showRunBefore({ settings }, runBefore) {
  $("learn-before").hidden = !runBefore;
  if (!runBefore) return;
  const others = KNOBS.filter(name => runBefore.settings[name] !== settings[name]);
  const words = others.map(name => knobInWords(name, runBefore.settings));
  fill($("learn-before"), {
    other: words.join(", ") || "the same settings",
    accuracy: percent(runBefore.measured.at(-1).accuracy),
  });
}

// Unseen digits that stay misread, of a run or one of its moments.
function showPinned({ seen, pinned, reads, sureness }) {
  $("learn-pinned").hidden = seen === 0;
  [...$("learn-misread").children].forEach((pair, place) => {
    const k = pinned[place];
    pair.hidden = k === undefined;
    if (k === undefined) return;
    const i = k - DIGITS_TO_LEARN;
    showPair(pair, k, reads[i], reads[i] < 0 ? "–" : `${reads[i]}, ${percent(sureness[i], 0)}`);
  });
}

// ── Who listens to what ──

pupilListeners.push(pupil => {
  if (learning.run && pupil !== learning.pupil) learning.run.goal = 0;
  learning.isStale = true;
});

// In the other theme all pictures have another ink.
darkMode.addEventListener("change", () => {
  learning.painted = null;
  learning.isStale = true;
});

$("learn-start").addEventListener("click", startOrPause);
$("learn-step").addEventListener("click", () => takeSteps(1));
$("learn-ten").addEventListener("click", () => takeSteps(10));
$("learn-fresh").addEventListener("click", () => wipeAndTakeSteps(1));
$("experiment-pause").addEventListener("click", startOrPause);
$("learn-reset").addEventListener("click", startOver);
$("learn-again").addEventListener("click", () => wipeAndTakeSteps(Infinity));
$("learn-young").addEventListener("click", takeYoungAgain);
$("learn-moment").addEventListener("input", event => showEarlier(Number(event.target.value)));
document.addEventListener("visibilitychange", wakeLearner);

// It rests as soon as one has scrolled below the section.
const leavingObserver = new IntersectionObserver(entries => {
  const { isIntersecting, boundingClientRect } = entries.at(-1);
  const isAboveWindow = !isIntersecting && boundingClientRect.bottom <= 0;
  if (isAboveWindow && isLearning()) restUnwatched();
});
leavingObserver.observe($("learn"));

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
