/**
 * The ink over one page: an SVG in the page's own coordinates, so that zoom and rotation cost an attribute.
 *
 * `hand`, shared by all pages: {tool: 'pen'|'marker'|'eraser'|null, rgb, w, finger, penSeen}. A pen always writes; with
 * `tool` null nothing else does. Once a pen was seen, touch only pans and zooms.
 */
import { outline, simplified, touches, UNIT } from './ink-stroke.js';

const SVG = 'http://www.w3.org/2000/svg';
const part = 400;
const eraserRadius = 6;

export class InkLayer {
  #box; #view; #live; #stroke = null; #frame = 0; #ends = new AbortController();

  constructor(host, viewport, ink, file, page, hand) {
    Object.assign(this, { host, ink, file, page, hand });
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('class', 'ink');
    this.svg.setAttribute('aria-hidden', 'true');
    this.group = this.svg.appendChild(document.createElementNS(SVG, 'g'));
    this.#live = document.createElementNS(SVG, 'g');
    const how = { signal: this.#ends.signal };
    host.addEventListener('pointerdown', (event) => this.#down(event), how);
    host.addEventListener('pointermove', (event) => this.#move(event), how);
    host.addEventListener('pointerup', (event) => this.#up(event), how);
    host.addEventListener('pointercancel', (event) => this.#cancel(event), how);
    host.addEventListener('touchstart', (event) => { if (this.#stroke) event.preventDefault(); }, { passive: false, ...how });
    const redraw = () => this.draw();
    ink.addEventListener('change', redraw, how);
    ink.addEventListener('shown', redraw, how);
    this.place(viewport);
    this.draw();
  }

  destroy() {
    this.#ends.abort();
    this.svg.remove();
  }

  /** The page was drawn anew, perhaps at another size: the viewer reuses the page's element and drops what is in it. */
  place(viewport) {
    this.#view = viewport;
    const unit = viewport.clone({ scale: 1 });
    this.svg.setAttribute('viewBox', `0 0 ${unit.width} ${unit.height}`);
    this.group.setAttribute('transform', `matrix(${unit.transform.join(' ')})`);
    if (this.svg.parentNode !== this.host) this.host.append(this.svg);
  }

  draw() {
    const wanted = new Map(this.ink.on(this.file, this.page).map((one) => [one.id, one]));
    for (const path of [...this.group.children]) if (path !== this.#live && !wanted.delete(path.dataset.id)) path.remove();
    for (const one of wanted.values()) {
      const path = this.#path(one);
      path.dataset.id = one.id;
      this.group.append(path);
    }
  }

  #path(stroke, isLast = true) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', outline(stroke, isLast));
    path.setAttribute('fill', `#${stroke.rgb}`);
    if (stroke.tool === 'marker') {
      path.setAttribute('class', 'mul');
      path.setAttribute('fill-opacity', '.5');
    }
    return path;
  }

  #writes(event) {
    if (event.pointerType === 'pen') { this.hand.penSeen = true; return true; }
    if (!this.hand.tool) return false;
    return event.pointerType === 'mouse' ? event.button === 0 : this.hand.finger && !this.hand.penSeen && event.isPrimary;
  }

  #point(event) {
    const [x, y] = this.#view.convertToPdfPoint(
      ((event.clientX - this.#box.left) * this.#view.width) / this.#box.width, ((event.clientY - this.#box.top) * this.#view.height) / this.#box.height);
    return [Math.round(x * UNIT), Math.round(y * UNIT), Math.round((event.pressure || 0.5) * 100)];
  }

  #down(event) {
    if (this.#stroke || !this.#writes(event)) return;
    event.preventDefault();
    this.host.setPointerCapture(event.pointerId);
    this.#box = this.host.getBoundingClientRect();
    const tool = this.hand.tool ?? 'pen';
    if (tool === 'eraser' || event.buttons & 32) {
      this.#stroke = { pointer: event.pointerId, erased: new Map() };
      this.#erase(event);
      return;
    }
    const isPen = event.pointerType === 'pen';
    this.#stroke = { pointer: event.pointerId, isPen, done: 0, item: { file: this.file, page: this.page, tool, rgb: this.hand.rgb, w: this.hand.w, pts: [], pr: [] } };
    this.#add(event);
    this.group.append(this.#live);
  }

  #add(event) {
    const { item, isPen } = this.#stroke;
    const [x, y, pressure] = this.#point(event);
    const n = item.pts.length;
    if (n && item.pts[n - 2] === x && item.pts[n - 1] === y) return;
    item.pts.push(x, y);
    if (isPen) item.pr.push(pressure);
  }

  #move(event) {
    const stroke = this.#stroke;
    if (!stroke || event.pointerId !== stroke.pointer) return;
    if (stroke.erased) { this.#erase(event); return; }
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) this.#add(one);
    this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; if (this.#stroke === stroke) this.#paint(stroke); });
  }

  /** Only the end of a long stroke is drawn again, so that its cost stays flat. */
  #paint({ item, done }) {
    const from = Math.max(0, done - 4);
    const tail = { ...item, pts: item.pts.slice(from * 2), pr: item.pr.slice(from) };
    const last = this.#live.lastElementChild;
    const path = this.#path(tail, false);
    if (last && !last.dataset.fixed) last.replaceWith(path);
    else this.#live.append(path);
    const count = item.pts.length / 2;
    if (count - done > part) {
      path.dataset.fixed = '1';
      this.#stroke.done = count;
    }
  }

  #up(event) {
    const stroke = this.#stroke;
    if (!stroke || event.pointerId !== stroke.pointer) return;
    this.#end();
    if (stroke.erased) this.ink.erase([...stroke.erased.values()]);
    else this.ink.draw(simplified(stroke.item));
  }

  #cancel(event) {
    if (!this.#stroke || event.pointerId !== this.#stroke.pointer) return;
    this.#end();
    this.draw();
  }

  #end() {
    this.#stroke = null;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#live.replaceChildren();
    this.#live.remove();
  }

  #erase(event) {
    const [x, y] = this.#point(event);
    for (const one of this.ink.on(this.file, this.page)) {
      if (this.#stroke.erased.has(one.id) || !touches(one, x / UNIT, y / UNIT, eraserRadius)) continue;
      this.#stroke.erased.set(one.id, one);
      this.group.querySelector(`[data-id="${one.id}"]`)?.setAttribute('opacity', '.15');
    }
  }
}
