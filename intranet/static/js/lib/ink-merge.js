/**
 * How what several devices did to one mark becomes one mark, whatever the order and however often it is told; the server's
 * `meetings/rules/mark_merge.py` says the same. A version is {lam, dev, text, …}; `text` null for whatever is no note: of a
 * note the versions that nobody had seen stand beside the newest, for nothing written is dropped.
 */
export const isLater = (a, b) => a.lam > b.lam || (a.lam === b.lam && a.dev > b.dev);

/**
 * @param {{versions: object[], past: Object<string, number>}} held
 * @param {object} version the one that is told now
 * @param {Object<string, number>} [seen] what whoever made it had seen
 */
export function merge({ versions, past }, version, seen = {}) {
  const over = { ...past };
  for (const [dev, lam] of Object.entries(seen)) over[dev] = Math.max(over[dev] ?? 0, lam);
  const newest = new Map();
  for (const one of [...versions, version])
    if (one.lam > (over[one.dev] ?? 0) && one.lam > (newest.get(one.dev)?.lam ?? 0)) newest.set(one.dev, one);
  const standing = [...newest.values()].sort((a, b) => (isLater(a, b) ? -1 : 1));
  return { versions: standing.filter((one, n) => n === 0 || one.text !== null), past: over };
}
