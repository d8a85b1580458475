"use strict";
// The markup of index.html: how scripts find its parts, and put words into them.

const $ = id => document.getElementById(id);

// What the page has several of stands in it once, in a template. "#" becomes its number.
for (const template of document.querySelectorAll("template[data-times]")) {
  const times = Number(template.dataset.times);
  template.outerHTML = repeat(times, i => template.innerHTML.replaceAll("#", i));
}

function repeat(times, html) {
  return Array.from({ length: times }, (_, i) => html(i)).join("");
}

// Puts what is known into the sentences of a part of the page: each value into the places that bear
// its name, as <b data-name="loss"></b>.
function fill(part, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const named of part.querySelectorAll(`[data-name="${name}"]`)) setText(named, value);
  }
}

// Sets what has changed, and leaves the rest alone: so the browser has nothing to do for it.
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
