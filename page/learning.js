"use strict";
// How a young network learns: `train` of neural_network.py, in pieces of a few milliseconds.
//
// Nothing here touches the page or the desk. The images are those of digits.js, which are loaded by
// then, and are named by their number k.

const IMAGES_AT_ONCE = 32;     // in one go, which takes a few milliseconds
const EPOCHS_TO_REST = 1000;   // then it rests: with few images these may be a second's work
const MOST_MOMENTS = 24;       // of a run that are kept, each with all its weights
const DIVERGED_LOSS = 10;      // a mean loss beyond this: guessing gives 2.3

// A run is a new network and all that becomes of it. settings: see readKnobs.
function newRun(settings) {
  const { leave_out: leftOut, ...rest } = settings;
  const random = seededRandom(settings.seed);
  const network = newNetwork(settings.hidden_size, settings.activation, random);
  network.training = { ...rest, epochs: 0, images_seen: 0, loss: [], accuracy: [] };
  if (leftOut !== "") network.training.leave_out = leftOut;
  const pool = [];
  for (let k = 0; k < settings.images; k++) {
    if (labelOfDigit(k) !== leftOut) pool.push(k);
  }
  const run = {
    settings,
    network,
    random,
    pool,                // the images that it learns from
    work: null,          // its training, which goes on with each work.next()

    // How far it is.
    steps: 0,
    goal: 0,             // how many steps it is to take
    batch: [],           // the images of the last step
    seen: 0,             // images that it has learned from
    time: 0,             // ms that it has learned, with all pauses to look at it
    diverged: false,

    // What it reads in the unseen digits.
    measured: [],        // {seen, loss, accuracy}, now and then
    nextMeasure: 0,      // when it has seen so many images
    reads: [],           // what it read in each when it was last measured,
    sureness: [],        // and how probable it held that digit
    pinned: [],          // those that stay misread
    moments: [],         // some of the measured ones, each with all that was so then
  };
  run.work = train(run);
  return run;
}

// As `train` in neural_network.py: epoch after epoch, each in mini-batches. Only the rate does not
// fall, as this training has no end. It pauses (yields) every few milliseconds.
function* train(run) {
  const { network, pool, settings } = run;
  const { training } = network;
  while (true) {
    const order = shuffle(pool, run.random);
    let lossSum = 0;
    let right = 0;
    for (let start = 0; start < order.length; start += settings.batch_size) {
      const batch = order.slice(start, start + settings.batch_size);
      const labels = batch.map(labelOfDigit);
      const passes = yield* learnFromBatch(network, batch, labels, settings.learning_rate);
      const probabilities = passes.map(pass => pass.probabilities);
      lossSum += batch.length * crossEntropy(probabilities, labels);
      right += countRight(probabilities, labels);
      run.batch = batch;
      run.seen += batch.length;
      run.steps += 1;
      training.images_seen = run.seen;
      yield;
    }
    const loss = lossSum / order.length;
    training.epochs += 1;
    training.loss.push(Number(loss.toFixed(5)));
    training.accuracy.push(right / order.length);
    run.diverged = Number.isNaN(loss) || loss > DIVERGED_LOSS;
    if (training.epochs % EPOCHS_TO_REST === 0) run.goal = 0;
  }
}

// One step: forward, backward, update. Returns what forward made of the images, before the update.
// 5,000 images at once would block the page. So a large mini-batch goes in pieces. They all see the
// network as it was, for it is moved only when the gradients of all pieces are added up.
// batch: the numbers k of the images.
function* learnFromBatch(network, batch, labels, learningRate) {
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

// How many images are read right. probabilities: ten numbers for each; labels: one digit for each.
function countRight(probabilities, labels) {
  const isRightlyRead = (label, n) => indexOfLargest(probabilities[n]) === label;
  return labels.filter(isRightlyRead).length;
}

// Reads the unseen digits, and notes how that went. The next time is after half as many images
// again as it has seen, but after 50 at least and 5,000 at most: at first much changes.
function* measureUnseen(run) {
  const readings = yield* readDigitImages(run.network, DIGITS_TO_LEARN, DIGITS_UNSEEN);
  const probabilities = readings.map(reading => reading.probabilities);
  const labels = readings.map(reading => reading.label);
  const moment = {
    seen: run.seen,
    loss: crossEntropy(probabilities, labels),
    accuracy: countRight(probabilities, labels) / DIGITS_UNSEEN,
  };
  run.reads = readings.map(reading => reading.digit);
  run.sureness = readings.map(reading => reading.probabilities[reading.digit]);
  run.measured.push(moment);
  run.nextMeasure = nextMeasureAfter(run.seen);
  run.pinned = pinMisread(run.pinned, run.reads);
  const { steps, reads, sureness, pinned } = run;
  const network = structuredClone(run.network);
  run.moments.push({ ...moment, steps, reads, sureness, pinned, network });
  if (run.moments.length > MOST_MOMENTS) forgetMoment(run.moments);
}

// Takes a run back to one of its moments. From there it learns on, in another order.
function rewind(run, moment) {
  const isUntilThen = ({ seen }) => seen <= moment.seen;
  run.measured = run.measured.filter(isUntilThen);
  run.moments = run.moments.filter(isUntilThen);
  run.steps = moment.steps;
  run.seen = moment.seen;
  run.reads = moment.reads;
  run.sureness = moment.sureness;
  run.pinned = moment.pinned;
  run.diverged = false;
  run.nextMeasure = nextMeasureAfter(moment.seen);
  run.network = structuredClone(moment.network);
  run.work = train(run);
}

function nextMeasureAfter(seen) {
  return seen + clip(seen / 2, 50, 5000);
}

// Ten unseen digits that are misread; undefined where there are fewer. Each stays in its place as
// long as it is misread.
function pinMisread(pinned, reads) {
  const isMisread = k => reads[k - DIGITS_TO_LEARN] !== labelOfDigit(k);
  const others = [];                             // that are misread, and not pinned yet
  for (let k = DIGITS_TO_LEARN; k < DIGITS_TO_LEARN + DIGITS_UNSEEN; k++) {
    if (isMisread(k) && !pinned.includes(k)) others.push(k);
  }
  const pinnedNow = [];
  for (let place = 0; place < 10; place++) {
    const k = pinned[place];
    const stays = k !== undefined && isMisread(k);
    pinnedNow.push(stays ? k : others.shift());
  }
  return pinnedNow;
}

// Forgets the moment that is missed least: its neighbours are nearest to one another on the curves'
// axis.
function forgetMoment(moments) {
  const placeOf = ({ seen }) => Math.log(1 + seen / SCALE_FROM_0);      // as in axisAcross
  const gapWithout = i => placeOf(moments[i + 1]) - placeOf(moments[i - 1]);
  let least = 1;                                 // the first moment stays, and so does the last
  for (let i = 2; i < moments.length - 1; i++) {
    if (gapWithout(i) < gapWithout(least)) least = i;
  }
  moments.splice(least, 1);
}

// ── What NumPy's random generator does in Python ──

// The list in another order, each order as likely as any (Fisher and Yates; Durstenfeld, 1964).
function shuffle(list, random) {
  const shuffled = list.slice();
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
  }
  return shuffled;
}

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
