"use strict";
// The network, and how it learns. Lay it beside chapter 1 of neural_network.py: softmax, forward,
// backward and update have the same names and take the same steps. Only forward differs a little:
// there it reads a mini-batch, here one image. What it makes of one image is called a pass. The
// loop itself, `train`, is in learning.js. What NumPy does in Python, as matmul, stands at the end.
//
// Everything here is a function of its arguments. Nothing touches the page.
//
// A matrix is one long list of numbers, row after row. So the weight from pixel i to hidden unit u
// is W1[i * units + u], and the weight from that unit to a digit is W2[u * 10 + digit].

// Each activation: hidden as a function of the sum z, and its slope there, as a function of hidden.
const ACTIVATIONS = {
  sigmoid: { activate: z => 1 / (1 + Math.exp(-z)), slope: hidden => hidden * (1 - hidden) },
  tanh:    { activate: z => Math.tanh(z),           slope: hidden => 1 - hidden * hidden },
  relu:    { activate: z => Math.max(z, 0),         slope: hidden => (hidden > 0 ? 1 : 0) },
};

// Turns ten logits into ten probabilities. The largest logit is taken away from each first. The
// probabilities stay the same, as e^(a - c) is e^a / e^c, and no e^x becomes too large a number.
function softmax(logits) {
  const largestLogit = Math.max(...logits);
  const exponentials = logits.map(logit => Math.exp(logit - largestLogit));
  const sum = sumOf(exponentials);
  return exponentials.map(exponential => exponential / sum);
}

// The loss: the mean of -log(probability of the right digit). A probability that was rounded to 0
// counts as 1e-38, because log(0) is minus infinity.
// probabilities: ten numbers for each image. labels: one digit for each image.
function crossEntropy(probabilities, labels) {
  let sum = 0;
  labels.forEach((label, n) => {
    sum -= Math.log(Math.max(probabilities[n][label], 1e-38));
  });
  return sum / labels.length;
}

// A network of random numbers, which has learned nothing yet. training: the record of its learning.
function newNetwork(hiddenSize, activation = "sigmoid", random = Math.random) {
  return {
    layers: [784, hiddenSize, 10],
    activation,
    W1: randomWeights(784, hiddenSize, random),
    b1: new Float32Array(hiddenSize),
    W2: randomWeights(hiddenSize, 10, random),
    b2: new Float32Array(10),
    training: {},
  };
}

// Random numbers around 0 partly cancel: a sum of n of them is only about sqrt(n) large. So the
// weights are divided by that. Then z is small at first, where the sigmoid is steep, and learning
// starts fast.
function randomWeights(inputs, outputs, random) {
  const weights = new Float32Array(inputs * outputs);
  for (let i = 0; i < weights.length; i++) weights[i] = randomNormal(random) / Math.sqrt(inputs);
  return weights;
}

// A number from the normal distribution, made of two that are evenly distributed from 0 to 1
// (Box and Muller, 1958).
function randomNormal(random) {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

// What the network makes of one image, 784 numbers from 0 (paper) to 1 (ink). In the short way to
// write it: z = image @ W1 + b1, hidden = activate(z), logits = hidden @ W2 + b2.
function forward(network, image) {
  const [inputs, units] = network.layers;
  const { activate } = ACTIVATIONS[network.activation];
  const z = addVectors(matmul(image, network.W1, inputs), network.b1);          // (units,)
  const hidden = z.map(sum => activate(sum));                                   // (units,)
  const logits = addVectors(matmul(hidden, network.W2, units), network.b2);     // (10,)
  return { hidden, logits, probabilities: softmax(logits) };
}

// The gradient of the mean loss of a mini-batch: one number for each weight and each bias. In the
// short way to write it: dW2 = hidden.T @ dlogits, dhidden = dlogits @ W2.T, dz = dhidden * slope,
// dW1 = images.T @ dz. passes: what forward made of each image.
function backward(network, images, labels, passes) {
  const [inputs, units] = network.layers;
  const { slope } = ACTIVATIONS[network.activation];
  const batch = images.length;
  const rows = stack(images);                                           // (batch, 784)
  const hidden = stack(passes.map(pass => pass.hidden));                // (batch, units)
  const probabilities = stack(passes.map(pass => pass.probabilities));  // (batch, 10)
  const targets = new Float32Array(batch * 10);                         // (batch, 10)
  labels.forEach((label, n) => {
    targets[n * 10 + label] = 1;
  });
  const dlogits = probabilities.map((p, i) => (p - targets[i]) / batch);           // (batch, 10)
  const dW2 = matmul(transpose(hidden, units), dlogits, batch);         // (units, 10)
  const db2 = sumOverRows(dlogits, 10);                                 // (10,)
  const dhidden = matmul(dlogits, transpose(network.W2, 10), 10);       // (batch, units)
  const dz = dhidden.map((d, i) => d * slope(hidden[i]));               // (batch, units)
  const dW1 = matmul(transpose(rows, inputs), dz, batch);               // (784, units)
  const db1 = sumOverRows(dz, units);                                   // (units,)
  return { dW1, db1, dW2, db2 };
}

// Moves every parameter, in place, a small step against its gradient.
// A parameter without a gradient stays as it is: a lesson moves W1 and b1 only.
function update(network, gradients, learningRate) {
  for (const name of ["W1", "b1", "W2", "b2"]) {
    const parameter = network[name];
    const gradient = gradients["d" + name];
    if (!gradient) continue;
    for (let i = 0; i < parameter.length; i++) parameter[i] -= learningRate * gradient[i];
  }
}

// The body of the loop in `train`, for one mini-batch: forward, backward, update.
// Returns what forward made of the images, before the update.
function learnFrom(network, images, labels, learningRate) {
  const passes = images.map(image => forward(network, image));
  const gradients = backward(network, images, labels, passes);
  update(network, gradients, learningRate);
  return passes;
}

// ── What NumPy brings along, and JavaScript does not ──

// left (rows, inner) @ right (inner, columns). In words: each number of the result is the sum, over
// all k below inner, of left[row, k] * right[k, column].
//
// Plainly: for each row, k and column, result[row, column] += left[row, k] * right[k, column].
// Two things make it fast. Zeros of left are skipped, as most of an image is paper. And eight rows
// of right are added at a time, so that a sum is read and written only once for eight products.
function matmul(left, right, inner) {
  const rows = left.length / inner;
  const columns = right.length / inner;
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const sums = result.subarray(row * columns, (row + 1) * columns);
    const values = [];                  // the numbers of this row that are not 0,
    const starts = [];                  // and where the row of right begins that each multiplies
    for (let k = 0; k < inner; k++) {
      const value = left[row * inner + k];
      if (value === 0) continue;
      values.push(value);
      starts.push(k * columns);
    }
    while (values.length % 8 !== 0) {
      values.push(0);                   // the last eight may be fewer
      starts.push(0);
    }
    for (let k = 0; k < values.length; k += 8) {
      const [v0, v1, v2, v3, v4, v5, v6, v7] = values.slice(k, k + 8);
      const [s0, s1, s2, s3, s4, s5, s6, s7] = starts.slice(k, k + 8);
      for (let column = 0; column < columns; column++) {
        sums[column] += v0 * right[s0 + column] + v1 * right[s1 + column]
          + v2 * right[s2 + column] + v3 * right[s3 + column]
          + v4 * right[s4 + column] + v5 * right[s5 + column]
          + v6 * right[s6 + column] + v7 * right[s7 + column];
      }
    }
  }
  return result;
}

// Two vectors, number by number.
function addVectors(vector, other) {
  return vector.map((value, i) => value + other[i]);
}

// matrix.T: rows become columns.
function transpose(matrix, columns) {
  const rows = matrix.length / columns;
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column];
    }
  }
  return result;
}

// matrix.sum(axis=0): each column's sum.
function sumOverRows(matrix, columns) {
  const sums = new Float32Array(columns);
  for (let i = 0; i < matrix.length; i++) sums[i % columns] += matrix[i];
  return sums;
}

// Vectors, one below the other: a matrix.
function stack(vectors) {
  const result = new Float32Array(vectors.length * vectors[0].length);
  vectors.forEach((vector, row) => result.set(vector, row * vector.length));
  return result;
}

// The value itself, or the nearest end of the range: np.clip.
function clip(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

function sumOf(values) {
  return values.reduce((sum, value) => sum + value, 0);
}

// The places of the values, that of the largest first.
function orderByValue(values) {
  return [...values.keys()].sort((one, other) => values[other] - values[one]);
}

// The place of the largest value. -1 if one of them is no number: then Math.max is NaN, and indexOf
// never finds that.
function indexOfLargest(values) {
  return values.indexOf(Math.max(...values));
}
