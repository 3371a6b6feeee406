/** The presenter's ink over the page that is shown, as it is told: strokes by their number, each in parts. Nobody keeps it. */
import { shape } from './marks-draw.js';

export class LiveInk {
  /** What is on {@link page}, by number. */
  strokes = new Map();
  page = 0;
  #path; #over; #sheet = null;

  /**
   * @param {Function} path a stroke as an element of a page's SVG
   * @param {(page: number) => {host: Element, view: object}|null} over the page while it is drawn and shown, and its viewport
   */
  constructor(path, over) { [this.#path, this.#over] = [path, over]; }

  hear({ page, id, from, pts, tool, rgb, w }) {
    if (!id) { this.forget(); return; }
    const held = (page === this.page && this.strokes.get(id)) || { tool, rgb, w, pts: [], pr: [] };
    if (held.pts.length / 2 < from) return;
    this.put(page, id, { ...held, pts: [...held.pts.slice(0, from * 2), ...pts] });
  }

  put(page, id, stroke) {
    if (page !== this.page) this.forget();
    this.page = page;
    this.strokes.set(id, stroke);
    this.draw();
  }

  forget() {
    this.#sheet?.remove();
    this.#sheet = null;
    this.strokes.clear();
  }

  /** Draws it over its page: the viewer drops what lies over one that it draws anew. */
  draw() {
    const over = this.strokes.size ? this.#over(this.page) : null;
    if (!over) return;
    this.#sheet?.remove();
    const unit = over.view.clone({ scale: 1 });
    const parts = [...this.strokes.values()].map((one) => this.#path(one));
    const box = { class: 'ink', 'aria-hidden': 'true', 'data-live': '', viewBox: `0 0 ${unit.width} ${unit.height}` };
    this.#sheet = shape('svg', box, shape('g', { transform: `matrix(${unit.transform.join(' ')})` }, ...parts));
    over.host.append(this.#sheet);
  }
}
