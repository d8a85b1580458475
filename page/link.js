"use strict";
// A link to the same place: the drawing, the section and what is chosen there, in the address's "#".
// For example #drawing=AAAABBBB.CCCC&section=learn&learn=64,0.5. What it says may come from anyone.

// What a section adds to a link. Its file puts here, under the section's id:
// - write(): its choices as one short text of letters, digits and ".,_-" ("" for none);
// - read(text): the choices in such a text, which may come from anyone; null where it is not one that
//   write could have made. It changes nothing.
// - choose(choices): chooses the same again.
const linkParts = {};

const LONGEST_LINK = 30000;    // characters; browsers and programs for letters cut longer ones

// ── A drawing as text: pure functions ──

// Each coordinate is one of 4,096 places across the sheet, written with two of these 64 letters.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const LAST_PLACE = 4095;
const CLOSEST = 0.008;         // points closer than this are left out: a tenth of a pen's width or two

// A stroke is the text of its points, [x, y] in sheets; a dot stands between two strokes.
function writeStrokes(strokes) {
  return strokes.map(stroke => thinned(stroke).map(writePoint).join("")).join(".");
}

function thinned(stroke) {
  const kept = [stroke[0]];
  for (const [x, y] of stroke.slice(1, -1)) {
    const [lastX, lastY] = kept.at(-1);
    if (Math.hypot(x - lastX, y - lastY) >= CLOSEST) kept.push([x, y]);
  }
  if (stroke.length > 1) kept.push(stroke.at(-1));
  return kept;
}

function writePoint(point) {
  const pairs = point.map(coordinate => {
    const nearestPlace = Math.round(clip(coordinate, 0, 1) * LAST_PLACE);
    return LETTERS[Math.floor(nearestPlace / 64)] + LETTERS[nearestPlace % 64];
  });
  return pairs.join("");
}

// The strokes in such a text. Throws if there are none.
function readStrokes(text) {
  check(text.length <= LONGEST_LINK, "The link's drawing is too long.");
  check(/^([\w-]{4})+(\.([\w-]{4})+)*$/.test(text), "The link's drawing is damaged.");
  return text.split(".").map(letters => letters.match(/.{4}/g).map(readPoint));
}

function readPoint(letters) {
  const [x1, x0, y1, y0] = Array.from(letters, letter => LETTERS.indexOf(letter));
  return [(x1 * 64 + x0) / LAST_PLACE, (y1 * 64 + y0) / LAST_PLACE];
}

// ── Copying a link, and opening one ──

// The section that was used last: there a link leads.
const linkTarget = { section: "" };

function linkSections() {
  return [...document.querySelectorAll(".text > section:not(#files)")].map(section => section.id);
}

function writeLink() {
  const parts = [];
  if (!desk.isBlank) parts.push(`drawing=${writeStrokes(desk.ink)}`);
  if (linkTarget.section) parts.push(`section=${linkTarget.section}`);
  for (const [id, part] of Object.entries(linkParts)) {
    const text = part.write();
    if (text) parts.push(`${id}=${text}`);
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

function sayCopied(button) {
  const words = button.dataset.words ?? button.textContent;
  button.dataset.words = words;
  button.textContent = "Copied";
  setTimeout(() => {
    button.textContent = words;
  }, 2000);
}

// Puts on the desk what the address says: all of it, or nothing if any of it is damaged.
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
  const section = parts.get("section");
  check(section === null || linkSections().includes(section), "There is no such section.");
  const choices = {};                            // by the section's id
  for (const [id, part] of Object.entries(linkParts)) {
    if (!parts.has(id)) continue;
    choices[id] = part.read(parts.get(id));
    check(choices[id] !== null, `${id} is damaged.`);
  }
  // All of it is sound: only now something changes.
  for (const id of Object.keys(choices)) linkParts[id].choose(choices[id]);
  if (strokes) {
    drawnByPen.add(strokes);     // so it may be several digits
    setDrawing(strokes);
  }
  if (!section) return;
  linkTarget.section = section;
  $(section).scrollIntoView();
}

for (const title of document.querySelectorAll(".text > section:not(#files) > h2")) {
  title.insertAdjacentHTML("afterend", `<button class="link-here"
    aria-label="Copy a link to “${title.textContent}” with your drawing">Copy a link</button>`);
}
for (const button of document.querySelectorAll("#link, .link-here")) {
  button.addEventListener("click", copyLink);
}
for (const kind of ["click", "input"]) {
  addEventListener(kind, event => {
    const section = event.target.closest?.(".text > section:not(#files)");
    if (section) linkTarget.section = section.id;
  }, true);
}
addEventListener("hashchange", openLink);
