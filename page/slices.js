"use strict";
// Long work in short pieces, so that neither pen nor picture has to wait for it.

// Does the work of a generator in slices of 6 ms, so that neither pen nor picture waits for it. With
// each number that it yields, it rests for so many milliseconds. Work that nobody wants any longer is
// left where it is. Returns what the work returns.
async function inSlices(work, isWanted = () => true) {
  let since = performance.now();
  while (isWanted()) {
    const { done, value } = work.next();
    if (done) return value;
    if (value) {
      await new Promise(resolve => setTimeout(resolve, value));
    } else if (performance.now() - since >= 6) {
      await nextTask();
    } else {
      continue;
    }
    since = performance.now();
  }
}

// Waits until the browser has done what is due. (A timer of 0 would wait for 4 ms.)
function nextTask() {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage("");
  });
}

function pauseFor(milliseconds) {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

// Waits until the next frame is due.
function nextFrame() {
  return new Promise(requestAnimationFrame);
}

function wantsNoMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
