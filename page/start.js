"use strict";
// The last script: the page is built, now the network is loaded.

async function fetchNetwork() {
  if (location.protocol === "file:") {
    await loadScript("weights.js");
    return WEIGHTS;
  }
  const response = await fetch("weights.json");
  check(response.ok, "weights.json cannot be loaded.");
  return response.json();
}

async function startPage() {
  try {
    pagesOwn = newPupil("trained", readNetwork(await fetchNetwork()));
  } catch (error) {
    showMessage(`There is no network here that the page can use. ${sentenceOf(error)} `
      + "Make one: python neural_network.py");
    $("pupil").textContent = "No network.";
  }
  if (pagesOwn) {
    usePupil(pagesOwn);
    await takeUpLessons();
  }
  performance.mark("ready");
}

$("needs").remove();             // it says what a browser needs; this one can run the page
openLink();                      // before all else: it may bring a drawing
drawEverything();
// When the first screen is painted: that is so in the second frame from now.
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(startPage)));
