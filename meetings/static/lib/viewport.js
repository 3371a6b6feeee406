/**
 * The rectangle of a page that somebody sees, and showing somebody else's: {x, y, w} in fractions of the page, x and y its
 * upper left corner. Whoever receives it fits the width and never distorts; how far down it reaches is their screen's matter.
 */
const round = (n) => Math.round(n * 1e4) / 1e4;
const clamp = (n, least, most) => Math.min(most, Math.max(least, n));
/** The narrowest rectangle that the room takes. */
const LEAST = 0.05;
/** A page that is whole but for a hair's breadth is whole. */
const WHOLE = 0.985;

export const pageOf = (reader) => reader.box.querySelector(`.page[data-page-number="${reader.page}"]`);

/** Left edge and width, in pixels, of the part of the box that a whole page fills. */
function band(reader) {
  const style = getComputedStyle(reader.box);
  const left = parseFloat(style.paddingLeft), right = parseFloat(style.paddingRight);
  const room = reader.box.clientWidth - left - right;
  const width = Math.min(room, Number(reader.host.dataset.widest) || room);
  return { left: left + (room - width) / 2, width, top: parseFloat(style.paddingTop) };
}

/** What is seen of the page that is open; null while none is laid out. */
export function seen(reader) {
  const page = pageOf(reader);
  if (!page?.clientWidth) return null;
  const box = reader.box.getBoundingClientRect(), rect = page.getBoundingClientRect();
  const { left, width } = band(reader);
  const w = clamp(width / rect.width, LEAST, 1);
  const y = clamp((box.top - rect.top) / rect.height, 0, 1);
  return w >= WHOLE ? { x: 0, y: round(y), w: 1 } : { x: round(clamp((box.left + left - rect.left) / rect.width, 0, 1 - w)), y: round(y), w: round(w) };
}

/** Shows a rectangle of the page that is open; true when the page was there. */
export function show(reader, view) {
  let page = pageOf(reader);
  if (!page?.clientWidth) return false;
  const { left, width, top } = band(reader);
  const wanted = width / view.w;
  if (view.w >= WHOLE) reader.fit();
  else if (Math.abs(wanted / page.getBoundingClientRect().width - 1) > 0.004) reader.zoom(wanted / page.getBoundingClientRect().width);
  page = pageOf(reader);
  const box = reader.box.getBoundingClientRect(), rect = page.getBoundingClientRect();
  reader.box.scrollTop += rect.top + view.y * rect.height - box.top - (view.y > 0 ? 0 : top);
  reader.box.scrollLeft += rect.left + view.x * rect.width - box.left - left;
  return true;
}

/** Runs `act` at most once in so many ms, the last time after the last call. */
export function throttled(ms, act) {
  let timer = 0, last = 0;
  return () => {
    if (timer) return;
    timer = setTimeout(() => { timer = 0; last = Date.now(); act(); }, Math.max(0, last + ms - Date.now()));
  };
}

/** The presenter's pointer over a page; it fades when nothing has been heard of it for a while. */
export class Pointer {
  #reader; #mark = document.createElement('span'); #timer = 0;

  constructor(reader) {
    this.#reader = reader;
    this.#mark.className = 'ptr';
    this.#mark.hidden = true;
    this.#mark.setAttribute('aria-hidden', 'true');
    reader.host.append(this.#mark);
  }

  show({ page, x, y }) {
    const shown = pageOf(this.#reader);
    clearTimeout(this.#timer);
    this.#mark.hidden = page !== this.#reader.page || !shown;
    if (this.#mark.hidden) return;
    const host = this.#reader.host.getBoundingClientRect(), rect = shown.getBoundingClientRect();
    this.#mark.style.left = `${rect.left + x * rect.width - host.left}px`;
    this.#mark.style.top = `${rect.top + y * rect.height - host.top}px`;
    this.#timer = setTimeout(() => this.hide(), 3000);
  }

  hide() { this.#mark.hidden = true; }
}
