/**
 * A paper as text that flows in the width of the screen: paragraphs, rows of tables, and the marks that lie on them. It follows
 * the page that is open, and opens the page that is read. Fetched with its style when it is asked for.
 */
import { covered, itemsOf, pieces } from './flow-text.js';
import { all, el, find, icon, word } from './page.js';
import { Scanned } from './scanned.js';
import { papers } from './state.js';
import { pageOf, seen, throttled } from './viewport.js';

/** The place is told this often (ms) while the text is scrolled; marks are drawn anew this often. */
const TOLD = 150, MARKED = 400;
/** What is less than so many pixels below the edge is not the first line that is read. */
const EDGE = 6;
const scrolling = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' ']);
const tags = { highlight: 'mark', underline: 'u', strike: 's' };

export class Flow {
  #reader; #room; #box; #doc = null; #sections = []; #pages = new Map(); #seer; #isOn = false; #byHand = false; #isTurning = false; #place = null; #left = 0; #scanned = new Scanned();

  /** @param {object} room {follow, notes, places, line} */
  constructor(reader, room) {
    [this.#reader, this.#room] = [reader, room];
    this.styled = new Promise((ok) => document.head.append(el('link', { rel: 'stylesheet', href: find('#reading').dataset.flow, on: { load: ok, error: ok } })));
    this.#box = el('div', { class: 'm-flow', role: 'region', tabindex: '0', 'aria-label': word('flow') });
    reader.host.append(this.#box);
    this.#seer = new IntersectionObserver((some) => { for (const one of some) if (one.isIntersecting) this.#fill(this.#sections.indexOf(one.target) + 1); }, { root: this.#box, rootMargin: '60% 0px' });
    const byHand = () => { this.#byHand = true; };
    for (const name of ['wheel', 'touchmove', 'pointerdown']) this.#box.addEventListener(name, byHand, { passive: true });
    // Keys scroll the text here, and turn pages where pages are shown.
    this.#box.addEventListener('keydown', (event) => { if (scrolling.has(event.key)) { byHand(); event.stopPropagation(); } });
    this.#box.addEventListener('scroll', throttled(TOLD, () => this.#scrolled()), { passive: true });
    reader.addEventListener('opened', () => this.#lay());
    reader.addEventListener('page', ({ detail }) => { if (!this.#isTurning && detail.page !== this.#place?.page) this.#seek({ page: detail.page, y: 0 }); });
    room.follow.addEventListener('file', ({ detail }) => { if (!detail) this.#forget(); });
    room.line.addEventListener('lv', ({ detail: { key, d } }) => { if (key === 'view' && room.follow.follows && !room.follow.leads && d.page === reader.page) this.#seek({ page: d.page, y: d.view?.y ?? 0 }); });
    const anew = throttled(MARKED, () => { if (this.#isOn) this.#keep(() => { for (const n of this.#pages.keys()) this.#draw(n); }); });
    for (const name of ['change', 'shown']) room.notes.ink.addEventListener(name, anew);
    addEventListener('resize', () => { if (this.#isOn && this.#place) this.#seek(this.#place); });
  }

  /** Shows the text, or the page again; the place stays. */
  show(isOn) {
    const { follow, notes, places } = this.#room;
    if (isOn && !this.#isOn) {
      const { page } = this.#reader, y = seen(this.#reader)?.y ?? 0;
      const kept = places.of(follow.file);
      // A page that was not scrolled since, or is seen whole, says less of the place than what is kept.
      this.#place = kept?.page === page && (!y || Math.abs(y - this.#left) < 0.01) ? kept : { page, y };
    }
    this.#isOn = isOn;
    places.reads(isOn);
    find('#doc').classList.toggle('m-texting', isOn);
    for (const one of all('[name=reads]')) one.checked = (one.value === 'text') === isOn;
    for (const one of all('[data-read=text]')) one.setAttribute('aria-pressed', String(isOn));
    if (isOn) {
      notes.take(null);
      this.#lay();
      this.#seek(this.#place);
    } else this.#back();
  }

  get isOn() { return this.#isOn; }

  /** The page, as far down as was read. */
  #back() {
    const { box } = this.#reader, page = pageOf(this.#reader);
    if (page && this.#place?.page === this.#reader.page && this.#place.y) box.scrollTop = page.offsetTop + this.#place.y * page.offsetHeight - parseFloat(getComputedStyle(box).paddingTop);
    this.#left = seen(this.#reader)?.y ?? 0;
  }

  // --- what is laid ---

  #forget() {
    this.#seer.disconnect();
    this.#doc = null;
    this.#pages.clear();
    this.#sections = [];
    this.#box.replaceChildren();
  }

  /** An empty section for each page; its words come when it comes near. */
  #lay() {
    const { doc } = this.#reader;
    if (!this.#isOn || doc === this.#doc) return;
    this.#forget();
    this.#doc = doc;
    if (!doc) return;
    this.#sections = Array.from({ length: doc.numPages }, (_, at) => el('section', {}, this.#head(at + 1)));
    this.#box.replaceChildren(...this.#sections);
    for (const one of this.#sections) this.#seer.observe(one);
    const { page } = this.#reader, kept = this.#room.places.of(this.#room.follow.file);
    this.#seek(kept?.page === page ? kept : { page, y: 0 });
  }

  #head(n, ...more) {
    const { follow, line } = this.#room;
    const name = papers(line.state).find(({ file }) => file.id === follow.file)?.file.n ?? '';
    return el('p', { class: 'pgn' }, el('span', {}, word('flow-page', { name, page: n })), ...more);
  }

  async #fill(n) {
    const doc = this.#doc;
    if (!doc || this.#pages.has(n) || !this.#sections[n - 1]) return;
    const section = this.#sections[n - 1];
    if (section.ariaBusy === 'true') return section.filled;
    section.ariaBusy = 'true';
    section.filled = this.#read(doc, n).then((read) => {
      if (doc !== this.#doc) return;
      this.#pages.set(n, read);
      this.#keep(() => this.#draw(n));
    }, () => {
      if (doc === this.#doc) section.replaceChildren(this.#head(n), el('p', { class: 'mut' }, word('flow-away'), ' ', el('button', { class: 'lk', type: 'button', on: { click: () => this.#fill(n) } }, word('flow-again'))));
    }).finally(() => { section.ariaBusy = null; });
    return section.filled;
  }

  /** The words of a page; of a scan what was read from its picture. */
  async #read(doc, n) {
    const page = await doc.getPage(n);
    const view = page.getViewport({ scale: 1 });
    const { items } = await page.getTextContent();
    let list = pieces(items, view);
    if (!list.length) list = pieces(itemsOf((await this.#scanned.lines(this.#reader.url))[n - 1] ?? []), view);
    return { list, view };
  }

  // --- what is drawn ---

  #draw(n) {
    const { list, view } = this.#pages.get(n);
    const { follow, notes } = this.#room;
    const marks = notes.ink.seen(follow.version, n);
    const boxes = (quads) => Array.from({ length: quads.length / 8 }, (_, at) => box(view, quads.slice(at * 8, at * 8 + 8)));
    const lines = marks.filter((one) => tags[one.kind]).map((one) => ({ tag: tags[one.kind], quote: one.d.quote, quads: boxes(one.d.quads) }));
    const told = marks.filter((one) => (one.kind === 'note' || one.kind === 'text') && one.d.text);
    const drawn = marks.filter((one) => !tags[one.kind] && !['note', 'text', 'bookmark'].includes(one.kind));
    const made = list.map((one) => [one.kind === 'rows' ? this.#rows(one, view, lines) : el(one.kind === 'head' ? 'h2' : 'p', { class: one.kind === 'loud' && 'loud', 'data-y': one.top / view.height }, ...nodes(one, lines))]);
    // Words written on the page follow what they stand beside.
    for (const one of told) {
      const [, y] = box(view, one.d.at ?? one.d.rect);
      const said = el('p', { class: 'm-told' }, icon(one.kind === 'note' ? 'note' : 'typography'), one.n ? `${one.n}: ${one.d.text}` : one.d.text);
      (made[Math.max(0, list.findLastIndex((some) => some.top <= y))] ?? (made[0] = [])).push(said);
    }
    const more = [];
    if (marks.some((one) => one.kind === 'bookmark')) more.push(icon('bookmark'));
    if (drawn.length) more.push(el('button', { class: 'lk', type: 'button', on: { click: () => this.#look(n) } }, icon('pencil'), word('flow-drawn', { n: drawn.length })));
    if (!list.length) made.push([el('p', { class: 'mut' }, word('read-no-text'), ' ', el('button', { class: 'lk', type: 'button', on: { click: () => this.#look(n) } }, word('flow-look')))]);
    this.#sections[n - 1].replaceChildren(this.#head(n, ...more), ...made.flat());
  }

  /** A row under the other: what it is of, then each value by the name of its column. */
  #rows({ rows }, view, lines) {
    return el('ul', { class: 'm-rows' }, ...rows.map(({ no, title, cells }) => el('li', { 'data-y': title.top / view.height },
      el('b', {}, ...(no ? [`${no.replace(/[.)]$/, '')}. `] : []), ...nodes(title, lines)),
      cells.length ? el('dl', {}, ...cells.flatMap(({ label, said }) => [el('dt', {}, label), el('dd', { class: 'num' }, ...nodes(said, lines))])) : null)));
  }

  #look(n) {
    this.#place = { page: n, y: 0 };
    this.show(false);
    this.#reader.go(n);
  }

  // --- the place ---

  /** What is read now: the first words below the upper edge, and how far below it they begin. */
  #at() {
    const edge = this.#box.getBoundingClientRect().top + EDGE;
    const below = (one) => one.getBoundingClientRect().bottom > edge;
    const at = this.#sections.findIndex(below);
    if (at < 0) return null;
    const first = [...this.#sections[at].querySelectorAll('[data-y]')].find(below);
    return { page: at + 1, y: first ? Number(first.dataset.y) : 0, off: (first ?? this.#sections[at]).getBoundingClientRect().top - edge };
  }

  #element({ page, y }) {
    const section = this.#sections[page - 1];
    if (!section || y <= 0) return section;
    const all = [...section.querySelectorAll('[data-y]')];
    return all.find((one) => Number(one.dataset.y) >= y - 0.005) ?? all.at(-1) ?? section;
  }

  #to(place, off = 0) {
    const one = this.#element(place);
    // The beginning of the paper is seen with its margin.
    if (one && place.page === 1 && place.y <= 0 && !off) this.#box.scrollTop = 0;
    else if (one) this.#box.scrollTop += one.getBoundingClientRect().top - this.#box.getBoundingClientRect().top - EDGE - off;
  }

  /** Draws something, and what is read stays where it is. */
  #keep(act) {
    const place = this.#byHand ? this.#at() : this.#place;
    act();
    if (place) this.#to(place, place.off);
  }

  async #seek(place) {
    this.#place = place;
    this.#byHand = false;
    if (!this.#isOn) return;
    await this.#fill(place.page);
    if (this.#place === place && !this.#byHand) this.#to(place);
  }

  /** A hand scrolled: that is where this person reads now, and no longer where the presenter is. */
  #scrolled() {
    if (!this.#isOn || !this.#byHand) return;
    const place = this.#at();
    const { follow, places } = this.#room;
    if (!place || !follow.file) return;
    this.#place = { page: place.page, y: place.y };
    follow.wander();
    if (place.page !== this.#reader.page) {
      this.#isTurning = true;
      this.#reader.go(place.page);
      this.#isTurning = false;
    }
    places.put(follow.file, this.#place);
  }
}

/** Corners in hundredths of a point as a box of the page as it is looked at. */
function box(view, flat) {
  const at = Array.from({ length: flat.length / 2 }, (_, n) => view.convertToViewportPoint(flat[n * 2] / 100, flat[n * 2 + 1] / 100));
  const [xs, ys] = [at.map(([x]) => x), at.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** The words of a piece with the marks of text on them. */
function nodes(one, lines) {
  const ranges = lines.map(({ tag, quads, quote }) => ({ tag, range: covered(one, quads, quote) })).filter(({ range }) => range);
  const cuts = [...new Set([0, one.text.length, ...ranges.flatMap(({ range }) => range)])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, n) => {
    const from = cuts[n];
    const over = new Set(ranges.filter(({ range }) => range[0] <= from && range[1] >= to).map(({ tag }) => tag));
    return [...over].reduce((inner, tag) => el(tag, {}, inner), one.text.slice(from, to));
  });
}
