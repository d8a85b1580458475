"use strict";
// "Look inside": all units, one after the other. They pull at ten ropes, one for each digit.

const ROPE = 26;               // px: the height of one rope,
const ROPE_BAR = 16;           // and of the bars on it
const LEAST_REACH = 6;         // points: how far the ropes reach at least, to either side

// How many units are in: as many as were let in, of a small network at most all.
function unitsIn() {
  return Math.min(insideChoices.count, insideView.findings.network.layers[1]);
}

function showTug() {
  const { network, order } = insideView.findings;
  const units = network.layers[1];
  const count = unitsIn();
  $("tug-count").max = units;
  $("tug-count").value = count;
  $("tug-count").setAttribute("aria-valuetext", `${count} of ${units} units`);
  setText($("tug-play"), insideView.runs.count ? "Pause" : "Let them all in");
  $("tug-one").disabled = count === units;
  const ropes = ropesOf(order.slice(0, count));
  const scores = ropes.map(({ forIt, against }) => forIt - against);
  showTugWords(scores);
  paintTug(ropes, scores);
}
addInsidePart("tug", showTug);

// What blank paper and these units say for and against each digit.
function ropesOf(units) {
  const { blank, pulls } = insideView.findings;
  return Array.from(blank.logits, (score, digit) => forAndAgainst(score, pulls, units, digit));
}

function showTugWords(scores) {
  const { network, leaders } = insideView.findings;
  const [leader, second] = orderByValue(scores);
  const hasTipped = leaders.length > 1;
  const isDone = unitsIn() === network.layers[1];
  $("tug-so-far").hidden = isDone;
  $("tug-done").hidden = !isDone;
  $("tug-tipped").hidden = !hasTipped;
  fill($("tug-words"), {
    count: grouped(unitsIn()),
    leader,
    second,
    lead: twoDecimals(scores[leader] - scores[second]),
    tip: grouped(leaders.at(-1).from),
    before: hasTipped ? leaders.at(-2).digit : "",
  });
}

// Ten ropes: all that is said for a digit to the right, all against it to the left, and a mark
// where that leaves its score. Below, who led while the units came in.
function paintTug(ropes, scores) {
  const canvas = emptyCanvas("tug");
  if (!canvas) return;
  const { context, width } = canvas;
  const x = acrossRopes(width);
  const bottom = 10 * ROPE;
  drawLine(context, insideView.colours.line, 1, [x(0), 0], [x(0), bottom]);
  if (insideView.findings.isBlank) {
    ropes.forEach((rope, digit) => writeDigitOfRope(context, digit, false));
    return;
  }
  const leader = indexOfLargest(scores);
  ropes.forEach((rope, digit) => {
    writeDigitOfRope(context, digit, digit === leader);
    paintRope(context, rope, digit, x);
    paintScore(context, scores[digit], digit, digit === leader, x, width);
  });
  const end = x(scores[leader]);
  context.setLineDash([2, 3]);
  drawLine(context, insideView.colours.ink, 1, [end, 0], [end, bottom]);
  context.setLineDash([]);
  paintLeaders(context, bottom + 8, width);
}

// Tells where so many points lie across the ropes. There is room for all units from the start, so
// that nothing moves but the bars.
function acrossRopes(width) {
  const whole = ropesOf(insideView.findings.order);
  const mostFor = Math.max(LEAST_REACH, ...whole.map(rope => rope.forIt));
  const mostAgainst = Math.max(LEAST_REACH, ...whole.map(rope => rope.against));
  const left = 20;
  const right = width - 56;
  return points => left + (right - left) * (points + mostAgainst) / (mostFor + mostAgainst);
}

function writeDigitOfRope(context, digit, isLeader) {
  writeAt(context, digit, 4, middleOfRope(digit), styleOfRope(isLeader));
}

function middleOfRope(digit) {
  return (digit + 0.5) * ROPE;
}

function styleOfRope(isLeader) {
  const { ink, quiet } = insideView.colours;
  return { colour: isLeader ? ink : quiet, bold: isLeader };
}

// All that is said, pale; at the end of its bar, what the newest unit says.
function paintRope(context, { forIt, against }, digit, x) {
  const { order, pulls } = insideView.findings;
  const top = middleOfRope(digit) - ROPE_BAR / 2;
  context.globalAlpha = 0.55;
  drawBar(context, x(0), top, x(forIt) - x(0), ROPE_BAR, true);
  drawBar(context, x(-against), top, x(0) - x(-against), ROPE_BAR, false);
  context.globalAlpha = 1;
  if (unitsIn() === 0) return;
  const newest = order[unitsIn() - 1];
  const pull = pulls[newest * 10 + digit];
  const left = pull > 0 ? forIt - pull : -against;
  drawBar(context, x(left), top, x(Math.abs(pull)) - x(0), ROPE_BAR, pull > 0);
}

function paintScore(context, score, digit, isLeader, x, width) {
  const y = middleOfRope(digit);
  const thickness = isLeader ? 5 : 3;
  drawLine(context, insideView.colours.ink, thickness, [x(score), y - 12], [x(score), y + 12]);
  writeAt(context, signed(score), width, y, { ...styleOfRope(isLeader), align: "right" });
}

// A strip above the slider: who leads as its handle moves along. It is uncovered with the units.
function paintLeaders(context, top, width) {
  const { network, leaders } = insideView.findings;
  const { ink, line, sheet } = insideView.colours;
  const units = network.layers[1];
  const count = unitsIn();
  const inset = 9;                                      // the middle of the handle at either end
  const x = n => inset + (width - 2 * inset) * n / units;
  leaders.forEach(({ from, digit }, i) => {
    if (from > count) return;                           // it does not lead yet
    const isLast = i === leaders.length - 1;
    const until = isLast ? count : Math.min(leaders[i + 1].from, count);
    const length = x(until) - x(from);
    context.fillStyle = isLast ? ink : line;
    context.fillRect(x(from), top, Math.max(length - 1, 1), 18);
    if (length < 10) return;                            // there is no room for the digit
    const middle = (x(from) + x(until)) / 2;
    const colour = isLast ? sheet : ink;
    writeAt(context, digit, middle, top + 10, { align: "center", colour, bold: true });
  });
  const hasRoom = x(count) < width - 90;
  if (hasRoom) writeAt(context, "who leads", width, top + 10, { align: "right" });
}

// ── Letting them in ──

function setCount(count) {
  insideChoices.count = count;
  showPart("tug");
}

function settleTipBet() {
  const { leaders, network } = insideView.findings;
  const units = network.layers[1];
  if (unitsIn() < units || desk.isBlank) return;
  const { from, digit } = leaders.at(-1);
  const share = percent(from / units, 0);
  settleBet("bet-tip", `${digit} led for good after ${grouped(from)} of ${grouped(units)}: `
    + `that is ${share} of them.`);
}

onInside("click", "tug-play", () => {
  if (insideView.runs.count) {
    stopRun("count");
    showPart("tug");
    return;
  }
  const units = insideView.findings.network.layers[1];
  const from = unitsIn() < units ? unitsIn() : 0;
  const countAt = part => Math.round(from + (units - from) * part ** 2);       // slowly at first
  startRun("count", 6000, part => setCount(countAt(part)), settleTipBet);
});

onInside("click", "tug-one", () => {
  stopRun("count");
  setCount(unitsIn() + 1);
  settleTipBet();
});

onInside("input", "tug-count", event => {
  stopRun("count");
  setCount(Number(event.target.value));
  settleTipBet();
});
