/** Minutes that are taken from items still ahead. It imports nothing. */

/** Minutes that any item keeps. */
const LEAST = 3;

/**
 * Minutes are taken in proportion to those of each item, none falls below half of them, nor below three minutes from
 * here; what cannot be won stays late.
 * @param {object[]} items state.items
 * @param {number} minutes to be won
 * @returns {{item: number, was: number, to: number}[]} the items that would get less
 */
export function shorten(items, minutes) {
  const rows = items.filter((one) => one.st === 'planned' || one.st === 'suspended').map((one) => {
    const was = Math.round(one.budget_s / 60);
    return { item: one.id, was, cut: 0, room: was - Math.max(Math.ceil(was / 2), LEAST + Math.ceil(one.spent_s / 60)) };
  });
  for (let left = minutes; left > 0; left -= 1) {
    const next = rows.filter((one) => one.cut < one.room).reduce((best, one) => (!best || (one.cut + 1) * best.was < (best.cut + 1) * one.was ? one : best), null);
    if (!next) break;
    next.cut += 1;
  }
  return rows.filter((one) => one.cut).map(({ item, was, cut }) => ({ item, was, to: was - cut }));
}
