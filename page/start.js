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
  try {
    pagesOwn = newPupil("trained", readNetwork(await fetchNetwork()));
    usePupil(pagesOwn);
  } catch (error) {
    showMessage(`There is no network here that the page can use. ${error.message} `
      + "Make one: python neural_network.py");
    $("pupil").textContent = "No network.";
  }
  performance.mark("ready");
}

$("needs").remove();
drawEverything();
// When the first screen is painted.
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(start)));
