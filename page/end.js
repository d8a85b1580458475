"use strict";
// The end: the questions of the start once more, and what was bet then beside what one says now.

// Each question: its text and its answers. right: the place of the right one among them. because:
// makes the sentence that says why, of what is known when it is said (see knownNow). picture: HTML
// that the outcome begins with, where it has one.
const QUESTIONS = [
  {
    id: "draw",
    text: "While you draw, does the network learn?",
    answers: ["Yes, a little from each drawing", "No, only when it is taught"],
    right: 1,
    because: known => known.lessons,
  },
  {
    id: "keep",
    text: "What does it keep of the pictures that it learned from?",
    answers: [
      "Some pictures of each digit",
      "One average picture of each digit",
      "No picture, only numbers",
    ],
    right: 2,
    because: known => `It is ${known.parameters} numbers, the same ones for every digit. `
      + "And the page keeps a drawing only if you teach it, in this browser alone.",
  },
  {
    id: "rules",
    text: "Who told it what an 8 looks like?",
    answers: ["Its programmer, in rules", "Nobody: it found out from examples"],
    right: 1,
    because: () => "No line of the program says anything of any digit. Its numbers were random "
      + "once, and examples with their labels made them what they are.",
  },
  {
    id: "sure",
    text: "Can it be sure, and wrong?",
    answers: ["Hardly: where it is wrong, it is unsure", "Yes, now and then"],
    right: 1,
    because: known => known.mistake,
    picture: `<canvas class="pixels mistake" id="mistake" width="28" height="28" role="img"
      aria-label="The digit that it got wrong" hidden></canvas>`,
  },
  {
    id: "follows",
    text: "When it learns, how does it know which way to change its numbers?",
    answers: [
      "It tries at random, and keeps what helps",
      "It works out which way is better",
    ],
    right: 1,
    because: () => "Each number has a slope, which says which way the loss falls. "
      + "Each moves that way a little, again and again.",
  },
];

const ending = {
  readBy: null,          // whose mistake this is, and at what age: see stateOf
  whose: "",             // the same in words
  mistake: null,         // of a thousand digits, the one that it is surest of, and wrong
  count: 0,              // and how many it gets wrong
};

// when: "first" or "last". outcome: what stands below the answers, as HTML.
function betMarkup(when, { id, text, answers }, outcome) {
  const name = `${when}-${id}`;
  const choices = answers.map(words =>
    `<label><input type="radio" name="${name}"><span>${words}</span></label>`);
  return `<fieldset class="bet" id="${name}"><legend>${text}</legend>
    ${choices.join("")}${outcome}</fieldset>`;
}

function outcomeMarkup({ picture = "" }) {
  return `<p class="outcome" hidden>${picture}<b data-name="verdict"></b>
    <span data-name="because"></span> <span class="quiet" data-name="first"></span></p>`;
}

$("last-bets").innerHTML = QUESTIONS
  .map(question => betMarkup("last", question, outcomeMarkup(question)))
  .join("");

sections.end = showEnd;

function showEnd() {
  findMistake();
  const known = knownNow();
  for (const question of QUESTIONS) showAnswer(question, known);
  setText($("score"), scoreInWords());
}

function showAnswer({ id, answers, right, because }, known) {
  const rightAnswer = answers[right];
  const first = bets[`first-${id}`];
  const now = bets[`last-${id}`];
  // This shows the outcome; what it says has places of its own, filled below.
  settleBet(`last-${id}`, rightAnswer);
  fill($(`last-${id}`), {
    first: first === undefined ? "" : firstBetInWords(first, first === rightAnswer),
    verdict: now === rightAnswer ? "Right." : `Not right. The answer is “${rightAnswer}”.`,
    because: because(known),
  });
}

// "" until all questions have been answered.
function scoreInWords() {
  if (countBets("last") < QUESTIONS.length) return "";
  const score = `${countRightBets("last")} of ${QUESTIONS.length} right.`;
  if (countBets("first") === 0) return score;
  return `${score} Before you started it was ${countRightBets("first")}.`;
}

// On how many of the questions the learner has bet. when: "first" or "last".
function countBets(when) {
  return QUESTIONS.filter(({ id }) => bets[`${when}-${id}`] !== undefined).length;
}

function countRightBets(when) {
  const isRight = ({ id, answers, right }) => bets[`${when}-${id}`] === answers[right];
  return QUESTIONS.filter(isRight).length;
}

// What was bet at the start, with a verdict of its own.
function firstBetInWords(bet, isRight) {
  return `At first you bet: “${bet}”. That was ${isRight ? "right" : "not right"}.`;
}

// What the answers say of the network at hand.
function knownNow() {
  const { pupil, network } = desk;
  if (!pupil) return { lessons: "", parameters: "some", mistake: "" };
  const count = pupil.lessons.length;
  const lessons = count === 0
    ? "A drawing changes it only if you say under “Teach it” which digit it is. None was taught, "
      + "so none changed it."
    : `Your ${counted(count, "lesson")} changed some of its numbers; drawing alone changed none.`;
  return { lessons, parameters: grouped(countParameters(network)), mistake: mistakeInWords() };
}

function mistakeInWords() {
  const { whose, mistake, count } = ending;
  const isTaught = pupilOfMistake().lessons.length > 0;
  const when = isTaught ? " without your lessons" : "";
  if (!mistake) return "Scribble on the sheet, and see how sure it is of a digit that is none.";
  const { label, digit, probabilities } = mistake;
  const share = percent(probabilities[digit], 0);
  return `Of a thousand digits that other people wrote, ${whose} reads ${count} wrong${when}. `
    + `Of one it is ${share} sure that it is ${withArticle(digit)}, and it was meant to be `
    + `${withArticle(label)}.`;
}

// Whose mistakes are looked for: this network's. But a young one may never have been shown some
// digit, or no more than ten; then they would prove little, and it is the trained one's.
function pupilOfMistake() {
  const { pupil } = desk;
  if (!pupil || pupil.kind !== "young") return pupil;
  return elderOf(pupil) ?? pupil;
}

// Looks once for each network for its surest mistake, without lessons: these may have been lies.
async function findMistake() {
  const pupil = pupilOfMistake();
  if (!pupil || isSameState(ending.readBy, pupil.original)) return;  // it is known, or will be soon
  const network = pupil.original;
  ending.readBy = stateOf(network);
  const whose = kindInWords(pupil);
  const isWanted = () => isSameState(ending.readBy, network);
  try {
    await loadDigits();
  } catch {
    return;                      // then a scribble has to do
  }
  const work = readDigitImages(network, DIGITS_TO_LEARN, DIGITS_UNSEEN);
  const readings = await inSlices(work, isWanted);
  if (!readings) return;
  const wrong = readings.filter(({ label, digit }) => digit >= 0 && digit !== label);
  const sureness = ({ probabilities, digit }) => probabilities[digit];
  wrong.sort((one, other) => sureness(other) - sureness(one));
  ending.whose = whose;
  ending.mistake = wrong[0] ?? null;
  ending.count = wrong.length;
  $("mistake").hidden = !ending.mistake;
  if (ending.mistake) paintImage($("mistake"), digitImage(ending.mistake.k));
  showEnd();
}

document.addEventListener("change", event => {   // after bets.js has heard of it
  if (event.target.closest("#end")) showEnd();
});

darkMode.addEventListener("change", () => {
  ending.readBy = null;          // in the other theme the mistake has another ink
});
