"use strict";
// "Ask why": the game, to make it the other digit with the least ink; and the page's way to do it.

// Follows the game, and shows how it stands.
// reading: of the drawing without the dab; null where nothing can be asked.
function showGame(reading) {
  if (why.game && wasTakenBack(why.game.inkBefore)) stopGame();
  const isOn = reading !== null && why.game !== null;
  const reads = isOn ? indexOfLargest(reading.probabilities) : -1;
  if (isOn && !desk.isGrowing) followGame(reads);
  const { isShowingWay } = why;
  setText($("game-words"), isOn && !isShowingWay ? yourWayInWords(reads) : "");
  setText($("way-words"), isOn ? wordsInBet(reads) : "");
  setText($("game-start"), why.game && !isShowingWay ? "Back to my drawing" : "Try it yourself");
  $("way-next").hidden = !(isOn && hasNextDab());
}

// Whether the page has a dab to draw; also while it searches for one, once it has shown a way.
function hasNextDab() {
  if (why.search === null) return false;
  const { state } = why.search;
  return state === "found" || (state === "searching" && why.game.pagesWay !== null);
}

// What the bet's box says meanwhile: how the page's way goes, or that the learner's ink is not
// enough yet.
function wordsInBet(reads) {
  if (why.isShowingWay) return pagesWayInWords(reads);
  const isOpen = inkAdded().length > 0 && reads !== why.to && !why.hasOutcome;
  return isOpen ? `Not enough yet: it reads ${reads}. Go on, there or elsewhere.` : "";
}

// Whether some of this ink is no longer on the sheet.
function wasTakenBack(ink) {
  return ink.some((stroke, i) => desk.ink[i] !== stroke);
}

// What was drawn since the game began.
function inkAdded() {
  return desk.ink.slice(why.game.inkBefore.length);
}

// Begins the game, or goes back to where it began. It is about the pair that was asked then.
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
      yourBest: null,                  // what the learner added when it took the least ink,
      pagesWay: null,                  // the dabs that the page would add,
      pagesDabs: [],                   // and those of them that it has drawn
      wonInk: null,                    // all ink, when it has become the other digit
      isLeft: false,                   // whether one has read on since then
    };
  }
  why.game.isLeft = false;
  keepDrawing();
  takeAddedInkAway();
}

// What comes next is about the learner's own digit again, where the game has made it another one.
// Only once: whoever brings the ink back wants it there.
function leaveWonGame() {
  const { game } = why;
  const isWon = game !== null && desk.ink === game.wonInk && !game.isLeft;
  if (!isWon) return;
  game.isLeft = true;
  stopShowingWay();
  takeAddedInkAway();
  note("From here on it is about your own digit again. Undo brings the added ink back.");
}

function takeAddedInkAway() {
  if (inkAdded().length === 0) {
    settle();
    return;
  }
  const { inkBefore, drawing } = why.game;
  setDrawing(inkBefore);
  // Of several digits it is the same one that is looked at.
  const figure = desk.figures.findIndex(strokes => strokes.includes(drawing[0]));
  if (figure !== desk.figure) chooseFigure(figure);
}

// What is asked about stays, also where the page's own hand has drawn it.
function keepDrawing() {
  desk.ownHand = null;
}

function stopGame() {
  why.game = null;
  stopShowingWay();
  why.hasOutcome = false;
  reopenBet("bet-why");
}

// reads: the digit that is read now.
function followGame(reads) {
  if (reads === why.to && inkAdded().length > 0) why.game.wonInk = desk.ink;
  if (why.isShowingWay) followPagesWay(reads);
  else followLearnersWay(reads);
}

// Has the learner made it the other digit, and with less ink than before?
function followLearnersWay(reads) {
  const { drawing, yourBest } = why.game;
  const added = inkAdded();
  if (reads !== why.to || added.length === 0 || hasPagesDab(added)) return;
  if (!yourBest || inkLength(added) < inkLength(yourBest)) why.game.yourBest = added;
  const quarters = quartersOf(added, drawing);
  layBesideBet(quarters, `your ink at ${listInWords(quarters)} did it.`);
}

// Whether the page has drawn some of this ink.
function hasPagesDab(ink) {
  return ink.some(stroke => why.game.pagesDabs.includes(stroke));
}

// ── The bet ──

// It is told once, by what came first: the learner's ink, or the page's way.
// quarters: where the ink is that makes it the other digit.
function layBesideBet(quarters, words) {
  $("why-explained").hidden = false;
  if (why.hasOutcome) return;
  why.hasOutcome = true;
  closeBet("bet-why", `${judgeBet(quarters)}: ${words}`);
}

// Whether the ink is where the learner would have put it.
function judgeBet(quarters) {
  const bet = bets["bet-why"];
  if (!quarters.includes(bet)) return "Elsewhere";
  return quarters.length === 1 ? "Right" : "Partly right";
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
    if (inkAdded().length === 0) why.game.pagesWay = way;
    const quarters = quartersOf(way, search.strokes);
    layBesideBet(quarters, `the page’s way is at ${listInWords(quarters)}.`);
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

function yourWayInWords(reads) {
  const { pagesWay } = why.game;
  const added = inkAdded();
  if (added.length === 0) return `Your turn: it reads ${reads}.`;
  if (hasPagesDab(added)) return `It reads ${reads}, with the page’s ink. Now without it?`;
  const ink = inkInWords(added, "stroke");
  const still = reads === why.from ? "still " : "";
  if (reads !== why.to) return `${ink}: it ${still}reads ${reads}.`;
  const question = pagesWay
    ? `The page’s way: ${inkInWords(pagesWay, "dab")}.`
    : "Can it be done with less?";
  return `It reads ${reads}: ${ink}. ${question}`;
}

function pagesWayInWords(reads) {
  const { search } = why;
  const added = inkAdded();
  if (search === null) {
    const ink = added.length > 0 ? `: ${inkInWords(added, "dab")}` : "";
    return `It reads ${reads}${ink}.`;
  }
  if (search.state === "searching") return "The page tries one dab after another …";
  if (search.state === "none") return `${MOST_DABS} dabs are not enough.`;
  const toDo = "Draw over what is pale on the sheet, or:";
  if (added.length > 0) return `${search.way.length} more. ${toDo}`;
  return `${wholeWayInWords(search.way)} ${toDo}`;
}

// The way, beside what the learner did.
function wholeWayInWords(way) {
  const { yourBest } = why.game;
  const pages = `The page needs ${inkInWords(way, "dab")}.`;
  return yourBest ? `${pages} Yours: ${inkInWords(yourBest, "stroke")}.` : pages;
}

// "2 strokes, 14 % more ink".
function inkInWords(added, noun) {
  const share = percent(inkLength(added) / inkLength(why.game.drawing), 0);
  return `${counted(added.length, noun)}, ${share} more ink`;
}

// The quarters of a drawing in which inks lie, a list, each once.
function quartersOf(inks, strokes) {
  const quarters = new Set(inks.map(ink => quarterOf(ink, strokes)));
  return [...quarters];
}

function listInWords(names) {
  return names.join(" and ");
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
$("way-next").addEventListener("click", () => {
  if (desk.ghosts.length === 0) return;          // the next is searched for
  const [dab] = desk.ghosts;
  desk.ghosts = [];                              // after each dab the page searches anew
  why.game.pagesDabs.push(dab);
  addInk([dab]);
});
// The bet is about this drawing and this pair. Ink that is added from now on tries it.
$("bet-why").addEventListener("change", () => {
  if (!why.game) startGame();
});

// Ink that is added in the game is the digit's, however far away: it is no other digit beside it.
// sheet.js has heard of the pen first: desk.ink is the new ink.
$("drawing").addEventListener("pointerdown", () => {
  const isOneDigit = why.game !== null && why.game.drawing.length === why.game.inkBefore.length;
  if (isOneDigit) drawnByPen.delete(desk.ink);
});
