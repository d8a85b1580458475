"use strict";
// The last script: the page is built, now the network is loaded.

// A page that was opened by double click may fetch no file, but it may load a script.
function loadScript(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${src} cannot be loaded.`));
    document.head.append(script);
  });
}

async function fetchNetwork() {
  if (location.protocol === "file:") {
    await loadScript("weights.js");
    return WEIGHTS;
  }
  const response = await fetch("weights.json");
  check(response.ok, "weights.json cannot be loaded.");
  return response.json();
}

async function start() {
  let network = null;
  try {
    network = readNetwork(await fetchNetwork());
  } catch (error) {
    showMessage(`There is no network here that the page can use. ${sentenceOf(error)} `
      + "Make one: python neural_network.py");
    $("pupil").textContent = "No network.";
  }
  if (network) {
    pagesOwn = newPupil("trained", network);
    usePupil(pagesOwn);
    await takeUpLessons();
  }
  performance.mark("ready");
}

$("needs").remove();
pace.isBuilt = true;
openLink();                      // before all else: it may bring a drawing
drawEverything();
// When the first screen is painted.
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(start)));
