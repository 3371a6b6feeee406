/**
 * One stroke of ink: `{id, file, page, tool: 'pen'|'marker', rgb: 'c4161c', w, pts: [x, y, …], pr: [0…100, …]}`.
 * Points are PDF user space in hundredths of a point, y up, whole numbers; they travel as differences. Pressure is optional.
 */
import { getStroke } from 'perfect-freehand';

export const UNIT = 100;
/** Points of one stroke; a longer one is made shorter, or several, by `ink-long.js`, which is fetched for it. */
export const most = 5000;
const r1 = (n) => Math.round(n * 10) / 10;

/** The stroke's outline as an SVG path in points. */
export function outline({ pts, pr, w, tool }, isLast = true) {
  const input = [];
  for (let i = 0; i < pts.length; i += 2) input.push([pts[i] / UNIT, pts[i + 1] / UNIT, pr?.length ? pr[i / 2] / 100 : 0.5]);
  const shape = getStroke(input, {
    size: w / UNIT, thinning: tool === 'pen' && pr?.length ? 0.55 : 0, smoothing: 0.5, streamline: 0.35, simulatePressure: false, last: isLast,
  });
  if (!shape.length) return '';
  let path = `M${r1(shape[0][0])} ${r1(shape[0][1])}Q`;
  for (let i = 0; i < shape.length; i++) {
    const [x0, y0] = shape[i];
    const [x1, y1] = shape[(i + 1) % shape.length];
    path += `${r1(x0)} ${r1(y0)} ${r1((x0 + x1) / 2)} ${r1((y0 + y1) / 2)} `;
  }
  return `${path}Z`;
}

const boxes = new WeakMap();

/** Left, lower, right and upper edge of a stroke's points, hundredths of a point; a stroke is never changed, so it is found once. */
function boxOf(stroke) {
  let box = boxes.get(stroke);
  if (!box) {
    box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < stroke.pts.length; i += 2) {
      const [x, y] = [stroke.pts[i], stroke.pts[i + 1]];
      box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    }
    boxes.set(stroke, box);
  }
  return box;
}

/** True when a place may lie within `radius` (points) of the stroke: most strokes of a page are told apart by this alone. */
export function isNear(stroke, x, y, radius) {
  const reach = (radius + stroke.w / UNIT / 2) * UNIT;
  const [x0, y0, x1, y1] = boxOf(stroke);
  return x * UNIT > x0 - reach && x * UNIT < x1 + reach && y * UNIT > y0 - reach && y * UNIT < y1 + reach;
}

/** True when the stroke comes within `radius` (points) of a place. */
export function touches(stroke, x, y, radius) {
  if (!isNear(stroke, x, y, radius)) return false;
  const { pts, w } = stroke;
  const reach = radius + w / UNIT / 2;
  if (pts.length === 2) return Math.hypot(pts[0] / UNIT - x, pts[1] / UNIT - y) < reach;
  for (let i = 0; i + 3 < pts.length; i += 2) {
    const ax = pts[i] / UNIT, ay = pts[i + 1] / UNIT, dx = pts[i + 2] / UNIT - ax, dy = pts[i + 3] / UNIT - ay;
    const length = dx * dx + dy * dy;
    const along = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
    if (Math.hypot(ax + along * dx - x, ay + along * dy - y) < reach) return true;
  }
  return false;
}
