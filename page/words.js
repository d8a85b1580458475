"use strict";
// Numbers and digits in words. (The doubt speaks in pen.js.)

const IN_ENGLISH = new Intl.NumberFormat("en");        // made once, as it takes a while

// 1234567 → 1,234,567.
function grouped(number) {
  return IN_ENGLISH.format(number);
}

// 0.123 → 12.3 %.
function percent(share, decimals = 1) {
  return (share * 100).toFixed(decimals) + " %";
}

// Shares, which add up to 1, in whole per cents that add up to 100. All are rounded down; then
// those that lost most are rounded up, as many as are missing.
// Of blank paper all shares are 0, of a diverged network no numbers: then each is 0 %.
function wholePercents(shares) {
  const sum = sumOf(shares);
  if (sum === 0 || Number.isNaN(sum)) return new Array(shares.length).fill(0);
  const percents = Array.from(shares, share => Math.floor(share * 100));
  const lost = percents.map((whole, i) => shares[i] * 100 - whole);
  const missing = 100 - sumOf(percents);
  for (const i of orderByValue(lost).slice(0, missing)) percents[i] += 1;
  return percents;
}

// 0.01234 → 0.012: two digits that count.
function shortNumber(number) {
  return String(Number(number.toPrecision(2)));
}

// With its sign: −1.20, +0.31, 0.00.
function signed(number, decimals = 2) {
  const rounded = Math.abs(number).toFixed(decimals);
  if (Number(rounded) === 0) return rounded;
  return (number < 0 ? "−" : "+") + rounded;
}

// With its sign only below zero: −1.20, 0.31, 0.00.
function twoDecimals(number) {
  const rounded = Math.abs(number).toFixed(2);
  const isBelow = number < 0 && Number(rounded) !== 0;
  return isBelow ? `−${rounded}` : rounded;
}

// What is read: a digit, or a dash where there is none.
function digitOrDash(digit) {
  return digit < 0 ? "–" : String(digit);
}

// The digit that is read, and how sure: “7, 99.1 % sure”. Of a diverged network it is none.
function readingInWords(probabilities, decimals = 1) {
  const digit = indexOfLargest(probabilities);
  return digit < 0 ? "nothing" : `${digit}, ${percent(probabilities[digit], decimals)} sure`;
}

// 1 lesson, 3 lessons.
function counted(count, noun) {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

const ORDINAL_RULES = new Intl.PluralRules("en", { type: "ordinal" });
const ORDINAL_ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };

// 1st, 2nd, 3rd, 10th.
function ordinal(number) {
  return grouped(number) + ORDINAL_ENDINGS[ORDINAL_RULES.select(number)];
}

// A 7, an 8.
function withArticle(digit) {
  return digit === 8 ? `an ${digit}` : `a ${digit}`;
}

function capitalised(words) {
  return words[0].toUpperCase() + words.slice(1);
}
