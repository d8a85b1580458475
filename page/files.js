"use strict";
// Files: what is opened and saved. All that comes from a file or the browser's store goes through
// readNetwork or readDrawings: they take what is well formed, have limits, and throw a sentence
// about what they do not take.

const LARGEST_FILE = 100e6;    // bytes
const LARGEST_WEIGHT = 1e6;    // the sums of larger ones may overflow
const MOST_EPOCHS = 1e6;       // in the record of a training
const MOST_POINTS = 5000;      // of a drawing; a digit has a hundred or two
const LARGEST_COORDINATE = 1e6;

// Throws a sentence for the reader, unless something holds.
function check(holds, sentence) {
  if (!holds) throw new Error(sentence);
}

// What to tell the reader of an error. The page's own are plain Errors, with a sentence; those of
// the browser are of other kinds, as TypeError, and speak to programmers.
function sentenceOf(error) {
  return error.constructor === Error ? error.message : "It cannot be read.";
}

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

// ── A network ──

// The network in the content of a weights.json.
function readNetwork(content) {
  const { layers, activations, training } = content ?? {};
  check(areLayers(layers), "layers should be [784, hidden units, 10].");
  const units = layers[1];
  const activation = Array.isArray(activations) ? activations[0] : "";
  check(Object.hasOwn(ACTIVATIONS, activation),
    `activations should begin with one of ${Object.keys(ACTIVATIONS).join(", ")}.`);
  return {
    layers,
    activation,
    W1: readMatrix(content, "W1", 784, units),
    b1: readVector(content, "b1", units),
    W2: readMatrix(content, "W2", units, 10),
    b2: readVector(content, "b2", 10),
    training: readTraining(training),
  };
}

function areLayers(layers) {
  if (!Array.isArray(layers) || layers.length !== 3) return false;
  const [inputs, units, outputs] = layers;
  return inputs === 784 && Number.isInteger(units) && units > 0 && outputs === 10;
}

function readVector(content, name, length) {
  check(isVector(content[name], length, isWeight),
    `${name} should be ${length} finite numbers, none beyond a million.`);
  return Float64Array.from(content[name]);
}

function readMatrix(content, name, rows, columns) {
  const matrix = content[name];
  const isMatrix = Array.isArray(matrix) && matrix.length === rows
    && matrix.every(row => isVector(row, columns, isWeight));
  check(isMatrix, `${name} should be ${rows} × ${columns} finite numbers, none beyond a million.`);
  return Float64Array.from(matrix.flat());
}

function isVector(list, length, isValue) {
  return Array.isArray(list) && list.length === length && list.every(isValue);
}

function isWeight(value) {
  return Number.isFinite(value) && Math.abs(value) <= LARGEST_WEIGHT;
}

// What the page uses of the record of a training, and how each must be. The rest is only kept.
const TRAINING_RECORD = {
  mean: value => isVector(value, 784, isShare),
  loss: value => isListOverEpochs(value, isNotNegative),
  accuracy: value => isListOverEpochs(value, isShare),
  train_accuracy: isShare,
  test_accuracy: isShare,
  epochs: isCount,
  batch_size: isCount,
  images_seen: isCount,
  learning_rate: isNotNegative,
  seconds: isNotNegative,
  date: value => typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value),
};

// The record without what is not well formed: a network reads as well without it.
function readTraining(training) {
  const isRecord = typeof training === "object" && training !== null && !Array.isArray(training);
  const record = isRecord ? { ...training } : {};
  for (const [name, isWellFormed] of Object.entries(TRAINING_RECORD)) {
    if (!isWellFormed(record[name])) delete record[name];
  }
  return record;
}

function isShare(value) {
  return Number.isFinite(value) && value >= 0 && value <= 1;
}

function isNotNegative(value) {
  return Number.isFinite(value) && value >= 0;
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function isListOverEpochs(list, isValue) {
  return Array.isArray(list) && list.length <= MOST_EPOCHS && list.every(isValue);
}

// Whether two networks are the same, number for number.
function isSameNetwork(one, other) {
  if (one.activation !== other.activation) return false;
  return ["layers", "W1", "b1", "W2", "b2"].every(name => areEqual(one[name], other[name]));
}

function areEqual(one, other) {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

// The content of a weights.json for a network.
function writeNetwork({ layers, activation, W1, b1, W2, b2, training }) {
  return JSON.stringify({
    layers,
    activations: [activation, "softmax"],
    W1: rowsOf(W1, layers[1]),
    b1: Array.from(b1),
    W2: rowsOf(W2, 10),
    b2: Array.from(b2),
    training,
  });
}

// A matrix as a list of its rows.
function rowsOf(matrix, columns) {
  const rows = [];
  for (let start = 0; start < matrix.length; start += columns) {
    rows.push(Array.from(matrix.subarray(start, start + columns)));
  }
  return rows;
}

// ── Drawings ──

// A list of drawings, each {"label": 7, "strokes": [[[x, y], …], …]}. All else is left out.
function readDrawings(list) {
  check(Array.isArray(list), "Drawings should come as a list.");
  return list.map((drawing, i) => {
    checkDrawing(drawing, `drawing ${i + 1}`);
    const { label, strokes } = drawing;
    return { label, strokes };
  });
}

// Throws a sentence that begins with this name, unless the page can use the drawing.
function checkDrawing(drawing, name) {
  const { label, strokes } = drawing ?? {};
  const isDigit = Number.isInteger(label) && label >= 0 && label <= 9;
  check(isDigit, `${name}: label should be a digit.`);
  const isFilledList = list => Array.isArray(list) && list.length > 0;
  const areStrokes = isFilledList(strokes) && strokes.every(isFilledList);
  check(areStrokes, `${name}: strokes should be lists of points [x, y].`);
  const points = sumOf(strokes.map(stroke => stroke.length));
  check(points <= MOST_POINTS,
    `${name}: it has ${grouped(points)} points, and at most ${grouped(MOST_POINTS)} are taken.`);
  check(strokes.flat().every(isPoint),
    `${name}: a point should be [x, y], two numbers, neither beyond a million.`);
}

function isPoint(point) {
  return isVector(point, 2, isCoordinate);
}

function isCoordinate(value) {
  return Number.isFinite(value) && Math.abs(value) <= LARGEST_COORDINATE;
}

// ── Opening ──

const loadedPupils = [];       // the pupils whose networks came from files

// A file may hold a picture, a network or drawings.
async function openAnything(file) {
  if (isPicture(file)) {
    readPicture(file);
    return;
  }
  let content;
  try {
    content = await readContent(file);
  } catch (error) {
    showMessage(`${file.name}: ${sentenceOf(error)} Nothing has changed.`);
    return;
  }
  showMessage("");
  if (content.network) {
    const pupil = useLoaded(content.network, file.name);
    const isOwn = pupil === pagesOwn;
    sayOpened(isOwn ? `${file.name} holds the page’s own network. It is on the desk.`
      : `This is the network of ${file.name} now. Reload the page for its own.`);
  } else {
    const kept = await giveLessons(content.drawings);
    if (kept !== null) sayOpened(`The drawings of ${file.name} are lessons now.${kept}`);
  }
}

// The network or the drawings in a file. Throws a sentence if the page cannot use them.
async function readContent(file) {
  check(file.size <= LARGEST_FILE, "It is larger than 100 MB.");
  const values = parseValues(await file.text());
  check(values.length > 0, "It holds neither drawings nor a network.");
  const [first] = values;
  const isNetwork = Boolean(first?.layers || first?.W1);
  if (isNetwork) return { network: readNetwork(first) };
  checkRoom(desk.pupil, values.length);
  return { drawings: readDrawings(values) };
}

// The values in a text of JSON: one value, a list of them, or one on each line.
function parseValues(text) {
  try {
    const value = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    // Then it should be one on each line.
  }
  const lines = text.split("\n").filter(line => line.trim() !== "");
  try {
    return lines.map(line => JSON.parse(line));
  } catch {
    throw new Error("It is not JSON, in which networks and drawings are saved.");
  }
}

// Puts the network of a file on the desk, and returns its pupil. One that was here before comes
// back with its lessons.
function useLoaded(network, fileName) {
  const pupils = pagesOwn ? [pagesOwn, ...loadedPupils] : loadedPupils;
  let pupil = pupils.find(({ original }) => isSameNetwork(original, network));
  if (!pupil) {
    pupil = newPupil("loaded", network, fileName);
    loadedPupils.push(pupil);
  }
  usePupil(pupil);
  return pupil;
}

function sayOpened(words) {
  $("opened").textContent = words;
}

// ── Saving ──

function saveFile(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  const minute = 60e3;           // ms: by then the browser has surely read it
  setTimeout(() => URL.revokeObjectURL(link.href), minute);
}

function saveLessons() {
  const lessons = desk.pupil?.lessons ?? [];
  if (lessons.length === 0) {
    showMessage("There are no lessons yet: what you teach is saved.");
    return;
  }
  const drawings = lessons.map(({ label, strokes }) => ({ label, strokes }));
  saveFile("drawings.json", JSON.stringify(drawings));
}

function saveNetwork() {
  if (!desk.network) {
    showMessage("There is no network to save.");
    return;
  }
  saveFile("weights.json", writeNetwork(desk.network));
}

// ── The section ──

sections.files = showFiles;

function showFiles() {
  if (desk.network) fill($("files"), { parameters: grouped(countParameters(desk.network)) });
}

$("save-drawings").addEventListener("click", saveLessons);
$("save-network").addEventListener("click", saveNetwork);
$("file").addEventListener("change", async event => {
  const [file] = event.target.files;
  if (file) await openAnything(file);
  event.target.value = "";                       // so that the same file may be chosen again
});
addEventListener("dragover", event => event.preventDefault());
addEventListener("drop", event => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) openAnything(file);
});
addEventListener("paste", event => {
  const [file] = event.clipboardData.files;
  if (file) openAnything(file);
});
// At the next tap what was said has been read. That there is no network stays there to be read.
addEventListener("click", () => {
  if (desk.network) showMessage("");
}, true);
addEventListener("keydown", event => {
  if (event.key === "Escape") showMessage("");
});
