"use strict";
// The last script: all others are there, so the page is drawn, and then the network is loaded.

// The content of weights.json. A page that was opened by double click finds it in a script.
async function fetchNetwork() {
  if (location.protocol === "file:") {
    await loadScript("weights.js");
    return WEIGHTS;
  }
  const response = await fetch("weights.json");
  check(response.ok, "weights.json cannot be loaded.");
  return response.json();
}

async function loadTrainedNetwork() {
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

async function startPage() {
  $("needs").remove();           // it says what a browser needs; this one can run the page
  openLink();                    // before all else: it may bring a drawing
  drawEverything();
  await nextFrame();
  await nextFrame();             // in the second frame from now the first screen is painted
  await nextTask();
  await loadTrainedNetwork();
}

startPage();
