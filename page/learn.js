"use strict";
// Start from nothing: the network on the desk becomes random numbers, and learns while one watches.
//
// The young network is a pupil on the desk like any other, and its weights change in place. So all
// sections speak of it as it is now, whenever refresh() is called.

// ── What is computed: nothing here touches the page ──

const IMAGES_AT_ONCE = 32;     // in one go, which takes a few milliseconds
const EPOCHS_TO_REST = 1000;   // then it rests: with few images these may be a second's work
const MOST_MOMENTS = 24;       // of a run that are kept, each with all its weights

// Random numbers that are the same each time for the same seed ("minimal standard", Park and
// Miller, 1988). The first few are thrown away, since those of small seeds are small.
function seededRandom(seed) {
  let state = seed + 1;
  const next = () => {
    state = state * 48271 % 2147483647;
    return state / 2147483647;
  };
  for (let i = 0; i < 10; i++) next();
  return next;
}

// The list in another order, each order as likely as any (Fisher and Yates; Durstenfeld, 1964).
function shuffle(list, random) {
  const shuffled = list.slice();
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
  }
  return shuffled;
}

// A run is a new network and all that becomes of it. settings: see readKnobs.
function newRun(settings) {
  const random = seededRandom(settings.seed);
  const network = newNetwork(settings.hidden_size, settings.activation, random);
  network.training = { ...settings, epochs: 0, images_seen: 0, loss: [], accuracy: [] };
  if (settings.leave_out === "") delete network.training.leave_out;
  const pool = [];
  for (let k = 0; k < settings.images; k++) {
    if (k % 10 !== settings.leave_out) pool.push(k);
  }
  const run = {
    settings,
    network,
    pupil: newPupil("young", network),
    random,
    pool,                // the images that it learns from: image k of data/digits.js is a k % 10
    steps: 0,
    goal: 0,             // how many steps it is to take
    seen: 0,             // images that it has learned from
    time: 0,             // ms that it has learned
    measured: [],        // {seen, loss, accuracy} on the unseen digits, now and then
    nextMeasure: 0,      // when it has seen so many images
    reads: [],           // what it read in each unseen digit when it was last measured
    pinned: [],          // unseen digits that stay misread
    moments: [],         // some of the measured ones, each with the network as it was
    shown: null,         // the moment that the desk shows; null: now
    before: null,        // the network before a step that will be laid open
    laid: null,          // the step that is laid open: {batch, before, after}
    diverged: false,
  };
  run.work = train(run);
  run.pupil.describe = () => nameOfYoung(run.pupil, settings);
  return run;
}

// Which network this is, and how old.
function nameOfYoung(pupil, settings) {
  const { images_seen: seen } = pupil.network.training;
  const age = seen > 0 ? `it has seen ${grouped(seen)} digits` : "random numbers, nothing learned";
  const lack = settings.leave_out === "" ? "" : `, never a ${settings.leave_out}`;
  const lessons = pupil.lessons.length > 0 ? ", and your lessons" : "";
  return `A young network: ${age}${lack}${lessons}`;
}

// What `train` does in neural_network.py: one epoch after the other, each in mini-batches.
// It pauses (yields) every few milliseconds.
function* train(run) {
  const { network, pool, settings } = run;
  const { training } = network;
  while (true) {
    const order = shuffle(pool, run.random);
    let loss = 0;
    let right = 0;
    for (let start = 0; start < order.length; start += settings.batch_size) {
      const batch = order.slice(start, start + settings.batch_size);
      const labels = batch.map(labelOfDigit);
      const passes = yield* takeStep(network, batch, labels, settings.learning_rate);
      const probabilities = passes.map(pass => pass.probabilities);
      loss += batch.length * crossEntropy(probabilities, labels);
      right += labels.filter((label, n) => indexOfLargest(probabilities[n]) === label).length;
      run.seen += batch.length;
      run.steps += 1;
      training.images_seen = run.seen;
      if (run.before) {
        run.laid = { batch, before: run.before, after: structuredClone(network) };
        run.before = null;
      }
      yield;
    }
    loss /= order.length;
    training.epochs += 1;
    training.loss.push(Number(loss.toFixed(5)));
    training.accuracy.push(right / order.length);
    run.diverged = !(loss <= 10);                               // NaN, too
    if (training.epochs % EPOCHS_TO_REST === 0) run.goal = 0;
  }
}

// One step: forward, backward, update. Returns what forward made of the images, before the update.
// 5,000 images at once would block the page. So a large mini-batch goes in pieces. They all see the
// network as it was, for it is moved only when the gradients of all pieces are added up.
function* takeStep(network, batch, labels, learningRate) {
  if (batch.length <= IMAGES_AT_ONCE) {
    return learnFrom(network, batch.map(digitImage), labels, learningRate);
  }
  const { passes, gradients } = yield* gradientInPieces(network, batch, labels);
  update(network, gradients, learningRate);
  return passes;
}

// The gradient of the mean loss of many images, and what forward made of each.
function* gradientInPieces(network, batch, labels) {
  const passes = [];
  const sums = {};
  for (let start = 0; start < batch.length; start += IMAGES_AT_ONCE) {
    const images = batch.slice(start, start + IMAGES_AT_ONCE).map(digitImage);
    const labelsOfPiece = labels.slice(start, start + IMAGES_AT_ONCE);
    const passesOfPiece = images.map(image => forward(network, image));
    const gradients = backward(network, images, labelsOfPiece, passesOfPiece);
    // Each piece's gradient is a mean over its images: it counts by its share of them.
    const share = images.length / batch.length;
    for (const [name, gradient] of Object.entries(gradients)) {
      sums[name] ??= new Float32Array(gradient.length);
      for (let i = 0; i < gradient.length; i++) sums[name][i] += share * gradient[i];
    }
    passes.push(...passesOfPiece);
    yield;
  }
  return { passes, gradients: sums };
}

function labelOfDigit(k) {
  return k % 10;
}

// Reads the unseen digits, and notes how that went. Often at first, when much changes; later once
// in 5,000 images.
function* measureUnseen(run) {
  const reads = [];
  let loss = 0;
  let right = 0;
  for (let k = DIGITS_TO_LEARN; k < DIGITS_TO_LEARN + DIGITS_UNSEEN; k++) {
    const { probabilities } = forward(run.network, digitImage(k));
    const label = labelOfDigit(k);
    loss += crossEntropy([probabilities], [label]) / DIGITS_UNSEEN;
    reads.push(indexOfLargest(probabilities));
    if (reads.at(-1) === label) right += 1;
    if (k % IMAGES_AT_ONCE === 0) yield;
  }
  const moment = { seen: run.seen, loss, accuracy: right / DIGITS_UNSEEN };
  run.reads = reads;
  run.measured.push(moment);
  run.nextMeasure = run.seen + Math.min(Math.max(run.seen / 2, 50), 5000);
  run.pinned = pinMisread(run.pinned, reads);
  run.moments.push({ ...moment, network: structuredClone(run.network) });
  if (run.moments.length > MOST_MOMENTS) forgetMoment(run.moments);
}

// Ten unseen digits that are misread. Each stays in its place as long as it is misread.
function pinMisread(pinned, reads) {
  const isMisread = k => reads[k - DIGITS_TO_LEARN] !== labelOfDigit(k);
  const misread = [];
  for (let k = DIGITS_TO_LEARN; k < DIGITS_TO_LEARN + DIGITS_UNSEEN; k++) {
    if (isMisread(k) && !pinned.includes(k)) misread.push(k);
  }
  const kept = pinned.map(k => (isMisread(k) ? k : misread.shift()));
  while (kept.length < 10) kept.push(misread.shift());
  return kept.filter(k => k !== undefined);
}

// Forgets the moment that is missed least: its neighbours are nearest to one another on the curves'
// axis, which is logarithmic.
function forgetMoment(moments) {
  const gapWithout = i => (moments[i + 1].seen + 50) / (moments[i - 1].seen + 50);
  let least = 1;
  for (let i = 2; i < moments.length - 1; i++) {
    if (gapWithout(i) < gapWithout(least)) least = i;
  }
  moments.splice(least, 1);
}

// The mean loss of some images if one weight had another value, and the slope of the loss there:
// what backward finds for this weight. Of all sums only its unit's changes, by ink times change.
// sums: what weights and bias of the unit make of each image; passes: what forward makes of it.
function lossAtWeight({ network, images, labels, passes, sums, pixel, unit }, weight) {
  const units = network.layers[1];
  const { activate, slope } = ACTIVATIONS[network.activation];
  const change = weight - network.W1[pixel * units + unit];
  const toDigits = network.W2.subarray(unit * 10, unit * 10 + 10);
  let lossSum = 0;
  let slopeSum = 0;
  images.forEach((image, n) => {
    const hidden = activate(sums[n] + change * image[pixel]);
    const more = hidden - passes[n].hidden[unit];
    const logits = passes[n].logits.map((logit, digit) => logit + more * toDigits[digit]);
    const probabilities = softmax(logits);
    lossSum += crossEntropy([probabilities], [labels[n]]);
    let dhidden = 0;
    for (let digit = 0; digit < 10; digit++) {
      const target = digit === labels[n] ? 1 : 0;
      dhidden += (probabilities[digit] - target) * toDigits[digit];
    }
    slopeSum += dhidden * slope(hidden) * image[pixel];
  });
  return { loss: lossSum / images.length, slope: slopeSum / images.length };
}

// What a unit's weights and its bias make of an image: the sum that goes through its curve.
function sumOfUnit(network, image, unit) {
  const units = network.layers[1];
  let sum = network.b1[unit];
  for (let i = 0; i < 784; i++) sum += image[i] * network.W1[i * units + unit];
  return sum;
}

// Fewer points of a curve that may have a million: on a logarithmic axis the eye misses none.
function thinCurve(points) {
  const kept = [];
  let next = -Infinity;
  for (const point of points) {
    if (point[0] < next && point !== points.at(-1)) continue;
    kept.push(point);
    next = point[0] * 1.02;
  }
  return kept;
}

// ── The young network on the desk ──

const learning = {
  isReady: false,        // the digits to learn from are there
  isAwake: false,        // learnAndShow is at work
  run: null,
  runBefore: null,       // the last one that ran to a purpose: its settings, curves and network
  putAside: null,        // the pupil whose place on the desk the young one took
  unit: 0,               // the unit that the hill and the step show
  pixel: null,           // the weight of it that was chosen; null: the one with the steepest slope
  hill: null,            // its loss as one weight changes: see measureHill
  painted: null,         // the network whose units are painted
  isStale: true,         // what was measured is not shown yet
  isToSayHowItReads: false,      // it has been paused: when it rests, that is said
};

// What can be chosen, and how it is called in a sentence.
const KNOB_WORDS = {
  hidden_size: "hidden units",
  learning_rate: "learning rate",
  batch_size: "images in a step",
  images: "images to learn from",
  activation: "activation",
  leave_out: "left out",
  seed: "seed",
};
const KNOBS = Object.keys(KNOB_WORDS);

// What is chosen now, for the next start.
function readKnobs() {
  const settings = {};
  for (const name of KNOBS) {
    const { value } = $(name);
    settings[name] = value === "" || Number.isNaN(Number(value)) ? value : Number(value);
  }
  const seed = Math.round(Number(settings.seed));
  settings.seed = Math.min(Math.max(seed || 0, 0), 9999);
  return settings;
}

function isYoungOnDesk() {
  return learning.run !== null && desk.pupil === learning.run.pupil;
}

function isLearning() {
  const { run } = learning;
  return isYoungOnDesk() && run.steps < run.goal && !run.diverged;
}

// Random numbers take the network's place on the desk. Another pupil than a young one is put aside.
function wipeMemory() {
  const { run } = learning;
  if (run && (run.seen >= 5000 || run.diverged)) {
    const { settings, measured, network } = run;
    learning.runBefore = { settings, measured, network };
  }
  if (desk.pupil && desk.pupil.kind !== "young") learning.putAside = desk.pupil;
  learning.run = newRun(readKnobs());
  learning.pixel = null;
  learning.isStale = true;
  const count = grouped(countNumbers(learning.run.network));
  $("learn-said").textContent = `Its memory is wiped: ${count} random numbers are on the desk now.`;
  usePupil(learning.run.pupil);
  wakeLearner();
}

function countNumbers(network) {
  return network.W1.length + network.b1.length + network.W2.length + network.b2.length;
}

// Lets it learn until it has taken so many steps more; Infinity: until it is paused.
function takeSteps(count) {
  if (!isYoungOnDesk()) wipeMemory();
  const { run } = learning;
  showNow();
  takeLessonsAlong(run);
  run.laid = null;
  learning.isStale = true;
  run.before = count === 1 ? structuredClone(run.network) : null;
  run.goal = run.steps + count;
  wakeLearner();
}

// The young network rests. (Teaching it calls this.)
function pauseLearning() {
  if (!learning.run) return;
  learning.run.goal = 0;
  showNow();
}

function startOrPause() {
  if (isLearning()) {
    pauseLearning();
    learning.isToSayHowItReads = true;
  } else {
    takeSteps(Infinity);
  }
  refresh();
}

// A run with what is chosen. If the one before it was running, so is this one.
function startOver() {
  const wasRunning = learning.run !== null && learning.run.goal === Infinity;
  wipeMemory();
  if (wasRunning) takeSteps(Infinity);
}

// The lessons that the young network was given are part of it from now on.
function takeLessonsAlong(run) {
  const { pupil } = run;
  if (pupil.lessons.length === 0) return;
  run.network = structuredClone(pupil.network);
  run.network.training = pupil.original.training;
  run.work = train(run);
  pupil.original = run.network;
  pupil.network = run.network;
  pupil.lessons = [];
  usePupil(pupil);
}

// The trained network comes back, or whichever lay on the desk before; the young one is kept.
function giveTrainedBack() {
  pauseLearning();
  const pupil = learning.putAside ?? pagesOwn;
  if (!pupil) return;
  $("learn-said").textContent = "The young network is kept, in case you want it again.";
  usePupil(pupil);
}

function takeYoungAgain() {
  if (!learning.run) return;
  if (desk.pupil && desk.pupil.kind !== "young") learning.putAside = desk.pupil;
  $("learn-said").textContent = "";
  usePupil(learning.run.pupil);
}

// Puts the network of an earlier moment on the desk. The run rests meanwhile.
function showEarlier(index) {
  const { run } = learning;
  if (!isYoungOnDesk() || !run.moments[index]) return;
  pauseLearning();
  takeLessonsAlong(run);
  const isLast = index === run.moments.length - 1;
  if (!isLast) putMomentOnDesk(run, run.moments[index]);
}

function putMomentOnDesk(run, moment) {
  run.shown = moment;
  run.pupil.original = moment ? moment.network : run.network;
  run.pupil.network = run.pupil.original;
  learning.isStale = true;
  refresh();
}

// Goes back to the network as it is now.
function showNow() {
  const { run } = learning;
  if (run && run.shown) putMomentOnDesk(run, null);
}

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
  const pace = wantsNoMotion() ? 1000 : 100;                    // ms between two looks at it
  const mayLearn = run => run === learning.run && isLearning() && !document.hidden;
  let run;
  do {
    run = learning.run;
    const end = performance.now() + pace;
    while (mayLearn(run) && run.seen < run.nextMeasure && performance.now() < end) {
      if (desk.isGrowing) {
        yield 30;                                               // ink comes first
        continue;
      }
      const start = performance.now();
      run.work.next();
      run.time += performance.now() - start;
      yield;
    }
    const isUnmeasured = run.measured.length === 0 || run.measured.at(-1).seen < run.seen;
    if (run.seen >= run.nextMeasure || isUnmeasured && !mayLearn(run)) {
      yield* measureUnseen(run);
      learning.isStale = true;
      if (run.time > 5000) tellBet(run);
    }
    refresh();
    if (isYoungOnDesk() && onScreen.has("learn")) yield* showNetwork(desk.network);
  } while (mayLearn(run) || run !== learning.run);
  if (learning.isToSayHowItReads) {
    learning.isToSayHowItReads = false;
    const share = percent(run.measured.at(-1).accuracy);
    $("learn-said").textContent = `It rests, and reads ${share} of the unseen digits.`;
  }
}

function tellBet(run) {
  if ($("bet-learn").dataset.outcome) return;
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
  if (!learning.isReady || !desk.network || isLearning()) return;
  if (learning.painted !== desk.network) {
    const { network } = desk;
    inSlices(showNetwork(network), () => desk.network === network);
  }
  if (isHillStale()) {
    const hill = newHill();
    learning.hill = hill;
    inSlices(measureHill(hill), () => learning.hill === hill);
  }
}

function showControls() {
  const { run, putAside, isReady } = learning;
  const isYoung = isYoungOnDesk();
  const stopped = isYoung && run.diverged;
  $("learn-start").textContent = isLearning() ? "Pause" : "Start";
  $("learn-start").disabled = !isReady || stopped;
  $("learn-step").disabled = !isReady || stopped;
  $("learn-reset").textContent = isYoung ? "Start over" : "Wipe its memory";
  $("learn-reset").disabled = !isReady;
  const given = putAside ?? pagesOwn;
  $("learn-back").hidden = !isYoung || !given;
  $("learn-back").textContent = given && given.kind === "loaded"
    ? `Give ${given.fileName || "the loaded one"} back` : "Give the trained one back";
  $("learn-young").hidden = isYoung || !run;
  $("learn-save").disabled = !isYoung;
  const knobs = readKnobs();
  const isOther = isYoung && KNOBS.some(name => knobs[name] !== run.settings[name]);
  $("learn-again").disabled = !isReady || !isOther;
  $("learn-diverged").hidden = !stopped;
}

// The weights of all hidden units, and what the network makes of twenty digits.
function* showNetwork(network) {
  learning.painted = network;
  yield* paintAllWeights($("learn-units"), network, { W1: 0.6, W2: 2 });
  [...$("learn-digits").children].forEach((pair, i) => {
    const k = DIGITS_TO_LEARN + i;
    showPair(pair, k, indexOfLargest(forward(network, digitImage(k)).probabilities));
  });
}

// Paints the numbers of a network, or their slopes: for each hidden unit a square, its 784 weights.
// The line below it is its ten weights to the digits and, apart, its bias. `most`: the full colour.
function* paintAllWeights(canvas, { W1, b1, W2 }, most) {
  const units = b1.length;
  const columns = Math.ceil(Math.sqrt(units));
  const rows = Math.ceil(units / columns);
  if (canvas.width !== columns * 30 || canvas.height !== rows * 34) {
    canvas.width = columns * 30;
    canvas.height = rows * 34;
  }
  const context = canvas.getContext("2d");
  const colourOf = (value, full) => {
    const share = Math.min(Math.max(value / full, -1), 1);
    return SIGNED_COLOURS[Math.round(share * 255) + 255];
  };
  for (let unit = 0; unit < units; unit++) {            // in turn: all would take more than a frame
    const cell = new ImageData(28, 32);
    const colours = new Uint32Array(cell.data.buffer);
    for (let i = 0; i < 784; i++) colours[i] = colourOf(W1[i * units + unit], most.W1);
    for (const row of [29, 30, 31]) {
      for (let digit = 0; digit < 10; digit++) {
        const colour = colourOf(W2[unit * 10 + digit], most.W2);
        colours.fill(colour, row * 28 + digit * 2, row * 28 + digit * 2 + 2);
      }
      colours.fill(colourOf(b1[unit], most.W2), row * 28 + 24, row * 28 + 28);
    }
    context.putImageData(cell, unit % columns * 30 + 1, Math.floor(unit / columns) * 34 + 1);
    yield;
  }
}

function showPair(pair, k, digit) {
  paintImage(pair.querySelector("canvas"), digitImage(k));
  const read = pair.querySelector("b");
  read.textContent = digit < 0 ? "–" : digit;
  read.classList.toggle("right", digit === labelOfDigit(k));
}

// How the run went: its curves, beside those of the run before, and where it is now.
function showMeasured() {
  const { run, runBefore } = learning;
  const moment = run && (run.shown ?? run.measured.at(-1));
  if (!moment) {
    for (const id of ["learn-accuracy", "learn-loss"]) $(id).textContent = "–";
    return;
  }
  const { settings, measured, moments } = run;
  const { training } = run.network;
  $("learn-accuracy").textContent = percent(moment.accuracy);
  $("learn-loss").textContent = Number.isFinite(moment.loss) ? moment.loss.toPrecision(3) : "∞";

  const until = measured.filter(({ seen }) => seen <= moment.seen);
  const curve = (points, name) => thinCurve(points.map(point => [point.seen, point[name]]));
  const met = values =>
    thinCurve(values.map((value, epoch) => [(epoch + 0.5) * run.pool.length, value]));
  const shares = { guess: 0.1, most: 1, format: share => share * 100 + " %" };
  const unit = grouped(moment.seen) + " digits seen";
  $("learn-accuracies").innerHTML = plot("of 1,000 digits that it has never seen are read right",
    [curve(until, "accuracy"), [], curve(measured, "accuracy")], { ...shares, unit });
  const before = runBefore ? runBefore.measured : [];
  $("learn-compared").innerHTML = plot("of the unseen digits are read right",
    [curve(measured, "accuracy"), met(training.accuracy), curve(before, "accuracy")],
    { ...shares, unit: "digits seen" })
    + plot("loss: how surprised it is by the right digit",
      [curve(measured, "loss"), met(training.loss), curve(before, "loss")],
      { unit: "digits seen" });

  $("learn-moment").max = moments.length - 1;
  $("learn-moment").value = run.shown ? moments.indexOf(run.shown) : moments.length - 1;
  $("learn-moment").setAttribute("aria-valuetext", `${unit}, ${percent(moment.accuracy)} right`);
  $("learn-moment").disabled = moments.length < 2;
  const { epochs } = training;
  const { leave_out: leftOut } = settings;
  fill($("learn"), {
    seen: grouped(moment.seen),
    steps: grouped(run.steps),
    pool: grouped(run.pool.length),
    met: epochs ? percent(training.accuracy.at(-1)) : "–",
    epochs: grouped(epochs),
    "epochs-or-one": epochs || 1,
    "last-loss": epochs ? shortNumber(training.loss.at(-1)) : "–",
    "lower-rate": shortNumber(settings.learning_rate / 10),
    "left-out-words": leftOut === "" ? "" : ` (it cannot leave out the ${leftOut})`,
    ...settings,
  });
  $("learn-before").hidden = !runBefore;
  if (runBefore) {
    const other = KNOBS.filter(name => runBefore.settings[name] !== settings[name]);
    const words = other.map(name => `${KNOB_WORDS[name]} ${wordOf(name, runBefore.settings)}`);
    fill($("learn-before"), {
      other: words.join(", ") || "the same",
      accuracy: percent(runBefore.measured.at(-1).accuracy),
    });
  }
  showPinned(run);
}

function wordOf(name, settings) {
  return settings[name] === "" ? "nothing" : settings[name];
}

// Unseen digits that stay misread.
function showPinned(run) {
  $("learn-pinned").hidden = run.seen === 0;
  [...$("learn-misread").children].forEach((pair, i) => {
    const k = run.pinned[i];
    pair.hidden = k === undefined;
    if (k !== undefined) showPair(pair, k, run.reads[k - DIGITS_TO_LEARN]);
  });
}

// What a network that never saw a digit makes of it, in the unseen ones and in the drawing.
function showChildhood() {
  const { run, runBefore } = learning;
  const digit = isYoungOnDesk() ? run.settings.leave_out : "";
  $("learn-childhood").hidden = digit === "" || run.reads.length === 0;
  if ($("learn-childhood").hidden) return;
  const counts = new Array(10).fill(0);
  run.reads.forEach((read, i) => {
    const isLeftOut = labelOfDigit(DIGITS_TO_LEARN + i) === digit;
    if (isLeftOut && read >= 0) counts[read] += 1;
  });
  const others = [...counts.keys()].filter(read => read !== digit && counts[read] > 0);
  others.sort((a, b) => counts[b] - counts[a]);
  const list = others.slice(0, 3).map(read => `${counts[read]} as ${read}`);
  fill($("learn-childhood"), {
    digit,
    right: counts[digit],
    others: list.join(", ") || "none as another",
  });
  const sawAll = runBefore && runBefore.settings.leave_out !== digit
    ? { name: "the run before", network: runBefore.network }
    : { name: "the trained one", network: pagesOwn && pagesOwn.network };
  $("learn-other").hidden = !sawAll.network;
  if (!desk.reading) return;                                    // the sentence is hidden, then
  fill($("learn-childhood"), { reads: wordsOfReading(desk.reading.probabilities) });
  if (!sawAll.network) return;
  const images = desk.reading.looks.map(look => look.image);
  fill($("learn-childhood"), {
    "other-name": sawAll.name,
    "other-reads": wordsOfReading(readLooks(sawAll.network, images)),
  });
}

function wordsOfReading(probabilities) {
  const digit = indexOfLargest(probabilities);
  return digit < 0 ? "nothing" : `${digit} (${percent(probabilities[digit])} sure)`;
}

// ── One weight, one slider, the hill ──

const HILL_DIGITS = 200;
const HILL_STEPS = 60;

function isHillStale() {
  const { hill } = learning;
  const seen = isYoungOnDesk() ? learning.run.seen : 0;
  return !hill || hill.network !== desk.network || hill.seen !== seen;
}

function newHill() {
  return {
    network: desk.network,
    seen: isYoungOnDesk() ? learning.run.seen : 0,
    isMeasured: false,
    images: null,
    labels: null,
    passes: null,        // what forward makes of each image
    gradients: null,     // the slope of every number
    unit: 0,
    pixel: 0,            // the weight from this pixel to this unit is changed
    sums: null,          // what the unit makes of each image
    weight: 0,           // what is tried
    reach: 6,            // from -reach to reach may be tried
    losses: [],          // the loss at as many places, evenly from end to end
    low: 0,              // what was tried so far, from the lowest
    high: 0,             // to the highest weight
  };
}

// Reads some of the digits that it learns from, and finds the slope of every number of the network.
function* measureHill(hill) {
  const first = Array.from({ length: HILL_DIGITS }, (_, k) => k);
  const digits = isYoungOnDesk() ? learning.run.pool.slice(0, HILL_DIGITS) : first;
  hill.labels = digits.map(labelOfDigit);
  hill.images = digits.map(digitImage);
  const { passes, gradients } = yield* gradientInPieces(hill.network, digits, hill.labels);
  hill.passes = passes;
  hill.gradients = gradients;
  hill.isMeasured = true;
  yield* measureWeight(hill);
  const { dW1, db1, dW2 } = gradients;
  yield* paintAllWeights($("hill-slopes"), { W1: dW1, b1: db1, W2: dW2 }, {
    W1: strength(dW1),
    W2: strength(dW2),
  });
}

// The hill of the weight that is chosen.
function* measureWeight(hill) {
  const { network, gradients } = hill;
  const units = network.layers[1];
  hill.unit = Math.min(learning.unit, units - 1);
  hill.pixel = learning.pixel ?? steepestPixel(gradients.dW1, units, hill.unit);
  hill.sums = hill.images.map(image => sumOfUnit(network, image, hill.unit));
  const weight = network.W1[hill.pixel * units + hill.unit];
  hill.weight = weight;
  hill.low = weight;
  hill.high = weight;
  hill.reach = Math.max(6, Math.ceil(Math.abs(weight)) + 2);
  hill.losses = [];
  for (let i = 0; i <= HILL_STEPS; i++) {
    hill.losses.push(lossAtWeight(hill, (2 * i / HILL_STEPS - 1) * hill.reach).loss);
    yield;
  }
  reopenBet("bet-hill");
  showHill();
}

function steepestPixel(dW1, units, unit) {
  let steepest = 0;
  for (let pixel = 1; pixel < 784; pixel++) {
    const slope = Math.abs(dW1[pixel * units + unit]);
    if (slope > Math.abs(dW1[steepest * units + unit])) steepest = pixel;
  }
  return steepest;
}

// A question is put anew: the answer to the last one is forgotten.
function reopenBet(id) {
  for (const answer of $(id).querySelectorAll("input")) answer.checked = false;
  delete bets[id];
  settleBet(id, "");
}

function showHill() {
  const { hill } = learning;
  if (!hill || !hill.isMeasured) return;
  const { network, unit, pixel, weight, reach, losses } = hill;
  const isHill = losses.every(Number.isFinite);
  $("hill-none").hidden = isHill;
  $("hill-parts").hidden = !isHill;
  if (!isHill) return;
  const units = network.layers[1];
  const now = lossAtWeight(hill, weight);
  const highest = losses.reduce((most, loss) => Math.max(most, loss), now.loss);
  const lowest = losses.reduce((least, loss) => Math.min(least, loss), now.loss);
  const height = highest - lowest || 1;
  const roundTo = number => Number(number.toFixed(2));
  const x = value => roundTo(160 + 148 * value / reach);
  const y = loss => roundTo(132 - 112 * (loss - lowest) / height);

  paintSigned($("hill-mask"), weightsOfUnit(network, unit));
  const row = Math.floor(pixel / 28);
  const column = pixel % 28;
  $("hill-mask").setAttribute("aria-valuenow", pixel);
  $("hill-mask").setAttribute("aria-valuetext", `row ${row + 1}, column ${column + 1}`);
  $("hill-place").style.setProperty("--x", column);
  $("hill-place").style.setProperty("--y", row);
  for (const id of ["hill-unit", "learn-unit"]) {
    $(id).max = units;
    $(id).value = unit + 1;
  }
  $("hill-weight").min = -reach;
  $("hill-weight").max = reach;
  $("hill-weight").value = weight;

  // Only where one has been is the hill drawn.
  const places = [hill.low, hill.high];
  for (let i = 0; i <= HILL_STEPS; i++) {
    const place = (2 * i / HILL_STEPS - 1) * reach;
    if (place > hill.low && place < hill.high) places.push(place);
  }
  places.sort((a, b) => a - b);
  const points = places.map(place => `${x(place)} ${y(lossAtWeight(hill, place).loss)}`);
  $("hill-curve").setAttribute("d", `M${points.join("L")}h.01`);
  $("hill-point").setAttribute("cx", x(weight));
  $("hill-point").setAttribute("cy", y(now.loss));
  $("hill-start").setAttribute("d", `M${x(network.W1[pixel * units + unit])} 14V138`);

  const hasMoved = hill.high > hill.low;
  const rise = now.slope * reach / 148 * 112 / height;          // of the slope, in the picture
  const across = 34 / Math.hypot(1, rise);
  const start = `${roundTo(x(weight) - across)} ${roundTo(y(now.loss) + across * rise)}`;
  const end = `${roundTo(x(weight) + across)} ${roundTo(y(now.loss) - across * rise)}`;
  $("hill-tangent").setAttribute("d", hasMoved ? `M${start}L${end}` : "");
  fill($("hill"), {
    unit: unit + 1,
    weight: signed(weight, 3),
    loss: now.loss.toFixed(4),
    slope: hasMoved ? signed(now.slope, 5) : "…",
    downhill: hasMoved ? wayDown(now.slope, reach) : "…",
    low: `−${reach}`,
    high: `+${reach}`,
    top: highest.toFixed(3),
    bottom: lowest.toFixed(3),
    all: grouped(countNumbers(network)),
    "hill-digits": hill.images.length,
  });
  const spoken = `${signed(weight, 2)}, loss ${now.loss.toFixed(4)}`;
  $("hill-weight").setAttribute("aria-valuetext", spoken);
}

function tryWeight(weight) {
  const { hill } = learning;
  if (isLearning()) pauseLearning();            // to look at one weight, it must rest
  if (!hill || hill.losses.length <= HILL_STEPS) return;
  hill.weight = weight;
  hill.low = Math.min(hill.low, weight);
  hill.high = Math.max(hill.high, weight);
  showHill();
  if (hill.high - hill.low < hill.reach / 10) return;
  const units = hill.network.layers[1];
  const { slope } = lossAtWeight(hill, hill.network.W1[hill.pixel * units + hill.unit]);
  const way = wayDown(slope, hill.reach);
  settleBet("bet-hill", `${way}: the slope was ${signed(slope, 5)} where you began.`);
}

function wayDown(slope, reach) {
  if (Math.abs(slope) * reach < 1e-5) return "nowhere, it is flat";
  return slope > 0 ? "to the left" : "to the right";
}

function choosePixel(pixel) {
  learning.pixel = Math.min(Math.max(pixel, 0), 783);
  chooseWeight();
}

function chooseUnit(unit) {
  const units = desk.network ? desk.network.layers[1] : 1;
  learning.unit = Math.min(Math.max(unit, 0), units - 1);
  learning.pixel = null;
  chooseWeight();
  showStep();
}

function chooseWeight() {
  if (isLearning()) pauseLearning();
  const { hill } = learning;
  if (!hill || !hill.isMeasured) return;
  const { pixel, unit } = learning;
  const isWanted = () =>
    learning.hill === hill && learning.pixel === pixel && learning.unit === unit;
  inSlices(measureWeight(hill), isWanted);
}

// ── One step, laid open ──

// The step in four moments, the last two for one unit.
function showStep() {
  const laid = isYoungOnDesk() ? learning.run.laid : null;
  $("learn-laid").hidden = !laid;
  if (!laid) return;
  const { before, after } = laid;
  const batch = laid.batch.slice(0, IMAGES_AT_ONCE);
  const labels = batch.map(labelOfDigit);
  const [was, is] = [before, after].map(network =>
    batch.map(k => forward(network, digitImage(k)).probabilities));
  for (const [id, readings] of [["learn-batch", was], ["learn-batch-after", is]]) {
    $(id).innerHTML = repeat(batch.length, () => `<div>${PICTURE}<b></b></div>`);
    batch.forEach((k, i) => {
      const pair = $(id).children[i];
      showPair(pair, k, indexOfLargest(readings[i]));
      pair.querySelector("b").textContent = (readings[i][labels[i]] * 100).toFixed(0);
    });
  }
  const unit = Math.min(learning.unit, before.layers[1] - 1);
  const weights = weightsOfUnit(before, unit);
  const weightsNow = weightsOfUnit(after, unit);
  const change = weights.map((weight, i) => weight - weightsNow[i]);
  const most = strength(weights);
  const pictures = $("learn-change").querySelectorAll("canvas");
  paintSigned(pictures[0], weights, { most });
  paintSigned(pictures[1], change);
  paintSigned(pictures[2], weightsNow, { most });
  const hasMoved = change.some(value => value !== 0);
  const countRight = readings =>
    labels.filter((label, i) => indexOfLargest(readings[i]) === label).length;
  fill($("learn-laid"), {
    unit: unit + 1,
    count: grouped(laid.batch.length),
    "loss-was": crossEntropy(was, labels).toFixed(3),
    "loss-now": crossEntropy(is, labels).toFixed(3),
    "right-was": countRight(was),
    "right-now": countRight(is),
    strength: hasMoved
      ? `${shortNumber(most / strength(change))} times as strong`
      : "as it is (no slope reaches this unit)",
  });
}

// ── The training of the network that came with the page, or from a file ──

// Shows only what is well formed and can be, since it comes from a file.
function showTraining({ layers, activation, training }) {
  const isWithin = (value, most) => Number.isFinite(value) && value >= 0 && value <= most;
  const count = (name, words) =>
    (isWithin(training[name], 1e9) ? words.replace("#", grouped(training[name])) : "");
  const share = (name, words) =>
    (isWithin(training[name], 1) ? words.replace("#", percent(training[name], 2)) : "");
  const curve = (name, most, valueOf) => {
    const list = training[name];
    if (!Array.isArray(list) || !list.every(value => isWithin(value, most))) return [];
    return thinCurve(list.map((value, epoch) => [epoch + 1, valueOf(value)]));
  };
  const facts = [
    `${grouped(layers[1])} hidden unit${layers[1] > 1 ? "s" : ""} (${activation})`,
    count("epochs", "# epochs"),
    count("learning_rate", "learning rate #"),
    count("batch_size", "batches of #"),
    count("seconds", "# seconds"),
    share("train_accuracy", "# of the training digits read right"),
    share("test_accuracy", "# of 10,000 never seen"),
  ];
  $("facts").textContent = facts.filter(fact => fact !== "").join(", ") + ".";
  const plots = plot("Loss: how surprised by the right digit", [curve("loss", 100, loss => loss)])
    + plot("Error: the share misread of the images it was shown",
      [curve("accuracy", 1, accuracy => 1 - accuracy)],
      { guess: 0.9, format: error => shortNumber(error * 100) + " %" });
  const errors = curve("accuracy", 1, accuracy => 1 - accuracy);
  showTrainingBet(errors);
  $("plots").innerHTML = plots || "This network’s file does not say how loss and accuracy went.";
}

function showTrainingBet(errors) {
  $("bet-training").hidden = errors.length < 100;
  if (errors.length < 100) return;
  const after = epochs => percent(errors.find(([epoch]) => epoch >= epochs)[1]);
  const epochs = errors.at(-1)[0];
  fill($("bet-training"), { times: grouped(epochs) });
  settleBet("bet-training", `It misread 90 % before, ${after(1)} in the first, ${after(10)} in the `
    + `tenth, ${after(100)} in the hundredth, ${after(epochs)} in the last.`);
}

pupilListeners.push(pupil => {
  if (learning.run && pupil !== learning.run.pupil) learning.run.goal = 0;
  learning.isStale = true;
  if (pupil.kind !== "young") showTraining(pupil.original);
});

// ── Who listens to what ──

for (const name of Object.keys(ACTIVATIONS)) $("activation").append(new Option(name, name));
$("seed").value = Math.floor(Math.random() * 1000);

function saveYoung() {
  if (isYoungOnDesk()) saveFile("weights.json", writeNetwork(desk.network));
}

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
$("learn-settings").addEventListener("change", refresh);
$("learn-settings").addEventListener("submit", event => event.preventDefault());
$("hill-weight").addEventListener("input", event => tryWeight(Number(event.target.value)));
for (const id of ["hill-unit", "learn-unit"]) {
  $(id).addEventListener("input", event => chooseUnit(Number(event.target.value) - 1));
}
$("hill-mask").addEventListener("pointerdown", event => {
  const { left, top, width } = event.target.getBoundingClientRect();
  const [x, y] = [event.clientX - left, event.clientY - top].map(at =>
    Math.min(Math.max(Math.floor(at / width * 28), 0), 27));
  choosePixel(y * 28 + x);
});
$("hill-mask").addEventListener("keydown", event => {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -28, ArrowDown: 28 };
  if (!(event.key in steps) || !learning.hill) return;
  event.preventDefault();
  choosePixel(learning.hill.pixel + steps[event.key]);
});
document.addEventListener("visibilitychange", () => wakeLearner());

// The digits to learn from are loaded when the section is first seen.
new IntersectionObserver((entries, observer) => {
  if (!entries.some(entry => entry.isIntersecting)) return;
  observer.disconnect();
  loadDigits().then(() => {
    learning.isReady = true;
    refresh();
    wakeLearner();
  }, () => {
    $("learn-missing").hidden = false;
  });
}).observe($("learn"));

// What a link says of this section: the knobs, in the order of KNOBS.
linkParts.learn = {
  write: () => KNOBS.map(name => wordOf(name, readKnobs())).join(","),
  read: words => {
    const values = words.split(",").map(word => (word === "nothing" ? "" : word));
    const isKnown = (name, i) => name === "seed"
      ? /^\d{1,4}$/.test(values[i])
      : [...$(name).options].some(option => option.value === values[i]);
    if (values.length !== KNOBS.length || !KNOBS.every(isKnown)) return null;
    return values;
  },
  choose: values => {
    KNOBS.forEach((name, i) => {
      $(name).value = values[i];
    });
    refresh();
  },
};
