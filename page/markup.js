"use strict";
// The markup of index.html: how scripts find its parts, and put words into them.

const $ = id => document.getElementById(id);

// The markup of several things, one after the other. markupOf(i): that of thing i.
function repeat(times, markupOf) {
  const parts = [];
  for (let i = 0; i < times; i++) parts.push(markupOf(i));
  return parts.join("");
}

// What the page has several of stands in it once, in a template. "#" becomes its number.
for (const template of document.querySelectorAll("template[data-times]")) {
  const times = Number(template.dataset.times);
  template.outerHTML = repeat(times, i => template.innerHTML.replaceAll("#", i));
}

// Puts values into the sentences of a part of the page. The value called "loss" goes into each
// place of that name: <b data-name="loss"></b>.
function fill(part, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const named of part.querySelectorAll(`[data-name="${name}"]`)) setText(named, value);
  }
}

// The keys that move something, each with how far to the right and down.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Sets a text only where it changes: so the browser has nothing to do where it stays.
function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

// Says a sentence at the foot of the window: what went wrong, and that nothing is lost.
function showMessage(sentence) {
  setText($("message"), sentence);
}
