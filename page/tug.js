"use strict";
// "Look inside": all units, one after the other. Each pulls at the ten scores, until one wins.

const ROPE = 26;               // px: the height of a score's row,
const ROPE_BAR = 16;           // and of the bar in it

// How many units are in: as many as were let in, of a small network at most all.
function unitsIn() {
  return Math.min(insideChoices.count, insideView.findings.network.layers[1]);
}

function showTug() {
  const units = insideView.findings.network.layers[1];
  const count = unitsIn();
  $("tug-count").max = units;
  $("tug-count").value = count;
  $("tug-count").setAttribute("aria-valuetext", `${count} of ${units} units`);
  setText($("tug-play"), insideView.motions.count ? "Pause" : "Let them all in");
  $("tug-one").disabled = count === units;
  showTugWords();
  paintTug();
}
addInsidePart("tug", showTug);

function showTugWords() {
  const { network, scoresByCount, leaders } = insideView.findings;
  const scores = scoresByCount[unitsIn()].map(toHundredths);
  const [leader, second] = orderByValue(scores);
  const hasTipped = leaders.length > 1;
  const isDone = unitsIn() === network.layers[1];
  $("tug-so-far").hidden = isDone;
  $("tug-blank").hidden = unitsIn() > 0;
  $("tug-done").hidden = !isDone;
  $("tug-tipped").hidden = !hasTipped;
  fill($("tug-words"), {
    count: grouped(unitsIn()),
    leader,
    second,
    lead: twoDecimals(scores[leader] - scores[second]),
    tip: ordinal(leaders.at(-1).from),
  });
}

// Ten scores as bars, to the right above 0, to the left below. Beneath them, who led while the
// units came in.
function paintTug() {
  const canvas = emptyCanvas("tug");
  if (!canvas) return;
  const { context, width } = canvas;
  const { scoresByCount, isBlank } = insideView.findings;
  const count = unitsIn();
  const scores = scoresByCount[count];
  const before = scoresByCount[Math.max(count - 1, 0)];         // the newest unit came in
  const leader = isBlank ? null : indexOfLargest(scores);
  const x = acrossScores(width);
  const bottom = 10 * ROPE;
  drawLine(context, insideView.colours.line, 1, [x(0), 0], [x(0), bottom]);
  for (let digit = 0; digit < 10; digit++) {
    const y = (digit + 0.5) * ROPE;
    writeAt(context, digit, 4, y, styleOfScore(digit === leader));
    if (isBlank) continue;
    paintScore(context, before[digit], scores[digit], y, x);
    const style = { ...styleOfScore(digit === leader), align: "right" };
    writeAt(context, signed(scores[digit]), width, y, style);
  }
  if (isBlank) return;
  const end = x(scores[leader]);
  context.setLineDash([2, 3]);
  drawLine(context, insideView.colours.ink, 1, [end, 0], [end, bottom]);
  context.setLineDash([]);
  paintLeaders(context, bottom + 8, width);
}

// Tells where a score lies from left to right. There is room for all that will come, so that
// nothing moves but the bars.
function acrossScores(width) {
  const { scoresByCount } = insideView.findings;
  const highest = Math.max(0, ...scoresByCount.map(scores => Math.max(...scores)));
  const lowest = Math.min(0, ...scoresByCount.map(scores => Math.min(...scores)));
  const left = 20;
  const right = width - 56;
  return score => left + (right - left) * (score - lowest) / (highest - lowest);
}

function styleOfScore(isLeader) {
  const { ink, quiet } = insideView.colours;
  return { colour: isLeader ? ink : quiet, bold: isLeader };
}

// A score as a pale bar. Bright is what the newest unit says: from the score before to this one.
function paintScore(context, before, score, y, x) {
  const top = y - ROPE_BAR / 2;
  context.globalAlpha = 0.55;
  paintFromTo(context, x(0), x(score), top, score > 0);
  context.globalAlpha = 1;
  paintFromTo(context, x(before), x(score), top, score > before);
  drawLine(context, insideView.colours.ink, 3, [x(score), y - 12], [x(score), y + 12]);
}

function paintFromTo(context, from, to, top, isFor) {
  drawBar(context, Math.min(from, to), top, Math.abs(to - from), ROPE_BAR, isFor);
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
  const when = from === 0 ? "the start" : `the ${ordinal(from)} of ${grouped(units)} units`;
  settleInsideBet("bet-tip", `${digit} stayed in front from ${when} on: that is ${share}.`,
    answerToTipBet(from, units));
}

// The answer that comes nearest.
function answerToTipBet(count, units) {
  const share = count / units;
  if (count <= 1) return "one";
  if (share < 0.12) return "about 5 %";
  return share < 0.5 ? "about 25 %" : "more than half";
}

onInside("click", "tug-play", () => {
  if (insideView.motions.count) {
    stopMotion("count");
    showPart("tug");
    return;
  }
  const units = insideView.findings.network.layers[1];
  const from = unitsIn() < units ? unitsIn() : 0;
  const countAt = part => Math.round(from + (units - from) * part ** 2);       // slowly at first
  startMotion("count", 6000, part => setCount(countAt(part)), settleTipBet);
});

onInside("click", "tug-one", () => {
  stopMotion("count");
  setCount(unitsIn() + 1);
  settleTipBet();
});

onInside("input", "tug-count", event => {
  stopMotion("count");
  setCount(Number(event.target.value));
  settleTipBet();
});
