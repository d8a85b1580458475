"use strict";
// A link to the same place. After "#" the address says what is drawn, which section is meant, and
// what is chosen there: #drawing=AAAABBBB.CCCC&section=learn&learn=64,0.5. It may come from anyone.

// What a section adds to a link. Its file puts three functions here, under the section's id:
// - write() returns its choices as one short text of letters, digits and ".,_-";
// - read(text) returns the choices in such a text, which may come from anyone; null for a text that
//   write could not have made. It changes nothing;
// - choose(choices) chooses the same again.
const linkParts = {};
const SECTIONS_TO_LINK = ".text > section:not(#files)";

const LONGEST_LINK = 30000;    // characters; browsers and mail programs cut longer ones

// ── A drawing as text: pure functions ──

// Each coordinate is one of 4,096 places across the sheet: a number of two digits to the base 64,
// written with these letters. So a point, [x, y], has four letters.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const LAST_PLACE = 64 * 64 - 1;
const CLOSEST = 0.008;         // in sheets: points that lie closer to one another are left out

// The text of a drawing: that of each stroke's points, with a full stop between two strokes.
function writeStrokes(strokes) {
  return strokes.map(writeStroke).join(".");
}

function writeStroke(stroke) {
  return leaveOutClose(stroke).map(writePoint).join("");
}

// The stroke without points that lie close together. Its ends stay.
function leaveOutClose(stroke) {
  const kept = [stroke[0]];
  for (const [x, y] of stroke.slice(1, -1)) {
    const [lastX, lastY] = kept.at(-1);
    if (Math.hypot(x - lastX, y - lastY) >= CLOSEST) kept.push([x, y]);
  }
  if (stroke.length > 1) kept.push(stroke.at(-1));
  return kept;
}

function writePoint([x, y]) {
  return writeCoordinate(x) + writeCoordinate(y);
}

function writeCoordinate(coordinate) {
  const place = Math.round(clip(coordinate, 0, 1) * LAST_PLACE);
  return LETTERS[Math.floor(place / 64)] + LETTERS[place % 64];
}

// The strokes in such a text. Throws if it is not one that writeStrokes could have made.
function readStrokes(text) {
  return text.split(".").map(readStroke);
}

function readStroke(text) {
  const isStroke = /^[\w-]+$/.test(text) && text.length % 4 === 0;
  check(isStroke, "The link's drawing is damaged.");
  const points = [];
  for (let i = 0; i < text.length; i += 4) {
    points.push([readCoordinate(text.slice(i, i + 2)), readCoordinate(text.slice(i + 2, i + 4))]);
  }
  return points;
}

function readCoordinate([high, low]) {
  const place = LETTERS.indexOf(high) * 64 + LETTERS.indexOf(low);
  return place / LAST_PLACE;
}

// ── Copying a link, and opening one ──

// The section that was used last: there a link leads.
const linkTarget = { section: "" };

// The part of the address that brings the reader back here, from "#" on.
function writeLink() {
  const parts = [];
  if (!desk.isBlank) parts.push(`drawing=${writeStrokes(desk.ink)}`);
  if (linkTarget.section) parts.push(`section=${linkTarget.section}`);
  for (const [id, part] of Object.entries(linkParts)) {
    parts.push(`${id}=${part.write()}`);
  }
  return `#${parts.join("&")}`;
}

async function copyLink({ currentTarget }) {
  const fragment = writeLink();
  if (fragment.length > LONGEST_LINK) {
    showMessage("There is too much on the sheet for a link.");
    return;
  }
  history.replaceState(null, "", fragment);
  try {
    await navigator.clipboard.writeText(location.href);
    sayCopied(currentTarget);
  } catch {
    showMessage("The link is in the address bar now: copy it from there.");
  }
}

// The button says so for two seconds.
function sayCopied(button) {
  button.dataset.words ??= button.textContent;   // its own words, also if it says "Copied" already
  const { words } = button.dataset;
  button.textContent = "Copied";
  setTimeout(() => {
    button.textContent = words;
  }, 2000);
}

// Puts on the desk what the address says: all of it, or nothing if any of it is damaged. Whatever
// is wrong with it, the reader is told the same: a link cannot be mended by hand.
function openLink() {
  const fragment = location.hash.slice(1);
  if (!fragment.includes("=")) return;           // nothing, or a place in the page
  try {
    followLink(fragment);
  } catch {
    showMessage("The link that brought you here is damaged, so it is ignored.");
  }
}

function followLink(fragment) {
  check(fragment.length <= LONGEST_LINK, "The link is too long.");
  const parts = new URLSearchParams(fragment);
  const strokes = parts.has("drawing") ? readStrokes(parts.get("drawing")) : null;
  const id = parts.get("section");
  const sectionsToLink = [...document.querySelectorAll(SECTIONS_TO_LINK)];
  const section = sectionsToLink.find(candidate => candidate.id === id);
  check(id === null || section !== undefined, "There is no such section.");
  const choices = {};                            // by the section's id
  for (const [name, part] of Object.entries(linkParts)) {
    if (!parts.has(name)) continue;
    choices[name] = part.read(parts.get(name));
    check(choices[name] !== null, `${name} is damaged.`);
  }
  // All of it is sound: only now something changes.
  for (const name of Object.keys(choices)) linkParts[name].choose(choices[name]);
  if (strokes) {
    drawnByPen.add(strokes);     // so it may be several digits
    setDrawing(strokes);
  }
  if (!section) return;
  linkTarget.section = id;
  section.scrollIntoView();
}

for (const title of document.querySelectorAll(`${SECTIONS_TO_LINK} > h2`)) {
  title.insertAdjacentHTML("afterend", `<button class="link-here"
    aria-label="Copy a link to “${title.textContent}” with your drawing">Copy a link</button>`);
}
for (const button of document.querySelectorAll("#link, .link-here")) {
  button.addEventListener("click", copyLink);
}
// Whatever is used, a link leads to its section. It is heard of first (true), before a button that
// copies a link does so.
for (const kind of ["click", "input"]) {
  document.addEventListener(kind, event => {
    const section = event.target.closest(SECTIONS_TO_LINK);
    if (section) linkTarget.section = section.id;
  }, true);
}
addEventListener("hashchange", openLink);

// The map of the page comes once the opening has been scrolled away.
const openingObserver = new IntersectionObserver(entries => {
  const { isIntersecting } = entries.at(-1);                    // the newest
  $("map").classList.toggle("unneeded", isIntersecting);
});
openingObserver.observe(document.querySelector("header"));
