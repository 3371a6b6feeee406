/** Pictures of places on pages with a mark drawn over each, made from the files themselves; for the tray. */
import { strokePath } from '@lib/ink-layer.js';
import { bounds, draw, shape } from './marks-draw.js';
import { el } from './page.js';

/** What is shown around a mark at least, and at most, points. */
const WIDE = 260, HIGH = 110, AROUND = 28, TALLEST = 200;
/** Dots a point. */
const SHARP = 2;
/** So far around its point a note is ringed, points. */
const RING = 9;

export class Crops {
  #reader; #files = new Map(); #seen;

  constructor(reader) {
    this.#reader = reader;
    this.#seen = new IntersectionObserver((seen) => {
      for (const { isIntersecting, target } of seen) if (isIntersecting) { this.#seen.unobserve(target); target.dispatchEvent(new Event('wanted')); }
    });
  }

  /**
   * A figure of a mark on a page, drawn once it is seen.
   * @param {object} at {url, page, mark, words}
   */
  figure({ url, page, mark, words }) {
    const sheet = el('div', { class: 'm-crop', role: 'img', 'aria-label': words, 'aria-busy': 'true' });
    sheet.addEventListener('wanted', () => this.#draw(sheet, url, page, mark).catch(() => { sheet.classList.add('none'); }).finally(() => sheet.removeAttribute('aria-busy')), { once: true });
    this.#seen.observe(sheet);
    return el('figure', {}, sheet, el('figcaption', { 'aria-hidden': 'true' }, words));
  }

  /** Lets the files go. */
  close() {
    this.#seen.disconnect();
    for (const task of this.#files.values()) task.destroy();
    this.#files.clear();
  }

  async #draw(sheet, url, number, mark) {
    if (!this.#files.has(url)) this.#files.set(url, this.#reader.load(url));
    const page = await (await this.#files.get(url).promise).getPage(number);
    const unit = page.getViewport({ scale: 1 });
    const [x, y, wide, high] = around(unit, mark);
    const canvas = el('canvas', { width: Math.round(wide * SHARP), height: Math.round(high * SHARP) });
    const viewport = page.getViewport({ scale: SHARP, offsetX: -x * SHARP, offsetY: -y * SHARP });
    await page.render({ canvas, viewport }).promise;
    const over = shape('svg', { 'aria-hidden': 'true', class: 'ink', viewBox: `${x} ${y} ${wide} ${high}` }, shape('g', { transform: `matrix(${unit.transform.join(' ')})` }, drawn(mark)));
    sheet.replaceChildren(canvas, over);
  }
}

/** The part of a page that is shown: left, top, width and height, as one sees it. */
function around(unit, mark) {
  if (mark.kind === 'bookmark') return [0, 0, unit.width, Math.min(unit.height, TALLEST)];
  const [x0, y0, x1, y1] = bounds([mark]);
  const [[ax, ay], [bx, by]] = [unit.convertToViewportPoint(x0, y0), unit.convertToViewportPoint(x1, y1)];
  const wide = Math.min(unit.width, Math.max(WIDE, Math.abs(bx - ax) + 2 * AROUND));
  const high = Math.min(unit.height, TALLEST, Math.max(HIGH, Math.abs(by - ay) + 2 * AROUND));
  const within = (middle, size, whole) => Math.min(Math.max(0, middle - size / 2), whole - size);
  return [within((ax + bx) / 2, wide, unit.width), within((ay + by) / 2, high, unit.height), wide, high];
}

function drawn(mark) {
  if (mark.kind !== 'note') return mark.kind ? draw(mark) : strokePath(mark);
  const [x, y] = mark.d.at.map((v) => v / 100);
  return shape('circle', { class: 'm-at', cx: x, cy: y, r: RING });
}
