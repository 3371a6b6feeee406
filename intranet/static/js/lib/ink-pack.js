/** Marks as they travel, and as they are held. */

/** A mark as it is sent and stored; of a stroke the first point, then differences. */
export function packed({ kind, d, tool, rgb, w, pts, pr }) {
  if (kind && kind !== 'ink') return d;
  const deltas = pts.map((n, i) => (i < 2 ? n : n - pts[i - 2]));
  return { kind: 'ink', tool, rgb, w, pts: deltas, ...(pr?.length ? { pr } : {}) };
}

export function unpacked(id, file, page, d) {
  if (d.kind !== 'ink') return { id, file, page, kind: d.kind, d };
  const pts = [];
  d.pts.forEach((n, i) => pts.push(i < 2 ? n : n + pts[i - 2]));
  return { id, file, page, tool: d.tool, rgb: d.rgb, w: d.w, pts, pr: d.pr ?? [] };
}
