"use strict";
// From a picture of handwriting to pen strokes. Lay it beside read_picture.py: both take the same
// steps and find the same strokes, and what is of the same name does the same. Where NumPy and
// SciPy bring a step along (percentile, closing, blur, labels of pieces, thinning), it is a
// function of its own here.
//
// Most programs that read digits make a photograph 28 pixels wide and hope. Light from one side,
// grey paper, a thin pencil: nothing of that is in MNIST, so they misread most of what people
// write. Here the picture is taken apart first: the light, the printed lines and the paper go, and
// what is left is ink. A line down the middle of the ink is what the pen has drawn, and that is
// what the network knows how to read.
//
// A raster is a picture of numbers, { width, height, values }: row after row. Everything here is a
// function of its arguments. Nothing touches the page. What takes long is a generator: it yields
// every few milliseconds, and whoever runs it may let the page breathe.

const ENLARGED_SIDE = 200;     // px, at least: to this a smaller picture is enlarged
const THUMBNAIL_SIDE = 100;    // px, about: enough for light and paper, which change slowly
const FAINT = 0.5;             // of the threshold of ink: what is darker still joins pieces of ink
const BLOCKS = 64;             // into which a picture's width is divided to look for lines
const DIGIT_SIDE = 150;        // px, at most, of a digit that is thinned
const MOST_PARTS = 500;        // a picture with more pieces of ink is no page of digits

// ── 1. The picture ──

// The grey of pixels of red, green, blue and opacity, from 0 (black) to 1 (white), on white paper.
function greyOf(rgba) {
  const grey = new Float32Array(rgba.length / 4);
  for (let i = 0; i < grey.length; i++) {
    const luminance = 0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2];
    const opacity = rgba[4 * i + 3] / 255;
    grey[i] = 1 - opacity + opacity * luminance / 255;
  }
  return grey;
}

function newRaster(width, height) {
  return { width, height, values: new Float32Array(width * height) };
}

// The means of squares of factor × factor pixels; those at the right and bottom may be smaller.
function shrink(raster, factor) {
  if (factor === 1) return raster;
  const { width, height, values } = raster;
  const small = newRaster(Math.ceil(width / factor), Math.ceil(height / factor));
  const counts = new Uint32Array(small.values.length);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / factor) * small.width;
    for (let x = 0; x < width; x++) {
      const at = row + Math.floor(x / factor);
      small.values[at] += values[y * width + x];
      counts[at] += 1;
    }
  }
  for (let i = 0; i < counts.length; i++) small.values[i] /= counts[i];
  return small;
}

// factor times the pixels each way; between their centres, what lies between. Only the first
// `width` columns and `height` rows of it are made.
function* enlarge(raster, factor, width = raster.width * factor, height = raster.height * factor) {
  const large = newRaster(width, height);
  const columns = placesIn(raster.width, factor, width);
  const rows = placesIn(raster.height, factor, height);
  for (let y = 0; y < height; y++) {
    if (y % 64 === 0) yield;
    const { before: top, after: bottom, part: down } = rows[y];
    for (let x = 0; x < width; x++) {
      const { before: left, after: right, part: across } = columns[x];
      const upper = raster.values[top * raster.width + left] * (1 - across)
        + raster.values[top * raster.width + right] * across;
      const lower = raster.values[bottom * raster.width + left] * (1 - across)
        + raster.values[bottom * raster.width + right] * across;
      large.values[y * width + x] = upper * (1 - down) + lower * down;
    }
  }
  return large;
}

// Between which two pixels of a side each pixel of the enlarged side lies, and how near the second.
function placesIn(side, factor, count) {
  return Array.from({ length: count }, (_, i) => {
    const at = clip((i + 0.5) / factor - 0.5, 0, side - 1);
    const before = Math.floor(at);
    return { before, after: Math.min(before + 1, side - 1), part: at - before };
  });
}

// What is in a box of a raster.
function crop({ width, values }, { left, top, right, bottom }) {
  const part = newRaster(right - left, bottom - top);
  for (let y = top; y < bottom; y++) {
    const row = values.subarray(y * width + left, y * width + right);
    part.values.set(row, (y - top) * part.width);
  }
  return part;
}

// ── 2. The sheet on a table ──

// The part of a picture that shows a sheet of paper on a darker table. What is beside the sheet in
// this part is made as light as the sheet would be there: so it has no ink. null where no sheet on
// a table is found for sure.
function* cutOutSheet(grey) {
  const factor = Math.ceil(Math.max(grey.width, grey.height) / THUMBNAIL_SIDE);
  const thumbnail = shrink(grey, factor);
  yield;
  const sheet = yield* findSheet(thumbnail);
  if (sheet === null) return null;
  const light = yield* fitLight(thumbnail, sheet);
  const inside = yield* withoutRim(sheet, 2);    // at the rim, there is table in it
  const { pieces } = yield* connectedPieces(inside, inside);
  const [box] = pieces;                          // the only one, as it has no dents
  const part = crop(grey, {
    left: factor * box.left,
    top: factor * box.top,
    right: Math.min(factor * box.right, grey.width),
    bottom: Math.min(factor * box.bottom, grey.height),
  });
  const smallSheet = crop(inside, box);
  const smallPaper = crop(light, box);
  const isSheet = yield* enlarge(smallSheet, factor, part.width, part.height);
  const paper = yield* enlarge(smallPaper, factor, part.width, part.height);
  for (let i = 0; i < part.values.length; i++) {
    if (i % 100000 === 0) yield;
    if (isSheet.values[i] <= 0.5) part.values[i] = paper.values[i];
  }
  return part;
}

// Where a sheet of paper lies on a table, a raster of 0 and 1, or null. A sheet is the one large
// bright area of a small picture. But for the ink on it, it has neither dents nor holes; and beyond
// its edge, it is dark at once. White digits on black have dents or holes, and black ones on paper
// leave it bright on both sides.
function* findSheet(grey) {
  const bright = findBright(grey);
  const { pieces, pieceNumbers } = yield* connectedPieces(bright, bright);
  if (pieces.length === 0) return null;          // all of it is equally bright
  const largest = pieces.reduce((one, other) => (other.area > one.area ? other : one));
  const [number] = largest.numbers;
  const isOfLargest = Float32Array.from(pieceNumbers, other => (other === number ? 1 : 0));
  const largestMask = { ...bright, values: isOfLargest };
  const sheet = yield* fillDents(largestMask);
  const pixels = sheet.values.length;
  const sheetArea = areaOf(sheet);
  const inside = sumOf(bright.values.filter((_, i) => sheet.values[i] === 1));
  const outside = sumOf(bright.values.filter((_, i) => sheet.values[i] === 0));
  const isLarge = sheetArea > 0.2 * pixels;
  const isBright = inside > 0.85 * sheetArea;    // all but the ink
  const isAlone = outside < 0.05 * (pixels - sheetArea);
  if (!isLarge || !isBright || !isAlone) return null;
  const isSheet = yield* isOnTable(sheet, grey);
  return isSheet ? sheet : null;
}

// Where a picture is brighter than Otsu's (1979) threshold: 0 or 1.
function findBright(grey) {
  const threshold = otsuThreshold(histogramOf(grey.values, 256));
  return { ...grey, values: grey.values.map(value => value > threshold ? 1 : 0) };
}

// The convex hull of a mask: as it is when a string is laid around it. A ruler is laid against it
// from all sides, in steps of 2 degrees: what is beyond one of them is outside.
function* fillDents(mask) {
  const { width, height } = mask;
  const hull = newRaster(width, height);
  hull.values.fill(1);
  for (let degrees = 0; degrees < 180; degrees += 2) {
    yield;
    const right = Math.cos(degrees * Math.PI / 180);
    const down = Math.sin(degrees * Math.PI / 180);
    const across = new Float64Array(width * height);
    let least = Infinity;
    let most = -Infinity;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        across[at] = right * x + down * y;
        if (mask.values[at] === 0) continue;
        least = Math.min(least, across[at]);
        most = Math.max(most, across[at]);
      }
    }
    for (let at = 0; at < across.length; at++) {
      if (across[at] < least || across[at] > most) hull.values[at] = 0;
    }
  }
  return hull;
}

// Whether it is so dark beyond the edge of a sheet that something else begins there. Across the
// edge of a shadow the paper goes on, and it is less dark. Such an edge parts the picture, while a
// sheet ends within it: so the more of the picture's corners are on the sheet, the darker the table
// must be.
function* isOnTable(sheet, grey) {
  const { width, height, values } = sheet;
  const inner = yield* withoutRim(sheet, 2);
  const innermost = yield* withoutRim(sheet, 3);
  const outer = yield* withRim(sheet, 1);
  const outermost = yield* withRim(sheet, 2);
  const justInside = grey.values.filter((_, i) => inner.values[i] > innermost.values[i]);
  const justOutside = grey.values.filter((_, i) => outermost.values[i] > outer.values[i]);
  if (justInside.length === 0 || justOutside.length === 0) return false;
  const lastRow = (height - 1) * width;
  const corners = values[0] + values[width - 1] + values[lastRow] + values[lastRow + width - 1];
  const share = medianOf(justOutside) / Math.max(medianOf(justInside), 1e-3);
  return share < 0.75 - 0.15 * corners;
}

// A mask that ends so many pixels farther in, also where the picture cuts it off.
function* withoutRim(mask, margin) {
  const { width, height, values } = yield* slideOverSquares(mask, 2 * margin + 1, Math.min);
  const isCutOff = (x, y) =>
    x < margin || x >= width - margin || y < margin || y >= height - margin;
  return {
    ...mask,
    values: values.map((value, i) => isCutOff(i % width, Math.floor(i / width)) ? 0 : value),
  };
}

// A mask that ends so many pixels farther out.
function* withRim(mask, margin) {
  return yield* slideOverSquares(mask, 2 * margin + 1, Math.max);
}

// ── 3. The light taken away ──

// How much darker than its paper each pixel is, from 0 to 1; if the ink is light, how much lighter.
function* takeLightAway(grey) {
  const factor = Math.ceil(Math.max(grey.width, grey.height) / THUMBNAIL_SIDE);
  let thumbnail = shrink(grey, factor);
  yield;
  let light = yield* fitLight(thumbnail);
  const isInkLight = inkIsLight(thumbnail, light);
  if (isInkLight) {
    thumbnail = { ...thumbnail, values: thumbnail.values.map(value => 1 - value) };
    light = { ...light, values: light.values.map(value => 1 - value) };
  }
  const smallPaper = yield* paperOf(thumbnail, light);
  const paper = yield* enlarge(smallPaper, factor, grey.width, grey.height);
  const ink = newRaster(grey.width, grey.height);
  for (let i = 0; i < ink.values.length; i++) {
    if (i % 100000 === 0) yield;
    const value = isInkLight ? 1 - grey.values[i] : grey.values[i];
    ink.values[i] = clip(1 - value / Math.max(paper.values[i], 0.05), 0, 1);
  }
  return ink;
}

// The light on the paper: a surface of second degree in x and y, fitted so that ink hardly pulls
// it. Ten times over, each pixel counts the less the farther it lies from the surface of before.
// Pixels that are not on the sheet, a raster of 0 and 1, do not count at all.
function* fitLight(grey, sheet = null) {
  const { width, height, values } = grey;
  const longest = Math.max(width, height);
  const terms = [];                              // of each pixel: 1, x, y, x², xy, y²
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const right = x / longest;
      const down = y / longest;
      terms.push([1, right, down, right * right, right * down, down * down]);
    }
  }
  const isPaper = sheet === null ? new Float32Array(values.length).fill(1) : sheet.values;
  const weights = Float64Array.from(isPaper);
  const light = newRaster(width, height);
  for (let round = 0; round < 10; round++) {
    yield;
    const coefficients = fitTerms(terms, values, weights);
    terms.forEach((term, i) => {
      light.values[i] = term.reduce((sum, value, k) => sum + value * coefficients[k], 0);
    });
    const residuals = values.map((value, i) => value - light.values[i]);
    // How far off a pixel usually is. A weight is 1 on the surface, and 1/2 twice as far off.
    const onPaper = residuals.filter((_, i) => isPaper[i] === 1);
    const usual = Math.max(medianOf(onPaper.map(Math.abs)), 1e-3);
    residuals.forEach((residual, i) => {
      weights[i] = isPaper[i] / (1 + (residual / (2 * usual)) ** 2);
    });
  }
  return light;
}

// The coefficients of the six terms for which the weighted sum of squared errors is smallest.
function fitTerms(terms, values, weights) {
  // The normal equations: six, each with six factors and, last, the right-hand side.
  const matrix = Array.from({ length: 6 }, () => new Float64Array(7));
  terms.forEach((term, i) => {
    for (let row = 0; row < 6; row++) {
      const weighted = weights[i] * term[row];
      for (let column = 0; column < 6; column++) matrix[row][column] += weighted * term[column];
      matrix[row][6] += weighted * values[i];
    }
  });
  for (let row = 0; row < 6; row++) matrix[row][row] += 1e-9;   // so there is a solution
  return solve(matrix);
}

// Solves linear equations by elimination (Gauss); the last column is the right-hand side.
function solve(matrix) {
  const size = matrix.length;
  for (let pivot = 0; pivot < size; pivot++) {
    let largest = pivot;         // the row with the largest number in this column: it is not 0
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(matrix[row][pivot]) > Math.abs(matrix[largest][pivot])) largest = row;
    }
    [matrix[pivot], matrix[largest]] = [matrix[largest], matrix[pivot]];
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = matrix[row][pivot] / matrix[pivot][pivot];
      for (let column = pivot; column <= size; column++) {
        matrix[row][column] -= factor * matrix[pivot][column];
      }
    }
  }
  return matrix.map((row, i) => row[size] / row[i]);
}

// Whether the ink is lighter than its paper, as two witnesses say. What departs farthest from the
// light is ink: so the skewness of the departures tells its side. And the edge of a picture is
// mostly paper: that matters where a crop is so tight that ink is nearly as frequent as paper.
function inkIsLight(grey, light) {
  const { width, height, values } = grey;
  let squares = 0;
  let cubes = 0;
  values.forEach((value, i) => {
    const departure = value - light.values[i];
    squares += departure ** 2;
    cubes += departure ** 3;
  });
  const meanSquare = squares / values.length;
  const meanCube = cubes / values.length;
  const skewness = meanCube / (meanSquare ** 1.5 + 1e-9);       // of a blank picture, 0 / 1e-9
  const edge = [];
  for (let x = 0; x < width; x++) edge.push(values[x], values[(height - 1) * width + x]);
  for (let y = 0; y < height; y++) edge.push(values[y * width], values[y * width + width - 1]);
  const darkest = percentileOf(values, 1);
  const lightest = percentileOf(values, 99);
  const lightness = (medianOf(edge) - darkest) / Math.max(lightest - darkest, 1e-3);
  const edgeSays = 1 - 2 * clip(lightness, 0, 1);      // 1: a dark edge, -1: a light one
  return skewness + edgeSays > 0;
}

// How light the paper under the ink is. Closing fills what is darker and narrower than a fifth of
// the picture. Where the light changes slowly, the result is too bright at the edges, unless the
// light is divided out before; but at the edge of a shadow it is better without that. So both are
// made, and the darker of the two is the paper.
function* paperOf(thumbnail, light) {
  const longest = Math.max(thumbnail.width, thumbnail.height);
  const fifth = Math.floor(longest / 5);
  const size = fifth % 2 === 0 ? fifth + 1 : fifth;             // odd: a square with a middle pixel
  const brightness = light.values.map(value => Math.max(value, 0.05));
  const evenlyLit = thumbnail.values.map((value, i) => value / brightness[i]);
  const closed = yield* closing(thumbnail, size);
  const evenlyLitClosed = yield* closing({ ...thumbnail, values: evenlyLit }, size);
  const darker = closed.values.map((value, i) =>
    Math.min(value, evenlyLitClosed.values[i] * brightness[i]));
  return meanOfNine({ ...thumbnail, values: darker });
}

// The value that so many per cent of the values do not exceed. If that falls between two of them,
// it is what lies between.
function percentileOf(values, percentage) {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * percentage / 100;
  const before = Math.floor(place);
  const after = Math.min(before + 1, sorted.length - 1);
  return sorted[before] + (place - before) * (sorted[after] - sorted[before]);
}

function medianOf(values) {
  return percentileOf(values, 50);
}

// Fills what is darker and narrower than a square of `size` pixels.
function* closing(raster, size) {
  const dilated = yield* slideOverSquares(raster, size, Math.max);
  return yield* slideOverSquares(dilated, size, Math.min);
}

// For each pixel the largest (pick: Math.max) or the smallest (Math.min) of a square around it.
function* slideOverSquares(raster, size, pick) {
  const picked = yield* slideAlongRows(raster, size, pick);
  return yield* slideDownColumns(picked, size, pick);
}

// The same of the `size` pixels of its row that are around it. Beyond the edge there are none.
function* slideAlongRows({ width, height, values }, size, pick) {
  const result = newRaster(width, height);
  const half = Math.floor(size / 2);
  for (let y = 0; y < height; y++) {
    if (y % 8 === 0) yield;
    for (let x = 0; x < width; x++) {
      const first = Math.max(x - half, 0);
      const last = Math.min(x + half, width - 1);
      let picked = values[y * width + x];
      for (let k = first; k <= last; k++) picked = pick(picked, values[y * width + k]);
      result.values[y * width + x] = picked;
    }
  }
  return result;
}

function* slideDownColumns(raster, size, pick) {
  const picked = yield* slideAlongRows(transposeRaster(raster), size, pick);
  return transposeRaster(picked);
}

function transposeRaster({ width, height, values }) {
  const turned = newRaster(height, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) turned.values[x * height + y] = values[y * width + x];
  }
  return turned;
}

// The mean of each pixel and its eight neighbours.
function meanOfNine({ width, height, values }) {
  const result = newRaster(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const row = clip(y + dy, 0, height - 1);
          const column = clip(x + dx, 0, width - 1);
          sum += values[row * width + column];
        }
      }
      result.values[y * width + x] = sum / 9;
    }
  }
  return result;
}

// ── 4. Ink ──

// The ink without what is printed on ruled or squared paper: the lines across, then those down.
function* removeRules(ink) {
  const withoutRows = yield* removeLinesAcross(ink);
  const turned = yield* removeLinesAcross(transposeRaster(withoutRows));
  return transposeRaster(turned);
}

// The ink without the printed lines that run from left to right.
function* removeLinesAcross(ink) {
  const thickestLine = 2 * Math.floor(ink.width / 80) + 3;      // how many rows one may fill
  const ridges = yield* ridgesOf(ink, thickestLine);
  const lines = yield* findLines(ridges, ink.width, thickestLine);
  return yield* eraseLines(ink, lines, ridges, thickestLine);
}

// Lines that run straight across a picture of this width and are thin: the row of each, block by
// block. ridges: how much darker each row of a block is than what is around it.
function* findLines(ridges, width, thickestLine) {
  const lines = [];
  const candidates = yield* linesWithInk(ridges, width);
  for (const line of candidates) {
    if (lines.every(other => areApart(line, other, thickestLine))) lines.push(line);
  }
  return lines;
}

// Opening leaves what is thicker than a line; the rest stands out from it.
function* ridgesOf(ink, thickestLine) {
  const strips = meansOfBlocks(ink);
  yield;
  const eroded = yield* slideDownColumns(strips, thickestLine, Math.min);
  const opened = yield* slideDownColumns(eroded, thickestLine, Math.max);
  return { ...strips, values: strips.values.map((value, i) => value - opened.values[i]) };
}

// The mean ink of each row within each block of columns: a raster BLOCKS wide.
function meansOfBlocks(ink) {
  const { width, height, values } = ink;
  const means = newRaster(BLOCKS, height);
  for (let block = 0; block < BLOCKS; block++) {
    const start = Math.floor(block * width / BLOCKS);
    const end = Math.max(Math.floor((block + 1) * width / BLOCKS), start + 1);
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (let x = start; x < end; x++) sum += values[y * width + x];
      means.values[y * BLOCKS + block] = sum / (end - start);
    }
  }
  return means;
}

// As Hough did (1962), all straight lines are tried. Returned are those on which at least three
// quarters of the blocks have ink, the darkest first.
function* linesWithInk(ridges, width) {
  yield;
  const { height } = ridges;
  const leastInk = Math.max(4 * medianOf(ridges.values), 0.02);
  const reach = Math.floor(width / 10);
  const step = Math.max(1, Math.floor(width / 400));
  const candidates = [];
  for (let drop = -reach; drop <= reach; drop += step) {        // px, from left to right
    yield;
    const shifts = straightLine(0, drop);
    for (let row = 0; row < height; row++) {
      let found = 0;             // blocks with ink
      let total = 0;
      for (let block = 0; block < BLOCKS; block++) {
        const y = row + shifts[block];
        if (y < 0 || y >= height) continue;
        const darkness = ridges.values[y * BLOCKS + block];
        if (darkness > leastInk) found += 1;
        total += darkness;
      }
      if (found >= 0.75 * BLOCKS) candidates.push({ total, row, drop });
    }
  }
  candidates.sort((one, other) => {
    if (one.total !== other.total) return other.total - one.total;
    if (one.row !== other.row) return other.row - one.row;
    return other.drop - one.drop;
  });
  return candidates.map(({ row, drop }) => straightLine(row, drop));
}

// The row in each block of a line that is at this row in the middle, and falls by so many pixels.
function straightLine(row, drop) {
  return Array.from({ length: BLOCKS }, (_, block) => {
    const place = (block + 0.5) / BLOCKS - 0.5;
    return row + Math.round(drop * place);
  });
}

// Whether two lines nowhere cross, and somewhere lie farther apart than one is thick.
function areApart(line, other, thickestLine) {
  const differences = line.map((row, block) => row - other[block]);
  const isCrossing = Math.min(...differences) <= 0 && Math.max(...differences) >= 0;
  const farthest = Math.max(...differences.map(Math.abs));
  return !isCrossing && farthest > thickestLine;
}

// The ink without these lines. Where the ink of a digit crosses a line, it stays.
function* eraseLines(ink, lines, ridges, thickestLine) {
  const erased = { ...ink, values: ink.values.slice() };
  for (const straight of lines) {
    yield;
    const reach = 2 + Math.floor(ink.width / 400);
    const line = straight.map((row, block) => darkestRow(ridges, row, block, reach));
    const { darkness, half } = measureLine(line, ridges, thickestLine);
    const isLine = half < thickestLine;          // else it is dark as far as was measured
    if (isLine) eraseLine(erased, line, darkness, half);
  }
  return erased;
}

// The darkest of the rows around a row of a block: no paper is quite flat.
function darkestRow(ridges, row, block, reach) {
  let darkest = -1;
  let most = -Infinity;
  for (let offset = -reach; offset <= reach; offset++) {
    const y = clip(row + offset, 0, ridges.height - 1);
    const value = ridges.values[y * BLOCKS + block];
    if (value > most) {
      most = value;
      darkest = y;
    }
  }
  return darkest;
}

// How dark a line is, and over how many rows above and below its middle it extends.
function measureLine(line, ridges, thickestLine) {
  const profile = [];            // its darkness row by row, from thickestLine above to that below
  for (let offset = -thickestLine; offset <= thickestLine; offset++) {
    const across = line.map((row, block) => {
      const y = clip(row + offset, 0, ridges.height - 1);
      return ridges.values[y * BLOCKS + block];
    });
    profile.push(medianOf(across));
  }
  const darkness = Math.max(...profile);
  let half = 1;
  profile.forEach((value, i) => {
    if (value > darkness / 4) half = Math.max(half, Math.abs(i - thickestLine));
  });
  return { darkness, half };
}

// Takes a line out of the ink, in place. What is twice as dark as the line is no part of it.
function eraseLine({ width, height, values }, line, darkness, half) {
  for (let x = 0; x < width; x++) {
    const middle = rowAt(line, x, width);
    const above = values[clip(middle - half - 2, 0, height - 1) * width + x];
    const below = values[clip(middle + half + 2, 0, height - 1) * width + x];
    if (Math.max(above, below) >= 0.75 * darkness) continue;            // ink crosses it here
    for (let y = middle - half - 1; y <= middle + half + 1; y++) {
      if (y >= 0 && y < height && values[y * width + x] < 2 * darkness) values[y * width + x] = 0;
    }
  }
}

// The row of a line at a column, between the middles of its blocks.
function rowAt(line, x, width) {
  const place = clip((x + 0.5) * BLOCKS / width - 0.5, 0, BLOCKS - 1);
  const before = Math.floor(place);
  const after = Math.min(before + 1, BLOCKS - 1);
  return Math.round(line[before] + (place - before) * (line[after] - line[before]));
}

// Where there is ink, mask, and where there is a trace of it, faint: rasters of 0 and 1. Ink is
// what is darker than a threshold. Otsu's (1979) parts two groups of values as well as can be, but
// fails where one group is far smaller. So paper counts for no more than what stands out from its
// grain: that leaves two groups of a size. A trace is fainter, but still stands out: it shows which
// pieces a pencil or a dry pen has drawn in one go (Canny, 1986, found edges so).
function* findInk(ink) {
  const blurred = yield* blur(ink, 0.5 + Math.max(ink.width, ink.height) / 1600);
  const fine = histogramOf(blurred.values, 65536);
  yield;
  // The lightest quarter of a picture is paper, even where ink is frequent. If paper is normally
  // distributed, a twentieth of it is 1.64 standard deviations or more below the mean, and a
  // quarter 0.67 or more.
  const twentieth = percentileOfHistogram(fine, 5);
  const quarter = percentileOfHistogram(fine, 25);
  const grain = (quarter - twentieth) / (1.64 - 0.67); // one standard deviation
  const mean = quarter + 0.67 * grain;
  // What lies four standard deviations above the mean of paper, and a bit more, is no grain.
  const outstanding = mean + 4 * grain + 0.02;
  const paper = histogramOf(blurred.values, 256, -Infinity, outstanding);
  yield;
  const other = histogramOf(blurred.values, 256, outstanding, Infinity);
  yield;
  const paperCount = sumOf(paper);
  const otherCount = sumOf(other);
  const mask = newRaster(ink.width, ink.height);
  const faint = newRaster(ink.width, ink.height);
  if (otherCount === 0) return { mask, faint };        // blank paper: neither ink nor a trace
  yield;
  const weight = otherCount / Math.max(paperCount, 1);          // so that paper counts for as much
  const balanced = Float64Array.from(paper, (count, i) => count * weight + other[i]);
  const threshold = otsuThreshold(balanced);
  const aboveGrain = Math.max(FAINT * threshold, outstanding);  // a trace, too, stands out,
  const faintest = Math.min(aboveGrain, threshold);             // and all ink is a trace
  blurred.values.forEach((value, i) => {
    if (value > threshold) mask.values[i] = 1;
    if (value > faintest) faint.values[i] = 1;
  });
  return { mask, faint };
}

// A Gaussian blur, along the rows and then along the columns. Beyond the edge is a mirror.
function* blur(raster, sigma) {
  const kernel = gaussianKernel(sigma);
  const blurredAcross = yield* blurAlongRows(raster, kernel);
  return yield* blurAlongColumns(blurredAcross, kernel);
}

// The weights of a pixel and of its neighbours to both sides. Their sum is 1.
function gaussianKernel(sigma) {
  const radius = Math.floor(4 * sigma + 0.5);
  const heights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const sum = sumOf(heights);
  return heights.map(height => height / sum);
}

// The place in a row, or a column, of this length; one beyond its ends is the mirror image of it.
function mirrored(place, length) {
  const fromEdge = place < 0 ? -place - 1 : place;
  const at = fromEdge % (2 * length);            // in the row and its mirror image beside it
  return at < length ? at : 2 * length - 1 - at;
}

// In the inner part of a row no place is mirrored: to know that is faster, and changes nothing.
function* blurAlongRows({ width, height, values }, kernel) {
  const radius = (kernel.length - 1) / 2;
  const blurred = newRaster(width, height);
  for (let y = 0; y < height; y++) {
    if (y % 16 === 0) yield;
    for (let x = 0; x < width; x++) {
      const isInside = x >= radius && x < width - radius;
      let total = 0;
      for (let k = -radius; k <= radius; k++) {
        const at = isInside ? x + k : mirrored(x + k, width);
        total += kernel[k + radius] * values[y * width + at];
      }
      blurred.values[y * width + x] = total;
    }
  }
  return blurred;
}

// Whole rows are added up, as they lie in memory: that is faster, and changes nothing.
function* blurAlongColumns({ width, height, values }, kernel) {
  const radius = (kernel.length - 1) / 2;
  const blurred = newRaster(width, height);
  for (let y = 0; y < height; y++) {
    if (y % 16 === 0) yield;
    for (let k = -radius; k <= radius; k++) {
      const from = mirrored(y + k, height) * width;
      const weight = kernel[k + radius];
      for (let x = 0; x < width; x++) {
        blurred.values[y * width + x] += weight * values[from + x];
      }
    }
  }
  return blurred;
}

// How many of the values lie in each of so many equal steps from 0 to 1. Only those count that are
// larger than `above` and no larger than `most`.
function histogramOf(values, steps, above = -Infinity, most = Infinity) {
  const counts = new Uint32Array(steps);
  for (let i = 0; i < values.length; i++) {
    if (values[i] <= above || values[i] > most) continue;
    counts[Math.min(Math.floor(values[i] * steps), steps - 1)] += 1;
  }
  return counts;
}

// percentileOf, for millions of values: to the width of a step.
function percentileOfHistogram(counts, percentage) {
  const total = sumOf(counts);
  const place = (total - 1) * percentage / 100;
  let below = 0;
  for (let step = 0; step < counts.length; step++) {
    below += counts[step];
    if (below > place) return step / counts.length;
  }
  return 1;
}

// The threshold that parts the values into two groups with the largest variance between them.
function otsuThreshold(counts) {
  const middleOfStep = step => (step + 0.5) / counts.length;
  let total = 0;
  let moment = 0;
  counts.forEach((count, step) => {
    total += count;
    moment += count * middleOfStep(step);
  });
  let threshold = 0;
  let largestVariance = -1;
  let weight = 0;                // of the group below the threshold
  let lower = 0;                 // its moment
  for (let step = 0; step < counts.length; step++) {
    weight += counts[step];
    lower += counts[step] * middleOfStep(step);
    if (weight === 0 || weight >= total) continue;
    const difference = lower / weight - (moment - lower) / (total - weight);
    const variance = weight * (total - weight) * difference * difference;
    if (variance > largestVariance) {
      largestVariance = variance;
      threshold = middleOfStep(step);
    }
  }
  return threshold;
}

// ── 5. Digits ──

// A part is a piece of connected ink, or several that belong together: the box around it, its area,
// and numbers, those of its pieces (or strokes).
function widthOf(part) {
  return part.right - part.left;
}

function heightOf(part) {
  return part.bottom - part.top;
}

function middleX(part) {
  return (part.left + part.right) / 2;
}

function middleY(part) {
  return (part.top + part.bottom) / 2;
}

// The digits among the ink, in reading order, and which piece of ink each pixel belongs to.
function* findDigitsInInk(mask, faint) {
  const { pieces, pieceNumbers } = yield* connectedPieces(mask, faint);
  const penWidth = penWidthOf(mask);
  yield;
  const longest = Math.max(mask.width, mask.height);
  let parts = pieces.filter(piece => {
    const isSpeck = piece.area <= penWidth * penWidth;
    return !isSpeck && !isAtEdge(piece, mask, longest / 50);
  });
  if (parts.length === 0 || parts.length > MOST_PARTS) return { digits: [], pieceNumbers };
  // Where a pen has left gaps, a digit is in crumbs: these are joined before digits are measured.
  const withoutCrumbs = joinSmall(parts, 4 * penWidth, 1.5 * penWidth);
  const typical = typicalHeight(withoutCrumbs);
  parts = parts.filter(part => heightOf(part) < 3 * typical && widthOf(part) < 3 * typical);
  // What is about half as tall is a piece of a digit: the hat of a 5, the bar of a 7.
  parts = joinSmall(parts, 0.55 * typical, typical / 5);
  parts = joinAll(parts, (one, other) => areOne(one, other, typical));
  parts = parts.filter(part => heightOf(part) > 0.4 * typical);         // what is smaller is a dot
  return { digits: inReadingOrder(parts, typical), pieceNumbers };
}

// About how many pixels wide the strokes of a mask are: a stroke has two edges.
function penWidthOf(mask) {
  return 2 * areaOf(mask) / Math.max(edgeOf(mask), 1);
}

function areaOf(mask) {
  return sumOf(mask.values);
}

// How many pixels of ink have paper at a side.
function edgeOf({ width, height, values }) {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    const x = i % width;
    const y = Math.floor(i / width);
    const hasPaper = (x > 0 && values[i - 1] === 0) || (x < width - 1 && values[i + 1] === 0)
      || (y > 0 && values[i - width] === 0) || (y < height - 1 && values[i + width] === 0);
    if (hasPaper) count += 1;
  }
  return count;
}

// The pieces of ink that a trace joins, by sides or corners, each with its box and area, and for
// each pixel of ink the number of its piece, from 1; 0 is paper.
function* connectedPieces(mask, faint) {
  const pieceNumbers = new Int32Array(faint.values.length);
  const pieces = [];
  let number = 0;
  for (let start = 0; start < pieceNumbers.length; start++) {
    if (start % 200000 === 0) yield;
    if (faint.values[start] === 0 || pieceNumbers[start] !== 0) continue;
    number += 1;
    const piece = yield* floodPiece(start, number, mask, faint, pieceNumbers);
    if (piece.area > 0) pieces.push(piece);      // else it is a trace, and no ink in it
    yield;                                       // many small ones take long, too
  }
  yield;
  for (let at = 0; at < pieceNumbers.length; at++) {
    if (mask.values[at] === 0) pieceNumbers[at] = 0;
  }
  return { pieces, pieceNumbers };
}

// The piece that one of its pixels belongs to: from there it spreads to all that it touches. Writes
// its number into pieceNumbers.
function* floodPiece(start, number, mask, faint, pieceNumbers) {
  const { width, height } = faint;
  const piece = { left: width, top: height, right: 0, bottom: 0, area: 0, numbers: [number] };
  const waiting = [start];
  pieceNumbers[start] = number;
  let visited = 0;
  while (waiting.length > 0) {
    visited += 1;
    if (visited % 50000 === 0) yield;
    const at = waiting.pop();
    const x = at % width;
    const y = Math.floor(at / width);
    if (mask.values[at] === 1) enclose(piece, x, y);
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
        const next = at + dy * width + dx;
        if (faint.values[next] === 0 || pieceNumbers[next] !== 0) continue;
        pieceNumbers[next] = number;
        waiting.push(next);
      }
    }
  }
  return piece;
}

// A piece grows by a pixel of ink.
function enclose(piece, x, y) {
  piece.area += 1;
  piece.left = Math.min(piece.left, x);
  piece.right = Math.max(piece.right, x + 1);
  piece.top = Math.min(piece.top, y);
  piece.bottom = Math.max(piece.bottom, y + 1);
}

// Whether a part lies along the picture's edge: the end of a line, a frame, a shadow.
function isAtEdge(part, { width, height }, strip) {
  return part.right < strip || part.left > width - strip
    || part.bottom < strip || part.top > height - strip;
}

// How far two parts are from each other: the shortest way between their boxes.
function gapBetween(one, other) {
  const across = Math.max(one.left - other.right, other.left - one.right, 0);
  const down = Math.max(one.top - other.bottom, other.top - one.bottom, 0);
  return Math.hypot(across, down);
}

function joinParts(one, other) {
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
    area: one.area + other.area,
    numbers: [...one.numbers, ...other.numbers],
  };
}

// The height of the parts in the middle: half of all ink is in parts no taller. As ink is counted,
// not parts, specks do not sway it.
function typicalHeight(parts) {
  const sorted = sortedByHeight(parts);
  const whole = sumOf(sorted.map(part => part.area));
  let covered = 0;
  const middle = sorted.find(part => {
    covered += part.area;
    return covered >= whole / 2;
  });
  return heightOf(middle);
}

function sortedByHeight(parts) {
  return [...parts].sort((one, other) => heightOf(one) - heightOf(other));
}

// Joins each part that is too small for a digit with the nearest within reach. The smallest comes
// first. What is joined waits for its turn again, as it may still be too small.
function joinSmall(parts, small, reach) {
  let waiting = sortedByHeight(parts);
  let alone = [];
  while (waiting.length > 0 && heightOf(waiting[0]) < small) {
    const part = waiting.shift();
    let nearest = null;
    for (const other of [...waiting, ...alone]) {
      if (nearest === null || gapBetween(part, other) < gapBetween(part, nearest)) nearest = other;
    }
    if (nearest === null || gapBetween(part, nearest) > reach) {
      alone.push(part);
      continue;
    }
    waiting = waiting.filter(other => other !== nearest);
    alone = alone.filter(other => other !== nearest);
    waiting = sortedByHeight([...waiting, joinParts(part, nearest)]);
  }
  return [...waiting, ...alone];
}

// Joins what belongs together until nothing more does.
function joinAll(parts, belongTogether) {
  const joined = [...parts];
  let i = 0;
  while (i < joined.length) {
    const found = joined.findIndex((other, j) => j !== i && belongTogether(joined[i], other));
    if (found < 0) {
      i += 1;
      continue;
    }
    joined[i] = joinParts(joined[i], joined[found]);
    joined.splice(found, 1);
    i = 0;                       // it may belong to an earlier one
  }
  return joined;
}

// Whether two parts are of one digit: one over the other, or as the two halves of an open 4.
// tallest: how tall a digit may be, in typical heights.
function areOne(one, other, typical, tallest = 1.6) {
  const whole = joinParts(one, other);
  if (heightOf(whole) > tallest * typical) return false;        // two digits, one over the other
  // How much their boxes have in common; below 0, how far they are apart.
  const commonWidth = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const commonHeight = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  const taller = Math.max(heightOf(one), heightOf(other));
  if (commonWidth > 0.5 * Math.min(widthOf(one), widthOf(other))) {
    if (taller < 0.6 * typical) return commonHeight > -typical / 3;     // a 5 of two strokes
    return commonHeight > -typical / 8;
  }
  const areSteps = taller < 0.85 * heightOf(whole);             // as in a 4 that is open at the top
  const areNear = commonWidth > -typical / 5 && commonHeight > 0;
  return areSteps && areNear && widthOf(whole) < 1.2 * typical;
}

// The parts line by line, from left to right, each with the number of its line. Lines may slope: by
// the median of the slopes from each part to the next one at its right.
function inReadingOrder(parts, typical) {
  const slopes = [];
  for (const part of parts) {
    const following = nextAtRight(part, parts);
    if (following === null) continue;
    const down = middleY(following) - middleY(part);
    const right = middleX(following) - middleX(part);           // more than 0
    slopes.push(down / right);
  }
  const slope = slopes.length > 0 ? medianOf(slopes) : 0;
  // How far down a part would stand if the lines did not slope.
  const level = part => middleY(part) - slope * middleX(part);
  let line = 0;
  let levels = [];               // of the parts in this line
  for (const part of [...parts].sort((one, other) => level(one) - level(other))) {
    const isNewLine = levels.length > 0 && level(part) - meanOfLevels(levels) > 0.6 * typical;
    if (isNewLine) {
      line += 1;
      levels = [];
    }
    levels.push(level(part));
    part.line = line;
  }
  return [...parts].sort((one, other) => {
    if (one.line !== other.line) return one.line - other.line;
    return middleX(one) - middleX(other);
  });
}

function meanOfLevels(levels) {
  return sumOf(levels) / levels.length;
}

// The part that begins next at the right of another, at about its height, or null. Its middle, too,
// lies farther to the right.
function nextAtRight(part, parts) {
  let following = null;
  for (const other of parts) {
    const isFarther = other.left > part.left && middleX(other) > middleX(part);
    const inCommon = Math.min(part.bottom, other.bottom) - Math.max(part.top, other.top);
    const isBeside = inCommon > 0.5 * Math.min(heightOf(part), heightOf(other));
    if (!isFarther || !isBeside) continue;
    if (following === null || other.left < following.left) following = other;
  }
  return following;
}

// ── 6. Strokes ──

// The strokes that a pen would have drawn the ink with, in pixels of the mask.
function traceStrokes(mask) {
  const factor = Math.ceil(Math.max(mask.width, mask.height) / DIGIT_SIDE);
  // A smaller pixel is ink if half of it is. But a thin stroke never fills that much of one, and it
  // may lie between two, and waver: then a quarter of what it can fill will do.
  let enough = 0.5;
  const penWidth = penWidthOf(withBorder(mask));
  if (penWidth < factor) {
    const filled = penWidth / factor;
    enough = filled / 4;
  }
  const small = withBorder(inkWhere(shrink(mask, factor), enough));
  const skeleton = thin(small);
  const points = [];             // the places of the skeleton's pixels, row after row
  skeleton.values.forEach((value, at) => {
    if (value === 1) points.push(at);
  });
  // The pixels of ink for each point of the line down its middle: so wide is the stroke.
  const strokeWidth = areaOf(small) / Math.max(points.length, 1);
  const near = neighboursOf(points, skeleton.width);
  // The corner of a square end lies 1.4 half widths from the middle: thinning may lead there.
  const spurs = spursOf(walkAlong(points, near), near, 1.4 * strokeWidth / 2);
  const kept = points.filter(point => !spurs.has(point));
  const paths = walkAlong(kept, neighboursOf(kept, skeleton.width));
  return paths.map(path => {
    const places = path.map(at => [at % skeleton.width, Math.floor(at / skeleton.width)]);
    // One pixel less, as paper was added, and half a pixel more, to the middle of the pixel.
    return smoothPath(places).map(([x, y]) => [(x - 0.5) * factor, (y - 0.5) * factor]);
  });
}

// A mask: ink is where there is enough of it.
function inkWhere(raster, enough) {
  return { ...raster, values: raster.values.map(value => (value >= enough ? 1 : 0)) };
}

// A mask with one pixel of paper on every side.
function withBorder({ width, height, values }) {
  const bordered = newRaster(width + 2, height + 2);
  for (let y = 0; y < height; y++) {
    const row = values.subarray(y * width, (y + 1) * width);
    bordered.values.set(row, (y + 1) * bordered.width + 1);
  }
  return bordered;
}

// Takes away ink at its edges until lines one pixel wide are left (Guo and Hall, 1989).
function thin(mask) {
  const { width, height } = mask;
  const values = mask.values.slice();
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (const isFirstHalf of [true, false]) {
      const edge = [];
      for (let at = width + 1; at < values.length - width - 1; at++) {
        if (values[at] === 1 && mayGo(values, at, width, isFirstHalf)) edge.push(at);
      }
      for (const at of edge) values[at] = 0;
      if (edge.length > 0) hasChanged = true;
    }
  }
  return { width, height, values };
}

// Whether a pixel may be taken away: it holds nothing together, it is no end of a line, and it lies
// at an edge. In the first half of a round that is an edge at the right or above, in the second one
// at the left or below.
function mayGo(values, at, width, isFirstHalf) {
  // All around, from the east over the north: sides have even numbers, corners odd ones.
  const isInk = [
    values[at + 1], values[at - width + 1], values[at - width], values[at - width - 1],
    values[at - 1], values[at + width - 1], values[at + width], values[at + width + 1],
  ].map(value => value === 1);
  let lines = 0;                 // that meet here
  let pairs = 0;                 // of a corner and the side before it, with ink in one or both
  let otherPairs = 0;            // of a corner and the side after it
  for (let side = 0; side < 8; side += 2) {
    const corner = side + 1;
    const nextSide = (side + 2) % 8;
    if (!isInk[side] && (isInk[corner] || isInk[nextSide])) lines += 1;
    if (isInk[side] || isInk[corner]) pairs += 1;
    if (isInk[corner] || isInk[nextSide]) otherPairs += 1;
  }
  if (lines !== 1) return false;
  const least = Math.min(pairs, otherPairs);
  if (least < 2 || least > 3) return false;
  const [east, northEast, north, northWest, west, southWest, south, southEast] = isInk;
  if (isFirstHalf) return !(east && (northEast || north || !southEast));
  return !(west && (southWest || south || !northWest));
}

// Which points a line goes on to from each point: those at its sides, and those at its corners
// where no side leads there.
function neighboursOf(points, width) {
  const pointSet = new Set(points);
  const near = new Map();
  for (const at of points) {
    const found = [at + 1, at + width, at - 1, at - width].filter(side => pointSet.has(side));
    for (const [dx, dy] of [[1, 1], [-1, 1], [-1, -1], [1, -1]]) {
      const leadsBySide = pointSet.has(at + dx) || pointSet.has(at + dy * width);
      const corner = at + dy * width + dx;
      if (pointSet.has(corner) && !leadsBySide) found.push(corner);
    }
    near.set(at, found);
  }
  return near;
}

// The paths along points: from ends and crossings to the next, then the loops.
function walkAlong(points, near) {
  const walked = new Set();      // the steps from a point to its neighbour that were taken
  const paths = [];
  const knots = points.filter(point => near.get(point).length !== 2);   // ends and crossings
  for (const start of knots) {
    if (near.get(start).length === 0) paths.push([start]);      // a dot
    paths.push(...followAll(start, near, walked));
  }
  for (const start of points) paths.push(...followAll(start, near, walked));    // loops are left
  return paths;
}

// The paths from a point that have not been walked, neither there nor back.
function followAll(start, near, walked) {
  const paths = [];
  for (const following of near.get(start)) {
    const isWalked = walked.has(nameOfStep(start, following));
    if (!isWalked) paths.push(follow(start, following, near, walked));
  }
  return paths;
}

// The path from a point through its neighbour to the next end or crossing, or back to the point.
function follow(start, following, near, walked) {
  const path = [start, following];
  while (true) {
    const before = path.at(-2);
    const last = path.at(-1);
    walked.add(nameOfStep(before, last));
    walked.add(nameOfStep(last, before));
    if (near.get(last).length !== 2 || last === start) return path;
    const [one, other] = near.get(last);
    path.push(one === before ? other : one);
  }
}

function nameOfStep(from, to) {
  return `${from} ${to}`;
}

// The points of short dead ends, which thinning leaves where the edge of the ink is rough. A dead
// end leads from an end to a crossing, in fewer steps than `longest`.
function spursOf(paths, near, longest) {
  const spurs = new Set();
  for (const path of paths) {
    let end = path[0];
    let crossing = path.at(-1);
    if (near.get(end).length > near.get(crossing).length) {     // the path goes the other way
      [end, crossing] = [crossing, end];
    }
    const isDeadEnd = near.get(end).length === 1 && near.get(crossing).length > 2;
    const isShort = path.length - 1 < longest;
    if (!isDeadEnd || !isShort) continue;
    for (const point of path) {
      if (point !== crossing) spurs.add(point);
    }
  }
  return spurs;
}

// Each point the mean of the five around it; the two ends stay, and a loop has none.
function smoothPath(path) {
  if (path.length < 5) return path;
  const [firstX, firstY] = path[0];
  const [lastX, lastY] = path.at(-1);
  const isLoop = firstX === lastX && firstY === lastY;
  const count = isLoop ? path.length - 1 : path.length;
  const smoothed = [];
  for (let i = 0; i < count; i++) {
    let sumX = 0;
    let sumY = 0;
    for (let k = i - 2; k <= i + 2; k++) {
      const at = isLoop ? (k + count) % count : clip(k, 0, count - 1);
      sumX += path[at][0];
      sumY += path[at][1];
    }
    smoothed.push([sumX / 5, sumY / 5]);
  }
  if (isLoop) {
    smoothed.push(smoothed[0]);
  } else {
    smoothed[0] = path[0];
    smoothed[count - 1] = path[count - 1];
  }
  return smoothed;
}

// ── 7. All of it ──

// The digits in a grey picture, in reading order: the box of each, its line, and its strokes, all
// in pixels of the picture. Besides, to be looked at: ink, 0 to 1 in each pixel, and mask, 0 or 1.
function* findDigits(grey) {
  const factor = Math.max(Math.ceil(ENLARGED_SIDE / Math.max(grey.width, grey.height)), 1);
  const large = yield* enlarge(grey, factor);
  const inkAndRules = yield* takeLightAway(large);
  const ink = yield* removeRules(inkAndRules);
  const { mask, faint } = yield* findInk(ink);
  const { digits, pieceNumbers } = yield* findDigitsInInk(mask, faint);
  const found = [];
  for (const part of digits) {
    yield;
    found.push({
      left: part.left / factor,
      top: part.top / factor,
      right: part.right / factor,
      bottom: part.bottom / factor,
      line: part.line,
      strokes: strokesOf(part, pieceNumbers, mask.width, factor),
    });
  }
  return { ink: shrink(ink, factor), mask: shrink(mask, factor), digits: found };
}

// The sheet of paper in a grey picture, grey, and what findDigits returns of that.
//
// Where no sheet lies on a table, it is the whole picture. A sheet without a digit is none, either:
// a broad white 1 on black looks like one.
function* findDigitsOnSheet(grey) {
  const sheet = yield* cutOutSheet(grey);
  if (sheet !== null) {
    const found = yield* findDigits(sheet);
    if (found.digits.length > 0) return { ...found, grey: sheet };
  }
  const found = yield* findDigits(grey);
  return { ...found, grey };
}

// The strokes of one digit, in pixels of the picture before it was enlarged.
function strokesOf(part, pieceNumbers, width, factor) {
  const own = newRaster(widthOf(part), heightOf(part));
  const ownNumbers = new Set(part.numbers);
  for (let y = part.top; y < part.bottom; y++) {
    for (let x = part.left; x < part.right; x++) {
      const at = (y - part.top) * own.width + x - part.left;
      own.values[at] = ownNumbers.has(pieceNumbers[y * width + x]) ? 1 : 0;
    }
  }
  return traceStrokes(own).map(stroke =>
    stroke.map(([x, y]) => [(x + part.left) / factor, (y + part.top) / factor]));
}

// ── 8. Several digits on the sheet ──

// The digits that are drawn side by side, in reading order: which strokes each has. Strokes that
// touch are of one digit. For the rest the rules are those for the pieces of ink in a picture, but
// that a digit may be of two equal halves: an 8 of two loops.
function splitDrawing(strokes) {
  if (strokes.length < 2) return [strokes];
  let parts = strokes.map((stroke, number) => {
    const box = bounds([stroke]);
    // The height counts in place of an area: a bar is wide, but no digit is so flat.
    return { ...box, area: box.height, numbers: [number] };
  });
  const reach = 0.045 * typicalHeight(parts);                   // strokes nearer than this touch
  const paths = strokes.map(stroke => fillIn(stroke, reach / 2));
  parts = joinAll(parts, (one, other) => areTouching(one, other, paths, reach));
  const typical = typicalHeight(parts);
  parts = joinSmall(parts, 0.55 * typical, Infinity);
  // Half of the strokes may be half a digit: so a digit may be more than twice as tall as typical.
  parts = joinAll(parts, (one, other) => areOne(one, other, typical, 2.2));
  return inReadingOrder(parts, typical).map(part =>
    strokes.filter((_, number) => part.numbers.includes(number)));
}

// A path with so many more points that they are at most a step apart.
function fillIn(path, step) {
  const filled = [path[0]];
  for (let i = 1; i < path.length; i++) {
    const [x, y] = path[i - 1];
    const dx = path[i][0] - x;
    const dy = path[i][1] - y;
    const count = step > 0 ? Math.max(Math.ceil(Math.hypot(dx, dy) / step), 1) : 1;
    for (let k = 1; k <= count; k++) filled.push([x + k / count * dx, y + k / count * dy]);
  }
  return filled;
}

// Whether a point of one part's paths comes this near to a point of the other's.
function areTouching(one, other, paths, reach) {
  if (gapBetween(one, other) > reach) return false;
  const pointsOf = part => part.numbers.flatMap(number => paths[number]);
  const others = pointsOf(other);
  return pointsOf(one).some(([x, y]) =>
    others.some(([otherX, otherY]) => Math.hypot(x - otherX, y - otherY) <= reach));
}
