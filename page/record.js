"use strict";
// "How the trained one learned": the record of the training of the network that came with the page,
// or from a file. What is not well formed there has been left out by readTraining.

function showTraining({ layers, activation, training }) {
  const { epochs, learning_rate: rate, batch_size: batchSize, seconds } = training;
  const { train_accuracy: trainAccuracy, test_accuracy: testAccuracy, date } = training;
  const facts = [`${counted(layers[1], "hidden unit")} (${activation})`];
  if (epochs !== undefined) facts.push(counted(epochs, "epoch"));
  if (rate !== undefined) facts.push(`learning rate ${rate}`);
  if (batchSize !== undefined) facts.push(`batches of ${grouped(batchSize)}`);
  if (seconds !== undefined) facts.push(counted(seconds, "second"));
  if (date !== undefined) facts.push(date);
  if (trainAccuracy !== undefined) {
    facts.push(`${percent(trainAccuracy, 2)} of the training digits read right`);
  }
  if (testAccuracy !== undefined) facts.push(`${percent(testAccuracy, 2)} of 10,000 never seen`);
  $("facts").textContent = `${facts.join(", ")}.`;
  showTrainingCurves(training);
}

function showTrainingCurves({ loss = [], accuracy = [] }) {
  // Points [epoch, loss], and [epoch, share misread].
  const losses = thinCurve(loss.map((value, i) => [i + 1, value]));
  const errors = thinCurve(accuracy.map((value, i) => [i + 1, 1 - value]));
  const inPercent = error => `${shortNumber(error * 100)} %`;
  const plotOfLosses = plot("loss on the digits it learned from", [losses]);
  const plotOfErrors = plot("the share of them that it misread", [errors],
    { guess: 0.9, format: inPercent });
  const plots = plotOfLosses + plotOfErrors;     // "" of what the file does not say
  $("plots").innerHTML = plots === ""
    ? "This network’s file does not say how loss and accuracy went."
    : plots;
  showTrainingBet(accuracy);
}

// The bet asks what the first hundred epochs brought: there must be as many.
// accuracy: a share for each epoch.
function showTrainingBet(accuracy) {
  const epochs = accuracy.length;
  $("bet-training").hidden = epochs < 100;
  if (epochs < 100) return;
  const misreadIn = epoch => percent(1 - accuracy[epoch - 1]);
  fill($("bet-training"), { times: grouped(epochs) });
  const outcome = `it misread 90 % before, ${misreadIn(1)} in the first, `
    + `${misreadIn(100)} in the hundredth, ${misreadIn(epochs)} in the last.`;
  settleBet("bet-training", outcome, answerToTrainingBet(accuracy));
}

// The answer that names the time in which the accuracy grew most.
function answerToTrainingBet(accuracy) {
  const guessed = 0.1;
  const grown = [
    accuracy[0] - guessed,
    accuracy[99] - accuracy[0],
    accuracy.at(-1) - accuracy[99],
  ];
  const answers = $("bet-training").querySelectorAll("label");
  return answers[indexOfLargest(grown)].textContent;
}

// After the bet, or without one.
function showRecord() {
  $("record").hidden = false;
  $("record-show").hidden = true;
}

$("record-show").addEventListener("click", showRecord);
$("bet-training").addEventListener("change", showRecord);
pupilListeners.push(pupil => {
  if (pupil.kind !== "young") showTraining(pupil.original);
});
