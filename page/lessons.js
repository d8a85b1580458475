"use strict";
// Lessons: how a network learns from a few drawings, and how the browser keeps them. Nothing here
// touches the page.

// ── How a lesson is learned ──

const LEARNT = 0.9;            // a lesson ends when all looks together are so sure of its digit
const LESSON_RATE = 0.004;     // its learning rate
// A lesson alone has a hundred turns at most, one of many has some 25. Lessons that are not learnt
// by then contradict each other, and to go on would spoil other digits (see benchmarks/log.md).
const TURNS_AT_FIRST = 75;
const TURNS_OF_EACH = 25;

// Yields the network after each turn on its way through the lessons. It always begins with the
// original: after a lesson is taken back, all is as if it had never been given. The lessons take
// turns until all of them are learnt.
// lessons: [{label, strokes}, …]. mean: the mean training image, 784 numbers.
//
// Each time it is a new object, so that the sections see that the network has changed. Its weights
// are the same arrays, which go on changing.
function* teach(original, lessons, mean = new Float64Array(784)) {
  const taught = { ...original, W1: original.W1.slice(), b1: original.b1.slice() };
  const images = [];                             // of each lesson: the looks at its drawing
  const mostTurns = TURNS_AT_FIRST + TURNS_OF_EACH * lessons.length;
  let learntInARow = 0;
  for (let turn = 0; turn < mostTurns && learntInARow < lessons.length; turn++) {
    yield { ...taught };
    const n = turn % lessons.length;
    const round = Math.floor(turn / lessons.length);
    const { label, strokes } = lessons[n];
    images[n] ??= looks(strokes);
    if (readLooks(taught, images[n])[label] >= LEARNT) {
      learntInARow += 1;
    } else {
      stepOnLesson(taught, images[n][round % LOOKS.length], label, mean);
      learntInARow = 0;
    }
  }
  yield { ...taught };
}

// One step of learning. The image is taken less the mean image: some of its ink lies where most
// digits have ink, and to learn from that would spoil them. b1 cancels what the new W1 would do to
// the mean image itself. W2 and b2 stay as they are.
function stepOnLesson(network, image, label, mean) {
  const difference = image.map((ink, pixel) => ink - mean[pixel]);
  // dz is that of the image itself; only dW1 = images.T @ dz is made with the difference.
  const { dW1 } = backward(network, [difference], [label], [forward(network, image)]);
  const db1 = matmul(mean, dW1, 784).map(sum => -sum);                  // (1, 784) @ (784, units)
  update(network, { dW1, db1 }, LESSON_RATE);
}

// ── Lessons that a browser keeps ──

// Each lesson of the page's own network is kept under a key of its own. So two windows that teach
// in the same moment never write over each other's lessons. Keys in order are lessons in order.
const LESSON_KEY = "lesson ";
const MOST_LESSONS = 100;

function newLessons(drawings) {
  return drawings.map((drawing, i) => {
    const random = Math.floor(Math.random() * 1e9);      // so that no two windows make the same key
    return { ...drawing, key: `${lessonKey(Date.now(), i)} ${random}` };
  });
}

// The key of a lesson that was given at this time (ms since 1970), as number i of several.
function lessonKey(time, i) {
  const milliseconds = String(time).padStart(13, "0");
  const place = String(i).padStart(3, "0");
  return `${LESSON_KEY}${milliseconds} ${place}`;
}

// In the order in which they were given.
function inOrder(lessons) {
  return [...lessons].sort((one, other) => (one.key < other.key ? -1 : 1));
}

// Returns whether the browser has kept them all. It may be told to keep nothing, or have no room.
function storeLessons(lessons) {
  try {
    for (const { key, label, strokes, isLie } of lessons) {
      localStorage.setItem(key, JSON.stringify({ label, strokes, isLie }));
    }
    return true;
  } catch {
    return false;
  }
}

function unstoreLessons(lessons) {
  try {
    for (const { key } of lessons) localStorage.removeItem(key);
  } catch {
    // Where nothing may be kept, there is nothing to remove.
  }
}

// The lessons in the store, and how many there could not be read: these are marked.
function storedLessons() {
  const lessons = [];
  let unreadable = 0;
  try {
    unreadable += takeOverOldList();
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(LESSON_KEY)) continue;
      const lesson = readLesson(key, localStorage.getItem(key));
      if (lesson) {
        lessons.push(lesson);
      } else {
        markUnreadable(key);
        unreadable += 1;
      }
    }
  } catch {
    // Nothing may be kept here, so nothing was.
  }
  return { lessons: inOrder(lessons).slice(0, MOST_LESSONS), unreadable };
}

// null where it is no lesson that the page can use.
function readLesson(key, text) {
  try {
    const stored = JSON.parse(text);
    const [drawing] = readDrawings([stored]);
    return { ...drawing, isLie: stored.isLie === true, key };
  } catch {
    return null;
  }
}

// It stays in the store, under a name by which it can be found.
function markUnreadable(key) {
  try {
    localStorage.setItem(`unreadable ${key}`, localStorage.getItem(key));
    localStorage.removeItem(key);
  } catch {
    // There is no room for both: it stays where it is.
  }
}

// Earlier editions of this page kept all lessons in one list. Each gets its own key; always the
// same one, so that two windows may do it at once. Returns how many lists could not be read: 0 or
// 1.
function takeOverOldList() {
  const text = localStorage.getItem("lessons");
  if (text === null) return 0;
  try {
    const drawings = readDrawings(JSON.parse(text));
    const lessons = drawings.map((drawing, i) => ({ ...drawing, key: lessonKey(0, i) }));
    if (storeLessons(lessons)) localStorage.removeItem("lessons");
    return 0;
  } catch {
    markUnreadable("lessons");
    return 1;
  }
}
