/**
 * One stroke of ink: `{id, file, page, tool: 'pen'|'marker', rgb: 'c4161c', w, pts: [x, y, …], pr: [0…100, …]}`.
 * Points are PDF user space in hundredths of a point, y up, whole numbers; they travel as differences. Pressure is optional.
 */
import { getStroke } from 'perfect-freehand';

export const UNIT = 100;
const most = 5000;
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

/** True when the stroke comes within `radius` (points) of a place. */
export function touches({ pts, w }, x, y, radius) {
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

/** As it is sent and stored: the first point, then differences. */
export function packed({ tool, rgb, w, pts, pr }) {
  const deltas = pts.map((n, i) => (i < 2 ? n : n - pts[i - 2]));
  return { kind: 'ink', tool, rgb, w, pts: deltas, ...(pr?.length ? { pr } : {}) };
}

export function unpacked(id, file, page, d) {
  const pts = [];
  d.pts.forEach((n, i) => pts.push(i < 2 ? n : n + pts[i - 2]));
  return { id, file, page, tool: d.tool, rgb: d.rgb, w: d.w, pts, pr: d.pr ?? [] };
}

/** A very long stroke with points left out where the line stays within 0.3 pt, so that it can be sent. */
export function simplified(stroke) {
  if (stroke.pts.length / 2 <= most) return stroke;
  for (let tolerance = 8; ; tolerance *= 1.5) {
    const kept = douglas(stroke.pts, tolerance);
    if (kept.length > most && tolerance < 30) continue;
    const chosen = kept.length > most ? kept.filter((_, i) => i % Math.ceil(kept.length / most) === 0) : kept;
    return { ...stroke, pts: chosen.flatMap((i) => [stroke.pts[i * 2], stroke.pts[i * 2 + 1]]), pr: stroke.pr?.length ? chosen.map((i) => stroke.pr[i]) : [] };
  }
}

function douglas(pts, tolerance) {
  const count = pts.length / 2;
  const keep = new Uint8Array(count);
  keep[0] = keep[count - 1] = 1;
  const spans = [[0, count - 1]];
  while (spans.length) {
    const [from, to] = spans.pop();
    const ax = pts[from * 2], ay = pts[from * 2 + 1], dx = pts[to * 2] - ax, dy = pts[to * 2 + 1] - ay;
    const length = Math.hypot(dx, dy) || 1;
    let worst = tolerance, at = -1;
    for (let i = from + 1; i < to; i++) {
      const far = Math.abs((pts[i * 2] - ax) * dy - (pts[i * 2 + 1] - ay) * dx) / length;
      if (far > worst) { worst = far; at = i; }
    }
    if (at > 0) { keep[at] = 1; spans.push([from, at], [at, to]); }
  }
  return [...keep.keys()].filter((i) => keep[i]);
}
