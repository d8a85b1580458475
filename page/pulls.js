"use strict";
// What "Look inside" shows, as functions of a network and what it made of a drawing. Nothing here
// touches the page.
//
// One measure runs through it all: the pull of a unit at a digit's score. It is what the unit "says
// to" the digit: the change of its activation against blank paper, times its weight to that digit.

// What a drawing changes in a network, against blank paper.
// pass: what forward made of the drawing's image. changes: one number for each unit.
// pulls: ten for each unit, so that pulls[unit * 10 + digit] is what the unit says to the digit.
function compareWithBlank(network, pass) {
  const blank = forward(network, new Float64Array(784));
  const changes = pass.hidden.map((activation, unit) => activation - blank.hidden[unit]);
  const pulls = network.W2.map((weight, i) => changes[Math.floor(i / 10)] * weight);
  return { blank, changes, pulls };
}

// What one unit says to each of the ten digits.
function pullsOf(pulls, unit) {
  return pulls.subarray(unit * 10, unit * 10 + 10);
}

// What each of the units says to one digit.
function pullsAt(pulls, digit) {
  const units = pulls.length / 10;
  return Array.from({ length: units }, (_, unit) => pulls[unit * 10 + digit]);
}

// The units, the strongest first. A unit is as strong as its longest pull at any score, for or
// against.
function strongestFirst(pulls) {
  const units = pulls.length / 10;
  const strengths = Array.from({ length: units }, (_, unit) => {
    const lengths = pullsOf(pulls, unit).map(Math.abs);
    return Math.max(...lengths);
  });
  return orderByValue(strengths);
}

// The unit that is easiest to follow: of those that the drawing switches on, the one that speaks
// most for a digit. Where it switches on none, the strongest.
function unitToBeginWith(changes, pulls) {
  const order = strongestFirst(pulls);
  const switchedOn = order.filter(unit => changes[unit] > 0);
  if (switchedOn.length === 0) return order[0];
  const mostFor = switchedOn.map(unit => Math.max(...pullsOf(pulls, unit)));
  return switchedOn[indexOfLargest(mostFor)];
}

// The units by what they say to one digit: first those that speak most for it, last those that
// speak most against it.
function sortedByPull(pulls, digit) {
  return orderByValue(pullsAt(pulls, digit));
}

// The units: first those that say most to one digit, be it for or against it.
function loudestFirst(pulls, digit) {
  const lengths = pullsAt(pulls, digit).map(Math.abs);
  return orderByValue(lengths);
}

// The sum of what some units say to one digit.
function sumOfPulls(pulls, units, digit) {
  return sumOf(units.map(unit => pulls[unit * 10 + digit]));
}

// All that is above 0, and all that is below, both as lengths.
function splitBySign(values) {
  let forIt = 0;
  let against = 0;
  for (const value of values) {
    if (value > 0) forIt += value;
    else against -= value;
  }
  return { forIt, against };
}

// The ten scores while the units come in, in this order. The first ten are those of blank paper,
// the next those with one unit in, the last those of the drawing.
function scoresAsUnitsComeIn(blankScores, pulls, order) {
  const scoresByCount = [Float64Array.from(blankScores)];
  for (const unit of order) {
    const said = pullsOf(pulls, unit);
    scoresByCount.push(scoresByCount.at(-1).map((score, digit) => score + said[digit]));
  }
  return scoresByCount;
}

// Who leads while the units come in: a list of { from, digit }, where `digit` leads as soon as
// `from` units are in. It begins with 0, blank paper. From the last one on nothing tips.
// scoresByCount: see scoresAsUnitsComeIn.
function leadersOf(scoresByCount) {
  const leaders = [];
  scoresByCount.forEach((scores, from) => {
    const digit = indexOfLargest(scores);
    if (digit !== leaders.at(-1)?.digit) leaders.push({ from, digit });
  });
  return leaders;
}

// To two decimals, as numbers are shown.
function toHundredths(number) {
  return Math.round(number * 100) / 100;
}

// Rounds the parts of a sum to two decimals, so that they add up as they are shown: one of them,
// the largest if none is named, takes the rest.
function roundParts(parts, takesRest = indexOfLargest(parts.map(Math.abs))) {
  const hundredths = parts.map(part => Math.round(part * 100));
  const wanted = Math.round(sumOf(parts) * 100);
  hundredths[takesRest] += wanted - sumOf(hundredths);
  return hundredths.map(part => part / 100);
}

// One unit at work on one image: what its weights make of the ink, and its curve of that.
// Under `rounded` the same numbers as they are shown, so that they add up.
function unitAtWork(network, image, unit) {
  const { activate } = ACTIVATIONS[network.activation];
  const weights = weightsOfUnit(network, unit);
  const products = weights.map((weight, i) => weight * image[i]);
  const { forIt, against } = splitBySign(products);
  const bias = network.b1[unit];
  const z = forIt - against + bias;
  const work = { forIt, against, bias, z, activation: activate(z), atBlank: activate(bias) };
  return { weights, products, ...work, rounded: roundWork(work) };
}

// With two decimals. What argues against has its sign here: forIt + against is the sum.
function roundWork(work) {
  const [forIt, against, bias] = roundParts([work.forIt, -work.against, work.bias]);
  const [activation, minusBlank] = roundParts([work.activation, -work.atBlank]);
  return {
    forIt,
    against,
    bias,
    sum: forIt + against,
    z: forIt + against + bias,
    activation,
    atBlank: -minusBlank,
    change: activation + minusBlank,
  };
}

// The weight that has the full colour in the picture of a unit. Two in a hundred are larger: if the
// largest one set the scale, most pictures would be a muddy grey.
// weights: a typed array, so that sort() sorts them as numbers.
function weightOfFullColour(weights) {
  const lengths = weights.map(Math.abs).sort();
  const nearlyLargest = lengths[Math.floor(0.98 * lengths.length)];
  return nearlyLargest > 0 ? nearlyLargest : strength(weights);
}
