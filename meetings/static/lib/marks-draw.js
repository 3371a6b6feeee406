/** The shapes of marks that are no ink: as elements of a page's SVG, touched, moved and bounded. Hundredths of a point. */
export const UNIT = 100;
const SVG = 'http://www.w3.org/2000/svg';
/** Line height of a text box, as a multiple of its size; the distance of its words from its edge, points. */
export const LEADING = 1.25, PAD = 3;
/** How far around its point a note may be touched, points. */
const NOTE = 12;
const face = 'Tinos, "Times New Roman", serif';
let meter = null;

export function shape(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const fours = (quads) => Array.from({ length: quads.length / 8 }, (_, n) => quads.slice(n * 8, n * 8 + 8).map((v) => v / UNIT));

/** Two points of a line under, or through, a line of text; and how thick it is. */
function ruled([ulx, uly, urx, ury, llx, lly, lrx, lry], share) {
  const at = (ux, uy, lx, ly) => [lx + (ux - lx) * share, ly + (uy - ly) * share];
  return [...at(ulx, uly, llx, lly), ...at(urx, ury, lrx, lry), Math.max(0.8, Math.hypot(ulx - llx, uly - lly) * 0.07)];
}

/** The words of a text box broken into lines that fit its width (points). */
export function lines(text, size, width) {
  meter ??= document.createElement('canvas').getContext('2d');
  meter.font = `${size}px ${face}`;
  const found = [];
  for (const part of text.split('\n')) {
    let line = '';
    for (const word of part.split(/\s+/)) {
      const longer = line ? `${line} ${word}` : word;
      if (line && meter.measureText(longer).width > width) { found.push(line); line = word; } else line = longer;
    }
    found.push(line);
  }
  return found;
}

/** From the text's own place, right and down as one reads, to the page. */
function upright([x0, y0, x1, y1], turn) {
  return { 0: [1, 0, 0, -1, x0, y1], 90: [0, 1, 1, 0, x0, y0], 180: [-1, 0, 0, 1, x1, y0], 270: [0, -1, -1, 0, x1, y1] }[turn];
}

function textBox({ rect, text, size, turn, rgb }) {
  const box = rect.map((v) => v / UNIT), em = size / UNIT;
  const wide = turn % 180 === 0 ? box[2] - box[0] : box[3] - box[1];
  const words = shape('text', { fill: `#${rgb}`, 'font-size': em, 'font-family': face });
  lines(text, em, wide - 2 * PAD).forEach((line, n) => words.append(shape('tspan', { x: PAD, y: PAD + em * (0.9 + n * LEADING) }, line)));
  return shape('g', { transform: `matrix(${upright(box, turn).join(' ')})` }, words);
}

/** The head of an arrow: two wings and its tip. */
export function head([x0, y0, x1, y1], w) {
  const angle = Math.atan2(y1 - y0, x1 - x0), long = Math.max(7, w * 4);
  const wing = (by) => [x1 - long * Math.cos(angle + by), y1 - long * Math.sin(angle + by)];
  return [wing(0.45), [x1, y1], wing(-0.45)];
}

const makers = {
  highlight: (d) => shape('path', { class: 'mul', fill: `#${d.rgb}`, 'fill-opacity': '.55', d: fours(d.quads).map((q) => `M${q[0]} ${q[1]}L${q[2]} ${q[3]}L${q[6]} ${q[7]}L${q[4]} ${q[5]}Z`).join('') }),
  underline: (d) => rules(d, 0.06),
  strike: (d) => rules(d, 0.45),
  box: (d) => { const [x0, y0, x1, y1] = d.rect.map((v) => v / UNIT); return shape('rect', { x: x0, y: y0, width: x1 - x0, height: y1 - y0, fill: 'none', stroke: `#${d.rgb}`, 'stroke-width': d.w / UNIT }); },
  arrow: (d) => {
    const ends = d.ends.map((v) => v / UNIT);
    const line = { fill: 'none', stroke: `#${d.rgb}`, 'stroke-width': d.w / UNIT, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
    return shape('g', {}, shape('path', { ...line, d: `M${ends[0]} ${ends[1]}L${ends[2]} ${ends[3]}` }), shape('path', { ...line, d: `M${head(ends, d.w / UNIT).map((p) => p.join(' ')).join('L')}` }));
  },
  text: textBox,
};

function rules(d, share) {
  return shape('g', {}, ...fours(d.quads).map((quad) => {
    const [x0, y0, x1, y1, w] = ruled(quad, share);
    return shape('path', { d: `M${x0} ${y0}L${x1} ${y1}`, stroke: `#${d.rgb}`, 'stroke-width': w });
  }));
}

/** What is drawn of a mark; a note and a bookmark are buttons over the page, not drawings. */
export const draw = (mark) => makers[mark.kind]?.(mark.d) ?? shape('g', {});

/** Corners of what a mark covers, as points. */
export function points(mark) {
  const flat = mark.pts ?? mark.d.quads ?? mark.d.rect ?? mark.d.ends ?? mark.d.at ?? [];
  return Array.from({ length: flat.length / 2 }, (_, n) => [flat[n * 2] / UNIT, flat[n * 2 + 1] / UNIT]);
}

export function bounds(marks) {
  const all = marks.flatMap(points);
  const xs = all.map(([x]) => x), ys = all.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** A mark somewhere else, by so many hundredths of a point. */
export function moved(mark, dx, dy) {
  const by = (flat) => flat.map((v, n) => v + (n % 2 ? dy : dx));
  if (mark.pts) return { ...mark, pts: by(mark.pts) };
  const d = { ...mark.d };
  for (const name of ['quads', 'rect', 'ends', 'at']) if (d[name]) d[name] = by(d[name]);
  return { ...mark, d };
}

const inside = (x, y, [x0, y0, x1, y1], by) => x >= x0 - by && x <= x1 + by && y >= y0 - by && y <= y1 + by;

/**
 * True when a mark that is no ink comes within `radius` points of a place.
 * @param {Function} strokeTouches the same of a stroke
 */
export function touches(strokeTouches, mark, x, y, radius) {
  const { d } = mark;
  if (d.quads) return fours(d.quads).some((q) => inside(x, y, [Math.min(q[0], q[4]), Math.min(q[1], q[5], q[7]), Math.max(q[2], q[6]), Math.max(q[1], q[3], q[5])], radius / 3));
  if (d.at) return Math.hypot(d.at[0] / UNIT - x, d.at[1] / UNIT - y) < NOTE + radius;
  if (d.ends) return strokeTouches({ pts: d.ends, w: d.w }, x, y, radius);
  if (!d.rect) return false;
  if (mark.kind === 'text') return inside(x, y, d.rect.map((v) => v / UNIT), 0);
  const [x0, y0, x1, y1] = d.rect;
  return strokeTouches({ pts: [x0, y0, x1, y0, x1, y1, x0, y1, x0, y0], w: d.w }, x, y, radius);
}

/**
 * True when most of a mark lies within a closed line of points.
 * @param {number[]} box around the line: what is outside of it needs no closer look
 */
export function isWithin(mark, polygon, box) {
  const all = points(mark);
  const held = all.filter(([x, y]) => inside(x, y, box, 0) && contains(polygon, x, y)).length;
  return all.length > 0 && held / all.length >= 0.6;
}

function contains(polygon, x, y) {
  let is = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [ax, ay] = polygon[i], [bx, by] = polygon[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) is = !is;
  }
  return is;
}

/** What is left of a stroke when an eraser of so many points passed over places: its pieces, or null when it was not met. */
export function cut(stroke, places, radius) {
  const reach = (radius + stroke.w / UNIT / 2) * UNIT;
  const step = reach / 3;
  const dense = [];
  for (let i = 0; i < stroke.pts.length; i += 2) {
    const [x, y, p] = [stroke.pts[i], stroke.pts[i + 1], stroke.pr?.[i / 2]];
    if (i) {
      const [px, py, pp] = dense.at(-1).slice(0, 3);
      const parts = Math.min(400, Math.floor(Math.hypot(x - px, y - py) / step));
      for (let n = 1; n < parts; n++) dense.push([Math.round(px + ((x - px) * n) / parts), Math.round(py + ((y - py) * n) / parts), p === undefined ? p : Math.round(pp + ((p - pp) * n) / parts), true]);
    }
    dense.push([x, y, p, false]);
  }
  const isGone = ([x, y]) => places.some(([ex, ey]) => Math.hypot(x - ex, y - ey) < reach);
  const pieces = [[]];
  let isMet = false;
  for (const one of dense)
    if (isGone(one)) { isMet = true; if (pieces.at(-1).length) pieces.push([]); } else pieces.at(-1).push(one);
  if (!isMet) return null;
  // Between two ends only the points that were drawn are kept.
  return pieces.filter((piece) => piece.length > 1).map((piece) => {
    const kept = piece.filter((one, n) => !one[3] || n === 0 || n === piece.length - 1);
    return { ...stroke, id: undefined, past: undefined, pts: kept.flatMap(([x, y]) => [x, y]), pr: stroke.pr?.length ? kept.map((one) => one[2]) : [] };
  });
}
