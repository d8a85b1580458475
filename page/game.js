"use strict";
// "Ask why": the game, to make it the other digit with the least ink; and the page's way to do it.

// Follows the game, and shows how it stands.
// reading: of the drawing without the dab; null where nothing can be asked.
function showGame(reading) {
  if (why.game && wasTakenBack(why.game.inkBefore)) stopGame();
  if (reading && why.game && !desk.isGrowing) followGame(indexOfLargest(reading.probabilities));
  setText($("way-words"), reading && why.game ? gameInWords(reading) : "");
  setText($("game-start"), why.game ? "Start again" : "Start");
  const searchState = why.search === null ? "" : why.search.state;
  const hasWay = searchState === "found" && desk.ghosts.length > 0;
  const isSearching = searchState === "searching";
  setText($("bet-why-show"), isSearching ? "It searches …" : "See where");
  $("way-next").disabled = !hasWay;
  $("way-all").disabled = !hasWay;
}

// Whether some of this ink is no longer on the sheet.
function wasTakenBack(ink) {
  return ink.some((stroke, i) => desk.ink[i] !== stroke);
}

// What was drawn since the game began.
function inkAdded() {
  return desk.ink.slice(why.game.inkBefore.length);
}

// The game is about the pair that was asked when it began.
function startGame() {
  showWhy();             // the section may never have been on screen
  if (!Number.isFinite(why.lead)) return;
  stopShowingWay();
  why.chosenFrom = why.from;
  why.chosenTo = why.to;
  if (!why.game) {
    why.game = {
      inkBefore: desk.ink,             // all that is on the sheet,
      drawing: desk.strokes,           // the digit in it,
      yourBest: null,                  // and what the learner added when it took the least ink
    };
  }
  desk.trial = null;     // it is played with ink
  desk.ownHand = null;   // what is played with stays, also where the page has drawn it
  if (inkAdded().length > 0) setDrawing(why.game.inkBefore);
  else settle();
}

function stopGame() {
  why.game = null;
  stopShowingWay();
  why.outcome = null;
  unsettleBet("bet-why");
}

// reads: the digit that is read now.
function followGame(reads) {
  if (why.isShowingWay) followPagesWay(reads);
  else followLearnersWay(reads);
}

// Has the learner made it the other digit, and with less ink than before?
function followLearnersWay(reads) {
  const { drawing, yourBest } = why.game;
  const added = inkAdded();
  if (reads !== why.to || added.length === 0) return;
  if (!yourBest || inkLength(added) < inkLength(yourBest)) why.game.yourBest = added;
  const quarters = quartersOf(added, drawing);
  layBesideBet(quarters, `Your ink at ${quarters} did it.`);
}

// ── The bet ──

// quarters: where the ink is that makes it the other digit.
function layBesideBet(quarters, words) {
  why.outcome = { quarters, words };
  $("why-explained").hidden = false;
  showOutcomeOfBet();
}

// It may be bet on after the outcome is known.
function showOutcomeOfBet() {
  if (!why.outcome) return;
  const { quarters, words } = why.outcome;
  settleBet("bet-why", `${words} ${judgeBet(quarters)}`);
}
document.addEventListener("change", showOutcomeOfBet);

// Whether the ink is where the learner would have put it.
function judgeBet(quarters) {
  const bet = bets["bet-why"];
  if (quarters === bet) return "Right.";
  return quarters.includes(bet) ? "Partly right." : "Not where you said.";
}

// ── The page's way ──

function showPagesWay() {
  startGame();
  if (!why.game) return;
  why.isShowingWay = true;
  showWhy();
}

// After every dab the page searches anew, until it is the other digit.
function followPagesWay(reads) {
  if (reads === why.to) {
    why.search = null;
    clearGhosts();
    return;
  }
  const isSearched = why.search !== null && isAbout(why.search) && why.search.to === why.to;
  if (!isSearched) searchWay();
}

async function searchWay() {
  const search = { ...askedNow(), state: "searching", way: null };      // then "none" or "found"
  why.search = search;
  const way = await inSlices(findWay(search.network, search.strokes, search.to),
    () => why.search === search);
  if (why.search !== search) return;
  if (way === null) {
    search.state = "none";
    desk.ghosts = [];
  } else {
    search.state = "found";
    search.way = way;
    desk.ghosts = way;
    desk.ghostsFor = search.strokes;
    const quarters = quartersOf(way, search.strokes);
    const dabs = counted(way.length, "dab");
    layBesideBet(quarters, `The page puts ${dabs} at ${quarters}, pale on the sheet.`);
  }
  refresh();
}

function stopShowingWay() {
  if (why.isShowingWay) clearGhosts();
  why.isShowingWay = false;
  why.search = null;
}

function clearGhosts() {
  if (desk.ghosts.length === 0) return;
  desk.ghosts = [];
  refresh();
}

// ── In words ──

function gameInWords(reading) {
  const reads = indexOfLargest(reading.probabilities);
  return why.isShowingWay ? pagesWayInWords(reads) : yourWayInWords(reads);
}

function yourWayInWords(reads) {
  const added = inkAdded();
  if (added.length === 0) return `Add ink on the sheet, until it reads ${why.to}.`;
  const ink = inkInWords(added, "stroke");
  if (reads === why.to) return `It reads ${why.to}: ${ink}. Can it be done with less?`;
  const still = reads === why.from ? "still " : "";
  return `${ink}: it ${still}reads ${reads}.`;
}

function pagesWayInWords(reads) {
  const { search } = why;
  const added = inkAdded();
  if (search === null) {
    const ink = added.length > 0 ? ` ${inkInWords(added, "dab")}.` : "";
    return `It reads ${reads}.${ink}`;
  }
  if (search.state === "searching") return "The page tries one dab after another …";
  if (search.state === "none") return `${MOST_DABS} dabs are not enough.`;
  if (added.length === 0) return wholeWayInWords(search.way);
  return `${search.way.length} more: pale on the sheet.`;
}

// The way, beside what the learner said and did.
function wholeWayInWords(way) {
  const { drawing, yourBest } = why.game;
  const bet = bets["bet-why"];
  const quarters = quartersOf(way, drawing);
  const ink = inkInWords(way, "dab");
  const sentences = [`The page needs ${ink}: pale on the sheet, at ${quarters}.`];
  if (bet) sentences.push(`You said: ${bet}. ${judgeBet(quarters)}`);
  if (yourBest) sentences.push(`Yours: ${inkInWords(yourBest, "stroke")}.`);
  sentences.push("Try it.");
  return sentences.join(" ");
}

// "2 strokes, 14 % more ink".
function inkInWords(added, noun) {
  const share = percent(inkLength(added) / inkLength(why.game.drawing), 0);
  return `${counted(added.length, noun)}, ${share} more ink`;
}

// The quarters of a drawing in which inks lie, each once: "the upper left and the lower left".
function quartersOf(inks, strokes) {
  const quarters = new Set(inks.map(ink => quarterOf(ink, strokes)));
  return [...quarters].join(" and ");
}

// In which quarter of a drawing the middle of some ink lies.
function quarterOf(ink, strokes) {
  const { left, top, side } = squareAround(strokes);
  const own = bounds([ink]);
  const isRightHalf = own.left + own.width / 2 > left + side / 2;
  const isLowerHalf = own.top + own.height / 2 > top + side / 2;
  return `the ${isLowerHalf ? "lower" : "upper"} ${isRightHalf ? "right" : "left"}`;
}

// ── Taps ──

$("game-start").addEventListener("click", startGame);
$("way-show").addEventListener("click", showPagesWay);
$("bet-why-show").addEventListener("click", showPagesWay);
$("way-next").addEventListener("click", () => addInk([desk.ghosts[0]]));
$("way-all").addEventListener("click", () => addInk(desk.ghosts));

// Ink that is added in the game is the digit's, however far away: it is no other digit beside it.
$("drawing").addEventListener("pointerdown", () => {
  const isOneDigit = why.game !== null && why.game.drawing.length === why.game.inkBefore.length;
  if (isOneDigit) drawnByPen.delete(desk.ink);
});
