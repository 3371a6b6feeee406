/**
 * The marks over one page: an SVG in the page's own coordinates, so that zoom and rotation cost an attribute.
 *
 * `hand`, shared by all pages: {tool: 'pen'|'marker'|'eraser'|other|null, rgb, w, finger, penSeen, tools, draw, touches}. A
 * pen always writes; with `tool` null nothing else does. Once a pen was seen, touch only pans and zooms, and not even that while
 * the pen is near; what touches the glass as wide as a palm never writes. `tools`, `draw` and
 * `touches` are given by whoever knows the other kinds of marks: {name: (layer, event, point) => {move, up, cancel}}.
 */
import { onPage } from './ink-place.js';
import { most, outline, touches, UNIT } from './ink-stroke.js';

const SVG = 'http://www.w3.org/2000/svg';
const part = 400;
const eraserRadius = 6;
/** From so many marks on a page, new ones lie on a sheet of their own until the hand rests for so long (ms). */
const MANY = 200, REST = 1500;
/** A contact as wide as this (px) is a hand that rests; it does while a pen was near so lately (ms). */
const PALM = 60, NEAR = 500;
const isPalm = ({ pointerType, width, height }) => pointerType === 'touch' && Math.max(width, height) > PALM;

const made = (name, parent) => parent.appendChild(document.createElementNS(SVG, name));

export { touches };

/** A sheet over a page. */
function sheet(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', name);
  svg.setAttribute('aria-hidden', 'true');
  return svg;
}

/**
 * A sheet with something on it that colours the page, as markers do, is mixed with the page; every other one lies on it as it
 * is, for mixing costs the browser a picture of the whole page in every frame of a stroke.
 */
const mix = ({ style }, isMixed) => { style.mixBlendMode = isMixed ? 'multiply' : ''; };

/** A stroke as an element of the page's SVG. */
export function strokePath(stroke, isLast = true) {
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', outline(stroke, isLast));
  path.setAttribute('fill', `#${stroke.rgb}`);
  if (stroke.tool === 'marker') {
    path.setAttribute('class', 'mul');
    path.setAttribute('fill-opacity', '.5');
  }
  return path;
}

export class InkLayer {
  #box; #stroke = null; #frame = 0; #resting = 0; #ends = new AbortController(); #shown = new Map(); #mixed = new Set();

  constructor(host, viewport, ink, file, page, hand) {
    Object.assign(this, { host, ink, file, page, hand });
    this.svg = sheet('ink');
    this.group = made('g', this.svg);
    /** What is being drawn, on a sheet of its own that lies there only meanwhile: the browser does not paint all marks for each bit of it. */
    this.over = sheet('ink');
    this.live = made('g', this.over);
    /** Where many marks lie, what was just drawn: the browser does not paint all of them for one more. */
    this.fresh = sheet('ink');
    made('g', this.fresh);
    const how = { signal: this.#ends.signal };
    for (const name of ['pointerdown', 'pointermove', 'pointerup']) host.addEventListener(name, (event) => { if (event.pointerType === 'pen') this.hand.penAt = event.timeStamp; }, how);
    host.addEventListener('pointerdown', (event) => this.#down(event), how);
    host.addEventListener('pointermove', (event) => this.#move(event), how);
    host.addEventListener('pointerup', (event) => this.#up(event), how);
    host.addEventListener('pointercancel', (event) => this.#cancel(event), how);
    host.addEventListener('touchstart', (event) => { if (this.#stroke || event.timeStamp - (this.hand.penAt ?? -Infinity) < NEAR) event.preventDefault(); }, { passive: false, ...how });
    ink.addEventListener('change', ({ detail }) => this.#changed(detail), how);
    ink.addEventListener('shown', () => this.draw(), how);
    this.place(viewport);
    this.draw();
  }

  destroy() {
    this.#ends.abort();
    clearTimeout(this.#resting);
    for (const svg of [this.svg, this.fresh, this.over]) svg.remove();
  }

  /** The page was drawn anew, perhaps at another size: the viewer reuses the page's element and drops what is in it. */
  place(viewport) {
    this.view = viewport;
    const unit = viewport.clone({ scale: 1 });
    for (const svg of [this.svg, this.fresh, this.over]) {
      svg.setAttribute('viewBox', `0 0 ${unit.width} ${unit.height}`);
      svg.firstChild.setAttribute('transform', `matrix(${unit.transform.join(' ')})`);
    }
    if (this.svg.parentNode !== this.host) this.host.append(this.svg);
    if (this.fresh.firstChild.hasChildNodes()) this.svg.after(this.fresh);
    if (this.#stroke) this.host.append(this.over);
  }

  /** Draws what is not drawn yet or has changed, and takes away what is gone. */
  draw() {
    const wanted = new Map(this.ink.seen(this.file, this.page).map((one) => [one.id, one]));
    for (const [id, { mark }] of this.#shown) if (wanted.get(id) === mark) wanted.delete(id);
      else if (!wanted.has(id)) this.#hide(id);
    for (const one of wanted.values()) this.#show(one);
  }

  /** Only what this hand did is drawn: the cost of a stroke is the same however many there are. */
  #changed({ add, del, set }) {
    for (const one of del) this.#hide(one.id);
    for (const one of [...add, ...set.map(([, after]) => after)])
      if (one.file === this.file && one.page === this.page) this.#show(one, this.#shown.size > MANY);
      else this.#hide(one.id);
  }

  #show(mark, isFresh = false) {
    const held = this.#shown.get(mark.id)?.path;
    const path = mark.kind && mark.kind !== 'ink' ? this.hand.draw?.(mark) : strokePath(mark);
    if (!path) { this.#hide(mark.id); return; }
    path.dataset.id = mark.id;
    if (held) held.replaceWith(path);
    else if (isFresh && !path.matches('.mul')) this.#freshly(path);
    else this.group.append(path);
    this.#shown.set(mark.id, { mark, path });
    this.#mix(mark.id, path.matches('.mul'));
  }

  #freshly(path) {
    this.fresh.firstChild.append(path);
    if (!this.fresh.parentNode) this.svg.after(this.fresh);
    this.#rest();
  }

  /** A hand that rests waits for nothing: what it drew goes to the other marks. */
  #rest() {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      if (this.#stroke) { this.#rest(); return; }
      this.group.append(...this.fresh.firstChild.childNodes);
      this.fresh.remove();
    }, REST);
  }

  #mix(id, isMixed) {
    this.#mixed[isMixed ? 'add' : 'delete'](id);
    mix(this.svg, this.#mixed.size > 0);
  }

  #hide(id) {
    this.#shown.get(id)?.path.remove();
    this.#shown.delete(id);
    this.#mix(id, false);
  }

  /** The element of a mark, to be dimmed or moved while a hand is at it. */
  element(id) { return this.#shown.get(id)?.path; }

  #writes(event) {
    if (event.pointerType === 'pen') { this.hand.penSeen = true; return true; }
    if (!this.hand.tool) return false;
    return event.pointerType === 'mouse' ? event.button === 0 : this.hand.finger && !this.hand.penSeen && event.isPrimary && !isPalm(event);
  }

  /** Where the hand is: x and y in hundredths of a point, pressure in hundredths. */
  point(event) {
    return [...onPage(this.view, this.#box, event.clientX, event.clientY), Math.round((event.pressure || 0.5) * 100)];
  }

  #down(event) {
    if (!this.#writes(event)) return;
    // The hand came down before its pen: what it did is none of the writing.
    if (this.#stroke?.isTouch && event.pointerType === 'pen') this.#giveUp();
    if (this.#stroke) return;
    const isTouch = event.pointerType === 'touch';
    const tool = this.hand.tool ?? 'pen';
    const isErased = tool === 'eraser' || event.buttons & 32;
    this.#box = this.host.getBoundingClientRect();
    const gesture = isErased ? null : this.hand.tools?.[tool]?.(this, event, this.point(event));
    if (!isErased && !gesture && tool !== 'pen' && tool !== 'marker') return;
    event.preventDefault();
    // A stroke that is done again may have ended long ago.
    if (event.isTrusted) this.host.setPointerCapture(event.pointerId);
    mix(this.over, tool === 'marker' || tool === 'highlight');
    this.host.append(this.over);
    if (gesture) { this.#stroke = { pointer: event.pointerId, isTouch, gesture }; return; }
    if (isErased) {
      this.#stroke = { pointer: event.pointerId, isTouch, erased: new Map() };
      this.#erase(event);
      return;
    }
    const isPen = event.pointerType === 'pen';
    this.#stroke = { pointer: event.pointerId, isTouch, isPen, done: 0, item: { file: this.file, page: this.page, tool, rgb: this.hand.rgb, w: this.hand.w, pts: [], pr: [] } };
    this.#add(event);
  }

  #add(event) {
    const { item, isPen } = this.#stroke;
    const [x, y, pressure] = this.point(event);
    const n = item.pts.length;
    if (n && item.pts[n - 2] === x && item.pts[n - 1] === y) return;
    item.pts.push(x, y);
    if (isPen) item.pr.push(pressure);
  }

  #move(event) {
    const stroke = this.#stroke;
    if (!stroke || event.pointerId !== stroke.pointer) return;
    if (isPalm(event)) { this.#giveUp(); return; }
    if (stroke.gesture) { stroke.gesture.move?.(this.point(event), event); return; }
    if (stroke.erased) { this.#erase(event); return; }
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) this.#add(one);
    this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; if (this.#stroke === stroke) this.#paint(stroke); });
  }

  /** Only the end of a long stroke is drawn again, so that its cost stays flat. */
  #paint({ item, done }) {
    const from = Math.max(0, done - 4);
    const tail = { ...item, pts: item.pts.slice(from * 2), pr: item.pr.slice(from) };
    const last = this.live.lastElementChild;
    let path = last;
    if (last && !last.dataset.fixed) last.setAttribute('d', outline(tail, false));
    else this.live.append(path = strokePath(tail, false));
    const count = item.pts.length / 2;
    if (count - done > part) {
      path.dataset.fixed = '1';
      this.#stroke.done = count;
    }
    this.hand.drawing?.(item);
  }

  #up(event) {
    const stroke = this.#stroke;
    if (!stroke || event.pointerId !== stroke.pointer) return;
    this.#end();
    if (stroke.gesture) stroke.gesture.up?.(this.point(event), event);
    else if (stroke.erased) this.ink.erase([...stroke.erased.values()]);
    else if (!this.hand.drew?.(stroke.item)) this.#keep(stroke.item);
  }

  /** A stroke of an ordinary length is kept at once; a very long one when it was made short enough to be sent. */
  async #keep(item) {
    if (item.pts.length / 2 <= most) this.ink.draw(item);
    else this.ink.draw(...(await import('./ink-long.js')).simplified(item));
  }

  #cancel(event) { if (event.pointerId === this.#stroke?.pointer) this.#giveUp(); }

  #giveUp() {
    const stroke = this.#stroke;
    this.#end();
    stroke.gesture?.cancel?.();
    for (const id of stroke.erased?.keys() ?? []) this.element(id)?.removeAttribute('opacity');
  }

  #end() {
    this.#stroke = null;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.live.replaceChildren();
    this.over.remove();
  }

  #erase(event) {
    const [x, y] = this.point(event);
    for (const one of this.ink.on(this.file, this.page)) {
      const isOther = one.kind && one.kind !== 'ink';
      if (this.#stroke.erased.has(one.id) || !(isOther ? this.hand.touches?.(one, x / UNIT, y / UNIT, eraserRadius) : touches(one, x / UNIT, y / UNIT, eraserRadius))) continue;
      this.#stroke.erased.set(one.id, one);
      this.element(one.id)?.setAttribute('opacity', '.15');
    }
  }
}
