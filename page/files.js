"use strict";
// Files: what is opened and saved. All that comes from outside, from a file, the browser's store or
// a link, goes through readNetwork or readDrawings, which take what is well formed and name what is not.

// Throws a sentence for the reader, unless something holds.
function check(holds, sentence) {
  if (!holds) throw new Error(sentence);
}

// The network in the content of a weights.json.
function readNetwork(content) {
  const { layers, activations, training } = content ?? {};
  const isTriple = Array.isArray(layers) && layers.length === 3;
  const units = isTriple ? layers[1] : 0;
  check(isTriple && layers[0] === 784 && layers[2] === 10 && Number.isInteger(units) && units > 0,
    "layers should be [784, hidden units, 10].");
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
    training: training ?? {},
  };
}

function readVector(content, name, length) {
  check(isVector(content[name], length), `${name} should be ${length} finite numbers.`);
  return Float64Array.from(content[name]);
}

function readMatrix(content, name, rows, columns) {
  const matrix = content[name];
  const isMatrix = Array.isArray(matrix) && matrix.length === rows
    && matrix.every(row => isVector(row, columns));
  check(isMatrix, `${name} should be ${rows} × ${columns} finite numbers.`);
  return Float64Array.from(matrix.flat());
}

function isVector(list, length) {
  return Array.isArray(list) && list.length === length && list.every(Number.isFinite);
}

// The content of a weights.json for a network.
function writeNetwork(network) {
  const { layers, activation, W1, b1, W2, b2, training } = network;
  const rowsOf = (matrix, columns) => {
    const rows = [];
    for (let start = 0; start < matrix.length; start += columns) {
      rows.push([...matrix.subarray(start, start + columns)]);
    }
    return rows;
  };
  return JSON.stringify({
    layers,
    activations: [activation, "softmax"],
    W1: rowsOf(W1, layers[1]),
    b1: [...b1],
    W2: rowsOf(W2, 10),
    b2: [...b2],
    training,
  });
}

// A list of drawings, {"label": 7, "strokes": [[[x, y], …], …]}, without what the page does not know.
function readDrawings(list) {
  return list.map((drawing, i) => {
    const { label, strokes } = drawing ?? {};
    const isDigit = Number.isInteger(label) && label >= 0 && label <= 9;
    check(isDigit, `drawing ${i + 1}: label should be a digit.`);
    const isDrawing = Array.isArray(strokes) && strokes.length > 0
      && strokes.every(stroke => Array.isArray(stroke) && stroke.length > 0
        && stroke.every(point => isVector(point, 2)));
    check(isDrawing, `drawing ${i + 1}: strokes should be lists of points [x, y].`);
    return { label, strokes };
  });
}

function showMessage(sentence) {
  $("message").textContent = sentence;
}
addEventListener("click", () => {
  if (desk.network) showMessage("");             // what was said has been read
}, true);
