"use strict";
// "How the trained one learned": the record of the training of the network that came with the page, or
// from a file. What is not well formed there has been left out by readTraining.

function showTraining({ layers, activation, training }) {
  const { epochs, learning_rate: rate, batch_size: batchSize, seconds } = training;
  const { train_accuracy: trainAccuracy, test_accuracy: testAccuracy } = training;
  const facts = [`${counted(layers[1], "hidden unit")} (${activation})`];
  if (epochs !== undefined) facts.push(counted(epochs, "epoch"));
  if (rate !== undefined) facts.push(`learning rate ${rate}`);
  if (batchSize !== undefined) facts.push(`batches of ${grouped(batchSize)}`);
  if (seconds !== undefined) facts.push(counted(seconds, "second"));
  if (trainAccuracy !== undefined) {
    facts.push(`${percent(trainAccuracy, 2)} of the training digits read right`);
  }
  if (testAccuracy !== undefined) facts.push(`${percent(testAccuracy, 2)} of 10,000 never seen`);
  $("facts").textContent = `${facts.join(", ")}.`;
  showTrainingCurves(training);
}

function showTrainingCurves({ loss = [], accuracy = [] }) {
  const losses = thinCurve(loss.map((value, i) => [i + 1, value]));          // [epoch, loss]
  const errors = thinCurve(accuracy.map((value, i) => [i + 1, 1 - value]));  // [epoch, share misread]
  const inPercent = error => `${shortNumber(error * 100)} %`;
  const plots = plot("Loss: how surprised by the right digit", [losses])
    + plot("Error: the share misread of the images it was shown", [errors],
      { guess: 0.9, format: inPercent });
  $("plots").innerHTML = plots || "This network’s file does not say how loss and accuracy went.";
  showTrainingBet(errors);
}

// The bet asks what the first hundred epochs brought: there must be as many.
function showTrainingBet(errors) {
  $("bet-training").hidden = errors.length < 100;
  if (errors.length < 100) return;
  const after = epochs => percent(errors.find(([epoch]) => epoch >= epochs)[1]);
  const epochs = errors.at(-1)[0];
  fill($("bet-training"), { times: grouped(epochs) });
  settleBet("bet-training", `It misread 90 % before, ${after(1)} in the first, ${after(10)} in the `
    + `tenth, ${after(100)} in the hundredth, ${after(epochs)} in the last.`);
}

pupilListeners.push(pupil => {
  if (pupil.kind !== "young") showTraining(pupil.original);
});
