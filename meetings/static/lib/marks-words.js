/**
 * The words of a page as they lie on it, so that a mark of text follows them: whole words, one box for each line, with the
 * words themselves and what stands before and after them.
 */
import { onPage } from '@lib/ink-place.js';

const AROUND = 32;
/** How far from a word a hand may be and still mean it, in lines. */
const NEAR = 1.5;
const known = new WeakMap();

/** @returns {{text: string, node: Text, from: number, to: number, box: DOMRect}[]} in the order in which they are read */
export function words(layer) {
  const text = layer.host.querySelector('.textLayer');
  if (!text) return [];
  const host = layer.host.getBoundingClientRect();
  const held = known.get(text);
  if (held?.width === host.width && held.count === text.childElementCount && held.found.length) return held.found;
  const found = [];
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const side = text.dataset.mainRotation % 180 || 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const isOnSide = Math.abs((parseFloat(node.parentElement.style.getPropertyValue('--rotate')) || 0) + side) % 180 === 90;
    for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const { left, top, width, height } = range.getBoundingClientRect();
      if (width && height) found.push({ text: word, node, from: index, to: index + word.length, box: { x0: left - host.left, y0: top - host.top, x1: left + width - host.left, y1: top + height - host.top, isOnSide } });
    }
  }
  known.set(text, { width: host.width, count: text.childElementCount, found });
  return found;
}

/** The place in the list of the word at, or nearest to, a place of the screen; -1 when none is near. */
export function nearest(layer, list, event) {
  const host = layer.host.getBoundingClientRect();
  const x = event.clientX - host.left, y = event.clientY - host.top;
  let best = -1, least = Infinity;
  list.forEach(({ box }, n) => {
    const high = Math.min(box.y1 - box.y0, box.x1 - box.x0 || Infinity);
    const dx = Math.max(box.x0 - x, 0, x - box.x1), dy = Math.max(box.y0 - y, 0, y - box.y1);
    // Lines first: a word of this line is meant before a closer one of the next.
    const far = Math.hypot(dx * 0.5, dy * 2);
    if (far < least && dy < high * NEAR) { least = far; best = n; }
  });
  return best;
}

/** Words of the list that the browser's own selection covers. */
export function selected(list) {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const held = list.map(({ node, from, to }, n) => (range.intersectsNode(node) && range.comparePoint(node, Math.floor((from + to) / 2)) === 0 ? n : -1)).filter((n) => n >= 0);
  return held.length ? [held[0], held.at(-1)] : null;
}

/** Words of one line lie beside each other; of text that is shown on its side, above each other. */
const isOneLine = (a, b) => (a.isOnSide
  ? Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0) > 0.5 * Math.min(a.x1 - a.x0, b.x1 - b.x0)
  : Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0) > 0.5 * Math.min(a.y1 - a.y0, b.y1 - b.y0));

function said(list, from, to) {
  let text = '';
  const first = Math.max(0, from);
  for (let n = first; n < Math.min(list.length, to); n++) {
    const one = list[n], last = list[n - 1];
    const isJoined = n > first && last.node !== one.node && last.to === last.node.length && one.from === 0 && isOneLine(last.box, one.box) && one.box.x0 - last.box.x1 < 0.12 * (one.box.y1 - one.box.y0);
    text += n > first && !isJoined ? ` ${one.text}` : one.text;
  }
  return text.normalize('NFC');
}

/** The mark's fields for the words from one to another of the list, both counted: quads, quote, pre, post. */
export function marked(layer, list, a, b) {
  const [from, to] = [Math.min(a, b), Math.max(a, b) + 1];
  const boxes = [];
  for (const { box } of list.slice(from, to)) {
    const last = boxes.at(-1);
    if (last && isOneLine(last, box)) Object.assign(last, { x0: Math.min(last.x0, box.x0), y0: Math.min(last.y0, box.y0), x1: Math.max(last.x1, box.x1), y1: Math.max(last.y1, box.y1) });
    else boxes.push({ ...box });
  }
  const host = layer.host.getBoundingClientRect();
  const at = (x, y) => onPage(layer.view, { left: 0, top: 0, width: host.width, height: host.height }, x, y);
  const quads = boxes.flatMap(({ x0, y0, x1, y1 }) => [...at(x0, y0), ...at(x1, y0), ...at(x0, y1), ...at(x1, y1)]);
  const before = said(list, from - AROUND, from).slice(-AROUND), after = said(list, to, to + AROUND).slice(0, AROUND);
  return { quads, quote: said(list, from, to).slice(0, 8000), pre: before, post: after };
}
