"use strict";
// "Look inside": every unit as a picture, lit by what it says to a digit.

const FULL_LIGHT = 1;          // points: a unit that says this much is fully lit

const gallery = {
  units: [],             // in the order in which they hang
  hungFor: null,         // what they were sorted for: see hangUnits; null: they hang by number
  digitsSeen: new Set(), // the digits that were read while one looked
};

function showGallery() {
  hangUnits();
  $("gallery-digit").value = insideChoices.galleryDigit ?? "";
  $("gallery-sorted").checked = insideChoices.gallerySorted;
  $("gallery-in-order").hidden = !insideChoices.gallerySorted;
  fill($("gallery-words"), { asked: digitOfGallery() });
  paintGallery();
  showInspected();
  showMoral();
}
addInsidePart("gallery", showGallery);
insideSizes.observe($("inspected-picture"));

// The digit that the gallery is lit for.
function digitOfGallery() {
  return insideChoices.galleryDigit ?? insideView.findings.winner;
}

// Hangs the units by number; or, where one asked for it, by what they say to the digit. Then they
// are sorted anew for another drawing, digit or network, but not while the pen is down.
function hangUnits() {
  const { network, pulls } = insideView.findings;
  const units = network.layers[1];
  if (!insideChoices.gallerySorted) {
    gallery.units = Array.from({ length: units }, (_, unit) => unit);
    gallery.hungFor = null;
    return;
  }
  const { hungFor } = gallery;
  const digit = digitOfGallery();
  const isSame = hungFor !== null
    && hungFor.strokes === desk.strokes
    && hungFor.digit === digit
    && hungFor.network === network;
  const canStay = gallery.units.length === units && (isSame || desk.isGrowing);
  if (canStay) return;
  gallery.units = sortedByPull(pulls, digit);
  gallery.hungFor = { strokes: desk.strokes, digit, network };
}

const HIGHEST_GALLERY = 440;   // px

// Cells that fill the width: the fewer units, the larger, from 11 to 64 pixels.
function galleryLayout(width, units) {
  const area = width * Math.min(1.2 * width, HIGHEST_GALLERY);
  const side = clip(Math.sqrt(area / units), 11, 64);
  const columns = Math.max(Math.round(width / side), 1);
  const rows = Math.ceil(units / columns);
  const cell = width / columns;
  return { cell, columns, height: Math.ceil(rows * cell) };
}

function paintGallery() {
  const { units } = gallery;
  const { pulls } = insideView.findings;
  const digit = digitOfGallery();
  const inspected = inspectedUnit();
  const size = insideView.sizes.gallery;
  if (!size) return;
  const { cell, columns, height } = galleryLayout(size.width, units.length);
  if (Math.abs(size.height - height) > 1) {
    $("gallery").style.setProperty("height", height + "px");
    return;                      // it is painted as soon as it has this height: see takeSizes
  }
  const { context } = emptyCanvas("gallery");
  const side = cell - 2;
  context.imageSmoothingEnabled = true;
  units.forEach((unit, place) => {
    const column = place % columns;
    const row = Math.floor(place / columns);
    const x = column * cell + 1;
    const y = row * cell + 1;
    const pull = pulls[unit * 10 + digit];
    const light = Math.min(Math.abs(pull) / FULL_LIGHT, 1);
    context.globalAlpha = 0.12 + 0.88 * light;
    drawUnit(context, unit, x, y, side);
    context.globalAlpha = 1;
    if (unit === inspected) {
      context.strokeStyle = insideView.colours.chosen;
      context.lineWidth = 2;
      context.strokeRect(x, y, side, side);
    }
  });
}

function inspectedUnit() {
  const { network, pulls } = insideView.findings;
  const { galleryUnit } = insideChoices;
  const exists = galleryUnit !== null && galleryUnit < network.layers[1];
  return exists ? galleryUnit : loudestFirst(pulls, digitOfGallery())[0];
}

// The unit that was chosen, below the gallery.
function showInspected() {
  const { network, hidden, blank, pulls } = insideView.findings;
  const digit = digitOfGallery();
  const unit = inspectedUnit();
  const units = gallery.units.length;
  const place = gallery.units.indexOf(unit) + 1;
  const slider = $("gallery-place");
  slider.max = units;
  slider.value = place;
  slider.setAttribute("aria-valuetext", `unit ${unit + 1}, ${place} of ${units}`);
  fill($("inspected"), {
    unit: unit + 1,
    asked: digit,
    blank: twoDecimals(blank.hidden[unit]),
    activation: twoDecimals(hidden[unit]),
    weight: signed(network.W2[unit * 10 + digit]),
    says: signed(pulls[unit * 10 + digit]),
  });
  paintInspected(unit);
}

// Its mask, and the outline of the drawing upon it, both without the blank margin.
function paintInspected(unit) {
  const canvas = emptyCanvas("inspected-picture");
  if (!canvas) return;
  const { context, width: side } = canvas;
  const { network, image } = insideView.findings;
  paintMask(smallPicture, weightsOfUnit(network, unit), image, 0, 0);
  context.drawImage(smallPicture, MARGIN, MARGIN, INNER, INNER, 0, 0, side, side);
  drawOutline(context, image, 0, 0, side, MARGIN, INNER);
}

// What one may conclude as soon as one has seen two digits light up different units.
function showMoral() {
  const { winner, isBlank } = insideView.findings;
  if (isBlank || desk.isGrowing) return;
  gallery.digitsSeen.add(winner);
  $("gallery-moral").hidden = gallery.digitsSeen.size < 2;
  fill($("gallery-moral"), { read: winner });
}

onInside("change", "gallery-digit", event => {
  const { value } = event.target;
  insideChoices.galleryDigit = value === "" ? null : Number(value);
  showPart("gallery");
});

onInside("change", "gallery-sorted", event => {
  insideChoices.gallerySorted = event.target.checked;
  showPart("gallery");
});

onInside("click", "gallery", event => {
  const { units } = gallery;
  const { cell, columns } = galleryLayout(insideView.sizes.gallery.width, units.length);
  const row = Math.floor(event.offsetY / cell);
  const column = Math.floor(event.offsetX / cell);
  const place = row * columns + column;
  if (place >= units.length) return;
  insideChoices.galleryUnit = units[place];
  showPart("gallery");
});

onInside("input", "gallery-place", event => {
  const place = Number(event.target.value);
  insideChoices.galleryUnit = gallery.units[place - 1];
  showPart("gallery");
});

onInside("click", "inspected-step", () => {
  insideChoices.unit = inspectedUnit();
  insideChoices.time = 0;
  $("inside-unit-title").scrollIntoView({ behavior: wantsNoMotion() ? "auto" : "smooth" });
  $("inside-play").focus({ preventScroll: true });
  refresh();
});
