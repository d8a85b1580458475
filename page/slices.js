"use strict";
// Long work in short pieces, so that neither pen nor picture has to wait for it.

const SLICE = 6;                 // ms

// Does the work of a generator in slices. Wherever the work yields, a slice may end. Where it
// yields a number, it rests for so many milliseconds. Work that nobody wants any longer is left
// where it is. Returns what the work returns; undefined if it was left.
async function inSlices(work, isWanted = () => true) {
  let start = performance.now();
  while (isWanted()) {
    const { done, value } = work.next();
    if (done) return value;
    if (value !== undefined) {
      await pauseFor(value);
      start = performance.now();
    } else if (performance.now() - start >= SLICE) {
      await nextTask();
      start = performance.now();
    }
  }
  return undefined;
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
  return new Promise(resolve => requestAnimationFrame(resolve));
}

function wantsNoMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
