/** Places of the screen and of a page, whatever its rotation, its visible part, its unit and the zoom. */

/**
 * Where a place of the screen lies on the page, in whole hundredths of a point.
 * @param {object} view PDF.js's viewport of the page
 * @param {{left: number, top: number, width: number, height: number}} box of the page's element on the screen
 */
export function onPage(view, box, x, y) {
  const found = view.convertToPdfPoint(((x - box.left) * view.width) / box.width, ((y - box.top) * view.height) / box.height);
  return [Math.round(found[0] * 100), Math.round(found[1] * 100)];
}

/** The other way: hundredths of a point to a place of the screen. */
export function onScreen(view, box, [x, y]) {
  const [vx, vy] = view.convertToViewportPoint(x / 100, y / 100);
  return [box.left + (vx * box.width) / view.width, box.top + (vy * box.height) / view.height];
}
