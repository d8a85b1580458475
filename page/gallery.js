"use strict";
// "Look inside": every unit as a picture, lit by what it says to a digit, and in that order.

const FULL_LIGHT = 1;          // points: a unit that says this much is fully lit
const REORDER_PAUSE = 1000;    // ms between two orders while the network learns

const galleryOrder = {
  units: [],             // in the order in which they hang
  strokes: null,         // what that order was made for: the drawing, the digit and the network
  digit: null,
  network: null,
  madeAt: 0,
};

function showGallery() {
  if (isOrderDue()) hangUnits();
  $("gallery-digit").value = insideChoices.digit ?? "";
  paintGallery();
  showInspected();
}
addInsidePart("gallery", showGallery);
insideSizes.observe($("inspected-picture"));

function hangUnits() {
  const { network, pulls, digit } = insideView.findings;
  const { strokes } = desk;
  const units = sortedByPull(pulls, digit);
  Object.assign(galleryOrder, { units, strokes, digit, network, madeAt: performance.now() });
}

// The order is made anew for another drawing, digit or network, and now and then for a network that
// learns. While the pen is down it rests.
function isOrderDue() {
  const { network, digit } = insideView.findings;
  if (galleryOrder.units.length !== network.layers[1]) return true;
  if (desk.isGrowing) return false;
  const isForThis = galleryOrder.strokes === desk.strokes
    && galleryOrder.digit === digit
    && galleryOrder.network === network;
  const isOld = performance.now() - galleryOrder.madeAt > REORDER_PAUSE;
  return !isForThis || isOld;
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
  const { units } = galleryOrder;
  const { pulls, digit } = insideView.findings;
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
    const x = place % columns * cell + 1;
    const y = Math.floor(place / columns) * cell + 1;
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
  const { units } = galleryOrder;
  const { galleryUnit } = insideChoices;
  const exists = galleryUnit !== null && galleryUnit < units.length;
  return exists ? galleryUnit : units[0];
}

// The unit that was chosen, beside the gallery.
function showInspected() {
  const { network, changes, pulls, digit } = insideView.findings;
  const unit = inspectedUnit();
  const units = galleryOrder.units.length;
  const place = galleryOrder.units.indexOf(unit) + 1;
  const slider = $("gallery-place");
  slider.max = units;
  slider.value = place;
  slider.setAttribute("aria-valuetext", `unit ${unit + 1}, ${place} of ${units}`);
  fill($("inspected"), {
    unit: unit + 1,
    place: grouped(place),
    change: signed(changes[unit]),
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

onInside("change", "gallery-digit", event => {
  const { value } = event.target;
  insideChoices.digit = value === "" ? null : Number(value);
  refresh();
});

onInside("click", "gallery", event => {
  const { units } = galleryOrder;
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
  insideChoices.galleryUnit = galleryOrder.units[place - 1];
  showPart("gallery");
});

onInside("click", "inspected-step", () => {
  insideChoices.unit = inspectedUnit();
  insideChoices.time = 0;
  $("inside-unit-title").scrollIntoView({ behavior: wantsNoMotion() ? "auto" : "smooth" });
  $("inside-play").focus({ preventScroll: true });
  refresh();
});
