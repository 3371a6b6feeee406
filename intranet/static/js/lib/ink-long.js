/** Strokes that are too long to be sent as they are. */
const most = 5000;

/**
 * A very long stroke with points left out where the line stays within 0.3 pt; one that is too long even then is several
 * strokes that touch.
 * @returns {object[]}
 */
export function simplified(stroke) {
  if (stroke.pts.length / 2 <= most) return [stroke];
  const kept = douglas(stroke.pts, 28);
  const parts = [];
  for (let from = 0; from < kept.length - 1 || !from; from += most - 1) parts.push(kept.slice(from, from + most));
  return parts.map((chosen) => ({
    ...stroke, pts: chosen.flatMap((i) => [stroke.pts[i * 2], stroke.pts[i * 2 + 1]]), pr: stroke.pr?.length ? chosen.map((i) => stroke.pr[i]) : [],
  }));
}

function douglas(pts, tolerance) {
  const count = pts.length / 2;
  const keep = new Uint8Array(count);
  keep[0] = keep[count - 1] = 1;
  const spans = [[0, count - 1]];
  while (spans.length) {
    const [from, to] = spans.pop();
    const ax = pts[from * 2], ay = pts[from * 2 + 1], dx = pts[to * 2] - ax, dy = pts[to * 2 + 1] - ay;
    const length = dx * dx + dy * dy || 1;
    let worst = tolerance, at = -1;
    for (let i = from + 1; i < to; i++) {
      const x = pts[i * 2] - ax, y = pts[i * 2 + 1] - ay;
      // To the stretch itself: where a stroke turns back it may lie beyond its end.
      const along = Math.max(0, Math.min(1, (x * dx + y * dy) / length));
      const far = Math.hypot(x - along * dx, y - along * dy);
      if (far > worst) { worst = far; at = i; }
    }
    if (at > 0) { keep[at] = 1; spans.push([from, at], [at, to]); }
  }
  return [...keep.keys()].filter((i) => keep[i]);
}
